//! PXR24: differences of neighbours, cut into planes of bytes, deflated.
//!
//! Floats lose their low 8 bits when they are written; halves and uints keep all. Each row of each
//! channel is stored as planes, that of the highest bytes first, of the differences of each sample to
//! the one before (0 before the first). Source: OpenEXR, `ImfPxr24Compressor`.

use libdeflater::Decompressor;

use crate::image::SampleType;

use super::block::Block;
use super::unpack::room;
use super::zip::inflate;

/// Decodes one chunk.
///
/// # Errors
/// In words, when the data is damaged.
pub fn decode(
    packed: &[u8],
    block: &mut Block<'_>,
    decompressor: &mut Decompressor,
    raw: &mut Vec<u8>,
) -> Result<(), String> {
    let samples = |c: &super::block::BlockChannel<'_>| c.width * c.height;
    let bytes = block.channels.iter().map(|c| samples(c) * stored_bytes(c.channel.sample_type)).sum();
    let raw = room(raw, bytes);
    inflate(decompressor, packed, raw)?;
    let mut rest = &*raw;
    block.rows(|row| {
        let samples = row.bytes / row.sample_type.bytes();
        let (planes, after) = rest.split_at(samples * stored_bytes(row.sample_type));
        rest = after;
        if let Some(output) = row.output {
            match row.sample_type {
                SampleType::F16 => halves(planes, samples, output),
                SampleType::F32 => words::<3>(planes, samples, output),
                _ => words::<4>(planes, samples, output),
            }
        }
        Ok(())
    })
}

const fn stored_bytes(sample_type: SampleType) -> usize {
    match sample_type {
        SampleType::F16 => 2,
        SampleType::F32 => 3,
        _ => 4,
    }
}

fn halves(planes: &[u8], samples: usize, output: &mut [u8]) {
    let (high, low) = planes.split_at(samples);
    let mut sum = 0u16;
    for ((high, low), out) in high.iter().zip(low).zip(output.as_chunks_mut::<2>().0) {
        sum = sum.wrapping_add(u16::from_be_bytes([*high, *low]));
        *out = sum.to_le_bytes();
    }
}

/// Words of which `PLANES` bytes are stored, the highest ones.
fn words<const PLANES: usize>(planes: &[u8], samples: usize, output: &mut [u8]) {
    let plane: [&[u8]; PLANES] = std::array::from_fn(|p| &planes[p * samples..][..samples]);
    let mut sum = 0u32;
    for (i, out) in output.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let mut difference = 0;
        for (p, plane) in plane.iter().enumerate() {
            difference |= u32::from(plane[i]) << (24 - 8 * p);
        }
        sum = sum.wrapping_add(difference);
        *out = sum.to_le_bytes();
    }
}
