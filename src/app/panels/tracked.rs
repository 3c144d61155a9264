//! The list of what is tracked, and the selected one in detail.

mod figures;
mod selected;

use egui::{Button, Key, Popup, RichText, Role, Sense, TextEdit, Ui};

use super::{elided, named, values};
use crate::app::ui::Wish;
use crate::app::{App, clipboard, theme};
use crate::view::probes::{place, title};
use crate::view::{Action, ProbeAction, Tool, Tracked};

/// Draws the list.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    tool(ui, app, &mut wishes);
    let items = app.view.probes.items();
    if items.is_empty() {
        let text =
            "Click a pixel, or hold Shift and drag a rectangle: its values are followed over all frames.";
        ui.label(RichText::new(text).color(theme::WEAK));
        return wishes;
    }
    for tracked in items {
        item(ui, app, tracked, &mut wishes);
    }
    ui.horizontal(|ui| {
        if ui.small_button("Remove all").on_hover_text("Stop tracking everything").clicked() {
            wishes.push(Action::ClearProbes.into());
        }
        if ui.small_button("Copy").on_hover_text("The values of this frame, tab-separated").clicked() {
            wishes.push(Wish::Copy(clipboard::tracked(app, |_| true).unwrap_or_default()));
        }
    });
    if let Some(tracked) = app.view.probes.selected() {
        ui.add_space(4.0);
        selected::ui(ui, tracked, &mut wishes);
        figures::ui(ui, app, tracked, &mut wishes);
    }
    wishes
}

/// What the tool in hand needs to be told.
fn tool(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    match app.view.tool {
        Tool::Brush => {
            ui.horizontal(|ui| {
                let label = ui.label(RichText::new("Brush radius").color(theme::WEAK));
                let mut radius = app.view.tracking.brush_radius;
                let drag = egui::DragValue::new(&mut radius).range(0..=512).suffix(" px");
                let response = ui.add(drag).labelled_by(label.id);
                named(&response, Role::SpinButton, "Brush radius");
                let hint = "[ and ], or Ctrl + wheel\nAlt erases, Shift begins another mask";
                if response.on_hover_text(hint).changed() {
                    wishes.push(Action::Probe(ProbeAction::SetBrush(radius)).into());
                }
            });
        }
        Tool::Object if app.tracking.searching => {
            ui.label(RichText::new("searching for the id…").color(theme::WEAK));
        }
        _ => {}
    }
}

fn item(ui: &mut Ui, app: &App, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    let text = title(&tracked.probe);
    ui.horizontal(|ui| {
        palette(ui, tracked, &text, wishes);
        let editing = egui::Id::unique(("name of what is tracked", tracked.id));
        if ui.data(|data| data.get_temp::<String>(editing)).is_some() {
            name_editor(ui, editing, tracked, wishes);
            return;
        }
        let delta = now(app, tracked);
        let room = ui.available_width() - if delta.is_some() { 104.0 } else { 24.0 };
        let selected = app.view.probes.selected().is_some_and(|s| s.id == tracked.id);
        let shown = RichText::new(elided(ui, &text, 12.5, room.max(40.0)));
        let response = ui.add(Button::selectable(selected, shown));
        named(&response, Role::Button, &format!("Tracked {text}"));
        let response = response.on_hover_text(format!(
            "{}\nSelect; double-click: give it a name\nAlt + arrows move it, Ctrl + D copies it, Del removes it",
            place(&tracked.probe)
        ));
        if response.double_clicked() {
            ui.data_mut(|data| data.insert_temp(editing, tracked.probe.label.clone()));
            ui.memory_mut(|memory| memory.request_focus(editing));
        } else if response.clicked() {
            wishes.push(Action::SelectProbe(tracked.id).into());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let remove = ui.add(Button::new(RichText::new("×").color(theme::WEAK)).frame(false));
            named(&remove, Role::Button, &format!("Remove {text}"));
            if remove.on_hover_text("Stop tracking (Del)").clicked() {
                wishes.push(Action::RemoveProbe(tracked.id).into());
            }
            if let Some((delta, changed)) = delta {
                let colour = if changed { theme::CHANGED } else { theme::WEAK };
                let text = format!("Δ {}", values::short(delta));
                ui.label(RichText::new(text).monospace().size(10.5).color(colour))
                    .on_hover_text(format!("The largest delta of its channels: {delta}"));
            }
        });
    });
}

/// Its colour; a click offers the others.
fn palette(ui: &mut Ui, tracked: &Tracked, text: &str, wishes: &mut Vec<Wish>) {
    let response = swatch(ui, tracked.colour, false);
    named(&response, Role::Button, &format!("Colour of {text}"));
    let response = response.on_hover_text("Another colour");
    Popup::menu(&response).show(|ui| {
        ui.horizontal(|ui| {
            for colour in 0..theme::PROBE_COLOURS {
                let is_own = tracked.colour % theme::PROBE_COLOURS == colour;
                let choice = swatch(ui, colour, is_own);
                named(&choice, Role::Button, &format!("Colour {}", colour + 1));
                if choice.clicked() {
                    wishes.push(Action::Probe(ProbeAction::Recolour(tracked.id, colour)).into());
                    ui.close();
                }
            }
        });
    });
}

fn swatch(ui: &mut Ui, colour: usize, is_chosen: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(egui::vec2(13.0, 13.0), Sense::click());
    ui.painter().rect_filled(rect.shrink(2.0), 2.0, theme::probe(colour));
    if is_chosen || response.hovered() {
        let stroke = egui::Stroke::new(1.0, theme::TEXT);
        ui.painter().rect_stroke(rect, 3.0, stroke, egui::StrokeKind::Inside);
    }
    response
}

/// Enter or a click elsewhere takes the name, Escape leaves it.
fn name_editor(ui: &mut Ui, editing: egui::Id, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    let mut text = ui.data(|data| data.get_temp::<String>(editing)).unwrap_or_default();
    let hint = place(&tracked.probe);
    let edit = TextEdit::singleline(&mut text).id(editing).hint_text(hint).desired_width(f32::INFINITY);
    let response = ui.add(edit);
    named(&response, Role::TextInput, "Name of what is tracked");
    if response.lost_focus() {
        if !ui.input(|input| input.key_pressed(Key::Escape)) {
            wishes.push(Action::Probe(ProbeAction::Rename(tracked.id, text)).into());
        }
        ui.data_mut(|data| data.remove::<String>(editing));
    } else {
        ui.data_mut(|data| data.insert_temp(editing, text));
    }
}

/// The largest delta of the shown candidate at the playhead.
fn now(app: &App, tracked: &Tracked) -> Option<(f64, bool)> {
    let sweep = app.view.sweep.as_ref()?;
    let frame = sweep.series.frames.iter().position(|f| Some(*f) == app.view.playback.frame())?;
    let probe = sweep.probes.iter().position(|id| *id == tracked.id)?;
    let sequence = sweep.sequences.iter().position(|s| Some(*s) == app.view.candidate)?;
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
