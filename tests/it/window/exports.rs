//! What the window exports is what the command line writes.

use std::path::Path;
use std::process::Command;

use aovscope::app::ExportKind;
use aovscope::view::{Action, Scope};

use egui_kittest::kittest::Queryable;

use super::panels::{cloth, harness, settle};

/// What `aovscope probe` writes of the same as `extra` and the probes below say.
fn probed(folder: &Path, option: &str, extra: &[&str]) -> Vec<u8> {
    let file = folder.join("probed");
    let rules = folder.join("rules.toml");
    std::fs::write(&rules, "[\"ViewLayer.Combined\"]\nabs = 0.05\n").expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_aovscope"))
        .arg("probe")
        .args(cloth())
        .args(["--reference", "clothsimv2", "--pixel", "93,31", "--pixel", "80,45", "--region", "40,20,13,8"])
        .arg("--rules")
        .arg(&rules)
        .args(extra)
        .arg(option)
        .arg(&file)
        .output()
        .expect("the program runs");
    assert!(output.status.code().is_some_and(|code| code <= 1), "{output:?}");
    std::fs::read(&file).expect("the command's file")
}

#[test]
fn exports_equal_those_of_the_command_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut harness = harness(&cloth());
    harness.state_mut().export_folders = vec![folder.path().to_owned()];
    for action in [
        Action::SetReference(1),
        Action::TrackPixel(93, 31),
        Action::TrackRectangle((40, 20), (52, 27)),
        Action::TrackPixel(80, 45),
        Action::SetTolerance(0.05),
    ] {
        harness.state_mut().apply(action);
    }
    let one = ["--aov", "ViewLayer.Combined"];
    let all: [&str; 0] = [];
    let cases = [
        (ExportKind::Csv(Scope::ShownAov), "comparison_export.csv", "--csv", &one[..]),
        (ExportKind::Csv(Scope::AllAovs), "comparison_export.csv", "--csv", &all),
        (ExportKind::Npz(Scope::ShownAov), "comparison_export.npz", "--npz", &one),
        (ExportKind::Npz(Scope::AllAovs), "comparison_export.npz", "--npz", &all),
    ];
    for (kind, name, option, extra) in cases {
        let file = folder.path().join(name);
        // What was written before is no answer.
        let _ = std::fs::remove_file(&file);
        harness.state_mut().export(kind);
        settle(&mut harness, |app| app.exporting.is_empty());
        let exported = std::fs::read(&file).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert!(exported == probed(folder.path(), option, extra), "{kind:?} is not what the command writes");
    }
}

#[test]
fn a_cancelled_export_writes_nothing_and_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut harness = harness(&cloth());
    harness.state_mut().export_folders = vec![folder.path().to_owned()];
    harness.state_mut().apply(Action::TrackPixel(93, 31));
    harness.state_mut().export(ExportKind::Csv(Scope::AllAovs));
    harness.state_mut().cancel_exports();
    settle(&mut harness, |app| app.exporting.is_empty());
    assert!(harness.query_by_label_contains("export cancelled").is_some());
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
}
