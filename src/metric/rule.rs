//! Metrics and tolerances: when a delta counts as changed.

use serde::{Deserialize, Serialize};

use super::flip::FlipOptions;
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
    /// Sum over c of (a−b)² / number of channels: its mean is the MSE.
    Sq,
    /// max over c of the number of representable values of the stored type from b to a: 0 for equal
    /// values (−0 and +0 too), 1 for neighbours. Floats in the order of their values (Bruce Dawson,
    /// "Comparing Floating Point Numbers", 2012), integers by subtraction; two different types as f32.
    Ulp,
    /// Angle between the vectors a and b in degrees, 0..=180: atan2(|a∧b|, a·b), where |a∧b|² is the
    /// sum over i<j of (aᵢbⱼ − aⱼbᵢ)², |a×b|² for three channels (W. Kahan, "How Futile are Mindless
    /// Assessments of Roundoff", 2006, §12). Zero against zero is 0, zero against another 180.
    Angle,
    /// |a−b|₂, the square root of the sum over c of (a−b)².
    Length,
    /// 0 where all bits are equal, else 1.
    Id,
    /// NVIDIA's ꟻLIP, 0..=1 (P. Andersson et al., "FLIP: A Difference Evaluator for Alternating
    /// Images", 2020, and "Visualizing Errors in Rendered High Dynamic Range Images", 2021).
    Flip,
}

impl Metric {
    /// All metrics, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Abs,
        Self::Signed,
        Self::Rel,
        Self::Sq,
        Self::Ulp,
        Self::Angle,
        Self::Length,
        Self::Id,
        Self::Flip,
    ];

    /// The name used on the command line and in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abs => "abs",
            Self::Signed => "signed",
            Self::Rel => "rel",
            Self::Sq => "sq",
            Self::Ulp => "ulp",
            Self::Angle => "angle",
            Self::Length => "length",
            Self::Id => "id",
            Self::Flip => "flip",
        }
    }

    /// The value of a pixel in one line, as outputs print it: a is the candidate, b the reference, c
    /// runs over the channels. Frozen: a changed meaning would get another name.
    pub const fn formula(self) -> &'static str {
        match self {
            Self::Abs => "max over c of |a-b|",
            Self::Signed => "a-b of the channel with the largest |a-b|",
            Self::Rel => "max over c of |a-b| / max(|b|, floor)",
            Self::Sq => "mean over c of (a-b)^2",
            Self::Ulp => "max over c of representable values of the stored type from b to a",
            Self::Angle => "angle between a and b in degrees, atan2(|axb|, a.b)",
            Self::Length => "length of a-b, sqrt(sum over c of (a-b)^2)",
            Self::Id => "0 where all bits are equal, else 1",
            Self::Flip => "NVIDIA FLIP, 0..1",
        }
    }

    /// Whether [`super::DeltaMap`]s of all back ends are equal bit for bit, not just within a few
    /// units in the last place.
    pub const fn has_exact_map(self) -> bool {
        matches!(self, Self::Abs | Self::Signed | Self::Ulp | Self::Id)
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
    /// Absolute tolerance, ≥ 0 and finite, in the unit of the samples for `abs`, `signed` and `length`,
    /// else in the metric's own unit. Not used by `id`.
    pub abs: f64,
    /// Relative tolerance, ≥ 0 and finite, as a fraction of |reference|; `abs` and `signed` only.
    pub rel: f64,
    /// Least divisor of `rel`, > 0.
    pub floor: f64,
    /// What equal non-finite values are.
    pub non_finite: NonFinite,
    /// How [`Metric::Flip`] looks at the pictures.
    pub flip: FlipOptions,
}

impl Rule {
    /// The floor of [`Metric::Rel`] unless the user gives one.
    pub const DEFAULT_FLOOR: f64 = 0.1;

    /// `metric` with zero tolerance: any difference is a change.
    pub const fn exact(metric: Metric) -> Self {
        Self {
            metric,
            abs: 0.0,
            rel: 0.0,
            floor: Self::DEFAULT_FLOOR,
            non_finite: NonFinite::EqualToItself,
            flip: FlipOptions::USUAL,
        }
    }
}
