//! The panels: a function each, state in, wishes out.

pub mod bottom;
pub mod curves;
pub mod empty;
pub mod help;
pub mod icon;
pub mod inspector;
pub mod left;
pub mod legend;
pub mod overlay;
pub mod timeline;
pub mod toasts;
pub mod top;
pub mod tracked;
pub mod values;
pub mod viewport;

use egui::{Response, RichText, Role, Ui, WidgetInfo};

use super::theme;

/// A quiet heading over a group.
pub(super) fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::WEAK).size(11.0));
}

/// Gives a widget the name by which tests and screen readers know it.
pub(super) fn named(response: &Response, kind: Role, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(kind, true, name));
}

/// Draws into the room that there is: what is too large is cut off and never makes the panel grow.
pub(in crate::app) fn confined<R>(ui: &mut Ui, draw: impl FnOnce(&mut Ui) -> R) -> R {
    let room = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(room);
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(room));
    inner.shrink_clip_rect(room.expand(2.0));
    draw(&mut inner)
}
