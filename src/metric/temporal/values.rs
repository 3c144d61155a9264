//! A sequence's own values over all frames.

mod block;
mod finish;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use block::ValueBlock;

use super::blocks::{Block, Blocks};
use super::samples::Class;
use super::sums::Sums;
use crate::image::{Plane, Samples, Window};

/// Planes of one AOV of one sequence, any number of frames, on their way to [`ValueMaps`].
#[derive(Debug)]
pub struct ValueState {
    rows: Range<i64>,
    /// By name, as the files spell it.
    channels: RwLock<BTreeMap<String, Arc<Channel>>>,
}

/// One value per pixel and channel over all frames of a sequence.
#[derive(Clone, Debug)]
pub struct ValueMaps {
    /// All pixels that any frame has.
    pub window: Window,
    /// By name.
    pub channels: Vec<ChannelMaps>,
}

/// One channel's values over all frames, row by row.
///
/// A pixel has a value in a frame whose file gives it: inside the data window, and readable. Values
/// that are NaN or infinite are counted and in nothing else but `is_static`.
#[derive(Clone, Debug)]
pub struct ChannelMaps {
    /// Component name as the files spell it (`R`, `X`, `Z` ...).
    pub name: String,
    /// Least finite value (−0 is below +0). As u32 where all frames store integers of that type, 0
    /// where there is none; else as f32, NaN where there is none.
    pub min: Samples,
    /// Largest finite value, in the type of `min`.
    pub max: Samples,
    /// Largest less least, in the type of `min`.
    pub range: Samples,
    /// Mean of the finite values; NaN where there is none.
    pub mean: Vec<f32>,
    /// Their standard deviation (divided by their number); NaN where there is none.
    pub std: Vec<f32>,
    /// 1 where all frames that have the pixel hold the same value (NaN is the same as NaN, −0 is not
    /// +0), 0 where they do not, and where no frame has it.
    pub is_static: Vec<u8>,
    /// Frames with a finite value.
    pub frames: Vec<u32>,
    /// Frames with NaN.
    pub nan: Vec<u32>,
    /// Frames with an infinite value.
    pub inf: Vec<u32>,
}

/// Values of each class by themselves: nearly always there is but one.
#[derive(Debug)]
struct Channel([Blocks<ValueBlock>; 4]);

impl ValueState {
    /// Bytes of memory that one pixel of one channel takes at most.
    pub const BYTES_PER_SAMPLE: u64 = 3 * 4 + Sums::BYTES + 3 * 4;

    /// Of no frame; of the absolute rows `rows` alone, whatever the planes have.
    pub fn new(rows: Range<i64>) -> Self {
        Self { rows, channels: RwLock::new(BTreeMap::new()) }
    }

    /// Adds one frame. May be called from several threads.
    pub fn add(&self, plane: &Plane) {
        for channel in &plane.channels {
            let class = Class::of(channel.samples.sample_type());
            let blocks = self.channel(&channel.name);
            blocks.of(class).visit(plane.data_window, |block, part| {
                block.add(class, part, plane, &channel.samples);
            });
        }
    }

    /// Adds the frames of another state, which are others than those of this one.
    pub fn merge(&self, other: Self) {
        for (name, channel) in other.into_channels() {
            let ours = self.channel(&name);
            for (class, blocks) in Class::ALL.into_iter().zip(channel.0) {
                for other in blocks.into_blocks().1 {
                    ours.of(class).visit(other.window(), |block, _| block.merge(class, &other));
                }
            }
        }
    }

    /// The maps.
    pub fn finish(self) -> ValueMaps {
        let channels = self.into_channels().into_iter();
        finish::together(channels.map(|(name, channel)| finish::channel(&name, channel.0)).collect())
    }

    fn into_channels(self) -> Vec<(String, Channel)> {
        let channels = self.channels.into_inner().unwrap_or_else(PoisonError::into_inner);
        let alone = |channel| Arc::into_inner(channel).expect("no frame is being added any more");
        channels.into_iter().map(|(name, channel)| (name, alone(channel))).collect()
    }

    fn channel(&self, name: &str) -> Arc<Channel> {
        let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(name) {
            return Arc::clone(channel);
        }
        drop(channels);
        let new = || Arc::new(Channel(std::array::from_fn(|_| Blocks::new(self.rows.clone()))));
        let mut channels = self.channels.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(channels.entry(name.to_owned()).or_insert_with(new))
    }
}

impl Channel {
    fn of(&self, class: Class) -> &Blocks<ValueBlock> {
        &self.0[class as usize]
    }
}
