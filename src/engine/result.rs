//! What comes of a plan: one row per frame, AOV and candidate.

use serde::Serialize;

use super::{Allowance, CellStatus};
use crate::metric::{FrameStats, Pair, Rule};

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
    /// A file is cut short or still being written; figures, if any, are of what is there.
    IncompleteFile,
    /// A file is damaged or of a kind that cannot be read; figures, if any, are of what can be.
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

/// What a comparison came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Figures of all pixels.
    Compared(Box<FrameStats>),
    /// Figures of the pixels that could be read, and why they are not the last word: the others are
    /// damaged or not there, or the file is not finished.
    InPart(Box<FrameStats>, Failure),
    /// No figures.
    Failed(Failure),
}

impl Outcome {
    /// That of comparing `pair`, whose files fall short of what they should give by `shortfall`.
    /// Figures over a side of which nothing could be read are none.
    pub fn new(pair: &Pair<'_>, stats: FrameStats, shortfall: Option<Failure>) -> Self {
        let nothing = pair.candidate.is_all_unreadable() || pair.reference.is_all_unreadable();
        match shortfall {
            None => Self::Compared(Box::new(stats)),
            Some(failure) if nothing || stats.pixels == 0 => Self::Failed(failure),
            Some(failure) => Self::InPart(Box::new(stats), failure),
        }
    }
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
    /// Figures, or why there are none or not of all.
    pub outcome: Outcome,
}

impl FrameRow {
    /// Why there are figures or none. One that is not [`Status::Compared`] may come with figures: of
    /// the part that could be read.
    pub fn status(&self) -> Status {
        self.failure().map_or(Status::Compared, |failure| failure.status)
    }

    /// The figures, if there are.
    pub fn stats(&self) -> Option<&FrameStats> {
        match &self.outcome {
            Outcome::Compared(stats) | Outcome::InPart(stats, _) => Some(stats),
            Outcome::Failed(_) => None,
        }
    }

    /// Why there are no figures, or not of all; `None` where all is well.
    pub const fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            Outcome::Compared(_) => None,
            Outcome::InPart(_, failure) | Outcome::Failed(failure) => Some(failure),
        }
    }

    /// Whether more changed than is allowed, in what could be read. False where nothing was compared.
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
    /// Frames compared, all of them or in part.
    pub frames: u64,
    /// Of these, the frames compared in part: a file is damaged or unfinished.
    pub partial_frames: u64,
    /// Frames that could not be compared.
    pub failed_frames: u64,
    /// Frames with a changed pixel.
    pub changed_frames: u64,
    /// Number of the first of them.
    pub first_changed_frame: Option<i64>,
    /// Changed pixels of all frames.
    pub changed: u64,
    /// Compared pixels of all frames.
    pub pixels: u64,
    /// Pixels of the frames compared in part that could not be read.
    pub unreadable: u64,
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
    /// What a reader of the figures should know of the files (lossy ids ...), each once.
    pub notes: Vec<String>,
    different: bool,
    incomplete: bool,
}

impl Summary {
    /// Adds what is to be known of a file, unless it was said before.
    pub fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

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
        summary.partial_frames += u64::from(row.failure().is_some());
        summary.unreadable += stats.unreadable;
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
            partial_frames: 0,
            failed_frames: 0,
            changed_frames: 0,
            first_changed_frame: None,
            changed: 0,
            pixels: 0,
            unreadable: 0,
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
