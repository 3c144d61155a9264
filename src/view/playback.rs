//! The playhead: which frame is shown, and how it moves.

/// Moves over a list of frames that may have gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    /// Frame numbers, ascending, each once.
    frames: Vec<i64>,
    /// Where the playhead stands in `frames`.
    index: usize,
    /// Frames a second, signed: below zero backwards; 0 while it rests.
    rate: f64,
    /// First and last index that are played.
    range: (usize, usize),
    /// Fraction of a frame that playing has gathered.
    elapsed: f64,
    /// Which way it last moved: 1 or −1.
    direction: i64,
}

/// Frames a second of ordinary playing.
pub const FRAME_RATE: f64 = 24.0;
/// Fastest shuttle of J and L, in frames a second.
const FASTEST: f64 = FRAME_RATE * 8.0;

impl Default for Playback {
    fn default() -> Self {
        Self { frames: Vec::new(), index: 0, rate: 0.0, range: (0, 0), elapsed: 0.0, direction: 1 }
    }
}

impl Playback {
    /// Takes other frames; stays at the same frame number, or at the nearest one there is.
    pub fn set_frames(&mut self, frames: Vec<i64>) {
        if self.frames == frames {
            return;
        }
        let frame = self.frame();
        self.range = (0, frames.len().saturating_sub(1));
        self.frames = frames;
        self.index = 0;
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
        let is_all = self.range == (0, self.frames.len().saturating_sub(1));
        self.range().filter(|_| !is_all)
    }

    /// Goes to that frame, or to the nearest one there is.
    pub fn seek(&mut self, frame: i64) {
        let after = self.frames.partition_point(|&f| f < frame);
        let candidates = [after.saturating_sub(1), after.min(self.frames.len().saturating_sub(1))];
        let nearest = candidates.into_iter().min_by_key(|&i| {
            let distance = self.frames.get(i).map_or(u64::MAX, |f| f.abs_diff(frame));
            (distance, std::cmp::Reverse(i))
        });
        self.move_to(nearest.unwrap_or(0));
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

    /// Plays, or rests.
    pub fn toggle(&mut self) {
        self.set_rate(if self.is_playing() { 0.0 } else { FRAME_RATE });
    }

    /// J and L: plays that way, twice as fast with each further press.
    pub fn shuttle(&mut self, direction: i64) {
        let sign = if direction < 0 { -1.0 } else { 1.0 };
        let same_way = self.rate * sign > 0.0;
        self.set_rate(if same_way { (self.rate * 2.0).clamp(-FASTEST, FASTEST) } else { sign * FRAME_RATE });
    }

    /// K: rests.
    pub fn stop(&mut self) {
        self.rate = 0.0;
    }

    /// Starts the played range here.
    pub fn set_in(&mut self) {
        self.range.0 = self.index;
        self.range.1 = self.range.1.max(self.index);
    }

    /// Ends the played range here.
    pub fn set_out(&mut self) {
        self.range.1 = self.index;
        self.range.0 = self.range.0.min(self.index);
    }

    /// Lets `seconds` pass. True where another frame is shown then.
    pub fn advance(&mut self, seconds: f64) -> bool {
        if !self.is_playing() || self.frames.len() < 2 {
            return false;
        }
        self.elapsed += seconds.clamp(0.0, 1.0) * self.rate.abs();
        let whole = self.elapsed.floor();
        self.elapsed -= whole;
        let (first, last) = (self.range.0 as i64, self.range.1 as i64);
        let steps = whole as i64 * self.direction;
        let inside = self.index as i64 + steps - first;
        let before = self.index;
        self.index = (first + inside.rem_euclid(last - first + 1)) as usize;
        self.index != before
    }

    /// Seconds until the next frame is due, while playing.
    pub fn until_next(&self) -> Option<f64> {
        self.is_playing().then(|| (1.0 - self.elapsed).max(0.0) / self.rate.abs())
    }

    fn set_rate(&mut self, rate: f64) {
        self.rate = if self.frames.len() < 2 { 0.0 } else { rate };
        self.elapsed = 0.0;
        if rate != 0.0 {
            self.direction = rate.signum() as i64;
        }
    }

    fn move_to(&mut self, index: usize) {
        if index != self.index {
            self.direction = if index < self.index { -1 } else { 1 };
        }
        self.index = index;
        self.elapsed = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn playback(frames: &[i64]) -> Playback {
        let mut playback = Playback::default();
        playback.set_frames(frames.to_vec());
        playback
    }

    #[test]
    fn stepping_goes_over_gaps_and_stays_inside() {
        let mut playback = playback(&[-1, 3, 4, 9]);
        playback.step(1);
        assert_eq!(playback.frame(), Some(3));
        playback.step(100);
        assert_eq!(playback.frame(), Some(9));
        playback.step(-1);
        assert_eq!((playback.frame(), playback.direction()), (Some(4), -1));
    }

    #[test]
    fn seeking_a_gap_takes_the_nearest_frame() {
        let mut playback = playback(&[1, 2, 10]);
        for (wanted, got) in [(4, 2), (8, 10), (-100, 1), (100, 10), (6, 10)] {
            playback.seek(wanted);
            assert_eq!(playback.frame(), Some(got), "seeking {wanted}");
        }
    }

    #[test]
    fn other_frames_keep_the_playhead() {
        let mut playback = playback(&[1, 2, 3, 4]);
        playback.seek(3);
        playback.set_frames(vec![3, 4, 5]);
        assert_eq!((playback.frame(), playback.index()), (Some(3), 0));
    }

    #[test]
    fn playing_goes_round_inside_the_range() {
        let mut playback = playback(&[1, 2, 3, 4, 5]);
        playback.seek(2);
        playback.set_in();
        playback.seek(4);
        playback.set_out();
        playback.toggle();
        assert!(playback.advance(1.001 / FRAME_RATE));
        assert_eq!(playback.frame(), Some(2));
        playback.shuttle(-1);
        assert!(playback.advance(1.001 / FRAME_RATE));
        assert_eq!(playback.frame(), Some(4));
    }

    #[test]
    fn pressing_again_doubles_the_rate() {
        let mut playback = playback(&[1, 2, 3]);
        playback.shuttle(1);
        playback.shuttle(1);
        assert!((playback.rate() - 2.0 * FRAME_RATE).abs() < 1e-9);
        playback.shuttle(-1);
        assert!((playback.rate() + FRAME_RATE).abs() < 1e-9);
        playback.stop();
        assert!(!playback.advance(10.0));
    }

    #[test]
    fn one_frame_does_not_play() {
        let mut playback = playback(&[7]);
        playback.toggle();
        assert!(!playback.is_playing());
    }
}
