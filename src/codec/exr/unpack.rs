//! One chunk's data becomes the samples of its block, whatever the compression.

use std::cell::RefCell;

use libdeflater::Decompressor;

use super::block::Block;
use super::header::Part;
use super::{b44, dwa, piz, pxr24, zip, zstd};

/// Room to work in, kept by each thread: nothing is allocated for a block of a size met before.
pub struct Scratch {
    /// A run of chunks as they lie in the file.
    pub packed: Vec<u8>,
    /// What decompressors use.
    pub unpacker: Unpacker,
}

/// Tables and intermediate bytes of the decompressors.
pub struct Unpacker {
    raw: Vec<u8>,
    inflate: Decompressor,
    piz: piz::Scratch,
    dwa: dwa::Scratch,
    zstd: zstd::Scratch,
}

impl Unpacker {
    fn new() -> Self {
        Self {
            raw: Vec::new(),
            inflate: Decompressor::new(),
            piz: piz::Scratch::default(),
            dwa: dwa::Scratch::default(),
            zstd: zstd::Scratch::default(),
        }
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> =
        RefCell::new(Scratch { packed: Vec::new(), unpacker: Unpacker::new() });
}

/// Lends the room of this thread.
pub fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        let result = work(scratch);
        scratch.trim();
        result
    })
}

/// What a thread may keep in each of its rooms: more than blocks of common frames take.
const MOST_KEPT_BYTES: usize = 128 << 20;

impl Scratch {
    fn trim(&mut self) {
        let Unpacker { raw, piz, dwa, zstd, .. } = &mut self.unpacker;
        for room in [&mut self.packed, raw] {
            if room.capacity() > MOST_KEPT_BYTES {
                *room = Vec::new();
            }
        }
        if piz.size_bytes() > MOST_KEPT_BYTES {
            *piz = piz::Scratch::default();
        }
        if dwa.size_bytes() > MOST_KEPT_BYTES {
            *dwa = dwa::Scratch::default();
        }
        if zstd.size_bytes() > MOST_KEPT_BYTES {
            *zstd = zstd::Scratch::default();
        }
    }
}

/// Decompresses `packed` and puts the wanted channels of `block` where they go.
///
/// # Errors
/// In words, when the data is damaged. The outputs hold anything then.
pub fn unpack(
    part: &Part,
    packed: &[u8],
    block: &mut Block<'_>,
    unpacker: &mut Unpacker,
) -> Result<(), String> {
    let bytes = block.bytes();
    // A chunk that would not shrink is stored as it is.
    if packed.len() == bytes {
        return scatter(packed, block);
    }
    let Unpacker { raw, inflate, piz, dwa, zstd } = unpacker;
    match part.compression.id() {
        0 => Err(format!("it has {} bytes instead of {bytes}", packed.len())),
        1 => {
            let raw = room(raw, bytes);
            zip::unrle(packed, raw)?;
            zip::reconstruct(raw, block);
            Ok(())
        }
        2 | 3 => {
            let raw = room(raw, bytes);
            zip::inflate(inflate, packed, raw)?;
            zip::reconstruct(raw, block);
            Ok(())
        }
        4 => piz::decode(packed, block, piz),
        5 => pxr24::decode(packed, block, inflate, raw),
        6 | 7 => b44::decode(packed, block),
        8 | 9 => dwa::decode(packed, block, dwa),
        13 => zstd::decode(packed, block, zstd),
        _ => Err("its compression is not known".to_owned()),
    }
}

/// The first `bytes` of `room`, which grows as needed; they hold anything.
pub fn room(room: &mut Vec<u8>, bytes: usize) -> &mut [u8] {
    if room.len() < bytes {
        // Nothing in it is worth moving.
        room.clear();
        room.resize(bytes, 0);
    }
    &mut room[..bytes]
}

/// Copies the wanted rows out of all rows as blocks store them.
fn scatter(mut raw: &[u8], block: &mut Block<'_>) -> Result<(), String> {
    block.rows(|row| {
        let (from, rest) = raw.split_at(row.bytes);
        raw = rest;
        if let Some(output) = row.output {
            output.copy_from_slice(from);
        }
        Ok(())
    })
}
