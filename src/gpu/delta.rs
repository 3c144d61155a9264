//! The delta pass: two planes in, a value and flags per pixel and a record per tile out.
//!
//! Shader: `shaders/delta.wgsl` and its parts in `shaders/delta/`. CPU twin: [`crate::metric::rectangle_map`]. What f32 cannot decide
//! is marked in the record ([`super::TILE_DOUBT`]) and settled by [`super::GpuBackend`]; a viewer
//! may draw `map` and `flags` as they are.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::shader::{metric_code, numbered, type_code, with_prelude};
use super::threshold::Threshold;
use super::tile::{Records, TILE, tile_grid};
use super::{Error, Gpu, GpuPlane};
use crate::image::{SampleType, Window};
use crate::metric::{NonFinite, Rule};

/// Most channels of one AOV that the pass compares.
pub const MAX_CHANNELS: usize = 4;

/// The WGSL source of the pass: its parts in an order for those who read the whole, since WGSL asks for
/// none.
pub fn delta_source() -> String {
    with_prelude(concat!(
        include_str!("../../shaders/delta.wgsl"),
        include_str!("../../shaders/delta/pixel.wgsl"),
        include_str!("../../shaders/delta/angle.wgsl"),
    ))
}

/// The same struct in the shader; a test below compares the two layouts.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Params {
    pub width: u32,
    pub height: u32,
    pub first_row: u32,
    pub tile_columns: u32,
    pub a_offset: [i32; 2],
    pub b_offset: [i32; 2],
    pub a_size: [i32; 2],
    pub b_size: [i32; 2],
    pub abs_low: f32,
    pub rel_low: f32,
    pub abs_high: f32,
    pub rel_high: f32,
    pub floor: f32,
    pub share: f32,
    pub exact: u32,
    pub never_equal: u32,
    pub ulps: u32,
    pub unused: u32,
}

/// One comparison for [`DeltaPass::record`]; as [`crate::metric::Pair`], with planes on the device.
#[derive(Clone, Copy, Debug)]
pub struct DeltaJob<'a> {
    /// What is judged: a.
    pub candidate: &'a GpuPlane,
    /// What it is judged by: b.
    pub reference: &'a GpuPlane,
    /// (index in candidate, index in reference), 1 to [`MAX_CHANNELS`].
    pub channels: &'a [(usize, usize)],
    /// The pixels that are compared.
    pub window: Window,
    /// Metric and tolerance.
    pub rule: &'a Rule,
}

impl DeltaJob<'_> {
    /// The sample type of all compared channels, where the pass can do this job: one type on both
    /// sides, at most [`MAX_CHANNELS`] channels, a rule that f32 can hold. Else the CPU must.
    pub fn supported(&self) -> Option<SampleType> {
        Threshold::new(self.rule)?;
        let sides = self
            .channels
            .iter()
            .map(|&(a, b)| (self.candidate.channels[a].sample_type, self.reference.channels[b].sample_type));
        common_type(sides)
    }
}

/// The one type of all channels of both sides, if there is one and the channels are few enough.
pub(super) fn common_type(
    sides: impl ExactSizeIterator<Item = (SampleType, SampleType)>,
) -> Option<SampleType> {
    if sides.len() > MAX_CHANNELS {
        return None;
    }
    let mut types = sides.flat_map(|(a, b)| [a, b]);
    let first = types.next()?;
    types.all(|t| t == first).then_some(first)
}

/// What the pass writes. Reusable for every window of the same size.
#[derive(Debug)]
pub struct GpuDelta {
    /// Columns and rows.
    pub size: (u32, u32),
    /// `R32Float`: the metric's value of each pixel of the window.
    pub map: wgpu::Texture,
    /// `R32Uint`: [`crate::metric`]'s `FLAG_*` of each pixel.
    pub flags: wgpu::Texture,
    /// [`super::Records`]: a histogram, and one [`super::Tile`] per 16×16 pixels, row by row.
    pub records: wgpu::Buffer,
}

impl GpuDelta {
    /// Makes room for the results over `window`.
    ///
    /// # Errors
    /// When a side is over the adapter's limit, or its memory is full.
    pub fn new(gpu: &Gpu, window: Window) -> Result<Self, Error> {
        let (width, height) = (window.width, window.height);
        let limit = gpu.max_side();
        if width > limit || height > limit || window.is_empty() {
            return Err(Error::TooLarge { width, height, limit, adapter: gpu.adapter_name().to_owned() });
        }
        let (columns, rows) = tile_grid(window);
        let texture = |label, format| {
            gpu.device().create_texture(&wgpu::TextureDescriptor {
                label: Some(label),
                size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::STORAGE_BINDING
                    | wgpu::TextureUsages::TEXTURE_BINDING
                    | wgpu::TextureUsages::COPY_SRC,
                view_formats: &[],
            })
        };
        let bytes = Records::size(u64::from(columns) * u64::from(rows));
        gpu.guarded(window.pixels() * 8 + bytes, || Self {
            size: (width, height),
            map: texture("delta map", wgpu::TextureFormat::R32Float),
            flags: texture("delta flags", wgpu::TextureFormat::R32Uint),
            records: gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("delta records"),
                size: bytes,
                usage: wgpu::BufferUsages::STORAGE
                    | wgpu::BufferUsages::COPY_SRC
                    | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        })
    }
}

/// The compiled pass. Make one per [`Gpu`] and keep it.
#[derive(Debug)]
pub struct DeltaPass {
    gpu: Gpu,
    module: wgpu::ShaderModule,
    groups: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
    /// One per (metric, sample type, channels), compiled when first asked for.
    pipelines: Mutex<BTreeMap<(u32, u32, u32), wgpu::ComputePipeline>>,
}

impl DeltaPass {
    /// Compiles the shader.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn new(gpu: &Gpu) -> Result<Self, Error> {
        let device = gpu.device();
        gpu.guarded(0, || {
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some("delta"),
                source: wgpu::ShaderSource::Wgsl(delta_source().into()),
            });
            let groups = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("delta"),
                entries: &bindings(),
            });
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("delta"),
                bind_group_layouts: &[Some(&groups)],
                ..Default::default()
            });
            Self { gpu: gpu.clone(), module, groups, layout, pipelines: Mutex::default() }
        })
    }

    /// Records the comparison of the tile rows `rows` (all of them: `0..u32::MAX`) into `encoder`;
    /// with the first row the counting of `target`'s records begins anew. Where the adapter is software, submit in bands of rows: it takes nothing else meanwhile.
    ///
    /// # Errors
    /// When the device refuses.
    ///
    /// # Panics
    /// When the job is not [`DeltaJob::supported`], or `target` has another size than its window.
    pub fn record(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        job: &DeltaJob<'_>,
        target: &GpuDelta,
        rows: Range<u32>,
    ) -> Result<(), Error> {
        let sample_type = job.supported().expect("callers ask `supported` first");
        assert_eq!(target.size, (job.window.width, job.window.height), "the target fits the window");
        let (columns, all_rows) = tile_grid(job.window);
        let rows = rows.start.min(all_rows)..rows.end.min(all_rows);
        if rows.is_empty() {
            return Ok(());
        }
        self.gpu.guarded(0, || {
            let key = (metric_code(job.rule.metric), type_code(sample_type), job.channels.len() as u32);
            let pipeline = self.pipeline(key);
            let group = self.bind(job, target, rows.start);
            if rows.start == 0 {
                encoder.clear_buffer(&target.records, 0, Some(Records::BINS as u64));
            }
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: Some("delta"),
                timestamp_writes: None,
            });
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(columns, rows.end - rows.start, 1);
        })
    }

    fn pipeline(&self, key: (u32, u32, u32)) -> wgpu::ComputePipeline {
        let mut pipelines = self.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let (metric, sample_type, channels) = key;
            self.gpu.device().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some("delta"),
                layout: Some(&self.layout),
                module: &self.module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &[
                        ("metric", metric.into()),
                        ("sample_type", sample_type.into()),
                        ("channels", channels.into()),
                    ],
                    ..Default::default()
                },
                cache: None,
            })
        };
        pipelines.entry(key).or_insert_with(make).clone()
    }

    fn bind(&self, job: &DeltaJob<'_>, target: &GpuDelta, first_row: u32) -> wgpu::BindGroup {
        let device = self.gpu.device();
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("delta params"),
            size: size_of::<Params>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.gpu.queue().write_buffer(&uniform, 0, bytemuck::bytes_of(&params(job, first_row)));
        let view = |t: &wgpu::Texture| t.create_view(&wgpu::TextureViewDescriptor::default());
        let (map, flags) = (view(&target.map), view(&target.flags));
        // Slots past the last channel repeat it: bound, never read.
        let channel = |slot: usize| job.channels[slot.min(job.channels.len() - 1)];
        let sides = (0..MAX_CHANNELS)
            .map(|slot| &job.candidate.channels[channel(slot).0].view)
            .chain((0..MAX_CHANNELS).map(|slot| &job.reference.channels[channel(slot).1].view));
        let mut resources = vec![uniform.as_entire_binding()];
        resources.extend(sides.map(wgpu::BindingResource::TextureView));
        resources.push(wgpu::BindingResource::TextureView(&map));
        resources.push(wgpu::BindingResource::TextureView(&flags));
        resources.push(target.records.as_entire_binding());
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("delta"),
            layout: &self.groups,
            entries: &entries,
        })
    }
}

fn params(job: &DeltaJob<'_>, first_row: u32) -> Params {
    let threshold = Threshold::new(job.rule).expect("callers ask `supported` first");
    let (a, b, window) = (job.candidate.data_window, job.reference.data_window, job.window);
    let size = |w: Window| [w.width as i32, w.height as i32];
    let offset = |w: Window| [window.x - w.x, window.y - w.y];
    Params {
        width: window.width,
        height: window.height,
        first_row,
        tile_columns: window.width.div_ceil(TILE),
        a_offset: offset(a),
        b_offset: offset(b),
        a_size: size(a),
        b_size: size(b),
        abs_low: threshold.abs_low,
        rel_low: threshold.rel_low,
        abs_high: threshold.abs_high,
        rel_high: threshold.rel_high,
        floor: threshold.floor,
        share: 1.0 / job.channels.len() as f32,
        exact: threshold.exact.into(),
        never_equal: (job.rule.non_finite == NonFinite::NeverEqual).into(),
        ulps: threshold.ulps,
        unused: 0,
    }
}

/// The shader's bindings. Written out, since a layout that a pipeline deduces for itself fits that
/// one pipeline alone; a mismatch fails when the pipeline is made.
fn bindings() -> Vec<wgpu::BindGroupLayoutEntry> {
    let texture = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Uint,
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let storage = |format| wgpu::BindingType::StorageTexture {
        access: wgpu::StorageTextureAccess::WriteOnly,
        format,
        view_dimension: wgpu::TextureViewDimension::D2,
    };
    let buffer = |ty| wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    let mut types = vec![buffer(wgpu::BufferBindingType::Uniform)];
    types.extend([texture; 2 * MAX_CHANNELS]);
    types.push(storage(wgpu::TextureFormat::R32Float));
    types.push(storage(wgpu::TextureFormat::R32Uint));
    types.push(buffer(wgpu::BufferBindingType::Storage { read_only: false }));
    numbered(types)
}

#[cfg(test)]
mod tests {
    use super::Params;
    use super::{bindings, delta_source};
    use crate::gpu::bindings::assert_bindings;
    use crate::gpu::shader::assert_layout;

    #[test]
    fn the_pass_binds_what_the_shader_declares() {
        assert_bindings(&delta_source(), &bindings());
    }

    #[test]
    fn params_have_one_layout() {
        assert_layout!(
            Params,
            delta_source(),
            [
                width,
                height,
                first_row,
                tile_columns,
                a_offset,
                b_offset,
                a_size,
                b_size,
                abs_low,
                rel_low,
                abs_high,
                rel_high,
                floor,
                share,
                exact,
                never_equal,
                ulps,
                unused,
            ]
        );
    }
}
