//! Which rule judges which AOV.

mod allowance;
mod choice;

use super::exposures::ExposureChoice;
use super::select::AovGlob;
use crate::image::{Aov, SampleType};
use crate::metric::flip::{Exposures, FlipOptions, colours};
use crate::metric::{Metric, Rule, default_metric};

pub use allowance::Allowance;
pub use choice::{RuleChoice, RuleError};

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
}
