//! The rooms of one device: some at a time, and never more bytes than the budget.
//!
//! With several, one frame computes while another is uploaded and a third is read back. Whoever has
//! a room must not wait for other threads of the program (so no rayon there): they may wait for it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::bands::{Most, Shape};
use super::room::Room;
use super::{Error, Gpu};
use crate::image::SampleType;

/// Rooms in use at a time: one filled, one computed, one read back.
const MOST_ROOMS: u64 = 3;

/// See above.
#[derive(Debug)]
pub(super) struct Rooms {
    gpu: Gpu,
    budget_bytes: u64,
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
    /// The most that `bytes` was.
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

impl Rooms {
    pub fn new(gpu: Gpu, budget_bytes: u64) -> Self {
        Self { gpu, budget_bytes, state: Mutex::default(), returned: Condvar::new() }
    }

    /// What one room may take: as many fit into the budget as are of use.
    pub fn most(&self) -> Most {
        let limits = self.gpu.device().limits();
        Most {
            side: limits.max_texture_dimension_2d,
            buffer_bytes: limits.max_buffer_size,
            binding_bytes: limits.max_storage_buffer_binding_size,
            bytes: self.budget_bytes / MOST_ROOMS,
        }
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

    /// Drops what there is and what comes back: the device has failed.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let idle = std::mem::take(&mut state.idle);
        state.bytes -= idle.iter().map(|room| room.shape.bytes()).sum::<u64>();
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
        let fits = |state: &State| state.bytes + bytes <= self.budget_bytes;
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
        state.peak_bytes = state.peak_bytes.max(state.bytes);
        Some(Lent { rooms: self, room: None, bytes })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
