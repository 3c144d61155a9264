//! Frames to measure on, and a fair race between ways to do the same thing.
#![allow(dead_code, missing_docs, reason = "each bench uses its own part")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where it fails, and prints")]

pub mod frames;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use exr::compression::Compression;

/// Rounds of each race; the median of them is told.
const ROUNDS: usize = 5;

/// Width and height from the command line (`cargo bench -- 1920 1080`), else 3840 × 2160.
pub fn size() -> (usize, usize) {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(width), Some(height)) => (width, height),
        _ => (3840, 2160),
    }
}

/// Writes an RGBA frame of halves (ZIP).
pub fn write_rgba(path: &Path, size: (usize, usize), seed: u32) {
    frames::rgba(size, seed).write(path, Compression::ZIP16);
}

/// Writes a frame of 35 channels, halves, floats and integers (ZIP).
pub fn write_aovs(path: &Path, size: (usize, usize), seed: u32) {
    frames::aovs(size, seed).write(path, Compression::ZIP16);
}

/// One way to do it.
pub type Runner<'a> = (&'a str, Box<dyn FnMut() + 'a>);

/// Runs all in turn, [`ROUNDS`] times, so that a busy moment hits all alike; prints medians of wall
/// and processor time and how many times longer than the first each took.
pub fn race(title: &str, mut runners: Vec<Runner<'_>>) {
    let mut times = vec![Vec::new(); runners.len()];
    for _ in 0..ROUNDS {
        for ((_, run), times) in runners.iter_mut().zip(&mut times) {
            let (wall, cpu) = (Instant::now(), processor_ms());
            run();
            times.push((wall.elapsed().as_secs_f64() * 1e3, processor_ms() - cpu));
        }
    }
    println!("\n{title}\n  {:<44} {:>9} {:>9} {:>7} {:>7}", "", "wall ms", "cpu ms", "wall ×", "cpu ×");
    let mut base = None;
    for ((name, _), times) in runners.iter().zip(&times) {
        let wall = median(times.iter().map(|time| time.0)).unwrap();
        let cpu = median(times.iter().map(|time| time.1)).unwrap();
        let (wall0, cpu0) = *base.get_or_insert((wall, cpu));
        println!("  {name:<44} {wall:>9.1} {cpu:>9.0} {:>7.2} {:>7.2}", wall / wall0, cpu / cpu0);
    }
}

/// The middle one; `None` of none.
pub fn median(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

/// Processor time of this process and its ended children in ms (steps of 10); NaN outside Linux.
fn processor_ms() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return f64::NAN };
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(4).filter_map(|t| t.parse::<f64>().ok());
    ticks.sum::<f64>() * 10.0
}

/// OpenImageIO's comparer, where it is installed.
pub fn idiff() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|folder| folder.join("idiff")).find(|p| p.is_file());
    if found.is_none() {
        println!("idiff is not on PATH (package openimageio-tools): left out");
    }
    found
}

/// Compares two files by idiff, as a process.
pub fn run_idiff(idiff: &Path, a: &Path, b: &Path) {
    let output = Command::new(idiff).arg("-a").args([a, b]).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code <= 2), "{output:?}");
}

/// Says what is measured.
pub fn describe(path: &Path) {
    let name = path.file_name().unwrap().to_string_lossy();
    println!("{name}: {} MB", std::fs::metadata(path).unwrap().len() / 1_000_000);
}
