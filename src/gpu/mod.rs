//! The same numbers as [`crate::metric`], computed on a GPU.
//!
//! [`Gpu`] is the device, [`GpuPlane`] a plane on it. The pass files are named as their shaders.

mod adapter;
mod error;
mod upload;

pub use adapter::{Gpu, Prefer, choose, device_descriptor};
pub use error::Error;
pub use upload::{GpuChannel, GpuPlane, bits_format};
