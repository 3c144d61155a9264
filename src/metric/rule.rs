//! Metrics and tolerances: when a delta counts as changed.

use serde::{Deserialize, Serialize};

use crate::image::AovKind;

/// What is measured at each pixel between candidate a and reference b, over the channels c.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// max over c of |a−b|.
    Abs,
    /// a−b of the channel with the largest |a−b| (the first of them among equals).
    Signed,
    /// max over c of |a−b| / max(|b|, floor). Source of the floor: ACES CLF's comparison rule.
    Rel,
    /// Sum over c of (a−b)² / number of channels.
    Sq,
    /// 0 where all bits are equal, else 1.
    Id,
}

impl Metric {
    /// All metrics, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Abs, Self::Signed, Self::Rel, Self::Sq, Self::Id];

    /// The name used on the command line and in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abs => "abs",
            Self::Signed => "signed",
            Self::Rel => "rel",
            Self::Sq => "sq",
            Self::Id => "id",
        }
    }

    /// Whether `--rel` means something: only where changed is |a−b| > abs + rel·|b|.
    pub const fn takes_relative_tolerance(self) -> bool {
        matches!(self, Self::Abs | Self::Signed)
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The metric used unless the user names one: `id` for categories, `abs` for all else.
pub const fn default_metric(kind: AovKind) -> Metric {
    if kind.is_categorical() { Metric::Id } else { Metric::Abs }
}

/// What equal non-finite values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NonFinite {
    /// NaN equals NaN (any payload), +Inf equals +Inf, −Inf equals −Inf.
    #[default]
    EqualToItself,
    /// A non-finite value never equals anything.
    NeverEqual,
}

/// A metric with its tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// What is measured.
    pub metric: Metric,
    /// Absolute tolerance, ≥ 0 and finite, in the unit of the samples for `abs` and `signed`, else
    /// in the metric's own unit. Not used by `id`.
    pub abs: f64,
    /// Relative tolerance, ≥ 0 and finite, as a fraction of |reference|; `abs` and `signed` only.
    pub rel: f64,
    /// Least divisor of `rel`, > 0.
    pub floor: f64,
    /// What equal non-finite values are.
    pub non_finite: NonFinite,
}

impl Rule {
    /// The floor of [`Metric::Rel`] unless the user gives one.
    pub const DEFAULT_FLOOR: f64 = 0.1;

    /// `metric` with zero tolerance: any difference is a change.
    pub const fn exact(metric: Metric) -> Self {
        Self { metric, abs: 0.0, rel: 0.0, floor: Self::DEFAULT_FLOOR, non_finite: NonFinite::EqualToItself }
    }
}
