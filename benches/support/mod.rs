//! Frames to measure on, and a fair race between ways to do the same thing.
#![allow(dead_code, missing_docs, reason = "each bench uses its own part")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where it fails, and prints")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use exr::prelude::*;

/// Rounds of each race; the median of them is told.
const ROUNDS: usize = 5;

/// The layers of a frame with many AOVs: name, components, whether they are halves.
const LAYERS: [(&str, &[&str], bool); 12] = [
    ("", &["R", "G", "B", "A"], true),
    ("albedo.", &["R", "G", "B"], true),
    ("diffuse.", &["R", "G", "B"], true),
    ("diffuse_indirect.", &["R", "G", "B"], true),
    ("specular.", &["R", "G", "B"], true),
    ("specular_indirect.", &["R", "G", "B"], true),
    ("emission.", &["R", "G", "B"], true),
    ("N.", &["X", "Y", "Z"], true),
    ("P.", &["X", "Y", "Z"], false),
    ("motion.", &["X", "Y"], false),
    ("uv.", &["U", "V", "W"], false),
    ("depth.", &["Z"], false),
];

/// Width and height from the command line (`cargo bench -- 1920 1080`), else 3840 × 2160.
pub fn size() -> (usize, usize) {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(width), Some(height)) => (width, height),
        _ => (3840, 2160),
    }
}

/// Writes an RGBA frame of halves: smooth shapes under path tracer's noise that `seed` alone decides.
pub fn write_rgba(path: &Path, (width, height): (usize, usize), seed: u32) {
    write(path, (width, height), seed, &LAYERS[..1]);
}

/// Writes a frame of 12 AOVs, 34 channels, halves and floats.
pub fn write_aovs(path: &Path, (width, height): (usize, usize), seed: u32) {
    write(path, (width, height), seed, &LAYERS);
}

fn write(path: &Path, (width, height): (usize, usize), seed: u32, layers: &[(&str, &[&str], bool)]) {
    let mut list = Vec::new();
    for (layer, &(prefix, components, is_half)) in layers.iter().enumerate() {
        for (c, component) in components.iter().enumerate() {
            let value = |i: usize| pixel((i % width, i / width), width, layer * 4 + c, seed);
            let samples = if is_half {
                FlatSamples::F16((0..width * height).map(|i| f16::from_f32(value(i))).collect())
            } else {
                FlatSamples::F32((0..width * height).map(value).collect())
            };
            list.push(AnyChannel::new(format!("{prefix}{component}").as_str(), samples));
        }
    }
    let encoding = Encoding { compression: Compression::ZIP16, ..Encoding::FAST_LOSSLESS };
    let channels = AnyChannels::sort(list.into_iter().collect());
    Image::from_encoded_channels((width, height), encoding, channels).write().to_file(path).unwrap();
}

/// Half of the picture is smooth, half has noise; every channel has its own shapes.
fn pixel((x, y): (usize, usize), width: usize, channel: usize, seed: u32) -> f32 {
    let (u, v) = (x as f32 / width as f32, y as f32 / width as f32);
    let smooth = ((u * 7.0 + channel as f32).sin() * (v * 5.0).cos()).mul_add(0.4, 0.5);
    let mut bits = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
    bits ^= (channel as u32).wrapping_mul(0xc2b2_ae3d) ^ seed.wrapping_mul(0x27d4_eb2f);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    let noise = (bits >> 8) as f32 / 16_777_216.0;
    if u + 0.3 * v < 0.6 { smooth } else { smooth * (0.8 + 0.4 * noise) }
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
        let wall = median(times.iter().map(|time| time.0));
        let cpu = median(times.iter().map(|time| time.1));
        let (wall0, cpu0) = *base.get_or_insert((wall, cpu));
        println!("  {name:<44} {wall:>9.1} {cpu:>9.0} {:>7.2} {:>7.2}", wall / wall0, cpu / cpu0);
    }
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
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
