//! The strip below a picture of a map, drawn: lines of text, a bar of colours, swatches.

use super::canvas::{Area, Canvas, Rgb, elide, text_width};
use crate::image::{DisplayRange, tick_label};

/// Narrower, the text would have no room.
pub(super) const LEAST_WIDTH: usize = 640;
pub(super) const BACKGROUND: Rgb = [0x1b, 0x1c, 0x20];
pub(super) const DIM: Rgb = [0xb8, 0xbb, 0xc4];
const BRIGHT: Rgb = [0xf2, 0xf2, 0xf4];
const LINE: Rgb = [0x4a, 0x4d, 0x55];

/// A pixel of the picture, and the width of a stripe of its hatching.
#[derive(Clone, Copy)]
pub(super) struct Hatching {
    pub x: usize,
    pub y: usize,
    pub stripe: usize,
}

impl Hatching {
    /// Which of the stripes that rise to the right it is in.
    pub const fn rising(self) -> usize {
        (self.x + self.y) / self.stripe
    }

    /// Which of the stripes that fall to the right.
    pub const fn falling(self) -> usize {
        // As many whole pairs of stripes as keep the number above zero.
        let pairs = 2 * self.stripe * (self.y / (2 * self.stripe) + 1);
        (self.x + pairs - self.y) / self.stripe
    }
}

/// What the strip says and shows.
pub(super) struct Strip<'a> {
    /// Of the whole picture, in pixels.
    pub width: usize,
    /// Title, who, what: a text from the left, and one up to the right, before which the left gives way.
    pub lines: [[String; 2]; 3],
    pub bar: Option<Bar<'a>>,
    pub key: Vec<Swatch<'a>>,
}

/// Colours from one end of a range to the other.
pub(super) struct Bar<'a> {
    pub range: DisplayRange,
    /// The colour at a position of the range, 0..=1.
    pub color: &'a dyn Fn(f64) -> Rgb,
    /// Whether only whole numbers mean something.
    pub is_whole: bool,
}

/// A colour that the bar does not show, and its name.
pub(super) struct Swatch<'a> {
    pub name: String,
    /// Of the name.
    pub text: Rgb,
    /// A pixel of the swatch.
    pub color: Box<dyn Fn(Hatching) -> Rgb + 'a>,
}

/// Height of ordinary text in a picture so wide, in pixels: the measure of all else.
fn text_size(width: usize) -> f32 {
    (width as f32 / 84.0).clamp(15.0, 96.0).round()
}

/// Width of a stripe of hatching.
pub(super) fn stripe(width: usize) -> usize {
    (text_size(width) / 3.0) as usize
}

impl Strip<'_> {
    fn line(&self) -> f32 {
        text_size(self.width) * 1.45
    }

    /// In pixels.
    pub fn height(&self) -> usize {
        let bar = if self.bar.is_some() { 2.6 } else { 0.0 };
        let key = if self.key.is_empty() { 0.0 } else { 1.35 };
        ((4.5 + bar + key) * self.line()) as usize
    }

    /// Draws the strip with its upper edge at `top`.
    pub fn draw(&self, canvas: &mut Canvas, top: usize) {
        let (size, line) = (text_size(self.width), self.line());
        let hair = (size / 14.0).ceil() as usize;
        canvas.fill(Area { x: 0, y: top, width: self.width, height: hair }, LINE);
        let [title, who, what] = &self.lines;
        let mut y = top as f32 + 0.5 * line;
        self.text(canvas, y, size * 1.2, (title, BRIGHT));
        y += 1.2 * line;
        self.text(canvas, y, size, (who, DIM));
        y += 1.3 * line;
        self.text(canvas, y, size, (what, DIM));
        y += 1.1 * line;
        if let Some(bar) = &self.bar {
            self.bar(canvas, y, bar);
            y += 2.6 * line;
        }
        self.swatches(canvas, y);
    }

    fn pad(&self) -> f32 {
        text_size(self.width)
    }

    fn text(&self, canvas: &mut Canvas, y: f32, size: f32, ([left, right], color): (&[String; 2], Rgb)) {
        let room = self.width as f32 - 2.0 * self.pad();
        let right = elide(size, right, room);
        let right_width = text_width(size, &right);
        canvas.text(self.width as f32 - self.pad() - right_width, y, size, color, &right);
        let gap = if right.is_empty() { 0.0 } else { 1.5 * size };
        canvas.text(self.pad(), y, size, color, &elide(size, left, room - right_width - gap));
    }

    fn bar(&self, canvas: &mut Canvas, y: f32, bar: &Bar<'_>) {
        let (size, pad) = (text_size(self.width), self.pad());
        let (left, width) = (pad as usize, self.width - 2 * pad as usize);
        let area = Area { x: left, y: y as usize, width, height: (size * 0.9) as usize };
        canvas.paint(area, |x, _| (bar.color)(x as f64 / (width - 1) as f64));
        let hair = (size / 14.0).ceil() as usize;
        let below = area.y + area.height;
        let mut free = f32::NEG_INFINITY;
        for tick in bar.range.ticks((width as f32 / (size * 5.0)) as usize) {
            if bar.is_whole && tick.value.fract() != 0.0 {
                continue;
            }
            let x = left + (tick.position * (width - hair) as f64).round() as usize;
            canvas.fill(Area { x, y: below, width: hair, height: (size * 0.35) as usize }, DIM);
            let label = if bar.is_whole { format!("{}", tick.value) } else { tick_label(tick.value) };
            let label_width = text_width(size, &label);
            let at = (x as f32 - label_width / 2.0).clamp(pad, self.width as f32 - pad - label_width);
            if at > free {
                canvas.text(at, below as f32 + size * 0.4, size, BRIGHT, &label);
                free = at + label_width + size * 0.5;
            }
        }
    }

    fn swatches(&self, canvas: &mut Canvas, y: f32) {
        let (size, stripe) = (text_size(self.width), stripe(self.width));
        let mut x = self.pad();
        for swatch in &self.key {
            let side = (size * 0.9) as usize;
            let area = Area { x: x as usize, y: (y + size * 0.15) as usize, width: side, height: side };
            canvas.paint(area, |x, y| (swatch.color)(Hatching { x, y, stripe }));
            x += size * 1.3;
            let room = self.width as f32 - self.pad() - x;
            x += canvas.text(x, y, size, swatch.text, &elide(size, &swatch.name, room)) + size * 1.6;
        }
    }
}

/// The shortest text of a float that is that float, with an exponent where it would be long.
pub(super) fn short(value: f32) -> String {
    let plain = value == 0.0 || (1e-3..1e7).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

/// `1234567` as `1 234 567`, with spaces that do not break.
pub(super) fn grouped(number: usize) -> String {
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

/// `41 of 9 216 pixels WHAT, 0.44 %`.
pub(super) fn share_of_pixels(count: usize, pixels: usize, what: &str) -> String {
    let percent = 100.0 * count as f64 / pixels.max(1) as f64;
    let percent = if percent < 0.01 && count > 0 { "< 0.01".into() } else { format!("{percent:.2}") };
    format!("{} of {} pixels {what}, {percent} %", grouped(count), grouped(pixels))
}
