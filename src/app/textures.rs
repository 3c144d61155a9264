//! Planes and maps on the device: one texture a channel, in the stored type, within a byte budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui_wgpu::wgpu;

use super::canvas::Heat;
use crate::image::{ColorMap, SampleType};
use crate::load::Decoded;

/// Bytes of textures that may be kept.
const BUDGET: u64 = 1 << 30;

/// One plane or map on the device.
pub(super) struct Uploaded {
    /// Channels stored as floats.
    pub floats: Vec<Option<wgpu::TextureView>>,
    /// Channels stored as integers.
    pub uints: Vec<Option<wgpu::TextureView>>,
    bytes: u64,
}

/// All of them.
pub(super) struct Textures {
    entries: BTreeMap<(bool, u64), (u64, Arc<Uploaded>)>,
    clock: u64,
    bytes: u64,
    /// Bound where there is no channel.
    pub no_float: wgpu::TextureView,
    /// Bound where there is no channel.
    pub no_uint: wgpu::TextureView,
    /// The colour maps, a row each.
    pub lut: wgpu::TextureView,
}

impl Textures {
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let format = wgpu::TextureFormat::Rgba8Unorm;
        let maps = [ColorMap::for_delta(false), ColorMap::for_delta(true)];
        let colours: Vec<u8> = maps.iter().flat_map(|map| map.lut()).flatten().collect();
        Self {
            entries: BTreeMap::new(),
            clock: 0,
            bytes: 0,
            no_float: upload(device, queue, (1, 1), wgpu::TextureFormat::R32Float, &[0; 4]),
            no_uint: upload(device, queue, (1, 1), wgpu::TextureFormat::R32Uint, &[0; 4]),
            lut: upload(device, queue, (256, 2), format, &colours),
        }
    }

    /// The textures of a plane; `None` where it is larger than the device allows.
    pub(super) fn plane(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        decoded: &Decoded,
    ) -> Option<Arc<Uploaded>> {
        let key = (false, decoded.id);
        if let Some(uploaded) = self.get(key) {
            return Some(uploaded);
        }
        let window = decoded.plane.data_window;
        if !fits(device, window.width, window.height) {
            return None;
        }
        let mut uploaded = Uploaded { floats: Vec::new(), uints: Vec::new(), bytes: 0 };
        for channel in decoded.plane.channels.iter().take(4) {
            let sample_type = channel.samples.sample_type();
            let bytes = channel.samples.as_bytes();
            let view = upload(device, queue, (window.width, window.height), format_of(sample_type), bytes);
            uploaded.bytes += bytes.len() as u64;
            let (float, uint) = if sample_type.is_float() { (Some(view), None) } else { (None, Some(view)) };
            uploaded.floats.push(float);
            uploaded.uints.push(uint);
        }
        Some(self.insert(key, uploaded))
    }

    /// The textures of a delta map: values and flags.
    pub(super) fn heat(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        heat: &Heat,
    ) -> Option<Arc<Uploaded>> {
        let key = (true, heat.id);
        if let Some(uploaded) = self.get(key) {
            return Some(uploaded);
        }
        let size = (heat.map.window.width, heat.map.window.height);
        if !fits(device, size.0, size.1) {
            return None;
        }
        let values = bytemuck::cast_slice(&heat.map.values);
        let values = upload(device, queue, size, wgpu::TextureFormat::R32Float, values);
        let flags = upload(device, queue, size, wgpu::TextureFormat::R8Uint, &heat.map.flags);
        let coarse = &heat.coarse;
        let coarse_values = bytemuck::cast_slice(&coarse.values);
        let coarse_values = upload(device, queue, coarse.size, wgpu::TextureFormat::R32Float, coarse_values);
        let coarse_flags = upload(device, queue, coarse.size, wgpu::TextureFormat::R8Uint, &coarse.flags);
        let bytes = (heat.map.flags.len() + coarse.flags.len()) as u64 * 5;
        let floats = vec![Some(values), Some(coarse_values)];
        Some(self.insert(key, Uploaded { floats, uints: vec![Some(flags), Some(coarse_flags)], bytes }))
    }

    fn get(&mut self, key: (bool, u64)) -> Option<Arc<Uploaded>> {
        self.clock += 1;
        let (used, uploaded) = self.entries.get_mut(&key)?;
        *used = self.clock;
        Some(Arc::clone(uploaded))
    }

    fn insert(&mut self, key: (bool, u64), uploaded: Uploaded) -> Arc<Uploaded> {
        while self.bytes + uploaded.bytes > BUDGET && !self.entries.is_empty() {
            let oldest = self.entries.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            if let Some((_, old)) = oldest.and_then(|key| self.entries.remove(&key)) {
                self.bytes -= old.bytes;
            }
        }
        self.bytes += uploaded.bytes;
        let uploaded = Arc::new(uploaded);
        self.entries.insert(key, (self.clock, Arc::clone(&uploaded)));
        uploaded
    }
}

fn fits(device: &wgpu::Device, width: u32, height: u32) -> bool {
    let most = device.limits().max_texture_dimension_2d;
    (1..=most).contains(&width) && (1..=most).contains(&height)
}

const fn format_of(sample_type: SampleType) -> wgpu::TextureFormat {
    match sample_type {
        SampleType::U8 => wgpu::TextureFormat::R8Uint,
        SampleType::U16 => wgpu::TextureFormat::R16Uint,
        SampleType::F16 => wgpu::TextureFormat::R16Float,
        SampleType::U32 => wgpu::TextureFormat::R32Uint,
        SampleType::F32 => wgpu::TextureFormat::R32Float,
    }
}

fn upload(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    (width, height): (u32, u32),
    format: wgpu::TextureFormat,
    bytes: &[u8],
) -> wgpu::TextureView {
    let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("plane"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let row = bytes.len() as u32 / height;
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: None };
    queue.write_texture(texture.as_image_copy(), bytes, layout, size);
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
