//! Decoded planes within a byte budget, those farthest from the playhead going first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Loaded;
use super::near::Near;

/// One AOV of one file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaneKey {
    /// The file.
    pub path: PathBuf,
    /// Key of the AOV.
    pub aov: String,
}

/// Least bytes that an entry counts for: a failure takes room too.
const LEAST: u64 = 256;

struct Entry {
    loaded: Loaded,
    bytes: u64,
    used: u64,
}

/// Decoded planes within a byte budget.
pub(super) struct Cache {
    entries: BTreeMap<PlaneKey, Entry>,
    budget: u64,
    bytes: u64,
    clock: u64,
    /// Where the files stand, and where one looks.
    pub(super) near: Near,
}

impl Cache {
    pub(super) fn new(budget: u64) -> Self {
        Self { entries: BTreeMap::new(), budget, bytes: 0, clock: 0, near: Near::default() }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn budget(&self) -> u64 {
        self.budget
    }

    pub(super) fn contains(&self, key: &PlaneKey) -> bool {
        self.entries.contains_key(key)
    }

    /// What is there, marked as used now.
    pub(super) fn get(&mut self, key: &PlaneKey) -> Option<Loaded> {
        self.clock += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.clock;
        Some(entry.loaded.clone())
    }

    /// The keys of what is there.
    pub(super) fn keys(&self) -> impl Iterator<Item = &PlaneKey> {
        self.entries.keys()
    }

    /// Takes `loaded` in; makes room among what is not in `keep` and not nearer to the playhead.
    /// Refused (false) where that does not make room enough.
    pub(super) fn insert(&mut self, key: PlaneKey, loaded: Loaded, keep: &BTreeSet<PlaneKey>) -> bool {
        let distance = self.near.distance(&key);
        self.insert_at(distance, key, loaded, keep)
    }

    /// As [`Cache::insert`], as if it stood at that distance.
    pub(super) fn insert_at(
        &mut self,
        distance: u64,
        key: PlaneKey,
        loaded: Loaded,
        keep: &BTreeSet<PlaneKey>,
    ) -> bool {
        let bytes = loaded.as_ref().map_or(0, |decoded| decoded.plane.size_bytes()).max(LEAST);
        self.remove(&key);
        if !self.make_room(bytes, distance, keep) {
            return false;
        }
        self.clock += 1;
        self.bytes += bytes;
        self.entries.insert(key, Entry { loaded, bytes, used: self.clock });
        true
    }

    pub(super) fn remove(&mut self, key: &PlaneKey) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
    }

    /// Removes all planes of these files.
    pub(super) fn remove_files(&mut self, paths: &BTreeSet<&PathBuf>) {
        let gone: Vec<_> = self.entries.keys().filter(|key| paths.contains(&key.path)).cloned().collect();
        gone.iter().for_each(|key| self.remove(key));
    }

    fn make_room(&mut self, bytes: u64, distance: u64, keep: &BTreeSet<PlaneKey>) -> bool {
        if self.bytes + bytes <= self.budget {
            return true;
        }
        let others = self.entries.iter().filter(|(key, _)| !keep.contains(key));
        let with_distance = others.map(|(key, entry)| (self.near.distance(key), entry, key));
        let mut old: Vec<_> = with_distance.filter(|(far, ..)| *far >= distance).collect();
        let free: u64 = old.iter().map(|(_, entry, _)| entry.bytes).sum();
        if self.bytes - free + bytes > self.budget {
            return false;
        }
        old.sort_unstable_by_key(|(far, entry, _)| (std::cmp::Reverse(*far), entry.used));
        let old: Vec<PlaneKey> = old.into_iter().map(|(_, _, key)| key.clone()).collect();
        for key in old {
            self.remove(&key);
            if self.bytes + bytes <= self.budget {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::image::{Plane, PlaneChannel, Samples, Window};
    use crate::load::loader::Decoded;

    fn key(name: &str) -> PlaneKey {
        PlaneKey { path: name.into(), aov: "rgba".to_owned() }
    }

    fn loaded(bytes: usize) -> Loaded {
        let window = Window::of_size(bytes as u32, 1);
        let channel = PlaneChannel { name: "Y".to_owned(), samples: Samples::U8(vec![0; bytes]) };
        let channels = vec![channel];
        let plane = Plane { data_window: window, display_window: window, channels, unreadable: Vec::new() };
        Ok(Arc::new(Decoded { id: 0, plane }))
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = Cache::new(3000);
        let none = BTreeSet::new();
        for name in ["a", "b", "c"] {
            assert!(cache.insert(key(name), loaded(1000), &none));
        }
        assert!(cache.get(&key("a")).is_some());
        assert!(cache.insert(key("d"), loaded(1000), &none));
        assert!(cache.contains(&key("a")) && !cache.contains(&key("b")));
        assert_eq!(cache.bytes(), 3000);
    }

    #[test]
    fn what_is_wished_for_stays() {
        let mut cache = Cache::new(2000);
        let keep = BTreeSet::from([key("a"), key("b")]);
        assert!(cache.insert(key("a"), loaded(1000), &keep));
        assert!(cache.insert(key("b"), loaded(1000), &keep));
        assert!(!cache.insert(key("c"), loaded(1000), &keep));
        assert!(cache.contains(&key("a")) && cache.contains(&key("b")));
    }

    #[test]
    fn nothing_goes_for_what_is_refused_anyway() {
        let mut cache = Cache::new(2000);
        let keep = BTreeSet::from([key("a")]);
        assert!(cache.insert(key("a"), loaded(1000), &keep));
        assert!(cache.insert(key("b"), loaded(1000), &keep));
        assert!(!cache.insert(key("c"), loaded(1500), &keep));
        assert!(cache.contains(&key("a")) && cache.contains(&key("b")));
    }

    #[test]
    fn a_plane_over_the_whole_budget_is_refused() {
        let mut cache = Cache::new(1000);
        assert!(!cache.insert(key("a"), loaded(1001), &BTreeSet::new()));
        assert_eq!(cache.bytes(), 0);
    }

    #[test]
    fn the_farthest_from_the_playhead_goes_first_on_both_sides() {
        let mut cache = Cache::new(3000);
        let none = BTreeSet::new();
        let names = ["a", "b", "c", "d", "e", "f"];
        let place = |frame| crate::load::Place { sequence: 0, frame };
        let places = names.iter().zip(0..).map(|(name, frame)| (PathBuf::from(name), place(frame)));
        cache.near.places = places.collect();
        cache.near.look_at(2, 1, "rgba");
        for name in ["f", "c", "b"] {
            assert!(cache.insert(key(name), loaded(1000), &none));
        }
        assert!(cache.get(&key("f")).is_some(), "used last, and yet the farthest");
        assert!(cache.insert(key("d"), loaded(1000), &none));
        assert!(!cache.contains(&key("f")) && cache.contains(&key("b")));
        assert!(!cache.insert(key("a"), loaded(1000), &none), "farther than all that is there");
        cache.near.look_at(0, -1, "rgba");
        assert!(cache.insert(key("a"), loaded(1000), &none));
        assert!(!cache.contains(&key("d")) && cache.contains(&key("c")));
    }
}
