//! What stands at the pointer over a plot: the values of all sequences in one frame.

use egui::{Grid, PopupAnchor, Response, RichText, Tooltip};

use crate::app::panels::values;
use crate::app::{App, clipboard, theme};
use crate::engine::{Cell, Value};
use crate::view::Sweep;

/// Shows it for the frame next to `at`.
pub fn ui(app: &App, sweep: &Sweep, probe: usize, response: &Response, at: f64) {
    let frames = &sweep.series.frames;
    let away = |frame: &i64| (*frame as f64 - at).abs();
    let nearest = (0..frames.len()).min_by(|a, b| away(&frames[*a]).total_cmp(&away(&frames[*b])));
    let Some(frame) = nearest.filter(|frame| away(&frames[*frame]) <= 0.5) else { return };
    let (ctx, layer) = (response.ctx.clone(), response.layer_id);
    Tooltip::always_open(ctx, layer, response.id, PopupAnchor::Pointer).gap(14.0).show(|ui| {
        ui.label(RichText::new(format!("frame {}", frames[frame])).size(11.0).color(theme::TEXT));
        Grid::new("values of a frame").num_columns(4).spacing([10.0, 1.0]).show(ui, |ui| {
            for (sequence, index) in sweep.sequences.iter().enumerate() {
                for channel in app.view.curve_channels() {
                    let Some(described) = sweep.series.channels.get(channel) else { continue };
                    let cell = sweep.series.cell(sequence, frame, probe, channel);
                    let colour = theme::sequence(&app.view.catalogue, *index);
                    let mono = |text: String| RichText::new(text).monospace().size(10.5);
                    ui.label(RichText::new(app.view.name(Some(*index))).size(10.5).color(colour));
                    ui.label(mono(described.channel.clone()).color(theme::WEAK));
                    ui.label(mono(value(cell)).color(theme::TEXT));
                    let is_reference = sweep.series.reference_index == Some(sequence);
                    let delta = cell.delta.filter(|_| !is_reference);
                    let colour = if cell.changed { theme::CHANGED } else { theme::WEAK };
                    let delta = delta.map(|delta| format!("Δ {}", values::short(delta)));
                    ui.label(mono(delta.unwrap_or_default()).color(colour));
                    ui.end_row();
                }
            }
        });
    });
}

fn value(cell: &Cell) -> String {
    match cell.value {
        Some(Value::Pixel(sample)) => clipboard::exact(sample),
        Some(Value::Region(stats)) => format!("mean {}", values::short(stats.mean)),
        None => cell.status.name().replace('_', " "),
    }
}
