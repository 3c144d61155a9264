//! The canvas with nothing to show: what to do.

use egui::{Align, Align2, Button, FontId, Layout, RichText, Role, Stroke, StrokeKind, Ui, UiBuilder, vec2};

use super::{elided, named};
use crate::app::program::ProgramWish;
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::workspace::is_workspace;

/// Most paths that are offered.
const MOST: usize = 6;

/// Draws the invitation.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let rect = ui.available_rect_before_wrap();
    let over = ui.input(|input| !input.raw.hovered_files.is_empty());
    let colour = if over { theme::accent() } else { theme::line() };
    let recent = app.program.recent.paths.iter().take(MOST).count();
    let height = if recent > 0 { 264.0 + 24.0 * recent as f32 } else { 250.0 };
    let frame = egui::Rect::from_center_size(rect.center(), vec2(520.0, height));
    ui.painter().rect(frame, 10.0, theme::panel(), Stroke::new(1.5, colour), StrokeKind::Inside);
    if app.opening {
        let font = FontId::proportional(15.0);
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            "Looking for sequences…",
            font,
            theme::text(),
        );
        return wishes;
    }
    let mut inner = ui.new_child(UiBuilder::new().max_rect(frame.shrink2(vec2(32.0, 30.0))));
    inner.vertical_centered(|ui| {
        ui.label(RichText::new("Compare rendered sequences").heading().color(theme::text()));
        ui.add_space(8.0);
        let text = "Drop a folder here that holds two or more sequences of frames\n(EXR with its AOVs, PNG or JPEG), or a workspace, or";
        ui.label(RichText::new(text).color(theme::weak()));
        ui.add_space(12.0);
        let button = Button::new(RichText::new("Open folder…").size(14.0)).min_size(vec2(150.0, 32.0));
        if ui.add(button).on_hover_text("Ctrl + O; workspaces and files: Ctrl + Shift + O").clicked() {
            wishes.push(Wish::AskForFolder);
        }
        ui.add_space(14.0);
        let text = "From a shell:  aovscope FOLDER    ·    To try it:  aovscope demo    ·    F1 shows the keys";
        ui.label(RichText::new(text).size(11.0).color(theme::weak()));
        if recent > 0 {
            ui.add_space(12.0);
            lately(ui, app, &mut wishes);
        }
    });
    wishes
}

/// What was opened lately.
fn lately(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.label(RichText::new("Opened lately").size(11.0).color(theme::weak()));
        for path in app.program.recent.paths.iter().take(MOST) {
            let full = path.display().to_string();
            let text = elided(ui, &full, 12.5, ui.available_width() - 20.0);
            let colour = if is_workspace(path) { theme::accent() } else { theme::text() };
            let response = ui.add(Button::new(RichText::new(text).color(colour)).frame(false));
            named(&response, Role::Button, &format!("Open {full}"));
            if response.on_hover_text(&full).clicked() {
                wishes.push(ProgramWish::Open(path.clone()).into());
            }
        }
    });
}
