//! How a part is cut into chunks: scan-line blocks or tiles, on one or many resolution levels.
//!
//! Source: OpenEXR, "OpenEXR File Layout" and "Technical Introduction" (levels and their sizes).

use crate::image::Window;

use super::header::{Levels, Part, Tiles};

/// The chunks of one resolution level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The level's pixels, at the origin of the data window.
    pub window: Window,
    /// Columns of chunks; 1 for scan lines.
    pub columns: usize,
    /// Rows of chunks.
    pub rows: usize,
    /// Where its first chunk stands in the part's offset table.
    pub first: usize,
    /// Width and height of a chunk inside the picture.
    chunk: (u32, u32),
}

impl Grid {
    /// The full resolution; `None` for a compression whose height of blocks is not known.
    pub fn full(part: &Part) -> Option<Self> {
        Self::of_size(part, (part.data_window.width, part.data_window.height), 0)
    }

    /// The levels that are smaller by the same factor in both directions, largest first; the full
    /// resolution is the first.
    pub fn levels(part: &Part) -> Vec<Self> {
        let Some(tiles) = part.tiles else { return Self::full(part).into_iter().collect() };
        let (width, height) = (part.data_window.width, part.data_window.height);
        let count = match tiles.levels {
            Levels::One => 1,
            Levels::Mip => level_count(width.max(height), tiles.round_up),
            Levels::Rip => level_count(width, tiles.round_up).min(level_count(height, tiles.round_up)),
        };
        let level = |l: u32| {
            let size = (level_size(width, l, tiles.round_up), level_size(height, l, tiles.round_up));
            Self::of_size(part, size, first_of_level(part, tiles, (l, l))? as usize)
        };
        (0..count).map_while(level).collect()
    }

    fn of_size(part: &Part, (width, height): (u32, u32), first: usize) -> Option<Self> {
        let chunk = match part.tiles {
            Some(tiles) => (tiles.width, tiles.height),
            None => (width, part.compression.lines()?),
        };
        let window = Window::new(part.data_window.x, part.data_window.y, width, height);
        let (columns, rows) = (width.div_ceil(chunk.0) as usize, height.div_ceil(chunk.1) as usize);
        Some(Self { window, columns, rows, first, chunk })
    }

    /// Chunks of the level.
    pub const fn chunks(&self) -> usize {
        self.columns * self.rows
    }

    /// The pixels of the chunk that stands at `index` in the level.
    pub fn rect(&self, index: usize) -> Window {
        let (column, row) = ((index % self.columns) as i64, (index / self.columns) as i64);
        let (x, y) = (column * i64::from(self.chunk.0), row * i64::from(self.chunk.1));
        let width = i64::from(self.chunk.0).min(i64::from(self.window.width) - x);
        let height = i64::from(self.chunk.1).min(i64::from(self.window.height) - y);
        let (x, y) = (x + i64::from(self.window.x), y + i64::from(self.window.y));
        Window::new(x as i32, y as i32, width as u32, height as u32)
    }

    /// Rows and columns of the chunks that have pixels of `area`, which lies inside the level.
    pub fn touched(&self, area: Window) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let range = |from: i64, to: i64, size: u32| {
            (from / i64::from(size)) as usize..((to + i64::from(size) - 1) / i64::from(size)) as usize
        };
        let (x, y) = (i64::from(self.window.x), i64::from(self.window.y));
        let rows = range(i64::from(area.y) - y, area.bottom() - y, self.chunk.1);
        let columns = range(i64::from(area.x) - x, area.right() - x, self.chunk.0);
        (rows, columns)
    }
}

/// Chunks of all levels; `None` where the height of blocks is not known.
pub fn chunk_count(part: &Part) -> Option<u64> {
    let computed = match part.tiles {
        Some(tiles) => first_of_level(part, tiles, level_end(part, tiles)),
        None => Grid::full(part).map(|grid| grid.chunks() as u64),
    };
    computed.or(part.chunk_count)
}

/// Where the chunk of that place ([`super::chunks::ChunkHead::place`]) stands in the part's offset
/// table, if there is such a place.
pub fn table_index(part: &Part, place: [i32; 4]) -> Option<usize> {
    let window = part.data_window;
    let Some(tiles) = part.tiles else {
        let line = i64::from(place[0]) - i64::from(window.y);
        let lines = i64::from(part.compression.lines()?);
        let inside = line >= 0 && line < i64::from(window.height) && line % lines == 0;
        return inside.then_some((line / lines) as usize);
    };
    let mut place = place.into_iter().map(|value| u32::try_from(value).ok());
    let mut next = || place.next().flatten();
    let (column, row, level) = (next()?, next()?, (next()?, next()?));
    let end = level_end(part, tiles);
    let is_level = match tiles.levels {
        Levels::One => level == (0, 0),
        Levels::Mip => level.0 == level.1 && level.1 < end.1,
        Levels::Rip => level.0 < level_count(window.width, tiles.round_up) && level.1 < end.1,
    };
    if !is_level {
        return None;
    }
    let columns = level_size(window.width, level.0, tiles.round_up).div_ceil(tiles.width);
    let rows = level_size(window.height, level.1, tiles.round_up).div_ceil(tiles.height);
    let first = usize::try_from(first_of_level(part, tiles, level)?).ok()?;
    (column < columns && row < rows).then(|| first + row as usize * columns as usize + column as usize)
}

/// One past the last level, in the order of the offset table.
fn level_end(part: &Part, tiles: Tiles) -> (u32, u32) {
    let (width, height) = (part.data_window.width, part.data_window.height);
    match tiles.levels {
        Levels::One => (1, 1),
        Levels::Mip => {
            let count = level_count(width.max(height), tiles.round_up);
            (count, count)
        }
        Levels::Rip => (0, level_count(height, tiles.round_up)),
    }
}

/// Chunks of the levels before (x, y): mip levels from the largest on; rip levels row by row.
fn first_of_level(part: &Part, tiles: Tiles, (x, y): (u32, u32)) -> Option<u64> {
    let (width, height) = (part.data_window.width, part.data_window.height);
    let across = |level: u32| u64::from(level_size(width, level, tiles.round_up).div_ceil(tiles.width));
    let down = |level: u32| u64::from(level_size(height, level, tiles.round_up).div_ceil(tiles.height));
    match tiles.levels {
        Levels::One | Levels::Mip => Some((0..x).map(|l| across(l) * down(l)).sum()),
        Levels::Rip => {
            let row: u64 = (0..level_count(width, tiles.round_up)).map(across).sum();
            let before: u64 = (0..y).map(down).sum();
            let in_row: u64 = (0..x).map(across).sum();
            row.checked_mul(before)?.checked_add(in_row.checked_mul(if x == 0 { 0 } else { down(y) })?)
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
