//! A picture in bands gives what the whole picture gives, to the last bit of its sums.

use aovscope::gpu::{Gpu, GpuBackend, device_descriptor};
use aovscope::image::{Plane, SampleType, Window};
use aovscope::metric::{Backend, Comparison, Cpu, Extent, Metric, PixelValues, Rule, Want};
use aovscope::metric::{FLAG_CHANGED, Pair};

use super::BACKEND;
use super::noise::{Fill, Noise, disturbed, plane};
use super::same::assert_same_stats;

/// Plenty.
const GIB: u64 = 1 << 30;

/// A back end whose device refuses textures of more than `side` pixels a side and buffers of more
/// than `buffer` bytes, and whose budget is `vram`.
fn limited(side: u32, buffer: u64, vram: u64) -> GpuBackend {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    let same = |a: &wgpu::Adapter| {
        let (info, wanted) = (a.get_info(), BACKEND.gpu().info());
        (&info.name, info.backend) == (&wanted.name, wanted.backend)
    };
    let adapter = adapters.into_iter().find(same).expect("it was there before");
    let mut descriptor = device_descriptor(&adapter);
    let limits = &mut descriptor.required_limits;
    (limits.max_texture_dimension_1d, limits.max_texture_dimension_2d) = (side, side);
    limits.max_buffer_size = buffer;
    limits.max_storage_buffer_binding_size = limits.max_storage_buffer_binding_size.min(buffer);
    limits.max_uniform_buffer_binding_size = limits.max_uniform_buffer_binding_size.min(buffer);
    let device = pollster::block_on(adapter.request_device(&descriptor));
    let (device, queue) = device.unwrap_or_else(|error| panic!("{error}"));
    let gpu = Gpu::from_parts(adapter.get_info(), device, queue);
    let backend = GpuBackend::with_budget(gpu, vram).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(backend.gpu().max_side(), side);
    backend
}

/// Everything of a comparison, sums to the bit.
fn bits((comparison, values): &(Comparison, Vec<PixelValues>)) -> String {
    let map = comparison.map.as_ref();
    let map =
        map.map(|map| (map.window, map.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), &map.flags));
    format!("{:?} {map:?} {values:?}", comparison.stats)
}

#[track_caller]
fn assert_bands_are_the_whole(bands: &GpuBackend, pair: &Pair<'_>, rule: &Rule, what: &str) {
    let (w, d) = (pair.window, pair.candidate.data_window);
    let pixels = [
        (w.x, w.y),
        (w.x + w.width as i32 - 1, w.y + w.height as i32 - 1),
        (w.x + 16, w.y + 16),
        (w.x + 15, w.y + 17),
        (d.x, d.y),
        (d.x + d.width as i32 - 1, d.y),
        (w.x - 1, w.y),
        (i32::MAX, i32::MIN),
    ];
    for want in [Want::Map, Want::Stats] {
        let whole = BACKEND.compare_and_gather(pair, rule, want, &pixels);
        let found = bands.compare_and_gather(pair, rule, want, &pixels);
        assert_eq!(bands.trouble(), None, "{what}");
        assert!(bits(&found) == bits(&whole), "{what}, {rule:?}, {want:?}, window {w}");
        let cpu = Cpu.compare_and_gather(pair, rule, want, &pixels);
        assert_same_stats(&found.0.stats, &cpu.0.stats, what);
        assert_eq!(found.1, cpu.1, "{what}");
    }
}

fn rules() -> [Rule; 3] {
    let exact = Rule::exact(Metric::Abs);
    [exact, Rule { abs: 0.1, rel: 0.01, ..exact }, Rule { abs: 0.5, ..Rule::exact(Metric::Rel) }]
}

/// Every type, fill and rule over `windows`, with and without cropping.
fn compare_all(bands: &GpuBackend, windows: &[(Window, Window)]) {
    let display = Window::of_size(64, 48);
    let mut noise = Noise(29);
    for &(a, b) in windows {
        for (sample_type, channels, fill) in [
            (SampleType::F32, 3, Fill::AnyBits),
            (SampleType::F16, 4, Fill::Render),
            (SampleType::F16, 1, Fill::Awkward),
            (SampleType::U8, 3, Fill::Coarse),
            (SampleType::U16, 2, Fill::AnyBits),
            (SampleType::U32, 1, Fill::Awkward),
        ] {
            let reference = plane(&mut noise, b, display, (sample_type, channels), fill);
            let candidate = if a == b {
                disturbed(&mut noise, &reference, 9)
            } else {
                plane(&mut noise, a, display, (sample_type, channels), fill)
            };
            for extent in [Extent::Union, Extent::Common] {
                let Ok(pair) = Pair::new(&candidate, &reference, extent) else { continue };
                for rule in rules() {
                    let what = format!("{sample_type:?} x{channels} {fill:?} {a} {b} {extent:?}");
                    assert_bands_are_the_whole(bands, &pair, &rule, &what);
                }
            }
        }
    }
}

const WINDOWS: [(Window, Window); 4] = [
    (Window::new(-5, -3, 103, 77), Window::new(-5, -3, 103, 77)),
    (Window::new(-5, -3, 70, 30), Window::new(37, 24, 50, 61)),
    (Window::new(0, 0, 10, 10), Window::new(30, 40, 5, 5)),
    (Window::new(3, 3, 90, 20), Window::new(25, 5, 4, 44)),
];

#[test]
fn a_small_texture_limit() {
    compare_all(&limited(16, GIB, GIB), &WINDOWS[2..3]);
    compare_all(&limited(40, GIB, GIB), &WINDOWS);
}

#[test]
fn a_small_budget() {
    let whole = limited(1024, GIB, GIB);
    compare_all(&whole, &WINDOWS[..1]);
    let all = whole.peak_bytes();
    for (vram, windows) in [(all / 2, 0..4), (all / 7, 0..2), (60_000, 3..4), (1, 2..3)] {
        let bands = limited(1024, GIB, vram);
        compare_all(&bands, &WINDOWS[windows]);
        // One tile of 4 channels of f32 takes less than this.
        assert!(bands.peak_bytes() <= vram.max(60_000), "{} bytes of {vram}", bands.peak_bytes());
    }
}

#[test]
fn small_buffers() {
    // 4 channels of a tile, in rows of 256 bytes, on both sides.
    compare_all(&limited(1024, 32_768, GIB), &WINDOWS[1..2]);
}

#[test]
fn pictures_over_a_real_limit() {
    let side = BACKEND.gpu().max_side();
    let lowered = limited(4096, GIB, GIB);
    let mut noise = Noise(31);
    for (width, height) in [(side + 3616, 40), (20, side + 17)] {
        let window = Window::new(-7, 9, width, height);
        let reference = plane(&mut noise, window, window, (SampleType::F16, 3), Fill::Render);
        let candidate = disturbed(&mut noise, &reference, 1000);
        let pair = Pair::new(&candidate, &reference, Extent::Union).expect("the same windows");
        assert_bands_are_the_whole(&lowered, &pair, &Rule::exact(Metric::Abs), "too large for a texture");
        let map = BACKEND.compare(&pair, &Rule::exact(Metric::Abs), Want::Map).map.expect("asked for");
        let right = Cpu.compare(&pair, &Rule::exact(Metric::Abs), Want::Map).map.expect("asked for");
        assert_eq!(BACKEND.trouble(), None);
        assert!(map.flags == right.flags && map.values == right.values);
        assert!(map.flags.iter().any(|flags| flags & FLAG_CHANGED != 0));
    }
}

/// Frames of several AOVs from several threads, as the engine sends them.
#[test]
fn many_threads_share_the_rooms() {
    let window = Window::of_size(200, 120);
    let mut noise = Noise(37);
    let kinds = [(SampleType::F32, 3), (SampleType::F16, 4), (SampleType::F32, 1), (SampleType::U32, 1)];
    let pairs: Vec<[Plane; 2]> = kinds
        .into_iter()
        .map(|kind| {
            let reference = plane(&mut noise, window, window, kind, Fill::Render);
            [disturbed(&mut noise, &reference, 50), reference]
        })
        .collect();
    let right: Vec<String> = pairs.iter().map(|planes| compare(&BACKEND, planes)).collect();
    // Three rooms of whole frames; less; bands.
    for vram in [GIB, 4_000_000, 200_000] {
        let shared = limited(4096, GIB, vram);
        std::thread::scope(|scope| {
            for thread in 0..6 {
                let (shared, pairs, right) = (&shared, &pairs, &right);
                scope.spawn(move || {
                    for turn in 0..8 {
                        let at = (thread + turn) % pairs.len();
                        assert!(compare(shared, &pairs[at]) == right[at], "thread {thread}, turn {turn}");
                    }
                });
            }
        });
        assert_eq!(shared.trouble(), None);
        assert!(shared.peak_bytes() <= vram, "{} bytes of {vram}", shared.peak_bytes());
    }
}

fn compare(backend: &GpuBackend, planes: &[Plane; 2]) -> String {
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    bits(&backend.compare_and_gather(&pair, &Rule::exact(Metric::Abs), Want::Map, &[(3, 100), (199, 0)]))
}
