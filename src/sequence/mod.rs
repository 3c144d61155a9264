//! Names on disk become frames in order.
//!
//! [`discover`] finds all sequences under folders, patterns and files; [`resolve`] the one sequence
//! that an argument means; [`name_apart`] gives each a short name; [`align`] pairs the frames of two.
//! A frame that is not there is never skipped in silence: see [`Sequence::gaps`].

mod align;
mod discover;
mod error;
mod frame_set;
mod frames;
mod group;
mod names;
mod numbers;
mod pattern;

pub use align::{AlignedFrame, align};
pub use discover::{Depth, Discovery, EXPORT_FOLDER, EXTENSIONS, discover, resolve};
pub use error::Error;
pub use frame_set::FrameSet;
pub use frames::{Frame, Sequence};
pub use names::name_apart;
