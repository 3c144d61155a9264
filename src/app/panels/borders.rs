//! Borders of the display window, and of the data windows that differ from it.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

use super::viewport::{Part, Side, loaded, physical};
use crate::app::{App, theme};
use crate::image::Window;

/// Points of a dash, and between two.
const DASH: (f32, f32) = (6.0, 4.0);
/// Points beyond a part to which an edge is drawn that goes on.
const FAR: f32 = 8.0;

/// Draws the borders over a part.
pub fn ui(painter: &Painter, app: &App, part: &Part, scale: f32) {
    if !app.view.display.windows {
        return;
    }
    let sides: &[Side] =
        if part.heat { &[Side::Reference, Side::Candidate] } else { std::slice::from_ref(&part.side) };
    let plane = |side: &Side| loaded(app, *side)?.as_ref().ok().map(|decoded| &decoded.plane);
    let Some(display) = sides.iter().find_map(|side| Some(plane(side)?.display_window)) else { return };
    let seen = part.clip.expand(FAR);
    let stroke = Stroke::new(1.0, Color32::from_gray(96));
    let solid = |a: Pos2, b: Pos2| vec![Shape::line_segment([a, b], stroke)];
    edges(on_screen(app, part, scale, display)).for_each(|(a, b)| line(painter, seen, a, b, solid));
    for (place, side) in sides.iter().enumerate() {
        let Some(data) = plane(side).map(|plane| plane.data_window).filter(|data| *data != display) else {
            continue;
        };
        let sequence = side.sequence(app);
        let colour = sequence.map_or(theme::text(), |index| theme::sequence(&app.view.catalogue, index));
        let stroke = Stroke::new(1.0, colour);
        // Where two borders lie on each other, the dashes of one fall into the gaps of the other.
        let offset = place as f32 * (DASH.0 + DASH.1) / 2.0;
        let dashed =
            |a: Pos2, b: Pos2| Shape::dashed_line_with_offset(&[a, b], stroke, &[DASH.0], &[DASH.1], offset);
        edges(on_screen(app, part, scale, data)).for_each(|(a, b)| line(painter, seen, a, b, dashed));
    }
}

fn on_screen(app: &App, part: &Part, scale: f32, window: Window) -> Rect {
    let viewport = physical(part.rect, scale);
    let point = |x: i64, y: i64| {
        let (x, y) = app.view.camera.screen_point(&viewport, (x as f64, y as f64));
        pos2(x.round() as f32 / scale, y.round() as f32 / scale)
    };
    let min = point(i64::from(window.x), i64::from(window.y));
    // Just outside: the border hides no pixel.
    Rect::from_min_max(min, point(window.right(), window.bottom())).expand(0.5)
}

fn edges(rect: Rect) -> impl Iterator<Item = (Pos2, Pos2)> {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()];
    (0..4).map(move |i| (corners[i], corners[(i + 1) % 4]))
}

/// Draws the part of an edge that is seen: far in, whole edges have millions of dashes.
fn line(painter: &Painter, seen: Rect, a: Pos2, b: Pos2, shapes: impl FnOnce(Pos2, Pos2) -> Vec<Shape>) {
    if !Rect::from_two_pos(a, b).intersects(seen) {
        return;
    }
    painter.extend(shapes(seen.clamp(a), seen.clamp(b)));
}
