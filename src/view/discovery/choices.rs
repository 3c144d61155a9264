//! What a user chooses from, to see where changes are.

use serde::{Deserialize, Serialize};

/// What the canvas shows as heat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverTime {
    /// The delta of the shown frame.
    #[default]
    Frame,
    /// The largest magnitude of all frames.
    Max,
    /// The mean of all frames.
    Mean,
    /// The root of the mean square.
    Rms,
    /// The standard deviation.
    Std,
    /// In how many frames the pixel changed.
    Changed,
    /// The first frame in which it changed.
    FirstChanged,
    /// The last frame in which it changed.
    LastChanged,
    /// The frame of the largest magnitude.
    MaxFrame,
}

impl OverTime {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Frame,
        Self::Max,
        Self::Mean,
        Self::Rms,
        Self::Std,
        Self::Changed,
        Self::FirstChanged,
        Self::LastChanged,
        Self::MaxFrame,
    ];

    /// The name in the list.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frame => "This frame",
            Self::Max => "Max",
            Self::Mean => "Mean",
            Self::Rms => "RMS",
            Self::Std => "Standard deviation",
            Self::Changed => "Changed count",
            Self::FirstChanged => "First changed frame",
            Self::LastChanged => "Last changed frame",
            Self::MaxFrame => "Frame of max",
        }
    }

    /// Whether its values are frame numbers.
    pub const fn is_of_frames(self) -> bool {
        matches!(self, Self::FirstChanged | Self::LastChanged | Self::MaxFrame)
    }
}

/// What the right panel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tab {
    /// Tolerance, statistics.
    #[default]
    Inspect,
    /// Regions and pixels that changed most.
    Changes,
    /// What is tracked.
    Tracked,
}

impl Tab {
    /// All, from left to right.
    pub const ALL: [Self; 3] = [Self::Inspect, Self::Changes, Self::Tracked];

    /// The name on it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inspect => "Inspect",
            Self::Changes => "Changes",
            Self::Tracked => "Tracked",
        }
    }
}
