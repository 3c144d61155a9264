//! Times the GPU back end, step by step, against its definition on the CPU and against copying the
//! same bytes, on the device and in memory.
//!
//! `cargo bench --bench gpu [-- WIDTHxHEIGHT]`; `WGPU_ADAPTER_NAME` and `WGPU_BACKEND` choose the
//! adapter. Prints medians of five runs, and throughputs beside those of copies in the same run: such
//! ratios can be compared between machines, milliseconds cannot. The bytes are those of the samples
//! of both sides, for every figure but the read-back's.
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use aovscope::gpu::{
    DeltaJob, DeltaPass, Error, FlipJob, FlipPass, Gpu, GpuBackend, GpuDelta, GpuFlip, GpuPlane, Prefer,
    Steps, adapters, choose,
};
use aovscope::image::{Plane, PlaneChannel, Samples, Window};
use aovscope::metric::{self, Backend, Cpu, DELTA_WORDS, DeltaState, Extent, Metric, Over, Pair, Rule, Want};
use half::f16;

const RUNS: usize = 5;
/// Frames that are compared at a time, as the engine does.
const THREADS: usize = 3;

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
    if let Err(error) = run() {
        println!("{error}");
    }
}

fn run() -> Result<(), Error> {
    let adapters = adapters();
    let chosen = choose(&adapters, &Prefer::Any.into())?;
    // Software has timestamps too, and they are wrong.
    let wanted = if adapters[chosen].is_software() { wgpu::Features::empty() } else { TIMESTAMPS };
    let gpu = adapters[chosen].open_with(wanted)?;
    let info = gpu.info();
    println!("{} ({:?}, {:?}, {})", info.name, info.device_type, info.backend, info.driver_info);
    if gpu.is_software() {
        println!("this adapter is software, the GPU's times are not a speed figure");
    }
    let backend = GpuBackend::new(gpu)?;
    let device = Timer::new(backend.gpu().clone());
    println!(
        "times on the device: {}",
        if device.queries.is_some() { "timestamps" } else { "submit and wait" }
    );
    let window = size_from(std::env::args().skip(1)).unwrap_or(Window::of_size(3840, 2160));
    println!("pairs of 3 channels, {window}");
    for content in [Content::F32, Content::F16, Content::U8Random, Content::U8Steps] {
        let planes = [0, 1].map(|salt| plane(window, content, salt));
        let bytes = planes.iter().map(Plane::size_bytes).sum();
        println!("\n{content:?}: {:.1} MB", bytes as f64 / 1e6);
        let report = Report { bytes, memory: time_of_copy(&planes), device: copies(&device, &planes)? };
        for (metric, want) in
            [(Metric::Abs, Want::Stats), (Metric::Abs, Want::Map), (Metric::Rel, Want::Stats)]
        {
            println!("  {} {want:?}", metric.name());
            compare(&backend, &device, &planes, (&Rule::exact(metric), want), &report)?;
        }
    }
    flip(&backend, window)?;
    println!("\nmost memory on the device: {:.1} MB", backend.peak_bytes() as f64 / 1e6);
    if let Some(trouble) = backend.trouble() {
        println!("{trouble}");
    }
    Ok(())
}

/// ꟻLIP of a linear pair: the passes alone, with upload and what the CPU settles, and the CPU alone.
fn flip(backend: &GpuBackend, window: Window) -> Result<(), Error> {
    let planes = [0, 1].map(|salt| plane(window, Content::F16, salt));
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    let rule = Rule::exact(Metric::Flip);
    let range = metric::flip::range(&pair, &rule.flip);
    let exposures = range.map_or(1, |range| range.count);
    println!("\nflip, HDR, {exposures} exposures");
    let gpu = backend.gpu();
    let (pass, target) = (FlipPass::new(gpu), GpuFlip::new(gpu, window, &rule.flip)?);
    let (candidate, reference) = (GpuPlane::upload(gpu, &planes[0])?, GpuPlane::upload(gpu, &planes[1])?);
    let channels = metric::flip::channels(&pair).expect("colours");
    let (candidate, reference) = (&candidate, &reference);
    let job = FlipJob { candidate, reference, channels, window, options: rule.flip, range };
    let passes = median(|| pass.run(&job, &target).and_then(|()| gpu.idle()))?;
    let time = |backend: &dyn Backend| {
        median(|| {
            black_box(backend.compare(&pair, &rule, Want::Stats));
            Ok(())
        })
    };
    for (what, time) in
        [("the passes", passes), ("all of it", time(backend)?), ("the CPU alone", time(&Cpu)?)]
    {
        let each = time.as_secs_f64() * 1e9 / (window.pixels() * u64::from(exposures)) as f64;
        println!("    {what:<34} {:>9}, {each:.2} ns a pixel and exposure", format!("{time:.1?}"));
    }
    Ok(())
}

/// What all figures of one content are held against.
struct Report {
    bytes: u64,
    memory: Duration,
    device: Duration,
}

impl Report {
    /// One line: `copy` is what the same bytes take in the place where the work is done.
    fn line(&self, what: &str, time: Duration, copy: Duration) {
        let of_copy = copy.as_secs_f64() / time.as_secs_f64();
        println!("    {what:<34} {}, {of_copy:.2} of copy", figure(self.bytes, time));
    }
}

fn figure(bytes: u64, time: Duration) -> String {
    format!("{:>9} {:>7.2} GB/s", format!("{time:.1?}"), bytes as f64 / 1e9 / time.as_secs_f64())
}

/// Copies of both planes: on the device from texture to texture (the one that counts) and from buffer
/// to buffer, and to the device in the two ways that there are. Returns the first.
fn copies(device: &Timer, planes: &[Plane; 2]) -> Result<Duration, Error> {
    let gpu = &device.gpu;
    let bytes: u64 = planes.iter().map(Plane::size_bytes).sum();
    let [from, to] = [GpuPlane::upload(gpu, &planes[0])?, GpuPlane::upload(gpu, &planes[1])?];
    let buffer = |usage| {
        let size = (bytes / 2).next_multiple_of(4);
        let descriptor = wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false };
        gpu.guarded(size, || gpu.device().create_buffer(&descriptor))
    };
    let (source, target) = (buffer(wgpu::BufferUsages::COPY_SRC)?, buffer(wgpu::BufferUsages::COPY_DST)?);
    let textures = device.time(|encoder| {
        // Half of the bytes in each direction.
        for (from, to) in [(&from, &to), (&to, &from)] {
            for (from, to) in from.channels.iter().zip(&to.channels) {
                let (from, to) = (&from.texture, &to.texture);
                encoder.copy_texture_to_texture(from.as_image_copy(), to.as_image_copy(), from.size());
            }
        }
    })?;
    let buffers = device.time(|encoder| {
        encoder.copy_buffer_to_buffer(&source, 0, &target, 0, source.size());
        encoder.copy_buffer_to_buffer(&source, 0, &target, 0, source.size());
    })?;
    let write_texture = median(|| {
        for (plane, on_device) in planes.iter().zip([&from, &to]) {
            for (channel, texture) in plane.channels.iter().zip(on_device.channels.iter().map(|c| &c.texture))
            {
                let row = texture.width() * channel.samples.sample_type().bytes() as u32;
                let layout =
                    wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: None };
                let bytes = channel.samples.as_bytes();
                gpu.queue().write_texture(texture.as_image_copy(), bytes, layout, texture.size());
            }
        }
        gpu.queue().submit([]);
        gpu.idle()
    })?;
    println!("    {:<34} {}", "copy in memory", figure(bytes, time_of_copy(planes)));
    println!("    {:<34} {}", "copy texture to texture", figure(bytes, textures));
    println!("    {:<34} {}", "copy buffer to buffer", figure(bytes, buffers));
    println!("    {:<34} {}", "upload by write_texture", figure(bytes, write_texture));
    Ok(textures)
}

fn compare(
    backend: &GpuBackend,
    device: &Timer,
    planes: &[Plane; 2],
    (rule, want): (&Rule, Want),
    report: &Report,
) -> Result<(), Error> {
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    let steps = || Ok(backend.steps(&pair, rule, want)?.expect("three channels of one type are the GPU's"));
    steps()?;
    let runs: Vec<Steps> = (0..RUNS).map(|_| steps()).collect::<Result<_, Error>>()?;
    let step = |of: fn(&Steps) -> Duration| middle(runs.iter().map(of).collect());
    let whole = |backend: &dyn Backend| {
        median(|| {
            black_box(backend.compare(&pair, rule, want));
            Ok(())
        })
    };
    let (cpu, gpu) = (whole(&Cpu)?, whole(backend)?);
    let unsettled = median(|| backend.unsettled(&pair, rule, want, &[]).map(|found| drop(black_box(found))))?;
    let together = median(|| {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| drop(black_box(backend.compare(&pair, rule, want))));
            }
        });
        Ok(())
    })?;
    report.line("upload", step(|steps| steps.upload), report.memory);
    report.line("delta pass", pass(device, &pair, rule)?, report.device);
    report.line("delta pass, with submission", step(|steps| steps.pass), report.device);
    println!(
        "    {:<34} {}",
        "read-back (its own bytes)",
        figure(result_bytes(&pair, want), step(|s| s.read_back))
    );
    if rule.metric.has_exact_map() && want == Want::Stats {
        over_frames(backend, &pair, rule, step(|steps| steps.temporal), report)?;
    }
    println!("    {:<34} {:>9}", "settle", format!("{:.1?}", gpu.saturating_sub(unsettled)));
    report.line("whole", gpu, report.memory);
    report.line(&format!("whole, {THREADS} at a time, each"), together / THREADS as u32, report.memory);
    report.line("cpu", cpu, report.memory);
    println!("    {:<34} {:>9.2}", "cpu / gpu", cpu.as_secs_f64() / gpu.as_secs_f64());
    Ok(())
}

/// The delta added up over frames: the pass alone, and with all else, against the CPU.
fn over_frames(
    backend: &GpuBackend,
    pair: &Pair<'_>,
    rule: &Rule,
    pass: Duration,
    report: &Report,
) -> Result<(), Error> {
    // Map and flags are read; state is read and written where a pixel differs, here taken for all.
    let bytes = pair.window.pixels() * (8 + 2 * 4 * DELTA_WORDS as u64);
    println!("    {:<34} {}", "temporal pass (its own bytes)", figure(bytes, pass));
    let whole = |backend: &dyn Backend| {
        let state = DeltaState::new(i64::MIN..i64::MAX);
        let mut rank = 0;
        let mut add = || {
            let over = Over { state: &state, rank };
            rank += 1;
            black_box(backend.compare_over_frames(pair, rule, Want::Stats, &[], over));
            Ok(())
        };
        add()?;
        median(add)
    };
    report.line("whole, over frames", whole(backend)?, report.memory);
    report.line("cpu, over frames", whole(&Cpu)?, report.memory);
    Ok(())
}

/// The pass alone.
fn pass(device: &Timer, pair: &Pair<'_>, rule: &Rule) -> Result<Duration, Error> {
    let gpu = &device.gpu;
    let [candidate, reference] =
        [GpuPlane::upload(gpu, pair.candidate)?, GpuPlane::upload(gpu, pair.reference)?];
    let (pass, target) = (DeltaPass::new(gpu)?, GpuDelta::new(gpu, pair.window)?);
    let job = DeltaJob {
        candidate: &candidate,
        reference: &reference,
        channels: &pair.channels,
        window: pair.window,
        rule,
    };
    device.time(|encoder| pass.record(encoder, &job, &target, 0..u32::MAX).expect("it did so before"))
}

/// Records, and the map with its flags where it is wanted.
fn result_bytes(pair: &Pair<'_>, want: Want) -> u64 {
    let records = pair.window.pixels() / 256 * 64;
    records + if want == Want::Map { pair.window.pixels() * 8 } else { 0 }
}

const TIMESTAMPS: wgpu::Features =
    wgpu::Features::TIMESTAMP_QUERY.union(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS);

/// Times what is recorded for the device.
struct Timer {
    gpu: Gpu,
    queries: Option<wgpu::QuerySet>,
}

impl Timer {
    fn new(gpu: Gpu) -> Self {
        let queries = gpu.device().features().contains(TIMESTAMPS).then(|| {
            let ty = wgpu::QueryType::Timestamp;
            gpu.device().create_query_set(&wgpu::QuerySetDescriptor { label: None, ty, count: 2 })
        });
        Self { gpu, queries }
    }

    /// The median time of what `record` records: by timestamps where the device has them, else from
    /// its submission to its end.
    fn time(&self, record: impl Fn(&mut wgpu::CommandEncoder)) -> Result<Duration, Error> {
        let mut times = Vec::new();
        for _ in 0..=RUNS {
            times.push(match &self.queries {
                Some(queries) => self.by_timestamps(queries, &record)?,
                None => self.by_clock(&record)?,
            });
        }
        // The first compiles and makes room.
        Ok(middle(times.split_off(1)))
    }

    fn by_clock(&self, record: impl Fn(&mut wgpu::CommandEncoder)) -> Result<Duration, Error> {
        self.gpu.idle()?;
        let mut encoder = self.gpu.device().create_command_encoder(&Default::default());
        record(&mut encoder);
        let commands = encoder.finish();
        let start = Instant::now();
        self.gpu.queue().submit([commands]);
        self.gpu.idle()?;
        Ok(start.elapsed())
    }

    fn by_timestamps(
        &self,
        queries: &wgpu::QuerySet,
        record: impl Fn(&mut wgpu::CommandEncoder),
    ) -> Result<Duration, Error> {
        use wgpu::BufferUsages as Usage;
        let buffer = |usage| {
            let descriptor =
                wgpu::BufferDescriptor { label: None, size: 16, usage, mapped_at_creation: false };
            self.gpu.device().create_buffer(&descriptor)
        };
        let (resolved, read) =
            (buffer(Usage::QUERY_RESOLVE | Usage::COPY_SRC), buffer(Usage::MAP_READ | Usage::COPY_DST));
        let mut encoder = self.gpu.device().create_command_encoder(&Default::default());
        encoder.write_timestamp(queries, 0);
        record(&mut encoder);
        encoder.write_timestamp(queries, 1);
        encoder.resolve_query_set(queries, 0..2, &resolved, 0);
        encoder.copy_buffer_to_buffer(&resolved, 0, &read, 0, 16);
        self.gpu.queue().submit([encoder.finish()]);
        let [start, end]: [u64; 2] =
            self.gpu.read(&[(&read, 16)], |bytes| bytemuck::pod_read_unaligned(bytes[0]))?;
        let nanoseconds = (end - start) as f64 * f64::from(self.gpu.queue().get_timestamp_period());
        Ok(Duration::from_secs_f64(nanoseconds / 1e9))
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
        Ok(())
    });
    assert!(targets.iter().zip(&sources).all(|(target, source)| target == source), "it was copied");
    time.expect("memory does not fail")
}

fn size_from(mut args: impl Iterator<Item = String>) -> Option<Window> {
    args.find_map(|arg| {
        let (width, height) = arg.split_once('x')?;
        Some(Window::of_size(width.parse().ok()?, height.parse().ok()?))
    })
}

/// The median after one run that does not count: it compiles and makes room.
fn median(mut run: impl FnMut() -> Result<(), Error>) -> Result<Duration, Error> {
    run()?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed());
    }
    Ok(middle(times))
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
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
