//! ZSTD of OpenEXR 3.5: samples by size, differences along rows, byte planes, then Zstandard.
//!
//! A chunk is 24 bytes of header and one Zstandard frame. In it stand first all rows of 16-bit
//! channels in stored order, then all rows of 32-bit channels; each of these two segments begins
//! with its size in 8 bytes, is left out if empty, and is split into planes: the lowest bytes of
//! all its samples, then the next higher ones. If the header says so, each sample of a row but the
//! first is its difference to the one before. Source: OpenEXR 3.5, `internal_zstd.c` (its comments
//! are the only description).

use std::ops::Range;

use zstd::bulk::Decompressor;

use crate::image::SampleType;

use super::block::{Block, StoredRow};

/// The first 8 bytes of a chunk that is compressed.
const MAGIC: [u8; 8] = *b"zstd-exr";
/// Magic, version, flags, size of the frame.
const HEADER: usize = 24;
/// Flag of version 2: samples are differences.
const DIFFERENCES: u32 = 1;

/// Memory that is used again from chunk to chunk.
#[derive(Default)]
pub struct Scratch {
    decompressor: Option<Decompressor<'static>>,
    bytes: Vec<u8>,
}

impl Scratch {
    /// Bytes of the memory kept for blocks.
    pub fn size_bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Decompresses a chunk into the wanted rows of `block`.
///
/// # Errors
/// In words, when the chunk is damaged or holds another number of bytes.
pub fn decode(packed: &[u8], block: &mut Block<'_>, scratch: &mut Scratch) -> Result<(), String> {
    let sizes =
        |halves: bool| block.channels.iter().filter(|c| c.is_half() == halves).map(|c| c.bytes()).sum();
    let mut rows = PackedRows::open(packed, (sizes(true), sizes(false)), scratch)?;
    block.rows(|row| {
        rows.next(row);
        Ok(())
    })
}

/// The rows of a decompressed chunk, to be taken in the order in which blocks store them.
pub struct PackedRows<'s> {
    bytes: &'s [u8],
    coding: Coding,
}

enum Coding {
    /// All rows one behind the other; where the next one begins.
    Plain(usize),
    Planes {
        halves: Segment,
        words: Segment,
        differences: bool,
    },
}

/// All samples of one size: where they lie, and the number of those taken.
struct Segment {
    range: Range<usize>,
    taken: usize,
}

impl<'s> PackedRows<'s> {
    /// Decompresses a chunk of so many bytes in rows of 16-bit and of 32-bit samples.
    ///
    /// # Errors
    /// In words, when the chunk is damaged or holds another number of bytes.
    pub fn open(
        packed: &'s [u8],
        (halves, words): (usize, usize),
        scratch: &'s mut Scratch,
    ) -> Result<Self, String> {
        if packed.len() == halves + words {
            return Ok(Self { bytes: packed, coding: Coding::Plain(0) });
        }
        let (differences, frame) = frame(packed)?;
        let segments = usize::from(halves > 0) + usize::from(words > 0);
        let bytes = scratch.inflate(frame, halves + words + 8 * segments)?;
        let mut at = 0;
        let mut segment = |size: usize| {
            if size > 0 {
                let told =
                    bytes.get(at..at + 8).and_then(|told| told.try_into().ok()).map(u64::from_le_bytes);
                if told != Some(size as u64) {
                    return Err(format!("a segment has {} bytes instead of {size}", told.unwrap_or(0)));
                }
                at += 8;
            }
            let range = at..at + size;
            at += size;
            Ok(Segment { range, taken: 0 })
        };
        let (halves, words) = (segment(halves)?, segment(words)?);
        Ok(Self { bytes, coding: Coding::Planes { halves, words, differences } })
    }

    /// Takes the next row.
    ///
    /// # Panics
    /// When there are more rows than were asked for.
    pub fn next(&mut self, row: StoredRow<'_>) {
        match &mut self.coding {
            Coding::Plain(at) => {
                let bytes = &self.bytes[*at..*at + row.bytes];
                *at += row.bytes;
                if let Some(output) = row.output {
                    output.copy_from_slice(bytes);
                }
            }
            Coding::Planes { halves, differences, .. } if row.sample_type == SampleType::F16 => {
                let planes = halves.take::<2>(self.bytes, row.bytes);
                let add = |a, b| u16::from_le_bytes(a).wrapping_add(u16::from_le_bytes(b)).to_le_bytes();
                join(planes, *differences, add, row.output);
            }
            Coding::Planes { words, differences, .. } => {
                let planes = words.take::<4>(self.bytes, row.bytes);
                let add = |a, b| u32::from_le_bytes(a).wrapping_add(u32::from_le_bytes(b)).to_le_bytes();
                join(planes, *differences, add, row.output);
            }
        }
    }
}

impl Segment {
    /// The planes of the next row.
    fn take<'b, const N: usize>(&mut self, bytes: &'b [u8], row_bytes: usize) -> [&'b [u8]; N] {
        let plane = self.range.len() / N;
        let first = self.range.start + self.taken;
        self.taken += row_bytes / N;
        std::array::from_fn(|n| &bytes[first + n * plane..][..row_bytes / N])
    }
}

/// Puts the bytes of samples together; with `differences` each is added to the one before.
fn join<const N: usize>(
    planes: [&[u8]; N],
    differences: bool,
    add: impl Fn([u8; N], [u8; N]) -> [u8; N],
    output: Option<&mut [u8]>,
) {
    let Some(output) = output else { return };
    let samples = output.as_chunks_mut::<N>().0.iter_mut().enumerate();
    if differences {
        let mut before = [0; N];
        for (i, out) in samples {
            before = add(before, planes.map(|plane| plane[i]));
            *out = before;
        }
    } else {
        samples.for_each(|(i, out)| *out = planes.map(|plane| plane[i]));
    }
}

/// Whether samples are differences, and the Zstandard frame of a chunk.
fn frame(packed: &[u8]) -> Result<(bool, &[u8]), String> {
    let (header, frame) = packed.split_at_checked(HEADER).ok_or("it is shorter than its header")?;
    if header[..8] != MAGIC {
        return Err("it is no ZSTD chunk".to_owned());
    }
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (version, flags) = (word(8), word(12));
    let known = match version {
        1 => flags == 0,
        2 => flags & !DIFFERENCES == 0,
        _ => false,
    };
    if !known {
        return Err(format!("its version {version} with flags {flags:#x} is unknown"));
    }
    let size = u64::from(word(16)) | u64::from(word(20)) << 32;
    if size != frame.len() as u64 {
        return Err(format!("its frame has {} bytes instead of {size}", frame.len()));
    }
    Ok((flags & DIFFERENCES != 0, frame))
}

impl Scratch {
    fn inflate(&mut self, frame: &[u8], size: usize) -> Result<&[u8], String> {
        if self.decompressor.is_none() {
            self.decompressor = Some(Decompressor::new().map_err(|error| error.to_string())?);
        }
        let decompressor = self.decompressor.as_mut().expect("made above");
        self.bytes.resize(size, 0);
        match decompressor.decompress_to_buffer(frame, self.bytes.as_mut_slice()) {
            Ok(bytes) if bytes == size => Ok(&self.bytes),
            Ok(bytes) => Err(format!("the Zstandard frame gives {bytes} bytes instead of {size}")),
            Err(error) => Err(format!("the Zstandard frame does not decode: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAGIC, PackedRows, Scratch};
    use crate::codec::exr::block::StoredRow;
    use crate::image::SampleType;

    /// A chunk as OpenEXR makes them; `inner` is what it compresses.
    fn chunk(version: u32, flags: u32, inner: &[u8]) -> Vec<u8> {
        let frame = zstd::bulk::compress(inner, 1).expect("compressed");
        let words = [version, flags].map(u32::to_le_bytes).concat();
        [&MAGIC[..], &words, &(frame.len() as u64).to_le_bytes(), &frame].concat()
    }

    /// One line of two halves, one word: 0x0102, 0x0203 and 0x0a0b0c0d, as planes.
    fn inner(second_half: [u8; 2]) -> Vec<u8> {
        let [low, high] = second_half;
        let halves = [&4_u64.to_le_bytes()[..], &[0x02, low, 0x01, high]].concat();
        [&halves[..], &4_u64.to_le_bytes(), &[0x0d, 0x0c, 0x0b, 0x0a]].concat()
    }

    /// The rows of a chunk of a float channel before a half channel.
    fn decoded(packed: &[u8]) -> Result<[Vec<u8>; 2], String> {
        let mut scratch = Scratch::default();
        let mut rows = PackedRows::open(packed, (4, 4), &mut scratch)?;
        Ok([SampleType::F32, SampleType::F16].map(|sample_type| {
            let mut output = vec![0; 4];
            rows.next(StoredRow { bytes: 4, sample_type, output: Some(&mut output) });
            output
        }))
    }

    const EXPECTED: [[u8; 4]; 2] = [[0x0d, 0x0c, 0x0b, 0x0a], [0x02, 0x01, 0x03, 0x02]];

    #[test]
    fn planes_with_and_without_differences_and_plain_rows() {
        let read = |packed: &[u8]| decoded(packed).expect("sound").map(<[u8; 4]>::try_from);
        assert_eq!(read(&chunk(1, 0, &inner([0x03, 0x02]))), EXPECTED.map(Ok));
        assert_eq!(read(&chunk(2, 0, &inner([0x03, 0x02]))), EXPECTED.map(Ok));
        // 0x0203 - 0x0102.
        assert_eq!(read(&chunk(2, 1, &inner([0x01, 0x01]))), EXPECTED.map(Ok));
        assert_eq!(read(&EXPECTED.concat()), EXPECTED.map(Ok));
    }

    #[test]
    fn damage_is_told() {
        let told = |packed: &[u8]| decoded(packed).expect_err("damaged");
        let sound = chunk(1, 0, &inner([0, 0]));
        let changed = |at: usize, byte: u8| {
            let mut bytes = sound.clone();
            bytes[at] = byte;
            bytes
        };
        assert!(told(&sound[..20]).contains("shorter than its header"));
        assert!(told(&changed(0, b'Z')).contains("no ZSTD chunk"));
        assert!(told(&changed(12, 1)).contains("version 1 with flags 0x1"));
        assert!(told(&changed(8, 3)).contains("version 3"));
        assert!(told(&changed(16, 1)).contains("instead of 1"));
        assert!(told(&changed(24, 1)).contains("does not decode"));
        assert!(told(&chunk(1, 0, &inner([0, 0])[..20])).contains("instead of 24"));
        let mut halves = inner([0, 0]);
        halves[0] = 6;
        assert!(told(&chunk(1, 0, &halves)).contains("6 bytes instead of 4"));
        assert!(told(&chunk(1, 0, &[0; 30])).contains("does not decode"));
    }
}
