//! Over the picture: masks, the stroke of the brush, the brush itself, names of what is tracked.

use egui::{Color32, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::viewport::physical_point;
use crate::app::{App, theme};
use crate::engine::{Mask, ProbeShape};
use crate::image::Window;
use crate::view::probes::Paint;
use crate::view::{Camera, Tool, Viewport};

/// Most pieces of a mask that are drawn: more than that is finer than the screen.
const MOST_PIECES: usize = 60_000;

/// Where the picture stands.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Pan and zoom.
    pub camera: &'a Camera,
    /// The pane, in physical pixels.
    pub viewport: Viewport,
    /// Physical pixels to a point.
    pub scale: f32,
}

impl Place<'_> {
    fn point(&self, x: f64, y: f64) -> Pos2 {
        let (x, y) = self.camera.screen_point(&self.viewport, (x, y));
        pos2(x.round() as f32 / self.scale, y.round() as f32 / self.scale)
    }
}

/// Draws them.
pub fn ui(painter: &Painter, app: &App, place: Place<'_>) {
    let selected = app.view.probes.selected().map(|tracked| tracked.id);
    for tracked in app.view.probes.items() {
        let colour = theme::probe(tracked.colour);
        if let ProbeShape::Mask(mask) = &tracked.probe.shape {
            let strength = if selected == Some(tracked.id) { 0.45 } else { 0.28 };
            fill(painter, place, tracked.probe.window, mask, colour.gamma_multiply(strength));
        }
        if !tracked.probe.label.is_empty() {
            let window = tracked.probe.window;
            name(
                painter,
                place.point(f64::from(window.x), f64::from(window.y)),
                &tracked.probe.label,
                colour,
            );
        }
    }
    if let Some(stroke) = &app.tracking.stroke
        && let Some((window, mask)) = &stroke.pixels
    {
        let colour = if stroke.paint == Paint::Erase { theme::ERROR } else { Color32::WHITE };
        fill(painter, place, *window, mask, colour.gamma_multiply(0.5));
    }
    brush(painter, app, place);
}

/// The pixels of a mask that are in sight, as runs; where they are smaller than the screen's, of some
/// rows alone.
fn fill(painter: &Painter, place: Place<'_>, window: Window, mask: &Mask, colour: Color32) {
    let clip = painter.clip_rect();
    let corner = |at: Pos2| place.camera.pixel(&place.viewport, physical_point(at, place.scale));
    let ((left, top), (right, bottom)) = (corner(clip.min), corner(clip.max));
    let clamp =
        |v: i32, start: i32, size: u32| (i64::from(v) - i64::from(start)).clamp(0, i64::from(size)) as u32;
    let columns =
        (clamp(left, window.x, window.width), clamp(right.saturating_add(1), window.x, window.width));
    let rows =
        (clamp(top, window.y, window.height), clamp(bottom.saturating_add(1), window.y, window.height));
    // Gaps that the screen cannot show are closed.
    let least = (1.0 / place.camera.zoom).ceil().max(1.0) as u32;
    let mut mesh = Mesh::default();
    for row in (rows.0..rows.1).step_by(least as usize) {
        let mut open: Option<(u32, u32)> = None;
        let mut piece = |(first, end): (u32, u32)| {
            let x = |column: u32| f64::from(window.x) + f64::from(column);
            let y = |row: u32| f64::from(window.y) + f64::from(row);
            let rect = Rect::from_min_max(
                place.point(x(first), y(row)),
                place.point(x(end), y((row + least).min(window.height))),
            );
            mesh.add_colored_rect(rect, colour);
        };
        for (first, len) in mask.row(row) {
            let (first, end) = (first.max(columns.0), (first + len).min(columns.1));
            if first >= end {
                continue;
            }
            open = match open {
                Some((start, before)) if first < before + least => Some((start, end)),
                Some(done) => {
                    piece(done);
                    Some((first, end))
                }
                None => Some((first, end)),
            };
        }
        open.into_iter().for_each(&mut piece);
        if mesh.vertices.len() > 4 * MOST_PIECES {
            break;
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// On a dark plate over its left upper corner.
fn name(painter: &Painter, corner: Pos2, text: &str, colour: Color32) {
    let galley = painter.layout_no_wrap(text.to_owned(), FontId::proportional(11.0), colour);
    let rect = Rect::from_min_size(corner - vec2(1.0, galley.size().y + 5.0), galley.size() + vec2(8.0, 2.0));
    painter.rect_filled(rect, 3.0, Color32::from_rgba_unmultiplied(16, 17, 20, 200));
    painter.galley(rect.min + vec2(4.0, 1.0), galley, colour);
}

/// A circle as large as the brush around the pixel under the pointer.
fn brush(painter: &Painter, app: &App, place: Place<'_>) {
    let (Tool::Brush, Some((x, y))) = (app.view.tool, app.hover) else { return };
    let (cx, cy) = place.camera.screen_point(&place.viewport, (f64::from(x) + 0.5, f64::from(y) + 0.5));
    let centre = pos2(cx as f32 / place.scale, cy as f32 / place.scale);
    let radius = (f64::from(app.view.tracking.brush_radius) + 0.5) * place.camera.zoom;
    let radius = (radius as f32 / place.scale).max(2.0);
    painter.circle_stroke(centre, radius + 1.0, Stroke::new(1.0, Color32::from_black_alpha(170)));
    painter.circle_stroke(centre, radius, Stroke::new(1.0, Color32::WHITE));
}
