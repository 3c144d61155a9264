//! Left: the sequences, and the AOVs that they have.

use egui::{Color32, RichText, Role, ScrollArea, Sense, Ui};

use super::{heading, named};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::{Action, AovEntry, Shown};

/// Draws the panel.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
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
    let (is_reference, is_candidate) = (view.reference == Some(index), view.candidate == Some(index));
    ui.horizontal(|ui| {
        let mut shown = entry.shown;
        let check = ui.checkbox(&mut shown, "").on_hover_text("Takes part in the comparison");
        named(&check, Role::CheckBox, &format!("Compare {}", entry.sequence.name));
        if check.changed() {
            let shown = if shown { Shown::Yes } else { Shown::No };
            wishes.push(Action::SetShown(index, shown).into());
        }
        swatch(ui, if entry.shown { theme::sequence(index) } else { theme::LINE });
        let room = ui.available_width() - 24.0;
        let text =
            RichText::new(&entry.sequence.name).color(if entry.shown { theme::TEXT } else { theme::WEAK });
        let label = egui::Button::selectable(is_candidate || is_reference, text).truncate();
        let response = ui.add_sized([room, 20.0], label).on_hover_text(hint(app, index));
        named(&response, Role::Button, &format!("Show {}", entry.sequence.name));
        if response.clicked() && !is_reference {
            wishes.push(Action::SetCandidate(index).into());
        }
        response.context_menu(|ui| menu(ui, index, wishes));
        badge(ui, index, is_reference, is_candidate, &entry.sequence.name, wishes);
    });
    let (text, colour) = state(app, index);
    ui.horizontal(|ui| {
        ui.add_space(46.0);
        ui.add(egui::Label::new(RichText::new(text).size(10.5).color(colour)).truncate());
    });
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
        (true, _) => ("R", theme::ACCENT),
        (_, true) => ("C", theme::CHANGED),
        _ => ("·", theme::WEAK),
    };
    let button = egui::Button::new(RichText::new(text).color(colour).strong()).frame(false);
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
    let mut text = entry.sequence.pattern.clone();
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
        return ("no frame can be read".to_owned(), theme::ERROR);
    }
    let frames = entry.sequence.frames.len();
    let range = entry.sequence.range();
    let mut text = match range {
        Some((first, last)) if first != last => format!("{first}–{last}"),
        Some((only, _)) => format!("frame {only}"),
        None => "single file".to_owned(),
    };
    let missing = entry.missing().len();
    if missing > 0 {
        text.push_str(&format!("  ·  {missing} missing"));
        return (text, theme::CHANGED);
    }
    if frames > 1 {
        text.push_str(&format!("  ·  {frames} frames"));
    }
    (text, theme::WEAK)
}

fn aov(ui: &mut Ui, app: &App, entry: &AovEntry, shown: usize, wishes: &mut Vec<Wish>) {
    let selected = app.view.aov.as_deref() == Some(&entry.key);
    let changed = app.view.changed_aovs.get(&entry.key).copied();
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(8.0, 18.0), Sense::hover());
        if let Some(changed) = changed {
            let (radius, colour) = if changed { (3.0, theme::CHANGED) } else { (2.0, theme::LINE) };
            ui.painter().circle_filled(rect.center(), radius, colour);
        }
        let colour = if entry.present_in < shown { theme::WEAK } else { theme::TEXT };
        let button = egui::Button::selectable(selected, RichText::new(&entry.key).color(colour)).truncate();
        let response = ui.add_sized([ui.available_width(), 19.0], button);
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
