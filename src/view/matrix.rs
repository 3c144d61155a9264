//! What is known of all AOVs over all frames: sequence × AOV.
//!
//! It outlives the choice of an AOV: what was compared once is known when the AOV is chosen again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::StripCell;

/// A rule, by the bits of its numbers.
type RuleKey = (u8, u64, u64);
/// Files by sequence, then frame.
pub type Files = Vec<Vec<Option<PathBuf>>>;

/// What is known, by AOV.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// Whether it is shown, and what it lacks is compared.
    pub open: bool,
    sequences: Vec<usize>,
    reference: Option<usize>,
    files: Files,
    columns: BTreeMap<String, Column>,
}

#[derive(Clone, Debug)]
struct Column {
    rule: RuleKey,
    /// Row-major (sequence, frame).
    cells: Vec<StripCell>,
    tallies: Vec<Tally>,
}

/// One cell: an AOV of a sequence over all frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Frames that are known, whatever of them.
    pub known: usize,
    /// Frames that were compared, if only in part.
    pub compared: usize,
    /// Frames with a change.
    pub changed: usize,
    /// Sum of the changed fractions of all compared frames.
    pub sum: f64,
    /// Largest changed fraction of a frame.
    pub most: f64,
    /// Largest |a−b| of all frames.
    pub max_abs: f64,
    /// Frames that could not be compared, or not in full.
    pub failed: usize,
    /// Frames that one side does not have.
    pub missing: usize,
    /// Why the first of those that failed did.
    pub reason: Option<String>,
}

impl Tally {
    fn add(&mut self, cell: &StripCell) {
        let (fraction, abs) = match cell {
            StripCell::Pending => return,
            StripCell::Compared { changed, max_abs } => (Some(*changed), *max_abs),
            StripCell::InPart { changed, max_abs, reason } => {
                self.fail(reason);
                (Some(*changed), *max_abs)
            }
            StripCell::Missing => {
                self.missing += 1;
                (None, 0.0)
            }
            StripCell::Failed(reason) => {
                self.fail(reason);
                (None, 0.0)
            }
        };
        self.known += 1;
        self.max_abs = self.max_abs.max(abs);
        if let Some(fraction) = fraction {
            self.compared += 1;
            self.changed += usize::from(fraction > 0.0);
            self.sum += fraction;
            self.most = self.most.max(fraction);
        }
    }

    fn fail(&mut self, reason: &str) {
        self.failed += 1;
        self.reason.get_or_insert_with(|| reason.to_owned());
    }

    /// Changed fraction over the frames compared so far; `None` before the first.
    pub fn mean(&self) -> Option<f64> {
        (self.compared > 0).then(|| self.sum / self.compared as f64)
    }
}

impl Matrix {
    /// Catalogue indices of the sequences, the reference among them.
    pub fn sequences(&self) -> &[usize] {
        &self.sequences
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.files.first().map_or(0, Vec::len)
    }

    /// The files by sequence, then frame.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Place of the reference among the sequences.
    pub fn reference(&self) -> Option<usize> {
        self.reference
    }

    /// Takes other sequences or frames. What is known of a pair of files stays, unless one of them is
    /// among `stale`.
    pub fn lay_out(
        &mut self,
        sequences: Vec<usize>,
        reference: Option<usize>,
        files: Files,
        stale: &BTreeSet<PathBuf>,
    ) {
        let frames = files.first().map_or(0, Vec::len);
        let old = std::mem::take(&mut self.columns);
        let mut places: BTreeMap<(&Path, &Path), usize> = BTreeMap::new();
        let old_frames = self.frames();
        for sequence in 0..self.files.len() {
            for frame in 0..old_frames {
                if let Some(pair) = pair(&self.files, self.reference, sequence, frame) {
                    places.insert(pair, sequence * old_frames + frame);
                }
            }
        }
        let each = (0..files.len()).flat_map(|sequence| (0..frames).map(move |frame| (sequence, frame)));
        // Found once for all AOVs: sequence, frame, and the place where the old cells have them.
        let moved = each.filter_map(|(sequence, frame)| {
            let pair = pair(&files, reference, sequence, frame)?;
            let is_stale = stale.contains(pair.0) || stale.contains(pair.1);
            Some((sequence, frame, *places.get(&pair).filter(|_| !is_stale)?))
        });
        let moved: Vec<(usize, usize, usize)> = moved.collect();
        for (aov, column) in old {
            let mut next = Column::new(column.rule, &files, reference);
            for (sequence, frame, place) in &moved {
                next.set(*sequence, *frame, frames, column.cells[*place].clone());
            }
            self.columns.insert(aov, next);
        }
        (self.sequences, self.reference, self.files) = (sequences, reference, files);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self { open: self.open, ..Self::default() };
    }

    /// Remembers what one frame of an AOV came to, by sequence.
    pub fn record(&mut self, aov: &str, rule: RuleKey, frame: usize, cells: &[StripCell]) {
        let frames = self.frames();
        if cells.len() != self.files.len() || frame >= frames {
            return;
        }
        let fresh = || Column::new(rule, &self.files, self.reference);
        let column = self.columns.entry(aov.to_owned()).or_insert_with(fresh);
        if column.rule != rule {
            *column = Column::new(rule, &self.files, self.reference);
        }
        for (sequence, cell) in cells.iter().enumerate() {
            column.set(sequence, frame, frames, cell.clone());
        }
    }

    /// What is known of an AOV by that rule at a frame of a sequence (by their places).
    pub fn cell(&self, aov: &str, rule: RuleKey, sequence: usize, frame: usize) -> &StripCell {
        let column = self.columns.get(aov).filter(|column| column.rule == rule);
        let cell = column.and_then(|column| column.cells.get(sequence * self.frames() + frame));
        cell.unwrap_or(&StripCell::Pending)
    }

    /// What is known of an AOV by that rule, of a sequence (by its place) over all frames.
    pub fn tally(&self, aov: &str, rule: RuleKey, sequence: usize) -> Option<&Tally> {
        let column = self.columns.get(aov).filter(|column| column.rule == rule)?;
        column.tallies.get(sequence)
    }

    /// By frame, which of `aovs` (keys and rules, by their places) are not known there yet.
    pub fn lacking(&self, aovs: &[(String, RuleKey)]) -> Vec<Vec<usize>> {
        let frames = self.frames();
        let mut lacking = vec![Vec::new(); frames];
        for (place, (aov, rule)) in aovs.iter().enumerate() {
            let column = self.columns.get(aov).filter(|column| column.rule == *rule);
            let pending = |frame: usize| {
                let others = (0..self.files.len()).filter(|sequence| Some(*sequence) != self.reference);
                let cell = |sequence: usize| column.map(|column| &column.cells[sequence * frames + frame]);
                others.map(cell).any(|cell| cell.is_none_or(|cell| *cell == StripCell::Pending))
            };
            let frames = lacking.iter_mut().enumerate().filter(|(frame, _)| pending(*frame));
            frames.for_each(|(_, aovs)| aovs.push(place));
        }
        lacking
    }
}

impl Column {
    /// Nothing known but what has no file.
    fn new(rule: RuleKey, files: &Files, reference: Option<usize>) -> Self {
        let frames = files.first().map_or(0, Vec::len);
        let cells = vec![StripCell::Pending; files.len() * frames];
        let mut column = Self { rule, cells, tallies: vec![Tally::default(); files.len()] };
        let others = (0..files.len()).filter(|sequence| reference.is_some() && Some(*sequence) != reference);
        for sequence in others {
            for frame in 0..frames {
                if pair(files, reference, sequence, frame).is_none() {
                    column.set(sequence, frame, frames, StripCell::Missing);
                }
            }
        }
        column
    }

    fn set(&mut self, sequence: usize, frame: usize, frames: usize, cell: StripCell) {
        let place = &mut self.cells[sequence * frames + frame];
        if *place == cell {
            return;
        }
        let anew = *place != StripCell::Pending;
        *place = cell;
        if anew {
            self.tallies[sequence] = Tally::default();
            let row = &self.cells[sequence * frames..(sequence + 1) * frames];
            row.iter().for_each(|cell| self.tallies[sequence].add(cell));
        } else {
            self.tallies[sequence].add(&self.cells[sequence * frames + frame]);
        }
    }
}

/// Candidate's and reference's file; `None` where one is missing, and for the reference itself.
fn pair(files: &Files, reference: Option<usize>, sequence: usize, frame: usize) -> Option<(&Path, &Path)> {
    let reference = reference.filter(|reference| *reference != sequence)?;
    Some((files[sequence].get(frame)?.as_deref()?, files[reference].get(frame)?.as_deref()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: RuleKey = (0, 0, 0);

    fn files(names: &[&str], frames: std::ops::RangeInclusive<u32>) -> Files {
        let file = |name: &str, frame: u32| Some(PathBuf::from(format!("{name}.{frame}")));
        names.iter().map(|name| frames.clone().map(|frame| file(name, frame)).collect()).collect()
    }

    fn changed(changed: f64) -> StripCell {
        StripCell::Compared { changed, max_abs: changed * 2.0 }
    }

    fn matrix() -> Matrix {
        let mut matrix = Matrix::default();
        matrix.lay_out(vec![0, 1], Some(0), files(&["a", "b"], 1..=3), &BTreeSet::new());
        matrix.record("z", RULE, 0, &[StripCell::Pending, changed(0.0)]);
        matrix.record("z", RULE, 2, &[StripCell::Pending, changed(0.5)]);
        matrix
    }

    #[test]
    fn a_tally_tells_how_many_frames_changed_and_how_much() {
        let matrix = matrix();
        let tally = matrix.tally("z", RULE, 1).expect("known");
        assert_eq!((tally.known, tally.changed, tally.most, tally.max_abs), (2, 1, 0.5, 1.0));
        assert_eq!(tally.mean(), Some(0.25));
        let lacking = matrix.lacking(&[("z".to_owned(), RULE), ("n".to_owned(), RULE)]);
        assert_eq!(lacking, [vec![1], vec![0, 1], vec![1]]);
        assert!(matrix.tally("z", (0, 1, 0), 1).is_none(), "by another tolerance it is not known");
    }

    #[test]
    fn what_is_known_of_files_stays_while_frames_come() {
        let mut matrix = matrix();
        let mut stale = BTreeSet::new();
        matrix.lay_out(vec![0, 3, 1], Some(0), files(&["a", "c", "b"], 0..=4), &stale);
        assert_eq!(*matrix.cell("z", RULE, 2, 3), changed(0.5));
        assert_eq!(*matrix.cell("z", RULE, 1, 3), StripCell::Pending);
        assert_eq!(matrix.tally("z", RULE, 2).expect("known").known, 2);
        stale.insert(PathBuf::from("a.3"));
        matrix.lay_out(vec![0, 1], Some(0), files(&["a", "b"], 1..=3), &stale);
        assert_eq!(*matrix.cell("z", RULE, 1, 2), StripCell::Pending, "its file is another");
        assert_eq!(*matrix.cell("z", RULE, 1, 0), changed(0.0));
        matrix.lay_out(vec![1, 0], Some(0), files(&["b", "a"], 1..=3), &BTreeSet::new());
        assert_eq!(*matrix.cell("z", RULE, 1, 0), StripCell::Pending, "the other way round is another delta");
    }

    #[test]
    fn missing_files_are_known_at_once() {
        let mut matrix = Matrix::default();
        let mut files = files(&["a", "b"], 1..=2);
        files[1][0] = None;
        matrix.lay_out(vec![0, 1], Some(0), files, &BTreeSet::new());
        matrix.record("z", RULE, 1, &[StripCell::Pending, StripCell::Failed("broken".to_owned())]);
        let tally = matrix.tally("z", RULE, 1).expect("known");
        assert_eq!((tally.missing, tally.failed, tally.known, tally.mean()), (1, 1, 2, None));
        assert_eq!(tally.reason.as_deref(), Some("broken"));
        matrix.record("z", RULE, 1, &[StripCell::Pending, changed(0.5)]);
        let tally = matrix.tally("z", RULE, 1).expect("known");
        assert_eq!((tally.failed, tally.changed, &tally.reason), (0, 1, &None), "compared anew");
    }
}
