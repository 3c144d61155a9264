//! NumPy's own array format, and many of its arrays in one ZIP file.
//!
//! Source: NEP 1 and `numpy.lib.format`: versions 1.0 and 2.0.

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An NPZ file in the making.
pub(super) struct NpzWriter<W: Write + Seek>(ZipWriter<W>);

impl<W: Write + Seek> NpzWriter<W> {
    pub fn new(out: W) -> Self {
        Self(ZipWriter::new(out))
    }

    /// Adds an array of items that are N bytes each, in C order; `descr` as NumPy writes it (`<f4`).
    ///
    /// # Errors
    /// When the file cannot be written.
    ///
    /// # Panics
    /// When there are not as many `items` as `shape` says.
    pub fn array<const N: usize>(
        &mut self,
        name: &str,
        descr: &str,
        shape: &[usize],
        items: impl Iterator<Item = [u8; N]>,
    ) -> io::Result<()> {
        let expected: usize = shape.iter().product();
        self.start(name, descr, shape, (expected * N) as u64)?;
        let mut buffer = Vec::with_capacity(1 << 16);
        let mut count = 0;
        for item in items {
            buffer.extend_from_slice(&item);
            count += 1;
            if buffer.len() + N > buffer.capacity() {
                self.0.write_all(&buffer)?;
                buffer.clear();
            }
        }
        assert_eq!(count, expected, "{name}: as many items as its shape says");
        self.0.write_all(&buffer)
    }

    /// Adds an array of text, `<U` as wide as the longest. NumPy cuts NULs at the end.
    ///
    /// # Errors
    /// When the file cannot be written.
    ///
    /// # Panics
    /// When there are not as many `texts` as `shape` says.
    pub fn texts(&mut self, name: &str, shape: &[usize], texts: &[impl AsRef<str>]) -> io::Result<()> {
        assert_eq!(texts.len(), shape.iter().product::<usize>(), "{name}: as many as its shape says");
        let width = texts.iter().map(|text| text.as_ref().chars().count()).max().unwrap_or(0).max(1);
        self.start(name, &format!("<U{width}"), shape, (texts.len() * width * 4) as u64)?;
        let mut buffer = Vec::with_capacity(width * 4);
        for text in texts {
            buffer.clear();
            buffer.extend(text.as_ref().chars().flat_map(|c| u32::from(c).to_le_bytes()));
            buffer.resize(width * 4, 0);
            self.0.write_all(&buffer)?;
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        Ok(self.0.finish().map(drop)?)
    }

    fn start(&mut self, name: &str, descr: &str, shape: &[usize], size_bytes: u64) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(4))
            .last_modified_time(DateTime::default()) // 1980: equal content, equal bytes
            .unix_permissions(0o644)
            .large_file(size_bytes > 0xf000_0000);
        self.0.start_file(format!("{name}.npy"), options)?;
        self.0.write_all(&header(descr, shape))
    }
}

/// Magic, version, length and the dictionary, padded to a multiple of 64 bytes.
fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let mut sizes = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    if shape.len() == 1 {
        sizes.push(',');
    }
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    let long = text.len() + 11 + 64 > usize::from(u16::MAX);
    let before = if long { 12 } else { 10 };
    let padding = 64 - (before + text.len() + 1) % 64;
    text.extend(std::iter::repeat_n(' ', padding % 64));
    text.push('\n');
    let mut bytes = b"\x93NUMPY".to_vec();
    if long {
        bytes.extend([2, 0]);
        bytes.extend((text.len() as u32).to_le_bytes());
    } else {
        bytes.extend([1, 0]);
        bytes.extend((text.len() as u16).to_le_bytes());
    }
    bytes.extend(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::header;

    #[test]
    fn headers_end_on_a_multiple_of_64() {
        for length in 1..80 {
            let descr = "<".repeat(length);
            let bytes = header(&descr, &[3]);
            assert_eq!(bytes.len() % 64, 0, "{length}");
            assert_eq!(bytes.last(), Some(&b'\n'));
            let said = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            assert_eq!(said + 10, bytes.len());
        }
        assert!(header("<f4", &[]).windows(13).any(|w| w == b"'shape': (), "));
        assert!(header("<f4", &[7]).windows(12).any(|w| w == b"'shape': (7,"));
    }

    #[test]
    fn a_long_header_takes_version_2() {
        let bytes = header(&"<".repeat(70_000), &[3]);
        assert_eq!(bytes[6..8], [2, 0]);
        assert_eq!(bytes.len() % 64, 0);
    }
}
