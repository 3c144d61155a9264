//! The viewer's logic as plain values.

use aovscope::image::{Aov, AovChannel, AovKind, FileFormat, ImageInfo, SampleType};
use aovscope::sequence::{Frame, Sequence};
use aovscope::view::display::Isolate;
use aovscope::view::{Action, DisplayAction, Entry, Shown, View};

fn entry(name: &str, numbers: &[i64], aovs: &[(&str, AovKind)]) -> Entry {
    let frame = |n: &i64| Frame { number: Some(*n), path: format!("/{name}.{n:04}.exr").into() };
    let channel = |name: &str| AovChannel { name: name.to_owned(), index: 0, sample_type: SampleType::F16 };
    let aov = |(key, kind): &(&str, AovKind)| Aov {
        key: (*key).to_owned(),
        kind: *kind,
        part: 0,
        channels: vec![channel("R"), channel("G"), channel("B")],
    };
    let info = ImageInfo {
        path: format!("/{name}").into(),
        format: FileFormat::Exr,
        parts: Vec::new(),
        aovs: aovs.iter().map(aov).collect(),
        incomplete: None,
    };
    let frames = numbers.iter().map(frame).collect();
    let sequence = Sequence { name: name.to_owned(), pattern: format!("/{name}.####.exr"), frames };
    Entry { sequence, shown: true, info: Ok(info) }
}

fn opened(entries: Vec<Entry>) -> View {
    let mut view = View::default();
    view.apply(Action::Opened(entries));
    view
}

fn three() -> View {
    let aovs = [("depth", AovKind::Scalar), ("rgba", AovKind::Colour), ("id", AovKind::Id)];
    opened(vec![
        entry("a", &[1, 2, 3], &aovs),
        entry("b", &[2, 3, 5], &aovs[..2]),
        entry("c", &[1], &[("RGBA", AovKind::Colour)]),
    ])
}

#[test]
fn opening_chooses_reference_candidate_and_a_colour_aov() {
    let view = three();
    assert_eq!((view.reference, view.candidate), (Some(0), Some(1)));
    assert_eq!(view.aov.as_deref(), Some("rgba"));
    assert_eq!(view.playback.frames(), [1, 2, 3, 5]);
}

#[test]
fn aovs_are_the_union_and_say_how_many_have_them() {
    let view = three();
    let present: Vec<_> = view.aovs.iter().map(|aov| (aov.key.as_str(), aov.present_in)).collect();
    assert_eq!(present, [("depth", 2), ("rgba", 3), ("id", 1)]);
}

#[test]
fn gaps_are_known() {
    let view = three();
    assert_eq!(view.catalogue.entries()[1].missing(), [4]);
    assert_eq!(view.catalogue.path(1, 1), None);
    assert!(view.catalogue.path(1, 5).is_some());
}

#[test]
fn two_single_files_meet_whatever_their_numbers() {
    let aovs = [("rgba", AovKind::Colour)];
    let view = opened(vec![entry("a", &[7], &aovs), entry("b", &[1009], &aovs)]);
    assert_eq!(view.playback.frames(), [7]);
    assert!(view.reference_path().is_some() && view.candidate_path().is_some());
}

#[test]
fn the_candidate_becomes_the_reference_and_they_change_places() {
    let mut view = three();
    view.apply(Action::SetReference(1));
    assert_eq!((view.reference, view.candidate), (Some(1), Some(0)));
}

#[test]
fn hiding_the_reference_takes_another() {
    let mut view = three();
    view.apply(Action::SetShown(0, Shown::No));
    assert_ne!(view.reference, Some(0));
    assert_ne!(view.reference, view.candidate);
    assert!(!view.aovs.iter().any(|aov| aov.key == "id"), "only the hidden one has it");
}

#[test]
fn closing_moves_the_others_up() {
    let mut view = three();
    view.apply(Action::SetCandidate(2));
    view.apply(Action::Close(0));
    assert_eq!(view.name(view.candidate), "c");
    assert_eq!(view.name(view.reference), "b");
    view.apply(Action::Close(0));
    view.apply(Action::Close(0));
    assert_eq!((view.reference, view.candidate, view.playback.frame()), (None, None, None));
}

#[test]
fn each_aov_has_its_own_tolerance_and_ids_are_compared_as_ids() {
    let mut view = three();
    view.apply(Action::SetTolerance(0.5));
    view.apply(Action::SetAov("depth".to_owned()));
    assert_eq!(view.rule().abs, 0.0);
    view.apply(Action::SetAov("rgba".to_owned()));
    assert_eq!(view.rule().abs, 0.5);
    view.apply(Action::SetAov("id".to_owned()));
    assert_eq!(view.rule().metric, aovscope::metric::Metric::Id);
}

#[test]
fn a_tolerance_that_is_none_is_refused() {
    let mut view = three();
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        view.apply(Action::SetTolerance(bad));
        assert_eq!(view.rule().abs, 0.0);
    }
}

#[test]
fn channels_are_seen_one_after_the_other_as_far_as_the_aov_has_them() {
    let mut view = three();
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(view.isolated());
        view.apply(Action::Display(DisplayAction::NextChannel));
    }
    let [r, g, b] = [0, 1, 2].map(Isolate::Channel);
    assert_eq!(seen, [Isolate::All, r, g, b, Isolate::Luminance, Isolate::All]);
    // Red now; ids have no channels to be seen alone, and the choice is kept for those that have.
    view.apply(Action::SetAov("id".to_owned()));
    assert_eq!(view.isolated(), Isolate::All);
    view.apply(Action::SetAov("rgba".to_owned()));
    assert_eq!(view.isolated(), r);
}

#[test]
fn the_sign_of_a_difference_is_a_metric_of_its_aov() {
    use aovscope::metric::Metric;
    let mut view = three();
    let toggle = || Action::Display(DisplayAction::ToggleSign);
    view.apply(toggle());
    assert_eq!(view.rule().metric, Metric::Signed);
    view.apply(Action::SetAov("id".to_owned()));
    view.apply(toggle());
    assert_eq!(view.rule().metric, Metric::Id);
    view.apply(Action::SetAov("rgba".to_owned()));
    view.apply(toggle());
    assert_eq!(view.rule().metric, Metric::Abs);
}

#[test]
fn stepping_aovs_goes_round() {
    let mut view = three();
    for expected in ["id", "depth", "rgba"] {
        view.apply(Action::StepAov(1));
        assert_eq!(view.aov.as_deref(), Some(expected));
    }
}

#[test]
fn opening_the_same_again_replaces_it() {
    let mut view = three();
    view.apply(Action::Opened(vec![entry("a", &[1, 2, 3, 4], &[("rgba", AovKind::Colour)])]));
    assert_eq!(view.catalogue.entries().len(), 3);
    assert_eq!(view.playback.frames(), [1, 2, 3, 4, 5]);
}

#[test]
fn the_first_candidate_is_most_like_the_reference_and_the_first_aov_is_the_beauty_of_both() {
    let (colour, scalar) = (AovKind::Colour, AovKind::Scalar);
    let view = opened(vec![
        entry(
            "a",
            &[1, 2, 3],
            &[("only here", colour), ("diffuse", colour), ("Z", scalar), ("L.Combined", colour)],
        ),
        entry("b", &[3], &[("diffuse", colour)]),
        entry("c", &[1, 2, 3], &[("diffuse", colour), ("L.Combined", colour)]),
        entry("d", &[1, 2, 3], &[("diffuse", colour)]),
    ]);
    assert_eq!((view.name(view.reference), view.name(view.candidate)), ("a", "c"));
    assert_eq!(view.aov.as_deref(), Some("L.Combined"));
    let other = opened(vec![
        entry("a", &[1], &[("rgba", colour), ("depth", scalar)]),
        entry("b", &[1], &[("depth", scalar)]),
    ]);
    assert_eq!(other.aov.as_deref(), Some("depth"), "the other has nothing else");
}
