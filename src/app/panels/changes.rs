//! What changed: regions, strongest first, and the pixels that changed most.

mod boxes;
mod pixels;
mod table;
mod worst;

pub use boxes::boxes;
use egui::{Color32, Label, RichText, Role, ScrollArea, Ui};
use table::{ROW, beside, cells, row, titles};

use super::teach::Teach;
use super::{named, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::Window;
use crate::metric::Region;
use crate::view::discovery::as_tsv;
use crate::view::{Action, Changes, DiscoveryAction, OverTime};

/// Regions that are tracked at once.
const TRACKED: usize = 16;
/// Size of the font, in points.
const FONT: f32 = 10.5;

/// Draws the tab.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let has_no_delta = app.view.discovery.map == OverTime::Frame && app.shown.heat.is_none() && !app.waiting;
    ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
    let changes = app.view.discovery.changes.clone().filter(|_| !has_no_delta);
    if let Some(changes) = &changes {
        head(ui, app, changes, &mut wishes);
    }
    match &changes {
        Some(changes) if changes.regions.total > 0 => {
            let room = ui.available_height();
            regions(ui, app, changes, (room * 0.5).max(5.0 * ROW), &mut wishes);
        }
        Some(_) => told_weakly(ui, "Nothing changed."),
        None if has_no_delta => told_weakly(ui, "There is nothing to compare in this frame."),
        None => told_weakly(ui, "Looking for changes…"),
    }
    ui.add_space(4.0);
    ui.separator();
    worst::ui(ui, app, changes.as_deref(), &mut wishes);
    wishes
}

fn told_weakly(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
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
    let colour = if app.changes_are_shown() { theme::text() } else { theme::weak() };
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
            let response = ui.add_enabled(enabled, egui::Button::new(text).small()).teach(hint);
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

fn regions(ui: &mut Ui, app: &App, changes: &Changes, height: f32, wishes: &mut Vec<Wish>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let edges = columns(changes);
    let columns = if changes.frames.is_some() {
        ["#", "pixels", "peak", "frames", "at"]
    } else {
        ["#", "pixels", "sum", "peak", "at"]
    };
    titles(ui, edges, &columns, FONT);
    let strongest = &changes.regions.strongest;
    let mut pointed = None;
    ScrollArea::vertical()
        .id_salt("regions")
        .max_height((height - ROW).max(ROW))
        .auto_shrink([false, true])
        .show_rows(ui, ROW, strongest.len(), |ui, range| {
            for index in range {
                let region = &strongest[index];
                let name = format!("Region {}", index + 1);
                let (rect, response) = row(ui, app.view.discovery.selected == Some(index), &name);
                cells(ui.painter(), rect, edges, &texts(changes, region, index), FONT);
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
    let peak = (peak, theme::changed());
    let [third, fourth] = match changes.span(region) {
        Some([first, last, _]) if first == last => [peak, (first.to_string(), theme::text())],
        Some([first, last, _]) => [peak, (format!("{first}–{last}"), theme::text())],
        None => [(values::short(region.weight), theme::text()), peak],
    };
    let rank = ((index + 1).to_string(), theme::weak());
    let pixels = (values::count(region.pixels), theme::text());
    vec![rank, pixels, third, fourth, (format!("{x}, {y}"), theme::weak())]
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
