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
            let given = |i: &usize| {
                let (x, y) = plane.data_window.pixel(*i);
                plane.unreadable_at(x, y).is_none()
            };
            let indices = (0..channel.samples.len()).step_by(stride).filter(given);
            indices.map(|i| channel.samples.get(i).to_f64())
        })
        .filter(|value| value.is_finite() && value.abs() < FAR)
        .collect();
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mut at = |fraction: f64| {
        let place = ((fraction * values.len() as f64) as usize).min(values.len() - 1);
        *values.select_nth_unstable_by(place, f64::total_cmp).1 as f32
    };
    (at(0.01), at(0.99))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{PlaneChannel, Samples, Unreadable, Window};

    #[test]
    fn what_cannot_be_read_is_no_part_of_the_range() {
        let window = Window::of_size(10, 10);
        let values = (0..100).map(|i| if i < 50 { 5.0 + i as f32 / 49.0 } else { 0.0 }).collect();
        let hole = Window::new(0, 5, 10, 5);
        let plane = Plane {
            data_window: window,
            display_window: window,
            channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::F32(values) }],
            unreadable: vec![Unreadable { window: hole, incomplete: true, reason: String::new() }],
        };
        assert_eq!(display_range(AovKind::Scalar, &plane), ([5.0; 4], [6.0; 4]));
    }
}
