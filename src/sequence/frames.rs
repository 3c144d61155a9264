//! A sequence: frames that differ in one number.

use std::path::{Path, PathBuf};

/// One file of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The number in its name; `None` for a single file without one.
    pub number: Option<i64>,
    /// Where it is.
    pub path: PathBuf,
}

/// Frames that share folder, stem, suffix and extension and differ in one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Short name that tells it from the others it was loaded with.
    pub name: String,
    /// How the files are written: `folder/clothsimv1.####.exr`.
    pub pattern: String,
    /// Sorted by number, each number once; not empty.
    pub frames: Vec<Frame>,
}

impl Sequence {
    /// The file of frame `number`.
    pub fn path(&self, number: Option<i64>) -> Option<&Path> {
        let index = self.frames.binary_search_by_key(&number, |frame| frame.number).ok()?;
        Some(&self.frames[index].path)
    }

    /// First and last number; `None` for a single file without one.
    pub fn range(&self) -> Option<(i64, i64)> {
        Some((self.frames.first()?.number?, self.frames.last()?.number?))
    }
}
