//! A series with every kind of awkward value, and the Python that reads exports.

use std::path::PathBuf;
use std::process::Command;

use aovscope::engine::{Cell, CellStatus, Probe, ProbeShape, RegionStats, Series, SeriesChannel, Value};
use aovscope::image::{Sample, SampleType, Window};
use half::f16;

/// Samples of each type, in the order of the channels of [`series`].
fn samples(type_index: usize) -> Vec<Sample> {
    let floats = [0.1, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-45, f32::MAX, 1e10, 16_777_217.0];
    let halves = [0x2e66, 0x8000, 0x7e01, 0x7c00, 0xfc00, 0x0001, 0x7bff, 0x3c01];
    let signalling = f32::from_bits(0x7f81_2345);
    match type_index {
        0 => halves.into_iter().map(|bits| Sample::F16(f16::from_bits(bits))).collect(),
        1 => floats.into_iter().chain([signalling]).map(Sample::F32).collect(),
        2 => [0, 1, 0xdead_beef, 16_777_217, u32::MAX].into_iter().map(Sample::U32).collect(),
        3 => [0, 1, 128, 254, 255].into_iter().map(Sample::U8).collect(),
        _ => [0, 1, 777, 32768, 65535].into_iter().map(Sample::U16).collect(),
    }
}

/// 3 sequences × 4 frames × 3 probes (the last a region) × 5 channels (a type each).
pub fn series() -> Series {
    let types = [SampleType::F16, SampleType::F32, SampleType::U32, SampleType::U8, SampleType::U16];
    let channel = |i: usize, aov: &str, name: &str| SeriesChannel {
        aov: aov.into(),
        channel: name.into(),
        sample_type: types[i],
        tol_abs: 0.001 * i as f64,
        tol_rel: 1e-6,
    };
    let probe = |label: &str, window, shape| Probe { label: label.into(), window, shape };
    let mut series = Series {
        sequences: vec!["ref".into(), "Ткань, v2".into(), "quote\"d".into()],
        reference_index: Some(0),
        frames: vec![-1, 0, 1, 1000],
        probes: vec![
            probe("", Window::new(-3, 5, 1, 1), ProbeShape::Pixel),
            probe("hem\nline", Window::new(70, 40, 1, 1), ProbeShape::Pixel),
            probe("sleeve", Window::new(2, 3, 9, 7), ProbeShape::Region),
        ],
        channels: vec![
            channel(0, "diffcol", "R"),
            channel(1, "diffcol", "G"),
            channel(2, "id", "ID"),
            channel(3, "rgba", "R"),
            channel(4, "rgba", "G"),
        ],
        cells: Vec::new(),
        paths: Vec::new(),
    };
    for s in 0..3 {
        for f in 0..4 {
            let missing = s == 2 && f == 1;
            series.paths.push((!missing).then(|| PathBuf::from(format!("{s}/тест.{f:04}.exr"))));
            series.cells.extend((0..15).map(|i| cell([s, f, i / 5, i % 5], missing)));
        }
    }
    series
}

fn cell([s, f, p, c]: [usize; 4], missing: bool) -> Cell {
    let none = |status| Cell { status, value: None, reference: None, delta: None, changed: false };
    if missing {
        return none(CellStatus::FrameMissing);
    }
    if p == 0 && f == 3 {
        return none(CellStatus::OutsideDataWindow);
    }
    if p == 1 && f == 2 && s == 2 {
        return none(CellStatus::Unreadable);
    }
    let all = samples(c);
    let pick = |n: usize| match p {
        2 => Value::Region(RegionStats {
            mean: all[n % all.len()].to_f64() / 3.0,
            min: -1.0 / 3.0,
            max: n as f64,
            std: 1e-300,
            changed_fraction: 0.25,
        }),
        _ => Value::Pixel(all[n % all.len()]),
    };
    let (value, reference) = (pick(s + 2 * f + 3 * p), pick(2 * f + 3 * p));
    let delta = value.to_f64() - reference.to_f64();
    Cell {
        status: CellStatus::Compared,
        value: Some(value),
        reference: Some(reference),
        delta: Some(delta),
        changed: delta != 0.0,
    }
}

/// Runs a Python program that may use NumPy and gives what it prints.
///
/// # Panics
/// When no Python with NumPy is there, or the program fails.
pub fn python(program: &str, arguments: &[&std::path::Path]) -> String {
    let with_numpy = |python: &&str| {
        let tried = Command::new(python).args(["-c", "import numpy"]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    let python = ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(with_numpy)
        .expect("a python3 with numpy reads the exports: install python3-numpy, or run tests/run.sh");
    let output =
        Command::new(python).arg("-c").arg(program).args(arguments).output().expect("it ran just before");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{python} failed:\n{errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
