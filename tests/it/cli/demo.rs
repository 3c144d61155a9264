//! The sequences of `aovscope demo`: what they hold, and that they differ where they say so.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aovscope::cli::demo::{FRAMES, HEIGHT, Planted, WIDTH, write_sequences};
use aovscope::cli::info;
use aovscope::cli::limits::LimitArgs;
use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::{AovKind, Plane, Sample, Samples, Window};
use aovscope::sequence::resolve;

const AOVS: [&str; 6] = ["rgba", "depth", "diffcol", "id", "motion", "normal"];

struct Demo {
    _folder: tempfile::TempDir,
    planted: Planted,
    files_told: usize,
}

/// Made once for all tests: it takes seconds.
fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let told = AtomicUsize::new(0);
        let count = |_: usize, total: usize| {
            assert_eq!(total, 48);
            told.fetch_add(1, Ordering::Relaxed);
        };
        let planted = write_sequences(folder.path(), &count).expect("the folder can be written");
        Demo { _folder: folder, planted, files_told: told.into_inner() }
    })
}

fn file(folder: &Path, frame: i64) -> PathBuf {
    let sequence = resolve(&folder.to_string_lossy()).expect("one sequence");
    sequence.path(Some(frame)).expect("that frame").to_owned()
}

/// The planes of [`AOVS`].
fn planes(folder: &Path, frame: i64) -> Vec<Plane> {
    let info = read_info(&file(folder, frame), &Limits::default()).expect("readable");
    let aovs: Vec<_> = AOVS.iter().map(|key| info.aov(key).expect("that AOV")).collect();
    read_planes(&info, &aovs, &Limits::default()).into_iter().map(|plane| plane.expect("decodes")).collect()
}

/// Pixels whose stored bits differ in some channel.
fn changed(a: &Plane, b: &Plane) -> Vec<(i32, i32)> {
    assert_eq!((a.data_window, a.channels.len()), (b.data_window, b.channels.len()));
    let mut differs = vec![false; WIDTH * HEIGHT];
    for (a, b) in a.channels.iter().zip(&b.channels) {
        let size = a.samples.sample_type().bytes();
        assert_eq!((&a.name, a.samples.sample_type()), (&b.name, b.samples.sample_type()));
        let pairs = a.samples.as_bytes().chunks_exact(size).zip(b.samples.as_bytes().chunks_exact(size));
        differs.iter_mut().zip(pairs).for_each(|(differs, (a, b))| *differs |= a != b);
    }
    (0..WIDTH * HEIGHT).filter(|&index| differs[index]).map(|index| a.data_window.pixel(index)).collect()
}

#[test]
fn both_sequences_hold_all_frames_and_aovs() {
    let demo = demo();
    assert_eq!(demo.files_told, 48);
    for (folder, name) in [(&demo.planted.reference, "clothsimv1"), (&demo.planted.candidate, "clothsimv2")] {
        let sequence = resolve(&folder.to_string_lossy()).expect("one sequence");
        assert_eq!(
            (sequence.name.as_str(), sequence.range(), sequence.frames.len()),
            (name, Some((1, FRAMES)), 24)
        );
        let files = std::fs::read_dir(folder).expect("a folder").count();
        assert_eq!(files, 24, "no temporary file is left");
    }
    let info = read_info(&file(&demo.planted.reference, 1), &Limits::default()).expect("readable");
    assert_eq!(info.parts[0].data_window, Window::of_size(WIDTH as u32, HEIGHT as u32));
    let keys: Vec<_> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
    assert_eq!(keys.len(), AOVS.len(), "{keys:?}");
    assert_eq!(info.aov("id").expect("ids").kind, AovKind::Id);
}

#[test]
fn nothing_differs_but_what_is_planted() {
    let demo = demo();
    for frame in 1..=FRAMES {
        let pair = [&demo.planted.reference, &demo.planted.candidate].map(|folder| planes(folder, frame));
        for (index, aov) in AOVS.iter().enumerate() {
            let windows: Vec<_> = demo
                .planted
                .changes
                .iter()
                .filter_map(|change| Some((change, change.window(aov, frame)?)))
                .collect();
            let changed = changed(&pair[0][index], &pair[1][index]);
            let stray =
                changed.iter().find(|(x, y)| !windows.iter().any(|(_, window)| window.contains(*x, *y)));
            assert_eq!(stray, None, "frame {frame}, {aov}");
            for (change, window) in windows {
                let inside = changed.iter().filter(|(x, y)| window.contains(*x, *y)).count() as u64;
                let name = change.name;
                assert!(inside > 0, "frame {frame}, {aov}: no trace of {name}");
                assert!(
                    !change.fills_windows || inside == window.pixels(),
                    "frame {frame}, {aov}, {name}: {inside}"
                );
            }
            assert!(frame >= demo.planted.first_frame || changed.is_empty());
        }
    }
}

#[test]
fn the_crease_shows_from_its_first_frame_on_and_spreads() {
    let demo = demo();
    let count = |frame: i64, aov: usize| {
        let pair = [&demo.planted.reference, &demo.planted.candidate].map(|folder| planes(folder, frame));
        changed(&pair[0][aov], &pair[1][aov]).len()
    };
    let depth = AOVS.iter().position(|aov| *aov == "depth").expect("listed");
    let counts = [9, 13, 18, 24].map(|frame| count(frame, depth));
    assert!(counts[0] > 20 && counts.windows(2).all(|pair| pair[0] < pair[1]), "{counts:?}");
    assert!(count(9, 0) > 20);
}

#[test]
fn swapped_ids_differ_by_one_beyond_what_a_float_can_tell() {
    let demo = demo();
    let id = AOVS.iter().position(|aov| *aov == "id").expect("listed");
    let pair =
        [&demo.planted.reference, &demo.planted.candidate].map(|folder| planes(folder, 12).swap_remove(id));
    let Samples::U32(reference) = &pair[0].channels[0].samples else { panic!("ids are integers") };
    let Samples::U32(candidate) = &pair[1].channels[0].samples else { panic!("ids are integers") };
    for (a, b) in [(16_777_216, 16_777_217), (16_777_217, 16_777_216)] {
        let pixels: Vec<_> = (0..reference.len()).filter(|&index| reference[index] == a).collect();
        assert!(pixels.len() > 30, "{a} is seen in {} pixels", pixels.len());
        assert!(pixels.iter().all(|&index| candidate[index] == b));
    }
}

#[test]
fn the_firefly_and_the_nan_are_single_pixels() {
    let demo = demo();
    let bad = |frame: i64, is_bad: fn(f64) -> bool| {
        let plane = planes(&demo.planted.candidate, frame).swap_remove(0);
        let values = |(x, y)| plane.pixel(x, y).expect("inside").into_iter().map(Sample::to_f64);
        let pixels = (0..WIDTH * HEIGHT).map(|index| plane.data_window.pixel(index));
        pixels.filter(|&at| values(at).any(is_bad)).collect::<Vec<_>>()
    };
    let planted = |name: &str| {
        let change = demo.planted.changes.iter().find(|change| change.name.contains(name)).expect("planted");
        let (frame, window) = change.windows[0];
        (frame, vec![(window.x, window.y)])
    };
    let (frame, at) = planted("firefly");
    assert_eq!(bad(frame, |value| value > 10.0), at);
    let (frame, at) = planted("not a number");
    assert_eq!(bad(frame, f64::is_nan), at);
}

#[test]
fn info_tells_of_both() {
    let demo = demo();
    let paths = vec![demo.planted.reference.clone(), demo.planted.candidate.clone()];
    let mut out = Vec::new();
    let args = info::Args { paths, json: false, recursive: false, limits: LimitArgs::default() };
    assert_eq!(info::run(&args, &mut out).expect("two sequences"), info::Outcome::Complete);
    let text = String::from_utf8(out).expect("text");
    for part in [
        "clothsimv1\n",
        "clothsimv2\n",
        "1-24 (24 frames)",
        "192 x 108, EXR ZIP, scan lines",
        "6 (14 channels",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(!text.contains("changes"), "{text}");
}
