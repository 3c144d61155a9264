//! Files of one folder become sequences.
//!
//! Files belong together that have the same text around their numbers and the same extension
//! (whatever its case). One of the numbers is the frame, by this rule; the others split sequences:
//! - *home* is the last number that stands alone (no letter beside it), else the last number;
//! - where home varies, it is the frame;
//! - else the last varying number is the frame, one that stands alone before one that does not,
//!   if it is written with more digits than home, or with as many where home is not a `.0012.`
//!   directly before the extension;
//! - else home is the frame: `clothsimv1.0023.exr` and `clothsimv2.0023.exr` are two sequences.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::numbers::{WrittenNumber, numbers, split_extension};
use super::{Frame, Sequence};

/// A file name taken apart.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    numbers: Vec<WrittenNumber>,
}

/// Sequences of the files `names` of `folder`, sorted by pattern; named by their stems.
pub(super) fn group(folder: &Path, names: impl IntoIterator<Item = String>) -> Vec<Sequence> {
    let mut alike: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for name in names {
        let numbers = numbers(split_extension(&name).0);
        alike.entry(skeleton(&name, &numbers)).or_default().push(Named { name, numbers });
    }
    let mut sequences: Vec<Sequence> = alike.into_values().flat_map(|files| split(folder, files)).collect();
    sequences.sort_by(|a, b| a.pattern.cmp(&b.pattern));
    sequences
}

/// The sequence of the files `names` of `folder` in which `number` finds the frame; of files with one
/// number, the one with the fewest digits. `None` where there is no file.
pub(super) fn by_number(
    folder: &Path,
    names: impl IntoIterator<Item = String>,
    number: impl Fn(&str) -> Option<WrittenNumber>,
) -> Option<Sequence> {
    let with_number = |name: String| Some(Named { numbers: vec![number(&name)?], name });
    let mut files: Vec<Named> = names.into_iter().filter_map(with_number).collect();
    files.sort_by_key(|file| (file.numbers[0].value, file.numbers[0].digits));
    files.dedup_by_key(|file| file.numbers[0].value);
    (!files.is_empty()).then(|| sequence(folder, files, 0))
}

/// The sequence of one file that was given by name: its pattern is its path.
pub(super) fn single_file(path: PathBuf) -> Sequence {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let numbers = numbers(split_extension(&name).0);
    let file = Named { name, numbers };
    let position = frame_position(std::slice::from_ref(&file));
    Sequence {
        name: stem(&file.name, position.map(|position| &file.numbers[position])),
        pattern: path.to_string_lossy().into_owned(),
        frames: vec![Frame { number: position.map(|position| file.numbers[position].value), path }],
    }
}

/// The name without frame number, extension and the separators that are then left over:
/// `clothsimv1.0012.exr` is `clothsimv1`, `render_0001_crypto.exr` is `render_crypto`.
fn stem(name: &str, frame: Option<&WrittenNumber>) -> String {
    let (stem, _) = split_extension(name);
    match frame {
        None => stem.to_owned(),
        Some(number) => join_around(&stem[..number.span.start], &stem[number.span.end..]),
    }
}

/// What stands before and after a frame number, as one name.
pub(super) fn join_around(before: &str, after: &str) -> String {
    const SEPARATORS: [char; 4] = ['.', '_', '-', ' '];
    let before = before.trim_end_matches(SEPARATORS);
    if before.is_empty() {
        after.trim_start_matches(SEPARATORS).to_owned()
    } else {
        format!("{before}{after}")
    }
}

/// The name with its numbers blanked and its extension in lower case.
fn skeleton(name: &str, numbers: &[WrittenNumber]) -> String {
    let (stem, extension) = split_extension(name);
    let mut text = String::with_capacity(name.len());
    let mut end = 0;
    for number in numbers {
        text.push_str(&stem[end..number.span.start]);
        text.push('\0'); // no name holds one
        end = number.span.end;
    }
    text.push_str(&stem[end..]);
    text.push('.');
    text.push_str(&extension.to_ascii_lowercase());
    text
}

/// Which number is the frame; `None` where there is none. The files have equal skeletons.
fn frame_position(files: &[Named]) -> Option<usize> {
    let first = &files[0];
    let last = |wanted: &dyn Fn(usize) -> bool| (0..first.numbers.len()).rev().find(|&at| wanted(at));
    let alone = |at: usize| first.numbers[at].stands_alone;
    let varies = |at: usize| files.iter().any(|file| file.numbers[at].value != first.numbers[at].value);
    let digits = |at: usize| files.iter().map(|file| file.numbers[at].digits).min();

    let home = last(&alone).or(last(&|_| true))?;
    let varying = last(&|at| alone(at) && varies(at)).or(last(&varies));
    let frame = varying.filter(|&other| match digits(other).cmp(&digits(home)) {
        Ordering::Less => false,
        Ordering::Equal => !ends_stem_after_dot(first, home),
        Ordering::Greater => true,
    });
    Some(frame.filter(|_| !varies(home)).unwrap_or(home))
}

fn ends_stem_after_dot(file: &Named, at: usize) -> bool {
    let (stem, _) = split_extension(&file.name);
    let span = &file.numbers[at].span;
    span.end == stem.len() && stem[..span.start].ends_with('.')
}

/// Splits files of equal skeleton by the numbers that are not the frame.
fn split(folder: &Path, files: Vec<Named>) -> Vec<Sequence> {
    let Some(position) = frame_position(&files) else {
        return files.into_iter().map(|file| single_file(folder.join(file.name))).collect();
    };
    let mut apart: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for file in files {
        apart.entry(other_numbers(&file, position)).or_default().push(file);
    }
    let sets = apart.into_values().flat_map(|files| each_number_once(files, position));
    sets.map(|files| sequence(folder, files, position)).collect()
}

fn other_numbers(file: &Named, position: usize) -> String {
    let others = file.numbers.iter().enumerate().filter(|&(at, _)| at != position);
    others.map(|(_, number)| &file.name[number.span.clone()]).collect::<Vec<_>>().join(" ")
}

/// `a.1.exr` beside `a.0001.exr`, or `a.1.EXR` beside `a.1.exr`: where a number occurs twice, files
/// of different padding or extension are different sequences. A number without leading zeros goes
/// with the widest padding that it can continue (999 → 1000).
fn each_number_once(files: Vec<Named>, position: usize) -> Vec<Vec<Named>> {
    let mut values: Vec<i64> = files.iter().map(|file| file.numbers[position].value).collect();
    values.sort_unstable();
    if values.windows(2).all(|pair| pair[0] != pair[1]) {
        return vec![files];
    }
    let number = |file: &Named| file.numbers[position].clone();
    let paddings: Vec<usize> = files.iter().map(number).filter(|n| n.padded).map(|n| n.digits).collect();
    let mut apart: BTreeMap<(String, usize, bool), Vec<Named>> = BTreeMap::new();
    for file in files {
        let number = number(&file);
        let widest = paddings.iter().copied().filter(|&padding| padding <= number.digits).max();
        let minus_zero = number.value == 0 && file.name[number.span.clone()].starts_with('-');
        let extension = split_extension(&file.name).1.to_owned();
        apart.entry((extension, widest.unwrap_or(1), minus_zero)).or_default().push(file);
    }
    apart.into_values().collect()
}

/// One sequence of files that differ in the number at `position` only.
fn sequence(folder: &Path, mut files: Vec<Named>, position: usize) -> Sequence {
    files.sort_by_key(|file| file.numbers[position].value);
    let first = &files[0];
    let number = &first.numbers[position];
    let digits = files.iter().map(|file| file.numbers[position].digits).min().unwrap_or(1);
    let (before, after) = (&first.name[..number.span.start], &first.name[number.span.end..]);
    let pattern = folder.join(format!("{before}{}{after}", "#".repeat(digits)));
    Sequence {
        name: stem(&first.name, Some(number)),
        pattern: pattern.to_string_lossy().into_owned(),
        frames: files
            .iter()
            .map(|file| Frame { number: Some(file.numbers[position].value), path: folder.join(&file.name) })
            .collect(),
    }
}
