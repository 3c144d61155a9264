//! Left: the sequences, and the AOVs that they have.

use egui::{Align, Button, Color32, Layout, Response, RichText, Role, ScrollArea, Sense, Ui};

use super::{elided, heading, named, told_apart};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::{Action, AovEntry, Shown};

/// Draws the panel.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    // Beside the lists, not over their badges.
    ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
    heading(ui, "SEQUENCES");
    let height = ui.available_height() * 0.45;
    ScrollArea::vertical().id_salt("sequences").max_height(height).auto_shrink([false, true]).show(
        ui,
        |ui| {
            for index in 0..app.view.catalogue.entries().len() {
                sequence(ui, app, index, &mut wishes);
            }
        },
    );
    ui.add_space(8.0);
    heading(ui, "AOVS");
    ScrollArea::vertical().id_salt("aovs").auto_shrink([false, false]).show(ui, |ui| {
        let shown = app.view.catalogue.shown().count();
        for entry in &app.view.aovs {
            aov(ui, app, entry, shown, &mut wishes);
        }
    });
    wishes
}

fn sequence(ui: &mut Ui, app: &App, index: usize, wishes: &mut Vec<Wish>) {
    let view = &app.view;
    let entry = &view.catalogue.entries()[index];
    let name = &entry.sequence.name;
    let (is_reference, is_candidate) = (view.reference == Some(index), view.candidate == Some(index));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut shown = entry.shown;
        let check = ui.checkbox(&mut shown, "").on_hover_text("Takes part in the comparison");
        named(&check, Role::CheckBox, &format!("Compare {name}"));
        if check.changed() {
            let shown = if shown { Shown::Yes } else { Shown::No };
            wishes.push(Action::SetShown(index, shown).into());
        }
        swatch(ui, if entry.shown { theme::sequence(&app.view.catalogue, index) } else { theme::line() });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            badge(ui, index, is_reference, is_candidate, name, wishes);
            let (text, colour) = state(app, index);
            ui.label(RichText::new(text).size(10.5).color(colour)).on_hover_text(hint(app, index));
            let colour = if entry.shown { theme::text() } else { theme::weak() };
            let selected = is_candidate || is_reference;
            let text = told_apart(ui, app, name, 12.5, ui.available_width() - 13.0);
            let response =
                row(ui, selected, RichText::new(text).color(colour)).on_hover_text(hint(app, index));
            named(&response, Role::Button, &format!("Show {name}"));
            if response.clicked() && !is_reference {
                wishes.push(Action::SetCandidate(index).into());
            }
            response.context_menu(|ui| menu(ui, index, wishes));
        });
    });
}

/// A line of a list: text at the left, as wide as there is room.
fn row(ui: &mut Ui, selected: bool, text: RichText) -> Response {
    let layout = Layout::left_to_right(Align::Center).with_main_justify(true).with_main_align(Align::Min);
    let size = egui::vec2(ui.available_width(), 20.0);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.spacing_mut().button_padding = egui::vec2(6.0, 2.0);
        ui.add(Button::selectable(selected, text).truncate())
    })
    .inner
}

fn menu(ui: &mut Ui, index: usize, wishes: &mut Vec<Wish>) {
    if ui.button("Use as reference").clicked() {
        wishes.push(Action::SetReference(index).into());
    }
    if ui.button("Close").clicked() {
        wishes.push(Action::Close(index).into());
    }
}

fn badge(ui: &mut Ui, index: usize, reference: bool, candidate: bool, name: &str, wishes: &mut Vec<Wish>) {
    let (text, colour) = match (reference, candidate) {
        (true, _) => ("R", theme::accent()),
        (_, true) => ("C", theme::changed()),
        _ => ("·", theme::weak()),
    };
    let button =
        Button::new(RichText::new(text).color(colour).strong()).frame(false).min_size(egui::vec2(14.0, 18.0));
    let response = ui.add(button).on_hover_text(match (reference, candidate) {
        (true, _) => "The reference",
        (_, true) => "The shown candidate; click to make it the reference",
        _ => "Click to make it the reference",
    });
    named(&response, Role::Button, &format!("Reference {name}"));
    if response.clicked() {
        wishes.push(Action::SetReference(index).into());
    }
}

/// A square of colour.
pub(super) fn swatch(ui: &mut Ui, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(9.0, 9.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, colour);
}

fn hint(app: &App, index: usize) -> String {
    let entry = &app.view.catalogue.entries()[index];
    let missing = entry.missing();
    let mut text = format!("{}\n{}", entry.sequence.name, entry.sequence.pattern);
    match entry.sequence.range() {
        Some((first, last)) => {
            text.push_str(&format!("\n{} frames, {first} to {last}", entry.sequence.frames.len()))
        }
        None => text.push_str("\na single file"),
    }
    if let Err(error) = &entry.info {
        text.push_str(&format!("\n{error}"));
    }
    if !missing.is_empty() {
        let listed: Vec<String> = missing.iter().take(12).map(ToString::to_string).collect();
        let more = if missing.len() > 12 { " …" } else { "" };
        text.push_str(&format!("\nmissing: {}{more}", listed.join(", ")));
    }
    text
}

fn state(app: &App, index: usize) -> (String, Color32) {
    let entry = &app.view.catalogue.entries()[index];
    if entry.info.is_err() {
        return ("unreadable".to_owned(), theme::error());
    }
    match entry.missing().len() {
        0 => (entry.sequence.frames.len().to_string(), theme::weak()),
        missing => (format!("{missing} missing"), theme::changed()),
    }
}

fn aov(ui: &mut Ui, app: &App, entry: &AovEntry, shown: usize, wishes: &mut Vec<Wish>) {
    let selected = app.view.aov.as_deref() == Some(&entry.key);
    let changed = app.view.changed_aovs.get(&entry.key).copied();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, _) = ui.allocate_exact_size(egui::vec2(8.0, 18.0), Sense::hover());
        if let Some(changed) = changed {
            let (radius, colour) = if changed { (3.0, theme::changed()) } else { (2.0, theme::line()) };
            ui.painter().circle_filled(rect.center(), radius, colour);
        }
        let colour = if entry.present_in < shown { theme::weak() } else { theme::text() };
        let text = elided(ui, &entry.key, 12.5, ui.available_width() - 13.0);
        let response = row(ui, selected, RichText::new(text).color(colour));
        named(&response, Role::Button, &format!("AOV {}", entry.key));
        if response.on_hover_text(aov_hint(entry, changed, shown)).clicked() {
            wishes.push(Action::SetAov(entry.key.clone()).into());
        }
    });
}

fn aov_hint(entry: &AovEntry, changed: Option<bool>, shown: usize) -> String {
    let state = match changed {
        Some(true) => "changed in this frame",
        Some(false) => "the same in this frame",
        None => "not compared yet",
    };
    let mut text = format!("{}\n{} · {}\n{state}", entry.key, entry.kind.name(), entry.channels.join(" "));
    if entry.present_in < shown {
        text.push_str(&format!("\nonly {} of {shown} sequences have it", entry.present_in));
    }
    text
}
