//! Planes and maps go to the device on a thread of their own: at 4K that takes longer than a frame
//! may. The window shows what it has until all of the next is there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::background::{Latest, Stale};
use super::canvas::Heat;
use super::textures::{BUDGET, Key, Textures, heat_textures, plane_textures};
use crate::gpu::Gpu;
use crate::load::{Decoded, Wake};

/// Textures that the window's thread and the uploading thread share.
pub type Shelf = Arc<Mutex<Textures>>;

/// The textures of a shelf, whatever happened to a thread that had them.
pub fn lock(shelf: &Shelf) -> MutexGuard<'_, Textures> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thing to be drawn.
#[derive(Clone)]
pub enum Item {
    /// Samples.
    Plane(Arc<Decoded>),
    /// A delta.
    Heat(Arc<Heat>),
}

impl Item {
    fn key(&self) -> Key {
        match self {
            Self::Plane(decoded) => Key::Plane(decoded.id),
            Self::Heat(heat) => Key::Heat(heat.id),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Plane(decoded) => decoded.plane.size_bytes(),
            Self::Heat(heat) => heat.map.flags.len() as u64 * 5,
        }
    }
}

/// What is to be uploaded, and how many of the first are waited for.
struct Job {
    items: Vec<Item>,
    urgent: usize,
}

/// The thread that uploads, and what it has uploaded.
pub struct Uploads {
    /// Where the textures are.
    pub shelf: Shelf,
    worker: Latest<Job>,
    asked: Arc<Mutex<Vec<Key>>>,
}

impl Uploads {
    /// Starts the thread; `wake` is called when what is waited for is there.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(gpu: &Gpu, wake: &Wake) -> std::io::Result<Self> {
        let shelf: Shelf = Arc::new(Mutex::new(Textures::new(gpu.device(), gpu.queue())));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (own_shelf, own_asked, wake) = (Arc::clone(&shelf), Arc::clone(&asked), Arc::clone(wake));
        let (device, queue) = (gpu.device().clone(), gpu.queue().clone());
        let worker = Latest::spawn("upload", move |job: Job, stale: &Stale| {
            for (number, item) in job.items.iter().enumerate() {
                let key = item.key();
                // What a newer list asks for too is finished.
                let is_stale = || stale.is_set() && !keys(&own_asked).contains(&key);
                let is_there = lock(&own_shelf).has(key);
                if !is_there {
                    let uploaded = match item {
                        Item::Plane(decoded) => plane_textures(&device, &queue, decoded, &is_stale),
                        Item::Heat(heat) => heat_textures(&device, &queue, heat, &is_stale),
                    };
                    if is_stale() {
                        return;
                    }
                    // What was written so far is copied now, not with the window's next frame.
                    queue.submit([]);
                    lock(&own_shelf).insert(key, uploaded);
                }
                if number + 1 == job.urgent {
                    wake();
                }
                if stale.is_set() {
                    return;
                }
            }
            keys(&own_asked).clear();
        })?;
        Ok(Self { shelf, worker, asked })
    }

    /// Whether all of `items` are there; what is not is uploaded, in the stead of what was asked for
    /// before. What is in `next` follows, as far as there is room beside the others.
    pub fn are_there(&self, items: &[Item], next: &[Item]) -> bool {
        let mut bytes: u64 = items.iter().map(Item::bytes).sum();
        // What does not fit all at once is uploaded one by one when it is drawn.
        if bytes > BUDGET / 2 {
            return true;
        }
        let fitting = next.iter().take_while(|item| {
            bytes += item.bytes();
            bytes <= BUDGET / 4 * 3
        });
        let mut shelf = lock(&self.shelf);
        let mut lacking: Vec<Item> = items.iter().filter(|item| !shelf.has(item.key())).cloned().collect();
        let urgent = lacking.len();
        for item in fitting {
            if !shelf.has(item.key()) {
                lacking.push(item.clone());
            }
        }
        drop(shelf);
        if !lacking.is_empty() {
            let wanted: Vec<Key> = lacking.iter().map(Item::key).collect();
            let mut asked = keys(&self.asked);
            // What is under way is the end of what was asked for.
            if !asked.ends_with(&wanted) {
                *asked = wanted;
                self.worker.submit(Job { items: lacking, urgent });
            }
        }
        urgent == 0
    }
}

fn keys(asked: &Mutex<Vec<Key>>) -> MutexGuard<'_, Vec<Key>> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}
