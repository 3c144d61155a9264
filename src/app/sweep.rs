//! One walk over all frames for the heat strips and the curves.
//!
//! Each frame is decoded once for both. Frames next to the playhead come first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::background::Stale;
use crate::engine::{
    self, Cell, CellStatus, Outcome, Probe, ProbeShape, RegionStats, Value, shortfall, unreadable_cell,
};
use crate::image::{ImageInfo, Plane, Sample, Window};
use crate::load::{Decoded, Failure, Loaded, Loader, PlaneKey};
use crate::metric::{Backend, Extent, Pair, Rule, Want, channel_changed};
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

fn cell(rule: &Rule, side: &Side, reference: Option<&Side>, probe: &Probe, channel: &str) -> Cell {
    let plane = match side {
        Side::Missing => return empty_cell(CellStatus::FrameMissing),
        Side::Failed(Failure::NoAov { .. }) => return empty_cell(CellStatus::AovMissing),
        Side::Failed(Failure::Codec(error)) if error.is_incomplete() => {
            return empty_cell(CellStatus::IncompleteFile);
        }
        Side::Failed(_) => return empty_cell(CellStatus::Unreadable),
        Side::There(decoded, _) => &decoded.plane,
    };
    if plane.channel_index(channel).is_none() {
        return empty_cell(CellStatus::AovMissing);
    }
    let other = match reference {
        Some(Side::There(decoded, _)) => Some(&decoded.plane),
        _ => None,
    };
    if let Some(status) = unreadable_cell(plane, probe.window) {
        return empty_cell(status);
    }
    let sizes_differ = other.is_some_and(|other| other.display_window != plane.display_window);
    let unreadable = other.and_then(|other| unreadable_cell(other, probe.window));
    let other = other.filter(|_| unreadable.is_none());
    let values = match probe.shape {
        ProbeShape::Pixel => pixel_values(rule, plane, other, probe.window, channel),
        ProbeShape::Region => region_values(rule, plane, other, probe.window, channel),
    };
    let Some((value, reference, changed)) = values else {
        return empty_cell(CellStatus::OutsideDataWindow);
    };
    let unlike = sizes_differ.then_some(CellStatus::SizeMismatch).or(unreadable);
    if let Some(status) = unlike {
        return Cell { value: Some(value), ..empty_cell(status) };
    }
    let delta = reference.map(|reference| value.to_f64() - reference.to_f64());
    Cell { status: CellStatus::Compared, value: Some(value), reference, delta, changed }
}

fn sample(plane: &Plane, channel: &str, x: i32, y: i32) -> Option<Sample> {
    let index = plane.channel_index(channel)?;
    Some(plane.channels[index].samples.get(plane.data_window.index(x, y)?))
}

type Values = Option<(Value, Option<Value>, bool)>;

fn pixel_values(rule: &Rule, plane: &Plane, other: Option<&Plane>, window: Window, channel: &str) -> Values {
    let value = sample(plane, channel, window.x, window.y)?;
    let reference = other.and_then(|other| sample(other, channel, window.x, window.y));
    let changed = reference.is_some_and(|reference| channel_changed(rule, value, reference));
    Some((Value::Pixel(value), reference.map(Value::Pixel), changed))
}

fn region_values(rule: &Rule, plane: &Plane, other: Option<&Plane>, window: Window, channel: &str) -> Values {
    let region = region_samples(plane, channel, window)?;
    let other_region = other.and_then(|other| region_samples(other, channel, window));
    let mut changed = 0_u64;
    let mut compared = 0_u64;
    if let Some(other) = other {
        let inside = window.intersection(&plane.data_window).intersection(&other.data_window);
        for (x, y) in (0..inside.pixels() as usize).map(|index| inside.pixel(index)) {
            if let (Some(a), Some(b)) = (sample(plane, channel, x, y), sample(other, channel, x, y)) {
                compared += 1;
                changed += u64::from(channel_changed(rule, a, b));
            }
        }
    }
    let fraction = if compared == 0 { 0.0 } else { changed as f64 / compared as f64 };
    let stats = |samples: &[f64]| Value::Region(statistics(samples, fraction));
    Some((stats(&region), other_region.as_deref().map(stats), changed > 0))
}

/// Finite values of a channel inside a rectangle; `None` where the rectangle is outside.
fn region_samples(plane: &Plane, channel: &str, window: Window) -> Option<Vec<f64>> {
    let samples = &plane.channels[plane.channel_index(channel)?].samples;
    let inside = window.intersection(&plane.data_window);
    let pixels = (0..inside.pixels() as usize).map(|index| inside.pixel(index));
    let values = pixels.filter_map(|(x, y)| plane.data_window.index(x, y)).map(|i| samples.get(i).to_f64());
    (!inside.is_empty()).then(|| values.filter(|value| value.is_finite()).collect())
}

fn statistics(values: &[f64], changed_fraction: f64) -> RegionStats {
    if values.is_empty() {
        return RegionStats { mean: f64::NAN, min: f64::NAN, max: f64::NAN, std: f64::NAN, changed_fraction };
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    RegionStats { mean, min, max, std: variance.sqrt(), changed_fraction }
}

#[cfg(test)]
mod tests;
