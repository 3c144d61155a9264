//! How many pixels differ by how much, by powers of two.

use super::lanes::{LANES, Row};

/// Powers of two of the first bin and of the last: the least difference of two floats is 2⁻¹⁴⁹, the
/// largest below 2¹²⁹.
const FIRST: i32 = -149;
const LAST: i32 = 128;

/// Pixels by the binary logarithm of their largest |a−b|, rounded down: bin e holds those of
/// 2ᵉ ≤ |a−b| < 2ᵉ⁺¹. Bins are found from the bits, so they are exact on every back end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Of |a−b| = 0.
    pub zero: u64,
    /// Power of two of the first of `counts`.
    first: i32,
    /// From the first bin that has pixels to the last: rows of a thousand frames are kept.
    counts: Vec<u64>,
}

impl Histogram {
    /// (e, pixels) of each bin that has pixels, upwards.
    pub fn bins(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let bins = (self.first..).zip(self.counts.iter().copied());
        bins.filter(|&(_, count)| count > 0)
    }

    /// Pixels of all bins.
    pub fn total(&self) -> u64 {
        self.zero + self.counts.iter().sum::<u64>()
    }

    /// Adds `count` pixels to bin `exponent`, −149..=128.
    pub fn add(&mut self, exponent: i32, count: u64) {
        if count == 0 {
            return;
        }
        if self.counts.is_empty() {
            self.first = exponent;
        }
        if exponent < self.first {
            let new = (self.first - exponent) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, new));
            self.first = exponent;
        }
        let index = (exponent - self.first) as usize;
        self.counts.resize(self.counts.len().max(index + 1), 0);
        self.counts[index] += count;
    }

    /// The same with so many zeros that there are `pixels` in all.
    #[must_use]
    pub fn with_zeros(mut self, pixels: u64) -> Self {
        self.zero = pixels - self.counts.iter().sum::<u64>();
        self.counts.shrink_to_fit();
        self
    }

    /// Adds the pixels of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.zero += other.zero;
        for (exponent, count) in other.bins() {
            self.add(exponent, count);
        }
    }
}

/// Biased exponents that an f64 can have.
const EXPONENTS: usize = 1 << 11;

/// Counts on the way to a [`Histogram`], by the biased exponent.
pub(super) struct Counter {
    /// Several side by side, so that neighbours of one bin do not wait for each other; few exponents are
    /// in use, so few lines of the cache.
    table: Box<[Row<u32>; EXPONENTS]>,
    used: bool,
}

impl Default for Counter {
    fn default() -> Self {
        Self { table: Box::new([[0; LANES]; EXPONENTS]), used: false }
    }
}

impl Counter {
    /// Counts finite values of at least 0, of which `largest` is the largest; the zeros are lost.
    #[inline(always)]
    pub fn count(&mut self, values: &[Row<f64>], largest: f64) {
        if largest == 0.0 {
            return;
        }
        self.used = true;
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "3 times as fast as one after the other")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::count(self, values, largest) };
        }
        self.count_each(values);
    }

    #[inline(always)]
    fn count_each(&mut self, values: &[Row<f64>]) {
        for row in values {
            for (lane, value) in row.iter().enumerate() {
                self.table[exponent(*value) % EXPONENTS][lane] += 1;
            }
        }
    }

    /// Adds to `histogram` what was counted, and begins anew.
    pub fn empty_into(&mut self, histogram: &mut Histogram) {
        if !std::mem::take(&mut self.used) {
            return;
        }
        for exponent in FIRST..=LAST {
            let lanes = std::mem::take(&mut self.table[(1023 + exponent) as usize]);
            histogram.add(exponent, lanes.into_iter().map(u64::from).sum());
        }
        self.table[0] = [0; LANES];
    }
}

/// The biased exponent of a value of at least 0.
#[inline(always)]
fn exponent(value: f64) -> usize {
    (value.to_bits() >> 52) as usize
}

#[cfg(target_arch = "x86_64")]
mod avx2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_powers_of_two() {
        let mut counter = Counter::default();
        let least = f64::from(f32::from_bits(1));
        let largest = 2.0 * f64::from(f32::MAX);
        counter.count(&[[0.0, least, 1.0, 1.999, 2.0, 0.999, largest, 1.0]], largest);
        let mut histogram = Histogram { zero: 5, ..Histogram::default() };
        counter.empty_into(&mut histogram);
        counter.empty_into(&mut histogram);
        let bins: Vec<_> = histogram.bins().collect();
        assert_eq!(bins, [(-149, 1), (-1, 1), (0, 3), (1, 1), (128, 1)]);
        assert_eq!(histogram.total(), 12);
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!((twice.total(), twice.bins().nth(2)), (24, Some((0, 6))));
    }

    #[test]
    fn vectors_of_the_machine_give_the_same_counts() {
        // By how many bins the largest is above the least: near, far, and too far for a byte.
        for (spread, len) in [0, 5, 23, 24, 60, 254, 255, 277].into_iter().zip([34, 32, 4, 5, 1, 70, 32, 9]) {
            let value = |i: i32| match i % 7 {
                0 => 0.0,
                1 => 2f64.powi(FIRST + spread),
                _ => 1.5 * 2f64.powi(FIRST + (i * i) % (spread + 1)),
            };
            let values: Vec<f64> = (0..len * 8).map(value).collect();
            let values = values.as_chunks().0;
            let (mut one, mut other) = (Counter::default(), Counter::default());
            one.count(values, values.as_flattened().iter().copied().fold(0.0, f64::max));
            other.count_each(values);
            other.used = true;
            let [one, other] = [one, other].map(|mut counter| {
                let mut histogram = Histogram::default();
                counter.empty_into(&mut histogram);
                histogram
            });
            assert_eq!(one, other, "{spread}");
        }
    }
}
