//! Paths as a file holds them: relative to its folder, with `/`.

use std::path::{Component, Path, PathBuf};

/// The folder of a file, absolute.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    let file = absolute(file);
    file.parent().map_or(PathBuf::new(), Path::to_owned)
}

/// Made absolute by the working directory, whether or not it is there.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// `path` as the file in `folder` writes it.
pub(super) fn for_file(folder: &Path, path: &str) -> String {
    let path = absolute(Path::new(path));
    let relative = relative(folder, &path).unwrap_or(path);
    let text = relative.to_string_lossy().into_owned();
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// The path that the file in `folder` writes as `text`.
pub(super) fn from_file(folder: &Path, text: &str) -> String {
    // Without `..`, so that what is reached in two ways has one name.
    let mut path = PathBuf::new();
    for component in folder.join(text).components() {
        match component {
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path.to_string_lossy().into_owned()
}

/// `None` where nothing but the root is common to both.
fn relative(folder: &Path, path: &Path) -> Option<PathBuf> {
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), path.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let has_name = from[..common].iter().any(|component| matches!(component, Component::Normal(_)));
    let up = from[common..].iter().map(|_| Component::ParentDir);
    has_name.then(|| up.chain(to[common..].iter().copied()).collect())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_lies_near_is_relative_and_what_lies_elsewhere_is_not() {
        let folder = Path::new("/shots/a/compare");
        for (path, written) in [
            ("/shots/a/compare/v1/v1.####.exr", "v1/v1.####.exr"),
            ("/shots/a/v1.####.exr", "../v1.####.exr"),
            ("/mnt/v1.####.exr", "/mnt/v1.####.exr"),
        ] {
            assert_eq!(for_file(folder, path), written);
            assert_eq!(from_file(folder, written), path);
        }
    }
}
