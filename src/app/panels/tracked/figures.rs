//! Figures of the selected thing in the shown frame.

use egui::{Color32, Grid, RichText, Role, Ui};

use crate::app::panels::{named, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::engine::{CellStatus, ChannelFigures, Figures, PERCENTILES, ProbeShape};
use crate::image::Plane;
use crate::metric::channel_changed;
use crate::view::{Action, Tracked};

/// Draws them: a pixel's stored values, a region's statistics.
pub fn ui(ui: &mut Ui, app: &App, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    if tracked.probe.shape == ProbeShape::Pixel {
        pixel(ui, app, (tracked.probe.window.x, tracked.probe.window.y));
        return;
    }
    match app.figures_of(&tracked.probe) {
        Some(channels) => region(ui, app, channels, wishes),
        None => {
            ui.label(RichText::new("computing…").size(10.5).color(theme::WEAK));
        }
    }
}

fn cell(ui: &mut Ui, text: String, colour: Color32) {
    ui.label(RichText::new(text).monospace().size(10.5).color(colour));
}

fn heads(ui: &mut Ui, app: &App, first: &str) {
    let tint = |index: Option<usize>| index.map_or(theme::WEAK, |i| theme::sequence(&app.view.catalogue, i));
    cell(ui, first.to_owned(), theme::WEAK);
    cell(ui, "reference".to_owned(), tint(app.view.reference));
    cell(ui, "candidate".to_owned(), tint(app.view.candidate));
    cell(ui, "delta".to_owned(), theme::WEAK);
    ui.end_row();
}

fn pixel(ui: &mut Ui, app: &App, (x, y): (i32, i32)) {
    let [reference, candidate] = app.shown.values();
    let Some(plane) = reference.or(candidate) else { return };
    let value = |plane: Option<&Plane>, channel: &str| {
        let plane = plane?;
        let samples = &plane.channels[plane.channel_index(channel)?].samples;
        Some(samples.get(plane.index(x, y)?))
    };
    Grid::new("values of the selected pixel").num_columns(4).spacing([8.0, 1.0]).show(ui, |ui| {
        heads(ui, app, "");
        for channel in plane.channels.iter().take(8) {
            let (a, b) = (value(candidate, &channel.name), value(reference, &channel.name));
            let changed = a.zip(b).is_some_and(|(a, b)| channel_changed(&app.view.rule(), a, b));
            let text = |sample: Option<_>| sample.map_or_else(|| "–".to_owned(), values::stored);
            cell(ui, channel.name.clone(), theme::WEAK);
            cell(ui, text(b), theme::TEXT);
            cell(ui, text(a), theme::TEXT);
            let delta = a.zip(b).map(|(a, b)| values::short(a.to_f64() - b.to_f64()));
            let colour = if changed { theme::CHANGED } else { theme::WEAK };
            cell(ui, delta.unwrap_or_else(|| "–".to_owned()), colour);
            ui.end_row();
        }
    });
}

fn region(ui: &mut Ui, app: &App, channels: &[ChannelFigures], wishes: &mut Vec<Wish>) {
    let chosen = app.view.curve_channel.min(channels.len().saturating_sub(1));
    if channels.len() > 1 {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (index, channel) in channels.iter().enumerate() {
                let response = ui.selectable_label(index == chosen, &channel.channel);
                named(&response, Role::Button, &format!("Figures of channel {}", channel.channel));
                if response.on_hover_text("Figures and curves of this channel").clicked() {
                    wishes.push(Action::SetCurveChannel(index).into());
                }
            }
        });
    }
    let Some(channel) = channels.get(chosen) else { return };
    table(ui, app, channel);
}

fn table(ui: &mut Ui, app: &App, channel: &ChannelFigures) {
    let sides = [channel.reference, channel.candidate, channel.delta.ok_or(CellStatus::FrameMissing)];
    let rows: [(&str, &str, fn(&Figures) -> f64); 7] = [
        ("mean", "Sum of the finite values by their count", |f| f.mean),
        ("min", "Least finite value", |f| f.min),
        ("max", "Largest finite value", |f| f.max),
        ("std", "Standard deviation of the population", |f| f.std),
        ("p5", "Percentiles are linear between two of the sorted values", |f| f.percentiles[0]),
        ("median", "The 50th percentile", |f| f.percentiles[1]),
        ("p95", "95 of 100 values are below", |f| f.percentiles[2]),
    ];
    debug_assert_eq!(PERCENTILES, [5.0, 50.0, 95.0], "the rows' names");
    Grid::new("figures of the selected region").num_columns(4).spacing([8.0, 1.0]).show(ui, |ui| {
        heads(ui, app, &channel.channel);
        for (name, hint, figure) in rows {
            let label = RichText::new(name).monospace().size(10.5).color(theme::WEAK);
            ui.label(label).on_hover_text(hint);
            for side in &sides {
                match side {
                    Ok(figures) => number(ui, figure(figures)),
                    Err(_) => cell(ui, "–".to_owned(), theme::WEAK),
                }
            }
            ui.end_row();
        }
        counts(ui, "NaN", &sides, |f| f.nan);
        counts(ui, "Inf", &sides, |f| f.inf);
    });
    for (name, side) in [("reference", channel.reference), ("candidate", channel.candidate)] {
        if let Err(status) = side {
            let text = format!("{name}: {}", status.name().replace('_', " "));
            ui.label(RichText::new(text).size(10.5).color(theme::ERROR));
        }
    }
    if let Some(fraction) = channel.changed_fraction {
        let colour = if fraction > 0.0 { theme::CHANGED } else { theme::TEXT };
        let text = format!("{} of its pixels changed in {}", values::percent(fraction), channel.channel);
        ui.label(RichText::new(text).size(10.5).color(colour)).on_hover_text(fraction.to_string());
    }
}

fn number(ui: &mut Ui, value: f64) {
    let text = RichText::new(values::short(value)).monospace().size(10.5).color(theme::TEXT);
    ui.label(text).on_hover_text(value.to_string());
}

fn counts(ui: &mut Ui, name: &str, sides: &[Result<Figures, CellStatus>; 3], count: fn(&Figures) -> u64) {
    if sides.iter().flatten().all(|figures| count(figures) == 0) {
        return;
    }
    cell(ui, name.to_owned(), theme::WEAK);
    for side in sides {
        let text = side.as_ref().map_or_else(|_| "–".to_owned(), |figures| values::count(count(figures)));
        cell(ui, text, theme::NOT_A_NUMBER);
    }
    ui.end_row();
}
