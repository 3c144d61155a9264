//! Where the chunks of a file lie: offset tables, and whether all chunks are there.
//!
//! A writer fills in the tables when it closes the file, so a zero offset means that it has not
//! finished. Some tools leave zeros or nonsense in finished files: then the chunks themselves are
//! walked, one after the other from the end of the tables.

use crate::image::PartLayout;

use super::super::Error;
use super::super::source::Source;
use super::grid;
use super::header::Header;

/// Offsets of the chunks of all parts.
pub struct ChunkTable {
    /// For each part, as its offset table has them: all levels, 0 for a chunk that is not there.
    /// Empty for parts whose number of chunks cannot be known.
    pub parts: Vec<Vec<u64>>,
    /// Why the file is not all there, if it is not.
    pub incomplete: Option<String>,
    /// All offsets of the file, lowest first: a chunk ends where the next one begins.
    sorted: Vec<u64>,
    /// Where chunks begin.
    start: u64,
    /// Whether the offsets were found by walking.
    pub is_walked: bool,
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

/// Most bytes of a chunk's head: part, four coordinates and three sizes.
pub const MOST_HEAD_BYTES: usize = 4 + 16 + 24;

impl ChunkTable {
    /// # Errors
    /// When the file ends inside its tables.
    pub fn read(source: &Source, header: &Header) -> Result<Self, Error> {
        let counts: Option<Vec<u64>> = header.parts.iter().map(grid::chunk_count).collect();
        // Without the size of one table the next ones cannot be found.
        let Some(counts) = counts else {
            let parts = header.parts.iter().map(|_| Vec::new()).collect();
            return Ok(Self {
                parts,
                incomplete: None,
                sorted: Vec::new(),
                start: header.end,
                is_walked: false,
            });
        };
        let total = counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count));
        let end =
            total.and_then(|total| total.checked_mul(8)).and_then(|bytes| bytes.checked_add(header.end));
        let end = end.filter(|&end| end <= source.len);
        let end = end.ok_or_else(|| Error::incomplete(&source.path, "it ends inside its offset table"))?;
        let mut bytes = vec![0; (end - header.end) as usize];
        source.read_at(header.end, &mut bytes)?;
        let mut offsets = bytes.as_chunks::<8>().0.iter().map(|&bytes| u64::from_le_bytes(bytes));
        let parts = counts.iter().map(|&count| offsets.by_ref().take(count as usize).collect()).collect();
        let mut table = Self { parts, incomplete: None, sorted: Vec::new(), start: end, is_walked: false };
        let is_sound = |&offset: &u64| offset >= end && offset < source.len;
        if table.parts.iter().flatten().all(is_sound) {
            table.sort();
            table.check_last(source, header);
        } else {
            table.walk(source, header);
        }
        Ok(table)
    }

    /// Corrects the offsets by what is found from chunk to chunk. What is not found that way stays
    /// where the table says, if that is in the file.
    pub fn walk(&mut self, source: &Source, header: &Header) {
        let is_blank = self.parts.iter().flatten().any(|&offset| offset == 0);
        let empty = self.parts.iter().map(|part| vec![0; part.len()]).collect();
        let told = std::mem::replace(&mut self.parts, empty);
        let total: usize = told.iter().map(Vec::len).sum();
        let (mut found, mut position) = (0, self.start);
        // What lies nowhere, or twice, is counted too: the walk must end.
        while found < 2 * total {
            let Ok(head) = read_head(source, header, position) else { break };
            let Some(end) = head.data.checked_add(head.size).filter(|&end| end <= source.len) else { break };
            let index = grid::table_index(&header.parts[head.part], head.place);
            found += 1;
            if let Some(index) = index
                && let Some(slot) = self.parts[head.part].get_mut(index)
                // Of two that claim one place, the table decides.
                && (*slot == 0 || told[head.part][index] == position)
            {
                *slot = position;
            }
            position = end;
        }
        let (mut there, mut is_cut) = (0, is_blank);
        for (part, (slots, told)) in self.parts.iter_mut().zip(&told).enumerate() {
            for (index, (slot, &told)) in slots.iter_mut().zip(told).enumerate() {
                is_cut |= told >= source.len;
                if *slot == 0 && told >= self.start && told < source.len {
                    *slot = told;
                    let is_whole = |head: ChunkHead| {
                        head.part == part
                            && grid::table_index(&header.parts[part], head.place) == Some(index)
                            && head.data.checked_add(head.size).is_some_and(|end| end <= source.len)
                    };
                    there += usize::from(read_head(source, header, told).is_ok_and(is_whole));
                } else {
                    there += usize::from(*slot != 0);
                }
            }
        }
        self.is_walked = true;
        // A table whose every entry is inside the file was finished: what is not there is damage.
        self.incomplete = (there < total && is_cut).then(|| {
            let why = if is_blank { "is not filled in" } else { "points beyond what is there" };
            format!("its offset table {why}, and {there} of {total} chunks are there")
        });
        self.sort();
    }

    /// Where the chunk at `offset` ends at the latest.
    pub fn end_of(&self, offset: u64, len: u64) -> u64 {
        let next = self.sorted.partition_point(|&other| other <= offset);
        self.sorted.get(next).copied().unwrap_or(len).min(len)
    }

    fn sort(&mut self) {
        self.sorted = self.parts.iter().flatten().copied().filter(|&offset| offset != 0).collect();
        self.sorted.sort_unstable();
    }

    /// The chunk that starts last must end inside the file.
    fn check_last(&mut self, source: &Source, header: &Header) {
        let Some(&last) = self.sorted.last() else { return };
        match read_head(source, header, last).map(|head| head.data.checked_add(head.size)) {
            Ok(Some(end)) if end <= source.len => {}
            Ok(_) => self.incomplete = Some(format!("its last chunk ends after its {} bytes", source.len)),
            // The file is cut there, or the offset is wrong: the chunks tell.
            Err(_) if source.len - last < MOST_HEAD_BYTES as u64 => self.walk(source, header),
            // Damage, which reading the chunk will tell.
            Err(_) => {}
        }
    }
}

/// Reads the start of the chunk at `offset`.
///
/// # Errors
/// When it does not belong to a part of this file, or the file ends before.
pub fn read_head(source: &Source, header: &Header, offset: u64) -> Result<ChunkHead, Error> {
    let mut bytes = [0; MOST_HEAD_BYTES];
    let there = source.len.saturating_sub(offset).min(bytes.len() as u64) as usize;
    source.read_at(offset, &mut bytes[..there])?;
    let damaged =
        |reason: String| Error::damaged(&source.path, "", format!("the chunk at byte {offset} {reason}"));
    parse_head(header, offset, &bytes[..there]).map_err(|error| match error {
        HeadError::Cut => Error::incomplete(&source.path, "it ends inside a chunk"),
        HeadError::NoSuchPart(part) => damaged(format!("names part {part}")),
        HeadError::NegativeSize => damaged("has a negative size".to_owned()),
    })
}

/// Why bytes are no start of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadError {
    /// They are too few.
    Cut,
    /// It names a part that the file has not.
    NoSuchPart(i32),
    /// Its size is below zero.
    NegativeSize,
}

/// Reads the start of the chunk at `offset` from its first `bytes`, [`MOST_HEAD_BYTES`] of them
/// unless the file ends before.
///
/// # Errors
/// When it does not belong to a part of this file, or ends before.
pub fn parse_head(header: &Header, offset: u64, bytes: &[u8]) -> Result<ChunkHead, HeadError> {
    let mut rest = bytes;
    let mut int = || {
        let (int, after) = rest.split_first_chunk::<4>().ok_or(HeadError::Cut)?;
        rest = after;
        Ok::<i32, HeadError>(i32::from_le_bytes(*int))
    };
    let number = if header.multi_part { int()? } else { 0 };
    let known = usize::try_from(number).ok().filter(|&part| part < header.parts.len());
    let part = known.ok_or(HeadError::NoSuchPart(number))?;
    let layout = header.parts[part].layout;
    let tiled = matches!(layout, PartLayout::Tiled | PartLayout::DeepTiled);
    let place = if tiled { [int()?, int()?, int()?, int()?] } else { [int()?, 0, 0, 0] };
    if layout.is_deep() {
        let mut size = || Ok::<u64, HeadError>(u64::from(int()? as u32) | u64::from(int()? as u32) << 32);
        let size = size()?.saturating_add(size()?);
        let data = offset + (bytes.len() - rest.len()) as u64 + 8;
        return Ok(ChunkHead { part, place, data, size });
    }
    let size = u64::try_from(int()?).ok().ok_or(HeadError::NegativeSize)?;
    let data = offset + (bytes.len() - rest.len()) as u64;
    Ok(ChunkHead { part, place, data, size })
}
