//! The view as a workspace, and back.

use std::path::Path;

use super::{Playing, Role, SCHEMA, SavedRule, SavedSequence, Screen, VERSION, Workspace, paths};
use crate::view::{Camera, Display, Entry, LARGEST_BRUSH, OverTime, TimeAction, View};

impl View {
    /// What is open and how it is looked at.
    pub fn workspace(&self) -> Workspace {
        let sequence = |(index, entry): (usize, &Entry)| SavedSequence {
            path: paths::absolute(Path::new(&entry.sequence.pattern)).to_string_lossy().into_owned(),
            role: match (self.reference == Some(index), entry.shown) {
                (true, _) => Role::Reference,
                (false, true) => Role::Candidate,
                (false, false) => Role::Aside,
            },
            on_screen: self.candidate == Some(index),
        };
        let keys = self.metrics.keys().chain(self.tolerances.keys());
        let rule = |key: &String| SavedRule {
            metric: self.metrics.get(key).copied(),
            abs: self.tolerances.get(key).copied(),
        };
        Workspace {
            schema: SCHEMA.to_owned(),
            version: VERSION,
            frames: self.playback.part().map(|(first, last)| format!("{first}-{last}")),
            screen: self.screen(),
            sequences: self.catalogue.entries().iter().enumerate().map(sequence).collect(),
            rules: keys.map(|key| (key.clone(), rule(key))).collect(),
            probes: self.probes.items().iter().map(|item| item.probe.clone()).collect(),
        }
    }

    fn screen(&self) -> Screen {
        Screen {
            aov: self.aov.clone(),
            mode: Some(self.mode),
            frame: self.playback.frame(),
            exposure: self.exposure,
            wipe: Some(self.wipe),
            heat_range: self.heat_range,
            curve_channel: self.curve_channel,
            quantity: Some(self.quantity),
            camera: Some(self.camera),
            tool: Some(self.tool),
            brush_radius: Some(self.tracking.brush_radius),
            more_channels: self.tracking.more_channels.clone(),
            map: Some(self.discovery.map).filter(|map| *map != OverTime::Frame),
            tab: Some(self.discovery.tab),
            matrix: self.matrix.open,
            display: Some(self.display),
            playing: Some(Playing {
                rate: Some(self.playback.set_rate()),
                repeat: self.playback.repeat(),
                pace: self.playback.pace(),
            }),
        }
    }

    /// Shows what a workspace says, and nothing else; `opened` is what its sequences led to.
    pub(in crate::view) fn restore(&mut self, workspace: &Workspace, opened: Vec<(usize, Entry)>) {
        *self = Self::default();
        let saved = |place: usize| workspace.sequences.get(opened[place].0);
        let role = |place: usize| saved(place).map_or(Role::Aside, |saved| saved.role);
        let places = 0..opened.len();
        // A folder may hold several sequences: the first of them is meant.
        self.reference = places.clone().find(|place| role(*place) == Role::Reference);
        let is_candidate = |place: &usize| role(*place) == Role::Candidate;
        let on_screen = |place: &usize| saved(*place).is_some_and(|saved| saved.on_screen);
        let mut candidates = places.clone().filter(is_candidate);
        self.candidate = candidates.clone().find(on_screen).or_else(|| candidates.next());
        let shown: Vec<bool> =
            places.map(|place| is_candidate(&place) || self.reference == Some(place)).collect();
        let entries = opened.into_iter().zip(shown).map(|((_, entry), shown)| Entry { shown, ..entry });
        self.catalogue.open(entries.collect());
        self.restore_choices(workspace);
        self.settle();
        self.restore_playback(workspace);
    }

    fn restore_choices(&mut self, workspace: &Workspace) {
        for (aov, rule) in &workspace.rules {
            rule.metric.map(|metric| self.metrics.insert(aov.clone(), metric));
            rule.abs.map(|abs| self.tolerances.insert(aov.clone(), abs));
        }
        workspace.probes.iter().for_each(|probe| self.probes.restore(probe.clone()));
        let screen = &workspace.screen;
        self.aov.clone_from(&screen.aov);
        self.mode = screen.mode.unwrap_or(self.mode);
        self.exposure = if screen.exposure.is_finite() { screen.exposure.clamp(-20.0, 20.0) } else { 0.0 };
        self.wipe = screen.wipe.filter(|wipe| wipe.is_finite()).unwrap_or(self.wipe).clamp(0.0, 1.0);
        self.heat_range = screen.heat_range.filter(|range| *range > 0.0 && range.is_finite());
        self.curve_channel = screen.curve_channel;
        self.quantity = screen.quantity.unwrap_or(self.quantity);
        self.camera = screen.camera.filter(Camera::is_sound).unwrap_or(self.camera);
        self.tool = screen.tool.unwrap_or(self.tool);
        let radius = screen.brush_radius.unwrap_or(self.tracking.brush_radius);
        self.tracking.brush_radius = radius.min(LARGEST_BRUSH);
        self.tracking.more_channels.clone_from(&screen.more_channels);
        self.discovery.map = screen.map.unwrap_or_default();
        self.discovery.is_wanted = self.discovery.map != OverTime::Frame;
        self.discovery.tab = screen.tab.unwrap_or_default();
        self.matrix.open = screen.matrix;
        self.display = screen.display.map_or(self.display, Display::sound);
    }

    fn restore_playback(&mut self, workspace: &Workspace) {
        if let Some(playing) = workspace.screen.playing {
            // As if the user had set them: within the same limits.
            playing.rate.into_iter().for_each(|rate| self.playback.apply(TimeAction::SetRate(rate)));
            self.playback.apply(TimeAction::SetRepeat(playing.repeat));
            self.playback.apply(TimeAction::SetPace(playing.pace));
        }
        if let Ok(Some(frames)) = workspace.frame_set() {
            let (first, last) = frames.bounds();
            self.playback.seek(first);
            self.playback.set_in();
            self.playback.seek(last);
            self.playback.set_out();
        }
        match workspace.screen.frame {
            Some(frame) => self.playback.seek(frame),
            None => self.playback.seek_index(0),
        }
    }
}
