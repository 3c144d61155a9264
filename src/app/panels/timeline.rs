//! The timeline: the frame slider with the played range, under it which frames are decoded, and one
//! heat strip for each candidate.

use egui::{Align2, Color32, FontId, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::teach::Teach;
use super::values;
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::ColorMap;
use crate::view::{Action, StripCell, Sweep, TimeAction};

/// Height of one strip with its gap, in points.
pub const STRIP: f32 = 11.0;
/// Height of the ruler.
const RULER: f32 = 16.0;
/// Height of the line that tells which frames are decoded, with its gap.
const DECODED: f32 = 4.0;
/// Above the strips.
const HEAD: f32 = RULER + DECODED;
/// Width of the handle of an end of the played range.
const HANDLE: f32 = 7.0;

/// Draws the timeline.
pub fn ui(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let frames = app.view.playback.frames();
    if frames.is_empty() {
        return;
    }
    let candidates = app.view.candidates();
    let height = HEAD + candidates.len().max(1) as f32 * STRIP + 3.0;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click_and_drag());
    let frame = app.view.playback.frame().unwrap_or(0);
    response.widget_info(|| WidgetInfo::slider(true, frame as f64, "Frame"));
    let place = Place { rect, count: frames.len() };
    if let Some(pointer) =
        response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked())
    {
        wishes.push(Action::Seek(frames[place.index(pointer.x)]).into());
    }
    let painter = ui.painter_at(rect);
    ruler(&painter, app, &place);
    decoded(&painter, app, &place);
    for (row, sequence) in candidates.iter().enumerate() {
        strip(&painter, app, &place, row, *sequence);
    }
    range(ui, &painter, app, &place, wishes);
    playhead(&painter, app, &place);
    if let Some(pointer) = response.hover_pos() {
        let index = place.index(pointer.x);
        let row = ((pointer.y - rect.top() - HEAD) / STRIP).floor();
        let sequence = candidates.get(row.max(0.0) as usize).copied();
        response.on_hover_text_at_pointer(tooltip(app, index, sequence));
    }
}

struct Place {
    rect: Rect,
    count: usize,
}

impl Place {
    fn x(&self, index: usize) -> f32 {
        self.rect.left() + self.rect.width() * index as f32 / self.count as f32
    }

    fn middle(&self, index: usize) -> f32 {
        (self.x(index) + self.x(index + 1)) / 2.0
    }

    fn index(&self, x: f32) -> usize {
        let fraction = ((x - self.rect.left()) / self.rect.width()).clamp(0.0, 1.0);
        ((fraction * self.count as f32) as usize).min(self.count - 1)
    }
}

fn ruler(painter: &egui::Painter, app: &App, place: &Place) {
    let frames = app.view.playback.frames();
    let cell = place.rect.width() / place.count as f32;
    let widest = frames.iter().map(|frame| frame.to_string().len()).max().unwrap_or(1) as f32;
    let every = ((widest * 7.0 + 10.0) / cell).ceil().max(1.0) as usize;
    let every =
        [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500].into_iter().find(|n| *n >= every).unwrap_or(every);
    let present = app.view.playback.index();
    for (index, frame) in frames.iter().enumerate() {
        let numbered = index % every == 0 || index == present;
        let close = index != present && index.abs_diff(present) * 2 < every;
        if numbered && !close {
            let colour = if index == present { theme::strong() } else { theme::weak() };
            let at = pos2(place.middle(index), place.rect.top() + 1.0);
            painter.text(at, Align2::CENTER_TOP, frame, FontId::proportional(10.5), colour);
        }
    }
    // Numbers that no sequence has.
    let step = app.view.playback.step_size();
    for (index, pair) in frames.windows(2).enumerate() {
        if pair[1] - pair[0] > step {
            let x = place.x(index + 1);
            let line = Stroke::new(1.0, theme::changed());
            painter.vline(x, place.rect.top() + RULER - 5.0..=place.rect.top() + RULER - 1.0, line);
        }
    }
}

/// Which frames of the shown pair are decoded: there at once.
fn decoded(painter: &egui::Painter, app: &App, place: &Place) {
    let sides = [app.view.reference, app.view.candidate];
    let wanted = sides.iter().flatten().count();
    let mut there = vec![0; place.count];
    for found in app.loader.places_there() {
        if sides.contains(&Some(found.sequence))
            && let Some(count) = there.get_mut(found.frame)
        {
            *count += 1;
        }
    }
    let y = place.rect.top() + RULER;
    let mut from = 0;
    // A line for each run: not a piece for each frame.
    for run in there.chunk_by(|a, b| (*a >= wanted) == (*b >= wanted)) {
        let to = from + run.len();
        if run[0] >= wanted && wanted > 0 {
            let line = Rect::from_x_y_ranges(place.x(from)..=place.x(to), y..=y + DECODED - 2.0);
            painter.rect_filled(line, 0.0, theme::accent().gamma_multiply(0.6));
        }
        from = to;
    }
}

/// The played range: what is outside is dimmed; its ends can be dragged.
fn range(ui: &Ui, painter: &egui::Painter, app: &App, place: &Place, wishes: &mut Vec<Wish>) {
    let playback = &app.view.playback;
    let ((first, last), frames) = (playback.range_indices(), playback.frames());
    let (left, right) = (place.x(first), place.x(last + 1));
    let rect = place.rect;
    if playback.has_range() {
        let shade = theme::panel().gamma_multiply(0.7);
        for (from, to) in [(rect.left(), left), (right, rect.right())] {
            painter.rect_filled(Rect::from_x_y_ranges(from..=to, rect.y_range()), 0.0, shade);
        }
        painter.hline(left..=right, rect.top() + RULER - 2.0, Stroke::new(2.0, theme::accent()));
    }
    let ends = [
        ("In point", "I", left, 1.0, TimeAction::SetInAt as fn(i64) -> TimeAction),
        ("Out point", "O", right, -1.0, TimeAction::SetOutAt),
    ];
    for (name, key, x, way, action) in ends {
        let top = rect.top() + 2.0;
        let grip = Rect::from_two_pos(pos2(x, top), pos2(x + way * HANDLE, top + RULER - 4.0));
        let response = ui.interact(grip, ui.scope_id().with(name), Sense::click_and_drag());
        let frame = if way > 0.0 { frames[first] } else { frames[last] };
        response.widget_info(|| WidgetInfo::slider(true, frame as f64, name));
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            wishes.push(Action::Time(action(frames[place.index(pointer.x)])).into());
        }
        if response.double_clicked() {
            wishes.push(Action::Time(TimeAction::ClearRange).into());
        }
        let lit = response.hovered() || response.dragged() || response.has_focus();
        let colour = match (lit, playback.has_range()) {
            (true, _) => Color32::WHITE,
            (false, true) => theme::accent(),
            (false, false) => theme::weak().gamma_multiply(0.6),
        };
        let (tip, middle) = (x + way * (HANDLE - 2.0), grip.center().y);
        let points = vec![pos2(x, middle - 5.0), pos2(tip, middle), pos2(x, middle + 5.0)];
        painter.add(egui::Shape::convex_polygon(points, colour, Stroke::NONE));
        let hint = format!(
            "{name} of the played range: frame {frame}\nDrag it, or press {key} at a frame; double-click: all frames (Shift + I)"
        );
        response.on_hover_cursor(egui::CursorIcon::ResizeHorizontal).teach(&hint);
    }
}

fn strip(painter: &egui::Painter, app: &App, place: &Place, row: usize, sequence: usize) {
    let top = place.rect.top() + HEAD + row as f32 * STRIP;
    let y = top..=top + STRIP - 2.0;
    painter.rect_filled(Rect::from_x_y_ranges(place.rect.x_range(), y.clone()), 2.0, theme::canvas());
    let gap = if place.rect.width() / place.count as f32 > 4.0 { 1.0 } else { 0.0 };
    for index in 0..place.count {
        let cell = cell(app, sequence, index);
        let rect = Rect::from_x_y_ranges(place.x(index)..=place.x(index + 1) - gap, y.clone());
        match cell {
            StripCell::Pending => {}
            StripCell::Compared { changed, .. } => {
                painter.rect_filled(rect, 0.0, heat(*changed));
            }
            StripCell::InPart { changed, .. } => {
                // One over the other: hatching is not seen on every colour of heat.
                let (upper, lower) = rect.split_top_bottom_at_fraction(0.55);
                painter.rect_filled(upper, 0.0, heat(*changed));
                hatch(painter, lower, theme::error());
            }
            StripCell::Missing => hatch(painter, rect, theme::weak()),
            StripCell::Failed(_) => hatch(painter, rect, theme::error()),
        }
    }
    let swatch = Rect::from_min_size(pos2(place.rect.left(), top), vec2(3.0, STRIP - 2.0));
    painter.rect_filled(swatch, 0.0, theme::sequence(&app.view.catalogue, sequence));
}

/// The colour of a changed fraction: its root, so that a few pixels show.
pub(super) fn heat(changed: f64) -> Color32 {
    if changed == 0.0 {
        return Color32::from_rgb(34, 40, 42);
    }
    let [r, g, b, _] = ColorMap::for_delta(false).color(0.25 + 0.7 * changed.sqrt());
    Color32::from_rgb(r, g, b)
}

pub(super) fn hatch(painter: &egui::Painter, rect: Rect, colour: Color32) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        let line = [pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())];
        painter.line_segment(line, Stroke::new(1.0, colour));
        x += 4.0;
    }
}

fn cell(app: &App, sequence: usize, index: usize) -> &StripCell {
    let found = app.view.sweep.as_ref().and_then(|sweep| {
        let place = sweep.sequences.iter().position(|s| *s == sequence)?;
        (index < sweep.series.frames.len()).then(|| Sweep::strip(sweep, place, index))
    });
    found.unwrap_or(&StripCell::Pending)
}

fn playhead(painter: &egui::Painter, app: &App, place: &Place) {
    let index = app.view.playback.index();
    let y = place.rect.top() + RULER - 1.0..=place.rect.bottom();
    let rect = Rect::from_x_y_ranges(place.x(index)..=place.x(index + 1).max(place.x(index) + 2.0), y);
    painter.rect_stroke(rect, 1.0, Stroke::new(1.5, theme::strong()), egui::StrokeKind::Inside);
}

fn tooltip(app: &App, index: usize, sequence: Option<usize>) -> String {
    let frame = app.view.playback.frames()[index];
    let Some(sequence) = sequence else { return format!("frame {frame}") };
    let state = match cell(app, sequence, index) {
        StripCell::Pending => "not compared yet".to_owned(),
        StripCell::Missing => "missing".to_owned(),
        StripCell::Failed(reason) => reason.clone(),
        StripCell::Compared { changed, max_abs } => figures(*changed, *max_abs),
        StripCell::InPart { changed, max_abs, reason } => {
            format!("{}, in what can be read\n{reason}", figures(*changed, *max_abs))
        }
    };
    format!("frame {frame}  ·  {}\n{state}", app.view.name(Some(sequence)))
}

fn figures(changed: f64, max_abs: f64) -> String {
    format!("{} changed, largest {}", values::percent(changed), values::short(max_abs))
}
