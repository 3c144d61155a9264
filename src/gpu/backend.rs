//! [`metric::Backend`] on a GPU: upload, delta pass, read back, settle.

use std::sync::{Mutex, PoisonError};

use super::delta::common_type;
use super::selftest;
use super::settle::settle;
use super::threshold::Threshold;
use super::upload::{create_texture, write_texture};
use super::{
    DeltaJob, DeltaPass, Error, GatherPass, Gpu, GpuChannel, GpuDelta, GpuPlane, Records, tile_grid,
};
use crate::image::{Plane, SampleType, Window};
use crate::metric::{Backend, Comparison, Cpu, DeltaMap, Pair, PixelValues, Rule, Want};

/// Rows of tiles in one submission where the adapter is software: it takes nothing else meanwhile.
const SOFTWARE_BAND: u32 = 32;
/// Rows of a texture in a buffer start at multiples of this many bytes.
const ROW_PITCH: u32 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT;

/// Compares on the GPU. What it cannot do (mixed sample types, more than four channels, pictures
/// over the texture limit, pixels that cannot be read, a failed device) it has the CPU do: the results are the same.
#[derive(Debug)]
pub struct GpuBackend {
    gpu: Gpu,
    pass: DeltaPass,
    gather: GatherPass,
    /// Textures and buffers of the last frame, used again while size and type stay. The device
    /// does one frame at a time.
    room: Mutex<Option<Room>>,
    failures: Mutex<Failures>,
}

/// Comparisons that the GPU should have done and the CPU did.
#[derive(Debug, Default)]
struct Failures {
    count: u64,
    /// Why the first of them failed: those after it often follow from it.
    first: Option<Error>,
}

/// What the pass alone says of a pair.
#[derive(Clone, Debug)]
pub struct Unsettled {
    /// A histogram, and one record per tile.
    pub records: Records,
    /// The map, if it was asked for: in doubt where its tile is.
    pub map: Option<DeltaMap>,
    /// Stored values of the pixels that were asked for.
    pub values: Vec<PixelValues>,
}

/// Room for one pair of planes and its results.
#[derive(Debug)]
struct Room {
    /// The pixels compared.
    window: Window,
    candidate: GpuPlane,
    reference: GpuPlane,
    delta: GpuDelta,
    /// Read back: records, map, flags.
    read: [wgpu::Buffer; 3],
}

impl GpuBackend {
    /// Compiles what is needed on `gpu`, and tries its arithmetic.
    ///
    /// # Errors
    /// When the device refuses the shader, or computes otherwise than the definition where the
    /// results would take its word for it.
    pub fn new(gpu: Gpu) -> Result<Self, Error> {
        let (pass, gather) = (DeltaPass::new(&gpu)?, GatherPass::new(&gpu)?);
        let backend = Self { gpu, pass, gather, room: Mutex::default(), failures: Mutex::default() };
        selftest::check(&backend)?;
        Ok(backend)
    }

    /// The device it works on.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Whether the GPU can do this comparison at all; see [`DeltaJob::supported`].
    pub fn supports(&self, pair: &Pair<'_>, rule: &Rule) -> bool {
        !pair.has_unreadable() && sample_type(pair).is_some() && Threshold::new(rule).is_some()
    }

    /// What the pass alone says, before the CPU settles what is in doubt (see [`Tile::bits`]), for
    /// those who look at the GPU's own work. `None`: not a job for the GPU.
    ///
    /// # Errors
    /// When the device fails.
    pub fn unsettled(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
    ) -> Result<Option<Unsettled>, Error> {
        if !self.supports(pair, rule) {
            return Ok(None);
        }
        self.gpu.check()?;
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out, and put back only if all goes well.
        let current = match room.take() {
            Some(current) if current.fits(pair) => current.moved_to(pair),
            _ => Room::new(&self.gpu, pair)?,
        };
        current.write(&self.gpu, pair);
        self.submit(&current, rule, want)?;
        let mut result = current.read(&self.gpu, want)?;
        result.values = self.values(&current, pixels)?;
        self.gpu.check()?;
        *room = Some(current);
        Ok(Some(result))
    }

    fn values(&self, room: &Room, pixels: &[(i32, i32)]) -> Result<Vec<PixelValues>, Error> {
        let candidate = self.gather.gather(&room.candidate, pixels)?;
        let reference = self.gather.gather(&room.reference, pixels)?;
        let sides = candidate.into_iter().zip(reference);
        Ok(sides.map(|(candidate, reference)| PixelValues { candidate, reference }).collect())
    }

    fn submit(&self, room: &Room, rule: &Rule, want: Want) -> Result<(), Error> {
        let channels: Vec<_> = (0..room.candidate.channels.len()).map(|i| (i, i)).collect();
        let window = room.window;
        let job = DeltaJob {
            candidate: &room.candidate,
            reference: &room.reference,
            channels: &channels,
            window,
            rule,
        };
        let rows = tile_grid(window).1;
        let band = if self.gpu.is_software() { SOFTWARE_BAND } else { rows };
        for first in (0..rows).step_by(band as usize) {
            let mut encoder = self.encoder();
            self.pass.record(&mut encoder, &job, &room.delta, first..first + band)?;
            self.gpu.queue().submit([encoder.finish()]);
        }
        let mut encoder = self.encoder();
        encoder.copy_buffer_to_buffer(&room.delta.records, 0, &room.read[0], 0, room.delta.records.size());
        if want == Want::Map {
            copy_texture(&mut encoder, &room.delta.map, &room.read[1]);
            copy_texture(&mut encoder, &room.delta.flags, &room.read[2]);
        }
        self.gpu.queue().submit([encoder.finish()]);
        Ok(())
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("delta") })
    }
}

impl Backend for GpuBackend {
    fn name(&self) -> &'static str {
        "gpu"
    }

    /// How many comparisons the GPU failed at so far, and why at first.
    fn trouble(&self) -> Option<String> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failures.count;
        let comparisons = if count == 1 { "comparison" } else { "comparisons" };
        let first = failures.first.as_ref()?;
        Some(format!("the CPU did {count} {comparisons} that the GPU should have done: {first}"))
    }

    fn compare(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison {
        self.compare_and_gather(pair, rule, want, &[]).0
    }

    fn compare_and_gather(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
    ) -> (Comparison, Vec<PixelValues>) {
        match self.unsettled(pair, rule, want, pixels) {
            Ok(Some(unsettled)) => (settle(pair, rule, &unsettled.records, unsettled.map), unsettled.values),
            Ok(None) => Cpu.compare_and_gather(pair, rule, want, pixels),
            Err(error) => {
                let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
                failures.count += 1;
                failures.first.get_or_insert(error);
                drop(failures);
                Cpu.compare_and_gather(pair, rule, want, pixels)
            }
        }
    }
}

/// The one sample type of all compared channels.
fn sample_type(pair: &Pair<'_>) -> Option<SampleType> {
    let channels = pair.channels.iter();
    common_type(channels.map(|&(a, b)| {
        let (a, b) = (&pair.candidate.channels[a], &pair.reference.channels[b]);
        (a.samples.sample_type(), b.samples.sample_type())
    }))
}

impl Room {
    fn new(gpu: &Gpu, pair: &Pair<'_>) -> Result<Self, Error> {
        let (a, b): (Vec<_>, Vec<_>) = pair.channels.iter().copied().unzip();
        let buffer = |label, size| {
            gpu.guarded(size, || {
                gpu.device().create_buffer(&wgpu::BufferDescriptor {
                    label: Some(label),
                    size,
                    usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            })
        };
        let delta = GpuDelta::new(gpu, pair.window)?;
        let pixels = u64::from(pitch(pair.window.width)) * u64::from(pair.window.height);
        let read = [
            buffer("records read back", delta.records.size())?,
            buffer("map read back", pixels)?,
            buffer("flags read back", pixels)?,
        ];
        Ok(Self {
            window: pair.window,
            candidate: empty_plane(gpu, pair.candidate, &a)?,
            reference: empty_plane(gpu, pair.reference, &b)?,
            delta,
            read,
        })
    }

    /// Whether `pair` has the same sizes and types.
    fn fits(&self, pair: &Pair<'_>) -> bool {
        let size = |w: Window| (w.width, w.height);
        let same = |room: &GpuPlane, plane: &Plane| size(room.data_window) == size(plane.data_window);
        self.delta.size == size(pair.window)
            && same(&self.candidate, pair.candidate)
            && same(&self.reference, pair.reference)
            && self.candidate.channels.len() == pair.channels.len()
            && sample_type(pair) == Some(self.candidate.channels[0].sample_type)
    }

    /// The same room at `pair`'s place in the picture.
    fn moved_to(mut self, pair: &Pair<'_>) -> Self {
        self.candidate.data_window = pair.candidate.data_window;
        self.reference.data_window = pair.reference.data_window;
        self.window = pair.window;
        self
    }

    /// Copies the samples over.
    fn write(&self, gpu: &Gpu, pair: &Pair<'_>) {
        for (slot, &(a, b)) in pair.channels.iter().enumerate() {
            for (room, plane, index) in
                [(&self.candidate, pair.candidate, a), (&self.reference, pair.reference, b)]
            {
                let (channel, samples) = (&room.channels[slot], &plane.channels[index].samples);
                write_texture(gpu, &channel.texture, samples.as_bytes(), channel.sample_type);
            }
        }
    }

    fn read(&self, gpu: &Gpu, want: Want) -> Result<Unsettled, Error> {
        let all: Vec<_> = self.read.iter().map(|b| (b, b.size())).collect();
        let wanted = match want {
            Want::Stats => &all[..1],
            Want::Map => &all[..],
        };
        let window = self.window;
        gpu.read(wanted, |bytes| {
            let records = Records::from_bytes(bytes[0]);
            let map = (want == Want::Map).then(|| DeltaMap {
                window,
                values: rows(window, bytes[1]).flat_map(|r| words(r).map(f32::from_bits)).collect(),
                flags: rows(window, bytes[2]).flat_map(|r| words(r).map(|w| w as u8)).collect(),
            });
            Unsettled { records, map, values: Vec::new() }
        })
    }
}

/// Textures for the named channels of `plane`.
fn empty_plane(gpu: &Gpu, plane: &Plane, channels: &[usize]) -> Result<GpuPlane, Error> {
    let channels: Result<Vec<_>, Error> = channels
        .iter()
        .map(|&index| {
            let channel = &plane.channels[index];
            let sample_type = channel.samples.sample_type();
            let texture = create_texture(gpu, plane.data_window, sample_type)?;
            let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
            Ok(GpuChannel { name: channel.name.clone(), sample_type, texture, view })
        })
        .collect();
    Ok(GpuPlane { data_window: plane.data_window, display_window: plane.display_window, channels: channels? })
}

/// Bytes from one row of a 32-bit texture to the next in a buffer.
fn pitch(width: u32) -> u32 {
    (width * 4).next_multiple_of(ROW_PITCH)
}

fn copy_texture(encoder: &mut wgpu::CommandEncoder, texture: &wgpu::Texture, buffer: &wgpu::Buffer) {
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(pitch(texture.width())),
        rows_per_image: None,
    };
    let target = wgpu::TexelCopyBufferInfo { buffer, layout };
    encoder.copy_texture_to_buffer(texture.as_image_copy(), target, texture.size());
}

fn rows(window: Window, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(pitch(window.width) as usize).map(move |row| &row[..window.width as usize * 4])
}

fn words(row: &[u8]) -> impl Iterator<Item = u32> {
    row.chunks_exact(4).map(|w| u32::from_ne_bytes([w[0], w[1], w[2], w[3]]))
}
