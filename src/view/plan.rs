//! What is on screen as a plan: the same that a command runs.

use super::View;
use crate::engine::{Against, AovGlob, Plan, Probe, ProbeShape, RuleChoice, Rules, Task};
use crate::metric::{Extent, Metric};
use crate::sequence::FrameSet;

/// Which AOVs are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The shown one.
    ShownAov,
    /// All of the sequences that take part.
    AllAovs,
}

impl View {
    /// The plan that follows the tracked pixels and rectangles over all frames between in and out of the
    /// sequences that take part, with the window's reference, metrics and tolerances. `None` where nothing
    /// is open.
    pub fn track_plan(&self, scope: Scope) -> Option<Plan> {
        let sequence = |index: usize| self.catalogue.entries().get(index).map(|e| e.sequence.clone());
        let mut candidates: Vec<_> = self.candidates().into_iter().filter_map(sequence).collect();
        let against = match self.reference.and_then(sequence) {
            Some(reference) if candidates.is_empty() => {
                candidates.push(reference);
                Against::Nothing
            }
            Some(reference) => Against::Sequence { reference, offset: 0 },
            None => Against::Nothing,
        };
        let aovs = match scope {
            Scope::ShownAov => vec![AovGlob::exactly(self.aov.as_deref()?)],
            Scope::AllAovs => Vec::new(),
        };
        (!candidates.is_empty()).then(|| Plan {
            against,
            candidates,
            frames: self.frames_for_plan(),
            aovs,
            rules: self.rules(),
            extent: Extent::Union,
            probes: self.probes_for_plan(),
            task: Task::Track,
        })
    }

    /// The frames between in and out; `None` for all.
    fn frames_for_plan(&self) -> Option<FrameSet> {
        let (first, last) = self.playback.part()?;
        Some(FrameSet::range(first, last))
    }

    /// Pixels before rectangles, as the command line has them.
    fn probes_for_plan(&self) -> Vec<Probe> {
        let mut probes: Vec<Probe> = self.probes.items().iter().map(|item| item.probe.clone()).collect();
        probes.sort_by_key(|probe| probe.shape != ProbeShape::Pixel);
        probes
    }

    /// The metrics and tolerances that the user has set, by AOV.
    fn rules(&self) -> Rules {
        let is_set = |key: &str| self.metrics.contains_key(key) || self.tolerances.contains_key(key);
        let set = self.aovs.iter().filter(|entry| is_set(&entry.key));
        let exceptions = set.map(|entry| {
            let rule = self.rule_of(entry);
            let abs = (rule.metric != Metric::Id).then_some(rule.abs);
            (
                AovGlob::exactly(&entry.key),
                RuleChoice { metric: Some(rule.metric), abs, ..Default::default() },
            )
        });
        Rules::new(RuleChoice::default(), exceptions.collect())
            .expect("the view takes no tolerance below 0 and knows no other numbers")
    }
}
