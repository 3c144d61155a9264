//! One unit of work: its files are read, compared and probed; whatever is wrong with them becomes
//! a row of the result.

mod alone;
mod compare;
mod notes;
mod safely;

use std::path::PathBuf;

pub(super) use safely::process_safely;

use super::aovs::{component_names, groups, lacks};
use super::exposures::{Owner, Ranges, owner};
use super::open::{Opened, failure_of, open, status_of, whole_file_failure};
use super::temporal::Pass;
use super::track::{Beside, Tracked};
use super::units::{Unit, UnitCandidate};
use super::{Against, Allowance, CellStatus, Context, Failure, FrameRow, Outcome, Plan, Status, select};
use crate::codec;
use crate::image::{Aov, ImageInfo, Plane};
use crate::metric::flip::Exposures;
use crate::metric::{Extent, Metric, PairError, Rule};

/// What a unit came to.
#[derive(Debug, Default)]
pub(super) struct UnitResult {
    pub rows: Vec<FrameRow>,
    pub tracked: Vec<Tracked>,
    /// (sequence of the series, file, what became of it).
    pub files: Vec<(usize, Option<PathBuf>, CellStatus)>,
    /// What else went wrong (a map that could not be written).
    pub troubles: Vec<String>,
    /// What a reader of the figures should know of the files.
    pub notes: Vec<String>,
}

/// Keys to report for frames of which no file can be read: those of the run's first readable file.
pub(super) type Catalogue = Vec<Aov>;

/// A candidate's AOV that waits to be compared with the reference's of the same name.
struct Match<'a> {
    candidate: usize,
    info: &'a ImageInfo,
    aov: &'a Aov,
    /// The reference's file.
    reference: &'a ImageInfo,
}

/// Some AOVs of the reference's file, decoded.
struct Group<'a, 'g> {
    info: &'a ImageInfo,
    aovs: &'g [&'a Aov],
    planes: Vec<Result<Plane, codec::Error>>,
}

/// What all units work with.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub plan: &'a Plan,
    pub context: &'a Context,
    /// See [`Catalogue`].
    pub catalogue: &'a Catalogue,
    /// Decoded samples held at a time, in bytes.
    pub group_bytes: u64,
    /// Takes what the maps over all frames are made of.
    pub pass: Option<&'a Pass>,
    /// Exposures that are the same for all frames.
    pub ranges: &'a Ranges,
}

/// Everything that one unit works with.
struct Work<'a> {
    plan: &'a Plan,
    context: &'a Context,
    pass: Option<&'a Pass>,
    ranges: &'a Ranges,
    /// Whose ranges count.
    owner: Owner,
    number: Option<i64>,
    /// Place of the number among those of the run.
    rank: u32,
    /// Whether the reference's values count, and for which sequence.
    reference_sequence: Option<usize>,
    /// Keys of the reference's file: globs are held against them.
    keys: Vec<&'a str>,
    result: UnitResult,
}

/// Reads, compares and probes one unit.
fn process(unit: &Unit, rank: u32, setting: Setting<'_>) -> UnitResult {
    let Setting { plan, context, catalogue, group_bytes, pass, ranges } = setting;
    let reference = open(unit.reference.as_deref(), &context.limits);
    let candidates: Vec<(&UnitCandidate, Opened)> =
        unit.candidates.iter().map(|c| (c, open(c.path.as_deref(), &context.limits))).collect();
    let infos = std::iter::once(&reference).chain(candidates.iter().map(|(_, opened)| opened));
    let known = infos.filter_map(Opened::info).map(|info| &info.aovs).next().unwrap_or(catalogue);
    let chosen = |aovs: &[Aov]| {
        let keys: Vec<&str> = aovs.iter().map(|aov| aov.key.as_str()).collect();
        !select::chosen(&plan.aovs, &keys).is_empty()
    };
    // The other file of the frame may have none of the AOVs asked for.
    let known = if chosen(known) { known } else { catalogue };
    let keys = known.iter().map(|aov| aov.key.as_str()).collect();
    let result = UnitResult::default();
    let mut work = Work {
        plan,
        context,
        pass,
        ranges,
        owner: owner(plan, unit),
        number: unit.number,
        rank,
        reference_sequence: None,
        keys,
        result,
    };
    work.reference_sequence = work.owner_of_reference(unit);

    work.note_files(unit, &reference, &candidates);
    work.note_losses(&reference, &candidates);
    for (candidate, opened) in &candidates {
        if let Some(failure) = whole_file_failure(plan, &reference, opened, (unit, candidate)) {
            work.whole_frame(candidate.index, known, &failure);
        }
    }
    let readable: Vec<(usize, &ImageInfo)> =
        candidates.iter().filter_map(|(c, opened)| Some((c.index, opened.info()?))).collect();
    match reference.info() {
        Some(reference) => work.compare_all(reference, &readable, group_bytes),
        None => work.candidates_alone(&readable, reference.cell_status(), group_bytes),
    }
    // How many AOVs are read at a time depends on memory, the order of rows does not.
    let place = |aov: &str| work.keys.iter().position(|key| *key == aov).unwrap_or(usize::MAX);
    work.result.rows.sort_by_cached_key(|row| (row.candidate, place(&row.aov)));
    work.result
}

impl<'a> Work<'a> {
    /// Index of a candidate among the sequences of the series, where the reference comes first.
    fn sequence(&self, candidate: usize) -> usize {
        match self.plan.against {
            Against::Sequence { .. } => candidate + 1,
            Against::Previous | Against::Frame(_) | Against::Nothing => candidate,
        }
    }

    /// The sequence that counts the reference's file of the unit among its own.
    fn owner_of_reference(&self, unit: &Unit) -> Option<usize> {
        if self.has_reference_sequence() {
            return Some(0);
        }
        unit.candidates.first().filter(|_| unit.owns_reference).map(|candidate| candidate.index)
    }

    fn has_reference_sequence(&self) -> bool {
        matches!(self.plan.against, Against::Sequence { .. })
    }

    fn chosen(&self, aovs: &'a [Aov]) -> Vec<&'a Aov> {
        let keys: Vec<&str> = aovs.iter().map(|aov| aov.key.as_str()).collect();
        let chosen = select::chosen(&self.plan.aovs, &keys);
        aovs.iter().filter(|aov| chosen.contains(&aov.key.as_str())).collect()
    }

    fn rule(&self, aov: &Aov) -> (Rule, Allowance) {
        let (mut rule, allowance) = self.plan.rules.rule(aov, &self.keys);
        if let Some(range) = self.ranges.get(&(self.owner, aov.key.clone())) {
            rule.flip.exposures = Exposures::Fixed { start: range.start, stop: range.stop };
        }
        (rule, allowance)
    }

    fn row(&mut self, candidate: usize, aov: &Aov, channels: Vec<String>, failure: Failure) {
        let (rule, allowance) = self.rule(aov);
        let (number, aov) = (self.number, aov.key.clone());
        self.result.rows.push(FrameRow {
            candidate,
            number,
            aov,
            channels,
            rule,
            allowance,
            outcome: Outcome::Failed(failure),
        });
    }

    /// The same failure for every AOV that the frame should have.
    fn whole_frame(&mut self, candidate: usize, known: &'a [Aov], failure: &Failure) {
        for aov in self.chosen(known) {
            self.row(candidate, aov, component_names(aov), failure.clone());
        }
        if self.chosen(known).is_empty() {
            let rule = Rule::exact(Metric::Abs);
            self.result.rows.push(FrameRow {
                candidate,
                number: self.number,
                aov: "*".to_owned(),
                channels: Vec::new(),
                rule,
                allowance: Allowance::default(),
                outcome: Outcome::Failed(failure.clone()),
            });
        }
    }

    /// Compares every AOV of the reference with those of the candidates, a group at a time.
    fn compare_all(
        &mut self,
        reference: &'a ImageInfo,
        candidates: &[(usize, &'a ImageInfo)],
        group_bytes: u64,
    ) {
        let track = !self.plan.probes.is_empty() && self.has_reference_sequence();
        let values = self.wants_values() && self.reference_sequence.is_some();
        if candidates.is_empty() && !track && !values {
            return;
        }
        for group in groups(reference, &self.chosen(&reference.aovs), group_bytes / 2) {
            if self.context.is_cancelled() {
                return;
            }
            self.compare_group(reference, &group, candidates);
        }
        for &(candidate, info) in candidates {
            self.aovs_of_candidate_alone(reference, candidate, info);
        }
    }

    fn aovs_of_candidate_alone(&mut self, reference: &ImageInfo, candidate: usize, info: &'a ImageInfo) {
        for aov in self.chosen(&info.aovs) {
            if reference.aov(&aov.key).is_none() {
                let reason = lacks(reference, &aov.key);
                let failure = Failure { status: Status::AovMissingReference, reason };
                self.row(candidate, aov, component_names(aov), failure);
                self.values_alone_in(candidate, info, &[aov]);
            }
        }
    }

    /// Decodes a group of the reference's AOVs once, then those of one candidate after the other.
    fn compare_group(
        &mut self,
        reference: &'a ImageInfo,
        aovs: &[&'a Aov],
        candidates: &[(usize, &'a ImageInfo)],
    ) {
        let planes = codec::read_planes(reference, aovs, &self.context.limits);
        let group = Group { info: reference, aovs, planes };
        if let Some(sequence) = self.reference_sequence {
            for (aov, plane) in aovs.iter().zip(&group.planes) {
                if let Ok(plane) = plane {
                    self.add_values(sequence, aov, plane);
                }
            }
        }
        if self.has_reference_sequence() {
            for (aov, plane) in aovs.iter().zip(&group.planes) {
                match plane {
                    Ok(plane) => self.track(0, aov, plane, Beside::Reference(plane)),
                    Err(error) => self.track_failure(0, aov, aov, status_of(error), None),
                }
            }
        }
        for &(candidate, info) in candidates {
            if self.context.is_cancelled() {
                return;
            }
            self.compare_candidate(&group, candidate, info);
        }
    }

    /// Decodes those of one candidate's AOVs that can be compared, and compares them.
    fn compare_candidate(&mut self, group: &Group<'a, '_>, candidate: usize, info: &'a ImageInfo) {
        let mut wanted = Vec::new();
        let mut pending = Vec::new();
        for (aov, plane) in group.aovs.iter().zip(&group.planes) {
            match (info.aov(&aov.key), plane) {
                (None, _) => {
                    let reason = lacks(info, &aov.key);
                    let failure = Failure { status: Status::AovMissingCandidate, reason };
                    self.row(candidate, aov, component_names(aov), failure);
                }
                (Some(theirs), Err(error)) => {
                    self.row(candidate, aov, component_names(aov), failure_of(error));
                    self.alone_in(candidate, info, &[theirs], Beside::Lacking(status_of(error).into()));
                }
                (Some(theirs), Ok(plane)) if self.is_of_another_size(plane, info, theirs) => {
                    let error = PairError::SizeMismatch {
                        candidate: info.parts[theirs.part].display_window,
                        reference: plane.display_window,
                    };
                    let reason = format!("{error}: {:?}", info.path);
                    let failure = Failure { status: Status::SizeMismatch, reason };
                    self.row(candidate, aov, component_names(aov), failure);
                }
                (Some(theirs), Ok(plane)) => {
                    wanted.push(theirs);
                    let reference = group.info;
                    pending.push((*aov, plane, Match { candidate, info, aov: theirs, reference }));
                }
            }
        }
        let decoded = codec::read_planes(info, &wanted, &self.context.limits);
        for ((aov, plane, matched), theirs) in pending.into_iter().zip(decoded) {
            match theirs {
                Err(error) => {
                    self.row(candidate, aov, component_names(aov), failure_of(&error));
                    let sequence = self.sequence(candidate);
                    self.track_failure(sequence, aov, matched.aov, status_of(&error), Some(plane));
                }
                Ok(theirs) => {
                    self.add_values(self.sequence(candidate), matched.aov, &theirs);
                    self.compare_one(aov, plane, &matched, &theirs);
                }
            }
        }
    }

    /// Whether the header alone says that there is nothing to compare nor to track.
    fn is_of_another_size(&self, reference: &Plane, info: &ImageInfo, aov: &Aov) -> bool {
        let size = info.parts[aov.part].display_window;
        self.plan.probes.is_empty()
            && !self.wants_values()
            && self.plan.extent == Extent::Union
            && size != reference.display_window
    }
}
