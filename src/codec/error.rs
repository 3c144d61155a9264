//! What can go wrong with an image file.

use std::path::PathBuf;

/// Bounds checked before memory is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels of one part.
    pub max_pixels: u64,
    /// Most channels of one part.
    pub max_channels: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 1 << 30, max_channels: 4096 }
    }
}

/// Why an image file, or one AOV of it, cannot be had. Clone: one damaged part fails many AOVs.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Created, nothing written yet.
    #[error("the file is empty (0 bytes; still being written?): {path:?}")]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// Whether the file looks like one still being written or cut short, rather than damaged.
    pub const fn is_incomplete(&self) -> bool {
        matches!(self, Self::Empty { .. })
    }
}
