//! Frames of a state that are not in memory.

use std::any::Any;
use std::fmt::Debug;

use super::DeltaState;

/// Frames of a [`DeltaState`] that a back end keeps where it computes, until the maps are wanted.
pub trait Apart: Any + Debug + Send + Sync {
    /// Adds them to `state`, whose they are. False where they are lost.
    fn bring(&self, state: &DeltaState) -> bool;
}
