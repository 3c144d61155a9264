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
    /// Ranks of the lower and upper halves of a channel of 32 bits.
    parts: Vec<u16>,
    wavelet: Vec<u16>,
}

impl Scratch {
    /// Bytes of the memory kept for blocks.
    pub fn size_bytes(&self) -> usize {
        2 * (self.ranks.capacity() + self.parts.capacity() + self.wavelet.capacity())
    }
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
        let (columns, rows, half) = (channel.width, channel.height, channel.is_half());
        let Some(output) = channel.output.as_mut().filter(|_| !own.is_empty()) else { continue };
        if half {
            wavelet::invert(own, columns, rows, greatest, &mut scratch.wavelet);
            write_halves(own, columns, values, output);
        } else {
            let parts = &mut scratch.parts;
            if parts.len() < own.len() {
                parts.resize(own.len(), 0);
            }
            let (low, high) = parts[..own.len()].split_at_mut(columns * rows);
            for ((low, high), both) in low.iter_mut().zip(high.iter_mut()).zip(own.as_chunks::<2>().0) {
                [*low, *high] = *both;
            }
            wavelet::invert(low, columns, rows, greatest, &mut scratch.wavelet);
            wavelet::invert(high, columns, rows, greatest, &mut scratch.wavelet);
            write_words(low, high, columns, values, output);
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

/// Writes rows of 16-bit samples to `output`.
fn write_halves(ranks: &[u16], columns: usize, values: &[u16; VALUES], output: &mut Rows<'_>) {
    for (index, ranks) in ranks.chunks_exact(columns).enumerate() {
        let row = output.row(index, columns * 2).as_chunks_mut::<2>().0;
        for (out, &rank) in row.iter_mut().zip(ranks) {
            *out = values[usize::from(rank)].to_le_bytes();
        }
    }
}

/// Writes rows of 32-bit samples to `output`.
fn write_words(low: &[u16], high: &[u16], columns: usize, values: &[u16; VALUES], output: &mut Rows<'_>) {
    for (index, (low, high)) in low.chunks_exact(columns).zip(high.chunks_exact(columns)).enumerate() {
        let row = output.row(index, columns * 4).as_chunks_mut::<4>().0;
        for ((out, &low), &high) in row.iter_mut().zip(low).zip(high) {
            let (low, high) = (values[usize::from(low)], values[usize::from(high)]);
            *out = (u32::from(low) | u32::from(high) << 16).to_le_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_gives_the_values_in_order() {
        // Bytes 1 and 2: the values 9, 15 and 16; 0 always occurs.
        let packed = [1, 0, 2, 0, 0b1000_0010, 0b0000_0001, 77];
        let mut values = Vec::new();
        assert_eq!(read_values(&packed, &mut values), Ok((3, &[77][..])));
        assert_eq!((values.len(), &values[..5]), (VALUES, &[0, 9, 15, 16, 0][..]));

        assert_eq!(read_values(&[255, 31, 0, 0], &mut values), Ok((0, &[][..])), "no value but 0");
        let all = [vec![0, 0, 255, 31], vec![255; BITMAP_BYTES]].concat();
        assert_eq!(read_values(&all, &mut values), Ok((u16::MAX, &[][..])));
        assert!((0..=u16::MAX).eq(values.iter().copied()));

        assert_eq!(read_values(&packed[..5], &mut values), Err(CUT_SHORT.to_owned()));
        let far = read_values(&[0, 0, 0, 32], &mut values);
        assert_eq!(far, Err("its bitmap claims 8193 bytes".to_owned()));
    }
}
