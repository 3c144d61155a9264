//! A small picture to draw on: rectangles and text.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, ScaleFont, point};

/// Red, green, blue, encoded as sRGB.
pub(super) type Rgb = [u8; 3];

/// The typeface of the window too.
static FONT: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).expect("a font built in"));

/// Width and height of a canvas, in pixels.
pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    /// Row by row.
    pub pixels: Vec<Rgb>,
}

/// Left, top, width, height; parts outside the canvas are not drawn.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Canvas {
    pub fn new(width: usize, height: usize, color: Rgb) -> Self {
        Self { width, height, pixels: vec![color; width * height] }
    }

    pub fn put(&mut self, x: usize, y: usize, color: Rgb) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = color;
        }
    }

    /// Each pixel of `area` by its place inside it.
    pub fn paint(&mut self, area: Area, color: impl Fn(usize, usize) -> Rgb) {
        for y in 0..area.height {
            for x in 0..area.width {
                self.put(area.x + x, area.y + y, color(x, y));
            }
        }
    }

    pub fn fill(&mut self, area: Area, color: Rgb) {
        self.paint(area, |_, _| color);
    }

    /// One line of text: `x` is its left end, `y` the top of its line, `size` its height in pixels.
    /// Returns its width.
    pub fn text(&mut self, x: f32, y: f32, size: f32, color: Rgb, text: &str) -> f32 {
        let font = FONT.as_scaled(size);
        let (glyphs, width) = layout(x, y + font.ascent(), size, text);
        for outline in glyphs.into_iter().filter_map(|glyph| FONT.outline_glyph(glyph)) {
            let bounds = outline.px_bounds();
            outline.draw(|gx, gy, share| {
                let (x, y) = (bounds.min.x as i64 + i64::from(gx), bounds.min.y as i64 + i64::from(gy));
                if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                    self.blend(x, y, color, share);
                }
            });
        }
        width
    }

    /// Mixes `share` of the colour into a pixel.
    pub fn blend(&mut self, x: usize, y: usize, color: Rgb, share: f32) {
        if x < self.width && y < self.height {
            let under = self.pixels[y * self.width + x];
            self.pixels[y * self.width + x] = mix(under, color, share);
        }
    }
}

/// `share` 0 is `a`, 1 is `b`; mixed as encoded.
pub(super) fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|c| (f32::from(a[c]) + (f32::from(b[c]) - f32::from(a[c])) * share).round() as u8)
}

/// Width of one line of text in pixels.
pub(super) fn text_width(size: f32, text: &str) -> f32 {
    layout(0.0, 0.0, size, text).1
}

/// `text`, cut at its end with an ellipsis where it is wider than `width`.
pub(super) fn elide(size: f32, text: &str, width: f32) -> String {
    if text_width(size, text) <= width {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let shorter: String = kept.iter().chain(&['…']).collect();
        if text_width(size, &shorter) <= width {
            return shorter;
        }
    }
    String::new()
}

fn layout(x: f32, baseline: f32, size: f32, text: &str) -> (Vec<Glyph>, f32) {
    let font = FONT.as_scaled(size);
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut at = x;
    for c in text.chars().filter(|c| !c.is_control()) {
        let id = font.glyph_id(c);
        if let Some(last) = glyphs.last() {
            at += font.kern(last.id, id);
        }
        glyphs.push(id.with_scale_and_position(size, point(at, baseline)));
        at += font.h_advance(id);
    }
    (glyphs, at - x)
}
