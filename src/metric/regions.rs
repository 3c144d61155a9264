//! Connected regions of changed pixels: where to look, strongest first.
//!
//! Two changed pixels belong to the same region where a way leads from one to the other over changed
//! pixels, each at most `reach` columns and rows from the one before. A reach of 1 joins pixels that
//! touch, at corners too (8-connected); the default of 2 leaves room for one unchanged pixel between,
//! which makes one region of a noisy patch that would otherwise be many specks.
//!
//! Rows are cut into runs of pixels that belong together, runs of rows within reach are united
//! (union-find), and what each region holds is added up in a second pass over the changed pixels: the
//! time is linear in the pixels. The result depends on the map alone.

mod runs;

use std::cmp::Ordering;

use runs::Runs;

use super::{DeltaMap, DeltaMaps, FLAG_CHANGED, NEVER};
use crate::image::Window;

/// Changed pixels that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// The smallest window that holds them, in absolute coordinates.
    pub window: Window,
    /// How many there are.
    pub pixels: u64,
    /// Those without a value: not finite against another value, or in one of the two sequences alone.
    pub valueless: u64,
    /// Sum of the magnitudes; over all frames, of the largest magnitude of each pixel. In the unit of
    /// the metric.
    pub weight: f64,
    /// The largest magnitude; 0 where no pixel has a value.
    pub peak: f32,
    /// Where it is: lowest y, then x, among equals.
    pub peak_at: (i32, i32),
    /// When it changes; `None` in a map of one frame.
    pub span: Option<Span>,
}

/// When a region changes: ranks of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first frame in which one of its pixels changed.
    pub first: u32,
    /// The last.
    pub last: u32,
    /// The frame that has the peak; where no pixel has a value, the first of `peak_at`.
    pub peak: u32,
}

/// The strongest regions of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Regions {
    /// Those without any value first (a NaN is further off than any number), then by weight, the
    /// largest first; among equals by the row and then the column of the peak.
    pub strongest: Vec<Region>,
    /// How many there are in all.
    pub total: usize,
}

/// Which regions are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionChoice {
    /// How many columns and rows lie from one pixel to the next of the same region, 1 to
    /// [`RegionChoice::FURTHEST`]; what is outside counts as the nearest of the two.
    pub reach: u32,
    /// Most regions that are told.
    pub most: usize,
}

impl RegionChoice {
    /// The largest reach.
    pub const FURTHEST: u32 = 32;
}

impl Default for RegionChoice {
    fn default() -> Self {
        Self { reach: 2, most: 1000 }
    }
}

impl Regions {
    /// Of the pixels that changed in one frame.
    pub fn of_frame(map: &DeltaMap, choice: RegionChoice) -> Self {
        find(
            map.window,
            choice,
            |index| map.flags[index] & FLAG_CHANGED != 0,
            |index| (map.values[index].abs(), None),
        )
    }

    /// Of the pixels that changed in any frame.
    pub fn over_frames(maps: &DeltaMaps, choice: RegionChoice) -> Self {
        find(
            maps.window,
            choice,
            |index| maps.changed[index] > 0,
            |index| {
                let (first, last) = (maps.first_changed[index], maps.last_changed[index]);
                let peak = if maps.max_frame[index] == NEVER { first } else { maps.max_frame[index] };
                (maps.max[index], Some(Span { first, last, peak }))
            },
        )
    }
}

fn find(
    window: Window,
    choice: RegionChoice,
    is_changed: impl Fn(usize) -> bool,
    pixel: impl Fn(usize) -> (f32, Option<Span>),
) -> Regions {
    let width = window.width as usize;
    if window.is_empty() {
        return Regions::default();
    }
    let reach = choice.reach.clamp(1, RegionChoice::FURTHEST);
    let (runs, count) = Runs::of(window.width, window.height, reach, &is_changed).numbered();
    let mut sums = vec![Sum::EMPTY; count];
    for (row, run) in runs.iter() {
        let sum = &mut sums[run.label as usize];
        sum.meet(row, run.start, run.end);
        let start = row as usize * width;
        for column in run.start..=run.end {
            let index = start + column as usize;
            if is_changed(index) {
                let (value, span) = pixel(index);
                sum.add(index, value, span);
            }
        }
    }
    Regions { total: sums.len(), strongest: strongest(sums, window, choice.most) }
}

/// A region that is being added up; rows and columns from the left top.
#[derive(Clone, Copy)]
struct Sum {
    left: u32,
    right: u32,
    top: u32,
    bottom: u32,
    pixels: u64,
    valueless: u64,
    weight: f64,
    peak: f32,
    peak_at: usize,
    span: Option<Span>,
}

impl Sum {
    const EMPTY: Self = Self {
        left: u32::MAX,
        right: 0,
        top: u32::MAX,
        bottom: 0,
        pixels: 0,
        valueless: 0,
        weight: 0.0,
        peak: 0.0,
        peak_at: 0,
        span: None,
    };

    fn meet(&mut self, row: u32, left: u32, right: u32) {
        (self.left, self.right) = (self.left.min(left), self.right.max(right));
        (self.top, self.bottom) = (self.top.min(row), self.bottom.max(row));
    }

    fn add(&mut self, index: usize, value: f32, span: Option<Span>) {
        // A value beyond f32 counts as the largest f32, as in maps over all frames.
        let value = value.min(f32::MAX);
        let is_peak = self.pixels == 0 || value > self.peak;
        if is_peak {
            (self.peak, self.peak_at) = (value, index);
        }
        self.span = match (self.span, span) {
            (Some(known), Some(more)) => Some(Span {
                first: known.first.min(more.first),
                last: known.last.max(more.last),
                peak: if is_peak { more.peak } else { known.peak },
            }),
            (known, more) => known.or(more),
        };
        self.pixels += 1;
        self.valueless += u64::from(value == 0.0);
        self.weight += f64::from(value);
    }

    fn order(&self, other: &Self) -> Ordering {
        let has_value = self.peak > 0.0;
        let by_value = has_value.cmp(&(other.peak > 0.0));
        by_value.then(other.weight.total_cmp(&self.weight)).then(self.peak_at.cmp(&other.peak_at))
    }

    fn region(&self, window: Window) -> Region {
        let (x, y) = (i64::from(window.x) + i64::from(self.left), i64::from(window.y) + i64::from(self.top));
        let size = (self.right - self.left + 1, self.bottom - self.top + 1);
        Region {
            window: Window::new(x as i32, y as i32, size.0, size.1),
            pixels: self.pixels,
            valueless: self.valueless,
            weight: self.weight,
            peak: self.peak,
            peak_at: window.pixel(self.peak_at),
            span: self.span,
        }
    }
}

fn strongest(mut sums: Vec<Sum>, window: Window, most: usize) -> Vec<Region> {
    if most == 0 {
        return Vec::new();
    }
    if sums.len() > most {
        sums.select_nth_unstable_by(most - 1, Sum::order);
        sums.truncate(most);
    }
    sums.sort_unstable_by(Sum::order);
    sums.iter().map(|sum| sum.region(window)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::FLAG_NON_FINITE;

    /// `#` changed by 1, digits by as much, `n` not finite, at (−3, 5).
    fn map(rows: &[&str]) -> DeltaMap {
        let window = Window::new(-3, 5, rows[0].len() as u32, rows.len() as u32);
        let pixel = |c: char| match c {
            '#' => (1.0, FLAG_CHANGED),
            'n' => (0.0, FLAG_CHANGED | FLAG_NON_FINITE),
            c => c.to_digit(10).map_or((0.5, 0), |digit| (-(digit as f32), FLAG_CHANGED)),
        };
        let (values, flags) = rows.iter().flat_map(|row| row.chars()).map(pixel).unzip();
        DeltaMap { window, values, flags }
    }

    fn regions(rows: &[&str], reach: u32) -> Regions {
        Regions::of_frame(&map(rows), RegionChoice { reach, most: 100 })
    }

    #[test]
    fn two_arms_of_a_spiral_are_one_region() {
        let rows = ["#######", "......#", "#####.#", "#...#.#", "#.###.#", "#.....#", "#######"];
        let found = regions(&rows, 1);
        assert_eq!((found.total, found.strongest[0].pixels), (1, 31));
        assert_eq!(found.strongest[0].window, Window::new(-3, 5, 7, 7));
    }

    #[test]
    fn corners_touch_and_a_gap_of_one_is_within_two() {
        let rows = ["#.....#", ".#...#.", ".......", "...#..."];
        assert_eq!(regions(&rows, 1).total, 3);
        assert_eq!(regions(&rows, 2).total, 1);
        assert_eq!(regions(&["#..#"], 2).total, 2);
        assert_eq!(regions(&["#..#"], 3).total, 1);
        assert_eq!(regions(&["#", ".", ".", "#"], 3).total, 1);
    }

    #[test]
    fn the_right_edge_does_not_touch_the_left_one_of_the_next_row() {
        assert_eq!(regions(&["....#", "#...."], 2).total, 2);
    }

    #[test]
    fn what_a_region_holds() {
        let found = regions(&["2..4.....", "24......n", ".........", "....3...."], 1);
        let [nan, wide, far, low] = &found.strongest[..] else { panic!("four: {found:?}") };
        assert_eq!((nan.peak_at, nan.weight, nan.valueless), ((5, 6), 0.0, 1));
        assert_eq!((wide.weight, wide.pixels, wide.peak, wide.peak_at), (8.0, 3, 4.0, (-2, 6)));
        assert_eq!((wide.window, wide.span), (Window::new(-3, 5, 2, 2), None));
        assert_eq!((far.weight, far.peak_at), (4.0, (0, 5)));
        assert_eq!((low.weight, low.window), (3.0, Window::new(1, 8, 1, 1)));
    }

    #[test]
    fn the_first_of_equal_peaks_and_of_equal_weights() {
        let found = regions(&["..1..2", "......", "1.....", "1....."], 1);
        let peaks: Vec<_> = found.strongest.iter().map(|region| region.peak_at).collect();
        assert_eq!(peaks, [(2, 5), (-3, 7), (-1, 5)]);
    }

    #[test]
    fn fewer_are_told_than_there_are() {
        let found = Regions::of_frame(&map(&["3.1.2.5"]), RegionChoice { reach: 1, most: 2 });
        let weights: Vec<f64> = found.strongest.iter().map(|region| region.weight).collect();
        assert_eq!((found.total, weights), (4, vec![5.0, 3.0]));
    }

    #[test]
    fn nothing_changed_and_nothing_there() {
        assert_eq!(regions(&["....", "...."], 2), Regions::default());
        let empty = DeltaMap { window: Window::new(3, 3, 0, 4), values: Vec::new(), flags: Vec::new() };
        assert_eq!(Regions::of_frame(&empty, RegionChoice::default()), Regions::default());
    }
}
