//! What a user may say of tolerances, and what of it makes no sense.

use serde::Deserialize;

use super::Allowance;
use crate::engine::exposures::ExposureChoice;
use crate::engine::select::GlobError;
use crate::metric::flip::FlipMode;
use crate::metric::{Metric, NonFinite};

/// Tolerances as a user may give them; what is absent keeps its default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleChoice {
    /// Metric; by the AOV's kind where absent.
    pub metric: Option<Metric>,
    /// Absolute tolerance.
    pub abs: Option<f64>,
    /// Relative tolerance.
    pub rel: Option<f64>,
    /// Least divisor of `rel`.
    pub floor: Option<f64>,
    /// What equal non-finite values are.
    pub non_finite: Option<NonFinite>,
    /// How much may change without being told as a difference.
    pub allow_changed: Option<Allowance>,
    /// Pixels per degree of the field of view, for `flip`.
    pub ppd: Option<f32>,
    /// What samples mean to `flip`.
    pub flip_mode: Option<FlipMode>,
    /// Exposures of `flip`.
    pub flip_exposures: Option<ExposureChoice>,
}

/// A rule that makes no sense.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RuleError {
    /// Tolerance below 0 or not a number.
    #[error("the {name} tolerance must be a finite number of at least 0, not {value}")]
    Tolerance {
        /// `absolute` or `relative`.
        name: &'static str,
        /// As given.
        value: f64,
    },
    /// A floor of 0 or less.
    #[error("the floor of the metric \"rel\" must be a finite number above 0, not {value}")]
    Floor {
        /// As given.
        value: f64,
    },
    /// `--rel` where it has no meaning.
    #[error(
        "a relative tolerance has no meaning for the metric {metric}: \
         its values are compared with the absolute tolerance, in the metric's own unit"
    )]
    NoRelative {
        /// The metric.
        metric: Metric,
    },
    /// `--abs` where values are equal or not.
    #[error("the metric id knows no tolerance: values are equal to the bit, or changed")]
    NoTolerance,
    /// A fraction outside 0..=1.
    #[error("the allowed fraction of changed pixels must lie between 0 and 1, not {value}")]
    Fraction {
        /// As given.
        value: f64,
    },
    /// Pixels per degree that no screen has.
    #[error("pixels per degree must lie between 1 and 1000, not {value}")]
    PixelsPerDegree {
        /// As given.
        value: f32,
    },
    /// Exposures from high to low, or not numbers.
    #[error("exposures go from a number of stops to one that is not lower, not from {start} to {stop}")]
    Exposures {
        /// As given.
        start: f32,
        /// As given.
        stop: f32,
    },
    /// Not a glob.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

impl RuleChoice {
    /// # Errors
    /// When a number is out of its range or two choices do not go together.
    pub fn check(&self) -> Result<(), RuleError> {
        for (name, value) in [("absolute", self.abs), ("relative", self.rel)] {
            if let Some(value) = value.filter(|v| !(v.is_finite() && *v >= 0.0)) {
                return Err(RuleError::Tolerance { name, value });
            }
        }
        if let Some(value) = self.floor.filter(|v| !(v.is_finite() && *v > 0.0)) {
            return Err(RuleError::Floor { value });
        }
        if let (Some(metric), Some(rel)) = (self.metric, self.rel)
            && !metric.takes_relative_tolerance()
            && rel != 0.0
        {
            return Err(RuleError::NoRelative { metric });
        }
        if self.metric == Some(Metric::Id) && self.abs.is_some_and(|abs| abs != 0.0) {
            return Err(RuleError::NoTolerance);
        }
        if let Some(value) = self.ppd.filter(|ppd| !(1.0..=1000.0).contains(ppd)) {
            return Err(RuleError::PixelsPerDegree { value });
        }
        if let Some(ExposureChoice::Fixed(start, stop)) = self.flip_exposures
            && !(start.is_finite() && stop.is_finite() && start <= stop)
        {
            return Err(RuleError::Exposures { start, stop });
        }
        if let Some(Allowance::Fraction(value)) = self.allow_changed
            && !(0.0..=1.0).contains(&value)
        {
            return Err(RuleError::Fraction { value });
        }
        Ok(())
    }

    /// These choices, and `base` where they say nothing.
    pub(super) fn over(self, base: Self) -> Self {
        // A metric chosen here voids tolerances that were meant for another unit.
        let same_unit = |metric: Metric| {
            let before = base.metric.unwrap_or(Metric::Abs);
            let in_samples = |m| matches!(m, Metric::Abs | Metric::Signed | Metric::Length);
            metric == before || (in_samples(metric) && in_samples(before))
        };
        let fits = self.metric.is_none_or(same_unit);
        Self {
            metric: self.metric.or(base.metric),
            abs: self.abs.or(base.abs.filter(|_| fits)),
            rel: self.rel.or(base.rel.filter(|_| fits)),
            floor: self.floor.or(base.floor),
            non_finite: self.non_finite.or(base.non_finite),
            allow_changed: self.allow_changed.or(base.allow_changed),
            ppd: self.ppd.or(base.ppd),
            flip_mode: self.flip_mode.or(base.flip_mode),
            flip_exposures: self.flip_exposures.or(base.flip_exposures),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senseless_rules_are_refused() {
        let rel = RuleChoice { metric: Some(Metric::Rel), rel: Some(0.1), ..Default::default() };
        assert!(matches!(rel.check(), Err(RuleError::NoRelative { metric: Metric::Rel })));
        let nan = RuleChoice { abs: Some(f64::NAN), ..Default::default() };
        assert!(matches!(nan.check(), Err(RuleError::Tolerance { name: "absolute", .. })));
    }
}
