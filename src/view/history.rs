//! Undo and redo of what is compared, how, and what is tracked; not of where one looks.

use std::collections::BTreeMap;

use super::display::{Curve, Display, Isolate};
use super::{Mode, Quantity, Tool, Tracked, View, probes};
use crate::metric::Metric;

/// Most changes that can be taken back.
pub const MOST: usize = 200;

/// What undo takes back, as plain values. Sequences by their patterns: places change.
#[derive(Clone, Debug, PartialEq)]
pub struct Undoable {
    reference: Option<String>,
    candidate: Option<String>,
    shown: BTreeMap<String, bool>,
    mode: Mode,
    tool: Tool,
    exposure: f32,
    wipe: f32,
    display: Display,
    heat_range: Option<f64>,
    curve_channel: usize,
    quantity: Quantity,
    tolerances: BTreeMap<String, f64>,
    metrics: BTreeMap<String, Metric>,
    probes: Vec<Tracked>,
}

/// What can be undone, and done again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    past: Vec<Undoable>,
    future: Vec<Undoable>,
    /// What kind of change the newest is, for as long as more of it belongs to it.
    open: Option<String>,
    told: Option<String>,
}

impl History {
    /// A gesture is over: what comes is another change, of whatever kind.
    pub fn seal(&mut self) {
        self.open = None;
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to do again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// What the last undo or redo did, in words; once.
    pub fn take_told(&mut self) -> Option<String> {
        self.told.take()
    }

    fn record(&mut self, before: Undoable, after: &Undoable) {
        let Some(change) = change(&before, after) else { return };
        let goes_on = change.is_continuous && self.open.as_ref() == Some(&change.what);
        self.open = change.is_continuous.then_some(change.what);
        self.future.clear();
        if goes_on {
            return;
        }
        if self.past.len() == MOST {
            self.past.remove(0);
        }
        self.past.push(before);
    }
}

impl View {
    /// What undo would bring back.
    pub(super) fn undoable(&self) -> Undoable {
        let entries = self.catalogue.entries();
        let pattern = |index: Option<usize>| Some(entries.get(index?)?.sequence.pattern.clone());
        Undoable {
            reference: pattern(self.reference),
            candidate: pattern(self.candidate),
            shown: entries.iter().map(|entry| (entry.sequence.pattern.clone(), entry.shown)).collect(),
            mode: self.mode,
            tool: self.tool,
            exposure: self.exposure,
            wipe: self.wipe,
            display: self.display,
            heat_range: self.heat_range,
            curve_channel: self.curve_channel,
            quantity: self.quantity,
            tolerances: self.tolerances.clone(),
            metrics: self.metrics.clone(),
            probes: self.probes.items().to_vec(),
        }
    }

    /// Notes what changed since `before`. Sequences that were opened or closed are no change.
    pub(super) fn remember(&mut self, before: Undoable) {
        let after = self.undoable();
        if before.shown.keys().eq(after.shown.keys()) {
            self.history.record(before, &after);
        }
    }

    pub(super) fn undo(&mut self) {
        if let Some(past) = self.history.past.pop() {
            let now = self.undoable();
            let what = change(&past, &now).map_or_else(String::new, |change| change.what);
            self.go_to(past);
            self.history.future.push(now);
            self.history.told = Some(format!("Undone: {what}"));
        }
        self.history.seal();
    }

    pub(super) fn redo(&mut self) {
        if let Some(future) = self.history.future.pop() {
            let now = self.undoable();
            let what = change(&now, &future).map_or_else(String::new, |change| change.what);
            self.go_to(future);
            self.history.past.push(now);
            self.history.told = Some(format!("Done again: {what}"));
        }
        self.history.seal();
    }

    fn go_to(&mut self, to: Undoable) {
        for (index, pattern) in self.patterns().into_iter().enumerate() {
            // What was opened since keeps its part.
            if let Some(shown) = to.shown.get(&pattern) {
                self.catalogue.set_shown(index, *shown);
            }
        }
        let patterns = self.patterns();
        let place = |pattern: Option<String>| patterns.iter().position(|p| Some(p) == pattern.as_ref());
        (self.reference, self.candidate) = (place(to.reference), place(to.candidate));
        (self.mode, self.tool, self.quantity) = (to.mode, to.tool, to.quantity);
        (self.exposure, self.wipe, self.heat_range) = (to.exposure, to.wipe, to.heat_range);
        (self.curve_channel, self.display) = (to.curve_channel, to.display);
        (self.tolerances, self.metrics) = (to.tolerances, to.metrics);
        self.probes.go_back_to(to.probes);
        self.settle();
    }

    fn patterns(&self) -> Vec<String> {
        self.catalogue.entries().iter().map(|entry| entry.sequence.pattern.clone()).collect()
    }
}

struct Change {
    what: String,
    /// Whether it comes from something that is dragged: many small ones are one.
    is_continuous: bool,
}

impl Change {
    fn of(what: impl Into<String>) -> Option<Self> {
        Some(Self { what: what.into(), is_continuous: false })
    }

    fn dragged(what: impl Into<String>) -> Option<Self> {
        Some(Self { what: what.into(), is_continuous: true })
    }
}

/// What differs, the weightiest if it is more than one thing; `None` where nothing does.
fn change(before: &Undoable, after: &Undoable) -> Option<Change> {
    if before == after {
        return None;
    }
    if before.probes != after.probes {
        let what = tracking(&before.probes, &after.probes);
        // Strokes and moves of the same things.
        let is_edit = before.probes.iter().map(|item| item.id).eq(after.probes.iter().map(|item| item.id));
        return if is_edit { Change::dragged(what) } else { Change::of(what) };
    }
    if let Some(aov) = differing(&before.metrics, &after.metrics) {
        return Change::of(format!("metric of {aov}"));
    }
    if let Some(aov) = differing(&before.tolerances, &after.tolerances) {
        return Change::dragged(format!("tolerance of {aov}"));
    }
    if before.reference != after.reference {
        return Change::of("choice of the reference");
    }
    if before.shown != after.shown {
        return Change::of("which sequences take part");
    }
    if before.candidate != after.candidate {
        return Change::of("choice of the candidate");
    }
    if before.mode != after.mode {
        return Change::of(format!("view {} to {}", before.mode.name(), after.mode.name()));
    }
    if before.heat_range != after.heat_range {
        return Change::dragged("range of the legend");
    }
    if before.exposure != after.exposure {
        return Change::dragged("exposure");
    }
    if let Some(change) = display(&before.display, &after.display) {
        return Some(change);
    }
    if before.wipe != after.wipe {
        return Change::dragged("place of the wipe line");
    }
    if before.tool != after.tool {
        return Change::of("choice of the tool");
    }
    Change::of("what the curves show")
}

/// What differs in how pictures and deltas become colours.
fn display(before: &Display, after: &Display) -> Option<Change> {
    if before.offset != after.offset {
        return Change::dragged("offset");
    }
    if before.curve != after.curve {
        return match after.curve {
            Curve::Gamma(_) => Change::dragged("gamma"),
            Curve::Srgb => Change::of("curve to sRGB"),
            Curve::Linear => Change::of("curve to linear"),
        };
    }
    if before.isolate != after.isolate {
        return match after.isolate {
            Isolate::All => Change::of("look at all channels"),
            Isolate::Channel(_) => Change::of("look at one channel"),
            Isolate::Luminance => Change::of("look at the luminance"),
        };
    }
    if before.scale != after.scale {
        return Change::of(format!("scale to {}", after.scale.name()));
    }
    for signed in [false, true] {
        if before.map(signed) != after.map(signed) {
            return Change::of(format!("colour map to {}", after.map(signed).name()));
        }
    }
    if before.ground != after.ground {
        return Change::of(format!("ground of the difference to {}", after.ground.name()));
    }
    if before.clipped != after.clipped {
        return Change::of("marks of clipped pixels");
    }
    if before.non_finite != after.non_finite {
        return Change::of("marks of NaN and infinity");
    }
    if before.windows != after.windows {
        return Change::of("borders of windows");
    }
    (before != after).then(|| Change { what: "choice of tiles".to_owned(), is_continuous: false })
}

/// The first AOV whose entries differ.
fn differing<'a, T: PartialEq>(a: &'a BTreeMap<String, T>, b: &'a BTreeMap<String, T>) -> Option<&'a str> {
    let mut keys = a.keys().chain(b.keys());
    keys.find(|key| a.get(*key) != b.get(*key)).map(String::as_str)
}

fn tracking(before: &[Tracked], after: &[Tracked]) -> String {
    let lacking = |from: &[Tracked], other: &[Tracked]| -> Vec<String> {
        let missing = from.iter().filter(|item| other.iter().all(|known| known.id != item.id));
        missing.map(|item| probes::place(&item.probe)).collect()
    };
    match (&lacking(after, before)[..], &lacking(before, after)[..]) {
        ([], []) => "change of what is tracked".to_owned(),
        ([one], []) => format!("tracking of {one}"),
        ([], [one]) => format!("end of tracking {one}"),
        ([], ended) => format!("end of tracking {} things", ended.len()),
        (begun, _) => format!("tracking of {} things", begun.len()),
    }
}

#[cfg(test)]
mod tests;
