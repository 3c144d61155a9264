//! The delta of a frame added to the state over all frames, on the device.
//!
//! Shader: `shaders/temporal.wgsl`. CPU twin: [`crate::metric::DeltaState`], to the bit.

use super::shader::{numbered, with_prelude};
use super::tile::TILE;
use super::{Error, Gpu, GpuDelta};
use crate::image::Window;

/// Pixels a side of a workgroup, as the shader says.
const WORKGROUP: (u32, u32) = (64, 4);

/// The WGSL source of the pass.
pub fn temporal_source() -> String {
    with_prelude(include_str!("../../shaders/temporal.wgsl"))
}

/// The same struct in the shader; a test below compares the two layouts.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Params {
    size: [u32; 2],
    map_at: [u32; 2],
    state_at: [u32; 2],
    state_size: [u32; 2],
    covered_from: [u32; 2],
    covered_to: [u32; 2],
    tile_columns: u32,
    rank: u32,
}

/// A piece of a frame, compared on the device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared<'a> {
    /// What the delta pass wrote, or is to write by what was submitted.
    pub delta: &'a GpuDelta,
    /// Where the piece is.
    pub window: Window,
    /// The pixels that both sides have.
    pub covered: Window,
    /// Of the frame.
    pub rank: u32,
}

/// The compiled pass.
#[derive(Debug)]
pub(super) struct TemporalPass {
    groups: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

impl TemporalPass {
    /// Compiles the shader.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn new(gpu: &Gpu) -> Result<Self, Error> {
        let device = gpu.device();
        gpu.guarded(0, || {
            let groups = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("temporal"),
                entries: &bindings(),
            });
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("temporal"),
                bind_group_layouts: &[Some(&groups)],
                ..Default::default()
            });
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some("temporal"),
                source: wgpu::ShaderSource::Wgsl(temporal_source().into()),
            });
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some("temporal"),
                layout: Some(&layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            Self { groups, pipeline }
        })
    }

    /// Submits the adding of the pixels of `piece` that are in `window`, which `state` is of: all but
    /// those of tiles in doubt.
    ///
    /// # Errors
    /// When the device refuses.
    pub fn submit(
        &self,
        gpu: &Gpu,
        piece: &Compared<'_>,
        (window, state): (Window, &wgpu::Buffer),
    ) -> Result<(), Error> {
        let part = piece.window.intersection(&window);
        if part.is_empty() {
            return Ok(());
        }
        let device = gpu.device();
        gpu.guarded(0, || {
            let uniform = device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("temporal params"),
                size: size_of::<Params>() as u64,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            gpu.queue().write_buffer(&uniform, 0, bytemuck::bytes_of(&params(piece, part, window)));
            let view = |t: &wgpu::Texture| t.create_view(&wgpu::TextureViewDescriptor::default());
            let (map, flags) = (view(&piece.delta.map), view(&piece.delta.flags));
            let resources = [
                uniform.as_entire_binding(),
                wgpu::BindingResource::TextureView(&map),
                wgpu::BindingResource::TextureView(&flags),
                piece.delta.records.as_entire_binding(),
                state.as_entire_binding(),
            ];
            let entries: Vec<_> = (0..)
                .zip(resources)
                .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                .collect();
            let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("temporal"),
                layout: &self.groups,
                entries: &entries,
            });
            let descriptor = wgpu::CommandEncoderDescriptor { label: Some("temporal") };
            let mut encoder = device.create_command_encoder(&descriptor);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: Some("temporal"),
                timestamp_writes: None,
            });
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(part.width.div_ceil(WORKGROUP.0), part.height.div_ceil(WORKGROUP.1), 1);
            drop(pass);
            gpu.queue().submit([encoder.finish()]);
        })
    }
}

/// To add the pixels `part` of `piece` to the state of `window`.
fn params(piece: &Compared<'_>, part: Window, window: Window) -> Params {
    let place =
        |x: i64, y: i64, within: Window| [(x - i64::from(within.x)) as u32, (y - i64::from(within.y)) as u32];
    let start = |window: Window| (i64::from(window.x), i64::from(window.y));
    let covered = piece.covered.intersection(&piece.window);
    let (covered_from, covered_to) = if covered.is_empty() {
        ([0; 2], [0; 2])
    } else {
        let (x, y) = start(covered);
        let end = (x + i64::from(covered.width), y + i64::from(covered.height));
        (place(x, y, piece.window), place(end.0, end.1, piece.window))
    };
    let (x, y) = start(part);
    Params {
        size: [part.width, part.height],
        map_at: place(x, y, piece.window),
        state_at: place(x, y, window),
        state_size: [window.width, window.height],
        covered_from,
        covered_to,
        tile_columns: piece.window.width.div_ceil(TILE),
        rank: piece.rank,
    }
}

/// The shader's bindings.
fn bindings() -> Vec<wgpu::BindGroupLayoutEntry> {
    let texture = |sample_type| wgpu::BindingType::Texture {
        sample_type,
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let buffer = |ty| wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    let storage = |read_only| buffer(wgpu::BufferBindingType::Storage { read_only });
    let types = [
        buffer(wgpu::BufferBindingType::Uniform),
        texture(wgpu::TextureSampleType::Float { filterable: false }),
        texture(wgpu::TextureSampleType::Uint),
        storage(true),
        storage(false),
    ];
    numbered(types)
}

#[cfg(test)]
mod tests {
    use super::{Params, bindings, temporal_source};
    use crate::gpu::bindings::assert_bindings;
    use crate::gpu::shader::assert_layout;

    #[test]
    fn the_pass_binds_what_the_shader_declares() {
        assert_bindings(&temporal_source(), &bindings());
    }

    #[test]
    fn params_have_one_layout() {
        assert_layout!(
            Params,
            temporal_source(),
            [size, map_at, state_at, state_size, covered_from, covered_to, tile_columns, rank]
        );
    }
}
