//! A quick look at a part: a smaller resolution level where there is one, or some lines only where
//! each line is a chunk of its own.

use crate::image::{Plane, PlaneChannel, Samples, Window};

use super::grid::Grid;
use super::header::Part;

/// Whether a preview in which one line of `step` is decoded takes much less time than the whole.
pub fn is_cheap(part: &Part, step: u32) -> bool {
    let (grid, every) = choose(part, step);
    !part.layout.is_deep() && (every > 1 || grid.is_some_and(|grid| grid.first > 0))
}

/// The level to be decoded, and of how many of its rows of chunks one is enough.
pub fn choose(part: &Part, step: u32) -> (Option<Grid>, usize) {
    let full = Grid::full(part);
    if part.tiles.is_some() {
        let least = part.data_window.width.max(part.data_window.height).div_ceil(step.max(1));
        let levels = Grid::levels(part);
        let smallest = levels.iter().rfind(|grid| grid.window.width.max(grid.window.height) >= least);
        return (smallest.copied().or(full), 1);
    }
    let is_plain = part.channels.iter().all(|channel| channel.sampling == (1, 1));
    let every = if is_plain && part.compression.lines() == Some(1) { step.max(1) as usize } else { 1 };
    (full, every)
}

/// The plane of a smaller level over the pixels of `whole`: each pixel gets the sample that stands
/// in its place.
pub fn enlarge(plane: &Plane, whole: Window) -> Plane {
    let small = plane.data_window;
    let map = |size: u32, of: u32| -> Vec<usize> {
        let scaled = |at: u32| (u64::from(at) * u64::from(of) / u64::from(size)) as usize;
        (0..size).map(scaled).collect()
    };
    let (columns, rows) = (map(whole.width, small.width), map(whole.height, small.height));
    let channel = |channel: &PlaneChannel| {
        let mut samples = Samples::unset(channel.samples.sample_type(), whole.pixels() as usize);
        super::planes::spread(&channel.samples, &mut samples, small.width as usize, (&columns, &rows));
        PlaneChannel { name: channel.name.clone(), samples }
    };
    Plane {
        data_window: whole,
        display_window: plane.display_window,
        channels: plane.channels.iter().map(channel).collect(),
        // What is missing is told once the whole is read.
        unreadable: Vec::new(),
    }
}
