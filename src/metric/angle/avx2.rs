//! Angles of four pixels at a time, by AVX2: the steps of `libm::atan2`, so that the bits are the same.
//!
//! Those are FreeBSD's, whose notice says:
//! Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun
//! Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely
//! granted, provided that this notice is preserved.

use std::arch::x86_64::{
    __m256d, _CMP_EQ_OQ, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LT_OQ, _mm256_add_epi64, _mm256_add_pd, _mm256_and_pd,
    _mm256_andnot_pd, _mm256_blendv_pd, _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_cmp_pd,
    _mm256_cmpgt_epi64, _mm256_div_pd, _mm256_mul_pd, _mm256_or_pd, _mm256_set1_epi64x, _mm256_set1_pd,
    _mm256_setzero_pd, _mm256_sqrt_pd, _mm256_srli_epi64, _mm256_sub_pd, _mm256_xor_pd,
};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use bytemuck::cast;

use super::Components;
use crate::metric::lanes::{LANES, Row};

/// What π is larger than its f64.
const PI_REST: f64 = 1.2246467991473532e-16;
/// Arc tangents of 1/2, 1, 3/2 and infinity, and what they are larger than that.
const ATAN: [(f64, f64); 4] = [
    (0.4636476090008061, 2.2698777452961687e-17),
    (FRAC_PI_4, 3.061616997868383e-17),
    (0.982793723247329, 1.3903311031230998e-17),
    (FRAC_PI_2, 6.123233995736766e-17),
];
const POLYNOMIAL: [f64; 11] = [
    0.3333333333333293,
    -0.19999999999876483,
    0.14285714272503466,
    -0.11111110405462356,
    0.09090887133436507,
    -0.0769187620504483,
    0.06661073137387531,
    -0.058335701337905735,
    0.049768779946159324,
    -0.036531572744216916,
    0.016285820115365782,
];

/// See [`super::degrees_of_rows`].
#[target_feature(enable = "avx2")]
pub fn degrees_of_rows(channels: &[Components], out: &mut [Row<f64>]) {
    for (row, out) in out.iter_mut().enumerate() {
        let mut halves = [_mm256_setzero_pd(); 2];
        for (half, angles) in halves.iter_mut().enumerate() {
            *angles = degrees(channels, row, half);
        }
        *out = cast(halves);
    }
}

/// See [`super::degrees`]; of the pixels in one half of a row.
#[target_feature(enable = "avx2")]
#[inline]
fn degrees(channels: &[Components], row: usize, half: usize) -> __m256d {
    let at = |side: &[Row<f64>]| cast::<Row<f64>, [__m256d; 2]>(side[row])[half];
    let zero = _mm256_setzero_pd();
    let (mut dot, mut squared) = (zero, zero);
    let mut not_zero = [zero; 2];
    for (i, [a, b]) in channels.iter().enumerate() {
        let (a, b) = (at(a), at(b));
        dot = _mm256_add_pd(dot, _mm256_mul_pd(a, b));
        not_zero = [_mm256_or_pd(not_zero[0], a), _mm256_or_pd(not_zero[1], b)];
        for [other_a, other_b] in &channels[i + 1..] {
            let minor = _mm256_sub_pd(_mm256_mul_pd(a, at(other_b)), _mm256_mul_pd(at(other_a), b));
            squared = _mm256_add_pd(squared, _mm256_mul_pd(minor, minor));
        }
    }
    let backwards = _mm256_cmp_pd::<_CMP_LT_OQ>(dot, zero);
    let angle = _mm256_mul_pd(arc_tangent(_mm256_sqrt_pd(squared), dot, backwards), set(180.0 / PI));
    // All bits but the sign are 0 where every component is.
    let is_zero = not_zero.map(|bits| _mm256_cmp_pd::<_CMP_EQ_OQ>(_mm256_andnot_pd(set(-0.0), bits), zero));
    let one_zero = _mm256_xor_pd(is_zero[0], is_zero[1]);
    let without_dot = _mm256_and_pd(_mm256_cmp_pd::<_CMP_EQ_OQ>(dot, zero), one_zero);
    let straight = _mm256_and_pd(_mm256_or_pd(backwards, without_dot), set(180.0));
    _mm256_blendv_pd(straight, angle, _mm256_cmp_pd::<_CMP_GT_OQ>(squared, zero))
}

/// `libm::atan2` of y above 0 and any x; `backwards` where x is below 0.
#[target_feature(enable = "avx2")]
#[inline]
fn arc_tangent(y: __m256d, x: __m256d, backwards: __m256d) -> __m256d {
    let size = _mm256_andnot_pd(set(-0.0), x);
    // Above 2⁶⁴ and below 2⁻⁶⁴, by the upper halves.
    let upper = |value: __m256d| _mm256_srli_epi64::<32>(_mm256_castpd_si256(value));
    let far = |value: __m256d| _mm256_add_epi64(upper(value), _mm256_set1_epi64x(64 << 20));
    let steep = _mm256_castsi256_pd(_mm256_cmpgt_epi64(upper(y), far(size)));
    let flat = _mm256_castsi256_pd(_mm256_cmpgt_epi64(upper(size), far(y)));
    let forwards = arc_tangent_of(_mm256_div_pd(y, size));
    let turned = _mm256_andnot_pd(flat, forwards);
    let turned = _mm256_sub_pd(set(PI), _mm256_sub_pd(turned, set(PI_REST)));
    let angle = _mm256_blendv_pd(forwards, turned, backwards);
    _mm256_blendv_pd(angle, set(FRAC_PI_2), steep)
}

/// `libm::atan` of x above 0.
#[target_feature(enable = "avx2")]
#[inline]
fn arc_tangent_of(x: __m256d) -> __m256d {
    let one = set(1.0);
    let mut t = (x, one);
    let mut of_start = (_mm256_setzero_pd(), _mm256_setzero_pd());
    let double = _mm256_mul_pd(set(2.0), x);
    let from_middle = _mm256_add_pd(one, _mm256_mul_pd(set(1.5), x));
    let parts = [
        (0.4375, (_mm256_sub_pd(double, one), _mm256_add_pd(set(2.0), x))),
        (0.6875, (_mm256_sub_pd(x, one), _mm256_add_pd(x, one))),
        (1.1875, (_mm256_sub_pd(x, set(1.5)), from_middle)),
        (2.4375, (set(-1.0), x)),
    ];
    for ((from, quotient), (start, rest)) in parts.into_iter().zip(ATAN) {
        let is_here = _mm256_cmp_pd::<_CMP_GE_OQ>(x, set(from));
        t = (_mm256_blendv_pd(t.0, quotient.0, is_here), _mm256_blendv_pd(t.1, quotient.1, is_here));
        of_start = (
            _mm256_blendv_pd(of_start.0, set(start), is_here),
            _mm256_blendv_pd(of_start.1, set(rest), is_here),
        );
    }
    let t = _mm256_div_pd(t.0, t.1);
    let z = _mm256_mul_pd(t, t);
    let w = _mm256_mul_pd(z, z);
    // Even and odd powers apart, from the highest down.
    let horner = |coefficients: &[f64], highest: f64| {
        let add = |sum, c: &f64| _mm256_add_pd(set(*c), _mm256_mul_pd(w, sum));
        coefficients.iter().fold(set(highest), add)
    };
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10] = POLYNOMIAL;
    let even = _mm256_mul_pd(z, horner(&[c8, c6, c4, c2, c0], c10));
    let odd = _mm256_mul_pd(w, horner(&[c7, c5, c3, c1], c9));
    let bend = _mm256_mul_pd(t, _mm256_add_pd(even, odd));
    _mm256_sub_pd(of_start.0, _mm256_sub_pd(_mm256_sub_pd(bend, of_start.1), t))
}

#[target_feature(enable = "avx2")]
#[inline]
fn set(value: f64) -> __m256d {
    _mm256_set1_pd(value)
}

const _: () = assert!(LANES == 8, "two vectors make a row");
