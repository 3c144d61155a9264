//! A plan becomes units of work: one frame of the reference and of every candidate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{Against, Plan};
use crate::sequence::{Sequence, align};

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
    /// The candidates' files.
    pub candidates: Vec<UnitCandidate>,
}

/// All units, in frame order (then in the order of the candidates).
pub(super) fn units(plan: &Plan) -> Vec<Unit> {
    match &plan.against {
        Against::Sequence { reference, offset } => against_sequence(plan, reference, *offset),
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
                candidates: Vec::new(),
            });
            let theirs = number.map(|number| number + offset);
            unit.candidates.push(UnitCandidate { index, number: theirs, path: frame.candidate });
        }
    }
    units.into_values().collect()
}

/// Units without a reference: every frame that some candidate has.
fn alone(plan: &Plan) -> Vec<Unit> {
    let chosen = |number: &Option<i64>| {
        plan.frames.as_ref().is_none_or(|frames| number.is_some_and(|number| frames.contains(number)))
    };
    let single =
        plan.candidates.iter().flat_map(|candidate| candidate.frames.iter().map(|frame| frame.number));
    let gaps = plan.candidates.iter().flat_map(numbers_with_gaps).map(Some);
    let numbers: BTreeSet<Option<i64>> = single.chain(gaps).filter(chosen).collect();
    let candidates = |number| {
        let candidates = plan.candidates.iter().enumerate();
        candidates.map(move |(index, candidate)| UnitCandidate {
            index,
            number,
            path: candidate.path(number).map(PathBuf::from),
        })
    };
    let unit = |number| Unit {
        number,
        reference_number: None,
        reference: None,
        candidates: candidates(number).collect(),
    };
    numbers.into_iter().map(unit).collect()
}

/// Units of sequences that are compared with their own frames; `other` gives the number of the
/// frame that numbers\[i\] is compared with, if any.
fn against_itself(plan: &Plan, other: impl Fn(&[i64], usize) -> Option<i64>) -> Vec<Unit> {
    let mut units = Vec::new();
    for (index, candidate) in plan.candidates.iter().enumerate() {
        let chosen = |number: &i64| plan.frames.as_ref().is_none_or(|frames| frames.contains(*number));
        let numbers: Vec<i64> = numbers_with_gaps(candidate).into_iter().filter(chosen).collect();
        for i in 0..numbers.len() {
            let Some(other) = other(&numbers, i) else { continue };
            let path = |number| candidate.path(Some(number)).map(PathBuf::from);
            units.push(Unit {
                number: Some(numbers[i]),
                reference_number: Some(other),
                reference: path(other),
                candidates: vec![UnitCandidate { index, number: Some(numbers[i]), path: path(numbers[i]) }],
            });
        }
    }
    units.sort_by_key(|unit| unit.number);
    units
}

/// The sequence's numbers, those missing in gaps included.
fn numbers_with_gaps(sequence: &Sequence) -> Vec<i64> {
    let mut numbers: Vec<i64> = sequence.frames.iter().filter_map(|frame| frame.number).collect();
    let step = sequence.step().max(1);
    for (first, last) in sequence.gaps() {
        let mut number = first;
        while number <= last {
            numbers.push(number);
            number += step;
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
