//! What can go wrong with an image file.

use std::io;
use std::path::{Path, PathBuf};

/// Bounds checked before memory is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels of one part.
    pub max_pixels: u64,
    /// Most channels of one part.
    pub max_channels: usize,
    /// Most bytes of all headers of a file.
    pub max_header_bytes: u64,
    /// Most bytes of samples decoded at once.
    pub max_bytes: u64,
    /// Most samples of one channel of a deep part.
    pub max_samples: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 1 << 30,
            max_channels: 4096,
            max_header_bytes: 256 << 20,
            max_bytes: 64 << 30,
            max_samples: 1 << 29,
        }
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
    /// Cut short, or its writer has not finished.
    #[error("the file is incomplete (still being written, or cut short): {reason}: {path:?}")]
    Incomplete {
        /// What is missing.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The system refuses to open or read it.
    #[error("cannot read the file: {reason}: {path:?}")]
    Io {
        /// Kind of the system's error.
        kind: io::ErrorKind,
        /// The system's message.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// None of the known formats.
    #[error("not an EXR, PNG or JPEG file (it starts with {magic:02x?}): {path:?}")]
    UnknownFormat {
        /// First bytes of the file, at most 8.
        magic: Vec<u8>,
        /// The file.
        path: PathBuf,
    },
    /// Bytes that contradict the format.
    #[error("the file is damaged: {place}{reason}: {path:?}")]
    Damaged {
        /// The part, with a colon, or nothing.
        place: String,
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A sound file that uses a feature that is not read here.
    #[error("{place}{reason}: {path:?}")]
    Unsupported {
        /// The part, with a colon, or nothing.
        place: String,
        /// The feature, by name.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// More pixels than allowed.
    #[error(
        "a {width}x{height} image is over the limit of {limit} pixels (raise it with --max-pixels): {path:?}"
    )]
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// [`Limits::max_pixels`].
        limit: u64,
        /// The file.
        path: PathBuf,
    },
    /// More channels than allowed.
    #[error(
        "{channels} channels in one part are over the limit of {limit} (raise it with --max-channels): {path:?}"
    )]
    TooManyChannels {
        /// Channels found.
        channels: usize,
        /// [`Limits::max_channels`].
        limit: usize,
        /// The file.
        path: PathBuf,
    },
    /// A header of more bytes than allowed.
    #[error("its header is longer than the limit of {limit} bytes (raise it with --max-header): {path:?}")]
    HeaderTooLarge {
        /// [`Limits::max_header_bytes`].
        limit: u64,
        /// The file.
        path: PathBuf,
    },
    /// More bytes of samples at once than allowed.
    #[error(
        "its decoded samples take {bytes} bytes, over the limit of {limit} \
         (raise it with --max-frame, or choose fewer AOVs with --aov): {path:?}"
    )]
    TooMuchMemory {
        /// Bytes of what was asked for.
        bytes: u64,
        /// [`Limits::max_bytes`].
        limit: u64,
        /// The file.
        path: PathBuf,
    },
    /// More deep samples than allowed.
    #[error(
        "at least {samples} deep samples in one part are over the limit of {limit} \
         (raise it with --max-samples): {path:?}"
    )]
    TooManySamples {
        /// Samples found before reading ended.
        samples: u64,
        /// [`Limits::max_samples`].
        limit: u64,
        /// The file.
        path: PathBuf,
    },
    /// Another file lies there now than the one whose header was read.
    #[error("the file has changed since its header was read (being rendered again?): {path:?}")]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// Whether the file looks like one still being written or cut short, rather than damaged.
    pub const fn is_incomplete(&self) -> bool {
        matches!(self, Self::Empty { .. } | Self::Incomplete { .. })
    }

    /// Whether there is no such file.
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Io { kind: io::ErrorKind::NotFound, .. })
    }

    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Self::Incomplete { reason: "it ends inside its data".to_owned(), path }
            }
            kind => Self::Io { kind, reason: error.to_string(), path },
        }
    }

    pub(super) fn incomplete(path: &Path, reason: impl Into<String>) -> Self {
        Self::Incomplete { reason: reason.into(), path: path.to_owned() }
    }

    pub(super) fn damaged(path: &Path, place: &str, reason: impl Into<String>) -> Self {
        Self::Damaged { place: place_prefix(place), reason: reason.into(), path: path.to_owned() }
    }

    pub(super) fn unsupported(path: &Path, place: &str, reason: impl Into<String>) -> Self {
        Self::Unsupported { place: place_prefix(place), reason: reason.into(), path: path.to_owned() }
    }
}

fn place_prefix(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!("{place}: ") }
}
