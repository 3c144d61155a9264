//! Values of which the loops take f64s, and the best that the machine has of each loop.

use half::f16;
use half::slice::HalfFloatSliceExt;

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::{
    Row, Totals, add_differences, add_squares, raise_to_differences, raise_to_excess, raise_to_ratio,
    take_larger, take_larger_in_f32, totals, widen_floats,
};

/// A stored value that is exact in f64.
pub trait Wide: Copy {
    fn wide(self) -> f64;
    /// Fills as many rows of `out` as there are.
    fn widen(values: &[Self], out: &mut [Row<f64>]);
    /// self − other, rounded once to f32.
    fn difference(self, other: Self) -> f32;
    /// [`add_differences`], by the best vectors that the machine has; the others likewise.
    #[inline(always)]
    fn add(a: &[Self], b: &[Self], peak: &mut [Row<f64>]) -> [Row<f64>; 3] {
        add_differences(a, b, peak)
    }
    /// [`add_squares`].
    #[inline(always)]
    fn add_squares(a: &[Self], b: &[Self], value: &mut [Row<f64>]) {
        add_squares(a, b, value);
    }
    /// [`raise_to_differences`].
    #[inline(always)]
    fn raise_map(a: &[Self], b: &[Self], map: &mut [Row<f32>]) {
        raise_to_differences(a, b, map);
    }
    /// [`take_larger`].
    #[inline(always)]
    fn take(a: &[Self], b: &[Self], peak: &[Row<f64>], signed: &mut [Row<f64>]) {
        take_larger(a, b, peak, signed);
    }
    /// [`take_larger_in_f32`].
    #[inline(always)]
    fn take_map(a: &[Self], b: &[Self], peak: &[Row<f64>], map: &mut [Row<f32>]) {
        take_larger_in_f32(a, b, peak, map);
    }
    /// [`raise_to_excess`].
    #[inline(always)]
    fn raise_excess(a: &[Self], b: &[Self], tolerance: (f64, f64), value: &mut [Row<f64>]) {
        raise_to_excess(a, b, tolerance, value);
    }
    /// [`raise_to_ratio`].
    #[inline(always)]
    fn raise_ratio(a: &[Self], b: &[Self], floor: f64, value: &mut [Row<f64>]) {
        raise_to_ratio(a, b, floor, value);
    }
}

/// The loop of this name, by AVX2 where the machine has it.
macro_rules! fastest {
    ($name:ident($($argument:expr),*)) => {{
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "2 to 3 times as fast as what the compiler makes of the loop")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::$name($($argument),*) };
        }
        $name($($argument),*)
    }};
}

impl Wide for f32 {
    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn widen(values: &[Self], out: &mut [Row<f64>]) {
        fastest!(widen_floats(values, out))
    }

    #[inline(always)]
    fn difference(self, other: Self) -> f32 {
        // Through f64 the result would be rounded twice.
        self - other
    }

    #[inline(always)]
    fn add(a: &[Self], b: &[Self], peak: &mut [Row<f64>]) -> [Row<f64>; 3] {
        fastest!(add_differences(a, b, peak))
    }

    #[inline(always)]
    fn add_squares(a: &[Self], b: &[Self], value: &mut [Row<f64>]) {
        fastest!(add_squares(a, b, value))
    }

    #[inline(always)]
    fn raise_map(a: &[Self], b: &[Self], map: &mut [Row<f32>]) {
        fastest!(raise_to_differences(a, b, map))
    }

    #[inline(always)]
    fn take(a: &[Self], b: &[Self], peak: &[Row<f64>], signed: &mut [Row<f64>]) {
        fastest!(take_larger(a, b, peak, signed))
    }

    #[inline(always)]
    fn take_map(a: &[Self], b: &[Self], peak: &[Row<f64>], map: &mut [Row<f32>]) {
        fastest!(take_larger_in_f32(a, b, peak, map))
    }

    #[inline(always)]
    fn raise_excess(a: &[Self], b: &[Self], tolerance: (f64, f64), value: &mut [Row<f64>]) {
        fastest!(raise_to_excess(a, b, tolerance, value))
    }

    #[inline(always)]
    fn raise_ratio(a: &[Self], b: &[Self], floor: f64, value: &mut [Row<f64>]) {
        fastest!(raise_to_ratio(a, b, floor, value))
    }
}

impl Wide for f64 {
    #[inline(always)]
    fn wide(self) -> f64 {
        self
    }

    #[inline(always)]
    fn widen(values: &[Self], out: &mut [Row<f64>]) {
        out.as_flattened_mut()[..values.len()].copy_from_slice(values);
    }

    #[inline(always)]
    fn difference(self, other: Self) -> f32 {
        (self - other) as f32
    }
}

/// [`totals`], by the best vectors that the machine has.
#[inline(always)]
pub fn fast_totals(metric: &[Row<f64>], measured: &[Row<f64>], threshold: f64) -> Totals {
    fastest!(totals(metric, measured, threshold))
}

/// The values of as many halves; what NaN becomes depends on the machine.
#[inline(always)]
pub fn widen_halves(halves: &[f16], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("f16c") {
        #[allow(unsafe_code, reason = "5 times as fast as with a call for every eight")]
        // SAFETY: the processor has AVX2 and F16C.
        return unsafe { avx2::widen_halves(halves, out) };
    }
    halves.convert_to_f32_slice(out);
}
