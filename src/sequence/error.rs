//! What can go wrong between a name and the files it means.

use std::path::PathBuf;

/// Why a path does not give a sequence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a file, nor a folder, nor a pattern.
    #[error("no such file or folder (a pattern has one of #, @, %04d, $F4, * in its file name): {path:?}")]
    NotFound {
        /// As given.
        path: PathBuf,
    },
    /// A folder that cannot be listed.
    #[error("the folder cannot be read: {source}: {path:?}")]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Nothing that could be a frame.
    #[error("no {looked_for}: {path:?}")]
    NoFrames {
        /// As given.
        path: PathBuf,
        /// What would have been taken.
        looked_for: String,
    },
    /// One was needed.
    #[error("{} sequences where one is needed; name one of {}: {path:?}", patterns.len(), listed(patterns))]
    Several {
        /// As given.
        path: PathBuf,
        /// How the files of each are written.
        patterns: Vec<String>,
    },
    /// A pattern that cannot be understood.
    #[error("not a pattern of frames: {reason}: {pattern:?}")]
    Pattern {
        /// As given.
        pattern: String,
        /// What is wrong.
        reason: String,
    },
    /// A set of frames that cannot be understood.
    #[error("not a set of frames: {reason} (frames are written as 1-100, 1-100x2, 1,5,-3--1): {text:?}")]
    FrameSet {
        /// As given.
        text: String,
        /// What is wrong.
        reason: String,
    },
}

/// The first of many, so that a message stays readable.
fn listed(patterns: &[String]) -> String {
    const MOST: usize = 12;
    let more = patterns.len().saturating_sub(MOST);
    let first = patterns[..patterns.len() - more].join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}
