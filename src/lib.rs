//! aovscope compares sequences of rendered frames.

#[cfg(feature = "window")]
pub mod app;
pub mod cli;
pub mod codec;
pub mod engine;
pub mod export;
pub mod gpu;
pub mod image;
pub mod load;
pub mod metric;
pub mod sequence;
pub mod view;
