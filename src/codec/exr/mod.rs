//! OpenEXR: own reading of headers and chunks, own decoders for what is common, the `exr` crate's for
//! what is rare.

mod b44;
mod batch;
mod block;
mod chunks;
mod compression;
mod decode;
mod dwa;
mod fields;
mod grid;
mod header;
mod huffman;
mod notes;
mod piz;
mod planes;
mod predictor;
mod preview;
mod pxr24;
mod unpack;
mod zip;

use crate::image::{
    Aov, ChannelInfo, FileFormat, ImageInfo, PartInfo, PartLayout, Plane, Window, group_aovs,
};

use super::source::Source;
use super::{Error, Limits};
use chunks::ChunkTable;
use decode::Job;
use grid::Grid;
use header::{Header, Part};

/// Headers of all parts; the offset tables are checked, so that an unfinished file is found here.
pub fn read_info(source: &Source, limits: &Limits) -> Result<ImageInfo, Error> {
    let header = Header::read(source, limits)?;
    let table = ChunkTable::read(source, &header)?;
    let mut parts: Vec<PartInfo> = header.parts.iter().map(part_info).collect();
    let aovs = group_aovs(&parts);
    notes::add(&mut parts, &aovs, &header.parts);
    let path = source.path.clone();
    Ok(ImageInfo { path, format: FileFormat::Exr, parts, aovs, incomplete: table.incomplete })
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
    let header = Header::read(source, limits)?;
    let now: Vec<PartInfo> = header.parts.iter().map(part_info).collect();
    let same = |a: &PartInfo, b: &PartInfo| a.channels == b.channels && a.data_window == b.data_window;
    if now.len() != info.parts.len() || !now.iter().zip(&info.parts).all(|(a, b)| same(a, b)) {
        return Err(Error::Changed { path: source.path.clone() });
    }
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
            None => read_part((source, &header, &mut table), part, &of_part, wish),
        };
        match planes {
            Ok(planes) => wanted.iter().zip(planes).for_each(|(&i, plane)| results[i] = Ok(plane)),
            Err(error) => wanted.iter().for_each(|&i| results[i] = Err(error.clone())),
        }
    }
    Ok(Some(results))
}

/// The planes of `aovs`, which are all of that part.
fn read_part(
    (source, header, table): (&Source, &Header, &mut ChunkTable),
    part_index: usize,
    aovs: &[&Aov],
    wish: Wish,
) -> Result<Vec<Plane>, Error> {
    let part = &header.parts[part_index];
    let slots = slots(source, part, aovs)?;
    let whole = part.data_window;
    let (grid, every) = match wish {
        Wish::Preview(step) => preview::choose(part, step),
        Wish::Whole | Wish::Region(_) => (Grid::full(part), 1),
    };
    let grid = grid.expect("only parts that can be read come here");
    let area = match wish {
        Wish::Region(area) => area.intersection(&whole),
        Wish::Whole | Wish::Preview(_) => grid.window,
    };
    if area.is_empty() {
        let reason = format!("its data window {whole} has no pixel of the region asked for");
        return Err(Error::unsupported(&source.path, &header.place(part_index), reason));
    }
    // The row of a subsampled channel that stands for the first lines may lie above them.
    let rows = part.channels.iter().map(|channel| i64::from(channel.sampling.1));
    let above = rows.map(|step| i64::from(area.y).rem_euclid(step)).max().unwrap_or(0) as u32;
    let touched = Window::new(area.x, area.y - above as i32, area.width, area.height + above);
    let decode = |table: &ChunkTable, slots: &[Option<usize>]| {
        Job { source, header, table, part_index, grid, slots, every }.decode(touched)
    };
    let mut decoded = decode(table, &slots)?;
    if !table.is_walked && decoded.troubles.iter().any(|trouble| trouble.is_misplaced) {
        // The offset table lies: the chunks themselves tell where they are.
        table.walk(source, header);
        decoded = decode(table, &slots)?;
    }
    let planes = planes::gather(part, &slots, aovs, decoded, area)?;
    Ok(if area == whole || !matches!(wish, Wish::Preview(_)) {
        planes
    } else {
        planes.iter().map(|plane| preview::enlarge(plane, whole)).collect()
    })
}

/// For each channel of the part, its place among those that `aovs` want.
fn slots(source: &Source, part: &Part, aovs: &[&Aov]) -> Result<Vec<Option<usize>>, Error> {
    let mut slots = vec![None; part.channels.len()];
    for channel in aovs.iter().flat_map(|aov| &aov.channels) {
        let slot = slots.get_mut(channel.index);
        *slot.ok_or_else(|| Error::Changed { path: source.path.clone() })? = Some(0);
    }
    let wanted = slots.iter_mut().flatten();
    wanted.enumerate().for_each(|(index, slot)| *slot = index);
    Ok(slots)
}

fn part_info(part: &Part) -> PartInfo {
    let channel = |c: &header::Channel| ChannelInfo {
        name: c.name.clone(),
        sample_type: c.sample_type,
        sampling: c.sampling,
    };
    PartInfo {
        name: part.name.clone(),
        view: part.view.clone(),
        layout: part.layout,
        compression: part.compression.name(),
        data_window: part.data_window,
        display_window: part.display_window,
        channels: part.channels.iter().map(channel).collect(),
        unreadable: unreadable(part),
        notes: Vec::new(),
    }
}

/// Why the pixels of `part` cannot be read.
fn unreadable(part: &Part) -> Option<String> {
    if matches!(part.layout, PartLayout::DeepScanLine | PartLayout::DeepTiled) {
        return Some("deep data is not supported: flatten it first".to_owned());
    }
    let name = part.compression.name();
    (!part.compression.is_readable())
        .then(|| format!("compression {name} is not supported: convert it to ZIP"))
}
