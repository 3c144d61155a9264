//! What is told of pixels that a damaged or unfinished file does not give.

use egui::{RichText, Role, Ui};

use super::viewport::{Part, Side, loaded};
use super::{named, values};
use crate::app::{App, theme};
use crate::engine::{self, shortfall};
use crate::metric::FrameStats;

/// How many pixels of the shown pair cannot be read, where there are such; their reasons on hover.
pub fn count(ui: &mut Ui, app: &App, stats: &FrameStats) {
    if stats.unreadable == 0 {
        return;
    }
    let plural = if stats.unreadable == 1 { "pixel" } else { "pixels" };
    let text = format!("{} {plural} unreadable", values::count(stats.unreadable));
    let label = ui.label(RichText::new(text).color(theme::error()));
    named(&label, Role::Label, "Unreadable pixels");
    if let Some(reason) = reason(app) {
        label.on_hover_text(reason);
    }
}

/// Why the shown planes cannot be read in full.
fn reason(app: &App) -> Option<String> {
    let shown = [app.shown.reference(), app.shown.candidate()];
    let planes = shown.into_iter().flatten().map(|decoded| &decoded.plane);
    let sides: Vec<engine::Side<'_>> = planes.map(|plane| engine::Side { plane, info: None }).collect();
    let windows = sides.iter().map(|side| side.plane.data_window);
    let window = windows.reduce(|all, window| all.union(&window))?;
    shortfall(&sides, window).map(|failure| failure.reason)
}

/// Why the pixel under the pointer cannot be read, on each side that is seen there.
pub fn at_pointer(app: &App, part: &Part) -> Option<String> {
    let (x, y) = app.hover.filter(|_| app.gesture.is_none())?;
    let sides: &[Side] = if part.heat { &[Side::Reference, Side::Candidate] } else { &[part.side] };
    let reasons = sides.iter().filter_map(|side| {
        let plane = &loaded(app, *side)?.as_ref().ok()?.plane;
        Some(format!("unreadable in the {}: {}", side.name(), plane.unreadable_at(x, y)?.reason))
    });
    let lines: Vec<String> = reasons.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
