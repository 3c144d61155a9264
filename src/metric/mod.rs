//! What a comparison means, defined on the CPU.
//!
//! A candidate and a reference plane become a [`Pair`]; a [`Rule`] says which metric and when a
//! delta counts as changed; a [`Backend`] turns both into a [`Comparison`]. [`Cpu`] is the
//! definition; every other back end gives the same counts, maxima and positions.

mod angle;
mod cpu;
pub mod flip;
mod histogram;
mod kernel;
mod lanes;
mod map;
mod non_finite;
mod pair;
mod partial;
mod regions;
mod rule;
mod runs;
mod segment;
mod stats;
mod temporal;
mod ulp;
mod work;

pub use cpu::Cpu;
pub use histogram::Histogram;
pub use kernel::{channel_changed, compare_with_flip, rectangle, rectangle_map};
pub use map::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE};
pub use pair::{Extent, Pair, PairError};
pub use partial::{Partial, Sums};
pub use regions::{Region, RegionChoice, Regions, Span};
pub use rule::{Metric, NonFinite, Rule, default_metric};
pub use stats::{FlipStats, FrameStats, Peak};
pub use temporal::{Apart, ChannelMaps, DELTA_WORDS, DeltaMaps, DeltaState, NEVER, ValueMaps, ValueState};

use crate::image::{Plane, Sample};

/// What came of comparing one AOV of one frame.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Counts, maxima, means.
    pub stats: FrameStats,
    /// One value per pixel, if it was asked for.
    pub map: Option<DeltaMap>,
}

/// Whether a [`DeltaMap`] is wanted beside the statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Statistics alone.
    Stats,
    /// Statistics and the map.
    Map,
}

/// Where the delta of a frame is added up over all frames.
#[derive(Clone, Copy, Debug)]
pub struct Over<'a> {
    /// What it is added to.
    pub state: &'a DeltaState,
    /// Rank of the frame.
    pub rank: u32,
}

/// Computes comparisons. All back ends agree on every flag, count, maximum and position.
pub trait Backend: Send + Sync {
    /// `cpu` or `gpu`, as outputs name it.
    fn name(&self) -> &'static str;

    /// Compares `pair.candidate` with `pair.reference` under `rule`.
    fn compare(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison;

    /// What the user should hear of this back end at the end of a run; the results are right all the
    /// same.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// As [`Backend::compare`], and the stored values of the compared channels at absolute pixels,
    /// as many as `pixels`.
    fn compare_and_gather(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
    ) -> (Comparison, Vec<PixelValues>) {
        (self.compare(pair, rule, want), PixelValues::of_all(pair, pixels))
    }

    /// As [`Backend::compare_and_gather`], and adds the delta to `over`: the maps that come of it are
    /// the same on all back ends where [`Metric::has_exact_map`].
    fn compare_over_frames(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
        over: Over<'_>,
    ) -> (Comparison, Vec<PixelValues>) {
        let (mut comparison, values) = self.compare_and_gather(pair, rule, Want::Map, pixels);
        over.take(pair, &mut comparison, want);
        (comparison, values)
    }
}

impl Over<'_> {
    /// Adds the map of `comparison`, which is left there if it is wanted.
    pub fn take(&self, pair: &Pair<'_>, comparison: &mut Comparison, want: Want) {
        if let Some(map) = &comparison.map {
            self.state.add(self.rank, map, pair.covered());
        }
        if want == Want::Stats {
            comparison.map = None;
        }
    }
}

/// Stored values of one pixel, one for each of [`Pair::channels`]; `None` outside a side's data
/// window and where its file does not give the pixel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PixelValues {
    /// Of the candidate.
    pub candidate: Option<Vec<Sample>>,
    /// Of the reference.
    pub reference: Option<Vec<Sample>>,
}

impl PixelValues {
    /// Of each of `pixels`, in order.
    pub fn of_all(pair: &Pair<'_>, pixels: &[(i32, i32)]) -> Vec<Self> {
        pixels.iter().map(|&at| Self::of(pair, at)).collect()
    }

    /// Read from the planes themselves.
    pub fn of(pair: &Pair<'_>, (x, y): (i32, i32)) -> Self {
        let at = |plane: &Plane, channels: &mut dyn Iterator<Item = usize>| {
            let index = plane.index(x, y)?;
            Some(channels.map(|channel| plane.channels[channel].samples.get(index)).collect())
        };
        Self {
            candidate: at(pair.candidate, &mut pair.channels.iter().map(|&(a, _)| a)),
            reference: at(pair.reference, &mut pair.channels.iter().map(|&(_, b)| b)),
        }
    }
}
