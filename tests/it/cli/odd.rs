//! Odd inputs made here: AOVs that come and go, windows apart, names spelled otherwise, damage.

use std::path::Path;
use std::process::{Command, Output};

use exr::prelude::*;
use serde_json::Value;

/// Writes a float EXR of one value per channel; the data window begins at `position`.
fn write_exr(path: &Path, channels: &[(&str, f32)], position: (i32, i32), size: (usize, usize)) {
    let channel =
        |&(name, value): &(&str, f32)| AnyChannel::new(name, FlatSamples::F32(vec![value; size.0 * size.1]));
    let layer = Layer::new(
        size,
        LayerAttributes::default().with_position(Vec2(position.0, position.1)),
        Encoding { compression: Compression::ZIP16, ..Encoding::FAST_LOSSLESS },
        AnyChannels::sort(channels.iter().map(channel).collect()),
    );
    let display = ImageAttributes::new(IntegerBounds::new((0, 0), (8, 6)));
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    Image::new(display, layer).write().to_file(path).expect("written");
}

fn aovscope(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    command.current_dir(folder).args(arguments.split_whitespace()).output().expect("the program starts")
}

fn frames(output: &Output) -> Vec<Value> {
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON on standard output");
    report["frames"].as_array().expect("frames").clone()
}

const WHOLE: (i32, i32) = (0, 0);
const SIZE: (usize, usize) = (8, 6);

#[test]
fn an_aov_that_comes_later_is_found_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for side in ["r", "c"] {
        for number in 1..=3 {
            let path = folder.path().join(side).join(format!("{side}.{number:04}.exr"));
            let channels: &[_] = if number == 1 { &[("Y", 1.0)] } else { &[("Y", 1.0), ("d.Z", 2.0)] };
            write_exr(&path, channels, WHOLE, SIZE);
        }
    }
    let output = aovscope(folder.path(), "compare r c --aov d --json -");
    let numbers: Vec<_> = frames(&output).iter().map(|row| row["frame"].clone()).collect();
    assert_eq!(numbers, [2, 3]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_aov_of_the_candidate_alone_is_a_row() {
    let folder = tempfile::tempdir().expect("a folder");
    write_exr(&folder.path().join("a.exr"), &[("Y", 1.0)], WHOLE, SIZE);
    write_exr(&folder.path().join("b.exr"), &[("Y", 1.0), ("d.Z", 2.0)], WHOLE, SIZE);
    let output = aovscope(folder.path(), "compare a.exr b.exr --aov d --json -");
    let rows = frames(&output);
    assert_eq!((rows.len(), &rows[0]["status"]), (1, &"aov_missing_reference".into()));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn red_green_blue_are_r_g_b() {
    let folder = tempfile::tempdir().expect("a folder");
    write_exr(&folder.path().join("a.exr"), &[("R", 1.0), ("G", 2.0), ("B", 3.0)], WHOLE, SIZE);
    write_exr(&folder.path().join("b.exr"), &[("red", 1.0), ("green", 2.5), ("blue", 3.0)], WHOLE, SIZE);
    let rows = frames(&aovscope(folder.path(), "compare a.exr b.exr --json -"));
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["aov"], &rows[0]["max_channel"]), (&"rgba".into(), &"G".into()));
    assert_eq!(rows[0]["max_abs"], 0.5);
}

#[test]
fn a_pixel_of_one_side_alone_is_a_change() {
    let folder = tempfile::tempdir().expect("a folder");
    write_exr(&folder.path().join("a.exr"), &[("Z", 1.0)], (-2, -1), (10, 7));
    write_exr(&folder.path().join("b.exr"), &[("Z", 1.0)], WHOLE, SIZE);
    let output = aovscope(folder.path(), "compare a.exr b.exr --json - --pixel -1,0 --pixel 1,1 --csv s.csv");
    let rows = frames(&output);
    assert_eq!((&rows[0]["uncovered"], &rows[0]["changed"]), (&22.into(), &22.into()));
    assert_eq!(rows[0]["max_at"], Value::Null);
    let csv = std::fs::read_to_string(folder.path().join("s.csv")).expect("written");
    let line = |start: &str| csv.lines().find(|l| l.starts_with(start)).unwrap_or_else(|| panic!("{csv}"));
    assert!(line("b,0,Z,Z,,-1,0").contains(",outside_data_window,,1,,true,"), "{csv}");
    assert!(line("b,0,Z,Z,,1,1").contains(",compared,1,1,0,false,"), "{csv}");
    let cropped = frames(&aovscope(folder.path(), "compare a.exr b.exr --json - --crop"));
    assert_eq!((&cropped[0]["uncovered"], &cropped[0]["pixels"]), (&0.into(), &48.into()));
}

#[test]
fn pixels_that_cannot_be_decoded_are_told_by_probe_and_compare() {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, bad) = (folder.path().join("a.0001.exr"), folder.path().join("b.0001.exr"));
    write_exr(&good, &[("Z", 1.0), ("Y", 2.0)], WHOLE, SIZE);
    let mut bytes = std::fs::read(&good).expect("written");
    let end = bytes.len();
    bytes[end - 20..].fill(0x5a);
    std::fs::write(&bad, bytes).expect("written");
    let listed = aovscope(folder.path(), "probe b.0001.exr --pixel 1,1");
    assert_eq!(listed.status.code(), Some(2));
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(text.matches(",unreadable,").count(), 2, "{text}");
    assert!(String::from_utf8_lossy(&listed.stderr).contains("b.0001.exr"));
    let turned = aovscope(folder.path(), "compare b.0001.exr a.0001.exr --json - --pixel 1,1 --csv s.csv");
    assert!(frames(&turned).iter().all(|row| row["status"] == "unreadable"));
    let csv = std::fs::read_to_string(folder.path().join("s.csv")).expect("written");
    // The value is there, but nothing was compared: the row must not say so.
    assert!(csv.contains("a,1,Z,Z,,1,1,1,1,unreadable,1,,,false,"), "{csv}");
    assert!(!csv.contains("compared"), "{csv}");
}

#[test]
fn reasons_name_the_frame_that_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in [1, 2, 4, 5] {
        write_exr(&folder.path().join(format!("s/s.{number:04}.exr")), &[("Z", 1.0)], WHOLE, SIZE);
    }
    let reasons = |arguments: &str| {
        let rows = frames(&aovscope(folder.path(), arguments));
        let failed = rows.iter().filter(|row| row["status"] != "compared");
        failed.map(|row| row["reason"].as_str().expect("a reason").to_owned()).collect::<Vec<_>>()
    };
    let fixed = reasons("compare s --against frame:99 --frames 1 --json -");
    assert!(fixed[0].contains("no frame 99"), "{fixed:?}");
    let previous = reasons("compare s --against previous --json -");
    assert!(previous.len() == 2 && previous.iter().all(|r| r.contains("no frame 3")), "{previous:?}");
}

#[test]
fn a_date_among_the_numbers_is_no_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in [1, 2, 3, 20240115] {
        write_exr(&folder.path().join(format!("s/s.{number:08}.exr")), &[("Z", 1.0)], WHOLE, SIZE);
    }
    let output = aovscope(folder.path(), "compare s --against previous");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("4 to 20240114"), "{text}");
}

#[test]
fn the_previous_frame_need_not_be_chosen_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 1..=4 {
        let path = folder.path().join(format!("s/s.{number:04}.exr"));
        write_exr(&path, &[("Z", (number * number) as f32)], WHOLE, SIZE);
    }
    let rows = frames(&aovscope(folder.path(), "compare s --against previous --frames 1-4x2 --json -"));
    let found: Vec<_> = rows.iter().map(|row| (row["frame"].clone(), row["max_abs"].clone())).collect();
    assert_eq!(found, [(3.into(), 5.0.into())]);
}

#[test]
fn small_windows_far_apart_take_no_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    write_exr(&folder.path().join("a.exr"), &[("Z", 1.0)], (-500_000_000, 0), SIZE);
    write_exr(&folder.path().join("b.exr"), &[("Z", 1.0)], (500_000_000, 900_000), SIZE);
    let output = aovscope(folder.path(), "compare a.exr b.exr --json -");
    assert_eq!(frames(&output)[0]["status"], "size_mismatch");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_region_counts_pixels_of_one_side_unless_cropped() {
    let folder = tempfile::tempdir().expect("a folder");
    write_exr(&folder.path().join("a.exr"), &[("Z", 1.0)], (-2, 0), (10, 6));
    write_exr(&folder.path().join("b.exr"), &[("Z", 1.0)], WHOLE, SIZE);
    let csv = |options: &str| {
        aovscope(folder.path(), &format!("compare a.exr b.exr --region -2,0,8,1 --csv s.csv {options}"));
        let text = std::fs::read_to_string(folder.path().join("s.csv")).expect("written");
        text.lines().find(|line| line.starts_with("b,")).expect("a row").to_owned()
    };
    assert!(csv("").contains(",true,") && csv("").ends_with(",0.25"), "{}", csv(""));
    assert!(csv("--crop").contains(",false,") && csv("--crop").ends_with(",0"), "{}", csv("--crop"));
}
