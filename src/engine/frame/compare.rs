//! One AOV of one candidate beside the reference's.

use super::{Match, Work};
use crate::engine::aovs::component_names;
use crate::engine::temporal::{At, Pass};
use crate::engine::track::{Beside, Gathered, pixels, track, use_gathered};
use crate::engine::{CellStatus, Failure, FrameRow, MapFrame, Outcome, Side, Status, Task, shortfall};
use crate::image::{Aov, Plane, Window};
use crate::metric::{Backend, Comparison, Cpu, DeltaMap, Over, Pair, PairError, Rule, Want};

impl<'a> Work<'a> {
    pub(super) fn compare_one(
        &mut self,
        aov: &Aov,
        reference: &Plane,
        matched: &Match<'_>,
        candidate: &Plane,
    ) {
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
        let state =
            self.pass.and_then(|pass| pass.delta_state(matched.candidate, &aov.key, at, &pair, &rule));
        if state.is_none() && self.pass.is_some_and(Pass::is_later) {
            return;
        }
        let want = if self.context.maps.is_some() { Want::Map } else { Want::Stats };
        let (backend, pixels) = (self.backend(&rule), pixels(&self.plan.probes));
        let (comparison, values) = match &state {
            Some(state) => {
                let over = Over { state, rank: self.rank };
                backend.compare_over_frames(&pair, &rule, want, &pixels, over)
            }
            None => backend.compare_and_gather(&pair, &rule, want, &pixels),
        };
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
        let is_lost = self.pass.is_some_and(Pass::is_on_cpu);
        let on_cpu = is_lost || (all_frames && !rule.metric.has_exact_map());
        if on_cpu { &Cpu } else { &*self.context.backend }
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
