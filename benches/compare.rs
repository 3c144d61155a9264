//! How long a comparison takes: `cargo bench --bench compare [-- WIDTH HEIGHT]`.
//!
//! First decoded planes by each metric, then whole files against `idiff`, which computes comparable
//! figures (means, maximum, failed pixels) of all channels.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench ends where it fails")]

mod support;

use std::hint::black_box;
use std::path::Path;

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::Plane;
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};

fn main() {
    let (folder, size) = (tempfile::tempdir().unwrap(), support::size());
    let path = |name: &str| folder.path().join(name);
    for seed in 1..=2 {
        support::write_rgba(&path(&format!("rgba{seed}.exr")), size, seed);
        support::write_aovs(&path(&format!("aovs{seed}.exr")), size, seed);
    }
    let (a, b) = (planes(&path("rgba1.exr")), planes(&path("rgba2.exr")));
    for (title, want) in [("RGBA half, figures", Want::Stats), ("RGBA half, figures and map", Want::Map)] {
        let (a, b) = (&a[0], &b[0]);
        let metrics = Metric::ALL.into_iter();
        let runners = metrics.map(|metric| -> support::Runner<'_> {
            (metric.name(), Box::new(move || compare(a, b, metric, want)))
        });
        support::race(title, runners.collect());
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
}

fn planes(path: &Path) -> Vec<Plane> {
    let info = read_info(path, &Limits::default()).unwrap();
    let aovs: Vec<_> = info.aovs.iter().collect();
    read_planes(&info, &aovs, &Limits::default()).into_iter().map(Result::unwrap).collect()
}

fn compare(candidate: &Plane, reference: &Plane, metric: Metric, want: Want) {
    let pair = Pair::new(candidate, reference, Extent::Union).unwrap();
    black_box(Cpu.compare(&pair, &Rule::exact(metric), want));
}

fn compare_files(a: &Path, b: &Path) {
    let (a, b) = (planes(a), planes(b));
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(&b) {
        compare(a, b, Metric::Abs, Want::Stats);
    }
}
