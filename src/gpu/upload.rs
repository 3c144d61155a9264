//! A plane on the device: one texture of stored bits per channel.
//!
//! Every texture holds unsigned integers (`R8Uint`, `R16Uint`, `R32Uint`) whatever the sample
//! type, floats too: the bits arrive as stored, no texture unit flushes a denormal or rewrites a
//! NaN, one binding layout serves all types, and the same texture serves values, ids and
//! gathering. Shaders turn bits into values with `sample_bits` of `shaders/prelude.wgsl`.

use super::{Error, Gpu};
use crate::image::{Plane, SampleType, Window};

/// One channel on the device.
#[derive(Clone, Debug)]
pub struct GpuChannel {
    /// Component name as the file spells it.
    pub name: String,
    /// Stored type: how to read the bits.
    pub sample_type: SampleType,
    /// As wide and high as the data window; `texture_2d<u32>` in a shader.
    pub texture: wgpu::Texture,
    /// A view of all of it.
    pub view: wgpu::TextureView,
}

/// One decoded AOV of one frame on the device. Clones share the textures.
#[derive(Clone, Debug)]
pub struct GpuPlane {
    /// The pixels that are there: texel (0, 0) is its first.
    pub data_window: Window,
    /// The picture that was meant.
    pub display_window: Window,
    /// In the plane's order.
    pub channels: Vec<GpuChannel>,
}

impl GpuPlane {
    /// Copies all channels of `plane` to the device. The copy is done before anything that is
    /// submitted later.
    ///
    /// # Errors
    /// When a side is over the adapter's limit, or its memory is full.
    pub fn upload(gpu: &Gpu, plane: &Plane) -> Result<Self, Error> {
        let window = plane.data_window;
        let mut channels = Vec::with_capacity(plane.channels.len());
        for channel in &plane.channels {
            let sample_type = channel.samples.sample_type();
            let texture = create_texture(gpu, window, sample_type)?;
            write_texture(gpu, &texture, channel.samples.as_bytes(), sample_type);
            let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
            channels.push(GpuChannel { name: channel.name.clone(), sample_type, texture, view });
        }
        gpu.check()?;
        Ok(Self { data_window: window, display_window: plane.display_window, channels })
    }

    /// Bytes of device memory that the textures take.
    pub fn size_bytes(&self) -> u64 {
        let pixel: u64 = self.channels.iter().map(|c| c.sample_type.bytes() as u64).sum();
        self.data_window.pixels() * pixel
    }
}

/// The texture format that holds a sample type's bits.
pub const fn bits_format(sample_type: SampleType) -> wgpu::TextureFormat {
    match sample_type.bytes() {
        1 => wgpu::TextureFormat::R8Uint,
        2 => wgpu::TextureFormat::R16Uint,
        _ => wgpu::TextureFormat::R32Uint,
    }
}

/// A texture for the bits of one channel of `window`'s size.
pub(super) fn create_texture(
    gpu: &Gpu,
    window: Window,
    sample_type: SampleType,
) -> Result<wgpu::Texture, Error> {
    let limit = gpu.max_side();
    let (width, height) = (window.width, window.height);
    if width > limit || height > limit || window.is_empty() {
        return Err(Error::TooLarge { width, height, limit, adapter: gpu.adapter_name().to_owned() });
    }
    gpu.guarded(window.pixels() * sample_type.bytes() as u64, || {
        gpu.device().create_texture(&wgpu::TextureDescriptor {
            label: Some("channel"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: bits_format(sample_type),
            usage: wgpu::TextureUsages::TEXTURE_BINDING
                | wgpu::TextureUsages::COPY_DST
                | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        })
    })
}

/// Fills `texture` with `bytes`, row by row.
pub(super) fn write_texture(gpu: &Gpu, texture: &wgpu::Texture, bytes: &[u8], sample_type: SampleType) {
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(texture.width() * sample_type.bytes() as u32),
        rows_per_image: None,
    };
    gpu.queue().write_texture(texture.as_image_copy(), bytes, layout, texture.size());
}
