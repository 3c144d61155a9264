//! The angle between two vectors: the metric `angle`.

use super::lanes::{LANES, Row};
use super::segment::SEGMENT;

/// One channel of both sides, (candidate, reference), of a segment; finite.
type Components = [[Row<f64>; SEGMENT / LANES]; 2];

/// What the angles of a segment's pixels are taken of.
#[derive(Default)]
pub(super) struct Vectors {
    /// Of which the first `used` count.
    channels: Vec<Components>,
    used: usize,
}

impl Vectors {
    pub fn clear(&mut self) {
        self.used = 0;
    }

    /// Gives room for one channel more, with any values in it.
    pub fn add_channel(&mut self) -> &mut Components {
        if self.used == self.channels.len() {
            self.channels.push([[[0.0; LANES]; SEGMENT / LANES]; 2]);
        }
        self.used += 1;
        &mut self.channels[self.used - 1]
    }

    /// Sets a value of both sides in the last channel.
    pub fn set(&mut self, (row, lane): (usize, usize), (a, b): (f64, f64)) {
        let channel = &mut self.channels[self.used - 1];
        (channel[0][row][lane], channel[1][row][lane]) = (a, b);
    }

    /// The [`degrees`] of the pixels in as many rows as `out` has, by the best vectors that the machine
    /// has.
    #[inline(always)]
    pub fn degrees(&self, out: &mut [Row<f64>]) {
        let channels = &self.channels[..self.used];
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "4 times as fast as pixel by pixel")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::degrees_of_rows(channels, out) };
        }
        degrees_of_rows(channels, out);
    }
}

fn degrees_of_rows(channels: &[Components], out: &mut [Row<f64>]) {
    let mut components = Vec::with_capacity(channels.len());
    for (row, out) in out.iter_mut().enumerate() {
        for (lane, out) in out.iter_mut().enumerate() {
            components.clear();
            components.extend(channels.iter().map(|[a, b]| (a[row][lane], b[row][lane])));
            *out = degrees(&components);
        }
    }
}

/// Degrees between the vectors of which `components` are (a, b) of each channel, all finite; see
/// [`super::Metric::Angle`]. `libm` gives the same bits on every machine.
fn degrees(components: &[(f64, f64)]) -> f64 {
    let dot: f64 = components.iter().map(|(a, b)| a * b).sum();
    let mut squared = 0.0;
    for (i, (a, b)) in components.iter().enumerate() {
        for (other_a, other_b) in &components[i + 1..] {
            let minor = a * other_b - other_a * b;
            squared += minor * minor;
        }
    }
    if squared > 0.0 {
        return libm::atan2(squared.sqrt(), dot).to_degrees();
    }
    let is_zero = |side: fn(&(f64, f64)) -> f64| components.iter().all(|c| side(c) == 0.0);
    let opposed = dot < 0.0 || (dot == 0.0 && is_zero(|c| c.0) != is_zero(|c| c.1));
    if opposed { 180.0 } else { 0.0 }
}

#[cfg(target_arch = "x86_64")]
mod avx2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_machine_give_the_same_bits() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as u32
        };
        let awkward = [0.0, -0.0, 1.0, -1.0, 1e-45, -1e-45, f32::MAX, f32::MIN, 0.5, 65504.0, 1.0000001];
        let near = |v: f64| f64::from(v.clamp(f32::MIN.into(), f32::MAX.into()) as f32);
        for round in 0..600 {
            let mut value = |like: f64| match (round + next()) % 6 {
                0 => awkward[next() as usize % awkward.len()].into(),
                1 => Some(f32::from_bits(next() ^ (next() << 1)))
                    .filter(|v| v.is_finite())
                    .unwrap_or(2.0)
                    .into(),
                // Small angles, and such near 180 degrees.
                2 => near(like * (1.0 + f64::from(next() % 9) * 1e-4)),
                3 => near(-like * (1.0 + f64::from(next() % 3) * 1e-7)),
                _ => f64::from(next() as i32 % 2000 - 1000) * 0.0009765625,
            };
            let channels = 1 + round as usize % 4;
            let mut vectors = Vectors::default();
            for _ in 0..channels {
                let [a, b] = vectors.add_channel();
                for (a, b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened_mut()) {
                    *a = value(1.0);
                    *b = value(*a);
                    assert!(a.is_finite() && b.is_finite());
                }
            }
            let [mut one, mut other] = [[[0.0; LANES]; SEGMENT / LANES]; 2];
            vectors.degrees(&mut one);
            degrees_of_rows(&vectors.channels, &mut other);
            assert_eq!(one.map(|row| row.map(f64::to_bits)), other.map(|row| row.map(f64::to_bits)));
        }
    }

    #[test]
    fn of_known_vectors() {
        assert_eq!(degrees(&[(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]), 90.0);
        assert_eq!(degrees(&[(1.0, 2.0), (1.0, 2.0), (1.0, 2.0)]), 0.0, "length does not matter");
        assert_eq!(degrees(&[(1.0, -1.0), (2.0, -2.0)]), 180.0);
        assert_eq!(degrees(&[(0.0, 0.0), (0.0, 0.0)]), 0.0);
        assert_eq!(degrees(&[(0.0, 1.0), (0.0, 0.0)]), 180.0, "zero against another");
        assert_eq!(degrees(&[(3.0, 5.0)]), 0.0);
        assert_eq!(degrees(&[(3.0, -5.0)]), 180.0);
        assert!((degrees(&[(1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]) - 45.0).abs() < 1e-13);
        // acos of the dot product would say 0: small angles are where atan2 is needed.
        let small = degrees(&[(1.0, 1.0), (0.0, 1e-9), (0.0, 0.0)]);
        assert!((small - 1e-9f64.to_degrees()).abs() < 1e-20);
        let tiny = f64::from(f32::from_bits(1));
        assert_eq!(degrees(&[(tiny, 0.0), (0.0, tiny)]), 90.0, "denormals have a direction");
    }
}
