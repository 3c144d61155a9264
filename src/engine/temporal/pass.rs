//! One pass over the frames: the states that it fills, within its share of the memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::Temporal;
use crate::image::{Plane, Window};
use crate::metric::{DeltaMaps, DeltaState, Pair, Rule, ValueMaps, ValueState};

/// What a state is of. Ordered by AOV, so that what is read together comes together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) struct Key {
    pub aov: String,
    /// Whether of the delta, else of values.
    pub is_delta: bool,
    /// Index of the candidate in the plan for the delta, else of the sequence in the series.
    pub sequence: usize,
}

/// Where a frame stands, and what is to be known of it.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct At {
    pub rank: u32,
    pub display_window: Window,
}

/// What the frames of a key had in common or together, whether they were added or not.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Facts {
    /// The union of their windows.
    pub window: Window,
    /// Names of all channels, of values alone.
    pub channels: BTreeSet<String>,
    pub frames: u64,
    /// Of the frame of the lowest rank.
    pub first: Option<(u32, Window, Option<Rule>)>,
}

/// Finished maps.
#[derive(Debug)]
pub(in crate::engine) enum Maps {
    Delta(DeltaMaps),
    Values(ValueMaps),
}

enum State {
    Delta(Arc<DeltaState>),
    Values(ValueState),
}

struct Entry {
    facts: Mutex<Facts>,
    /// Bytes set aside.
    reserved: Mutex<u64>,
    /// `None` where there was no room.
    state: RwLock<Option<State>>,
}

/// States of the keys of one pass.
pub(in crate::engine) struct Pass {
    delta: bool,
    values: bool,
    /// The keys to fill; `None` for all that are met.
    wanted: Option<BTreeSet<Key>>,
    /// The rows to keep.
    rows: Range<i64>,
    /// Whether the CPU is to do what a device has lost before.
    is_on_cpu: bool,
    /// Bytes for all states; what was planned to fit is not held to it.
    budget: u64,
    taken: AtomicU64,
    entries: RwLock<BTreeMap<Key, Arc<Entry>>>,
}

impl Default for Facts {
    fn default() -> Self {
        Self { window: Window::of_size(0, 0), channels: BTreeSet::new(), frames: 0, first: None }
    }
}

impl Facts {
    /// Bytes that the state of `rows` of these frames takes at most.
    pub fn bytes(&self, rows: &Range<i64>) -> u64 {
        let (first, end) = (rows.start.max(i64::from(self.window.y)), rows.end.min(self.window.bottom()));
        self.row_bytes().saturating_mul((end - first).max(0) as u64)
    }

    /// The same of one row.
    pub fn row_bytes(&self) -> u64 {
        let pixel = match self.channels.len() as u64 {
            0 => DeltaState::BYTES_PER_PIXEL,
            channels => channels * ValueState::BYTES_PER_SAMPLE,
        };
        u64::from(self.window.width) * pixel
    }

    fn add(&mut self, at: At, window: Window, rule: Option<Rule>) {
        self.window = self.window.union(&window);
        self.frames += 1;
        if self.first.is_none_or(|(rank, ..)| at.rank < rank) {
            self.first = Some((at.rank, at.display_window, rule));
        }
    }
}

impl Pass {
    /// The first pass: all keys that are met, as long as there is room in `budget` bytes.
    pub fn first(temporal: &Temporal, budget: u64) -> Self {
        Self {
            delta: temporal.delta,
            values: temporal.values,
            wanted: None,
            rows: i64::MIN..i64::MAX,
            is_on_cpu: false,
            budget,
            taken: AtomicU64::new(0),
            entries: RwLock::new(BTreeMap::new()),
        }
    }

    /// A later pass, over the rows `rows` of these keys alone, which are known to fit.
    pub fn over(wanted: BTreeSet<Key>, rows: Range<i64>) -> Self {
        Self {
            delta: wanted.iter().any(|key| key.is_delta),
            values: wanted.iter().any(|key| !key.is_delta),
            wanted: Some(wanted),
            rows,
            is_on_cpu: false,
            budget: u64::MAX,
            taken: AtomicU64::new(0),
            entries: RwLock::new(BTreeMap::new()),
        }
    }

    /// Whether rows and figures are known already.
    pub fn is_later(&self) -> bool {
        self.wanted.is_some()
    }

    /// Whether values of a sequence are wanted, of whatever AOV.
    pub fn wants_values(&self) -> bool {
        self.values
    }

    /// Whether deltas are wanted, of whatever AOV.
    pub fn wants_deltas(&self) -> bool {
        self.delta
    }

    /// The same pass by the CPU, which loses nothing.
    pub fn on_cpu(self) -> Self {
        Self { is_on_cpu: true, ..self }
    }

    /// Whether the CPU is to compare.
    pub fn is_on_cpu(&self) -> bool {
        self.is_on_cpu
    }

    /// What the delta of a frame is to be added to, if it is wanted and there is room. It is taken
    /// for added from now on.
    pub fn delta_state(
        &self,
        candidate: usize,
        aov: &str,
        at: At,
        pair: &Pair<'_>,
        rule: &Rule,
    ) -> Option<Arc<DeltaState>> {
        let key = Key { aov: aov.to_owned(), is_delta: true, sequence: candidate };
        let entry = self.entry(&key).filter(|_| self.delta)?;
        locked(&entry.facts).add(at, pair.window, Some(*rule));
        self.make_room(&entry);
        match &*entry.state.read().unwrap_or_else(PoisonError::into_inner) {
            Some(State::Delta(state)) => Some(Arc::clone(state)),
            _ => None,
        }
    }

    /// Adds one frame of a sequence.
    pub fn add_values(&self, sequence: usize, aov: &str, at: At, plane: &Plane) {
        let key = Key { aov: aov.to_owned(), is_delta: false, sequence };
        let Some(entry) = self.entry(&key).filter(|_| self.values) else { return };
        {
            let mut facts = locked(&entry.facts);
            facts.add(at, plane.data_window, None);
            for channel in &plane.channels {
                if !facts.channels.contains(&channel.name) {
                    facts.channels.insert(channel.name.clone());
                }
            }
        }
        self.make_room(&entry);
        if let Some(State::Values(state)) = &*entry.state.read().unwrap_or_else(PoisonError::into_inner) {
            state.add(plane);
        }
    }

    /// `None` where the pass is not about the key.
    fn entry(&self, key: &Key) -> Option<Arc<Entry>> {
        if self.wanted.as_ref().is_some_and(|wanted| !wanted.contains(key)) {
            return None;
        }
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get(key) {
            return Some(Arc::clone(entry));
        }
        drop(entries);
        let new = || {
            let rows = self.rows.clone();
            let delta = || State::Delta(Arc::new(DeltaState::new(rows.clone())));
            let values = || State::Values(ValueState::new(rows.clone()));
            Arc::new(Entry {
                facts: Mutex::new(Facts::default()),
                reserved: Mutex::new(0),
                state: RwLock::new(Some(if key.is_delta { delta() } else { values() })),
            })
        };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(entries.entry(key.clone()).or_insert_with(new)))
    }

    /// Sets aside what the state may take by now, or gives the state up.
    fn make_room(&self, entry: &Entry) {
        let needed = locked(&entry.facts).bytes(&self.rows);
        let mut reserved = locked(&entry.reserved);
        if needed <= *reserved {
            return;
        }
        let more = needed - *reserved;
        let add = |taken: u64| taken.checked_add(more).filter(|taken| *taken <= self.budget);
        if self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok() {
            *reserved = needed;
            return;
        }
        let mut state = entry.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.take().is_some() {
            self.taken.fetch_sub(std::mem::take(&mut *reserved), Ordering::Relaxed);
        }
    }

    /// All keys that were met, in order, with what is to be known of them; maps where there was room and
    /// nothing was lost.
    pub fn finish(self) -> impl Iterator<Item = (Key, Facts, Option<Maps>)> {
        let entries = self.entries.into_inner().unwrap_or_else(PoisonError::into_inner);
        entries.into_iter().map(|(key, entry)| {
            let entry = Arc::into_inner(entry).expect("no frame is being added any more");
            let facts = entry.facts.into_inner().unwrap_or_else(PoisonError::into_inner);
            let state = entry.state.into_inner().unwrap_or_else(PoisonError::into_inner);
            let maps = state.and_then(|state| match state {
                State::Delta(state) => {
                    let state = Arc::into_inner(state).expect("no frame is being added any more");
                    state.finish().map(Maps::Delta)
                }
                State::Values(state) => Some(Maps::Values(state.finish())),
            });
            (key, facts, maps)
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
