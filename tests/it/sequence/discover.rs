//! Grouping of files into sequences.

use std::path::PathBuf;

use aovscope::sequence::{Depth, Error, discover};

use super::{assert_found, flat, folder, shown};

#[test]
fn every_place_of_the_number_is_found() {
    assert_found(&["name.0001.exr", "name.0002.exr"], &["name | name.####.exr | 1-2"]);
    assert_found(&["name_0001.exr", "name_0003.exr"], &["name | name_####.exr | 1,3"]);
    assert_found(&["name-001.png", "name-002.png"], &["name | name-###.png | 1-2"]);
    assert_found(&["name0001.jpg", "name0002.jpg"], &["name | name####.jpg | 1-2"]);
    assert_found(
        &["render_0001_crypto.exr", "render_0002_crypto.exr", "render_0001_beauty.exr"],
        &["render_beauty | render_####_beauty.exr | 1", "render_crypto | render_####_crypto.exr | 1-2"],
    );
}

#[test]
fn padding_grows_and_unpadded_numbers_sort_as_numbers() {
    assert_found(&["a.998.exr", "a.999.exr", "a.1000.exr"], &["a | a.###.exr | 998-1000"]);
    assert_found(&["a.9.exr", "a.10.exr", "a.11.exr"], &["a | a.#.exr | 9-11"]);
}

#[test]
fn negative_numbers_come_first() {
    assert_found(&["a.-002.exr", "a.-001.exr", "a.0000.exr", "a.0001.exr"], &["a | a.###.exr | -2-1"]);
    assert_found(&["a-003.exr", "a-004.exr"], &["a | a-###.exr | 3-4"]);
}

#[test]
fn the_number_that_varies_is_the_frame_and_others_split() {
    assert_found(
        &["shot010_v2.0001.exr", "shot010_v2.0002.exr", "shot010_v3.0001.exr", "shot020_v2.0001.exr"],
        &[
            "shot010_v2 | shot010_v2.####.exr | 1-2",
            "shot010_v3 | shot010_v3.####.exr | 1",
            "shot020_v2 | shot020_v2.####.exr | 1",
        ],
    );
    assert_found(&["img_0001_2.exr", "img_0002_2.exr"], &["img_2 | img_####_2.exr | 1-2"]);
    assert_found(&["img0001_2.exr", "img0002_2.exr"], &["img_2 | img####_2.exr | 1-2"]);
    assert_found(
        &["r_0001_crypto00.exr", "r_0001_crypto01.exr", "r_0002_crypto00.exr", "r_0002_crypto01.exr"],
        &["r_crypto00 | r_####_crypto00.exr | 1-2", "r_crypto01 | r_####_crypto01.exr | 1-2"],
    );
    assert_found(
        &["2024-01-15_0007.exr", "2024-01-15_0008.exr"],
        &["2024-01-15 | 2024-01-15_####.exr | 7-8"],
    );
}

#[test]
fn a_version_in_the_stem_is_not_the_frame() {
    assert_found(
        &["clothsimv1.0023.exr", "clothsimv2.0023.exr"],
        &["clothsimv1 | clothsimv1.####.exr | 23", "clothsimv2 | clothsimv2.####.exr | 23"],
    );
    assert_found(
        &["shot_010.0001.exr", "shot_020.0001.exr"],
        &["shot_010 | shot_010.####.exr | 1", "shot_020 | shot_020.####.exr | 1"],
    );
    assert_found(&["clothsimv1_16.0017.png"], &["clothsimv1_16 | clothsimv1_16.####.png | 17"]);
}

#[test]
fn single_files_without_a_number_are_sequences_of_one() {
    let folder = folder(&["beauty.exr", "ref.png"]);
    let found = flat(folder.path());
    assert_eq!(shown(folder.path(), &found.sequences), ["beauty | beauty.exr | ", "ref | ref.png | "]);
    assert_eq!(found.sequences[0].frames[0].number, None);
    assert_eq!(found.sequences[0].range(), None);
}

#[test]
fn the_extension_may_be_in_any_case() {
    assert_found(&["a.0001.EXR", "a.0002.exr", "a.0003.Exr"], &["a | a.####.EXR | 1-3"]);
    assert_found(
        &["a.0001.exr", "a.0001.jpg", "a.0001.png"],
        &["a.exr | a.####.exr | 1", "a.jpg | a.####.jpg | 1", "a.png | a.####.png | 1"],
    );
}

#[test]
fn a_number_that_occurs_twice_splits_by_padding() {
    assert_found(
        &["a.1.exr", "a.2.exr", "a.0001.exr", "a.0002.exr", "a.1000.exr"],
        &["a.####.exr | a.####.exr | 1-2,1000", "a.#.exr | a.#.exr | 1-2"],
    );
}

#[test]
fn hidden_files_and_other_kinds_are_left_out() {
    assert_found(
        &["a.0001.exr", ".a.0002.exr", "a.0003.exr.tmp", "a.0004.tif", "notes.txt", "sub/b.0001.exr", ".exr"],
        &["a | a.####.exr | 1"],
    );
}

#[test]
fn recursion_finds_folders_but_no_hidden_ones() {
    let folder = folder(&["ref/cbox.0001.exr", "moved/cbox.0001.exr", "x/0001.png", ".cache/a.0001.exr"]);
    let found = discover(&[folder.path().to_owned()], Depth::Recursive).expect("sequences");
    assert_eq!(
        shown(folder.path(), &found.sequences),
        ["moved/cbox | moved/cbox.####.exr | 1", "ref/cbox | ref/cbox.####.exr | 1", "x | x/####.png | 1"]
    );
}

#[test]
fn a_list_of_files_is_grouped_and_a_lone_file_stays_a_single_file() {
    let folder = folder(&["a.0001.exr", "a.0002.exr", "b.0007.exr", "readme.md"]);
    let paths: Vec<PathBuf> = ["a.0002.exr", "a.0001.exr", "b.0007.exr", "readme.md", "a.0001.exr"]
        .map(|name| folder.path().join(name))
        .into();
    let found = discover(&paths, Depth::Flat).expect("sequences");
    assert_eq!(shown(folder.path(), &found.sequences), ["a | a.####.exr | 1-2", "b | b.0007.exr | 7"]);
    assert!(!found.sequences[0].is_single_file() && found.sequences[1].is_single_file());
    assert_eq!(found.skipped.len(), 1);
    assert!(found.skipped[0].1.contains("extension"), "{:?}", found.skipped);
}

#[test]
fn the_same_sequence_is_listed_once() {
    let folder = folder(&["a.0001.exr", "a.0002.exr"]);
    let pattern = folder.path().join("a.%04d.exr");
    let found = discover(&[folder.path().to_owned(), pattern], Depth::Flat).expect("sequences");
    assert_eq!(shown(folder.path(), &found.sequences), ["a | a.####.exr | 1-2"]);
}

#[test]
fn nothing_found_is_an_error_and_an_empty_folder_beside_others_is_told() {
    let empty = folder(&["notes.txt"]);
    let full = folder(&["a.0001.exr"]);
    let error = discover(&[empty.path().to_owned()], Depth::Flat).expect_err("nothing is there");
    assert!(
        matches!(error, Error::NoFrames { .. }) && error.to_string().contains("exr, png, jpg, jpeg"),
        "{error}"
    );
    let found = discover(&[empty.path().to_owned(), full.path().to_owned()], Depth::Flat).expect("one");
    assert_eq!((found.sequences.len(), found.skipped.len()), (1, 1));
    assert_eq!(found.skipped[0].0, empty.path());
    let error = discover(&[empty.path().join("absent")], Depth::Flat).expect_err("nothing is there");
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_told_and_a_folder_so_named_works() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = folder(&["a.0001.exr"]);
    let odd = folder.path().join(OsStr::from_bytes(b"b\xff.0001.exr"));
    std::fs::write(&odd, b"").expect("can be written");
    let odd_folder = folder.path().join(OsStr::from_bytes(b"d\xff"));
    std::fs::create_dir(&odd_folder).expect("can be made");
    std::fs::write(odd_folder.join("c.0001.exr"), b"").expect("can be written");
    let found = discover(&[folder.path().to_owned()], Depth::Recursive).expect("sequences");
    assert_eq!(found.sequences.len(), 2);
    assert_eq!(found.sequences[1].frames[0].path, odd_folder.join("c.0001.exr"));
    assert_eq!(found.skipped, [(odd.clone(), "its name is not valid UTF-8".to_owned())]);
    assert!(discover(&[odd], Depth::Flat).is_err());
}
