//! What the view needs now is asked of the threads; what they brought is shown once it is whole.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::App;
use super::canvas::Heat;
use super::jobs::{CompareJob, MarksJob};
use super::state::Shown;
use super::uploads::Item;
use crate::export::MapCaption;
use crate::load::{Loaded, Place, PlaneKey};
use crate::view::results::rule_key;
use crate::view::{Mode, PairKey, View};

/// Most frames decoded ahead of the playhead, and behind it; fewer where the memory does not hold them.
const AHEAD: usize = 48;
const BEHIND: usize = 12;
/// Frames ahead and behind that are made ready to the last: compared, and on the device.
const NEXT: (usize, usize) = (3, 1);
/// Part of the memory for what is decoded ahead: the rest is for what was looked at before.
const PART: f64 = 0.75;

/// What the wishes of planes depend on.
#[derive(PartialEq)]
pub struct PlanesKey {
    revision: u64,
    opened: u64,
    sides: Vec<usize>,
    aov: Option<String>,
    frames: Vec<usize>,
}

/// What the marks of AOVs depend on: candidate, reference, rules.
pub type MarksKey = (PathBuf, PathBuf, Vec<(u8, u64, u64)>);

impl App {
    /// Asks the threads for what the view needs now.
    pub(super) fn request(&mut self) {
        self.next = self.view.playback.upcoming(NEXT.0, NEXT.1);
        self.request_planes();
        self.request_comparison();
        self.request_discoveries();
        self.refresh_shown();
        self.lay_out();
        self.request_sweep();
        self.request_matrix();
        self.request_marks();
        self.request_figures();
        self.request_names();
    }

    /// Wishes for the two at the playhead, for the frames next to it on its way, and for the other
    /// sequences at the playhead: the next candidate is a key away.
    fn request_planes(&mut self) {
        let view = &self.view;
        let (catalogue, playback) = (&view.catalogue, &view.playback);
        let mut sides: Vec<usize> = [view.candidate, view.reference].into_iter().flatten().collect();
        sides.extend(self.tiles());
        let (ahead, behind) = self.depth();
        let mut frames = vec![playback.index()];
        frames.extend(playback.upcoming(ahead, behind));
        let key = PlanesKey {
            revision: catalogue.revision(),
            opened: self.times_opened,
            sides: sides.clone(),
            aov: view.aov.clone(),
            frames,
        };
        let asked = self.planes_asked.as_ref();
        if asked == Some(&key) {
            return;
        }
        if asked.is_none_or(|asked| (asked.revision, asked.opened) != (key.revision, key.opened)) {
            self.loader.set_places(places(view));
        }
        let others: Vec<usize> = catalogue.shown().filter(|index| !sides.contains(index)).collect();
        let mut wishes = Vec::new();
        for (number, place) in key.frames.iter().enumerate() {
            let Some(&frame) = playback.frames().get(*place) else { continue };
            let path = |side: &usize| self.plane_key(catalogue.path(*side, frame));
            wishes.extend(sides.iter().filter_map(path));
            // After the frame that is next: rather the next step than another sequence.
            if number == 1 || key.frames.len() == 1 {
                let at = playback.frame().unwrap_or(frame);
                wishes.extend(others.iter().filter_map(|side| self.plane_key(catalogue.path(*side, at))));
            }
        }
        let urgent = sides.len().min(wishes.len());
        self.loader.look_at(playback.index(), playback.direction(), view.aov.as_deref().unwrap_or(""));
        self.loader.want(wishes, urgent);
        self.planes_asked = Some(key);
    }

    /// How many frames are decoded ahead of the playhead and behind it: as many as the memory holds.
    fn depth(&self) -> (usize, usize) {
        let view = &self.view;
        let bytes = |side: Option<usize>| {
            let info = view.catalogue.entries().get(side?)?.info.as_ref().ok()?;
            Some(info.aov_bytes(info.aov(view.aov.as_deref()?)?))
        };
        let sides = [view.candidate, view.reference].into_iter().chain(self.tiles().into_iter().map(Some));
        let frame: u64 = sides.filter_map(bytes).sum();
        let room = (self.loader.progress().budget_bytes as f64 * PART) as u64;
        let frames = room.checked_div(frame).map_or(AHEAD + BEHIND, |n| n as usize).saturating_sub(1);
        ((frames * 4 / 5).clamp(1, AHEAD), (frames / 5).min(BEHIND))
    }

    /// Sequences that are seen beside reference and candidate.
    fn tiles(&self) -> Vec<usize> {
        if self.view.mode == Mode::SideBySide { self.view.others() } else { Vec::new() }
    }

    /// Their samples at the playhead, and whether all are there that there is a file of.
    fn others(&self, get: impl Fn(&PlaneKey) -> Option<Loaded>) -> (Vec<(usize, Option<Loaded>)>, bool) {
        let frame = self.view.playback.frame();
        let mut all = true;
        let mut others = Vec::new();
        for index in self.tiles() {
            let path = frame.and_then(|frame| self.view.catalogue.path(index, frame));
            let loaded = self.plane_key(path).and_then(|key| get(&key));
            all &= path.is_none() || loaded.is_some();
            others.push((index, loaded));
        }
        (others, all)
    }

    /// Whether a difference is on the canvas.
    fn shows_heat(&self) -> bool {
        match self.view.mode {
            Mode::Difference => true,
            Mode::SideBySide => self.view.display.difference_tile,
            _ => false,
        }
    }

    /// What the canvas shows, to be told from what it showed before: equal values, equal pictures.
    pub(super) fn canvas(&self) -> (bool, bool, Option<i64>, Vec<Option<u64>>) {
        let shown = &self.shown;
        let mut ids = vec![
            shown.reference().map(|decoded| decoded.id),
            shown.candidate().map(|decoded| decoded.id),
            shown.heat.as_ref().map(|heat| heat.id),
        ];
        let of = |loaded: &Option<Loaded>| loaded.as_ref()?.as_ref().ok().map(|decoded| decoded.id);
        ids.extend(shown.others.iter().map(|(_, loaded)| of(loaded)));
        (self.waiting, self.opening, shown.frame, ids)
    }

    fn sides(&self) -> (Option<Loaded>, Option<Loaded>) {
        self.view.playback.frame().map_or((None, None), |frame| self.sides_at(frame))
    }

    /// What is there of the reference and of the candidate at a frame.
    fn sides_at(&self, frame: i64) -> (Option<Loaded>, Option<Loaded>) {
        let get = |side: Option<usize>| {
            let key = self.plane_key(self.view.catalogue.path(side?, frame))?;
            self.loader.get(&key)
        };
        (get(self.view.reference), get(self.view.candidate))
    }

    /// The pair at the playhead, and while differences are shown those that come next.
    fn request_comparison(&mut self) {
        let Some(key) = self.view.pair_key() else { return };
        self.heats.touch(&key);
        let mut jobs: Vec<CompareJob> = self.comparison(self.view.playback.index()).into_iter().collect();
        if self.shows_heat() && !self.waiting {
            let next = self.next.iter().take(self.heats.room_beside(&key));
            jobs.extend(next.filter_map(|place| self.comparison(*place)));
        }
        // What is under way already is not begun anew.
        let wanted: Vec<&PairKey> = jobs.iter().map(|job| &job.key).collect();
        let asked = self.compare_asked.iter().filter(|key| self.heats.get(key).is_none());
        if jobs.is_empty() || asked.take(wanted.len()).eq(wanted) {
            return;
        }
        self.compare_asked = jobs.iter().map(|job| job.key.clone()).collect();
        self.workers.compare.submit(jobs);
    }

    /// The comparison at a place of the timeline, where both sides are there and it is not known.
    fn comparison(&self, place: usize) -> Option<CompareJob> {
        let view = &self.view;
        let frame = *view.playback.frames().get(place)?;
        let key = view.pair_key_at(frame)?;
        if self.heats.get(&key).is_some() {
            return None;
        }
        let (Some(Ok(reference)), Some(Ok(candidate))) = self.sides_at(frame) else { return None };
        let caption = MapCaption {
            aov: key.aov.clone(),
            candidate: view.name(view.candidate).to_owned(),
            reference: view.name(view.reference).to_owned(),
            frame: Some(frame),
            rule: view.rule(),
        };
        Some(CompareJob { key, candidate, reference, caption, opened: self.times_opened })
    }

    /// Shows what the playhead asks for once it is whole.
    fn refresh_shown(&mut self) {
        let (reference, candidate) = self.sides();
        let expected = |path: Option<&Path>, side: &Option<Loaded>| path.is_none() || side.is_some();
        let (others, all_others) = self.others(|key| self.loader.get(key));
        let planes = all_others
            && expected(self.view.reference_path(), &reference)
            && expected(self.view.candidate_path(), &candidate);
        let both = matches!((&reference, &candidate), (Some(Ok(_)), Some(Ok(_))));
        let heat = self.heat_over_frames().map(Ok).or_else(|| self.current_heat());
        let is_seen = self.shows_heat();
        self.waiting = !planes || (both && heat.is_none() && is_seen);
        // A delta that is not looked at is no reason to wait, but may be looked at next.
        let mut shown = items(&reference, &candidate, heat.as_ref().filter(|_| is_seen));
        shown.extend(items_of(&others));
        let mut next = items(&None, &None, heat.as_ref().filter(|_| !is_seen));
        if !self.waiting {
            next.extend(self.next_items());
        }
        self.uploading = !self.waiting && !self.are_uploaded(&shown, &next);
        let not_yet = self.waiting || self.uploading;
        if not_yet && self.shown.frame.is_some() && self.view.playback.frame().is_some() {
            self.show_roughly();
            return;
        }
        let (heat, no_heat) = match heat {
            Some(Ok(heat)) => (Some(heat), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        let frame = self.view.playback.frame();
        self.shown = Shown { reference, candidate, others, heat, no_heat, frame, is_rough: false };
    }

    /// Shows a rough picture of what is being decoded, where there is one. Not of a difference: what
    /// is rough differs.
    fn show_roughly(&mut self) {
        let frame = self.view.playback.frame();
        if !self.waiting || self.mode() == Mode::Difference || self.shown.frame == frame {
            return;
        }
        let look = |path: Option<&Path>| {
            let Some(key) = self.plane_key(path) else { return Some(None) };
            let whole = self.loader.get(&key);
            whole.or_else(|| self.loader.preview(&key).map(Ok)).map(Some)
        };
        let sides = (look(self.view.reference_path()), look(self.view.candidate_path()));
        let (Some(reference), Some(candidate)) = sides else { return };
        let preview = |key: &PlaneKey| self.loader.get(key).or_else(|| self.loader.preview(key).map(Ok));
        let (others, _) = self.others(preview);
        let mut shown = items(&reference, &candidate, None);
        shown.extend(items_of(&others));
        if self.are_uploaded(&shown, &[]) {
            self.shown = Shown { reference, candidate, others, frame, is_rough: true, ..Shown::default() };
        }
    }

    /// Whether these are on the device. The ones in `next` follow.
    fn are_uploaded(&self, items: &[Item], next: &[Item]) -> bool {
        self.uploads.as_ref().is_none_or(|uploads| uploads.are_there(items, next))
    }

    /// What the canvas will show next, as far as it is decoded and compared.
    fn next_items(&self) -> Vec<Item> {
        let frames = self.view.playback.frames();
        let mut next = Vec::new();
        for frame in self.next.iter().filter_map(|place| frames.get(*place)) {
            let (reference, candidate) = self.sides_at(*frame);
            let heat = self.view.pair_key_at(*frame).and_then(|key| self.heats.get(&key).cloned());
            next.extend(items(&reference, &candidate, heat.as_ref()));
        }
        next
    }

    /// The heat of the shown files, if only of an earlier tolerance.
    fn current_heat(&self) -> Option<Result<Arc<Heat>, String>> {
        self.heats.like(&self.view.pair_key()?).cloned()
    }

    fn request_marks(&mut self) {
        let (Some(candidate), Some(reference)) = (self.view.candidate_path(), self.view.reference_path())
        else {
            return;
        };
        if self.view.playback.is_playing() || self.waiting {
            return;
        }
        let aovs: Vec<_> = self.view.aovs.iter().map(|e| (e.key.clone(), self.view.rule_of(e))).collect();
        let rules = aovs.iter().map(|(_, rule)| rule_key(rule)).collect();
        let key = (candidate.to_owned(), reference.to_owned(), rules);
        if self.marks_asked.as_ref() == Some(&key) {
            return;
        }
        self.marks_number += 1;
        let (candidate, reference) = (key.0.clone(), key.1.clone());
        self.workers.marks.submit(MarksJob { number: self.marks_number, candidate, reference, aovs });
        self.view.changed_aovs.clear();
        self.marks_asked = Some(key);
    }
}

/// What is drawn of two sides and their delta.
fn items(
    reference: &Option<Loaded>,
    candidate: &Option<Loaded>,
    heat: Option<&Result<Arc<Heat>, String>>,
) -> Vec<Item> {
    let planes = [reference, candidate].into_iter().flatten().flatten();
    let heat = heat.and_then(|heat| heat.as_ref().ok());
    planes.cloned().map(Item::Plane).chain(heat.cloned().map(Item::Heat)).collect()
}

/// What is drawn of the sequences beside them.
fn items_of(others: &[(usize, Option<Loaded>)]) -> impl Iterator<Item = Item> {
    others.iter().filter_map(|(_, loaded)| loaded.as_ref()?.as_ref().ok()).cloned().map(Item::Plane)
}

/// Where the files stand on the timeline.
fn places(view: &View) -> HashMap<PathBuf, Place> {
    let mut places = HashMap::new();
    for sequence in view.catalogue.shown() {
        for (place, frame) in view.playback.frames().iter().enumerate() {
            if let Some(path) = view.catalogue.path(sequence, *frame) {
                places.insert(path.to_owned(), Place { sequence, frame: place });
            }
        }
    }
    places
}
