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
    let comments = format!("{}: {}; {}", caption.title(), caption.subtitle(), caption.quantity());
    let text = Texts { comments: &comments, facts: None };
    write_channels(channels(map), (map.window, display_window), text, path)
}

fn channels(map: &DeltaMap) -> Vec<AnyChannel<FlatSamples>> {
    let valueless = FLAG_NON_FINITE | FLAG_UNCOVERED | FLAG_UNREADABLE;
    let pixels = map.values.iter().zip(&map.flags);
    let delta = pixels.map(|(value, flags)| match flags & valueless {
        0 => *value,
        _ => f32::NAN,
    });
    let changed = map.flags.iter().map(|flags| u32::from(flags & FLAG_CHANGED != 0));
    vec![
        AnyChannel::new("changed", FlatSamples::U32(changed.collect())),
        AnyChannel::new("delta", FlatSamples::F32(delta.collect())),
    ]
}

/// What an EXR says beside its pixels.
pub(super) struct Texts<'a> {
    /// For people: the attribute `comments`.
    pub comments: &'a str,
    /// For programs: the attribute `aovscope`, JSON.
    pub facts: Option<String>,
}

/// Writes channels (ZIP) over the data window and in the display window of `windows`, whole or not at
/// all. Equal channels and texts give equal bytes.
pub(super) fn write_channels(
    channels: Vec<AnyChannel<FlatSamples>>,
    (window, display_window): (Window, Window),
    texts: Texts<'_>,
    path: &Path,
) -> std::result::Result<(), Error> {
    let mut layer = Layer::new(
        (window.width as usize, window.height as usize),
        LayerAttributes::default().with_position(Vec2(window.x, window.y)),
        // In order, or the file's bytes would depend on which thread is first.
        Encoding {
            compression: Compression::ZIP16,
            line_order: LineOrder::Increasing,
            ..Encoding::FAST_LOSSLESS
        },
        AnyChannels::sort(channels.into_iter().collect()),
    );
    layer.attributes.comments = text(texts.comments);
    layer.attributes.software_name = text(concat!("aovscope ", env!("CARGO_PKG_VERSION")));
    // One at most: the writer keeps them in no order.
    if let Some(facts) = texts.facts.as_deref().and_then(text) {
        layer.attributes.other.insert(Text::from("aovscope"), AttributeValue::Text(facts));
    }
    let position = Vec2(display_window.x, display_window.y);
    let size = Vec2(display_window.width as usize, display_window.height as usize);
    let image = Image::new(ImageAttributes::new(IntegerBounds::new(position, size)), layer);
    write_file(path, |file| image.write().to_buffered(file).map_err(io_error))
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
