//! Time in the window: what is decoded before it is asked for, what is known of all AOVs, frames that
//! come while the window is open.

use std::time::{Duration, Instant};

use aovscope::app::App;
use aovscope::view::{Action, Pace, Repeat, StripCell, TimeAction};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::panels::{click, cloth, harness, settle};
use crate::support::small_data;

fn is_at_rest(app: &App) -> bool {
    !app.waiting && !app.opening && app.view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete())
}

/// Draws for so long.
fn let_pass(harness: &mut Harness<'static, App>, time: Duration) -> usize {
    let (deadline, mut drawn) = (Instant::now() + time, 0);
    while Instant::now() < deadline {
        harness.step();
        drawn += 1;
        std::thread::sleep(Duration::from_millis(2));
    }
    drawn
}

#[test]
fn a_frame_that_is_decoded_is_shown_with_the_next_refresh() {
    let mut harness = harness(&cloth());
    let all = |app: &App| {
        let progress = app.loader.progress();
        is_at_rest(app) && progress.there == progress.wished && app.loader.places_there().len() == 6
    };
    settle(&mut harness, all);
    // The neighbours are compared as well, by now.
    let_pass(&mut harness, Duration::from_millis(300));
    for (key, frame) in [(egui::Key::ArrowRight, 12), (egui::Key::ArrowRight, 13), (egui::Key::ArrowLeft, 12)]
    {
        harness.key_press(key);
        harness.step();
        let app = harness.state();
        assert_eq!(app.view.playback.frame(), Some(frame));
        assert_eq!(app.shown.frame, Some(frame), "it was there: no refresh may go by");
    }
}

#[test]
fn playing_goes_over_all_frames_and_tells_the_real_rate() {
    let mut harness = harness(&cloth());
    harness.state_mut().apply(Action::Time(TimeAction::SetRate(12.0)));
    harness.state_mut().apply(Action::Time(TimeAction::SetPace(Pace::EveryFrame)));
    harness.get_by_label("Play").click();
    harness.run_steps(2);
    let_pass(&mut harness, Duration::from_secs(2));
    assert!(harness.query_by_label_contains("12 fps · real ").is_some());
    let playback = &harness.state().view.playback;
    let real = playback.meter().rate().expect("two seconds");
    assert!(real > 2.0 && real < 12.6, "{real}");
    assert_eq!(playback.meter().dropped(), 0);
    harness.get_by_label("Rest").click();
    harness.run_steps(2);
    assert!(!harness.state().view.playback.is_playing());
    assert!(harness.query_by_label_contains("· real ").is_none());
}

#[test]
fn rate_repeat_and_pace_are_in_the_menu() {
    let mut harness = harness(&cloth());
    harness.get_by_label("How it plays").click();
    harness.run_steps(2);
    harness.get_by_label("Ping-pong").click();
    harness.run_steps(2);
    let playback = &harness.state().view.playback;
    assert_eq!((playback.repeat(), playback.pace()), (Repeat::PingPong, Pace::RealTime));
    harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::L);
    harness.run_steps(2);
    assert_eq!(harness.state().view.playback.repeat(), Repeat::Loop);
}

#[test]
fn the_ends_of_the_played_range_are_dragged() {
    let mut harness = harness(&cloth());
    let slider = harness.get_by_label("Frame").rect();
    let from = harness.get_by_label("In point").rect().center();
    let to = egui::pos2(slider.center().x, from.y);
    harness.drag_at(from);
    harness.step();
    for part in 1..=4 {
        harness.hover_at(from + (to - from) * (part as f32 / 4.0));
        harness.step();
    }
    harness.drop_at(to);
    harness.run_steps(2);
    let view = &harness.state().view;
    assert_eq!(view.playback.range(), Some((12, 13)));
    assert_eq!(view.playback.frame(), Some(11), "the playhead stays");
    harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::I);
    harness.run_steps(2);
    assert_eq!(harness.state().view.playback.range(), Some((11, 13)));
}

#[test]
fn the_matrix_fills_and_a_cell_of_it_shows_its_aov() {
    let mut harness = harness(&cloth());
    harness.get_by_label("Matrix").click();
    settle(&mut harness, |app| {
        let view = &app.view;
        let known = |key: &str| {
            let entry = view.aovs.iter().find(|entry| entry.key == key).expect("an AOV");
            let rule = aovscope::view::results::rule_key(&view.rule_of(entry));
            view.matrix.tally(key, rule, 1).is_some_and(|tally| tally.known == 3)
        };
        view.aovs.iter().all(|entry| known(&entry.key))
    });
    harness.get_by_label("Matrix clothsimv2 ViewLayer.Depth").click();
    harness.run_steps(2);
    let app = harness.state();
    assert_eq!(app.view.aov.as_deref(), Some("ViewLayer.Depth"));
    // What the matrix knows the strips show at once.
    let sweep = app.view.sweep.as_ref().expect("a sweep");
    assert!(sweep.is_complete() && matches!(sweep.strip(1, 0), StripCell::Compared { .. }));
    let entry = app.view.aov_entry().expect("shown");
    let tally = app.view.matrix.tally(&entry.key, aovscope::view::results::rule_key(&app.view.rule()), 1);
    let changed = (0..3)
        .filter(|f| matches!(sweep.strip(1, *f), StripCell::Compared { changed, .. } if *changed > 0.0));
    assert_eq!(changed.count(), tally.expect("known").changed);
    harness.get_by_label("Close the matrix").click();
    harness.run_steps(2);
    assert!(!harness.state().view.matrix.open);
}

#[test]
fn aovs_are_searched() {
    let mut harness = harness(&cloth());
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::F);
    harness.run_steps(2);
    harness.event(egui::Event::Text("depth view".to_owned()));
    harness.run_steps(2);
    assert!(harness.query_by_label("AOV ViewLayer.Normal").is_none());
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().view.aov.as_deref(), Some("ViewLayer.Depth"));
    let field = harness.get_by_label("Search AOVs").rect().center();
    click(&mut harness, field);
    harness.key_press(egui::Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("AOV ViewLayer.Normal").is_some());
}

#[test]
fn frames_that_come_are_taken_in_and_what_is_known_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let sequence = folder.path().join("growing");
    std::fs::create_dir(&sequence).expect("made");
    let name = |number: i64| format!("clothsimv2.{number:04}.exr");
    let bring = |number: i64, part: f64| {
        let bytes = std::fs::read(small_data().join("cloth/clothsimv2").join(name(number))).expect("there");
        let kept = (bytes.len() as f64 * part) as usize;
        std::fs::write(sequence.join(name(number)), &bytes[..kept]).expect("written");
    };
    bring(11, 1.0);
    bring(12, 1.0);
    let mut harness = harness(&[
        small_data().join("cloth/clothsimv1/clothsimv1.####.exr"),
        sequence.join("clothsimv2.####.exr"),
    ]);
    let missing =
        |app: &App| matches!(app.view.sweep.as_ref().map(|s| s.strip(1, 2)), Some(StripCell::Missing));
    assert!(missing(harness.state()));
    let zoom = harness.state().view.camera.zoom;
    harness.get_by_label("Watch folders").click();
    // The first look takes all as it is.
    let_pass(&mut harness, Duration::from_millis(2500));
    bring(13, 0.6);
    settle(&mut harness, |app| is_at_rest(app) && !missing(app));
    let strip = |app: &App| app.view.sweep.as_ref().expect("swept").strip(1, 2).clone();
    assert!(matches!(strip(harness.state()), StripCell::InPart { .. }), "half written");
    bring(13, 1.0);
    settle(&mut harness, |app| is_at_rest(app) && matches!(strip(app), StripCell::Compared { .. }));
    let app = harness.state();
    assert_eq!(app.view.catalogue.entries()[1].sequence.frames.len(), 3);
    assert_eq!(app.view.camera.zoom, zoom, "the view stays as it is");
    assert!(app.toasts.is_empty());
}
