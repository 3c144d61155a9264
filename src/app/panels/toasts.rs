//! Notices, at the lower right of the canvas.

use egui::{Align2, Area, Frame, Id, Margin, RichText, Stroke, Ui, vec2};

use crate::app::ui::Wish;
use crate::app::{App, theme};

/// Draws the notices.
pub fn ui(ui: &Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    if app.toasts.is_empty() {
        return wishes;
    }
    let area = Area::new(Id::unique("toasts")).anchor(Align2::CENTER_TOP, vec2(0.0, 44.0));
    area.show(ui.ctx(), |ui| {
        for (index, toast) in app.toasts.iter().enumerate() {
            let colour = if toast.error { theme::ERROR } else { theme::ACCENT };
            let frame = Frame::new()
                .fill(egui::Color32::from_rgb(36, 39, 44))
                .stroke(Stroke::new(1.0, colour))
                .corner_radius(5)
                .inner_margin(Margin::symmetric(12, 7));
            frame.show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.set_max_width(560.0);
                    ui.add(egui::Label::new(RichText::new(&toast.text).color(theme::TEXT)).wrap());
                    if ui.small_button("×").clicked() {
                        wishes.push(Wish::Dismiss(index));
                    }
                });
            });
            ui.add_space(4.0);
        }
    });
    wishes
}
