//! Small drawn icons: the same on every system, whatever its fonts have.

use egui::{Color32, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::named;
use crate::app::theme;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Bar and triangle to the left.
    First,
    /// Triangle to the left.
    Previous,
    /// Large triangle to the right.
    Play,
    /// Large triangle to the left.
    PlayBackwards,
    /// Two bars.
    Rest,
    /// Triangle to the right.
    Next,
    /// Triangle to the right and bar.
    Last,
    /// Dot and triangle to the left.
    PreviousChange,
    /// Triangle to the right and dot.
    NextChange,
    /// A cross.
    Close,
}

/// A button with that icon, known by `name`.
pub fn button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(28.0, 22.0), Sense::click());
    named(&response, Role::Button, name);
    let visuals = ui.style().interact(&response);
    ui.painter().rect_filled(rect, visuals.corner_radius, visuals.weak_bg_fill);
    if response.has_focus() {
        let stroke = Stroke::new(1.0, theme::accent());
        ui.painter().rect_stroke(rect, visuals.corner_radius, stroke, egui::StrokeKind::Inside);
    }
    draw(ui, icon, rect.center(), visuals.fg_stroke.color);
    response
}

fn draw(ui: &Ui, icon: Icon, centre: Pos2, colour: Color32) {
    let painter = ui.painter();
    let triangle = |x: f32, way: f32, size: f32| {
        let tip = pos2(centre.x + x + way * size, centre.y);
        let back = centre.x + x - way * size * 0.7;
        let points = vec![tip, pos2(back, centre.y - size), pos2(back, centre.y + size)];
        painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
    };
    let bar = |x: f32| {
        let rect = Rect::from_center_size(pos2(centre.x + x, centre.y), vec2(2.0, 9.0));
        painter.rect_filled(rect, 0.0, colour);
    };
    let dot = |x: f32| {
        painter.circle_filled(pos2(centre.x + x, centre.y), 2.5, theme::changed());
    };
    match icon {
        Icon::First => (bar(-5.0), triangle(2.0, -1.0, 4.5)).1,
        Icon::Previous => triangle(0.5, -1.0, 4.5),
        Icon::Play => triangle(-0.5, 1.0, 5.5),
        Icon::PlayBackwards => triangle(0.5, -1.0, 5.5),
        Icon::Rest => (bar(-3.0), bar(3.0)).1,
        Icon::Next => triangle(-0.5, 1.0, 4.5),
        Icon::Last => (bar(5.0), triangle(-2.0, 1.0, 4.5)).1,
        Icon::PreviousChange => (dot(5.0), triangle(-3.0, -1.0, 4.0)).1,
        Icon::NextChange => (dot(-5.0), triangle(3.0, 1.0, 4.0)).1,
        Icon::Close => {
            for way in [-1.0, 1.0] {
                let ends = [centre + vec2(-4.0, -4.0 * way), centre + vec2(4.0, 4.0 * way)];
                painter.line_segment(ends, Stroke::new(1.5, colour));
            }
        }
    }
}
