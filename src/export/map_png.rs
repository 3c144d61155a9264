//! A delta map as a coloured picture with its legend.

use std::io::{self, Write};
use std::path::Path;

use super::atomic::{Error, write_file};
use super::canvas::{Area, Canvas, Rgb, mix};
use super::legend::{self, Tally};
use super::map::{MapCaption, MapRange, MapStyle, auto_range};
use super::strip::{self, Hatching, Strip};
use crate::image::{ColorMap, DisplayRange, Scale, Window};
use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric};

/// Where nothing differs.
pub(super) const ZERO: Rgb = [0x0c, 0x0c, 0x10];
/// A non-finite value against another: no colour map has it.
pub(super) const NON_FINITE: Rgb = [0xff, 0x2b, 0xd6];
/// Stripes over pixels that only one side has.
pub(super) const UNCOVERED: [Rgb; 2] = [[0x3a, 0x3c, 0x42], [0x70, 0x74, 0x7d]];
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
    let title = format!("{}: {}", caption.title(), caption.subtitle());
    write_file(path, |file| write_png(&picture, &title, &caption.quantity(), file))
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
    let color = |position: f64| paint.at(position);
    let width = picture_width(map.window);
    let strip = legend::strip(caption, &Tally::of(map, &range), (&paint, &color), width);
    draw(map.window, &strip, |index, at| paint.pixel(map.values[index], map.flags[index], at))
}

/// Columns of the picture of a map over `window`.
pub(super) fn picture_width(window: Window) -> usize {
    let (columns, rows) = (window.width as usize, window.height as usize);
    (columns * enlargement(columns, rows)).max(strip::LEAST_WIDTH)
}

/// A map over `window` whose pixels `color` gives by their index, over `strip`.
pub(super) fn draw(window: Window, strip: &Strip<'_>, color: impl Fn(usize, Hatching) -> Rgb) -> Picture {
    let (columns, rows, width) = (window.width as usize, window.height as usize, strip.width);
    let factor = enlargement(columns, rows);
    let top = rows * factor;
    let mut canvas = Canvas::new(width, top + strip.height(), strip::BACKGROUND);
    let left = (width - columns * factor) / 2;
    let picture = Area { x: left, y: 0, width: columns * factor, height: top };
    let stripe = strip::stripe(width);
    canvas.paint(picture, |x, y| color(y / factor * columns + x / factor, Hatching { x, y, stripe }));
    strip.draw(&mut canvas, top);
    Picture { width, height: canvas.height, pixels: canvas.pixels }
}

/// So many times that the legend has room, unless the picture becomes too tall.
fn enlargement(columns: usize, rows: usize) -> usize {
    let wide = strip::LEAST_WIDTH.div_ceil(columns.max(1));
    wide.min(2160 / rows.max(1)).max(1)
}

/// Colours of values.
pub(super) struct Paint {
    pub range: DisplayRange,
    map: ColorMap,
    lut: [[u8; 4]; 256],
}

impl Paint {
    pub fn new(map: ColorMap, range: DisplayRange) -> Self {
        Self { range, map, lut: map.lut() }
    }

    /// The colour at `position` of the range.
    pub fn at(&self, position: f64) -> Rgb {
        let [r, g, b, _] = self.lut[(self.map.lifted(position) * 255.0).round() as usize];
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

/// Writes a picture to the PNG file `path`, whole or not at all, with a title for whoever meets it.
///
/// # Errors
/// When the file cannot be written.
pub fn export_picture_png(picture: &Picture, title: &str, path: &Path) -> Result<(), Error> {
    write_file(path, |file| write_png(picture, title, "", file))
}

/// With a title and a description for whoever meets the file.
pub(super) fn write_png(
    picture: &Picture,
    title: &str,
    description: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    let size = |n: usize| u32::try_from(n).map_err(io::Error::other);
    let mut encoder = png::Encoder::new(out, size(picture.width)?, size(picture.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.add_itxt_chunk("Title".into(), title.to_owned())?;
    encoder.add_itxt_chunk("Description".into(), description.to_owned())?;
    encoder.add_text_chunk("Software".into(), concat!("aovscope ", env!("CARGO_PKG_VERSION")).into())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(picture.pixels.as_flattened())?;
    Ok(writer.finish()?)
}
