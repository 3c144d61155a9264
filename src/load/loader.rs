//! Worker threads that decode what is wished for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::cache::{Cache, PlaneKey};
use super::near::Place;
use super::work::{decode, info, settle, work};
use crate::codec::{self, Limits};
use crate::image::{ImageInfo, Plane, pool};

/// A decoded plane with a number that no other has.
#[derive(Debug)]
pub struct Decoded {
    /// Never given twice in a run of the program: what uploads are known by.
    pub id: u64,
    /// The samples.
    pub plane: Plane,
}

/// Why there is no plane.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// The file cannot be read, or not this AOV of it.
    #[error(transparent)]
    Codec(#[from] codec::Error),
    /// The file has no such AOV.
    #[error("no AOV {aov:?} in {path:?}")]
    NoAov {
        /// What was wished for.
        aov: String,
        /// The file.
        path: PathBuf,
    },
    /// It alone is larger than the budget.
    #[error("{bytes} bytes of {aov:?} are over the budget of {budget} bytes: {path:?}")]
    OverBudget {
        /// Bytes of the decoded AOV.
        bytes: u64,
        /// Bytes there may be.
        budget: u64,
        /// What was wished for.
        aov: String,
        /// The file.
        path: PathBuf,
    },
}

/// What came of a wish.
pub type Loaded = Result<Arc<Decoded>, Failure>;

/// How a [`Loader`] works.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of decoded planes that may be kept.
    pub budget_bytes: u64,
    /// Threads that decode; at least one.
    pub threads: usize,
    /// Bounds on files.
    pub limits: Limits,
}

/// How far the present wishes are fulfilled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Wishes that are there (or failed).
    pub there: usize,
    /// All present wishes.
    pub wished: usize,
    /// Bytes kept.
    pub bytes: u64,
    /// Bytes that may be kept.
    pub budget_bytes: u64,
}

/// Background work waits for no more than so many wishes, each time that there are urgent ones...
const FIRST_WISHES: usize = 8;
/// ... and no longer than that: a file system that hangs must not stop all else.
const LONGEST_WAY: Duration = Duration::from_secs(5);

/// Called from a worker when something new is there.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

pub(super) struct State {
    pub(super) cache: Cache,
    pub(super) infos: BTreeMap<PathBuf, Result<Arc<ImageInfo>, codec::Error>>,
    pub(super) wishes: Vec<PlaneKey>,
    pub(super) wished: BTreeSet<PlaneKey>,
    /// Wishes that did not fit beside more urgent ones; tried anew with the next list.
    pub(super) refused: BTreeSet<PlaneKey>,
    pub(super) busy: BTreeSet<PlaneKey>,
    /// Wishes of which a rough picture is of use until the whole is there.
    pub(super) urgent: BTreeSet<PlaneKey>,
    /// Rough pictures of urgent wishes; `None`: there is no fast one.
    pub(super) previews: BTreeMap<PlaneKey, Option<Arc<Decoded>>>,
    /// How often files were forgotten: what was begun before may be of what is no longer there.
    pub(super) forgotten: u64,
    pub(super) stopped: bool,
}

pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
    pub(super) next_id: AtomicU64,
    pub(super) limits: Limits,
    pub(super) wake: Wake,
}

/// Loads planes in the background. Dropping it stops its threads after what they are at.
pub struct Loader {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Loader {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(options: Options, wake: Wake) -> std::io::Result<Self> {
        let state = State {
            cache: Cache::new(options.budget_bytes),
            infos: BTreeMap::new(),
            wishes: Vec::new(),
            wished: BTreeSet::new(),
            refused: BTreeSet::new(),
            busy: BTreeSet::new(),
            urgent: BTreeSet::new(),
            previews: BTreeMap::new(),
            forgotten: 0,
            stopped: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            next_id: AtomicU64::new(1),
            limits: options.limits,
            wake,
        });
        let mut loader = Self { shared, threads: Vec::new() };
        for number in 0..options.threads.max(1) {
            let shared = Arc::clone(&loader.shared);
            let builder = std::thread::Builder::new().name(format!("decode-{number}"));
            loader.threads.push(builder.spawn(move || work(&shared))?);
        }
        Ok(loader)
    }

    /// Replaces all wishes: the most urgent first. Work that is under way is finished and kept;
    /// what was wished for before and is not in the list is no longer begun.
    ///
    /// Of the first `urgent` ones a [`Loader::preview`] is made first, where that is fast and the
    /// picture large.
    pub fn want(&self, wishes: Vec<PlaneKey>, urgent: usize) {
        let mut state = self.shared.lock();
        let first: BTreeSet<PlaneKey> = wishes.iter().take(urgent).cloned().collect();
        if state.wishes == wishes && state.urgent == first {
            return;
        }
        state.urgent = first;
        let State { previews, urgent, .. } = &mut *state;
        previews.retain(|key, _| urgent.contains(key));
        state.wished = wishes.iter().cloned().collect();
        state.wishes = wishes;
        state.refused.clear();
        drop(state);
        self.shared.changed.notify_all();
    }

    /// What is there already; never waits for a decode.
    pub fn get(&self, key: &PlaneKey) -> Option<Loaded> {
        self.shared.lock().cache.get(key)
    }

    /// A rough picture of an urgent wish, until the whole is there: never for figures.
    pub fn preview(&self, key: &PlaneKey) -> Option<Arc<Decoded>> {
        self.shared.lock().previews.get(key).cloned().flatten()
    }

    /// Says where the files stand on the timeline: what is far from the playhead makes room first.
    pub fn set_places(&self, places: HashMap<PathBuf, Place>) {
        self.shared.lock().cache.near.places = places;
    }

    /// Says where one looks: place of the frame on the timeline, way of the playhead (1 or −1), AOV.
    pub fn look_at(&self, playhead: usize, direction: i64, aov: &str) {
        self.shared.lock().cache.near.look_at(playhead, direction, aov);
    }

    /// Where on the timeline the AOV that one looks at is there, in no order. Failures count.
    pub fn places_there(&self) -> Vec<Place> {
        let state = self.shared.lock();
        state.cache.keys().filter_map(|key| state.cache.near.shown_place(key)).collect()
    }

    /// What is there, else decoded on the caller's own thread, after the first wishes; kept where
    /// there is room beside the wishes. For background work over all frames.
    pub fn fetch(&self, key: &PlaneKey) -> Loaded {
        self.give_way();
        let mut state = self.shared.lock();
        loop {
            if let Some(loaded) = state.cache.get(key) {
                return loaded;
            }
            if !state.busy.contains(key) || state.stopped {
                break;
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let forgotten = state.forgotten;
        state.busy.insert(key.clone());
        drop(state);
        let loaded = decode(&self.shared, &key.path, std::slice::from_ref(key)).pop();
        let loaded = loaded.expect("one result for one key");
        let state = &mut *self.shared.lock();
        state.busy.remove(key);
        let wished = state.wished.contains(key);
        if state.forgotten == forgotten && wished {
            settle(state, key.clone(), loaded.clone());
        } else if state.forgotten == forgotten && state.cache.bytes() < state.cache.budget() / 2 {
            state.cache.insert(key.clone(), loaded.clone(), &state.wished);
        }
        self.shared.changed.notify_all();
        if wished {
            (self.shared.wake)();
        }
        loaded
    }

    /// As [`Loader::fetch`], of several AOVs of one file: those that are not there come from one read.
    pub fn fetch_all(&self, path: &Path, aovs: &[String]) -> Vec<Loaded> {
        self.read(path, aovs, true)
    }

    /// As [`Loader::fetch_all`], but nothing of it is kept: for what is looked at once.
    pub fn pass_by(&self, path: &Path, aovs: &[String]) -> Vec<Loaded> {
        self.read(path, aovs, false)
    }

    fn read(&self, path: &Path, aovs: &[String], keep: bool) -> Vec<Loaded> {
        self.give_way();
        let key = |aov: &String| PlaneKey { path: path.to_owned(), aov: aov.clone() };
        let keys: Vec<PlaneKey> = aovs.iter().map(key).collect();
        let there: Vec<Option<Loaded>> = keys.iter().map(|key| self.get(key)).collect();
        let missing = keys.iter().zip(&there).filter(|(_, there)| there.is_none());
        let missing: Vec<PlaneKey> = missing.map(|(key, _)| key.clone()).collect();
        let forgotten = self.shared.lock().forgotten;
        let decoded = if missing.is_empty() { Vec::new() } else { decode(&self.shared, path, &missing) };
        if keep {
            let state = &mut *self.shared.lock();
            for (key, loaded) in missing.into_iter().zip(&decoded) {
                if state.forgotten == forgotten && state.cache.bytes() < state.cache.budget() / 2 {
                    state.cache.insert(key, loaded.clone(), &state.wished);
                }
            }
        }
        let mut decoded = decoded.into_iter();
        let mut next = || decoded.next().expect("one result for each that was not there");
        there.into_iter().map(|there| there.unwrap_or_else(&mut next)).collect()
    }

    /// Waits until the first wishes are there, as long as they come.
    fn give_way(&self) {
        let deadline = Instant::now() + LONGEST_WAY;
        let mut state = self.shared.lock();
        while !state.stopped && state.first_wishes_open() {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return };
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The header of a file; read on the caller's thread unless it is known.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn info(&self, path: &Path) -> Result<Arc<ImageInfo>, codec::Error> {
        info(&self.shared, path)
    }

    /// Forgets everything of these files, which may have changed on disk. What is being decoded is
    /// not kept.
    pub fn forget(&self, paths: &[PathBuf]) {
        let paths: BTreeSet<&PathBuf> = paths.iter().collect();
        let mut state = self.shared.lock();
        state.forgotten += 1;
        state.infos.retain(|path, _| !paths.contains(path));
        state.cache.remove_files(&paths);
        state.refused.retain(|key| !paths.contains(&key.path));
        state.previews.retain(|key, _| !paths.contains(&key.path));
        self.shared.changed.notify_all();
        drop(state);
        pool::clear();
    }

    /// Whether a plane (or its failure) is there.
    pub fn has(&self, key: &PlaneKey) -> bool {
        self.shared.lock().cache.contains(key)
    }

    /// Begins nothing more; its threads end after what they are at.
    pub fn stop(&self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
    }

    /// How far the present wishes are fulfilled.
    pub fn progress(&self) -> Progress {
        let state = self.shared.lock();
        let there = state.wishes.iter().filter(|key| state.cache.contains(key)).count();
        Progress {
            there,
            wished: state.wishes.len() - state.refused.len().min(state.wishes.len()),
            bytes: state.cache.bytes(),
            budget_bytes: state.cache.budget(),
        }
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            // A panic in a worker has been reported by its thread already.
            let _ = thread.join();
        }
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The most urgent wish that nobody is at, with all other wishes for the same file: a file is
    /// read once.
    pub(super) fn next(&mut self) -> Option<Vec<PlaneKey>> {
        let open = |state: &Self, key: &PlaneKey| {
            !state.cache.contains(key) && !state.busy.contains(key) && !state.refused.contains(key)
        };
        let first = self.wishes.iter().find(|key| open(self, key))?.clone();
        let same_file = |key: &&PlaneKey| key.path == first.path && open(self, key);
        let keys: Vec<PlaneKey> = self.wishes.iter().filter(same_file).cloned().collect();
        self.busy.extend(keys.iter().cloned());
        Some(keys)
    }

    /// Whether some of the first wishes is still to come.
    fn first_wishes_open(&self) -> bool {
        let open = |key: &&PlaneKey| !self.cache.contains(key) && !self.refused.contains(key);
        !self.urgent.is_empty() && self.wishes.iter().take(FIRST_WISHES).any(|key| open(&key))
    }

    /// The wishes more urgent than `key`: these are not thrown out for it.
    pub(super) fn keep_for(&self, key: &PlaneKey) -> BTreeSet<PlaneKey> {
        self.wishes.iter().take_while(|wish| *wish != key).cloned().collect()
    }
}
