//! Distances in representable values: the metric `ulp`.

use half::f16;

use super::lanes::Row;
use crate::image::{Sample, Samples};

/// Representable values of the stored type from `b` to `a`, both finite; those of f32 between their
/// nearest f32s where the types differ.
pub(super) fn ulps(a: Sample, b: Sample) -> u32 {
    match (a, b) {
        (Sample::U8(a), Sample::U8(b)) => u32::from(a.abs_diff(b)),
        (Sample::U16(a), Sample::U16(b)) => u32::from(a.abs_diff(b)),
        (Sample::U32(a), Sample::U32(b)) => a.abs_diff(b),
        (Sample::F16(a), Sample::F16(b)) => half_order(a).abs_diff(half_order(b)),
        _ => float_order(a.to_f32()).abs_diff(float_order(b.to_f32())),
    }
}

/// Raises each of `out` to the distance of as many samples from `at` of both sides, all finite.
#[inline(always)]
pub(super) fn raise_to_ulps(
    (a, b): (&Samples, &Samples),
    at: (usize, usize),
    len: usize,
    out: &mut [Row<u32>],
) {
    let (from_a, from_b) = (at.0..at.0 + len, at.1..at.1 + len);
    match (a, b) {
        (Samples::U8(a), Samples::U8(b)) => raise(&a[from_a], &b[from_b], out, u32::from),
        (Samples::U16(a), Samples::U16(b)) => raise(&a[from_a], &b[from_b], out, u32::from),
        (Samples::U32(a), Samples::U32(b)) => raise(&a[from_a], &b[from_b], out, |k| k),
        (Samples::F16(a), Samples::F16(b)) => {
            raise(&a[from_a], &b[from_b], out, |v| half_order(v) as u32 ^ SIGN);
        }
        (Samples::F32(a), Samples::F32(b)) => {
            raise(&a[from_a], &b[from_b], out, |v| float_order(v) as u32 ^ SIGN);
        }
        _ => {
            for (i, value) in out.as_flattened_mut()[..len].iter_mut().enumerate() {
                *value = (*value).max(ulps(a.get(at.0 + i), b.get(at.1 + i)));
            }
        }
    }
}

const SIGN: u32 = 1 << 31;

#[inline(always)]
fn raise<T: Copy>(a: &[T], b: &[T], out: &mut [Row<u32>], order: impl Fn(T) -> u32) {
    for (out, (a, b)) in out.as_flattened_mut().iter_mut().zip(a.iter().zip(b)) {
        *out = (*out).max(order(*a).abs_diff(order(*b)));
    }
}

/// Integers in the order of the floats, −0 and +0 the same.
#[inline(always)]
fn float_order(value: f32) -> i32 {
    let bits = value.to_bits() as i32;
    if bits < 0 { i32::MIN.wrapping_sub(bits) } else { bits }
}

#[inline(always)]
fn half_order(value: f16) -> i32 {
    let magnitude = i32::from(value.to_bits() & 0x7fff);
    if value.to_bits() & 0x8000 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_apart() {
        let float = |a: f32, b: f32| ulps(Sample::F32(a), Sample::F32(b));
        assert_eq!(float(1.0, 1.0f32.next_up()), 1);
        assert_eq!(float(-1.0, (-1.0f32).next_down()), 1);
        assert_eq!(float(0.0, -0.0), 0);
        assert_eq!(float(f32::from_bits(1), -f32::from_bits(1)), 2);
        assert_eq!(float(f32::MAX, f32::MIN), 2 * 0x7f7f_ffff);
        let half = |a: u16, b: u16| ulps(Sample::F16(f16::from_bits(a)), Sample::F16(f16::from_bits(b)));
        assert_eq!((half(0x3c00, 0x3c01), half(0x8001, 0x0001), half(0x7bff, 0xfbff)), (1, 2, 63486));
        assert_eq!(ulps(Sample::U8(0), Sample::U8(255)), 255);
        assert_eq!(ulps(Sample::U32(u32::MAX), Sample::U32(0)), u32::MAX);
        assert_eq!(ulps(Sample::F16(f16::ONE), Sample::F32(1.0f32.next_up())), 1);
    }

    #[test]
    fn many_are_as_one() {
        let floats: Vec<f32> = [0.0, -0.0, 1.0, -1.0, f32::MAX, f32::MIN, 1e-45, -3.5].repeat(3);
        let turned: Vec<f32> = floats.iter().rev().map(|v| v * 0.5).collect();
        let half = |v: &[f32]| Samples::F16(v.iter().map(|v| f16::from_f32(v.clamp(-9.0, 9.0))).collect());
        let byte = |v: &[f32]| Samples::U8(v.iter().map(|v| *v as u8).collect());
        for (a, b) in [
            (half(&floats), half(&turned)),
            (byte(&floats), byte(&turned)),
            (half(&floats), byte(&turned)),
            (Samples::F32(floats), Samples::F32(turned)),
        ] {
            let mut out = [[1; 8]; 3];
            raise_to_ulps((&a, &b), (1, 2), 21, &mut out);
            for (i, value) in out.as_flattened().iter().enumerate() {
                let right = if i < 21 { ulps(a.get(1 + i), b.get(2 + i)).max(1) } else { *value };
                assert_eq!(*value, right, "{i}");
            }
        }
    }
}
