//! One batch: its chunks are read from the file in large pieces and decoded into their rows.

use std::ops::Range;

use crate::image::Window;

use super::super::Error;
use super::block::{Block, BlockChannel, Rows};
use super::chunks::{ChunkHead, HeadError, MOST_HEAD_BYTES, parse_head};
use super::decode::{Job, Trouble};
use super::header::Channel;
use super::plain;
use super::unpack::{Scratch, room, unpack, with_scratch};

/// Most bytes of one read.
const MOST_READ_BYTES: u64 = 8 << 20;
/// Bytes between two wanted pieces that are rather read than skipped: what a network takes to answer
/// would have brought them.
pub const LEAST_SKIP_BYTES: usize = 64 << 10;

/// A few rows of chunks, and the piece of each output that they fill.
pub struct Batch<'o> {
    pub rows: Range<usize>,
    pub columns: Range<usize>,
    /// The pixels of these chunks.
    pub window: Window,
    /// One for each decoded channel, in the order of their slots.
    pub outputs: Vec<&'o mut [u8]>,
}

/// A chunk to be read: where it stands in its level, and where in the file.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub index: usize,
    pub offset: u64,
    /// Where it ends at the latest.
    pub end: u64,
}

/// Why a chunk is not decoded.
pub enum Failure {
    /// Its offset leads to another chunk, or to none.
    Misplaced(String),
    /// It contradicts itself.
    Damaged(String),
    /// The file ends before.
    Incomplete(String),
    /// The system refuses.
    Read(Error),
}

/// Decodes all chunks of `batch`; returns those that could not be.
pub fn decode(job: &Job<'_>, mut batch: Batch<'_>) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let mut wanted = Vec::new();
    let offsets = &job.table.parts[job.part_index];
    for row in batch.rows.clone().step_by(job.every) {
        for index in batch.columns.clone().map(|column| row * job.grid.columns + column) {
            match offsets.get(job.grid.first + index) {
                Some(&offset) if offset != 0 => {
                    // An offset inside the head is a wrong one.
                    let head_end = (offset + MOST_HEAD_BYTES as u64).min(job.source.len);
                    let end = job.table.end_of(offset, job.source.len).max(head_end);
                    wanted.push(Wanted { index, offset, end });
                }
                _ => {
                    let failure = Failure::Incomplete("is not there".to_owned());
                    troubles.push(trouble(job, index, 0, failure));
                }
            }
        }
    }
    wanted.sort_by_key(|chunk| chunk.offset);
    with_scratch(|scratch| {
        for run in runs(&wanted) {
            let failures = match plain::decode(job, &mut batch, run, &mut scratch.packed) {
                Some(failures) => failures,
                None => decode_run(job, &mut batch, run, scratch),
            };
            for (chunk, failure) in failures {
                troubles.push(trouble(job, chunk.index, chunk.offset, failure));
            }
        }
    });
    if job.every > 1 {
        repeat_rows(job, &mut batch);
    }
    troubles
}

/// Each line that was decoded stands for those that were not, down to the next one.
fn repeat_rows(job: &Job<'_>, batch: &mut Batch<'_>) {
    let channels =
        job.part().channels.iter().zip(job.slots).filter_map(|(channel, slot)| slot.map(|_| channel));
    for (output, channel) in batch.outputs.iter_mut().zip(channels) {
        let row = batch.window.width as usize * channel.sample_type.bytes();
        for at in (0..output.len() / row).filter(|at| at % job.every != 0) {
            output.copy_within((at - 1) * row..at * row, at * row);
        }
    }
}

/// Cuts chunks in file order into runs that one read brings.
fn runs(chunks: &[Wanted]) -> impl Iterator<Item = &[Wanted]> {
    let start = |run: &[Wanted]| run[0].offset;
    let mut rest = chunks;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let joined = |pair: &[Wanted]| {
            let is_near = pair[1].offset.saturating_sub(pair[0].end) < LEAST_SKIP_BYTES as u64;
            // Of many offsets that lead to one place, the place is read once.
            pair[1].offset == pair[0].offset || (is_near && pair[1].end - start(rest) <= MOST_READ_BYTES)
        };
        let len = 1 + rest.windows(2).take_while(|pair| joined(pair)).count();
        let (run, after) = rest.split_at(len);
        rest = after;
        Some(run)
    })
}

/// Reads a run of chunks and decodes each.
fn decode_run<'c>(
    job: &Job<'_>,
    batch: &mut Batch<'_>,
    run: &'c [Wanted],
    Scratch { packed, unpacker }: &mut Scratch,
) -> Vec<(&'c Wanted, Failure)> {
    let offset = run[0].offset;
    // What lies between the last chunk and the next one that is known may be large and of no use.
    let end =
        run.iter().map(|chunk| chunk.end.min(chunk.offset.saturating_add(most_bytes(job, chunk)))).max();
    let bytes = room(packed, (end.unwrap_or(offset) - offset) as usize);
    if let Err(error) = job.source.read_at(offset, bytes) {
        return run.iter().map(|chunk| (chunk, Failure::Read(error.clone()))).collect();
    }
    let bytes = &*bytes;
    let mut failures = Vec::new();
    for chunk in run {
        let from = (chunk.offset - offset) as usize;
        let decoded = head_of(job, chunk, &bytes[from..]).and_then(|head| {
            let start = (head.data - offset) as usize;
            let own;
            let data = match bytes.get(start..start.saturating_add(head.size as usize)) {
                Some(data) => data,
                // An offset that lies inside of it, a wrong one, has cut it short.
                None if head.size <= most_bytes(job, chunk) && head.data + head.size <= job.source.len => {
                    let mut data = vec![0; head.size as usize];
                    job.source.read_at(head.data, &mut data).map_err(Failure::Read)?;
                    own = data;
                    &own
                }
                None => return Err(too_long(job, &head)),
            };
            let block = &mut block(job, batch, chunk.index);
            check_size(job, block, data.len())?;
            unpack(job.part(), data, block, unpacker).map_err(Failure::Damaged)
        });
        if let Err(failure) = decoded {
            failures.push((chunk, failure));
        }
    }
    failures
}

/// More bytes than a sound chunk has with its head.
fn most_bytes(job: &Job<'_>, chunk: &Wanted) -> u64 {
    let raw = job.grid.rect(chunk.index).pixels().saturating_mul(job.part().pixel_bytes() as u64);
    raw.saturating_mul(2).saturating_add(1 << 20)
}

fn too_long(job: &Job<'_>, head: &ChunkHead) -> Failure {
    match head.data.checked_add(head.size) {
        Some(end) if end <= job.source.len => {
            Failure::Damaged(format!("it claims {} bytes, more than it can have", head.size))
        }
        _ => Failure::Incomplete(format!("has {} bytes, and the file ends before", head.size)),
    }
}

/// The head of a chunk from its first bytes; it must be of the right part and place.
pub fn head_of(job: &Job<'_>, chunk: &Wanted, bytes: &[u8]) -> Result<ChunkHead, Failure> {
    let bytes = &bytes[..bytes.len().min(MOST_HEAD_BYTES)];
    let head = parse_head(job.header, chunk.offset, bytes).map_err(|error| match error {
        HeadError::Cut => Failure::Incomplete("is cut short".to_owned()),
        HeadError::NoSuchPart(part) => Failure::Misplaced(format!("names part {part}")),
        HeadError::NegativeSize => Failure::Damaged("its size is negative".to_owned()),
    })?;
    let index = super::grid::table_index(job.part(), head.place);
    if head.part != job.part_index || index != Some(job.grid.first + chunk.index) {
        return Err(Failure::Misplaced("belongs elsewhere".to_owned()));
    }
    Ok(head)
}

/// A block cannot be larger than its compression makes it.
fn check_size(job: &Job<'_>, block: &Block<'_>, packed: usize) -> Result<(), Failure> {
    let bytes = block.bytes() as u64;
    if bytes > (packed as u64).saturating_mul(job.part().compression.max_ratio()) {
        return Err(Failure::Damaged(format!("it has {packed} bytes, which cannot hold {bytes}")));
    }
    Ok(())
}

/// The block that the chunk at `index` fills, its wanted channels led to their rows.
fn block<'b>(job: &'b Job<'_>, batch: &'b mut Batch<'_>, index: usize) -> Block<'b> {
    let rect = job.grid.rect(index);
    let channels = &job.part().channels;
    let mut outputs: Vec<Option<&mut [u8]>> =
        batch.outputs.iter_mut().map(|output| Some(&mut **output)).collect();
    let window = batch.window;
    let channels = channels.iter().zip(job.slots).map(|(channel, slot)| {
        let (width, height) = channel.size_in(rect);
        let bytes = slot.and_then(|slot| outputs[slot].take());
        let output = bytes.map(|bytes| {
            let (start, stride) = place(channel, window, rect);
            Rows::new(bytes, start, stride)
        });
        BlockChannel { channel, width, height, output }
    });
    Block { y: rect.y, lines: rect.height as usize, channels: channels.collect() }
}

/// Where the first sample of `rect` lies among those of `window`, and how far its rows are apart, in
/// bytes.
fn place(channel: &Channel, window: Window, rect: Window) -> (usize, usize) {
    let size = channel.sample_type.bytes();
    let (width, _) = channel.size_in(window);
    let above = Window::new(window.x, window.y, window.width, (rect.y - window.y) as u32);
    let left = Window::new(window.x, window.y, (rect.x - window.x) as u32, window.height);
    let (rows, columns) = (channel.size_in(above).1, channel.size_in(left).0);
    ((rows * width + columns) * size, width * size)
}

/// Tells of a chunk that could not be decoded, and of the lines that it stands for.
fn trouble(job: &Job<'_>, index: usize, offset: u64, failure: Failure) -> Trouble {
    let rect = job.grid.rect(index);
    let lines = (i64::from(rect.height) * job.every as i64).min(job.grid.window.bottom() - i64::from(rect.y));
    let window = Window::new(rect.x, rect.y, rect.width, lines as u32);
    let place = job.header.place(job.part_index);
    let what = match job.part().tiles {
        Some(_) => format!("the tile at {},{}", rect.x, rect.y),
        None if rect.height == 1 => format!("line {}", rect.y),
        None => format!("the block of lines {} to {}", rect.y, rect.bottom() - 1),
    };
    let at = if offset == 0 { String::new() } else { format!(" (byte {offset})") };
    let path = &job.source.path;
    let is_misplaced = matches!(failure, Failure::Misplaced(_));
    let error = match failure {
        Failure::Damaged(reason) => {
            Error::damaged(path, &place, format!("{what}{at} does not decode: {reason}"))
        }
        Failure::Misplaced(reason) if job.table.incomplete.is_none() => {
            Error::damaged(path, &place, format!("{what}{at}: its chunk {reason}"))
        }
        Failure::Misplaced(reason)
        | Failure::Incomplete(reason)
        | Failure::Read(Error::Incomplete { reason, .. }) => {
            let place = if place.is_empty() { place } else { format!("{place}: ") };
            Error::incomplete(path, format!("{place}{what}{at}: its chunk {reason}"))
        }
        Failure::Read(error) => error,
    };
    Trouble { window, error, is_misplaced }
}
