//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{NamedTempFile, TempPath};

/// Why an export cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its folder neither exists nor can be made.
    #[error("cannot make the folder for {path:?}: {reason}")]
    Folder {
        /// The file to be written.
        path: PathBuf,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// A folder stands where the file shall be.
    #[error("this is a folder; name a file in it: {path:?}")]
    IsFolder {
        /// The file to be written.
        path: PathBuf,
    },
    /// Making, writing or renaming failed.
    #[error("cannot write {path:?}: {reason} (what stood there before is untouched)")]
    Write {
        /// The file to be written.
        path: PathBuf,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
}

/// A file under a temporary name in the folder of its target; [`AtomicFile::commit`] gives it the
/// target's name. Dropped before that, it vanishes and the target stays as it was.
///
/// A target that is no ordinary file (a pipe, `/dev/stdout`) is written straight.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    target: PathBuf,
    unfinished: Option<Unfinished>,
}

/// A temporary file: gone with this value, or by [`remove_unfinished`].
#[derive(Debug)]
struct Unfinished(Option<TempPath>);

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes the temporary files of all exports that run: for the handler of an interrupt, before the
/// process ends. What they would have become stays as it was.
pub fn remove_unfinished() {
    for path in std::mem::take(&mut *unfinished()) {
        // Nothing can be told any more; a file already gone is as wanted.
        let _ = fs::remove_file(path);
    }
}

/// Writes `path` by `write`, whole or not at all.
///
/// # Errors
/// When the folder or the file cannot be made, or `write` fails.
pub fn write_file(path: &Path, write: impl FnOnce(&mut AtomicFile) -> io::Result<()>) -> Result<(), Error> {
    let mut file = AtomicFile::create(path)?;
    write(&mut file).map_err(|reason| Error::Write { path: path.to_owned(), reason })?;
    file.commit()
}

impl AtomicFile {
    /// Begins a file that shall become `path`; makes its folder if there is none.
    ///
    /// # Errors
    /// When `path` is a folder, or the folder or the temporary file cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let failed = |reason| Error::Write { path: path.to_owned(), reason };
        // Through a symbolic link, as an ordinary write would go.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let standing = target.metadata().ok();
        if standing.as_ref().is_some_and(fs::Metadata::is_dir) || path.file_name().is_none() {
            return Err(Error::IsFolder { path: path.to_owned() });
        }
        if standing.as_ref().is_some_and(|meta| !meta.is_file()) {
            let file = File::options().write(true).open(&target).map_err(failed)?;
            return Ok(Self { writer: BufWriter::new(file), target, unfinished: None });
        }
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(|reason| Error::Folder { path: path.to_owned(), reason })?;
        let (file, temporary) = temporary(folder, &target, standing).map_err(failed)?.into_parts();
        unfinished().push(temporary.to_path_buf());
        let unfinished = Some(Unfinished(Some(temporary)));
        Ok(Self { writer: BufWriter::with_capacity(1 << 16, file), target, unfinished })
    }

    /// Brings all bytes to the disk, then gives the file its name.
    ///
    /// # Errors
    /// When the disk is full, or the name cannot be taken; the temporary file is then gone.
    pub fn commit(mut self) -> Result<(), Error> {
        self.finish().map_err(|reason| Error::Write { path: self.target.clone(), reason })
    }

    fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        let Some(mut unfinished) = self.unfinished.take() else { return Ok(()) };
        self.writer.get_ref().sync_all()?;
        let temporary = unfinished.0.take().expect("taken here alone");
        let name = temporary.to_path_buf();
        let renamed = temporary.persist(&self.target);
        forget(&name);
        renamed?;
        sync_folder(&self.target);
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.writer.seek(to)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(temporary) = &self.0 {
            forget(temporary);
        }
    }
}

fn unfinished() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    // A list of paths is whole whatever another thread did.
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn forget(temporary: &Path) {
    unfinished().retain(|path| path != temporary);
}

/// With the permissions of the file that it will replace, else those of any new file.
fn temporary(folder: &Path, target: &Path, standing: Option<fs::Metadata>) -> io::Result<NamedTempFile> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    let file = builder.tempfile_in(folder)?;
    #[cfg(unix)]
    if let Some(standing) = standing {
        file.as_file().set_permissions(standing.permissions())?;
    }
    #[cfg(not(unix))]
    let _ = standing;
    Ok(file)
}

/// So that the new name survives a power cut too. Best effort: not all file systems can.
fn sync_folder(target: &Path) {
    #[cfg(unix)]
    if let Some(folder) = target.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = target;
}
