//! Bytes become images: EXR, PNG, JPEG.
//!
//! The format is told from the first bytes, never from the name. A header is read without pixels
//! ([`read_info`]); any number of AOVs come from one read ([`read_planes`]), each sample exactly as
//! stored. Nothing panics and no unbounded memory is taken, whatever the bytes ([`Limits`]).
//!
//! # What is read
//!
//! | EXR | |
//! |---|---|
//! | NONE, RLE, ZIPS, ZIP, PIZ, PXR24, DWAA, DWAB, ZSTD | read, by own decoders (DWA: the bits that OpenEXR's vector code gives) |
//! | B44, B44A | read, through the `exr` crate |
//! | HTJ2K256, HTJ2K32, LJ2K | header, parts and AOVs are told; pixels are refused: there is no decoder to build on |
//! | scan lines in any order, tiles | read |
//! | mip maps, rip maps | the full resolution is read; smaller levels serve [`read_preview`] |
//! | deep scan lines and tiles (NONE, RLE, ZIPS, ZSTD) | flattened front to back as OpenEXR's `DeepCompositing` does; the number of samples is the AOV `samples`; all samples by [`read_deep`] |
//! | multi-part, multi-view | read; the part's or view's name tells AOVs of one name apart |
//! | half, float, uint, mixed | read as stored |
//! | subsampled channels | read; every pixel has the stored sample that stands for it. Of tiles, or where the sampling does not divide the data window: refused, as OpenEXR does |
//! | Y, RY, BY | one AOV, compared as stored, shown as RGB |
//! | any data and display window, overscan, negative origins | read; coordinates are absolute |
//! | names of up to 1023 bytes, of any characters | read |
//! | zero or wrong offset tables | the chunks are walked from one to the next |
//! | files cut short, or still being written | what is there is read; the rest is [`Plane::unreadable`], and [`ImageInfo::incomplete`] says why |
//! | damaged chunks | told by part, position and reason; the rest of the picture is read |
//! | versions other than 2 | refused |
//!
//! | PNG | |
//! |---|---|
//! | 8 and 16 bits; grey, RGB, alpha as stored | read, exactly |
//! | 1, 2, 4 bits, palettes, transparent colours | read as 8 bits (16 for a 16-bit transparent colour), palettes as their colours |
//! | interlaced | read |
//! | ICC profile, gAMA | not applied, told by a note |
//! | animations | their still picture is read, told by a note |
//! | sBIT | not applied: samples are as stored |
//! | cut short or damaged | refused as a whole |
//!
//! | JPEG | |
//! |---|---|
//! | baseline and progressive; grey, RGB (YCbCr) | read |
//! | CMYK, YCCK | refused: there is one meaning too many for what is stored |
//! | 12 bits, arithmetic coding, lossless | refused by name |
//! | ICC profile | not applied, told by a note |
//! | cut short or damaged | refused as a whole |
//!
//! A file of DWA has lost more than its pictures: every half or float channel whose name ends in `R`,
//! `G`, `B`, `Y`, `RY` or `BY` was stored with loss, ids and the Y of normals among them. Such losses
//! are told by [`PartInfo::notes`](crate::image::PartInfo).

mod error;
mod exr;
mod flat;
mod jpeg;
mod manifest;
mod png;
mod source;

pub use error::{Error, Limits};
pub use exr::DeepPart;
pub use manifest::read_object_names;

use std::path::Path;

use crate::image::{Aov, FileFormat, ImageInfo, Plane, Window};

use exr::Wish;
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
/// Only the channels of these AOVs are converted, and only what they need is read where the format
/// lets.
///
/// What is damaged or not there yet is told by [`Plane::unreadable`]; a plane of which no pixel can
/// be had is an error.
///
/// Blocks of an EXR are decoded on the current rayon pool.
pub fn read_planes(info: &ImageInfo, aovs: &[&Aov], limits: &Limits) -> Vec<Result<Plane, Error>> {
    read(info, aovs, Wish::Whole, limits).unwrap_or_default()
}

/// As [`read_planes`], of the pixels of `region` (absolute) alone: planes whose data window is what
/// the file has of it. Of an EXR only the chunks that have such pixels are read.
///
/// A plane of which the file has no such pixel is an error.
pub fn read_region(
    info: &ImageInfo,
    aovs: &[&Aov],
    region: Window,
    limits: &Limits,
) -> Vec<Result<Plane, Error>> {
    read(info, aovs, Wish::Region(region), limits).unwrap_or_default()
}

/// As [`read_planes`], roughly and much faster: planes of full size in which a line or column may
/// stand for up to `step` of them. `None` where the file has no faster way (no smaller resolution
/// levels, and more than one line in a chunk).
///
/// For looking at while the whole is decoded, never for figures.
pub fn read_preview(
    info: &ImageInfo,
    aovs: &[&Aov],
    step: u32,
    limits: &Limits,
) -> Option<Vec<Result<Plane, Error>>> {
    read(info, aovs, Wish::Preview(step), limits)
}

fn read(info: &ImageInfo, aovs: &[&Aov], wish: Wish, limits: &Limits) -> Option<Vec<Result<Plane, Error>>> {
    let planes = || {
        let source = Source::open(&info.path)?;
        if source.format()? != info.format {
            return Err(Error::Changed { path: info.path.clone() });
        }
        check_bytes(info, aovs, wish, limits)?;
        let flat = match (info.format, wish) {
            (FileFormat::Exr, _) => return exr::read_planes(&source, info, aovs, wish, limits),
            (_, Wish::Preview(_)) => return Ok(None),
            (FileFormat::Png, _) => png::read_planes(&source, info, aovs, limits)?,
            (FileFormat::Jpeg, _) => jpeg::read_planes(&source, info, aovs, limits)?,
        };
        let Wish::Region(area) = wish else { return Ok(Some(flat)) };
        Ok(Some(flat.into_iter().map(|plane| crop(&plane?, area, &info.path)).collect()))
    };
    planes().unwrap_or_else(|error: Error| Some(aovs.iter().map(|_| Err(error.clone())).collect()))
}

/// The pixels of `area`, one at least.
fn crop(plane: &Plane, area: Window, path: &Path) -> Result<Plane, Error> {
    match plane.crop(area) {
        plane if plane.data_window.is_empty() => {
            let reason = format!("no pixel of the region {area} is in its data window");
            Err(Error::unsupported(path, "", reason))
        }
        plane => Ok(plane),
    }
}

/// Refuses what would take too much memory, before any is taken.
fn check_bytes(info: &ImageInfo, aovs: &[&Aov], wish: Wish, limits: &Limits) -> Result<(), Error> {
    let bytes_of = |aov: &Aov| {
        let Some(part) = info.parts.get(aov.part) else { return 0 };
        let window = match wish {
            Wish::Region(area) => area.intersection(&part.data_window),
            Wish::Whole | Wish::Preview(_) => part.data_window,
        };
        window.pixels().saturating_mul(aov.channels.iter().map(|c| c.sample_type.bytes() as u64).sum())
    };
    let bytes = aovs.iter().fold(0_u64, |sum, aov| sum.saturating_add(bytes_of(aov)));
    if bytes > limits.max_bytes {
        return Err(Error::TooMuchMemory { bytes, limit: limits.max_bytes, path: info.path.clone() });
    }
    Ok(())
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
    catch(decode).unwrap_or_else(|text| Err(on_panic(text)))
}

/// As [`catch_panic`], for decoders whose errors are words.
fn catch_text<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch(decode).unwrap_or_else(Err)
}

fn catch<T>(decode: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        format!("the decoder gave up ({})", text.unwrap_or_default())
    })
}
