//! Whatever the bytes: a result or an error that says what is wrong, soon, and never a panic.

use std::path::Path;
use std::time::{Duration, Instant};

use aovscope::codec::{self, Error, Limits};
use aovscope::image::Window;

use super::build::{ExrFile, offset_table, temporary};
use super::{info, read_all};
use crate::support;

#[test]
fn broken_frames_say_what_is_wrong() {
    let root = support::small_data().join("broken");
    let error =
        |frame: &str| read_all(&root.join(format!("clothsimv1.{frame}.exr"))).expect_err("a broken frame");
    assert!(error("0021").is_missing());
    let truncated = error("0022");
    assert!(matches!(truncated, Error::Incomplete { .. }) && truncated.is_incomplete(), "{truncated}");
    let empty = error("0023");
    assert!(matches!(empty, Error::Empty { .. }) && empty.is_incomplete(), "{empty}");
    let half = info(&root.join("clothsimv1.0024.exr")).expect("sound");
    assert_eq!(half.parts[0].data_window, Window::of_size(80, 45));
    let without_depth = info(&root.join("clothsimv1.0025.exr")).expect("sound");
    assert!(without_depth.aov("ViewLayer.Depth").is_none());
    assert!(without_depth.aov("viewlayer.combined").is_some());
}

#[test]
fn a_text_file_is_no_image_whatever_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.0001.exr");
    std::fs::write(&path, "remember the milk").expect("written");
    let error = info(&path).expect_err("no image");
    assert!(!error.is_incomplete());
    let text = error.to_string();
    assert!(text.contains("not an EXR, PNG or JPEG file") && text.contains("notes.0001.exr"), "{text}");
}

#[test]
fn the_format_is_told_by_the_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("picture.exr");
    let png = support::small_data().join("cloth/clothsimv1/clothsimv1.0011.png");
    std::fs::copy(png, &path).expect("copied");
    assert_eq!(info(&path).expect("a PNG").format, aovscope::image::FileFormat::Png);
}

#[test]
fn every_truncation_is_incomplete() {
    let root = support::small_data();
    let files = [
        "layouts/autocrop.0018.exr",
        "cloth/clothsimv1/clothsimv1.0011.png",
        "cloth/clothsimv1/clothsimv1.0011.jpg",
    ];
    for file in files {
        let bytes = std::fs::read(root.join(file)).expect("read");
        let steps = (1..40).chain((40..bytes.len()).step_by(997)).chain([bytes.len() - 1]);
        for len in steps {
            let cut = temporary(&bytes[..len]);
            let error = read_all(cut.path()).expect_err("cut short");
            assert!(error.is_incomplete(), "{file} cut to {len} bytes: {error}");
        }
        let whole = temporary(&[&bytes[..], b"and more bytes"].concat());
        read_all(whole.path()).unwrap_or_else(|error| panic!("bytes after the end do no harm: {error}"));
    }
}

#[test]
fn a_writer_that_has_not_closed_its_file_is_incomplete() {
    let mut bytes = ExrFile::new(Window::of_size(4, 3)).channel("Z", 2, vec![1; 48]).bytes();
    let table = offset_table(&bytes, 3);
    bytes[table].fill(0);
    bytes.truncate(bytes.len() - 5);
    let file = temporary(&bytes);
    let incomplete = info(file.path()).expect("its header is whole").incomplete.expect("unfinished");
    assert!(incomplete.contains("not filled in") && incomplete.contains("2 of 3 chunks"), "{incomplete}");
    let error = read_all(file.path()).expect_err("unfinished");
    assert!(error.is_incomplete() && error.to_string().contains("line 2"), "{error}");
}

#[test]
fn the_good_part_of_an_unfinished_or_damaged_file_is_read() {
    let sound = std::fs::read(support::small_data().join("layouts/autocrop.0018.exr")).expect("read");
    let (whole_info, whole) = read_all(temporary(&sound).path()).expect("a sound file");
    let chunks = 3; // of 16 lines: 42 lines from 23 on
    let table = offset_table(&sound, chunks);
    let offset = |i: usize| {
        u64::from_le_bytes(sound[table.start + 8 * i..][..8].try_into().expect("8 bytes")) as usize
    };
    let mut broken = sound.clone();
    broken[offset(1) + 40..offset(1) + 50].fill(0xee);
    let cut = sound[..offset(2) + 100].to_vec();
    for (bytes, bad, incomplete) in [(broken, 39..55, false), (cut, 55..65, true)] {
        let file = temporary(&bytes);
        let info = info(file.path()).expect("its header is whole");
        assert_eq!(info.incomplete.is_some(), incomplete);
        let aovs: Vec<_> = info.aovs.iter().collect();
        for ((plane, sound), aov) in
            codec::read_planes(&info, &aovs, &Limits::default()).into_iter().zip(&whole).zip(&whole_info.aovs)
        {
            let plane = plane.expect("two blocks of three are sound");
            let [hole] = plane.unreadable.as_slice() else { panic!("one hole: {:?}", plane.unreadable) };
            assert_eq!(hole.window, Window::new(39, bad.start, 74, (bad.end - bad.start) as u32));
            assert_eq!(hole.incomplete, incomplete);
            assert!(hole.reason.contains(&format!("lines {} to {}", bad.start, bad.end - 1)), "{hole:?}");
            for y in 23..65 {
                let expected = if bad.contains(&y) { None } else { sound.pixel(80, y) };
                assert_eq!(plane.pixel(80, y), expected, "{} in line {y}", aov.key);
            }
        }
    }
}

#[test]
fn an_offset_table_that_lies_is_not_believed() {
    let sound = std::fs::read(support::small_data().join("layouts/autocrop.0018.exr")).expect("read");
    let (_, expected) = read_all(temporary(&sound).path()).expect("a sound file");
    let table = offset_table(&sound, 3);
    let mut swapped = sound.clone();
    swapped.copy_within(table.start..table.start + 8, table.start + 8);
    let (_, found) = read_all(temporary(&swapped).path()).expect("the chunks tell where they are");
    for (found, expected) in found.iter().zip(&expected) {
        for (a, b) in found.channels.iter().zip(&expected.channels) {
            assert_eq!(a.samples.as_bytes(), b.samples.as_bytes());
        }
    }
}

#[test]
fn limits_hold_before_memory_is_taken() {
    let path = support::small_data().join("layouts/autocrop.0018.exr");
    let few_pixels = Limits { max_pixels: 100, ..Limits::default() };
    let error = codec::read_info(&path, &few_pixels).expect_err("too large");
    assert!(error.to_string().contains("over the limit of 100 pixels"), "{error}");
    let few_channels = Limits { max_channels: 2, ..Limits::default() };
    let error = codec::read_info(&path, &few_channels).expect_err("too many channels");
    assert!(matches!(error, Error::TooManyChannels { limit: 2, .. }), "{error}");
    let info = info(&path).expect("sound");
    let error = codec::read_planes(&info, &[&info.aovs[0]], &few_pixels).remove(0).expect_err("too large");
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[test]
fn a_header_that_claims_gigabytes_is_refused() {
    let small = ExrFile::new(Window::of_size(4, 1)).channel("Z", 2, vec![0; 16]).compression(3).bytes();
    let mut huge = small.clone();
    let at = huge.windows(10).position(|w| w == b"dataWindow").expect("there") + 10 + 7 + 4;
    huge[at + 8..at + 12].copy_from_slice(&(1_i32 << 29).to_le_bytes());
    let error = read_all(temporary(&huge).path()).expect_err("impossible");
    assert!(error.to_string().contains("claims"), "{error}");
}

#[test]
fn an_unknown_compression_is_named_and_its_header_told() {
    for (id, name) in [(10, "HTJ2K256"), (11, "HTJ2K32"), (12, "LJ2K"), (77, "unknown (77)")] {
        let file = ExrFile::new(Window::of_size(4, 1)).channel("Z", 2, vec![0; 16]).compression(id).write();
        let told = info(file.path()).expect("the header is sound");
        assert_eq!(told.parts[0].compression, name);
        let reason = told.parts[0].unreadable.clone().expect("not readable");
        assert!(reason.contains(name), "{reason}");
        let error = read_all(file.path()).expect_err("not readable");
        assert!(error.to_string().contains(name) && !error.is_incomplete(), "{error}");
    }
}

#[test]
fn every_file_of_the_corpus_ends_soon() {
    let Some(root) = support::full_data() else { return };
    let mut files = 0;
    for entry in walkdir::WalkDir::new(root.join("exr-corpus")) {
        let entry = entry.expect("a readable folder");
        if entry.file_type().is_file() {
            ends_soon(entry.path());
            files += 1;
        }
    }
    assert!(files > 300, "only {files} files");
}

fn ends_soon(path: &Path) {
    let start = Instant::now();
    if let Err(error) = read_all(path) {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        assert!(error.to_string().contains(&name), "{error} does not name {name}");
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{path:?} took {:?}", start.elapsed());
}

#[cfg(unix)]
#[test]
fn a_folder_or_a_named_pipe_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.0001.exr");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    for path in [folder.path(), &pipe] {
        let error = info(path).expect_err("no file");
        assert!(error.to_string().contains("no regular file"), "{error}");
    }
}
