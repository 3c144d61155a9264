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

/// The thread that uploads, and what it has uploaded.
pub struct Uploads {
    /// Where the textures are.
    pub shelf: Shelf,
    worker: Latest<Vec<Item>>,
    asked: Arc<Mutex<Vec<Key>>>,
}

impl Uploads {
    /// Starts the thread; `wake` is called when something is there.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(gpu: &Gpu, wake: &Wake) -> std::io::Result<Self> {
        let shelf: Shelf = Arc::new(Mutex::new(Textures::new(gpu.device(), gpu.queue())));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (own_shelf, own_asked, wake) = (Arc::clone(&shelf), Arc::clone(&asked), Arc::clone(wake));
        let (device, queue) = (gpu.device().clone(), gpu.queue().clone());
        let worker = Latest::spawn("upload", move |items: Vec<Item>, stale: &Stale| {
            for item in &items {
                let key = item.key();
                if lock(&own_shelf).has(key) {
                    continue;
                }
                let uploaded = match item {
                    Item::Plane(decoded) => plane_textures(&device, &queue, decoded, &|| stale.is_set()),
                    Item::Heat(heat) => heat_textures(&device, &queue, heat, &|| stale.is_set()),
                };
                if stale.is_set() {
                    return;
                }
                // What was written so far is copied now, not with the window's next frame.
                queue.submit([]);
                lock(&own_shelf).insert(key, uploaded);
            }
            own_asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
            wake();
        })?;
        Ok(Self { shelf, worker, asked })
    }

    /// Whether all of these are there; what is not is uploaded, in the stead of what was asked for
    /// before.
    pub fn are_there(&self, items: &[Item]) -> bool {
        let bytes: u64 = items.iter().map(Item::bytes).sum();
        let mut shelf = lock(&self.shelf);
        let lacking: Vec<Item> = items.iter().filter(|item| !shelf.has(item.key())).cloned().collect();
        drop(shelf);
        // What does not fit all at once is uploaded one by one when it is drawn.
        if lacking.is_empty() || bytes > BUDGET / 2 {
            return true;
        }
        let keys: Vec<Key> = items.iter().map(Item::key).collect();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if *asked != keys {
            *asked = keys;
            self.worker.submit(lacking);
        }
        false
    }
}
