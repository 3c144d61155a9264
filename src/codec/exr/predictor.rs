//! The predictor of RLE, ZIPS and ZIP, and joining the two halves that a block's bytes are split into.
//!
//! Each byte is stored as its difference to the one before plus 128, so bytes come back as running
//! sums. The even bytes of a row and its odd ones run side by side here and leave as samples, so no
//! whole block is written in between.

/// The running sum over `bytes`, for rows that nobody wants.
pub fn skip(bytes: &[u8], before: u8) -> u8 {
    // Of an odd number of times 128, 128 is left.
    let offset = (bytes.len() as u8 & 1) << 7;
    bytes.iter().fold(before.wrapping_add(offset), |sum, &byte| sum.wrapping_add(byte))
}

/// Running sums over `even` and `odd`, as many bytes each, alternating into `out`; `before` is the sum
/// that each begins with, and then the one that it ends with.
pub fn undo(even: &[u8], odd: &[u8], before: &mut [u8; 2], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "3 times as fast as the portable way")]
        // SAFETY: the processor has AVX2.
        return unsafe { avx2::undo(even, odd, before, out) };
    }
    portable(even, odd, before, out);
}

/// Eight bytes at a time, as 16-bit lanes of one word.
fn portable(even: &[u8], odd: &[u8], before: &mut [u8; 2], out: &mut [u8]) {
    let (evens, even_rest) = even.as_chunks::<8>();
    let (odds, odd_rest) = odd.as_chunks::<8>();
    let (outs, out_rest) = out.as_chunks_mut::<16>();
    for ((even, odd), out) in evens.iter().zip(odds).zip(outs) {
        let even = running_sums(*even, &mut before[0]);
        let odd = running_sums(*odd, &mut before[1]);
        for (i, pair) in out.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            *pair = [even[i], odd[i]];
        }
    }
    one_by_one(even_rest, odd_rest, before, out_rest);
}

fn running_sums(bytes: [u8; 8], before: &mut u8) -> [u8; 8] {
    const LANES: u64 = 0x00ff_00ff_00ff_00ff;
    const ONES: u64 = 0x0001_0001_0001_0001;
    let word = u64::from_le_bytes(bytes);
    let second = (word >> 8) & LANES;
    // Lane k of a product with ones is the sum of the lanes up to k: at most 9 bytes, which fit.
    let sums = ((word & LANES) + second).wrapping_mul(ONES) + u64::from(*before) * ONES;
    let sums = ((sums - second) & LANES) | ((sums & LANES) << 8);
    // The first, third ... byte has an odd number of the 128s.
    let sums = (sums ^ 0x0080_0080_0080_0080).to_le_bytes();
    *before = sums[7];
    sums
}

fn one_by_one(even: &[u8], odd: &[u8], before: &mut [u8; 2], out: &mut [u8]) {
    for ((even, odd), out) in even.iter().zip(odd).zip(out.as_chunks_mut::<2>().0) {
        before[0] = before[0].wrapping_add(*even).wrapping_sub(128);
        before[1] = before[1].wrapping_add(*odd).wrapping_sub(128);
        *out = *before;
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi8, _mm256_bslli_epi128, _mm256_permute2x128_si256, _mm256_set1_epi8,
        _mm256_set1_epi16, _mm256_shuffle_epi8, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8, _mm256_xor_si256,
    };

    use bytemuck::cast;

    /// As [`super::undo`], 32 bytes of each at a time.
    #[target_feature(enable = "avx2")]
    pub fn undo(even: &[u8], odd: &[u8], before: &mut [u8; 2], out: &mut [u8]) {
        let (evens, even_rest) = even.as_chunks::<32>();
        let (odds, odd_rest) = odd.as_chunks::<32>();
        let (outs, out_rest) = out.as_chunks_mut::<64>();
        let mut sums = before.map(|sum| _mm256_set1_epi8(sum as i8));
        for ((even, odd), out) in evens.iter().zip(odds).zip(outs) {
            let even = running_sums(cast(*even), &mut sums[0]);
            let odd = running_sums(cast(*odd), &mut sums[1]);
            let (low, high) = (_mm256_unpacklo_epi8(even, odd), _mm256_unpackhi_epi8(even, odd));
            let first = _mm256_permute2x128_si256::<0x20>(low, high);
            let second = _mm256_permute2x128_si256::<0x31>(low, high);
            *out = cast([cast::<__m256i, [u8; 32]>(first), cast(second)]);
        }
        *before = sums.map(|sum| cast::<__m256i, [u8; 32]>(sum)[0]);
        super::one_by_one(even_rest, odd_rest, before, out_rest);
    }

    /// `sums` holds the sum before, in all bytes.
    #[target_feature(enable = "avx2")]
    fn running_sums(bytes: __m256i, sums: &mut __m256i) -> __m256i {
        let last = _mm256_set1_epi8(15);
        let bytes = _mm256_add_epi8(bytes, _mm256_bslli_epi128::<1>(bytes));
        let bytes = _mm256_add_epi8(bytes, _mm256_bslli_epi128::<2>(bytes));
        let bytes = _mm256_add_epi8(bytes, _mm256_bslli_epi128::<4>(bytes));
        let bytes = _mm256_add_epi8(bytes, _mm256_bslli_epi128::<8>(bytes));
        // Each half has its own sums so far: the last of the low half is added to the high half.
        let low = _mm256_permute2x128_si256::<0x08>(bytes, bytes);
        let bytes = _mm256_add_epi8(bytes, _mm256_shuffle_epi8(low, last));
        let result = _mm256_add_epi8(bytes, *sums);
        let high = _mm256_permute2x128_si256::<0x11>(bytes, bytes);
        *sums = _mm256_add_epi8(*sums, _mm256_shuffle_epi8(high, last));
        // The first, third ... byte has an odd number of the 128s.
        _mm256_xor_si256(result, _mm256_set1_epi16(0x0080))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(seed: usize, len: usize) -> Vec<u8> {
        (0..len).map(|i| (((i + seed) * 2_654_435_761) >> 13) as u8).collect()
    }

    type Way = fn(&[u8], &[u8], &mut [u8; 2], &mut [u8]);

    #[test]
    fn all_ways_give_the_same() {
        for len in (0..200).chain([1000, 3840]) {
            let (even, odd) = (bytes(1, len), bytes(77, len));
            let run = |way: Way| {
                let (mut before, mut out) = ([200, 3], vec![0; 2 * len]);
                way(&even, &odd, &mut before, &mut out);
                (before, out)
            };
            let expected = run(one_by_one);
            assert_eq!(run(portable), expected, "{len} bytes");
            assert_eq!(run(undo), expected, "{len} bytes");
            assert_eq!([skip(&even, 200), skip(&odd, 3)], expected.0, "{len} bytes");
        }
    }
}
