//! What one compared frame comes to.

use super::Histogram;
use super::flip::{ExposureRange, FlipPool};
use crate::image::Sample;

/// The largest |a−b| and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Peak {
    /// Absolute pixel, x then y: the lowest y, then x, then channel, among equals.
    pub at: (i32, i32),
    /// Index into [`super::Pair::channels`].
    pub channel: usize,
    /// Stored values of the candidate there, one for each compared channel.
    pub candidate: Vec<Sample>,
    /// Stored values of the reference there.
    pub reference: Vec<Sample>,
}

/// Statistics of one AOV of one frame. Sums run in f64 in an order that depends on the picture
/// alone, never on threads.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameStats {
    /// Pixels compared: those of the pair's window that at least one side has, but for the unreadable.
    pub pixels: u64,
    /// Pixels that changed, the uncovered ones among them.
    pub changed: u64,
    /// Pixels that only one side has.
    pub uncovered: u64,
    /// Pixels that the file of a side does not give, damaged or unfinished: not compared, and in no
    /// other figure.
    pub unreadable: u64,
    /// Pixels where a non-finite value stands against another value.
    pub non_finite: u64,
    /// Values (pixel × channel) that have a delta, the divisor of the means: finite on both sides, or
    /// non-finite and equal, which is a delta of 0.
    pub compared_values: u64,
    /// Largest |a−b| over compared values; 0 where there is none.
    pub max_abs: f64,
    /// Where; `None` while `max_abs` is 0.
    pub peak: Option<Peak>,
    /// Mean |a−b| over compared values.
    pub mean_abs: f64,
    /// Mean a−b over compared values.
    pub mean_signed: f64,
    /// Square root of the mean (a−b)² over compared values.
    pub rmse: f64,
    /// Largest value of the metric (of |value| for `signed`).
    pub metric_max: f64,
    /// Mean of the metric over the pixels that have a value of it: some channel has a delta.
    pub metric_mean: f64,
    /// The pixels with a delta by the size of their largest |a−b|.
    pub histogram: Histogram,
    /// What ꟻLIP says beside the metric's own figures, where that is the metric.
    pub flip: Option<FlipStats>,
    /// NaN values of the candidate and of the reference, inside the compared window.
    pub nan: (u64, u64),
    /// Infinite values of the candidate and of the reference, inside the compared window.
    pub inf: (u64, u64),
}

/// A ꟻLIP map in NVIDIA's figures, and how the pictures were looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlipStats {
    /// Over the pixels that both sides have and that can be read.
    pub pool: FlipPool,
    /// Exposures of HDR; `None` for LDR.
    pub range: Option<ExposureRange>,
    /// Of the field of view.
    pub pixels_per_degree: f32,
}

impl FrameStats {
    /// Peak signal-to-noise ratio in dB against a peak of 1.0; `None` where rmse is 0.
    pub fn psnr(&self) -> Option<f64> {
        (self.rmse > 0.0).then(|| -20.0 * self.rmse.log10())
    }

    /// Changed pixels as a fraction of those compared, 0..=1.
    pub fn changed_fraction(&self) -> f64 {
        if self.pixels == 0 { 0.0 } else { self.changed as f64 / self.pixels as f64 }
    }
}
