//! ꟻLIP on the GPU against its twin on the CPU.

use std::sync::LazyLock;

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::gpu::{Error, FLIP_SLACK, FlipJob, FlipPass, GpuFlip, GpuPlane};
use aovscope::image::{Plane, SampleType, Samples, Window};
use aovscope::metric::flip::{Exposures, FlipMode, FlipOptions, channels, flip_map};
use aovscope::metric::{Backend, Cpu, Extent, FrameStats, Metric, Pair, Rule, Want};

use super::BACKEND;
use super::noise::{Fill, Noise, disturbed, plane};
use crate::support::small_data;

/// What the GPU may be off by, on any pixel of a picture. On lavapipe the largest is 1.1e-4, of noise with a
/// NaN in it; 6.7e-5 on rendered frames.
const BOUND: f32 = 3e-4;

/// Making one compiles the shader.
static PASS: LazyLock<FlipPass> = LazyLock::new(|| FlipPass::new(BACKEND.gpu()));

/// Errors of `pair` by the GPU.
fn gpu_errors(pair: &Pair<'_>, options: &FlipOptions) -> Result<Vec<f32>, Error> {
    let gpu = BACKEND.gpu();
    let [candidate, reference] = [pair.candidate, pair.reference].map(|p| GpuPlane::upload(gpu, p));
    let (candidate, reference) = (candidate?, reference?);
    let job = FlipJob {
        candidate: &candidate,
        reference: &reference,
        channels: channels(pair).expect("colours"),
        window: pair.covered(),
        options: *options,
        range: aovscope::metric::flip::range(pair, options),
    };
    assert!(job.supported().is_some());
    let target = GpuFlip::new(gpu, job.window, options)?;
    PASS.run(&job, &target)?;
    target.read(gpu)
}

#[track_caller]
fn assert_gpu_is_cpu(pair: &Pair<'_>, options: &FlipOptions, bound: f32, what: &str) {
    let right = flip_map(pair, options);
    let found = gpu_errors(pair, options).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(found.len(), right.values.len(), "{what}");
    for (i, (&found, &right)) in found.iter().zip(&right.values).enumerate() {
        let off = (found - right).abs();
        assert!(off <= bound, "{what}, pixel {i}: {found}, expected {right}, off by {off:e}");
        assert!((0.0..=1.0).contains(&found), "{what}, pixel {i}: {found}");
    }
}

fn pair<'a>(candidate: &'a Plane, reference: &'a Plane) -> Pair<'a> {
    Pair::new(candidate, reference, Extent::Union).expect("the same windows")
}

#[test]
fn every_type_mode_and_size() {
    for sample_type in [SampleType::U8, SampleType::U16, SampleType::F16, SampleType::F32] {
        for (size, ppd) in [((7, 3), 67.02), ((1, 1), 67.02), ((257, 129), 67.02), ((150, 21), 25.0)] {
            for fill in [Fill::Render, Fill::AnyBits] {
                let window = Window::of_size(size.0, size.1);
                let mut noise = Noise(u64::from(size.0) * 77 + 5);
                let reference = plane(&mut noise, window, window, (sample_type, 3), fill);
                let candidate = disturbed(&mut noise, &reference, 9);
                for mode in [FlipMode::Ldr, FlipMode::Hdr] {
                    let exposures = Exposures::Fixed { start: -1.0, stop: 1.5 };
                    let options = FlipOptions { mode, exposures, pixels_per_degree: ppd };
                    let what = format!("{sample_type:?} {size:?} {fill:?} {mode:?}");
                    assert_gpu_is_cpu(&pair(&candidate, &reference), &options, BOUND, &what);
                }
            }
        }
    }
}

#[test]
fn real_frames() {
    let read = |path: &str, key: Option<&str>| {
        let info = read_info(&small_data().join(path), &Limits::default()).expect("a frame");
        let aov = key.map_or(&info.aovs[0], |key| info.aov(key).expect("the AOV"));
        read_planes(&info, &[aov], &Limits::default()).remove(0).expect("sound")
    };
    for (a, b, key) in [
        (
            "cloth/clothsimv2/clothsimv2.0012.exr",
            "cloth/clothsimv1/clothsimv1.0012.exr",
            Some("ViewLayer.Combined"),
        ),
        (
            "cloth/clothsimv2/clothsimv2.0012.exr",
            "cloth/clothsimv1/clothsimv1.0012.exr",
            Some("ViewLayer.Depth"),
        ),
        ("mitsuba/moved/moved.0012.exr", "mitsuba/ref/ref.0012.exr", Some("beauty")),
        ("cloth/clothsimv2/clothsimv2.0012.png", "cloth/clothsimv1/clothsimv1.0012.png", None),
    ] {
        let (candidate, reference) = (read(a, key), read(b, key));
        // Depths of hundreds, all of them white but for some: differences of a rounding are what is left.
        let bound = if key == Some("ViewLayer.Depth") { FLIP_SLACK } else { BOUND };
        let what = format!("{a} {key:?}");
        assert_gpu_is_cpu(&pair(&candidate, &reference), &FlipOptions::default(), bound, &what);
    }
}

#[test]
fn windows_apart_and_bands_of_rows() {
    let display = Window::of_size(64, 120);
    let (a, b) = (Window::new(-5, -3, 50, 110), Window::new(4, 2, 56, 100));
    let mut noise = Noise(9);
    let candidate = plane(&mut noise, a, display, (SampleType::F32, 3), Fill::Render);
    let reference = plane(&mut noise, b, display, (SampleType::F16, 4), Fill::Render);
    for ppd in [67.02, 12.0, 300.0] {
        let options = FlipOptions { pixels_per_degree: ppd, ..FlipOptions::default() };
        assert_gpu_is_cpu(&pair(&candidate, &reference), &options, BOUND, &format!("windows, {ppd}"));
    }
}

#[test]
fn where_nothing_differs_the_gpu_too_says_zero() {
    let window = Window::of_size(200, 90);
    let mut noise = Noise(4);
    let reference = plane(&mut noise, window, window, (SampleType::F32, 3), Fill::Render);
    let same = gpu_errors(&pair(&reference, &reference), &FlipOptions::default()).expect("well");
    assert!(same.iter().all(|v| v.to_bits() == 0));
    let mut candidate = reference.clone();
    let Samples::F32(green) = &mut candidate.channels[1].samples else { unreachable!() };
    green[window.index(120, 40).expect("inside")] += 2.0;
    let found = gpu_errors(&pair(&candidate, &reference), &FlipOptions::default()).expect("well");
    for (i, &value) in found.iter().enumerate() {
        let (x, y) = window.pixel(i);
        let distance = (x - 120).abs().max((y - 40).abs());
        assert!(value == 0.0 || distance <= 10, "({x}, {y}): {value:e}");
        assert!(value > 0.0 || distance > 6, "({x}, {y}): {value:e}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let gpu = BACKEND.gpu();
    let side = gpu.max_side() + 1;
    let wide = GpuFlip::new(gpu, Window::of_size(side, 1), &FlipOptions::default());
    assert!(matches!(wide, Err(Error::TooLarge { .. })), "{wide:?}");
}

/// The metric: what decides is as on the CPU, whatever the passes are off by.
#[test]
fn counts_and_maxima_are_the_cpus() {
    let window = Window::new(-3, 5, 300, 170);
    let mut noise = Noise(41);
    let reference = plane(&mut noise, window, window, (SampleType::F16, 3), Fill::Render);
    let mut near = disturbed(&mut noise, &reference, 4000);
    for channel in &mut near.channels {
        let Samples::F16(values) = &mut channel.samples else { unreachable!() };
        values[777] = half::f16::NAN;
    }
    let far = plane(&mut noise, window, window, (SampleType::F16, 3), Fill::Render);
    for (name, candidate) in [("same", &reference), ("near", &near), ("far", &far)] {
        let pair = pair(candidate, &reference);
        assert!(channels(&pair).is_some(), "colours");
        for abs in [0.0, 0.02, 0.3] {
            let rule = Rule { abs, ..Rule::exact(Metric::Flip) };
            let gpu = BACKEND.compare_and_gather(&pair, &rule, Want::Map, &[(0, 9), (-3, 5)]);
            let cpu = Cpu.compare_and_gather(&pair, &rule, Want::Map, &[(0, 9), (-3, 5)]);
            assert_eq!(BACKEND.trouble(), None);
            assert_eq!(gpu.1, cpu.1);
            let (gpu, cpu) = (gpu.0, cpu.0);
            let (a, b) = (gpu.map.expect("asked for"), cpu.map.expect("asked for"));
            assert_eq!(a.flags, b.flags, "{name}, {abs}");
            let off = a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off <= BOUND, "{name}, {abs}: off by {off}");
            let exact = |s: &FrameStats| FrameStats { metric_mean: 0.0, flip: None, ..s.clone() };
            assert_eq!(exact(&gpu.stats), exact(&cpu.stats), "{name}, {abs}");
            let (a, b) = (gpu.stats.flip.expect("flip"), cpu.stats.flip.expect("flip"));
            assert_eq!((a.range, a.pool.max), (b.range, b.pool.max), "{name}, {abs}");
            assert!((a.pool.mean - b.pool.mean).abs() <= f64::from(BOUND), "{name}, {abs}");
        }
    }
}
