//! State of some rows of one channel, of the values of one class.
//!
//! While all finite values of a pixel are equal, its least and largest value and their number say all
//! there is: nothing is summed up, and nothing written. Only where a second value appears are the
//! sums made: number × first value, then value by value. They are the same as if every value had been
//! added.

use crate::image::{Plane, Samples, Window};
use crate::metric::temporal::blocks::{Block, Presence, move_field};
use crate::metric::temporal::samples::{Class, SEGMENT, float, keys};
use crate::metric::temporal::sums::Sums;

/// Where no finite value has been: `low` above `high`.
const NONE: (i32, i32) = (i32::MAX, i32::MIN);

/// What no pixel has needed so far is empty.
#[derive(Debug)]
pub(super) struct ValueBlock {
    /// Of finite values.
    pub presence: Presence,
    /// Keys of the least and the largest.
    pub low: Vec<i32>,
    pub high: Vec<i32>,
    /// Of pixels whose `low` and `high` differ; 0 for the others.
    pub sums: Option<Sums>,
    /// Counts of NaN, +∞, −∞.
    pub broken: [Vec<u32>; 3],
}

impl Block for ValueBlock {
    fn new(window: Window) -> Self {
        let pixels = window.pixels() as usize;
        Self {
            presence: Presence::new(window),
            low: vec![NONE.0; pixels],
            high: vec![NONE.1; pixels],
            sums: None,
            broken: Default::default(),
        }
    }

    fn window(&self) -> Window {
        self.presence.window
    }

    fn grow(&mut self, to: Window) {
        let from = self.presence.window;
        self.presence.grow(to);
        move_field(&mut self.low, from, to, NONE.0);
        move_field(&mut self.high, from, to, NONE.1);
        self.broken.iter_mut().for_each(|counts| move_field(counts, from, to, 0));
        if let Some(sums) = &mut self.sums {
            sums.grow(from, to);
        }
    }
}

impl ValueBlock {
    fn pixels(&self) -> usize {
        self.presence.window.pixels() as usize
    }

    /// Adds the rows of `part`, which lies inside the block and the plane's data window; `samples` are
    /// those of one of the plane's channels, of class `class`.
    pub fn add(&mut self, class: Class, part: Window, plane: &Plane, samples: &Samples) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[target_feature(enable = "avx2")]
            fn wide(block: &mut ValueBlock, class: Class, part: Window, plane: &Plane, samples: &Samples) {
                block.add_rows(class, part, plane, samples);
            }
            #[allow(unsafe_code, reason = "the same code in wider registers")]
            // SAFETY: the processor has AVX2.
            return unsafe { wide(self, class, part, plane, samples) };
        }
        self.add_rows(class, part, plane, samples);
    }

    #[inline(always)]
    fn add_rows(&mut self, class: Class, part: Window, plane: &Plane, samples: &Samples) {
        self.presence.add_frame(part);
        for y in part.y..part.bottom() as i32 {
            let row = Window::new(part.x, y, part.width, 1);
            let place = self.presence.window.index(part.x, y).expect("the part is inside the block");
            let from = plane.data_window.index(part.x, y).expect("the part is inside the plane");
            let mut column = 0;
            for (end, readable) in runs(plane, row) {
                if !readable {
                    self.presence.absent(place + column..place + end);
                    column = end;
                }
                while column < end {
                    let len = SEGMENT.min(end - column);
                    let mut found = [0; SEGMENT];
                    keys(samples, from + column, &mut found[..len]);
                    self.add_segment(class, place + column, &mut found[..len]);
                    column += len;
                }
            }
        }
    }

    /// Adds up to [`SEGMENT`] pixels.
    #[inline(always)]
    fn add_segment(&mut self, class: Class, start: usize, keys: &mut [i32]) {
        let range = start..start + keys.len();
        let (low, high) = (&self.low[range.clone()], &self.high[range]);
        let (mut moves, mut finite) = (0, true);
        for ((key, low), high) in keys.iter().zip(low).zip(high) {
            moves |= (key ^ low) | (key ^ high);
            finite &= is_finite(*key);
        }
        if moves == 0 {
            // All as ever: the presence counts them.
            return;
        }
        if class == Class::Float && !finite {
            self.add_broken(start, keys);
        } else {
            self.add_moving(class, start, keys);
        }
    }

    #[inline(always)]
    fn add_moving(&mut self, class: Class, start: usize, keys: &[i32]) {
        let range = start..start + keys.len();
        let (low, high) = (&mut self.low[range.clone()], &mut self.high[range]);
        let mut begins = false;
        for ((key, low), high) in keys.iter().zip(&*low).zip(&*high) {
            begins |= (low == high) & (key != low);
        }
        if begins {
            self.begin_sums(class, start, keys);
        }
        let range = start..start + keys.len();
        let (low, high) = (&mut self.low[range.clone()], &mut self.high[range]);
        let mut moving = [0; SEGMENT];
        let moving = &mut moving[..keys.len()];
        let mut any = 0;
        for (((moving, key), low), high) in moving.iter_mut().zip(keys).zip(low).zip(high) {
            *low = (*low).min(*key);
            *high = (*high).max(*key);
            *moving = if *low == *high { 0 } else { -1 };
            any |= *moving;
        }
        if any != 0
            && let Some(sums) = &mut self.sums
        {
            sums.add(start, keys, moving);
        }
    }

    /// Adds up the equal values so far of the pixels whose value is now another.
    #[inline(never)]
    fn begin_sums(&mut self, class: Class, start: usize, keys: &[i32]) {
        let pixels = self.pixels();
        let sums = self.sums.get_or_insert_with(|| Sums::new(class, pixels));
        for (pixel, key) in (start..).zip(keys) {
            let before = self.low[pixel];
            if before == self.high[pixel] && before != *key {
                // Without the frame that is being added.
                sums.add_times(pixel, before, self.presence.frames(pixel) - 1);
            }
        }
    }

    /// Adds the finite among floats, and counts the others.
    #[inline(never)]
    fn add_broken(&mut self, start: usize, keys: &[i32]) {
        let mut from = start;
        for run in keys.chunk_by(|a, b| is_finite(*a) == is_finite(*b)) {
            if is_finite(run[0]) {
                self.add_moving(Class::Float, from, run);
            } else {
                self.presence.absent(from..from + run.len());
                run.iter().zip(from..).for_each(|(key, pixel)| self.count_broken(pixel, float(*key)));
            }
            from += run.len();
        }
    }

    fn count_broken(&mut self, pixel: usize, value: f32) {
        let pixels = self.pixels();
        let kind = if value.is_nan() { 0 } else { 1 + usize::from(value < 0.0) };
        let counts = &mut self.broken[kind];
        if counts.is_empty() {
            *counts = vec![0; pixels];
        }
        counts[pixel] += 1;
    }

    /// Adds another block of the same class, whose window lies inside this one's.
    pub fn merge(&mut self, class: Class, other: &Self) {
        for theirs in 0..other.pixels() {
            let (x, y) = other.presence.window.pixel(theirs);
            // Rows that this state does not keep.
            let Some(pixel) = self.presence.window.index(x, y) else { continue };
            for kind in 0..self.broken.len() {
                self.merge_broken(kind, pixel, &other.broken[kind], theirs);
            }
            if other.low[theirs] > other.high[theirs] {
                continue;
            }
            let is_static = |block: &Self, pixel: usize| block.low[pixel] == block.high[pixel];
            let (was_empty, was_static) = (self.low[pixel] > self.high[pixel], is_static(self, pixel));
            let before = self.low[pixel];
            self.low[pixel] = before.min(other.low[theirs]);
            self.high[pixel] = self.high[pixel].max(other.high[theirs]);
            if is_static(self, pixel) {
                continue;
            }
            let pixels = self.pixels();
            let sums = self.sums.get_or_insert_with(|| Sums::new(class, pixels));
            if was_static && !was_empty {
                sums.add_times(pixel, before, self.presence.frames(pixel));
            }
            match &other.sums {
                Some(more) if !is_static(other, theirs) => sums.merge(pixel, more, theirs),
                _ => sums.add_times(pixel, other.low[theirs], other.presence.frames(theirs)),
            }
        }
        self.presence.merge(&other.presence);
    }

    fn merge_broken(&mut self, kind: usize, pixel: usize, more: &[u32], theirs: usize) {
        let pixels = self.pixels();
        let Some(&more) = more.get(theirs) else { return };
        let counts = &mut self.broken[kind];
        if counts.is_empty() {
            *counts = vec![0; pixels];
        }
        counts[pixel] += more;
    }
}

/// Of the key of a float.
#[inline(always)]
fn is_finite(key: i32) -> bool {
    (key ^ (key >> 31)) < f32::INFINITY.to_bits() as i32
}

/// The columns of `row` from its left end on, in pieces that the file gives or does not: (end of the
/// piece, whether it gives it).
fn runs(plane: &Plane, row: Window) -> Vec<(usize, bool)> {
    let mut holes: Vec<Window> =
        plane.unreadable_in(row).map(|hole| hole.window.intersection(&row)).collect();
    holes.sort_unstable_by_key(|hole| hole.x);
    let mut runs = Vec::with_capacity(2 * holes.len() + 1);
    for hole in holes {
        let start = (hole.x - row.x) as usize;
        runs.push((start, true));
        runs.push((start + hole.width as usize, false));
    }
    runs.push((row.width as usize, true));
    runs
}
