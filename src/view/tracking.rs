//! How things are tracked and shown, apart from what they are.

use std::collections::BTreeSet;

use super::{ProbeAction, View};

/// Largest radius of the brush, in pixels.
pub const LARGEST_BRUSH: u32 = 512;

/// How things are tracked and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Radius of the brush in image pixels; 0 paints single pixels.
    pub brush_radius: u32,
    /// Channels that have curves beside the chosen one, by their place in the AOV.
    pub more_channels: BTreeSet<usize>,
}

impl Default for Tracking {
    fn default() -> Self {
        Self { brush_radius: 4, more_channels: BTreeSet::new() }
    }
}

impl View {
    /// The channels that have curves, by their place in the shown AOV.
    pub fn curve_channels(&self) -> Vec<usize> {
        let count = self.aov_entry().map_or(0, |entry| entry.channels.len());
        let mut channels = self.tracking.more_channels.clone();
        channels.insert(self.curve_channel);
        channels.into_iter().filter(|channel| *channel < count).collect()
    }

    pub(super) fn apply_probe_action(&mut self, action: ProbeAction) {
        match action {
            ProbeAction::SetBrush(radius) => self.tracking.brush_radius = radius.min(LARGEST_BRUSH),
            ProbeAction::ToggleChannel(channel) => self.toggle_channel(channel),
            other => self.probes.apply(other),
        }
    }

    fn toggle_channel(&mut self, channel: usize) {
        let mut shown: BTreeSet<usize> = self.curve_channels().into_iter().collect();
        if !shown.remove(&channel) {
            shown.insert(channel);
        }
        // One is shown at least.
        if let Some(first) = shown.pop_first() {
            (self.curve_channel, self.tracking.more_channels) = (first, shown);
        }
    }
}
