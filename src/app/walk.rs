//! The walk over all AOVs and all frames, for the matrix: only while it is open, after all else.
//!
//! A file is read once for all AOVs that are not known yet, as many at a time as the memory allows;
//! nothing of it is kept.

use std::path::{Path, PathBuf};

use super::App;
use super::background::Stale;
use super::jobs::Message;
use super::sweep::{Side, strip};
use crate::load::Loader;
use crate::metric::{Backend, Rule};
use crate::view::StripCell;
use crate::view::matrix::Files;
use crate::view::results::rule_key;

/// What the walk depends on: catalogue, how often something was opened, reference, AOVs with rules.
#[derive(PartialEq)]
pub struct WalkKey {
    revision: u64,
    opened: u64,
    reference: Option<usize>,
    aovs: Vec<(String, (u8, u64, u64))>,
}

/// What to walk over.
pub struct Job {
    /// Goes with every answer.
    pub number: u64,
    files: Files,
    reference: usize,
    aovs: Vec<(String, Rule)>,
    /// Frames in the order in which they are wanted, with the places of the AOVs that lack.
    todo: Vec<(usize, Vec<usize>)>,
}

/// AOVs of one frame.
pub struct Found {
    /// Of the job.
    number: u64,
    frame: usize,
    /// Key, rule, and what came of it by sequence.
    aovs: Vec<(String, Rule, Vec<StripCell>)>,
}

/// Walks until done or stale.
pub fn run(job: &Job, loader: &Loader, backend: &dyn Backend, stale: &Stale, tell: &dyn Fn(Message) -> bool) {
    for (frame, aovs) in &job.todo {
        let Some(Some(reference)) = job.files[job.reference].get(*frame) else { continue };
        for group in groups(job, aovs, loader, reference) {
            let keys: Vec<String> = group.iter().map(|place| job.aovs[*place].0.clone()).collect();
            let mut found: Vec<Vec<StripCell>> = vec![Vec::new(); group.len()];
            let sides = |path: &PathBuf| -> Vec<Side> {
                let planes = loader.pass_by(path, &keys).into_iter();
                planes.map(|plane| Side::new(plane, loader, path)).collect()
            };
            let references = sides(reference);
            for (sequence, files) in job.files.iter().enumerate() {
                if stale.is_set() {
                    return;
                }
                let candidates = files[*frame].as_ref().filter(|_| sequence != job.reference).map(&sides);
                for (place, cells) in found.iter_mut().enumerate() {
                    let rule = &job.aovs[group[place]].1;
                    cells.push(match &candidates {
                        Some(candidates) => strip(rule, backend, &candidates[place], &references[place]),
                        None if sequence == job.reference => StripCell::Pending,
                        None => StripCell::Missing,
                    });
                }
            }
            let aovs = group.iter().zip(found).map(|(place, cells)| {
                let (key, rule) = &job.aovs[*place];
                (key.clone(), *rule, cells)
            });
            let found = Found { number: job.number, frame: *frame, aovs: aovs.collect() };
            if stale.is_set() || !tell(Message::Walked(found)) {
                return;
            }
        }
    }
}

/// The AOVs, cut where the next one would take more memory than is good beside what is shown.
fn groups<'a>(job: &Job, aovs: &'a [usize], loader: &Loader, path: &Path) -> Vec<&'a [usize]> {
    let most = loader.progress().budget_bytes / 16;
    let info = loader.info(path).ok();
    let bytes = |place: usize| {
        let info = info.as_ref()?;
        Some(info.aov_bytes(info.aov(&job.aovs[place].0)?))
    };
    let mut groups = Vec::new();
    let (mut start, mut total) = (0, 0);
    for (index, place) in aovs.iter().enumerate() {
        let more = bytes(*place).unwrap_or(0);
        if index > start && total + more > most {
            groups.push(&aovs[start..index]);
            (start, total) = (index, 0);
        }
        total += more;
    }
    groups.push(&aovs[start..]);
    groups
}

impl App {
    /// Walks while the matrix is open and the strips of the shown AOV are complete.
    pub(super) fn request_matrix(&mut self) {
        let view = &self.view;
        let complete = view.sweep.as_ref().is_some_and(crate::view::Sweep::is_complete);
        if !view.matrix.open {
            if self.walk_asked.take().is_some() {
                self.walk_number += 1;
                self.workers.walk.cancel();
            }
            return;
        }
        let (true, Some(reference)) = (complete, view.matrix.reference()) else { return };
        let aovs: Vec<(String, Rule)> =
            view.aovs.iter().map(|entry| (entry.key.clone(), view.rule_of(entry))).collect();
        let rules: Vec<_> = aovs.iter().map(|(key, rule)| (key.clone(), rule_key(rule))).collect();
        let key = WalkKey {
            revision: view.catalogue.revision(),
            opened: self.times_opened,
            reference: view.reference,
            aovs: rules,
        };
        if self.walk_asked.as_ref() == Some(&key) {
            return;
        }
        let mut lacking = view.matrix.lacking(&key.aovs);
        let frames = spread(lacking.len()).into_iter();
        let lacking = frames.map(|frame| (frame, std::mem::take(&mut lacking[frame])));
        let todo = lacking.filter(|(_, aovs)| !aovs.is_empty()).collect();
        self.walk_number += 1;
        let job = Job { number: self.walk_number, files: view.matrix.files().clone(), reference, aovs, todo };
        self.workers.walk.submit(job);
        self.walk_asked = Some(key);
    }

    pub(super) fn walked(&mut self, found: Found) {
        if found.number != self.walk_number {
            return;
        }
        for (aov, rule, cells) in found.aovs {
            self.view.matrix.record(&aov, rule_key(&rule), found.frame, &cells);
        }
    }
}

/// Frame indices so that few of them give a picture of all: the first, the middle, the quarters ...
fn spread(count: usize) -> Vec<usize> {
    let bits = count.next_power_of_two().trailing_zeros();
    let reversed = |n: usize| if bits == 0 { 0 } else { n.reverse_bits() >> (usize::BITS - bits) };
    (0..count.next_power_of_two()).map(reversed).filter(|index| *index < count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_spread_and_each_comes_once() {
        assert_eq!(spread(5), [0, 4, 2, 1, 3]);
        assert_eq!(spread(1), [0]);
        let mut all = spread(100);
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
}
