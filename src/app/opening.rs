//! From what the user gives to sequences with their headers: folders, patterns, files, a workspace.

use std::path::{Path, PathBuf};

use super::background::Stale;
use crate::load::Loader;
use crate::sequence::{Depth, Sequence, discover};
use crate::view::workspace::is_workspace;
use crate::view::{Entry, Workspace};

/// What opening found.
pub struct Opened {
    /// Sequences with the header of their first readable frame.
    pub entries: Vec<Entry>,
    /// What gives no frames, and why.
    pub skipped: Vec<(PathBuf, String)>,
    /// What was asked for.
    pub paths: Vec<PathBuf>,
    /// What else there is to tell.
    pub notes: Vec<String>,
    /// The workspace, where it is one.
    pub workspace: Option<OpenedWorkspace>,
}

/// A workspace that was opened.
pub struct OpenedWorkspace {
    /// Where it is from.
    pub file: PathBuf,
    /// What it says.
    pub workspace: Box<Workspace>,
    /// Which of its sequences each entry is.
    pub places: Vec<usize>,
}

/// Finds sequences and reads the header of the first readable frame of each.
///
/// # Errors
/// When nothing is there, or a workspace cannot be read; in words.
pub fn open(paths: &[PathBuf], loader: &Loader, stale: &Stale) -> Result<Opened, String> {
    // A workspace says all by itself.
    if let Some(file) = paths.iter().find(|path| is_workspace(path)) {
        return open_workspace(file, loader, stale);
    }
    let found = discover(paths, Depth::Recursive).map_err(|error| error.to_string())?;
    let mut entries = read_headers(found.sequences, loader, stale);
    show_alike(&mut entries);
    let (skipped, paths) = (found.skipped, paths.to_vec());
    Ok(Opened { entries, skipped, paths, notes: Vec::new(), workspace: None })
}

fn open_workspace(file: &Path, loader: &Loader, stale: &Stale) -> Result<Opened, String> {
    let read = Workspace::read(file).map_err(|error| error.to_string())?;
    let found = read.workspace.find();
    let unknown = |field: &String| format!("the workspace has a field {field:?} that is not known: left out");
    let notes: Vec<String> = read.unknown.iter().map(unknown).chain(found.missing).collect();
    if found.sequences.is_empty() {
        return Err(format!("nothing of the workspace {} is there\n{}", file.display(), notes.join("\n")));
    }
    let (places, sequences): (Vec<usize>, Vec<Sequence>) = found.sequences.into_iter().unzip();
    let entries = read_headers(sequences, loader, stale);
    let (file, workspace) = (file.to_owned(), Box::new(read.workspace));
    let paths = vec![file.clone()];
    let workspace = Some(OpenedWorkspace { file, workspace, places });
    Ok(Opened { entries, skipped: Vec::new(), paths, notes, workspace })
}

/// Each with what the header of its first readable frame says.
fn read_headers(sequences: Vec<Sequence>, loader: &Loader, stale: &Stale) -> Vec<Entry> {
    let mut entries = Vec::new();
    for sequence in sequences {
        if stale.is_set() {
            break;
        }
        // What was read before may have been rendered anew since.
        let paths: Vec<PathBuf> = sequence.frames.iter().map(|frame| frame.path.clone()).collect();
        loader.forget(&paths);
        let mut info = Err("no frames".to_owned());
        for frame in &sequence.frames {
            info = loader.info(&frame.path).map(|info| (*info).clone()).map_err(|error| error.to_string());
            if info.is_ok() {
                break;
            }
        }
        entries.push(Entry { sequence, shown: false, info });
    }
    entries
}

/// Most sequences that take part unless the user says otherwise.
const SHOWN_AT_FIRST: usize = 6;

/// Lets those take part that are like the first: same kind of file and picture size, and an AOV in
/// common (maps of an earlier comparison have none).
fn show_alike(entries: &mut [Entry]) {
    let kind = |entry: &Entry| {
        let info = entry.info.as_ref().ok()?;
        Some((info.format, info.parts.first()?.display_window))
    };
    let keys = |entry: &Entry| -> Vec<String> {
        entry.info.iter().flat_map(|info| &info.aovs).map(|aov| aov.key.clone()).collect()
    };
    let first = entries.iter().find_map(|entry| Some((kind(entry)?, keys(entry))));
    let Some((first, known)) = first else { return };
    let alike = entries
        .iter_mut()
        .filter(|entry| kind(entry) == Some(first) && keys(entry).iter().any(|key| known.contains(key)));
    alike.take(SHOWN_AT_FIRST).for_each(|entry| entry.shown = true);
}
