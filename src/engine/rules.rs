//! Which rule judges which AOV.

use serde::Deserialize;

use super::exposures::ExposureChoice;
use super::select::{AovGlob, GlobError};
use crate::image::{Aov, SampleType};
use crate::metric::flip::{Exposures, FlipMode, FlipOptions, colours};
use crate::metric::{Metric, NonFinite, Rule, default_metric};

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

/// How many pixels of one frame and AOV may change.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, serde::Serialize)]
#[serde(untagged)]
pub enum Allowance {
    /// That many.
    Count(u64),
    /// That part of them, 0..=1.
    Fraction(f64),
}

impl Default for Allowance {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Allowance {
    /// Whether `changed` of `pixels` is no more than allowed.
    pub fn covers(self, changed: u64, pixels: u64) -> bool {
        match self {
            Self::Count(count) => changed <= count,
            Self::Fraction(fraction) => changed as f64 <= fraction * pixels as f64,
        }
    }
}

/// An integer is a number of pixels, a decimal a fraction.
impl std::str::FromStr for Allowance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(count) = text.parse::<u64>() {
            return Ok(Self::Count(count));
        }
        let fraction = text.parse::<f64>().ok().filter(|f| (0.0..=1.0).contains(f));
        fraction.map(Self::Fraction).ok_or_else(|| {
            format!("{text:?} is neither a number of pixels (100) nor a fraction between 0 and 1 (0.01)")
        })
    }
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

    fn over(self, base: Self) -> Self {
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

/// The rules of a run: one for all, and exceptions by AOV glob, of which the last that fits wins.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    base: RuleChoice,
    exceptions: Vec<(AovGlob, RuleChoice)>,
}

impl Rules {
    /// `base` for all AOVs but those that an exception names.
    ///
    /// # Errors
    /// When one of them makes no sense.
    pub fn new(base: RuleChoice, exceptions: Vec<(AovGlob, RuleChoice)>) -> Result<Self, RuleError> {
        base.check()?;
        for (_, choice) in &exceptions {
            choice.check()?;
            let merged = choice.over(base);
            if choice.rel.is_some() {
                merged.check()?;
            }
        }
        Ok(Self { base, exceptions })
    }

    /// The rule and the allowance for `aov`, one of the `keys` of its file. An AOV for which `flip` is not
    /// defined is judged by the metric of its kind, with a tolerance of 0.
    pub fn rule(&self, aov: &Aov, keys: &[&str]) -> (Rule, Allowance) {
        let choice = self.choice(aov, keys);
        let wanted = choice.metric.unwrap_or_else(|| default_metric(aov.kind));
        let is_defined = wanted != Metric::Flip || has_flip(aov);
        let metric = if is_defined { wanted } else { default_metric(aov.kind) };
        let has_tolerance = is_defined && metric != Metric::Id;
        let rule = Rule {
            metric,
            abs: choice.abs.filter(|_| has_tolerance).unwrap_or(0.0),
            rel: choice.rel.filter(|_| is_defined && metric.takes_relative_tolerance()).unwrap_or(0.0),
            floor: choice.floor.unwrap_or(Rule::DEFAULT_FLOOR),
            non_finite: choice.non_finite.unwrap_or_default(),
            flip: FlipOptions {
                pixels_per_degree: choice.ppd.unwrap_or(FlipOptions::DEFAULT_PIXELS_PER_DEGREE),
                mode: choice.flip_mode.unwrap_or_default(),
                exposures: match choice.flip_exposures.unwrap_or_default() {
                    ExposureChoice::Frame | ExposureChoice::Sequence => Exposures::OfReference,
                    ExposureChoice::Fixed(start, stop) => Exposures::Fixed { start, stop },
                },
            },
        };
        (rule, choice.allow_changed.unwrap_or_default())
    }

    /// Whether any AOV may be judged by `flip` with one range of exposures for all frames.
    pub fn may_want_one_range(&self) -> bool {
        let choices = std::iter::once(&self.base).chain(self.exceptions.iter().map(|(_, choice)| choice));
        choices.into_iter().any(|choice| choice.flip_exposures == Some(ExposureChoice::Sequence))
    }

    /// Whether `aov` is judged by `flip` with one range of exposures for all frames.
    pub fn wants_one_range(&self, aov: &Aov, keys: &[&str]) -> bool {
        self.rule(aov, keys).0.metric == Metric::Flip
            && self.choice(aov, keys).flip_exposures == Some(ExposureChoice::Sequence)
    }

    /// Why `aov` is not judged by the metric that was asked for, if so.
    pub fn note(&self, aov: &Aov, keys: &[&str]) -> Option<String> {
        let is_asked = self.choice(aov, keys).metric == Some(Metric::Flip);
        let (rule, _) = self.rule(aov, keys);
        (is_asked && rule.metric != Metric::Flip).then(|| {
            let key = &aov.key;
            format!("flip is not defined for {key:?}, which has no R, G, B: compared by {}", rule.metric)
        })
    }

    fn choice(&self, aov: &Aov, keys: &[&str]) -> RuleChoice {
        let fitting = self.exceptions.iter().filter(|(glob, _)| glob.chooses(&aov.key, keys.iter().copied()));
        fitting.fold(self.base, |base, (_, choice)| choice.over(base))
    }
}

/// Whether the channels are colours or grey.
fn has_flip(aov: &Aov) -> bool {
    let names: Vec<&str> = aov.channels.iter().map(|channel| channel.name.as_str()).collect();
    let is_id = |index: usize| aov.channels[index].sample_type == SampleType::U32;
    colours(&names).is_some_and(|found| !found.into_iter().any(is_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{AovChannel, AovKind};

    fn aov(key: &str, kind: AovKind) -> Aov {
        Aov { key: key.to_owned(), kind, part: 0, channels: Vec::new() }
    }

    #[test]
    fn the_kind_gives_the_metric_unless_one_is_named() {
        let (id, depth) = (aov("id", AovKind::Id), aov("depth", AovKind::Scalar));
        let keys = ["id", "depth"];
        let rules = Rules::new(RuleChoice { abs: Some(0.5), ..Default::default() }, vec![]).expect("sound");
        assert_eq!(rules.rule(&id, &keys).0, Rule::exact(Metric::Id));
        assert_eq!(rules.rule(&depth, &keys).0, Rule { abs: 0.5, ..Rule::exact(Metric::Abs) });
        let all = RuleChoice { metric: Some(Metric::Abs), ..Default::default() };
        assert_eq!(Rules::new(all, vec![]).expect("sound").rule(&id, &keys).0.metric, Metric::Abs);
    }

    #[test]
    fn the_last_fitting_exception_wins() {
        let glob = |text| AovGlob::new(text).expect("a glob");
        let exceptions = vec![
            (glob("d*"), RuleChoice { abs: Some(1.0), rel: Some(0.1), ..Default::default() }),
            (glob("depth"), RuleChoice { abs: Some(2.0), ..Default::default() }),
        ];
        let rules = Rules::new(RuleChoice::default(), exceptions).expect("sound");
        let keys = ["depth", "diff"];
        let (rule, _) = rules.rule(&aov("depth", AovKind::Scalar), &keys);
        assert_eq!((rule.abs, rule.rel), (2.0, 0.1));
        assert_eq!(rules.rule(&aov("diff", AovKind::Colour), &keys).0.abs, 1.0);
    }

    #[test]
    fn a_tolerance_stays_with_its_unit() {
        let base = RuleChoice { abs: Some(0.5), rel: Some(0.1), ..Default::default() };
        let judged = |metric| {
            let exception = RuleChoice { metric: Some(metric), ..Default::default() };
            let rules = Rules::new(base, vec![(AovGlob::new("x").expect("a glob"), exception)]);
            let (rule, _) = rules.expect("sound").rule(&aov("x", AovKind::Vector), &["x"]);
            (rule.abs, rule.rel)
        };
        assert_eq!(judged(Metric::Signed), (0.5, 0.1));
        assert_eq!(judged(Metric::Length), (0.5, 0.0));
        assert_eq!(judged(Metric::Angle), (0.0, 0.0));
    }

    #[test]
    fn senseless_rules_are_refused() {
        let rel = RuleChoice { metric: Some(Metric::Rel), rel: Some(0.1), ..Default::default() };
        assert!(matches!(rel.check(), Err(RuleError::NoRelative { metric: Metric::Rel })));
        let nan = RuleChoice { abs: Some(f64::NAN), ..Default::default() };
        assert!(matches!(nan.check(), Err(RuleError::Tolerance { name: "absolute", .. })));
    }

    #[test]
    fn flip_is_for_colours_and_grey() {
        let channels = |names: &[&str], sample_type| {
            let channels = names.iter().enumerate();
            let channel =
                |(index, name): (usize, &&str)| AovChannel { name: (*name).to_owned(), index, sample_type };
            channels.map(channel).collect::<Vec<_>>()
        };
        let choice = RuleChoice { metric: Some(Metric::Flip), abs: Some(0.05), ..Default::default() };
        let rules = Rules::new(choice, vec![]).expect("sound");
        let judged = |names: &[&str], sample_type, kind| {
            let aov = Aov { channels: channels(names, sample_type), ..aov("x", kind) };
            let (rule, _) = rules.rule(&aov, &["x"]);
            (rule.metric, rule.abs, rules.note(&aov, &["x"]).is_some())
        };
        let colour = judged(&["R", "G", "B", "A"], SampleType::F16, AovKind::Colour);
        assert_eq!(colour, (Metric::Flip, 0.05, false));
        assert_eq!(judged(&["Z"], SampleType::F32, AovKind::Scalar), (Metric::Flip, 0.05, false));
        let normal = judged(&["X", "Y", "Z"], SampleType::F32, AovKind::Normal);
        assert_eq!(normal, (Metric::Abs, 0.0, true));
        assert_eq!(judged(&["id"], SampleType::U32, AovKind::Id), (Metric::Id, 0.0, true));
    }

    #[test]
    fn an_integer_is_a_count_and_a_decimal_a_fraction() {
        assert_eq!("3".parse(), Ok(Allowance::Count(3)));
        assert_eq!("0.25".parse(), Ok(Allowance::Fraction(0.25)));
        assert_eq!("1.0".parse(), Ok(Allowance::Fraction(1.0)));
        assert!("1.5".parse::<Allowance>().is_err());
        assert!(Allowance::Fraction(0.25).covers(25, 100) && !Allowance::Fraction(0.25).covers(26, 100));
    }
}
