//! State as a device keeps it. The layout is that of `shaders/temporal.wgsl`: all zeros is no frame.

use super::block::DeltaBlock;
use crate::image::Window;
use crate::metric::temporal::NEVER;
use crate::metric::temporal::bins::{BINS, Bins};
use crate::metric::temporal::blocks::Presence;

/// Words of one pixel.
pub const DELTA_WORDS: usize = SQUARES + 2 * BINS;

const MAX: usize = 0;
/// [`NEVER`] less the rank.
const MAX_FRAME: usize = 1;
const CHANGED: usize = 2;
/// [`NEVER`] less the rank.
const FIRST: usize = 3;
/// One more than the rank.
const LAST: usize = 4;
/// Frames in which the pixel has no value.
const ABSENT: usize = 5;
/// Topmost bins above the lowest: of the values in the low byte, of the squares in the next.
const TOPS: usize = 6;
/// Sums of the values, topmost bin first, each the low word before the high one.
const VALUES: usize = 7;
/// Sums of the squares.
const SQUARES: usize = VALUES + 2 * BINS;

/// The words of all pixels of a window.
pub(super) struct Fields<'a> {
    pub window: Window,
    /// Field by field.
    pub words: &'a [u32],
}

impl Fields<'_> {
    /// One field of the pixels of `part`, row by row.
    fn of(&self, field: usize, part: Window) -> impl Iterator<Item = u32> {
        let field = &self.words[field * self.window.pixels() as usize..];
        (part.y..part.bottom() as i32).flat_map(move |y| {
            let start = self.window.index(part.x, y).expect("the part is inside the window");
            field[start..start + part.width as usize].iter().copied()
        })
    }

    fn sum(&self, field: usize, part: Window) -> Vec<i64> {
        let (low, high) = (self.of(field, part), self.of(field + 1, part));
        low.zip(high).map(|(low, high)| (u64::from(high) << 32 | u64::from(low)) as i64).collect()
    }

    fn bins<const BELOW: i32>(&self, tops: u32, sums: usize, part: Window) -> Bins<BELOW> {
        let above = self.of(TOPS, part).map(|both| (both >> tops) as u8);
        Bins::of(above, std::array::from_fn(|bin| self.sum(sums + 2 * bin, part)))
    }
}

impl DeltaBlock {
    /// The state of the pixels `part` after `frames` frames.
    pub(super) fn from_words(part: Window, frames: u32, fields: &Fields<'_>) -> Self {
        let of = |field| fields.of(field, part);
        let mut block = Self::empty(Presence::of(part, frames, of(ABSENT).collect()));
        if of(MAX).any(|max| max != 0) {
            block.max = of(MAX).map(f32::from_bits).collect();
            block.max_frame = of(MAX_FRAME).map(|frame| NEVER - frame).collect();
            (block.sums, block.squares) = (fields.bins(0, VALUES, part), fields.bins(8, SQUARES, part));
        }
        if of(CHANGED).any(|changed| changed != 0) {
            block.changed = of(CHANGED).collect();
            block.first = of(FIRST).map(|frame| NEVER - frame).collect();
            block.last = of(LAST).collect();
        }
        block
    }
}
