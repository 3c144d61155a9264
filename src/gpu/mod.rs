//! The same numbers as [`crate::metric`], computed on a GPU.
//!
//! [`Gpu`] is the device, [`GpuPlane`] a plane on it, [`DeltaPass`] the arithmetic; the pass files are
//! named as their shaders. [`GpuBackend`] puts them together: a pair is cut into bands that the device
//! takes (`bands`), each goes into a room on the device (`room`, of which there are several: `rooms`),
//! is compared there and read back (`kit`); what the passes leave open the CPU settles (`settle`). Where
//! maps over all frames are wanted, the delta is added on the device, behind its comparison (`temporal`),
//! to state that stays there until the last frame (`resident`).
//!
//! # What a device may do, and what it may not
//!
//! WGSL promises little of floats: no NaN, no infinity, no denormals need exist, operations may be
//! contracted, and their results be off. So
//!
//! * stored samples travel as unsigned integers, and halves and integers become f32 by integer
//!   arithmetic; equality, NaN and infinity are told from bits;
//! * **denormals**: a device may keep them or flush them to zero, in operands and in results. A
//!   difference below 2⁻¹⁰⁰ is therefore in doubt, and the CPU's; from there on an operand that is
//!   flushed, less than 2⁻¹²⁶, is less than half a unit in the last place and changes nothing. A
//!   half's denormals are normal numbers in f32. Tolerances and floors below 1e-30 are the CPU's, and
//!   the bounds of the others have margins that cover flushed products (`threshold`); squares that may
//!   have been flushed are settled where they could show;
//! * rounding to nearest of one subtraction is what WGSL does not promise and the exact maps need: a
//!   device is asked once whether it does so (`selftest`).
//!
//! # How far maps are apart
//!
//! `abs`, `signed`, `ulp` and `id` are equal to the bit on every device that passes the self-test; `rel` is
//! within 4, `sq` and `length` within 8 and `angle` within 160 units in the last place, `flip` within
//! [`FLIP_SLACK`], its mean and percentiles too. Flags, counts, maxima and positions are equal for all of them: pixels near a tolerance,
//! and the largest values, are the CPU's. So a tolerance in the midst of what `flip` says of a noisy pair
//! leaves most of the work to the CPU; one of 0, or one that few pixels reach, does not.
//!
//! Seen so far: Mesa 22.3.6's software Vulkan (lavapipe, LLVM 15), which keeps denormals, contracts
//! nothing and rounds to nearest; `flip` is off by 1.1e-4 there on colours and 1.5e-4 on depth. No
//! hardware GPU has run this code yet: nothing above takes its word for more than the self-test asks.

mod adapter;
mod backend;
mod bands;
#[cfg(test)]
mod bindings;
mod choice;
mod delta;
mod device;
mod error;
mod flip;
mod gather;
mod kit;
mod resident;
mod room;
mod rooms;
mod selftest;
mod settle;
mod shader;
mod steps;
mod temporal;
mod threshold;
mod tile;
mod upload;

pub use adapter::{Adapter, AdapterFacts, AdapterLimits, adapters};
pub use backend::{DEFAULT_VRAM_BYTES, GpuBackend};
pub use choice::{AdapterName, Prefer, Wanted, choose};
pub use delta::{DeltaJob, DeltaPass, GpuDelta, MAX_CHANNELS, delta_source};
pub use device::{Gpu, device_descriptor};
pub use error::Error;
pub use flip::{FLIP_SLACK, FlipJob, FlipPass, GpuFlip, flip_source};
pub use gather::{GatherPass, gather_source};
pub use kit::Unsettled;
pub use shader::{metric_code, type_code, with_prelude};
pub use steps::Steps;
pub use temporal::temporal_source;
pub use tile::{Records, TILE, TILE_DOUBT, TILE_INEXACT, Tile, tile_grid, tile_rect};
pub use upload::{GpuChannel, GpuPlane, bits_format};
