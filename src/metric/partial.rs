//! Statistics of a part of the picture, on their way to those of the whole.

use super::lanes::{Row, Wide};
use super::{FrameStats, Histogram, Pair, Peak};

/// Sums of a−b, |a−b| and (a−b)² in f64.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Of |a−b|.
    pub abs: f64,
    /// Of a−b.
    pub signed: f64,
    /// Of (a−b)².
    pub squared: f64,
}

impl Sums {
    /// Adds as many values of both sides, all finite, in an order that depends on their number alone;
    /// raises `peak` to |a−b|.
    #[inline(always)]
    pub(super) fn add<T: Wide>(&mut self, a: &[T], b: &[T], peak: &mut [Row<f64>]) {
        let lanes = T::add(a, b, peak);
        self.abs += lanes[0].iter().sum::<f64>();
        self.signed += lanes[1].iter().sum::<f64>();
        self.squared += lanes[2].iter().sum::<f64>();
    }

    /// Adds one a−b.
    pub(super) fn add_one(&mut self, delta: f64) {
        self.abs += delta.abs();
        self.signed += delta;
        self.squared += delta * delta;
    }
}

/// Statistics of some rectangle of a pair. [`Partial::merge`] adds another; counts, maxima and
/// positions do not depend on the order, the f64 sums do: add in a fixed one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Partial {
    /// Pixels that at least one side has, but for the unreadable.
    pub pixels: u64,
    /// Changed, the uncovered among them.
    pub changed: u64,
    /// On one side only.
    pub uncovered: u64,
    /// Not given by the file of a side, and in no other figure.
    pub unreadable: u64,
    /// With a non-finite value against another value.
    pub non_finite: u64,
    /// Values with a delta: see [`FrameStats::compared_values`].
    pub compared_values: u64,
    /// Pixels with a delta in some channel.
    pub delta_pixels: u64,
    /// Pixels with a value of the metric.
    pub metric_pixels: u64,
    /// Sum of the metric over them.
    pub metric_sum: f64,
    /// Largest |value| of the metric.
    pub metric_max: f64,
    /// Sums over the compared values.
    pub sums: Sums,
    /// Largest |a−b| over the compared values.
    pub max_abs: f64,
    /// Its pixel, lowest y then x among equals; `None` while `max_abs` is 0.
    pub max_at: Option<(i32, i32)>,
    /// Of the pixels that differ; what is left of those with a delta does not.
    pub histogram: Histogram,
    /// NaN values of (candidate, reference).
    pub nan: (u64, u64),
    /// Infinite values of (candidate, reference).
    pub inf: (u64, u64),
}

impl Partial {
    /// Joins partials in the order given.
    pub fn in_order(partials: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::default();
        partials.into_iter().for_each(|partial| whole.merge(&partial));
        whole
    }

    /// Adds another rectangle.
    pub fn merge(&mut self, other: &Self) {
        let reading_order = |at: Option<(i32, i32)>| at.map(|(x, y)| (y, x));
        let other_wins = other.max_abs > self.max_abs
            || (other.max_abs == self.max_abs
                && other.max_at.is_some()
                && (self.max_at.is_none() || reading_order(other.max_at) < reading_order(self.max_at)));
        if other_wins {
            (self.max_abs, self.max_at) = (other.max_abs, other.max_at);
        }
        self.pixels += other.pixels;
        self.changed += other.changed;
        self.uncovered += other.uncovered;
        self.unreadable += other.unreadable;
        self.non_finite += other.non_finite;
        self.compared_values += other.compared_values;
        self.delta_pixels += other.delta_pixels;
        self.metric_pixels += other.metric_pixels;
        self.metric_sum += other.metric_sum;
        self.metric_max = self.metric_max.max(other.metric_max);
        self.sums.abs += other.sums.abs;
        self.sums.signed += other.sums.signed;
        self.sums.squared += other.sums.squared;
        self.histogram.merge(&other.histogram);
        self.nan = (self.nan.0 + other.nan.0, self.nan.1 + other.nan.1);
        self.inf = (self.inf.0 + other.inf.0, self.inf.1 + other.inf.1);
    }

    /// The statistics of the whole, once all of it has been joined.
    pub fn finish(self, pair: &Pair<'_>) -> FrameStats {
        let mean = |sum: f64, count: u64| if count == 0 { 0.0 } else { sum / count as f64 };
        FrameStats {
            pixels: self.pixels,
            changed: self.changed,
            uncovered: self.uncovered,
            unreadable: self.unreadable,
            non_finite: self.non_finite,
            compared_values: self.compared_values,
            max_abs: self.max_abs,
            peak: self.max_at.map(|at| peak(pair, at, self.max_abs)),
            mean_abs: mean(self.sums.abs, self.compared_values),
            mean_signed: mean(self.sums.signed, self.compared_values),
            rmse: mean(self.sums.squared, self.compared_values).sqrt(),
            metric_max: self.metric_max,
            metric_mean: mean(self.metric_sum, self.metric_pixels),
            histogram: self.histogram.with_zeros(self.delta_pixels),
            flip: None,
            nan: self.nan,
            inf: self.inf,
        }
    }
}

fn peak(pair: &Pair<'_>, at: (i32, i32), max_abs: f64) -> Peak {
    let (candidate, reference) = pair.values(at.0, at.1).expect("the maximum stands where both sides are");
    let deltas = candidate.iter().zip(&reference).map(|(a, b)| (a.to_f64() - b.to_f64()).abs());
    let channel =
        deltas.into_iter().position(|delta| delta == max_abs).expect("the maximum is one of the channels");
    Peak { at, channel, candidate, reference }
}
