//! Stored values of some pixels of a plane on the device, exact to the bit.
//!
//! Shader: `shaders/gather.wgsl`. Twin: [`crate::image::Plane::pixel`].

use super::shader::with_prelude;
use super::{Error, Gpu, GpuPlane};
use crate::image::{Sample, SampleType};

/// Invocations in one workgroup, as the shader says.
const WORKGROUP: u32 = 64;
/// Workgroups in one row of them.
const ROW: u32 = 1024;

/// The WGSL source of the pass.
pub fn gather_source() -> String {
    with_prelude(include_str!("../../shaders/gather.wgsl"))
}

/// The same struct in the shader; a test below compares the two layouts.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Params {
    count: u32,
    offset: u32,
    row: u32,
    unused: u32,
}

/// The compiled pass. Make one per [`Gpu`] and keep it.
#[derive(Debug)]
pub struct GatherPass {
    gpu: Gpu,
    groups: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

impl GatherPass {
    /// Compiles the shader.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn new(gpu: &Gpu) -> Result<Self, Error> {
        let device = gpu.device();
        gpu.guarded(0, || {
            let groups = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("gather"),
                entries: &bindings(),
            });
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("gather"),
                bind_group_layouts: &[Some(&groups)],
                ..Default::default()
            });
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some("gather"),
                source: wgpu::ShaderSource::Wgsl(gather_source().into()),
            });
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some("gather"),
                layout: Some(&layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            Self { gpu: gpu.clone(), groups, pipeline }
        })
    }

    /// The stored values of all channels at absolute pixels; `None` outside the data window.
    /// Waits for the device: not for the thread that draws.
    ///
    /// # Errors
    /// When the device fails.
    pub fn gather(&self, plane: &GpuPlane, pixels: &[(i32, i32)]) -> Result<Vec<Option<Vec<Sample>>>, Error> {
        let window = plane.data_window;
        let texel = |&(x, y): &(i32, i32)| -> Option<[u32; 2]> {
            let inside = window.contains(x, y);
            inside.then(|| [x.wrapping_sub(window.x) as u32, y.wrapping_sub(window.y) as u32])
        };
        let texels: Vec<Option<[u32; 2]>> = pixels.iter().map(texel).collect();
        let points: Vec<[u32; 2]> = texels.iter().flatten().copied().collect();
        if points.is_empty() {
            return Ok(vec![None; pixels.len()]);
        }
        let bits = self.stored_bits(plane, &points)?;
        let mut found = 0..points.len();
        let pixel = |texel: &Option<[u32; 2]>| {
            texel.and_then(|_| found.next()).map(|i| {
                let channels = plane.channels.iter().enumerate();
                channels.map(|(c, ch)| sample(ch.sample_type, bits[c * points.len() + i])).collect()
            })
        };
        Ok(texels.iter().map(pixel).collect())
    }

    /// For each channel, the bits at each point.
    fn stored_bits(&self, plane: &GpuPlane, points: &[[u32; 2]]) -> Result<Vec<u32>, Error> {
        let device = self.gpu.device();
        let count = points.len() as u64;
        let bytes = count * plane.channels.len() as u64 * 4;
        let buffer = |label, size, usage| {
            let descriptor =
                wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
            device.create_buffer(&descriptor)
        };
        use wgpu::BufferUsages as Usage;
        let read = self.gpu.guarded(bytes * 2 + count * 8, || {
            let at = buffer("points", count * 8, Usage::STORAGE | Usage::COPY_DST);
            self.gpu.queue().write_buffer(&at, 0, bytemuck::cast_slice(points));
            let out = buffer("stored bits", bytes, Usage::STORAGE | Usage::COPY_SRC);
            let read = buffer("stored bits read back", bytes, Usage::MAP_READ | Usage::COPY_DST);
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            for (index, channel) in plane.channels.iter().enumerate() {
                let params = Params {
                    count: points.len() as u32,
                    offset: (index * points.len()) as u32,
                    row: ROW * WORKGROUP,
                    unused: 0,
                };
                let size = size_of::<Params>() as u64;
                let uniform = buffer("gather params", size, Usage::UNIFORM | Usage::COPY_DST);
                self.gpu.queue().write_buffer(&uniform, 0, bytemuck::bytes_of(&params));
                self.record(&mut encoder, [&uniform, &at, &out], &channel.view, params.count);
            }
            encoder.copy_buffer_to_buffer(&out, 0, &read, 0, bytes);
            self.gpu.queue().submit([encoder.finish()]);
            read
        })?;
        self.gpu.read(&[(&read, bytes)], |bytes| bytemuck::pod_collect_to_vec(bytes[0]))
    }

    fn record(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        [uniform, points, out]: [&wgpu::Buffer; 3],
        channel: &wgpu::TextureView,
        count: u32,
    ) {
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        let group = self.gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("gather"),
            layout: &self.groups,
            entries: &[
                entry(0, uniform.as_entire_binding()),
                entry(1, points.as_entire_binding()),
                entry(2, wgpu::BindingResource::TextureView(channel)),
                entry(3, out.as_entire_binding()),
            ],
        });
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &group, &[]);
        let groups = count.div_ceil(WORKGROUP);
        pass.dispatch_workgroups(groups.min(ROW), groups.div_ceil(ROW), 1);
    }
}

/// The shader's bindings; a test below compares the two.
fn bindings() -> [wgpu::BindGroupLayoutEntry; 4] {
    use wgpu::BufferBindingType::{Storage, Uniform};
    let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty,
        count: None,
    };
    let buffer = |ty| wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    let texture = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Uint,
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    [
        entry(0, buffer(Uniform)),
        entry(1, buffer(Storage { read_only: true })),
        entry(2, texture),
        entry(3, buffer(Storage { read_only: false })),
    ]
}

fn sample(sample_type: SampleType, bits: u32) -> Sample {
    match sample_type {
        SampleType::U8 => Sample::U8(bits as u8),
        SampleType::U16 => Sample::U16(bits as u16),
        SampleType::F16 => Sample::F16(half::f16::from_bits(bits as u16)),
        SampleType::U32 => Sample::U32(bits),
        SampleType::F32 => Sample::F32(f32::from_bits(bits)),
    }
}

#[cfg(test)]
mod tests {
    use super::Params;
    use super::{bindings, gather_source};
    use crate::gpu::bindings::assert_bindings;
    use crate::gpu::shader::assert_layout;

    #[test]
    fn the_pass_binds_what_the_shader_declares() {
        assert_bindings(&gather_source(), &bindings());
    }

    #[test]
    fn params_have_one_layout() {
        assert_layout!(Params, gather_source(), [count, offset, row, unused]);
    }
}
