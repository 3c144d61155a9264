//! The canvas with nothing to show: what to do.

use egui::{Align2, FontId, RichText, Stroke, StrokeKind, Ui, UiBuilder, vec2};

use crate::app::ui::Wish;
use crate::app::{App, theme};

/// Draws the invitation.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let rect = ui.available_rect_before_wrap();
    let over = ui.input(|input| !input.raw.hovered_files.is_empty());
    let colour = if over { theme::ACCENT } else { theme::LINE };
    let frame = egui::Rect::from_center_size(rect.center(), vec2(520.0, 250.0));
    ui.painter().rect(frame, 10.0, theme::PANEL, Stroke::new(1.5, colour), StrokeKind::Inside);
    if app.opening {
        let font = FontId::proportional(15.0);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, "Looking for sequences…", font, theme::TEXT);
        return wishes;
    }
    let mut inner = ui.new_child(UiBuilder::new().max_rect(frame.shrink2(vec2(32.0, 30.0))));
    inner.vertical_centered(|ui| {
        ui.label(RichText::new("Compare rendered sequences").heading().color(theme::TEXT));
        ui.add_space(8.0);
        let text = "Drop a folder here that holds two or more sequences of frames\n(EXR with its AOVs, PNG or JPEG), or";
        ui.label(RichText::new(text).color(theme::WEAK));
        ui.add_space(12.0);
        let button = egui::Button::new(RichText::new("Open folder…").size(14.0)).min_size(vec2(150.0, 32.0));
        if ui.add(button).clicked() {
            wishes.push(Wish::AskForFolder);
        }
        ui.add_space(14.0);
        let text = "From a shell:  aovscope FOLDER    ·    To try it:  aovscope demo    ·    F1 shows the keys";
        ui.label(RichText::new(text).size(11.0).color(theme::WEAK));
    });
    wishes
}
