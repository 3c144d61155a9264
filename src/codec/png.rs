//! PNG through the `png` crate: 8 or 16 bits, palettes and transparent colours expanded.

use std::io::{BufReader, Seek};

use png::{BitDepth, ColorType, DecodingError, Transformations};

use crate::image::{Aov, FileFormat, ImageInfo, Plane, SampleType, Window};

use super::flat::{self, Flat};
use super::source::{Cursor, Source};
use super::{Error, Limits, catch_panic, check_size};

/// Most memory for all that is not pixels: a line, palette, profile.
const MAX_SIDE_BYTES: usize = 256 << 20;
/// Deflate grows at most so many times.
const MAX_RATIO: u64 = 1100;

/// Size and channels; also finds a file that is cut short.
pub fn read_info(source: &Source, limits: &Limits) -> Result<ImageInfo, Error> {
    let (flat, _) = open(source, limits)?;
    Ok(flat.info(source))
}

/// Decodes the picture once for all `aovs`.
pub fn read_planes(
    source: &Source,
    info: &ImageInfo,
    aovs: &[&Aov],
    limits: &Limits,
) -> Result<Vec<Result<Plane, Error>>, Error> {
    let (flat, mut reader) = open(source, limits)?;
    flat.check_unchanged(source, info)?;
    flat.check_memory(source, MAX_RATIO)?;
    let decode = || {
        let size = reader.output_buffer_size().unwrap_or(0);
        let mut pixels = vec![0; size];
        reader.next_frame(&mut pixels).map_err(|error| failed(source, &error))?;
        Ok(pixels)
    };
    let pixels = catch_panic(decode, |reason| Error::damaged(&source.path, "", reason))?;
    let count = flat.channels.len();
    let pick = |channel: usize| match flat.sample_type {
        SampleType::U16 => flat::words_of(&pixels, count, channel),
        _ => flat::bytes_of(&pixels, count, channel),
    };
    flat::planes(source, &flat, aovs, &pixels, pick)
}

type Reader<'a> = png::Reader<BufReader<Cursor<'a>>>;

fn open<'a>(source: &'a Source, limits: &Limits) -> Result<(Flat, Reader<'a>), Error> {
    let opened = || {
        let limit = png::Limits { bytes: MAX_SIDE_BYTES };
        let mut decoder = png::Decoder::new_with_limits(source.reader(), limit);
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        let header = decoder.read_header_info().map_err(|error| failed(source, &error))?;
        check_size(&source.path, Window::of_size(header.width, header.height), 4, limits)?;
        decoder.read_info().map_err(|error| failed(source, &error))
    };
    let reader = catch_panic(opened, |reason| Error::damaged(&source.path, "", reason))?;
    check_end(source)?;
    let (colour, depth) = reader.output_color_type();
    let channels: &[&str] = match colour {
        ColorType::Grayscale => &["Y"],
        ColorType::GrayscaleAlpha => &["Y", "A"],
        ColorType::Rgb | ColorType::Indexed => &["R", "G", "B"],
        ColorType::Rgba => &["R", "G", "B", "A"],
    };
    let sample_type = if depth == BitDepth::Sixteen { SampleType::U16 } else { SampleType::U8 };
    let info = reader.info();
    let window = Window::of_size(info.width, info.height);
    let mut notes = Vec::new();
    if info.icc_profile.is_some() {
        notes.push(flat::PROFILE_NOTE.to_owned());
    }
    if let Some(gamma) = info.gama_chunk {
        notes.push(format!("its gamma of {} is not applied: values are as stored", gamma.into_value()));
    }
    if info.is_animated() {
        notes.push("an animation: only its still picture is read".to_owned());
    }
    Ok((Flat { format: FileFormat::Png, window, channels, sample_type, notes }, reader))
}

fn failed(source: &Source, error: &DecodingError) -> Error {
    match error {
        DecodingError::IoError(error) => Error::io(&source.path, error),
        error => Error::damaged(&source.path, "", format!("the PNG does not decode: {error}")),
    }
}

/// Chunks must lead to `IEND`; a writer that has not finished leaves it out.
fn check_end(source: &Source) -> Result<(), Error> {
    const END: &[u8; 12] = b"\0\0\0\0IEND\xae\x42\x60\x82";
    let mut tail = [0; 12];
    if source.len >= 20 {
        source.read_at(source.len - 12, &mut tail)?;
        if &tail == END {
            return Ok(());
        }
    }
    let mut reader = source.reader();
    let mut head = [0; 8];
    let mut position = 8;
    let cut = || Error::incomplete(&source.path, "its last chunk (IEND) is missing");
    while position + 12 <= source.len {
        use std::io::Read;
        let read = reader.seek(std::io::SeekFrom::Start(position)).and_then(|_| reader.read_exact(&mut head));
        read.map_err(|error| Error::io(&source.path, &error))?;
        if &head[4..] == b"IEND" {
            return Ok(());
        }
        position += 12 + u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
    }
    Err(cut())
}
