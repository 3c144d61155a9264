//! A delta map as a coloured picture with its legend.

use std::io::{self, Write};
use std::path::Path;

use super::atomic::{Error, write_file};
use super::canvas::{Area, Canvas, Rgb, mix};
use super::legend::{self, Legend, Tally};
use super::map::{MapCaption, MapRange, MapStyle, auto_range};
use crate::image::{ColorMap, DisplayRange, Scale};
use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric};

/// Where nothing differs.
const ZERO: Rgb = [0x0c, 0x0c, 0x10];
/// A non-finite value against another: no colour map has it.
pub(super) const NON_FINITE: Rgb = [0xff, 0x2b, 0xd6];
/// Stripes over pixels that only one side has.
const UNCOVERED: [Rgb; 2] = [[0x3a, 0x3c, 0x42], [0x70, 0x74, 0x7d]];
/// Stripes, the other way, over pixels that cannot be read.
const UNREADABLE: [Rgb; 2] = [[0x3a, 0x14, 0x16], [0xd8, 0x4c, 0x4c]];

/// A picture of 8-bit RGB, encoded as sRGB, row by row.
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// One for each pixel.
    pub pixels: Vec<[u8; 3]>,
}

/// Writes [`draw_map`] to the PNG file `path`, whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn export_map_png(
    map: &DeltaMap,
    caption: &MapCaption,
    style: &MapStyle,
    path: &Path,
) -> Result<(), Error> {
    let picture = draw_map(map, caption, style);
    write_file(path, |file| write_png(&picture, caption, file))
}

/// `map` in colours, with a legend below that tells AOV, frame, metric, tolerance, maximum and
/// scale. Small maps are enlarged by a whole factor, pixel by pixel.
///
/// Unchanged pixels are dark and any changed one is not; those that differ within tolerance are dim,
/// non-finite ones magenta, uncovered ones striped grey, unreadable ones red the other way.
pub fn draw_map(map: &DeltaMap, caption: &MapCaption, style: &MapStyle) -> Picture {
    let signed = caption.rule.metric == Metric::Signed;
    let range = match style.range {
        // Two values need no scale: the one that counts is bright, not glaring.
        MapRange::Auto if caption.rule.metric == Metric::Id => DisplayRange::absolute(1.35, Scale::Linear),
        MapRange::Auto => auto_range(map, signed, style.scale),
        MapRange::Fixed(range) => range,
    };
    let paint = Paint::new(style.color.unwrap_or(ColorMap::for_delta(signed)), range);
    let (columns, rows) = (map.window.width as usize, map.window.height as usize);
    let factor = enlargement(columns, rows);
    let width = (columns * factor).max(legend::LEAST_WIDTH);
    let legend = Legend { caption, paint: &paint, tally: Tally::of(map, &range), width };
    let top = rows * factor;
    let mut canvas = Canvas::new(width, top + legend.height(), legend::BACKGROUND);
    let left = (width - columns * factor) / 2;
    let picture = Area { x: left, y: 0, width: columns * factor, height: top };
    let stripe = legend.stripe();
    canvas.paint(picture, |x, y| {
        let index = y / factor * columns + x / factor;
        paint.pixel(map.values[index], map.flags[index], Hatching { x, y, stripe })
    });
    legend.draw(&mut canvas, top);
    Picture { width, height: canvas.height, pixels: canvas.pixels }
}

/// So many times that the legend has room, unless the picture becomes too tall.
fn enlargement(columns: usize, rows: usize) -> usize {
    let wide = legend::LEAST_WIDTH.div_ceil(columns.max(1));
    wide.min(2160 / rows.max(1)).max(1)
}

/// A pixel of the picture, and the width of a stripe of its hatching.
#[derive(Clone, Copy)]
pub(super) struct Hatching {
    pub x: usize,
    pub y: usize,
    pub stripe: usize,
}

impl Hatching {
    /// Which of the stripes that rise to the right it is in.
    const fn rising(self) -> usize {
        (self.x + self.y) / self.stripe
    }

    /// Which of the stripes that fall to the right.
    const fn falling(self) -> usize {
        // As many whole pairs of stripes as keep the number above zero.
        let pairs = 2 * self.stripe * (self.y / (2 * self.stripe) + 1);
        (self.x + pairs - self.y) / self.stripe
    }
}

/// Colours of values.
pub(super) struct Paint {
    pub range: DisplayRange,
    map: ColorMap,
    lut: [[u8; 4]; 256],
}

impl Paint {
    fn new(map: ColorMap, range: DisplayRange) -> Self {
        Self { range, map, lut: map.lut() }
    }

    /// The colour at `position` of the range. The dark end or middle of the map is left out, so that
    /// the least change stands out from none.
    pub fn at(&self, position: f64) -> Rgb {
        const DARK: f64 = 0.16;
        let position = if self.map.is_diverging() {
            let side = 2.0 * position - 1.0;
            0.5 + 0.5 * (DARK + (1.0 - DARK) * side.abs()).copysign(side)
        } else {
            DARK + (1.0 - DARK) * position
        };
        let [r, g, b, _] = self.lut[(position * 255.0).round() as usize];
        [r, g, b]
    }

    /// The colour of a pixel; `at` is where it is drawn.
    pub fn pixel(&self, value: f32, flags: u8, at: Hatching) -> Rgb {
        if flags & FLAG_UNREADABLE != 0 {
            return UNREADABLE[at.falling() % 2];
        }
        if flags & FLAG_UNCOVERED != 0 {
            return UNCOVERED[at.rising() % 2];
        }
        if flags & FLAG_NON_FINITE != 0 || !value.is_finite() {
            return NON_FINITE;
        }
        match (value == 0.0, flags & FLAG_CHANGED != 0) {
            (true, false) => ZERO,
            (_, true) => self.at(self.range.position(f64::from(value))),
            (false, false) => self.within_tolerance(f64::from(value)),
        }
    }

    pub fn within_tolerance(&self, value: f64) -> Rgb {
        mix(ZERO, self.at(self.range.position(value)), 0.35)
    }
}

fn write_png(picture: &Picture, caption: &MapCaption, out: &mut impl Write) -> io::Result<()> {
    let size = |n: usize| u32::try_from(n).map_err(io::Error::other);
    let mut encoder = png::Encoder::new(out, size(picture.width)?, size(picture.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.add_itxt_chunk("Title".into(), format!("{}: {}", caption.title(), caption.subtitle()))?;
    encoder.add_itxt_chunk("Description".into(), caption.quantity())?;
    encoder.add_text_chunk("Software".into(), concat!("aovscope ", env!("CARGO_PKG_VERSION")).into())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(picture.pixels.as_flattened())?;
    Ok(writer.finish()?)
}
