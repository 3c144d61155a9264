//! Decoded planes within a byte budget, the least recently used going first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Loaded;

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
}

impl Cache {
    pub(super) fn new(budget: u64) -> Self {
        Self { entries: BTreeMap::new(), budget, bytes: 0, clock: 0 }
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

    /// Takes `loaded` in; makes room among what is not in `keep`. Refused (false) where that
    /// does not make room enough.
    pub(super) fn insert(&mut self, key: PlaneKey, loaded: Loaded, keep: &BTreeSet<PlaneKey>) -> bool {
        let bytes = loaded.as_ref().map_or(0, |decoded| decoded.plane.size_bytes()).max(LEAST);
        self.remove(&key);
        if !self.make_room(bytes, keep) {
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

    fn make_room(&mut self, bytes: u64, keep: &BTreeSet<PlaneKey>) -> bool {
        if self.bytes + bytes <= self.budget {
            return true;
        }
        let mut old: Vec<_> = self
            .entries
            .iter()
            .filter(|(key, _)| !keep.contains(key))
            .map(|(k, e)| (e.used, k.clone()))
            .collect();
        let free: u64 = old.iter().filter_map(|(_, key)| self.entries.get(key)).map(|e| e.bytes).sum();
        if self.bytes - free + bytes > self.budget {
            return false;
        }
        old.sort_unstable();
        for (_, key) in old {
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
}
