//! From disk to memory in time: the newest wish first, within a byte budget, off the caller's thread.
//!
//! The caller says with [`Loader::want`] what it wishes to see now, most urgent first; that list
//! replaces the one before, so that stale wishes vanish by themselves. Named threads decode;
//! [`Loader::get`] returns at once what is there. When the budget is full, what is farthest from the
//! playhead ([`Loader::look_at`]) makes room, of equally far what was used longest ago, and wishes that
//! do not fit beside more urgent ones wait. Background work ([`Loader::fetch`]) gives way to the first
//! wishes.

mod cache;
mod loader;
mod memory;
mod near;
mod work;

pub use cache::PlaneKey;
pub use loader::{Decoded, Failure, Loaded, Loader, Options, Progress, Wake};
pub use memory::half_of_free_memory;
pub use near::Place;
