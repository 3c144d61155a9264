//! What the passes work in and write to.

use super::REACH;
use super::params::stride;
use crate::gpu::{Error, Gpu};
use crate::image::Window;
use crate::metric::flip::{FlipOptions, constants};

/// Values per pixel between the two passes: seven filters of two sides, and whether they differ.
const PLANES: u64 = 15;
/// Most bytes of them: rows are done in bands.
const MOST_BYTES: u64 = 96 << 20;
/// Most rows of a band where the adapter is software: it takes nothing else meanwhile.
const SOFTWARE_BAND: u32 = 32;
/// Rows of a texture in a buffer start at multiples of this many bytes.
const ROW_PITCH: u32 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT;

/// Room for one comparison and its result. Reusable for windows of the same size with the same
/// pixels per degree.
#[derive(Debug)]
pub struct GpuFlip {
    /// Columns and rows.
    pub size: (u32, u32),
    /// `R32Float`: the error of each pixel of the window, 0..=1.
    pub map: wgpu::Texture,
    /// Rows done at a time.
    pub(super) band: u32,
    /// Pixels that the filters look to a side.
    pub(super) radius: u32,
    pub(super) taps: wgpu::Buffer,
    /// What the first pass leaves to the second, of a band and the rows around it.
    pub(super) filtered: wgpu::Buffer,
    /// Largest errors so far, of a band.
    pub(super) best: wgpu::Buffer,
}

impl GpuFlip {
    /// Makes room for the errors over `window`.
    ///
    /// # Errors
    /// When a side is over the adapter's limit, the rows that the filters need at once are over its
    /// limit of a buffer, or its memory is full.
    pub fn new(gpu: &Gpu, window: Window, options: &FlipOptions) -> Result<Self, Error> {
        let (width, height) = (window.width, window.height);
        let constants = constants(options);
        let radius = constants.filters.radius as u32;
        let limits = gpu.device().limits();
        let most = MOST_BYTES.min(limits.max_storage_buffer_binding_size).min(limits.max_buffer_size);
        let row = u64::from(width) * 4 * PLANES;
        let rows = (most / row.max(1)).min(u64::from(limits.max_compute_workgroups_per_dimension));
        let limit = gpu.max_side();
        let fits = u64::from(2 * radius) < rows && constants.filters.radius <= REACH;
        if width > limit || height > limit || window.is_empty() || !fits {
            return Err(Error::TooLarge { width, height, limit, adapter: gpu.adapter_name().to_owned() });
        }
        let band = height.min(rows as u32 - 2 * radius);
        let band = if gpu.is_software() { band.min(SOFTWARE_BAND) } else { band };
        let taps: Vec<f32> = constants
            .filters
            .all()
            .into_iter()
            .flat_map(|taps| (0..stride(&constants)).map(|k| taps.get(k).copied().unwrap_or(0.0)))
            .collect();
        let bytes = u64::from(band + 2 * radius) * row;
        let made = gpu.guarded(bytes + window.pixels() * 4, || {
            use wgpu::BufferUsages as Usage;
            let buffer = |label, size, usage| {
                let descriptor =
                    wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
                gpu.device().create_buffer(&descriptor)
            };
            Self {
                size: (width, height),
                map: texture(gpu, window),
                band,
                radius,
                taps: buffer("flip taps", taps.len() as u64 * 4, Usage::STORAGE | Usage::COPY_DST),
                filtered: buffer("flip filtered", bytes, Usage::STORAGE),
                best: buffer("flip best", u64::from(band) * u64::from(width) * 4, Usage::STORAGE),
            }
        })?;
        gpu.queue().write_buffer(&made.taps, 0, bytemuck::cast_slice(&taps));
        Ok(made)
    }

    /// The errors, row by row. Waits for the device: not for the thread that draws.
    ///
    /// # Errors
    /// When the device fails.
    pub fn read(&self, gpu: &Gpu) -> Result<Vec<f32>, Error> {
        let (width, height) = self.size;
        let pitch = (width * 4).next_multiple_of(ROW_PITCH);
        let size = u64::from(pitch) * u64::from(height);
        let buffer = gpu.guarded(size, || {
            let buffer = gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("flip read back"),
                size,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let layout =
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(pitch), rows_per_image: None };
            let target = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout };
            encoder.copy_texture_to_buffer(self.map.as_image_copy(), target, self.map.size());
            gpu.queue().submit([encoder.finish()]);
            buffer
        })?;
        gpu.read(&[(&buffer, size)], |bytes| {
            let rows = bytes[0].chunks(pitch as usize).map(|row| &row[..width as usize * 4]);
            rows.flat_map(bytemuck::pod_collect_to_vec::<u8, f32>).collect()
        })
    }
}

fn texture(gpu: &Gpu, window: Window) -> wgpu::Texture {
    gpu.device().create_texture(&wgpu::TextureDescriptor {
        label: Some("flip map"),
        size: wgpu::Extent3d { width: window.width, height: window.height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::R32Float,
        usage: wgpu::TextureUsages::STORAGE_BINDING
            | wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    })
}
