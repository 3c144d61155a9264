//! Sets of frame numbers as users write them: `1-100x2,200,-5--1`, `1-3,5,7-20:2`.

use std::fmt;
use std::str::FromStr;

use super::Error;

/// A set of frame numbers: numbers, ranges and stepped ranges, as in OpenImageIO and fileseq
/// (`1-100x2`) or OpenJD (`1-100:2`). Never listed out, so that huge ranges cost nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameSet {
    ranges: Vec<Range>,
}

/// `first`, `first + step`, … up to `last`; `first <= last`, `step >= 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    first: i64,
    last: i64,
    step: i64,
}

impl FrameSet {
    /// All numbers from `first` to `last`, in either order.
    pub fn range(first: i64, last: i64) -> Self {
        Self { ranges: vec![range_from(first, last, 1)] }
    }

    /// Whether frame `number` is in the set.
    pub fn contains(&self, number: i64) -> bool {
        self.ranges.iter().any(|range| range.contains(number))
    }

    /// Least and largest number.
    pub fn bounds(&self) -> (i64, i64) {
        let first = self.ranges.iter().map(|range| range.first).min();
        let last = self.ranges.iter().map(|range| range.last).max();
        first.zip(last).expect("parsing gives at least one range")
    }
}

impl Range {
    fn contains(self, number: i64) -> bool {
        let offset = i128::from(number) - i128::from(self.first);
        offset >= 0 && number <= self.last && offset % i128::from(self.step) == 0
    }
}

/// The inverse of parsing: commas, `x` for steps, each range ascending.
impl fmt::Display for FrameSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.ranges.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write_range(f, range.first, range.last, range.step)?;
        }
        Ok(())
    }
}

/// Writes one range in the notation that [`FrameSet`] reads.
pub(super) fn write_range(f: &mut impl fmt::Write, first: i64, last: i64, step: i64) -> fmt::Result {
    if first == last {
        return write!(f, "{first}");
    }
    write!(f, "{first}-{last}")?;
    if step == 1 { Ok(()) } else { write!(f, "x{step}") }
}

impl FromStr for FrameSet {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let ranges: Result<_, _> = text.split(',').map(|element| parse_range(element.trim())).collect();
        let ranges = ranges.map_err(|reason| Error::FrameSet { text: text.to_owned(), reason })?;
        Ok(Self { ranges })
    }
}

/// `7`, `1-100`, `1-100x2`, `1-100:2`, `-5--1`; `10-1` counts down from 10.
fn parse_range(element: &str) -> Result<Range, String> {
    if element.is_empty() {
        return Err("an element is empty".to_owned());
    }
    let (bounds, step) = match element.split_once(['x', ':']) {
        Some((bounds, step)) => (bounds, parse_step(step)?),
        None => (element, 1),
    };
    // A minus at the start is a sign: the range's own minus is searched after it.
    let Some(minus) = bounds.get(1..).and_then(|rest| rest.find('-')).map(|at| at + 1) else {
        let number = parse_number(bounds)?;
        if bounds.len() != element.len() {
            return Err(format!("{element:?} has a step but no range"));
        }
        return Ok(Range { first: number, last: number, step: 1 });
    };
    let (from, to) = (parse_number(&bounds[..minus])?, parse_number(&bounds[minus + 1..])?);
    Ok(range_from(from, to, step))
}

/// A range that counts down keeps its own phase: `10-1x4` is 10, 6, 2.
fn range_from(from: i64, to: i64, step: i64) -> Range {
    let reach = (i128::from(to) - i128::from(from)) / i128::from(step) * i128::from(step);
    let end = i64::try_from(i128::from(from) + reach).expect("it lies between two i64");
    Range { first: from.min(end), last: from.max(end), step }
}

fn parse_number(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{text:?} is not a whole number"));
    }
    text.parse().map_err(|error| format!("{text:?}: {error}"))
}

fn parse_step(text: &str) -> Result<i64, String> {
    match parse_number(text) {
        Ok(step) if step >= 1 => Ok(step),
        _ => Err(format!("the step {text:?} is not a whole number of 1 or more")),
    }
}

#[cfg(test)]
mod tests {
    use super::FrameSet;

    fn set(text: &str) -> FrameSet {
        text.parse().expect("a set of frames")
    }

    fn members(text: &str) -> Vec<i64> {
        let set = set(text);
        (-30..=300).filter(|&number| set.contains(number)).collect()
    }

    #[test]
    fn reads_both_notations() {
        assert_eq!(members("1-9x2,200,-5--3"), [-5, -4, -3, 1, 3, 5, 7, 9, 200]);
        assert_eq!(members("1-3,5,7-12:2"), [1, 2, 3, 5, 7, 9, 11]);
        assert_eq!(members("-3"), [-3]);
        assert_eq!(members("-2-2"), [-2, -1, 0, 1, 2]);
        assert_eq!(members("0001-0003, 0010"), [1, 2, 3, 10]);
        assert_eq!(members("10-1x4"), [2, 6, 10]);
    }

    #[test]
    fn is_written_as_it_is_read() {
        assert_eq!(set("1-100x2,200,-5--1,7-20:2").to_string(), "1-99x2,200,-5--1,7-19x2");
        assert_eq!(set("5-5").to_string(), "5");
        assert_eq!(set("3-1").to_string(), "1-3");
        assert_eq!(set("7,-2-3").bounds(), (-2, 7));
    }

    #[test]
    fn huge_ranges_cost_nothing_and_do_not_overflow() {
        let all = set("-9223372036854775808-9223372036854775807x2");
        assert!(all.contains(0) && !all.contains(1) && all.contains(i64::MIN) && !all.contains(i64::MAX));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, part) in [
            ("", "an element is empty"),
            ("1,,3", "an element is empty"),
            ("a", "\"a\" is not a whole number"),
            ("1-", "\"\" is not a whole number"),
            ("1-5x0", "the step \"0\" is not a whole number of 1 or more"),
            ("1-5x-2", "the step \"-2\""),
            ("5x2", "has a step but no range"),
            ("1..5", "\"1..5\" is not a whole number"),
            ("1-99999999999999999999", "too large"),
            ("é", "is not a whole number"),
        ] {
            let message = text.parse::<FrameSet>().expect_err(text).to_string();
            assert!(message.contains(part), "{text:?}: {message}");
        }
    }
}
