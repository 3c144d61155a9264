//! Colours: from linear RGB to the opponent channels that are blurred, and from blurred ones to
//! what two colours differ by.
//!
//! NVIDIA's code blurs YCxCz (Y = 116·Yₙ − 16, Cx = 500·(Xₙ − Yₙ), Cz = 200·(Yₙ − Zₙ)); here the same
//! is blurred without factors and offsets, (Yₙ, Xₙ − Yₙ, Yₙ − Zₙ), since the filters add up to 1. Its
//! matrices are multiplied out in f64 and rounded once.

use super::math::{clamp, cube_root, pow};

/// Rows of linear sRGB to XYZ, D65.
const XYZ: [[f64; 3]; 3] = [
    [10_135_552.0 / 24_577_794.0, 8_788_810.0 / 24_577_794.0, 4_435_075.0 / 24_577_794.0],
    [2_613_072.0 / 12_288_897.0, 8_788_810.0 / 12_288_897.0, 887_015.0 / 12_288_897.0],
    [1_425_312.0 / 73_733_382.0, 8_788_810.0 / 73_733_382.0, 70_074_185.0 / 73_733_382.0],
];
/// Rows of XYZ to linear sRGB.
const RGB: [[f64; 3]; 3] = [
    [3.241_003_275, -1.537_398_934, -0.498_615_861],
    [-0.969_224_334, 1.875_930_071, 0.041_554_224],
    [0.055_639_423, -0.204_011_202, 1.057_148_933],
];
/// X and Z of white.
const WHITE: [f64; 2] = [0.950_428_545, 1.088_900_371];
/// One through the same.
const INV_WHITE: [f64; 2] = [1.052_156_925, 0.918_357_670];

/// Rows of linear RGB to (Xₙ, Yₙ, Zₙ), white being (1, 1, 1).
pub const NORMAL: [[f32; 3]; 3] = {
    let mut rows = [[0.0; 3]; 3];
    let mut c = 0;
    while c < 3 {
        rows[0][c] = (XYZ[0][c] * INV_WHITE[0]) as f32;
        rows[1][c] = XYZ[1][c] as f32;
        rows[2][c] = (XYZ[2][c] * INV_WHITE[1]) as f32;
        c += 1;
    }
    rows
};

/// Rows of linear RGB to (Yₙ, Xₙ − Yₙ, Yₙ − Zₙ).
pub const OPPONENT: [[f32; 3]; 3] = {
    let mut rows = [[0.0; 3]; 3];
    let mut c = 0;
    while c < 3 {
        rows[0][c] = XYZ[1][c] as f32;
        rows[1][c] = (XYZ[0][c] * INV_WHITE[0] - XYZ[1][c]) as f32;
        rows[2][c] = (XYZ[1][c] - XYZ[2][c] * INV_WHITE[1]) as f32;
        c += 1;
    }
    rows
};

/// Rows of (Yₙ, Xₙ − Yₙ, Yₙ − Zₙ) to linear RGB.
pub const FROM_OPPONENT: [[f32; 3]; 3] = {
    let mut rows = [[0.0; 3]; 3];
    let mut r = 0;
    while r < 3 {
        rows[r][0] = (RGB[r][0] * WHITE[0] + RGB[r][1] + RGB[r][2] * WHITE[1]) as f32;
        rows[r][1] = (RGB[r][0] * WHITE[0]) as f32;
        rows[r][2] = (-RGB[r][2] * WHITE[1]) as f32;
        r += 1;
    }
    rows
};

/// Exponent of the colour difference: q_c.
pub const COLOUR_EXPONENT: f32 = 0.7;
/// Colour differences up to this part of the largest ...
pub const KNEE: f32 = 0.4;
/// ... are spread over 0 to this: p_c and p_t.
pub const KNEE_ERROR: f32 = 0.95;

/// Coefficients of the ACES tone mapper (c0·x² + c1·x) / (c3·x² + c4·x + c5); its quadratic below has
/// no root, so nothing is ever divided by 0.
pub const ACES: [f32; 6] = [0.6 * 0.6 * 2.51, 0.6 * 0.03, 0.0, 0.6 * 0.6 * 2.43, 0.6 * 0.59, 0.14];
/// Exposed values beyond ± this are taken as this: the tone mapper is over 1 from 13 on to both
/// sides, and their squares could overflow.
pub const LARGEST: f32 = 1e6;

#[inline(always)]
pub(super) fn apply(row: [f32; 3], v: [f32; 3]) -> f32 {
    row[0] * v[0] + row[1] * v[1] + row[2] * v[2]
}

/// One linear HDR value as the display shows it, 0..=1.
#[inline(always)]
pub(super) fn tone_mapped(linear: f32, scale: f32) -> f32 {
    let x = clamp(linear * scale, -LARGEST, LARGEST);
    let x2 = x * x;
    let value = (x2 * ACES[0] + x * ACES[1]) / ((x2 * ACES[3] + x * ACES[4]) + ACES[5]);
    clamp(value, 0.0, 1.0)
}

/// CIELab of a blurred colour, after clamping to what a display can show; a and b scaled by L as Hunt
/// found (colours look more alike in the dark).
#[inline(always)]
pub(super) fn hunt_lab(opponent: [f32; 3]) -> [f32; 3] {
    // Written out: `map` of arrays is not always inlined.
    hunt_lab_of_rgb([
        clamp(apply(FROM_OPPONENT[0], opponent), 0.0, 1.0),
        clamp(apply(FROM_OPPONENT[1], opponent), 0.0, 1.0),
        clamp(apply(FROM_OPPONENT[2], opponent), 0.0, 1.0),
    ])
}

#[inline(always)]
fn hunt_lab_of_rgb(rgb: [f32; 3]) -> [f32; 3] {
    let x = lightness(apply(NORMAL[0], rgb));
    let y = lightness(apply(NORMAL[1], rgb));
    let z = lightness(apply(NORMAL[2], rgb));
    let l = 116.0 * y - 16.0;
    let hunt = 0.01 * l;
    [l, hunt * (500.0 * (x - y)), hunt * (200.0 * (y - z))]
}

/// CIELab's cube root, a line near 0.
#[inline(always)]
fn lightness(t: f32) -> f32 {
    const DELTA: f32 = 6.0 / 29.0;
    let (root, line) = (cube_root(t), t * (1.0 / (3.0 * DELTA * DELTA)) + 4.0 / 29.0);
    if t > DELTA * DELTA * DELTA { root } else { line }
}

/// HyAB distance: |ΔL| + √(Δa² + Δb²).
#[inline(always)]
pub(super) fn hyab(a: [f32; 3], b: [f32; 3]) -> f32 {
    let (l, a_star, b_star) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    l.abs() + (a_star * a_star + b_star * b_star).sqrt()
}

/// The colour error of a distance, 0..=1. `largest` is [`largest_difference`].
#[inline(always)]
pub(super) fn colour_error(distance: f32, largest: f32) -> f32 {
    let difference = pow(distance, COLOUR_EXPONENT);
    let knee = KNEE * largest;
    let low = difference * (KNEE_ERROR / knee);
    let high = KNEE_ERROR + (difference - knee) / (largest - knee) * (1.0 - KNEE_ERROR);
    if difference < knee { low } else { high }
}

/// The largest colour difference that a display can show, as [`colour_error`] measures: green to blue.
pub fn largest_difference() -> f32 {
    let distance = hyab(hunt_lab_of_rgb([0.0, 1.0, 0.0]), hunt_lab_of_rgb([0.0, 0.0, 1.0]));
    pow(distance, COLOUR_EXPONENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opponent_colours_come_back() {
        for rgb in [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.2, 0.5, 0.9], [1.0, 0.0, 0.0]] {
            let opponent = OPPONENT.map(|row| apply(row, rgb));
            for c in 0..3 {
                let back = apply(FROM_OPPONENT[c], opponent);
                assert!((back - rgb[c]).abs() < 2e-6, "{rgb:?}: {back}");
            }
        }
    }

    #[test]
    fn white_is_a_hundred_and_black_is_none() {
        let [l, a, b] = hunt_lab(OPPONENT.map(|row| apply(row, [1.0; 3])));
        assert!((l - 100.0).abs() < 1e-4 && a.abs() < 1e-2 && b.abs() < 1e-2, "{l} {a} {b}");
        let [l, a, b] = hunt_lab([0.0; 3]);
        assert!(l.abs() < 1e-5 && a.abs() < 1e-6 && b.abs() < 1e-6, "{l} {a} {b}");
    }

    #[test]
    fn green_to_blue_is_the_largest() {
        let largest = largest_difference();
        assert!((colour_error(0.0, largest), largest > 40.0) == (0.0, true), "{largest}");
        let distance = hyab(hunt_lab_of_rgb([0.0, 1.0, 0.0]), hunt_lab_of_rgb([0.0, 0.0, 1.0]));
        assert!((colour_error(distance, largest) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn any_finite_value_is_shown() {
        for value in [f32::MAX, f32::MIN, 1e20, -1e20, 13.0] {
            for scale in [1e-30, 1.0, 1e30] {
                let shown = tone_mapped(value, scale);
                assert!((0.0..=1.0).contains(&shown), "{value:e} x {scale:e}: {shown}");
            }
            assert_eq!(tone_mapped(value, 1.0), 1.0, "{value:e}");
        }
        assert_eq!(tone_mapped(0.0, 5.0), 0.0);
    }
}
