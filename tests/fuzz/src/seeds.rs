//! Sound inputs for the target `exr_blocks`: what a writer packs into the chunks of small pictures.

use std::io::Cursor;
use std::path::Path;

use exr::prelude::*;

use crate::recipe::{CHANNELS, COMPRESSIONS, Recipe};

/// Writes one input per compression and set of channels into the folder that `SEEDS` names, and
/// ends the process; does nothing without it.
///
/// # Panics
/// When it cannot.
pub fn write_if_asked() {
    let Some(folder) = std::env::var_os("SEEDS") else { return };
    std::fs::create_dir_all(&folder).expect("a folder");
    for compression in 0..COMPRESSIONS {
        for (set, channels) in CHANNELS.iter().enumerate() {
            if channels.iter().any(|channel| channel.2 != 1) {
                continue; // The writer knows no sampling.
            }
            let recipe = Recipe { compression, channels: set as u8, width: 33, height: 35, flags: 0 };
            let input = [&recipe.head()[..], &chunks(&written(recipe))].concat();
            std::fs::write(Path::new(&folder).join(format!("{compression}-{set}")), input).expect("written");
        }
    }
    std::process::exit(0);
}

/// The picture of a recipe, by another's writer.
fn written(recipe: Recipe) -> Vec<u8> {
    let compression = match recipe.compression {
        0 => Compression::Uncompressed,
        1 => Compression::RLE,
        2 => Compression::ZIP1,
        3 => Compression::ZIP16,
        4 => Compression::PIZ,
        5 => Compression::PXR24,
        6 => Compression::B44,
        7 => Compression::B44A,
        8 => Compression::DWAA(None),
        _ => Compression::DWAB(None),
    };
    let size = (usize::from(recipe.width), usize::from(recipe.height));
    let value = |i: usize| (i % size.0) as f32 / 40.0 + (i / size.0 % 7 * i % 11) as f32 / 100.0;
    let indices = 0..size.0 * size.1;
    let channel = |&(name, sample_type, _): &crate::recipe::Channel| {
        let samples = match sample_type {
            0 => FlatSamples::U32(indices.clone().map(|i| i as u32 / 50).collect()),
            1 => FlatSamples::F16(indices.clone().map(|i| f16::from_f32(value(i))).collect()),
            _ => FlatSamples::F32(indices.clone().map(value).collect()),
        };
        AnyChannel::new(name, samples)
    };
    let encoding = Encoding { compression, line_order: LineOrder::Increasing, blocks: Blocks::ScanLines };
    let channels = AnyChannels::sort(recipe.channels().iter().map(channel).collect());
    let mut bytes = Cursor::new(Vec::new());
    Image::from_encoded_channels(size, encoding, channels)
        .write()
        .non_parallel()
        .to_buffered(&mut bytes)
        .expect("written");
    bytes.into_inner()
}

/// The data of the chunks of a file of one part, each after its length.
fn chunks(file: &[u8]) -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("4 bytes")) as usize;
    let text_end = |at: usize| at + file[at..].iter().position(|&byte| byte == 0).expect("an end") + 1;
    let mut at = 8;
    while file[at] != 0 {
        at = text_end(text_end(at));
        at += 4 + word(at);
    }
    // The offset of the first chunk tells how many there are: the table ends there.
    let table = at + 1;
    let first = u64::from_le_bytes(file[table..table + 8].try_into().expect("8 bytes")) as usize;
    let (mut chunk, mut data) = (first, Vec::new());
    while chunk < file.len() {
        let len = word(chunk + 4);
        data.extend((len as u16).to_le_bytes());
        data.extend(&file[chunk + 8..chunk + 8 + len]);
        chunk += 8 + len;
    }
    data
}
