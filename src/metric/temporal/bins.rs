//! Sums per pixel that come out the same in whatever order their terms arrive.
//!
//! The number line of exponents is cut into bins of [`BIN_BITS`] bits at fixed places. A term is split
//! at their borders into chunks, each a whole number of its bin's unit, and each bin adds its chunks
//! up as an integer. A pixel keeps the [`BINS`] topmost bins that its largest term so far reaches;
//! a larger one moves them up and drops the lowest. What is below the kept bins is dropped of every
//! term, by rounding to the unit of the lowest kept bin. So the sum in the end is that of all terms,
//! each rounded to one and the same grid, which the largest term alone decides: no order shows. The
//! rounding is at most 2⁻⁶⁴ of the largest term; f32 values within 2³⁹ of the largest, and squares of
//! those within 2⁷, are added exactly.
//!
//! Source of the idea: J. Demmel, H. D. Nguyen, "Parallel Reproducible Summation", 2015. Chunks
//! are split off by adding and subtracting 1.5·2⁵² units, as there, but kept as integers: the bits of
//! the sum hold the chunk.

use crate::image::Window;

use super::blocks::move_field;
use super::wide::Total;

/// Bins that a pixel keeps.
pub(super) const BINS: usize = 3;
/// Bits of a bin: a chunk is ±2³¹ at most, so 2³² terms fit an i64.
const BIN_BITS: i32 = 32;
/// Index of the lowest topmost bin: below it there are no more to keep.
const LOWEST: u8 = 2;

/// Sums of values: of any f32, the least of which is 2⁻¹⁴⁹.
pub(super) type ValueBins = Bins<160>;
/// Sums of squares of such values.
pub(super) type SquareBins = Bins<320>;

/// One sum per pixel. The unit of bin 0 is 2^−`BELOW`.
#[derive(Debug, Default)]
pub(super) struct Bins<const BELOW: i32> {
    /// Index of the topmost bin.
    top: Vec<u8>,
    /// Sums of chunks, topmost bin first.
    sums: [Vec<i64>; BINS],
}

impl<const BELOW: i32> Bins<BELOW> {
    /// Bytes of one pixel.
    pub const BYTES: u64 = 1 + 8 * BINS as u64;

    /// Sums of 0.
    pub fn new(pixels: usize) -> Self {
        Self { top: vec![LOWEST; pixels], sums: std::array::from_fn(|_| vec![0; pixels]) }
    }

    /// What a device has summed up: of each pixel the topmost bin above [`LOWEST`], and the sums.
    pub fn of(above: impl Iterator<Item = u8>, sums: [Vec<i64>; BINS]) -> Self {
        Self { top: above.map(|above| above + LOWEST).collect(), sums }
    }

    /// Adds finite `terms`, one to each pixel from `start` on.
    #[inline(always)]
    pub fn add(&mut self, start: usize, terms: &[f64]) {
        let range = start..start + terms.len();
        let mut fits = true;
        for (&top, &term) in self.top[range.clone()].iter().zip(terms) {
            fits &= term.abs() < Self::bound(top);
        }
        if !fits {
            self.raise_all(start, terms);
        }
        let top = &self.top[range.clone()];
        let [first, second, third] = &mut self.sums;
        let sums = [&mut first[range.clone()], &mut second[range.clone()], &mut third[range]];
        let [first, second, third] = sums;
        let len = terms.len();
        let (first, second, third, top) =
            (&mut first[..len], &mut second[..len], &mut third[..len], &top[..len]);
        for i in 0..len {
            let [a, b, c] = Self::chunks(top[i], terms[i]);
            first[i] += a;
            second[i] += b;
            third[i] += c;
        }
    }

    /// Adds `term` to one pixel, `times` times.
    pub fn add_times(&mut self, pixel: usize, term: f64, times: u32) {
        self.raise(pixel, Self::index(term));
        let chunks = Self::chunks(self.top[pixel], term);
        for (sum, chunk) in self.sums.iter_mut().zip(chunks) {
            sum[pixel] += chunk * i64::from(times);
        }
    }

    /// Adds another's sum of its `theirs` pixel to that of `pixel`.
    pub fn merge(&mut self, pixel: usize, other: &Self, theirs: usize) {
        self.raise(pixel, other.top[theirs]);
        let lower = usize::from(self.top[pixel] - other.top[theirs]);
        for bin in lower..BINS {
            self.sums[bin][pixel] += other.sums[bin - lower][theirs];
        }
    }

    /// The sum of one pixel.
    pub fn total(&self, pixel: usize) -> Total {
        let sum = |bin: usize| i128::from(self.sums[bin][pixel]);
        let value = (((sum(0) << BIN_BITS) + sum(1)) << BIN_BITS) + sum(2);
        Total { value, exponent: BIN_BITS * i32::from(self.top[pixel] - LOWEST) - BELOW }
    }

    /// Takes the pixels of `from` to their places in `to`.
    pub fn grow(&mut self, from: Window, to: Window) {
        move_field(&mut self.top, from, to, LOWEST);
        self.sums.iter_mut().for_each(|sums| move_field(sums, from, to, 0));
    }

    /// Index of the topmost bin that has a chunk of `term`.
    fn index(term: f64) -> u8 {
        let exponent = (term.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        // Half a unit of the bin above: rounded to that bin, it is 0.
        ((exponent + 1 + BELOW) / BIN_BITS).max(i32::from(LOWEST)) as u8
    }

    /// What terms must stay below for `top` to be their topmost bin: half a unit of the one above.
    #[inline(always)]
    fn bound(top: u8) -> f64 {
        let of_bin_0 = ((1023 + BIN_BITS - 1 - BELOW) as u64) << 52;
        f64::from_bits(of_bin_0 + (u64::from(top) << 57))
    }

    /// The chunks of `term`, topmost first, in units of their bins: `term` rounded to each, then what
    /// is left to the next.
    #[inline(always)]
    fn chunks(top: u8, term: f64) -> [i64; BINS] {
        // 1.5·2⁵² units of bin 0; a bin is 2³² times the one below: 32 more in the exponent.
        let bin_0 = (((1023 + 52 - BELOW) as u64) << 52) | (1 << 51);
        let bias = bin_0 + (u64::from(top) << 57);
        let mut rest = term;
        std::array::from_fn(|bin| {
            let bias = bias - ((bin as u64) << 57);
            let biased = rest + f64::from_bits(bias);
            rest -= biased - f64::from_bits(bias);
            biased.to_bits() as i64 - bias as i64
        })
    }

    #[inline(never)]
    fn raise_all(&mut self, start: usize, terms: &[f64]) {
        for (i, &term) in terms.iter().enumerate() {
            self.raise(start + i, Self::index(term));
        }
    }

    /// Makes `top` the pixel's topmost bin, if it is above that.
    fn raise(&mut self, pixel: usize, top: u8) {
        let up = usize::from(top.saturating_sub(self.top[pixel]));
        if up == 0 {
            return;
        }
        for bin in (0..BINS).rev() {
            self.sums[bin][pixel] = if bin >= up { self.sums[bin - up][pixel] } else { 0 };
        }
        self.top[pixel] = top;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[f64]) -> f64 {
        let mut bins = ValueBins::new(1);
        terms.iter().for_each(|&term| bins.add(0, &[term]));
        bins.total(0).to_f64()
    }

    #[test]
    fn sums_are_exact_where_floats_are_not() {
        let small = f64::from(0.1f32);
        assert_eq!(sum(&[1e16, small, -1e16]), small);
        assert_eq!(sum(&[f64::from(f32::MAX), 1.0, -f64::from(f32::MAX)]), 0.0, "128 bits apart");
        assert_eq!(sum(&[f64::from(f32::from_bits(1)); 3]), 3.0 * f64::from(f32::from_bits(1)));
        assert_eq!(sum(&[]), 0.0);
    }

    #[test]
    fn the_largest_term_alone_decides_what_is_dropped() {
        let terms: Vec<f64> =
            (-40..40).map(|e| f64::from((1.0 + e as f32 * 0.011) * 2f32.powi(3 * e))).collect();
        let mut bins: Vec<ValueBins> = (0..3).map(|_| ValueBins::new(1)).collect();
        for (i, &term) in terms.iter().enumerate() {
            bins[0].add(0, &[term]);
            bins[1].add(0, &[terms[terms.len() - 1 - i]]);
            bins[2].add_times(0, terms[i * 37 % terms.len()], 1);
        }
        let totals: Vec<Total> = bins.iter().map(|bins| bins.total(0)).collect();
        assert_eq!(totals[0], totals[1]);
        assert_eq!(totals[0], totals[2]);
        let backwards: f64 = terms.iter().sum();
        assert!((totals[0].to_f64() / backwards - 1.0).abs() < 1e-15);
    }

    #[test]
    fn halves_of_the_terms_merge_to_the_whole() {
        let term = |i: i32| f64::from((i as f32 * 0.37).sin() * 2f32.powi(i * 7 % 90 - 45));
        let mut whole = SquareBins::new(1);
        let mut parts: Vec<SquareBins> = (0..3).map(|_| SquareBins::new(2)).collect();
        for i in 0..300 {
            let square = term(i) * term(i);
            whole.add(0, &[square]);
            parts[(i % 3) as usize].add(1, &[square]);
        }
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let mut merged = SquareBins::new(1);
            order.iter().for_each(|&part| merged.merge(0, &parts[part], 1));
            assert_eq!(merged.total(0), whole.total(0));
        }
    }
    #[test]
    fn no_order_shows_on_terms_of_any_distance() {
        let mut bits = 0x1234_5678_9abc_u64;
        let mut below = move |n: u64| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            (bits >> 20) % n
        };
        for _ in 0..20_000 {
            let mut term = |_| {
                let sign = if below(2) == 0 { 1.0 } else { -1.0 };
                // Few bits set: ties too.
                let mantissa = 1.0 + (below(1 << 23) & below(1 << 23)) as f64 / f64::from(1 << 23);
                sign * mantissa * 2f64.powi(below(240) as i32 - 130)
            };
            let terms: Vec<f64> = (0..6).map(&mut term).collect();
            let (mut forward, mut backward) = (ValueBins::new(1), ValueBins::new(1));
            terms.iter().for_each(|term| forward.add(0, &[*term]));
            terms.iter().rev().for_each(|term| backward.add(0, &[*term]));
            assert_eq!(forward.total(0), backward.total(0), "{terms:?}");
        }
    }
}
