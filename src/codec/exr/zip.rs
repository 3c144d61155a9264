//! RLE, ZIPS and ZIP: an entropy coder, then a predictor over bytes in two halves.
//!
//! A block's bytes are split (all even ones, then all odd ones), each byte is replaced by its
//! difference to the one before plus 128, and the result is compressed. Source: OpenEXR,
//! "OpenEXR File Layout", and the behaviour of its library.

use libdeflater::Decompressor;

use super::block::Block;
use super::predictor;

/// Inflates a zlib stream into exactly `out.len()` bytes; its checksum is verified.
///
/// # Errors
/// In words, when the stream is damaged or gives another number of bytes.
pub fn inflate(decompressor: &mut Decompressor, packed: &[u8], out: &mut [u8]) -> Result<(), String> {
    match decompressor.zlib_decompress(packed, out) {
        Ok(bytes) if bytes == out.len() => Ok(()),
        Ok(bytes) => Err(format!("the zlib stream gives {bytes} bytes instead of {}", out.len())),
        Err(libdeflater::DecompressionError::InsufficientSpace) => {
            Err(format!("the zlib stream gives more than {} bytes", out.len()))
        }
        Err(libdeflater::DecompressionError::BadData) => {
            Err("the zlib stream is damaged, or its checksum is wrong".to_owned())
        }
    }
}

/// Undoes run-length coding into exactly `out.len()` bytes.
///
/// # Errors
/// In words, when the runs end too soon or give another number of bytes.
pub fn unrle(mut packed: &[u8], mut out: &mut [u8]) -> Result<(), String> {
    let size = out.len();
    while let [count, rest @ ..] = packed {
        let count = *count as i8;
        let length = if count < 0 { -isize::from(count) as usize } else { count as usize + 1 };
        if length > out.len() {
            return Err(format!("its runs give more than {size} bytes"));
        }
        let (run, after) = std::mem::take(&mut out).split_at_mut(length);
        out = after;
        if count < 0 {
            let literal = rest.get(..length).ok_or("its last run is cut short")?;
            run.copy_from_slice(literal);
            packed = &rest[length..];
        } else {
            run.fill(*rest.first().ok_or("its last run is cut short")?);
            packed = &rest[1..];
        }
    }
    if out.is_empty() {
        Ok(())
    } else {
        Err(format!("its runs give {} bytes instead of {size}", size - out.len()))
    }
}

/// Undoes predictor and split of `coded`, all bytes of a block in stored order, and puts the wanted
/// rows where they go.
pub fn reconstruct(coded: &[u8], block: &mut Block<'_>) {
    let (even, odd) = coded.split_at(coded.len().div_ceil(2));
    // Nothing comes before the first byte, so it is stored as it is.
    let mut before = [128, predictor::skip(even, 128)];
    let mut at = 0;
    let visited = block.rows(|row| {
        let half = row.bytes / 2;
        let (even, odd) = (&even[at..at + half], &odd[at..at + half]);
        at += half;
        match row.output {
            None => before = [predictor::skip(even, before[0]), predictor::skip(odd, before[1])],
            Some(out) => predictor::undo(even, odd, &mut before, out),
        }
        Ok::<(), std::convert::Infallible>(())
    });
    let Ok(()) = visited;
}
