//! Where the chunks of a file lie: offset tables, and whether all chunks are there.
//!
//! A writer fills in the tables when it closes the file, so a zero offset means that it has not
//! finished. Some tools leave zeros in finished files: then the chunks themselves are counted.

use crate::image::PartLayout;

use super::super::Error;
use super::super::source::Source;
use super::header::{Header, Levels, Part, Tiles};

/// Offsets of the chunks of all parts.
pub struct ChunkTable {
    /// For each part, the offsets of the chunks of the full resolution, top to bottom, left to
    /// right; empty for parts whose number of chunks cannot be known.
    pub parts: Vec<Vec<u64>>,
}

/// The fixed start of a chunk.
pub struct ChunkHead {
    /// Part that it belongs to.
    pub part: usize,
    /// Line for scan lines (y, 0, 0, 0), else tile column, tile row, level x, level y.
    pub place: [i32; 4],
    /// Where its data starts.
    pub data: u64,
    /// Bytes of its data.
    pub size: u64,
}

impl ChunkTable {
    /// # Errors
    /// When the file is not complete.
    pub fn read(source: &Source, header: &Header) -> Result<Self, Error> {
        let counts: Option<Vec<u64>> = header.parts.iter().map(chunk_count).collect();
        // Without the size of one table the next ones cannot be found.
        let Some(counts) = counts else {
            return Ok(Self { parts: header.parts.iter().map(|_| Vec::new()).collect() });
        };
        let total = counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count));
        let end =
            total.and_then(|total| total.checked_mul(8)).and_then(|bytes| bytes.checked_add(header.end));
        let end = end.filter(|&end| end <= source.len);
        let end = end.ok_or_else(|| Error::incomplete(&source.path, "it ends inside its offset table"))?;
        let mut bytes = vec![0; (end - header.end) as usize];
        source.read_at(header.end, &mut bytes)?;
        let offsets: Vec<u64> =
            bytes.chunks_exact(8).map(|b| u64::from_le_bytes(b.try_into().expect("chunks of 8"))).collect();
        if offsets.iter().all(|&offset| offset >= end && offset < source.len) {
            check_last(source, header, &offsets)?;
            return Ok(Self::split(header, &counts, &offsets));
        }
        Self::rebuild(source, header, &counts, end)
    }

    fn split(header: &Header, counts: &[u64], mut offsets: &[u64]) -> Self {
        let mut parts = Vec::new();
        for (part, &count) in header.parts.iter().zip(counts) {
            let (own, rest) = offsets.split_at(count as usize);
            parts.push(own[..own.len().min(full_resolution_chunks(part))].to_vec());
            offsets = rest;
        }
        Self { parts }
    }

    /// Walks from chunk to chunk instead.
    fn rebuild(source: &Source, header: &Header, counts: &[u64], start: u64) -> Result<Self, Error> {
        let mut table =
            Self { parts: header.parts.iter().map(|p| vec![0; full_resolution_chunks(p)]).collect() };
        let (mut found, mut position) = (0, start);
        let total: u64 = counts.iter().sum();
        while found < total {
            let Ok(head) = read_head(source, header, position) else { break };
            let Some(end) = head.data.checked_add(head.size).filter(|&end| end <= source.len) else { break };
            if let Some(index) = full_resolution_index(&header.parts[head.part], head.place) {
                table.parts[head.part][index] = position;
            }
            found += 1;
            position = end;
        }
        let holes = table.parts.iter().flatten().any(|&offset| offset == 0);
        if found < total || holes {
            let reason =
                format!("its offset table is not filled in, and {found} of {total} chunks are there");
            return Err(Error::incomplete(&source.path, reason));
        }
        Ok(table)
    }
}

/// The chunk that starts last must end inside the file.
fn check_last(source: &Source, header: &Header, offsets: &[u64]) -> Result<(), Error> {
    let Some(&last) = offsets.iter().max() else { return Ok(()) };
    let head = read_head(source, header, last)?;
    if head.data.checked_add(head.size).is_none_or(|end| end > source.len) {
        return Err(Error::incomplete(
            &source.path,
            format!("its last chunk ends after its {} bytes", source.len),
        ));
    }
    Ok(())
}

/// Reads the start of the chunk at `offset`.
///
/// # Errors
/// When it does not belong to a part of this file, or the file ends before.
pub fn read_head(source: &Source, header: &Header, offset: u64) -> Result<ChunkHead, Error> {
    // Part, four coordinates and three sizes are the most there can be.
    let mut bytes = [0; 4 + 16 + 24];
    let there = source.len.saturating_sub(offset).min(bytes.len() as u64) as usize;
    source.read_at(offset, &mut bytes[..there])?;
    let mut rest = &bytes[..there];
    let mut int = || {
        let (int, after) = rest.split_first_chunk::<4>().ok_or_else(|| cut(source))?;
        rest = after;
        Ok::<i32, Error>(i32::from_le_bytes(*int))
    };
    let part = if header.multi_part { int()? } else { 0 };
    let known = usize::try_from(part).ok().filter(|&part| part < header.parts.len());
    let part = known.ok_or_else(|| {
        Error::damaged(&source.path, "", format!("the chunk at byte {offset} names part {part}"))
    })?;
    let layout = header.parts[part].layout;
    let tiled = matches!(layout, PartLayout::Tiled | PartLayout::DeepTiled);
    let place = if tiled { [int()?, int()?, int()?, int()?] } else { [int()?, 0, 0, 0] };
    if matches!(layout, PartLayout::DeepScanLine | PartLayout::DeepTiled) {
        let mut size = || Ok::<u64, Error>(u64::from(int()? as u32) | u64::from(int()? as u32) << 32);
        let size = size()?.saturating_add(size()?);
        let data = offset + (there - rest.len()) as u64 + 8;
        return Ok(ChunkHead { part, place, data, size });
    }
    let size = int()?;
    let data = offset + (there - rest.len()) as u64;
    let size = u64::try_from(size).ok();
    let negative =
        || Error::damaged(&source.path, "", format!("the chunk at byte {offset} has a negative size"));
    Ok(ChunkHead { part, place, data, size: size.ok_or_else(negative)? })
}

fn cut(source: &Source) -> Error {
    Error::incomplete(&source.path, "it ends inside a chunk")
}

/// Chunks of all levels; `None` where the height of blocks is not known.
fn chunk_count(part: &Part) -> Option<u64> {
    let computed = match part.tiles {
        Some(tiles) => Some(tile_count(part, tiles)),
        None => part.compression.lines().map(|lines| u64::from(part.data_window.height.div_ceil(lines))),
    };
    computed.or(part.chunk_count)
}

fn tile_count(part: &Part, tiles: Tiles) -> u64 {
    let (width, height) = (part.data_window.width, part.data_window.height);
    let across = |level: u32| u64::from(level_size(width, level, tiles.round_up).div_ceil(tiles.width));
    let down = |level: u32| u64::from(level_size(height, level, tiles.round_up).div_ceil(tiles.height));
    match tiles.levels {
        Levels::One => across(0) * down(0),
        Levels::Mip => (0..level_count(width.max(height), tiles.round_up)).map(|l| across(l) * down(l)).sum(),
        Levels::Rip => {
            let columns: u64 = (0..level_count(width, tiles.round_up)).map(across).sum();
            let rows: u64 = (0..level_count(height, tiles.round_up)).map(down).sum();
            columns.saturating_mul(rows)
        }
    }
}

fn level_size(full: u32, level: u32, round_up: bool) -> u32 {
    let size = if round_up { u64::from(full).div_ceil(1 << level) } else { u64::from(full) >> level };
    (size as u32).max(1)
}

fn level_count(full: u32, round_up: bool) -> u32 {
    let up = u32::from(round_up && !full.is_power_of_two());
    full.ilog2() + up + 1
}

/// Chunks of level 0; 0 for parts that cannot be decoded anyway.
fn full_resolution_chunks(part: &Part) -> usize {
    let window = part.data_window;
    match part.tiles {
        Some(tiles) => {
            window.width.div_ceil(tiles.width) as usize * window.height.div_ceil(tiles.height) as usize
        }
        None => part.compression.lines().map_or(0, |lines| window.height.div_ceil(lines) as usize),
    }
}

fn full_resolution_index(part: &Part, place: [i32; 4]) -> Option<usize> {
    let window = part.data_window;
    let Some(tiles) = part.tiles else {
        let line = i64::from(place[0]) - i64::from(window.y);
        let block = usize::try_from(line / i64::from(part.compression.lines()?)).ok()?;
        return Some(block).filter(|&block| line >= 0 && block < full_resolution_chunks(part));
    };
    let [column, row, 0, 0] = place else { return None };
    let (column, row) = (u32::try_from(column).ok()?, u32::try_from(row).ok()?);
    let (columns, rows) = (window.width.div_ceil(tiles.width), window.height.div_ceil(tiles.height));
    (column < columns && row < rows).then(|| row as usize * columns as usize + column as usize)
}
