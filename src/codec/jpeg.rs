//! JPEG through `zune-jpeg`: RGB or grey, 8 bits.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use crate::image::{Aov, ImageInfo, Plane, SampleType, Window};

use super::flat::{self, Flat};
use super::source::Source;
use super::{Error, Limits, catch_panic, check_size};

/// A block of 64 samples takes one bit at least, its chroma a quarter of that of its luma.
const MAX_RATIO: u64 = 4096;

/// Size and channels; also finds a file that is cut short.
pub fn read_info(source: &Source, limits: &Limits) -> Result<ImageInfo, Error> {
    let bytes = source.read_all()?;
    let (flat, _) = open(source, &bytes, limits)?;
    Ok(flat.info(source))
}

/// Decodes the picture once for all `aovs`.
pub fn read_planes(
    source: &Source,
    info: &ImageInfo,
    aovs: &[&Aov],
    limits: &Limits,
) -> Result<Vec<Result<Plane, Error>>, Error> {
    let bytes = source.read_all()?;
    let (flat, mut decoder) = open(source, &bytes, limits)?;
    flat.check_unchanged(source, info)?;
    flat.check_memory(source, MAX_RATIO)?;
    let decode = || decoder.decode().map_err(|error| failed(source, &error));
    let pixels = catch_panic(decode, |reason| Error::damaged(&source.path, "", reason))?;
    let count = flat.channels.len();
    let pick = |channel: usize| flat::bytes_of(&pixels, count, channel);
    flat::planes(source, &flat, aovs, &pixels, pick)
}

type Decoder<'a> = JpegDecoder<ZCursor<&'a [u8]>>;

fn open<'a>(source: &Source, bytes: &'a [u8], limits: &Limits) -> Result<(Flat, Decoder<'a>), Error> {
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default().set_max_width(side).set_max_height(side);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let headers = || {
        decoder.decode_headers().map_err(|error| failed(source, &error))?;
        Ok((decoder.dimensions(), decoder.input_colorspace(), decoder.icc_profile().is_some()))
    };
    let headers = catch_panic(headers, |reason| Error::damaged(&source.path, "", reason));
    let (size, space, profile) =
        headers.map_err(|error| if is_whole(bytes) { error } else { cut(source) })?;
    let (width, height) = size.ok_or_else(|| Error::damaged(&source.path, "", "it has no size"))?;
    let (channels, space): (&[&str], _) = match space {
        Some(ColorSpace::Luma) => (&["Y"], ColorSpace::Luma),
        Some(ColorSpace::YCbCr | ColorSpace::RGB) => (&["R", "G", "B"], ColorSpace::RGB),
        other => {
            let name = other.map_or_else(|| "unknown colours".to_owned(), |space| format!("{space:?}"));
            let reason = format!("JPEG in {name} is not supported: convert it to RGB");
            return Err(Error::unsupported(&source.path, "", reason));
        }
    };
    let window = Window::of_size(width as u32, height as u32);
    check_size(&source.path, window, channels.len(), limits)?;
    if !is_whole(bytes) {
        return Err(cut(source));
    }
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let notes = if profile { vec![flat::PROFILE_NOTE.to_owned()] } else { Vec::new() };
    let format = crate::image::FileFormat::Jpeg;
    Ok((Flat { format, window, channels, sample_type: SampleType::U8, notes }, decoder))
}

fn cut(source: &Source) -> Error {
    Error::incomplete(&source.path, "its end marker (FF D9) is missing")
}

fn failed(source: &Source, error: &DecodeErrors) -> Error {
    let text = format!("the JPEG does not decode: {error}");
    match error {
        DecodeErrors::Unsupported(_) => Error::unsupported(&source.path, "", text),
        _ => Error::damaged(&source.path, "", text),
    }
}

/// Whether the end marker of the picture is there; an embedded thumbnail's does not count.
fn is_whole(bytes: &[u8]) -> bool {
    if bytes.ends_with(&[0xff, 0xd9]) {
        return true;
    }
    let mut at = 2;
    while let Some(&[first, marker]) = bytes.get(at..at + 2) {
        if first != 0xff {
            at += 1; // entropy-coded data, or bytes between segments
            continue;
        }
        at = match marker {
            0xd9 => return true,
            0xff => at + 1,
            0x00 | 0x01 | 0xd0..=0xd8 => at + 2,
            _ => match bytes.get(at + 2..at + 4) {
                Some(&[high, low]) => at + 2 + usize::from(u16::from_be_bytes([high, low])).max(2),
                _ => return false,
            },
        };
    }
    false
}
