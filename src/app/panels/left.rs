//! Left: the sequences, and the AOVs that they have.

use egui::{
    Align, Button, Color32, Id, Key, Label, Layout, Response, RichText, Role, ScrollArea, Sense, Stroke,
    TextEdit, Ui, WidgetInfo,
};

use super::teach::Teach;
use super::{elided, heading, named, told_apart};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::AovKind;
use crate::view::results::rule_key;
use crate::view::{Action, AovEntry, Shown};

/// With more AOVs than that there is a field to search them.
const FEW: usize = 8;

/// What the field for searching AOVs is known by.
pub fn search_id() -> Id {
    Id::unique("search AOVs")
}

/// Draws the panel.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    // Beside the lists, not over their badges.
    ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
    ui.horizontal(|ui| {
        heading(ui, "SEQUENCES");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| watch(ui, app, &mut wishes));
    });
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
    let words = if app.view.aovs.len() > FEW { search(ui, app, &mut wishes) } else { Vec::new() };
    ScrollArea::vertical().id_salt("aovs").auto_shrink([false, false]).show(ui, |ui| {
        let shown = app.view.catalogue.shown().count();
        let found = app.view.aovs.iter().filter(|entry| is_found(entry, &words));
        let count = found.map(|entry| aov(ui, app, entry, shown, &mut wishes)).count();
        if count == 0 && !words.is_empty() {
            ui.label(RichText::new("no AOV has that in its name").color(theme::weak()));
        }
    });
    wishes
}

fn watch(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let mut watching = app.workers.watch.is_on();
    let text = RichText::new("Watch").size(10.5).color(theme::weak());
    let response = ui.checkbox(&mut watching, text);
    named(&response, Role::CheckBox, "Watch folders");
    let hint = "Looks every two seconds, while the window has the focus, whether frames came to the open \
                sequences or were rendered anew";
    if response.on_hover_text(hint).changed() {
        wishes.push(Wish::WatchFolders(watching));
    }
}

/// The field; returns the words that are searched, in lower case.
fn search(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) -> Vec<String> {
    let id = search_id();
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let field = TextEdit::singleline(&mut text).id(id).hint_text("Search").desired_width(f32::INFINITY);
    let response = ui.add(field).teach("Parts of names, in any order (Ctrl + F); Enter shows the first");
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search AOVs"));
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        text.clear();
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        let first = app.view.aovs.iter().find(|entry| is_found(entry, &words));
        wishes.extend(first.map(|entry| Action::SetAov(entry.key.clone()).into()));
    }
    ui.data_mut(|data| data.insert_temp(id, text));
    words
}

/// Whether the AOV's name has all the words.
fn is_found(entry: &AovEntry, words: &[String]) -> bool {
    let key = entry.key.to_lowercase();
    words.iter().all(|word| key.contains(word))
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
    let mark = Mark::of(app, entry);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, _) = ui.allocate_exact_size(egui::vec2(8.0, 18.0), Sense::hover());
        match mark {
            Mark::Changed => {
                ui.painter().circle_filled(rect.center(), 3.0, theme::changed());
            }
            Mark::Elsewhere => {
                ui.painter().circle_stroke(rect.center(), 2.5, Stroke::new(1.2, theme::changed()));
            }
            Mark::Same => {
                ui.painter().circle_filled(rect.center(), 2.0, theme::line());
            }
            Mark::Unknown => {}
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add(
                Label::new(RichText::new(tag(entry.kind)).size(9.5).color(theme::weak())).selectable(false),
            );
            let colour = if entry.present_in < shown { theme::weak() } else { theme::text() };
            let text = elided(ui, &entry.key, 12.5, ui.available_width() - 13.0);
            let response = row(ui, selected, RichText::new(text).color(colour));
            named(&response, Role::Button, &format!("AOV {}", entry.key));
            if response.clicked() {
                wishes.push(Action::SetAov(entry.key.clone()).into());
            }
            response.on_hover_ui(|ui| {
                ui.label(aov_hint(app, entry, mark, shown));
            });
        });
    });
}

/// What is known of changes of an AOV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Unknown,
    /// In the shown frame, and as far as known in all others.
    Same,
    Changed,
    /// In another frame than the shown one, of the shown candidate.
    Elsewhere,
}

impl Mark {
    fn of(app: &App, entry: &AovEntry) -> Self {
        let view = &app.view;
        let place = view.matrix.sequences().iter().position(|s| Some(*s) == view.candidate);
        let rule = rule_key(&view.rule_of(entry));
        let tally = place.and_then(|place| view.matrix.tally(&entry.key, rule, place));
        let elsewhere = tally.is_some_and(|tally| tally.changed > 0);
        match view.changed_aovs.get(&entry.key) {
            Some(of) if of.changed > 0 => Self::Changed,
            _ if elsewhere => Self::Elsewhere,
            Some(_) => Self::Same,
            None => Self::Unknown,
        }
    }
}

/// A kind in few letters.
const fn tag(kind: AovKind) -> &'static str {
    match kind {
        AovKind::Colour => "col",
        AovKind::Scalar => "val",
        AovKind::Vector => "vec",
        AovKind::Normal => "nrm",
        AovKind::Motion => "mot",
        AovKind::Position => "pos",
        AovKind::Uv => "uv",
        AovKind::Id => "id",
        AovKind::Cryptomatte => "cry",
        AovKind::Mask => "msk",
    }
}

fn aov_hint(app: &App, entry: &AovEntry, mark: Mark, shown: usize) -> String {
    let state = match mark {
        Mark::Changed => "changed in this frame",
        Mark::Elsewhere => "changed in other frames than this one",
        Mark::Same => "the same in this frame",
        Mark::Unknown => "not compared yet",
    };
    let mut text = format!("{}\n{} · {}", entry.key, entry.kind.name(), entry.channels.join(" "));
    let entries = app.view.catalogue.shown().map(|index| &app.view.catalogue.entries()[index]);
    let found = entries.filter_map(|e| e.info.as_ref().ok()?.aov(&entry.key)).next();
    if let Some(aov) = found {
        let mut types: Vec<&str> = aov.channels.iter().map(|channel| channel.sample_type.name()).collect();
        types.dedup();
        text.push_str(&format!(" · {}", types.join(" ")));
    }
    text.push_str(&format!("\n{state}\nPage up, page down: the AOV before, the next"));
    if entry.present_in < shown {
        text.push_str(&format!("\nonly {} of {shown} sequences have it", entry.present_in));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aov_is_found_by_parts_of_its_name_in_any_order() {
        let key = "ViewLayer.DiffCol".to_owned();
        let entry = AovEntry { key, kind: AovKind::Colour, channels: Vec::new(), present_in: 1 };
        let found =
            |words: &[&str]| is_found(&entry, &words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert!(found(&[]) && found(&["col", "view"]) && !found(&["view", "depth"]));
    }
}
