//! The picture in blocks of rows, each behind its own lock, so that several frames are added at the
//! same time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rayon::prelude::*;

use crate::image::Window;

/// Rows of a block.
const ROWS: i64 = 8;

/// State of the pixels of one window, which may grow.
pub(super) trait Block: Send {
    /// Of pixels that no frame has met.
    fn new(window: Window) -> Self;
    /// The pixels.
    fn window(&self) -> Window;
    /// Makes room for the pixels of `window`, a larger one.
    fn grow(&mut self, window: Window);
}

/// Blocks of a picture as large as the frames that were met.
#[derive(Debug)]
pub(super) struct Blocks<B> {
    /// Rows of the picture to keep; the others are passed over.
    rows: Range<i64>,
    /// By their number from row 0.
    blocks: RwLock<BTreeMap<i64, Arc<Mutex<B>>>>,
    /// The union of all windows that were met, cut to `rows`.
    met: Mutex<Window>,
}

impl<B: Block> Blocks<B> {
    /// That keep the absolute rows `rows` alone.
    pub fn new(rows: Range<i64>) -> Self {
        Self { rows, blocks: RwLock::new(BTreeMap::new()), met: Mutex::new(Window::of_size(0, 0)) }
    }

    /// The part of `window` in the rows that are kept.
    pub fn kept(&self, window: Window) -> Window {
        cut(window, &self.rows)
    }

    /// Does `work` on every block that `window` touches, with its part of the window, on all cores.
    pub fn visit(&self, window: Window, work: impl Fn(&mut B, Window) + Sync) {
        let window = cut(window, &self.rows);
        if window.is_empty() {
            return;
        }
        // Let go of at once: the work below may be that of another frame too.
        let unite = |met: &mut Window| *met = met.union(&window);
        unite(&mut locked(&self.met));
        self.touched(window).par_iter().for_each(|(block, part)| {
            let block = &mut *locked(block);
            let grown = block.window().union(part);
            if grown != block.window() {
                block.grow(grown);
            }
            work(block, *part);
        });
    }

    fn touched(&self, window: Window) -> Vec<(Arc<Mutex<B>>, Window)> {
        let (first, end) = (i64::from(window.y).div_euclid(ROWS), (window.bottom() - 1).div_euclid(ROWS) + 1);
        let parts = (first..end).map(|number| (number, cut(window, &(number * ROWS..(number + 1) * ROWS))));
        let blocks = self.blocks.read().unwrap_or_else(PoisonError::into_inner);
        let known: Option<Vec<_>> =
            parts.clone().map(|(number, part)| Some((Arc::clone(blocks.get(&number)?), part))).collect();
        drop(blocks);
        known.unwrap_or_else(|| {
            let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
            let block = |(number, part): (i64, Window)| {
                let new = || Arc::new(Mutex::new(B::new(part)));
                (Arc::clone(blocks.entry(number).or_insert_with(new)), part)
            };
            parts.map(block).collect()
        })
    }

    /// The union of the windows that were met, and what `work` makes of each block, from top to bottom,
    /// on all cores.
    pub fn read<T: Send>(&self, work: impl Fn(&B) -> T + Sync) -> (Window, Vec<T>) {
        let blocks = self.blocks.read().unwrap_or_else(PoisonError::into_inner);
        let blocks: Vec<Arc<Mutex<B>>> = blocks.values().cloned().collect();
        let made = blocks.par_iter().map(|block| work(&locked(block))).collect();
        // Last: what a block has met by now, this has too.
        (*locked(&self.met), made)
    }

    /// The union of the windows that were met, and the blocks from top to bottom.
    pub fn into_blocks(self) -> (Window, Vec<B>) {
        let blocks = self.blocks.into_inner().unwrap_or_else(PoisonError::into_inner);
        let open = |block: Arc<Mutex<B>>| {
            let block = Arc::into_inner(block).expect("no frame is being added any more");
            block.into_inner().unwrap_or_else(PoisonError::into_inner)
        };
        let met = self.met.into_inner().unwrap_or_else(PoisonError::into_inner);
        (met, blocks.into_values().map(open).collect())
    }
}

/// A panic while a frame is added leaves that frame half added: the engine tells of it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cut(window: Window, rows: &Range<i64>) -> Window {
    let (first, end) = (rows.start.max(i64::from(window.y)), rows.end.min(window.bottom()));
    if first >= end {
        return Window::new(window.x, window.y, 0, 0);
    }
    Window::new(window.x, first as i32, window.width, (end - first) as u32)
}

/// Moves one value per pixel from its place in `from` to that in `to`, the larger; new pixels get
/// `fill`. An empty field stays empty.
pub(super) fn move_field<T: Clone>(field: &mut Vec<T>, from: Window, to: Window, fill: T) {
    if field.is_empty() {
        return;
    }
    let mut moved = vec![fill; to.pixels() as usize];
    let width = from.width as usize;
    for (y, row) in (from.y..).zip(field.chunks(width)) {
        let start = to.index(from.x, y).expect("`to` holds `from`");
        moved[start..start + width].clone_from_slice(row);
    }
    *field = moved;
}

/// In how many frames each pixel of a block has a value: all that the block has met, less those that
/// are counted as absent. Where no pixel is ever absent, nothing is written per pixel.
#[derive(Debug)]
pub(super) struct Presence {
    pub window: Window,
    /// Frames that met the block.
    frames: u32,
    /// Of these, those in which the pixel has no value; empty while there is none.
    absent: Vec<u32>,
}

impl Presence {
    pub fn new(window: Window) -> Self {
        Self { window, frames: 0, absent: Vec::new() }
    }

    /// That `frames` frames met, from `absent` of which each pixel is absent.
    pub fn of(window: Window, frames: u32, absent: Vec<u32>) -> Self {
        Self { window, frames, absent }
    }

    pub fn grow(&mut self, to: Window) {
        let (from, frames) = (std::mem::replace(&mut self.window, to), self.frames);
        if frames > 0 {
            self.make_room(from.pixels() as usize);
        }
        move_field(&mut self.absent, from, to, frames);
    }

    /// One more frame, of which only `part` is there.
    pub fn add_frame(&mut self, part: Window) {
        self.frames += 1;
        if part == self.window {
            return;
        }
        let window = self.window;
        for y in window.y..window.bottom() as i32 {
            let row = window.index(window.x, y).expect("a row of the window");
            let inside = if part.contains(part.x, y) { part } else { Window::new(window.x, y, 0, 1) };
            let left = (i64::from(inside.x) - i64::from(window.x)) as usize;
            let right = left + inside.width as usize;
            self.absent(row..row + left);
            self.absent(row + right..row + window.width as usize);
        }
    }

    /// The pixels have no value in the frame added last.
    pub fn absent(&mut self, pixels: Range<usize>) {
        if pixels.is_empty() {
            return;
        }
        self.make_room(self.window.pixels() as usize);
        self.absent[pixels].iter_mut().for_each(|absent| *absent += 1);
    }

    /// Frames in which a pixel has a value.
    pub fn frames(&self, pixel: usize) -> u32 {
        self.frames - self.absent.get(pixel).copied().unwrap_or(0)
    }

    /// Adds the frames of another block; [`Self::grow`] has made room for its window.
    pub fn merge(&mut self, other: &Self) {
        self.frames += other.frames;
        if other.absent.is_empty() && other.window == self.window {
            return;
        }
        self.make_room(self.window.pixels() as usize);
        for pixel in 0..self.window.pixels() as usize {
            let (x, y) = self.window.pixel(pixel);
            let theirs = other.window.index(x, y);
            let absent = |pixel: usize| other.absent.get(pixel).copied().unwrap_or(0);
            self.absent[pixel] += theirs.map_or(other.frames, absent);
        }
    }

    fn make_room(&mut self, pixels: usize) {
        if self.absent.is_empty() {
            self.absent = vec![0; pixels];
        }
    }
}
