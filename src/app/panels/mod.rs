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

use egui::{FontId, Response, RichText, Role, Ui, WidgetInfo};

use super::theme;

/// A quiet heading over a group.
pub(super) fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::WEAK).size(11.0));
}

/// The text, its middle left out where it is wider than `width`: names often differ at the end.
pub(super) fn elided(ui: &Ui, text: &str, size: f32, width: f32) -> String {
    let font = FontId::proportional(size);
    let fits = |text: &str| {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme::TEXT);
        galley.size().x <= width
    };
    shortened(text, fits)
}

/// The longest that fits of the text with less and less of its middle.
fn shortened(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let without_middle = |kept: usize| {
        let (head, tail) = (kept / 3, kept - kept / 3);
        let (head, tail) = (&characters[..head], &characters[characters.len() - tail..]);
        head.iter().chain(&['…']).chain(tail).collect::<String>()
    };
    let (mut least, mut most) = (0, characters.len());
    while least + 1 < most {
        let kept = usize::midpoint(least, most);
        if fits(&without_middle(kept)) { least = kept } else { most = kept }
    }
    without_middle(least)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_at_the_end_differ_when_shortened() {
        let at_most = |most: usize| move |text: &str| text.chars().count() <= most;
        assert_eq!(shortened("clothsimv1/clothsimv1", at_most(13)), "clot…othsimv1");
        assert_eq!(shortened("clothsimv1", at_most(10)), "clothsimv1");
        assert_eq!(shortened("ünïcödé", at_most(4)), "ü…dé");
        assert_eq!(shortened("name", at_most(0)), "…");
    }
}
