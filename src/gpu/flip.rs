//! The ꟻLIP passes: two planes in, an error per pixel out.
//!
//! Shader: `shaders/flip.wgsl`. CPU twin: [`crate::metric::flip::flip_map`]. Errors are within
//! [`FLIP_SLACK`] of the twin's, and 0 wherever a pixel's neighbourhood is equal on both sides; what
//! has to be exact is settled with [`crate::metric::flip::flip_rectangle`].

mod params;
mod settle;
mod target;

use std::sync::OnceLock;

use self::params::{Params, params};
use super::shader::{numbered, with_prelude};
use super::{Error, Gpu, GpuPlane};
use crate::image::{SampleType, Window};
use crate::metric::flip::{ExposureRange, FlipOptions, constants};
pub(super) use settle::flip_errors;
pub use target::GpuFlip;

/// Most by which an error of the GPU and one of the CPU differ: where both sides are nearly equal, what
/// is left of the colours' difference is rounding, and ꟻLIP's powers make much of little. Seen are 7e-5
/// on colours and 1.5e-4 on depths.
pub const FLIP_SLACK: f32 = 1e-3;

/// Columns of a workgroup of the pass along x, as the shader says.
const COLUMNS: u32 = 128;
/// Most pixels that the filters may look to a side, as the shader says.
const REACH: usize = 136;
/// Columns and rows of a workgroup of the pass along y, as the shader says.
const GROUP: (u32, u32) = (64, 4);

/// The WGSL source of the passes.
pub fn flip_source() -> String {
    with_prelude(include_str!("../../shaders/flip.wgsl"))
}

/// One comparison, with planes on the device. Their files give every pixel of the window: what cannot
/// be read is not told to a device, so that such pairs are the CPU's.
#[derive(Clone, Copy, Debug)]
pub struct FlipJob<'a> {
    /// What is judged: a.
    pub candidate: &'a GpuPlane,
    /// What it is judged by: b.
    pub reference: &'a GpuPlane,
    /// (index in candidate, index in reference) of red, green and blue, see
    /// [`crate::metric::flip::channels`].
    pub channels: [(usize, usize); 3],
    /// The pixels that both sides have and whose errors are wanted; not empty.
    pub window: Window,
    /// How the pictures are looked at.
    pub options: FlipOptions,
    /// The exposures, see [`crate::metric::flip::range()`]; `None` for LDR.
    pub range: Option<ExposureRange>,
}

impl FlipJob<'_> {
    /// Sample types of candidate and reference, where the passes can do this job: one type on each
    /// side. Else the CPU must.
    pub fn supported(&self) -> Option<[SampleType; 2]> {
        let inside = |plane: &GpuPlane| self.window.intersection(&plane.data_window) == self.window;
        if self.window.is_empty() || !inside(self.candidate) || !inside(self.reference) {
            return None;
        }
        let types = |plane: &GpuPlane, indices: [usize; 3]| {
            let [first, second, third] = indices.map(|i| plane.channels[i].sample_type);
            (first == second && second == third && first != SampleType::U32).then_some(first)
        };
        Some([
            types(self.candidate, self.channels.map(|(a, _)| a))?,
            types(self.reference, self.channels.map(|(_, b)| b))?,
        ])
    }
}

/// The passes, compiled for the first job: most runs have none. Make one per [`Gpu`] and keep it.
#[derive(Debug)]
pub struct FlipPass {
    gpu: Gpu,
    compiled: OnceLock<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    groups: wgpu::BindGroupLayout,
    along_x: wgpu::ComputePipeline,
    along_y: wgpu::ComputePipeline,
}

impl FlipPass {
    /// Asks nothing of the device yet.
    pub fn new(gpu: &Gpu) -> Self {
        Self { gpu: gpu.clone(), compiled: OnceLock::new() }
    }

    /// The shader, compiled once.
    ///
    /// # Errors
    /// When the device refuses it.
    fn compiled(&self) -> Result<&Compiled, Error> {
        match self.compiled.get() {
            Some(compiled) => Ok(compiled),
            None => {
                let compiled = self.compile()?;
                Ok(self.compiled.get_or_init(|| compiled))
            }
        }
    }

    fn compile(&self) -> Result<Compiled, Error> {
        let device = self.gpu.device();
        self.gpu.guarded(0, || {
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some("flip"),
                source: wgpu::ShaderSource::Wgsl(flip_source().into()),
            });
            let groups = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("flip"),
                entries: &bindings(),
            });
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("flip"),
                bind_group_layouts: &[Some(&groups)],
                ..Default::default()
            });
            let pipeline = |entry_point| {
                device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(entry_point),
                    layout: Some(&layout),
                    module: &module,
                    entry_point: Some(entry_point),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    cache: None,
                })
            };
            let (along_x, along_y) = (pipeline("along_x"), pipeline("along_y"));
            Compiled { groups, along_x, along_y }
        })
    }

    /// Submits the whole job, in bands of rows and one exposure at a time, so that no submission takes
    /// long: errors stand in `target` when the queue is done.
    ///
    /// # Errors
    /// When the device refuses the shader or the job.
    ///
    /// # Panics
    /// When the job is not [`FlipJob::supported`], or `target` was made for another size or other
    /// options.
    pub fn run(&self, job: &FlipJob<'_>, target: &GpuFlip) -> Result<(), Error> {
        assert_eq!(target.size, (job.window.width, job.window.height), "the target fits the window");
        let constants = constants(&job.options);
        assert_eq!(target.radius as usize, constants.filters.radius, "the target fits the options");
        let scales: Vec<Option<f32>> = match job.range {
            None => vec![None],
            Some(range) => range.scales().into_iter().map(Some).collect(),
        };
        let compiled = self.compiled()?;
        let height = job.window.height;
        for first in (0..height).step_by(target.band as usize) {
            let rows = target.band.min(height - first);
            for (exposure, scale) in scales.iter().enumerate() {
                let params = params(job, &constants, (first, rows), *scale, exposure == 0);
                let commands = self.gpu.guarded(0, || self.record(compiled, job, target, (&params, rows)))?;
                self.gpu.queue().submit([commands]);
            }
        }
        self.gpu.check()
    }

    /// Both passes over a band of `rows` rows at one exposure.
    fn record(
        &self,
        compiled: &Compiled,
        job: &FlipJob<'_>,
        target: &GpuFlip,
        (params, rows): (&Params, u32),
    ) -> wgpu::CommandBuffer {
        let width = job.window.width;
        let groups_x = (width.div_ceil(COLUMNS), rows + 2 * target.radius);
        let groups_y = (width.div_ceil(GROUP.0), rows.div_ceil(GROUP.1));
        let group = self.bind(&compiled.groups, job, target, params);
        let descriptor = wgpu::CommandEncoderDescriptor { label: Some("flip") };
        let mut encoder = self.gpu.device().create_command_encoder(&descriptor);
        for (pipeline, groups) in [(&compiled.along_x, groups_x), (&compiled.along_y, groups_y)] {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(groups.0, groups.1, 1);
        }
        encoder.finish()
    }

    fn bind(
        &self,
        layout: &wgpu::BindGroupLayout,
        job: &FlipJob<'_>,
        target: &GpuFlip,
        params: &Params,
    ) -> wgpu::BindGroup {
        let device = self.gpu.device();
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("flip params"),
            size: size_of::<Params>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.gpu.queue().write_buffer(&uniform, 0, bytemuck::bytes_of(params));
        let map = target.map.create_view(&wgpu::TextureViewDescriptor::default());
        let sides = (job.channels.iter().map(|&(a, _)| &job.candidate.channels[a].view))
            .chain(job.channels.iter().map(|&(_, b)| &job.reference.channels[b].view));
        let mut resources = vec![uniform.as_entire_binding(), target.taps.as_entire_binding()];
        resources.extend(sides.map(wgpu::BindingResource::TextureView));
        resources.push(target.filtered.as_entire_binding());
        resources.push(target.best.as_entire_binding());
        resources.push(wgpu::BindingResource::TextureView(&map));
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("flip"),
            layout,
            entries: &entries,
        })
    }
}

/// The shader's bindings; a mismatch fails when the pipelines are made.
fn bindings() -> Vec<wgpu::BindGroupLayoutEntry> {
    let texture = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Uint,
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let buffer = |ty| wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    let storage = |read_only| buffer(wgpu::BufferBindingType::Storage { read_only });
    let mut types = vec![buffer(wgpu::BufferBindingType::Uniform), storage(true)];
    types.extend([texture; 6]);
    types.extend([storage(false), storage(false)]);
    types.push(wgpu::BindingType::StorageTexture {
        access: wgpu::StorageTextureAccess::WriteOnly,
        format: wgpu::TextureFormat::R32Float,
        view_dimension: wgpu::TextureViewDimension::D2,
    });
    numbered(types)
}
