//! What the view needs now is asked of the threads; what they brought is shown once it is whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::App;
use super::canvas::Heat;
use super::jobs::{CompareJob, MarksJob};
use super::state::Shown;
use super::uploads::Item;
use crate::export::MapCaption;
use crate::load::Loaded;
use crate::view::Mode;
use crate::view::results::rule_key;

/// Frames decoded ahead of the playhead, and behind it.
const AHEAD: i64 = 12;
const BEHIND: i64 = 3;

/// What the marks of AOVs depend on: candidate, reference, rules.
pub type MarksKey = (PathBuf, PathBuf, Vec<(u8, u64, u64)>);

impl App {
    /// Asks the threads for what the view needs now.
    pub(super) fn request(&mut self) {
        self.request_planes();
        self.request_comparison();
        self.request_discoveries();
        self.refresh_shown();
        self.request_sweep();
        self.request_marks();
        self.request_figures();
    }

    fn request_planes(&self) {
        let (view, index) = (&self.view, self.view.playback.index() as i64);
        let direction = view.playback.direction();
        let frames = view.playback.frames();
        let mut wishes = Vec::new();
        let sides = [view.candidate, view.reference];
        for offset in std::iter::once(0).chain(1..=AHEAD).chain((1..=BEHIND).map(|n| -n)) {
            let place = index + offset * direction;
            let Some(frame) = usize::try_from(place).ok().and_then(|place| frames.get(place)) else {
                continue;
            };
            for side in sides.into_iter().flatten() {
                wishes.extend(self.plane_key(view.catalogue.path(side, *frame)));
            }
        }
        // The two at the playhead.
        self.loader.want(wishes, 2);
    }

    fn sides(&self) -> (Option<Loaded>, Option<Loaded>) {
        let get = |path| self.plane_key(path).and_then(|key| self.loader.get(&key));
        (get(self.view.reference_path()), get(self.view.candidate_path()))
    }

    fn request_comparison(&mut self) {
        let Some(key) = self.view.pair_key() else { return };
        let known = self.heat.as_ref().is_some_and(|(k, _)| *k == key);
        if known || self.compare_asked.as_ref() == Some(&key) {
            return;
        }
        if let (Some(Ok(reference)), Some(Ok(candidate))) = self.sides() {
            let caption = MapCaption {
                aov: key.aov.clone(),
                candidate: self.view.name(self.view.candidate).to_owned(),
                reference: self.view.name(self.view.reference).to_owned(),
                frame: self.view.playback.frame(),
                rule: self.view.rule(),
            };
            let opened = self.times_opened;
            let job = CompareJob { key: key.clone(), candidate, reference, caption, opened };
            self.workers.compare.submit(job);
            self.compare_asked = Some(key);
        }
    }

    /// Shows what the playhead asks for once it is whole.
    fn refresh_shown(&mut self) {
        let (reference, candidate) = self.sides();
        let expected = |path: Option<&Path>, side: &Option<Loaded>| path.is_none() || side.is_some();
        let planes = expected(self.view.reference_path(), &reference)
            && expected(self.view.candidate_path(), &candidate);
        let both = matches!((&reference, &candidate), (Some(Ok(_)), Some(Ok(_))));
        let heat = self.heat_over_frames().map(Ok).or_else(|| self.current_heat());
        self.waiting = !planes || (both && heat.is_none() && self.view.mode == Mode::Difference);
        self.uploading = !self.waiting && !self.are_uploaded(&reference, &candidate, heat.as_ref());
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
        self.shown =
            Shown { reference, candidate, heat, no_heat, frame: self.view.playback.frame(), is_rough: false };
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
        if self.are_uploaded(&reference, &candidate, None) {
            self.shown = Shown { reference, candidate, frame, is_rough: true, ..Shown::default() };
        }
    }

    fn are_uploaded(
        &self,
        reference: &Option<Loaded>,
        candidate: &Option<Loaded>,
        heat: Option<&Result<Arc<Heat>, String>>,
    ) -> bool {
        let planes = [reference, candidate].into_iter().flatten().flatten();
        let heat = heat.and_then(|heat| heat.as_ref().ok());
        let items: Vec<Item> =
            planes.cloned().map(Item::Plane).chain(heat.cloned().map(Item::Heat)).collect();
        self.uploads.as_ref().is_none_or(|uploads| uploads.are_there(&items))
    }

    /// The heat of the shown files, if only of an earlier tolerance.
    fn current_heat(&self) -> Option<Result<Arc<Heat>, String>> {
        let (key, heat) = self.heat.as_ref()?;
        let wanted = self.view.pair_key()?;
        let same =
            key.candidate == wanted.candidate && key.reference == wanted.reference && key.aov == wanted.aov;
        same.then(|| heat.clone())
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
