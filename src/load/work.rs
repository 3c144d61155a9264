//! What the threads of a loader do: the most urgent wish, with all others for the same file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::cache::PlaneKey;
use super::loader::{Decoded, Failure, Loaded, Shared, State};
use crate::codec;
use crate::image::ImageInfo;

/// Smaller pictures are decoded before anybody would miss a preview.
const LEAST_PREVIEW_PIXELS: u64 = 2 << 20;
/// Of so many lines one is decoded for a preview.
const PREVIEW_STEP: u32 = 4;

/// Most headers remembered.
const MOST_INFOS: usize = 8192;

pub(super) fn work(shared: &Shared) {
    let mut state = shared.lock();
    loop {
        if state.stopped {
            return;
        }
        let Some(keys) = state.next() else {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let forgotten = state.forgotten;
        let rough = state.urgent.contains(&keys[0]) && !state.previews.contains_key(&keys[0]);
        drop(state);
        if rough && !look(shared, &keys, forgotten) {
            state = shared.lock();
            keys.iter().for_each(|key| _ = state.busy.remove(key));
            continue;
        }
        let decoded = decode(shared, &keys[0].path, &keys);
        state = shared.lock();
        state.previews.remove(&keys[0]);
        for (key, loaded) in keys.into_iter().zip(decoded) {
            if state.forgotten == forgotten {
                settle(&mut state, key, loaded);
            } else {
                state.busy.remove(&key);
            }
        }
        shared.changed.notify_all();
        drop(state);
        (shared.wake)();
        state = shared.lock();
    }
}

/// Makes a preview of the first of `keys`. Returns whether the whole is still wished for.
fn look(shared: &Shared, keys: &[PlaneKey], forgotten: u64) -> bool {
    let key = &keys[0];
    let preview = preview(shared, key);
    let made = preview.is_some();
    let mut state = shared.lock();
    let wished = state.wished.contains(key);
    if state.forgotten == forgotten && state.urgent.contains(key) {
        state.previews.insert(key.clone(), preview);
    }
    drop(state);
    if made {
        (shared.wake)();
    }
    wished
}

/// A rough picture, where it takes much less time than the whole and the whole takes long.
fn preview(shared: &Shared, key: &PlaneKey) -> Option<Arc<Decoded>> {
    let info = info(shared, &key.path).ok()?;
    let aov = info.aov(&key.aov)?;
    if info.parts[aov.part].data_window.pixels() < LEAST_PREVIEW_PIXELS {
        return None;
    }
    let read = || codec::read_preview(&info, &[aov], PREVIEW_STEP, &shared.limits);
    let plane = catch_unwind(AssertUnwindSafe(read)).ok()??.pop()?.ok()?;
    Some(Arc::new(Decoded { id: shared.next_id.fetch_add(1, Ordering::Relaxed), plane }))
}

pub(super) fn settle(state: &mut State, key: PlaneKey, loaded: Loaded) {
    state.busy.remove(&key);
    let keep = state.keep_for(&key);
    let bytes = loaded.as_ref().map_or(0, |decoded| decoded.plane.size_bytes());
    let first = state.wishes.first() == Some(&key);
    // The most urgent wish is the nearest, wherever its file stands.
    let distance = if first { 0 } else { state.cache.near.distance(&key) };
    if state.cache.insert_at(distance, key.clone(), loaded, &keep) {
        return;
    }
    let budget = state.cache.budget();
    state.refused.insert(key.clone());
    if first {
        let failure = Failure::OverBudget { bytes, budget, aov: key.aov.clone(), path: key.path.clone() };
        state.cache.insert(key, Err(failure), &keep);
    }
}

pub(super) fn info(shared: &Shared, path: &Path) -> Result<Arc<ImageInfo>, codec::Error> {
    let forgotten = {
        let state = shared.lock();
        if let Some(info) = state.infos.get(path) {
            return info.clone();
        }
        state.forgotten
    };
    let info = codec::read_info(path, &shared.limits).map(Arc::new);
    let state = &mut *shared.lock();
    if state.infos.len() >= MOST_INFOS {
        state.infos.clear();
    }
    if state.forgotten == forgotten {
        state.infos.insert(path.to_owned(), info.clone());
    }
    info
}

/// One result for each key; all keys are of the file `path`.
pub(super) fn decode(shared: &Shared, path: &Path, keys: &[PlaneKey]) -> Vec<Loaded> {
    let info = match info(shared, path) {
        Ok(info) => info,
        Err(error) => return keys.iter().map(|_| Err(error.clone().into())).collect(),
    };
    let found: Vec<_> = keys.iter().map(|key| info.aov(&key.aov)).collect();
    let aovs: Vec<_> = found.iter().flatten().copied().collect();
    let read = || codec::read_planes(&info, &aovs, &shared.limits);
    // A panic is a bug, but of one file: the thread goes on, and its wishes are settled.
    let planes = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let reason = "internal error, please report it".to_owned();
        let error = codec::Error::Damaged { place: String::new(), reason, path: path.to_owned() };
        aovs.iter().map(|_| Err(error.clone())).collect()
    });
    let mut planes = planes.into_iter();
    let mut one = || {
        let plane = planes.next().expect("one result for each AOV");
        let id = shared.next_id.fetch_add(1, Ordering::Relaxed);
        plane.map(|plane| Arc::new(Decoded { id, plane })).map_err(Failure::from)
    };
    let none = |key: &PlaneKey| Failure::NoAov { aov: key.aov.clone(), path: path.to_owned() };
    found.iter().zip(keys).map(|(aov, key)| aov.map_or_else(|| Err(none(key)), |_| one())).collect()
}
