//! The GPU against its definition on the CPU. These tests fail where no Vulkan adapter exists
//! (install Mesa's lavapipe: mesa-vulkan-drivers, libvulkan1): a skip would look like a pass.

mod adapter;
mod bands;
mod denormals;
mod failure;
mod flip;
mod gather;
mod large;
mod luminance;
mod matches_cpu;
mod noise;
mod real_frames;
mod same;
mod shaders;
mod temporal;

use std::sync::LazyLock;

use aovscope::gpu::{Gpu, GpuBackend, Prefer};

/// One device for all tests: opening one takes longer than most of them.
static BACKEND: LazyLock<GpuBackend> = LazyLock::new(|| {
    let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
    GpuBackend::new(gpu).unwrap_or_else(|error| panic!("{error}"))
});
