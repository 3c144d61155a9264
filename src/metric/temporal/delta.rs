//! The delta of one AOV and candidate over all frames.

mod apart;
mod block;
mod words;

use std::ops::Range;
use std::sync::OnceLock;

pub use apart::Apart;
use block::{DeltaBlock, Frame};
use rayon::prelude::*;
pub use words::DELTA_WORDS;

use super::NEVER;
use super::bins::{SquareBins, ValueBins};
use super::blocks::Blocks;
use crate::image::Window;
use crate::metric::DeltaMap;

/// Delta maps of any number of frames on their way to [`DeltaMaps`].
///
/// Frames are named by their rank, 0 for the first; each is added once.
#[derive(Debug)]
pub struct DeltaState {
    blocks: Blocks<DeltaBlock>,
    /// Frames that a back end keeps to itself; `None` where it can not.
    apart: OnceLock<Option<Box<dyn Apart>>>,
}

/// One value per pixel over all frames of a delta, row by row.
///
/// A pixel has a value in a frame where both sides have the pixel, can be read, and no channel has a
/// non-finite value against another one. A value beyond f32 counts as the largest f32.
#[derive(Clone, Debug, PartialEq)]
pub struct DeltaMaps {
    /// All pixels that any frame has.
    pub window: Window,
    /// Largest magnitude; 0 where no value differs from 0.
    pub max: Vec<f32>,
    /// Rank of the first frame that has it; [`NEVER`] where it is 0.
    pub max_frame: Vec<u32>,
    /// Mean of the values; this and the next two are NaN where there is no value.
    pub mean: Vec<f32>,
    /// Root of the mean square.
    pub rms: Vec<f32>,
    /// Standard deviation (that of all frames: divided by their number).
    pub std: Vec<f32>,
    /// Frames in which the pixel changed, those without a value (uncovered, non-finite) among them.
    pub changed: Vec<u32>,
    /// Rank of the first of them; [`NEVER`] where there is none.
    pub first_changed: Vec<u32>,
    /// Rank of the last of them.
    pub last_changed: Vec<u32>,
    /// Frames in which the pixel has a value.
    pub frames: Vec<u32>,
}

impl DeltaState {
    /// Bytes of memory that one pixel takes at most.
    pub const BYTES_PER_PIXEL: u64 = 6 * 4 + ValueBins::BYTES + SquareBins::BYTES;

    /// Of no frame; of the absolute rows `rows` alone, whatever the frames have.
    pub fn new(rows: Range<i64>) -> Self {
        Self { blocks: Blocks::new(rows), apart: OnceLock::new() }
    }

    /// The part of `window` that this state keeps.
    pub fn kept(&self, window: Window) -> Window {
        self.blocks.kept(window)
    }

    /// Where a back end keeps frames of this state to itself. `make` is asked once in the life of the
    /// state whether there is such a place.
    pub fn apart(&self, make: impl FnOnce() -> Option<Box<dyn Apart>>) -> Option<&dyn Apart> {
        self.apart.get_or_init(make).as_deref()
    }

    /// Adds the frame of rank `rank`; `covered` are the pixels that both sides have
    /// ([`crate::metric::Pair::covered`]). May be called from several threads.
    pub fn add(&self, rank: u32, map: &DeltaMap, covered: Window) {
        self.blocks.visit(map.window, |block, part| block.add(part, &Frame { rank, map, covered }));
    }

    /// Adds the frames of another state, which are others than those of this one.
    pub fn merge(&self, other: Self) {
        let (_, blocks) = other.blocks.into_blocks();
        for other in blocks {
            self.blocks.visit(other.presence.window, |block, _| block.merge(&other));
        }
    }

    /// Adds frames in the form that a device keeps them in: `count` frames of the pixels of `window`,
    /// all of which this state keeps. `words` has [`DELTA_WORDS`] fields, one after the other, each with
    /// a word for every pixel, row by row; what the fields are is told in `shaders/temporal.wgsl`.
    pub fn add_words(&self, window: Window, count: u32, words: &[u32]) {
        self.blocks.visit(window, |block, part| {
            block.merge(&DeltaBlock::from_words(part, count, &words::Fields { window, words }));
        });
    }

    /// The maps; `None` where frames that were kept apart are lost.
    pub fn finish(self) -> Option<DeltaMaps> {
        if let Some(Some(apart)) = self.apart.get()
            && !apart.bring(&self)
        {
            return None;
        }
        let (window, blocks) = self.blocks.into_blocks();
        // Each block is gone before the next maps are made.
        let parts: Vec<DeltaMaps> = blocks.into_par_iter().map(|block| block.maps()).collect();
        Some(DeltaMaps::of_parts(window, &parts))
    }

    /// The maps of the frames added so far, while others are to come; each of those that are being added
    /// meanwhile is there in whole rows or not at all. Frames that a back end keeps apart are not there.
    pub fn snapshot(&self) -> DeltaMaps {
        let (window, parts) = self.blocks.read(DeltaBlock::maps);
        DeltaMaps::of_parts(window, &parts)
    }
}

impl DeltaMaps {
    /// Where no frame has a pixel.
    fn empty(window: Window) -> Self {
        let pixels = window.pixels() as usize;
        Self {
            window,
            max: vec![0.0; pixels],
            max_frame: vec![NEVER; pixels],
            mean: vec![f32::NAN; pixels],
            rms: vec![f32::NAN; pixels],
            std: vec![f32::NAN; pixels],
            changed: vec![0; pixels],
            first_changed: vec![NEVER; pixels],
            last_changed: vec![NEVER; pixels],
            frames: vec![0; pixels],
        }
    }

    /// Rows of `window`; where there is no part, no frame has a pixel.
    fn of_parts(window: Window, parts: &[Self]) -> Self {
        let mut whole = Self::empty(window);
        parts.iter().for_each(|part| whole.place(part));
        whole
    }

    /// The rows of `parts`, states of the same frames over different rows, in one.
    pub fn join(parts: &[Self]) -> Self {
        let window = parts.iter().fold(Window::of_size(0, 0), |all, part| all.union(&part.window));
        Self::of_parts(window, parts)
    }

    /// Puts the rows of `part` where they belong; its window lies inside this one's.
    fn place(&mut self, part: &Self) {
        let (from, to) = (part.window, self.window);
        place(&part.max, &mut self.max, from, to);
        place(&part.max_frame, &mut self.max_frame, from, to);
        place(&part.mean, &mut self.mean, from, to);
        place(&part.rms, &mut self.rms, from, to);
        place(&part.std, &mut self.std, from, to);
        place(&part.changed, &mut self.changed, from, to);
        place(&part.first_changed, &mut self.first_changed, from, to);
        place(&part.last_changed, &mut self.last_changed, from, to);
        place(&part.frames, &mut self.frames, from, to);
    }
}

/// Copies the rows of one field of `from` to their places in `to`, the larger.
pub(super) fn place<T: Copy>(part: &[T], whole: &mut [T], from: Window, to: Window) {
    for (y, row) in (from.y..).zip(part.chunks((from.width as usize).max(1))) {
        let start = to.index(from.x, y).expect("the part lies inside");
        whole[start..start + row.len()].copy_from_slice(row);
    }
}
