//! The exposures of `flip`: how they are chosen, and one range for all frames of a reference.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::frame::Catalogue;
use super::units::Unit;
use super::workers::in_order;
use super::{Against, Context, Error, Plan, select};
use crate::codec;
use crate::image::Aov;
use crate::metric::flip::{ExposureRange, colours, exposure_range};

/// Which exposures `flip` shows linear pictures at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase", from = "ExposureWords")]
pub enum ExposureChoice {
    /// Those that each frame of the reference asks for.
    #[default]
    Frame,
    /// For all frames those that any frame of the reference asks for.
    Sequence,
    /// From the first to the second, in stops.
    Fixed(f32, f32),
}

/// As a file of rules has it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "flip-exposures is \"frame\", \"sequence\" or [START, STOP] in stops")]
enum ExposureWords {
    Stops([f32; 2]),
    Word(ExposureWord),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExposureWord {
    Frame,
    Sequence,
}

impl From<ExposureWords> for ExposureChoice {
    fn from(words: ExposureWords) -> Self {
        match words {
            ExposureWords::Stops([start, stop]) => Self::Fixed(start, stop),
            ExposureWords::Word(ExposureWord::Frame) => Self::Frame,
            ExposureWords::Word(ExposureWord::Sequence) => Self::Sequence,
        }
    }
}

/// `frame`, `sequence` or `START,STOP` in stops.
impl std::str::FromStr for ExposureChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let stops = || {
            let (start, stop) = text.split_once(',')?;
            Some(Self::Fixed(start.trim().parse().ok()?, stop.trim().parse().ok()?))
        };
        match text {
            "frame" => Ok(Self::Frame),
            "sequence" => Ok(Self::Sequence),
            _ => stops().ok_or_else(|| {
                format!("{text:?} is none of frame, sequence, START,STOP (in stops, as -4,2.5)")
            }),
        }
    }
}

/// By the sequence that the frames are of and the key of the AOV.
pub(super) type Ranges = BTreeMap<(Owner, String), ExposureRange>;

/// Whose frames a unit is compared with: those of the one reference, or the candidate's own.
pub(super) type Owner = Option<usize>;

pub(super) fn owner(plan: &Plan, unit: &Unit) -> Owner {
    let own = || unit.candidates.first().map(|candidate| candidate.index);
    if matches!(plan.against, Against::Sequence { .. }) { None } else { own() }
}

/// The exposures that any frame of the reference asks for, of each AOV that is judged so. Reads these
/// AOVs of all its frames; what cannot be read asks for none, and is told when it is compared.
///
/// # Errors
/// When the run was cancelled, or the system gives no thread.
pub(super) fn ranges(
    units: &[Unit],
    plan: &Plan,
    (context, workers): (&Context, usize),
    catalogue: &Catalogue,
) -> Result<Ranges, Error> {
    let mut ranges = Ranges::new();
    if !plan.rules.may_want_one_range() {
        return Ok(ranges);
    }
    let keys: Vec<&str> = catalogue.iter().map(|aov| aov.key.as_str()).collect();
    let work = |unit: &Unit| ranges_of(unit, plan, context, &keys);
    in_order(units, workers, context, work, |index, found| {
        for (key, range) in found {
            let of = (owner(plan, &units[index]), key);
            ranges.entry(of).and_modify(|all| *all = all.union(range)).or_insert(range);
        }
    })?;
    Ok(ranges)
}

fn ranges_of(unit: &Unit, plan: &Plan, context: &Context, keys: &[&str]) -> Vec<(String, ExposureRange)> {
    let info = unit.reference.as_ref().and_then(|path| codec::read_info(path, &context.limits).ok());
    let Some(info) = info else { return Vec::new() };
    let present: Vec<&str> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
    let chosen = select::chosen(&plan.aovs, &present);
    let is_wanted = |aov: &&Aov| chosen.contains(&aov.key.as_str()) && plan.rules.wants_one_range(aov, keys);
    let range = |aov: &Aov| {
        let plane = codec::read_planes(&info, &[aov], &context.limits).pop()?.ok()?;
        let names: Vec<&str> = plane.channels.iter().map(|channel| channel.name.as_str()).collect();
        Some((aov.key.clone(), exposure_range(&plane, colours(&names)?, plane.data_window)))
    };
    info.aovs.iter().filter(is_wanted).filter_map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RuleChoice, RuleError};

    #[test]
    fn exposures_are_words_or_stops() {
        assert_eq!("sequence".parse(), Ok(ExposureChoice::Sequence));
        assert_eq!("-4,2.5".parse(), Ok(ExposureChoice::Fixed(-4.0, 2.5)));
        assert!("often".parse::<ExposureChoice>().is_err());
        let rule = |text: &str| toml::from_str::<RuleChoice>(text).map(|choice| choice.flip_exposures);
        assert_eq!(rule("flip-exposures = [-1.0, 2.0]"), Ok(Some(ExposureChoice::Fixed(-1.0, 2.0))));
        assert_eq!(rule("flip-exposures = \"frame\""), Ok(Some(ExposureChoice::Frame)));
        let back = RuleChoice { flip_exposures: Some(ExposureChoice::Fixed(1.0, 0.0)), ..Default::default() };
        assert!(matches!(back.check(), Err(RuleError::Exposures { .. })));
    }
}
