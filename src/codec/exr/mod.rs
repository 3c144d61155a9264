//! OpenEXR: own reading of headers and chunks, own decoders for what is common, the `exr` crate's for
//! what is rare.

mod b44;
mod batch;
mod block;
mod chunks;
mod compression;
mod decode;
mod deep;
mod dwa;
mod fields;
mod flat;
mod grid;
mod header;
mod huffman;
mod notes;
mod piz;
mod plain;
mod planes;
mod predictor;
mod preview;
mod pxr24;
mod unpack;
mod zip;
mod zstd;

use crate::image::{Aov, AovKind, ChannelInfo, FileFormat, ImageInfo, PartInfo, Plane, Window, group_aovs};

use super::source::Source;
use super::{Error, Limits, crop};
use chunks::ChunkTable;
pub use deep::DeepPart;
use grid::Grid;
use header::{Header, Part};

/// Headers of all parts; the offset tables are checked, so that an unfinished file is found here.
pub fn read_info(source: &Source, limits: &Limits) -> Result<ImageInfo, Error> {
    let header = Header::read(source, limits)?;
    let table = ChunkTable::read(source, &header)?;
    let parts: Vec<PartInfo> = header.parts.iter().map(part_info).collect();
    let aovs = group_aovs(&parts);
    let path = source.path.clone();
    let mut info = ImageInfo { path, format: FileFormat::Exr, parts, aovs, incomplete: table.incomplete };
    mark_cryptomattes(&mut info);
    notes::add(&mut info.parts, &info.aovs, &header.parts);
    Ok(info)
}

/// What the header calls a Cryptomatte is one, whatever its name.
fn mark_cryptomattes(info: &mut ImageInfo) {
    let declared: Vec<bool> = info.aovs.iter().map(|aov| info.cryptomatte(aov).is_some()).collect();
    for (aov, _) in info.aovs.iter_mut().zip(declared).filter(|(_, declared)| *declared) {
        aov.kind = AovKind::Cryptomatte;
    }
}

/// Which pixels of a file are decoded.
#[derive(Clone, Copy, Debug)]
pub enum Wish {
    /// All.
    Whole,
    /// Those of a rectangle.
    Region(Window),
    /// All, but roughly, where that is much cheaper: of so many lines and columns one at least.
    Preview(u32),
}

/// One result for each of `aovs`; each part is read once. `None` for a preview that is no cheaper
/// than the whole.
pub fn read_planes(
    source: &Source,
    info: &ImageInfo,
    aovs: &[&Aov],
    wish: Wish,
    limits: &Limits,
) -> Result<Option<Vec<Result<Plane, Error>>>, Error> {
    let (header, now) = same_header(source, info, limits)?;
    if let Wish::Preview(step) = wish {
        let mut parts = aovs.iter().filter_map(|aov| header.parts.get(aov.part));
        if !parts.all(|part| preview::is_cheap(part, step)) {
            return Ok(None);
        }
    }
    let mut table = ChunkTable::read(source, &header)?;
    let stale = || Err(Error::Changed { path: source.path.clone() });
    let mut results: Vec<Result<Plane, Error>> = aovs.iter().map(|_| stale()).collect();
    for (part, told) in now.iter().enumerate() {
        let wanted: Vec<usize> = (0..aovs.len()).filter(|&i| aovs[i].part == part).collect();
        let of_part: Vec<&Aov> = wanted.iter().map(|&i| aovs[i]).collect();
        let planes = match &told.unreadable {
            _ if wanted.is_empty() => continue,
            Some(reason) => Err(Error::unsupported(&source.path, &header.place(part), reason)),
            None if told.layout.is_deep() => {
                deep_planes((source, &header, &mut table), part, &of_part, (wish, limits))
            }
            None => flat::read_planes((source, &header, &mut table), part, &of_part, (wish, limits)),
        };
        match planes {
            Ok(planes) => wanted.iter().zip(planes).for_each(|(&i, plane)| results[i] = Ok(plane)),
            Err(error) => wanted.iter().for_each(|&i| results[i] = Err(error.clone())),
        }
    }
    Ok(Some(results))
}

/// The planes of `aovs`, which are all of that deep part: the whole is decoded and cut.
fn deep_planes(
    (source, header, table): (&Source, &Header, &mut ChunkTable),
    part: usize,
    aovs: &[&Aov],
    (wish, limits): (Wish, &Limits),
) -> Result<Vec<Plane>, Error> {
    let region = match wish {
        Wish::Region(area) => Some(area),
        Wish::Whole | Wish::Preview(_) => None,
    };
    if region.is_some_and(|area| area.intersection(&header.parts[part].data_window).is_empty()) {
        return Err(outside(source, header, part));
    }
    let read = |offsets: &[u64]| deep::read_planes(source, header, offsets, aovs, limits);
    let is_whole = |planes: &Vec<Plane>| planes.iter().all(|plane| plane.unreadable.is_empty());
    let planes = read_or_walk((source, header, table), part, read, is_whole)?;
    match region {
        Some(area) => planes.iter().map(|plane| crop(plane, area, &source.path)).collect(),
        None => Ok(planes),
    }
}

/// All samples of the deep part at `part`.
pub fn read_deep(source: &Source, info: &ImageInfo, part: usize, limits: &Limits) -> Result<DeepPart, Error> {
    let (header, now) = same_header(source, info, limits)?;
    let told = now.get(part).ok_or_else(|| Error::Changed { path: source.path.clone() })?;
    let flat = || (!told.layout.is_deep()).then(|| "its pixels are not deep".to_owned());
    if let Some(reason) = told.unreadable.clone().or_else(flat) {
        return Err(Error::unsupported(&source.path, &header.place(part), reason));
    }
    let mut table = ChunkTable::read(source, &header)?;
    let read = |offsets: &[u64]| deep::read(source, &header, part, offsets, limits);
    let is_whole = |found: &DeepPart| found.unreadable.is_empty();
    read_or_walk((source, &header, &mut table), part, read, is_whole)
}

/// Reads by the offset table; where that does not give the whole it may lie, and the chunks
/// themselves tell where they are.
fn read_or_walk<T>(
    (source, header, table): (&Source, &Header, &mut ChunkTable),
    part: usize,
    read: impl Fn(&[u64]) -> Result<T, Error>,
    is_whole: impl Fn(&T) -> bool,
) -> Result<T, Error> {
    let found = read(full_resolution(header, table, part));
    if table.is_walked || found.as_ref().is_ok_and(is_whole) {
        return found;
    }
    table.walk(source, header);
    read(full_resolution(header, table, part))
}

/// A region that has no pixel of a part.
fn outside(source: &Source, header: &Header, part: usize) -> Error {
    let window = header.parts[part].data_window;
    let reason = format!("its data window {window} has no pixel of the region asked for");
    Error::unsupported(&source.path, &header.place(part), reason)
}

/// Offsets of the chunks of the largest level.
fn full_resolution<'t>(header: &Header, table: &'t ChunkTable, part: usize) -> &'t [u64] {
    let offsets = &table.parts[part];
    let chunks = Grid::full(&header.parts[part]).map_or(0, |grid| grid.chunks());
    &offsets[..chunks.min(offsets.len())]
}

/// The header as it is now.
///
/// # Errors
/// When it is no longer the one that `info` tells of.
fn same_header(source: &Source, info: &ImageInfo, limits: &Limits) -> Result<(Header, Vec<PartInfo>), Error> {
    let header = Header::read(source, limits)?;
    let now: Vec<PartInfo> = header.parts.iter().map(part_info).collect();
    let same = |a: &PartInfo, b: &PartInfo| a.channels == b.channels && a.data_window == b.data_window;
    if now.len() != info.parts.len() || !now.iter().zip(&info.parts).all(|(a, b)| same(a, b)) {
        return Err(Error::Changed { path: source.path.clone() });
    }
    Ok((header, now))
}

fn part_info(part: &Part) -> PartInfo {
    let channel = |c: &header::Channel| ChannelInfo {
        name: c.name.clone(),
        sample_type: c.sample_type,
        sampling: c.sampling,
    };
    let counts = part.layout.is_deep().then(ChannelInfo::sample_counts);
    PartInfo {
        name: part.name.clone(),
        view: part.view.clone(),
        layout: part.layout,
        compression: part.compression.name(),
        data_window: part.data_window,
        display_window: part.display_window,
        channels: part.channels.iter().map(channel).chain(counts).collect(),
        chromaticities: part.chromaticities,
        cryptomattes: part.cryptomattes.clone(),
        unreadable: unreadable(part),
        notes: Vec::new(),
    }
}

/// Why the pixels of `part` cannot be read.
fn unreadable(part: &Part) -> Option<String> {
    let name = part.compression.name();
    if part.layout.is_deep() && part.compression.deep_codec().is_none() {
        return Some(format!("deep data cannot have the compression {name}"));
    }
    let is_readable = part.layout.is_deep() || part.compression.is_readable();
    (!is_readable).then(|| format!("compression {name} is not supported: convert it to ZIP"))
}
