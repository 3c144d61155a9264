//! The same numbers as [`crate::metric`], computed on a GPU.
//!
//! [`Gpu`] is the device, [`GpuPlane`] a plane on it, [`DeltaPass`] the arithmetic. The pass files
//! are named as their shaders.

mod adapter;
mod backend;
mod delta;
mod error;
mod flip;
mod gather;
mod selftest;
mod settle;
mod shader;
mod threshold;
mod tile;
mod upload;

pub use adapter::{Gpu, Prefer, choose, device_descriptor};
pub use backend::{GpuBackend, Unsettled};
pub use delta::{DeltaJob, DeltaPass, GpuDelta, MAX_CHANNELS, delta_source};
pub use error::Error;
pub use flip::{FLIP_SLACK, FlipJob, FlipPass, GpuFlip, flip_source};
pub use gather::{GatherPass, gather_source};
pub use shader::{metric_code, type_code, with_prelude};
pub use tile::{TILE, TILE_DOUBT, TILE_INEXACT, Tile, tile_grid, tile_rect};
pub use upload::{GpuChannel, GpuPlane, bits_format};
