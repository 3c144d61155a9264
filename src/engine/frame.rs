//! One unit of work: its files are read, compared and probed; whatever is wrong with them becomes
//! a row of the result.

mod alone;
mod safely;

use std::path::PathBuf;

pub(super) use safely::process_safely;

use super::aovs::{component_names, groups, lacks};
use super::open::{Opened, failure_of, open, status_of, whole_file_failure};
use super::temporal::{At, Pass};
use super::track::{Beside, Gathered, Tracked, pixels, track, use_gathered};
use super::units::{Unit, UnitCandidate};
use super::{
    Against, Allowance, CellStatus, Context, Failure, FrameRow, MapFrame, Outcome, Plan, Side, Status, Task,
    select, shortfall,
};
use crate::codec;
use crate::image::{Aov, ImageInfo, Plane, Window};
use crate::metric::{Backend, Comparison, Cpu, DeltaMap, Extent, Metric, Pair, PairError, Rule, Want};

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
}

/// Everything that one unit works with.
struct Work<'a> {
    plan: &'a Plan,
    context: &'a Context,
    pass: Option<&'a Pass>,
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
    let Setting { plan, context, catalogue, group_bytes, pass } = setting;
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
    let mut work =
        Work { plan, context, pass, number: unit.number, rank, reference_sequence: None, keys, result };
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

    fn note_files(&mut self, unit: &Unit, reference: &Opened, candidates: &[(&UnitCandidate, Opened)]) {
        if self.has_reference_sequence() {
            self.result.files.push((0, unit.reference.clone(), reference.cell_status()));
        }
        for (candidate, opened) in candidates {
            let sequence = self.sequence(candidate.index);
            self.result.files.push((sequence, candidate.path.clone(), opened.cell_status()));
        }
    }

    /// Notes of the files on the parts that are compared.
    fn note_losses(&mut self, reference: &Opened, candidates: &[(&UnitCandidate, Opened)]) {
        let own = match &self.plan.against {
            Against::Sequence { reference: sequence, .. } => Some((sequence.name.as_str(), reference)),
            Against::Previous | Against::Frame(_) | Against::Nothing => None,
        };
        let theirs =
            candidates.iter().map(|(c, opened)| (self.plan.candidates[c.index].name.as_str(), opened));
        let mut notes = Vec::new();
        for (name, info) in own.into_iter().chain(theirs).filter_map(|(name, o)| Some((name, o.info()?))) {
            let keys: Vec<&str> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
            let chosen = select::chosen(&self.plan.aovs, &keys);
            let is_compared = |part: usize| {
                info.aovs.iter().any(|aov| aov.part == part && chosen.contains(&aov.key.as_str()))
            };
            let parts = info.parts.iter().enumerate().filter(|(part, _)| is_compared(*part));
            notes.extend(parts.flat_map(|(_, part)| &part.notes).map(|note| format!("{name}: {note}")));
        }
        self.result.notes = notes;
    }

    fn chosen(&self, aovs: &'a [Aov]) -> Vec<&'a Aov> {
        let keys: Vec<&str> = aovs.iter().map(|aov| aov.key.as_str()).collect();
        let chosen = select::chosen(&self.plan.aovs, &keys);
        aovs.iter().filter(|aov| chosen.contains(&aov.key.as_str())).collect()
    }

    fn rule(&self, aov: &Aov) -> (Rule, Allowance) {
        self.plan.rules.rule(aov, &self.keys)
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

    fn compare_one(&mut self, aov: &Aov, reference: &Plane, matched: &Match<'_>, candidate: &Plane) {
        let (rule, allowance) = self.rule(aov);
        let pair = Pair::new(candidate, reference, self.plan.extent);
        let beside = match pair {
            Ok(_) => Beside::Reference(reference),
            Err(PairError::NoCommonChannel { .. }) => Beside::Unlike(reference, CellStatus::AovMissing),
            Err(_) => Beside::Unlike(reference, CellStatus::SizeMismatch),
        };
        let place = self.place(self.sequence(matched.candidate), &aov.key, &rule);
        let mut tracked = track(&self.plan.probes, place, candidate, beside);
        let pair = match pair {
            Ok(pair) => pair,
            Err(error) => {
                let status = match error {
                    PairError::SizeMismatch { .. }
                    | PairError::NothingInCommon { .. }
                    | PairError::TooLarge { .. } => Status::SizeMismatch,
                    PairError::NoCommonChannel { .. } => Status::AovMissingCandidate,
                };
                let reason = format!("{error}: {:?}", matched.info.path);
                self.result.tracked.extend(tracked);
                self.row(matched.candidate, aov, component_names(aov), Failure { status, reason });
                return;
            }
        };
        let sides = [(candidate, matched.info), (reference, matched.reference)];
        let shortfall = shortfall(&sides.map(|(plane, info)| Side { plane, info: Some(info) }), pair.window);
        if self.plan.task == Task::Track {
            self.result.tracked.extend(tracked);
            if let Some(failure) = shortfall {
                self.row(matched.candidate, aov, pair.channel_names(), failure);
            }
            return;
        }
        let at = At { rank: self.rank, display_window: reference.display_window };
        let takes_delta = self.pass.is_some_and(|pass| pass.takes_delta(matched.candidate, &aov.key));
        if !takes_delta && self.pass.is_some_and(Pass::is_later) {
            return;
        }
        let want = if self.context.maps.is_some() || takes_delta { Want::Map } else { Want::Stats };
        let pixels = pixels(&self.plan.probes);
        let (comparison, values) = self.backend(&rule).compare_and_gather(&pair, &rule, want, &pixels);
        if let Some(pass) = self.pass {
            let map = comparison.map.as_ref().filter(|_| takes_delta);
            pass.add_delta(matched.candidate, &aov.key, at, (&pair, &rule, map));
        }
        use_gathered(&mut tracked, &self.plan.probes, Gathered { pair: &pair, values: &values });
        self.result.tracked.extend(tracked);
        let Comparison { stats, map } = comparison;
        let row = FrameRow {
            candidate: matched.candidate,
            number: self.number,
            aov: aov.key.clone(),
            channels: pair.channel_names(),
            rule,
            allowance,
            outcome: Outcome::new(&pair, stats, shortfall),
        };
        if let (Some(map), Some(_)) = (map, row.stats()) {
            self.write_map(&row, &map, reference.display_window);
        }
        self.result.rows.push(row);
        self.unmatched_channels(aov, matched, &pair);
    }

    /// What compares under `rule`: maps over all frames are the same on every back end.
    fn backend(&self, rule: &Rule) -> &'a dyn Backend {
        let all_frames = self.pass.is_some_and(Pass::wants_deltas);
        if all_frames && !rule.metric.has_exact_map() { &Cpu } else { &*self.context.backend }
    }

    fn write_map(&mut self, row: &FrameRow, map: &DeltaMap, display_window: Window) {
        let Some(sink) = &self.context.maps else { return };
        let candidate = &self.plan.candidates[row.candidate].name;
        let reference = &self.plan.against.reference_name();
        let frame = MapFrame { row, candidate, reference, map, display_window };
        if let Err(trouble) = sink.write(&frame) {
            self.result.troubles.push(trouble);
        }
    }

    /// Channels that one side lacks are results of their own.
    fn unmatched_channels(&mut self, aov: &Aov, matched: &Match<'_>, pair: &Pair<'_>) {
        let (candidate_alone, reference_alone) = pair.unmatched();
        let (file, path) = (&matched.aov.key, &matched.info.path);
        if !reference_alone.is_empty() {
            let reason = format!("{file:?} has no channel {} here: {path:?}", reference_alone.join(", "));
            let failure = Failure { status: Status::AovMissingCandidate, reason };
            self.row(matched.candidate, aov, reference_alone, failure);
        }
        if !candidate_alone.is_empty() {
            let reason =
                format!("the reference's {file:?} has no channel {}: {path:?}", candidate_alone.join(", "));
            let failure = Failure { status: Status::AovMissingReference, reason };
            self.row(matched.candidate, aov, candidate_alone, failure);
        }
    }
}
