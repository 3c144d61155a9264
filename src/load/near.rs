//! How far a file is from the playhead.

use std::collections::HashMap;
use std::path::PathBuf;

use super::PlaneKey;

/// Where a file stands on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Number of its sequence.
    pub sequence: usize,
    /// Place of its frame among those of the timeline.
    pub frame: usize,
}

/// Another AOV than the shown one is so many times as far away.
const OTHER_AOV: u64 = 4;

/// The timeline as the cache sees it.
#[derive(Default)]
pub(super) struct Near {
    pub(super) places: HashMap<PathBuf, Place>,
    playhead: usize,
    direction: i64,
    aov: String,
}

impl Near {
    /// Moves the playhead. `direction`: 1 or −1.
    pub(super) fn look_at(&mut self, playhead: usize, direction: i64, aov: &str) {
        (self.playhead, self.direction) = (playhead, direction);
        if self.aov != aov {
            aov.clone_into(&mut self.aov);
        }
    }

    /// Where the shown AOV of a file stands; `None` for another AOV or a file beside the timeline.
    pub(super) fn shown_place(&self, key: &PlaneKey) -> Option<Place> {
        let place = self.places.get(&key.path)?;
        (key.aov == self.aov).then_some(*place)
    }

    /// How far from the playhead: frames behind it count twice, those of other AOVs more still, and
    /// what is not on the timeline is farthest.
    pub(super) fn distance(&self, key: &PlaneKey) -> u64 {
        let Some(place) = self.places.get(&key.path) else { return u64::MAX };
        let distance = place.frame.abs_diff(self.playhead) as u64;
        let behind = (place.frame < self.playhead) == (self.direction > 0);
        let distance = if behind { distance * 2 } else { distance };
        if key.aov == self.aov { distance } else { (distance + 1) * OTHER_AOV }
    }
}
