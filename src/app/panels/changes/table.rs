//! Rows of numbers that can be pointed at and clicked.

use egui::{
    Align2, Color32, FontId, Painter, Rect, RectAlign, Response, Role, Sense, Tooltip, Ui, pos2, vec2,
};

use crate::app::panels::named;
use crate::app::theme;

/// Height of a row, in points.
pub const ROW: f32 = 16.0;
/// The smallest font, in points.
const LEAST: f32 = 7.0;
/// Width of a digit, as a part of the font's size.
const ADVANCE: f32 = 0.603;

/// Texts of a row in its columns, each at its right edge.
pub fn cells(painter: &Painter, rect: Rect, edges: &[f32], cells: &[(String, Color32)], size: f32) {
    let mut left = rect.left();
    for (edge, (text, colour)) in edges.iter().zip(cells) {
        let right = rect.left() + rect.width() * edge;
        // Digits that are cut off would be another number: smaller ones are not.
        let fits = (right - left - 5.0) / (text.chars().count().max(1) as f32 * ADVANCE);
        let font = FontId::monospace(fits.clamp(LEAST, size));
        painter.text(pos2(right - 2.0, rect.center().y), Align2::RIGHT_CENTER, text, font, *colour);
        left = right;
    }
}

pub fn titles(ui: &mut Ui, edges: &[f32], titles: &[&str], size: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW - 2.0), Sense::hover());
    let texts: Vec<_> = titles.iter().map(|title| ((*title).to_owned(), theme::WEAK)).collect();
    cells(ui.painter(), in_row(rect), edges, &texts, size);
}

/// The part of a row that the list's scroll bar never covers.
fn in_row(rect: Rect) -> Rect {
    Rect::from_min_max(rect.min, pos2(rect.right() - 2.0, rect.bottom()))
}

/// A row that can be clicked, known by `name`.
pub fn row(ui: &mut Ui, is_selected: bool, name: &str) -> (Rect, Response) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    named(&response, Role::Button, name);
    let fill = match (is_selected, response.hovered() || response.has_focus()) {
        (true, _) => Some(ui.visuals().selection.bg_fill),
        (false, true) => Some(ui.visuals().widgets.hovered.bg_fill),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, 2.0, fill);
    }
    (in_row(rect), response)
}

/// A tool tip beside the panel, where it covers none of the rows below.
pub fn beside(response: &Response, text: impl FnOnce() -> String) {
    let mut tooltip = Tooltip::for_enabled(response);
    tooltip.popup = tooltip.popup.align(RectAlign::LEFT_START);
    tooltip.show(|ui| ui.label(text()));
}
