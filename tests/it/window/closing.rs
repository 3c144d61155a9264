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
