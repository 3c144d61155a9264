//! One value per pixel over all frames: of the delta ([`DeltaState`], [`DeltaMaps`]) and of a
//! sequence's own values ([`ValueState`], [`ValueMaps`]).
//!
//! Frames are added in any order, by several threads at once, and states of different frames are
//! merged in any order: the maps come out the same to the bit. Counts, minima, maxima and first and
//! last frames are such by nature. Sums are integers on an absolute grid (see `bins`), never running
//! floats, and the variance n·Σq² − (Σq)² is taken from them in integers.

mod bins;
mod blocks;
mod delta;
mod samples;
mod sums;
mod values;
mod wide;

pub use delta::{Apart, DELTA_WORDS, DeltaMaps, DeltaState};
pub use values::{ChannelMaps, ValueMaps, ValueState};

/// In place of a frame where there is none.
pub const NEVER: u32 = u32::MAX;
