//! Damaged copies of every file: a result or an error that names the file, soon, and never a panic.
//!
//! The damage is drawn from a seed, so that a failure comes again. `tests/fuzz` looks further.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aovscope::codec::{self, Limits};
use aovscope::image::{Plane, PlaneChannel, SampleType, Samples, Unreadable, Window};

use super::build::{ExrFile, offset_table, temporary};
use super::invariants;
use crate::support;

/// Larger pictures are refused: the files have fewer pixels, damaged headers claim more.
const LIMITS: Limits = Limits {
    max_pixels: 1 << 20,
    max_channels: 256,
    max_header_bytes: 1 << 20,
    max_bytes: 1 << 26,
    max_samples: 1 << 20,
};

/// The longest that one damaged file may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes at the start of a file where headers are.
const HEADER_BYTES: usize = 2000;

#[test]
fn mutations_never_panic() {
    let files = files();
    assert!(files.len() >= 10, "only {} files", files.len());
    // As many as take some seconds; more of smaller files.
    let budget: usize = if support::full_data().is_some() { 240 << 20 } else { 150 << 20 };
    for (number, path) in files.iter().enumerate() {
        let sound = std::fs::read(path).expect("read");
        let rounds = (budget / files.len() / sound.len().max(1)).clamp(12, 240);
        let mut random = Random(number as u64 + 1);
        for round in 0..rounds {
            let (bytes, what) = damaged(&sound, round, &mut random);
            ends_soon(&bytes, &format!("{path:?}, round {round}: {what}"));
        }
    }
}

/// All small files, and of the whole set one of each compression, layout and origin.
fn files() -> Vec<PathBuf> {
    let mut files = images(&support::small_data());
    if let Some(root) = support::full_data() {
        for folder in ["cloth/codecs", "newcodecs", "layouts"] {
            files.extend(images(&root.join(folder)));
        }
        // Every seventh, in the order of names: small ones, or all rounds would go into a few.
        let corpus = images(&root.join("exr-corpus")).into_iter();
        let small = corpus.filter(|path| path.metadata().is_ok_and(|data| data.len() < 200_000));
        files.extend(small.step_by(7));
    }
    files
}

fn images(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let files = walk.map(|entry| entry.expect("a readable folder").into_path());
    let is_image = |path: &PathBuf| path.extension().is_some_and(|e| e == "exr" || e == "png" || e == "jpg");
    files.filter(|path| path.is_file() && is_image(path)).collect()
}

/// Knuth's generator: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }

    fn within(&mut self, range: &Range<usize>) -> usize {
        range.start + self.below(range.len())
    }
}

/// A damaged copy, and what was done to it: kind after kind, in the header and all over in turn.
fn damaged(sound: &[u8], round: usize, random: &mut Random) -> (Vec<u8>, &'static str) {
    let mut bytes = sound.to_vec();
    let len = bytes.len();
    let range = if round.is_multiple_of(2) { 0..len } else { 0..len.min(HEADER_BYTES) };
    if range.is_empty() {
        return (bytes, "nothing");
    }
    let what = match round / 2 % 6 {
        0 => {
            for _ in 0..=random.below(8) {
                bytes[random.within(&range)] ^= 1 << random.below(8);
            }
            "bits flipped"
        }
        1 => {
            for _ in 0..=random.below(8) {
                bytes[random.within(&range)] = random.below(256) as u8;
            }
            "bytes set"
        }
        2 => {
            let (from, to) = (random.within(&range), random.within(&range));
            let size = random.below(200).min(len - from).min(len - to);
            bytes.copy_within(from..from + size, to);
            "a piece copied over another"
        }
        3 => {
            bytes.truncate(random.within(&range));
            "cut short"
        }
        4 => {
            let at = random.within(&range);
            let piece: Vec<u8> = (0..=random.below(20)).map(|_| random.below(256) as u8).collect();
            bytes.splice(at..at, piece);
            "bytes put in"
        }
        _ => {
            integers(&mut bytes, random);
            "integers set"
        }
    };
    (bytes, what)
}

/// Sets integers where formats have sizes, to such as are often mistaken.
fn integers(bytes: &mut [u8], random: &mut Random) {
    const INTERESTING: [u32; 10] =
        [0, 1, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 0x0001_0000, 0x4000_0000];
    let mut places = integer_places(bytes);
    if places.is_empty() {
        places = (0..bytes.len().saturating_sub(4)).collect();
    }
    for _ in 0..=random.below(2) {
        let Some(&at) = places.get(random.below(places.len())) else { return };
        let value = INTERESTING[random.below(INTERESTING.len())];
        // PNG and JPEG write the highest byte first; most of these look the same from both ends.
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
}

/// Where an EXR of one part has integers: sizes and words of attributes, then the offset table's
/// first entries and the sizes of their chunks. Empty for other files.
fn integer_places(bytes: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    if !bytes.starts_with(b"\x76\x2f\x31\x01") {
        return places;
    }
    let text_end = |at: usize| Some(at + bytes.get(at..)?.iter().position(|&byte| byte == 0)? + 1);
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let mut at = 8;
    while bytes.get(at).is_some_and(|&byte| byte != 0) {
        let Some(size_at) = text_end(at).and_then(text_end) else { return places };
        let Some(size) = word(size_at) else { return places };
        places.extend((size_at..=size_at.saturating_add(size)).step_by(4).take(40));
        at = size_at.saturating_add(size).saturating_add(4);
    }
    let table = at + 1;
    for entry in (table..).step_by(8).take(8) {
        places.extend([entry, entry + 4]);
        if let Some(chunk) = word(entry) {
            places.extend((chunk..chunk + 28).step_by(4));
        }
    }
    places.retain(|&place| place + 4 <= bytes.len());
    places
}

/// Reads the file of these bytes, all AOVs at once and one alone.
#[track_caller]
fn ends_soon(bytes: &[u8], what: &str) {
    let file = temporary(bytes);
    let name = file.path().file_name().expect("a file").to_string_lossy().into_owned();
    let start = Instant::now();
    let read = std::panic::catch_unwind(|| read(file.path(), bytes.len()));
    let errors = read.unwrap_or_else(|_| panic!("a panic: {what}"));
    assert!(start.elapsed() < PATIENCE, "{:?}: {what}", start.elapsed());
    for error in errors {
        assert!(error.contains(&name), "{error} does not name {name}: {what}");
    }
}

/// What the errors say.
fn read(path: &Path, seed: usize) -> Vec<String> {
    let info = match codec::read_info(path, &LIMITS) {
        Ok(info) => info,
        Err(error) => return vec![error.to_string()],
    };
    let aovs: Vec<_> = info.aovs.iter().collect();
    let together = codec::read_planes(&info, &aovs, &LIMITS);
    assert_eq!(together.len(), aovs.len());
    together.iter().flatten().for_each(invariants::check);
    if !aovs.is_empty() {
        let one = seed % aovs.len();
        let alone = codec::read_planes(&info, &aovs[one..=one], &LIMITS).remove(0);
        if let (Ok(alone), Ok(together)) = (&alone, &together[one]) {
            invariants::check_same(alone, together);
        }
    }
    together.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect()
}

#[test]
fn the_damage_is_damage() {
    let sound: Vec<u8> = (0..5000_u32).map(|i| (i * i) as u8).collect();
    let mut random = Random(7);
    for round in 0..12 {
        let (bytes, what) = damaged(&sound, round, &mut random);
        assert_ne!(bytes, sound, "round {round}: {what}");
    }
    let exr = ExrFile::new(Window::of_size(4, 3)).channel("Z", 2, vec![1; 48]);
    let bytes = exr.bytes();
    let table = offset_table(&bytes, 3);
    let places = integer_places(&bytes);
    assert!(places.contains(&table.start) && places.contains(&(table.end + 4)), "{places:?}");
}

/// A plane of 4 × 3 depths.
fn plane() -> Plane {
    let samples = Samples::zeros(SampleType::F32, 12);
    Plane {
        data_window: Window::of_size(4, 3),
        display_window: Window::of_size(4, 3),
        channels: vec![PlaneChannel { name: "Z".to_owned(), samples }],
        unreadable: Vec::new(),
    }
}

fn hole(window: Window) -> Unreadable {
    Unreadable { window, incomplete: false, reason: "it is a test".to_owned() }
}

#[test]
#[should_panic(expected = "samples of \"Z\"")]
fn a_plane_of_too_few_samples_is_seen() {
    invariants::check(&Plane { data_window: Window::of_size(4, 4), ..plane() });
}

#[test]
#[should_panic(expected = "two holes overlap at 3, 1")]
fn holes_over_each_other_are_seen() {
    let holes = vec![hole(Window::new(0, 1, 4, 1)), hole(Window::new(3, 1, 1, 2))];
    invariants::check(&Plane { unreadable: holes, ..plane() });
}

#[test]
#[should_panic(expected = "alone and together")]
fn another_sample_is_seen() {
    let mut other = plane();
    other.channels[0].samples.as_bytes_mut()[47] = 1;
    invariants::check_same(&plane(), &other);
}
