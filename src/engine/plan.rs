//! What to compute, as plain data.

use super::{Probe, Rules, select::AovGlob};
use crate::metric::Extent;
use crate::sequence::{FrameSet, Sequence};

/// What a candidate's frames are compared with.
#[derive(Clone, Debug)]
pub enum Against {
    /// The frame of the same number of another sequence: candidate frame = its frame + `offset`.
    Sequence {
        /// The reference.
        reference: Sequence,
        /// Added to the reference's number.
        offset: i64,
    },
    /// The frame before, of the candidate itself.
    Previous,
    /// One frame of the candidate itself.
    Frame(i64),
    /// Nothing: values are listed, not compared.
    Nothing,
}

/// What is wanted of the frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Task {
    /// Statistics of whole frames, and what the probes see.
    #[default]
    Compare,
    /// What the probes see, and no more.
    Track,
}

impl Against {
    /// What outputs call the reference.
    pub fn reference_name(&self) -> String {
        match self {
            Self::Sequence { reference, .. } => reference.name.clone(),
            Self::Previous => "previous".to_owned(),
            Self::Frame(number) => format!("frame:{number}"),
            Self::Nothing => "nothing".to_owned(),
        }
    }
}

/// What to compute.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the candidates are compared with.
    pub against: Against,
    /// Sequences that are judged; at least one.
    pub candidates: Vec<Sequence>,
    /// Frames to take, by the reference's numbers; `None` takes all.
    pub frames: Option<FrameSet>,
    /// AOVs to take; empty takes all.
    pub aovs: Vec<AovGlob>,
    /// When a delta counts as changed.
    pub rules: Rules,
    /// Which pixels are compared.
    pub extent: Extent,
    /// Pixels and regions to track on the way.
    pub probes: Vec<Probe>,
    /// What is wanted.
    pub task: Task,
}
