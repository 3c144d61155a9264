//! Sets of pixels: which pixels of a rectangle belong to it.

use std::sync::Arc;

use crate::image::Window;

/// Which pixels of a rectangle belong, row by row. It has no place: the window of what bears it has,
/// so that moving a mask copies no pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Mask {
    width: u32,
    height: u32,
    /// One for each pixel, the first in the lowest bit.
    bits: Vec<u64>,
}

impl Mask {
    /// `width` × `height` pixels of which none belongs.
    pub fn empty(width: u32, height: u32) -> Self {
        let pixels = u64::from(width) * u64::from(height);
        Self { width, height, bits: vec![0; pixels.div_ceil(64) as usize] }
    }

    /// The pixels of `window` that `belongs` names by their row-major index, and the smallest window
    /// that holds them; `None` where there are none.
    pub fn of(window: Window, mut belongs: impl FnMut(usize) -> bool) -> Option<(Window, Arc<Self>)> {
        let mut mask = Self::empty(window.width, window.height);
        for index in 0..window.pixels() as usize {
            if belongs(index) {
                mask.bits[index / 64] |= 1 << (index % 64);
            }
        }
        mask.tight(window)
    }

    /// Columns and rows.
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// How many pixels belong.
    pub fn count(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether the pixel in that column and row, both from 0, belongs.
    pub fn contains(&self, column: u32, row: u32) -> bool {
        let inside = column < self.width && row < self.height;
        let index = row as usize * self.width as usize + column as usize;
        inside && self.bits[index / 64] >> (index % 64) & 1 == 1
    }

    /// Runs of pixels that belong, as (first column, pixels), of one row, ascending.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (u32, u32)> {
        let width = self.width as usize;
        let start = row.min(self.height) as usize * width;
        let end = if row < self.height { start + width } else { start };
        let runs = Runs { bits: &self.bits, at: start, end };
        runs.map(move |(first, len)| ((first - start) as u32, len as u32))
    }

    /// Runs of pixels that belong, as (row-major index of the first, pixels), ascending; one may go
    /// on in the next row.
    pub fn runs(&self) -> impl Iterator<Item = (usize, usize)> {
        let end = self.width as usize * self.height as usize;
        Runs { bits: &self.bits, at: 0, end }
    }

    /// Lets `len` pixels from the row-major index `start` on belong, or not.
    fn put(&mut self, start: usize, len: usize, belongs: bool) {
        let end = start + len;
        let mut at = start;
        while at < end {
            let (word, bit) = (at / 64, at % 64);
            let here = (64 - bit).min(end - at);
            let ones = if here == 64 { u64::MAX } else { ((1 << here) - 1) << bit };
            if belongs {
                self.bits[word] |= ones
            } else {
                self.bits[word] &= !ones
            }
            at += here;
        }
    }

    /// Puts `other`, whose first pixel stands `by` columns and rows from this one's, into this: its
    /// pixels belong, or do not any more. What lies outside is left out.
    fn lay(&mut self, other: &Self, by: (i64, i64), belongs: bool) {
        for row in 0..other.height {
            let own_row = i64::from(row) + by.1;
            if !(0..i64::from(self.height)).contains(&own_row) {
                continue;
            }
            for (first, len) in other.row(row) {
                let first = i64::from(first) + by.0;
                let end = (first + i64::from(len)).min(i64::from(self.width));
                let first = first.max(0);
                if first < end {
                    let start = own_row as usize * self.width as usize + first as usize;
                    self.put(start, (end - first) as usize, belongs);
                }
            }
        }
    }

    /// The smallest window that holds all pixels that belong, and them; `None` where there are none.
    fn tight(self, window: Window) -> Option<(Window, Arc<Self>)> {
        let rows: Vec<u32> = (0..self.height).filter(|row| self.row(*row).next().is_some()).collect();
        let (top, bottom) = (*rows.first()?, *rows.last()? + 1);
        let (mut left, mut right) = (self.width, 0);
        for (first, len) in rows.iter().flat_map(|row| self.row(*row)) {
            (left, right) = (left.min(first), right.max(first + len));
        }
        if (left, top, right, bottom) == (0, 0, self.width, self.height) {
            return Some((window, Arc::new(self)));
        }
        let mut tight = Self::empty(right - left, bottom - top);
        tight.lay(&self, (-i64::from(left), -i64::from(top)), true);
        let corner = (window.x + left as i32, window.y + top as i32);
        Some((Window::new(corner.0, corner.1, tight.width, tight.height), Arc::new(tight)))
    }

    /// The runs as counts of pixels that do not belong and that do, by turns: what files hold.
    pub(super) fn to_counts(&self) -> Vec<usize> {
        let mut at = 0;
        let mut counts = Vec::new();
        for (start, len) in self.runs() {
            counts.extend([start - at, len]);
            at = start + len;
        }
        counts
    }

    /// What [`Mask::to_counts`] gave; `None` where there are more pixels than that.
    pub(super) fn from_counts(width: u32, height: u32, counts: &[usize]) -> Option<Self> {
        let mut mask = Self::empty(width, height);
        let pixels = width as usize * height as usize;
        let mut at = 0_usize;
        for (turn, count) in counts.iter().enumerate() {
            let end = at.checked_add(*count).filter(|end| *end <= pixels)?;
            if turn % 2 == 1 {
                mask.put(at, *count, true);
            }
            at = end;
        }
        Some(mask)
    }
}

/// A mask in its place.
pub type Placed = (Window, Arc<Mask>);

/// All pixels of both.
pub fn united(a: &Placed, b: &Placed) -> Placed {
    let window = a.0.union(&b.0);
    let mut mask = Mask::empty(window.width, window.height);
    for (place, other) in [a, b] {
        mask.lay(other, apart(*place, window), true);
    }
    (window, Arc::new(mask))
}

/// The pixels of `a` that `b` has not; `None` where nothing is left.
pub fn without(a: &Placed, b: &Placed) -> Option<Placed> {
    let mut mask = (*a.1).clone();
    mask.lay(&b.1, apart(b.0, a.0), false);
    mask.tight(a.0)
}

/// What a round brush paints on its way between two pixels: all pixels whose centre is at most
/// `radius` pixels from the centre of a pixel of that way. Nothing outside `within`.
pub fn stroke(from: (i32, i32), to: (i32, i32), radius: u32, within: Window) -> Option<Placed> {
    let r = i64::from(radius);
    let around = |(x, y): (i32, i32)| {
        Window::new(x.saturating_sub(r as i32), y.saturating_sub(r as i32), 2 * radius + 1, 2 * radius + 1)
    };
    let window = around(from).union(&around(to)).intersection(&within);
    if window.is_empty() {
        return None;
    }
    let mut mask = Mask::empty(window.width, window.height);
    // Half the width of the disc's rows, from its middle outwards.
    let halves: Vec<i64> = (0..=r).map(|dy| ((r * r - dy * dy) as f64).sqrt().floor() as i64).collect();
    let way = (i64::from(to.0) - i64::from(from.0), i64::from(to.1) - i64::from(from.1));
    let steps = way.0.abs().max(way.1.abs());
    for step in 0..=steps {
        let along =
            |way: i64| if steps == 0 { 0 } else { (way as f64 * step as f64 / steps as f64).round() as i64 };
        let centre = (i64::from(from.0) + along(way.0), i64::from(from.1) + along(way.1));
        for dy in -r..=r {
            let y = centre.1 + dy;
            let half = halves[dy.unsigned_abs() as usize];
            let first = (centre.0 - half).max(i64::from(window.x));
            let end = (centre.0 + half + 1).min(window.right());
            if (i64::from(window.y)..window.bottom()).contains(&y) && first < end {
                let row = (y - i64::from(window.y)) as usize;
                let column = (first - i64::from(window.x)) as usize;
                mask.put(row * window.width as usize + column, (end - first) as usize, true);
            }
        }
    }
    mask.tight(window)
}

/// How far the first pixel of `a` is from that of `b`.
fn apart(a: Window, b: Window) -> (i64, i64) {
    (i64::from(a.x) - i64::from(b.x), i64::from(a.y) - i64::from(b.y))
}

/// Not each of a million bits.
impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mask({} of {}x{})", self.count(), self.width, self.height)
    }
}

struct Runs<'a> {
    bits: &'a [u64],
    at: usize,
    end: usize,
}

impl Runs<'_> {
    /// The first index from `self.at` on whose pixel belongs (or does not), at most the end.
    fn next_that(&self, belongs: bool) -> usize {
        let mut at = self.at;
        while at < self.end {
            let word = self.bits[at / 64] ^ if belongs { 0 } else { u64::MAX };
            let rest = word >> (at % 64);
            if rest != 0 {
                return (at + rest.trailing_zeros() as usize).min(self.end);
            }
            at = (at / 64 + 1) * 64;
        }
        self.end
    }
}

impl Iterator for Runs<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        self.at = self.next_that(true);
        let start = self.at;
        self.at = self.next_that(false);
        (start < self.end).then_some((start, self.at - start))
    }
}

#[cfg(test)]
mod tests;
