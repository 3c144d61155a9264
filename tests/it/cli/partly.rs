//! Files that are cut short, from the bytes to the report.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::small_data;

/// The program, in a folder of its own.
fn aovscope(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    command.current_dir(folder).args(arguments).output().expect("the program starts")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// The frames 11 to 13 of the second cloth; the last third of frame 12 is not there.
fn cut(folder: &Path) -> PathBuf {
    let sequence = folder.join("cut");
    std::fs::create_dir(&sequence).expect("made");
    for number in 11..=13 {
        let name = format!("clothsimv2.{number:04}.exr");
        let bytes = std::fs::read(small_data().join("cloth/clothsimv2").join(&name)).expect("there");
        let kept = if number == 12 { bytes.len() * 2 / 3 } else { bytes.len() };
        std::fs::write(sequence.join(&name), &bytes[..kept]).expect("written");
    }
    sequence
}

fn reference() -> String {
    small_data().join("cloth/clothsimv1/clothsimv1.####.exr").to_string_lossy().into_owned()
}

#[test]
fn the_part_of_a_cut_frame_that_is_there_is_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = cut(folder.path()).to_string_lossy().into_owned();
    let arguments = ["compare", &reference(), &cut, "--aov", "*Combined", "--maps", "maps"];
    let output = aovscope(folder.path(), &arguments);
    assert_eq!(code(&output), Some(2));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in ["3 (1 in part)", "unreadable pixels", "frame 12: incomplete file: ", "clothsimv2.0012.exr"] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(folder.path().join("maps/clothsimv2/ViewLayer.Combined.0012.png").exists());

    let output =
        aovscope(folder.path(), &["compare", &reference(), &cut, "--aov", "*Combined", "--json", "-"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let rows = report["frames"].as_array().expect("rows");
    let statuses: Vec<&str> = rows.iter().filter_map(|row| row["status"].as_str()).collect();
    assert_eq!(statuses, ["compared", "incomplete_file", "compared"]);
    let count = |key: &str| rows[1][key].as_u64().expect("a count");
    assert_eq!(count("pixels") + count("unreadable"), 160 * 90);
    assert!(count("unreadable") > 0 && count("changed") > 0 && count("uncovered") == 0, "{}", rows[1]);
    assert!(rows[1]["reason"].as_str().is_some_and(|reason| reason.contains("clothsimv2.0012.exr")));
    assert!(rows[0].get("reason").is_none() && rows[0]["unreadable"] == 0);
}

#[test]
fn a_probe_has_the_exact_value_or_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = cut(folder.path()).to_string_lossy().into_owned();
    let pixels = ["--pixel", "80,0", "--pixel", "80,89", "--region", "80,80,4,10", "--aov", "*DiffCol"];
    let of = |path: &str| {
        let output = aovscope(folder.path(), &[&["probe", path][..], &pixels[..]].concat());
        let mut table = csv::Reader::from_reader(output.stdout.as_slice());
        let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
        let at_12 = rows.into_iter().filter(|row| &row[1] == "12");
        let fields = at_12.map(|row| [6, 9, 10].map(|field| row[field].to_owned())).collect::<Vec<_>>();
        (code(&output), fields)
    };
    let (sound, whole) = of(&small_data().join("cloth/clothsimv2/clothsimv2.####.exr").to_string_lossy());
    let (incomplete, part) = of(&cut);
    assert_eq!((sound, incomplete), (Some(0), Some(2)));
    assert_eq!((whole.len(), part.len()), (9, 9), "three probes, three channels");
    for (whole, part) in whole.iter().zip(&part) {
        match part[0].as_str() {
            "0" => assert_eq!(part, whole),
            _ => assert_eq!(part[1..], ["incomplete_file".to_owned(), String::new()]),
        }
    }
}

#[test]
fn info_counts_incomplete_frames() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = cut(folder.path()).to_string_lossy().into_owned();
    let output = aovscope(folder.path(), &["info", &cut]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(code(&output), Some(2));
    assert!(text.contains("11-13 (3 frames, 1 of them incomplete)"), "{text}");
    assert!(text.contains("  incomplete  frame 12: "), "{text}");
    let output = aovscope(folder.path(), &["info", &cut, "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let sequence = &report["sequences"][0];
    assert_eq!(sequence["unreadable"], serde_json::json!([]));
    assert_eq!(sequence["incomplete"].as_array().map(Vec::len), Some(1));
    assert_eq!(sequence["incomplete"][0]["frame"], 12);
}
