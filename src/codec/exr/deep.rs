//! Deep parts: a list of samples for each pixel.
//!
//! The unit of work is a band: a line, or a row of tiles. Bands are decoded on the current rayon
//! pool; planes need one band per thread in memory besides the result. A chunk that cannot be read
//! leaves its pixels without samples and says why.

mod chunk;
mod flatten;

use std::sync::atomic::{AtomicU64, Ordering};

use half::f16;
use rayon::prelude::*;

use crate::image::{SampleType, Samples, Unreadable, Window};

use super::super::source::Source;
use super::super::{Error, Limits};
use super::compression::DeepCodec;
use super::header::{Header, Part};
use chunk::{Chunk, Expected, Scratch, line_samples};
pub use flatten::read_planes;

/// All samples of a deep part.
#[derive(Clone, Debug)]
pub struct DeepPart {
    /// The pixels that are there.
    pub data_window: Window,
    /// Number of samples of each pixel of the data window, row by row.
    pub counts: Vec<u32>,
    /// For each channel in the order of the file its samples as stored, pixel by pixel, in a pixel
    /// in the order of the file.
    pub channels: Vec<Samples>,
    /// Pixels that the file does not give; they have no samples. Top to bottom, then left to right.
    pub unreadable: Vec<Unreadable>,
}

/// Of a file of a thousandth of the bytes that its header claims there may be something to read.
const LEAST_RATIO: u64 = 1100;

/// What all bands of a part share.
pub struct Job<'a> {
    source: &'a Source,
    header: &'a Header,
    part_index: usize,
    part: &'a Part,
    codec: DeepCodec,
    place: String,
    /// Chunks, as [`Expected::offset`].
    offsets: &'a [u64],
    /// Which channels of the part are decoded.
    wanted: Vec<usize>,
    /// Samples found so far, of those allowed.
    samples: AtomicU64,
    max_samples: u64,
}

/// Some whole lines of a part.
struct Band {
    counts: Vec<u32>,
    /// For each wanted channel its samples as stored.
    channels: Vec<Vec<u8>>,
    /// Rectangles that cannot be read.
    failed: Vec<(Window, Error)>,
}

/// Reads all samples of a deep part. `offsets` are those of its chunks, row by row, 0 for one that
/// is not there.
///
/// # Errors
/// When no chunk can be read, or the samples are more than `limits` allow.
pub fn read(
    source: &Source,
    header: &Header,
    part_index: usize,
    offsets: &[u64],
    limits: &Limits,
) -> Result<DeepPart, Error> {
    let mut job = Job::new(source, header, part_index, offsets, limits)?;
    job.wanted = (0..job.part.channels.len()).collect();
    let bands = job.rows().into_par_iter().map_init(Scratch::new, |scratch, row| job.band(row, scratch));
    let bands = bands.collect::<Result<Vec<Band>, Error>>()?;
    let mut counts = Vec::with_capacity(job.part.data_window.pixels() as usize);
    let mut failed = Vec::new();
    let mut bytes: Vec<Vec<u8>> = vec![Vec::new(); job.wanted.len()];
    for band in bands {
        counts.extend(band.counts);
        failed.extend(band.failed);
        bytes.iter_mut().zip(band.channels).for_each(|(all, more)| all.extend(more));
    }
    let typed = bytes.into_iter().zip(&job.part.channels).map(|(bytes, c)| samples(c.sample_type, &bytes));
    let (data_window, channels) = (job.part.data_window, typed.collect());
    Ok(DeepPart { data_window, counts, channels, unreadable: job.unreadable(failed)? })
}

impl<'a> Job<'a> {
    fn new(
        source: &'a Source,
        header: &'a Header,
        part_index: usize,
        offsets: &'a [u64],
        limits: &Limits,
    ) -> Result<Self, Error> {
        let part = &header.parts[part_index];
        let place = header.place(part_index);
        let codec = part.compression.deep_codec().ok_or_else(|| {
            let reason = format!("deep data cannot have the compression {}", part.compression.name());
            Error::unsupported(&source.path, &place, reason)
        })?;
        let job = Self {
            source,
            header,
            part_index,
            part,
            codec,
            place,
            offsets,
            wanted: Vec::new(),
            samples: AtomicU64::new(0),
            // Samples of a band are numbered in 32 bits.
            max_samples: limits.max_samples.min(u64::from(u32::MAX)),
        };
        // A few bytes cannot hold the table of the pixels that a damaged header claims.
        let claimed = part.data_window.pixels().saturating_mul(4);
        let (columns, rows) = job.grid();
        let sound = offsets.len() as u64 == u64::from(columns) * u64::from(rows)
            && claimed <= source.len.saturating_mul(part.compression.max_ratio().max(LEAST_RATIO));
        if !sound {
            let pixels = part.data_window.pixels();
            let reason = format!("its header claims {pixels} pixels, the file has {} bytes", source.len);
            return Err(Error::damaged(&source.path, &job.place, reason));
        }
        Ok(job)
    }

    /// Columns and rows of chunks.
    fn grid(&self) -> (u32, u32) {
        let (width, height) = self.chunk_size();
        let window = self.part.data_window;
        (window.width.div_ceil(width), window.height.div_ceil(height))
    }

    fn chunk_size(&self) -> (u32, u32) {
        let window = self.part.data_window;
        self.part.tiles.map_or((window.width, 1), |tiles| (tiles.width, tiles.height))
    }

    fn rows(&self) -> std::ops::Range<u32> {
        0..self.grid().1
    }

    /// Bytes of a sample of all channels.
    fn sample_bytes(&self) -> u64 {
        self.part.channels.iter().map(|channel| channel.sample_type.bytes() as u64).sum()
    }

    /// Counts more samples.
    fn admit(&self, more: u64) -> Result<(), Error> {
        let samples = self.samples.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        if samples > self.max_samples {
            let (limit, path) = (self.max_samples, self.source.path.clone());
            return Err(Error::TooManySamples { samples, limit, path });
        }
        Ok(())
    }

    fn expected(&self, column: u32, row: u32) -> Expected {
        let (width, height) = self.chunk_size();
        let window = self.part.data_window;
        let (x, y) = (column * width, row * height);
        let size = (width.min(window.width - x), height.min(window.height - y));
        let place = match self.part.tiles {
            Some(_) => [i64::from(column), i64::from(row), 0, 0],
            None => [i64::from(window.y) + i64::from(y), 0, 0, 0],
        };
        Expected {
            offset: self.offsets[row as usize * self.grid().0 as usize + column as usize],
            place,
            window: Window::new(window.x + x as i32, window.y + y as i32, size.0, size.1),
        }
    }

    /// Decodes one row of chunks.
    fn band(&self, row: u32, scratch: &mut Scratch) -> Result<Band, Error> {
        let mut failed = Vec::new();
        let mut chunks = Vec::new();
        for column in 0..self.grid().0 {
            let expected = self.expected(column, row);
            let chunk = match Chunk::read(self, &expected, scratch) {
                Ok(chunk) => chunk,
                Err(error @ Error::TooManySamples { .. }) => return Err(error),
                Err(error) => {
                    failed.push((expected.window, error));
                    Chunk::empty(expected.window, self.wanted.len())
                }
            };
            chunks.push((expected.window.width as usize, chunk));
        }
        let (counts, channels) = match <[_; 1]>::try_from(chunks) {
            Ok([(_, chunk)]) => (chunk.counts, chunk.channels),
            Err(chunks) => self.side_by_side(&chunks),
        };
        Ok(Band { counts, channels, failed })
    }

    /// Joins tiles of given widths, which have their pixels row by row, into whole lines.
    fn side_by_side(&self, chunks: &[(usize, Chunk)]) -> (Vec<u32>, Vec<Vec<u8>>) {
        let lines = chunks.first().map_or(0, |(width, chunk)| chunk.counts.len() / width);
        let mut counts = Vec::new();
        let mut channels = vec![Vec::new(); self.wanted.len()];
        let mut taken = vec![0; chunks.len()];
        for line in 0..lines {
            for ((width, chunk), taken) in chunks.iter().zip(&mut taken) {
                let line = &chunk.counts[line * width..][..*width];
                counts.extend_from_slice(line);
                let samples = line_samples(line);
                for ((&channel, from), to) in self.wanted.iter().zip(&chunk.channels).zip(&mut channels) {
                    let size = self.part.channels[channel].sample_type.bytes();
                    to.extend_from_slice(&from[*taken * size..][..samples * size]);
                }
                *taken += samples;
            }
        }
        (counts, channels)
    }

    /// # Errors
    /// The first, when nothing could be read.
    fn unreadable(&self, mut failed: Vec<(Window, Error)>) -> Result<Vec<Unreadable>, Error> {
        if failed.len() == self.offsets.len() {
            return Err(failed.swap_remove(0).1);
        }
        let told = |(window, error): (Window, Error)| Unreadable {
            window,
            incomplete: error.is_incomplete(),
            reason: error.to_string(),
        };
        Ok(failed.into_iter().map(told).collect())
    }
}

/// Stored bytes as samples.
fn samples(sample_type: SampleType, bytes: &[u8]) -> Samples {
    let words = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
    match sample_type {
        SampleType::F16 => {
            let halves = bytes.as_chunks::<2>().0.iter();
            Samples::F16(halves.map(|half| f16::from_le_bytes(*half)).collect())
        }
        SampleType::F32 => Samples::F32(words.map(f32::from_bits).collect()),
        _ => Samples::U32(words.collect()),
    }
}
