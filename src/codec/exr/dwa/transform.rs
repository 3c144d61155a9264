//! From coefficients to pixels: the inverse cosine transform, the inverse colour transform and the
//! curve back to linear light.
//!
//! All sums are formed in the order of OpenEXR's code for AVX, so that every bit is the same; plain
//! loops over eight lanes, which the compiler makes into vector code.

use std::sync::OnceLock;

use half::f16;

/// Rows or columns of 8 x 8 numbers.
pub type Square = [[f32; 8]; 8];

/// By the bits of a half as stored, the bits of the half in linear light.
pub type Curve = [u16; 1 << 16];

/// Halves of the cosines of 1/4, 1/16, 1/8, 3/16, 5/16, 3/8 and 7/16 of pi, with seven digits.
const A: f32 = 3.535_536e-1;
const B: f32 = 4.903_927e-1;
const C: f32 = 4.619_398e-1;
const D: f32 = 4.157_349e-1;
const E: f32 = 2.777_855e-1;
const F: f32 = 1.913_422e-1;
const G: f32 = 9.754_573e-2;

/// The pixels, row by row, of coefficients given column by column.
#[inline(always)]
pub fn inverse_dct(columns: &Square) -> Square {
    let mut across = [[0.0; 8]; 8];
    for row in 0..8 {
        let x: [f32; 8] = std::array::from_fn(|column| columns[column][row]);
        let even = [
            (A * x[0] + C * x[2]) + (A * x[4] + F * x[6]),
            (A * x[0] + F * x[2]) + (-A * x[4] + -C * x[6]),
            (A * x[0] + -F * x[2]) + (-A * x[4] + C * x[6]),
            (A * x[0] + -C * x[2]) + (A * x[4] + -F * x[6]),
        ];
        let odd = [
            (B * x[1] + D * x[3]) + (E * x[5] + G * x[7]),
            (D * x[1] + -G * x[3]) + (-B * x[5] + -E * x[7]),
            (E * x[1] + -B * x[3]) + (G * x[5] + D * x[7]),
            (G * x[1] + -E * x[3]) + (D * x[5] + -B * x[7]),
        ];
        for k in 0..4 {
            across[k][row] = even[k] + odd[k];
            across[7 - k][row] = even[k] - odd[k];
        }
    }
    let rows = transpose(&across);
    let mut pixels = [[0.0; 8]; 8];
    for column in 0..8 {
        let x: [f32; 8] = std::array::from_fn(|row| rows[row][column]);
        let (sum, difference) = (A * x[0] + A * x[4], A * x[0] - A * x[4]);
        let (outer, inner) = (C * x[2] + F * x[6], F * x[2] - C * x[6]);
        let even = [sum + outer, difference + inner, difference - inner, sum - outer];
        let odd = [
            (B * x[1] + D * x[3]) + (E * x[5] + G * x[7]),
            (D * x[1] - (G * x[3] + B * x[5])) - E * x[7],
            ((E * x[1] - B * x[3]) + G * x[5]) + D * x[7],
            (G * x[1] + D * x[5]) - (E * x[3] + B * x[7]),
        ];
        for k in 0..4 {
            pixels[k][column] = even[k] + odd[k];
            pixels[7 - k][column] = even[k] - odd[k];
        }
    }
    pixels
}

#[inline(always)]
fn transpose(square: &Square) -> Square {
    std::array::from_fn(|i| std::array::from_fn(|j| square[j][i]))
}

/// The value of all pixels if there is no coefficient besides `dc`.
#[inline(always)]
pub fn inverse_dc(dc: f32) -> f32 {
    dc * A * A
}

/// Turns luma and two differences of colour into red, green and blue; planes of another number are
/// no colours.
#[inline(always)]
pub fn to_rgb(planes: &mut [Square]) {
    let [luma, blue, red] = planes else { return };
    let pixels = luma.as_flattened_mut().iter_mut().zip(blue.as_flattened_mut()).zip(red.as_flattened_mut());
    for ((first, second), third) in pixels {
        let (luma, blue, red) = (*first, *second, *third);
        *first = luma + 1.5747 * red;
        *second = luma - 0.1873 * blue - 0.4682 * red;
        *third = luma + 1.8556 * blue;
    }
}

/// The curve, made at the first call.
///
/// Stored values up to 1 are a power of linear light, those above a logarithm. Infinities and NaN
/// become 0. Computed in f64, of which f32 and then halves are rounded.
pub fn curve() -> &'static Curve {
    static CURVE: OnceLock<Box<Curve>> = OnceLock::new();
    CURVE.get_or_init(|| {
        let mut curve = Box::new([0; 1 << 16]);
        for (bits, linear) in (0..=u16::MAX).zip(curve.iter_mut()) {
            *linear = linear_from_stored(f16::from_bits(bits)).to_bits();
        }
        curve
    })
}

fn linear_from_stored(stored: f16) -> f16 {
    // -0 becomes 0 too.
    if !stored.is_finite() || stored == f16::ZERO {
        return f16::ZERO;
    }
    let size = stored.to_f64().abs();
    let linear = if size <= 1.0 {
        size.powf(f64::from(2.2_f32))
    } else {
        // e to the power of 2.2.
        f64::from(9.025_013_f32).powf(size - 1.0)
    };
    f16::from_f32((linear as f32).copysign(stored.to_f32()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_that_of_openexr() {
        // FNV-1a over all 65536 entries of `exrcore_dwaToLinearTable` of OpenEXR 3.5.3.
        let hash = curve()
            .iter()
            .flat_map(|linear| linear.to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3_u64)
            });
        assert_eq!(hash, 0x7419_6695_14ad_b281);
        // Stored and linear: 0.25, 0.5, 1, 2, -0.5, -0, the largest, infinity.
        let known = [
            (0x3400, 0x2a10),
            (0x3800, 0x32f7),
            (0x3c00, 0x3c00),
            (0x4000, 0x4883),
            (0xb800, 0xb2f7),
            (0x8000, 0),
            (0x7bff, 0x7c00),
            (0x7c00, 0),
            (0xfc00, 0),
        ];
        for (stored, linear) in known {
            assert_eq!(curve()[stored], linear, "{stored:#x}");
        }
    }

    #[test]
    fn the_inverse_transform_is_a_sum_of_cosines() {
        use std::f64::consts::{FRAC_1_SQRT_2, PI};
        // Some value of its own for each coefficient, in columns.
        let columns: Square =
            std::array::from_fn(|u| std::array::from_fn(|v| ((u * 5 + v * 11) % 17) as f32 / 8.0 - 1.0));
        let wave = |k: usize, at: usize| {
            let scale = if k == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            scale * ((2 * at + 1) as f64 * k as f64 * PI / 16.0).cos() / 2.0
        };
        for (y, row) in inverse_dct(&columns).iter().enumerate() {
            for (x, &pixel) in row.iter().enumerate() {
                let terms = (0..64).map(|i| (i / 8, i % 8));
                let expected: f64 =
                    terms.map(|(u, v)| f64::from(columns[u][v]) * wave(u, x) * wave(v, y)).sum();
                assert!((f64::from(pixel) - expected).abs() < 1e-5, "{x} {y}: {pixel}, not {expected}");
            }
        }
    }

    #[test]
    fn a_lone_dc_coefficient_gives_the_same_either_way() {
        let mut columns = [[0.0; 8]; 8];
        columns[0][0] = 3.3;
        assert_eq!(inverse_dct(&columns), [[inverse_dc(3.3); 8]; 8]);
    }

    #[test]
    fn colours_come_from_luma_and_differences() {
        let mut planes = [[[0.5; 8]; 8], [[0.25; 8]; 8], [[-0.125; 8]; 8]];
        to_rgb(&mut planes);
        let [r, g, b] = planes.map(|plane| plane[7][7]);
        assert_eq!(
            [r, g, b],
            [0.5 - 0.125 * 1.5747, 0.5 - 0.25 * 0.1873 + 0.125 * 0.4682, 0.5 + 0.25 * 1.8556]
        );
    }
}
