//! Curves: the tracked values over all frames, one plot for each tracked thing.

use egui::{FontId, RichText, Role, Ui, vec2};
use egui_plot::{Axis, AxisHints, Line, MarkerShape, Plot, PlotPoints, Points, VLine};

use super::{named, told_apart};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::engine::Cell;
use crate::image::tick_label;
use crate::view::probes::place;
use crate::view::{Action, Quantity, Sweep, Tracked};

/// Least width of one plot.
const NARROWEST: f32 = 230.0;
/// Room of one number at an axis.
const LABEL: egui::Vec2 = vec2(44.0, 20.0);

/// Draws the curves.
pub fn ui(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    if app.view.probes.items().is_empty() {
        hint(ui);
        return;
    }
    let Some(sweep) = &app.view.sweep else { return };
    if ui.available_height() < 70.0 {
        return;
    }
    let items = chosen(app, ui.available_width());
    choices(ui, app, items.len(), wishes);
    let width = (ui.available_width() - 8.0 * (items.len() as f32 - 1.0)) / items.len() as f32;
    let height = ui.available_height();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        for tracked in items {
            ui.allocate_ui(vec2(width, height), |ui| plot(ui, app, sweep, tracked, wishes));
        }
    });
}

/// What will be here.
fn hint(ui: &mut Ui) {
    let room = ui.available_rect_before_wrap();
    if room.height() < 24.0 {
        return;
    }
    let text = "Click a pixel, or hold Shift and drag a rectangle: its values over all frames appear here";
    let galley =
        ui.painter().layout(text.to_owned(), FontId::proportional(12.0), theme::weak(), room.width());
    let at = room.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, theme::weak());
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

fn choices(ui: &mut Ui, app: &App, plots: usize, wishes: &mut Vec<Wish>) {
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
        let all = app.view.probes.items().len();
        if plots < all {
            let text = format!("   {plots} of {all} shown; select others at the right");
            ui.label(RichText::new(text).size(10.5).color(theme::weak()));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let shown: Vec<usize> = app.view.catalogue.shown().collect();
            let room = ui.available_width() / shown.len().max(1) as f32 - 12.0;
            ui.spacing_mut().item_spacing.x = 0.0;
            for index in shown.into_iter().rev() {
                let name = app.view.name(Some(index));
                let text = RichText::new(told_apart(ui, app, name, 10.5, room))
                    .size(10.5)
                    .color(theme::sequence(&app.view.catalogue, index));
                ui.label(text).on_hover_text(name);
                ui.add_space(12.0);
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
        let (across, upwards) =
            ((ui.available_width() - 44.0) / LABEL.x, (ui.available_height() - 16.0) / LABEL.y);
        let plot = Plot::new(("curve", tracked.id))
            .height(ui.available_height())
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .show_background(false)
            .grid_color(theme::line())
            .grid_spacing(12.0..=220.0)
            .custom_x_axes(vec![axis(Axis::X)])
            .custom_y_axes(vec![axis(Axis::Y).min_thickness(44.0)])
            .x_grid_spacer(move |input| round_steps(&input, across, 1.0))
            .y_grid_spacer(move |input| round_steps(&input, upwards, 0.0))
            .sense(egui::Sense::click_and_drag());
        let response = plot.show(ui, |plot| {
            let playhead = app.view.playback.frame().unwrap_or(first) as f64;
            plot.vline(VLine::new("playhead", playhead).color(theme::text()).width(1.0).allow_hover(false));
            let values: Vec<f64> = (0..sweep.sequences.len())
                .flat_map(|sequence| curve(plot, app, sweep, sequence, probe))
                .collect();
            let (low, high) = y_range(&values);
            not_numbers(plot, app, sweep, probe, (low, high));
            plot.set_plot_bounds_x(first as f64 - 0.5..=last as f64 + 0.5);
            plot.set_plot_bounds_y(low..=high);
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

/// An axis all of whose lines have their number, however close they are.
fn axis<'a>(which: Axis) -> AxisHints<'a> {
    AxisHints::new(which)
        .formatter(|mark, _| tick_label(rounded(mark.value, mark.step_size)))
        .label_spacing(8.0..=10.0)
}

/// At most `lines` of them, at 1, 2 or 5 times a power of ten, at least `least` apart.
fn round_steps(input: &egui_plot::GridInput, lines: f32, least: f64) -> Vec<egui_plot::GridMark> {
    let (low, high) = input.bounds;
    let rough = ((high - low) / f64::from(lines.clamp(1.5, 12.0))).max(least).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|k| k * power).find(|step| *step >= rough);
    let step = step.unwrap_or(power * 10.0);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    let mark = |k: i64| egui_plot::GridMark { value: k as f64 * step, step_size: step };
    (first..=last.min(first.saturating_add(60))).map(mark).collect()
}

/// A multiple of `step` without the dust of binary fractions.
fn rounded(value: f64, step: f64) -> f64 {
    let digits = (-step.log10().floor()).clamp(0.0, 17.0) as usize;
    format!("{value:.digits$}").parse().unwrap_or(value)
}

/// From the least to the largest value, with some air; around a constant too.
fn y_range(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return (0.0, 1.0);
    }
    let spread = high - low;
    let air =
        if spread > high.abs().max(low.abs()) * 1e-9 { spread * 0.12 } else { high.abs().max(1e-6) * 0.2 };
    (low - air, high + air)
}

/// Draws one curve, gaps as gaps; returns its values.
fn curve<'a>(
    plot: &mut egui_plot::PlotUi<'a>,
    app: &App,
    sweep: &Sweep,
    sequence: usize,
    probe: usize,
) -> Vec<f64> {
    let index = sweep.sequences[sequence];
    let colour = theme::sequence(&app.view.catalogue, index);
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
    let values = runs.iter().flatten().map(|point| point[1]).collect();
    for run in runs.into_iter().filter(|run| !run.is_empty()) {
        if let [only] = run[..] {
            plot.points(Points::new(name, vec![only]).radius(1.5).color(colour));
        }
        plot.line(Line::new(name, PlotPoints::from(run)).color(colour).width(1.6));
    }
    let marks = Points::new(name, changed).shape(MarkerShape::Circle).radius(2.4).color(colour);
    plot.points(marks.allow_hover(false));
    values
}

/// Marks the frames whose value is not a number, at the lower edge: no curve shows them.
fn not_numbers(
    plot: &mut egui_plot::PlotUi<'_>,
    app: &App,
    sweep: &Sweep,
    probe: usize,
    (low, high): (f64, f64),
) {
    let channel = app.view.curve_channel.min(sweep.series.channels.len().saturating_sub(1));
    let is_none = |sequence: usize, frame: usize| {
        let value = sweep.series.cell(sequence, frame, probe, channel).value;
        sweep.filled[frame] && value.is_some_and(|value| !value.to_f64().is_finite())
    };
    let any = |frame: usize| (0..sweep.sequences.len()).any(|sequence| is_none(sequence, frame));
    let frames = sweep.series.frames.iter().enumerate().filter(|(frame, _)| any(*frame));
    let y = low + (high - low) * 0.06;
    let marks: Vec<[f64; 2]> = frames.map(|(_, number)| [*number as f64, y]).collect();
    if !marks.is_empty() {
        let marks = Points::new("NaN or infinite", marks).shape(MarkerShape::Up);
        plot.points(marks.radius(4.0).color(theme::NOT_A_NUMBER));
    }
}

fn quantity(app: &App, cell: &Cell) -> Option<f64> {
    match app.view.quantity {
        Quantity::Value => cell.value.map(crate::engine::Value::to_f64),
        Quantity::Delta => cell.delta,
    }
}
