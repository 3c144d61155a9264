//! The parts of the canvas beside each other: where they are, whose they are.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::viewport::{Part, Side, extent, part_at, physical};
use crate::app::{App, theme};
use crate::view::Mode;

/// One part for each sequence, and one for the difference where that is wanted.
pub fn tiles(app: &App, rect: Rect, scale: f32) -> Vec<Part> {
    let mut sides = vec![(Side::Reference, false), (Side::Candidate, false)];
    sides.extend(app.view.others().into_iter().map(|index| (Side::Other(index), false)));
    if app.view.display.difference_tile {
        sides.push((app.ground(), true));
    }
    let shape = extent(app).map_or(1.5, |window| window.width as f32 / window.height.max(1) as f32);
    let columns = columns(sides.len(), rect.width(), rect.height(), shape);
    let rows = sides.len().div_ceil(columns);
    let x = |column: usize| snap(rect.left() + rect.width() * column as f32 / columns as f32, scale);
    let y = |row: usize| snap(rect.top() + rect.height() * row as f32 / rows as f32, scale);
    let place = |n: usize| {
        let (column, row) = (n % columns, n / columns);
        Rect::from_min_max(pos2(x(column), y(row)), pos2(x(column + 1), y(row + 1)))
    };
    let tiles = sides.into_iter().enumerate();
    tiles.map(|(n, (side, heat))| Part { side, rect: place(n), clip: place(n), heat }).collect()
}

fn snap(at: f32, scale: f32) -> f32 {
    (at * scale).round() / scale
}

/// So many tiles beside each other that pictures of `shape` (width to height) become largest; of
/// equals the more.
fn columns(tiles: usize, width: f32, height: f32, shape: f32) -> usize {
    let size = |columns: usize| {
        let rows = tiles.div_ceil(columns);
        (width / columns as f32).min(height / rows as f32 * shape)
    };
    (1..=tiles.max(1)).max_by(|a, b| size(*a).total_cmp(&size(*b))).unwrap_or(1)
}

/// Names, borders between the parts, the wipe line, and in all tiles the pixel under the pointer.
pub fn ui(ui: &Ui, app: &App, parts: &[Part], canvas: Rect) {
    for part in parts {
        name(&ui.painter().with_clip_rect(part.clip), app, part);
    }
    let painter = ui.painter().with_clip_rect(canvas);
    match app.mode() {
        Mode::Wipe => parts.get(1).into_iter().for_each(|part| wipe_line(&painter, part.clip.left(), canvas)),
        Mode::SideBySide => {
            for part in parts {
                let stroke = Stroke::new(1.0, theme::line());
                painter.rect_stroke(part.clip, 0.0, stroke, StrokeKind::Middle);
            }
            pointer(ui, app, parts);
        }
        _ => {}
    }
}

/// The line with a grip in its middle.
fn wipe_line(painter: &Painter, x: f32, canvas: Rect) {
    painter.vline(x, canvas.y_range(), Stroke::new(3.0, Color32::from_black_alpha(120)));
    painter.vline(x, canvas.y_range(), Stroke::new(1.0, Color32::from_gray(220)));
    let grip = Rect::from_center_size(pos2(x, canvas.center().y), vec2(7.0, 30.0));
    painter.rect(
        grip,
        3.0,
        Color32::from_gray(220),
        Stroke::new(1.0, Color32::from_black_alpha(160)),
        StrokeKind::Outside,
    );
}

/// Where the pixel under the pointer is in the other tiles.
fn pointer(ui: &Ui, app: &App, parts: &[Part]) {
    let Some((x, y)) = app.hover else { return };
    let Some(own) = ui.ctx().pointer_latest_pos().and_then(|at| part_at(parts, at)) else { return };
    let scale = ui.pixels_per_point();
    for part in parts.iter().filter(|part| part.clip != own.clip) {
        let at = app
            .view
            .camera
            .screen_point(&physical(part.rect, scale), (f64::from(x) + 0.5, f64::from(y) + 0.5));
        let at = pos2(at.0 as f32 / scale, at.1 as f32 / scale);
        let painter = ui.painter().with_clip_rect(part.clip);
        cross(&painter, at, Stroke::new(3.0, Color32::from_black_alpha(150)));
        cross(&painter, at, Stroke::new(1.0, Color32::from_gray(230)));
    }
}

fn cross(painter: &Painter, at: Pos2, stroke: Stroke) {
    for (x, y) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
        painter.line_segment([at + vec2(3.0 * x, 3.0 * y), at + vec2(8.0 * x, 8.0 * y)], stroke);
    }
}

/// Whose picture it is: its colour, its name, and which side of the comparison it is.
fn name(painter: &Painter, app: &App, part: &Part) {
    let view = &app.view;
    let font = FontId::proportional(11.5);
    let (text, colour) = if part.heat {
        (format!("{} − {}", view.name(view.candidate), view.name(view.reference)), None)
    } else {
        let sequence = part.side.sequence(app);
        let colour = sequence.map(|index| theme::sequence(&view.catalogue, index));
        (view.name(sequence).to_owned(), colour)
    };
    if text.is_empty() {
        return;
    }
    let galley = painter.layout_no_wrap(text, font, theme::text());
    let role = (!part.heat && part.side == Side::Reference).then_some("reference");
    let role =
        role.map(|role| painter.layout_no_wrap(role.to_owned(), FontId::proportional(10.0), theme::weak()));
    let badge = if colour.is_some() { 14.0 } else { 0.0 };
    let role_width = role.as_ref().map_or(0.0, |role| role.size().x + 7.0);
    let size = vec2(galley.size().x + 12.0 + badge + role_width, galley.size().y + 4.0);
    let right = app.mode() == Mode::Wipe && part.side == Side::Candidate;
    let x = if right { part.clip.right() - size.x - 8.0 } else { part.clip.left() + 10.0 };
    let plate = Rect::from_min_size(pos2(x, part.clip.top() + 8.0), size);
    painter.rect_filled(plate, 4.0, theme::plate(208));
    if let Some(colour) = colour {
        let square = Rect::from_center_size(pos2(plate.left() + 11.0, plate.center().y), vec2(8.0, 8.0));
        painter.rect_filled(square, 2.0, colour);
    }
    let at = pos2(plate.left() + 6.0 + badge, plate.top() + 2.0);
    let end = at.x + galley.size().x;
    painter.galley(at, galley, theme::text());
    if let Some(role) = role {
        let at = Align2::LEFT_CENTER.anchor_size(pos2(end + 7.0, plate.center().y + 0.5), role.size());
        painter.galley(at.min, role, theme::weak());
    }
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn tiles_lie_so_that_pictures_are_largest() {
        let wide = 16.0 / 9.0;
        assert_eq!(columns(2, 1000.0, 500.0, wide), 2);
        assert_eq!(columns(2, 500.0, 1000.0, wide), 1);
        assert_eq!(columns(4, 1600.0, 900.0, wide), 2);
        assert_eq!(columns(3, 3000.0, 400.0, wide), 3);
        assert_eq!(columns(4, 1000.0, 500.0, 0.3), 4);
    }
}
