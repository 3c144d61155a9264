//! Statistics of a part of the picture, on their way to those of the whole.

use super::{FrameStats, Pair, Peak};

/// Side-by-side sums: see [`Sums::add`].
const LANES: usize = 8;

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
    /// Adds as many values of both sides, all finite, in an order that depends on their number alone.
    pub(super) fn add(&mut self, a: &[f64], b: &[f64]) {
        let mut lanes = [[0.0; LANES]; 3];
        for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                let delta = a - b;
                lanes[0][i] += delta.abs();
                lanes[1][i] += delta;
                lanes[2][i] += delta * delta;
            }
        }
        self.abs += lanes[0].iter().sum::<f64>();
        self.signed += lanes[1].iter().sum::<f64>();
        self.squared += lanes[2].iter().sum::<f64>();
    }
}

/// Statistics of some rectangle of a pair. [`Partial::merge`] joins two; counts, maxima and
/// positions do not depend on the order, the f64 sums do: join in a fixed one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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
    /// NaN values of (candidate, reference).
    pub nan: (u64, u64),
    /// Infinite values of (candidate, reference).
    pub inf: (u64, u64),
}

impl Partial {
    /// Joins partials in the order given.
    pub fn in_order(partials: impl IntoIterator<Item = Self>) -> Self {
        partials.into_iter().fold(Self::default(), Self::merge)
    }

    /// Joins two rectangles.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let reading_order = |at: Option<(i32, i32)>| at.map(|(x, y)| (y, x));
        let other_wins = other.max_abs > self.max_abs
            || (other.max_abs == self.max_abs
                && other.max_at.is_some()
                && (self.max_at.is_none() || reading_order(other.max_at) < reading_order(self.max_at)));
        let peak = if other_wins { other } else { self };
        Self {
            pixels: self.pixels + other.pixels,
            changed: self.changed + other.changed,
            uncovered: self.uncovered + other.uncovered,
            unreadable: self.unreadable + other.unreadable,
            non_finite: self.non_finite + other.non_finite,
            compared_values: self.compared_values + other.compared_values,
            metric_pixels: self.metric_pixels + other.metric_pixels,
            metric_sum: self.metric_sum + other.metric_sum,
            metric_max: self.metric_max.max(other.metric_max),
            sums: Sums {
                abs: self.sums.abs + other.sums.abs,
                signed: self.sums.signed + other.sums.signed,
                squared: self.sums.squared + other.sums.squared,
            },
            max_abs: peak.max_abs,
            max_at: peak.max_at,
            nan: (self.nan.0 + other.nan.0, self.nan.1 + other.nan.1),
            inf: (self.inf.0 + other.inf.0, self.inf.1 + other.inf.1),
        }
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
