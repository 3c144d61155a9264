//! PXR24: differences of neighbours, cut into planes of bytes, deflated.
//!
//! Floats lose their low 8 bits when they are written; halves and uints keep all. Each row of each
//! channel is stored as planes, that of the highest bytes first, of the differences of each sample to
//! the one before (0 before the first). Source: OpenEXR, `ImfPxr24Compressor`.

use libdeflater::Decompressor;

use crate::image::SampleType;

use super::block::Block;
use super::unpack::room;
use super::zip::inflate;

/// Decodes one chunk.
///
/// # Errors
/// In words, when the data is damaged.
pub fn decode(
    packed: &[u8],
    block: &mut Block<'_>,
    decompressor: &mut Decompressor,
    raw: &mut Vec<u8>,
) -> Result<(), String> {
    let samples = |c: &super::block::BlockChannel<'_>| c.width * c.height;
    let bytes = block.channels.iter().map(|c| samples(c) * stored_bytes(c.channel.sample_type)).sum();
    let raw = room(raw, bytes);
    inflate(decompressor, packed, raw)?;
    let mut rest = &*raw;
    block.rows(|row| {
        let samples = row.bytes / row.sample_type.bytes();
        let (planes, after) = rest.split_at(samples * stored_bytes(row.sample_type));
        rest = after;
        if let Some(output) = row.output {
            match row.sample_type {
                SampleType::F16 => halves(planes, samples, output),
                SampleType::F32 => words::<3>(planes, samples, output),
                _ => words::<4>(planes, samples, output),
            }
        }
        Ok(())
    })
}

const fn stored_bytes(sample_type: SampleType) -> usize {
    match sample_type {
        SampleType::F16 => 2,
        SampleType::F32 => 3,
        _ => 4,
    }
}

fn halves(planes: &[u8], samples: usize, output: &mut [u8]) {
    let (high, low) = planes.split_at(samples);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "saves a third of the time of a whole frame")]
        // SAFETY: the processor has AVX2.
        return unsafe { avx2::halves(high, low, output) };
    }
    halves_one_by_one(high, low, 0, output);
}

fn halves_one_by_one(high: &[u8], low: &[u8], before: u16, output: &mut [u8]) {
    let mut sum = before;
    for ((high, low), out) in high.iter().zip(low).zip(output.as_chunks_mut::<2>().0) {
        sum = sum.wrapping_add(u16::from_be_bytes([*high, *low]));
        *out = sum.to_le_bytes();
    }
}

/// Words of which `PLANES` bytes are stored, the highest ones.
fn words<const PLANES: usize>(planes: &[u8], samples: usize, output: &mut [u8]) {
    let planes: [&[u8]; PLANES] = std::array::from_fn(|p| &planes[p * samples..][..samples]);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "saves a third of the time of a whole frame")]
        // SAFETY: the processor has AVX2.
        return unsafe { avx2::words(planes, output) };
    }
    words_one_by_one(planes, 0, output);
}

fn words_one_by_one<const PLANES: usize>(planes: [&[u8]; PLANES], before: u32, output: &mut [u8]) {
    let mut sum = before;
    for (i, out) in output.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let mut difference = 0;
        for (p, plane) in planes.iter().enumerate() {
            difference |= u32::from(plane[i]) << (24 - 8 * p);
        }
        sum = sum.wrapping_add(difference);
        *out = sum.to_le_bytes();
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_bslli_epi128, _mm256_permute2x128_si256,
        _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_shuffle_epi8,
        _mm256_unpackhi_epi8, _mm256_unpackhi_epi16, _mm256_unpacklo_epi8, _mm256_unpacklo_epi16,
    };

    use bytemuck::cast;

    #[target_feature(enable = "avx2")]
    pub fn halves(high: &[u8], low: &[u8], output: &mut [u8]) {
        let (highs, high_rest) = high.as_chunks::<32>();
        let (lows, low_rest) = low.as_chunks::<32>();
        let (outs, out_rest) = output.as_chunks_mut::<64>();
        let mut sum = _mm256_setzero_si256();
        for ((high, low), out) in highs.iter().zip(lows).zip(outs) {
            let (first, second) = in_order(unpack8(cast(*low), cast(*high)));
            *out = cast([half_sums(first, &mut sum), half_sums(second, &mut sum)]);
        }
        let before = cast::<__m256i, [u16; 16]>(sum)[0];
        super::halves_one_by_one(high_rest, low_rest, before, out_rest);
    }

    #[target_feature(enable = "avx2")]
    pub fn words<const PLANES: usize>(planes: [&[u8]; PLANES], output: &mut [u8]) {
        let blocks = planes[0].len() / 32;
        let (outs, out_rest) = output.as_chunks_mut::<128>();
        let mut sum = _mm256_setzero_si256();
        for (block, out) in outs.iter_mut().enumerate() {
            let plane = |p: usize| match planes.get(p) {
                Some(plane) => cast(*plane[32 * block..].first_chunk::<32>().expect("a whole block")),
                None => cast([0u8; 32]),
            };
            let low = unpack8(plane(3), plane(2));
            let high = unpack8(plane(1), plane(0));
            let (a, b) = (_mm256_unpacklo_epi16(low.0, high.0), _mm256_unpackhi_epi16(low.0, high.0));
            let (c, d) = (_mm256_unpacklo_epi16(low.1, high.1), _mm256_unpackhi_epi16(low.1, high.1));
            // The halves of each hold samples 16 apart.
            let ((first, third), (second, fourth)) = (in_order((a, b)), in_order((c, d)));
            *out = cast([first, second, third, fourth].map(|word| word_sums(word, &mut sum)));
        }
        let rest = planes.map(|plane| &plane[32 * blocks..]);
        super::words_one_by_one(rest, cast::<__m256i, [u32; 8]>(sum)[0], out_rest);
    }

    /// Bytes of `low` and `high` in turn.
    #[target_feature(enable = "avx2")]
    fn unpack8(low: __m256i, high: __m256i) -> (__m256i, __m256i) {
        (_mm256_unpacklo_epi8(low, high), _mm256_unpackhi_epi8(low, high))
    }

    /// The low halves of both, then the high ones.
    #[target_feature(enable = "avx2")]
    fn in_order((a, b): (__m256i, __m256i)) -> (__m256i, __m256i) {
        (_mm256_permute2x128_si256::<0x20>(a, b), _mm256_permute2x128_si256::<0x31>(a, b))
    }

    /// Running sums of 16 lanes; `sum` holds the one before in all lanes.
    #[target_feature(enable = "avx2")]
    fn half_sums(lanes: __m256i, sum: &mut __m256i) -> __m256i {
        let last = _mm256_set1_epi16(0x0f0e);
        let lanes = _mm256_add_epi16(lanes, _mm256_bslli_epi128::<2>(lanes));
        let lanes = _mm256_add_epi16(lanes, _mm256_bslli_epi128::<4>(lanes));
        let lanes = _mm256_add_epi16(lanes, _mm256_bslli_epi128::<8>(lanes));
        let low = _mm256_permute2x128_si256::<0x08>(lanes, lanes);
        let lanes = _mm256_add_epi16(lanes, _mm256_shuffle_epi8(low, last));
        let result = _mm256_add_epi16(lanes, *sum);
        let high = _mm256_permute2x128_si256::<0x11>(lanes, lanes);
        *sum = _mm256_add_epi16(*sum, _mm256_shuffle_epi8(high, last));
        result
    }

    /// Running sums of 8 lanes; `sum` holds the one before in all lanes.
    #[target_feature(enable = "avx2")]
    fn word_sums(lanes: __m256i, sum: &mut __m256i) -> __m256i {
        let last = _mm256_set1_epi32(0x0f0e_0d0c);
        let lanes = _mm256_add_epi32(lanes, _mm256_bslli_epi128::<4>(lanes));
        let lanes = _mm256_add_epi32(lanes, _mm256_bslli_epi128::<8>(lanes));
        let low = _mm256_permute2x128_si256::<0x08>(lanes, lanes);
        let lanes = _mm256_add_epi32(lanes, _mm256_shuffle_epi8(low, last));
        let result = _mm256_add_epi32(lanes, *sum);
        let high = _mm256_permute2x128_si256::<0x11>(lanes, lanes);
        *sum = _mm256_add_epi32(*sum, _mm256_shuffle_epi8(high, last));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_give_the_same() {
        let bytes: Vec<u8> = (0..4000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        for samples in (0..100).chain([1000]) {
            let mut found = vec![0; samples * 4];
            let mut expected = found.clone();
            let planes = &bytes[..samples * 4];
            halves(&planes[..samples * 2], samples, &mut found[..samples * 2]);
            let (high, low) = planes[..samples * 2].split_at(samples);
            halves_one_by_one(high, low, 0, &mut expected[..samples * 2]);
            assert_eq!(found, expected, "{samples} halves");
            let plane = |p: usize| &planes[p * samples..][..samples];
            words::<3>(&planes[..samples * 3], samples, &mut found);
            words_one_by_one([plane(0), plane(1), plane(2)], 0, &mut expected);
            assert_eq!(found, expected, "{samples} floats");
            words::<4>(planes, samples, &mut found);
            words_one_by_one([plane(0), plane(1), plane(2), plane(3)], 0, &mut expected);
            assert_eq!(found, expected, "{samples} uints");
        }
    }
}
