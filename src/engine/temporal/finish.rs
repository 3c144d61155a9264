//! From states to maps: what the first pass filled is written, then the frames are read again for
//! what it had no room for.

use super::pass::Maps;
use super::pass::Pass;
use super::plan::{Done, Later};
use super::{Content, Temporal, TemporalMaps};
use crate::engine::frame::{Setting, process_safely};
use crate::engine::units::{Unit, rank};
use crate::engine::workers::in_order;
use crate::engine::{Against, AovGlob, Context, Error, Event, Plan, Summary};

/// The maps over all frames, once all rows are out.
pub(in crate::engine) struct AllFrames<'a> {
    pub temporal: &'a Temporal,
    pub setting: Setting<'a>,
    pub units: &'a [Unit],
    pub numbers: &'a [Option<i64>],
    pub workers: usize,
    pub state_bytes: u64,
}

impl AllFrames<'_> {
    /// Writes what the first pass had room for, then goes over the frames again for the others.
    ///
    /// # Errors
    /// When the run is cancelled, or the system gives no thread.
    pub fn finish(
        &self,
        first: Pass,
        summary: &mut Summary,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let context = self.setting.context;
        let mut left = Vec::new();
        for (key, facts, maps) in first.finish() {
            match maps {
                Some(maps) if !context.is_cancelled() => {
                    self.write(&Done { key, facts, maps }, summary, on_event);
                }
                _ => left.push((key, facts)),
            }
        }
        let mut later = Later::plan(&left, self.state_bytes);
        let mut number = 1;
        while let Some((pass, keys)) = later.next() {
            let mut aovs: Vec<&str> = keys.iter().map(|key| key.aov.as_str()).collect();
            aovs.dedup();
            number += 1;
            on_event(Event::Pass { number, total: number + later.len() - 1, aovs: aovs.clone() });
            self.read_again(&aovs, &pass, on_event)?;
            later.done(pass, &mut |done| self.write(&done, summary, on_event));
        }
        if context.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Goes over the frames for these AOVs and `pass` alone.
    fn read_again(
        &self,
        aovs: &[&str],
        pass: &Pass,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let aovs = aovs.iter().map(|aov| AovGlob::exactly(aov)).collect();
        let plan = Plan { aovs, probes: Vec::new(), ..self.setting.plan.clone() };
        let context = Context { maps: None, ..self.setting.context.clone() };
        let setting = Setting { plan: &plan, context: &context, pass: Some(pass), ..self.setting };
        let work = |unit: &Unit| {
            process_safely(unit, rank(self.numbers, unit), setting);
        };
        let total = self.units.len();
        in_order(self.units, self.workers, &context, work, |index, ()| {
            on_event(Event::Progress { done: index + 1, total });
        })
    }

    fn write(&self, done: &Done, summary: &mut Summary, on_event: &mut dyn FnMut(Event<'_>)) {
        let plan = self.setting.plan;
        let Some((_, display_window, rule)) = done.facts.first else { return };
        let reference = plan.against.reference_name();
        let content = match &done.maps {
            Maps::Delta(maps) => {
                let rule = rule.expect("a compared frame has a rule");
                Content::Delta { reference: &reference, rule, maps }
            }
            Maps::Values(maps) => Content::Values(maps),
        };
        let candidate = |index: usize| plan.candidates[index].name.as_str();
        let sequence = match (&plan.against, &done.maps) {
            (Against::Sequence { .. }, Maps::Values(_)) => match done.key.sequence {
                0 => reference.as_str(),
                index => candidate(index - 1),
            },
            _ => candidate(done.key.sequence),
        };
        let (aov, numbers, frames) = (done.key.aov.as_str(), self.numbers, done.facts.frames);
        let maps = TemporalMaps { sequence, aov, numbers, frames, display_window, content };
        if let Err(trouble) = self.temporal.sink.write(&maps) {
            summary.mark_incomplete();
            on_event(Event::Trouble(&trouble));
        }
    }
}
