//! What differs between the two sequences, where and from which frame on.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::render::{ID_MARBLES, Pixel, crease_bounds};
use super::vector::multiply;
use super::{FRAMES, HEIGHT, WIDTH, cloth};
use crate::image::Window;

/// Up to here, exclusive, the sequences are equal.
pub(super) const FIRST_CHANGE: i64 = 9;
const SWAP: std::ops::RangeInclusive<i64> = 12..=FRAMES;
const PATCH: std::ops::RangeInclusive<i64> = 14..=17;
const PATCH_WINDOW: Window = Window::new(126, 84, 30, 16);
const PATCH_TINT: [f64; 3] = [1.3, 0.92, 0.7];
const FIREFLY: (i64, i32, i32) = (19, 168, 17);
const NAN: (i64, i32, i32) = (21, 24, 88);

/// One of the two sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Without changes.
    Reference,
    /// With them.
    Candidate,
}

impl Version {
    pub(super) const BOTH: [Self; 2] = [Self::Reference, Self::Candidate];

    const fn name(self) -> &'static str {
        match self {
            Self::Reference => "clothsimv1",
            Self::Candidate => "clothsimv2",
        }
    }

    pub(super) fn folder(self, dir: &Path) -> PathBuf {
        dir.join(self.name())
    }

    pub(super) fn path(self, dir: &Path, frame: i64) -> PathBuf {
        self.folder(dir).join(format!("{}.{frame:04}.exr", self.name()))
    }
}

/// Where the sequences are and what differs between them.
#[derive(Clone, Debug, Serialize)]
pub struct Planted {
    /// Folder of `clothsimv1`.
    pub reference: PathBuf,
    /// Folder of `clothsimv2`.
    pub candidate: PathBuf,
    /// The first frame that differs; all before are equal bit by bit.
    pub first_frame: i64,
    /// All that differs; nothing else does.
    pub changes: Vec<PlantedChange>,
}

/// One thing that differs.
#[derive(Clone, Debug, Serialize)]
pub struct PlantedChange {
    /// In words.
    pub name: &'static str,
    /// The AOVs in which it shows.
    pub aovs: Vec<&'static str>,
    /// Frames and the pixels around the change in each: nothing outside changes.
    pub windows: Vec<(i64, Window)>,
    /// Whether every pixel of the windows changes.
    pub fills_windows: bool,
}

impl PlantedChange {
    /// Where it may show in an AOV and frame.
    pub fn window(&self, aov: &str, frame: i64) -> Option<Window> {
        let at = self.windows.iter().find(|(number, _)| *number == frame);
        at.filter(|_| self.aovs.contains(&aov)).map(|(_, window)| *window)
    }
}

impl Planted {
    pub(super) fn new(dir: &Path) -> Self {
        let pixel = |(frame, x, y): (i64, i32, i32)| vec![(frame, Window::new(x, y, 1, 1))];
        let over = |frames: std::ops::RangeInclusive<i64>, window| frames.map(|f| (f, window)).collect();
        let drawn = vec!["rgba", "diffcol", "depth", "normal", "motion"];
        let creases = (1..=FRAMES).filter_map(|frame| Some((frame, crease_window(frame)?))).collect();
        let whole = Window::of_size(WIDTH as u32, HEIGHT as u32);
        let change =
            |name, aovs, windows, fills_windows| PlantedChange { name, aovs, windows, fills_windows };
        Self {
            reference: Version::Reference.folder(dir),
            candidate: Version::Candidate.folder(dir),
            first_frame: FIRST_CHANGE,
            changes: vec![
                change("a crease that spreads", drawn, creases, false),
                change("two marbles swap their ids", vec!["id"], over(SWAP, whole), false),
                change("a patch of another colour", vec!["rgba", "diffcol"], over(PATCH, PATCH_WINDOW), true),
                change("a firefly", vec!["rgba"], pixel(FIREFLY), true),
                change("a pixel that is not a number", vec!["rgba"], pixel(NAN), true),
            ],
        }
    }
}

/// How far the crease of a version has spread in a frame, 0..=1.
pub(super) fn crease(version: Version, frame: i64) -> f64 {
    let spread = (frame - FIRST_CHANGE + 1).max(0) as f64 / (FRAMES - FIRST_CHANGE + 1) as f64;
    if version == Version::Candidate { spread } else { 0.0 }
}

/// Pixels that the crease can touch in a frame that has it; a pixel more on each side, for the samples around its centre.
pub(super) fn crease_window(frame: i64) -> Option<Window> {
    if frame < FIRST_CHANGE {
        return None;
    }
    let bounds = crease_bounds(&cloth(Version::Reference, frame), &cloth(Version::Candidate, frame));
    let [left, top, right, bottom] = bounds;
    let (x, y) = (left.floor() - 1.0, top.floor() - 1.0);
    let size = |first: f64, last: f64| (last.ceil() + 1.0 - first) as u32;
    let window = Window::new(x as i32, y as i32, size(x, right), size(y, bottom));
    Some(window.intersection(&Window::of_size(WIDTH as u32, HEIGHT as u32)))
}

/// Hides the changes that are made in the picture, not in the scene, in a frame of the candidate.
pub(super) fn plant(frame: i64, mut pixels: Vec<Pixel>) -> Vec<Pixel> {
    for (index, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = ((index % WIDTH) as i32, (index / WIDTH) as i32);
        if SWAP.contains(&frame) {
            pixel.id = swapped(pixel.id);
        }
        if PATCH.contains(&frame) && PATCH_WINDOW.contains(x, y) {
            pixel.beauty = multiply(pixel.beauty, PATCH_TINT);
            pixel.diffuse = multiply(pixel.diffuse, PATCH_TINT);
        }
        if (frame, x, y) == FIREFLY {
            pixel.beauty = [61.0, 58.0, 52.0];
        }
        if (frame, x, y) == NAN {
            pixel.beauty = [f64::NAN; 3];
        }
    }
    pixels
}

const fn swapped(id: u32) -> u32 {
    let [a, b, _] = ID_MARBLES;
    if id == a {
        b
    } else if id == b {
        a
    } else {
        id
    }
}
