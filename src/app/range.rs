//! Which values are shown black and white, where the values are no light.

use crate::image::{AovKind, Plane};

/// Most samples looked at.
const SAMPLES: usize = 1 << 16;
/// Depth buffers mark "nothing there" with values like 1e10: these are no part of the range.
const FAR: f64 = 1e9;

/// Values shown black and white, by channel.
pub fn display_range(kind: AovKind, plane: &Plane) -> ([f32; 4], [f32; 4]) {
    match kind {
        AovKind::Colour | AovKind::Mask | AovKind::Uv | AovKind::Id | AovKind::Cryptomatte => {
            ([0.0; 4], [1.0; 4])
        }
        AovKind::Normal => ([-1.0; 4], [1.0; 4]),
        AovKind::Vector | AovKind::Motion => {
            let (lo, hi) = percentiles(plane);
            let most = lo.abs().max(hi.abs()).max(f32::MIN_POSITIVE);
            ([-most; 4], [most; 4])
        }
        AovKind::Scalar | AovKind::Position => {
            let (lo, hi) = percentiles(plane);
            ([lo; 4], [if hi > lo { hi } else { lo + 1.0 }; 4])
        }
    }
}

/// First and last hundredth of the finite values.
fn percentiles(plane: &Plane) -> (f32, f32) {
    let total: usize = plane.channels.iter().map(|channel| channel.samples.len()).sum();
    let stride = (total / SAMPLES).max(1);
    let mut values: Vec<f64> = plane
        .channels
        .iter()
        .flat_map(|channel| {
            (0..channel.samples.len()).step_by(stride).map(|i| channel.samples.get(i).to_f64())
        })
        .filter(|value| value.is_finite() && value.abs() < FAR)
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |fraction: f64| values.get((fraction * values.len() as f64) as usize).copied().unwrap_or(0.0);
    (at(0.01) as f32, values.get((0.99 * values.len() as f64) as usize).map_or(at(0.0), |v| *v) as f32)
}
