//! When a delta counts as changed: metric, tolerances, rules by AOV.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use crate::engine::{Allowance, AovGlob, ExposureChoice, RuleChoice, Rules};
use crate::metric::flip::FlipMode;
use crate::metric::{Metric, NonFinite};

/// When a delta counts as changed.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Tolerance")]
pub struct ToleranceArgs {
    /// What is measured at each pixel; by the kind of AOV unless given (id for ids, abs for the rest).
    #[arg(long, value_enum, value_name = "METRIC")]
    pub metric: Option<MetricName>,
    /// Absolute tolerance, in the unit of the samples (of the metric for rel, sq, ulp, angle, flip).
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub abs: Option<f64>,
    /// Relative tolerance: changed is |a-b| > abs + rel*|reference|. Metrics abs and signed only.
    #[arg(long, value_name = "Y", allow_negative_numbers = true)]
    pub rel: Option<f64>,
    /// Least divisor of the metric rel.
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub floor: Option<f64>,
    /// NaN and infinities never equal themselves.
    #[arg(long)]
    pub non_finite_never_equal: bool,
    /// Changed pixels allowed per frame and AOV: an integer is a count, a decimal a fraction.
    #[arg(long, value_name = "FRACTION|COUNT", allow_hyphen_values = true)]
    pub allow_changed: Option<Allowance>,
    /// Pixels per degree of the field of view, for the metric flip; 67 unless given, which is a screen
    /// 0.7 m wide with 3840 pixels seen from 0.7 m.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub ppd: Option<f32>,
    /// What samples mean to the metric flip; by their type unless given (integers ldr, floats hdr).
    #[arg(long, value_enum, value_name = "MODE")]
    pub flip_mode: Option<FlipModeName>,
    /// Exposures of the metric flip for hdr: those that each frame of the reference asks for, one range
    /// for all frames, or stops.
    #[arg(long, value_name = "frame|sequence|START,STOP", allow_hyphen_values = true)]
    pub flip_exposures: Option<ExposureChoice>,
    /// Rules by AOV glob, in TOML: a table per glob with metric, abs, rel, floor, allow-changed ...
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
}

/// [`Metric`] as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MetricName {
    /// max over channels of |a-b|
    Abs,
    /// a-b of the channel with the largest |a-b|
    Signed,
    /// max over channels of |a-b| / max(|b|, floor)
    Rel,
    /// mean over channels of (a-b)²
    Sq,
    /// largest distance in representable values of the stored type
    Ulp,
    /// angle between the vectors a and b in degrees
    Angle,
    /// length of the vector a-b
    Length,
    /// 0 where all bits are equal, else 1
    Id,
    /// NVIDIA's FLIP of colours: what the eye sees, 0..1
    Flip,
}

impl From<MetricName> for Metric {
    fn from(name: MetricName) -> Self {
        match name {
            MetricName::Abs => Self::Abs,
            MetricName::Signed => Self::Signed,
            MetricName::Rel => Self::Rel,
            MetricName::Sq => Self::Sq,
            MetricName::Ulp => Self::Ulp,
            MetricName::Angle => Self::Angle,
            MetricName::Length => Self::Length,
            MetricName::Flip => Self::Flip,
            MetricName::Id => Self::Id,
        }
    }
}

/// [`FlipMode`] as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FlipModeName {
    /// sRGB-encoded, 0..1
    Ldr,
    /// linear
    Hdr,
}

impl From<FlipModeName> for FlipMode {
    fn from(name: FlipModeName) -> Self {
        match name {
            FlipModeName::Ldr => Self::Ldr,
            FlipModeName::Hdr => Self::Hdr,
        }
    }
}

impl ToleranceArgs {
    /// The rules that these arguments make.
    ///
    /// # Errors
    /// When the file cannot be read, or a rule makes no sense.
    pub fn rules(&self) -> anyhow::Result<Rules> {
        let base = RuleChoice {
            metric: self.metric.map(Metric::from),
            abs: self.abs,
            rel: self.rel,
            floor: self.floor,
            non_finite: self.non_finite_never_equal.then_some(NonFinite::NeverEqual),
            allow_changed: self.allow_changed,
            ppd: self.ppd,
            flip_mode: self.flip_mode.map(FlipMode::from),
            flip_exposures: self.flip_exposures,
        };
        let has_flip = [self.ppd.is_some(), self.flip_mode.is_some(), self.flip_exposures.is_some()];
        let is_flip = self.metric == Some(MetricName::Flip) || self.rules.is_some();
        if has_flip.contains(&true) && !is_flip {
            bail!("--ppd, --flip-mode and --flip-exposures go with --metric flip");
        }
        let exceptions = self.rules.as_deref().map_or_else(|| Ok(Vec::new()), read_rules)?;
        Ok(Rules::new(base, exceptions)?)
    }
}

/// The TOML file of `--rules`: `["depth*"]` tables, in order.
fn read_rules(path: &Path) -> anyhow::Result<Vec<(AovGlob, RuleChoice)>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the rules {path:?}"))?;
    let table: toml::Table =
        toml::from_str(&text).with_context(|| format!("the rules {path:?} are not TOML"))?;
    let rule = |(glob, value): (String, toml::Value)| {
        let choice: RuleChoice =
            value.try_into().with_context(|| format!("the rule for {glob:?} in {path:?}"))?;
        Ok((AovGlob::new(&glob)?, choice))
    };
    table.into_iter().map(rule).collect()
}
