//! One test binary: what users rely on, layer by layer.

mod support;

mod cli;
mod codec;
mod engine;
mod export;
mod gpu;
mod layers;
mod sequence;
mod temporal;
mod window;
