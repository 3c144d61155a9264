//! DWAA and DWAB: the inverse cosine transform for colours, run-length coding for alpha, deflate for
//! the rest.
//!
//! A block is a header of eleven 64-bit numbers, the rules that tell which channel is stored how
//! (from version 2 on), and four sections: the channels that no rule names, AC and DC coefficients of
//! the transformed channels, and the channels in runs. Each section holds its channels one after
//! another, so those that nobody wants are jumped over. Source: the behaviour of OpenEXR's library,
//! whose results are met bit for bit.

mod lossy;
mod rules;
mod transform;

use libdeflater::Decompressor;

use super::block::{Block, BlockChannel};
use super::huffman::{self, Wanted};
use super::zip::{inflate, unrle};
use lossy::Coefficients;
use rules::{Group, Plan, Scheme};

/// Numbers of the header.
const COUNTERS: usize = 11;
/// AC coefficients of 8 x 8 pixels, and most values that stand for them.
const MAX_AC: usize = 63;

/// Memory and tables, kept to be used again.
#[derive(Default)]
pub struct Scratch {
    decompressor: Decompressor,
    huffman: huffman::Scratch,
    plan: Plan,
    /// What comes out of deflate.
    inflated: Vec<u8>,
    /// What comes out of runs.
    planar: Vec<u8>,
    ac: Vec<u16>,
    dc: Vec<u16>,
}

impl Scratch {
    /// Bytes of the memory kept for blocks.
    pub fn size_bytes(&self) -> usize {
        self.inflated.capacity() + self.planar.capacity() + 2 * (self.ac.capacity() + self.dc.capacity())
    }
}

/// Decodes the wanted channels of `block` from `packed`, the data of a chunk that is not stored raw.
///
/// # Errors
/// In words, when the data is damaged. What the rows hold then means nothing.
pub fn decode(packed: &[u8], block: &mut Block<'_>, scratch: &mut Scratch) -> Result<(), String> {
    let (header, rest) = Header::read(packed)?;
    let (rules, rest) = if header.version < 2 { (rules::LEGACY, rest) } else { rules::split(rest)? };
    scratch.plan.make(rules, &block.channels)?;
    let sections = header.sections(rest)?;
    colours(&header, &sections, block, scratch)?;
    unknown(&header, &sections, block, scratch)?;
    runs(&header, &sections, block, scratch)
}

/// The header of a block.
struct Header {
    /// 0 and 1 have no rules of their own.
    version: u64,
    unknown_bytes: usize,
    /// Bytes of the sections: unknown, AC, DC, runs.
    section_bytes: [usize; 4],
    /// Bytes of the runs before they are undone, and after.
    run_bytes: [usize; 2],
    ac_count: usize,
    dc_count: usize,
    ac_coder: AcCoder,
}

/// How AC coefficients are packed.
#[derive(Clone, Copy)]
enum AcCoder {
    Huffman,
    Deflate,
}

/// The sections of a block.
struct Sections<'a> {
    unknown: &'a [u8],
    ac: &'a [u8],
    dc: &'a [u8],
    runs: &'a [u8],
}

impl Header {
    /// The header of a block, and what comes after.
    fn read(packed: &[u8]) -> Result<(Self, &[u8]), String> {
        let (header, rest) = packed.split_at_checked(COUNTERS * 8).ok_or("its DWA header is cut short")?;
        let mut counters = [0; COUNTERS];
        for (counter, bytes) in counters.iter_mut().zip(header.as_chunks().0) {
            *counter = u64::from_le_bytes(*bytes);
        }
        let [version, .., ac_coder] = counters;
        if version > 2 {
            return Err(format!("its DWA version is {version}, not 0, 1 or 2"));
        }
        let size =
            |index: usize| usize::try_from(counters[index]).ok().filter(|&size| size <= isize::MAX as usize);
        let header = (|| {
            Some(Self {
                version,
                unknown_bytes: size(1)?,
                section_bytes: [size(2)?, size(3)?, size(4)?, size(5)?],
                run_bytes: [size(6)?, size(7)?],
                ac_count: size(8)?,
                dc_count: size(9)?,
                ac_coder: match ac_coder {
                    0 => AcCoder::Huffman,
                    1 => AcCoder::Deflate,
                    _ => return None,
                },
            })
        })();
        Ok((header.ok_or("its DWA header makes no sense")?, rest))
    }

    fn sections<'a>(&self, mut rest: &'a [u8]) -> Result<Sections<'a>, String> {
        let mut next = |bytes: usize| {
            let (section, after) = rest.split_at_checked(bytes)?;
            rest = after;
            Some(section)
        };
        let [unknown, ac, dc, runs] = self.section_bytes.map(&mut next);
        let sections = (|| Some(Sections { unknown: unknown?, ac: ac?, dc: dc?, runs: runs? }))();
        sections.ok_or_else(|| "its DWA sections are cut short".to_owned())
    }
}

/// Decodes the channels that were transformed, up to the last one wanted.
fn colours(
    header: &Header,
    sections: &Sections<'_>,
    block: &mut Block<'_>,
    scratch: &mut Scratch,
) -> Result<(), String> {
    let groups = &scratch.plan.groups;
    let wanted = |group: &Group| group.channels().iter().any(|&index| block.channels[index].output.is_some());
    let Some(last) = groups.iter().rposition(wanted) else { return Ok(()) };
    let squares = |groups: &[Group]| {
        let channels = groups.iter().flat_map(Group::channels);
        channels.map(|&index| lossy::squares(&block.channels[index])).fold(0, usize::saturating_add)
    };
    let (all, needed) = (squares(groups), squares(&groups[..=last]));
    if header.ac_count > all.saturating_mul(MAX_AC) || header.dc_count > all {
        let (ac, dc) = (header.ac_count, header.dc_count);
        return Err(format!("its header claims {ac} AC and {dc} DC values for {all} squares of 8 x 8"));
    }
    let Scratch { decompressor, huffman, inflated, .. } = scratch;
    let ac = match header.ac_coder {
        AcCoder::Huffman => {
            let ac = room(&mut scratch.ac, header.ac_count.min(needed.saturating_mul(MAX_AC)));
            let asked = if ac.len() == header.ac_count { Wanted::All } else { Wanted::First };
            huffman::decode(sections.ac, ac, asked, huffman)?;
            ac
        }
        AcCoder::Deflate => {
            let ac = room(&mut scratch.ac, header.ac_count);
            inflate_any(decompressor, sections.ac, bytemuck::cast_slice_mut(ac))?;
            ac
        }
    };
    let coded = room(inflated, header.dc_count * 2);
    inflate_any(decompressor, sections.dc, coded)?;
    let dc = room(&mut scratch.dc, header.dc_count);
    undo_predictor(coded, dc);
    let mut coefficients = Coefficients { ac, dc };
    groups[..=last].iter().try_for_each(|group| lossy::decode(*group, &mut coefficients, block))
}

/// Adds up the differences of `coded` and joins its halves, which hold the low and the high bytes.
fn undo_predictor(coded: &mut [u8], out: &mut [u16]) {
    let mut last = 128u8;
    for byte in coded.iter_mut() {
        last = last.wrapping_add(*byte).wrapping_sub(128);
        *byte = last;
    }
    let (low, high) = coded.split_at(out.len());
    for ((out, &low), &high) in out.iter_mut().zip(low).zip(high) {
        *out = u16::from_le_bytes([low, high]);
    }
}

/// Decodes the channels that no rule names.
fn unknown(
    header: &Header,
    sections: &Sections<'_>,
    block: &mut Block<'_>,
    scratch: &mut Scratch,
) -> Result<(), String> {
    let Some(bytes) = stored_bytes(Scheme::Unknown, &scratch.plan, block, header.unknown_bytes)? else {
        return Ok(());
    };
    let planar = room(&mut scratch.inflated, bytes);
    inflate_any(&mut scratch.decompressor, sections.unknown, planar)?;
    put(Scheme::Unknown, &scratch.plan, block, planar, |channel, planar| {
        let bytes = channel.row_bytes();
        let Some(output) = &mut channel.output else { return };
        for row in 0..channel.height {
            output.row(row, bytes).copy_from_slice(&planar[row * bytes..][..bytes]);
        }
    });
    Ok(())
}

/// Decodes the channels that are stored in runs; their bytes stand apart, all first ones first.
fn runs(
    header: &Header,
    sections: &Sections<'_>,
    block: &mut Block<'_>,
    scratch: &mut Scratch,
) -> Result<(), String> {
    let [coded, raw] = header.run_bytes;
    let Some(bytes) = stored_bytes(Scheme::Runs, &scratch.plan, block, raw)? else { return Ok(()) };
    if coded > bytes.saturating_mul(2) {
        return Err(format!("its header claims {coded} bytes of runs for {bytes} bytes"));
    }
    let coded = room(&mut scratch.inflated, coded);
    inflate_any(&mut scratch.decompressor, sections.runs, coded)?;
    let planar = room(&mut scratch.planar, bytes);
    unrle(coded, planar)?;
    put(Scheme::Runs, &scratch.plan, block, planar, |channel, planar| {
        if channel.is_half() { join::<2>(channel, planar) } else { join::<4>(channel, planar) }
    });
    Ok(())
}

/// Joins the `N` bytes of each sample.
fn join<const N: usize>(channel: &mut BlockChannel<'_>, planar: &[u8]) {
    let (width, samples) = (channel.width, channel.width * channel.height);
    let Some(output) = &mut channel.output else { return };
    for row in 0..channel.height {
        let out = output.row(row, width * N).as_chunks_mut::<N>().0;
        for byte in 0..N {
            let bytes = &planar[byte * samples + row * width..][..width];
            out.iter_mut().zip(bytes).for_each(|(sample, &value)| sample[byte] = value);
        }
    }
}

/// Bytes of the section of `scheme` as `claimed`, which hold its channels and fit in the block; `None`
/// if none of them is wanted.
fn stored_bytes(
    scheme: Scheme,
    plan: &Plan,
    block: &Block<'_>,
    claimed: usize,
) -> Result<Option<usize>, String> {
    let members = || block.channels.iter().zip(&plan.schemes).filter(|&(_, &of)| of == scheme);
    if !members().any(|(channel, _)| channel.output.is_some()) {
        return Ok(None);
    }
    let needed: usize = members().map(|(channel, _)| channel.bytes()).sum();
    if claimed < needed || claimed > block.bytes() {
        return Err(format!("its header claims {claimed} bytes for channels of {needed}"));
    }
    Ok(Some(claimed))
}

/// Calls `put` with each channel of `scheme` and its bytes of `planar`.
fn put(
    scheme: Scheme,
    plan: &Plan,
    block: &mut Block<'_>,
    mut planar: &[u8],
    put: impl Fn(&mut BlockChannel<'_>, &[u8]),
) {
    for (channel, &of) in block.channels.iter_mut().zip(&plan.schemes) {
        if of == scheme {
            let (bytes, rest) = planar.split_at(channel.bytes());
            put(channel, bytes);
            planar = rest;
        }
    }
}

/// Inflates `section`, which is empty if nothing is to come out.
fn inflate_any(decompressor: &mut Decompressor, section: &[u8], out: &mut [u8]) -> Result<(), String> {
    if out.is_empty() { Ok(()) } else { inflate(decompressor, section, out) }
}

/// The first `len` elements of `buffer`, which grows as needed and keeps what it holds.
fn room<T: Copy + Default>(buffer: &mut Vec<T>, len: usize) -> &mut [T] {
    if buffer.len() < len {
        buffer.resize(len, T::default());
    }
    &mut buffer[..len]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_predictor_is_a_running_sum_over_both_halves() {
        // Low bytes 1, 3, 255, high bytes 2, 2, 0, as differences plus 128.
        let mut coded = [1, 130, 124, 131, 128, 126];
        let mut out = [0; 3];
        undo_predictor(&mut coded, &mut out);
        assert_eq!(out, [0x0201, 0x0203, 0x00ff]);
    }

    #[test]
    fn a_header_is_read_or_refused() {
        let header = |version: u64, unknown: u64, coder: u64| {
            let counters = [version, unknown, 0, 0, 0, 0, 0, 0, 0, 0, coder];
            counters.iter().flat_map(|counter| counter.to_le_bytes()).collect::<Vec<u8>>()
        };
        let reason = |packed: &[u8]| Header::read(packed).map(|_| ()).err();
        assert_eq!(reason(&header(2, 7, 1)), None);
        assert_eq!(reason(&header(2, 7, 1)[..87]).as_deref(), Some("its DWA header is cut short"));
        assert_eq!(reason(&header(3, 7, 1)).as_deref(), Some("its DWA version is 3, not 0, 1 or 2"));
        assert_eq!(reason(&header(2, 7, 2)).as_deref(), Some("its DWA header makes no sense"));
        assert_eq!(reason(&header(2, 1 << 63, 0)).as_deref(), Some("its DWA header makes no sense"));
    }
}
