//! Planes of which the file gives only a part.

use crate::support::POINTWISE;
use aovscope::image::{Plane, PlaneChannel, Samples, Unreadable, Window};
use aovscope::metric::{Backend, Cpu, Extent, FrameStats, Metric, Pair, PixelValues, Rule, Want};

const WINDOW: Window = Window::new(-7, 3, 611, 40);

/// Each pixel its own value, a little more of it in `seed`; `garbage` under the holes.
fn plane(seed: f32, holes: &[Window], garbage: f32) -> Plane {
    let value = |i: usize| {
        let (x, y) = WINDOW.pixel(i);
        let readable = !holes.iter().any(|hole| hole.contains(x, y));
        if readable { (x + 1000 * y) as f32 * seed } else { garbage }
    };
    let channel = |name: &str, factor: f32| PlaneChannel {
        name: name.into(),
        samples: Samples::F32((0..WINDOW.pixels() as usize).map(|i| value(i) * factor).collect()),
    };
    let unreadable = |window: &Window| Unreadable { window: *window, incomplete: true, reason: "cut".into() };
    Plane {
        data_window: WINDOW,
        display_window: WINDOW,
        channels: vec![channel("R", 1.0), channel("G", -3.0)],
        unreadable: holes.iter().map(unreadable).collect(),
    }
}

const HOLES_A: [Window; 2] = [Window::new(-7, 5, 300, 8), Window::new(100, 20, 5, 1)];
const HOLES_B: [Window; 2] = [Window::new(200, 10, 404, 5), Window::new(-7, 40, 611, 3)];

fn stats(candidate: &Plane, reference: &Plane, metric: Metric) -> FrameStats {
    let pair = Pair::new(candidate, reference, Extent::Union).expect("a pair");
    Cpu.compare(&pair, &Rule::exact(metric), Want::Stats).stats
}

#[test]
fn what_lies_under_an_unreadable_rectangle_does_not_matter() {
    for metric in POINTWISE {
        let of = |garbage| stats(&plane(1.0, &HOLES_A, garbage), &plane(1.5, &HOLES_B, -garbage), metric);
        let zeros = of(0.0);
        assert_eq!(zeros.unreadable, 300 * 8 + 5 + 404 * 5 + 611 * 3 - 93 * 3);
        assert_eq!(zeros.pixels + zeros.unreadable, WINDOW.pixels());
        for garbage in [f32::NAN, f32::INFINITY, 1e30] {
            assert_eq!(of(garbage), zeros, "{garbage}, {metric:?}");
        }
    }
}

#[test]
fn the_rows_that_are_there_are_compared_as_if_they_were_all() {
    let cut = [Window::new(-7, 20, 611, 23)];
    let top = |mut plane: Plane| {
        plane.data_window.height = 17;
        for channel in &mut plane.channels {
            let Samples::F32(samples) = &mut channel.samples else { panic!("floats") };
            samples.truncate(611 * 17);
        }
        plane
    };
    for metric in POINTWISE {
        let part = stats(&plane(1.0, &cut, 0.0), &plane(1.5, &[], 0.0), metric);
        let alone = stats(&top(plane(1.0, &[], 0.0)), &top(plane(1.5, &[], 0.0)), metric);
        assert_eq!(part, FrameStats { unreadable: 611 * 23, ..alone }, "{metric:?}");
    }
}

#[test]
fn threads_change_nothing_beside_holes() {
    let (candidate, reference) = (plane(0.1, &HOLES_A, 0.0), plane(0.3, &HOLES_B, 0.0));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| stats(&candidate, &reference, Metric::Abs))
    };
    let one = with(1);
    assert_eq!((with(2), with(7)), (one.clone(), one));
}

#[test]
fn an_unreadable_pixel_has_no_value() {
    let (candidate, reference) = (plane(1.0, &HOLES_A, 0.0), plane(1.5, &HOLES_B, 0.0));
    let pair = Pair::new(&candidate, &reference, Extent::Union).expect("a pair");
    let sides = |x, y| {
        let PixelValues { candidate, reference } = PixelValues::of(&pair, (x, y));
        (candidate.is_some(), reference.is_some(), pair.values(x, y).is_some())
    };
    assert_eq!(sides(-7, 3), (true, true, true));
    assert_eq!(sides(292, 7), (false, true, false));
    assert_eq!(sides(603, 42), (true, false, false));
    assert_eq!(sides(250, 11), (false, false, false));
    assert_eq!((candidate.pixel(-7, 5), reference.index(-7, 40)), (None, None));
    assert!(!candidate.is_all_unreadable() && plane(1.0, &[WINDOW], 0.0).is_all_unreadable());
}
