//! What the probes see: beside the reference, and where there is none.

use super::Work;
use crate::codec;
use crate::engine::aovs::{component_names, groups};
use crate::engine::open::{failure_of, status_of};
use crate::engine::track::{Beside, Place, track, track_failure};
use crate::engine::{Against, CellStatus, Side, Status, shortfall};
use crate::image::{Aov, ImageInfo, Plane};
use crate::metric::Rule;

impl<'a> Work<'a> {
    /// Values of the candidates where the whole file of the reference cannot be had.
    pub(super) fn track_alone(
        &mut self,
        candidates: &[(usize, &'a ImageInfo)],
        reference: CellStatus,
        group_bytes: u64,
    ) {
        if self.plan.probes.is_empty() {
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
                self.track_alone_in(candidate, info, &group, beside);
            }
        }
    }

    pub(super) fn track_alone_in(
        &mut self,
        candidate: usize,
        info: &ImageInfo,
        aovs: &[&Aov],
        beside: Beside<'_>,
    ) {
        if self.plan.probes.is_empty() {
            return;
        }
        let sequence = self.sequence(candidate);
        for (aov, plane) in aovs.iter().zip(codec::read_planes(info, aovs, &self.context.limits)) {
            match plane {
                Ok(plane) => {
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
