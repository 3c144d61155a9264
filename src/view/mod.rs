//! The viewer without a screen: what is open, what is shown, and how it changes.
//!
//! [`View`] is plain data; [`View::apply`] is the only place where it changes. Panels read it and
//! return [`Action`]s; tests do the same without a window.

mod action;
pub mod camera;
pub mod catalogue;
mod choices;
pub mod discovery;
pub mod display;
pub mod history;
pub mod matrix;
pub mod plan;
pub mod playback;
pub mod probes;
pub mod results;
mod tracking;
pub mod transport;
pub mod workspace;

use std::collections::BTreeMap;
use std::path::Path;

pub use action::Action;
pub use camera::{Camera, Viewport};
pub use catalogue::{AovEntry, Catalogue, Entry};
pub use choices::{Mode, Quantity, Shown, Tool};
pub use discovery::{
    AovOfFrame, Changes, Discovery, DiscoveryAction, OverTime, Tab, WorstFrame, WorstOf, WorstPixel,
};
pub use display::{Display, DisplayAction};
pub use history::History;
pub use matrix::{Matrix, Tally};
pub use plan::Scope;
pub use playback::Playback;
pub use probes::{ProbeAction, Probes, Tracked};
pub use results::{PairKey, StatisticsCache, StripCell, Sweep};
pub use tracking::{LARGEST_BRUSH, Tracking};
pub use transport::{Pace, Repeat, TimeAction};
pub use workspace::Workspace;

use crate::image::{AovKind, Chromaticities, Window};
use crate::metric::{Metric, Rule, default_metric};

/// Everything that is shown.
#[derive(Clone, Debug)]
pub struct View {
    /// Opened sequences.
    pub catalogue: Catalogue,
    /// AOVs of those that take part.
    pub aovs: Vec<AovEntry>,
    /// Catalogue index of the reference.
    pub reference: Option<usize>,
    /// Catalogue index of the shown candidate.
    pub candidate: Option<usize>,
    /// Key of the shown AOV.
    pub aov: Option<String>,
    /// The playhead.
    pub playback: Playback,
    /// Pan and zoom.
    pub camera: Camera,
    /// What the canvas shows.
    pub mode: Mode,
    /// What a click does.
    pub tool: Tool,
    /// Exposure in stops.
    pub exposure: f32,
    /// How pictures and deltas become colours.
    pub display: Display,
    /// Place of the wipe line, 0..=1.
    pub wipe: f32,
    /// Largest value of the legend; `None`: the frame's own maximum.
    pub heat_range: Option<f64>,
    /// Tracked pixels, rectangles and masks.
    pub probes: Probes,
    /// How they are made and shown.
    pub tracking: Tracking,
    /// Statistics found so far.
    pub statistics: StatisticsCache,
    /// Strips and curves found so far.
    pub sweep: Option<Sweep>,
    /// What is known of all AOVs over all frames.
    pub matrix: Matrix,
    /// What AOVs came to in the shown frame, as far as known.
    pub changed_aovs: BTreeMap<String, AovOfFrame>,
    /// Which channel the curves show.
    pub curve_channel: usize,
    /// Which number the curves show.
    pub quantity: Quantity,
    /// Where changes are.
    pub discovery: Discovery,
    /// What can be undone and done again.
    pub history: History,
    tolerances: BTreeMap<String, f64>,
    metrics: BTreeMap<String, Metric>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            catalogue: Catalogue::default(),
            aovs: Vec::new(),
            reference: None,
            candidate: None,
            aov: None,
            playback: Playback::default(),
            camera: Camera::default(),
            mode: Mode::Difference,
            tool: Tool::Pixel,
            exposure: 0.0,
            display: Display::default(),
            wipe: 0.5,
            heat_range: None,
            probes: Probes::default(),
            tracking: Tracking::default(),
            statistics: StatisticsCache::default(),
            sweep: None,
            matrix: Matrix::default(),
            changed_aovs: BTreeMap::new(),
            curve_channel: 0,
            quantity: Quantity::Both,
            discovery: Discovery::default(),
            history: History::default(),
            tolerances: BTreeMap::new(),
            metrics: BTreeMap::new(),
        }
    }
}

impl View {
    /// The only place where the view changes by the user's will.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::Restore(workspace, opened) => self.restore(&workspace, opened),
            action => {
                let is_whole = matches!(action, Action::ResetView);
                let before = self.undoable();
                if is_whole {
                    // No part of a drag, whatever it changes.
                    self.history.seal();
                }
                self.change(action);
                self.remember(before);
                if is_whole {
                    self.history.seal();
                }
            }
        }
    }

    fn change(&mut self, action: Action) {
        match action {
            Action::Opened(entries) => {
                self.catalogue.open(entries);
                self.settle();
            }
            Action::Close(index) => self.close(index),
            Action::SetShown(index, shown) => {
                self.catalogue.set_shown(index, shown == Shown::Yes);
                self.settle();
            }
            Action::SetReference(index) => self.set_reference(index),
            Action::SetCandidate(index) => self.set_candidate(index),
            Action::StepCandidate(by) => self.step_candidate(by),
            Action::SetAov(key) => {
                self.aov = Some(key);
                self.settle();
            }
            Action::StepAov(by) => self.step_aov(by),
            Action::SetMode(mode) => self.mode = mode,
            Action::SetTool(tool) => {
                self.tool = tool;
                if matches!(tool, Tool::Brush | Tool::Object) {
                    // What these tools can be told is there.
                    self.discovery.tab = Tab::Tracked;
                }
            }
            Action::SetTolerance(tolerance) => self.set_tolerance(tolerance),
            Action::SetMetric(metric) => self.set_metric(metric),
            Action::SetHeatRange(range) => self.heat_range = range.filter(|r| *r > 0.0 && r.is_finite()),
            Action::SetExposure(stops) => self.exposure = stops.clamp(-20.0, 20.0),
            Action::AddExposure(stops) => self.exposure = (self.exposure + stops).clamp(-20.0, 20.0),
            Action::Display(action) => self.apply_to_display(action),
            Action::SetWipe(place) => self.wipe = place.clamp(0.0, 1.0),
            Action::SetCurveChannel(channel) => {
                self.curve_channel = channel;
                self.tracking.more_channels.clear();
            }
            Action::Probe(action) => self.apply_probe_action(action),
            Action::SetQuantity(quantity) => self.quantity = quantity,
            Action::ResetView => {
                (self.exposure, self.heat_range, self.wipe) = (0.0, None, 0.5);
                self.display.apply(DisplayAction::ResetPicture);
                self.camera.fit = true;
            }
            Action::Fit => self.camera.fit = true,
            Action::OneToOne => self.camera.one_to_one(),
            Action::Pan(by) => self.camera.pan(by),
            Action::Zoom(viewport, at, factor) => self.camera.zoom_at(&viewport, at, factor),
            Action::FlyTo(x, y) => self.camera.fly_to(x, y),
            Action::TrackPixel(..)
            | Action::TrackRectangle(..)
            | Action::SelectProbe(_)
            | Action::RemoveProbe(_)
            | Action::ClearProbes => self.apply_to_probes(action),
            Action::Discover(action) => {
                let chooses = matches!(action, DiscoveryAction::SetMap(_) | DiscoveryAction::StepMap(_));
                if let Some(frame) = self.discovery.apply(action, &mut self.camera) {
                    self.playback.seek(frame);
                }
                if chooses && self.discovery.map != OverTime::Frame {
                    self.mode = Mode::Difference;
                }
            }
            _ => {
                self.discovery.forget_step();
                self.apply_to_playback(action);
            }
        }
    }

    fn apply_to_probes(&mut self, action: Action) {
        match action {
            Action::TrackPixel(x, y) => {
                self.probes.add_pixel(x, y);
            }
            Action::TrackRectangle(a, b) => {
                self.probes.add_rectangle(a, b);
            }
            Action::SelectProbe(id) => self.probes.select(id),
            Action::RemoveProbe(id) => self.probes.remove(id),
            Action::ClearProbes => self.probes.clear(),
            _ => {}
        }
    }

    fn apply_to_playback(&mut self, action: Action) {
        match action {
            Action::Seek(frame) => self.playback.seek(frame),
            Action::Step(by) => self.playback.step(by),
            Action::First => self.playback.seek_index(0),
            Action::Last => self.playback.seek_index(usize::MAX),
            Action::StepChange(by) => self.step_change(by),
            Action::TogglePlay => self.playback.toggle(),
            Action::Shuttle(direction) => self.playback.shuttle(direction),
            Action::Stop => self.playback.stop(),
            Action::SetIn => self.playback.set_in(),
            Action::SetOut => self.playback.set_out(),
            Action::Time(action) => self.playback.apply(action),
            Action::ToggleMatrix => self.matrix.open = !self.matrix.open,
            _ => {}
        }
    }

    /// The entry of the shown AOV.
    pub fn aov_entry(&self) -> Option<&AovEntry> {
        let key = self.aov.as_deref()?;
        self.aovs.iter().find(|entry| entry.key == key)
    }

    /// What the values of the shown AOV mean.
    pub fn kind(&self) -> AovKind {
        self.aov_entry().map_or(AovKind::Colour, |entry| entry.kind)
    }

    /// Metric and tolerance of the shown AOV.
    pub fn rule(&self) -> Rule {
        self.aov_entry().map_or(Rule::exact(Metric::Abs), |entry| self.rule_of(entry))
    }

    /// Metric and tolerance of an AOV.
    pub fn rule_of(&self, entry: &AovEntry) -> Rule {
        let metric = self.metrics.get(&entry.key).copied().unwrap_or(default_metric(entry.kind));
        Rule { abs: self.tolerances.get(&entry.key).copied().unwrap_or(0.0), ..Rule::exact(metric) }
    }

    /// Catalogue indices of the sequences that are compared with the reference.
    pub fn candidates(&self) -> Vec<usize> {
        self.catalogue.shown().filter(|index| Some(*index) != self.reference).collect()
    }

    /// The reference's file at the playhead.
    pub fn reference_path(&self) -> Option<&Path> {
        self.catalogue.path(self.reference?, self.playback.frame()?)
    }

    /// The candidate's file at the playhead.
    pub fn candidate_path(&self) -> Option<&Path> {
        self.catalogue.path(self.candidate?, self.playback.frame()?)
    }

    /// What the shown pair is a comparison of; `None` where a side has no file.
    pub fn pair_key(&self) -> Option<PairKey> {
        self.pair_key_at(self.playback.frame()?)
    }

    /// As [`View::pair_key`], at another frame.
    pub fn pair_key_at(&self, frame: i64) -> Option<PairKey> {
        Some(PairKey {
            candidate: self.catalogue.path(self.candidate?, frame)?.to_owned(),
            reference: self.catalogue.path(self.reference?, frame)?.to_owned(),
            aov: self.aov.clone()?,
            rule: results::rule_key(&self.rule()),
        })
    }

    /// The name of a sequence.
    pub fn name(&self, index: Option<usize>) -> &str {
        let entry = index.and_then(|i| self.catalogue.entries().get(i));
        entry.map_or("", |entry| &entry.sequence.name)
    }

    /// The luminance of R, G and B in the files of a sequence; of Rec. 709 where they do not say.
    pub fn luminance_weights(&self, index: Option<usize>) -> [f32; 3] {
        let entry = index.and_then(|i| self.catalogue.entries().get(i));
        let info = entry.and_then(|entry| entry.info.as_ref().ok());
        let part = info.and_then(|info| info.parts.get(info.aov(self.aov.as_deref()?)?.part));
        let told = part.and_then(|part| part.chromaticities?.luminance_weights());
        told.or_else(|| Chromaticities::default().luminance_weights()).unwrap_or([1.0; 3])
    }

    /// The picture's window by the header of the reference (or of the candidate), to fit it
    /// before pixels are there.
    pub fn picture(&self) -> Option<Window> {
        let sides = [self.reference, self.candidate].into_iter().flatten();
        let mut entries = sides.filter_map(|index| self.catalogue.entries().get(index));
        let info = entries.find_map(|entry| entry.info.as_ref().ok())?;
        let part = self.aov.as_deref().and_then(|key| info.aov(key)).map_or(0, |aov| aov.part);
        info.parts.get(part).map(|part| part.display_window)
    }

    /// Brings everything that depends on the catalogue back into order.
    fn settle(&mut self) {
        let shown: Vec<usize> = self.catalogue.shown().collect();
        if !self.reference.is_some_and(|r| shown.contains(&r)) {
            self.reference = shown.iter().copied().find(|i| Some(*i) != self.candidate);
        }
        let fits = |c: usize| shown.contains(&c) && Some(c) != self.reference;
        if !self.candidate.is_some_and(fits) {
            let likeness = |i: &usize| self.reference.map(|r| self.catalogue.likeness(r, *i));
            // The first of those that are most alike.
            let candidates = shown.iter().copied().rev().filter(|i| fits(*i));
            self.candidate = candidates.max_by_key(likeness);
        }
        self.aovs = self.catalogue.aovs();
        if self.aov_entry().is_none() {
            self.aov = self.first_aov().map(|entry| entry.key.clone());
        }
        let channels = self.aov_entry().map_or(0, |entry| entry.channels.len());
        self.curve_channel = self.curve_channel.min(channels.saturating_sub(1));
        self.playback.set_frames(self.catalogue.frames());
    }

    /// The AOV to begin with: one that reference and candidate both have, the picture itself if
    /// that can be told by its name, else one with colour.
    fn first_aov(&self) -> Option<&AovEntry> {
        let has = |side: Option<usize>, key: &str| {
            let entry = side.and_then(|index| self.catalogue.entries().get(index));
            let info = entry.and_then(|entry| entry.info.as_ref().ok());
            info.is_none_or(|info| info.aovs.iter().any(|aov| aov.key.eq_ignore_ascii_case(key)))
        };
        let rank = |entry: &&AovEntry| {
            let both = has(self.reference, &entry.key) && has(self.candidate, &entry.key);
            let colour = entry.kind == AovKind::Colour && entry.channels.len() >= 3;
            (both, colour && is_beauty(entry), colour)
        };
        // Of equals the first.
        self.aovs.iter().rev().max_by_key(rank)
    }

    fn close(&mut self, index: usize) {
        let moved = |place: Option<usize>| match place {
            Some(i) if i == index => None,
            Some(i) if i > index => Some(i - 1),
            other => other,
        };
        self.catalogue.close(index);
        (self.reference, self.candidate) = (moved(self.reference), moved(self.candidate));
        self.sweep = None;
        self.settle();
    }

    fn set_reference(&mut self, index: usize) {
        if index >= self.catalogue.entries().len() {
            return;
        }
        self.catalogue.set_shown(index, true);
        if self.candidate == Some(index) {
            self.candidate = self.reference;
        }
        self.reference = Some(index);
        self.settle();
    }

    fn set_candidate(&mut self, index: usize) {
        if index >= self.catalogue.entries().len() || self.reference == Some(index) {
            return;
        }
        self.catalogue.set_shown(index, true);
        self.candidate = Some(index);
        self.settle();
    }

    fn step_candidate(&mut self, by: i64) {
        let candidates = self.candidates();
        if let Some(next) = neighbour(&candidates, self.candidate.as_ref(), by) {
            self.set_candidate(*next);
        }
    }

    fn step_aov(&mut self, by: i64) {
        let keys: Vec<String> = self.aovs.iter().map(|entry| entry.key.clone()).collect();
        if let Some(next) = neighbour(&keys, self.aov.as_ref(), by) {
            self.change(Action::SetAov(next.clone()));
        }
    }

    fn step_change(&mut self, by: i64) {
        let from = self.playback.index();
        if let Some(index) = self.sweep.as_ref().and_then(|sweep| sweep.next_change(from, by)) {
            self.playback.seek_index(index);
        }
    }

    fn set_tolerance(&mut self, tolerance: f64) {
        if let Some(key) = self.aov.clone().filter(|_| tolerance >= 0.0 && tolerance.is_finite()) {
            self.tolerances.insert(key, tolerance);
        }
    }

    fn set_metric(&mut self, metric: Option<Metric>) {
        let Some(key) = self.aov.clone() else { return };
        match metric {
            Some(metric) => self.metrics.insert(key, metric),
            None => self.metrics.remove(&key),
        };
    }
}

/// What renderers call the picture itself, in lower case.
const BEAUTY: [&str; 5] = ["rgba", "combined", "beauty", "c", "rgb"];

/// Whether the last part of the key names the picture itself.
fn is_beauty(entry: &AovEntry) -> bool {
    let last = entry.key.rsplit('.').next().unwrap_or(&entry.key);
    BEAUTY.iter().any(|name| last.eq_ignore_ascii_case(name))
}

/// The item `by` places from `present`, round the end.
fn neighbour<'a, T: PartialEq>(items: &'a [T], present: Option<&T>, by: i64) -> Option<&'a T> {
    let place = present.and_then(|p| items.iter().position(|item| item == p));
    let count = i64::try_from(items.len()).ok().filter(|n| *n > 0)?;
    let next = place.map_or(0, |place| (place as i64 + by).rem_euclid(count));
    items.get(next as usize)
}
