//! Planes and maps on the device: one texture a channel, in the stored type, within a byte budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui_wgpu::wgpu;

use super::canvas::Heat;
use super::coarse::Marks;
use crate::image::{ColorMap, Plane, SampleType};
use crate::load::Decoded;

/// Bytes of textures that may be kept.
pub const BUDGET: u64 = 1 << 30;

/// Bytes written at a time: writing holds up whoever else gives work to the device.
const BAND: usize = 4 << 20;

/// What a plane or map is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Samples, by the number of the decoded plane.
    Plane(u64),
    /// A delta, by the number of its map.
    Heat(u64),
}

/// One plane or map on the device.
pub struct Uploaded {
    /// Channels stored as floats.
    pub floats: Vec<Option<wgpu::TextureView>>,
    /// Channels stored as integers.
    pub uints: Vec<Option<wgpu::TextureView>>,
    /// 1 where the file does not give the pixel; `None` for a plane that is all there, and for a map.
    pub unreadable: Option<wgpu::TextureView>,
    /// What is not finite, by blocks; `None` where all is finite, and for a map.
    pub blocks: Option<wgpu::TextureView>,
    bytes: u64,
}

/// All of them. `None`: larger than the device allows.
pub struct Textures {
    entries: BTreeMap<Key, (u64, Option<Arc<Uploaded>>)>,
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
    pub fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let format = wgpu::TextureFormat::Rgba8Unorm;
        let colours: Vec<u8> = ColorMap::ALL.iter().flat_map(|map| map.lut()).flatten().collect();
        let maps = ColorMap::ALL.len() as u32;
        Self {
            entries: BTreeMap::new(),
            clock: 0,
            bytes: 0,
            no_float: upload(device, queue, (1, 1), wgpu::TextureFormat::R32Float, &[0; 4], &|| false),
            no_uint: upload(device, queue, (1, 1), wgpu::TextureFormat::R32Uint, &[0; 4], &|| false),
            lut: upload(device, queue, (256, maps), format, &colours, &|| false),
        }
    }

    /// The textures of a plane, uploaded now if they are not there; `None` where it is larger than
    /// the device allows.
    pub fn plane(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        decoded: &Decoded,
    ) -> Option<Arc<Uploaded>> {
        let key = Key::Plane(decoded.id);
        self.get(key).unwrap_or_else(|| self.insert(key, plane_textures(device, queue, decoded, &|| false)))
    }

    /// The textures of a delta map, likewise.
    pub fn heat(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, heat: &Heat) -> Option<Arc<Uploaded>> {
        let key = Key::Heat(heat.id);
        self.get(key).unwrap_or_else(|| self.insert(key, heat_textures(device, queue, heat, &|| false)))
    }

    /// Whether it is there (or cannot be); if so it is not thrown out soon.
    pub fn has(&mut self, key: Key) -> bool {
        self.get(key).is_some()
    }

    fn get(&mut self, key: Key) -> Option<Option<Arc<Uploaded>>> {
        self.clock += 1;
        let (used, uploaded) = self.entries.get_mut(&key)?;
        *used = self.clock;
        Some(uploaded.clone())
    }

    /// Keeps it, in the stead of what was not used for longest.
    pub fn insert(&mut self, key: Key, uploaded: Option<Uploaded>) -> Option<Arc<Uploaded>> {
        let bytes = uploaded.as_ref().map_or(0, |uploaded| uploaded.bytes);
        while self.bytes + bytes > BUDGET && !self.entries.is_empty() {
            let oldest = self.entries.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            oldest.into_iter().for_each(|key| self.remove(key));
        }
        self.remove(key);
        self.bytes += bytes;
        self.clock += 1;
        let uploaded = uploaded.map(Arc::new);
        self.entries.insert(key, (self.clock, uploaded.clone()));
        uploaded
    }

    fn remove(&mut self, key: Key) {
        if let Some((_, Some(old))) = self.entries.remove(&key) {
            self.bytes -= old.bytes;
        }
    }
}

/// Uploads the channels of a plane, band by band until `stop`; `None` where it is larger than the
/// device allows.
pub fn plane_textures(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    decoded: &Decoded,
    stop: &dyn Fn() -> bool,
) -> Option<Uploaded> {
    let window = decoded.plane.data_window;
    let size = (window.width, window.height);
    if !fits(device, size.0, size.1) {
        return None;
    }
    let mut uploaded =
        Uploaded { floats: Vec::new(), uints: Vec::new(), unreadable: None, blocks: None, bytes: 0 };
    for channel in decoded.plane.channels.iter().take(4) {
        let sample_type = channel.samples.sample_type();
        let bytes = channel.samples.as_bytes();
        let view = upload(device, queue, size, format_of(sample_type), bytes, stop);
        uploaded.bytes += bytes.len() as u64;
        let (float, uint) = if sample_type.is_float() { (Some(view), None) } else { (None, Some(view)) };
        uploaded.floats.push(float);
        uploaded.uints.push(uint);
    }
    if let Some(mask) = unreadable_mask(&decoded.plane) {
        uploaded.bytes += mask.len() as u64;
        uploaded.unreadable = Some(upload(device, queue, size, wgpu::TextureFormat::R8Uint, &mask, stop));
    }
    if let Some(Marks { size, blocks }) = Marks::new(&decoded.plane) {
        let bytes = bytemuck::cast_slice(&blocks);
        uploaded.bytes += bytes.len() as u64;
        uploaded.blocks = Some(upload(device, queue, size, wgpu::TextureFormat::R16Uint, bytes, stop));
    }
    Some(uploaded)
}

/// Uploads the values and flags of a delta map, and those of its blocks, likewise.
pub fn heat_textures(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    heat: &Heat,
    stop: &dyn Fn() -> bool,
) -> Option<Uploaded> {
    let (map, coarse) = (&heat.map, &heat.coarse);
    let size = (map.window.width, map.window.height);
    if !fits(device, size.0, size.1) {
        return None;
    }
    let float = |size, values: &[f32]| {
        let bytes = bytemuck::cast_slice(values);
        Some(upload(device, queue, size, wgpu::TextureFormat::R32Float, bytes, stop))
    };
    let uint =
        |size, flags: &[u8]| Some(upload(device, queue, size, wgpu::TextureFormat::R8Uint, flags, stop));
    Some(Uploaded {
        floats: vec![float(size, &map.values), float(coarse.size, &coarse.values)],
        uints: vec![uint(size, &map.flags), uint(coarse.size, &coarse.flags)],
        unreadable: None,
        blocks: None,
        bytes: (map.flags.len() + coarse.flags.len()) as u64 * 5,
    })
}

/// 1 for each pixel that the file does not give, else 0; `None` where it gives all.
fn unreadable_mask(plane: &Plane) -> Option<Vec<u8>> {
    let (window, holes) = (plane.data_window, &plane.unreadable);
    let mut mask = (!holes.is_empty()).then(|| vec![0; window.pixels() as usize])?;
    for hole in holes.iter().map(|hole| hole.window.intersection(&window)) {
        for y in 0..hole.height as i32 {
            let start = window.index(hole.x, hole.y + y).expect("cut to the window");
            mask[start..start + hole.width as usize].fill(1);
        }
    }
    Some(mask)
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
    stop: &dyn Fn() -> bool,
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
    let row = bytes.len() / height as usize;
    let layout =
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row as u32), rows_per_image: None };
    let rows = (BAND / row.max(1)).max(1);
    for (band, bytes) in bytes.chunks(rows * row).enumerate() {
        if stop() {
            break;
        }
        let mut target = texture.as_image_copy();
        target.origin.y = (band * rows) as u32;
        let size = wgpu::Extent3d { height: (bytes.len() / row) as u32, ..size };
        queue.write_texture(target, bytes, layout, size);
    }
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{PlaneChannel, Samples, Unreadable, Window};

    #[test]
    fn the_mask_marks_what_the_file_does_not_give() {
        let window = Window::new(-2, 3, 5, 3);
        let hole = |window| Unreadable { window, incomplete: false, reason: String::new() };
        let mut plane = Plane {
            data_window: window,
            display_window: window,
            channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::U8(vec![0; 15]) }],
            unreadable: Vec::new(),
        };
        assert_eq!(unreadable_mask(&plane), None);
        plane.unreadable = vec![hole(Window::new(-1, 3, 2, 2)), hole(Window::new(2, 5, 1, 1))];
        let expected = [0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1];
        assert_eq!(unreadable_mask(&plane).as_deref(), Some(&expected[..]));
    }
}
