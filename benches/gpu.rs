//! Times the GPU back end against its definition on the CPU and against copying the same bytes.
//!
//! `cargo bench --bench gpu [-- WIDTHxHEIGHT]`. Prints medians of five runs and ratios: those can
//! be compared between machines, milliseconds cannot.
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::time::{Duration, Instant};

use aovscope::gpu::{Gpu, GpuBackend, Prefer};
use aovscope::image::{Plane, PlaneChannel, SampleType, Samples, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};
use half::f16;

const RUNS: usize = 5;

fn main() {
    let gpu = match Gpu::open(Prefer::Any).and_then(GpuBackend::new) {
        Ok(gpu) => gpu,
        Err(error) => return println!("{error}"),
    };
    let window = size_from(std::env::args().skip(1)).unwrap_or(Window::of_size(3840, 2160));
    println!("{} at {window}, software: {}", gpu.gpu().adapter_name(), gpu.gpu().is_software());
    for sample_type in [SampleType::F32, SampleType::F16] {
        let planes = [0, 1].map(|salt| plane(window, sample_type, salt));
        let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
        let copy = median(|| {
            let copies: Vec<Vec<u8>> = planes
                .iter()
                .flat_map(|p| &p.channels)
                .map(|c| std::hint::black_box(c.samples.as_bytes()).to_vec())
                .collect();
            drop(std::hint::black_box(copies));
        });
        println!("{} x3: copying both frames {copy:.1?}", sample_type.name());
        for (metric, want) in
            [(Metric::Abs, Want::Stats), (Metric::Abs, Want::Map), (Metric::Rel, Want::Stats)]
        {
            let rule = Rule::exact(metric);
            let time = |backend: &dyn Backend| {
                median(|| drop(std::hint::black_box(backend.compare(&pair, &rule, want))))
            };
            let (cpu, gpu) = (time(&Cpu), time(&gpu));
            let ratio = |time: Duration| time.as_secs_f64() / copy.as_secs_f64();
            println!(
                "  {metric:>3} {want:?}: cpu {cpu:.1?} ({:.1} copies), gpu {gpu:.1?} ({:.1} copies), cpu/gpu {:.2}",
                ratio(cpu),
                ratio(gpu),
                cpu.as_secs_f64() / gpu.as_secs_f64()
            );
        }
    }
    if let Some(trouble) = gpu.trouble() {
        println!("the CPU did what the GPU should have done: {trouble}");
    }
}

fn size_from(mut args: impl Iterator<Item = String>) -> Option<Window> {
    args.find_map(|arg| {
        let (width, height) = arg.split_once('x')?;
        Some(Window::of_size(width.parse().ok()?, height.parse().ok()?))
    })
}

/// The median after one run that does not count: it compiles and makes room.
fn median(mut run: impl FnMut()) -> Duration {
    run();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

/// Three channels in which one value in eight depends on `salt`.
fn plane(window: Window, sample_type: SampleType, salt: u32) -> Plane {
    let value = |channel: u32, i: u32| {
        let hash = (i ^ (channel << 28)).wrapping_mul(0x9e37_79b9);
        let moved = if hash & 7 == 0 { salt } else { 0 };
        (hash >> 8) as f32 / 16_777_216.0 + moved as f32 * 0.01
    };
    let samples = |channel: u32| {
        let values = (0..window.pixels() as u32).map(|i| value(channel, i));
        match sample_type {
            SampleType::F16 => Samples::F16(values.map(f16::from_f32).collect()),
            _ => Samples::F32(values.collect()),
        }
    };
    let names = ["R", "G", "B"];
    let channels = (0..3).map(|c| PlaneChannel { name: names[c as usize].to_owned(), samples: samples(c) });
    Plane { data_window: window, display_window: window, channels: channels.collect() }
}
