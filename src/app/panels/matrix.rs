//! Which AOVs changed how much over all frames: a row for each candidate, a column for each AOV.

use egui::{
    Align, Align2, Color32, FontId, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, pos2, vec2,
};

use super::teach::Teach;
use super::{elided, heading, icon, named, timeline, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::results::rule_key;
use crate::view::{Action, AovEntry, Tally};

/// Height of a row.
const ROW: f32 = 18.0;
/// Width of the names of the candidates.
const NAMES: f32 = 128.0;
/// Height of the names of the AOVs where they stand upright, and where they lie.
const UPRIGHT: f32 = 74.0;
const LYING: f32 = 16.0;
/// Columns are that wide at least, and at most.
const WIDTHS: (f32, f32) = (18.0, 96.0);
/// With less, a column's name stands upright and its cells have no figures.
const FIGURES: f32 = 52.0;

/// Draws the panel.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let candidates = app.view.candidates();
    ui.horizontal(|ui| {
        heading(ui, "AOVS OVER ALL FRAMES");
        ui.label(RichText::new(progress(app, &candidates)).size(11.0).color(theme::weak()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = icon::button(ui, icon::Icon::Close, "Close the matrix");
            if close.teach("Close (Shift + M)").clicked() {
                wishes.push(Action::ToggleMatrix.into());
            }
        });
    });
    ScrollArea::both().auto_shrink([false, false]).show(ui, |ui| grid(ui, app, &candidates, &mut wishes));
    wishes
}

/// The height that suits it.
pub fn default_height(app: &App, width: f32) -> f32 {
    46.0 + head(column(app, width - NAMES)) + app.view.candidates().len().max(1) as f32 * ROW
}

/// Width of a column in so much room for all.
fn column(app: &App, room: f32) -> f32 {
    (room / app.view.aovs.len().max(1) as f32).floor().clamp(WIDTHS.0, WIDTHS.1)
}

/// Height of the names over columns of that width.
fn head(width: f32) -> f32 {
    if width >= FIGURES { LYING } else { UPRIGHT }
}

/// What all AOVs have in front, as far as a dot: it tells none from another.
fn common_start(aovs: &[AovEntry]) -> usize {
    let Some(first) = aovs.first().filter(|_| aovs.len() > 1) else { return 0 };
    let end = first.key.rfind('.').map_or(0, |at| at + 1);
    let mut dots = first.key[..end].match_indices('.').map(|(at, _)| at + 1);
    dots.rfind(|end| aovs.iter().all(|aov| aov.key.starts_with(&first.key[..*end]))).unwrap_or(0)
}

fn progress(app: &App, candidates: &[usize]) -> String {
    let known: usize = candidates
        .iter()
        .flat_map(|sequence| app.view.aovs.iter().filter_map(|aov| tally(app, *sequence, aov)))
        .map(|tally| tally.known)
        .sum();
    let all = candidates.len() * app.view.aovs.len() * app.view.playback.frames().len();
    if known < all { format!("comparing  {known} / {all}") } else { String::new() }
}

fn tally<'a>(app: &'a App, sequence: usize, aov: &AovEntry) -> Option<&'a Tally> {
    let place = app.view.matrix.sequences().iter().position(|s| *s == sequence)?;
    app.view.matrix.tally(&aov.key, rule_key(&app.view.rule_of(aov)), place)
}

fn grid(ui: &mut Ui, app: &App, candidates: &[usize], wishes: &mut Vec<Wish>) {
    let aovs = &app.view.aovs;
    let room = ui.available_width() - NAMES;
    let width = column(app, room);
    let (head, skipped) = (head(width), common_start(aovs));
    let size = vec2(NAMES + width * aovs.len() as f32, head + ROW * candidates.len() as f32 + 2.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let left = rect.left() + NAMES;
    for (column, aov) in aovs.iter().enumerate() {
        let x = left + width * column as f32;
        name(ui, app, aov, &aov.key[skipped..], Rect::from_min_size(pos2(x, rect.top()), vec2(width, head)));
        for (row, sequence) in candidates.iter().enumerate() {
            let top = rect.top() + head + ROW * row as f32;
            let place = Rect::from_min_size(pos2(x, top), vec2(width, ROW)).shrink(1.0);
            cell(ui, app, *sequence, aov, place, wishes);
        }
    }
    for (row, sequence) in candidates.iter().enumerate() {
        let y = rect.top() + head + ROW * (row as f32 + 0.5);
        let square = Rect::from_center_size(pos2(rect.left() + 5.0, y), vec2(9.0, 9.0));
        ui.painter().rect_filled(square, 2.0, theme::sequence(&app.view.catalogue, *sequence));
        let text = elided(ui, app.view.name(Some(*sequence)), 11.5, NAMES - 22.0);
        let colour = if app.view.candidate == Some(*sequence) { Color32::WHITE } else { theme::text() };
        let at = pos2(rect.left() + 14.0, y);
        ui.painter().text(at, Align2::LEFT_CENTER, text, FontId::proportional(11.5), colour);
    }
}

fn name(ui: &Ui, app: &App, aov: &AovEntry, text: &str, rect: Rect) {
    let shown = app.view.aov.as_deref() == Some(&aov.key);
    let colour = if shown { Color32::WHITE } else { theme::weak() };
    let font = FontId::proportional(10.5);
    if rect.height() <= LYING {
        let text = elided(ui, text, 10.5, rect.width() - 4.0);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, font, colour);
    } else {
        let text = elided(ui, text, 10.5, rect.height() - 4.0);
        let galley = ui.painter().layout_no_wrap(text, font, colour);
        // Read from below, its end at the cells.
        let at = pos2(rect.center().x - galley.size().y / 2.0, rect.bottom() - 2.0);
        let shape = egui::epaint::TextShape::new(at, galley, colour);
        ui.painter().add(shape.with_angle(-std::f32::consts::FRAC_PI_2));
    }
}

fn cell(ui: &Ui, app: &App, sequence: usize, aov: &AovEntry, rect: Rect, wishes: &mut Vec<Wish>) {
    let sequence_name = app.view.name(Some(sequence));
    let id = ui.scope_id().with(("matrix", sequence, &aov.key));
    let response = ui.interact(rect, id, Sense::click());
    named(&response, Role::Button, &format!("Matrix {sequence_name} {}", aov.key));
    let tally = tally(app, sequence, aov);
    let frames = app.view.playback.frames().len();
    paint(ui, rect, tally, frames);
    let shown = app.view.candidate == Some(sequence) && app.view.aov.as_deref() == Some(&aov.key);
    let outline = match (shown, response.hovered() || response.has_focus()) {
        (true, _) => Some(Color32::WHITE),
        (_, true) => Some(theme::accent()),
        _ => None,
    };
    if let Some(colour) = outline {
        ui.painter().rect_stroke(rect, 1.0, Stroke::new(1.5, colour), egui::StrokeKind::Inside);
    }
    if response.clicked() {
        wishes.push(Action::SetCandidate(sequence).into());
        wishes.push(Action::SetAov(aov.key.clone()).into());
    }
    response.on_hover_ui(|ui| {
        ui.label(format!("{sequence_name}  ·  {}\n{}", aov.key, told(tally, frames)));
    });
}

fn paint(ui: &Ui, rect: Rect, tally: Option<&Tally>, frames: usize) {
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.rect_filled(rect, 1.0, theme::canvas());
    let Some(tally) = tally.filter(|tally| tally.known > 0) else { return };
    if let Some(mean) = tally.mean() {
        painter.rect_filled(rect, 1.0, timeline::heat(mean));
        if rect.width() >= FIGURES - 2.0 {
            let text = if tally.changed == 0 { "same".to_owned() } else { values::percent(mean) };
            let light = mean.sqrt() > 0.35;
            let colour = if light {
                Color32::BLACK
            } else if tally.changed == 0 {
                theme::weak()
            } else {
                Color32::WHITE
            };
            let font = FontId::proportional(10.5);
            painter.text(rect.center(), Align2::CENTER_CENTER, text, font, colour);
        }
    }
    let (_, lower) = rect.split_top_bottom_at_fraction(if tally.compared > 0 { 0.72 } else { 0.0 });
    if tally.failed > 0 {
        timeline::hatch(&painter, lower, theme::error());
    } else if tally.missing > 0 {
        timeline::hatch(&painter, lower, theme::weak());
    }
    if tally.known < frames {
        let part = rect.width() * tally.known as f32 / frames as f32;
        let line = Rect::from_min_size(rect.left_bottom() - vec2(0.0, 2.0), vec2(part, 2.0));
        painter.rect_filled(line, 0.0, theme::accent());
    }
}

/// A cell in words.
fn told(tally: Option<&Tally>, frames: usize) -> String {
    let Some(tally) = tally.filter(|tally| tally.known > 0) else {
        return "not compared yet".to_owned();
    };
    let mut lines = Vec::new();
    match tally.mean() {
        Some(_) if tally.changed == 0 => lines.push(format!("the same in {} frames", tally.compared)),
        Some(mean) => {
            lines.push(format!("changed in {} of {} frames", tally.changed, tally.compared));
            let (mean, most) = (values::percent(mean), values::percent(tally.most));
            lines.push(format!("on average {mean} of the pixels, at most {most}"));
            lines.push(format!("largest difference {}", values::short(tally.max_abs)));
        }
        None => {}
    }
    if tally.missing > 0 {
        lines.push(format!("{} frames missing", tally.missing));
    }
    if tally.failed > 0 {
        let reason = tally.reason.as_deref().unwrap_or_default();
        lines.push(format!("{} frames not compared in full: {reason}", tally.failed));
    }
    if tally.known < frames {
        lines.push(format!("{} of {frames} frames known so far", tally.known));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::AovKind;

    #[test]
    fn what_all_have_in_front_is_left_out() {
        let aov = |key: &str| {
            let (key, channels) = (key.to_owned(), Vec::new());
            AovEntry { key, kind: AovKind::Colour, channels, present_in: 1 }
        };
        let start = |keys: &[&str]| common_start(&keys.iter().map(|key| aov(key)).collect::<Vec<_>>());
        assert_eq!(start(&["View.a.x", "View.a.y"]), 7);
        assert_eq!(start(&["View.a.x", "View.b"]), 5);
        assert_eq!((start(&["View.x", "rgba"]), start(&["View.x"]), start(&[])), (0, 0, 0));
    }
}
