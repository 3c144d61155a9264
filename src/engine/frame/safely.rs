//! A unit whatever happens.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Setting, UnitResult, process};
use crate::engine::units::Unit;
use crate::engine::{Allowance, Failure, FrameRow, Outcome, Status};
use crate::metric::{Metric, Rule};

/// Reads, compares and probes one unit, whose number has the place `rank` among those of the run.
///
/// A panic is a bug, but of one frame: the others go on.
pub(in crate::engine) fn process_safely(unit: &Unit, rank: u32, setting: Setting<'_>) -> UnitResult {
    let work = || process(unit, rank, setting);
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let reason = format!("internal error ({text}), please report it; the frame was left out");
        let failure = Failure { status: Status::Unreadable, reason };
        let rows = unit.candidates.iter().map(|candidate| FrameRow {
            candidate: candidate.index,
            number: unit.number,
            aov: "*".to_owned(),
            channels: Vec::new(),
            rule: Rule::exact(Metric::Abs),
            allowance: Allowance::default(),
            outcome: Outcome::Failed(failure.clone()),
        });
        UnitResult { rows: rows.collect(), ..UnitResult::default() }
    })
}
