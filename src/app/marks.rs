//! The marks of AOVs that changed in the shown frame: all AOVs of both files are decoded, in as few
//! reads as the memory allows, so that each of them is there when it is chosen.

use std::time::Duration;

use super::background::Stale;
use super::jobs::{MarksJob, Message};
use crate::load::Loader;
use crate::metric::{Backend, Extent, FrameStats, Pair, Rule, Want};
use crate::view::{AovOfFrame, WorstPixel};

/// Waited before a frame is read as a whole: who scrubs is elsewhere by then.
const REST: Duration = Duration::from_millis(200);

/// Says of each AOV whether it changed, until done or stale.
pub fn mark(
    job: &MarksJob,
    loader: &Loader,
    backend: &dyn Backend,
    stale: &Stale,
    tell: &dyn Fn(Message) -> bool,
) {
    std::thread::sleep(REST);
    for group in groups(job, loader) {
        if stale.is_set() {
            return;
        }
        // All AOVs of a frame cost little more than one when they come from one read.
        let keys: Vec<String> = group.iter().map(|(aov, _)| aov.clone()).collect();
        let candidates = loader.fetch_all(&job.candidate, &keys);
        if stale.is_set() {
            return;
        }
        let references = loader.fetch_all(&job.reference, &keys);
        for (((aov, rule), candidate), reference) in group.iter().zip(candidates).zip(references) {
            let changed = candidate.ok().zip(reference.ok()).and_then(|(a, b)| {
                let pair = Pair::new(&a.plane, &b.plane, Extent::Union).ok()?;
                Some(of_frame(backend.compare(&pair, rule, Want::Stats).stats, &pair))
            });
            if stale.is_set() || !tell(Message::Marked(job.number, aov.clone(), changed)) {
                return;
            }
        }
    }
}

fn of_frame(stats: FrameStats, pair: &Pair<'_>) -> AovOfFrame {
    let (changed, fraction, max_abs) = (stats.changed, stats.changed_fraction(), stats.max_abs);
    let peak = stats.peak.map(|peak| WorstPixel {
        at: peak.at,
        channel: pair.reference.channels[pair.channels[peak.channel].1].name.clone(),
        value: None,
        candidate: peak.candidate.get(peak.channel).copied(),
        reference: peak.reference.get(peak.channel).copied(),
    });
    AovOfFrame { changed, fraction, max_abs, peak }
}

/// The AOVs to be marked, cut where the next one would take more memory than is good beside what
/// is shown.
fn groups<'j>(job: &'j MarksJob, loader: &Loader) -> Vec<&'j [(String, Rule)]> {
    let most = loader.progress().budget_bytes / 8;
    let info = loader.info(&job.candidate).ok();
    let bytes_of = |key: &str| {
        let info = info.as_ref()?;
        Some(info.aov_bytes(info.aov(key)?))
    };
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, (aov, _)) in job.aovs.iter().enumerate() {
        let more = bytes_of(aov).unwrap_or(0);
        if index > start && bytes + more > most {
            groups.push(&job.aovs[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += more;
    }
    groups.push(&job.aovs[start..]);
    groups
}
