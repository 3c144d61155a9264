//! Where exports go: into a folder of their own, never over a file that is there.

use std::path::{Path, PathBuf};

use crate::sequence::EXPORT_FOLDER;

/// The file that an export becomes; which one is settled when it is written.
#[derive(Clone, Debug)]
pub struct Target {
    /// Folders in order of preference: the first that is there or can be made is taken.
    pub folders: Vec<PathBuf>,
    /// Name of the file, with extension, unless that is taken.
    pub name: String,
}

impl Target {
    /// Makes the folder and finds a name that is free: `name.csv`, `name_2.csv` ...
    ///
    /// # Errors
    /// When no folder can be made.
    pub fn path(&self) -> Result<PathBuf, String> {
        let mut failure = "there is no folder to export to".to_owned();
        for folder in &self.folders {
            match std::fs::create_dir_all(folder) {
                Ok(()) => return Ok(free(folder, &self.name)),
                Err(error) => failure = format!("cannot make the folder {}: {error}", folder.display()),
            }
        }
        Err(failure)
    }
}

fn free(folder: &Path, name: &str) -> PathBuf {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2..).map(|count| format!("{stem}_{count}.{extension}"));
    let mut paths = std::iter::once(name.to_owned()).chain(numbered).map(|name| folder.join(name));
    paths.find(|path| !path.exists()).expect("an endless list")
}

/// Where exports of what was opened go: the working directory unless that is inside what was
/// opened, else beside what was opened. In each a folder that is skipped when folders are searched.
pub fn export_folders(opened: &[PathBuf]) -> Vec<PathBuf> {
    let real = |path: &Path| path.canonicalize().ok();
    let opened: Vec<PathBuf> = opened.iter().filter_map(|path| std::path::absolute(path).ok()).collect();
    let roots: Vec<PathBuf> = opened.iter().filter_map(|path| real(path)).collect();
    let working = std::env::current_dir().ok();
    let is_apart =
        |folder: &Path| real(folder).is_some_and(|f| !roots.iter().any(|root| f.starts_with(root)));
    let apart = working.clone().filter(|folder| is_apart(folder));
    let beside = opened.iter().filter_map(|path| path.parent()).find(|parent| parent.is_dir());
    let folders = apart.into_iter().chain(beside.map(Path::to_owned)).chain(working);
    folders.map(|folder| folder.join(EXPORT_FOLDER)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Target, export_folders};
    use crate::sequence::EXPORT_FOLDER;

    #[test]
    fn the_working_directory_is_taken_unless_it_is_inside_what_was_opened() {
        let working = std::env::current_dir().expect("a working directory");
        let other = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(export_folders(&[other.path().to_owned()])[0], working.join(EXPORT_FOLDER));
        let parent = working.parent().expect("not the root");
        assert_eq!(export_folders(std::slice::from_ref(&working))[0], parent.join(EXPORT_FOLDER));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_passed_over_and_no_file_is_written_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "not a folder").expect("written");
        let good = folder.path().join("exports");
        let target = Target { folders: vec![file.join("exports"), good.clone()], name: "a.0001.png".into() };
        for expected in ["a.0001.png", "a.0001_2.png", "a.0001_3.png"] {
            let path = target.path().expect("a path");
            assert_eq!(path, good.join(expected));
            std::fs::write(path, "taken").expect("written");
        }
        let nowhere = Target { folders: vec![file.join("exports")], name: "a.png".into() };
        assert!(nowhere.path().expect_err("no folder").contains("exports"));
    }
}
