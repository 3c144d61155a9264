//! Files of which a part is wrong or not there: just that part is lost, and told for what it is.

use std::ops::Range;

use aovscope::codec::{self, Limits};
use aovscope::image::{Plane, Unreadable, Window};

use super::build::{ExrFile, offset_table, temporary};
use super::{info, read_partly};

const LINES: usize = 64;

/// Floats that tell their line and column.
fn lines() -> Vec<u8> {
    let value = |i: usize| (i % 4) as f32 + 10.0 * (i / 4) as f32;
    (0..4 * LINES).flat_map(|i| value(i).to_le_bytes()).collect()
}

fn sound() -> Vec<u8> {
    ExrFile::new(Window::of_size(4, LINES as u32)).channel("Z", 2, lines()).bytes()
}

fn chunk(bytes: &[u8], line: usize) -> usize {
    let table = offset_table(bytes, LINES);
    u64::from_le_bytes(bytes[table.start + 8 * line..][..8].try_into().expect("8 bytes")) as usize
}

/// The only plane of a file; whatever it gives must be right.
fn plane(bytes: &[u8]) -> Plane {
    let (_, mut planes) = read_partly(temporary(bytes).path()).expect("something can be read");
    let plane = planes.remove(0);
    for y in 0..LINES as i32 {
        if plane.unreadable_at(2, y).is_none() {
            let value = plane.pixel(2, y).expect("it is readable")[0].to_f64();
            assert_eq!(value, 2.0 + 10.0 * f64::from(y), "line {y}");
        }
    }
    plane
}

#[track_caller]
fn assert_lost(plane: &Plane, lines: Range<i32>, incomplete: bool) {
    let [Unreadable { window, incomplete: found, reason }] = plane.unreadable.as_slice() else {
        panic!("one hole, not {:?}", plane.unreadable)
    };
    assert_eq!(
        (window.y, window.bottom(), *found),
        (lines.start, i64::from(lines.end), incomplete),
        "{reason}"
    );
    let samples = &plane.channels[0].samples;
    let lost = lines.start as usize * 4..lines.end as usize * 4;
    assert!(lost.into_iter().all(|i| samples.get(i).bits() == 0), "nothing is left of what was there before");
}

#[test]
fn an_uncompressed_file_that_is_cut_gives_what_is_there() {
    let sound = sound();
    let cut = &sound[..chunk(&sound, 37) + 5];
    assert_lost(&plane(cut), 37..64, true);
    let mut unfinished = sound[..chunk(&sound, 30)].to_vec();
    let table = offset_table(&sound, LINES);
    unfinished[table].fill(0);
    assert_lost(&plane(&unfinished), 30..64, true);
}

#[test]
fn a_chunk_that_names_another_line_harms_no_other() {
    let mut bytes = sound();
    let at = chunk(&bytes, 5);
    bytes[at] = 3;
    assert_lost(&plane(&bytes), 5..6, false);
}

#[test]
fn a_chunk_of_negative_size_harms_no_other() {
    let mut bytes = sound();
    let at = chunk(&bytes, 5) + 7;
    bytes[at] ^= 0x80;
    let plane = plane(&bytes);
    assert_lost(&plane, 5..6, false);
    assert!(plane.unreadable[0].reason.contains("its size is negative"), "{:?}", plane.unreadable);
}

#[test]
fn an_offset_that_leads_into_another_chunk_harms_none() {
    let mut bytes = sound();
    for inside in [1, 4, 9] {
        let wrong = chunk(&bytes, 40) as u64 + inside;
        let entry = offset_table(&bytes, LINES).start + 8 * 50;
        bytes[entry..entry + 8].copy_from_slice(&wrong.to_le_bytes());
        assert_eq!(plane(&bytes).unreadable, [], "{inside} bytes into it");
        let file = temporary(&bytes);
        let info = info(file.path()).expect("sound but for its table");
        let region = Window::new(0, 38, 4, 4);
        let region = codec::read_region(&info, &[&info.aovs[0]], region, &Limits::default()).remove(0);
        assert_eq!(region.expect("read").unreadable, []);
    }
}

#[test]
fn a_chunk_that_stands_twice_in_an_unfinished_file_hides_no_other() {
    let mut bytes = sound();
    let (first, second, table) = (chunk(&bytes, 7), chunk(&bytes, 8), offset_table(&bytes, LINES));
    let twice = bytes[first..second].to_vec();
    bytes[table].fill(0);
    bytes.splice(second..second, twice);
    assert_eq!(plane(&bytes).unreadable, []);
}

#[test]
fn lines_are_lost_with_the_row_that_stands_for_them() {
    let luma: Vec<u8> = (0..64u32).flat_map(|i| (i as f32).to_le_bytes()).collect();
    let chroma: Vec<u8> = (0..16u32).flat_map(|i| (0.5 + i as f32).to_le_bytes()).collect();
    let file = ExrFile::new(Window::of_size(8, 8))
        .subsampled("BY", 2, chroma.clone(), 2)
        .subsampled("RY", 2, chroma, 2)
        .channel("Y", 2, luma);
    let (_, whole) = read_partly(file.write().path()).expect("sound");
    assert_eq!(whole[0].unreadable, []);
    let pixel = |plane: &Plane, x, y| plane.pixel(x, y).map(|p| [p[0].to_f64(), p[1].to_f64()]);
    assert_eq!(pixel(&whole[0], 5, 3), Some([29.0, 6.5]));
    let mut bytes = file.bytes();
    let table = offset_table(&bytes, 8);
    let line_4 = u64::from_le_bytes(bytes[table.start + 32..][..8].try_into().expect("8 bytes")) as usize;
    bytes[line_4 + 7] ^= 0x80;
    let (_, planes) = read_partly(temporary(&bytes).path()).expect("most of it is sound");
    let lost: Vec<Window> = planes[0].unreadable.iter().map(|hole| hole.window).collect();
    assert_eq!(lost, [Window::new(0, 4, 8, 2)], "line 5 has its chroma from line 4");
    assert!((0..8).all(|y| y == 4 || y == 5 || pixel(&planes[0], 5, y) == pixel(&whole[0], 5, y)));
    assert!((32..48).all(|i| planes[0].channels.iter().all(|c| c.samples.get(i).bits() == 0)));
}

#[test]
fn a_preview_of_nothing_is_an_error() {
    let mut bytes = sound();
    let table = offset_table(&bytes, LINES);
    bytes.truncate(table.end);
    let file = temporary(&bytes);
    let info = info(file.path()).expect("its header is whole");
    let preview = codec::read_preview(&info, &[&info.aovs[0]], 4, &Limits::default());
    let error = preview.expect("each line is a chunk").remove(0).expect_err("no line is there");
    assert!(error.is_incomplete(), "{error}");
}

#[test]
fn a_region_of_one_large_chunk_counts_as_the_chunk() {
    let bytes = ExrFile::new(Window::of_size(4000, 1)).channel("Z", 2, vec![0; 16000]).bytes();
    let file = temporary(&bytes);
    let info = info(file.path()).expect("sound");
    let limits = Limits { max_bytes: 1000, ..Limits::default() };
    let pixel = Window::new(7, 0, 1, 1);
    let error =
        codec::read_region(&info, &[&info.aovs[0]], pixel, &limits).remove(0).expect_err("16000 bytes");
    assert!(error.to_string().contains("16000 bytes"), "{error}");
}
