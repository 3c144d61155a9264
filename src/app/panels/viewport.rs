//! Centre: the picture, and what the pointer does in it.

use egui::{CursorIcon, PointerButton, Pos2, Rect, Response, Role, Sense, Ui};
use egui_wgpu::Callback;

use super::{empty, legend, named, overlay};
use crate::app::App;
use crate::app::canvas::{Pane, Picture, transform_of};
use crate::app::ui::Wish;
use crate::image::Window;
use crate::load::Loaded;
use crate::view::{Action, Mode, Tool, Viewport};

/// Which sequence a pane shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The reference.
    Reference,
    /// The candidate.
    Candidate,
}

/// A part of the canvas with a picture of its own.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What it shows.
    pub side: Side,
    /// Where pan and zoom are reckoned.
    pub rect: Rect,
    /// Where it is drawn.
    pub clip: Rect,
    /// Whether heat is laid over it.
    pub heat: bool,
}

/// Draws the canvas.
pub fn ui(ui: &mut Ui, app: &mut App) -> Vec<Wish> {
    if app.view.catalogue.entries().is_empty() {
        return empty::ui(ui, app);
    }
    let mut wishes = Vec::new();
    let response = ui.allocate_response(ui.available_size(), Sense::click_and_drag());
    named(&response, Role::Image, "Image view");
    let scale = ui.pixels_per_point();
    let parts = parts(app, snapped(response.rect, scale), scale);
    lay_out(app, &parts, scale);
    for (slot, part) in parts.iter().enumerate() {
        draw(ui, app, part, slot, scale);
    }
    point(ui, app, &response, &parts, &mut wishes);
    overlay::ui(ui, app, &parts, response.rect);
    if app.view.mode == Mode::Difference {
        legend::ui(ui, app, response.rect);
    }
    wishes
}

/// The rectangle on whole physical pixels.
fn snapped(rect: Rect, scale: f32) -> Rect {
    let round = |p: Pos2| Pos2::new((p.x * scale).round() / scale, (p.y * scale).round() / scale);
    Rect::from_min_max(round(rect.min), round(rect.max))
}

fn parts(app: &App, rect: Rect, scale: f32) -> Vec<Part> {
    let whole = |side, heat| Part { side, rect, clip: rect, heat };
    let at = |fraction: f32| ((rect.left() + rect.width() * fraction) * scale).round() / scale;
    let cut = |x: f32| {
        (Rect::from_min_max(rect.min, Pos2::new(x, rect.bottom())), {
            Rect::from_min_max(Pos2::new(x, rect.top()), rect.max)
        })
    };
    match app.view.mode {
        Mode::Reference => vec![whole(Side::Reference, false)],
        Mode::Candidate => vec![whole(Side::Candidate, false)],
        Mode::Difference => {
            let side = if app.shown.candidate().is_some() { Side::Candidate } else { Side::Reference };
            vec![whole(side, true)]
        }
        Mode::Wipe => {
            let (left, right) = cut(at(app.view.wipe));
            vec![
                Part { clip: left, ..whole(Side::Reference, false) },
                Part { clip: right, ..whole(Side::Candidate, false) },
            ]
        }
        Mode::SideBySide => {
            let (left, right) = cut(at(0.5));
            vec![
                Part { side: Side::Reference, rect: left, clip: left, heat: false },
                Part { side: Side::Candidate, rect: right, clip: right, heat: false },
            ]
        }
    }
}

/// A rectangle in physical pixels.
pub fn physical(rect: Rect, scale: f32) -> Viewport {
    let scale = f64::from(scale);
    let point = |p: Pos2| ((f64::from(p.x) * scale).round(), (f64::from(p.y) * scale).round());
    let (min, max) = (point(rect.min), point(rect.max));
    Viewport { min, size: (max.0 - min.0, max.1 - min.1) }
}

/// A point of the screen in physical pixels. The small addend undoes the rounding of points.
pub fn physical_point(point: Pos2, scale: f32) -> (f64, f64) {
    let whole = |v: f32| (f64::from(v) * f64::from(scale) + 0.01).floor() + 0.5;
    (whole(point.x), whole(point.y))
}

fn lay_out(app: &mut App, parts: &[Part], scale: f32) {
    if let (true, Some(picture), Some(part)) = (app.view.camera.fit, extent(app), parts.first()) {
        let size = physical(part.rect, scale).size;
        app.view.camera.fit(picture, (size.0 - 16.0, size.1 - 16.0));
    }
}

/// All that the picture may have pixels in.
fn extent(app: &App) -> Option<Window> {
    let decoded = app.shown.reference().or(app.shown.candidate());
    let picture = decoded.map(|decoded| decoded.plane.display_window.union(&decoded.plane.data_window));
    picture.or_else(|| app.view.picture())
}

/// What a side has to show.
pub fn loaded(app: &App, side: Side) -> Option<&Loaded> {
    match side {
        Side::Reference => app.shown.reference.as_ref(),
        Side::Candidate => app.shown.candidate.as_ref(),
    }
}

fn draw(ui: &Ui, app: &mut App, part: &Part, slot: usize, scale: f32) {
    let Some(Ok(decoded)) = loaded(app, part.side).cloned() else { return };
    // Both sides are shown by the reference's range: what looks different is different.
    let measured = app.shown.reference().cloned().unwrap_or_else(|| decoded.clone());
    let range = app.range(&measured);
    let heat = app.shown.heat.clone().filter(|_| part.heat).map(|heat| (heat, legend::heat_max(app) as f32));
    let transform = transform_of(app.view.kind(), &decoded.plane);
    let picture = Picture { decoded, transform, range, exposure: app.view.exposure, heat };
    let viewport = physical(part.rect, scale);
    let pane = Pane {
        picture,
        viewport_min: viewport.min,
        origin: app.view.camera.image_point(&viewport, viewport.min),
        step: 1.0 / app.view.camera.zoom,
        slot,
        format: app.format,
    };
    let painter = ui.painter().with_clip_rect(part.clip);
    painter.add(Callback::new_paint_callback(part.rect, pane));
}

/// The part under a point of the screen.
pub fn part_at(parts: &[Part], point: Pos2) -> Option<&Part> {
    parts.iter().find(|part| part.clip.contains(point))
}

fn point(ui: &Ui, app: &mut App, response: &Response, parts: &[Part], wishes: &mut Vec<Wish>) {
    let scale = ui.pixels_per_point();
    let pointer = response.hover_pos().or(response.interact_pointer_pos());
    let part = pointer.and_then(|p| part_at(parts, p).or(parts.first()));
    let (Some(pointer), Some(part)) = (pointer, part) else {
        app.hover = None;
        return;
    };
    let viewport = physical(part.rect, scale);
    let at = physical_point(pointer, scale);
    let pixel = app.view.camera.pixel(&viewport, at);
    app.hover = Some(pixel);
    wheel(ui, response, viewport, at, wishes);
    if drags_wipe(ui, app, response, parts, wishes) {
        return;
    }
    let panning = response.dragged_by(PointerButton::Middle) || response.dragged_by(PointerButton::Secondary);
    if panning {
        let by = response.drag_delta() * scale;
        wishes.push(Action::Pan((f64::from(by.x), f64::from(by.y))).into());
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        return;
    }
    ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    track(ui, app, response, pixel, wishes);
}

fn wheel(ui: &Ui, response: &Response, viewport: Viewport, at: (f64, f64), wishes: &mut Vec<Wish>) {
    if !response.hovered() {
        return;
    }
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
    let factor = f64::from((scroll / 200.0).exp2() * pinch);
    if factor != 1.0 {
        wishes.push(Action::Zoom(viewport, at, factor).into());
    }
}

fn drags_wipe(ui: &Ui, app: &App, response: &Response, parts: &[Part], wishes: &mut Vec<Wish>) -> bool {
    if app.view.mode != Mode::Wipe || parts.len() < 2 {
        return false;
    }
    let (line, rect) = (parts[1].clip.left(), response.rect);
    let near = |p: Pos2| (p.x - line).abs() < 8.0;
    let id = response.id.with("wipe");
    let start = ui.input(|input| input.pointer.press_origin());
    if response.drag_started_by(PointerButton::Primary) && start.is_some_and(near) {
        ui.data_mut(|data| data.insert_temp(id, true));
    }
    let dragging = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<bool>(id));
    }
    if dragging && let Some(pointer) = response.interact_pointer_pos() {
        wishes.push(Action::SetWipe((pointer.x - rect.left()) / rect.width()).into());
    }
    let over = dragging || response.hover_pos().is_some_and(near);
    if over {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    over
}

fn track(ui: &Ui, app: &mut App, response: &Response, pixel: (i32, i32), wishes: &mut Vec<Wish>) {
    let shift = ui.input(|input| input.modifiers.shift);
    let rectangle = shift || app.view.tool == Tool::Rectangle;
    if response.drag_started_by(PointerButton::Primary) && rectangle {
        // The drag is told only after some points of way: the corner is where the button went down.
        let scale = ui.pixels_per_point();
        let origin = ui.input(|input| input.pointer.press_origin());
        let way =
            origin.zip(response.interact_pointer_pos()).map_or(egui::Vec2::ZERO, |(a, b)| b - a) * scale;
        let zoom = app.view.camera.zoom;
        let back = |p: i32, way: f32| (f64::from(p) + 0.5 - f64::from(way) / zoom).floor() as i32;
        app.drawing = Some((back(pixel.0, way.x), back(pixel.1, way.y)));
    }
    if response.drag_stopped_by(PointerButton::Primary)
        && let Some(corner) = app.drawing.take()
    {
        wishes.push(Action::TrackRectangle(corner, pixel).into());
    }
    let inside = extent(app).is_some_and(|extent| extent.contains(pixel.0, pixel.1));
    if response.clicked_by(PointerButton::Primary) && inside {
        wishes.push(Action::TrackPixel(pixel.0, pixel.1).into());
    }
}
