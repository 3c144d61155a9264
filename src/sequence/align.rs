//! The frames of two sequences, side by side.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{FrameSet, Sequence};

/// The files of one frame of a comparison. At least one of them is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedFrame {
    /// The reference's number; `None` for files without one.
    pub number: Option<i64>,
    /// The reference's file; `None` where it lacks the frame.
    pub reference: Option<PathBuf>,
    /// The candidate's file; `None` where it lacks the frame.
    pub candidate: Option<PathBuf>,
}

/// Frames of `reference` and `candidate` by number, ascending: all that either has, the candidate's
/// number being the reference's + `offset`. `frames` chooses by the reference's number; a frame that
/// both lack is not in the result.
///
/// Two [single files](Sequence::is_single_file) are compared with each other whatever their numbers
/// and `offset`; that row bears the reference's number.
pub fn align(
    reference: &Sequence,
    candidate: &Sequence,
    offset: i64,
    frames: Option<&FrameSet>,
) -> Vec<AlignedFrame> {
    let wanted = |number: Option<i64>| match (frames, number) {
        (Some(frames), Some(number)) => frames.contains(number),
        _ => true,
    };
    if reference.is_single_file() && candidate.is_single_file() {
        return single_files(reference, candidate).into_iter().filter(|row| wanted(row.number)).collect();
    }
    let shifted = candidate.frames.iter().filter_map(|frame| match frame.number {
        None => Some(None),
        Some(number) => number.checked_sub(offset).map(Some),
    });
    let numbers: BTreeSet<Option<i64>> = reference.frames.iter().map(|f| f.number).chain(shifted).collect();
    let row = |number: Option<i64>| AlignedFrame {
        number,
        reference: reference.path(number).map(PathBuf::from),
        candidate: candidate.path(number.map(|number| number.saturating_add(offset))).map(PathBuf::from),
    };
    numbers.into_iter().filter(|&number| wanted(number)).map(row).collect()
}

fn single_files(reference: &Sequence, candidate: &Sequence) -> Option<AlignedFrame> {
    let (a, b) = (reference.frames.first()?, candidate.frames.first()?);
    Some(AlignedFrame { number: a.number, reference: Some(a.path.clone()), candidate: Some(b.path.clone()) })
}

#[cfg(test)]
mod tests {
    use super::align;
    use crate::sequence::{Frame, Sequence};

    fn sequence(name: &str, numbers: &[i64]) -> Sequence {
        let path = |number| format!("{name}.{number:04}.exr").into();
        let frame = |&number| Frame { number: Some(number), path: path(number) };
        let frames = numbers.iter().map(frame).collect();
        Sequence { name: name.into(), pattern: format!("{name}.####.exr"), frames }
    }

    fn still(path: &str, number: Option<i64>) -> Sequence {
        let frames = vec![Frame { number, path: path.into() }];
        Sequence { name: path.into(), pattern: path.into(), frames }
    }

    /// Rows as text: `number reference|candidate`, `-` for what is not there.
    fn rows(reference: &Sequence, candidate: &Sequence, offset: i64, frames: Option<&str>) -> Vec<String> {
        let set = frames.map(|text| text.parse().expect("a set of frames"));
        let show =
            |path: Option<std::path::PathBuf>| path.map_or("-".to_owned(), |p| p.display().to_string());
        let rows = align(reference, candidate, offset, set.as_ref()).into_iter();
        rows.map(|row| format!("{:?} {}|{}", row.number, show(row.reference), show(row.candidate))).collect()
    }

    #[test]
    fn union_of_numbers() {
        let (a, b) = (sequence("a", &[1, 2, 4]), sequence("b", &[2, 3, 4]));
        assert_eq!(
            rows(&a, &b, 0, None),
            [
                "Some(1) a.0001.exr|-",
                "Some(2) a.0002.exr|b.0002.exr",
                "Some(3) -|b.0003.exr",
                "Some(4) a.0004.exr|b.0004.exr"
            ]
        );
    }

    #[test]
    fn candidate_is_reference_plus_offset() {
        let (a, b) = (sequence("a", &[1, 2]), sequence("b", &[1001, 1003]));
        assert_eq!(
            rows(&a, &b, 1000, None),
            ["Some(1) a.0001.exr|b.1001.exr", "Some(2) a.0002.exr|-", "Some(3) -|b.1003.exr"]
        );
        assert_eq!(rows(&b, &a, -1000, Some("1001")), ["Some(1001) b.1001.exr|a.0001.exr"]);
    }

    #[test]
    fn frames_choose_by_the_reference_and_both_lacking_is_no_row() {
        let (a, b) = (sequence("a", &[1, 2, 5]), sequence("b", &[1, 2, 5]));
        assert_eq!(rows(&a, &b, 0, Some("2-4")), ["Some(2) a.0002.exr|b.0002.exr"]);
    }

    #[test]
    fn single_files_meet_whatever_their_numbers() {
        let (a, b) = (still("a.0012.exr", Some(12)), still("b.0020.exr", Some(20)));
        assert_eq!(rows(&a, &b, 0, None), ["Some(12) a.0012.exr|b.0020.exr"]);
        assert_eq!(rows(&still("a.exr", None), &b, 0, None), ["None a.exr|b.0020.exr"]);
        assert_eq!(rows(&a, &b, 0, Some("1-5")), Vec::<String>::new());
        let folder = sequence("b", &[20]);
        assert_eq!(rows(&a, &folder, 0, None), ["Some(12) a.0012.exr|-", "Some(20) -|b.0020.exr"]);
    }
}
