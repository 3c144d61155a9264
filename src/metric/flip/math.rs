//! Powers and logarithms that are the same on every machine: plain f32 arithmetic without branches,
//! so that loops over them become vectors, and never a fused multiply-add.
//!
//! Accuracy, as tested below: [`exp2`] 3e-7 and [`cube_root`] 3e-7 relative, [`log2`] 3e-7 of the
//! result or of 1, whichever is larger, [`pow`] 2e-6 relative over what ꟻLIP asks of it.

/// As `minps`: one instruction, where `f32::min` minds NaN.
#[inline(always)]
pub(super) fn clamp(value: f32, low: f32, high: f32) -> f32 {
    let value = if value > low { value } else { low };
    if value < high { value } else { high }
}

/// Base-2 logarithm of a positive normal number.
///
/// x = 2^e·m with m in √½..√2, ln m = 2·artanh((m−1)/(m+1)) by its series.
#[inline(always)]
pub(super) fn log2(x: f32) -> f32 {
    // Bits of √½: what is taken off leaves a mantissa around 1.
    const HALF_ROOT: u32 = 0x3f35_04f3;
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(HALF_ROOT) as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32));
    let s = (m - 1.0) / (m + 1.0);
    let t = s * s;
    const UNIT: f64 = 2.0 * std::f64::consts::LOG2_E;
    let series = ((UNIT / 9.0) as f32 * t + (UNIT / 7.0) as f32) * t + (UNIT / 5.0) as f32;
    let series = (series * t + (UNIT / 3.0) as f32) * t + UNIT as f32;
    exponent as f32 + s * series
}

/// 2^x; x is taken as the nearest of −126..=126.
///
/// x = n + f with f in −½..=½, 2^f by its series.
#[inline(always)]
pub(super) fn exp2(x: f32) -> f32 {
    // Adding 1.5·2²³ leaves no bits after the point: the low bits of the sum are n.
    const ROUND: f32 = 12_582_912.0;
    let x = clamp(x, -126.0, 126.0);
    let shifted = x + ROUND;
    let f = x - (shifted - ROUND);
    let n = shifted.to_bits().wrapping_sub(ROUND.to_bits());
    const L: f64 = std::f64::consts::LN_2;
    const C: [f32; 7] = [
        1.0,
        L as f32,
        (L * L / 2.0) as f32,
        (L * L * L / 6.0) as f32,
        (L * L * L * L / 24.0) as f32,
        (L * L * L * L * L / 120.0) as f32,
        (L * L * L * L * L * L / 720.0) as f32,
    ];
    let power = ((C[6] * f + C[5]) * f + C[4]) * f + C[3];
    let power = ((power * f + C[2]) * f + C[1]) * f + C[0];
    power * f32::from_bits((n.wrapping_add(127)) << 23)
}

/// x^y of x ≥ 0 and y in 0..=3; exactly 0 where x is 0, whatever y.
#[inline(always)]
pub(super) fn pow(x: f32, y: f32) -> f32 {
    let power = exp2(y * log2(x));
    // Smaller ones are no normal numbers, and their powers nothing that can be seen.
    if x < f32::MIN_POSITIVE { 0.0 } else { power }
}

/// Cube root of a positive normal number; a small finite number for 0.
///
/// A third of the exponent by shifts of the bits, then two of Halley's steps.
#[inline(always)]
pub(super) fn cube_root(x: f32) -> f32 {
    // (2/3)·127 in the exponent, less what makes the error even to both sides.
    const ORIGIN: u32 = 0x2a51_37a0;
    let bits = x.to_bits();
    let third = (bits >> 2) + (bits >> 4);
    let third = third + (third >> 4);
    let third = third + (third >> 8);
    let y = f32::from_bits(third + ORIGIN);
    let y = halley(x, y);
    halley(x, y)
}

#[inline(always)]
fn halley(x: f32, y: f32) -> f32 {
    let cube = y * y * y;
    y * ((cube + (x + x)) / ((cube + cube) + x))
}

/// From sRGB-encoded to linear, 0..=1; what is outside is clamped. Branch at 0.04045 (IEC 61966-2-1).
#[inline(always)]
pub(super) fn linear_from_srgb(encoded: f32) -> f32 {
    let v = clamp(encoded, 0.0, 1.0);
    let curve = pow((v + 0.055) * (1.0 / 1.055), 2.4);
    let line = v * (1.0 / 12.92);
    if v <= 0.04045 { line } else { clamp(curve, 0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::SQRT_2;

    use super::*;

    /// Positive numbers over `octaves` powers of two up to 1, and their neighbours.
    fn numbers(octaves: i32) -> impl Iterator<Item = f32> {
        (0..octaves * 4096).map(|i| libm::exp2(-f64::from(i) / 4096.0) as f32)
    }

    fn relative(found: f32, right: f64) -> f64 {
        (f64::from(found) - right).abs() / right.abs()
    }

    #[test]
    fn logarithms_are_near() {
        let all = numbers(60).chain(numbers(20).map(|x| x * 1e6)).chain([SQRT_2, SQRT_2.next_down(), 1.0]);
        for x in all {
            let (found, right) = (log2(x), libm::log2(f64::from(x)));
            let off = (f64::from(found) - right).abs();
            assert!(off <= 3e-7 * right.abs().max(1.0), "log2({x:e}) is {found:e}, not {right:e}");
            assert!(off <= 3e-6 * right.abs(), "log2({x:e}) is {found:e}, not {right:e}");
        }
        assert_eq!(log2(1.0), 0.0);
        assert_eq!(log2(8.0), 3.0);
    }

    #[test]
    fn powers_are_near() {
        for i in -126_000..=126_000 {
            let x = i as f32 / 1000.0;
            let off = relative(exp2(x), libm::exp2(f64::from(x)));
            assert!(off <= 3e-7, "exp2({x}) is off by {off:e}");
        }
        assert_eq!((exp2(0.0), exp2(-3.0), exp2(5.0)), (1.0, 0.125, 32.0));
        assert_eq!((exp2(-500.0), exp2(500.0)), (exp2(-126.0), exp2(126.0)));
        for x in numbers(24) {
            for y in [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0, 2.4] {
                let off = relative(pow(x, y), libm::pow(f64::from(x), f64::from(y)));
                assert!(off <= 2e-6, "{x:e}^{y} is off by {off:e}");
            }
        }
        assert_eq!((pow(0.0, 0.7), pow(0.0, 0.0), pow(1.0, 0.3)), (0.0, 0.0, 1.0));
    }

    #[test]
    fn cube_roots_are_near() {
        for x in numbers(40) {
            let off = relative(cube_root(x), libm::cbrt(f64::from(x)));
            assert!(off <= 3e-7, "the cube root of {x:e} is off by {off:e}");
        }
        assert!(cube_root(0.0).abs() < 1e-9);
    }

    #[test]
    fn the_srgb_curve_is_near() {
        for k in 0..=1000 {
            let v = f64::from(k) / 1000.0;
            let right = if v <= 0.04045 { v / 12.92 } else { libm::pow((v + 0.055) / 1.055, 2.4) };
            let off = (f64::from(linear_from_srgb(v as f32)) - right).abs();
            assert!(off <= 1e-6 * right, "{v}: off by {off:e}");
        }
        assert_eq!((linear_from_srgb(-1.0), linear_from_srgb(0.0), linear_from_srgb(7.0)), (0.0, 0.0, 1.0));
    }
}
