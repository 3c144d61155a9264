//! How time passes while playing: rate, repeat, pace, and what came of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Rates that are offered; any other can be typed.
pub const FRAME_RATES: [f64; 5] = [12.0, 24.0, 25.0, 30.0, 60.0];
/// Slowest and fastest rate that can be set, in frames a second.
pub const RATE_LIMITS: (f64, f64) = (0.1, 480.0);

/// What comes after the last frame of the played range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// The first one.
    #[default]
    Loop,
    /// Rest.
    Once,
    /// The same way back.
    PingPong,
}

impl Repeat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Loop, Self::Once, Self::PingPong];

    /// As it is called in the window.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loop => "Loop",
            Self::Once => "Once",
            Self::PingPong => "Ping-pong",
        }
    }

    /// The one after it, round the end.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Loop => Self::Once,
            Self::Once => Self::PingPong,
            Self::PingPong => Self::Loop,
        }
    }
}

/// What gives way when frames cannot be had as fast as the rate says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// Frames are left out to keep the rate.
    #[default]
    RealTime,
    /// Each frame is shown, and the rate sinks.
    EveryFrame,
}

impl Pace {
    /// Both.
    pub const ALL: [Self; 2] = [Self::RealTime, Self::EveryFrame];

    /// As it is called in the window.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RealTime => "Real time",
            Self::EveryFrame => "Every frame",
        }
    }
}

/// What a user may wish of time, beside the playhead's own moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeAction {
    /// Frames a second of ordinary playing.
    SetRate(f64),
    /// What comes after the last frame.
    SetRepeat(Repeat),
    /// What gives way.
    SetPace(Pace),
    /// Play backwards, or rest.
    ToggleBackwards,
    /// Start of the played range, as a frame number.
    SetInAt(i64),
    /// End of the played range, as a frame number.
    SetOutAt(i64),
    /// Play all frames.
    ClearRange,
}

/// Seconds over which the real rate is measured.
const SPAN: f64 = 2.0;

/// Counts what is really shown while playing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meter {
    /// Seconds of playing.
    clock: f64,
    /// When frames were there to be drawn, on that clock.
    shown: VecDeque<f64>,
    dropped: u64,
}

impl Meter {
    /// Lets `seconds` pass.
    pub fn pass(&mut self, seconds: f64) {
        self.clock += seconds;
        while self.shown.front().is_some_and(|at| self.clock - at > SPAN) {
            self.shown.pop_front();
        }
    }

    /// One more frame was shown.
    pub fn count(&mut self) {
        self.shown.push_back(self.clock);
    }

    /// So many frames were left out.
    pub fn drop_frames(&mut self, frames: u64) {
        self.dropped += frames;
    }

    /// Frames left out since playing began.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Frames shown a second, over the last two seconds; `None` until half a second is known.
    pub fn rate(&self) -> Option<f64> {
        let first = *self.shown.front()?;
        let seconds = self.clock - first;
        (seconds >= 0.5).then(|| (self.shown.len() - 1) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_of_the_last_two_seconds() {
        let mut meter = Meter::default();
        assert_eq!(meter.rate(), None);
        for _ in 0..40 {
            meter.count();
            meter.pass(0.1);
        }
        let rate = meter.rate().expect("four seconds");
        assert!((rate - 10.0).abs() < 0.6, "{rate}");
        // Nothing is shown any more: the rate sinks, it does not stay.
        meter.pass(1.5);
        assert!(meter.rate().is_none_or(|rate| rate < 5.0));
    }
}
