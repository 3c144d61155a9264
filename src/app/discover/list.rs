//! The list of changes: of what it is, and when it is computed.

use std::sync::Arc;

use super::{Found, ListKey, look};
use crate::app::App;
use crate::view::{OverTime, Tab};

impl App {
    /// What the list is to be of: of the maps over all frames while one is looked at.
    fn list_key(&self) -> Option<ListKey> {
        if self.view.discovery.map != OverTime::Frame {
            let over = self.discover.found.as_ref()?.maps.as_ref()?;
            return Some(ListKey::OverFrames(self.discover.walks_begun, over.passed));
        }
        let heat = self.shown.heat.as_ref().filter(|heat| heat.over_frames.is_none())?;
        (self.shown.frame == self.view.playback.frame()).then_some(ListKey::Frame(heat.id))
    }

    /// Whether the list is of what is shown; of fewer frames, it still is of that.
    pub(in crate::app) fn changes_are_shown(&self) -> bool {
        match (&self.discover.listed, self.list_key()) {
            (Some(ListKey::OverFrames(listed, _)), Some(ListKey::OverFrames(shown, _))) => *listed == shown,
            (listed, shown) => listed.is_some() && *listed == shown,
        }
    }

    pub(super) fn request_list(&mut self) {
        if self.view.discovery.tab != Tab::Changes || self.view.playback.is_playing() {
            return;
        }
        let Some(key) = self.list_key() else { return };
        // What was listed and is no more in the view is listed again.
        let is_gone = self.view.discovery.changes.is_none() && self.discover.listed.as_ref() == Some(&key);
        if self.discover.list_asked.as_ref() == Some(&key) && !is_gone {
            return;
        }
        self.discover.listed = self.discover.listed.take().filter(|_| !is_gone);
        let of = match (&key, &self.discover.found) {
            (ListKey::OverFrames(..), Some(Found { maps: Some(over), frames, .. })) => {
                look::ListOf::OverFrames { over: over.clone(), frames: Arc::clone(frames) }
            }
            (ListKey::OverFrames(..), _) => return,
            (ListKey::Frame(_), _) => {
                let Some(heat) = self.shown.heat.clone() else { return };
                let [reference, candidate] = [self.shown.reference(), self.shown.candidate()];
                let (Some(reference), Some(candidate)) = (reference.cloned(), candidate.cloned()) else {
                    return;
                };
                look::ListOf::Frame { heat, candidate, reference }
            }
        };
        self.discover.list_asked = Some(key.clone());
        self.discover.list.submit(look::ListJob { key, of });
    }
}
