//! A workspace as the plan that the window follows: same sequences, same names, same rules.

use super::{Found, Role, SavedRule, Workspace, WorkspaceError};
use crate::engine::{Against, AovGlob, Plan, Probe, ProbeShape, RuleChoice, Rules, Task};
use crate::metric::{Extent, Metric};
use crate::sequence::Sequence;

impl Workspace {
    /// What it compares, for commands. Without a reference or candidates the sequences are listed
    /// ([`Against::Nothing`]); frames, AOVs and probes can still be replaced.
    ///
    /// # Errors
    /// When none of its sequences is there.
    pub fn plan(&self, found: &Found, task: Task) -> Result<Plan, WorkspaceError> {
        let of_role = |role: Role| -> Vec<Sequence> {
            let sequences = found.sequences.iter().filter(|(index, _)| self.sequences[*index].role == role);
            sequences.map(|(_, sequence)| sequence.clone()).collect()
        };
        let (mut references, mut candidates) = (of_role(Role::Reference), of_role(Role::Candidate));
        let reference = (!references.is_empty()).then(|| references.remove(0));
        let against = match reference {
            Some(reference) if candidates.is_empty() => {
                candidates.push(reference);
                Against::Nothing
            }
            Some(reference) => Against::Sequence { reference, offset: 0 },
            None => Against::Nothing,
        };
        if candidates.is_empty() {
            return Err(match &found.missing[..] {
                [] => WorkspaceError::Empty,
                missing => WorkspaceError::NothingThere { reasons: missing.join("; ") },
            });
        }
        Ok(Plan {
            against,
            candidates,
            frames: self.frame_set().expect("checked when it was read"),
            aovs: Vec::new(),
            rules: Rules::new(RuleChoice::default(), self.exceptions()).expect("checked when it was read"),
            extent: Extent::Union,
            probes: self.probes_for_plan(),
            task,
        })
    }

    /// Its rules, each for exactly one AOV.
    pub fn exceptions(&self) -> Vec<(AovGlob, RuleChoice)> {
        let exception = |(aov, rule): (&String, &SavedRule)| {
            let abs = rule.abs.filter(|_| rule.metric != Some(Metric::Id));
            (AovGlob::exactly(aov), RuleChoice { metric: rule.metric, abs, ..RuleChoice::default() })
        };
        self.rules.iter().map(exception).collect()
    }

    /// Pixels before regions, as the command line has them.
    fn probes_for_plan(&self) -> Vec<Probe> {
        let mut probes = self.probes.clone();
        probes.sort_by_key(|probe| probe.shape != ProbeShape::Pixel);
        probes
    }

    /// Why a plan of it compares nothing, where that is so.
    ///
    /// # Errors
    /// When it has no reference or no candidate, or they are not there.
    pub fn compares(&self, found: &Found) -> Result<(), WorkspaceError> {
        let has = |role: Role| found.sequences.iter().any(|(index, _)| self.sequences[*index].role == role);
        let reason = match &found.missing[..] {
            [] => String::new(),
            missing => format!(": {}", missing.join("; ")),
        };
        if !has(Role::Reference) {
            return Err(WorkspaceError::NoReference { reason });
        }
        if !has(Role::Candidate) {
            return Err(WorkspaceError::NoCandidate { reason });
        }
        Ok(())
    }
}
