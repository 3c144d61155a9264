//! Counting by AVX2.

use std::arch::x86_64::{
    __m256d, __m256i, _mm256_castpd_ps, _mm256_castps_si256, _mm256_cmpeq_epi8, _mm256_packus_epi16,
    _mm256_packus_epi32, _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_shuffle_ps, _mm256_srli_epi32, _mm256_sub_epi8, _mm256_sub_epi32,
};

use bytemuck::cast;

use super::{Counter, FIRST, exponent};
use crate::metric::lanes::{LANES, Row};

/// Rows whose values fill a vector of bytes.
const ROWS: usize = 4;
/// Vectors that are looked at together.
const VECTORS: usize = 8;
/// Bins, the largest value's and those below, for each of which all values are looked at. That is faster
/// than to look up each value's: neighbours are in few.
const NEAR: usize = 24;

/// See [`Counter::count`].
#[target_feature(enable = "avx2")]
pub fn count(counter: &mut Counter, values: &[Row<f64>], largest: f64) {
    let top = exponent(largest);
    // 255 bins below has to mean zero.
    if top - (1023 + FIRST) as usize >= 255 {
        return counter.count_each(values);
    }
    let (blocks, rest) = values.as_chunks::<ROWS>();
    for blocks in blocks.chunks(VECTORS) {
        if count_near(counter, blocks, top) > 0 {
            let far = blocks.as_flattened().as_flattened().iter().map(|v| exponent(*v));
            far.filter(|&e| e + NEAR <= top).for_each(|e| counter.table[e][0] += 1);
        }
    }
    counter.count_each(rest);
}

/// Counts the values in the [`NEAR`] bins; gives the number of those, but for zeros, in other bins.
#[target_feature(enable = "avx2")]
fn count_near(counter: &mut Counter, values: &[[Row<f64>; ROWS]], top: usize) -> u32 {
    let tops = _mm256_set1_epi32(top as i32);
    // By how many bins each value is below: in bytes, of which a vector compares many.
    let mut below = [_mm256_set1_epi8(-1); VECTORS];
    for (below, values) in below.iter_mut().zip(values) {
        let distances = values.map(|row| {
            let [low, high]: [__m256d; 2] = cast(row);
            let upper = _mm256_shuffle_ps::<0xdd>(_mm256_castpd_ps(low), _mm256_castpd_ps(high));
            _mm256_sub_epi32(tops, _mm256_srli_epi32::<20>(_mm256_castps_si256(upper)))
        });
        // What does not fit into a byte becomes 255. The order is another, which does not matter.
        let [first, second] = [0, 2].map(|i| _mm256_packus_epi32(distances[i], distances[i + 1]));
        *below = _mm256_packus_epi16(first, second);
    }
    let mut left = (VECTORS * ROWS * LANES) as u32 - count_equal(&below, u8::MAX);
    for bin in 0..NEAR {
        if left == 0 {
            break;
        }
        let count = count_equal(&below, bin as u8);
        counter.table[top - bin][0] += count;
        left -= count;
    }
    left
}

#[target_feature(enable = "avx2")]
fn count_equal(bytes: &[__m256i; VECTORS], wanted: u8) -> u32 {
    let wanted = _mm256_set1_epi8(wanted as i8);
    let mut counts = _mm256_setzero_si256();
    for bytes in bytes {
        // Equal ones are −1.
        counts = _mm256_sub_epi8(counts, _mm256_cmpeq_epi8(*bytes, wanted));
    }
    let sums: [u64; 4] = cast(_mm256_sad_epu8(counts, _mm256_setzero_si256()));
    sums.iter().sum::<u64>() as u32
}

const _: () = assert!(ROWS * LANES == 32, "a vector of bytes is full");
