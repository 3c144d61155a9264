//! Centre: the picture.

use egui::{Pos2, Rect, Role, Sense, Ui};
use egui_wgpu::Callback;

use super::{borders, empty, legend, named, over_time, overlay, pointer, tiles, unreadable};
use crate::app::canvas::{Hot, Pane, Picture, transform_of};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::Window;
use crate::load::Loaded;
use crate::view::display::{Display, Ground};
use crate::view::{Mode, Viewport};

/// Which sequence a pane shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The reference.
    Reference,
    /// The candidate.
    Candidate,
    /// Another candidate, by its index in the catalogue.
    Other(usize),
}

impl Side {
    /// Index in the catalogue.
    pub fn sequence(self, app: &App) -> Option<usize> {
        match self {
            Self::Reference => app.view.reference,
            Self::Candidate => app.view.candidate,
            Self::Other(index) => Some(index),
        }
    }

    /// What it is in the comparison.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Candidate | Self::Other(_) => "candidate",
        }
    }
}

impl App {
    /// What lies below a difference: what the user chose, where that is there.
    pub fn ground(&self) -> Side {
        match (self.view.display.ground, self.shown.reference(), self.shown.candidate()) {
            (Ground::Candidate, _, Some(_)) | (_, None, Some(_)) => Side::Candidate,
            _ => Side::Reference,
        }
    }
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
    pointer::ui(ui, app, &response, &parts, &mut wishes);
    for part in &parts {
        borders::ui(&ui.painter().with_clip_rect(part.clip), app, part, scale);
    }
    overlay::ui(ui, app, &parts, response.rect);
    tiles::ui(ui, app, &parts, response.rect);
    if let Some(part) = parts.iter().find(|part| part.heat) {
        wishes.extend(legend::ui(ui, app, part.clip));
    }
    if app.mode() == Mode::Difference {
        wishes.extend(over_time::ui(ui, app, response.rect));
    }
    let part = response.hover_pos().and_then(|at| part_at(&parts, at));
    if let Some(reason) = part.and_then(|part| unreadable::at_pointer(app, part)) {
        response.on_hover_text_at_pointer(reason);
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
    match app.mode() {
        Mode::Reference => vec![whole(Side::Reference, false)],
        Mode::Candidate => vec![whole(Side::Candidate, false)],
        Mode::Difference => vec![whole(app.ground(), true)],
        Mode::Wipe => {
            let (left, right) = cut(at(app.view.wipe));
            vec![
                Part { clip: left, ..whole(Side::Reference, false) },
                Part { clip: right, ..whole(Side::Candidate, false) },
            ]
        }
        Mode::SideBySide => tiles::tiles(app, rect, scale),
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
    if let Some(part) = parts.first() {
        app.view.discovery.canvas = physical(part.rect, scale).size;
    }
    if let (true, Some(picture), Some(part)) = (app.view.camera.fit, extent(app), parts.first()) {
        let size = physical(part.rect, scale).size;
        app.view.camera.fit(picture, (size.0 - 16.0, size.1 - 16.0));
    }
}

/// All that the picture may have pixels in.
pub fn extent(app: &App) -> Option<Window> {
    let decoded = app.shown.reference().or(app.shown.candidate());
    let picture = decoded.map(|decoded| decoded.plane.display_window.union(&decoded.plane.data_window));
    picture.or_else(|| app.view.picture())
}

/// What a side has to show.
pub fn loaded(app: &App, side: Side) -> Option<&Loaded> {
    match side {
        Side::Reference => app.shown.reference.as_ref(),
        Side::Candidate => app.shown.candidate.as_ref(),
        Side::Other(index) => {
            let (_, other) = app.shown.others.iter().find(|(other, _)| *other == index)?;
            other.as_ref()
        }
    }
}

fn draw(ui: &Ui, app: &mut App, part: &Part, slot: usize, scale: f32) {
    let Some(Ok(decoded)) = loaded(app, part.side).cloned() else { return };
    // Both sides are shown by the reference's range: what looks different is different.
    let measured = app.shown.reference().cloned().unwrap_or_else(|| decoded.clone());
    let range = app.range(&measured);
    let hot = app.shown.heat.clone().filter(|_| part.heat).map(|heat| Hot {
        range: legend::range(app, &heat),
        map: app.view.display.map(heat.signed),
        over_picture: app.view.display.ground != Ground::Black,
        heat,
    });
    let transform = transform_of(app.view.kind(), &decoded.plane);
    let luminance = app.view.luminance_weights(part.side.sequence(app));
    let display = Display { isolate: app.view.isolated(), ..app.view.display };
    let exposure = app.view.exposure;
    let picture = Picture { decoded, transform, luminance, range, exposure, display, hot };
    let viewport = physical(part.rect, scale);
    let pane = Pane {
        picture,
        viewport_min: viewport.min,
        seen: physical(part.clip, scale),
        origin: app.view.camera.image_point(&viewport, viewport.min),
        step: 1.0 / app.view.camera.zoom,
        surround: theme::surround(),
        slot,
        format: app.format,
        shelf: app.shelf(),
    };
    let painter = ui.painter().with_clip_rect(part.clip);
    painter.add(Callback::new_paint_callback(part.rect, pane));
}

/// The part under a point of the screen.
pub fn part_at(parts: &[Part], point: Pos2) -> Option<&Part> {
    parts.iter().find(|part| part.clip.contains(point))
}
