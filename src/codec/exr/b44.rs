//! B44 and B44A, which are rare: the `exr` crate's decoder, a channel at a time.
//!
//! Halves are cut into squares of 4 by 4, each in 14 bytes, or in 3 where it is flat; other types are
//! stored as they are. Source: OpenEXR, `ImfB44Compressor`.

use exr::compression::Compression;
use exr::math::{RoundingMode, Vec2};
use exr::meta::BlockDescription;
use exr::meta::attribute::{ChannelDescription, IntegerBounds, LevelMode, SampleType, TileDescription};
use exr::meta::header::Header;

use super::super::catch_text;
use super::block::{Block, BlockChannel};

/// A third byte of at least this much begins a flat square.
const FLAT: u8 = 13 << 2;

/// Decodes one chunk.
///
/// # Errors
/// In words, when the data is damaged.
pub fn decode(mut packed: &[u8], block: &mut Block<'_>) -> Result<(), String> {
    let ends = || "its data ends too soon".to_owned();
    for channel in &mut block.channels {
        let bytes = if channel.is_half() { squares_bytes(channel, packed) } else { Some(channel.bytes()) };
        let (own, rest) = bytes.and_then(|bytes| packed.split_at_checked(bytes)).ok_or_else(ends)?;
        packed = rest;
        if channel.output.is_none() || channel.bytes() == 0 {
            continue;
        }
        if channel.is_half() {
            write(channel, &halves(channel, own)?);
        } else {
            write(channel, own);
        }
    }
    if packed.is_empty() { Ok(()) } else { Err(format!("it has {} bytes too many", packed.len())) }
}

/// How many of the bytes of `packed` belong to a channel.
fn squares_bytes(channel: &BlockChannel<'_>, packed: &[u8]) -> Option<usize> {
    let squares = channel.width.div_ceil(4) * channel.height.div_ceil(4);
    (0..squares).try_fold(0, |at, _| Some(at + if *packed.get(at + 2)? >= FLAT { 3 } else { 14 }))
}

/// All samples of a channel, row by row.
fn halves(channel: &BlockChannel<'_>, packed: &[u8]) -> Result<Vec<u8>, String> {
    // The crate takes data of just the size of the samples for samples that are stored as they are:
    // then a second channel, whose squares are all flat, keeps the sizes apart.
    let squares = channel.width.div_ceil(4) * channel.height.div_ceil(4);
    let mut bytes = packed.to_vec();
    let count = if packed.len() == channel.bytes() { 2 } else { 1 };
    bytes.extend([0, 0, FLAT].repeat(squares * (count - 1)));
    let description = |name: &str| ChannelDescription {
        name: name.into(),
        sample_type: SampleType::F16,
        quantize_linearly: channel.channel.linear,
        sampling: Vec2(1, 1),
    };
    let channels = ["a", "b"].iter().take(count).map(|name| description(name)).collect();
    let size = Vec2(channel.width, channel.height);
    let mut header = Header::new("".into(), size, channels);
    header.compression = Compression::B44;
    header.blocks = BlockDescription::Tiles(TileDescription {
        tile_size: size,
        level_mode: LevelMode::Singular,
        rounding_mode: RoundingMode::Down,
    });
    let bounds = IntegerBounds::new((0, 0), size);
    let decode = || {
        let decoded = header.compression.decompress_image_section_from_le(&header, bytes, bounds, false);
        decoded.map_err(|error| error.to_string())
    };
    let decoded = catch_text(decode)?;
    if decoded.len() != count * channel.bytes() {
        return Err(format!("{} bytes came out instead of {}", decoded.len(), count * channel.bytes()));
    }
    // Line by line, the channels of a line one after the other.
    let rows = decoded.chunks_exact(channel.row_bytes()).step_by(count);
    Ok(if count == 1 { decoded } else { rows.collect::<Vec<_>>().concat() })
}

fn write(channel: &mut BlockChannel<'_>, samples: &[u8]) {
    let bytes = channel.row_bytes();
    let Some(output) = &mut channel.output else { return };
    samples
        .chunks_exact(bytes)
        .enumerate()
        .for_each(|(row, from)| output.row(row, bytes).copy_from_slice(from));
}
