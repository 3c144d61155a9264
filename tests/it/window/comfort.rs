//! Workspaces, undo, the palette, settings, keys and notices, through names and keys.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aovscope::app::settings::ThemeChoice;
use aovscope::app::store::Store;
use aovscope::app::{App, ExportKind};
use aovscope::metric::Metric;
use aovscope::view::{Action, Mode, Scope};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::panels::{cloth, harness, settle};

const CTRL: Modifiers = Modifiers::COMMAND;

fn is_swept(app: &App) -> bool {
    !app.waiting && !app.opening && app.view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete())
}

fn key(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

fn write(harness: &mut Harness<'static, App>, text: &str) {
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_steps(3);
}

#[track_caller]
fn wait_for(harness: &mut Harness<'static, App>, file: &Path) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !file.exists() {
        harness.step();
        assert!(Instant::now() < deadline, "no {file:?} within half a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_workspace_is_opened_as_it_was_saved_and_the_command_gives_the_same_numbers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("shot.aovscope.toml");
    let mut first = harness(&cloth());
    for action in [
        Action::SetReference(1),
        Action::SetAov("ViewLayer.Normal".to_owned()),
        Action::SetMetric(Some(Metric::Signed)),
        Action::SetTolerance(0.125),
        Action::TrackPixel(93, 31),
        Action::TrackRectangle((40, 20), (52, 27)),
        Action::SetMode(Mode::Wipe),
        Action::SetExposure(1.5),
        Action::FlyTo(30, 20),
        Action::Seek(12),
        Action::SetIn,
    ] {
        first.state_mut().apply(action);
    }
    first.run_steps(2);
    first.state_mut().save_workspace(&folder.path().join("shot"));
    wait_for(&mut first, &file);
    settle(&mut first, |app| app.program.workspace.is_some());
    assert!(first.query_by_label_contains("saved: ").is_some());

    let mut second = harness(&[]);
    second.state_mut().open(vec![file.clone()]);
    settle(&mut second, |app| app.view.catalogue.entries().len() == 2 && is_swept(app));
    let (saved, opened) = (first.state().view.workspace(), second.state().view.workspace());
    assert_eq!(saved, opened);
    assert_eq!(second.state().view.name(second.state().view.reference), "clothsimv2");

    second.state_mut().export_folders = vec![folder.path().to_owned()];
    second.state_mut().export(ExportKind::Csv(Scope::AllAovs));
    settle(&mut second, |app| app.exporting.is_empty());
    let exported = std::fs::read(folder.path().join("comparison_export.csv")).expect("exported");
    let output = Command::new(env!("CARGO_BIN_EXE_aovscope"))
        .args(["probe", "--workspace"])
        .arg(&file)
        .output()
        .expect("the program runs");
    assert!(!exported.is_empty() && output.stdout == exported, "{}", String::from_utf8_lossy(&output.stderr));

    // Saved again where it is, by the key.
    std::fs::remove_file(&file).expect("removed");
    key(&mut second, CTRL, Key::S);
    wait_for(&mut second, &file);
}

#[test]
fn what_a_workspace_lacks_is_told_and_the_rest_opens() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("a.aovscope.toml");
    let path = cloth()[0].to_string_lossy().into_owned();
    let text = format!(
        "schema = \"aovscope-workspace\"\nversion = 1\nnew = 1\n[[sequences]]\npath = {path:?}\n\
         [[sequences]]\npath = \"gone/b.####.exr\"\n"
    );
    std::fs::write(&file, text).expect("written");
    let mut harness = harness(&[]);
    harness.state_mut().open(vec![file.clone()]);
    settle(&mut harness, |app| app.view.catalogue.entries().len() == 1);
    assert!(harness.query_by_label_contains("mend its path").is_some());
    assert!(harness.query_by_label_contains("\"new\"").is_some());
    std::fs::write(&file, "schema = \"aovscope-workspace\"\nversion = 99\n").expect("written");
    harness.state_mut().open(vec![file]);
    settle(&mut harness, |app| !app.opening);
    assert!(harness.query_by_label_contains("update aovscope").is_some());
}

#[test]
fn undo_takes_back_tracking_and_a_whole_drag() {
    let mut harness = harness(&cloth());
    harness.state_mut().apply(Action::TrackPixel(93, 31));
    harness.run_steps(2);
    for tolerance in 1..=5 {
        harness.state_mut().apply(Action::SetTolerance(f64::from(tolerance)));
    }
    key(&mut harness, CTRL, Key::Z);
    assert_eq!(harness.state().view.rule().abs, 0.0);
    assert!(harness.query_by_label_contains("Undone: tolerance of ViewLayer.Combined").is_some());
    key(&mut harness, CTRL, Key::Z);
    assert!(harness.state().view.probes.items().is_empty());
    key(&mut harness, CTRL | Modifiers::SHIFT, Key::Z);
    assert_eq!(harness.state().view.probes.items().len(), 1);
    key(&mut harness, CTRL, Key::Y);
    assert_eq!(harness.state().view.rule().abs, 5.0);
}

#[test]
fn the_palette_finds_commands_aovs_sequences_frames_and_pixels() {
    let mut harness = harness(&cloth());
    let run = |harness: &mut Harness<'static, App>, text: &str| {
        key(harness, CTRL, Key::K);
        assert!(harness.query_by_label("Find a command").is_some());
        write(harness, text);
        key(harness, Modifiers::NONE, Key::Enter);
        assert!(harness.query_by_label("Find a command").is_none(), "{text}: the palette is still there");
    };
    run(&mut harness, "side by");
    assert_eq!(harness.state().view.mode, Mode::SideBySide);
    run(&mut harness, "aov normal");
    assert_eq!(harness.state().view.aov.as_deref(), Some("ViewLayer.Normal"));
    run(&mut harness, "12");
    assert_eq!(harness.state().view.playback.frame(), Some(12));
    run(&mut harness, "pixel 93,31");
    assert_eq!(harness.state().view.probes.items()[0].probe.window.x, 93);
    run(&mut harness, "v2 reference");
    assert_eq!(harness.state().view.name(harness.state().view.reference), "clothsimv2");
    key(&mut harness, CTRL | Modifiers::SHIFT, Key::P);
    write(&mut harness, "wipe");
    key(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Find a command").is_none());
    assert_eq!(harness.state().view.mode, Mode::SideBySide, "Escape does nothing else");
    key(&mut harness, CTRL, Key::K);
    write(&mut harness, "candidate");
    let first = harness.state().program.palette.as_ref().map(|palette| palette.chosen);
    key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    let second = harness.state().program.palette.as_ref().map(|palette| palette.chosen);
    assert_eq!((first, second), (Some(0), Some(1)));
    harness.get_by_label("Next candidate").click();
    harness.run_steps(3);
    assert!(harness.state().program.palette.is_none());
}

#[test]
fn settings_are_kept_and_keys_are_those_of_the_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::at(&folder.path().join("config"), &folder.path().join("state"));
    std::fs::create_dir_all(folder.path().join("config")).expect("a folder");
    std::fs::write(&store.keys, "show-wipe = \"F9\"\nfly = \"F10\"\n").expect("written");
    let mut harness = harness(&cloth());
    harness.state_mut().remember_in(store.clone());
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("no command \"fly\"").is_some());
    key(&mut harness, Modifiers::NONE, Key::W);
    assert_eq!(harness.state().view.mode, Mode::Difference, "W is no key any more");
    key(&mut harness, Modifiers::NONE, Key::F9);
    assert_eq!(harness.state().view.mode, Mode::Wipe);
    key(&mut harness, CTRL, Key::Comma);
    harness.get_by_label("Colours Light").click();
    harness.run_steps(2);
    harness.get_by_label("Size 1.25").click();
    harness.run_steps(3);
    assert!((harness.ctx.zoom_factor() - 1.25).abs() < 1e-6);
    key(&mut harness, Modifiers::NONE, Key::Escape);
    key(&mut harness, CTRL, Key::Minus);
    assert!((harness.ctx.zoom_factor() - 1.0).abs() < 1e-6);
    let settings = || std::fs::read_to_string(&store.settings).unwrap_or_default();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !settings().contains("scale = 1.0") {
        assert!(Instant::now() < deadline, "{}", settings());
        std::thread::sleep(Duration::from_millis(5));
    }
    let wake: aovscope::load::Wake = Arc::new(|| {});
    let mut other = App::new(1 << 20, &wake).expect("threads");
    other.remember_in(store);
    assert_eq!(other.program.settings.theme, ThemeChoice::Light);
}

#[test]
fn what_was_opened_is_offered_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::at(folder.path(), folder.path());
    let data = crate::support::small_data().join("cloth");
    let mut first = harness(&[]);
    first.state_mut().remember_in(store.clone());
    first.state_mut().open(vec![data.clone()]);
    settle(&mut first, |app| app.view.catalogue.entries().len() > 1);
    wait_for(&mut first, &store.recent);
    let mut second = harness(&[]);
    second.state_mut().remember_in(store);
    second.run_steps(2);
    second.get_by_label(&format!("Open {}", data.display())).click();
    settle(&mut second, |app| app.view.catalogue.entries().len() > 1);
}

#[test]
fn notices_are_counted_unfolded_and_stay_where_something_went_wrong() {
    let mut harness = harness(&[]);
    let long = format!("something went wrong {}", "and wrong again ".repeat(40).trim_end());
    (0..3).for_each(|_| harness.state_mut().say(long.clone(), true));
    harness.run_steps(2);
    assert_eq!(harness.state().toasts.len(), 1);
    assert!(harness.query_by_label("×3").is_some());
    assert!(harness.query_by_label(&long).is_none());
    harness.get_by_label("Details").click_accesskit();
    harness.run_steps(2);
    assert!(harness.state().toasts[0].is_unfolded);
    assert!(harness.query_by_label(&long).is_some());
    (0..9).for_each(|n| harness.state_mut().say(format!("quiet {n}"), false));
    assert!(harness.state().toasts.iter().any(|toast| toast.error), "errors outlast the rest");
    harness.run_steps(2);
    harness.query_all_by_label("Dismiss").next().expect("the error's").click_accesskit();
    harness.run_steps(2);
    assert!(harness.state().toasts.iter().all(|toast| !toast.error));
}

#[test]
fn help_is_searched() {
    let mut harness = harness(&[]);
    key(&mut harness, Modifiers::NONE, Key::F1);
    assert!(harness.query_by_label("Next frame").is_some());
    harness.get_by_label("Search keys").focus();
    harness.run_steps(2);
    write(&mut harness, "expos up");
    assert!(harness.query_by_label("Exposure up half a stop").is_some());
    assert!(harness.query_by_label("Next frame").is_none());
    key(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!harness.state().help);
}

#[test]
fn the_command_prints_the_keys_as_the_file_that_changes_them() {
    let output = Command::new(env!("CARGO_BIN_EXE_aovscope")).arg("keys").output().expect("the program runs");
    assert!(output.status.success());
    let table: toml::Table = toml::from_str(&String::from_utf8_lossy(&output.stdout)).expect("TOML");
    assert_eq!(table["fit"].as_array().map(Vec::len), Some(1));
    assert_eq!(table["undo"][0].as_str(), Some("Ctrl+Z"));
}
