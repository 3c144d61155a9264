//! `aovscope demo`: two small sequences of a cloth, made here, that differ in known places.
//!
//! The scene is drawn by a few hundred lines of own code, so that the program can show what it does
//! without any file of a user. [`write_sequences`] says where it hid the changes.

mod camera;
mod cloth;
mod planted;
mod render;
mod run;
mod shade;
mod vector;
mod write;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

pub use planted::{Planted, PlantedChange};
pub use run::run;

use cloth::Cloth;
use planted::Version;
use render::Pixel;

/// Columns of a frame.
pub const WIDTH: usize = 192;
/// Rows of a frame.
pub const HEIGHT: usize = 108;
/// Frames of a sequence, from 1 on.
pub const FRAMES: i64 = 24;

/// Arguments of `aovscope demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the sequences and what comes of comparing them.
    #[arg(long, value_name = "DIR", default_value = "aovscope_demo")]
    pub out: PathBuf,

    /// Open no window.
    #[arg(long)]
    pub headless: bool,
}

/// Writes `clothsimv1.0001.exr` to `clothsimv2.0024.exr` into folders of `dir`, on all cores; tells
/// `progress` how many files of how many are written. The same files each time.
///
/// # Errors
/// When `dir` cannot be made or a file cannot be written.
pub fn write_sequences(dir: &Path, progress: &(dyn Fn(usize, usize) + Sync)) -> anyhow::Result<Planted> {
    let planted = Planted::new(dir);
    for version in Version::BOTH {
        std::fs::create_dir_all(version.folder(dir))?;
    }
    let (written, total) = (AtomicUsize::new(0), 2 * FRAMES as usize);
    (1..=FRAMES).into_par_iter().try_for_each(|frame| {
        for (version, pixels) in Version::BOTH.into_iter().zip(both_versions(frame)) {
            write::write(&version.path(dir, frame), &pixels)?;
            progress(written.fetch_add(1, Ordering::Relaxed) + 1, total);
        }
        anyhow::Ok(())
    })?;
    Ok(planted)
}

/// A frame of the reference and of the candidate; before the first change one is drawn for both.
fn both_versions(frame: i64) -> [Vec<Pixel>; 2] {
    let [plain, creased] = Version::BOTH.map(|version| (cloth(version, frame), cloth(version, frame - 1)));
    let reference = render::render(&plain.0, &plain.1);
    let candidate = match planted::crease_window(frame) {
        None => reference.clone(),
        Some(window) => render::redraw(&creased.0, &creased.1, window, reference.clone()),
    };
    [reference, planted::plant(frame, candidate)]
}

/// The cloth of a version in a frame.
fn cloth(version: Version, frame: i64) -> Cloth {
    let time = (frame - 1).max(0) as f64 / (FRAMES - 1) as f64;
    Cloth { time, crease: planted::crease(version, frame) }
}

#[cfg(test)]
mod tests {
    use super::{FRAMES, Version, cloth, planted, render};

    #[test]
    fn the_crease_changes_nothing_outside_its_window() {
        for frame in [planted::FIRST_CHANGE, FRAMES] {
            let (now, before) = (cloth(Version::Candidate, frame), cloth(Version::Candidate, frame - 1));
            let whole = render::render(&now, &before);
            let plain =
                render::render(&cloth(Version::Reference, frame), &cloth(Version::Reference, frame - 1));
            let window = planted::crease_window(frame).expect("there is a crease");
            assert!(whole != plain);
            assert!(whole == render::redraw(&now, &before, window, plain));
        }
    }
}
