//! Deltas of the shown pair and of those that come next, the latest kept.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::canvas::Heat;
use crate::view::PairKey;

/// Most deltas kept...
const MOST: usize = 8;
/// ... and most bytes of them, unless one alone is larger.
const MOST_BYTES: usize = 512 << 20;

/// Deltas, or why there is none.
#[derive(Default)]
pub struct Heats {
    entries: VecDeque<(PairKey, Result<Arc<Heat>, String>)>,
}

impl Heats {
    /// What is known of a pair.
    pub fn get(&self, key: &PairKey) -> Option<&Result<Arc<Heat>, String>> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, heat)| heat)
    }

    /// What is known of a pair, if only by an earlier tolerance.
    pub fn like(&self, key: &PairKey) -> Option<&Result<Arc<Heat>, String>> {
        let alike = |other: &PairKey| {
            (&other.candidate, &other.reference, &other.aov) == (&key.candidate, &key.reference, &key.aov)
        };
        let latest = || self.entries.iter().rev().find(|(k, _)| alike(k)).map(|(_, heat)| heat);
        self.get(key).or_else(latest)
    }

    /// Remembers one; of too many the oldest are forgotten.
    pub fn insert(&mut self, key: PairKey, heat: Result<Arc<Heat>, String>) {
        self.entries.retain(|(k, _)| *k != key);
        self.entries.push_back((key, heat));
        let bytes =
            |heat: &Result<Arc<Heat>, String>| heat.as_ref().map_or(0, |heat| heat.map.flags.len() * 5);
        let mut total: usize = self.entries.iter().map(|(_, heat)| bytes(heat)).sum();
        while self.entries.len() > 1 && (self.entries.len() > MOST || total > MOST_BYTES) {
            let oldest = self.entries.pop_front();
            total -= oldest.map_or(0, |(_, heat)| bytes(&heat));
        }
    }

    /// Lets it not be the oldest.
    pub fn touch(&mut self, key: &PairKey) {
        if let Some(entry) =
            self.entries.iter().position(|(k, _)| k == key).and_then(|place| self.entries.remove(place))
        {
            self.entries.push_back(entry);
        }
    }

    /// How many deltas like that of `key` can be kept beside it; none while it is not known.
    pub fn room_beside(&self, key: &PairKey) -> usize {
        let heat = self.get(key).and_then(|heat| heat.as_ref().ok());
        let fit = heat.and_then(|heat| MOST_BYTES.checked_div(heat.map.flags.len() * 5));
        fit.unwrap_or(0).min(MOST).saturating_sub(1)
    }

    /// Forgets what depends on these files.
    pub fn forget(&mut self, files: &BTreeSet<PathBuf>) {
        self.entries.retain(|(key, _)| !files.contains(&key.candidate) && !files.contains(&key.reference));
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, rule: u64) -> PairKey {
        let (candidate, reference) = (name.into(), "b".into());
        PairKey { candidate, reference, aov: "rgba".to_owned(), rule: (0, rule, 0) }
    }

    #[test]
    fn an_earlier_tolerance_serves_until_the_new_one_is_there() {
        let mut heats = Heats::default();
        heats.insert(key("a", 1), Err("one".to_owned()));
        heats.insert(key("a", 2), Err("two".to_owned()));
        let told = |heats: &Heats, rule| heats.like(&key("a", rule)).cloned().and_then(Result::err);
        assert_eq!((told(&heats, 1), told(&heats, 3)), (Some("one".to_owned()), Some("two".to_owned())));
        assert!(heats.get(&key("a", 3)).is_none() && heats.like(&key("c", 1)).is_none());
    }

    #[test]
    fn of_too_many_the_oldest_go() {
        let mut heats = Heats::default();
        for number in 0..=MOST as u64 {
            heats.insert(key("a", number), Err(String::new()));
        }
        assert!(heats.get(&key("a", 0)).is_none() && heats.get(&key("a", 1)).is_some());
    }
}
