//! Uncompressed lines: read from the file straight to their places, nothing in between.
//!
//! One call of the system brings many pieces, each to its own place. What lies between two wanted
//! pieces is read to nowhere where it is small, and skipped where it is large.

use std::io::IoSliceMut;

use super::super::Error;
use super::batch::{Batch, Failure, LEAST_SKIP_BYTES, Wanted, head_of};
use super::decode::Job;
use super::unpack::room;

/// Most pieces of one read: what systems allow.
const MOST_PIECES: usize = 1000;
/// Most bytes of one read that go nowhere.
const MOST_WASTE: usize = 1 << 20;

/// Pieces of a line, in its order.
#[derive(Clone, Copy)]
enum Piece {
    /// Of so many bytes nobody wants any.
    Gap(usize),
    /// The row of the next decoded channel.
    Row,
}

/// Reads `chunks`, which lie in the order of the file. `None` where they are not uncompressed lines of
/// just their size: those take the way of all others.
pub fn decode<'c>(
    job: &Job<'_>,
    batch: &mut Batch<'_>,
    chunks: &'c [Wanted],
    waste: &mut Vec<u8>,
) -> Option<Vec<(&'c Wanted, Failure)>> {
    let (pieces, line_bytes) = pieces(job, batch.window.width as usize)?;
    let head_bytes = if job.header.multi_part { 12 } else { 8 };
    let has_its_size = |chunk: &Wanted| chunk.end - chunk.offset == (head_bytes + line_bytes) as u64;
    if !chunks.iter().all(has_its_size) {
        return None;
    }
    let mut heads = vec![[0; 12]; chunks.len()];
    let first_row = batch.rows.start;
    let mut lines = lines(job, batch);
    let mut reader = Reader { job, waste: room(waste, MOST_WASTE), pieces: Vec::new(), start: 0, at: 0 };
    for (chunk, head) in chunks.iter().zip(&mut heads) {
        let line = chunk.index - first_row;
        let done = reader.skip_to(chunk.offset).and_then(|()| {
            reader.take(&mut head[..head_bytes])?;
            let mut rows = std::mem::take(&mut lines[line]).into_iter();
            pieces.iter().try_for_each(|piece| match piece {
                Piece::Gap(bytes) => reader.skip_to(reader.at + *bytes as u64),
                Piece::Row => reader.take(rows.next().expect("a row for each piece")),
            })
        });
        if let Err(error) = done {
            return Some(all_failed(chunks, &error));
        }
    }
    if let Err(error) = reader.read() {
        return Some(all_failed(chunks, &error));
    }
    let wrong = |(chunk, head): (&'c Wanted, &[u8; 12])| match head_of(job, chunk, &head[..head_bytes]) {
        Ok(head) if head.size == line_bytes as u64 => None,
        Ok(head) => {
            Some((chunk, Failure::Damaged(format!("it has {} bytes instead of {line_bytes}", head.size))))
        }
        Err(failure) => Some((chunk, failure)),
    };
    Some(chunks.iter().zip(&heads).filter_map(wrong).collect())
}

/// What a line consists of, and its bytes; `None` for other than plain lines.
fn pieces(job: &Job<'_>, width: usize) -> Option<(Vec<Piece>, usize)> {
    let part = job.part();
    let is_plain = part.channels.iter().all(|channel| channel.sampling == (1, 1));
    if part.compression.id() != 0 || part.tiles.is_some() || !is_plain {
        return None;
    }
    let mut pieces = Vec::new();
    for (channel, slot) in part.channels.iter().zip(job.slots) {
        let bytes = width * channel.sample_type.bytes();
        match (slot, pieces.last_mut()) {
            (Some(_), _) => pieces.push(Piece::Row),
            (None, Some(Piece::Gap(gap))) => *gap += bytes,
            (None, _) => pieces.push(Piece::Gap(bytes)),
        }
    }
    if let Some(Piece::Gap(_)) = pieces.last() {
        pieces.pop();
    }
    Some((pieces, width * part.pixel_bytes()))
}

/// The rows of all decoded channels, line by line, in the order in which a line stores them.
fn lines<'b>(job: &Job<'_>, batch: &'b mut Batch<'_>) -> Vec<Vec<&'b mut [u8]>> {
    let channels = job.part().channels.iter().zip(job.slots);
    let sizes: Vec<usize> =
        channels.filter(|(_, slot)| slot.is_some()).map(|(channel, _)| channel.sample_type.bytes()).collect();
    let mut lines: Vec<Vec<_>> = (0..batch.window.height).map(|_| Vec::with_capacity(sizes.len())).collect();
    // Slots are numbered in the order of the channels.
    for (output, size) in batch.outputs.iter_mut().zip(sizes) {
        let rows = output.chunks_exact_mut(batch.window.width as usize * size);
        lines.iter_mut().zip(rows).for_each(|(line, row)| line.push(row));
    }
    lines
}

/// The first failure says it of all: what came of their bytes is not known.
fn all_failed<'c>(chunks: &'c [Wanted], error: &Error) -> Vec<(&'c Wanted, Failure)> {
    chunks.iter().map(|chunk| (chunk, Failure::Read(error.clone()))).collect()
}

/// Gathers pieces that follow each other in the file, and reads them at once.
struct Reader<'a, 'p> {
    job: &'a Job<'a>,
    waste: &'p mut [u8],
    pieces: Vec<IoSliceMut<'p>>,
    /// Where the first of the pieces lies.
    start: u64,
    /// Where the last one ends.
    at: u64,
}

impl<'p> Reader<'_, 'p> {
    fn take(&mut self, place: &'p mut [u8]) -> Result<(), Error> {
        if self.pieces.len() == MOST_PIECES {
            self.read()?;
        }
        self.at += place.len() as u64;
        self.pieces.push(IoSliceMut::new(place));
        Ok(())
    }

    fn skip_to(&mut self, offset: u64) -> Result<(), Error> {
        let gap = offset.wrapping_sub(self.at) as usize;
        let is_small = !self.pieces.is_empty() && offset >= self.at && gap < LEAST_SKIP_BYTES;
        if !is_small || gap > self.waste.len() {
            self.read()?;
            (self.start, self.at) = (offset, offset);
        } else if gap > 0 {
            let (place, rest) = std::mem::take(&mut self.waste).split_at_mut(gap);
            self.waste = rest;
            self.take(place)?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<(), Error> {
        let mut pieces = std::mem::take(&mut self.pieces);
        let start = std::mem::replace(&mut self.start, self.at);
        self.job.source.read_pieces(start, &mut pieces)
    }
}
