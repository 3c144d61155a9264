//! The legend of the heat map: colours, numbers, unit.

use egui::{Align2, Color32, FontId, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::app::canvas::HEAT_FLOOR;
use crate::app::{App, theme};
use crate::image::{ColorMap, DisplayRange, Scale, tick_label};
use crate::metric::Metric;

/// The value at the end of the colour map.
pub fn heat_max(app: &App) -> f64 {
    app.view.heat_range.or(app.shown.heat.as_ref().map(|heat| heat.auto_max)).unwrap_or(1.0)
}

/// What the numbers are of.
fn unit(metric: Metric) -> &'static str {
    match metric {
        Metric::Abs => "|candidate − reference|, largest channel",
        Metric::Signed => "candidate − reference, largest channel",
        Metric::Rel => "|candidate − reference| / |reference|",
        Metric::Sq => "(candidate − reference)², mean of channels",
        Metric::Id => "0 same id, 1 other id",
    }
}

/// Draws the legend at the bottom of the canvas.
pub fn ui(ui: &Ui, app: &App, canvas: Rect) {
    let Some(heat) = &app.shown.heat else { return };
    let width = (canvas.width() * 0.4).clamp(180.0, 360.0);
    let plate =
        Rect::from_min_size(pos2(canvas.left() + 12.0, canvas.bottom() - 62.0), vec2(width + 28.0, 52.0));
    let bar = Rect::from_min_size(plate.min + vec2(14.0, 22.0), vec2(width, 9.0));
    let painter = ui.painter().with_clip_rect(canvas);
    painter.rect_filled(plate, 5.0, Color32::from_rgba_unmultiplied(16, 17, 20, 222));
    let small = FontId::proportional(10.5);
    let text_at = plate.min + vec2(14.0, 5.0);
    painter.text(text_at, Align2::LEFT_TOP, unit(app.view.rule().metric), small.clone(), theme::WEAK);
    let map = ColorMap::for_delta(heat.signed);
    for column in 0..bar.width() as usize {
        let x = bar.left() + column as f32;
        let position = f64::from(column as f32 / bar.width());
        let line = Rect::from_min_size(pos2(x, bar.top()), vec2(1.5, bar.height()));
        painter.rect_filled(line, 0.0, colour(map, position, heat.signed));
    }
    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, theme::LINE), StrokeKind::Outside);
    let max = heat_max(app);
    let range = if heat.signed {
        DisplayRange::signed(max, Scale::Linear)
    } else {
        DisplayRange::absolute(max, Scale::Linear)
    };
    for (position, label) in marks(&range) {
        let x = bar.left() + bar.width() * position as f32;
        painter.vline(x, bar.bottom()..=bar.bottom() + 3.0, Stroke::new(1.0, theme::WEAK));
        let align = match position {
            p if p < 0.05 => Align2::LEFT_TOP,
            p if p > 0.95 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        painter.text(pos2(x, bar.bottom() + 4.0), align, label, small.clone(), theme::TEXT);
    }
}

/// Round numbers, and the end of the range, where they do not run into each other.
fn marks(range: &DisplayRange) -> Vec<(f64, String)> {
    let mut marks: Vec<(f64, String)> =
        range.ticks(5).iter().map(|t| (t.position, tick_label(t.value))).collect();
    marks.retain(|(position, _)| *position < 0.78);
    marks.push((1.0, format!("{:.3e}", range.hi())));
    if (1e-3..1e4).contains(&range.hi()) {
        marks.pop();
        marks.push((1.0, format!("{:.4}", range.hi())));
    }
    marks
}

/// The colour that the shader gives to that position: a change is never as dark as none.
fn colour(map: ColorMap, position: f64, signed: bool) -> Color32 {
    let floor = f64::from(HEAT_FLOOR);
    let lifted = if signed {
        let way = position * 2.0 - 1.0;
        0.5 + 0.5 * way.signum() * (floor + (1.0 - floor) * way.abs())
    } else {
        floor + (1.0 - floor) * position
    };
    let [r, g, b, _] = map.color(lifted);
    Color32::from_rgb(r, g, b)
}
