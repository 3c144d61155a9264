//! All keys, out of the table that the window obeys.

use egui::{Color32, Grid, Id, Modal, RichText, ScrollArea, Ui, vec2};

use crate::app::keys::{BINDINGS, HELD, MOUSE, key_text};
use crate::app::theme;
use crate::app::ui::Wish;

/// Room for one column, in points.
const COLUMN: f32 = 322.0;

/// Draws the overlay.
pub fn ui(ui: &Ui) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let modal = Modal::new(Id::unique("keys")).backdrop_color(Color32::from_black_alpha(150));
    let response = modal.show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect().size() - vec2(60.0, 60.0);
        let columns = columns(room.x);
        ui.set_max_size(vec2(room.x.min(COLUMN * columns.len() as f32), room.y));
        ui.horizontal(|ui| {
            ui.label(RichText::new("Keys").heading());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("Close").clicked() {
                    wishes.push(Wish::ToggleHelp);
                }
            });
        });
        ui.add_space(6.0);
        ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
        ScrollArea::vertical().max_height(room.y - 40.0).show(ui, |ui| groups(ui, columns));
    });
    if response.should_close() {
        wishes.push(Wish::ToggleHelp);
    }
    wishes
}

/// Which groups stand below each other where there is so much room.
fn columns(room: f32) -> &'static [&'static [&'static str]] {
    match room as usize {
        930.. => &[&["Files", "Time"], &["Picture"], &["What is compared", "Tracking"]],
        660.. => &[&["Files", "Time", "Picture"], &["What is compared", "Tracking"]],
        _ => &[&["Files", "Time", "Picture", "What is compared", "Tracking"]],
    }
}

fn groups(ui: &mut Ui, columns: &[&[&str]]) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 36.0;
        for groups in columns {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                groups.iter().for_each(|group| table(ui, group));
                if groups.contains(&"Tracking") {
                    mouse(ui);
                }
            });
        }
    });
}

fn title(ui: &mut Ui, text: &str) {
    ui.add_space(4.0);
    ui.label(RichText::new(text).strong().color(theme::ACCENT));
}

fn table(ui: &mut Ui, group: &str) {
    title(ui, group);
    Grid::new(group).num_columns(2).spacing([14.0, 3.0]).show(ui, |ui| {
        for binding in BINDINGS.iter().filter(|binding| binding.group == group) {
            ui.label(RichText::new(key_text(&binding.keys[0])).monospace());
            ui.label(RichText::new(binding.text).color(theme::TEXT));
            ui.end_row();
        }
        if group == "Picture" {
            rows(ui, HELD);
        }
    });
}

fn mouse(ui: &mut Ui) {
    title(ui, "Mouse");
    Grid::new("mouse").num_columns(2).spacing([14.0, 3.0]).show(ui, |ui| {
        rows(ui, MOUSE);
    });
}

fn rows(ui: &mut Ui, table: &[(&str, &str)]) {
    for (what, does) in table {
        ui.label(RichText::new(*what).monospace());
        ui.label(RichText::new(*does).color(theme::TEXT));
        ui.end_row();
    }
}
