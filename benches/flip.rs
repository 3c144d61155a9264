//! How long ꟻLIP takes: `cargo bench --bench flip [-- WIDTH HEIGHT]`, else 3840 × 2160.
//!
//! Against NVIDIA's own CPU tool (`pip install flip-evaluator numpy`), both on one thread and both on
//! all, by turns; the same pictures, in memory, at the exposures that the reference asks for. Python
//! is `AOVSCOPE_PYTHON`, else `python3`; where it lacks the tool, that is said and left out. Its time is that
//! of `flip_evaluator.evaluate` alone. Processor time is told beside time on the clock: on a busy machine
//! only that can be compared.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where it fails")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

use aovscope::image::{Plane, PlaneChannel, Samples, Window};
use aovscope::metric::flip::{FlipOptions, exposure_range, flip_map, pool};
use aovscope::metric::{Extent, Pair};
use half::f16;

/// Rounds by turns; the median of each is told.
const ROUNDS: usize = 3;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (width, height) = (numbers.next().unwrap_or(3840), numbers.next().unwrap_or(2160));
    let window = Window::of_size(width, height);
    let folder = tempfile::tempdir().unwrap();
    for is_hdr in [true, false] {
        let planes = [1, 2].map(|seed| picture(window, is_hdr, seed));
        for (name, plane) in ["test", "reference"].iter().zip(&planes) {
            std::fs::write(folder.path().join(name), interleaved(plane)).unwrap();
        }
        race(&planes, is_hdr, folder.path());
    }
}

fn race(planes: &[Plane; 2], is_hdr: bool, folder: &Path) {
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).unwrap();
    let options = FlipOptions::default();
    let all = std::thread::available_parallelism().unwrap().get();
    let range = flip_map(&pair, &options).range;
    let count = range.map_or(1, |range| range.count);
    let mode = if is_hdr { "HDR" } else { "LDR" };
    println!("\n{mode}, {}, {count} exposures", pair.window);
    let mut peers: Vec<_> = [1, all].map(|n| Peer::start(n, mode, pair.window, folder)).into();
    let mut means = [0.0; 2];
    // Of one thread, then of all: ours, of which finding the exposures, theirs.
    let mut times = [const { [const { Vec::new() }; 3] }; 2];
    for _ in 0..ROUNDS {
        for ((threads, times), peer) in [1, all].into_iter().zip(&mut times).zip(&mut peers) {
            let threads = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let start = Time::now();
            let map = threads.install(|| flip_map(&pair, &options));
            times[0].push(start.elapsed());
            means[0] = pool(&map.values).mean;
            let start = Time::now();
            threads.install(|| exposure_range(&planes[1], [0, 1, 2], pair.window));
            times[1].push(start.elapsed());
            if let Some(peer) = peer {
                let (time, mean) = peer.evaluate();
                times[2].push(time);
                means[1] = mean;
            }
        }
    }
    for (threads, times) in [1, all].into_iter().zip(times) {
        let [ours, range, theirs] = times.map(median);
        let (ours, range) = (ours.unwrap(), range.unwrap());
        let pixel = ours.cpu * 1e9 / (pair.window.pixels() * u64::from(count)) as f64;
        println!(
            "  {threads} threads: {:.3} s, processor {:.3} s ({pixel:.1} ns a pixel and exposure)",
            ours.wall, ours.cpu
        );
        if is_hdr {
            println!("    of which finding the exposures {:.3} s, processor {:.3} s", range.wall, range.cpu);
        }
        if let Some(theirs) = theirs {
            println!(
                "    flip-evaluator {:.3} s, processor {:.3} s: {:.1} and {:.1} times as long",
                theirs.wall,
                theirs.cpu,
                theirs.wall / ours.wall,
                theirs.cpu / ours.cpu
            );
        }
    }
    println!("  means {:.6} and {:.6}", means[0], means[1]);
}

/// Seconds on the clock, and of all threads of a process.
#[derive(Clone, Copy)]
struct Time {
    wall: f64,
    cpu: f64,
}

impl Time {
    /// Since some moment.
    fn now() -> Self {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        Self { wall: START.elapsed().as_secs_f64(), cpu: processor_seconds() }
    }

    fn elapsed(self) -> Self {
        let now = Self::now();
        Self { wall: now.wall - self.wall, cpu: now.cpu - self.cpu }
    }
}

#[cfg(unix)]
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[cfg(not(unix))]
fn processor_seconds() -> f64 {
    f64::NAN
}

/// The middle one of each sort of time.
fn median(times: Vec<Time>) -> Option<Time> {
    let middle = |of: fn(&Time) -> f64| {
        let mut times: Vec<f64> = times.iter().map(of).collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    };
    Some(Time { wall: middle(|t| t.wall)?, cpu: middle(|t| t.cpu)? })
}

/// NVIDIA's tool in a process of its own, the pictures read.
struct Peer(Child, BufReader<std::process::ChildStdout>);

impl Peer {
    fn start(threads: usize, mode: &str, window: Window, folder: &Path) -> Option<Self> {
        const SERVER: &str = "\
import sys, time
import numpy, flip_evaluator
mode, width, height, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
test, reference = (
    numpy.fromfile(f'{folder}/{name}', numpy.float32).reshape(height, width, 3) for name in ['test', 'reference'])
print('ready', flush=True)
for _ in sys.stdin:
    start, cpu = time.perf_counter(), time.process_time()
    errors = flip_evaluator.evaluate(reference, test, mode, applyMagma=False)[0]
    times = time.perf_counter() - start, time.process_time() - cpu
    # Its own mean is a running sum in float32, which is off by thousandths at 4K.
    print(*times, errors.mean(dtype=numpy.float64), flush=True)
";
        let python = std::env::var_os("AOVSCOPE_PYTHON").unwrap_or_else(|| "python3".into());
        let (width, height) = (window.width.to_string(), window.height.to_string());
        let child = Command::new(python)
            .args(["-c", SERVER, mode, &width, &height])
            .arg(folder)
            .env("OMP_NUM_THREADS", threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.ok()?;
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        if line.trim() != "ready" {
            println!("  no flip-evaluator (AOVSCOPE_PYTHON names the Python that has it): left out");
            let _ = child.wait();
            return None;
        }
        Some(Self(child, out))
    }

    /// Time taken and mean error.
    fn evaluate(&mut self) -> (Time, f64) {
        writeln!(self.0.stdin.as_mut().unwrap()).unwrap();
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap());
        let mut next = || numbers.next().unwrap();
        (Time { wall: next(), cpu: next() }, next())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Smooth light over slanted shapes with a little noise: halves from 0 to about 20, or bytes.
fn picture(window: Window, is_hdr: bool, seed: u32) -> Plane {
    let (width, height) = (window.width, window.height);
    let channel = |c: u32| {
        let pixels = (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
        pixels.map(move |(x, y)| {
            let shape = hash((x + y / 3) / 160 * 64 + y / 120 + c * 7919);
            let shade = (x as f32 / width as f32) * (1.2 - y as f32 / height as f32);
            let noise =
                hash(x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ (seed * 3 + c) << 24);
            shade * shape * (0.9 + 0.2 * noise)
        })
    };
    let samples = |c: u32| {
        if is_hdr {
            Samples::F16(channel(c).map(|v| f16::from_f32(v * v * 20.0)).collect())
        } else {
            Samples::U8(channel(c).map(|v| (v.sqrt() * 255.0).min(255.0) as u8).collect())
        }
    };
    let channels = ["R", "G", "B"].into_iter().zip(0..);
    let channels = channels.map(|(name, c)| PlaneChannel { name: name.to_owned(), samples: samples(c) });
    Plane {
        data_window: window,
        display_window: window,
        channels: channels.collect(),
        unreadable: Vec::new(),
    }
}

/// 0 to 1.
fn hash(mut bits: u32) -> f32 {
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    (bits >> 8) as f32 / 16_777_216.0
}

/// As NVIDIA's tool takes a picture: f32, the channels of a pixel side by side.
fn interleaved(plane: &Plane) -> Vec<u8> {
    let pixels = 0..plane.data_window.pixels() as usize;
    let values = pixels.flat_map(|i| plane.channels.iter().map(move |c| c.samples.get(i).to_f32()));
    values.flat_map(f32::to_ne_bytes).collect()
}
