//! How many pixels differ by how much, by powers of two.

use super::lanes::Row;

/// Power of two of the first bin: the least difference of two floats is 2⁻¹⁴⁹.
const FIRST: i32 = -149;
/// One for each power of two up to 2¹²⁸, the largest difference of two floats, after one for zero.
const BINS: usize = 1 + (128 - FIRST + 1) as usize;

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

/// Counts on the way to a [`Histogram`].
pub(super) struct Counter {
    /// Several, so that neighbours of one bin do not wait for each other.
    tables: [[u32; BINS]; 4],
    used: bool,
}

impl Default for Counter {
    fn default() -> Self {
        Self { tables: [[0; BINS]; 4], used: false }
    }
}

impl Counter {
    /// Counts finite values of at least 0; the zeros are lost.
    #[inline(always)]
    pub fn count(&mut self, values: &[Row<f64>]) {
        // Biased exponent of the bin before the first, which takes the zeros.
        const BEFORE: u64 = (1023 + FIRST - 1) as u64;
        self.used = true;
        for row in values {
            for (lane, value) in row.iter().enumerate() {
                let bin = (value.to_bits() >> 52).saturating_sub(BEFORE) as usize;
                self.tables[lane % 4][bin.min(BINS - 1)] += 1;
            }
        }
    }

    /// Adds to `histogram` what was counted, and begins anew.
    pub fn empty_into(&mut self, histogram: &mut Histogram) {
        if !std::mem::take(&mut self.used) {
            return;
        }
        for bin in 1..BINS {
            let count = self.tables.iter().map(|table| u64::from(table[bin])).sum();
            histogram.add(FIRST + bin as i32 - 1, count);
        }
        self.tables = [[0; BINS]; 4];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_powers_of_two() {
        let mut counter = Counter::default();
        let least = f64::from(f32::from_bits(1));
        let largest = 2.0 * f64::from(f32::MAX);
        counter.count(&[[0.0, least, 1.0, 1.999, 2.0, 0.999, largest, 1.0]]);
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
}
