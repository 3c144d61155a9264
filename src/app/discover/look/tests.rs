//! Which pixels are the worst, and what a map over all frames shows.

use super::*;
use crate::image::{PlaneChannel, Samples, Window};
use crate::metric::Backend;
use crate::metric::{Cpu, DeltaState, Extent, Pair, Rule, Want};

const WINDOW: Window = Window::new(-2, 3, 8, 6);

fn plane(values: &[f32]) -> Plane {
    let channel = |name: &str, times: f32| PlaneChannel {
        name: name.into(),
        samples: Samples::F32(values.iter().map(|value| value * times).collect()),
    };
    Plane {
        data_window: WINDOW,
        display_window: WINDOW,
        channels: vec![channel("R", 1.0), channel("G", 2.0)],
        unreadable: Vec::new(),
    }
}

fn map(candidate: &Plane, reference: &Plane) -> DeltaMap {
    let pair = Pair::new(candidate, reference, Extent::Union).expect("a pair");
    Cpu.compare(&pair, &Rule::exact(Metric::Abs), Want::Map).map.expect("a map")
}

#[test]
fn the_worst_pixels_are_told_with_their_stored_values() {
    let reference = plane(&[1.0; 48]);
    let mut values = [1.0; 48];
    // A NaN, more equal ones than are told, and one larger.
    values[40] = f32::NAN;
    values[..30].fill(1.5);
    values[33] = -3.0;
    let candidate = plane(&values);
    let worst = worst(&map(&candidate, &reference), &candidate, &reference);
    assert_eq!(worst.len(), 20);
    assert_eq!((worst[0].at, worst[0].value), (WINDOW.pixel(40), None));
    let second = &worst[1];
    assert_eq!((second.at, second.channel.as_str()), (WINDOW.pixel(33), "G"));
    assert_eq!((second.delta(), second.value), (Some(-8.0), Some(8.0)));
    assert_eq!(second.candidate, Some(Sample::F32(-6.0)));
    let places: Vec<_> = worst[2..].iter().map(|pixel| pixel.at).collect();
    assert_eq!(places, (0..18).map(|index| WINDOW.pixel(index)).collect::<Vec<_>>());
}

#[test]
fn maps_of_frames_begin_at_the_first_frame_and_leave_out_what_never_changed() {
    let reference = plane(&[1.0; 48]);
    let state = DeltaState::new(i64::MIN..i64::MAX);
    for (rank, index, value) in [(0, 7, 2.0), (1, 9, 5.0), (2, 9, 3.0)] {
        let mut values = [1.0; 48];
        values[index] = value;
        let map = map(&plane(&values), &reference);
        state.add(rank, &map, WINDOW);
    }
    let over = OverFrames { maps: Arc::new(state.snapshot()), compared: 3, passed: 3 };
    let caption = MapCaption {
        aov: "rgb".into(),
        candidate: "a".into(),
        reference: "b".into(),
        frame: None,
        rule: Rule::exact(Metric::Abs),
    };
    let make = |kind| {
        let (over, caption) = (over.clone(), caption.clone());
        heat(&HeatJob { key: (1, 3, kind), over, frames: Arc::new(vec![101, 105, 110]), caption })
    };
    let at = |heat: &Heat, index: usize| (heat.map.values[index], heat.map.flags[index]);
    let last = make(OverTime::LastChanged);
    assert_eq!((at(&last, 9), at(&last, 7), at(&last, 8)), ((9.0, 1), (0.0, 1), (0.0, 0)));
    let title = last.over_frames.as_ref().expect("over frames");
    assert_eq!((title.title.as_str(), title.from), ("Last changed frame over frames 101–110", 101));
    assert_eq!((last.auto_max, last.max(Some(0.5))), (9.0, 9.0), "no range of deltas is meant");
    let max = make(OverTime::Max);
    assert_eq!((at(&max, 9), max.max(Some(0.5)), max.auto_max), ((8.0, 1), 0.5, 8.0));
    assert_eq!(at(&make(OverTime::MaxFrame), 9), (4.0, 1));
    assert_eq!(at(&make(OverTime::Changed), 9), (2.0, 1));
}
