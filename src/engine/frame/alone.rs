//! Beside comparing: what the probes see, and the values of whole sequences, with a reference and
//! where there is none.

use super::Work;
use crate::codec;
use crate::engine::aovs::{component_names, groups};
use crate::engine::open::{failure_of, status_of};
use crate::engine::temporal::{At, Pass};
use crate::engine::track::{Beside, Place, track, track_failure};
use crate::engine::{Against, CellStatus, Side, Status, shortfall};
use crate::image::{Aov, ImageInfo, Plane};
use crate::metric::Rule;

impl<'a> Work<'a> {
    /// The candidates where the whole file of the reference cannot be had.
    pub(super) fn candidates_alone(
        &mut self,
        candidates: &[(usize, &'a ImageInfo)],
        reference: CellStatus,
        group_bytes: u64,
    ) {
        if self.plan.probes.is_empty() && !self.wants_values() {
            return;
        }
        let beside = match self.plan.against {
            Against::Nothing => Beside::Nothing,
            _ => Beside::Lacking(reference),
        };
        for &(candidate, info) in candidates {
            for group in groups(info, &self.chosen(&info.aovs), group_bytes) {
                if self.context.is_cancelled() {
                    return;
                }
                self.alone_in(candidate, info, &group, beside);
            }
        }
    }

    /// AOVs of a candidate that are not compared.
    pub(super) fn alone_in(&mut self, candidate: usize, info: &ImageInfo, aovs: &[&Aov], beside: Beside<'_>) {
        if self.plan.probes.is_empty() && !self.wants_values() {
            return;
        }
        let sequence = self.sequence(candidate);
        for (aov, plane) in aovs.iter().zip(codec::read_planes(info, aovs, &self.context.limits)) {
            match plane {
                Ok(plane) => {
                    self.add_values(sequence, aov, &plane);
                    self.track(sequence, aov, &plane, beside);
                    let side = Side { plane: &plane, info: Some(info) };
                    let failure = shortfall(&[side], plane.data_window);
                    if let (Beside::Nothing, Some(failure)) = (beside, failure) {
                        self.row(candidate, aov, component_names(aov), failure);
                    }
                }
                Err(error) => {
                    self.track_failure(sequence, aov, aov, status_of(&error), None);
                    // Beside a reference that failed there is a row already.
                    if matches!(beside, Beside::Nothing) {
                        self.row(candidate, aov, component_names(aov), failure_of(&error));
                    }
                }
            }
        }
    }

    /// Values of a candidate's AOVs, where nothing else is wanted of them.
    pub(super) fn values_alone_in(&mut self, candidate: usize, info: &ImageInfo, aovs: &[&Aov]) {
        if !self.wants_values() || self.context.is_cancelled() {
            return;
        }
        for (aov, plane) in aovs.iter().zip(codec::read_planes(info, aovs, &self.context.limits)) {
            if let Ok(plane) = plane {
                self.add_values(self.sequence(candidate), aov, &plane);
            }
        }
    }

    pub(super) fn wants_values(&self) -> bool {
        self.pass.is_some_and(Pass::wants_values)
    }

    /// Adds a frame to the maps over all frames of its sequence.
    pub(super) fn add_values(&self, sequence: usize, aov: &Aov, plane: &Plane) {
        if let Some(pass) = self.pass {
            let at = At { rank: self.rank, display_window: plane.display_window };
            pass.add_values(sequence, &aov.key, at, plane);
        }
    }

    pub(super) fn place<'p>(&self, sequence: usize, aov: &'p str, rule: &'p Rule) -> Place<'p> {
        Place { sequence, aov, rule, extent: self.plan.extent }
    }

    pub(super) fn track(&mut self, sequence: usize, aov: &Aov, plane: &Plane, beside: Beside<'_>) {
        let (rule, _) = self.rule(aov);
        let cells = track(&self.plan.probes, self.place(sequence, &aov.key, &rule), plane, beside);
        self.result.tracked.extend(cells);
    }

    /// `aov` bears the key under which the AOV is known, `theirs` the file's own channels.
    pub(super) fn track_failure(
        &mut self,
        sequence: usize,
        aov: &Aov,
        theirs: &Aov,
        status: Status,
        reference: Option<&Plane>,
    ) {
        let (rule, _) = self.rule(aov);
        let place = self.place(sequence, &aov.key, &rule);
        let cells = track_failure(&self.plan.probes, place, theirs, status.into(), reference);
        self.result.tracked.extend(cells);
    }
}
