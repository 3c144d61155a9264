//! What comes of a plan: one row per frame, AOV and candidate.

use serde::Serialize;

use super::{Allowance, CellStatus};
use crate::metric::{FrameStats, Rule};

/// Why there are figures or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There are figures.
    Compared,
    /// The reference has no such frame.
    MissingReference,
    /// The candidate has no such frame.
    MissingCandidate,
    /// A file is cut short or still being written.
    IncompleteFile,
    /// A file is damaged or of a kind that cannot be read.
    Unreadable,
    /// The pictures differ in size or place.
    SizeMismatch,
    /// The reference's file has no such AOV or channel.
    AovMissingReference,
    /// The candidate's file has no such AOV or channel.
    AovMissingCandidate,
}

impl Status {
    /// The word used in all outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compared => "compared",
            Self::MissingReference => "missing_reference",
            Self::MissingCandidate => "missing_candidate",
            Self::IncompleteFile => "incomplete_file",
            Self::Unreadable => "unreadable",
            Self::SizeMismatch => "size_mismatch",
            Self::AovMissingReference => "aov_missing_reference",
            Self::AovMissingCandidate => "aov_missing_candidate",
        }
    }
}

/// Why two things could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of reason.
    pub status: Status,
    /// The reason in words, with file and part.
    pub reason: String,
}

/// One AOV of one frame of one candidate.
#[derive(Clone, Debug)]
pub struct FrameRow {
    /// Index into [`super::Plan::candidates`].
    pub candidate: usize,
    /// The frame's number; `None` for single files without one.
    pub number: Option<i64>,
    /// Key of the AOV, as the reference spells it.
    pub aov: String,
    /// Compared channels, or those that are missing.
    pub channels: Vec<String>,
    /// The rule it was judged by.
    pub rule: Rule,
    /// How much may change.
    pub allowance: Allowance,
    /// Figures, or why there are none.
    pub outcome: Result<Box<FrameStats>, Failure>,
}

impl FrameRow {
    /// Why there are figures or none.
    pub fn status(&self) -> Status {
        self.outcome.as_ref().map_or_else(|failure| failure.status, |_| Status::Compared)
    }

    /// The figures, if there are.
    pub fn stats(&self) -> Option<&FrameStats> {
        self.outcome.as_deref().ok()
    }

    /// Whether more changed than is allowed. False where nothing was compared.
    pub fn is_different(&self) -> bool {
        self.stats().is_some_and(|stats| !self.allowance.covers(stats.changed, stats.pixels))
    }
}

/// All that a run said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing beyond tolerance.
    Same,
    /// Changes beyond tolerance.
    Different,
    /// Something could not be compared; beats the other two.
    Incomplete,
}

impl Verdict {
    /// The word used in all outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Incomplete => "incomplete",
        }
    }
}

/// One AOV of one candidate over all frames.
#[derive(Clone, Debug)]
pub struct AovSummary {
    /// Index into [`super::Plan::candidates`].
    pub candidate: usize,
    /// Key of the AOV.
    pub aov: String,
    /// The rule of its first row.
    pub rule: Rule,
    /// Frames compared.
    pub frames: u64,
    /// Frames that could not be compared.
    pub failed_frames: u64,
    /// Frames with a changed pixel.
    pub changed_frames: u64,
    /// Number of the first of them.
    pub first_changed_frame: Option<i64>,
    /// Changed pixels of all frames.
    pub changed: u64,
    /// Pixels of all frames.
    pub pixels: u64,
    /// Largest |a−b| of all frames.
    pub max_abs: f64,
    /// The first frame that has it; `None` while it is 0.
    pub max_frame: Option<i64>,
}

/// Adds rows up, in frame order.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Per candidate and AOV, in the order in which they were first met.
    pub aovs: Vec<AovSummary>,
    different: bool,
    incomplete: bool,
}

impl Summary {
    /// Adds one row. Rows come in frame order.
    pub fn add(&mut self, row: &FrameRow) {
        self.different |= row.is_different();
        self.incomplete |= row.status() != Status::Compared;
        let at = self.aovs.iter().position(|s| s.candidate == row.candidate && s.aov == row.aov);
        let summary = match at {
            Some(index) => &mut self.aovs[index],
            None => {
                self.aovs.push(AovSummary::new(row));
                self.aovs.last_mut().expect("just pushed")
            }
        };
        let Some(stats) = row.stats() else {
            summary.failed_frames += 1;
            return;
        };
        summary.frames += 1;
        summary.changed += stats.changed;
        summary.pixels += stats.pixels;
        if stats.changed > 0 {
            summary.changed_frames += 1;
            if summary.changed_frames == 1 {
                summary.first_changed_frame = row.number;
            }
        }
        if stats.max_abs > summary.max_abs {
            summary.max_abs = stats.max_abs;
            summary.max_frame = row.number;
        }
    }

    /// Notes that something else was left undone (a map that could not be written).
    pub fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// What it all comes to.
    pub fn verdict(&self) -> Verdict {
        match (self.incomplete, self.different) {
            (true, _) => Verdict::Incomplete,
            (false, true) => Verdict::Different,
            (false, false) => Verdict::Same,
        }
    }
}

impl AovSummary {
    fn new(row: &FrameRow) -> Self {
        Self {
            candidate: row.candidate,
            aov: row.aov.clone(),
            rule: row.rule,
            frames: 0,
            failed_frames: 0,
            changed_frames: 0,
            first_changed_frame: None,
            changed: 0,
            pixels: 0,
            max_abs: 0.0,
            max_frame: None,
        }
    }
}

impl From<Status> for CellStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Compared => Self::Compared,
            Status::MissingReference | Status::MissingCandidate => Self::FrameMissing,
            Status::IncompleteFile => Self::IncompleteFile,
            Status::Unreadable => Self::Unreadable,
            Status::SizeMismatch => Self::SizeMismatch,
            Status::AovMissingReference | Status::AovMissingCandidate => Self::AovMissing,
        }
    }
}
