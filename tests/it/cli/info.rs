//! `aovscope info`.

use aovscope::cli::info::{Args, Outcome, run};
use aovscope::cli::limits::LimitArgs;
use serde_json::Value;

use crate::support::full_data;

fn info(paths: &[&std::path::Path], json: bool) -> (Outcome, String) {
    let paths = paths.iter().map(|path| path.to_path_buf()).collect();
    let mut out = Vec::new();
    let outcome = run(&Args { paths, json, recursive: false, limits: LimitArgs::default() }, &mut out)
        .expect("something is there");
    (outcome, String::from_utf8(out).expect("text"))
}

fn json(path: &std::path::Path) -> (Outcome, Value) {
    let (outcome, text) = info(&[path], true);
    (outcome, serde_json::from_str(&text).expect("one JSON object"))
}

#[test]
fn frames_that_cannot_be_read_are_told_and_the_rest_is_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in [1, 2, 4] {
        std::fs::write(folder.path().join(format!("a.{number:04}.exr")), b"").expect("can be written");
    }
    let (outcome, report) = json(folder.path());
    assert_eq!(outcome, Outcome::Incomplete);
    assert_eq!((&report["schema"], &report["version"]), (&"aovscope-info".into(), &1.into()));
    let sequence = &report["sequences"][0];
    assert_eq!(sequence["gaps"], serde_json::json!([[3, 3]]));
    assert_eq!(
        (&sequence["name"], &sequence["ranges"], &sequence["image"]),
        (&"a".into(), &"1-2,4".into(), &Value::Null)
    );
    let broken = sequence["unreadable"].as_array().expect("a list");
    assert_eq!(broken.len(), 3);
    assert_eq!((&broken[2]["frame"], &broken[2]["incomplete"]), (&4.into(), &true.into()));
    assert_eq!(broken[2]["reason"], "the file is empty (0 bytes; still being written?)");
    let (_, text) = info(&[folder.path()], false);
    for part in [
        "frames      1-2,4 (3 frames)",
        "missing     3",
        "no frame can be read",
        "unreadable  frame 4: the file is empty",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn what_changes_inside_a_sequence_is_told_at_the_frame_where_it_does() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (number, width) in [(1, 4), (2, 4), (3, 6), (5, 6)] {
        let path = folder.path().join(format!("a.{number}.exr"));
        exr::prelude::write_rgb_file(path, width, 2, |x, y| (x as f32, y as f32, 0.5_f32))
            .expect("can be written");
    }
    let path = folder.path().join("a.4.exr");
    exr::prelude::write_rgba_file(path, 6, 2, |_, _| (0.5_f32, 0.5_f32, 0.5_f32, 1.0_f32))
        .expect("can be written");
    let (outcome, report) = json(folder.path());
    assert_eq!(outcome, Outcome::Complete);
    let expected = serde_json::json!([
        {"frame": 3, "what": ["display window 6x2+0+0, before 4x2+0+0", "data window 6x2+0+0, before 4x2+0+0"]},
        {"frame": 4, "what": ["AOV rgba: R G B A float, before R G B float"]},
        {"frame": 5, "what": ["AOV rgba: R G B float, before R G B A float"]},
    ]);
    assert_eq!(report["sequences"][0]["changes"], expected);
    let (_, text) = info(&[folder.path()], false);
    assert!(text.contains("  changes     frame 4: AOV rgba: R G B A float, before R G B float\n"), "{text}");
}

#[test]
fn a_damaged_sequence_of_a_renderer() {
    let Some(data) = full_data() else { return };
    let (outcome, report) = json(&data.join("broken"));
    assert_eq!(outcome, Outcome::Incomplete);
    let sequence = &report["sequences"][0];
    assert_eq!(
        (&sequence["first"], &sequence["last"], &sequence["frames"]),
        (&20.into(), &25.into(), &5.into())
    );
    let unreadable: Vec<_> = sequence["unreadable"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|frame| frame["frame"].as_i64())
        .collect();
    assert!(unreadable.contains(&Some(23)), "{unreadable:?}");
    let changes = sequence["changes"].to_string();
    assert!(changes.contains("data window 80x45+0+0, before 160x90+0+0"), "{changes}");
    assert!(changes.contains("AOV ViewLayer.Depth is gone"), "{changes}");
}

#[test]
fn aovs_are_listed_with_kind_channels_and_types() {
    let Some(data) = full_data() else { return };
    let path = data.join("mitsuba/ref");
    let (outcome, text) = info(&[&path.join("ref.####.exr")], false);
    assert_eq!(outcome, Outcome::Complete, "{text}");
    assert!(text.starts_with("ref\n"), "{text}");
    assert!(text.contains("128 x 72, EXR PIZ, scan lines"), "{text}");
    let (_, report) = json(&path.join("ref.####.exr"));
    let aovs = report["sequences"][0]["image"]["aovs"].as_array().expect("a list").clone();
    let rgba = aovs.iter().find(|aov| aov["key"] == "rgba").expect("the picture itself");
    assert_eq!((&rgba["kind"], &rgba["channels"][0]["type"]), (&"colour".into(), &"half".into()));
    assert!(text.contains("25 channels"), "{text}");
}

#[test]
fn every_file_of_the_corpus_is_told_of_without_a_panic() {
    let Some(data) = full_data() else { return };
    let args = Args {
        paths: vec![data.join("exr-corpus")],
        json: true,
        recursive: true,
        limits: LimitArgs::default(),
    };
    let mut out = Vec::new();
    assert_eq!(run(&args, &mut out).expect("many files"), Outcome::Incomplete);
    let report: Value = serde_json::from_slice(&out).expect("one JSON object");
    let sequences = report["sequences"].as_array().expect("a list");
    assert!(sequences.len() > 100, "{}", sequences.len());
}

#[test]
fn the_objects_of_a_cryptomatte_are_named() {
    let folder = crate::support::small_data().join("cloth/clothsimv1");
    let (_, text) = info(&[&folder], false);
    let line =
        "objects     ViewLayer.CryptoObject: 7 with names: Ball, Cloth, Cube, Ground, Key, Rim, object\n";
    assert!(text.contains(line), "{text}");
    let (_, report) = json(&folder);
    let objects = &report["sequences"][0]["image"]["cryptomattes"];
    let layers = serde_json::json!(["ViewLayer.CryptoObject00", "ViewLayer.CryptoObject01"]);
    assert_eq!((&objects[0]["aovs"], &objects[0]["objects"]), (&layers, &7.into()));
    let names = objects[0]["names"].as_array().expect("a list");
    assert!(names.contains(&serde_json::json!(["Cloth", "d7b35f1e"])), "{names:?}");
}
