//! Notices, at the lower right of the canvas.

use egui::{Align2, Area, Frame, Id, Margin, Rect, RichText, Stroke, Ui, vec2};

use crate::app::ui::Wish;
use crate::app::{App, theme};

/// Draws the notices, in the lower right corner of the canvas: what they cover there is of least use.
pub fn ui(ui: &Ui, app: &App, canvas: Rect) -> Vec<Wish> {
    let mut wishes = Vec::new();
    if app.toasts.is_empty() {
        return wishes;
    }
    let corner = canvas.right_bottom() - vec2(12.0, 8.0);
    let area = Area::new(Id::unique("toasts")).pivot(Align2::RIGHT_BOTTOM).fixed_pos(corner);
    let width = (canvas.width() - 60.0).clamp(160.0, 420.0);
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
                    ui.set_max_width(width);
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
