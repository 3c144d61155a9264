//! Sequences that are closed while the window works on them, or beside them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aovscope::app::App;
use aovscope::view::{Action, Shown, StripCell};

use super::panels::cloth;
use crate::support;

/// The viewer without a window.
pub fn app(paths: &[PathBuf]) -> App {
    let mut app = App::new(256 << 20, &(Arc::new(|| {}) as aovscope::load::Wake)).expect("threads");
    app.open(paths.to_vec());
    tick_until(&mut app, |app| !app.opening);
    app
}

#[track_caller]
pub fn tick_until(app: &mut App, done: impl Fn(&App) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        app.tick();
        if done(app) {
            return;
        }
        assert!(Instant::now() < deadline, "the viewer did not get there within a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub fn is_swept(app: &App) -> bool {
    !app.waiting && app.view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete())
}

/// Two folders with the same frames, which makes four sequences.
fn four(folder: &std::path::Path) -> Vec<PathBuf> {
    let again = folder.join("again");
    for name in ["clothsimv1", "clothsimv2"] {
        std::fs::create_dir_all(again.join(name)).expect("a folder");
        for frame in 11..=13 {
            let file = format!("{name}/{name}.{frame:04}.exr");
            let from = support::small_data().join("cloth").join(&file);
            std::fs::copy(from, again.join(&file)).expect("copied");
        }
    }
    cloth().into_iter().chain([again]).collect()
}

#[test]
fn closing_during_a_sweep_takes_no_answer_of_the_old_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut app = app(&four(folder.path()));
    assert_eq!(app.view.catalogue.entries().len(), 4);
    // One by one, the newest sweep always under way: what the older ones still send must not be
    // taken for its own.
    for left in [3, 2] {
        std::thread::sleep(Duration::from_millis(60));
        app.apply(Action::Close(0));
        app.tick();
        assert_eq!(app.view.catalogue.entries().len(), left);
    }
    tick_until(&mut app, is_swept);
    let sweep = app.view.sweep.as_ref().expect("swept");
    assert_eq!(sweep.sequences, [0, 1]);
    assert_eq!(sweep.strips.len(), 2 * 3);
    let candidate = usize::from(app.view.reference == Some(0));
    for frame in 0..3 {
        assert!(matches!(sweep.strip(candidate, frame), StripCell::Compared { .. }), "frame {frame}");
        assert_eq!(*sweep.strip(1 - candidate, frame), StripCell::Pending);
    }
}

#[test]
fn closing_one_that_takes_no_part_keeps_strips_and_curves_coming() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut app = app(&four(folder.path()));
    app.apply(Action::SetShown(3, Shown::No));
    app.apply(Action::TrackPixel(93, 31));
    tick_until(&mut app, is_swept);
    let before = app.view.sweep.clone().expect("swept");
    app.apply(Action::Close(3));
    tick_until(&mut app, is_swept);
    let after = app.view.sweep.as_ref().expect("swept again");
    assert_eq!(after.strips, before.strips);
    assert_eq!(after.series.cells.len(), before.series.cells.len());
}

#[test]
fn what_was_rendered_anew_is_seen_after_reloading() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut app = app(&four(folder.path())[2..]);
    tick_until(&mut app, is_swept);
    let name = |app: &App, index| app.view.name(index).to_owned();
    let (reference, candidate) = (name(&app, app.view.reference), name(&app, app.view.candidate));
    let changed = |app: &App| {
        let key = app.view.pair_key().expect("a pair");
        app.view.statistics.get(&key).and_then(|stats| stats.as_ref().ok()).map(|stats| stats.changed)
    };
    tick_until(&mut app, |app| changed(app).is_some());
    assert!(changed(&app) > Some(0));
    for frame in 11..=13 {
        let file = |name: &str| folder.path().join(format!("again/{name}/{name}.{frame:04}.exr"));
        std::fs::copy(file(&reference), file(&candidate)).expect("rendered anew");
    }
    app.apply(Action::Reload);
    tick_until(&mut app, |app| !app.opening && is_swept(app) && changed(app).is_some());
    assert_eq!(changed(&app), Some(0));
    let sweep = app.view.sweep.as_ref().expect("swept");
    let place = usize::from(app.view.reference == Some(0));
    for frame in 0..3 {
        let same = StripCell::Compared { changed: 0.0, max_abs: 0.0 };
        assert_eq!(*sweep.strip(place, frame), same, "frame {frame}");
    }
}

#[test]
fn what_is_opened_later_gets_a_name_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = four(folder.path());
    let mut app = app(&all[..2]);
    app.open(all[2..].to_vec());
    tick_until(&mut app, |app| !app.opening);
    let names: std::collections::BTreeSet<&str> =
        app.view.catalogue.entries().iter().map(|entry| entry.sequence.name.as_str()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
}
