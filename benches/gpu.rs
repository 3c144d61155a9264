//! Times the GPU back end against its definition on the CPU and against copying the same bytes.
//!
//! `cargo bench --bench gpu [-- WIDTHxHEIGHT]`. Prints medians of five runs, and throughputs beside
//! that of a copy in memory: those ratios can be compared between machines, milliseconds cannot.
//! Of the GPU's time, `settle` is what the CPU does again in f64 (see `src/gpu/settle.rs`).
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use aovscope::gpu::{Gpu, GpuBackend, Prefer};
use aovscope::image::{Plane, PlaneChannel, Samples, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};
use half::f16;

const RUNS: usize = 5;

/// What the planes hold.
#[derive(Clone, Copy, Debug)]
enum Content {
    /// One value in eight differs.
    F32,
    /// The same.
    F16,
    /// Any values: few pixels have the largest difference.
    U8Random,
    /// One value in eight differs by one step: all of them have the largest difference.
    U8Steps,
}

fn main() {
    let gpu = match Gpu::open(Prefer::Any).and_then(GpuBackend::new) {
        Ok(gpu) => gpu,
        Err(error) => return println!("{error}"),
    };
    let window = size_from(std::env::args().skip(1)).unwrap_or(Window::of_size(3840, 2160));
    let info = gpu.gpu().info();
    println!("{} ({:?}, {:?}, {})", info.name, info.device_type, info.backend, info.driver_info);
    if gpu.gpu().is_software() {
        println!("this adapter is software, the GPU's times are not a speed figure");
    }
    println!("pairs of 3 channels, {window}");
    for content in [Content::F32, Content::F16, Content::U8Random, Content::U8Steps] {
        compare(&gpu, window, content);
    }
    if let Some(trouble) = gpu.trouble() {
        println!("{trouble}");
    }
}

fn compare(gpu: &GpuBackend, window: Window, content: Content) {
    let planes = [0, 1].map(|salt| plane(window, content, salt));
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    let bytes: u64 = planes.iter().map(Plane::size_bytes).sum();
    let speed = |time: Duration| bytes as f64 / 1e9 / time.as_secs_f64();
    let copy = time_of_copy(&planes);
    println!("{content:?}: {:.1} MB, copy {copy:.1?} ({:.1} GB/s)", bytes as f64 / 1e6, speed(copy));
    for (metric, want) in [(Metric::Abs, Want::Stats), (Metric::Abs, Want::Map), (Metric::Rel, Want::Stats)] {
        let rule = Rule::exact(metric);
        let time = |backend: &dyn Backend| median(|| drop(black_box(backend.compare(&pair, &rule, want))));
        let (cpu, all) = (time(&Cpu), time(gpu));
        let pass = median(|| drop(black_box(gpu.unsettled(&pair, &rule, want, &[]))));
        let figure = |time: Duration| {
            let of_copy = copy.as_secs_f64() / time.as_secs_f64();
            format!("{time:.1?} ({:.2} GB/s, {of_copy:.2} of copy)", speed(time))
        };
        println!(
            "  {:>3} {:>5}: cpu {}, gpu {} of which settle {:.1?}, cpu/gpu {:.2}",
            metric.name(),
            format!("{want:?}").to_lowercase(),
            figure(cpu),
            figure(all),
            all.saturating_sub(pass),
            cpu.as_secs_f64() / all.as_secs_f64()
        );
    }
}

/// Copies all samples into memory that is there already: a fresh block would be timed by its page
/// faults, or not be written at all.
fn time_of_copy(planes: &[Plane]) -> Duration {
    let sources: Vec<&[u8]> = planes.iter().flat_map(|p| &p.channels).map(|c| c.samples.as_bytes()).collect();
    let mut targets: Vec<Vec<u8>> = sources.iter().map(|source| vec![1; source.len()]).collect();
    let time = median(|| {
        for (target, source) in targets.iter_mut().zip(&sources) {
            black_box(target.as_mut_slice()).copy_from_slice(black_box(source));
            black_box(target.as_slice());
        }
    });
    assert!(targets.iter().zip(&sources).all(|(target, source)| target == source), "it was copied");
    time
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

/// Three channels; see [`Content`].
fn plane(window: Window, content: Content, salt: u32) -> Plane {
    let pixels = 0..window.pixels() as u32;
    let hash = |channel: u32, i: u32| {
        let hash = (i ^ (channel << 28)).wrapping_mul(0x9e37_79b9);
        (hash ^ (hash >> 15)).wrapping_mul(0x85eb_ca77)
    };
    let step = |hash: u32| if hash & 7 == 0 { salt } else { 0 };
    let value = |hash: u32| (hash >> 8) as f32 / 16_777_216.0 + step(hash) as f32 * 0.01;
    let samples = |channel: u32| {
        let hashes = pixels.clone().map(|i| hash(channel, i));
        match content {
            Content::F32 => Samples::F32(hashes.map(value).collect()),
            Content::F16 => Samples::F16(hashes.map(|h| f16::from_f32(value(h))).collect()),
            Content::U8Random => Samples::U8(hashes.map(|h| (h >> (8 + 8 * salt)) as u8).collect()),
            Content::U8Steps => Samples::U8(hashes.map(|h| (h >> 25) as u8 + step(h) as u8).collect()),
        }
    };
    let names = ["R", "G", "B"];
    let channels = (0..3).map(|c| PlaneChannel { name: names[c as usize].to_owned(), samples: samples(c) });
    let channels = channels.collect();
    Plane { data_window: window, display_window: window, channels, unreadable: Vec::new() }
}
