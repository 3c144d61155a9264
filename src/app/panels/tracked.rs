//! The list of tracked pixels and rectangles.

use egui::{RichText, Role, Ui};

use super::left::swatch;
use super::{named, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::engine::{ProbeShape, Value};
use crate::view::probes::place;
use crate::view::{Action, Tracked};

/// Draws the list.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let items = app.view.probes.items();
    if items.is_empty() {
        let text =
            "Click a pixel, or hold Shift and drag a rectangle: its values are followed over all frames.";
        ui.label(RichText::new(text).color(theme::weak()));
        return wishes;
    }
    for tracked in items {
        item(ui, app, tracked, &mut wishes);
    }
    ui.horizontal(|ui| {
        if ui.small_button("Remove all").clicked() {
            wishes.push(Action::ClearProbes.into());
        }
        if ui.small_button("Copy").on_hover_text("The values of this frame, as text").clicked() {
            wishes.push(Wish::Copy(as_text(app)));
        }
    });
    wishes
}

fn item(ui: &mut Ui, app: &App, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    let selected = app.view.probes.selected().is_some_and(|s| s.id == tracked.id);
    ui.horizontal(|ui| {
        swatch(ui, theme::probe(tracked.colour));
        let text = place(&tracked.probe);
        let label = egui::Button::selectable(selected, RichText::new(&text).monospace());
        let response = ui.add(label).on_hover_text("Select; double-click: show it");
        named(&response, Role::Button, &format!("Tracked {text}"));
        if response.double_clicked() {
            wishes.push(Action::FlyTo(tracked.probe.window.x, tracked.probe.window.y).into());
        } else if response.clicked() {
            wishes.push(Action::SelectProbe(tracked.id).into());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let remove = ui.add(egui::Button::new(RichText::new("×").color(theme::weak())).frame(false));
            named(&remove, Role::Button, &format!("Remove {text}"));
            if remove.on_hover_text("Stop tracking").clicked() {
                wishes.push(Action::RemoveProbe(tracked.id).into());
            }
            if let Some((delta, changed)) = now(app, tracked) {
                let colour = if changed { theme::changed() } else { theme::weak() };
                let text = format!("Δ {}", values::short(delta));
                ui.label(RichText::new(text).monospace().size(10.5).color(colour))
                    .on_hover_text(format!("The largest delta of its channels: {delta}"));
            }
        });
    });
}

/// The largest delta of the shown candidate at the playhead.
fn now(app: &App, tracked: &Tracked) -> Option<(f64, bool)> {
    let sweep = app.view.sweep.as_ref()?;
    let frame = sweep.series.frames.iter().position(|f| Some(*f) == app.view.playback.frame())?;
    let probe = sweep.probes.iter().position(|id| *id == tracked.id)?;
    let sequence = sweep.sequences.iter().position(|s| Some(*s) == app.view.candidate)?;
    if !sweep.filled[frame] {
        return None;
    }
    let cells = (0..sweep.series.channels.len()).map(|c| sweep.series.cell(sequence, frame, probe, c));
    let mut largest: Option<f64> = None;
    let mut changed = false;
    for cell in cells {
        changed |= cell.changed;
        let bigger = |delta: &f64| largest.is_none_or(|present| delta.abs() > present.abs());
        largest = cell.delta.filter(bigger).or(largest);
    }
    largest.map(|delta| (delta, changed))
}

/// The values of the shown frame, tab-separated.
fn as_text(app: &App) -> String {
    let Some(sweep) = &app.view.sweep else { return String::new() };
    let series = &sweep.series;
    let Some(frame) = series.frames.iter().position(|f| Some(*f) == app.view.playback.frame()) else {
        return String::new();
    };
    let mut text = "sequence\tframe\taov\tchannel\tx\ty\tw\th\tvalue\tdelta\n".to_owned();
    for (s, name) in series.sequences.iter().enumerate() {
        for (p, probe) in series.probes.iter().enumerate() {
            for (c, channel) in series.channels.iter().enumerate() {
                let cell = series.cell(s, frame, p, c);
                let value = cell.value.map_or_else(String::new, |value| match (probe.shape, value) {
                    (ProbeShape::Pixel, Value::Pixel(sample)) => values::stored(sample),
                    (_, value) => value.to_f64().to_string(),
                });
                let delta = cell.delta.map_or_else(String::new, |delta| delta.to_string());
                let w = probe.window;
                let place = format!("{}\t{}\t{}\t{}", w.x, w.y, w.width, w.height);
                let (frame, aov, channel) = (series.frames[frame], &channel.aov, &channel.channel);
                text.push_str(&format!("{name}\t{frame}\t{aov}\t{channel}\t{place}\t{value}\t{delta}\n"));
            }
        }
    }
    text
}
