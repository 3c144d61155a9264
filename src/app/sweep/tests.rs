//! Frames of which the file gives only a part.

use super::*;
use crate::engine::ProbeShape;
use crate::image::{FileFormat, PlaneChannel, Samples, Unreadable, Window};
use crate::metric::{Cpu, Metric};

/// 4 × 4 pixels, each with its own value times `factor`; the rows from `cut` on are not there.
fn side(factor: f32, cut: u32, incomplete: Option<&str>) -> Side {
    let window = Window::of_size(4, 4);
    let values = (0..16).map(|i| if i < 4 * cut { i as f32 * factor } else { 0.0 }).collect();
    let hole = Unreadable {
        window: Window::new(0, cut as i32, 4, 4 - cut),
        incomplete: true,
        reason: format!("cut at row {cut}"),
    };
    let plane = Plane {
        data_window: window,
        display_window: window,
        channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::F32(values) }],
        unreadable: if cut < 4 { vec![hole] } else { Vec::new() },
    };
    let info = ImageInfo {
        path: "a.exr".into(),
        format: FileFormat::Exr,
        parts: Vec::new(),
        aovs: Vec::new(),
        incomplete: incomplete.map(str::to_owned),
    };
    Side::There(Arc::new(Decoded { id: 0, plane }), Arc::new(info))
}

fn job() -> Job {
    Job {
        generation: 0,
        order: vec![0],
        files: Vec::new(),
        reference: Some(1),
        aov: "depth".into(),
        channels: vec!["Z".into()],
        rule: Rule::exact(Metric::Abs),
        probes: Vec::new(),
    }
}

#[test]
fn a_strip_keeps_the_changed_fraction_of_what_can_be_read() {
    let of = |candidate: &Side, reference: &Side| strip(&job().rule, &Cpu, candidate, reference);
    let in_part =
        |changed, max_abs, reason: &str| StripCell::InPart { changed, max_abs, reason: reason.into() };
    let sound = side(1.0, 4, None);
    assert_eq!(of(&side(2.0, 2, None), &sound), in_part(7.0 / 8.0, 7.0, "cut at row 2: \"a.exr\""));
    assert_eq!(of(&sound, &side(1.0, 3, None)), in_part(0.0, 0.0, "cut at row 3: \"a.exr\""));
    let unfinished = side(2.0, 4, Some("not finished"));
    assert_eq!(of(&unfinished, &sound), in_part(15.0 / 16.0, 15.0, "not finished: \"a.exr\""));
    assert_eq!(of(&side(2.0, 0, None), &sound), StripCell::Failed("cut at row 0: \"a.exr\"".into()));
    assert_eq!(of(&sound, &sound), StripCell::Compared { changed: 0.0, max_abs: 0.0 });
}

#[test]
fn a_curve_has_no_point_where_nothing_can_be_read() {
    let rule = Rule::exact(Metric::Abs);
    let probe =
        |y, height, shape| Probe { label: String::new(), window: Window::new(1, y, 1, height), shape };
    let (sound, cut) = (side(1.0, 4, None), side(2.0, 2, None));
    for probe in [probe(2, 1, ProbeShape::Pixel), probe(1, 2, ProbeShape::Region)] {
        let candidate = cell(&rule, &cut, Some(&sound), &probe, "Z");
        assert_eq!((candidate.status, candidate.value), (CellStatus::IncompleteFile, None));
        assert_eq!((candidate.delta, candidate.changed), (None, false));
        let beside = cell(&rule, &sound, Some(&cut), &probe, "Z");
        assert_eq!((beside.status, beside.delta, beside.changed), (CellStatus::IncompleteFile, None, false));
        assert!(beside.value.is_some() && beside.reference.is_none());
    }
    let good = cell(&rule, &cut, Some(&sound), &probe(1, 1, ProbeShape::Pixel), "Z");
    assert_eq!((good.status, good.delta, good.changed), (CellStatus::Compared, Some(5.0), true));
}
