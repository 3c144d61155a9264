//! PIZ: a wavelet over 16-bit numbers, then a Huffman code.
//!
//! All samples of a block are cut into 16-bit values. A bitmap tells which values occur; each is
//! replaced by its rank among them. Then channels follow one another, each whole: its rows, 32-bit
//! samples as two ranks, the lower half first. Each channel goes through the wavelet, and all
//! together through one Huffman code. So decoding ends after the last channel that is wanted.
//!
//! Source: the behaviour of OpenEXR's library.

mod wavelet;

use super::block::{Block, Rows};
use super::huffman::{self, Wanted};

/// 16-bit values there are.
const VALUES: usize = 1 << 16;
/// Bytes of a bitmap of all values.
const BITMAP_BYTES: usize = VALUES / 8;

/// Memory of the decoder, kept to be used again.
#[derive(Default)]
pub struct Scratch {
    huffman: huffman::Scratch,
    /// Values by rank, [`VALUES`] of them once used.
    values: Vec<u16>,
    /// Ranks of the channels.
    ranks: Vec<u16>,
    wavelet: Vec<u16>,
}

/// Decodes a block and puts the wanted rows where they go.
///
/// # Errors
/// In words, when the block is damaged.
pub fn decode(packed: &[u8], block: &mut Block<'_>, scratch: &mut Scratch) -> Result<(), String> {
    let wanted =
        block.channels.iter().rposition(|channel| channel.output.is_some()).map_or(0, |last| last + 1);
    let count = block.channels.len();
    let wanted = &mut block.channels[..wanted];
    let needed = wanted.iter().map(|channel| channel.bytes() / 2).sum();
    if needed == 0 {
        return Ok(());
    }
    let (greatest, rest) = read_values(packed, &mut scratch.values)?;
    let (length, rest) = rest.split_first_chunk().ok_or(CUT_SHORT)?;
    let codes = rest.get(..u32::from_le_bytes(*length) as usize).ok_or(CUT_SHORT)?;
    if scratch.ranks.len() < needed {
        scratch.ranks.resize(needed, 0);
    }
    let asked = if wanted.len() == count { Wanted::All } else { Wanted::First };
    huffman::decode(codes, &mut scratch.ranks[..needed], asked, &mut scratch.huffman)?;

    let values = scratch.values.as_slice().try_into().expect("made with as many values");
    let mut ranks = &mut scratch.ranks[..];
    for channel in wanted {
        let (own, after) = ranks.split_at_mut(channel.bytes() / 2);
        ranks = after;
        let (width, height, half) = (channel.width, channel.height, channel.is_half());
        if let Some(output) = &mut channel.output {
            wavelet::invert(own, (width, height), half, greatest, &mut scratch.wavelet);
            write(own, width * if half { 1 } else { 2 }, values, output);
        }
    }
    Ok(())
}

const CUT_SHORT: &str = "it is cut short";

/// Reads the bitmap at the start of `packed` into `values`, by rank; returns the greatest rank and
/// what follows.
fn read_values<'p>(packed: &'p [u8], values: &mut Vec<u16>) -> Result<(u16, &'p [u8]), String> {
    let (ends, rest) = packed.split_first_chunk::<4>().ok_or(CUT_SHORT)?;
    let first = usize::from(u16::from_le_bytes([ends[0], ends[1]]));
    let last = usize::from(u16::from_le_bytes([ends[2], ends[3]]));
    if last >= BITMAP_BYTES {
        return Err(format!("its bitmap claims {} bytes", last + 1));
    }
    let bytes = (last + 1).saturating_sub(first);
    let (bitmap, rest) = rest.split_at_checked(bytes).ok_or(CUT_SHORT)?;
    values.clear();
    values.push(0);
    for (byte, &bits) in (first..).zip(bitmap) {
        let mut bits = if byte == 0 { bits & !1 } else { bits };
        while bits != 0 {
            values.push((byte * 8) as u16 + bits.trailing_zeros() as u16);
            bits &= bits - 1;
        }
    }
    let greatest = (values.len() - 1) as u16;
    values.resize(VALUES, 0);
    Ok((greatest, rest))
}

/// Writes rows of `width` values to `output`.
fn write(ranks: &[u16], width: usize, values: &[u16; VALUES], output: &mut Rows<'_>) {
    if width == 0 {
        return;
    }
    for (index, row) in ranks.chunks_exact(width).enumerate() {
        let out = output.row(index, width * 2);
        for (out, &rank) in out.as_chunks_mut::<2>().0.iter_mut().zip(row) {
            *out = values[usize::from(rank)].to_le_bytes();
        }
    }
}
