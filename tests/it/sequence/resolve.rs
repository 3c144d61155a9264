//! One argument, one sequence.

use aovscope::sequence::{Error, Sequence, resolve};

use super::{folder, shown};

const FILES: &[&str] = &[
    "clothsimv1.0022.exr",
    "clothsimv1.0023.exr",
    "clothsimv1.0024.EXR",
    "clothsimv1.0023.png",
    "clothsimv2.0023.exr",
    "still.exr",
    "one/c.0001.exr",
    "one/c.0002.exr",
    "none/readme.txt",
];

fn in_files(pattern: &str) -> Result<Sequence, Error> {
    let folder = folder(FILES);
    resolve(&folder.path().join(pattern).to_string_lossy())
}

#[track_caller]
fn assert_resolves(pattern: &str, expected: &str) {
    let folder = folder(FILES);
    let sequence = resolve(&folder.path().join(pattern).to_string_lossy()).expect("one sequence");
    assert_eq!(shown(folder.path(), &[sequence]), [expected], "{pattern}");
}

#[track_caller]
fn assert_refused(pattern: &str, parts: &[&str]) {
    let message = in_files(pattern).expect_err("no single sequence").to_string();
    assert!(parts.iter().all(|part| message.contains(part)), "{pattern}: {message}");
}

#[test]
fn patterns_of_every_notation() {
    let all = "clothsimv1 | clothsimv1.####.exr | 22-24";
    for pattern in [
        "clothsimv1.####.exr",
        "clothsimv1.#.exr",
        "clothsimv1.@@@@.exr",
        "clothsimv1.%04d.exr",
        "clothsimv1.%d.EXR",
        "clothsimv1.$F4.exr",
        "clothsimv1.{:04d}.exr",
        "clothsimv1.*.exr",
        "clothsimv1.00??.EXR",
        "clothsimv1.1-100#.exr",
    ] {
        assert_resolves(pattern, all);
    }
    assert_resolves("clothsimv1.22-30x2#.exr", "clothsimv1 | clothsimv1.####.exr | 22,24");
    assert_resolves("*.png", "clothsimv1 | clothsimv1.####.png | 23");
}

#[test]
fn a_pattern_says_itself_which_number_is_the_frame() {
    assert_resolves("clothsimv#.0023.exr", "clothsimv.0023 | clothsimv#.0023.exr | 1-2");
}

#[test]
fn a_file_is_a_sequence_of_that_one_frame() {
    assert_resolves("clothsimv1.0023.exr", "clothsimv1 | clothsimv1.0023.exr | 23");
    assert_resolves("still.exr", "still | still.exr | ");
    assert!(in_files("clothsimv1.0023.exr").expect("a file").is_single_file());
    assert_eq!(in_files("still.exr").expect("a file").frames[0].number, None);
}

#[test]
fn a_folder_must_hold_one_sequence() {
    assert_resolves("one", "c | one/c.####.exr | 1-2");
    assert_refused(
        "",
        &["4 sequences", "clothsimv1.####.exr", "clothsimv1.####.png", "clothsimv2.####.exr", "still.exr"],
    );
    assert_refused("none", &["no image files (exr, png, jpg, jpeg) in this folder", "none"]);
}

#[test]
fn what_is_not_there_is_told() {
    assert_refused("absent.0001.exr", &["no such file or folder", "absent.0001.exr"]);
    assert_refused("absent.####.exr", &["no file of that pattern", "absent.####.exr"]);
    assert_refused("nowhere/a.####.exr", &["no such file or folder", "nowhere"]);
    assert_refused("*.exr", &["3 sequences"]);
    assert_refused("a.####.%d.exr", &["only one number may be left open"]);
    assert_refused("a.[*.exr", &["not a pattern of frames"]);
}

#[test]
fn a_file_whose_name_looks_like_a_pattern_is_that_file() {
    let folder = folder(&["a.####.exr", "a.0001.exr"]);
    let sequence = resolve(&folder.path().join("a.####.exr").to_string_lossy()).expect("a file");
    assert!(sequence.is_single_file() && sequence.frames[0].number.is_none(), "{sequence:?}");
}

#[test]
fn of_files_with_one_number_the_nearest_to_the_pattern_is_taken() {
    let folder = folder(&["a.1.exr", "a.0001.exr", "a.00002.exr"]);
    let paths = |pattern: &str| {
        let sequence = resolve(&folder.path().join(pattern).to_string_lossy()).expect("one sequence");
        let name =
            |path: &std::path::PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
        sequence.frames.iter().map(|frame| name(&frame.path)).collect::<Vec<_>>()
    };
    assert_eq!(paths("a.#.exr"), ["a.1.exr", "a.00002.exr"]);
    assert_eq!(paths("a.####.exr"), ["a.0001.exr", "a.00002.exr"]);
}
