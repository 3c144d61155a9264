//! Curves: the tracked values over all frames, one plot for each tracked thing.

use egui::{RichText, Role, Ui, vec2};
use egui_plot::{Line, MarkerShape, Plot, PlotPoints, Points, VLine};

use super::{named, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::engine::Cell;
use crate::view::probes::place;
use crate::view::{Action, Quantity, Sweep, Tracked};

/// Least width of one plot.
const NARROWEST: f32 = 230.0;

/// Draws the curves.
pub fn ui(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let (Some(sweep), false) = (&app.view.sweep, app.view.probes.items().is_empty()) else { return };
    if ui.available_height() < 70.0 {
        return;
    }
    choices(ui, app, wishes);
    let items = chosen(app, ui.available_width());
    let width = (ui.available_width() - 8.0 * (items.len() as f32 - 1.0)) / items.len() as f32;
    let height = ui.available_height();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        for tracked in items {
            ui.allocate_ui(vec2(width, height), |ui| plot(ui, app, sweep, tracked, wishes));
        }
    });
}

/// As many as there is room for, the selected one among them.
fn chosen(app: &App, width: f32) -> Vec<&Tracked> {
    let room = ((width / NARROWEST) as usize).clamp(1, 4);
    let all = app.view.probes.items();
    let selected = app.view.probes.selected();
    let place = selected.and_then(|s| all.iter().position(|item| item.id == s.id)).unwrap_or(0);
    let first = (place + 1).saturating_sub(room);
    all.iter().skip(first).take(room).collect()
}

fn choices(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (quantity, name) in [(Quantity::Value, "Value"), (Quantity::Delta, "Delta")] {
            if ui.selectable_label(app.view.quantity == quantity, name).clicked() {
                wishes.push(Action::SetQuantity(quantity).into());
            }
        }
        ui.add_space(10.0);
        let channels = app.view.aov_entry().map_or(&[][..], |entry| &entry.channels);
        for (index, channel) in channels.iter().enumerate() {
            let response = ui.selectable_label(app.view.curve_channel == index, channel);
            named(&response, Role::Button, &format!("Channel {channel}"));
            if response.clicked() {
                wishes.push(Action::SetCurveChannel(index).into());
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            for index in app.view.catalogue.shown().collect::<Vec<_>>().into_iter().rev() {
                let text = RichText::new(app.view.name(Some(index))).size(10.5).color(theme::sequence(index));
                ui.label(text);
                ui.add_space(8.0);
            }
        });
    });
}

fn plot(ui: &mut Ui, app: &App, sweep: &Sweep, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    let Some(probe) = sweep.probes.iter().position(|id| *id == tracked.id) else { return };
    ui.vertical(|ui| {
        let title = RichText::new(place(&tracked.probe)).size(10.5).color(theme::probe(tracked.colour));
        ui.label(title);
        let frames = &sweep.series.frames;
        let (first, last) = (frames.first().copied().unwrap_or(0), frames.last().copied().unwrap_or(0));
        let plot = Plot::new(("curve", tracked.id))
            .height(ui.available_height())
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .include_x(first as f64 - 0.5)
            .include_x(last as f64 + 0.5)
            .set_margin_fraction(vec2(0.0, 0.12))
            .show_background(false)
            .y_axis_min_width(44.0)
            .y_axis_formatter(|mark, _| values::short(mark.value))
            .sense(egui::Sense::click_and_drag());
        let response = plot.show(ui, |plot| {
            let playhead = app.view.playback.frame().unwrap_or(first) as f64;
            plot.vline(VLine::new("playhead", playhead).color(theme::TEXT).width(1.0).allow_hover(false));
            for sequence in 0..sweep.sequences.len() {
                curve(plot, app, sweep, sequence, probe);
            }
            plot.pointer_coordinate()
        });
        let name = format!("Curve of {}", place(&tracked.probe));
        named(&response.response, Role::Image, &name);
        let pressed = response.response.dragged() || response.response.clicked();
        if let (true, Some(at)) = (pressed, response.inner) {
            wishes.push(Action::Seek(at.x.round() as i64).into());
        }
    });
}

fn curve<'a>(plot: &mut egui_plot::PlotUi<'a>, app: &App, sweep: &Sweep, sequence: usize, probe: usize) {
    let index = sweep.sequences[sequence];
    let colour = theme::sequence(index);
    let channel = app.view.curve_channel.min(sweep.series.channels.len().saturating_sub(1));
    let mut runs: Vec<Vec<[f64; 2]>> = vec![Vec::new()];
    let mut changed = Vec::new();
    let mut previous = None;
    for (frame, number) in sweep.series.frames.iter().enumerate() {
        let cell = sweep.filled[frame].then(|| sweep.series.cell(sequence, frame, probe, channel));
        let value = cell.and_then(|cell| quantity(app, cell)).filter(|value| value.is_finite());
        let Some(value) = value else {
            previous = None;
            continue;
        };
        let point = [*number as f64, value];
        match runs.last_mut() {
            Some(run) if previous.is_some() => run.push(point),
            _ => runs.push(vec![point]),
        }
        previous = Some(frame);
        if cell.is_some_and(|cell| cell.changed) {
            changed.push(point);
        }
    }
    let name = app.view.name(Some(index));
    for run in runs.into_iter().filter(|run| !run.is_empty()) {
        if let [only] = run[..] {
            plot.points(Points::new(name, vec![only]).radius(1.5).color(colour));
        }
        plot.line(Line::new(name, PlotPoints::from(run)).color(colour).width(1.6));
    }
    let marks = Points::new(name, changed).shape(MarkerShape::Circle).radius(2.4).color(colour);
    plot.points(marks.allow_hover(false));
}

fn quantity(app: &App, cell: &Cell) -> Option<f64> {
    match app.view.quantity {
        Quantity::Value => cell.value.map(crate::engine::Value::to_f64),
        Quantity::Delta => cell.delta,
    }
}
