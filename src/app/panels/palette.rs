//! The palette: a line to write in, and the commands that fit.

use egui::text::LayoutJob;
use egui::{
    Align, Align2, Color32, FontId, Id, Key, Layout, Modal, Modifiers, RichText, Role, ScrollArea, TextEdit,
    TextFormat, Ui, vec2,
};

use super::named;
use crate::app::palette::{Item, items};
use crate::app::program::ProgramWish;
use crate::app::ui::Wish;
use crate::app::{App, theme};

/// Height of a line, in points.
const ROW: f32 = 24.0;

/// Draws the palette, where it is shown.
pub fn ui(ui: &Ui, app: &mut App) -> Vec<Wish> {
    let Some(mut palette) = app.program.palette.take() else { return Vec::new() };
    let mut wishes = Vec::new();
    let id = Id::unique("palette");
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, 64.0));
    let modal = Modal::new(id).area(area).backdrop_color(Color32::from_black_alpha(90));
    let before = palette.query.clone();
    let response = modal.show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect().size();
        ui.set_width((room.x - 80.0).clamp(240.0, 560.0));
        let moved = steps(ui);
        let hint = "Command, AOV, sequence, frame 12, pixel 93,31, save NAME";
        let edit = TextEdit::singleline(&mut palette.query).hint_text(hint).desired_width(f32::INFINITY);
        let edit = ui.add(edit.font(FontId::proportional(15.0)));
        named(&edit, Role::TextInput, "Find a command");
        edit.request_focus();
        if palette.query != before {
            palette.chosen = 0;
        }
        let found = items(app, &palette.query);
        let last = found.len().saturating_sub(1);
        palette.chosen = palette.chosen.saturating_add_signed(moved).min(last);
        let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        ui.add_space(4.0);
        let clicked = list(ui, &found, palette.chosen, moved != 0, (room.y - 180.0).clamp(100.0, 400.0));
        let chosen = clicked.or(enter.then_some(palette.chosen)).and_then(|place| found.get(place));
        if let Some(item) = chosen {
            wishes.push(ProgramWish::TogglePalette.into());
            wishes.push(item.wish(app));
        }
    });
    if response.should_close() && wishes.is_empty() {
        wishes.push(ProgramWish::TogglePalette.into());
    }
    app.program.palette = Some(palette);
    wishes
}

/// How many lines the arrows pressed since the last frame go down.
fn steps(ui: &Ui) -> isize {
    ui.input_mut(|input| {
        let mut count = |key| input.count_and_consume_key(Modifiers::NONE, key) as isize;
        let lines = count(Key::ArrowDown) - count(Key::ArrowUp);
        lines + 10 * (count(Key::PageDown) - count(Key::PageUp))
    })
}

/// Draws the lines; returns the one that was clicked.
fn list(ui: &mut Ui, found: &[Item], chosen: usize, moved: bool, height: f32) -> Option<usize> {
    if found.is_empty() {
        ui.label(RichText::new("No command is called so").color(theme::weak()));
        return None;
    }
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    // As high as there is room: a modal that was small before is not to stay so.
    let mut area = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
    if moved {
        let top = chosen as f32 * ROW;
        area = area.vertical_scroll_offset((top - height * 0.5).max(0.0));
    }
    area.show_rows(ui, ROW, found.len(), |ui, shown| {
        for place in shown {
            if line(ui, &found[place], place == chosen) {
                clicked = Some(place);
            }
        }
    });
    clicked
}

fn line(ui: &mut Ui, item: &Item, chosen: bool) -> bool {
    let layout = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), ROW), layout, |ui| {
        ui.add_space(10.0);
        // Not every font has arrows.
        ui.label(RichText::new(&item.detail).monospace().size(11.0).color(theme::weak()));
        let layout = Layout::left_to_right(Align::Center).with_main_justify(true).with_main_align(Align::Min);
        ui.with_layout(layout, |ui| {
            let button = egui::Button::selectable(chosen, text(item)).truncate();
            let response = ui.add(button);
            named(&response, Role::Button, &item.text);
            response.clicked()
        })
        .inner
    })
    .inner
}

/// The text, with what was written standing out.
fn text(item: &Item) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (place, c) in item.text.chars().enumerate() {
        let colour = if item.places.contains(&place) { theme::accent() } else { theme::text() };
        let format = TextFormat { font_id: FontId::proportional(13.0), color: colour, ..Default::default() };
        job.append(c.encode_utf8(&mut [0; 4]), 0.0, format);
    }
    job
}
