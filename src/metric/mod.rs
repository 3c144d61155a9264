//! What a comparison means, defined on the CPU.
//!
//! A candidate and a reference plane become a [`Pair`]; a [`Rule`] says which metric and when a
//! delta counts as changed; a [`Backend`] turns both into a [`Comparison`]. [`Cpu`] is the
//! definition; every other back end gives the same counts, maxima and positions.

mod cpu;
mod kernel;
mod map;
mod pair;
mod partial;
mod rule;
mod stats;

pub use cpu::Cpu;
pub use kernel::{channel_changed, rectangle, rectangle_map};
pub use map::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED};
pub use pair::{Extent, Pair, PairError};
pub use partial::{Partial, Sums};
pub use rule::{Metric, NonFinite, Rule, default_metric};
pub use stats::{FrameStats, Peak};

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

/// Computes comparisons. All back ends agree on every flag, count, maximum and position.
pub trait Backend: Send + Sync {
    /// `cpu` or `gpu`, as outputs name it.
    fn name(&self) -> &'static str;

    /// Compares `pair.candidate` with `pair.reference` under `rule`.
    fn compare(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison;
}
