//! One walk over all frames for the maps over all frames. Those next to the playhead come first, and
//! the maps of the frames so far are told from time to time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Answer, OverFrames};
use crate::app::background::Stale;
use crate::load::{Decoded, Loader, PlaneKey};
use crate::metric::{Backend, DeltaState, Extent, Pair, Rule, Want};

/// Least time from one telling of the maps to the next.
const REST: Duration = Duration::from_millis(400);
/// How many times longer the walk goes on than it took to make the maps.
const SHARE: u32 = 8;

/// What to walk over.
pub struct Job {
    /// Goes with every answer.
    pub number: u64,
    /// Ranks of frames in the order in which they are wanted.
    pub order: Vec<usize>,
    /// Candidate and reference by rank, where both are there.
    pub files: Vec<Option<[PathBuf; 2]>>,
    /// Key of the AOV.
    pub aov: String,
    /// Metric and tolerance.
    pub rule: Rule,
    /// Pixels for whose state there is room.
    pub most_pixels: u64,
}

/// Walks until done or stale; `tell` returns false when nobody listens.
pub(super) fn run(
    job: &Job,
    loader: &Loader,
    backend: &dyn Backend,
    stale: &Stale,
    tell: &dyn Fn(Answer) -> bool,
) {
    let state = DeltaState::new(i64::MIN..i64::MAX);
    let (mut compared, mut last) = (0, Instant::now());
    let mut rest = REST;
    for (&rank, passed) in job.order.iter().zip(1..) {
        if stale.is_set() {
            return;
        }
        match add(job, rank, loader, backend, &state) {
            Ok(was_compared) => compared += usize::from(was_compared),
            Err(reason) => {
                tell(Answer::Failed(job.number, reason));
                return;
            }
        }
        if passed < job.order.len() && last.elapsed() >= rest && compared > 0 && !stale.is_set() {
            let start = Instant::now();
            let maps = Arc::new(state.snapshot());
            rest = REST.max(start.elapsed() * SHARE);
            last = Instant::now();
            if !tell(Answer::Maps(job.number, OverFrames { maps, compared, passed })) {
                return;
            }
        }
        if stale.is_set() || !tell(Answer::Passed(job.number, passed)) {
            return;
        }
    }
    let reason = || "there is no frame in which both sequences can be compared".to_owned();
    tell(match state.finish().filter(|_| compared > 0) {
        Some(maps) => {
            let passed = job.order.len();
            Answer::Maps(job.number, OverFrames { maps: Arc::new(maps), compared, passed })
        }
        None => Answer::Failed(job.number, reason()),
    });
}

/// Adds a frame; false where it cannot be compared, and why where there is no room for it.
fn add(
    job: &Job,
    rank: usize,
    loader: &Loader,
    backend: &dyn Backend,
    state: &DeltaState,
) -> Result<bool, String> {
    let Some([candidate, reference]) = &job.files[rank] else { return Ok(false) };
    let plane = |path: &PathBuf| -> Option<Arc<Decoded>> {
        loader.fetch(&PlaneKey { path: path.clone(), aov: job.aov.clone() }).ok()
    };
    let (Some(candidate), Some(reference)) = (plane(candidate), plane(reference)) else { return Ok(false) };
    let Ok(pair) = Pair::new(&candidate.plane, &reference.plane, Extent::Union) else { return Ok(false) };
    if pair.window.pixels() > job.most_pixels {
        let bytes = pair.window.pixels() * (DeltaState::BYTES_PER_PIXEL + super::MAPS_BYTES_PER_PIXEL);
        let megabytes = bytes >> 20;
        return Err(format!(
            "maps over all frames of {} take up to {megabytes} MiB, which is more than a quarter of the \
             memory for samples: aovscope compare --maps DIR --map-kinds delta needs less",
            job.aov
        ));
    }
    if let Some(map) = backend.compare(&pair, &job.rule, Want::Map).map {
        state.add(rank as u32, &map, pair.covered());
    }
    Ok(true)
}
