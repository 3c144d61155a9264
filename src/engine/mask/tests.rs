//! Masks against plain loops over sets of pixels.

use std::collections::BTreeSet;

use super::*;

type Pixels = BTreeSet<(i32, i32)>;

/// Pixels without a pattern that bits could hide behind.
fn scattered(window: Window, seed: u32) -> Option<Placed> {
    let mut state = seed;
    Mask::of(window, |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 30 == 0
    })
}

fn pixels((window, mask): &Placed) -> Pixels {
    assert_eq!(mask.size(), (window.width, window.height));
    let all = (0..window.pixels() as usize).map(|index| window.pixel(index));
    let inside = |&(x, y): &(i32, i32)| mask.contains((x - window.x) as u32, (y - window.y) as u32);
    all.filter(inside).collect()
}

#[track_caller]
fn is_tight(placed: &Placed) {
    let (window, pixels) = (placed.0, pixels(placed));
    for edge in [i64::from(window.x), window.right() - 1] {
        assert!(pixels.iter().any(|(x, _)| i64::from(*x) == edge), "{window} has an empty column");
    }
    for edge in [i64::from(window.y), window.bottom() - 1] {
        assert!(pixels.iter().any(|(_, y)| i64::from(*y) == edge), "{window} has an empty row");
    }
}

#[test]
fn runs_rows_and_count_are_those_of_the_pixels() {
    for (seed, window) in
        [(1, Window::new(-3, 5, 67, 9)), (2, Window::new(0, 0, 64, 4)), (3, Window::new(9, 9, 1, 130))]
    {
        let placed = scattered(window, seed).expect("some pixels");
        is_tight(&placed);
        let expected = pixels(&placed);
        let (window, mask) = &placed;
        assert_eq!(mask.count(), expected.len() as u64);
        let by_runs: Pixels =
            mask.runs().flat_map(|(start, len)| (start..start + len).map(|i| window.pixel(i))).collect();
        assert_eq!(by_runs, expected);
        let row = |row: u32| {
            mask.row(row).flat_map(move |(first, len)| {
                (first..first + len).map(move |x| (window.x + x as i32, window.y + row as i32))
            })
        };
        assert_eq!((0..window.height).flat_map(row).collect::<Pixels>(), expected);
        assert_eq!(mask.row(window.height).count(), 0, "below the last row");
        let counts = mask.to_counts();
        assert_eq!(Mask::from_counts(window.width, window.height, &counts).as_ref(), Some(&**mask));
    }
    assert_eq!(Mask::from_counts(4, 2, &[3, 6]), None, "nine pixels of eight");
}

#[test]
fn union_and_difference_are_those_of_sets() {
    let a = scattered(Window::new(-5, 2, 40, 30), 7).expect("some");
    for place in [Window::new(10, 10, 50, 9), Window::new(-90, -90, 20, 20), Window::new(-5, 2, 40, 30)] {
        let b = scattered(place, 11).expect("some");
        let both = united(&a, &b);
        is_tight(&both);
        assert_eq!(pixels(&both), pixels(&a).union(&pixels(&b)).copied().collect());
        let rest = without(&a, &b).expect("something is left");
        is_tight(&rest);
        assert_eq!(pixels(&rest), pixels(&a).difference(&pixels(&b)).copied().collect());
    }
    assert_eq!(without(&a, &a), None);
}

#[test]
fn a_stroke_is_all_within_the_radius_of_its_way() {
    let within = Window::new(-20, -20, 60, 60);
    for (from, to, radius) in
        [((0, 0), (0, 0), 0), ((3, -4), (3, -4), 5), ((-15, 2), (30, 9), 4), ((5, 30), (5, -2), 1)]
    {
        let painted = stroke(from, to, radius, within).expect("inside");
        is_tight(&painted);
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs());
        let way: Vec<(i32, i32)> = (0..=steps)
            .map(|step| {
                let at = |a: i32, b: i32| {
                    a + (f64::from(b - a) * f64::from(step) / f64::from(steps.max(1))).round() as i32
                };
                (at(from.0, to.0), at(from.1, to.1))
            })
            .collect();
        let r = i64::from(radius);
        let near = |(x, y): (i32, i32)| {
            way.iter().any(|(cx, cy)| {
                let (dx, dy) = (i64::from(x - cx), i64::from(y - cy));
                dx * dx + dy * dy <= r * r
            })
        };
        let all = (0..within.pixels() as usize).map(|index| within.pixel(index));
        assert_eq!(pixels(&painted), all.filter(|pixel| near(*pixel)).collect(), "radius {radius}");
    }
    assert_eq!(stroke((500, 500), (501, 500), 3, within), None);
}
