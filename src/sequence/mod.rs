//! Names on disk become frames in order.

mod frames;

pub use frames::{Frame, Sequence};
