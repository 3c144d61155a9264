//! The strip below a map: what it shows, how much, and what its colours mean.

use super::canvas::{Area, Canvas, Rgb, elide, text_width};
use super::map::MapCaption;
use super::map_png::{Hatching, NON_FINITE, Paint};
use crate::image::{DisplayRange, tick_label};
use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric};

/// Narrower, the text would have no room.
pub(super) const LEAST_WIDTH: usize = 640;
pub(super) const BACKGROUND: Rgb = [0x1b, 0x1c, 0x20];
const BRIGHT: Rgb = [0xf2, 0xf2, 0xf4];
const DIM: Rgb = [0xb8, 0xbb, 0xc4];
const LINE: Rgb = [0x4a, 0x4d, 0x55];

/// What the pixels of a map come to.
pub(super) struct Tally {
    /// All but the unreadable.
    pixels: usize,
    changed: usize,
    within: usize,
    non_finite: usize,
    uncovered: usize,
    unreadable: usize,
    beyond: usize,
    /// Largest magnitude, its value, its pixel.
    max: f32,
    max_at: Option<(i32, i32)>,
}

impl Tally {
    pub fn of(map: &DeltaMap, range: &DisplayRange) -> Self {
        let mut tally = Self {
            pixels: map.values.len(),
            changed: 0,
            within: 0,
            non_finite: 0,
            uncovered: 0,
            unreadable: 0,
            beyond: 0,
            max: 0.0,
            max_at: None,
        };
        for (index, (&value, &flags)) in map.values.iter().zip(&map.flags).enumerate() {
            tally.changed += usize::from(flags & FLAG_CHANGED != 0);
            if flags & FLAG_UNREADABLE != 0 {
                tally.unreadable += 1;
            } else if flags & FLAG_UNCOVERED != 0 {
                tally.uncovered += 1;
            } else if flags & FLAG_NON_FINITE != 0 || !value.is_finite() {
                tally.non_finite += 1;
            } else {
                tally.within += usize::from(value != 0.0 && flags & FLAG_CHANGED == 0);
                tally.beyond += usize::from(is_beyond(value, range));
                if value.abs() > tally.max.abs() {
                    (tally.max, tally.max_at) = (value, Some(map.window.pixel(index)));
                }
            }
        }
        tally.pixels -= tally.unreadable;
        tally
    }
}

/// Clipped by the scale; what is too small for a logarithmic one is not.
fn is_beyond(value: f32, range: &DisplayRange) -> bool {
    value > range.hi() as f32 || value < range.lo().min(0.0) as f32
}

/// All that the strip needs.
pub(super) struct Legend<'a> {
    pub caption: &'a MapCaption,
    pub paint: &'a Paint,
    pub tally: Tally,
    /// Of the whole picture, in pixels.
    pub width: usize,
}

impl Legend<'_> {
    /// Height of ordinary text in pixels: the measure of all else.
    fn text_size(&self) -> f32 {
        (self.width as f32 / 84.0).clamp(15.0, 96.0).round()
    }

    fn line(&self) -> f32 {
        self.text_size() * 1.45
    }

    /// Width of a stripe of hatching.
    pub fn stripe(&self) -> usize {
        (self.text_size() / 3.0) as usize
    }

    fn is_categorical(&self) -> bool {
        self.caption.rule.metric == Metric::Id
    }

    /// Of the strip, in pixels.
    pub fn height(&self) -> usize {
        let bar = if self.is_categorical() { 0.0 } else { 2.6 };
        let key = if self.key().is_empty() { 0.0 } else { 1.35 };
        ((4.5 + bar + key) * self.line()) as usize
    }

    /// Draws the strip with its upper edge at `top`.
    pub fn draw(&self, canvas: &mut Canvas, top: usize) {
        let (size, line) = (self.text_size(), self.line());
        let hair = (size / 14.0).ceil() as usize;
        canvas.fill(Area { x: 0, y: top, width: self.width, height: hair }, LINE);
        let mut y = top as f32 + 0.5 * line;
        let max = match self.tally.max_at {
            Some((x, at)) if !self.is_categorical() => format!("max {} at {x}, {at}", short(self.tally.max)),
            _ => String::new(),
        };
        self.row(canvas, y, size * 1.2, [(&self.caption.title(), BRIGHT), (&max, BRIGHT)]);
        y += 1.2 * line;
        self.row(canvas, y, size, [(&self.caption.subtitle(), DIM), (&self.changed(), DIM)]);
        y += 1.3 * line;
        self.row(canvas, y, size, [(&self.caption.quantity(), DIM), (&self.beyond(), DIM)]);
        y += 1.1 * line;
        if !self.is_categorical() {
            self.bar(canvas, y);
            y += 2.6 * line;
        }
        self.draw_key(canvas, y);
    }

    fn pad(&self) -> f32 {
        self.text_size()
    }

    /// One text from the left, one up to the right; the left gives way.
    fn row(&self, canvas: &mut Canvas, y: f32, size: f32, [left, right]: [(&str, Rgb); 2]) {
        let room = self.width as f32 - 2.0 * self.pad();
        let right_text = elide(size, right.0, room);
        let right_width = text_width(size, &right_text);
        canvas.text(self.width as f32 - self.pad() - right_width, y, size, right.1, &right_text);
        let gap = if right_text.is_empty() { 0.0 } else { 1.5 * size };
        canvas.text(self.pad(), y, size, left.1, &elide(size, left.0, room - right_width - gap));
    }

    fn changed(&self) -> String {
        let Tally { pixels, changed, .. } = self.tally;
        if changed == 0 {
            return format!("no change in {} pixels", grouped(pixels));
        }
        let percent = 100.0 * changed as f64 / pixels as f64;
        let percent = if percent < 0.01 { "< 0.01".into() } else { format!("{percent:.2}") };
        format!("{} of {} pixels changed, {percent} %", grouped(changed), grouped(pixels))
    }

    fn beyond(&self) -> String {
        match self.tally.beyond {
            0 => String::new(),
            beyond => format!("{} beyond the scale", grouped(beyond)),
        }
    }

    fn bar(&self, canvas: &mut Canvas, y: f32) {
        let (size, pad) = (self.text_size(), self.pad());
        let (left, width) = (pad as usize, self.width - 2 * pad as usize);
        let bar = Area { x: left, y: y as usize, width, height: (size * 0.9) as usize };
        canvas.paint(bar, |x, _| self.paint.at(x as f64 / (width - 1) as f64));
        let hair = (size / 14.0).ceil() as usize;
        let below = bar.y + bar.height;
        let mut free = f32::NEG_INFINITY;
        for tick in self.paint.range.ticks((width as f32 / (size * 5.0)) as usize) {
            let x = left + (tick.position * (width - hair) as f64).round() as usize;
            canvas.fill(Area { x, y: below, width: hair, height: (size * 0.35) as usize }, DIM);
            let label = tick_label(tick.value);
            let label_width = text_width(size, &label);
            let at = (x as f32 - label_width / 2.0).clamp(pad, self.width as f32 - pad - label_width);
            if at > free {
                canvas.text(at, below as f32 + size * 0.4, size, BRIGHT, &label);
                free = at + label_width + size * 0.5;
            }
        }
    }

    /// Swatches of what the bar does not show: flags and value that have the colour, and its name.
    fn key(&self) -> Vec<(u8, f32, String)> {
        let Tally { changed, within, non_finite, uncovered, unreadable, pixels, .. } = self.tally;
        let different = changed - (non_finite + uncovered).min(changed);
        let mut key = Vec::new();
        if self.is_categorical() {
            key.push((FLAG_CHANGED, 1.0, different, "different"));
            key.push((0, 0.0, pixels - different - non_finite - uncovered, "equal"));
        }
        key.push((0, self.caption.rule.abs as f32, within, "within tolerance"));
        key.push((FLAG_NON_FINITE, 0.0, non_finite, "NaN or infinite on one side"));
        key.push((FLAG_UNCOVERED, 0.0, uncovered, "only one side has the pixel"));
        key.push((FLAG_UNREADABLE, 0.0, unreadable, "cannot be read"));
        key.into_iter()
            .filter(|(_, _, count, _)| *count > 0)
            .map(|(flags, value, count, name)| (flags, value, format!("{name}: {}", grouped(count))))
            .collect()
    }

    fn draw_key(&self, canvas: &mut Canvas, y: f32) {
        let size = self.text_size();
        let mut x = self.pad();
        for (flags, value, name) in self.key() {
            let side = (size * 0.9) as usize;
            let swatch = Area { x: x as usize, y: (y + size * 0.15) as usize, width: side, height: side };
            let stripe = self.stripe();
            canvas.paint(swatch, |x, y| self.paint.pixel(value, flags, Hatching { x, y, stripe }));
            let color = if flags == FLAG_NON_FINITE { NON_FINITE } else { DIM };
            x += size * 1.3;
            let room = self.width as f32 - self.pad() - x;
            x += canvas.text(x, y, size, color, &elide(size, &name, room)) + size * 1.6;
        }
    }
}

/// The shortest text of a float that is that float, with an exponent where it would be long.
fn short(value: f32) -> String {
    let plain = value == 0.0 || (1e-3..1e7).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

/// `1234567` as `1 234 567`, with spaces that do not break.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}
