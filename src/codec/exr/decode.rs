//! Decodes the wanted channels of one part, or of a region of it.
//!
//! The unit of work is a batch: a few rows of chunks that lie together in the file. Batches are taken
//! in order by the threads of the current rayon pool, so that the file is read from front to back in
//! large pieces, and each is decoded straight into its lines of the result. What cannot be decoded is
//! noted by rectangle; the rest is kept.

use std::ops::Range;

use rayon::iter::{ParallelBridge, ParallelIterator};

use crate::image::{Samples, Window};

use super::super::Error;
use super::super::source::Source;
use super::batch::{self, Batch};
use super::chunks::ChunkTable;
use super::grid::Grid;
use super::header::{Header, Part};

/// Bytes of decompressed samples worth a batch: large reads, and still work for every thread.
const BATCH_BYTES: usize = 1 << 20;
/// Batches per thread at least, where there are chunks enough: the last one must not be long.
const BATCHES_PER_THREAD: usize = 4;

/// What is stored as it is may be subsampled, and the rest of a file may not be there yet: a file of
/// a thousandth of the bytes that its header claims is still read.
const LEAST_RATIO: u64 = 1100;

/// A part of a file to be decoded.
pub struct Job<'a> {
    pub source: &'a Source,
    pub header: &'a Header,
    pub table: &'a ChunkTable,
    pub part_index: usize,
    /// The resolution level that is decoded.
    pub grid: Grid,
    /// For each channel of the part, where it stands among those that are decoded.
    pub slots: &'a [Option<usize>],
    /// Of so many rows of chunks one is decoded, and stands for the others.
    pub every: usize,
    /// Most bytes of decoded samples, and of one chunk.
    pub max_bytes: u64,
}

/// Decoded channels: of each, the samples that the file stores of `window`.
pub struct Decoded {
    /// The pixels of all chunks that were touched.
    pub window: Window,
    /// In the order of the job's slots; subsampled channels have fewer.
    pub samples: Vec<Samples>,
    /// What could not be decoded, in reading order.
    pub troubles: Vec<Trouble>,
}

/// A chunk that could not be decoded.
pub struct Trouble {
    pub window: Window,
    pub error: Error,
    /// Whether another chunk lies there than its offset says.
    pub is_misplaced: bool,
}

impl<'a> Job<'a> {
    pub fn part(&self) -> &'a Part {
        &self.header.parts[self.part_index]
    }

    /// Decodes all chunks that have pixels of `area`, which lies inside the level.
    ///
    /// # Errors
    /// When the file cannot be read at all, or claims more than it can hold.
    pub fn decode(&self, area: Window) -> Result<Decoded, Error> {
        self.check_memory()?;
        let part = self.part();
        let (rows, columns) = self.grid.touched(area);
        let window = self.window_of(&rows, &columns);
        let wanted: Vec<usize> = (0..self.slots.len()).filter(|&c| self.slots[c].is_some()).collect();
        self.check_bytes(window, &wanted)?;
        let mut samples: Vec<Samples> = wanted
            .iter()
            .map(|&c| {
                let (width, height) = part.channels[c].size_in(window);
                Samples::unset(part.channels[c].sample_type, width * height)
            })
            .collect();
        let batches = self.batches(window, (rows, columns), &wanted, &mut samples);
        let mut troubles: Vec<Trouble> =
            batches.into_iter().par_bridge().flat_map_iter(|batch| batch::decode(self, batch)).collect();
        troubles.sort_by_key(|trouble| (trouble.window.y, trouble.window.x));
        if let Some(at) = troubles.iter().position(|trouble| matches!(trouble.error, Error::Io { .. })) {
            return Err(troubles.swap_remove(at).error);
        }
        Ok(Decoded { window, samples, troubles })
    }

    /// More than what is asked for may have to be decoded: chunks come whole.
    fn check_bytes(&self, window: Window, wanted: &[usize]) -> Result<(), Error> {
        let sample_bytes = |c: &usize| self.part().channels[*c].sample_type.bytes() as u64;
        let decoded = window.pixels().saturating_mul(wanted.iter().map(sample_bytes).sum());
        let chunk = self.grid.rect(0).pixels().saturating_mul(self.part().pixel_bytes() as u64);
        let (bytes, limit) = (decoded.max(chunk), self.max_bytes);
        if bytes > limit {
            return Err(Error::TooMuchMemory { bytes, limit, path: self.source.path.clone() });
        }
        Ok(())
    }

    fn window_of(&self, rows: &Range<usize>, columns: &Range<usize>) -> Window {
        let index = |row: usize, column: usize| row * self.grid.columns + column;
        let first = self.grid.rect(index(rows.start, columns.start));
        first.union(&self.grid.rect(index(rows.end - 1, columns.end - 1)))
    }

    /// Cuts the outputs into pieces of a few rows of chunks.
    fn batches<'o>(
        &self,
        window: Window,
        (rows, columns): (Range<usize>, Range<usize>),
        wanted: &[usize],
        samples: &'o mut [Samples],
    ) -> Vec<Batch<'o>> {
        let part = self.part();
        let mut rest: Vec<&'o mut [u8]> = samples.iter_mut().map(Samples::as_bytes_mut).collect();
        let row_bytes = self.grid.rect(0).height as usize * window.width as usize * part.pixel_bytes();
        let by_size = BATCH_BYTES.div_ceil(row_bytes.max(1));
        let by_threads = rows.len().div_ceil(rayon::current_num_threads() * BATCHES_PER_THREAD);
        let step = by_size.min(by_threads).max(1).next_multiple_of(self.every);
        let mut batches = Vec::with_capacity(rows.len().div_ceil(step));
        for start in rows.clone().step_by(step) {
            let rows = start..(start + step).min(rows.end);
            let window = self.window_of(&rows, &columns);
            let cut = |(rest, &c): (&mut &'o mut [u8], &usize)| {
                let (width, height) = part.channels[c].size_in(window);
                let bytes = width * height * part.channels[c].sample_type.bytes();
                let (piece, after) = std::mem::take(rest).split_at_mut(bytes);
                *rest = after;
                piece
            };
            let outputs = rest.iter_mut().zip(wanted).map(cut).collect();
            batches.push(Batch { rows, columns: columns.clone(), window, outputs });
        }
        batches
    }

    /// A few bytes cannot hold the gigabytes that a damaged header claims.
    fn check_memory(&self) -> Result<(), Error> {
        let part = self.part();
        let claimed = self.grid.window.pixels().saturating_mul(part.pixel_bytes() as u64);
        let possible = self.source.len.saturating_mul(part.compression.max_ratio().max(LEAST_RATIO));
        if claimed <= possible {
            return Ok(());
        }
        let len = self.source.len;
        let reason = format!("its header claims {claimed} bytes of pixels, the file has {len}");
        Err(match &self.table.incomplete {
            Some(incomplete) => Error::incomplete(&self.source.path, format!("{incomplete}; {reason}")),
            None => Error::damaged(&self.source.path, &self.header.place(self.part_index), reason),
        })
    }
}
