//! A file opened for reading at any place, by several threads at once.

use std::fs::File;
use std::io::{self, IoSliceMut, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::image::FileFormat;

use super::Error;

/// An open file: its handle, path and length at the time of opening.
pub struct Source {
    file: File,
    /// For messages.
    pub path: PathBuf,
    /// Bytes.
    pub len: u64,
}

impl Source {
    /// # Errors
    /// When it cannot be opened, is no regular file or is empty.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let open = || {
            // Before it is opened: opening a named pipe would wait for its writer.
            if !std::fs::metadata(path)?.is_file() {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
            }
            let file = File::open(path)?;
            let len = file.metadata()?.len();
            Ok((file, len))
        };
        let (file, len) = open().map_err(|error| Error::io(path, &error))?;
        if len == 0 {
            return Err(Error::Empty { path: path.to_owned() });
        }
        Ok(Self { file, path: path.to_owned(), len })
    }

    /// The container, from the first bytes.
    ///
    /// # Errors
    /// When it is none of the known ones, or the file ends inside its first bytes.
    pub fn format(&self) -> Result<FileFormat, Error> {
        const MAGICS: [(&[u8], FileFormat); 3] = [
            (b"\x76\x2f\x31\x01", FileFormat::Exr),
            (b"\x89PNG\r\n\x1a\n", FileFormat::Png),
            (b"\xff\xd8\xff", FileFormat::Jpeg),
        ];
        let mut magic = vec![0; self.len.min(8) as usize];
        self.read_at(0, &mut magic)?;
        for (expected, format) in MAGICS {
            if magic.starts_with(expected) {
                return Ok(format);
            }
            if expected.starts_with(&magic) {
                return Err(Error::incomplete(&self.path, format!("it has {} bytes", self.len)));
            }
        }
        Err(Error::UnknownFormat { magic, path: self.path.clone() })
    }

    /// Fills `buffer` from the byte `offset` on.
    ///
    /// # Errors
    /// When the file ends before or cannot be read.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        read_exact_at(&self.file, offset, buffer).map_err(|error| Error::io(&self.path, &error))
    }

    /// Fills `pieces`, one after the other, with what follows the byte `offset`.
    ///
    /// # Errors
    /// When the file ends before or cannot be read.
    pub fn read_pieces(&self, offset: u64, pieces: &mut [IoSliceMut<'_>]) -> Result<(), Error> {
        read_pieces_at(&self.file, offset, pieces).map_err(|error| Error::io(&self.path, &error))
    }

    /// A buffered reader from the start, with a position of its own.
    pub fn reader(&self) -> io::BufReader<Cursor<'_>> {
        io::BufReader::with_capacity(64 << 10, Cursor { source: self, position: 0 })
    }

    /// The whole file in memory.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_all(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.reader().read_to_end(&mut bytes).map_err(|error| Error::io(&self.path, &error))?;
        Ok(bytes)
    }
}

/// Reads a [`Source`] in order.
pub struct Cursor<'a> {
    source: &'a Source,
    position: u64,
}

impl Read for Cursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_some_at(&self.source.file, self.position, buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Cursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.source.len.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

fn read_exact_at(file: &File, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match read_some_at(file, offset, buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                buffer = &mut buffer[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_pieces_at(file: &File, mut offset: u64, mut pieces: &mut [IoSliceMut<'_>]) -> io::Result<()> {
    // To advance by nothing drops pieces of no bytes.
    IoSliceMut::advance_slices(&mut pieces, 0);
    while !pieces.is_empty() {
        match rustix::io::preadv(file, pieces, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                IoSliceMut::advance_slices(&mut pieces, count);
                offset += count as u64;
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn read_pieces_at(file: &File, mut offset: u64, pieces: &mut [IoSliceMut<'_>]) -> io::Result<()> {
    for piece in pieces {
        read_exact_at(file, offset, piece)?;
        offset += piece.len() as u64;
    }
    Ok(())
}

#[cfg(unix)]
fn read_some_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_some_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
