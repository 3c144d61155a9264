//! Bytes become images: EXR, PNG, JPEG.
//!
//! The format is told from the first bytes, never from the name. A header is read without pixels
//! ([`read_info`]); any number of AOVs come from one read ([`read_planes`]), each sample exactly as
//! stored. Nothing panics and no unbounded memory is taken, whatever the bytes.

mod error;
mod exr;
mod flat;
mod jpeg;
mod png;
mod source;

pub use error::{Error, Limits};
pub use exr::DeepPart;

use std::path::Path;

use crate::image::{Aov, FileFormat, ImageInfo, Plane, Window};

use source::Source;

/// Reads what an image file holds, without its pixels.
///
/// # Errors
/// When the file cannot be opened, is of another format, is cut short or damaged in its header,
/// or exceeds `limits`.
pub fn read_info(path: &Path, limits: &Limits) -> Result<ImageInfo, Error> {
    let source = Source::open(path)?;
    match source.format()? {
        FileFormat::Exr => exr::read_info(&source, limits),
        FileFormat::Png => png::read_info(&source, limits),
        FileFormat::Jpeg => jpeg::read_info(&source, limits),
    }
}

/// Decodes `aovs` of the file that `info` tells of, in one read: one result for each, in order.
/// Only the channels of these AOVs are converted.
///
/// Blocks of an EXR are decoded on the current rayon pool.
pub fn read_planes(info: &ImageInfo, aovs: &[&Aov], limits: &Limits) -> Vec<Result<Plane, Error>> {
    let planes = || {
        let source = Source::open(&info.path)?;
        if source.format()? != info.format {
            return Err(Error::Changed { path: info.path.clone() });
        }
        match info.format {
            FileFormat::Exr => exr::read_planes(&source, info, aovs, limits),
            FileFormat::Png => png::read_planes(&source, info, aovs, limits),
            FileFormat::Jpeg => jpeg::read_planes(&source, info, aovs, limits),
        }
    };
    planes().unwrap_or_else(|error: Error| aovs.iter().map(|_| Err(error.clone())).collect())
}

/// Reads all samples of the deep part at `part` of [`ImageInfo::parts`], as stored. Planes of deep
/// parts ([`read_planes`]) are flattened; this is what they are made of.
///
/// Chunks are decoded on the current rayon pool. Pixels whose chunk cannot be read have no samples
/// and are told in [`DeepPart::unreadable`].
///
/// # Errors
/// When the part is not deep, no chunk of it can be read, it exceeds `limits`, or the file has
/// changed.
pub fn read_deep(info: &ImageInfo, part: usize, limits: &Limits) -> Result<DeepPart, Error> {
    let source = Source::open(&info.path)?;
    match (source.format()?, info.format) {
        (FileFormat::Exr, FileFormat::Exr) => exr::read_deep(&source, info, part, limits),
        (now, then) if now == then => Err(Error::unsupported(&info.path, "", "its pixels are not deep")),
        _ => Err(Error::Changed { path: info.path.clone() }),
    }
}

/// Refuses what is over `limits`, before memory is taken.
fn check_size(path: &Path, window: Window, channels: usize, limits: &Limits) -> Result<(), Error> {
    let path = path.to_owned();
    if window.pixels() > limits.max_pixels {
        let (width, height) = (window.width, window.height);
        return Err(Error::TooLarge { width, height, limit: limits.max_pixels, path });
    }
    if channels > limits.max_channels {
        return Err(Error::TooManyChannels { channels, limit: limits.max_channels, path });
    }
    Ok(())
}

/// The panic of a foreign decoder as an error: one damaged file must not end the run.
fn catch_panic<T>(
    decode: impl FnOnce() -> Result<T, Error>,
    on_panic: impl FnOnce(String) -> Error,
) -> Result<T, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Err(on_panic(format!("the decoder gave up ({})", text.unwrap_or_default())))
    })
}
