//! Watches the folders of the open sequences: frames that come, and frames that are rendered anew.
//!
//! A thread of its own lists and asks for sizes and times every two seconds, only while it is switched
//! on and the window has the focus; else it sleeps until that changes. Listing works on every file
//! system, network shares included, where notices of the system often do not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::App;
use crate::load::Loader;
use crate::sequence::{Depth, Sequence, discover};
use crate::view::{Action, Entry};

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(2);

/// By this a file is told from what it was.
type Stamp = Option<(u64, SystemTime)>;

/// A sequence that is not as it was.
pub struct Renewed {
    /// As it is now.
    pub entry: Entry,
    /// Files that came, went, or were written anew.
    pub changed: Vec<PathBuf>,
}

#[derive(Default)]
struct Wanted {
    on: bool,
    focused: bool,
    /// Pattern and files of each open sequence.
    sequences: Vec<(String, Vec<PathBuf>)>,
    over: bool,
}

struct Gate {
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next look; what is to be looked at, `None` at the end.
    fn wait(&self) -> Option<Vec<(String, Vec<PathBuf>)>> {
        let idle = |wanted: &mut Wanted| !(wanted.over || wanted.on && wanted.focused);
        let waited = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let busy = |wanted: &mut Wanted| !wanted.over;
        let waited = self.changed.wait_timeout_while(waited, PERIOD, busy);
        let wanted = waited.unwrap_or_else(PoisonError::into_inner).0;
        if wanted.over {
            return None;
        }
        let looks = wanted.on && wanted.focused;
        Some(if looks { wanted.sequences.clone() } else { Vec::new() })
    }
}

/// The thread that watches.
pub struct Watch {
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts the thread, switched off. `tell` returns false when nobody listens.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(
        loader: Arc<Loader>,
        tell: impl Fn(Vec<Renewed>) -> bool + Send + 'static,
    ) -> std::io::Result<Self> {
        let gate = Arc::new(Gate { wanted: Mutex::default(), changed: Condvar::new() });
        let own = Arc::clone(&gate);
        let thread = std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
            let mut known = BTreeMap::new();
            while let Some(sequences) = own.wait() {
                let renewed = look(&sequences, &mut known, &loader);
                if !renewed.is_empty() && !tell(renewed) {
                    return;
                }
            }
        })?;
        Ok(Self { gate, thread: Some(thread) })
    }

    /// Whether it is switched on.
    pub fn is_on(&self) -> bool {
        self.gate.lock().on
    }

    /// Switches it on or off.
    pub fn set_on(&self, on: bool) {
        self.gate.lock().on = on;
        self.gate.changed.notify_all();
    }

    /// Tells whether the window has the focus.
    pub fn set_focused(&self, focused: bool) {
        let mut wanted = self.gate.lock();
        if wanted.focused != focused {
            wanted.focused = focused;
            self.gate.changed.notify_all();
        }
    }

    /// Tells which sequences are open.
    pub fn set_sequences(&self, entries: &[Entry]) {
        let files = |entry: &Entry| entry.sequence.frames.iter().map(|frame| frame.path.clone()).collect();
        let sequences = entries.iter().map(|entry| (entry.sequence.pattern.clone(), files(entry)));
        self.gate.lock().sequences = sequences.collect();
    }

    /// Lets the thread end by itself.
    pub fn leave(&self) {
        self.gate.lock().over = true;
        self.gate.changed.notify_all();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.leave();
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been reported by it already.
            let _ = thread.join();
        }
    }
}

/// What is not as it was at the last look. The first look at a file takes it as it is.
fn look(
    sequences: &[(String, Vec<PathBuf>)],
    known: &mut BTreeMap<PathBuf, Stamp>,
    loader: &Loader,
) -> Vec<Renewed> {
    let mut renewed = Vec::new();
    for (pattern, files) in sequences {
        // A folder that cannot be read just now is no reason to close what is open.
        let Ok(found) = discover(&[PathBuf::from(pattern)], Depth::Flat) else { continue };
        let Some(sequence) = found.sequences.into_iter().find(|found| found.pattern == *pattern) else {
            continue;
        };
        let changed = changed(&sequence, files, known);
        if changed.is_empty() {
            continue;
        }
        loader.forget(&changed);
        let mut info = Err("no frames".to_owned());
        for frame in &sequence.frames {
            info = loader.info(&frame.path).map(|info| (*info).clone()).map_err(|error| error.to_string());
            if info.is_ok() {
                break;
            }
        }
        renewed.push(Renewed { entry: Entry { sequence, shown: false, info }, changed });
    }
    renewed
}

fn changed(sequence: &Sequence, files: &[PathBuf], known: &mut BTreeMap<PathBuf, Stamp>) -> Vec<PathBuf> {
    let mut changed = Vec::new();
    for frame in &sequence.frames {
        let stamp = stamp(&frame.path);
        let before = known.insert(frame.path.clone(), stamp);
        let is_new = !files.contains(&frame.path);
        if is_new || before.is_some_and(|before| before != stamp) {
            changed.push(frame.path.clone());
        }
    }
    let gone = files.iter().filter(|file| sequence.frames.iter().all(|frame| frame.path != **file));
    changed.extend(gone.cloned());
    changed
}

fn stamp(path: &Path) -> Stamp {
    let data = std::fs::metadata(path).ok()?;
    Some((data.len(), data.modified().ok()?))
}

impl App {
    /// Takes in what the watch found: only what depends on changed files is forgotten.
    pub(super) fn renewed(&mut self, renewed: Vec<Renewed>) {
        self.times_opened += 1;
        let mut entries = Vec::new();
        for sequence in renewed {
            let is_open = |entry: &Entry| entry.sequence.pattern == sequence.entry.sequence.pattern;
            // It may have been closed meanwhile.
            if self.view.catalogue.entries().iter().any(is_open) {
                self.stale_files.extend(sequence.changed);
                entries.push(sequence.entry);
            }
        }
        self.heats.forget(&self.stale_files);
        self.view.statistics.forget(&self.stale_files);
        self.compare_asked.clear();
        self.marks_asked = None;
        self.view.apply(Action::Opened(entries));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::Frame;

    #[test]
    fn frames_that_came_went_or_changed_are_told_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |number: i64| folder.path().join(format!("a.{number:04}.exr"));
        let sequence = |numbers: &[i64]| Sequence {
            name: "a".to_owned(),
            pattern: String::new(),
            frames: numbers.iter().map(|n| Frame { number: Some(*n), path: file(*n) }).collect(),
        };
        let write = |number: i64, text: &str| std::fs::write(file(number), text).expect("written");
        write(1, "one");
        write(2, "two");
        let mut known = BTreeMap::new();
        let mut look = |numbers: &[i64], open: &[i64]| {
            changed(&sequence(numbers), &open.iter().map(|n| file(*n)).collect::<Vec<_>>(), &mut known)
        };
        assert!(look(&[1, 2], &[1, 2]).is_empty(), "the first look");
        write(2, "longer");
        assert_eq!(look(&[1, 2], &[1, 2]), [file(2)]);
        assert!(look(&[1, 2], &[1, 2]).is_empty());
        write(3, "three");
        assert_eq!(look(&[1, 2, 3], &[1, 2]), [file(3)]);
        assert_eq!(look(&[1, 3], &[1, 2, 3]), [file(2)]);
    }
}
