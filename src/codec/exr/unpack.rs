//! One chunk's data becomes the samples of its block, whatever the compression.

use std::cell::RefCell;

use exr::meta::BlockDescription;
use exr::meta::attribute as meta;
use exr::meta::header::Header as CodecHeader;
use libdeflater::Decompressor;

use crate::image::SampleType;

use super::super::catch_text;
use super::block::Block;
use super::header::{Channel, Part};
use super::{piz, pxr24, zip};

/// Room to work in, kept by each thread: nothing is allocated for a block of a size met before.
pub struct Scratch {
    /// A run of chunks as they lie in the file.
    pub packed: Vec<u8>,
    /// What decompressors use.
    pub unpacker: Unpacker,
}

/// Tables and intermediate bytes of the decompressors.
pub struct Unpacker {
    raw: Vec<u8>,
    inflate: Decompressor,
    piz: piz::Scratch,
}

impl Unpacker {
    fn new() -> Self {
        Self { raw: Vec::new(), inflate: Decompressor::new(), piz: piz::Scratch::default() }
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> =
        RefCell::new(Scratch { packed: Vec::new(), unpacker: Unpacker::new() });
}

/// Lends the room of this thread.
pub fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(work)
}

/// Decompresses `packed` and puts the wanted channels of `block` where they go.
///
/// # Errors
/// In words, when the data is damaged. The outputs hold anything then.
pub fn unpack(
    part: &Part,
    packed: &[u8],
    block: &mut Block<'_>,
    unpacker: &mut Unpacker,
) -> Result<(), String> {
    let bytes = block.bytes();
    // A chunk that would not shrink is stored as it is.
    if packed.len() == bytes {
        return scatter(packed, block);
    }
    let Unpacker { raw, inflate, piz } = unpacker;
    match part.compression.id() {
        0 => Err(format!("it has {} bytes instead of {bytes}", packed.len())),
        1 => {
            let raw = room(raw, bytes);
            zip::unrle(packed, raw)?;
            zip::reconstruct(raw, block);
            Ok(())
        }
        2 | 3 => {
            let raw = room(raw, bytes);
            zip::inflate(inflate, packed, raw)?;
            zip::reconstruct(raw, block);
            Ok(())
        }
        4 => piz::decode(packed, block, piz),
        5 => pxr24::decode(packed, block, inflate, raw),
        _ => by_crate(part, packed, block),
    }
}

/// The first `bytes` of `room`, which grows as needed; they hold anything.
pub fn room(room: &mut Vec<u8>, bytes: usize) -> &mut [u8] {
    if room.len() < bytes {
        // Nothing in it is worth moving.
        room.clear();
        room.resize(bytes, 0);
    }
    &mut room[..bytes]
}

/// Copies the wanted rows out of all rows as blocks store them.
fn scatter(mut raw: &[u8], block: &mut Block<'_>) -> Result<(), String> {
    block.rows(|row| {
        let (from, rest) = raw.split_at(row.bytes);
        raw = rest;
        if let Some(output) = row.output {
            output.copy_from_slice(from);
        }
        Ok(())
    })
}

/// B44 and B44A, which are rare: the `exr` crate's decoders.
fn by_crate(part: &Part, packed: &[u8], block: &mut Block<'_>) -> Result<(), String> {
    let header = codec_header(part).ok_or("it cannot be decompressed")?;
    let width = block.channels.iter().map(|c| c.width * c.channel.sampling.0 as usize).max().unwrap_or(0);
    let section = meta::IntegerBounds::new((0, block.y), (width, block.lines));
    let decode = || {
        let bytes = packed.to_vec();
        let raw = header.compression.decompress_image_section_from_le(&header, bytes, section, false);
        raw.map_err(|error| error.to_string())
    };
    let raw = catch_text(decode)?;
    if raw.len() != block.bytes() {
        return Err(format!("{} bytes came out instead of {}", raw.len(), block.bytes()));
    }
    scatter(&raw, block)
}

/// The little that the crate's decompressors ask of a header.
fn codec_header(part: &Part) -> Option<CodecHeader> {
    // Of names, only the last piece matters (to DWA), and `Text` takes no others than these.
    let plain = |name: &str| name.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect::<String>();
    let channel = |c: &Channel| meta::ChannelDescription {
        name: plain(&c.name).as_str().into(),
        sample_type: match c.sample_type {
            SampleType::F16 => meta::SampleType::F16,
            SampleType::F32 => meta::SampleType::F32,
            _ => meta::SampleType::U32,
        },
        quantize_linearly: c.linear,
        sampling: exr::math::Vec2(c.sampling.0 as usize, c.sampling.1 as usize),
    };
    let size = exr::math::Vec2(part.data_window.width as usize, part.data_window.height as usize);
    let mut header = CodecHeader::new("".into(), size, part.channels.iter().map(channel).collect());
    header.compression = part.compression.crate_codec()?;
    header.blocks = part.tiles.map_or(BlockDescription::ScanLines, |tiles| {
        BlockDescription::Tiles(meta::TileDescription {
            tile_size: exr::math::Vec2(tiles.width as usize, tiles.height as usize),
            level_mode: meta::LevelMode::Singular,
            rounding_mode: exr::math::RoundingMode::Down,
        })
    });
    Some(header)
}
