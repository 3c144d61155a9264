use crate::image::{Aov, AovKind, FileFormat, ImageInfo};
use crate::image::{ColorMap, Scale};
use crate::metric::Metric;
use crate::sequence::{Frame, Sequence};
use crate::view::display::{Curve, DisplayAction, Ground, Isolate, Mark};
use crate::view::{Action, Entry, Mode, Shown, View};

fn entry(name: &str) -> Entry {
    let aov = Aov { key: "Z".to_owned(), kind: AovKind::Scalar, part: 0, channels: Vec::new() };
    let info = ImageInfo {
        path: name.into(),
        format: FileFormat::Exr,
        parts: Vec::new(),
        aovs: vec![aov],
        incomplete: None,
    };
    let frames = vec![Frame { number: Some(1), path: format!("/{name}.0001.exr").into() }];
    let sequence = Sequence { name: name.to_owned(), pattern: format!("/{name}.####.exr"), frames };
    Entry { sequence, shown: true, info: Ok(info) }
}

fn view(names: &[&str]) -> View {
    let mut view = View::default();
    view.apply(Action::Opened(names.iter().map(|name| entry(name)).collect()));
    view
}

fn told(view: &mut View, action: Action) -> String {
    view.apply(action);
    view.history.take_told().unwrap_or_default()
}

#[test]
fn every_kind_of_change_is_undone_and_done_again() {
    let mut view = view(&["a", "b", "c"]);
    assert!(!view.history.can_undo(), "opening is no change");
    let changes = [
        Action::TrackPixel(3, 4),
        Action::TrackRectangle((0, 0), (2, 2)),
        Action::SetTolerance(0.5),
        Action::SetMetric(Some(Metric::Ulp)),
        Action::SetReference(2),
        Action::SetCandidate(0),
        Action::SetShown(1, Shown::No),
        Action::SetMode(Mode::Wipe),
        Action::SetExposure(2.0),
        Action::SetHeatRange(Some(0.1)),
        Action::Display(DisplayAction::SetOffset(0.25)),
        Action::Display(DisplayAction::SetCurve(Curve::Gamma(2.0))),
        Action::Display(DisplayAction::SetCurve(Curve::Linear)),
        Action::Display(DisplayAction::Isolate(Isolate::Channel(1))),
        Action::Display(DisplayAction::SetScale(Scale::Log)),
        Action::Display(DisplayAction::SetMap(ColorMap::Magma)),
        Action::Display(DisplayAction::SetMap(ColorMap::PuOr)),
        Action::Display(DisplayAction::SetGround(Ground::Black)),
        Action::Display(DisplayAction::Toggle(Mark::Clipped)),
        Action::Display(DisplayAction::Toggle(Mark::NonFinite)),
        Action::Display(DisplayAction::Toggle(Mark::Windows)),
        Action::Display(DisplayAction::Toggle(Mark::DifferenceTile)),
        Action::ResetView,
        Action::ClearProbes,
    ];
    let mut states = vec![view.undoable()];
    for change in changes {
        view.apply(change);
        states.push(view.undoable());
    }
    for (before, after) in states.iter().zip(&states[1..]).rev() {
        assert_eq!(view.undoable(), *after);
        assert!(told(&mut view, Action::Undo).starts_with("Undone: "));
        assert_eq!(view.undoable(), *before);
    }
    assert_eq!(told(&mut view, Action::Undo), "", "there is no more");
    for after in &states[1..] {
        assert!(told(&mut view, Action::Redo).starts_with("Done again: "));
        assert_eq!(view.undoable(), *after);
    }
    assert_eq!(told(&mut view, Action::Redo), "");
}

#[test]
fn a_drag_is_one_change_and_ends_where_it_is_let_go() {
    let mut view = view(&["a", "b"]);
    (1..=9).for_each(|n| view.apply(Action::SetTolerance(f64::from(n) / 10.0)));
    view.history.seal();
    (1..=9).for_each(|n| view.apply(Action::SetTolerance(f64::from(n))));
    assert_eq!(told(&mut view, Action::Undo), "Undone: tolerance of Z");
    assert_eq!(view.rule().abs, 0.9);
    view.apply(Action::Undo);
    assert_eq!(view.rule().abs, 0.0);
    assert!(!view.history.can_undo());
}

#[test]
fn what_is_undone_is_named() {
    let mut view = view(&["a", "b"]);
    view.apply(Action::Display(DisplayAction::SetMap(ColorMap::Magma)));
    (1..=9).for_each(|n| view.apply(Action::Display(DisplayAction::SetOffset(n as f32 / 10.0))));
    assert_eq!(told(&mut view, Action::Undo), "Undone: offset");
    assert_eq!(view.display.offset, 0.0, "a drag is one change");
    assert_eq!(told(&mut view, Action::Undo), "Undone: colour map to magma");
    view.apply(Action::SetExposure(1.0));
    view.apply(Action::ResetView);
    view.apply(Action::Undo);
    assert_eq!(view.exposure, 1.0, "a reset is a change of its own, in the midst of a drag too");
}

#[test]
fn where_one_looks_is_no_change() {
    let mut view = view(&["a", "b"]);
    view.apply(Action::TrackPixel(3, 4));
    view.apply(Action::Pan((4.0, 4.0)));
    view.apply(Action::Seek(1));
    view.apply(Action::SetAov("Z".to_owned()));
    assert_eq!(told(&mut view, Action::Undo), "Undone: tracking of 3, 4");
    assert!(view.history.can_redo());
    view.apply(Action::FlyTo(1, 1));
    assert!(view.history.can_redo(), "looking elsewhere forgets nothing");
    view.apply(Action::TrackPixel(5, 6));
    assert!(!view.history.can_redo());
}

#[test]
fn what_was_closed_stays_closed_and_numbers_of_probes_are_new() {
    let mut view = view(&["a", "b", "c"]);
    view.apply(Action::TrackPixel(1, 1));
    view.apply(Action::SetReference(2));
    view.apply(Action::Close(2));
    view.apply(Action::Undo);
    assert_eq!((view.reference, view.catalogue.entries().len()), (Some(0), 2));
    view.apply(Action::Undo);
    assert!(view.probes.items().is_empty());
    view.apply(Action::TrackPixel(2, 2));
    assert_eq!(view.probes.items()[0].id, 1);
}

#[test]
fn there_is_an_end() {
    let mut view = view(&["a", "b"]);
    for n in 0..super::MOST + 50 {
        view.apply(Action::SetMode(Mode::ALL[n % 5]));
        view.apply(Action::SetMode(Mode::ALL[(n + 1) % 5]));
    }
    assert_eq!(view.history.past.len(), super::MOST);
}
