//! What background work has found out so far: statistics, heat strips, curves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::engine::Series;
use crate::metric::{FrameStats, Rule};

/// What a comparison is of: equal keys, equal results.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PairKey {
    /// The candidate's file.
    pub candidate: std::path::PathBuf,
    /// The reference's file.
    pub reference: std::path::PathBuf,
    /// Key of the AOV.
    pub aov: String,
    /// The rule, by the bits of its numbers.
    pub rule: (u8, u64, u64),
}

/// A rule as a key.
pub fn rule_key(rule: &Rule) -> (u8, u64, u64) {
    (rule.metric as u8, rule.abs.to_bits(), rule.rel.to_bits())
}

/// One frame of a heat strip.
#[derive(Clone, Debug, PartialEq)]
pub enum StripCell {
    /// Not known yet.
    Pending,
    /// Compared: changed fraction 0..=1 and largest |a−b|.
    Compared {
        /// Changed pixels as a fraction of those compared.
        changed: f64,
        /// Largest |a−b|.
        max_abs: f64,
    },
    /// Compared as far as a damaged or unfinished file can be read.
    InPart {
        /// Changed pixels as a fraction of those compared.
        changed: f64,
        /// Largest |a−b|.
        max_abs: f64,
        /// What is wrong with the file.
        reason: String,
    },
    /// One side has no file.
    Missing,
    /// It cannot be compared.
    Failed(String),
}

/// Heat strips and curves over all frames.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Which sweep fills it; answers of older ones are dropped.
    pub generation: u64,
    /// Catalogue indices of the sequences, in the order of `series.sequences`.
    pub sequences: Vec<usize>,
    /// Ids of the probes, in the order of `series.probes`.
    pub probes: Vec<u64>,
    /// Tracked values; a cell that is not known yet has none, if it has not that of an earlier tolerance.
    pub series: Series,
    /// Row-major (sequence, frame); the reference's row stays pending.
    pub strips: Vec<StripCell>,
    /// Which frames are done.
    pub done: Vec<bool>,
}

impl Sweep {
    /// The strip cell of a sequence (by its place in `sequences`) at a frame index.
    pub fn strip(&self, sequence: usize, frame: usize) -> &StripCell {
        &self.strips[sequence * self.series.frames.len() + frame]
    }

    /// Frames done, and frames in all.
    pub fn progress(&self) -> (usize, usize) {
        (self.done.iter().filter(|done| **done).count(), self.done.len())
    }

    /// Whether every frame is done.
    pub fn is_complete(&self) -> bool {
        self.done.iter().all(|done| *done)
    }

    /// The frame index next to `from`, in the direction of `step` (±1), where some candidate
    /// changed, failed, or could not be read in full.
    pub fn next_change(&self, from: usize, step: i64) -> Option<usize> {
        let frames = self.series.frames.len() as i64;
        let mut index = from as i64 + step;
        while (0..frames).contains(&index) {
            let remarkable = (0..self.sequences.len()).any(|s| match self.strip(s, index as usize) {
                StripCell::Compared { changed, .. } => *changed > 0.0,
                StripCell::InPart { .. } | StripCell::Missing | StripCell::Failed(_) => true,
                StripCell::Pending => false,
            });
            if remarkable {
                return Some(index as usize);
            }
            index += step;
        }
        None
    }
}

/// Statistics of pairs, the latest kept.
#[derive(Clone, Debug, Default)]
pub struct StatisticsCache {
    entries: BTreeMap<PairKey, (u64, Result<FrameStats, String>)>,
    clock: u64,
}

impl StatisticsCache {
    /// Most pairs remembered.
    const MOST: usize = 512;

    /// What is known of a pair.
    pub fn get(&self, key: &PairKey) -> Option<&Result<FrameStats, String>> {
        self.entries.get(key).map(|(_, stats)| stats)
    }

    /// Remembers a pair; the one remembered first is forgotten when there are too many.
    pub fn insert(&mut self, key: PairKey, stats: Result<FrameStats, String>) {
        self.clock += 1;
        self.entries.insert(key, (self.clock, stats));
        if self.entries.len() > Self::MOST {
            let oldest = self.entries.iter().min_by_key(|(_, (age, _))| *age).map(|(key, _)| key.clone());
            oldest.map(|key| self.entries.remove(&key));
        }
    }

    /// Forgets what depends on these files.
    pub fn forget(&mut self, files: &BTreeSet<PathBuf>) {
        self.entries.retain(|key, _| !files.contains(&key.candidate) && !files.contains(&key.reference));
    }
}
