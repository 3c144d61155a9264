//! Work off the window's thread: opening, comparing the shown pair, sweeping over all frames,
//! exporting. A [`Latest`] worker has one place for a job, which a newer one takes; a [`Queue`]
//! does all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Tells a job that a newer one waits, or that the program ends.
#[derive(Clone)]
pub struct Stale {
    newest: Arc<AtomicU64>,
    own: u64,
}

impl Stale {
    /// Whether going on is of no use.
    pub fn is_set(&self) -> bool {
        self.newest.load(Ordering::Relaxed) != self.own
    }
}

struct Slot<J> {
    job: Mutex<(Option<(u64, J)>, bool)>,
    changed: Condvar,
}

/// A named thread that does the newest job.
pub struct Latest<J> {
    slot: Arc<Slot<J>>,
    newest: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl<J: Send + 'static> Latest<J> {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(name: &str, work: impl Fn(J, &Stale) + Send + 'static) -> std::io::Result<Self> {
        let slot = Arc::new(Slot { job: Mutex::new((None, false)), changed: Condvar::new() });
        let newest = Arc::new(AtomicU64::new(0));
        let (own_slot, own_newest) = (Arc::clone(&slot), Arc::clone(&newest));
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some((own, job)) = own_slot.take() {
                work(job, &Stale { newest: Arc::clone(&own_newest), own });
            }
        })?;
        Ok(Self { slot, newest, thread: Some(thread) })
    }

    /// Hands in a job; the one under way is told that it is stale. Returns the job's number.
    pub fn submit(&self, job: J) -> u64 {
        let number = self.newest.fetch_add(1, Ordering::Relaxed) + 1;
        let mut slot = self.slot.job.lock().unwrap_or_else(PoisonError::into_inner);
        slot.0 = Some((number, job));
        self.slot.changed.notify_one();
        number
    }
}

impl<J> Latest<J> {
    /// The job under way is told that it is stale, and the one that waits is dropped.
    pub fn cancel(&self) {
        self.newest.fetch_add(1, Ordering::Relaxed);
        self.slot.job.lock().unwrap_or_else(PoisonError::into_inner).0 = None;
    }

    /// Lets the thread end by itself: what it is at is stale, and there will be nothing more.
    pub fn leave(&self) {
        self.newest.fetch_add(1, Ordering::Relaxed);
        self.slot.job.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.slot.changed.notify_all();
    }
}

impl<J> Slot<J> {
    fn take(&self) -> Option<(u64, J)> {
        let mut slot = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if slot.1 {
                return None;
            }
            if let Some(job) = slot.0.take() {
                return Some(job);
            }
            slot = self.changed.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<J> Drop for Latest<J> {
    fn drop(&mut self) {
        self.leave();
        if let Some(thread) = self.thread.take() {
            // A panic in a worker has been reported by its thread already.
            let _ = thread.join();
        }
    }
}

/// Most jobs that wait in a [`Queue`].
const MOST_JOBS: usize = 32;

/// A named thread that does every job, one after the other. Dropping it finishes what is there.
pub struct Queue<J> {
    sender: Option<crossbeam_channel::Sender<J>>,
    thread: Option<JoinHandle<()>>,
}

impl<J: Send + 'static> Queue<J> {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(name: &str, work: impl Fn(J) + Send + 'static) -> std::io::Result<Self> {
        let (sender, jobs) = crossbeam_channel::bounded(MOST_JOBS);
        let run = move || jobs.iter().for_each(work);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Hands in a job; false where too many wait.
    pub fn submit(&self, job: J) -> bool {
        self.sender.as_ref().is_some_and(|sender| sender.try_send(job).is_ok())
    }
}

impl<J> Drop for Queue<J> {
    fn drop(&mut self) {
        self.finish();
    }
}

impl<J> Queue<J> {
    /// Does what is there, and then no more.
    pub fn finish(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // A panic in a worker has been reported by its thread already.
            let _ = thread.join();
        }
    }
}
