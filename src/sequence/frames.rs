//! A sequence: frames that differ in one number.

use std::path::{Path, PathBuf};

use super::frame_set::write_range;

/// One file of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The number in its name; `None` for a single file without one.
    pub number: Option<i64>,
    /// Where it is.
    pub path: PathBuf,
}

/// Frames that share folder, stem, suffix and extension and differ in one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Short name that tells it from the others it was loaded with.
    pub name: String,
    /// How the files are written: `folder/clothsimv1.####.exr`; the path itself for a single file
    /// that was given by name or has no number.
    pub pattern: String,
    /// Sorted by number, each number once; not empty.
    pub frames: Vec<Frame>,
}

impl Sequence {
    /// The file of frame `number`.
    pub fn path(&self, number: Option<i64>) -> Option<&Path> {
        let index = self.frames.binary_search_by_key(&number, |frame| frame.number).ok()?;
        Some(&self.frames[index].path)
    }

    /// First and last number; `None` for a single file without one.
    pub fn range(&self) -> Option<(i64, i64)> {
        Some((self.frames.first()?.number?, self.frames.last()?.number?))
    }

    /// Whether this is one file, given by its own name or without a number: two such are compared
    /// with each other whatever their numbers.
    pub fn is_single_file(&self) -> bool {
        matches!(&self.frames[..], [only] if only.path.to_string_lossy() == self.pattern)
    }

    /// The distance of neighbouring frames: the greatest common divisor of all distances where at
    /// least two of them, and at least half of all, are that short; else 1. So 1, 11, 21 has step
    /// 10; 1, 3, 5, 9 has step 2 and lacks 7; 1, 100 has step 1 and lacks 98.
    pub fn step(&self) -> i64 {
        let distances: Vec<i64> =
            self.numbers().windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
        let step = distances.iter().copied().fold(0, greatest_common_divisor);
        let regular = distances.iter().filter(|&&distance| distance == step).count();
        if regular >= 2 && regular * 2 >= distances.len() { step } else { 1 }
    }

    /// The missing numbers between the first and the last as (first, last) of each run, ascending,
    /// both missing; numbers that the [step](Self::step) leaves out are not missing.
    pub fn gaps(&self) -> Vec<(i64, i64)> {
        let (numbers, step) = (self.numbers(), self.step());
        let pairs = numbers.windows(2).filter(|pair| pair[1].saturating_sub(pair[0]) > step);
        pairs.map(|pair| (pair[0] + step, pair[1] - step)).collect()
    }

    /// The numbers that are there, `1-20,22-24` or `1-21x10`, in the notation of
    /// [`FrameSet`](super::FrameSet); empty for a single file without a number.
    pub fn ranges_text(&self) -> String {
        let (numbers, step) = (self.numbers(), self.step());
        let mut text = String::new();
        for run in numbers.chunk_by(|a, b| b.saturating_sub(*a) == step) {
            if !text.is_empty() {
                text.push(',');
            }
            write_range(&mut text, run[0], run[run.len() - 1], step).expect("a String takes all text");
        }
        text
    }

    fn numbers(&self) -> Vec<i64> {
        self.frames.iter().filter_map(|frame| frame.number).collect()
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Sequence};
    use crate::sequence::FrameSet;

    fn sequence(numbers: &[i64]) -> Sequence {
        let frame = |&number: &i64| Frame { number: Some(number), path: format!("a.{number:04}.exr").into() };
        Sequence {
            name: "a".into(),
            pattern: "a.####.exr".into(),
            frames: numbers.iter().map(frame).collect(),
        }
    }

    #[test]
    fn gaps_are_what_the_step_does_not_explain() {
        for (numbers, text, gaps) in [
            (&[1, 2, 3][..], "1-3", &[][..]),
            (&[20, 22, 23, 24, 25], "20,22-25", &[(21, 21)]),
            (&[1, 3, 5], "1-5x2", &[]),
            (&[1, 11, 21], "1-21x10", &[]),
            (&[1, 3, 5, 9, 11], "1-5x2,9-11x2", &[(7, 7)]),
            (&[1, 100], "1,100", &[(2, 99)]),
            (&[1, 3, 9], "1,3,9", &[(2, 2), (4, 8)]),
            (&[-3, -2, -1, 1], "-3--1,1", &[(0, 0)]),
            (&[5], "5", &[]),
            (
                &[i64::MIN, i64::MAX],
                "-9223372036854775808,9223372036854775807",
                &[(i64::MIN + 1, i64::MAX - 1)],
            ),
        ] {
            let sequence = sequence(numbers);
            assert_eq!((sequence.ranges_text().as_str(), &sequence.gaps()[..]), (text, gaps), "{numbers:?}");
            let set: FrameSet = text.parse().expect("the same notation");
            assert!(numbers.iter().all(|&number| set.contains(number)));
            assert!(gaps.iter().all(|&(first, last)| !set.contains(first) && !set.contains(last)));
        }
    }

    #[test]
    fn a_single_file_has_its_path_as_pattern() {
        let mut one = sequence(&[7]);
        assert!(!one.is_single_file());
        one.pattern = "a.0007.exr".into();
        assert!(one.is_single_file());
    }
}
