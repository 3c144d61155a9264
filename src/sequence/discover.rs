//! Which sequences a path means: a folder, a pattern, a glob or a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::group::{by_number, group, single_file};
use super::pattern::{self, Pattern};
use super::{Error, Sequence, name_apart};

/// Extensions of files that are taken for frames, in lower case; any case is taken.
pub const EXTENSIONS: [&str; 4] = ["exr", "png", "jpg", "jpeg"];

/// Name of the folder that exports go to. What lies in it is no render: it is skipped when the
/// folders above it are searched.
pub const EXPORT_FOLDER: &str = "aovscope_exports";

/// How far a folder is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The folder's own files.
    Flat,
    /// Those of all folders below it too, except hidden ones and exports.
    Recursive,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// In the order of the paths given, then by pattern; names are unique.
    pub sequences: Vec<Sequence>,
    /// What was named or met but gives no frames, and why. Files of other kinds that lie in a
    /// folder are not told.
    pub skipped: Vec<(PathBuf, String)>,
}

/// Finds all sequences of image files under `paths`: folders, patterns, globs and files. Files given
/// by name are grouped like those of a folder, so that a list from a shell's `*` works. Hidden files
/// and files of other kinds are left out; each sequence is listed once.
///
/// # Errors
/// When a path is neither there nor a pattern, a pattern cannot be understood, or nothing is found
/// at all.
pub fn discover(paths: &[PathBuf], depth: Depth) -> Result<Discovery, Error> {
    let mut found = Discovery::default();
    let mut files = BTreeMap::new();
    for path in paths {
        if path.is_dir() {
            let before = found.sequences.len();
            found.sequences.extend(in_folder(path, depth, &mut found.skipped)?);
            if found.sequences.len() == before {
                found.skipped.push((path.clone(), looked_for_in_folder()));
            }
        } else if path.is_file() {
            add_file(path, &mut files, &mut found.skipped);
        } else {
            found.sequences.extend(by_pattern(path, &mut found.skipped)?);
        }
    }
    found.sequences.extend(from_list(files));
    let mut seen = BTreeSet::new();
    found.sequences.retain(|sequence| seen.insert(sequence.frames[0].path.clone()));
    if found.sequences.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        return Err(Error::NoFrames { path, looked_for: image_files() });
    }
    name_apart(&mut found.sequences);
    Ok(found)
}

/// The one sequence that `path` means: a pattern or glob, a folder that holds one sequence, or one
/// file, which is a sequence of that one frame (its number is read from its name).
///
/// # Errors
/// When there is no such thing, or more than one sequence: the message lists them.
pub fn resolve(path: &str) -> Result<Sequence, Error> {
    let given = PathBuf::from(path);
    if given.is_file() {
        let mut single = single_file(given);
        name_apart(std::slice::from_mut(&mut single));
        return Ok(single);
    }
    let mut skipped = Vec::new();
    let (sequences, looked_for) = if given.is_dir() {
        (in_folder(&given, Depth::Flat, &mut skipped)?, looked_for_in_folder())
    } else {
        (by_pattern(&given, &mut skipped)?, "file of that pattern".to_owned())
    };
    let mut sequences = sequences.into_iter();
    match (sequences.next(), sequences.len()) {
        (None, _) => Err(Error::NoFrames { path: given, looked_for }),
        (Some(mut only), 0) => {
            name_apart(std::slice::from_mut(&mut only));
            Ok(only)
        }
        (Some(first), _) => {
            let patterns = std::iter::once(first).chain(sequences).map(|sequence| sequence.pattern).collect();
            Err(Error::Several { path: given, patterns })
        }
    }
}

/// All sequences of a folder, folder by folder in order of their paths.
fn in_folder(
    path: &Path,
    depth: Depth,
    skipped: &mut Vec<(PathBuf, String)>,
) -> Result<Vec<Sequence>, Error> {
    let names = list(path, depth, skipped)?;
    Ok(names.into_iter().flat_map(|(folder, names)| group(&folder, names)).collect())
}

/// Names of the image files under `path`, by folder.
fn list(
    path: &Path,
    depth: Depth,
    skipped: &mut Vec<(PathBuf, String)>,
) -> Result<BTreeMap<PathBuf, Vec<String>>, Error> {
    std::fs::read_dir(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    let max_depth = if depth == Depth::Flat { 1 } else { usize::MAX };
    let walk = walkdir::WalkDir::new(path).follow_links(true).min_depth(1).max_depth(max_depth);
    let mut names: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for entry in walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry.path())) {
        match entry {
            Ok(entry) if !entry.file_type().is_file() || !is_image(entry.path()) => {}
            Ok(entry) => match entry.file_name().to_str() {
                Some(name) => {
                    let folder = entry.path().parent().unwrap_or(path).to_owned();
                    names.entry(folder).or_default().push(name.to_owned());
                }
                None => skipped.push((entry.into_path(), NOT_UTF8.to_owned())),
            },
            Err(error) => skipped.push((error.path().unwrap_or(path).to_owned(), error.to_string())),
        }
    }
    Ok(names)
}

const NOT_UTF8: &str = "its name is not valid UTF-8";

/// Notes a file that was given by name.
fn add_file(
    path: &Path,
    files: &mut BTreeMap<PathBuf, BTreeSet<String>>,
    skipped: &mut Vec<(PathBuf, String)>,
) {
    if !is_image(path) {
        skipped.push((path.to_owned(), format!("not one of {}, by its extension", EXTENSIONS.join(", "))));
        return;
    }
    match path.file_name().and_then(|name| name.to_str()) {
        Some(name) => {
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            files.entry(folder).or_default().insert(name.to_owned());
        }
        None => skipped.push((path.to_owned(), NOT_UTF8.to_owned())),
    }
}

/// Sequences of files given by name: a file that is alone is a single file, not a pattern.
fn from_list(files: BTreeMap<PathBuf, BTreeSet<String>>) -> impl Iterator<Item = Sequence> {
    let sequences = files.into_iter().flat_map(|(folder, names)| group(&folder, names));
    sequences.map(|sequence| match &sequence.frames[..] {
        [only] => single_file(only.path.clone()),
        _ => sequence,
    })
}

/// Sequences of a pattern or glob, whose folder must be there.
fn by_pattern(path: &Path, skipped: &mut Vec<(PathBuf, String)>) -> Result<Vec<Sequence>, Error> {
    let not_found = || Error::NotFound { path: path.to_owned() };
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(not_found)?;
    let wanted = wanted(name)?.ok_or_else(not_found)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if !listed.is_dir() {
        return Err(Error::NotFound { path: listed.to_owned() });
    }
    let names = list(listed, Depth::Flat, skipped)?.into_values().flatten();
    Ok(match wanted {
        Wanted::Number(pattern) => {
            by_number(folder, names, |name| pattern.number(name)).into_iter().collect()
        }
        Wanted::Glob(glob) => group(folder, names.filter(|name| glob.is_match(name))),
    })
}

/// Which files of a folder a pattern means.
enum Wanted {
    /// One sequence: the pattern says which number is the frame.
    Number(Pattern),
    /// Any.
    Glob(globset::GlobMatcher),
}

/// `None` where `name` is no pattern.
fn wanted(name: &str) -> Result<Option<Wanted>, Error> {
    if let Some(pattern) = pattern::parse(name)? {
        return Ok(Some(Wanted::Number(pattern)));
    }
    if !name.contains(['*', '?', '[', '{']) {
        return Ok(None);
    }
    let glob = globset::GlobBuilder::new(name).case_insensitive(true).build();
    let glob =
        glob.map_err(|error| Error::Pattern { pattern: name.to_owned(), reason: error.kind().to_string() })?;
    Ok(Some(Wanted::Glob(glob.compile_matcher())))
}

/// Hidden files, and exports.
fn is_skipped(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".") || name == EXPORT_FOLDER)
}

fn is_image(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

fn image_files() -> String {
    format!("image files ({})", EXTENSIONS.join(", "))
}

fn looked_for_in_folder() -> String {
    format!("image files ({}) in this folder", EXTENSIONS.join(", "))
}
