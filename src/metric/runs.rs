//! A row cut where it stops or begins to be readable.

use super::Pair;
use crate::image::Window;

/// Neighbouring pixels of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub pixels: Window,
    /// Whether both sides can be read at each of them; otherwise one cannot at any of them.
    pub readable: bool,
}

/// The runs of `row`, left to right; together they are the row.
pub(super) fn runs(pair: &Pair<'_>, row: Window) -> Vec<Run> {
    let sides = [pair.candidate, pair.reference];
    let holes = sides.into_iter().flat_map(|plane| plane.unreadable_in(row));
    let mut holes: Vec<Window> = holes.map(|hole| hole.window.intersection(&row)).collect();
    holes.sort_unstable_by_key(|hole| hole.x);
    let mut runs = Vec::with_capacity(2 * holes.len() + 1);
    let mut end = i64::from(row.x);
    let mut until = |to: i64, readable: bool| {
        // Holes of the two sides may overlap.
        if to > end {
            let pixels = Window::new(end as i32, row.y, (to - end) as u32, 1);
            runs.push(Run { pixels, readable });
            end = to;
        }
    };
    for hole in holes {
        until(i64::from(hole.x), true);
        until(hole.right(), false);
    }
    until(row.right(), true);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Plane, PlaneChannel, Samples, Unreadable};
    use crate::metric::Extent;

    fn plane(holes: &[Window]) -> Plane {
        let window = Window::new(-4, 0, 20, 3);
        let unreadable =
            |window: &Window| Unreadable { window: *window, incomplete: false, reason: "".into() };
        Plane {
            data_window: window,
            display_window: window,
            channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::F32(vec![0.0; 60]) }],
            unreadable: holes.iter().map(unreadable).collect(),
        }
    }

    #[test]
    fn holes_of_both_sides_are_joined_where_they_overlap() {
        let candidate = plane(&[Window::new(-4, 0, 3, 2), Window::new(8, 1, 8, 2)]);
        let reference = plane(&[Window::new(-2, 1, 4, 1), Window::new(5, 1, 1, 1)]);
        let pair = Pair::new(&candidate, &reference, Extent::Union).expect("a pair");
        let of_row = |y: i32| -> Vec<(i32, u32, bool)> {
            let runs = runs(&pair, Window::new(-4, y, 20, 1));
            runs.into_iter().map(|run| (run.pixels.x, run.pixels.width, run.readable)).collect()
        };
        assert_eq!(of_row(0), [(-4, 3, false), (-1, 17, true)]);
        let expected =
            [(-4, 3, false), (-1, 3, false), (2, 3, true), (5, 1, false), (6, 2, true), (8, 8, false)];
        assert_eq!(of_row(1), expected);
        assert_eq!(of_row(2), [(-4, 12, true), (8, 8, false)]);
    }
}
