//! The filters of the eye: what it blurs by colour, and what it sees of edges and points.
//!
//! Source: Andersson et al., "FLIP: A Difference Evaluator for Alternating Images", HPG 2020, and
//! NVIDIA's note on its separable form, `misc/separatedConvolutions.pdf` of github.com/NVlabs/flip.

use std::f64::consts::PI;

/// Scale of the Gaussians of contrast sensitivity: luminance, red-green, and the two whose sum is
/// blue-yellow, in degrees².
const B: [f64; 4] = [0.0047, 0.0053, 0.04, 0.025];
/// Weights of the two of blue-yellow.
const A_BLUE_YELLOW: [f64; 2] = [34.1, 13.5];
/// Width of the feature detectors in degrees.
const FEATURE_WIDTH: f64 = 0.082;
/// Taps below this part of the sum are left out: far less than one rounding of it.
const LEAST_TAP: f64 = 1e-9;

/// One-dimensional filters; a tap k stands for both −k and +k, the first for 0.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    /// Of luminance.
    pub luminance: Vec<f32>,
    /// Of red-green.
    pub red_green: Vec<f32>,
    /// Of blue-yellow: two filters, to be added after both passes.
    pub blue_yellow: [Vec<f32>; 2],
    /// Feature detectors: Gaussian, its first derivative (its tap −k is the opposite), its second.
    pub feature: [Vec<f32>; 3],
    /// Most pixels that any filter looks to a side.
    pub radius: usize,
}

impl Filters {
    /// Filters for so many pixels per degree, as many in f64 as NVIDIA's code takes, rounded once.
    pub fn new(pixels_per_degree: f32) -> Self {
        let ppd = f64::from(pixels_per_degree);
        let largest = B.iter().fold(0.0f64, |a, &b| a.max(b));
        let radius = libm::ceil(3.0 * libm::sqrt(largest / (2.0 * PI * PI)) * ppd) as usize;
        let gaussian = |b: f64| -> Vec<f64> {
            (0..=radius).map(|k| libm::exp(-PI * PI * (k as f64 / ppd) * (k as f64 / ppd) / b)).collect()
        };
        let single = |b: f64| {
            let taps = gaussian(b);
            let sum = total(&taps);
            rounded(taps.iter().map(|tap| tap / sum))
        };
        let double = [0, 1].map(|i| -> Vec<f64> {
            let scale = libm::sqrt(A_BLUE_YELLOW[i] * libm::sqrt(PI / B[2 + i]));
            gaussian(B[2 + i]).iter().map(|tap| scale * tap).collect()
        });
        // The two squares, one for each pass, add up to 1.
        let norm = libm::sqrt(double.iter().map(|taps| total(taps) * total(taps)).sum());
        let feature = feature(ppd);
        Self {
            luminance: single(B[0]),
            red_green: single(B[1]),
            blue_yellow: double.map(|taps| rounded(taps.iter().map(|tap| tap / norm))),
            radius: radius.max(feature[0].len() - 1),
            feature,
        }
    }

    /// All of them: luminance, red-green, two of blue-yellow, Gaussian, first and second derivative.
    pub fn all(&self) -> [&[f32]; 7] {
        let ([third, fourth], [gauss, first, second]) = (&self.blue_yellow, &self.feature);
        [&self.luminance, &self.red_green, third, fourth, gauss, first, second]
    }
}

/// Of all taps, each but the first twice.
fn total(taps: &[f64]) -> f64 {
    2.0 * taps.iter().sum::<f64>() - taps[0]
}

/// In f32, without the last ones that change nothing; all of them are ≥ 0.
fn rounded(taps: impl Iterator<Item = f64>) -> Vec<f32> {
    taps.take_while(|tap| *tap >= LEAST_TAP).map(|tap| tap as f32).collect()
}

/// The Gaussian adds up to 1; of the derivatives the positive taps to 1 and the negative to −1.
fn feature(ppd: f64) -> [Vec<f32>; 3] {
    let sigma = 0.5 * FEATURE_WIDTH * ppd;
    let radius = libm::ceil(3.0 * sigma) as usize;
    let x = |k: usize| k as f64;
    let gauss: Vec<f64> = (0..=radius).map(|k| libm::exp(-x(k) * x(k) / (2.0 * sigma * sigma))).collect();
    let first: Vec<f64> = (0..=radius).map(|k| -x(k) * gauss[k]).collect();
    let second: Vec<f64> = (0..=radius).map(|k| (x(k) * x(k) / (sigma * sigma) - 1.0) * gauss[k]).collect();
    let side: f64 = -first.iter().sum::<f64>();
    let mut sums = [0.0, 0.0];
    for (k, tap) in second.iter().enumerate() {
        sums[usize::from(*tap > 0.0)] += tap.abs() * if k == 0 { 1.0 } else { 2.0 };
    }
    // Detectors much narrower than a pixel see nothing: no tap but the first is left of them.
    let part = |value: f64, sum: f64| if sum > 0.0 { (value / sum) as f32 } else { 0.0 };
    let sum = total(&gauss);
    [
        gauss.iter().map(|tap| part(*tap, sum)).collect(),
        first.iter().map(|tap| part(*tap, side)).collect(),
        second.iter().map(|tap| part(*tap, sums[usize::from(*tap > 0.0)])).collect(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(taps: &[f32], wanted: fn(f32) -> bool) -> f32 {
        let all = taps.iter().enumerate();
        all.filter(|(_, tap)| wanted(**tap)).map(|(k, tap)| tap * if k == 0 { 1.0 } else { 2.0 }).sum()
    }

    #[test]
    fn radii_are_nvidias() {
        for (ppd, radius, feature) in [(67.0206, 10, 9), (30.0, 5, 4), (200.0, 28, 25), (1.0, 1, 1)] {
            let filters = Filters::new(ppd);
            assert_eq!((filters.radius, filters.feature[0].len() - 1), (radius, feature), "{ppd}");
        }
    }

    #[test]
    fn sums_are_one() {
        for ppd in [10.0, 30.0, 67.0206, 120.0, 500.0] {
            let filters = Filters::new(ppd);
            let near = |value: f32| assert!((value - 1.0).abs() < 1e-6, "{ppd}: {value}");
            near(sum(&filters.luminance, |_| true));
            near(sum(&filters.red_green, |_| true));
            let squares = filters.blue_yellow.iter().map(|taps| sum(taps, |_| true));
            near(squares.map(|sum| sum * sum).sum());
            near(sum(&filters.feature[0], |_| true));
            near(-sum(&filters.feature[1], |_| true) / 2.0);
            near(sum(&filters.feature[2], |tap| tap > 0.0));
            near(-sum(&filters.feature[2], |tap| tap < 0.0));
        }
    }

    #[test]
    fn any_size_gives_finite_taps() {
        for ppd in [0.1, 1.0, 3.0, 1000.0] {
            let filters = Filters::new(ppd);
            let all = [&filters.luminance, &filters.red_green].into_iter();
            let all = all.chain(&filters.blue_yellow).chain(&filters.feature);
            assert!(all.flatten().all(|tap| tap.is_finite()), "{ppd}");
        }
    }
}
