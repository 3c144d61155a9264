//! Notices, at the lower right of the canvas.

use egui::{
    Align2, Area, Frame, Id, Label, Margin, Rect, RichText, Role, ScrollArea, Stroke, TextStyle, Ui, Vec2,
    vec2,
};

use super::named;
use crate::app::program::ProgramWish;
use crate::app::state::Toast;
use crate::app::ui::Wish;
use crate::app::{App, theme};

/// Characters of a notice that are shown unless it is unfolded.
const SHOWN: usize = 220;

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
            let colour = if toast.error { theme::error() } else { theme::accent() };
            let frame = Frame::new()
                .fill(theme::raised())
                .stroke(Stroke::new(1.0, colour))
                .corner_radius(5)
                .inner_margin(Margin::symmetric(12, 7));
            ui.push_id(index, |ui| {
                frame
                    .show(ui, |ui| notice(ui, index, toast, vec2(width, canvas.height() * 0.5), &mut wishes));
            });
            ui.add_space(4.0);
        }
    });
    wishes
}

/// Draws one, into no more room than `most`.
fn notice(ui: &mut Ui, index: usize, toast: &Toast, most: Vec2, wishes: &mut Vec<Wish>) {
    let beginning = beginning(&toast.text);
    let shown = match beginning {
        Some(text) if !toast.is_unfolded => format!("{text}…"),
        _ => toast.text.clone(),
    };
    ui.horizontal_top(|ui| {
        let font = TextStyle::Body.resolve(ui.style());
        let galley = ui.painter().layout(shown.clone(), font, theme::text(), most.x - 76.0);
        ui.allocate_ui(galley.size(), |ui| {
            ui.set_width(galley.size().x + 1.0);
            let label = Label::new(RichText::new(shown).color(theme::text())).wrap();
            if galley.size().y > most.y {
                ScrollArea::vertical().max_height(most.y).show(ui, |ui| ui.add(label));
            } else {
                ui.add(label);
            }
        });
        if toast.count > 1 {
            let count = RichText::new(format!("×{}", toast.count)).color(theme::weak());
            ui.label(count).on_hover_text(format!("said {} times", toast.count));
        }
        let close = ui.small_button("×").on_hover_text("Dismiss");
        named(&close, Role::Button, "Dismiss");
        if close.clicked() {
            wishes.push(Wish::Dismiss(index));
        }
    });
    if toast.error {
        details(ui, index, toast, beginning.is_some(), wishes);
    }
}

fn details(ui: &mut Ui, index: usize, toast: &Toast, is_long: bool, wishes: &mut Vec<Wish>) {
    ui.horizontal(|ui| {
        if is_long {
            let text = if toast.is_unfolded { "Less" } else { "Details" };
            if ui.small_button(text).clicked() {
                wishes.push(ProgramWish::UnfoldToast(index).into());
            }
        }
        if ui.small_button("Copy details").on_hover_text("Put the whole text on the clipboard").clicked() {
            wishes.push(Wish::Copy(toast.text.clone()));
        }
    });
}

/// The beginning of a text that is too long to be shown at once.
fn beginning(text: &str) -> Option<&str> {
    let line = text.match_indices('\n').nth(2).map_or(text.len(), |(at, _)| at);
    let cut = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
    let end = line.min(cut);
    (end < text.len()).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_have_a_beginning() {
        assert_eq!(beginning("short"), None);
        assert_eq!(beginning("a\nb\nc\nd"), Some("a\nb\nc"));
        assert_eq!(beginning(&"é".repeat(300)).map(|text| text.chars().count()), Some(SHOWN));
    }
}
