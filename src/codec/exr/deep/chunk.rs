//! One chunk of a deep part: a line, or a tile.
//!
//! It holds a table of the samples up to each pixel of a line, then line by line, in a line channel
//! by channel, the samples of all pixels; table and samples are compressed apart. Source: OpenEXR,
//! "OpenEXR File Layout".

use libdeflater::Decompressor;

use crate::image::{SampleType, Window};

use super::super::super::Error;
use super::super::block::StoredRow;
use super::super::chunks::read_head;
use super::super::compression::DeepCodec;
use super::super::{zip, zstd};
use super::Job;

/// What a chunk holds.
pub struct Chunk {
    /// Samples of each pixel, row by row.
    pub counts: Vec<u32>,
    /// For each wanted channel its samples, pixel by pixel, as stored.
    pub channels: Vec<Vec<u8>>,
}

/// Where a chunk ought to be, and which pixels it ought to hold.
pub struct Expected {
    /// First byte; 0 where the file does not tell.
    pub offset: u64,
    /// As its head must say.
    pub place: [i64; 4],
    /// Absolute pixels.
    pub window: Window,
}

/// Memory that is used again from chunk to chunk.
pub struct Scratch {
    inflate: Decompressor,
    zstd: zstd::Scratch,
    coded: Vec<u8>,
}

impl Scratch {
    pub fn new() -> Self {
        Self { inflate: Decompressor::new(), zstd: zstd::Scratch::default(), coded: Vec::new() }
    }
}

/// Sizes of a chunk, in bytes.
struct Sizes {
    packed_table: u64,
    packed_data: u64,
    data: u64,
}

impl Chunk {
    /// A chunk without samples.
    pub fn empty(window: Window, channels: usize) -> Self {
        Self { counts: vec![0; window.pixels() as usize], channels: vec![Vec::new(); channels] }
    }

    /// # Errors
    /// When the file does not hold that chunk, it is damaged, or has more samples than allowed.
    pub fn read(job: &Job<'_>, expected: &Expected, scratch: &mut Scratch) -> Result<Self, Error> {
        let Expected { offset, place, window } = *expected;
        if offset == 0 {
            let reason = format!("the chunk of {window} is not there");
            return Err(Error::incomplete(&job.source.path, reason));
        }
        let head = read_head(job.source, job.header, offset)?;
        let damaged = |reason: String| {
            Error::damaged(
                &job.source.path,
                &job.place,
                format!("the chunk of {window} (byte {offset}): {reason}"),
            )
        };
        if head.part != job.part_index || head.place.map(i64::from) != place {
            return Err(damaged("it belongs elsewhere".to_owned()));
        }
        let mut sizes = [0; 24];
        job.source.read_at(head.data - 24, &mut sizes)?;
        let size = |at: usize| sizes[at..at + 8].try_into().map_or(0, u64::from_le_bytes);
        let sizes = Sizes { packed_table: size(0), packed_data: size(8), data: size(16) };
        let end =
            head.data.checked_add(sizes.packed_table).and_then(|end| end.checked_add(sizes.packed_data));
        if end.is_none_or(|end| end > job.source.len) {
            let reason = format!("the chunk of {window} (byte {offset}) ends after the file");
            return Err(Error::incomplete(&job.source.path, reason));
        }
        let counts = read_counts(job, head.data, &sizes, window, scratch)?.map_err(damaged)?;
        let data = read_data(job, head.data + sizes.packed_table, &sizes, window, &counts, scratch)?;
        let data = data.map_err(damaged)?;
        Ok(Self { channels: split(job, &data, window, &counts), counts })
    }
}

type Checked<T> = Result<Result<T, String>, Error>;

/// The table of a chunk, as samples of each pixel.
fn read_counts(
    job: &Job<'_>,
    at: u64,
    sizes: &Sizes,
    window: Window,
    scratch: &mut Scratch,
) -> Checked<Vec<u32>> {
    let (width, pixels) = (window.width as usize, window.pixels());
    if sizes.packed_table == 0 {
        // OpenEXR takes it for a chunk without samples.
        return Ok(if sizes.packed_data == 0 {
            Ok(vec![0; pixels as usize])
        } else {
            Err("it has no table".into())
        });
    }
    let (tile_width, tile_height) = job.chunk_size();
    let whole_tile = (u64::from(tile_width) * u64::from(tile_height)).saturating_mul(4);
    let packed = match sizes.packed_table {
        // OpenEXR stores as much for a tile at the border as for any other, and fills it from the start.
        size if job.codec == DeepCodec::None && size == whole_tile => pixels * 4,
        size => size,
    };
    if let Err(reason) = check_ratio(job, packed, pixels * 4) {
        return Ok(Err(reason));
    }
    let packed = read_packed(job, at, packed)?;
    let rows = (0..window.height).map(|_| (width * 4, SampleType::U32));
    let table = unpack(job, &packed, pixels as usize * 4, rows, scratch);
    Ok(table.map_err(|reason| format!("its table: {reason}")).and_then(|table| {
        let ends: Vec<u32> =
            table.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let mut counts = Vec::with_capacity(ends.len());
        for line in ends.chunks_exact(width) {
            let mut before = 0;
            for &end in line {
                let Some(count) = end.checked_sub(before) else {
                    return Err(format!("its table goes from {before} samples back to {end}"));
                };
                counts.push(count);
                before = end;
            }
        }
        Ok(counts)
    }))
}

/// All samples of a chunk, in stored order.
fn read_data(
    job: &Job<'_>,
    at: u64,
    sizes: &Sizes,
    window: Window,
    counts: &[u32],
    scratch: &mut Scratch,
) -> Checked<Vec<u8>> {
    let lines: Vec<usize> = counts.chunks_exact(window.width as usize).map(line_samples).collect();
    let bytes = (lines.iter().sum::<usize>() as u64).saturating_mul(job.sample_bytes());
    if bytes != sizes.data {
        return Ok(Err(format!("its table tells of {bytes} bytes of samples, its head of {}", sizes.data)));
    }
    if bytes == 0 {
        return Ok(Ok(Vec::new()));
    }
    if let Err(reason) = check_ratio(job, sizes.packed_data, bytes) {
        return Ok(Err(reason));
    }
    job.admit(lines.iter().sum::<usize>() as u64)?;
    let packed = read_packed(job, at, sizes.packed_data)?;
    let channels = || job.part.channels.iter().map(|channel| channel.sample_type);
    let rows = lines.iter().flat_map(|&samples| channels().map(move |kind| (samples * kind.bytes(), kind)));
    Ok(unpack(job, &packed, bytes as usize, rows, scratch).map_err(|reason| format!("its samples: {reason}")))
}

/// Samples of one line.
pub fn line_samples(counts: &[u32]) -> usize {
    counts.iter().map(|&count| count as usize).sum()
}

/// So few bytes cannot hold so many, nor need so many to hold so few.
fn check_ratio(job: &Job<'_>, packed: u64, bytes: u64) -> Result<(), String> {
    if packed > bytes || bytes > packed.saturating_mul(job.part.compression.max_ratio()) {
        return Err(format!("{packed} bytes cannot hold {bytes}"));
    }
    Ok(())
}

fn read_packed(job: &Job<'_>, at: u64, size: u64) -> Result<Vec<u8>, Error> {
    let mut packed = vec![0; size as usize];
    job.source.read_at(at, &mut packed)?;
    Ok(packed)
}

/// Decompresses `size` bytes; `rows` are those of the block, in stored order.
fn unpack(
    job: &Job<'_>,
    packed: &[u8],
    size: usize,
    rows: impl Iterator<Item = (usize, SampleType)> + Clone,
    scratch: &mut Scratch,
) -> Result<Vec<u8>, String> {
    // What does not become smaller is stored as it is.
    if packed.len() == size {
        return Ok(packed.to_vec());
    }
    let mut bytes = vec![0; size];
    scratch.coded.resize(size, 0);
    match job.codec {
        DeepCodec::None => return Err(format!("{} bytes are there instead of {size}", packed.len())),
        DeepCodec::Rle => {
            zip::unrle(packed, &mut scratch.coded)?;
            unpredict(&scratch.coded, &mut bytes);
        }
        DeepCodec::Zips => {
            zip::inflate(&mut scratch.inflate, packed, &mut scratch.coded)?;
            unpredict(&scratch.coded, &mut bytes);
        }
        DeepCodec::Zstd => {
            let of =
                |halves: bool| rows.clone().filter(move |(_, kind)| (*kind == SampleType::F16) == halves);
            let sizes = [true, false].map(|halves| of(halves).map(|(bytes, _)| bytes).sum());
            let mut packed_rows = zstd::PackedRows::open(packed, sizes.into(), &mut scratch.zstd)?;
            let mut rest = bytes.as_mut_slice();
            for (bytes, sample_type) in rows {
                let (row, after) = rest.split_at_mut(bytes);
                rest = after;
                packed_rows.next(StoredRow { bytes, sample_type, output: Some(row) });
            }
        }
    }
    Ok(bytes)
}

/// Undoes predictor and split of bytes, as [`zip::reconstruct`] does for blocks.
fn unpredict(coded: &[u8], out: &mut [u8]) {
    let (even, odd) = coded.split_at(coded.len().div_ceil(2));
    let mut before = 128_u8;
    for (half, bytes) in [even, odd].into_iter().enumerate() {
        for (i, byte) in bytes.iter().enumerate() {
            before = before.wrapping_add(*byte).wrapping_sub(128);
            out[2 * i + half] = before;
        }
    }
}

/// The samples of each wanted channel, of all lines.
fn split(job: &Job<'_>, data: &[u8], window: Window, counts: &[u32]) -> Vec<Vec<u8>> {
    let total = line_samples(counts);
    let bytes_of = |channel: usize| job.part.channels[channel].sample_type.bytes();
    let mut channels: Vec<Vec<u8>> =
        job.wanted.iter().map(|&channel| Vec::with_capacity(total * bytes_of(channel))).collect();
    let mut line_start = 0;
    for line in counts.chunks_exact(window.width as usize) {
        let samples = line_samples(line);
        for (&channel, out) in job.wanted.iter().zip(&mut channels) {
            let before: usize = (0..channel).map(bytes_of).sum();
            out.extend_from_slice(&data[line_start + samples * before..][..samples * bytes_of(channel)]);
        }
        line_start += samples * job.sample_bytes() as usize;
    }
    channels
}
