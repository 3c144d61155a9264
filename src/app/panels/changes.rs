//! What changed: regions, strongest first, and the pixels that changed most.

use egui::{
    Align2, Color32, FontId, Label, Painter, Rect, RectAlign, Response, RichText, Role, ScrollArea, Sense,
    Stroke, StrokeKind, Tooltip, Ui, pos2, vec2,
};

use super::{heading, named, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::{Sample, Window};
use crate::metric::Region;
use crate::view::discovery::as_tsv;
use crate::view::{Action, Changes, DiscoveryAction, OverTime, Tab, WorstPixel};

/// Height of a row, in points.
const ROW: f32 = 16.0;
/// Regions whose boxes are drawn.
const BOXES: usize = 50;
/// Regions that are tracked at once.
const TRACKED: usize = 16;
/// Width of a digit, as a part of the font's size.
const ADVANCE: f32 = 0.603;
/// The smallest font, and that of each table, in points.
const LEAST: f32 = 7.0;
const OF_REGIONS: f32 = 10.5;
const OF_PIXELS: f32 = 9.5;

/// Draws the tab.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let has_no_delta = app.view.discovery.map == OverTime::Frame && app.shown.heat.is_none() && !app.waiting;
    let Some(changes) = app.view.discovery.changes.clone().filter(|_| !has_no_delta) else {
        let text = if has_no_delta {
            "There is nothing to compare in this frame."
        } else {
            "Looking for changes…"
        };
        ui.label(RichText::new(text).color(theme::WEAK));
        return wishes;
    };
    head(ui, app, &changes, &mut wishes);
    if changes.regions.total == 0 {
        ui.label(RichText::new("Nothing changed.").color(theme::WEAK));
        return wishes;
    }
    ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
    let room = ui.available_height();
    let of_regions = if changes.worst.is_empty() { room } else { (room * 0.55).max(5.0 * ROW) };
    regions(ui, app, &changes, of_regions, &mut wishes);
    if !changes.worst.is_empty() {
        ui.add_space(4.0);
        ui.separator();
        heading(ui, "PIXELS THAT CHANGED MOST");
        worst(ui, &changes, &mut wishes);
    }
    wishes
}

fn head(ui: &mut Ui, app: &App, changes: &Changes, wishes: &mut Vec<Wish>) {
    let regions = &changes.regions;
    let count = match regions.total {
        1 => "1 region".to_owned(),
        total if total > regions.strongest.len() => {
            format!(
                "{} of {} regions",
                values::count(regions.strongest.len() as u64),
                values::count(total as u64)
            )
        }
        total => format!("{} regions", values::count(total as u64)),
    };
    // Of another frame than the shown one: while it plays, or until the next list is there.
    let colour = if app.changes_are_shown() { theme::TEXT } else { theme::WEAK };
    let definition = "Changed pixels that touch, or have one unchanged pixel between them, are one region.\n\
                      Strongest first: by the sum of the differences of its pixels; those without any value \
                      (NaN, infinite, or in one sequence only) before all others.";
    let text = RichText::new(format!("{} · {count}", changes.title)).color(colour);
    ui.add(Label::new(text).truncate()).on_hover_text(definition);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let step = |by| Wish::from(Action::Discover(DiscoveryAction::StepRegion(by)));
        let button = |ui: &mut Ui, text: &str, name: &str, hint: &str| -> bool {
            let enabled = regions.total > 0;
            let response = ui.add_enabled(enabled, egui::Button::new(text).small()).on_hover_text(hint);
            named(&response, Role::Button, name);
            response.clicked()
        };
        if button(ui, "Previous", "Previous region", "The region before (Shift + N)") {
            wishes.push(step(-1));
        }
        if button(ui, "Next", "Next region", "The next region (N)") {
            wishes.push(step(1));
        }
        let hint = format!("Follow the {TRACKED} strongest regions over all frames, as rectangles");
        if button(ui, "Track all", "Track all regions", &hint) {
            wishes.extend(regions.strongest.iter().take(TRACKED).map(track));
        }
        if button(ui, "Copy", "Copy regions", "The list as text for a table (tab-separated)") {
            wishes.push(Wish::Copy(as_tsv(changes)));
        }
    });
}

fn track(region: &Region) -> Wish {
    let Window { x, y, .. } = region.window;
    let (right, bottom) = (region.window.right() - 1, region.window.bottom() - 1);
    Action::TrackRectangle((x, y), (right as i32, bottom as i32)).into()
}

/// Places of the columns' right edges, as parts of the width.
fn columns(changes: &Changes) -> &'static [f32] {
    if changes.frames.is_some() { &[0.1, 0.28, 0.54, 0.76, 1.0] } else { &[0.1, 0.27, 0.52, 0.77, 1.0] }
}

/// Texts of a row in its columns, each at its right edge.
fn cells(painter: &Painter, rect: Rect, edges: &[f32], cells: &[(String, Color32)], size: f32) {
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

fn titles(ui: &mut Ui, edges: &[f32], titles: &[&str], size: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW - 2.0), Sense::hover());
    let texts: Vec<_> = titles.iter().map(|title| ((*title).to_owned(), theme::WEAK)).collect();
    cells(ui.painter(), in_row(rect), edges, &texts, size);
}

/// The part of a row that the list's scroll bar never covers.
fn in_row(rect: Rect) -> Rect {
    Rect::from_min_max(rect.min, pos2(rect.right() - 2.0, rect.bottom()))
}

/// A row that can be clicked, known by `name`.
fn row(ui: &mut Ui, is_selected: bool, name: &str) -> (Rect, Response) {
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
fn beside(response: &Response, text: impl FnOnce() -> String) {
    let mut tooltip = Tooltip::for_enabled(response);
    tooltip.popup = tooltip.popup.align(RectAlign::LEFT_START);
    tooltip.show(|ui| ui.label(text()));
}

fn regions(ui: &mut Ui, app: &App, changes: &Changes, height: f32, wishes: &mut Vec<Wish>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let edges = columns(changes);
    let columns = if changes.frames.is_some() {
        ["#", "pixels", "peak", "frames", "at"]
    } else {
        ["#", "pixels", "sum", "peak", "at"]
    };
    titles(ui, edges, &columns, OF_REGIONS);
    let strongest = &changes.regions.strongest;
    let mut pointed = None;
    ScrollArea::vertical()
        .id_salt("regions")
        .max_height((height - ROW).max(ROW))
        .auto_shrink([false, changes.worst.len() > 0])
        .show_rows(ui, ROW, strongest.len(), |ui, range| {
            for index in range {
                let region = &strongest[index];
                let name = format!("Region {}", index + 1);
                let (rect, response) = row(ui, app.view.discovery.selected == Some(index), &name);
                cells(ui.painter(), rect, edges, &texts(changes, region, index), OF_REGIONS);
                if response.hovered() {
                    pointed = Some(index);
                }
                if response.clicked() {
                    wishes.push(Action::Discover(DiscoveryAction::Go(index)).into());
                }
                beside(&response, || told(changes, region));
            }
        });
    if pointed != app.view.discovery.pointed {
        wishes.push(Action::Discover(DiscoveryAction::Point(pointed)).into());
    }
}

fn texts(changes: &Changes, region: &Region, index: usize) -> Vec<(String, Color32)> {
    let peak = if region.peak > 0.0 { values::short(f64::from(region.peak)) } else { "no value".to_owned() };
    let (x, y) = region.peak_at;
    let peak = (peak, theme::CHANGED);
    let [third, fourth] = match changes.span(region) {
        Some([first, last, _]) if first == last => [peak, (first.to_string(), theme::TEXT)],
        Some([first, last, _]) => [peak, (format!("{first}–{last}"), theme::TEXT)],
        None => [(values::short(region.weight), theme::TEXT), peak],
    };
    let rank = ((index + 1).to_string(), theme::WEAK);
    let pixels = (values::count(region.pixels), theme::TEXT);
    vec![rank, pixels, third, fourth, (format!("{x}, {y}"), theme::WEAK)]
}

/// All that is known of a region, in full.
fn told(changes: &Changes, region: &Region) -> String {
    let Window { x, y, width, height } = region.window;
    let mut text = format!("{width}×{height} pixels at {x}, {y}; {} changed", values::count(region.pixels));
    if region.valueless > 0 {
        text.push_str(&format!(", {} of them without a value", values::count(region.valueless)));
    }
    let (x, y) = region.peak_at;
    text.push_str(&format!("\nlargest {} at {x}, {y}; sum {}", region.peak, region.weight));
    if let Some([first, last, peak]) = changes.span(region) {
        text.push_str(&format!("\nchanges in frames {first} to {last}, most in {peak}"));
    }
    text.push_str("\nClick: show it");
    text
}

/// Places of the columns' right edges: place, channel, candidate, reference, delta.
const WORST_EDGES: [f32; 5] = [0.21, 0.27, 0.53, 0.79, 1.0];

fn worst(ui: &mut Ui, changes: &Changes, wishes: &mut Vec<Wish>) {
    titles(ui, &WORST_EDGES, &["at", "", "candidate", "reference", "delta"], OF_PIXELS);
    ScrollArea::vertical().id_salt("worst").auto_shrink([false, false]).show_rows(
        ui,
        ROW,
        changes.worst.len(),
        |ui, range| {
            for index in range {
                let pixel = &changes.worst[index];
                let (rect, response) = row(ui, false, &format!("Changed pixel {}", index + 1));
                cells(ui.painter(), rect, &WORST_EDGES, &worst_texts(pixel), OF_PIXELS);
                let (x, y) = pixel.at;
                if response.clicked() {
                    wishes.push(Action::FlyTo(x, y).into());
                }
                beside(&response, || worst_told(pixel));
            }
        },
    );
}

fn worst_texts(pixel: &WorstPixel) -> Vec<(String, Color32)> {
    let (x, y) = pixel.at;
    let stored = |sample: Option<Sample>| sample.map_or_else(|| "–".to_owned(), values::stored);
    let delta = pixel.delta().map_or_else(|| "–".to_owned(), values::short);
    vec![
        (format!("{x}, {y}"), theme::TEXT),
        (pixel.channel.clone(), theme::WEAK),
        (stored(pixel.candidate), theme::TEXT),
        (stored(pixel.reference), theme::TEXT),
        (delta, theme::CHANGED),
    ]
}

/// With every digit.
fn worst_told(pixel: &WorstPixel) -> String {
    let (x, y) = pixel.at;
    let mut text = format!("pixel {x}, {y}, channel {} (its largest difference)", pixel.channel);
    for (name, sample) in [("candidate", pixel.candidate), ("reference", pixel.reference)] {
        let stored = sample.map_or_else(|| "–".to_owned(), values::stored);
        text.push_str(&format!("\n{name} {stored}"));
    }
    if let Some(delta) = pixel.delta() {
        text.push_str(&format!("\ndelta {delta}"));
    }
    if let Some(value) = pixel.value {
        text.push_str(&format!("\nby the metric {value}"));
    }
    text.push_str("\nClick: show it");
    text
}

/// Draws the boxes of the strongest regions while the tab is open, and what is pointed at or gone to.
pub fn boxes(painter: &Painter, app: &App, place: impl Fn(Window) -> Rect) {
    let discovery = &app.view.discovery;
    if discovery.tab != Tab::Changes || !app.changes_are_shown() {
        return;
    }
    let stands_out = |index: usize| [discovery.pointed, discovery.selected].contains(&Some(index));
    let shadow = |rect: Rect, width: f32| {
        let stroke = Stroke::new(width + 2.0, Color32::from_black_alpha(150));
        painter.rect_stroke(rect.expand(2.0), 1.0, stroke, StrokeKind::Middle);
    };
    for (index, region) in discovery.regions().iter().enumerate() {
        if index >= BOXES && !stands_out(index) {
            continue;
        }
        let rect = place(region.window);
        if !painter.clip_rect().intersects(rect) {
            continue;
        }
        let (width, colour) = match index {
            index if discovery.pointed == Some(index) => (2.0, Color32::WHITE),
            index if discovery.selected == Some(index) => (1.6, theme::ACCENT),
            _ => (1.0, theme::ACCENT.gamma_multiply(0.65)),
        };
        if stands_out(index) {
            shadow(rect, width);
        }
        painter.rect_stroke(rect.expand(2.0), 1.0, Stroke::new(width, colour), StrokeKind::Middle);
    }
}
