//! Folders that renderers wrote.

use aovscope::sequence::{Depth, discover, name_apart, resolve};

use super::{flat, shown};
use crate::support::full_data;

#[test]
fn one_file_for_each_aov() {
    let Some(data) = full_data() else { return };
    let root = data.join("peraov");
    let found = flat(&root).sequences;
    assert_eq!(found.len(), 8);
    assert_eq!(shown(&root, &found)[0], "clothsimv1_combined | clothsimv1_combined.####.exr | 20-23");
    assert_eq!(shown(&root, &found)[6], "clothsimv2_diffcol | clothsimv2_diffcol.####.exr | 20-23");
}

#[test]
fn a_missing_frame_is_a_gap() {
    let Some(data) = full_data() else { return };
    let sequence = resolve(&data.join("broken").to_string_lossy()).expect("one sequence");
    assert_eq!((sequence.name.as_str(), sequence.frames.len()), ("clothsimv1", 5));
    assert_eq!((sequence.range(), sequence.gaps()), (Some((20, 25)), vec![(21, 21)]));
}

#[test]
fn one_frame_in_many_codecs_is_many_sequences() {
    let Some(data) = full_data() else { return };
    let root = data.join("cloth/codecs");
    let names: Vec<_> = flat(&root).sequences.into_iter().map(|sequence| sequence.name).collect();
    let codecs = ["DWAA", "DWAB", "PIZ", "PXR24", "RLE", "ZIP", "ZIPS"];
    assert_eq!(names, codecs.map(|codec| format!("codec_{codec}")));
}

#[test]
fn formats_beside_each_other_are_told_apart_by_extension() {
    let Some(data) = full_data() else { return };
    let found = flat(&data.join("cloth/clothsimv1")).sequences;
    let names: Vec<_> = found.iter().map(|sequence| sequence.name.as_str()).collect();
    assert_eq!(names, ["clothsimv1.exr", "clothsimv1.jpg", "clothsimv1.png"]);
    assert!(found.iter().all(|sequence| sequence.frames.len() == 24 && sequence.gaps().is_empty()));
    let error = resolve(&data.join("cloth/clothsimv1").to_string_lossy()).expect_err("three");
    assert!(error.to_string().contains("3 sequences"), "{error}");
}

#[test]
fn equal_stems_are_told_apart_by_folder() {
    let Some(data) = full_data() else { return };
    let mut pair: Vec<_> = ["cloth/clothsimv1/*.exr", "cloth/clothsimv1_rerun"]
        .map(|path| resolve(&data.join(path).to_string_lossy()).expect("one sequence"))
        .into();
    name_apart(&mut pair);
    assert_eq!([&pair[0].name, &pair[1].name], ["clothsimv1/clothsimv1", "clothsimv1_rerun/clothsimv1"]);
}

#[test]
fn the_whole_set_is_found_with_unique_names_and_every_image_once() {
    let Some(data) = full_data() else { return };
    let found = discover(std::slice::from_ref(&data), Depth::Recursive).expect("sequences");
    let mut names: Vec<_> = found.sequences.iter().map(|sequence| &sequence.name).collect();
    names.sort();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    let files = found.sequences.iter().flat_map(|sequence| &sequence.frames).count() + found.skipped.len();
    let images = walkdir::WalkDir::new(&data).into_iter().filter_map(Result::ok).filter(|entry| {
        let extension = entry.path().extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
        extension.is_some_and(|text| ["exr", "png", "jpg", "jpeg"].contains(&text.as_str()))
    });
    assert_eq!(files, images.count());
}
