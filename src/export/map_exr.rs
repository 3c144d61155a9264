//! A delta map as an EXR of its values.

use std::io;
use std::path::Path;

use exr::prelude::*;

use super::atomic::{Error, write_file};
use super::map::MapCaption;
use crate::image::Window;
use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE};

/// Writes `map` to the EXR file `path` (ZIP), whole or not at all: channel `delta` (FLOAT, the values
/// to the bit; NaN where a side is not finite, lacks the pixel or cannot be read there) and `changed`
/// (UINT, 0 or 1; 0 where a side cannot be read, which no other NaN has). The data window is the map's place; `display_window` is the compared pictures'.
///
/// # Errors
/// When the file cannot be written.
pub fn export_map_exr(
    map: &DeltaMap,
    caption: &MapCaption,
    display_window: Window,
    path: &Path,
) -> std::result::Result<(), Error> {
    let image = image(map, caption, display_window);
    write_file(path, |file| image.write().to_buffered(file).map_err(io_error))
}

fn image(
    map: &DeltaMap,
    caption: &MapCaption,
    display_window: Window,
) -> Image<Layer<AnyChannels<FlatSamples>>> {
    let valueless = FLAG_NON_FINITE | FLAG_UNCOVERED | FLAG_UNREADABLE;
    let pixels = map.values.iter().zip(&map.flags);
    let delta = pixels.map(|(value, flags)| match flags & valueless {
        0 => *value,
        _ => f32::NAN,
    });
    let changed = map.flags.iter().map(|flags| u32::from(flags & FLAG_CHANGED != 0));
    let channels = [
        AnyChannel::new("changed", FlatSamples::U32(changed.collect())),
        AnyChannel::new("delta", FlatSamples::F32(delta.collect())),
    ];
    let mut layer = Layer::new(
        (map.window.width as usize, map.window.height as usize),
        LayerAttributes::default().with_position(Vec2(map.window.x, map.window.y)),
        Encoding { compression: Compression::ZIP16, ..Encoding::FAST_LOSSLESS },
        AnyChannels::sort(channels.into_iter().collect()),
    );
    let comments = format!("{}: {}; {}", caption.title(), caption.subtitle(), caption.quantity());
    layer.attributes.comments = text(&comments);
    layer.attributes.software_name = text(concat!("aovscope ", env!("CARGO_PKG_VERSION")));
    let position = Vec2(display_window.x, display_window.y);
    let size = Vec2(display_window.width as usize, display_window.height as usize);
    Image::new(ImageAttributes::new(IntegerBounds::new(position, size)), layer)
}

/// As UTF-8, which OpenEXR recommends.
fn text(text: &str) -> Option<Text> {
    Some(Text::from_slice_unchecked(text.as_bytes()))
}

fn io_error(error: exr::error::Error) -> io::Error {
    match error {
        exr::error::Error::Io(error) => error,
        other => io::Error::other(other),
    }
}
