//! One rectangle of a pair: reads what is around it, leaves out what is equal, runs the kernel.

use super::Job;
use super::input::{decode, decode_srgb, is_finite};
use super::kernel::{Area, LANES, Region, Scratch, raise_to_errors};
use crate::image::Window;

/// Pixels of a tile: what is kept of one fits into the second cache.
pub(super) const TILE: (u32, u32) = (256, 128);

/// Room to work in, for one thread.
#[derive(Debug, Default)]
pub(super) struct Room {
    region: Region,
    scratch: Scratch,
    /// Of each column of the region, whether some pixel differs there.
    columns: Vec<bool>,
}

/// Columns (first, last) and rows (first, last) of a region outside of which all is equal.
type Box = ((usize, usize), (usize, usize));

/// The errors of `tile`, row by row; `None` where all of them are 0.
pub(super) fn errors(job: &Job<'_>, tile: Window, room: &mut Room) -> Option<Vec<f32>> {
    let different = read(job, tile, room)?;
    let (width, height) = (tile.width as usize, tile.height as usize);
    let padded = width.next_multiple_of(LANES);
    let reach = 2 * job.constants.filters.radius;
    // A pixel's neighbourhood begins at its own place in the region, and is so much larger.
    let ((left, right), (top, bottom)) = different;
    let (first, end) = (left.saturating_sub(reach), (right + 1).min(width));
    let (top, bottom) = (top.saturating_sub(reach), (bottom + 1).min(height));
    let columns = (end - first).next_multiple_of(LANES);
    let first = first.min(padded - columns);
    let area = Area { x: first, y: top, width: columns, height: bottom - top };
    let mut out = vec![0.0; padded * height];
    let exposures = match &job.scales {
        None => vec![None],
        Some(scales) => scales.iter().copied().map(Some).collect(),
    };
    for scale in exposures {
        let out = &mut out[top * padded + first..];
        raise_to_errors(&job.constants, (&room.region, area), scale, &mut room.scratch, (out, padded));
    }
    if padded > width {
        for y in 0..height {
            out.copy_within(y * padded..y * padded + width, y * width);
        }
        out.truncate(width * height);
    }
    Some(out)
}

/// Fills the region around `tile`; `None` where both sides are equal all over it.
fn read(job: &Job<'_>, tile: Window, room: &mut Room) -> Option<Box> {
    let radius = job.constants.filters.radius;
    let (width, height) = (tile.width as usize, tile.height as usize);
    let columns = width.next_multiple_of(LANES) + 2 * radius;
    let region = &mut room.region;
    region.width = columns;
    region.planes.iter_mut().for_each(|plane| plane.resize(columns * (height + 2 * radius), 0.0));
    room.columns.clear();
    room.columns.resize(columns, false);
    let mut rows: Option<(usize, usize)> = None;
    for j in 0..height + 2 * radius {
        let y = i64::from(tile.y) + j as i64 - radius as i64;
        let y = y.clamp(job.window.y.into(), job.window.bottom() - 1) as i32;
        let planes = region.planes.each_mut().map(|plane| &mut plane[j * columns..][..columns]);
        let before = i64::from(tile.x) - radius as i64;
        if read_row(job, (before, y), planes, &mut room.columns) {
            rows = Some((rows.map_or(j, |(first, _)| first), j));
        }
    }
    let first = room.columns.iter().position(|different| *different)?;
    let last = room.columns.iter().rposition(|different| *different)?;
    Some(((first, last), rows?))
}

/// Reads pixels from (x, y) on, x of which may lie outside of the window: its edge goes on there.
/// Marks columns that differ; returns whether one does.
fn read_row(job: &Job<'_>, (x, y): (i64, i32), mut planes: [&mut [f32]; 6], columns: &mut [bool]) -> bool {
    let window = job.window;
    let end = x + planes[0].len() as i64;
    let (first, last) = (x.max(window.x.into()), end.min(window.right()));
    let inside = (first - x) as usize..(last - x) as usize;
    let row = Window::new(first as i32, y, inside.len() as u32, 1);
    for (side, plane) in [job.pair.candidate, job.pair.reference].into_iter().enumerate() {
        let start = plane.data_window.index(row.x, row.y).expect("the window is inside both sides");
        for (c, channel) in job.channels.iter().enumerate() {
            let samples = &plane.channels[[channel.0, channel.1][side]].samples;
            let out = &mut planes[3 * side + c][inside.clone()];
            if job.scales.is_some() { decode(samples, start, out) } else { decode_srgb(samples, start, out) }
        }
    }
    blacken(job, row, planes.each_mut().map(|plane| &mut plane[inside.clone()]));
    for plane in &mut planes {
        let (left, right) = (plane[inside.start], plane[inside.end - 1]);
        plane[..inside.start].fill(left);
        plane[inside.end..].fill(right);
    }
    let mut any = false;
    for (i, column) in columns.iter_mut().enumerate() {
        let different = (0..3).fold(false, |any, c| any | (planes[c][i] != planes[3 + c][i]));
        *column |= different;
        any |= different;
    }
    any
}

/// Pixels that a side has no number for are black on both.
fn blacken(job: &Job<'_>, row: Window, mut planes: [&mut [f32]; 6]) {
    for i in 0..row.width as usize {
        let finite = planes.iter().fold(true, |all, plane| all & is_finite(plane[i]));
        for plane in &mut planes {
            plane[i] = if finite { plane[i] } else { 0.0 };
        }
    }
    for side in [job.pair.candidate, job.pair.reference] {
        for hole in side.unreadable_in(row) {
            let hole = hole.window.intersection(&row);
            let first = (hole.x - row.x) as usize;
            planes.iter_mut().for_each(|plane| plane[first..first + hole.width as usize].fill(0.0));
        }
    }
}
