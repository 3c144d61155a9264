//! A plan becomes units of work: one frame of the reference and of every candidate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{Against, Error, Plan};
use crate::sequence::{Sequence, align};

/// A date among frame numbers makes a gap of millions: nobody wants a row for each.
const LONGEST_GAP: i64 = 100_000;

/// One frame of one candidate inside a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnitCandidate {
    /// Index into [`Plan::candidates`].
    pub index: usize,
    /// Its own number of this frame.
    pub number: Option<i64>,
    /// The file, `None` where it is missing.
    pub path: Option<PathBuf>,
}

/// What is read and compared together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// The frame's number in results.
    pub number: Option<i64>,
    /// The reference's own number of this frame.
    pub reference_number: Option<i64>,
    /// The reference's file, `None` where it is missing.
    pub reference: Option<PathBuf>,
    /// Whether no other unit counts the reference's file among a sequence's own frames.
    pub owns_reference: bool,
    /// The candidates' files.
    pub candidates: Vec<UnitCandidate>,
}

/// All units, in frame order (then in the order of the candidates).
///
/// # Errors
/// When a sequence has a gap that no render leaves.
pub(super) fn units(plan: &Plan) -> Result<Vec<Unit>, Error> {
    match &plan.against {
        Against::Sequence { reference, offset } => Ok(against_sequence(plan, reference, *offset)),
        Against::Nothing => alone(plan),
        Against::Previous => {
            against_itself(plan, |numbers, i| i.checked_sub(1).map(|before| numbers[before]))
        }
        Against::Frame(fixed) => against_itself(plan, |numbers, i| (numbers[i] != *fixed).then_some(*fixed)),
    }
}

fn against_sequence(plan: &Plan, reference: &Sequence, offset: i64) -> Vec<Unit> {
    let mut units: BTreeMap<Option<i64>, Unit> = BTreeMap::new();
    for (index, candidate) in plan.candidates.iter().enumerate() {
        for frame in align(reference, candidate, offset, plan.frames.as_ref()) {
            let number = frame.number;
            let unit = units.entry(number).or_insert_with(|| Unit {
                number,
                reference_number: number,
                reference: frame.reference,
                owns_reference: true,
                candidates: Vec::new(),
            });
            let theirs = number.map(|number| number.saturating_add(offset));
            unit.candidates.push(UnitCandidate { index, number: theirs, path: frame.candidate });
        }
    }
    units.into_values().collect()
}

/// Units without a reference: each sequence's own frames, and those missing in its gaps.
fn alone(plan: &Plan) -> Result<Vec<Unit>, Error> {
    let mut units: BTreeMap<Option<i64>, Unit> = BTreeMap::new();
    for (index, candidate) in plan.candidates.iter().enumerate() {
        let unnumbered = candidate.frames.iter().map(|frame| frame.number).filter(Option::is_none);
        let numbers = numbers_with_gaps(candidate)?.into_iter().map(Some).chain(unnumbered);
        for number in numbers.filter(|number| is_chosen(plan, *number)) {
            let unit = units.entry(number).or_insert_with(|| Unit {
                number,
                reference_number: None,
                reference: None,
                owns_reference: false,
                candidates: Vec::new(),
            });
            let path = candidate.path(number).map(PathBuf::from);
            unit.candidates.push(UnitCandidate { index, number, path });
        }
    }
    Ok(units.into_values().collect())
}

fn is_chosen(plan: &Plan, number: Option<i64>) -> bool {
    plan.frames.as_ref().is_none_or(|frames| number.is_some_and(|number| frames.contains(number)))
}

/// Units of sequences that are compared with their own frames; `other` gives the number of the
/// frame that numbers\[i\] is compared with, if any.
fn against_itself(plan: &Plan, other: impl Fn(&[i64], usize) -> Option<i64>) -> Result<Vec<Unit>, Error> {
    let mut units = Vec::new();
    for (index, candidate) in plan.candidates.iter().enumerate() {
        let numbers = numbers_with_gaps(candidate)?;
        let chosen = (0..numbers.len()).filter(|&i| is_chosen(plan, Some(numbers[i])));
        let pairs: Vec<(usize, i64)> = chosen.filter_map(|i| Some((i, other(&numbers, i)?))).collect();
        let compared: BTreeSet<i64> = pairs.iter().map(|(i, _)| numbers[*i]).collect();
        let mut served = BTreeSet::new();
        for (i, other) in pairs {
            let path = |number| candidate.path(Some(number)).map(PathBuf::from);
            units.push(Unit {
                number: Some(numbers[i]),
                reference_number: Some(other),
                reference: path(other),
                // A frame that is compared itself counts there; any other with the first that it serves.
                owns_reference: !compared.contains(&other) && served.insert(other),
                candidates: vec![UnitCandidate { index, number: Some(numbers[i]), path: path(numbers[i]) }],
            });
        }
    }
    units.sort_by_key(|unit| unit.number);
    Ok(units)
}

/// The sequence's numbers, those missing in gaps included.
fn numbers_with_gaps(sequence: &Sequence) -> Result<Vec<i64>, Error> {
    let mut numbers: Vec<i64> = sequence.frames.iter().filter_map(|frame| frame.number).collect();
    let step = sequence.step().max(1);
    for (first, last) in sequence.gaps() {
        if last.saturating_sub(first) / step > LONGEST_GAP {
            let pattern = sequence.pattern.clone();
            return Err(Error::GapTooLong { pattern, first, last });
        }
        numbers.extend((0..=(last - first) / step).map(|i| first + i * step));
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Numbers of all frames, each once, ascending.
pub(super) fn numbers(units: &[Unit]) -> Vec<Option<i64>> {
    let mut numbers: Vec<Option<i64>> = units.iter().map(|unit| unit.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Place of the unit's number among `numbers`.
pub(super) fn rank(numbers: &[Option<i64>], unit: &Unit) -> u32 {
    let rank = numbers.binary_search(&unit.number).expect("made from the same units");
    u32::try_from(rank).expect("fewer frames than that")
}
