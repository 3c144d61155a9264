//! How long a comparison takes, and how much memory: `cargo bench --bench compare [-- WIDTH HEIGHT]`.
//!
//! First decoded planes by each metric, against a plain copy of the same bytes by all cores; then whole
//! files against `idiff`, which computes comparable figures (means, maximum, failed pixels) of all
//! channels; then the peak memory of the program on one pair and on 10 and 1000 frames.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where it fails")]

mod support;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::{Plane, PlaneChannel, Samples, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};
use half::f16;
use rayon::prelude::*;

fn main() {
    let (folder, size) = (tempfile::tempdir().unwrap(), support::size());
    let window = Window::of_size(size.0 as u32, size.1 as u32);
    for (title, is_half, channels) in [("RGB, float", false, 3), ("RGBA, half", true, 4)] {
        for (content, every) in [("all pixels differ", 1), ("one in eight differs", 8), ("equal", u32::MAX)] {
            let [a, b] = [1, 0].map(|salt| plane(window, (is_half, channels), (salt, every)));
            race_metrics(&format!("{title}, {content}"), &a, &b);
        }
    }
    let path = |name: &str| folder.path().join(name);
    for seed in 1..=2 {
        support::write_rgba(&path(&format!("rgba{seed}.exr")), size, seed);
        support::write_aovs(&path(&format!("aovs{seed}.exr")), size, seed);
    }
    let idiff = support::idiff();
    for (title, name) in [("two RGBA files", "rgba"), ("two files of 35 channels", "aovs")] {
        let files = [path(&format!("{name}1.exr")), path(&format!("{name}2.exr"))];
        let [a, b] = &files;
        let mut runners: Vec<support::Runner<'_>> =
            vec![("aovscope, decode and abs of every AOV", Box::new(|| compare_files(a, b)))];
        if let Some(idiff) = &idiff {
            runners.push(("idiff -a, as a process", Box::new(|| support::run_idiff(idiff, a, b))));
        }
        support::race(title, runners);
    }
    println!("\npeak memory of the process (Linux only), MB");
    let [a, b] = ["aovs1.exr", "aovs2.exr"].map(path);
    for memory in ["4GiB", "512MiB"] {
        println!("  35 channels, --memory {memory:<26} {:>6.0}", peak_mb(&[&a, &b], memory));
    }
    for frames in [10, 1000] {
        let sequences = [1, 2].map(|seed| sequence(folder.path(), seed, frames));
        let [a, b] = &sequences;
        println!("  {frames:>4} frames of 480x270, --memory 256MiB      {:>6.0}", peak_mb(&[a, b], "256MiB"));
    }
}

fn race_metrics(title: &str, a: &Plane, b: &Plane) {
    let bytes = a.size_bytes() + b.size_bytes();
    let sources: Vec<&[u8]> = [a, b].iter().flat_map(|p| &p.channels).map(|c| c.samples.as_bytes()).collect();
    // Memory that is there already: a fresh block would be timed by its page faults.
    let mut targets: Vec<Vec<u8>> = sources.iter().map(|source| vec![1; source.len()]).collect();
    let copy = || {
        targets.par_iter_mut().zip(&sources).for_each(|(target, source)| {
            let chunks = target.par_chunks_mut(1 << 20).zip(source.par_chunks(1 << 20));
            chunks.for_each(|(target, source)| target.copy_from_slice(source));
        });
        black_box(&targets);
    };
    let mut runners: Vec<support::Runner<'_>> = vec![("a copy of the same bytes", Box::new(copy))];
    for metric in Metric::ALL.into_iter().filter(|metric| *metric != Metric::Flip) {
        let rule = Rule::exact(metric);
        runners.push((metric.name(), Box::new(move || compare(a, b, &rule, Want::Stats))));
    }
    let tolerant = Rule { abs: 0.01, rel: 0.01, ..Rule::exact(Metric::Abs) };
    runners.push(("abs with tolerances", Box::new(move || compare(a, b, &tolerant, Want::Stats))));
    let exact = Rule::exact(Metric::Abs);
    runners.push(("abs with map", Box::new(move || compare(a, b, &exact, Want::Map))));
    support::race(&format!("{title}: {} MB, all cores", bytes / 1_000_000), runners);
}

fn compare(candidate: &Plane, reference: &Plane, rule: &Rule, want: Want) {
    let pair = Pair::new(candidate, reference, Extent::Union).unwrap();
    black_box(Cpu.compare(&pair, rule, want));
}

/// Noise; in plane 1 `every`-th value is another than in plane 0.
fn plane(window: Window, (is_half, channels): (bool, u32), (salt, every): (u32, u32)) -> Plane {
    let values = |channel: u32| {
        (0..window.pixels() as u32).into_par_iter().map(move |i| {
            let mut hash = (i ^ (channel << 28)).wrapping_mul(0x9e37_79b9);
            hash = (hash ^ (hash >> 15)).wrapping_mul(0x85eb_ca77);
            hash ^= hash >> 13;
            let value = (hash >> 8) as f32 / 16_777_216.0;
            if salt == 1 && hash.is_multiple_of(every) { value * 1.01 + 0.001 } else { value }
        })
    };
    let samples = |channel| {
        if is_half {
            Samples::F16(values(channel).map(f16::from_f32).collect())
        } else {
            Samples::F32(values(channel).collect())
        }
    };
    let names = ["R", "G", "B", "A"];
    let channels =
        (0..channels).map(|c| PlaneChannel { name: names[c as usize].to_owned(), samples: samples(c) });
    let channels = channels.collect();
    Plane { data_window: window, display_window: window, channels, unreadable: Vec::new() }
}

fn planes(path: &Path) -> Vec<Plane> {
    let info = read_info(path, &Limits::default()).unwrap();
    let aovs: Vec<_> = info.aovs.iter().collect();
    read_planes(&info, &aovs, &Limits::default()).into_iter().map(Result::unwrap).collect()
}

fn compare_files(a: &Path, b: &Path) {
    let (a, b) = (planes(a), planes(b));
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(&b) {
        compare(a, b, &Rule::exact(Metric::Abs), Want::Stats);
    }
}

/// A folder with that many names of one small frame.
fn sequence(folder: &Path, seed: u32, frames: u32) -> std::path::PathBuf {
    let sequence = folder.join(format!("v{seed}x{frames}"));
    std::fs::create_dir(&sequence).unwrap();
    let frame = folder.join(format!("small{seed}.exr"));
    support::write_aovs(&frame, (480, 270), seed);
    for number in 1..=frames {
        std::fs::hard_link(&frame, sequence.join(format!("v.{number:04}.exr"))).unwrap();
    }
    sequence
}

/// Peak memory of `aovscope compare`, in MB.
fn peak_mb(paths: &[&Path; 2], memory: &str) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    command.arg("compare").args(paths).args(["-q", "--backend", "cpu", "--memory", memory]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut peak = 0.0f64;
    // The mark only rises, so the last look before the end is the peak, or near it.
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0.0) / 1e3);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}
