//! Deep EXR: every sample bit for bit as OpenEXR reads it, flattened as it composites.

use std::path::{Path, PathBuf};

use aovscope::codec::{self, DeepPart, Error, Limits};
use aovscope::image::{AovKind, ImageInfo, Plane, Sample, SampleType, Samples, Window};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::build::temporary;
use super::deep_file::{DeepFile, DeepLine, floats};
use super::{golden, info, read_partly};
use crate::support;

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_deep(path: &Path) -> (ImageInfo, DeepPart) {
    let info = info(path).expect("sound");
    let deep = codec::read_deep(&info, 0, &Limits::default()).expect("sound");
    (info, deep)
}

/// The files of the golden figures, and those; files of the whole set only where it is there.
fn golden_files() -> Vec<(PathBuf, Value)> {
    let golden = golden(&support::small_data(), "golden-deep.json");
    let path = |file: &str| {
        let small = support::small_data().join(file);
        if small.is_file() { Some(small) } else { Some(support::full_data()?.join(file)) }
    };
    let files = golden["files"].as_object().expect("files").iter();
    let files: Vec<_> = files.filter_map(|(file, expected)| Some((path(file)?, expected.clone()))).collect();
    let least = if support::full_data().is_some() { 22 } else { 19 };
    assert!(files.len() >= least, "only {} files", files.len());
    files
}

fn channel_names(info: &ImageInfo) -> Vec<String> {
    let channels = &info.parts[0].channels;
    assert_eq!(channels.last().map(|c| c.name.as_str()), Some("samples"));
    channels[..channels.len() - 1].iter().map(|c| c.name.clone()).collect()
}

#[test]
fn samples_are_bit_exact() {
    for (path, expected) in golden_files() {
        let (info, deep) = read_deep(&path);
        assert_eq!(deep.unreadable, []);
        assert_eq!(deep.counts.len() as u64, info.parts[0].data_window.pixels());
        assert_eq!(expected["counts"], sha256(bytemuck::cast_slice(&deep.counts)), "{path:?}");
        let names = channel_names(&info);
        assert_eq!(names.len(), deep.channels.len());
        assert_eq!(names.len(), expected["channels"].as_object().expect("channels").len());
        for (name, samples) in names.iter().zip(&deep.channels) {
            assert_eq!(expected["channels"][name], sha256(samples.as_bytes()), "{path:?} {name}");
        }
    }
}

#[test]
fn samples_of_the_whole_set_are_bit_exact() {
    let Some(root) = support::full_data() else { return };
    let golden = golden(&root, "golden-exr.json");
    let mut compared = 0;
    for (file, expected) in golden["files"].as_object().expect("files") {
        let Some(part) = expected["parts"].as_array().and_then(|parts| parts.first()) else { continue };
        if !part["type"].as_str().is_some_and(|kind| kind.starts_with("deep")) {
            continue;
        }
        let (info, deep) = read_deep(&root.join(file));
        for (name, samples) in channel_names(&info).iter().zip(&deep.channels) {
            let expected = &part["channels"][name];
            assert_eq!(expected["samples_total"], samples.len(), "{file} {name}");
            assert_eq!(expected["sample_count_sha256"], sha256(bytemuck::cast_slice(&deep.counts)), "{file}");
            if !samples.is_empty() {
                assert_eq!(expected["sha256"], sha256(samples.as_bytes()), "{file} {name}");
            }
            compared += 1;
        }
    }
    assert!(compared >= 13, "only {compared} channels");
}

#[test]
fn planes_are_what_openexr_composites() {
    let mut compared = 0;
    for (path, expected) in golden_files() {
        let (info, planes) = read_partly(&path).expect("sound");
        let flat = expected["flat"].as_object().expect("flat");
        for (aov, plane) in info.aovs.iter().zip(&planes) {
            assert_eq!(plane.size_bytes(), info.aov_bytes(aov), "{path:?} {}", aov.key);
            for (channel, read) in aov.channels.iter().zip(&plane.channels) {
                assert_eq!(channel.sample_type, read.samples.sample_type());
                let name = &info.parts[0].channels[channel.index].name;
                if let Some(expected) = flat.get(name) {
                    assert_eq!(read.samples.sample_type(), SampleType::F32);
                    assert_eq!(*expected, sha256(read.samples.as_bytes()), "{path:?} {name}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared >= 16 * 6 + 5, "only {compared} channels");
}

#[test]
fn the_number_of_samples_is_an_aov_and_ids_are_those_in_front() {
    for (path, _) in golden_files() {
        let (info, planes) = read_partly(&path).expect("sound");
        let (_, deep) = read_deep(&path);
        let place = info.aovs.iter().position(|aov| aov.key == "samples").expect("samples");
        assert_eq!(info.aovs[place].kind, AovKind::Scalar);
        let Samples::U32(counts) = &planes[place].channels[0].samples else { panic!("no integers") };
        assert_eq!(*counts, deep.counts);
        let Some(id) = info.aovs.iter().position(|aov| aov.key == "id") else { continue };
        assert_eq!(planes[id].channels[0].samples.sample_type(), SampleType::U32);
        let names = channel_names(&info);
        let find = |name: &str| names.iter().position(|n| n == name).map(|place| &deep.channels[place]);
        let (depth, ids) = (find("Z").expect("Z"), find("id").expect("id"));
        let back = find("ZBack").unwrap_or(depth);
        let mut start = 0;
        for (pixel, &count) in deep.counts.iter().enumerate() {
            let all = start..start + count as usize;
            start = all.end;
            let key = |i: &usize| (depth.get(*i).to_f32(), back.get(*i).to_f32());
            let front = all.reduce(|a, b| if key(&b) < key(&a) { b } else { a });
            let expected = front.map_or(0, |front| ids.get(front).bits());
            assert_eq!(planes[id].channels[0].samples.get(pixel).bits(), expected, "{path:?} {pixel}");
        }
    }
}

/// Two pixels, four samples: of the second pixel in the order middle, back, front.
fn handmade() -> DeepFile {
    let alpha = floats(&[1.0, 0.5, 1.0, 0.25]);
    let red = floats(&[0.75, 0.5, 8.0, 0.125]);
    let depth = floats(&[9.0, 2.0, 3.0, 1.0]);
    let data = [alpha, red, depth].concat();
    let (line, empty) = (DeepLine::new(&[1, 4], data), DeepLine::new(&[0, 0], Vec::new()));
    DeepFile { width: 2, channels: vec![("A", 2), ("R", 2), ("Z", 2)], lines: vec![line, empty] }
}

fn pixel(planes: &[Plane], (x, y): (i32, i32)) -> Vec<f64> {
    let values = planes.iter().flat_map(|plane| plane.pixel(x, y).expect("inside"));
    values.map(Sample::to_f64).collect()
}

#[test]
fn a_pixel_flattened_by_hand() {
    let file = temporary(&handmade().bytes());
    let (info, planes) = read_partly(file.path()).expect("sound");
    let keys: Vec<_> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
    assert_eq!(keys, ["rgba", "Z", "samples"]);
    assert!(info.parts[0].notes[0].contains("flattened front to back"), "{:?}", info.parts[0].notes);
    assert_eq!(pixel(&planes, (0, 0)), [0.75, 1.0, 9.0, 1.0]);
    // Front 0.25, then 0.75 * 0.5, then 0.375 * 1.
    let red = 0.125 + 0.75 * 0.5 + 0.375 * 8.0;
    let depth = 1.0 + 0.75 * 2.0 + 0.375 * 3.0;
    assert_eq!(pixel(&planes, (1, 0)), [red, 1.0, depth, 3.0]);
    assert_eq!(pixel(&planes, (1, 1)), [0.0; 4]);
}

#[test]
fn without_alpha_the_front_counts() {
    let mut file = handmade();
    file.channels = vec![("AR", 2), ("X.R", 2), ("Z", 2)];
    let file = temporary(&file.bytes());
    let (_, planes) = read_partly(file.path()).expect("sound");
    assert_eq!(pixel(&planes, (1, 0)), [0.25, 0.125, 1.0, 3.0]);
}

#[test]
fn a_part_with_a_channel_called_samples_keeps_it() {
    let mut file = handmade();
    file.channels[2].0 = "samples";
    let (info, planes) = read_partly(temporary(&file.bytes()).path()).expect("sound");
    let keys: Vec<_> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
    assert_eq!(keys, ["rgba", "samples", "samples#2"]);
    // No depth: in the order of the file.
    let own = 2.0 + 0.5 * 3.0;
    assert_eq!(pixel(&planes, (1, 0))[2..], [own, 3.0]);
}

/// What is said of the first line; the second is read all the same.
fn told(change: impl Fn(&mut DeepFile)) -> String {
    let mut file = handmade();
    change(&mut file);
    let file = temporary(&file.bytes());
    let (info, planes) = read_partly(file.path()).expect("its second line is sound");
    let deep = codec::read_deep(&info, 0, &Limits::default()).expect("likewise");
    assert_eq!(deep.counts, [0; 4]);
    let name = file.path().file_name().expect("a name").to_string_lossy().into_owned();
    for unreadable in planes.iter().map(|plane| &plane.unreadable).chain([&deep.unreadable]) {
        assert_eq!(unreadable.len(), 1);
        assert_eq!(unreadable[0].window, Window::of_size(2, 1));
        assert!(unreadable[0].reason.contains(&name) && !unreadable[0].incomplete);
    }
    planes[0].unreadable[0].reason.clone()
}

#[test]
fn damaged_chunks_say_what_is_wrong() {
    let reason = told(|file| file.lines[0].ends = vec![4, 1]);
    assert!(reason.contains("from 4 samples back to 1"), "{reason}");
    let reason = told(|file| file.lines[0].data_size = 50);
    assert!(reason.contains("48 bytes of samples, its head of 50"), "{reason}");
    let reason = told(|file| file.lines[0].ends = vec![1, u32::MAX]);
    assert!(reason.contains("its head of 48"), "{reason}");
    let reason = told(|file| file.lines[0].data.truncate(40));
    assert!(reason.contains("40 bytes cannot hold 48"), "{reason}");
    let reason = told(|file| file.lines[0].ends = Vec::new());
    assert!(reason.contains("no table"), "{reason}");
}

#[test]
fn a_file_of_damaged_chunks_is_an_error() {
    let mut file = handmade();
    file.lines.pop();
    file.lines[0].data_size = 50;
    let error = read_partly(temporary(&file.bytes()).path()).expect_err("nothing can be read");
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[test]
fn more_samples_than_allowed_are_refused() {
    let path = support::small_data().join("deep/deep_ZIPS_lines_smooth.exr");
    let (info, deep) = read_deep(&path);
    let total: u64 = deep.counts.iter().map(|&count| u64::from(count)).sum();
    let read = |max_samples| {
        let limits = Limits { max_samples, ..Limits::default() };
        let planes = codec::read_planes(&info, &[&info.aovs[0]], &limits).remove(0).map(|_| ());
        (planes, codec::read_deep(&info, 0, &limits).map(|_| ()))
    };
    assert!(matches!(read(total), (Ok(()), Ok(()))));
    let (Err(planes), Err(deep)) = read(total - 1) else { panic!("not refused") };
    for error in [planes, deep] {
        assert!(matches!(error, Error::TooManySamples { .. }), "{error}");
    }
}

#[test]
fn a_header_that_claims_gigabytes_is_refused() {
    let sound = std::fs::read(support::small_data().join("deep/deep_ZIPS_tiles_smooth.exr")).expect("read");
    let mut huge = sound.clone();
    let value = |name: &str, kind: &str| {
        let start = [name.as_bytes(), b"\0", kind.as_bytes(), b"\0"].concat();
        sound.windows(start.len()).position(|w| *w == start[..]).expect("there") + start.len() + 4
    };
    let (window, tiles) = (value("dataWindow", "box2i"), value("tiles", "tiledesc"));
    huge[window + 8..window + 16].copy_from_slice(&[30_000_i32.to_le_bytes(); 2].concat());
    huge[tiles..tiles + 8].copy_from_slice(&[(1_u32 << 30).to_le_bytes(); 2].concat());
    let error = read_partly(temporary(&huge).path()).expect_err("impossible");
    assert!(error.to_string().contains("its header claims"), "{error}");
}

#[test]
fn a_flat_part_has_no_deep_samples() {
    let info = info(&support::small_data().join("layouts/autocrop.0018.exr")).expect("sound");
    let error = codec::read_deep(&info, 0, &Limits::default()).expect_err("flat");
    assert!(error.to_string().contains("not deep"), "{error}");
    assert!(codec::read_deep(&info, 7, &Limits::default()).is_err(), "there is no part 7");
}

#[test]
fn mutations_never_panic() {
    let mut random = 7_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let (mut whole, mut partial, mut refused) = (0, 0, 0);
    for (path, _) in golden_files().into_iter().filter(|(path, _)| path.starts_with(support::small_data())) {
        let sound = std::fs::read(&path).expect("read");
        for _ in 0..40 {
            let mut bytes = sound.clone();
            for _ in 0..1 + next(6) {
                let at = next(bytes.len());
                bytes[at] = next(256) as u8;
            }
            let file = temporary(&bytes);
            let start = std::time::Instant::now();
            match read_partly(file.path()) {
                Ok((_, planes)) if planes.iter().all(|plane| plane.unreadable.is_empty()) => whole += 1,
                Ok(_) => partial += 1,
                Err(_) => refused += 1,
            }
            let _ = info(file.path()).and_then(|info| codec::read_deep(&info, 0, &Limits::default()));
            assert!(start.elapsed() < std::time::Duration::from_secs(10), "{path:?} took too long");
        }
    }
    assert!(whole > 0 && partial > 0 && refused > 0, "{whole} whole, {partial} partial, {refused} refused");
}

#[test]
fn an_offset_table_that_lies_is_not_believed() {
    let sound = handmade().bytes();
    let (_, expected) = read_partly(temporary(&sound).path()).expect("sound");
    let table = super::build::offset_table(&sound, 2);
    let mut swapped = sound.clone();
    swapped[table.clone()].rotate_left(8);
    let file = temporary(&swapped);
    let (info, planes) = read_partly(file.path()).expect("the chunks tell where they are");
    for (plane, expected) in planes.iter().zip(&expected) {
        assert_eq!(plane.unreadable, []);
        assert_eq!(plane.channels[0].samples.as_bytes(), expected.channels[0].samples.as_bytes());
    }
    assert_eq!(codec::read_deep(&info, 0, &Limits::default()).expect("likewise").unreadable, []);
}
