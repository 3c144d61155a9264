//! Flat parts: which chunks of which level give what is asked for.

use crate::image::{Aov, Plane, Window};

use super::super::source::Source;
use super::super::{Error, Limits};
use super::chunks::ChunkTable;
use super::decode::Job;
use super::grid::Grid;
use super::header::{Header, Part};
use super::{Wish, planes, preview};

/// The planes of `aovs`, which are all of that part.
pub fn read_planes(
    (source, header, table): (&Source, &Header, &mut ChunkTable),
    part_index: usize,
    aovs: &[&Aov],
    (wish, limits): (Wish, &Limits),
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
        return Err(super::outside(source, header, part_index));
    }
    // The row of a subsampled channel that stands for the first lines may lie above them.
    let rows = part.channels.iter().map(|channel| i64::from(channel.sampling.1));
    let above = rows.map(|step| i64::from(area.y).rem_euclid(step)).max().unwrap_or(0) as u32;
    let touched = Window::new(area.x, area.y - above as i32, area.width, area.height + above);
    let decode = |table: &ChunkTable, slots: &[Option<usize>]| {
        let max_bytes = limits.max_bytes;
        Job { source, header, table, part_index, grid, slots, every, max_bytes }.decode(touched)
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
