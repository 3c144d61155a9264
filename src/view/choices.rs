//! What a user chooses from.

use serde::{Deserialize, Serialize};

/// What the canvas shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The reference alone.
    Reference,
    /// The candidate alone.
    Candidate,
    /// Heat map of the delta over a dimmed picture.
    Difference,
    /// Reference left, candidate right of a line that can be dragged.
    Wipe,
    /// Reference and candidates in a tile each.
    SideBySide,
}

impl Mode {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::Reference, Self::Candidate, Self::Difference, Self::Wipe, Self::SideBySide];

    /// The name on the button.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "Reference",
            Self::Candidate => "Candidate",
            Self::Difference => "Difference",
            Self::Wipe => "Wipe",
            Self::SideBySide => "Side by side",
        }
    }
}

/// What a click on the picture does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Tracks a pixel.
    Pixel,
    /// Draws a tracked rectangle.
    Rectangle,
    /// Paints a tracked mask.
    Brush,
    /// Tracks all pixels that have the id of the clicked one.
    Object,
}

/// Which number the curves show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// The value of each sequence.
    Value,
    /// Candidate − reference.
    Delta,
    /// The one over the other.
    Both,
}

/// Whether a sequence takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It does.
    Yes,
    /// It does not.
    No,
}
