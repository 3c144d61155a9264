//! Maps over all frames as files: against numpy, in every order, through other readers.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aovscope::codec::{self, Limits};
use aovscope::engine::{AovGlob, Content, Plan, Temporal, TemporalMaps, TemporalSink, run};
use aovscope::export::{MapFolder, MapStyle, export_temporal_exr, temporal_pictures};
use aovscope::image::{Samples, Window};
use aovscope::metric::{DeltaMaps, Metric, NEVER, Rule};
use exr::prelude::{AttributeValue, FlatSamples, ReadChannels, ReadLayers, Text};
use sha2::{Digest, Sha256};

use super::engine::{context, plan};
use crate::support::small_data;

fn cloth() -> Plan {
    let path = |name: &str| small_data().join(format!("cloth/{name}/{name}.####.exr"));
    let mut plan = plan(&["clothsimv1", "clothsimv2"].map(|name| path(name).to_string_lossy().into_owned()));
    let aovs = ["*Combined", "*Depth", "*Normal"];
    plan.aovs = aovs.map(|text| AovGlob::new(text).expect("a glob")).into();
    plan
}

fn written(folder: &Path, threads: usize, memory_bytes: u64) {
    let sink = Arc::new(MapFolder::new(folder, MapStyle::default()).expect("a folder"));
    let temporal = Temporal { delta: true, values: true, sink };
    run(&cloth(), &context(threads, memory_bytes, temporal), &mut |_| ()).expect("it runs");
}

/// (name, samples) of all channels, by a reader that is not ours, and the text for programs.
fn read(path: &Path) -> (BTreeMap<String, FlatSamples>, serde_json::Value) {
    let image = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .all_channels()
        .first_valid_layer()
        .all_attributes()
        .from_file(path)
        .unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let layer = image.layer_data;
    let facts = match layer.attributes.other.get(&Text::from("aovscope")) {
        Some(AttributeValue::Text(text)) => text.to_string(),
        other => panic!("{other:?}"),
    };
    let channels = layer.channel_data.list.into_iter();
    let channels = channels.map(|channel| (channel.name.to_string(), channel.sample_data)).collect();
    (channels, serde_json::from_str(&facts).expect("JSON"))
}

#[test]
fn the_files_hold_what_numpy_computes() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), 2, 1 << 30);
    let golden = std::fs::read_to_string(small_data().join("golden-temporal.json")).expect("there");
    let golden: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&golden).expect("JSON");
    assert_eq!(golden.len(), 9);
    for (file, expected) in golden {
        let hash = |samples: FlatSamples| {
            let FlatSamples::F32(values) = samples else { panic!("{file}: not FLOAT") };
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let (channels, _) = read(&folder.path().join(&file));
        let found: BTreeMap<String, String> =
            channels.into_iter().map(|(name, samples)| (name, hash(samples))).collect();
        assert_eq!(found, expected, "{file}");
    }
}

fn all_bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("listed"));
    let read = |path: &Path| {
        let name = path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
        (name, std::fs::read(path).expect("readable"))
    };
    files.filter(|entry| entry.file_type().is_file()).map(|entry| read(entry.path())).collect()
}

#[test]
fn threads_and_passes_give_the_same_files() {
    let [one, many, banded] = [0; 3].map(|_| tempfile::tempdir().expect("a folder"));
    written(one.path(), 1, 1 << 30);
    written(many.path(), 16, 1 << 30);
    written(banded.path(), 3, 1);
    let expected = all_bytes(one.path());
    assert_eq!(expected.len(), 3 * (1 + 5) + 2 * 3 * (1 + 3), "{:?}", expected.keys());
    for (folder, what) in [(many, "16 threads"), (banded, "bands")] {
        let found = all_bytes(folder.path());
        assert!(found.keys().eq(expected.keys()), "{what}");
        for (name, bytes) in &found {
            assert!(bytes == &expected[name], "{what}: {name}");
        }
    }
}

#[test]
fn the_files_say_what_they_are_and_open_in_the_program_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), 2, 1 << 30);
    let delta = folder.path().join("clothsimv2/ViewLayer.Depth.delta.exr");
    let (_, facts) = read(&delta);
    for (key, value) in [("kind", "delta"), ("reference", "clothsimv1"), ("metric", "abs")] {
        assert_eq!(facts[key], value);
    }
    assert_eq!(
        (&facts["first_frame"], &facts["last_frame"], &facts["frames"]),
        (&11.into(), &13.into(), &3.into())
    );
    let values = folder.path().join("clothsimv1/ViewLayer.Combined.values.exr");
    for (path, aovs) in [(&delta, vec!["first_changed", "max"]), (&values, vec!["R", "A"])] {
        let info = codec::read_info(path, &Limits::default()).expect("an EXR");
        for aov in aovs {
            let aov = info.aov(aov).unwrap_or_else(|| panic!("{aov} of {:?}", info.aovs));
            let plane = codec::read_planes(&info, &[aov], &Limits::default()).remove(0).expect("readable");
            assert!(matches!(plane.channels[0].samples, Samples::F32(_)));
        }
    }
    let file = std::io::BufReader::new(std::fs::File::open(delta.with_extension("max.png")).expect("there"));
    let reader = png::Decoder::new(file).read_info().expect("a PNG");
    assert_eq!(reader.info().width, 640);
    let texts: Vec<_> = reader.info().utf8_text.iter().map(|t| t.get_text().expect("UTF-8")).collect();
    assert!(texts[0].contains("ViewLayer.Depth") && texts[0].contains("3 frames (11–13)"), "{texts:?}");
}

/// Four pixels: one that changes in the second frame, one never, one never with a value, one that is
/// nowhere.
fn few_pixels() -> DeltaMaps {
    DeltaMaps {
        window: Window::new(-2, 5, 4, 1),
        max: vec![0.5, 0.0, 0.0, 0.0],
        max_frame: vec![1, NEVER, NEVER, NEVER],
        mean: vec![0.25, 0.0, f32::NAN, f32::NAN],
        rms: vec![0.35, 0.0, f32::NAN, f32::NAN],
        std: vec![0.25, 0.0, f32::NAN, f32::NAN],
        changed: vec![1, 0, 2, 0],
        first_changed: vec![1, NEVER, 0, NEVER],
        last_changed: vec![1, NEVER, 1, NEVER],
        frames: vec![2, 2, 0, 0],
    }
}

fn temporal<'a>(maps: &'a DeltaMaps, numbers: &'a [Option<i64>], metric: Metric) -> TemporalMaps<'a> {
    let rule = Rule::exact(metric);
    TemporalMaps {
        sequence: "v2",
        aov: "diffcol",
        numbers,
        frames: numbers.len() as u64,
        display_window: Window::of_size(8, 8),
        content: Content::Delta { reference: "v1", rule, maps },
    }
}

#[test]
fn frames_that_a_float_cannot_hold_are_integers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.exr");
    let maps = few_pixels();
    let channel = |numbers: &[Option<i64>]| {
        export_temporal_exr(&temporal(&maps, numbers, Metric::Abs), &path).expect("writable");
        let (mut channels, facts) = read(&path);
        (channels.remove("first_changed").expect("there"), facts["frame_channels"].clone())
    };
    let (FlatSamples::F32(small), code) = channel(&[Some(-7), Some(8)]) else { panic!("FLOAT") };
    assert!(
        small[0] == 8.0 && small[1].is_nan() && small[2] == -7.0 && small[3].is_nan() && code == "number"
    );
    let (FlatSamples::U32(dates), code) = channel(&[Some(20_261_123), Some(20_261_125)]) else {
        panic!("UINT")
    };
    assert_eq!((dates, code), (vec![20_261_125, NEVER, 20_261_123, NEVER], "number".into()));
    let (FlatSamples::U32(ranks), code) = channel(&[Some(-1), Some(1 << 60 | 1)]) else { panic!("UINT") };
    assert_eq!((ranks, code), (vec![1, NEVER, 0, NEVER], "rank".into()));
    let (FlatSamples::F32(max), _) = (read(&path).0.remove("max").expect("there"), ()) else {
        panic!("FLOAT")
    };
    assert!(max[0] == 0.5 && max[1] == 0.0 && max[2].is_nan() && max[3].is_nan(), "{max:?}");
}

#[test]
fn every_kind_of_pixel_looks_different_in_every_picture() {
    let maps = few_pixels();
    for metric in Metric::ALL {
        let maps = temporal(&maps, &[Some(1), Some(2)], metric);
        for picture in temporal_pictures(&maps, &MapStyle::default()) {
            let (name, picture) = (picture.name, picture.picture);
            // 160 × 160 picture pixels each.
            let block = |pixel: usize| picture.pixels[80 * picture.width + 80 + 160 * pixel];
            let of_frames = matches!(name, "changed" | "first_changed");
            let bright = |pixel: usize| block(pixel).into_iter().max().expect("three") > 40;
            assert!(bright(0) && !bright(1), "{name}: {:?} {:?}", block(0), block(1));
            assert_eq!(block(2) == [0xff, 0x2b, 0xd6], !of_frames, "{name}: never a value");
            let row = &picture.pixels[picture.width * 80..][480..640];
            let stripes: std::collections::BTreeSet<_> = row.iter().collect();
            assert_eq!(stripes.len(), 2, "{name}: nowhere");
        }
    }
}

#[test]
fn a_map_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let sink = MapFolder::new(folder.path(), MapStyle::default()).expect("a folder");
    std::fs::write(folder.path().join("v2"), "a file in the way").expect("written");
    let maps = few_pixels();
    let error = TemporalSink::write(&sink, &temporal(&maps, &[None, Some(1)], Metric::Abs));
    assert!(error.expect_err("no folder").contains("v2"));
}
