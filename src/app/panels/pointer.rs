//! What the pointer does in the picture, read from the events themselves: a press and a release
//! that fall into one slow frame are a click or a drag all the same.

use egui::{CursorIcon, Event, Key, Modifiers, PointerButton, Pos2, Rect, Response, Ui};

use super::viewport::{Part, Side, extent, part_at, physical, physical_point};
use crate::app::App;
use crate::app::tracking::TrackingWish;
use crate::app::ui::Wish;
use crate::view::probes::Paint;
use crate::view::{Action, Camera, Mode, ProbeAction, Tool, Viewport};

/// Points of way before a press is no click.
const CLICK_WAY: f32 = 6.0;
/// The same for rectangles, which are small at times.
const RECTANGLE_WAY: f32 = 3.0;
/// Points beside the wipe line that are still on it.
const NEAR: f32 = 8.0;

/// A button that went down in the picture and is not up yet.
#[derive(Clone, Copy, Debug)]
pub struct Gesture {
    button: PointerButton,
    kind: Kind,
    /// The pane in which it began, and what that shows.
    viewport: Viewport,
    side: Side,
    start: Pos2,
    last: Pos2,
    moved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Click,
    Pan,
    Wipe,
    /// From that pixel.
    Rectangle((i32, i32)),
    Brush,
}

/// What the space bar is held for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Space {
    /// Nothing: it is up.
    #[default]
    Up,
    /// Down; to let go of it is to play or rest.
    Down,
    /// Something was dragged meanwhile.
    Dragged,
}

struct Hand<'a> {
    parts: &'a [Part],
    canvas: Rect,
    scale: f32,
    /// As it is after the pans of this frame.
    camera: Camera,
    wishes: &'a mut Vec<Wish>,
}

/// Reads what the pointer did since the last frame.
pub fn ui(ui: &Ui, app: &mut App, response: &Response, parts: &[Part], wishes: &mut Vec<Wish>) {
    let (scale, camera) = (ui.pixels_per_point(), app.view.camera);
    let mut hand = Hand { parts, canvas: canvas(ui, response), scale, camera, wishes };
    let events = ui.input(|input| input.events.clone());
    for event in events {
        match event {
            Event::PointerButton { pos, button, pressed: true, modifiers } => {
                let on_top = ui.ctx().layer_id_at(pos) == Some(ui.layer_id());
                if app.gesture.is_none() && on_top && hand.canvas.contains(pos) {
                    hand.press(app, pos, button, modifiers);
                }
            }
            Event::PointerButton { pos, button, pressed: false, modifiers } => {
                hand.move_to(app, pos);
                if app.gesture.is_some_and(|gesture| gesture.button == button) {
                    hand.release(app, pos, modifiers.command);
                }
            }
            Event::PointerMoved(pos) => hand.move_to(app, pos),
            Event::Key { key: Key::Space, pressed, repeat: false, .. } => {
                let free = ui.memory(|memory| memory.focused().is_none());
                hand.space(app, pressed, free);
            }
            Event::MouseWheel { delta, modifiers, .. } if sizes_brush(app, modifiers) => {
                if delta.y != 0.0 && response.hovered() {
                    hand.wishes.push(brush_by(app, delta.y.signum() as i32));
                }
            }
            Event::WindowFocused(false) => {
                (app.gesture, app.space, app.tracking.stroke) = (None, Space::Up, None);
            }
            _ => {}
        }
    }
    app.drawing = app.gesture.and_then(|gesture| match gesture.kind {
        Kind::Rectangle(corner) if gesture.moved => Some(corner),
        _ => None,
    });
    hover(ui, app, response, &mut hand);
}

/// The canvas without the edges by which panels are resized.
fn canvas(ui: &Ui, response: &Response) -> Rect {
    let edge = ui.style().interaction.resize_grab_radius_side;
    let (min, max) = (response.rect.min, response.rect.max);
    Rect::from_min_max(Pos2::new(min.x + edge, min.y), Pos2::new(max.x - edge, max.y - edge))
}

impl Hand<'_> {
    fn press(&mut self, app: &mut App, at: Pos2, button: PointerButton, keys: Modifiers) {
        let Some(part) = part_at(self.parts, at).or(self.parts.first()) else { return };
        let viewport = physical(part.rect, self.scale);
        let kind = match button {
            PointerButton::Primary if app.space != Space::Up => Kind::Pan,
            PointerButton::Primary if on_wipe_line(app, self.parts, at) => Kind::Wipe,
            PointerButton::Primary if app.view.tool == Tool::Brush => Kind::Brush,
            PointerButton::Primary if keys.shift || app.view.tool == Tool::Rectangle => {
                Kind::Rectangle(self.pixel(&viewport, at))
            }
            PointerButton::Primary => Kind::Click,
            _ => Kind::Pan,
        };
        if kind == Kind::Pan && app.space == Space::Down {
            app.space = Space::Dragged;
        }
        if let (Kind::Brush, Some(within)) = (kind, extent(app)) {
            let paint = match (keys.alt, keys.shift) {
                (true, _) => Paint::Erase,
                (false, true) => Paint::New,
                (false, false) => Paint::Join,
            };
            app.begin_stroke(paint, self.pixel(&viewport, at), within);
        }
        let side = part.side;
        app.gesture = Some(Gesture { button, kind, viewport, side, start: at, last: at, moved: false });
    }

    fn move_to(&mut self, app: &mut App, at: Pos2) {
        let Some(gesture) = &mut app.gesture else { return };
        let least = if matches!(gesture.kind, Kind::Rectangle(_)) { RECTANGLE_WAY } else { CLICK_WAY };
        gesture.moved |= at.distance(gesture.start) > least;
        let way = (at - gesture.last) * self.scale;
        gesture.last = at;
        let Gesture { kind, viewport, .. } = *gesture;
        match kind {
            Kind::Pan if way != egui::Vec2::ZERO => {
                let by = (f64::from(way.x), f64::from(way.y));
                self.camera.pan(by);
                self.wishes.push(Action::Pan(by).into());
            }
            Kind::Wipe => {
                let whole = self.parts.iter().fold(Rect::NOTHING, |whole, part| whole.union(part.rect));
                self.wishes.push(Action::SetWipe((at.x - whole.left()) / whole.width()).into());
            }
            Kind::Brush => {
                if let Some(within) = extent(app) {
                    app.extend_stroke(self.pixel(&viewport, at), within);
                }
            }
            _ => {}
        }
    }

    /// With `command`, a click tracks a pixel whatever is shown.
    fn release(&mut self, app: &mut App, at: Pos2, command: bool) {
        let Some(gesture) = app.gesture.take() else { return };
        let (x, y) = self.pixel(&gesture.viewport, at);
        let is_inside = extent(app).is_some_and(|extent| extent.contains(x, y));
        match (gesture.kind, gesture.moved) {
            (Kind::Brush, _) => self.wishes.extend(app.end_stroke().map(|paint| Action::Probe(paint).into())),
            (Kind::Rectangle(corner), true) => {
                self.wishes.push(Action::TrackRectangle(corner, (x, y)).into());
            }
            // Beside the picture there is nothing to follow.
            (Kind::Click, false) if is_inside && app.view.tool == Tool::Object => {
                self.wishes.push(Wish::Tracking(TrackingWish::FindObject(gesture.side, (x, y))));
            }
            (Kind::Rectangle(_) | Kind::Click, false) if is_inside => {
                self.wishes.extend(app.clicked((x, y), command).map(Wish::from));
            }
            _ => {}
        }
    }

    fn space(&mut self, app: &mut App, pressed: bool, free: bool) {
        match (pressed, app.space) {
            (true, _) if free => app.space = Space::Down,
            (false, state) => {
                app.space = Space::Up;
                if state == Space::Down {
                    self.wishes.push(Action::TogglePlay.into());
                }
            }
            _ => {}
        }
    }

    fn pixel(&self, viewport: &Viewport, at: Pos2) -> (i32, i32) {
        self.camera.pixel(viewport, physical_point(at, self.scale))
    }
}

/// Whether the wheel sizes the brush, rather than zooming.
fn sizes_brush(app: &App, modifiers: Modifiers) -> bool {
    app.view.tool == Tool::Brush && modifiers.command
}

/// A brush larger (+1) or smaller (−1) by a step that suits its size.
pub fn brush_by(app: &App, by: i32) -> Wish {
    let radius = app.view.tracking.brush_radius;
    let step = (radius as i32 / 6).max(1) * by;
    Action::Probe(ProbeAction::SetBrush(radius.saturating_add_signed(step))).into()
}

fn on_wipe_line(app: &App, parts: &[Part], at: Pos2) -> bool {
    app.mode() == Mode::Wipe && parts.get(1).is_some_and(|part| (at.x - part.clip.left()).abs() < NEAR)
}

fn hover(ui: &Ui, app: &mut App, response: &Response, hand: &mut Hand<'_>) {
    let pointer = app.gesture.map(|gesture| gesture.last).or(response.hover_pos());
    let part = pointer.and_then(|at| part_at(hand.parts, at).or(hand.parts.first()));
    let (Some(at), Some(part)) = (pointer, part) else {
        app.hover = None;
        return;
    };
    let viewport = app.gesture.map_or_else(|| physical(part.rect, hand.scale), |gesture| gesture.viewport);
    app.hover = Some(hand.pixel(&viewport, at));
    ui.ctx().set_cursor_icon(match app.gesture.map(|gesture| gesture.kind) {
        Some(Kind::Pan) => CursorIcon::Grabbing,
        Some(Kind::Wipe) => CursorIcon::ResizeHorizontal,
        Some(_) => CursorIcon::Crosshair,
        None if app.space != Space::Up => CursorIcon::Grab,
        None if on_wipe_line(app, hand.parts, at) => CursorIcon::ResizeHorizontal,
        None => CursorIcon::Crosshair,
    });
    let sizing = ui.input(|input| sizes_brush(app, input.modifiers));
    if response.hovered() && !sizing {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = f64::from((scroll / 200.0).exp2() * pinch);
        if factor != 1.0 {
            let at = physical_point(at, hand.scale);
            hand.wishes.push(Action::Zoom(viewport, at, factor).into());
        }
    }
}
