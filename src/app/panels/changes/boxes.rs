//! Where the regions are in the picture.

use egui::{Color32, Painter, Rect, Stroke, StrokeKind};

use crate::app::{App, theme};
use crate::image::Window;
use crate::view::Tab;

/// Regions whose boxes are drawn.
const BOXES: usize = 50;

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
            index if discovery.selected == Some(index) => (1.6, theme::over_picture()),
            _ => (1.0, theme::over_picture().gamma_multiply(0.65)),
        };
        if stands_out(index) {
            shadow(rect, width);
        }
        painter.rect_stroke(rect.expand(2.0), 1.0, Stroke::new(width, colour), StrokeKind::Middle);
    }
}
