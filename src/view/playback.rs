//! The playhead: which frame is shown, and how it moves.

use super::transport::{Meter, Pace, RATE_LIMITS, Repeat, TimeAction};

/// Moves over a list of frames that may have gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    /// Frame numbers, ascending, each once.
    frames: Vec<i64>,
    /// Where the playhead stands in `frames`.
    index: usize,
    /// Frames a second, signed: below zero backwards; 0 while it rests.
    rate: f64,
    /// Frames a second of ordinary playing.
    set_rate: f64,
    repeat: Repeat,
    pace: Pace,
    /// First and last index that are played.
    range: (usize, usize),
    /// Frames that are due: playing has gathered them, and they were not gone over yet.
    elapsed: f64,
    /// Which way it last moved: 1 or −1.
    direction: i64,
    /// Frames that the last move of playing went over.
    stride: usize,
    /// Whether the frame at the playhead was counted as shown.
    counted: bool,
    meter: Meter,
}

/// Frames a second of ordinary playing, unless another rate is set.
pub const FRAME_RATE: f64 = 24.0;
/// Fastest shuttle of J and L, as a multiple of the set rate.
const FASTEST: f64 = 8.0;
/// Longest time that one call lets pass, in seconds: a window that was hidden has not played.
const LONGEST: f64 = 1.0;

impl Default for Playback {
    fn default() -> Self {
        Self {
            frames: Vec::new(),
            index: 0,
            rate: 0.0,
            set_rate: FRAME_RATE,
            repeat: Repeat::default(),
            pace: Pace::default(),
            range: (0, 0),
            elapsed: 0.0,
            direction: 1,
            stride: 1,
            counted: false,
            meter: Meter::default(),
        }
    }
}

impl Playback {
    /// Does what the user wishes of time.
    pub fn apply(&mut self, action: TimeAction) {
        match action {
            TimeAction::SetRate(rate) if rate.is_finite() => {
                self.set_rate = rate.clamp(RATE_LIMITS.0, RATE_LIMITS.1);
                if self.is_playing() {
                    self.play(self.set_rate.copysign(self.rate));
                }
            }
            TimeAction::SetRate(_) => {}
            TimeAction::SetRepeat(repeat) => self.repeat = repeat,
            TimeAction::SetPace(pace) => self.pace = pace,
            TimeAction::ToggleBackwards => {
                let backwards = self.rate < 0.0;
                self.play(if backwards { 0.0 } else { -self.set_rate });
            }
            TimeAction::SetInAt(frame) => self.set_in_at(self.nearest(frame)),
            TimeAction::SetOutAt(frame) => self.set_out_at(self.nearest(frame)),
            TimeAction::ClearRange => self.range = (0, self.frames.len().saturating_sub(1)),
        }
    }

    /// Takes other frames; stays at the same frame number, or at the nearest one there is. A played
    /// range that the user has set stays too, as far as there are frames.
    pub fn set_frames(&mut self, frames: Vec<i64>) {
        if self.frames == frames {
            return;
        }
        let frame = self.frame();
        let range = self.range().filter(|_| self.has_range());
        self.range = (0, frames.len().saturating_sub(1));
        self.frames = frames;
        self.index = 0;
        if let Some((first, last)) = range {
            let (first, last) = (self.nearest(first), self.nearest(last));
            self.range = (first, last.max(first));
        }
        match frame {
            Some(frame) => self.seek(frame),
            None => self.rate = 0.0,
        }
    }

    /// All frames, ascending.
    pub fn frames(&self) -> &[i64] {
        &self.frames
    }

    /// The frame shown; `None` while there is none.
    pub fn frame(&self) -> Option<i64> {
        self.frames.get(self.index).copied()
    }

    /// Where the playhead stands in [`Playback::frames`].
    pub fn index(&self) -> usize {
        self.index
    }

    /// Which way the playhead moves or last moved: 1 or −1.
    pub fn direction(&self) -> i64 {
        self.direction
    }

    /// Frames a second; below zero backwards, 0 at rest.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Frames a second of ordinary playing.
    pub fn set_rate(&self) -> f64 {
        self.set_rate
    }

    /// What comes after the last frame.
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// What gives way when frames do not come in time.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// What really was shown since playing began.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Whether it moves by itself.
    pub fn is_playing(&self) -> bool {
        self.rate != 0.0
    }

    /// First and last frame number that are played.
    pub fn range(&self) -> Option<(i64, i64)> {
        Some((*self.frames.get(self.range.0)?, *self.frames.get(self.range.1)?))
    }

    /// As [`Playback::range`]; `None` where that is all frames.
    pub fn part(&self) -> Option<(i64, i64)> {
        self.range().filter(|_| self.has_range())
    }

    /// First and last place in [`Playback::frames`] that are played.
    pub fn range_indices(&self) -> (usize, usize) {
        self.range
    }

    /// Whether less than all frames are played.
    pub fn has_range(&self) -> bool {
        self.range != (0, self.frames.len().saturating_sub(1))
    }

    /// The least distance of neighbouring frames: what is farther apart has frames missing between.
    pub fn step_size(&self) -> i64 {
        self.frames.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1)
    }

    /// Goes to that frame, or to the nearest one there is.
    pub fn seek(&mut self, frame: i64) {
        self.move_to(self.nearest(frame));
    }

    /// The place of that frame, or of the nearest one there is; of equally near ones the later.
    fn nearest(&self, frame: i64) -> usize {
        let after = self.frames.partition_point(|&f| f < frame);
        let candidates = [after.saturating_sub(1), after.min(self.frames.len().saturating_sub(1))];
        let nearest = candidates.into_iter().min_by_key(|&i| {
            let distance = self.frames.get(i).map_or(u64::MAX, |f| f.abs_diff(frame));
            (distance, std::cmp::Reverse(i))
        });
        nearest.unwrap_or(0)
    }

    /// Goes to a place in [`Playback::frames`].
    pub fn seek_index(&mut self, index: usize) {
        self.move_to(index.min(self.frames.len().saturating_sub(1)));
    }

    /// Steps over frames, staying inside, and rests.
    pub fn step(&mut self, by: i64) {
        self.rate = 0.0;
        let last = self.frames.len().saturating_sub(1) as i64;
        self.move_to((self.index as i64).saturating_add(by).clamp(0, last) as usize);
        self.direction = if by < 0 { -1 } else { 1 };
    }

    /// Plays, or rests. At the end of what is played once, it begins anew.
    pub fn toggle(&mut self) {
        if !self.is_playing() && self.repeat == Repeat::Once && self.index == self.range.1 {
            self.move_to(self.range.0);
        }
        self.play(if self.is_playing() { 0.0 } else { self.set_rate });
    }

    /// J and L: plays that way, twice as fast with each further press.
    pub fn shuttle(&mut self, direction: i64) {
        let sign = if direction < 0 { -1.0 } else { 1.0 };
        let same_way = self.rate * sign > 0.0;
        let fastest = self.set_rate * FASTEST;
        self.play(if same_way { (self.rate * 2.0).clamp(-fastest, fastest) } else { sign * self.set_rate });
    }

    /// K: rests.
    pub fn stop(&mut self) {
        self.rate = 0.0;
    }

    /// Starts the played range here.
    pub fn set_in(&mut self) {
        self.set_in_at(self.index);
    }

    /// Ends the played range here.
    pub fn set_out(&mut self) {
        self.set_out_at(self.index);
    }

    fn set_in_at(&mut self, index: usize) {
        self.range = (index, self.range.1.max(index));
    }

    fn set_out_at(&mut self, index: usize) {
        self.range = (self.range.0.min(index), index);
    }

    /// Lets `seconds` pass while the frame at the playhead is on screen (`ready`) or is still waited
    /// for. The playhead never leaves a frame before it was ready: where decoding is slower than the
    /// rate, something is seen all the same. In real time the frames that became due meanwhile are
    /// then left out, and counted; else the time of waiting does not count. True where another frame
    /// is shown then.
    pub fn advance(&mut self, seconds: f64, ready: bool) -> bool {
        if !self.is_playing() || self.frames.len() < 2 {
            return false;
        }
        let seconds = seconds.clamp(0.0, LONGEST);
        if ready && !self.counted {
            self.counted = true;
            self.meter.count();
        }
        self.meter.pass(seconds);
        if ready || self.pace == Pace::RealTime {
            self.elapsed += seconds * self.rate.abs();
        }
        if !ready {
            return false;
        }
        let steps = match self.pace {
            Pace::RealTime => self.elapsed.floor(),
            Pace::EveryFrame => self.elapsed.floor().min(1.0),
        };
        self.elapsed -= steps;
        if self.pace == Pace::EveryFrame {
            self.elapsed = self.elapsed.min(1.0);
        }
        if steps < 1.0 {
            return false;
        }
        let steps = steps as usize;
        let (before, left_out) = (self.index, steps as u64 - 1);
        self.stride = steps;
        let (index, direction, ended) = self.after(self.index, self.direction, steps);
        (self.index, self.direction) = (index, direction);
        self.rate = self.rate.abs().copysign(direction as f64);
        if ended {
            self.rate = 0.0;
        } else {
            self.meter.drop_frames(left_out);
        }
        self.counted = false;
        self.index != before
    }

    /// Seconds until the next frame is due, while playing.
    pub fn until_next(&self) -> Option<f64> {
        self.is_playing().then(|| (1.0 - self.elapsed).max(0.0) / self.rate.abs())
    }

    /// Places in [`Playback::frames`] that are likely to be shown next, the nearest first, at most
    /// `ahead` on the way and `behind` on the way back, each once, without that of the playhead.
    /// While playing these are the frames that playing will come to; at rest those next to the
    /// playhead, on the way it last moved.
    pub fn upcoming(&self, ahead: usize, behind: usize) -> Vec<usize> {
        let mut places = Vec::new();
        let mut seen = vec![false; self.frames.len()];
        if let Some(own) = seen.get_mut(self.index) {
            *own = true;
        }
        let mut add = |place: usize, places: &mut Vec<usize>| {
            if let Some(seen) = seen.get_mut(place).filter(|seen| !**seen) {
                *seen = true;
                places.push(place);
            }
        };
        if self.is_playing() {
            let (mut index, mut direction) = (self.index, self.direction);
            for _ in 0..ahead {
                let ended;
                (index, direction, ended) = self.after(index, direction, self.stride);
                add(index, &mut places);
                if ended {
                    break;
                }
            }
        } else {
            let at = |offset: i64| usize::try_from(self.index as i64 + offset * self.direction).ok();
            (1..=ahead as i64).filter_map(at).for_each(|place| add(place, &mut places));
        }
        let back = |offset: i64| usize::try_from(self.index as i64 - offset * self.direction).ok();
        (1..=behind as i64).filter_map(back).for_each(|place| add(place, &mut places));
        places
    }

    /// Where `steps` of playing lead from `index` in `direction`: place, direction there, and whether
    /// playing ends there.
    fn after(&self, index: usize, direction: i64, steps: usize) -> (usize, i64, bool) {
        let (first, last) = (self.range.0 as i64, self.range.1 as i64);
        let (index, steps) = (index as i64, steps as i64);
        let count = last - first + 1;
        let target = index + steps * direction;
        match self.repeat {
            Repeat::Loop => ((first + (target - first).rem_euclid(count)) as usize, direction, false),
            Repeat::Once => {
                let end = if direction < 0 { first } else { last };
                let over = if direction < 0 { target <= end } else { target >= end };
                ((if over { end } else { target }) as usize, direction, over)
            }
            Repeat::PingPong if count < 2 => (first as usize, direction, false),
            Repeat::PingPong => {
                // There and back is one period; the second half of it leads back.
                let period = 2 * (count - 1);
                let inside = (index - first).clamp(0, count - 1);
                let phase = if direction < 0 { period - inside } else { inside };
                let phase = (phase + steps).rem_euclid(period);
                let (place, direction) = if phase < count - 1 { (phase, 1) } else { (period - phase, -1) };
                ((first + place) as usize, direction, false)
            }
        }
    }

    fn play(&mut self, rate: f64) {
        let rests = !self.is_playing();
        self.rate = if self.frames.len() < 2 { 0.0 } else { rate };
        self.elapsed = 0.0;
        if rate != 0.0 {
            self.direction = rate.signum() as i64;
            if rests {
                (self.meter, self.stride, self.counted) = (Meter::default(), 1, false);
            }
        }
    }

    fn move_to(&mut self, index: usize) {
        if index != self.index {
            self.direction = if index < self.index { -1 } else { 1 };
            self.counted = false;
            if self.is_playing() {
                self.direction = self.rate.signum() as i64;
            }
        }
        self.index = index;
        self.elapsed = 0.0;
    }
}

#[cfg(test)]
mod tests;
