//! The loops that matter most, by AVX2.

use std::arch::x86_64::{
    __m256, __m256d, _CMP_GT_OQ, _mm256_add_pd, _mm256_and_pd, _mm256_and_ps, _mm256_blendv_pd,
    _mm256_blendv_ps, _mm256_castpd_ps, _mm256_castpd_si256, _mm256_castps256_ps128, _mm256_cmp_pd,
    _mm256_cvtph_ps, _mm256_cvtps_pd, _mm256_div_pd, _mm256_extractf128_ps, _mm256_max_pd, _mm256_max_ps,
    _mm256_mul_pd, _mm256_permute2f128_pd, _mm256_set1_pd, _mm256_set1_ps, _mm256_setzero_pd,
    _mm256_setzero_si256, _mm256_shuffle_ps, _mm256_sub_epi64, _mm256_sub_pd, _mm256_sub_ps,
};

use bytemuck::cast;
use half::f16;

use super::{LANES, Row, Totals, rows};

/// A row in two halves.
type Pair = [__m256d; 2];

#[target_feature(enable = "avx2")]
fn widen(row: &Row<f32>) -> Pair {
    let row: __m256 = cast(*row);
    [_mm256_cvtps_pd(_mm256_castps256_ps128(row)), _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(row))]
}

#[target_feature(enable = "avx2")]
fn magnitude(value: __m256d) -> __m256d {
    _mm256_and_pd(value, _mm256_set1_pd(f64::from_bits(u64::MAX >> 1)))
}

/// See [`super::add_differences`].
#[target_feature(enable = "avx2")]
pub fn add_differences(a: &[f32], b: &[f32], peak: &mut [Row<f64>]) -> [Row<f64>; 3] {
    let mut sums: [Pair; 3] = [[_mm256_setzero_pd(); 2]; 3];
    for ((_, (a, b)), peak) in rows(a, b).zip(peak) {
        let (a, b) = (widen(a), widen(b));
        let mut peaks: Pair = cast(*peak);
        for half in 0..2 {
            let delta = _mm256_sub_pd(a[half], b[half]);
            let size = magnitude(delta);
            sums[0][half] = _mm256_add_pd(sums[0][half], size);
            sums[1][half] = _mm256_add_pd(sums[1][half], delta);
            sums[2][half] = _mm256_add_pd(sums[2][half], _mm256_mul_pd(delta, delta));
            peaks[half] = _mm256_max_pd(peaks[half], size);
        }
        *peak = cast(peaks);
    }
    sums.map(cast::<Pair, Row<f64>>)
}

/// See [`super::raise_to_differences`].
#[target_feature(enable = "avx2")]
pub fn raise_to_differences(a: &[f32], b: &[f32], map: &mut [Row<f32>]) {
    let mask = _mm256_set1_ps(f32::from_bits(u32::MAX >> 1));
    for ((_, (a, b)), map) in rows(a, b).zip(map) {
        let size = _mm256_and_ps(_mm256_sub_ps(cast(*a), cast(*b)), mask);
        *map = cast(_mm256_max_ps(cast(*map), size));
    }
}

/// See [`super::take_larger`].
#[target_feature(enable = "avx2")]
pub fn take_larger(a: &[f32], b: &[f32], peak: &[Row<f64>], signed: &mut [Row<f64>]) {
    for (((_, (a, b)), peak), signed) in rows(a, b).zip(peak).zip(signed) {
        let (a, b) = (widen(a), widen(b));
        let (peaks, mut deltas): (Pair, Pair) = (cast(*peak), cast(*signed));
        for half in 0..2 {
            let delta = _mm256_sub_pd(a[half], b[half]);
            let wins = _mm256_cmp_pd::<_CMP_GT_OQ>(magnitude(delta), peaks[half]);
            deltas[half] = _mm256_blendv_pd(deltas[half], delta, wins);
        }
        *signed = cast(deltas);
    }
}

/// See [`super::take_larger_in_f32`].
#[target_feature(enable = "avx2")]
pub fn take_larger_in_f32(a: &[f32], b: &[f32], peak: &[Row<f64>], map: &mut [Row<f32>]) {
    for (((_, (a, b)), peak), map) in rows(a, b).zip(peak).zip(map) {
        let difference: __m256 = _mm256_sub_ps(cast(*a), cast(*b));
        let (a, b, peaks) = (widen(a), widen(b), cast::<Row<f64>, Pair>(*peak));
        let mut wins: Pair = [_mm256_setzero_pd(); 2];
        for half in 0..2 {
            let size = magnitude(_mm256_sub_pd(a[half], b[half]));
            wins[half] = _mm256_cmp_pd::<_CMP_GT_OQ>(size, peaks[half]);
        }
        // The masks of eight f64 as masks of eight f32, in order.
        let low = _mm256_castpd_ps(_mm256_permute2f128_pd::<0x20>(wins[0], wins[1]));
        let high = _mm256_castpd_ps(_mm256_permute2f128_pd::<0x31>(wins[0], wins[1]));
        let mask = _mm256_shuffle_ps::<0x88>(low, high);
        *map = cast(_mm256_blendv_ps(cast(*map), difference, mask));
    }
}

/// See [`super::raise_to_excess`].
#[target_feature(enable = "avx2")]
pub fn raise_to_excess(a: &[f32], b: &[f32], (abs, rel): (f64, f64), value: &mut [Row<f64>]) {
    let (abs, rel) = (_mm256_set1_pd(abs), _mm256_set1_pd(rel));
    for ((_, (a, b)), value) in rows(a, b).zip(value) {
        let (a, b) = (widen(a), widen(b));
        let mut values: Pair = cast(*value);
        for half in 0..2 {
            let size = magnitude(_mm256_sub_pd(a[half], b[half]));
            let allowed = _mm256_add_pd(abs, _mm256_mul_pd(rel, magnitude(b[half])));
            values[half] = _mm256_max_pd(values[half], _mm256_sub_pd(size, allowed));
        }
        *value = cast(values);
    }
}

/// See [`super::raise_to_ratio`].
#[target_feature(enable = "avx2")]
pub fn raise_to_ratio(a: &[f32], b: &[f32], floor: f64, value: &mut [Row<f64>]) {
    let floor = _mm256_set1_pd(floor);
    for ((_, (a, b)), value) in rows(a, b).zip(value) {
        let (a, b) = (widen(a), widen(b));
        let mut values: Pair = cast(*value);
        for half in 0..2 {
            let size = magnitude(_mm256_sub_pd(a[half], b[half]));
            let ratio = _mm256_div_pd(size, _mm256_max_pd(magnitude(b[half]), floor));
            values[half] = _mm256_max_pd(values[half], ratio);
        }
        *value = cast(values);
    }
}

/// See [`super::add_squares`].
#[target_feature(enable = "avx2")]
pub fn add_squares(a: &[f32], b: &[f32], value: &mut [Row<f64>]) {
    for ((_, (a, b)), value) in rows(a, b).zip(value) {
        let (a, b) = (widen(a), widen(b));
        let mut values: Pair = cast(*value);
        for half in 0..2 {
            let delta = _mm256_sub_pd(a[half], b[half]);
            values[half] = _mm256_add_pd(values[half], _mm256_mul_pd(delta, delta));
        }
        *value = cast(values);
    }
}

/// See [`super::widen_floats`].
#[target_feature(enable = "avx2")]
pub fn widen_floats(values: &[f32], out: &mut [Row<f64>]) {
    for (row, out) in values.as_chunks::<LANES>().0.iter().zip(out) {
        *out = cast(widen(row));
    }
}

/// See [`super::totals`].
#[target_feature(enable = "avx2")]
pub fn totals(metric: &[Row<f64>], measured: &[Row<f64>], threshold: f64) -> Totals {
    let threshold = _mm256_set1_pd(threshold);
    let (mut sums, mut largest): (Pair, Pair) = ([_mm256_setzero_pd(); 2], [_mm256_setzero_pd(); 2]);
    let mut above = [_mm256_setzero_si256(); 2];
    for (metric, measured) in metric.iter().zip(measured) {
        let (metric, measured): (Pair, Pair) = (cast(*metric), cast(*measured));
        for half in 0..2 {
            sums[half] = _mm256_add_pd(sums[half], metric[half]);
            largest[half] = _mm256_max_pd(magnitude(metric[half]), largest[half]);
            let is_above = _mm256_cmp_pd::<_CMP_GT_OQ>(measured[half], threshold);
            // A mask is −1.
            above[half] = _mm256_sub_epi64(above[half], _mm256_castpd_si256(is_above));
        }
    }
    Totals { sum: cast(sums), largest: cast(largest), above: cast(above) }
}

/// See [`super::widen_halves`].
#[target_feature(enable = "avx2,f16c")]
pub fn widen_halves(halves: &[f16], out: &mut [f32]) {
    let (rows, rest) = halves.as_chunks::<LANES>();
    let (out_rows, out_rest) = out.as_chunks_mut::<LANES>();
    for (row, out) in rows.iter().zip(out_rows) {
        *out = cast(_mm256_cvtph_ps(cast(*row)));
    }
    for (half, out) in rest.iter().zip(out_rest) {
        *out = half.to_f32_const();
    }
}

const _: () = assert!(LANES == 8, "two vectors make a row");
