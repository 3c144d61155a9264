//! `aovscope info PATH...`: what sequences there are and what their files hold.
//!
//! Reads the header of every frame, so that what changes inside a sequence is told too.

mod report;
mod text;

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use rayon::prelude::*;

use crate::codec::Limits;
use crate::sequence::{Depth, discover};

use super::limits::LimitArgs;

pub use report::{
    Change, CryptomatteReport, ImageReport, Report, SequenceReport, Skipped, Unfinished, Unreadable,
};

/// Arguments of `aovscope info`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders, patterns (name.####.exr, name.%04d.exr, "*.exr") or files.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Write one JSON object instead of text.
    #[arg(long)]
    pub json: bool,

    /// Search the folders below the given ones too.
    #[arg(long, short)]
    pub recursive: bool,

    /// Bounds on files.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every frame could be read.
    Complete,
    /// Some could not.
    Incomplete,
}

/// Writes what is found under the paths to `out`.
///
/// # Errors
/// When nothing is found, a path does not exist, or `out` cannot be written.
pub fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Outcome> {
    let depth = if args.recursive { Depth::Recursive } else { Depth::Flat };
    let report = inspect(&args.paths, depth, &args.limits.into())?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        text::write(&report, out)?;
    }
    out.flush()?;
    Ok(if report.is_complete() { Outcome::Complete } else { Outcome::Incomplete })
}

/// Whether any of `paths` is a folder with folders in it.
fn folders_inside(paths: &[PathBuf]) -> bool {
    let mut entries = paths.iter().filter_map(|path| std::fs::read_dir(path).ok()).flatten().flatten();
    entries.any(|entry| entry.path().is_dir())
}

/// Finds the sequences under `paths` and reads the header of every frame, on all cores.
fn inspect(paths: &[PathBuf], depth: Depth, limits: &Limits) -> anyhow::Result<Report> {
    let found = discover(paths, depth).map_err(|error| match folders_inside(paths) {
        true if depth == Depth::Flat => anyhow!("{error} (the folders inside are searched with --recursive)"),
        _ => error.into(),
    })?;
    let sequences = found.sequences.par_iter().map(|sequence| report::sequence(sequence, limits)).collect();
    Ok(Report::new(sequences, found.skipped))
}
