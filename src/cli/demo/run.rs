//! The main job on the demo's sequences: compare, track, export, draw maps.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Args, Planted, write_sequences};
use crate::cli::{args, compare, output, progress::Progress};
use crate::engine::{Probe, ProbeShape};
use crate::export::{DEFAULT_CSV, DEFAULT_NPZ};
use crate::image::Window;

/// Makes the sequences, compares them, writes the exports, and tells about it on `out`. Returns the
/// folders that the window may open.
///
/// # Errors
/// When the folder cannot be written, or the run was cancelled.
pub fn run(args: &Args, out: &mut impl Write, cancel: Arc<AtomicBool>) -> anyhow::Result<Vec<PathBuf>> {
    let progress = Progress::new(false);
    let planted = write_sequences(&args.out, &|done, total| progress.at(done, total))?;
    progress.finish();
    writeln!(out, "Two sequences of a cloth, made for this demo, are in {}.", args.out.display())?;
    writeln!(out, "clothsimv2 differs from clothsimv1 from frame {} on:", planted.first_frame)?;
    for change in &planted.changes {
        writeln!(out, "  {:<12} in {}", change.name, change.aovs.join(", "))?;
    }
    writeln!(out)?;

    let arguments = comparison(&args.out, &planted);
    compare::run(&arguments, &mut *out, cancel)?;

    writeln!(out, "\nWritten:")?;
    let output = &arguments.output;
    for path in [&output.csv, &output.npz, &output.json, &output.maps].into_iter().flatten() {
        writeln!(out, "  {}", path.display())?;
    }
    writeln!(out, "\nThe same by hand, and the window on them:")?;
    let [reference, candidate] = [&planted.reference, &planted.candidate];
    writeln!(out, "  aovscope compare {} {}", reference.display(), candidate.display())?;
    writeln!(out, "  aovscope {} {}", reference.display(), candidate.display())?;
    out.flush()?;
    Ok(vec![planted.reference, planted.candidate])
}

/// `aovscope compare REFERENCE CANDIDATE` with a pixel tracked in the middle of each change.
fn comparison(folder: &Path, planted: &Planted) -> compare::Args {
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    compare::Args {
        paths: vec![path(&planted.reference), path(&planted.candidate)],
        probes: args::ProbeArgs { pixel: probes(planted), region: Vec::new() },
        output: output::OutputArgs {
            json: Some(folder.join("comparison.json")),
            csv: Some(folder.join(DEFAULT_CSV)),
            npz: Some(folder.join(DEFAULT_NPZ)),
            maps: Some(folder.join("maps")),
            map_kinds: vec![output::MapKind::Frames, output::MapKind::Delta, output::MapKind::Values],
        },
        ..Default::default()
    }
}

fn probes(planted: &Planted) -> Vec<Probe> {
    let middle = |window: &Window| {
        let (x, y) = (window.x + (window.width / 2) as i32, window.y + (window.height / 2) as i32);
        Window::new(x, y, 1, 1)
    };
    let last = |change: &super::PlantedChange| change.windows.last().map(|(_, window)| middle(window));
    let named = planted.changes.iter().filter_map(|change| Some((change.name, last(change)?)));
    named.map(|(name, window)| Probe { label: name.to_owned(), window, shape: ProbeShape::Pixel }).collect()
}
