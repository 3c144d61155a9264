//! The same numbers as [`crate::metric`], computed on a GPU.
//!
//! [`Gpu`] is the device, [`GpuPlane`] a plane on it, [`DeltaPass`] the arithmetic. The pass files
//! are named as their shaders.

mod adapter;
mod backend;
mod bands;
mod delta;
mod device;
mod error;
mod gather;
mod kit;
mod room;
mod rooms;
mod selftest;
mod settle;
mod shader;
mod threshold;
mod tile;
mod upload;

pub use adapter::{Adapter, AdapterFacts, AdapterLimits, AdapterName, Prefer, Wanted, adapters, choose};
pub use backend::{DEFAULT_VRAM_BYTES, GpuBackend};
pub use delta::{DeltaJob, DeltaPass, GpuDelta, MAX_CHANNELS, delta_source};
pub use device::{Gpu, device_descriptor};
pub use error::Error;
pub use gather::{GatherPass, gather_source};
pub use kit::Unsettled;
pub use shader::{metric_code, type_code, with_prelude};
pub use tile::{TILE, TILE_DOUBT, TILE_INEXACT, Tile, tile_grid, tile_rect};
pub use upload::{GpuChannel, GpuPlane, bits_format};
