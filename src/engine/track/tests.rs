//! What probes see of planes of which the file gives only a part.

use super::*;
use crate::engine::Mask;
use crate::image::{Samples, Unreadable, Window};
use crate::metric::Metric;

/// 8 × 4 pixels off the origin, each with its own value times `factor`; row 3 is damaged, and from
/// column `cut` on row 4 is not there.
fn plane(factor: f32, cut: i32) -> Plane {
    let window = Window::new(2, 1, 8, 4);
    let hole = |window, incomplete| Unreadable { window, incomplete, reason: String::new() };
    let values = (0..32).map(|i| (i % 8 + 10 * (i / 8)) as f32 * factor).collect();
    let mut unreadable = vec![hole(Window::new(2, 3, 8, 1), false)];
    if cut < 10 {
        unreadable.push(hole(Window::new(cut, 4, (10 - cut) as u32, 1), true));
    }
    Plane {
        data_window: window,
        display_window: window,
        channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::F32(values) }],
        unreadable,
    }
}

fn sound(factor: f32) -> Plane {
    Plane { unreadable: Vec::new(), ..plane(factor, 10) }
}

fn probe(x: i32, y: i32, size: (u32, u32), shape: ProbeShape) -> Probe {
    Probe { label: String::new(), window: Window::new(x, y, size.0, size.1), shape }
}

/// The cells of a pixel of each row, and of three regions: sound, with damage, with the cut.
fn cells(plane: &Plane, beside: Beside<'_>) -> Vec<Cell> {
    let mut probes: Vec<Probe> = (1..=4).map(|y| probe(7, y, (1, 1), ProbeShape::Pixel)).collect();
    probes.extend([(1, 2), (2, 2), (3, 2)].map(|(y, rows)| probe(6, y, (2, rows), ProbeShape::Region)));
    let rule = Rule::exact(Metric::Abs);
    let place = Place { sequence: 0, aov: "depth", rule: &rule, extent: Extent::Union };
    track(&probes, place, plane, beside).into_iter().map(|tracked| tracked.cell).collect()
}

const STATUSES: [CellStatus; 7] = [
    CellStatus::Compared,
    CellStatus::Compared,
    CellStatus::Unreadable,
    CellStatus::IncompleteFile,
    CellStatus::Compared,
    CellStatus::Unreadable,
    CellStatus::IncompleteFile,
];

#[test]
fn the_good_part_has_its_values_and_the_rest_a_status_and_none() {
    for beside in [Beside::Nothing, Beside::Reference(&sound(1.0))] {
        let cells = cells(&plane(2.0, 5), beside);
        assert_eq!(cells.iter().map(|cell| cell.status).collect::<Vec<_>>(), STATUSES);
        for cell in &cells {
            let compared = cell.status == CellStatus::Compared;
            let is_beside = matches!(beside, Beside::Reference(_));
            assert_eq!(cell.value.is_some(), compared);
            assert_eq!(cell.reference.is_some(), is_beside, "the reference is sound");
            assert_eq!((cell.delta.is_some(), cell.changed), (compared && is_beside, compared && is_beside));
        }
        assert_eq!(cells[1].value, Some(Value::Pixel(Sample::F32(30.0))));
    }
}

#[test]
fn beside_an_unreadable_reference_the_value_stays_and_nothing_is_compared() {
    let reference = plane(1.0, 5);
    let cells = cells(&sound(2.0), Beside::Reference(&reference));
    assert_eq!(cells.iter().map(|cell| cell.status).collect::<Vec<_>>(), STATUSES);
    for cell in &cells {
        let compared = cell.status == CellStatus::Compared;
        assert!(cell.value.is_some());
        assert_eq!(
            (cell.reference.is_some(), cell.delta.is_some(), cell.changed),
            (compared, compared, compared)
        );
        if let (Some(Value::Region(stats)), false) = (cell.value, compared) {
            assert_eq!(stats.changed_fraction, 0.0);
        }
    }
}

#[test]
fn a_failed_candidate_shows_no_unreadable_value_of_the_reference() {
    let probes = [3, 1].map(|y| probe(7, y, (1, 1), ProbeShape::Pixel));
    let rule = Rule::exact(Metric::Abs);
    let place = Place { sequence: 1, aov: "depth", rule: &rule, extent: Extent::Union };
    let channel = crate::image::AovChannel { name: "Z".into(), index: 0, sample_type: SampleType::F32 };
    let kind = crate::image::AovKind::Scalar;
    let aov = Aov { key: "depth".into(), kind, part: 0, channels: vec![channel] };
    let reference = plane(1.0, 5);
    let cells = track_failure(&probes, place, &aov, CellStatus::Unreadable, Some(&reference));
    assert_eq!(cells[0].cell.reference, None);
    assert_eq!(cells[1].cell.reference, Some(Value::Pixel(Sample::F32(5.0))));
}

#[test]
fn a_mask_has_the_figures_of_its_pixels_by_a_plain_loop() {
    let (ours, mut theirs) = (sound(2.0), sound(2.0));
    let PlaneChannel { samples: Samples::F32(values), .. } = &mut theirs.channels[0] else {
        panic!("floats")
    };
    (values[9], values[12], values[20]) = (-1.0, f32::NAN, 3.5);
    // Every third pixel of a window that reaches out of the picture on all sides.
    let window = Window::new(0, 0, 12, 7);
    let mask = Probe::mask("every third".into(), Mask::of(window, |index| index % 3 == 0).expect("some"));
    let mut values = Vec::new();
    let (mut changed, mut compared) = (0, 0);
    for (x, y) in (0..7).flat_map(|y| (0..12).map(move |x| (x, y))) {
        let index = (y * 12 + x) as usize;
        let (Some(a), Some(b)) = (ours.pixel(x, y), theirs.pixel(x, y)) else { continue };
        if index % 3 == 0 {
            values.push(b[0].to_f64());
            compared += 1;
            changed += usize::from(a[0].bits() != b[0].bits());
        }
    }
    values.retain(|value| value.is_finite());
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64;
    let cell = cell_of(&mask, "Z", &theirs, Beside::Reference(&ours), &Rule::exact(Metric::Abs));
    let expected = RegionStats {
        mean,
        min: values.iter().copied().fold(f64::NAN, f64::min),
        max: values.iter().copied().fold(f64::NAN, f64::max),
        std: variance.sqrt(),
        changed_fraction: f64::from(changed as u32) / f64::from(compared as u32),
    };
    assert!(changed > 0 && changed < compared, "{changed} of {compared}");
    assert_eq!(cell.value, Some(Value::Region(expected)));
    assert_eq!((cell.status, cell.changed), (CellStatus::Compared, true));
}

#[test]
fn a_mask_of_a_whole_rectangle_is_that_rectangle() {
    let (ours, theirs) = (plane(1.0, 7), plane(2.0, 5));
    let rule = Rule::exact(Metric::Abs);
    for window in [
        Window::new(2, 1, 8, 2),
        Window::new(-4, -4, 9, 6),
        Window::new(3, 2, 2, 3),
        Window::new(40, 0, 2, 2),
    ] {
        let region = Probe { label: String::new(), window, shape: ProbeShape::Region };
        let mask = Probe::mask(String::new(), Mask::of(window, |_| true).expect("some"));
        for beside in [Beside::Nothing, Beside::Reference(&ours), Beside::Lacking(CellStatus::FrameMissing)] {
            let [a, b] = [&region, &mask].map(|probe| cell_of(probe, "Z", &theirs, beside, &rule));
            assert_eq!(a, b, "{window}");
        }
    }
}
