//! NaN and infinities, told from bits.

use std::ops::{BitAnd, BitOr, BitXor, Range};

use super::Partial;
use crate::image::{Samples, Window};

/// What the stored bits of both sides tell.
pub(super) struct Scan {
    /// No value is infinite or NaN.
    pub finite: bool,
    /// All bits are the same.
    pub equal: bool,
}

/// Looks through as many floats of both sides, given as bits; `infinity` is the positive one.
#[inline(always)]
pub(super) fn scan<T>(a: &[T], b: &[T], infinity: T) -> Scan
where
    T: Copy + Ord + Default + BitAnd<Output = T> + BitOr<Output = T> + BitXor<Output = T>,
{
    // Without an early end this loop vectorises. The bits of the exponent are the same in infinity and
    // NaN, and no others are as large.
    let (mut exponent, mut difference) = (T::default(), T::default());
    for (&a, &b) in a.iter().zip(b) {
        exponent = exponent.max(a & infinity).max(b & infinity);
        difference = difference | (a ^ b);
    }
    Scan { finite: exponent < infinity, equal: difference == T::default() }
}

/// Counts the samples `range` of the candidate (`side` 0) or the reference (1).
pub(super) fn count_in(samples: &Samples, range: Range<usize>, side: usize, partial: &mut Partial) {
    let (nan, inf) = match samples {
        Samples::F16(v) => tally(v[range].iter().map(|v| u32::from(v.to_bits() & 0x7fff)), 0x7c00),
        Samples::F32(v) => tally(v[range].iter().map(|v| v.to_bits() & 0x7fff_ffff), 0x7f80_0000),
        Samples::U8(_) | Samples::U16(_) | Samples::U32(_) => return,
    };
    let (nans, infs) = if side == 0 {
        (&mut partial.nan.0, &mut partial.inf.0)
    } else {
        (&mut partial.nan.1, &mut partial.inf.1)
    };
    *nans += nan;
    *infs += inf;
}

/// The same of the pixels of `row`, which lies inside `window`.
pub(super) fn count_in_row(
    samples: &Samples,
    window: Window,
    row: Window,
    side: usize,
    partial: &mut Partial,
) {
    if let Some(start) = window.index(row.x, row.y).filter(|_| !row.is_empty()) {
        count_in(samples, start..start + row.width as usize, side, partial);
    }
}

/// (NaN, infinite) values by the bits of their magnitudes.
fn tally(magnitudes: impl Iterator<Item = u32>, infinity: u32) -> (u64, u64) {
    magnitudes.fold((0, 0), |(nan, inf), bits| {
        (nan + u64::from(bits > infinity), inf + u64::from(bits == infinity))
    })
}
