//! EXR: every channel of every file, bit for bit as OpenEXR reads it.

use std::path::Path;

use aovscope::codec::{self, Limits};
use aovscope::image::{ImageInfo, PartInfo, Plane, SampleType, Samples, Window};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::build::ExrFile;
use super::{golden, info, read_all};
use crate::support;

/// Files that OpenEXR reads and this program does not, and what the error must say.
const UNSUPPORTED: [(&str, &str); 1] =
    [("newcodecs/cloth_HTJ2K256.0018.exr", "compression HTJ2K256 is not supported")];

const UNFINISHED: &str = "exr-corpus/openexr/unfinished_multipart.exr";

#[test]
fn channels_are_bit_exact() {
    let root = support::any_data();
    let golden = golden(&root, "golden-exr.json");
    let files = golden["files"].as_object().expect("files");
    let mut failures = Vec::new();
    let mut channels = 0;
    for (file, expected) in files {
        match check_file(&root, file, expected) {
            Ok(count) => channels += count,
            Err(reason) => failures.push(format!("{file}: {reason}")),
        }
    }
    assert!(failures.is_empty(), "{} files differ:\n{}", failures.len(), failures.join("\n"));
    let least = if support::full_data().is_some() { 1000 } else { 100 };
    assert!(channels > least, "only {channels} channels of {} files were compared", files.len());
}

fn check_file(root: &Path, file: &str, expected: &Value) -> Result<usize, String> {
    let read = read_all(&root.join(file));
    if let Some((_, reason)) = UNSUPPORTED.iter().find(|(name, _)| *name == file) {
        let error = read.err().map_or_else(String::new, |error| error.to_string());
        let name = file.rsplit('/').next().expect("a file name");
        let clear = error.contains(reason) && error.contains(name);
        return if clear { Ok(0) } else { Err(format!("said {error:?} instead of {reason:?}")) };
    }
    if read.as_ref().is_ok_and(|(info, _)| info.parts.iter().any(|part| part.layout.is_deep())) {
        return Ok(0); // their planes are flattened: `deep.rs` looks at the samples
    }
    let Some(parts) = expected["parts"].as_array().filter(|parts| !parts.is_empty()) else {
        return if read.is_err() { Ok(0) } else { Err("was read, but OpenEXR refuses it".to_owned()) };
    };
    if file == UNFINISHED {
        return check_unfinished(&root.join(file), parts);
    }
    let (info, planes) = read.map_err(|error| error.to_string())?;
    if info.parts.len() != parts.len() {
        return Err(format!("{} parts instead of {}", info.parts.len(), parts.len()));
    }
    for (part, expected) in info.parts.iter().zip(parts) {
        check_header(part, expected)?;
    }
    let mut count = 0;
    for (aov, plane) in info.aovs.iter().zip(&planes) {
        let (part, golden) = (&info.parts[aov.part], &parts[aov.part]["channels"]);
        assert_eq!((plane.data_window, plane.display_window), (part.data_window, part.display_window));
        assert_eq!(aov.channels.len(), plane.channels.len());
        for (channel, read) in aov.channels.iter().zip(&plane.channels) {
            let name = &part.channels[channel.index].name;
            let sampling = part.channels[channel.index].sampling;
            if golden[name]["sha256"] != sha256(&stored_samples(plane, &read.samples, sampling)) {
                return Err(format!("the samples of {name:?} differ"));
            }
            count += 1;
        }
    }
    let expected: usize = parts.iter().filter_map(|part| Some(part["channels"].as_object()?.len())).sum();
    if count == expected { Ok(count) } else { Err(format!("{count} channels instead of {expected}")) }
}

/// What the file stores of a channel: every pixel's sample, of a subsampled one those on which its
/// sampling falls; the pixels around must have the same.
fn stored_samples(plane: &Plane, samples: &Samples, (step_x, step_y): (u32, u32)) -> Vec<u8> {
    if (step_x, step_y) == (1, 1) {
        return samples.as_bytes().to_vec();
    }
    let size = samples.sample_type().bytes();
    let mut stored = Vec::new();
    for index in 0..samples.len() {
        let (x, y) = plane.data_window.pixel(index);
        let (left, top) = (x - x.rem_euclid(step_x as i32), y - y.rem_euclid(step_y as i32));
        let source = plane.data_window.index(left, top).expect("the window begins on a sample");
        assert_eq!(samples.get(index), samples.get(source), "pixel {x},{y}");
        if source == index {
            stored.extend(&samples.as_bytes()[index * size..][..size]);
        }
    }
    stored
}

/// Of an unfinished file OpenEXR gives the parts that are there; the others are told.
fn check_unfinished(path: &Path, expected: &[Value]) -> Result<usize, String> {
    let info = info(path).map_err(|error| error.to_string())?;
    assert!(info.incomplete.as_ref().is_some_and(|reason| reason.contains("2 of 4 chunks are there")));
    let aovs: Vec<_> = info.aovs.iter().collect();
    let mut count = 0;
    for (aov, plane) in aovs.iter().zip(codec::read_planes(&info, &aovs, &Limits::default())) {
        let Some(part) = expected.get(aov.part) else {
            let error = plane.expect_err("this part is not there");
            assert!(error.is_incomplete(), "{error}");
            continue;
        };
        let plane = plane.map_err(|error| error.to_string())?;
        let name = &info.parts[aov.part].channels[aov.channels[0].index].name;
        if part["channels"][name]["sha256"] != sha256(plane.channels[0].samples.as_bytes()) {
            return Err(format!("the samples of {name:?} differ"));
        }
        count += 1;
    }
    if count == expected.len() { Ok(count) } else { Err(format!("{count} parts")) }
}

fn check_header(part: &PartInfo, expected: &Value) -> Result<(), String> {
    let corners = |w: Window| json!([w.x, w.y, w.right() - 1, w.bottom() - 1]);
    let compression = match part.compression.as_str() {
        "NONE" => "NO_COMPRESSION".to_owned(),
        name => format!("{name}_COMPRESSION"),
    };
    let found = json!({
        "name": part.name, "view": part.view, "compression": compression,
        "dataWindow": corners(part.data_window), "displayWindow": corners(part.display_window),
    });
    for (key, value) in found.as_object().expect("an object") {
        if expected[key] != *value {
            return Err(format!("{key} is {value} instead of {}", expected[key]));
        }
    }
    for channel in &part.channels {
        let dtype = match channel.sample_type {
            SampleType::F16 => "float16",
            SampleType::F32 => "float32",
            _ => "uint32",
        };
        if expected["channels"][&channel.name]["dtype"] != dtype {
            return Err(format!("{:?} is {dtype}", channel.name));
        }
    }
    Ok(())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn awkward_bits_survive() {
    let floats = [0x7fc0_1234, 0xffc0_0001, 0x7f80_0001, 0x0000_0001, 0x8000_0000, 0xff80_0000_u32];
    let halves = [0x7e01, 0xfe55, 0x7c01, 0x0001, 0x8000, 0xfc00_u16];
    let ids = [(1 << 24) + 1, u32::MAX, 0x8000_0001, 0, 1, 16_777_217_u32];
    let bytes = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let file = ExrFile::new(Window::new(-2, 7, 3, 2))
        .channel("f", 2, bytes(&floats))
        .channel("h", 1, halves.iter().flat_map(|half| half.to_le_bytes()).collect())
        .channel("u", 0, bytes(&ids))
        .write();
    let (info, planes) = read_all(file.path()).expect("a sound file");
    assert_eq!(info.parts[0].data_window, Window::new(-2, 7, 3, 2));
    let bits = |plane: usize| {
        let samples = &planes[plane].channels[0].samples;
        (0..samples.len()).map(|i| samples.get(i).bits()).collect::<Vec<u32>>()
    };
    assert_eq!(bits(0), floats);
    assert_eq!(bits(1), halves.map(u32::from));
    assert_eq!(bits(2), ids);
}

#[test]
fn one_aov_is_the_same_read_alone_or_with_others() {
    let info = info(&support::small_data().join("layouts/tiled32.0018.exr")).expect("a sound file");
    let all: Vec<_> = info.aovs.iter().rev().collect();
    let together = codec::read_planes(&info, &all, &Limits::default());
    for (aov, together) in all.iter().zip(together) {
        let together = together.expect("read");
        let alone = codec::read_planes(&info, &[aov], &Limits::default()).remove(0).expect("read");
        let bytes = |plane: &aovscope::image::Plane| {
            plane.channels.iter().map(|c| c.samples.as_bytes().to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(bytes(&alone), bytes(&together), "{}", aov.key);
        assert_eq!(alone.size_bytes(), info.aov_bytes(aov), "{}", aov.key);
    }
}

#[test]
fn a_finished_file_without_offsets_is_read() {
    let sound = std::fs::read(support::small_data().join("layouts/autocrop.0018.exr")).expect("read");
    let (info, planes) = read_bytes(&sound);
    let offset_table =
        super::build::offset_table(&sound, info.parts[0].data_window.height.div_ceil(16) as usize);
    let mut zeroed = sound.clone();
    zeroed[offset_table].fill(0);
    let (_, recovered) = read_bytes(&zeroed);
    for (plane, recovered) in planes.iter().zip(&recovered) {
        for (a, b) in plane.channels.iter().zip(&recovered.channels) {
            assert_eq!(a.samples.as_bytes(), b.samples.as_bytes());
        }
    }
    assert_eq!(planes.len(), recovered.len());
}

fn read_bytes(bytes: &[u8]) -> (ImageInfo, Vec<aovscope::image::Plane>) {
    let file = super::build::temporary(bytes);
    read_all(file.path()).expect("a readable file")
}

#[test]
fn a_file_that_changes_between_header_and_pixels_is_told() {
    let file = ExrFile::new(Window::of_size(2, 1)).channel("Z", 2, vec![0; 8]).write();
    let info = info(file.path()).expect("a sound file");
    let other = ExrFile::new(Window::of_size(1, 1)).channel("Z", 2, vec![0; 4]).write();
    std::fs::copy(other.path(), file.path()).expect("copied");
    let result = codec::read_planes(&info, &[&info.aovs[0]], &Limits::default()).remove(0);
    assert!(matches!(result, Err(codec::Error::Changed { .. })), "{result:?}");
}

#[test]
fn lossy_ids_and_vectors_are_noted() {
    let Some(root) = support::full_data() else { return };
    let notes = |file: &str| info(&root.join(file)).expect("sound").parts[0].notes.join("\n");
    let dwa = notes("cloth/codecs/codec_DWAA.0018.exr");
    assert!(dwa.contains("DWAA") && dwa.contains("ViewLayer.Normal"), "{dwa:?}");
    assert!(notes("cloth/codecs/codec_PXR24.0018.exr").contains("24 bits"));
    assert_eq!(notes("cloth/codecs/codec_PIZ.0018.exr"), "");
}
