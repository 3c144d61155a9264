//! The stored values, written into the pixels when they are large enough.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, pos2, vec2};

use super::objects;
use super::viewport::{Part, loaded, physical};
use crate::app::{App, theme};
use crate::image::{Plane, Sample};
use crate::metric::{FLAG_CHANGED, FLAG_UNREADABLE};

/// Points across a pixel from which its values are written.
const LEAST: f64 = 48.0;
/// Sizes of the font, in points.
const FONT: (f32, f32) = (6.5, 13.0);
/// Width and height of a digit, in sizes of the font.
const DIGIT: (f32, f32) = (0.62, 1.25);

struct Line {
    text: String,
    colour: Color32,
}

/// Writes the values of all pixels in sight of a part.
pub fn ui(painter: &Painter, app: &App, part: &Part, scale: f32) {
    let across = app.view.camera.zoom / f64::from(scale);
    let Some(Ok(decoded)) = loaded(app, part.side) else { return };
    if across < LEAST || app.shown.is_rough {
        return;
    }
    let (camera, viewport) = (&app.view.camera, physical(part.rect, scale));
    let corner = |at: Pos2| {
        let at = (f64::from(at.x) * f64::from(scale), f64::from(at.y) * f64::from(scale));
        camera.pixel(&viewport, at)
    };
    let (first, last) = (corner(part.clip.min), corner(part.clip.max));
    for (x, y) in (first.1..=last.1).flat_map(|y| (first.0..=last.0).map(move |x| (x, y))) {
        let mut lines = objects::name_in_pixel(app, &decoded.plane, (x, y)).map_or_else(Vec::new, |text| {
            // Beside it the float that carries the id says nothing.
            vec![Line { text, colour: Color32::from_gray(240) }]
        });
        lines.extend(stored(&decoded.plane, x, y));
        lines.extend(delta(app, part, x, y));
        let middle = camera.screen_point(&viewport, (f64::from(x) + 0.5, f64::from(y) + 0.5));
        let middle = pos2(middle.0 as f32 / scale, middle.1 as f32 / scale);
        write(painter, middle, across as f32, &lines);
    }
}

fn stored(plane: &Plane, x: i32, y: i32) -> Vec<Line> {
    if plane.unreadable_at(x, y).is_some() {
        return vec![Line { text: "unreadable".to_owned(), colour: theme::error() }];
    }
    let samples = plane.pixel(x, y).unwrap_or_default();
    let named = plane.channels.iter().zip(samples);
    named.map(|(channel, sample)| Line { text: short(sample), colour: tint(&channel.name) }).collect()
}

fn delta(app: &App, part: &Part, x: i32, y: i32) -> Option<Line> {
    let heat = app.shown.heat.as_ref().filter(|_| part.heat)?;
    let index = heat.map.window.index(x, y)?;
    if heat.map.flags[index] & FLAG_UNREADABLE != 0 {
        return None;
    }
    let value = heat.map.values[index];
    if let Some(over) = &heat.over_frames {
        let is_shown = heat.map.flags[index] & FLAG_CHANGED != 0;
        let text =
            if over.is_whole() { (over.from + value as i64).to_string() } else { float(f64::from(value)) };
        return is_shown.then_some(Line { text, colour: theme::changed() });
    }
    Some(Line { text: format!("Δ{}", float(f64::from(value))), colour: theme::changed() })
}

fn write(painter: &Painter, middle: Pos2, across: f32, lines: &[Line]) {
    let longest = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0);
    if longest == 0 {
        return;
    }
    let wide = (across - 6.0) / (longest as f32 * DIGIT.0);
    let high = (across - 4.0) / (lines.len() as f32 * DIGIT.1);
    let size = wide.min(high).min(FONT.1);
    if size < FONT.0 {
        return;
    }
    let line = size * DIGIT.1;
    let block = vec2(longest as f32 * size * DIGIT.0 + 4.0, lines.len() as f32 * line + 2.0);
    let plate = Rect::from_center_size(middle, block);
    painter.rect_filled(plate, 3.0, Color32::from_black_alpha(200));
    for (place, Line { text, colour }) in lines.iter().enumerate() {
        let at = pos2(middle.x, plate.top() + 1.0 + (place as f32 + 0.5) * line);
        painter.text(at, Align2::CENTER_CENTER, text, FontId::monospace(size), *colour);
    }
}

/// The colour of a channel's number.
fn tint(channel: &str) -> Color32 {
    match channel {
        "R" | "r" | "red" => Color32::from_rgb(255, 160, 150),
        "G" | "g" | "green" => Color32::from_rgb(150, 240, 160),
        "B" | "b" | "blue" => Color32::from_rgb(160, 195, 255),
        _ => Color32::from_gray(240),
    }
}

/// A stored value in few characters: integers whole, floats to four digits.
fn short(sample: Sample) -> String {
    match sample {
        Sample::U8(k) => k.to_string(),
        Sample::U16(k) => k.to_string(),
        Sample::U32(k) => k.to_string(),
        Sample::F16(_) | Sample::F32(_) => float(sample.to_f64()),
    }
}

fn float(value: f64) -> String {
    let magnitude = value.abs();
    if value.is_nan() {
        "NaN".to_owned()
    } else if value == 0.0 || value.is_infinite() {
        value.to_string()
    } else if (1e-3..1e5).contains(&magnitude) {
        let decimals = (3 - magnitude.log10().floor() as i32).clamp(0, 5) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_hide_a_value() {
        let written: Vec<String> =
            [0.25, -123.456, 2.5e-7, 99_999.0, 0.001_234, f64::NAN, f64::NEG_INFINITY].map(float).to_vec();
        assert_eq!(written, ["0.2500", "-123.5", "2.5e-7", "99999", "0.00123", "NaN", "-inf"]);
        assert_eq!(short(Sample::U32(4_294_967_295)), "4294967295");
    }
}
