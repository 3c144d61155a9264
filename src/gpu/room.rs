//! Room on the device for one piece of a pair and its results: filled, compared, read back.
//!
//! Samples go through a buffer of the room's own that stays mapped: `Queue::write_texture` takes a
//! fresh one for every call and touches its pages for the first time (two to three times as slow on
//! the software adapter, see `benches/gpu.rs`), and holds the queue's lock while it copies.

use super::bands::{Shape, pitch};
use super::tile::{Records, tile_grid};
use super::upload::create_texture;
use super::{Error, Gpu, GpuChannel, GpuDelta, GpuPlane, Tile, Unsettled};
use crate::image::{Plane, PlaneChannel, SampleType, Window};
use crate::metric::{DeltaMap, Pair, Want};

/// Rows of a texture in a buffer start at multiples of this many bytes.
pub(super) const ROW_PITCH: u32 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT;

/// See above. Made for a shape, and of use for all that are no larger.
#[derive(Debug)]
pub(super) struct Room {
    /// What it was made for.
    pub shape: Shape,
    candidate: Vec<wgpu::Texture>,
    reference: Vec<wgpu::Texture>,
    delta: GpuDelta,
    /// Mapped whenever the room is idle.
    staging: wgpu::Buffer,
    /// Read back: records, map, flags.
    read: [wgpu::Buffer; 3],
}

/// One piece of a pair on the device.
#[derive(Debug)]
pub(super) struct Placed {
    /// The pixels compared.
    pub window: Window,
    /// What there is of the candidate among them: the compared channels, in the pair's order.
    pub candidate: GpuPlane,
    /// The same of the reference.
    pub reference: GpuPlane,
}

impl Room {
    /// # Errors
    /// When the device's memory is full.
    pub fn new(gpu: &Gpu, shape: Shape, sample_type: SampleType) -> Result<Self, Error> {
        use wgpu::BufferUsages as Usage;
        let buffer = |label, size, usage, mapped_at_creation| {
            let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation };
            gpu.guarded(size, || gpu.device().create_buffer(&descriptor))
        };
        let back = Usage::MAP_READ | Usage::COPY_DST;
        let textures = |(width, height)| -> Result<Vec<_>, Error> {
            let window = Window::of_size(width, height);
            (0..shape.channels).map(|_| create_texture(gpu, window, sample_type)).collect()
        };
        Ok(Self {
            shape,
            candidate: textures(shape.candidate)?,
            reference: textures(shape.reference)?,
            delta: GpuDelta::new(gpu, Window::of_size(shape.window.0, shape.window.1))?,
            staging: buffer("samples", shape.staging_bytes(), Usage::MAP_WRITE | Usage::COPY_SRC, true)?,
            read: [
                buffer("records read back", shape.record_bytes(), back, false)?,
                buffer("map read back", shape.map_bytes(), back, false)?,
                buffer("flags read back", shape.map_bytes(), back, false)?,
            ],
        })
    }

    /// Where the pass writes; of the size of the piece that was placed last.
    pub fn delta(&self) -> &GpuDelta {
        &self.delta
    }

    /// Copies the samples of the piece `window` of `pair` to the device, by what is submitted here.
    ///
    /// # Errors
    /// When the device failed.
    pub fn place(&mut self, gpu: &Gpu, pair: &Pair<'_>, window: Window) -> Result<Placed, Error> {
        self.delta.size = (window.width, window.height);
        let mut view = self.staging.get_mapped_range_mut(..).map_err(device_error)?;
        let mut encoder = encoder(gpu);
        let mut offset = 0;
        let mut side =
            |plane: &Plane, textures: &[wgpu::Texture], channels: &mut dyn Iterator<Item = usize>| {
                let part = plane.data_window.intersection(&window);
                let channel = |(index, texture): (usize, &wgpu::Texture)| {
                    let channel = &plane.channels[index];
                    let sample_type = channel.samples.sample_type();
                    let layout = wgpu::TexelCopyBufferLayout {
                        offset: offset as u64,
                        bytes_per_row: Some(pitch(part.width, sample_type.bytes() as u32)),
                        rows_per_image: None,
                    };
                    offset = write_rows(&mut view, offset, channel, (plane.data_window, part));
                    if !part.is_empty() {
                        let source = wgpu::TexelCopyBufferInfo { buffer: &self.staging, layout };
                        encoder.copy_buffer_to_texture(source, texture.as_image_copy(), extent(part));
                    }
                    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
                    GpuChannel { name: channel.name.clone(), sample_type, texture: texture.clone(), view }
                };
                let channels = channels.zip(textures).map(channel).collect();
                GpuPlane { data_window: part, display_window: plane.display_window, channels }
            };
        let (a, b) = (&mut pair.channels.iter().map(|c| c.0), &mut pair.channels.iter().map(|c| c.1));
        let candidate = side(pair.candidate, &self.candidate, a);
        let reference = side(pair.reference, &self.reference, b);
        drop(view);
        self.staging.unmap();
        gpu.queue().submit([encoder.finish()]);
        Ok(Placed { window, candidate, reference })
    }

    /// Copies the results of the piece to where they can be read, by what is submitted here.
    pub fn fetch(&self, gpu: &Gpu, want: Want) {
        let mut encoder = encoder(gpu);
        let (width, height) = self.delta.size;
        let window = Window::of_size(width, height);
        let [(records, record_bytes), (map, _), (flags, _)] = self.to_read(window);
        encoder.copy_buffer_to_buffer(&self.delta.records, 0, records, 0, record_bytes);
        if want == Want::Map {
            for (texture, buffer) in [(&self.delta.map, map), (&self.delta.flags, flags)] {
                let bytes_per_row = Some(pitch(width, 4));
                let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row, rows_per_image: None };
                let target = wgpu::TexelCopyBufferInfo { buffer, layout };
                encoder.copy_texture_to_buffer(texture.as_image_copy(), target, extent(window));
            }
        }
        gpu.queue().submit([encoder.finish()]);
    }

    /// Waits for what was fetched of the piece `window` and puts it into its place of `all`, whose
    /// window is `whole`. The room is idle then.
    ///
    /// # Errors
    /// When the device failed.
    pub fn read(&self, gpu: &Gpu, window: Window, whole: Window, all: &mut Unsettled) -> Result<(), Error> {
        let buffers = self.to_read(window);
        let wanted = if all.map.is_some() { &buffers[..] } else { &buffers[..1] };
        let mut mapped: Vec<_> = wanted.iter().map(|&(b, len)| (b, wgpu::MapMode::Read, len)).collect();
        mapped.push((&self.staging, wgpu::MapMode::Write, self.staging.size()));
        gpu.map(&mapped)?;
        gpu.mapped(wanted, |bytes| {
            let records = Records::from_bytes(bytes[0]);
            all.records.histogram.merge(&records.histogram);
            put_tiles(&mut all.records.tiles, whole, &records.tiles, window);
            if let Some(map) = &mut all.map {
                put_map(map, bytes[1], bytes[2], window);
            }
        })
    }

    /// The buffers of records, map and flags, and how much of each the piece `window` fills.
    fn to_read(&self, window: Window) -> [(&wgpu::Buffer, u64); 3] {
        let (columns, rows) = tile_grid(window);
        let records = Records::size(u64::from(columns) * u64::from(rows));
        let map = u64::from(pitch(window.width, 4)) * u64::from(window.height);
        let [a, b, c] = &self.read;
        [(a, records), (b, map), (c, map)]
    }
}

/// Writes the pixels `part` of a channel over `data` to `view` from `offset` on, in rows as far
/// apart as copies to textures ask for. Returns where the next may begin.
fn write_rows(
    view: &mut wgpu::BufferViewMut,
    offset: usize,
    channel: &PlaneChannel,
    (data, part): (Window, Window),
) -> usize {
    let size = channel.samples.sample_type().bytes();
    let Some(first) = data.index(part.x, part.y).filter(|_| !part.is_empty()) else { return offset };
    let (row, all) = (part.width as usize * size, data.width as usize * size);
    let pitch = pitch(part.width, size as u32) as usize;
    let bytes = &channel.samples.as_bytes()[first * size..];
    let height = part.height as usize;
    if row == all && row == pitch {
        view.slice(offset..offset + row * height).copy_from_slice(&bytes[..row * height]);
    } else {
        for y in 0..height {
            let to = offset + y * pitch;
            view.slice(to..to + row).copy_from_slice(&bytes[y * all..][..row]);
        }
    }
    offset + height * pitch
}

/// Puts the records of the piece `window` into their places among those of `whole`.
fn put_tiles(tiles: &mut [Tile], whole: Window, piece: &[Tile], window: Window) {
    let ((columns, _), (all, _)) = (tile_grid(window), tile_grid(whole));
    let (x, y) = (window.x.abs_diff(whole.x) / super::TILE, window.y.abs_diff(whole.y) / super::TILE);
    for (row, piece) in (y as usize..).zip(piece.chunks_exact(columns as usize)) {
        let start = row * all as usize + x as usize;
        tiles[start..start + columns as usize].copy_from_slice(piece);
    }
}

/// Puts the values and flags of the piece `window` into their places of `map`.
fn put_map(map: &mut DeltaMap, values: &[u8], flags: &[u8], window: Window) {
    let (width, pitch) = (window.width as usize, pitch(window.width, 4) as usize);
    let rows = values.chunks_exact(pitch).zip(flags.chunks_exact(pitch));
    for (y, (values, flags)) in (window.y..).zip(rows) {
        let start = map.window.index(window.x, y).expect("pieces are inside the window");
        let to = &mut map.values[start..start + width];
        bytemuck::cast_slice_mut::<f32, u8>(to).copy_from_slice(&values[..width * 4]);
        for (to, word) in map.flags[start..start + width].iter_mut().zip(flags.as_chunks::<4>().0) {
            *to = u32::from_ne_bytes(*word) as u8;
        }
    }
}

fn encoder(gpu: &Gpu) -> wgpu::CommandEncoder {
    gpu.device()
        .create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("samples and results") })
}

fn extent(window: Window) -> wgpu::Extent3d {
    wgpu::Extent3d { width: window.width, height: window.height, depth_or_array_layers: 1 }
}

fn device_error(error: impl std::fmt::Display) -> Error {
    Error::Device { reason: error.to_string() }
}
