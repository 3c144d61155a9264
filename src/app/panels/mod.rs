//! The panels: a function each, state in, wishes out.

pub mod advice;
pub mod borders;
pub mod bottom;
pub mod changes;
pub mod curves;
pub mod display_menu;
pub mod empty;
pub mod heat_menu;
pub mod help;
pub mod icon;
pub mod inspector;
pub mod left;
pub mod legend;
pub mod masks;
pub mod matrix;
pub mod numbers;
mod objects;
pub mod over_time;
pub mod overlay;
pub mod palette;
pub mod playing;
pub mod pointer;
pub mod ramp;
pub mod right;
pub mod settings;
pub mod teach;
pub mod tiles;
pub mod timeline;
pub mod toasts;
pub mod top;
pub mod tracked;
pub mod unreadable;
pub mod values;
pub mod viewport;

use egui::{FontId, Response, RichText, Role, Ui, WidgetInfo};

use super::{App, theme};

/// A quiet heading over a group.
pub(super) fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()).size(11.0));
}

/// The text, its middle left out where it is wider than `width`: names often differ at the end.
pub(super) fn elided(ui: &Ui, text: &str, size: f32, width: f32) -> String {
    let font = FontId::proportional(size);
    let fits = |text: &str| {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme::text());
        galley.size().x <= width
    };
    shortened(text, fits)
}

/// As [`elided`]; where that makes it the same as another sequence's name, the end is left out
/// instead, and of the beginning what all names have in common.
pub(super) fn told_apart(ui: &Ui, app: &App, name: &str, size: f32, width: f32) -> String {
    let text = elided(ui, name, size, width);
    if text == name {
        return text;
    }
    let names: Vec<&str> = app.view.catalogue.entries().iter().map(|entry| &*entry.sequence.name).collect();
    let same = |other: &&str| **other != *name && elided(ui, other, size, width) == text;
    if !names.iter().any(same) {
        return text;
    }
    let own = without_common_start(&names, name);
    let font = FontId::proportional(size);
    let fits = |text: &str| {
        ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme::text()).size().x <= width
    };
    let count = own.chars().count();
    let cut = |kept: usize| format!("…{}…", own.chars().take(kept).collect::<String>());
    (1..count).rev().map(cut).find(|text| fits(text)).unwrap_or(text)
}

/// What is left of `name` after the characters with which all names begin.
fn without_common_start<'a>(names: &[&str], name: &'a str) -> &'a str {
    let alike = |at: usize, c: char| names.iter().all(|other| other[at.min(other.len())..].starts_with(c));
    let end = name.char_indices().find(|(at, c)| !alike(*at, *c)).map_or(0, |(at, _)| at);
    &name[end..]
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

    #[test]
    fn what_all_names_begin_with_tells_nothing() {
        let names = ["version_1/cloth", "version_10/cloth", "version_2/cloth"];
        assert_eq!(names.map(|name| without_common_start(&names, name)), ["1/cloth", "10/cloth", "2/cloth"]);
        assert_eq!(without_common_start(&["é1", "è1"], "é1"), "é1");
    }
}
