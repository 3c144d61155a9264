//! The rooms of one device: some at a time, and never more bytes than the budget.
//!
//! With several, one frame computes while another is uploaded and a third is read back. Whoever has
//! a room must not wait for other threads of the program (so no rayon there): they may wait for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::bands::{Most, Shape};
use super::room::Room;
use super::{Error, Gpu};
use crate::image::SampleType;

/// Rooms in use at a time: one filled, one computed, one read back.
const MOST_ROOMS: u64 = 3;

/// Where memory is out with less than this, less still is of no help.
const LEAST_BUDGET: u64 = 16 << 20;

/// See above.
#[derive(Debug)]
pub(super) struct Rooms {
    gpu: Gpu,
    budget_bytes: AtomicU64,
    /// Of the budget, for others than rooms.
    aside_bytes: AtomicU64,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Those used last come last.
    idle: Vec<Room>,
    lent: u64,
    /// Of all rooms, idle and lent.
    bytes: u64,
    /// The most that `bytes` was, with what was set aside.
    peak_bytes: u64,
    /// The device has failed: what comes back is dropped.
    closed: bool,
}

/// A room on loan. It is kept for others only if it is given back: after an error nobody knows what
/// state it is in.
#[derive(Debug)]
pub(super) struct Lent<'a> {
    rooms: &'a Rooms,
    room: Option<Room>,
    bytes: u64,
}

/// Bytes of the budget that are taken by something else than rooms.
#[derive(Debug)]
pub(super) struct Aside {
    rooms: Arc<Rooms>,
    bytes: u64,
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.rooms.aside_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Rooms {
    pub fn new(gpu: Gpu, budget_bytes: u64) -> Self {
        Self {
            gpu,
            budget_bytes: budget_bytes.into(),
            aside_bytes: 0.into(),
            state: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// What one room may take: as many fit into the budget as are of use.
    pub fn most(&self) -> Most {
        let limits = self.gpu.device().limits();
        Most {
            side: limits.max_texture_dimension_2d,
            buffer_bytes: limits.max_buffer_size,
            binding_bytes: limits.max_storage_buffer_binding_size,
            bytes: self.budget() / MOST_ROOMS,
        }
    }

    /// Takes `bytes` from the budget until what is returned is dropped; `None` where that would leave
    /// the rooms less than half of it.
    pub fn set_aside(rooms: &Arc<Self>, bytes: u64) -> Option<Aside> {
        let mut state = rooms.state();
        let aside = rooms.aside_bytes.load(Ordering::Relaxed).checked_add(bytes)?;
        if aside > rooms.budget_bytes.load(Ordering::Relaxed) / 2 {
            return None;
        }
        rooms.aside_bytes.store(aside, Ordering::Relaxed);
        // What is made from now on is smaller.
        state.drop_idle();
        state.peak_bytes = state.peak_bytes.max(state.bytes + aside);
        Some(Aside { rooms: Arc::clone(rooms), bytes })
    }

    /// A room for `shape`; waits until there is one.
    ///
    /// # Errors
    /// When the device's memory is full.
    pub fn take(&self, shape: Shape, sample_type: SampleType) -> Result<Lent<'_>, Error> {
        let mut state = self.state();
        loop {
            if let Some(lent) = self.reserve(&mut state, &shape) {
                drop(state);
                return lent.furnished(shape, sample_type);
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A room for `shape` if there is one without waiting.
    ///
    /// # Errors
    /// When the device's memory is full.
    pub fn try_take(&self, shape: Shape, sample_type: SampleType) -> Result<Option<Lent<'_>>, Error> {
        let lent = self.reserve(&mut self.state(), &shape);
        lent.map(|lent| lent.furnished(shape, sample_type)).transpose()
    }

    /// The most bytes that all rooms took at a time.
    pub fn peak_bytes(&self) -> u64 {
        self.state().peak_bytes
    }

    /// Halves the budget and drops what is idle: the device has less memory than it was thought to have.
    /// False where the budget is so small that this is not the reason.
    pub fn shrink(&self) -> bool {
        let mut state = self.state();
        let budget = self.budget_bytes.load(Ordering::Relaxed) / 2;
        if budget < LEAST_BUDGET {
            return false;
        }
        self.budget_bytes.store(budget, Ordering::Relaxed);
        state.drop_idle();
        true
    }

    /// Of the rooms.
    fn budget(&self) -> u64 {
        let aside = self.aside_bytes.load(Ordering::Relaxed);
        self.budget_bytes.load(Ordering::Relaxed).saturating_sub(aside)
    }

    /// Drops what there is and what comes back: the device has failed.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.drop_idle();
    }

    /// An idle room, or leave to make one.
    fn reserve(&self, state: &mut State, shape: &Shape) -> Option<Lent<'_>> {
        if state.lent == MOST_ROOMS {
            return None;
        }
        let found = state.idle.iter().rposition(|room| room.shape.covers(shape));
        if let Some(index) = found {
            let room = state.idle.remove(index);
            state.lent += 1;
            return Some(Lent { rooms: self, bytes: room.shape.bytes(), room: Some(room) });
        }
        let bytes = shape.bytes();
        let fits = |state: &State| state.bytes + bytes <= self.budget();
        while !fits(state) && !state.idle.is_empty() {
            let room = state.idle.remove(0);
            state.bytes -= room.shape.bytes();
        }
        // One is always let in: a tile may be more than a very small budget.
        if !fits(state) && state.lent > 0 {
            return None;
        }
        state.lent += 1;
        state.bytes += bytes;
        let aside = self.aside_bytes.load(Ordering::Relaxed);
        state.peak_bytes = state.peak_bytes.max(state.bytes + aside);
        Some(Lent { rooms: self, room: None, bytes })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn drop_idle(&mut self) {
        let idle = std::mem::take(&mut self.idle);
        self.bytes -= idle.iter().map(|room| room.shape.bytes()).sum::<u64>();
    }
}

impl Lent<'_> {
    fn furnished(mut self, shape: Shape, sample_type: SampleType) -> Result<Self, Error> {
        if self.room.is_none() {
            self.room = Some(Room::new(&self.rooms.gpu, shape, sample_type)?);
        }
        Ok(self)
    }

    /// The room itself.
    pub fn room(&mut self) -> &mut Room {
        self.room.as_mut().expect("it is there until it is given back")
    }

    /// Keeps the room for others. It must be idle.
    pub fn give_back(mut self) {
        let mut state = self.rooms.state();
        if !state.closed {
            state.idle.extend(self.room.take());
            // Else `drop` would count it out.
            self.bytes = 0;
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.rooms.state();
        state.lent -= 1;
        state.bytes -= self.bytes;
        drop(state);
        self.rooms.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Prefer;

    const SHAPE: Shape =
        Shape { window: (64, 48), candidate: (64, 48), reference: (64, 48), channels: 3, sample_bytes: 4 };

    /// Idle rooms, and bytes of all.
    fn idle(rooms: &Rooms) -> (usize, u64) {
        let state = rooms.state();
        (state.idle.len(), state.bytes)
    }

    #[test]
    fn rooms_are_used_again_and_never_pass_the_budget() {
        let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
        let rooms = Rooms::new(gpu, 2 * SHAPE.bytes());
        let take = || rooms.take(SHAPE, SampleType::F32).expect("it is small");
        let try_take = |shape| rooms.try_take(shape, SampleType::F32).expect("it is small");
        let (first, second) = (take(), take());
        assert!(try_take(SHAPE).is_none(), "the budget is spent");
        first.give_back();
        take().give_back();
        drop(second);
        assert_eq!(idle(&rooms), (1, SHAPE.bytes()), "what is not given back is dropped");
        // Another shape has the idle one go.
        let wider = Shape { window: (128, 48), ..SHAPE };
        try_take(wider).expect("there is room").give_back();
        assert!(idle(&rooms).1 <= 2 * SHAPE.bytes());
        assert_eq!(rooms.peak_bytes(), 2 * SHAPE.bytes());
        rooms.close();
        take().give_back();
        assert_eq!(idle(&rooms), (0, 0));
    }

    #[test]
    fn what_is_set_aside_is_the_rooms_no_more() {
        let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
        let rooms = Arc::new(Rooms::new(gpu, 3000));
        assert!(Rooms::set_aside(&rooms, 1501).is_none(), "the rooms keep half");
        let first = Rooms::set_aside(&rooms, 1000).expect("there is room");
        assert!(Rooms::set_aside(&rooms, 501).is_none());
        assert_eq!((rooms.most().bytes, rooms.peak_bytes()), (2000 / 3, 1000));
        drop(first);
        assert_eq!(rooms.most().bytes, 1000);
    }

    #[test]
    fn a_device_with_less_memory_gets_smaller_bands() {
        let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
        let rooms = Rooms::new(gpu, 4 * LEAST_BUDGET);
        rooms.take(SHAPE, SampleType::F32).expect("it is small").give_back();
        let before = rooms.most().bytes;
        assert!(rooms.shrink());
        assert_eq!(rooms.most().bytes, before / 2);
        assert_eq!(idle(&rooms), (0, 0));
        assert!(rooms.shrink() && !rooms.shrink(), "not without end");
    }
}
