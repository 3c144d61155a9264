//! Two planes put side by side: which channels and which pixels are compared.

use crate::image::{Plane, Sample, Window};

/// Which pixels are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// The union of both data windows; the display windows must be equal.
    #[default]
    Union,
    /// The common data window only, whatever the display windows.
    Common,
}

/// Why two planes cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The pictures differ in size or place.
    #[error(
        "the display window is {candidate} here and {reference} in the reference \
         (compare the common data window only with --crop)"
    )]
    SizeMismatch {
        /// Of the candidate.
        candidate: Window,
        /// Of the reference.
        reference: Window,
    },
    /// Cropped to the common data window, nothing is left.
    #[error("the data windows have no pixel in common: {candidate} here and {reference} in the reference")]
    NothingInCommon {
        /// Of the candidate.
        candidate: Window,
        /// Of the reference.
        reference: Window,
    },
    /// Two small data windows far apart in one display window.
    #[error(
        "the data windows together span {union} pixels, too many to compare: {candidate} here and \
         {reference} in the reference (compare the common data window only with --crop)"
    )]
    TooLarge {
        /// Width × height of both together.
        union: u64,
        /// Of the candidate.
        candidate: Window,
        /// Of the reference.
        reference: Window,
    },
    /// Not one channel name in common.
    #[error("no channel in common: {candidate:?} here and {reference:?} in the reference")]
    NoCommonChannel {
        /// Names in the candidate.
        candidate: Vec<String>,
        /// Names in the reference.
        reference: Vec<String>,
    },
}

/// Most pixels of the compared window: what both planes span together may be far more than what
/// they hold.
const MAX_PIXELS: u64 = 1 << 31;

/// Two planes put side by side.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// What is judged: a.
    pub candidate: &'a Plane,
    /// What it is judged by: b.
    pub reference: &'a Plane,
    /// (index in candidate, index in reference) of each channel that both have, in the
    /// reference's order; at least one.
    pub channels: Vec<(usize, usize)>,
    /// The pixels that are compared; not empty.
    pub window: Window,
}

impl<'a> Pair<'a> {
    /// Puts two planes side by side; channels match by name.
    ///
    /// # Errors
    /// When the windows do not fit `extent`, or no channel is common.
    pub fn new(candidate: &'a Plane, reference: &'a Plane, extent: Extent) -> Result<Self, PairError> {
        let channels: Vec<_> = (0..reference.channels.len())
            .filter_map(|r| Some((candidate.channel_index(&reference.channels[r].name)?, r)))
            .collect();
        if channels.is_empty() {
            let names = |plane: &Plane| plane.channels.iter().map(|c| c.name.clone()).collect();
            return Err(PairError::NoCommonChannel {
                candidate: names(candidate),
                reference: names(reference),
            });
        }
        let window = match extent {
            Extent::Union if candidate.display_window != reference.display_window => {
                return Err(PairError::SizeMismatch {
                    candidate: candidate.display_window,
                    reference: reference.display_window,
                });
            }
            Extent::Union => candidate.data_window.union(&reference.data_window),
            Extent::Common => candidate.data_window.intersection(&reference.data_window),
        };
        if window.is_empty() {
            return Err(PairError::NothingInCommon {
                candidate: candidate.data_window,
                reference: reference.data_window,
            });
        }
        if window.pixels() > MAX_PIXELS {
            return Err(PairError::TooLarge {
                union: window.pixels(),
                candidate: candidate.data_window,
                reference: reference.data_window,
            });
        }
        Ok(Self { candidate, reference, channels, window })
    }

    /// Names of the compared channels, as the reference spells them.
    pub fn channel_names(&self) -> Vec<String> {
        self.channels.iter().map(|&(_, r)| self.reference.channels[r].name.clone()).collect()
    }

    /// Names of channels that only one side has: (candidate alone, reference alone).
    pub fn unmatched(&self) -> (Vec<String>, Vec<String>) {
        let alone = |plane: &Plane, used: &dyn Fn(usize) -> bool| -> Vec<String> {
            let channels = plane.channels.iter().enumerate();
            channels.filter(|(i, _)| !used(*i)).map(|(_, c)| c.name.clone()).collect()
        };
        (
            alone(self.candidate, &|i| self.channels.iter().any(|&(c, _)| c == i)),
            alone(self.reference, &|i| self.channels.iter().any(|&(_, r)| r == i)),
        )
    }

    /// The part of the compared window that both planes have.
    pub fn covered(&self) -> Window {
        self.window.intersection(&self.candidate.data_window).intersection(&self.reference.data_window)
    }

    /// Whether the file of a side does not give all pixels of its plane.
    pub fn has_unreadable(&self) -> bool {
        !self.candidate.unreadable.is_empty() || !self.reference.unreadable.is_empty()
    }

    /// The same of the pixels in `window` alone.
    pub(super) fn has_unreadable_in(&self, window: Window) -> bool {
        [self.candidate, self.reference].iter().any(|plane| plane.unreadable_in(window).next().is_some())
    }

    /// Stored values of the compared channels at a pixel that both sides have, and that can be read on
    /// both: (candidate, reference).
    pub fn values(&self, x: i32, y: i32) -> Option<(Vec<Sample>, Vec<Sample>)> {
        let c = self.candidate.index(x, y)?;
        let r = self.reference.index(x, y)?;
        let channels = self.channels.iter();
        Some(
            channels
                .map(|&(a, b)| {
                    (self.candidate.channels[a].samples.get(c), self.reference.channels[b].samples.get(r))
                })
                .unzip(),
        )
    }
}
