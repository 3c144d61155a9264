//! One block of pixels on its way from a chunk to its places in the planes.
//!
//! A block is a scan-line block or a tile. Its channels stand in the order of the header; a channel
//! that nobody wants has no place to go, and decoders do as little as they can for it.

use crate::image::SampleType;

use super::header::Channel;

/// One block: its channels, and where the wanted ones go.
pub struct Block<'a> {
    /// Absolute line of its first row.
    pub y: i32,
    /// Lines, of which subsampled channels have fewer rows.
    pub lines: usize,
    /// In the order of the header.
    pub channels: Vec<BlockChannel<'a>>,
}

/// One channel of a block.
pub struct BlockChannel<'a> {
    /// As the header declares it.
    pub channel: &'a Channel,
    /// Samples of one row.
    pub width: usize,
    /// Rows of samples.
    pub height: usize,
    /// Where its samples go; `None` for one that is not wanted.
    pub output: Option<Rows<'a>>,
}

/// Rows of a block inside a larger picture of bytes.
pub struct Rows<'a> {
    bytes: &'a mut [u8],
    start: usize,
    stride: usize,
}

impl<'a> Rows<'a> {
    /// Rows that begin at the byte `start` of `bytes` and every `stride` bytes after.
    pub fn new(bytes: &'a mut [u8], start: usize, stride: usize) -> Self {
        Self { bytes, start, stride }
    }

    /// The first `len` bytes of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&mut self, index: usize, len: usize) -> &mut [u8] {
        &mut self.bytes[self.start + index * self.stride..][..len]
    }
}

impl BlockChannel<'_> {
    /// Bytes of one row.
    pub fn row_bytes(&self) -> usize {
        self.width * self.channel.sample_type.bytes()
    }

    /// Bytes of all rows.
    pub fn bytes(&self) -> usize {
        self.row_bytes() * self.height
    }

    /// Whether its samples are 16 bits wide; all others have 32.
    pub fn is_half(&self) -> bool {
        self.channel.sample_type == SampleType::F16
    }
}

/// One row of one channel, in the order in which blocks store them.
pub struct StoredRow<'r> {
    /// Bytes of the row.
    pub bytes: usize,
    /// How its samples are stored.
    pub sample_type: SampleType,
    /// Where it goes, as many bytes; `None` if it is not wanted.
    pub output: Option<&'r mut [u8]>,
}

impl Block<'_> {
    /// Bytes of all samples.
    pub fn bytes(&self) -> usize {
        self.channels.iter().map(BlockChannel::bytes).sum()
    }

    /// Visits all rows as blocks store them: line by line, in a line channel by channel; a
    /// subsampled channel has rows on lines that its sampling divides.
    ///
    /// # Errors
    /// The first that `visit` returns.
    pub fn rows<E>(&mut self, mut visit: impl FnMut(StoredRow<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut done = vec![0; self.channels.len()];
        for line in 0..self.lines {
            let y = i64::from(self.y) + line as i64;
            for (channel, row) in self.channels.iter_mut().zip(&mut done) {
                let step = channel.channel.sampling.1;
                if step != 1 && y.rem_euclid(i64::from(step)) != 0 {
                    continue;
                }
                let bytes = channel.row_bytes();
                let output = channel.output.as_mut().map(|output| output.row(*row, bytes));
                visit(StoredRow { bytes, sample_type: channel.channel.sample_type, output })?;
                *row += 1;
            }
        }
        Ok(())
    }
}
