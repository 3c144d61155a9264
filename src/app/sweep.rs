//! One walk over all frames for the heat strips and the curves.
//!
//! Each frame is decoded once for both. Frames next to the playhead come first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::background::Stale;
use crate::engine::{self, Beside, Cell, CellStatus, Outcome, Probe, cell_of, shortfall};
use crate::image::{ImageInfo, Plane};
use crate::load::{Decoded, Failure, Loaded, Loader, PlaneKey};
use crate::metric::{Backend, Extent, Pair, Rule, Want};
use crate::view::StripCell;

/// What to walk over.
pub struct Job {
    /// Goes with every answer.
    pub generation: u64,
    /// Frame indices in the order in which they are wanted.
    pub order: Vec<usize>,
    /// Files by sequence, then frame.
    pub files: Vec<Vec<Option<PathBuf>>>,
    /// Place of the reference among the sequences.
    pub reference: Option<usize>,
    /// Key of the AOV.
    pub aov: String,
    /// Channels by name.
    pub channels: Vec<String>,
    /// Metric and tolerance.
    pub rule: Rule,
    /// What is tracked.
    pub probes: Vec<Probe>,
}

/// What one frame came to.
pub struct FrameResult {
    /// Of the job.
    pub generation: u64,
    /// Frame index.
    pub frame: usize,
    /// Row-major over (sequence, probe, channel).
    pub cells: Vec<Cell>,
    /// By sequence; pending for the reference.
    pub strips: Vec<StripCell>,
}

/// A sequence at a frame.
pub(super) enum Side {
    Missing,
    Failed(Failure),
    There(Arc<Decoded>, Arc<ImageInfo>),
}

/// Walks until done or stale; `send` returns false when nobody listens.
pub fn run(
    job: &Job,
    loader: &Loader,
    backend: &dyn Backend,
    stale: &Stale,
    send: &dyn Fn(FrameResult) -> bool,
) {
    for &frame in &job.order {
        if stale.is_set() {
            return;
        }
        let sides: Vec<Side> =
            job.files.iter().map(|files| side(job, loader, files[frame].as_ref())).collect();
        let strips = strips(job, backend, &sides);
        let cells = cells(job, &sides);
        if !send(FrameResult { generation: job.generation, frame, cells, strips }) {
            return;
        }
    }
}

fn side(job: &Job, loader: &Loader, file: Option<&PathBuf>) -> Side {
    let Some(path) = file else { return Side::Missing };
    let decoded = loader.fetch(&PlaneKey { path: path.clone(), aov: job.aov.clone() });
    Side::new(decoded, loader, path)
}

impl Side {
    /// What became of a file that there is.
    pub(super) fn new(decoded: Loaded, loader: &Loader, path: &Path) -> Self {
        match (decoded, loader.info(path)) {
            (Ok(decoded), Ok(info)) => Self::There(decoded, info),
            (Err(failure), _) => Self::Failed(failure),
            (Ok(_), Err(error)) => Self::Failed(error.into()),
        }
    }
}

fn strips(job: &Job, backend: &dyn Backend, sides: &[Side]) -> Vec<StripCell> {
    let compare = |index: usize| match job.reference {
        Some(reference) if reference != index => strip(&job.rule, backend, &sides[index], &sides[reference]),
        _ => StripCell::Pending,
    };
    (0..sides.len()).map(compare).collect()
}

/// The heat of one frame of one candidate.
pub(super) fn strip(rule: &Rule, backend: &dyn Backend, candidate: &Side, reference: &Side) -> StripCell {
    match (candidate, reference) {
        (Side::Missing, _) | (_, Side::Missing) => StripCell::Missing,
        (Side::Failed(failure), _) | (_, Side::Failed(failure)) => StripCell::Failed(failure.to_string()),
        (Side::There(candidate, of_candidate), Side::There(reference, of_reference)) => {
            let side = |decoded, info| engine::Side { plane: decoded, info: Some(info) };
            let sides = [side(&candidate.plane, of_candidate), side(&reference.plane, of_reference)];
            compared(rule, backend, sides)
        }
    }
}

fn compared(rule: &Rule, backend: &dyn Backend, sides: [engine::Side<'_>; 2]) -> StripCell {
    let pair = match Pair::new(sides[0].plane, sides[1].plane, Extent::Union) {
        Ok(pair) => pair,
        Err(error) => return StripCell::Failed(error.to_string()),
    };
    let stats = backend.compare(&pair, rule, Want::Stats).stats;
    let (changed, max_abs) = (stats.changed_fraction(), stats.max_abs);
    match Outcome::new(&pair, stats, shortfall(&sides, pair.window)) {
        Outcome::Compared(_) => StripCell::Compared { changed, max_abs },
        Outcome::InPart(_, failure) => StripCell::InPart { changed, max_abs, reason: failure.reason },
        Outcome::Failed(failure) => StripCell::Failed(failure.reason),
    }
}

fn cells(job: &Job, sides: &[Side]) -> Vec<Cell> {
    let reference = job.reference.map(|index| &sides[index]);
    let mut cells = Vec::with_capacity(sides.len() * job.probes.len() * job.channels.len());
    for side in sides {
        for probe in &job.probes {
            for channel in &job.channels {
                cells.push(cell(&job.rule, side, reference, probe, channel));
            }
        }
    }
    cells
}

/// A cell without a value.
pub const fn empty_cell(status: CellStatus) -> Cell {
    Cell { status, value: None, reference: None, delta: None, changed: false }
}

/// As the engine has it in a series.
fn cell(rule: &Rule, side: &Side, reference: Option<&Side>, probe: &Probe, channel: &str) -> Cell {
    let plane = match plane(side) {
        Ok(plane) => plane,
        Err(status) => return empty_cell(status),
    };
    let beside = match reference.map(self::plane) {
        None => Beside::Nothing,
        Some(Err(status)) => Beside::Lacking(status),
        Some(Ok(other)) if other.display_window != plane.display_window => {
            Beside::Unlike(other, CellStatus::SizeMismatch)
        }
        Some(Ok(other)) => Beside::Reference(other),
    };
    cell_of(probe, channel, plane, beside, rule)
}

fn plane(side: &Side) -> Result<&Plane, CellStatus> {
    match side {
        Side::Missing => Err(CellStatus::FrameMissing),
        Side::Failed(Failure::NoAov { .. }) => Err(CellStatus::AovMissing),
        Side::Failed(Failure::Codec(error)) if error.is_incomplete() => Err(CellStatus::IncompleteFile),
        Side::Failed(_) => Err(CellStatus::Unreadable),
        Side::There(decoded, _) => Ok(&decoded.plane),
    }
}

#[cfg(test)]
mod tests;
