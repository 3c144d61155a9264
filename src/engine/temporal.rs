//! Maps over all frames: what is asked for, and what comes out.
//!
//! The state of all AOVs at once would be far more than their samples. So half of the run's memory is
//! for state, and AOVs whose state does not fit are left for another pass over the frames (see
//! `pass`, `plan`), in bands of rows where one alone is too large. The maps are the same however many
//! passes there are.

mod finish;
mod pass;
mod plan;

use std::sync::Arc;

pub(super) use finish::AllFrames;
pub(super) use pass::{At, Pass};

use crate::image::Window;
use crate::metric::{DeltaMaps, Rule, ValueMaps};

/// Which maps over all frames are wanted, and who takes them.
#[derive(Clone)]
pub struct Temporal {
    /// Of the delta of each candidate and AOV.
    pub delta: bool,
    /// Of the own values of each sequence and AOV.
    pub values: bool,
    /// Takes each as it is finished.
    pub sink: Arc<dyn TemporalSink>,
}

/// Maps of one AOV over all frames, on their way out.
pub struct TemporalMaps<'a> {
    /// Name of the candidate, or of the sequence whose values these are.
    pub sequence: &'a str,
    /// Key of the AOV: for the delta as the reference spells it, for values as the sequence does.
    pub aov: &'a str,
    /// Numbers of the run's frames by rank, ascending; `None` is a file without a number.
    pub numbers: &'a [Option<i64>],
    /// Frames that were added.
    pub frames: u64,
    /// Of the picture, in the first frame that was added.
    pub display_window: Window,
    /// The maps.
    pub content: Content<'a>,
}

/// The two kinds of maps.
pub enum Content<'a> {
    /// Of the delta.
    Delta {
        /// Name of the reference.
        reference: &'a str,
        /// What was measured, in the first frame that was added.
        rule: Rule,
        /// Per pixel; frames are ranks in [`TemporalMaps::numbers`].
        maps: &'a DeltaMaps,
    },
    /// Of a sequence's own values: of every file of it that the run reads.
    Values(&'a ValueMaps),
}

/// Takes maps over all frames, one after the other, on the calling thread of the run.
pub trait TemporalSink: Send + Sync {
    /// # Errors
    /// With what went wrong, in words; the run goes on and ends as incomplete.
    fn write(&self, maps: &TemporalMaps<'_>) -> Result<(), String>;
}
