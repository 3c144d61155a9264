//! Runs a plan: rows in frame order, and maps over all frames, in as many passes as those need.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exposures::ranges;
use super::frame::{Setting, UnitResult, process_safely};
use super::temporal::{AllFrames, Pass, Temporal};
use super::track::SeriesBuilder;
use super::units::{Unit, numbers, rank, units};
use super::workers::in_order;
use super::{Against, FrameRow, Plan, Series, Summary, select};
use crate::codec::{self, Limits};
use crate::image::{ImageInfo, Window};
use crate::metric::{Backend, DeltaMap};

/// What a run works with: everything that is no part of its result.
#[derive(Clone)]
pub struct Context {
    /// Computes the comparisons.
    pub backend: Arc<dyn Backend>,
    /// Bounds on what a file may hold.
    pub limits: Limits,
    /// Frames handled at a time.
    pub threads: NonZeroUsize,
    /// Bytes of decoded samples held at a time.
    pub memory_bytes: u64,
    /// Set from anywhere to end the run early.
    pub cancel: Arc<AtomicBool>,
    /// Takes a map of every compared frame and AOV, on the threads that make them.
    pub maps: Option<Arc<dyn MapSink>>,
    /// Maps over all frames, for which half of `memory_bytes` is set aside.
    pub temporal: Option<Temporal>,
}

impl Context {
    /// Whether the run shall end.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// One map on its way out.
pub struct MapFrame<'a> {
    /// What it belongs to; always with figures.
    pub row: &'a FrameRow,
    /// Name of the candidate.
    pub candidate: &'a str,
    /// Name of the reference.
    pub reference: &'a str,
    /// The values.
    pub map: &'a DeltaMap,
    /// Of the pictures.
    pub display_window: Window,
}

/// Takes maps, from several threads at once.
pub trait MapSink: Send + Sync {
    /// # Errors
    /// With what went wrong, in words; the run goes on and ends as incomplete.
    fn write(&self, frame: &MapFrame<'_>) -> Result<(), String>;
}

/// What a run says on its way.
pub enum Event<'a> {
    /// One more row, in frame order.
    Row(&'a FrameRow),
    /// Something went wrong beside the rows.
    Trouble(&'a str),
    /// The state of all maps over all frames does not fit: the files are read again, for these AOVs.
    Pass {
        /// This one, 2 for the first after all rows.
        number: usize,
        /// Of.
        total: usize,
        /// Keys of the AOVs.
        aovs: Vec<&'a str>,
    },
    /// Units done, of all, in this pass.
    Progress {
        /// Done.
        done: usize,
        /// Of.
        total: usize,
    },
}

/// What a run came to.
#[derive(Debug)]
pub struct Finished {
    /// Per candidate and AOV.
    pub summary: Summary,
    /// The tracked pixels and regions, if the plan has any.
    pub series: Option<Series>,
}

/// Why a plan cannot be run.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No frame is left.
    #[error("no frame to compare: {reason}")]
    NothingToCompare {
        /// Why.
        reason: String,
    },
    /// No AOV is left.
    #[error("no AOV matches {globs:?}; there are {present:?}: {path:?}")]
    NoSuchAov {
        /// As given.
        globs: Vec<String>,
        /// What there is.
        present: Vec<String>,
        /// The file that was looked at.
        path: std::path::PathBuf,
    },
    /// A sequence whose numbers cannot all be frames.
    #[error(
        "the frames {first} to {last} are missing in {pattern:?}, which is no gap that a render leaves: \
         name the files by a pattern with a range (name.1-100#.exr)"
    )]
    GapTooLong {
        /// The sequence.
        pattern: String,
        /// First missing number.
        first: i64,
        /// Last missing number.
        last: i64,
    },
    /// The system gives no thread.
    #[error("the system gives this program no thread to work on: {reason}")]
    NoThread {
        /// What it says.
        reason: String,
    },
    /// Ended early on request.
    #[error("cancelled")]
    Cancelled,
}

/// Runs `plan`; `on_event` hears of every row, in frame order, on the calling thread.
///
/// # Errors
/// When there is nothing to compare, or the run was cancelled. A bad frame is a row, not an error.
pub fn run(plan: &Plan, context: &Context, on_event: &mut dyn FnMut(Event<'_>)) -> Result<Finished, Error> {
    let units = units(plan)?;
    if units.is_empty() {
        return Err(Error::NothingToCompare { reason: why_nothing(plan) });
    }
    let first = first_with_chosen_aovs(plan, &units, &context.limits)?;
    let state_bytes = if context.temporal.is_some() { context.memory_bytes / 2 } else { 0 };
    let memory_bytes = context.memory_bytes - state_bytes;
    let unit_bytes = first.as_ref().map_or(0, |info| bytes_of(plan, info) + map_bytes(context, info));
    let catalogue = &first.map_or_else(Vec::new, |info| info.aovs);
    let workers = workers(context, units.len(), unit_bytes, memory_bytes);
    // The rest is for what decoding needs on the way: packed and unpacked chunks of every thread.
    let group_bytes = memory_bytes / 4 * 3 / workers as u64;
    let numbers = numbers(&units);
    let ranges = &ranges(&units, plan, (context, workers), catalogue)?;
    let pass = context.temporal.as_ref().map(|temporal| Pass::first(temporal, state_bytes));
    let alone = Setting { plan, context, catalogue, group_bytes, pass: None, ranges };
    let setting = Setting { pass: pass.as_ref(), ..alone };
    let mut series = builder(plan, &numbers);
    let mut summary = Summary::default();
    let total = units.len();
    let work = |unit: &Unit| process_safely(unit, rank(&numbers, unit), setting);
    in_order(&units, workers, context, work, |index, result: UnitResult| {
        for row in &result.rows {
            summary.add(row);
            on_event(Event::Row(row));
        }
        result.notes.iter().for_each(|note| summary.note(note.clone()));
        for trouble in &result.troubles {
            summary.mark_incomplete();
            on_event(Event::Trouble(trouble));
        }
        if let Some(builder) = &mut series {
            let frame = rank(&numbers, &units[index]) as usize;
            for (sequence, path, status) in result.files {
                builder.file(sequence, frame, path, status);
            }
            for tracked in result.tracked {
                builder.add(frame, tracked);
            }
        }
        on_event(Event::Progress { done: index + 1, total });
    })?;
    if let (Some(pass), Some(temporal)) = (pass, &context.temporal) {
        let setting = alone;
        let all = AllFrames { temporal, setting, units: &units, numbers: &numbers, workers, state_bytes };
        all.finish(pass, &mut summary, on_event)?;
    }
    Ok(Finished { summary, series: series.map(SeriesBuilder::finish) })
}

fn why_nothing(plan: &Plan) -> String {
    let frames = plan.frames.as_ref().map(|frames| format!("no file of the frames {frames}"));
    let lone = || match plan.against {
        Against::Previous => "a sequence of one frame has no previous one".to_owned(),
        Against::Frame(number) => format!("there is no frame beside {number}"),
        Against::Sequence { .. } | Against::Nothing => "the sequences are empty".to_owned(),
    };
    frames.unwrap_or_else(lone)
}

/// The header of the first file that has any of the AOVs asked for; `None` where no file can be
/// read at all (each frame will say why).
///
/// # Errors
/// A glob that finds nothing in any file is a slip of the pen, not a result.
fn first_with_chosen_aovs(plan: &Plan, units: &[Unit], limits: &Limits) -> Result<Option<ImageInfo>, Error> {
    let paths = units.iter().flat_map(|unit| {
        unit.reference.iter().chain(unit.candidates.iter().filter_map(|candidate| candidate.path.as_ref()))
    });
    let mut first = None;
    for info in paths.filter_map(|path| codec::read_info(path, limits).ok()) {
        let keys: Vec<&str> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
        if !select::chosen(&plan.aovs, &keys).is_empty() {
            return Ok(Some(info));
        }
        first.get_or_insert(info);
    }
    match first {
        None => Ok(None),
        Some(info) => Err(Error::NoSuchAov {
            globs: plan.aovs.iter().map(|glob| glob.text().to_owned()).collect(),
            present: info.aovs.iter().map(|aov| aov.key.clone()).collect(),
            path: info.path,
        }),
    }
}

/// Bytes of decoded samples of one unit: the reference's and one candidate's.
fn bytes_of(plan: &Plan, info: &ImageInfo) -> u64 {
    let keys: Vec<&str> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
    let chosen = select::chosen(&plan.aovs, &keys);
    let aovs = info.aovs.iter().filter(|aov| chosen.contains(&aov.key.as_str()));
    2 * aovs.map(|aov| info.aov_bytes(aov)).sum::<u64>()
}

/// Bytes of one map on its way out: values, flags, colours, and what the writers copy.
fn map_bytes(context: &Context, info: &ImageInfo) -> u64 {
    const PER_PIXEL: u64 = 17;
    let pixels = info.parts.iter().map(|part| part.data_window.pixels()).max().unwrap_or(0);
    let wanted = context.maps.is_some() || context.temporal.as_ref().is_some_and(|temporal| temporal.delta);
    if wanted { PER_PIXEL * pixels } else { 0 }
}

/// As many frames at a time as there are threads, and as the memory holds.
fn workers(context: &Context, units: usize, unit_bytes: u64, memory_bytes: u64) -> usize {
    let fit = memory_bytes.checked_div(unit_bytes).unwrap_or(u64::MAX);
    let fit = usize::try_from(fit).unwrap_or(usize::MAX);
    fit.min(context.threads.get()).min(units).max(1)
}

fn builder(plan: &Plan, numbers: &[Option<i64>]) -> Option<SeriesBuilder> {
    if plan.probes.is_empty() {
        return None;
    }
    let numbers = numbers.iter().map(|number| number.unwrap_or(0)).collect();
    let candidates = plan.candidates.iter().map(|candidate| candidate.name.clone());
    let (names, reference_index) = match &plan.against {
        Against::Sequence { reference, .. } => {
            (std::iter::once(reference.name.clone()).chain(candidates).collect(), Some(0))
        }
        Against::Previous | Against::Frame(_) | Against::Nothing => (candidates.collect(), None),
    };
    Some(SeriesBuilder::new(names, reference_index, numbers, plan.probes.clone()))
}
