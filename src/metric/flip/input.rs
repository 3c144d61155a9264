//! Rows of linear colours: samples of any type to f32, and what cannot be used to black.

use std::sync::LazyLock;

use half::slice::HalfFloatSliceExt;

use super::math::linear_from_srgb;
use crate::image::{Plane, Samples, Window};

/// f32 values of `out.len()` samples from `start`: k/255, k/65535 (nearest), floats as they are.
pub(super) fn decode(samples: &Samples, start: usize, out: &mut [f32]) {
    let range = start..start + out.len();
    match samples {
        Samples::U8(v) => out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = f32::from(k) / 255.0),
        Samples::U16(v) => out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = f32::from(k) / 65535.0),
        Samples::U32(v) => out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = k as f32),
        Samples::F16(v) => v[range].convert_to_f32_slice(out),
        Samples::F32(v) => out.copy_from_slice(&v[range]),
    }
}

/// The same, taken as sRGB-encoded and decoded: 0..=1.
pub(super) fn decode_srgb(samples: &Samples, start: usize, out: &mut [f32]) {
    static OF_8_BITS: LazyLock<Vec<f32>> = LazyLock::new(|| srgb_table(255));
    static OF_16_BITS: LazyLock<Vec<f32>> = LazyLock::new(|| srgb_table(65535));
    let range = start..start + out.len();
    match samples {
        Samples::U8(v) => {
            let table = &OF_8_BITS[..256];
            out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = table[usize::from(k)]);
        }
        Samples::U16(v) => {
            let table = &OF_16_BITS[..65536];
            out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = table[usize::from(k)]);
        }
        _ => {
            decode(samples, start, out);
            out.iter_mut().for_each(|o| *o = if is_finite(*o) { linear_from_srgb(*o) } else { *o });
        }
    }
}

/// Linear values of k/largest: the sRGB curve in f64, rounded once.
fn srgb_table(largest: u32) -> Vec<f32> {
    let linear = |k: u32| {
        let v = f64::from(k) / f64::from(largest);
        if v <= 0.04045 { v / 12.92 } else { libm::pow((v + 0.055) / 1.055, 2.4) }
    };
    (0..=largest).map(|k| linear(k) as f32).collect()
}

/// From the bits: a test that vectorises, and that no compiler takes for true.
#[inline(always)]
pub(super) fn is_finite(value: f32) -> bool {
    value.to_bits() & 0x7fff_ffff < 0x7f80_0000
}

/// Red, green and blue of `row`, a part of one row of `plane`, as stored and linear; pixels that are not
/// finite or cannot be read are black. `out` has as many values as `row`.
pub(super) fn row_of(plane: &Plane, channels: [usize; 3], row: Window, out: &mut [Vec<f32>; 3]) {
    let Some(start) = plane.data_window.index(row.x, row.y) else { return };
    for (out, channel) in out.iter_mut().zip(channels) {
        decode(&plane.channels[channel].samples, start, out);
    }
    for i in 0..row.width as usize {
        let finite = is_finite(out[0][i]) & is_finite(out[1][i]) & is_finite(out[2][i]);
        for out in out.iter_mut() {
            out[i] = if finite { out[i] } else { 0.0 };
        }
    }
    for hole in plane.unreadable_in(row) {
        let hole = hole.window.intersection(&row);
        let first = (hole.x - row.x) as usize;
        out.iter_mut().for_each(|out| out[first..first + hole.width as usize].fill(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_decoded_as_srgb() {
        let mut out = [0.0; 3];
        decode_srgb(&Samples::U8(vec![9, 0, 128, 255]), 1, &mut out);
        assert_eq!((out[0], out[2]), (0.0, 1.0));
        assert!((out[1] - 0.215_860_5).abs() < 1e-6, "{out:?}");
        let mut wide = [0.0; 3];
        decode_srgb(&Samples::U16(vec![0, 128 * 257, 65535]), 0, &mut wide);
        assert_eq!(out, wide);
        let mut float = [0.0; 3];
        decode_srgb(&Samples::F32(vec![-1.0, 128.0 / 255.0, 1.5]), 0, &mut float);
        assert!(float.iter().zip(out).all(|(f, o)| (f - o).abs() < 1e-6), "{float:?}");
    }
}
