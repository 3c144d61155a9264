//! Channels that were cosine-transformed: coefficients in, rows of pixels out.
//!
//! A channel is cut into squares of 8 x 8 pixels. AC coefficients stand square by square, in zig-zag
//! order with runs of zeros; red, green and blue take turns. DC coefficients stand channel by channel.

use half::f16;

use super::super::block::{Block, BlockChannel};
use super::rules::Group;
use super::transform::{Curve, curve, inverse_dc, inverse_dct, to_rgb};

/// By place in zig-zag order: place in columns of 8.
const ZIG_ZAG: [u8; 64] = [
    0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 32, 40, 33, 26, 19, 12, 5, 6, 13, 20, 27, 34, 41, 48,
    56, 49, 42, 35, 28, 21, 14, 7, 15, 22, 29, 36, 43, 50, 57, 58, 51, 44, 37, 30, 23, 31, 38, 45, 52, 59,
    60, 53, 46, 39, 47, 54, 61, 62, 55, 63,
];

const AC_ENDS: &str = "its AC data ends inside a block";

/// Squares of 8 x 8 pixels that cover a channel.
pub fn squares(channel: &BlockChannel<'_>) -> usize {
    channel.width.div_ceil(8).saturating_mul(channel.height.div_ceil(8))
}

/// Coefficients of the groups that are left, as bits of halves.
pub struct Coefficients<'a> {
    pub ac: &'a [u16],
    pub dc: &'a [u16],
}

impl<'a> Coefficients<'a> {
    /// The next `count` DC coefficients.
    fn take_dc(&mut self, count: usize) -> Result<&'a [u16], String> {
        let (dc, rest) = self.dc.split_at_checked(count).ok_or("it has too few DC values")?;
        self.dc = rest;
        Ok(dc)
    }

    /// Jumps over the AC coefficients of `squares` squares.
    fn skip_ac(&mut self, mut squares: usize) -> Result<(), String> {
        let mut values = self.ac.iter();
        let mut place = 1;
        while squares > 0 {
            place += places(*values.next().ok_or(AC_ENDS)?);
            let full = place >= 64;
            squares -= usize::from(full);
            place = if full { 1 } else { place };
        }
        self.ac = values.as_slice();
        Ok(())
    }

    /// Puts the AC coefficients of the next square into `columns`, which are 0 but for the first of
    /// all; returns the place of the last one, 0 if there is none.
    #[inline(always)]
    fn next_ac(&mut self, columns: &mut [[u16; 8]; 8]) -> Result<usize, String> {
        let columns = columns.as_flattened_mut();
        let mut values = self.ac.iter();
        let (mut place, mut last) = (1, 0);
        while place < 64 {
            let value = *values.next().ok_or(AC_ENDS)?;
            let run = value >= 0xff00;
            // A zero where a run begins does no harm, and spares a branch.
            columns[usize::from(ZIG_ZAG[place] & 63)] = if run { 0 } else { value };
            last = if run { last } else { place };
            place += places(value);
        }
        self.ac = values.as_slice();
        Ok(last)
    }
}

/// Places by which a value of the AC data leads on: 1 for a coefficient, or a run of zeros, of which
/// length 0 means more than there are.
#[inline(always)]
fn places(value: u16) -> usize {
    let [length, _] = value.to_le_bytes();
    if value < 0xff00 { 1 } else { usize::from(length.wrapping_sub(1)) + 1 }
}

/// Decodes the channels of `group`, which is the next of `coefficients`.
///
/// # Errors
/// In words, when there are too few coefficients.
pub fn decode(
    group: Group,
    coefficients: &mut Coefficients<'_>,
    block: &mut Block<'_>,
) -> Result<(), String> {
    let members = || group.channels().iter().map(|&index| &block.channels[index]);
    let squares = members().map(squares).sum();
    let dc = coefficients.take_dc(squares)?;
    if members().all(|channel| channel.output.is_none()) {
        return coefficients.skip_ac(squares);
    }
    let linear = matches!(group, Group::Alone([index]) if block.channels[index].channel.linear);
    let curve = (!linear).then(curve);
    const APART: &str = "the plan gives every channel to one group";
    match group {
        Group::Alone(alone) => {
            let channels = block.channels.get_disjoint_mut(alone).expect(APART);
            Task { dc, curve, channels }.run(coefficients)
        }
        Group::Rgb(rgb) => {
            let channels = block.channels.get_disjoint_mut(rgb).expect(APART);
            Task { dc, curve, channels }.run(coefficients)
        }
    }
}

/// The channels of a group.
struct Task<'a, 'b, const N: usize> {
    /// Channel by channel.
    dc: &'a [u16],
    /// `None` for values stored in linear light.
    curve: Option<&'static Curve>,
    /// Of one size.
    channels: [&'a mut BlockChannel<'b>; N],
}

/// Conversion of eight halves, as their bits.
trait Convert: Copy {
    fn widen(self, halves: [u16; 8]) -> [f32; 8];
    fn narrow(self, floats: [f32; 8]) -> [u16; 8];
}

impl<W, N> Convert for (W, N)
where
    W: Fn([u16; 8]) -> [f32; 8] + Copy,
    N: Fn([f32; 8]) -> [u16; 8] + Copy,
{
    #[inline(always)]
    fn widen(self, halves: [u16; 8]) -> [f32; 8] {
        self.0(halves)
    }

    #[inline(always)]
    fn narrow(self, floats: [f32; 8]) -> [u16; 8] {
        self.1(floats)
    }
}

impl<const N: usize> Task<'_, '_, N> {
    fn run(self, coefficients: &mut Coefficients<'_>) -> Result<(), String> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c") {
            #[allow(unsafe_code, reason = "the only way into code for newer processors")]
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { self.run_avx2(coefficients) };
        }
        let widen = |halves: [u16; 8]| halves.map(|half| f16::from_bits(half).to_f32());
        let narrow = |floats: [f32; 8]| floats.map(|float| f16::from_f32(float).to_bits());
        self.run_with(coefficients, (widen, narrow))
    }

    /// The same with vectors of eight. Nothing is fused or reordered, so every bit is the same, but
    /// for signs of NaN.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,f16c")]
    fn run_avx2(self, coefficients: &mut Coefficients<'_>) -> Result<(), String> {
        use std::arch::x86_64::{_MM_FROUND_TO_NEAREST_INT, _mm256_cvtph_ps, _mm256_cvtps_ph};
        let widen = |halves: [u16; 8]| bytemuck::cast(_mm256_cvtph_ps(bytemuck::cast(halves)));
        let narrow = |floats: [f32; 8]| {
            bytemuck::cast(_mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(bytemuck::cast(floats)))
        };
        self.run_with(coefficients, (widen, narrow))
    }

    /// Inlined into the two above, to be compiled for each.
    #[inline(always)]
    fn run_with(mut self, coefficients: &mut Coefficients<'_>, convert: impl Convert) -> Result<(), String> {
        let squares = self.dc.len() / N;
        let across = self.channels[0].width.div_ceil(8);
        for index in 0..squares {
            let mut columns = [[[0; 8]; 8]; N];
            let mut last = [0; N];
            for (channel, columns) in columns.iter_mut().enumerate() {
                columns[0][0] = self.dc[channel * squares + index];
                last[channel] = coefficients.next_ac(columns)?;
            }
            // All pixels of a channel are equal.
            let flat = last == [0; N];
            let mut planes = [[[0.0; 8]; 8]; N];
            for (channel, plane) in planes.iter_mut().enumerate() {
                *plane = if last[channel] == 0 {
                    let [dc, ..] = convert.widen([columns[channel][0][0]; 8]);
                    [[inverse_dc(dc); 8]; 8]
                } else {
                    inverse_dct(&columns[channel].map(|column| convert.widen(column)))
                };
            }
            to_rgb(&mut planes);
            let at = (index % across * 8, index / across * 8);
            for (channel, plane) in self.channels.iter_mut().zip(&planes) {
                if channel.output.is_none() {
                    continue;
                }
                let square = if flat {
                    let [half, ..] = convert.narrow(plane[0]);
                    [[bend(self.curve, half); 8]; 8]
                } else {
                    plane.map(|row| convert.narrow(row).map(|half| bend(self.curve, half)))
                };
                put(channel, at, &square, convert);
            }
        }
        Ok(())
    }
}

/// `half`, bent by the curve if there is one.
#[inline(always)]
fn bend(curve: Option<&Curve>, half: u16) -> u16 {
    curve.map_or(half, |curve| curve[usize::from(half)])
}

/// Writes the part of `square` that lies inside `channel`, from the column and row `at` on.
#[inline(always)]
fn put(
    channel: &mut BlockChannel<'_>,
    (x, y): (usize, usize),
    square: &[[u16; 8]; 8],
    convert: impl Convert,
) {
    let (bytes, is_half, height) = (channel.row_bytes(), channel.is_half(), channel.height);
    let Some(output) = &mut channel.output else { return };
    for (row, halves) in (y..height).zip(square) {
        let out = output.row(row, bytes);
        if is_half {
            put_start(&mut out[x * 2..], bytemuck::cast::<_, [u8; 16]>(*halves));
        } else {
            put_start(&mut out[x * 4..], bytemuck::cast::<_, [u8; 32]>(convert.widen(*halves)));
        }
    }
}

/// Writes `bytes`, or as many as fit.
#[inline(always)]
fn put_start<const N: usize>(out: &mut [u8], bytes: [u8; N]) {
    match out.first_chunk_mut() {
        Some(out) => *out = bytes,
        None => out.copy_from_slice(&bytes[..out.len()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_stand_in_zig_zag_order_with_runs_of_zeros() {
        let ac = [0x3c00, 0xff02, 0x4000, 0xff00, 7, 0xff3e, 0xff00];
        let mut coefficients = Coefficients { ac: &ac, dc: &[] };
        let mut columns = [[0; 8]; 8];
        assert_eq!(coefficients.next_ac(&mut columns), Ok(4));
        let mut expected = [[0; 8]; 8];
        // Place 1 is the second of the first row, place 4 the second of the second row.
        (expected[1][0], expected[1][1]) = (0x3c00, 0x4000);
        assert_eq!(columns, expected);

        assert_eq!(coefficients.skip_ac(1), Ok(()));
        assert_eq!(coefficients.next_ac(&mut columns), Ok(0));
        assert_eq!(coefficients.next_ac(&mut columns), Err(AC_ENDS.to_owned()));
        assert_eq!(coefficients.skip_ac(1), Err(AC_ENDS.to_owned()));
    }

    #[test]
    fn the_zig_zag_order_visits_every_place_by_diagonals() {
        let mut places: Vec<u8> = ZIG_ZAG.to_vec();
        assert!(ZIG_ZAG.is_sorted_by_key(|place| place / 8 + place % 8));
        places.sort_unstable();
        assert!(places.iter().copied().eq(0..64));
    }
}
