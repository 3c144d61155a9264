//! Sums of the values of moving pixels, exact in the unit of their class.

use super::bins::{SquareBins, ValueBins};
use super::blocks::move_field;
use super::samples::{Class, SEGMENT, float, integer_of};
use super::wide::spread;
use crate::image::Window;

/// Σq and Σq² of each pixel of a block.
#[derive(Debug)]
pub(super) enum Sums {
    Float { sums: ValueBins, squares: SquareBins },
    Integer { unit: f64, sums: Vec<u64>, squares: [Vec<u64>; 2] },
}

impl Sums {
    /// Bytes of one pixel at most.
    pub const BYTES: u64 = ValueBins::BYTES + SquareBins::BYTES;

    pub fn new(class: Class, pixels: usize) -> Self {
        if class == Class::Float {
            return Self::Float { sums: ValueBins::new(pixels), squares: SquareBins::new(pixels) };
        }
        let zeros = || vec![0; pixels];
        Self::Integer { unit: class.unit(), sums: zeros(), squares: [zeros(), zeros()] }
    }

    /// Adds the value of each key from pixel `start` on, where `moving` is all ones.
    #[inline(always)]
    pub fn add(&mut self, start: usize, keys: &[i32], moving: &[i32]) {
        let range = start..start + keys.len();
        match self {
            Self::Float { sums, squares } => {
                let mut terms = [0.0; SEGMENT];
                let terms = &mut terms[..keys.len()];
                for ((term, key), moving) in terms.iter_mut().zip(keys).zip(moving) {
                    // The key of 0 is 0.
                    *term = f64::from(float(key & moving));
                }
                sums.add(start, terms);
                // Exact: 24 bits times 24 bits.
                terms.iter_mut().for_each(|term| *term *= *term);
                squares.add(start, terms);
            }
            Self::Integer { sums, squares: [low, high], .. } => {
                let (low, high) = (&mut low[range.clone()], &mut high[range.clone()]);
                let sums = sums[range].iter_mut().zip(low).zip(high);
                for (((sum, low), high), (key, moving)) in sums.zip(keys.iter().zip(moving)) {
                    let k = u64::from(integer_of(*key) & *moving as u32);
                    *sum += k;
                    *low += (k * k) & 0xffff_ffff;
                    *high += (k * k) >> 32;
                }
            }
        }
    }

    /// Adds the value of `key` to one pixel, `times` times.
    pub fn add_times(&mut self, pixel: usize, key: i32, times: u32) {
        match self {
            Self::Float { sums, squares } => {
                let value = f64::from(float(key));
                sums.add_times(pixel, value, times);
                squares.add_times(pixel, value * value, times);
            }
            Self::Integer { sums, squares: [low, high], .. } => {
                let (k, times) = (u64::from(integer_of(key)), u64::from(times));
                sums[pixel] += k * times;
                low[pixel] += ((k * k) & 0xffff_ffff) * times;
                high[pixel] += ((k * k) >> 32) * times;
            }
        }
    }

    /// Adds another's sums of its pixel `theirs`, of the same class.
    pub fn merge(&mut self, pixel: usize, other: &Self, theirs: usize) {
        match (self, other) {
            (Self::Float { sums, squares }, Self::Float { sums: more, squares: more_squares }) => {
                sums.merge(pixel, more, theirs);
                squares.merge(pixel, more_squares, theirs);
            }
            (
                Self::Integer { sums, squares, .. },
                Self::Integer { sums: more, squares: more_squares, .. },
            ) => {
                sums[pixel] += more[theirs];
                squares[0][pixel] += more_squares[0][theirs];
                squares[1][pixel] += more_squares[1][theirs];
            }
            _ => unreachable!("blocks of one class are merged"),
        }
    }

    pub fn grow(&mut self, from: Window, to: Window) {
        match self {
            Self::Float { sums, squares } => {
                sums.grow(from, to);
                squares.grow(from, to);
            }
            Self::Integer { sums, squares: [low, high], .. } => {
                [sums, low, high].into_iter().for_each(|field| move_field(field, from, to, 0));
            }
        }
    }

    /// Mean and standard deviation of `count` values, > 0, that have been added.
    pub fn moments(&self, pixel: usize, count: u32) -> (f64, f64) {
        let n = f64::from(count);
        match self {
            Self::Float { sums, squares } => {
                let (sum, squares) = (sums.total(pixel), squares.total(pixel));
                (sum.to_f64() / n, spread(count, sum, squares) / n)
            }
            Self::Integer { unit, sums, squares: [low, high] } => {
                let sum = u128::from(sums[pixel]);
                let squares = u128::from(low[pixel]) + (u128::from(high[pixel]) << 32);
                let spread = ((u128::from(count) * squares - sum * sum) as f64).sqrt();
                (sum as f64 / (n * unit), spread / (n * unit))
            }
        }
    }
}
