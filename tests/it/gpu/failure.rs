//! A device that fails costs time, never results, and the user hears of it.

use aovscope::gpu::{DEFAULT_VRAM_BYTES, Gpu, GpuBackend, Prefer};
use aovscope::image::{SampleType, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};

use super::BACKEND;
use super::noise::{Fill, Noise, plane};

#[test]
fn after_an_error_the_cpu_takes_over() {
    let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
    let backend = GpuBackend::new(gpu).unwrap_or_else(|error| panic!("{error}"));
    let window = Window::of_size(20, 10);
    let planes =
        [1, 2].map(|seed| plane(&mut Noise(seed), window, window, (SampleType::F32, 3), Fill::Render));
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    let rule = Rule::exact(Metric::Abs);
    let compare = || backend.compare(&pair, &rule, Want::Map);
    compare();
    assert_eq!(backend.trouble(), None);
    // An error that nobody waits for.
    drop(backend.gpu().device().create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::MAX / 2,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    }));
    for text in ["the CPU did 1 comparison that", "the CPU did 2 comparisons that"] {
        let (found, right) = (compare(), Cpu.compare(&pair, &rule, Want::Map));
        assert_eq!(found.stats, right.stats);
        let trouble = backend.trouble().expect("the device failed");
        assert!(trouble.starts_with(text) && trouble.contains("the GPU device failed"), "{trouble}");
    }
}

/// What a driver's reset does, as near as a program can come to it.
#[test]
fn a_device_that_is_lost_in_the_midst_of_a_run_is_opened_again() {
    let backend = GpuBackend::open(Prefer::Any, DEFAULT_VRAM_BYTES).unwrap_or_else(|error| panic!("{error}"));
    let window = Window::of_size(90, 70);
    let planes =
        [1, 2].map(|seed| plane(&mut Noise(seed), window, window, (SampleType::F16, 3), Fill::Render));
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    let rule = Rule::exact(Metric::Abs);
    let right = format!("{:?}", Cpu.compare(&pair, &rule, Want::Stats).stats.max_abs);
    let adapter = backend.gpu().adapter_name().to_owned();
    for lost in 1..=4_usize {
        let compare = || {
            let stats = backend.compare(&pair, &rule, Want::Map).stats;
            assert_eq!(format!("{:?}", stats.max_abs), right);
        };
        compare();
        let before = backend.trouble();
        compare();
        assert_eq!(backend.trouble(), before, "a sound device does it all");
        assert_eq!(backend.devices_opened(), lost);
        // While other threads are at it.
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..6).for_each(|_| compare()));
            }
            backend.gpu().device().destroy();
        });
        compare();
        let trouble = backend.trouble().expect("a device was lost");
        assert!(trouble.contains("the GPU should have done: the GPU device failed"), "{trouble}");
        let again = lost.min(3);
        let times = format!("opened again {again} time{}", if again == 1 { "" } else { "s" });
        assert!(trouble.contains(&times), "{trouble}");
        assert_eq!(trouble.contains("out of use"), lost == 4, "{trouble}");
        assert_eq!(backend.gpu().adapter_name(), adapter);
    }
    assert_eq!(backend.devices_opened(), 4, "three times again, and no more");
    let counted = backend.trouble();
    assert_eq!(
        backend.compare(&pair, &rule, Want::Stats).stats,
        Cpu.compare(&pair, &rule, Want::Stats).stats
    );
    assert_ne!(backend.trouble(), counted, "the CPU does the rest, and it is counted");
}

#[test]
fn a_picture_over_the_texture_limit_is_no_failure() {
    let folder = tempfile::tempdir().expect("there is room");
    let width = BACKEND.gpu().max_side() + 1;
    for name in ["a", "b"] {
        for frame in 1..=2 {
            let path = folder.path().join(format!("{name}.{frame:04}.png"));
            let file = std::fs::File::create(path).expect("the folder is there");
            let mut encoder = png::Encoder::new(file, width, 1);
            encoder.set_color(png::ColorType::Grayscale);
            let mut writer = encoder.write_header().expect("a header can be written");
            writer.write_image_data(&vec![7; width as usize]).expect("as many bytes as pixels");
        }
    }
    let compare = |options: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_aovscope"))
            .args(["compare", "a.####.png", "b.####.png", "--backend", "gpu"])
            .args(options)
            .current_dir(folder.path())
            .output()
            .expect("it was built");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{text}");
        text
    };
    for options in [&[][..], &["--vram", "64KiB"]] {
        let text = compare(options);
        assert!(!text.contains("the CPU"), "{text}");
    }
}
