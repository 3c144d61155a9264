//! Over the picture: tracked things, names, messages.

use egui::{Color32, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::viewport::{Part, loaded, physical};
use super::{advice, changes, masks, numbers};
use crate::app::{App, theme};
use crate::engine::ProbeShape;
use crate::image::Window;
use crate::view::probes::rectangle;
use crate::view::{Camera, Mode, Viewport};

/// Draws everything over the picture.
pub fn ui(ui: &Ui, app: &App, parts: &[Part], canvas: Rect) {
    let scale = ui.pixels_per_point();
    for part in parts {
        let painter = ui.painter().with_clip_rect(part.clip);
        let viewport = physical(part.rect, scale);
        let place = Place { camera: &app.view.camera, viewport, scale };
        numbers::ui(&painter, app, part, scale);
        changes::boxes(&painter, app, |window| place.rect(window));
        probes(&painter, app, &place);
        masks::ui(&painter, app, masks::Place { camera: &app.view.camera, viewport, scale });
        message(&painter, app, part);
    }
    let painter = ui.painter().with_clip_rect(canvas);
    if app.waiting {
        let frame = app.view.playback.frame().map_or_else(String::new, |frame| format!(" frame {frame}"));
        plate(
            &painter,
            pos2(canvas.center().x, canvas.top() + 18.0),
            &format!("Decoding{frame}…"),
            theme::text(),
        );
    } else if app.mode() == Mode::Difference && app.shown.heat.is_none() {
        no_difference(&painter, app, canvas);
    }
}

struct Place<'a> {
    camera: &'a Camera,
    viewport: Viewport,
    scale: f32,
}

impl Place<'_> {
    fn rect(&self, window: Window) -> Rect {
        let point = |x: i64, y: i64| {
            let (x, y) = self.camera.screen_point(&self.viewport, (x as f64, y as f64));
            pos2(x.round() as f32 / self.scale, y.round() as f32 / self.scale)
        };
        let min = point(i64::from(window.x), i64::from(window.y));
        Rect::from_min_max(min, point(window.right(), window.bottom()))
    }
}

fn probes(painter: &Painter, app: &App, place: &Place<'_>) {
    let selected = app.view.probes.selected().map(|tracked| tracked.id);
    for tracked in app.view.probes.items() {
        let colour = theme::probe(tracked.colour);
        let rect = place.rect(tracked.probe.window);
        let width = if selected == Some(tracked.id) { 2.0 } else { 1.2 };
        let marked = match tracked.probe.shape {
            ProbeShape::Region | ProbeShape::Mask(_) => rect,
            ProbeShape::Pixel => Rect::from_center_size(rect.center(), rect.size().max(vec2(9.0, 9.0))),
        };
        outline(painter, marked, Stroke::new(width, colour));
        if tracked.probe.shape == ProbeShape::Pixel && rect.width() < 6.0 {
            painter.circle_filled(rect.center(), 1.0, colour);
        }
    }
    if let (Some(corner), Some(pixel)) = (app.drawing, app.hover) {
        outline(painter, place.rect(rectangle(corner, pixel)), Stroke::new(1.5, Color32::WHITE));
    }
}

/// A frame that is seen on any ground.
fn outline(painter: &Painter, rect: Rect, stroke: Stroke) {
    let shadow = Stroke::new(stroke.width + 2.0, Color32::from_black_alpha(170));
    painter.rect_stroke(rect, 0.0, shadow, StrokeKind::Outside);
    painter.rect_stroke(rect, 0.0, stroke, StrokeKind::Outside);
}

/// Why there is no picture.
fn message(painter: &Painter, app: &App, part: &Part) {
    let frame = app.shown.frame.map_or_else(String::new, |frame| frame.to_string());
    let text = match loaded(app, part.side) {
        Some(Ok(_)) => return,
        Some(Err(failure)) => format!("frame {frame} cannot be shown\n{}", advice::of_failure(failure)),
        None if app.waiting || app.view.aov.is_none() => return,
        None => {
            let (index, what) = (part.side.sequence(app), part.side.name());
            match index {
                Some(_) => {
                    let advice = advice::of_missing(app, index);
                    format!("frame {frame} is missing in {}\n{advice}", app.view.name(index))
                }
                None => format!("no {what}: let another sequence take part, on the left"),
            }
        }
    };
    wrapped(painter, part.clip, &text);
}

fn no_difference(painter: &Painter, app: &App, canvas: Rect) {
    let text = match (&app.shown.no_heat, &app.shown.reference, &app.shown.candidate) {
        (Some(reason), ..) => reason.clone(),
        (_, Some(Err(failure)), _) | (_, _, Some(Err(failure))) => advice::of_failure(failure),
        (_, None, _) if app.view.reference.is_some() => {
            let advice = advice::of_missing(app, app.view.reference);
            format!("this frame is missing in {}\n{advice}", app.view.name(app.view.reference))
        }
        (_, _, None) if app.view.candidate.is_some() => {
            let advice = advice::of_missing(app, app.view.candidate);
            format!("this frame is missing in {}\n{advice}", app.view.name(app.view.candidate))
        }
        _ => "nothing to compare with: let a second sequence take part, on the left".to_owned(),
    };
    // The one side that is there must not look like a difference that is good.
    painter.rect_filled(canvas, 0.0, Color32::from_black_alpha(150));
    let at = pos2(canvas.center().x, canvas.center().y);
    let available = canvas.width() - 60.0;
    let galley = painter.layout(text, FontId::proportional(12.5), theme::changed(), available);
    let rect = Rect::from_center_size(at, galley.size() + vec2(20.0, 10.0));
    let rect = rect.translate(vec2(0.0, (canvas.bottom() - 12.0 - rect.bottom()).min(0.0)));
    painter.rect_filled(rect, 5.0, theme::plate(230));
    painter.galley(rect.min + vec2(10.0, 5.0), galley, theme::changed());
}

fn wrapped(painter: &Painter, rect: Rect, text: &str) {
    let width = (rect.width() - 60.0).clamp(120.0, 560.0);
    let galley = painter.layout(text.to_owned(), FontId::proportional(13.0), theme::text(), width);
    let plate = Rect::from_center_size(rect.center(), galley.size() + vec2(28.0, 20.0));
    painter.rect_filled(plate, 6.0, theme::panel());
    painter.galley(plate.min + vec2(14.0, 10.0), galley, theme::text());
}

/// A line of text on a dark plate.
fn plate(painter: &Painter, centre: Pos2, text: &str, colour: Color32) {
    let galley = painter.layout_no_wrap(text.to_owned(), FontId::proportional(12.0), colour);
    let rect = Rect::from_center_size(centre, galley.size() + vec2(16.0, 8.0));
    painter.rect_filled(rect, 5.0, theme::plate(220));
    painter.galley(rect.min + vec2(8.0, 4.0), galley, colour);
}
