//! What is told of a unit's files beside their figures.

use super::Work;
use crate::engine::open::Opened;
use crate::engine::units::{Unit, UnitCandidate};
use crate::engine::{Against, select};

impl Work<'_> {
    pub(super) fn note_files(
        &mut self,
        unit: &Unit,
        reference: &Opened,
        candidates: &[(&UnitCandidate, Opened)],
    ) {
        if self.has_reference_sequence() {
            self.result.files.push((0, unit.reference.clone(), reference.cell_status()));
        }
        for (candidate, opened) in candidates {
            let sequence = self.sequence(candidate.index);
            self.result.files.push((sequence, candidate.path.clone(), opened.cell_status()));
        }
    }

    /// Notes of the files on the parts that are compared, and AOVs that the metric is not defined for.
    pub(super) fn note_losses(&mut self, reference: &Opened, candidates: &[(&UnitCandidate, Opened)]) {
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
        let infos = std::iter::once(reference).chain(candidates.iter().map(|(_, opened)| opened));
        if let Some(info) = infos.filter_map(Opened::info).next() {
            let keys: Vec<&str> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
            let chosen = select::chosen(&self.plan.aovs, &keys);
            let compared = info.aovs.iter().filter(|aov| chosen.contains(&aov.key.as_str()));
            notes.extend(compared.filter_map(|aov| self.plan.rules.note(aov, &self.keys)));
        }
        self.result.notes = notes;
    }
}
