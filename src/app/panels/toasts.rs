//! Notices, at the lower right of the canvas.

use egui::{Align, Align2, Area, Frame, Id, Label, Layout, Margin, Rect, RichText, Role, ScrollArea, Stroke, Ui, vec2};

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
            let colour = if toast.error { theme::ERROR } else { theme::ACCENT };
            let frame = Frame::new()
                .fill(theme::RAISED)
                .stroke(Stroke::new(1.0, colour))
                .corner_radius(5)
                .inner_margin(Margin::symmetric(12, 7));
            frame.show(ui, |ui| {
                ui.set_max_width(width);
                ui.vertical(|ui| {
                    notice(ui, index, toast, canvas.height() * 0.5, &mut wishes);
                });
            });
            ui.add_space(4.0);
        }
    });
    wishes
}

fn notice(ui: &mut Ui, index: usize, toast: &Toast, most_height: f32, wishes: &mut Vec<Wish>) {
    let beginning = beginning(&toast.text);
    ui.horizontal_top(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let close = ui.small_button("×").on_hover_text("Dismiss");
            named(&close, Role::Button, "Dismiss");
            if close.clicked() {
                wishes.push(Wish::Dismiss(index));
            }
            if toast.count > 1 {
                let count = RichText::new(format!("×{}", toast.count)).color(theme::WEAK);
                ui.label(count).on_hover_text(format!("said {} times", toast.count));
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                let text = if toast.is_unfolded { &toast.text } else { beginning.unwrap_or(&toast.text) };
                let shown = match beginning {
                    Some(_) if !toast.is_unfolded => format!("{text}…"),
                    _ => text.to_owned(),
                };
                ScrollArea::vertical().max_height(most_height).show(ui, |ui| {
                    ui.add(Label::new(RichText::new(shown).color(theme::TEXT)).wrap());
                });
            });
        });
    });
    if !toast.error {
        return;
    }
    ui.horizontal(|ui| {
        if beginning.is_some() {
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
