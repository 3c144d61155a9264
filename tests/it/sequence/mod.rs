//! Names on disk become the sequences that a user means.

mod data;
mod discover;
mod resolve;

use std::path::{Path, PathBuf};

use aovscope::sequence::{Depth, Discovery, Sequence, discover};

/// A folder with empty files of these names (folders in them are made).
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("can be made");
        std::fs::write(path, b"").expect("can be written");
    }
    folder
}

fn flat(path: &Path) -> Discovery {
    discover(&[path.to_owned()], Depth::Flat).expect("sequences")
}

/// `name | pattern relative to the folder | frames`, for each sequence.
fn shown(root: &Path, sequences: &[Sequence]) -> Vec<String> {
    let relative = |pattern: &str| {
        let path = PathBuf::from(pattern);
        path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned()
    };
    let row = |sequence: &Sequence| {
        format!("{} | {} | {}", sequence.name, relative(&sequence.pattern), sequence.ranges_text())
    };
    sequences.iter().map(row).collect()
}

/// What a folder with these files holds.
#[track_caller]
fn assert_found(files: &[&str], expected: &[&str]) {
    let folder = folder(files);
    assert_eq!(shown(folder.path(), &flat(folder.path()).sequences), expected);
}
