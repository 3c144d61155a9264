//! Curves as a PNG picture.

use std::path::Path;

use super::atomic::{Error, write_file};
use super::canvas::{Area, Canvas, Rgb, text_width};
use super::curves::{Anchor, CurveStyle, Drawing, Mark, WIDTH, draw};
use super::map_png::{Picture, write_png};
use crate::engine::Series;

/// Drawings up to this height are drawn at twice their size.
const HIGH: f64 = 4000.0;

/// Writes the curves of `series` to the PNG file `path`, whole or not at all; a gap is a gap.
///
/// # Errors
/// When the file cannot be written.
pub fn export_curves_png(series: &Series, style: &CurveStyle, path: &Path) -> Result<(), Error> {
    let picture = picture(&draw(series, style));
    write_file(path, |file| write_png(&picture, "tracked values over frames", "aovscope", file))
}

fn picture(drawing: &Drawing) -> Picture {
    let scale = if drawing.height > HIGH { 1.0 } else { 2.0 };
    let (width, height) = ((WIDTH * scale) as usize, (drawing.height * scale).ceil() as usize);
    let mut canvas = Canvas::new(width, height, drawing.background);
    for mark in &drawing.marks {
        put(&mut canvas, mark, scale);
    }
    Picture { width, height, pixels: canvas.pixels }
}

fn put(canvas: &mut Canvas, mark: &Mark, scale: f64) {
    match mark {
        Mark::Line { points, colour, width, dash, .. } => {
            let points: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x * scale, y * scale)).collect();
            let dash: Vec<f64> = dash.iter().map(|length| length * scale).collect();
            for (a, b) in dashed(&points, &dash) {
                segment(canvas, a, b, (width * scale / 2.0, *colour));
            }
        }
        Mark::Dot { at: (x, y), radius, colour, .. } => {
            let at = (x * scale, y * scale);
            segment(canvas, at, at, (radius * scale, *colour));
        }
        Mark::Area { at: (x, y), size: (width, height), colour } => {
            let whole = |v: f64| (v * scale).round().max(0.0) as usize;
            let (width, height) = (whole(*width).max(1), whole(*height).max(1));
            canvas.fill(Area { x: whole(*x), y: whole(*y), width, height }, *colour);
        }
        Mark::Text { at: (x, y), size, colour, anchor, text } => {
            let size = size * scale as f32;
            let (x, width) = ((x * scale) as f32, text_width(size, text));
            let x = match anchor {
                Anchor::Start => x,
                Anchor::Middle => x - width / 2.0,
                Anchor::End => x - width,
            };
            canvas.text(x, (y * scale) as f32, size, *colour, text);
        }
    }
}

type Point = (f64, f64);

/// The pieces of a line that are drawn: lengths of line and gap by turns, from its beginning.
fn dashed(points: &[Point], dash: &[f64]) -> Vec<(Point, Point)> {
    let mut pieces = Vec::new();
    let (mut turn, mut left) = (0, dash.first().copied().unwrap_or(f64::INFINITY));
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = (b.0 - a.0).hypot(b.1 - a.1);
        let point = |at: f64| (a.0 + (b.0 - a.0) * at / length, a.1 + (b.1 - a.1) * at / length);
        let mut at = 0.0;
        while at < length {
            let end = (at + left).min(length);
            if turn % 2 == 0 {
                pieces.push((point(at), point(end)));
            }
            left -= end - at;
            at = end;
            if left <= 0.0 {
                turn += 1;
                left = dash[turn % dash.len()];
            }
        }
    }
    pieces
}

/// A line with round ends, its edge softened over one pixel.
fn segment(canvas: &mut Canvas, a: Point, b: Point, (radius, colour): (f64, Rgb)) {
    let range = |p: f64, q: f64, most: usize| {
        let low = (p.min(q) - radius - 1.0).floor().max(0.0) as usize;
        low..((p.max(q) + radius + 1.0).ceil().max(0.0) as usize).min(most)
    };
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    for y in range(a.1, b.1, canvas.height) {
        for x in range(a.0, b.0, canvas.width) {
            let (px, py) = (x as f64 + 0.5 - a.0, y as f64 + 0.5 - a.1);
            let along = if length == 0.0 { 0.0 } else { ((px * dx + py * dy) / length).clamp(0.0, 1.0) };
            let away = (px - along * dx).hypot(py - along * dy);
            let share = (radius + 0.5 - away).clamp(0.0, 1.0);
            if share > 0.0 {
                canvas.blend(x, y, colour, share as f32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_on_round_corners() {
        let points = [(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)];
        let pieces = dashed(&points, &[4.0, 2.0]);
        assert_eq!(pieces, [((0.0, 0.0), (4.0, 0.0)), ((5.0, 1.0), (5.0, 5.0))]);
        assert_eq!(dashed(&points, &[]).len(), 2);
    }

    #[test]
    fn a_line_is_where_it_is_drawn() {
        let mut canvas = Canvas::new(9, 9, [0; 3]);
        segment(&mut canvas, (1.5, 4.5), (7.5, 4.5), (0.5, [255; 3]));
        for x in 1..8 {
            assert_eq!(canvas.pixels[4 * 9 + x], [255; 3], "{x}");
        }
        assert_eq!((canvas.pixels[2 * 9 + 4], canvas.pixels[4 * 9]), ([0; 3], [0; 3]));
    }
}
