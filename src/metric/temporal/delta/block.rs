//! State of some rows of a delta.

use super::DeltaMaps;
use crate::image::Window;
use crate::metric::temporal::NEVER;
use crate::metric::temporal::bins::{SquareBins, ValueBins};
use crate::metric::temporal::blocks::{Block, Presence, move_field};
use crate::metric::temporal::wide::spread;
use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE};

/// Pixels handled at a time.
const SEGMENT: usize = 256;

/// One frame on its way in.
pub(super) struct Frame<'a> {
    pub rank: u32,
    pub map: &'a DeltaMap,
    /// The pixels that both sides have.
    pub covered: Window,
}

/// State of some rows. What no pixel of it has needed so far is empty.
#[derive(Debug)]
pub(super) struct DeltaBlock {
    pub presence: Presence,
    pub(super) max: Vec<f32>,
    pub(super) max_frame: Vec<u32>,
    pub(super) sums: ValueBins,
    pub(super) squares: SquareBins,
    pub(super) changed: Vec<u32>,
    pub(super) first: Vec<u32>,
    /// One more than the rank, 0 for none.
    pub(super) last: Vec<u32>,
}

impl Block for DeltaBlock {
    fn new(window: Window) -> Self {
        Self::empty(Presence::new(window))
    }

    fn window(&self) -> Window {
        self.presence.window
    }

    fn grow(&mut self, to: Window) {
        let from = self.presence.window;
        self.presence.grow(to);
        move_field(&mut self.max, from, to, 0.0);
        move_field(&mut self.max_frame, from, to, NEVER);
        self.sums.grow(from, to);
        self.squares.grow(from, to);
        move_field(&mut self.changed, from, to, 0);
        move_field(&mut self.first, from, to, NEVER);
        move_field(&mut self.last, from, to, 0);
    }
}

impl DeltaBlock {
    /// In which nothing has differed.
    pub(super) fn empty(presence: Presence) -> Self {
        Self {
            presence,
            max: Vec::new(),
            max_frame: Vec::new(),
            sums: ValueBins::default(),
            squares: SquareBins::default(),
            changed: Vec::new(),
            first: Vec::new(),
            last: Vec::new(),
        }
    }

    fn pixels(&self) -> usize {
        self.presence.window.pixels() as usize
    }

    /// Adds the rows of `part`, which lies inside the block and the map.
    pub fn add(&mut self, part: Window, frame: &Frame<'_>) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[target_feature(enable = "avx2")]
            fn wide(block: &mut DeltaBlock, part: Window, frame: &Frame<'_>) {
                block.add_rows(part, frame);
            }
            #[allow(unsafe_code, reason = "the same code in wider registers")]
            // SAFETY: the processor has AVX2.
            return unsafe { wide(self, part, frame) };
        }
        self.add_rows(part, frame);
    }

    #[inline(always)]
    fn add_rows(&mut self, part: Window, frame: &Frame<'_>) {
        self.presence.add_frame(part);
        let width = part.width as usize;
        for y in part.y..part.bottom() as i32 {
            let place = self.presence.window.index(part.x, y).expect("the part is inside the block");
            let from = frame.map.window.index(part.x, y).expect("the part is inside the map");
            let row = Window::new(part.x, y, part.width, 1);
            let covered = row.intersection(&frame.covered);
            // Where both sides have the pixels, as columns of the part.
            let start = if covered.is_empty() { width } else { (covered.x - part.x) as usize };
            let end = start + covered.width as usize;
            for outside in [0..start, end..width] {
                let flags = &frame.map.flags[from + outside.start..from + outside.end];
                self.presence.absent(place + outside.start..place + outside.end);
                self.mark_changed(place + outside.start, flags, frame.rank);
            }
            for column in (start..end).step_by(SEGMENT) {
                let len = SEGMENT.min(end - column);
                let at = from + column..from + column + len;
                let (values, flags) = (&frame.map.values[at.clone()], &frame.map.flags[at]);
                self.add_segment(place + column, values, flags, frame.rank);
            }
        }
    }

    /// Adds up to [`SEGMENT`] pixels that both sides have.
    #[inline(always)]
    fn add_segment(&mut self, start: usize, values: &[f32], flags: &[u8], rank: u32) {
        const MAGNITUDE: u32 = 0x7fff_ffff;
        let (mut bits, mut largest) = (0, 0);
        for value in values {
            let magnitude = value.to_bits() & MAGNITUDE;
            bits |= magnitude;
            largest = largest.max(magnitude);
        }
        let all_flags = flags.iter().fold(0, |all, flags| all | flags);
        if all_flags & FLAG_CHANGED != 0 {
            self.mark_changed(start, flags, rank);
        }
        let mut known = [0.0; SEGMENT];
        let known = &mut known[..values.len()];
        known.copy_from_slice(values);
        if all_flags & !FLAG_CHANGED != 0 || largest >= f32::INFINITY.to_bits() {
            self.leave_out(start, known, flags);
        }
        if bits != 0 {
            self.add_values(start, known, rank);
        }
    }

    /// Makes 0 of what is no value, and a finite value of what is beyond f32.
    #[inline(never)]
    fn leave_out(&mut self, start: usize, values: &mut [f32], flags: &[u8]) {
        for (i, (value, &flags)) in values.iter_mut().zip(flags).enumerate() {
            let lacks = FLAG_UNREADABLE | FLAG_UNCOVERED | FLAG_NON_FINITE;
            if flags & lacks != 0 || value.is_nan() {
                *value = 0.0;
                self.presence.absent(start + i..start + i + 1);
            }
            *value = value.clamp(-f32::MAX, f32::MAX);
        }
    }

    #[inline(always)]
    fn mark_changed(&mut self, start: usize, flags: &[u8], rank: u32) {
        if flags.iter().all(|flags| flags & FLAG_CHANGED == 0) {
            return;
        }
        if self.changed.is_empty() {
            let pixels = self.pixels();
            self.changed = vec![0; pixels];
            self.first = vec![NEVER; pixels];
            self.last = vec![0; pixels];
        }
        let range = start..start + flags.len();
        let changed = &mut self.changed[range.clone()];
        let (first, last) = (&mut self.first[range.clone()], &mut self.last[range]);
        for (((changed, first), last), flags) in changed.iter_mut().zip(first).zip(last).zip(flags) {
            let is_changed = flags & FLAG_CHANGED;
            *changed += u32::from(is_changed);
            *first = (*first).min(if is_changed == 0 { NEVER } else { rank });
            *last = (*last).max(if is_changed == 0 { 0 } else { rank + 1 });
        }
    }

    #[inline(always)]
    fn add_values(&mut self, start: usize, values: &[f32], rank: u32) {
        if self.max.is_empty() {
            let pixels = self.pixels();
            self.max = vec![0.0; pixels];
            self.max_frame = vec![NEVER; pixels];
            (self.sums, self.squares) = (ValueBins::new(pixels), SquareBins::new(pixels));
        }
        let range = start..start + values.len();
        let (max, frame) = (&mut self.max[range.clone()], &mut self.max_frame[range]);
        for ((max, frame), value) in max.iter_mut().zip(frame).zip(values) {
            let magnitude = value.abs();
            // Whoever differs from 0 has a frame; among equals the first.
            let rank = if magnitude == 0.0 { NEVER } else { rank };
            let earlier = if magnitude == *max { rank.min(*frame) } else { *frame };
            *frame = if magnitude > *max { rank } else { earlier };
            *max = if magnitude > *max { magnitude } else { *max };
        }
        let mut terms = [0.0; SEGMENT];
        let terms = &mut terms[..values.len()];
        terms.iter_mut().zip(values).for_each(|(term, value)| *term = f64::from(*value));
        self.sums.add(start, terms);
        // Exact: 24 bits times 24 bits.
        terms.iter_mut().for_each(|term| *term *= *term);
        self.squares.add(start, terms);
    }

    /// Adds another block, whose window lies inside this one's.
    pub fn merge(&mut self, other: &Self) {
        self.presence.merge(&other.presence);
        let pixels = self.pixels();
        if self.max.is_empty() && !other.max.is_empty() {
            self.max = vec![0.0; pixels];
            self.max_frame = vec![NEVER; pixels];
            (self.sums, self.squares) = (ValueBins::new(pixels), SquareBins::new(pixels));
        }
        if self.changed.is_empty() && !other.changed.is_empty() {
            (self.changed, self.last) = (vec![0; pixels], vec![0; pixels]);
            self.first = vec![NEVER; pixels];
        }
        for theirs in 0..other.pixels() {
            let (x, y) = other.presence.window.pixel(theirs);
            // Rows that this state does not keep.
            let Some(pixel) = self.presence.window.index(x, y) else { continue };
            if !other.max.is_empty() {
                self.merge_values(pixel, other, theirs);
            }
            if !other.changed.is_empty() {
                self.changed[pixel] += other.changed[theirs];
                self.first[pixel] = self.first[pixel].min(other.first[theirs]);
                self.last[pixel] = self.last[pixel].max(other.last[theirs]);
            }
        }
    }

    fn merge_values(&mut self, pixel: usize, other: &Self, theirs: usize) {
        let (max, frame) = (other.max[theirs], other.max_frame[theirs]);
        if max > self.max[pixel] {
            (self.max[pixel], self.max_frame[pixel]) = (max, frame);
        } else if max == self.max[pixel] {
            self.max_frame[pixel] = self.max_frame[pixel].min(frame);
        }
        self.sums.merge(pixel, &other.sums, theirs);
        self.squares.merge(pixel, &other.squares, theirs);
    }

    /// The maps of the frames so far.
    pub fn maps(&self) -> DeltaMaps {
        let mut maps = DeltaMaps::empty(self.presence.window);
        for pixel in 0..self.pixels() {
            let frames = self.presence.frames(pixel);
            maps.frames[pixel] = frames;
            if frames > 0 {
                let [mean, rms, std] = self.moments(pixel, frames);
                (maps.mean[pixel], maps.rms[pixel], maps.std[pixel]) = (mean, rms, std);
            }
        }
        if !self.max.is_empty() {
            maps.max.clone_from(&self.max);
            maps.max_frame.clone_from(&self.max_frame);
        }
        if !self.changed.is_empty() {
            maps.last_changed = self.last.iter().map(|last| last.wrapping_sub(1)).collect();
            maps.changed.clone_from(&self.changed);
            maps.first_changed.clone_from(&self.first);
        }
        maps
    }

    /// Mean, RMS and standard deviation of a pixel with a value in `frames` frames.
    fn moments(&self, pixel: usize, frames: u32) -> [f32; 3] {
        if self.max.get(pixel).is_none_or(|max| *max == 0.0) {
            return [0.0; 3];
        }
        let (sum, squares) = (self.sums.total(pixel), self.squares.total(pixel));
        let count = f64::from(frames);
        let rms = (squares.to_f64() / count).sqrt();
        [sum.to_f64() / count, rms, spread(frames, sum, squares) / count].map(|value| value as f32)
    }
}
