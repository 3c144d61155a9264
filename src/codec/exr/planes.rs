//! Decoded channels become planes: gathered by AOV, cut to the region asked for, subsampled channels
//! spread over the pixels that they stand for.

use std::collections::HashMap;

use crate::image::{Aov, Plane, PlaneChannel, Samples, Unreadable, Window};

use super::super::Error;
use super::decode::{Decoded, Trouble};
use super::header::{Part, sample_count};

/// The planes of `aovs`, of the pixels of `area`.
///
/// `slots` tells where a channel of the part stands among the decoded ones.
///
/// # Errors
/// When no pixel of `area` could be decoded.
pub fn gather(
    part: &Part,
    slots: &[Option<usize>],
    aovs: &[&Aov],
    decoded: Decoded,
    area: Window,
) -> Result<Vec<Plane>, Error> {
    let decoded_channels = part.channels.iter().zip(slots).filter(|(_, slot)| slot.is_some());
    let step = decoded_channels.map(|(channel, _)| channel.sampling.1).max().unwrap_or(1);
    let unreadable = unreadable(&decoded.troubles, area, step);
    let missing: u64 = unreadable.iter().map(|unreadable| unreadable.window.pixels()).sum();
    if missing > 0 && missing >= area.pixels() {
        let mut troubles = decoded.troubles;
        return Err(troubles.swap_remove(0).error);
    }
    let window = decoded.window;
    let mut samples: Vec<Option<Samples>> = decoded.samples.into_iter().map(Some).collect();
    for (slot, samples) in samples.iter_mut().enumerate() {
        let index = slots.iter().position(|&other| other == Some(slot)).expect("slots are of channels");
        let sampling = part.channels[index].sampling;
        if sampling != (1, 1) || window != area {
            let stored = samples.take().expect("each is taken once");
            *samples = Some(cut(&stored, (window, sampling), area));
        }
    }
    samples.iter_mut().flatten().for_each(|samples| blank(samples, area, &unreadable));
    let mut left: Vec<usize> = vec![0; samples.len()];
    let slot_of = |index: usize| slots[index].expect("the channels of these AOVs are decoded");
    aovs.iter().flat_map(|aov| &aov.channels).for_each(|channel| left[slot_of(channel.index)] += 1);
    let mut take = |index: usize| {
        let slot = slot_of(index);
        left[slot] -= 1;
        // The last one who asks gets it, others a copy.
        let taken = if left[slot] == 0 { samples[slot].take() } else { samples[slot].clone() };
        taken.expect("counted before")
    };
    let mut plane = |aov: &&Aov| Plane {
        data_window: area,
        display_window: part.display_window,
        channels: aov
            .channels
            .iter()
            .map(|channel| PlaneChannel { name: channel.name.clone(), samples: take(channel.index) })
            .collect(),
        unreadable: unreadable.clone(),
    };
    Ok(aovs.iter().map(&mut plane).collect())
}

/// The pixels of `area` from the stored samples of `window`: each pixel gets the sample that stands
/// at or before it.
fn cut(stored: &Samples, (window, sampling): (Window, (u32, u32)), area: Window) -> Samples {
    let mut samples = Samples::unset(stored.sample_type(), area.pixels() as usize);
    let columns = index_map(window.x, (area.x, area.width), sampling.0);
    let rows = index_map(window.y, (area.y, area.height), sampling.1);
    let width = sample_count(window.x, window.right(), sampling.0);
    spread(stored, &mut samples, width, (&columns, &rows));
    samples
}

/// Fills `to`, as many columns and rows as are given, from rows of `width` samples: each pixel gets
/// the one of its column and row.
pub fn spread(from: &Samples, to: &mut Samples, width: usize, map: (&[usize], &[usize])) {
    let size = from.sample_type().bytes();
    let (from, to) = (from.as_bytes(), to.as_bytes_mut());
    match size {
        1 => spread_bytes::<1>(from, to, width, map),
        2 => spread_bytes::<2>(from, to, width, map),
        _ => spread_bytes::<4>(from, to, width, map),
    }
}

/// For each coordinate of the area, which stored sample stands for it.
fn index_map(first: i32, (start, size): (i32, u32), step: u32) -> Vec<usize> {
    let end = i64::from(start) + i64::from(size);
    (i64::from(start)..end).map(|at| sample_count(first, at + 1, step).saturating_sub(1)).collect()
}

fn spread_bytes<const N: usize>(
    from: &[u8],
    to: &mut [u8],
    width: usize,
    (columns, rows): (&[usize], &[usize]),
) {
    let (from, to) = (from.as_chunks::<N>().0, to.as_chunks_mut::<N>().0);
    for (&row, to) in rows.iter().zip(to.chunks_exact_mut(columns.len().max(1))) {
        let from = &from[row * width..][..width];
        for (to, &column) in to.iter_mut().zip(columns) {
            *to = from[column];
        }
    }
}

/// Rectangles of `area` that were not decoded; neighbours of one kind below each other are joined.
///
/// Where rows of subsampled channels stand for `step` lines, all lines of a row are lost with it.
fn unreadable(troubles: &[Trouble], area: Window, step: u32) -> Vec<Unreadable> {
    let mut joined: Vec<Unreadable> = Vec::new();
    // The last rectangle in each column of chunks.
    let mut last: HashMap<(i32, u32, bool), usize> = HashMap::new();
    for trouble in troubles {
        let incomplete = trouble.error.is_incomplete();
        let column = (trouble.window.x, trouble.window.width, incomplete);
        let above = last.get(&column).copied();
        let done = above.map_or(i64::MIN, |above| joined[above].window.bottom());
        let bottom = trouble.window.bottom();
        let bottom = bottom + (-bottom).rem_euclid(i64::from(step));
        let top = i64::from(trouble.window.y).max(done);
        let window = Window { y: top as i32, height: (bottom - top).max(0) as u32, ..trouble.window };
        let window = window.intersection(&area);
        if window.is_empty() {
            continue;
        }
        match above {
            Some(above) if done == i64::from(window.y) => joined[above].window.height += window.height,
            _ => {
                last.insert(column, joined.len());
                joined.push(Unreadable { window, incomplete, reason: trouble.error.to_string() });
            }
        }
    }
    joined.sort_by_key(|unreadable| (unreadable.window.y, unreadable.window.x));
    joined
}

/// Zeros what is unreadable: it may hold anything.
fn blank(samples: &mut Samples, area: Window, unreadable: &[Unreadable]) {
    let size = samples.sample_type().bytes();
    let bytes = samples.as_bytes_mut();
    for Unreadable { window, .. } in unreadable {
        for row in 0..window.height as i32 {
            let first = area.index(window.x, window.y + row).expect("rectangles lie inside");
            bytes[first * size..][..window.width as usize * size].fill(0);
        }
    }
}
