//! Colour maps drawn as a strip.

use egui::{Color32, Painter, Rect, Shape, Stroke, StrokeKind, epaint::Mesh, pos2};

use crate::app::theme;
use crate::image::ColorMap;

/// Columns of a strip; between them colours are mixed.
const COLUMNS: u32 = 96;

/// The colours of changes from one end of a range to the other.
pub fn draw(painter: &Painter, map: ColorMap, rect: Rect) {
    let mut mesh = Mesh::default();
    for column in 0..=COLUMNS {
        let position = column as f32 / COLUMNS as f32;
        let x = rect.left() + rect.width() * position;
        let colour = colour(map, f64::from(position));
        mesh.colored_vertex(pos2(x, rect.top()), colour);
        mesh.colored_vertex(pos2(x, rect.bottom()), colour);
        if column > 0 {
            let last = 2 * column;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last - 1, last, last + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
    painter.rect_stroke(rect, 0.0, Stroke::new(1.0, theme::line()), StrokeKind::Outside);
}

/// The colour that the canvas gives to a change at that position of its range.
pub fn colour(map: ColorMap, position: f64) -> Color32 {
    let [r, g, b, _] = map.of_change(position);
    Color32::from_rgb(r, g, b)
}
