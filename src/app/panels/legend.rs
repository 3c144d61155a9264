//! The legend of the heat map: colours, numbers, unit.

use egui::{Align2, Color32, FontId, Id, Painter, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::app::canvas::{HEAT_FLOOR, Heat};
use crate::app::{App, theme};
use crate::image::{ColorMap, DisplayRange, Scale, tick_label};
use crate::metric::{FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric};

/// The value at the end of the colour map.
pub fn heat_max(app: &App) -> f64 {
    let fixed = app.view.heat_range;
    app.shown.heat.as_ref().map_or(fixed.unwrap_or(1.0), |heat| heat.max(fixed))
}

/// What the numbers are of.
fn unit(metric: Metric) -> &'static str {
    match metric {
        Metric::Abs => "|candidate − reference|, largest channel",
        Metric::Signed => "candidate − reference, largest channel",
        Metric::Rel => "|candidate − reference| / max(|reference|, 0.1)",
        Metric::Sq => "(candidate − reference)², mean of channels",
        Metric::Ulp => "representable values apart, largest channel",
        Metric::Angle => "angle in degrees",
        Metric::Length => "|candidate − reference|, length",
        Metric::Flip => "FLIP, 0 to 1",
        Metric::Id => "id of candidate and reference",
    }
}

/// Draws the legend at the bottom of the canvas.
pub fn ui(ui: &Ui, app: &App, canvas: Rect) {
    let Some(heat) = &app.shown.heat else { return };
    let painter = ui.painter().with_clip_rect(canvas);
    let metric = app.view.rule().metric;
    let title = painter.layout_no_wrap(title(heat, metric), font(), theme::WEAK);
    let has_ramp = metric != Metric::Id || heat.over_frames.is_some();
    let width = (canvas.width() * 0.4).clamp(180.0, 360.0).max(title.size().x);
    let swatches = swatches(ui, heat, metric);
    let body = if has_ramp { 30.0 } else { 0.0 };
    let below = if swatches.is_empty() { 0.0 } else { 18.0 };
    let size = vec2(width + 28.0, 22.0 + body + below);
    let plate = Rect::from_min_size(canvas.left_bottom() + vec2(12.0, -10.0 - size.y), size);
    painter.rect_filled(plate, 5.0, Color32::from_rgba_unmultiplied(16, 17, 20, 222));
    painter.galley(plate.min + vec2(14.0, 5.0), title, theme::WEAK);
    if has_ramp {
        let bar = Rect::from_min_size(plate.min + vec2(14.0, 22.0), vec2(width, 9.0));
        ramp(&painter, heat, heat_max(app), bar);
    }
    let mut at = plate.left_bottom() + vec2(14.0, -16.0);
    for (colour, text) in swatches {
        let square = Rect::from_min_size(at + vec2(0.0, 1.0), vec2(9.0, 9.0));
        painter.rect(square, 1.0, colour, Stroke::new(1.0, theme::LINE), StrokeKind::Outside);
        at.x =
            painter.text(at + vec2(15.0, -1.0), Align2::LEFT_TOP, text, font(), theme::TEXT).right() + 14.0;
    }
}

/// What is shown: which map where it is not the frame's, and what its numbers are of.
fn title(heat: &Heat, metric: Metric) -> String {
    match &heat.over_frames {
        None => unit(metric).to_owned(),
        Some(over) if over.is_whole() => over.title.clone(),
        Some(over) => format!("{}: {}", over.title, unit(metric)),
    }
}

fn font() -> FontId {
    FontId::proportional(10.5)
}

/// Colours that stand for one thing each, those that the map has.
fn swatches(ui: &Ui, heat: &Heat, metric: Metric) -> Vec<(Color32, &'static str)> {
    let mut swatches = Vec::new();
    if metric == Metric::Id && heat.over_frames.is_none() {
        let different = colour(ColorMap::for_delta(false), (1.0 / heat.auto_max).min(1.0), false);
        swatches.extend([(Color32::from_rgb(46, 48, 52), "equal"), (different, "different")]);
    }
    let flags = flags_of(ui, heat);
    if flags & FLAG_NON_FINITE != 0 {
        let text = if heat.over_frames.is_some() { "changed, without a value" } else { "NaN or infinite" };
        swatches.push((theme::NOT_A_NUMBER, text));
    }
    if flags & FLAG_UNCOVERED != 0 {
        swatches.push((theme::UNCOVERED, "in one of them only"));
    }
    if flags & FLAG_UNREADABLE != 0 {
        swatches.push((theme::UNREADABLE, "unreadable"));
    }
    swatches
}

/// The flags of all its pixels, gathered once for each map.
fn flags_of(ui: &Ui, heat: &Heat) -> u8 {
    let id = Id::unique("flags of the map");
    let known = ui.data(|data| data.get_temp::<(u64, u8)>(id)).filter(|(map, _)| *map == heat.id);
    known.map_or_else(
        || {
            let flags = heat.map.flags.iter().fold(0, |all, flags| all | flags);
            ui.data_mut(|data| data.insert_temp(id, (heat.id, flags)));
            flags
        },
        |(_, flags)| flags,
    )
}

/// The colours from least to most, with their numbers.
fn ramp(painter: &Painter, heat: &Heat, max: f64, bar: Rect) {
    let map = ColorMap::for_delta(heat.signed);
    for column in 0..bar.width() as usize {
        let x = bar.left() + column as f32;
        let position = f64::from(column as f32 / bar.width());
        let line = Rect::from_min_size(pos2(x, bar.top()), vec2(1.5, bar.height()));
        painter.rect_filled(line, 0.0, colour(map, position, heat.signed));
    }
    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, theme::LINE), StrokeKind::Outside);
    let range = if heat.signed { DisplayRange::signed } else { DisplayRange::absolute };
    let marks = match &heat.over_frames {
        Some(over) if over.is_whole() => whole_marks(over.from, max as i64),
        _ => marks(&range(max, Scale::Linear), heat.signed),
    };
    for (position, label) in marks {
        let x = bar.left() + bar.width() * position as f32;
        painter.vline(x, bar.bottom()..=bar.bottom() + 3.0, Stroke::new(1.0, theme::WEAK));
        let align = match position {
            p if p < 0.05 => Align2::LEFT_TOP,
            p if p > 0.95 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        painter.text(pos2(x, bar.bottom() + 4.0), align, label, font(), theme::TEXT);
    }
}

/// Round numbers, and the ends of the range, where they do not run into each other.
fn marks(range: &DisplayRange, signed: bool) -> Vec<(f64, String)> {
    let inner = if signed { 0.2..0.8 } else { 0.0..0.8 };
    let ticks = range.ticks(5).into_iter().filter(|tick| inner.contains(&tick.position));
    let mut marks: Vec<(f64, String)> = ticks.map(|t| (t.position, tick_label(t.value))).collect();
    if signed {
        marks.push((0.0, end(-range.hi())));
    }
    marks.push((1.0, end(range.hi())));
    marks
}

/// Of whole numbers from `from` to `count` more: both ends, and round ones between.
fn whole_marks(from: i64, count: i64) -> Vec<(f64, String)> {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    let step = steps.take(48).find(|step| count / step <= 4).unwrap_or(i64::MAX);
    let first = from + (step - from.rem_euclid(step)) % step;
    let round = std::iter::successors(Some(first), |number| number.checked_add(step));
    let at = |number: i64| (number - from) as f64 / count.max(1) as f64;
    let inner = round
        .take_while(|number| *number < from + count)
        .filter(|number| (0.15..0.85).contains(&at(*number)));
    let ends = [from, from + count.max(1)];
    let mut marks: Vec<(f64, String)> =
        inner.chain(ends).map(|number| (at(number), number.to_string())).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    marks
}

/// In at most four digits after the point, without zeros that tell nothing.
fn end(value: f64) -> String {
    if (1e-3..1e4).contains(&value.abs()) {
        let digits = format!("{value:.4}");
        digits.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        let exact = format!("{value:e}");
        let short = format!("{value:.3e}");
        if exact.len() < short.len() { exact } else { short }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_numbers_are_whole_and_round() {
        let labels = |from, count| -> Vec<String> {
            whole_marks(from, count).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(labels(1001, 23), ["1001", "1005", "1010", "1015", "1020", "1024"]);
        assert_eq!(labels(-3, 10), ["-3", "0", "5", "7"]);
        assert_eq!(labels(11, 2), ["11", "12", "13"]);
        assert_eq!(labels(7, 0), ["7", "8"]);
    }

    #[test]
    fn the_end_has_no_more_digits_than_it_needs() {
        assert_eq!([1.0, 0.8, 0.12345, 250.0].map(end), ["1", "0.8", "0.1235", "250"]);
        assert_eq!([2e-5, 1.23456e7].map(end), ["2e-5", "1.235e7"]);
    }
}
