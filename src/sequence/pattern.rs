//! File names in which one number is left open: `name.%04d.exr`, `name.####.exr`,
//! `name.1-100x2#.exr`, `name.@@@.png`, `name.$F4.exr`, `name.{:04d}.exr`.

use super::numbers::{WrittenNumber, split_extension};
use super::{Error, FrameSet};

/// A file name in which one number is left open.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    /// Text before the number.
    pub before: String,
    /// Text after it, extension included.
    pub after: String,
    /// Fewest digits (a sign counts); files may have more.
    pub digits: usize,
    /// The frames wanted, where the pattern names them.
    pub frames: Option<FrameSet>,
}

/// The pattern that `name` (a file name without folder) is; `None` if it has no open number.
///
/// # Errors
/// When it has several.
pub(super) fn parse(name: &str) -> Result<Option<Pattern>, Error> {
    let Some((start, end, digits)) = find_open_number(name, 0) else { return Ok(None) };
    if find_open_number(name, end).is_some() {
        let reason = "only one number may be left open".to_owned();
        return Err(Error::Pattern { pattern: name.to_owned(), reason });
    }
    let (before, frames) = split_frames(&name[..start]);
    Ok(Some(Pattern { before: before.to_owned(), after: name[end..].to_owned(), digits, frames }))
}

impl Pattern {
    /// The number that `name` has where the pattern leaves it open; `None` where the name does not
    /// match. The extension matches in any case.
    pub(super) fn number(&self, name: &str) -> Option<WrittenNumber> {
        let rest = name.strip_prefix(self.before.as_str())?;
        let end = rest.len().checked_sub(self.after.len()).filter(|&end| rest.is_char_boundary(end))?;
        let (text, after) = rest.split_at(end);
        let ((stem, extension), (wanted, ours)) = (split_after(after), split_after(&self.after));
        if stem != wanted || !extension.eq_ignore_ascii_case(ours) {
            return None;
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_number =
            !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit());
        let value = (is_number && text.len() >= self.digits).then(|| text.parse().ok())??;
        let span = self.before.len()..self.before.len() + end;
        let number = WrittenNumber {
            span,
            value,
            digits: digits.len(),
            padded: digits.len() > 1 && digits.starts_with('0'),
            stands_alone: true,
        };
        self.frames.as_ref().is_none_or(|frames| frames.contains(value)).then_some(number)
    }
}

/// Splits what follows the number into its own text and the extension.
fn split_after(after: &str) -> (&str, &str) {
    match after.rfind('.') {
        Some(dot) => (&after[..dot], &after[dot..]),
        None => split_extension(after),
    }
}

/// The first open number from `from` on: (start, end, fewest digits).
fn find_open_number(name: &str, from: usize) -> Option<(usize, usize, usize)> {
    name[from..].char_indices().find_map(|(at, _)| {
        let start = from + at;
        let (length, digits) = open_number(&name[start..])?;
        Some((start, start + length, digits))
    })
}

/// Length and fewest digits of the open number that `text` starts with.
fn open_number(text: &str) -> Option<(usize, usize)> {
    let run = text.bytes().take_while(|byte| matches!(byte, b'#' | b'@')).count();
    if run > 0 {
        return Some((run, run));
    }
    if let Some(rest) = text.strip_prefix('%') {
        return width_until(rest, 'd').map(|(length, digits)| (1 + length, digits));
    }
    if let Some(rest) = text.strip_prefix("{:") {
        return width_until(rest, 'd')
            .filter(|&(length, _)| rest[length..].starts_with('}'))
            .map(|(length, digits)| (2 + length + 1, digits));
    }
    let rest = text.strip_prefix("$F")?;
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some((2 + length, width(&rest[..length])?))
}

/// `04d`: digits, then `end`; gives the length with `end`, and the width.
fn width_until(text: &str, end: char) -> Option<(usize, usize)> {
    let at = text.find(end)?;
    Some((at + end.len_utf8(), width(&text[..at])?))
}

/// A printf width: empty is 1.
fn width(text: &str) -> Option<usize> {
    match text {
        "" => Some(1),
        _ if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().ok().filter(|&width: &usize| width <= 18).map(|width| width.max(1))
        }
        _ => None,
    }
}

/// `name.1-100x2` before a `#`: the text, and the frames that its end names (a range or a list).
fn split_frames(before: &str) -> (&str, Option<FrameSet>) {
    let notation = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b',' | b'x' | b':');
    let start = before.len() - before.bytes().rev().take_while(|byte| notation(byte)).count();
    let text = &before[start..];
    let is_range = text.get(1..).is_some_and(|rest| rest.contains(['-', ',']));
    match text.parse() {
        Ok(frames) if is_range => (&before[..start], Some(frames)),
        _ => (before, None),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn number(pattern: &str, name: &str) -> Option<i64> {
        parse(pattern).expect("a pattern").expect("an open number").number(name).map(|number| number.value)
    }

    #[test]
    fn every_notation_leaves_a_number_open() {
        for pattern in [
            "a.####.exr",
            "a.@@@@.exr",
            "a.##@@.exr",
            "a.%04d.exr",
            "a.$F4.exr",
            "a.{:04d}.exr",
            "a.#.exr",
            "a.%d.exr",
            "a.$F.exr",
            "a.{:d}.exr",
        ] {
            assert_eq!(number(pattern, "a.0012.exr"), Some(12), "{pattern}");
            assert_eq!(number(pattern, "a.10012.EXR"), Some(10012), "{pattern}");
            assert_eq!(number(pattern, "a.-012.exr"), Some(-12), "{pattern}");
            assert_eq!(number(pattern, "b.0012.exr"), None, "{pattern}");
            assert_eq!(number(pattern, "a.0012.png"), None, "{pattern}");
            assert_eq!(number(pattern, "a..exr"), None, "{pattern}");
            assert_eq!(number(pattern, "a.00x2.exr"), None, "{pattern}");
        }
        assert_eq!(number("a.####.exr", "a.012.exr"), None);
        assert_eq!(number("a_%03d_crypto.exr", "a_007_crypto.exr"), Some(7));
        assert_eq!(number("####.png", "0003.PNG"), Some(3));
        assert_eq!(number("é####é.png", "é0003é.png"), Some(3));
        assert_eq!(number("a####é.png", "a3\u{301}.png"), None);
    }

    #[test]
    fn frames_in_the_pattern_choose() {
        assert_eq!(number("a.1-9x2#.exr", "a.0003.exr"), Some(3));
        assert_eq!(number("a.1-9x2#.exr", "a.0004.exr"), None);
        assert_eq!(number("a.1,5@@@@.exr", "a.0005.exr"), Some(5));
        assert_eq!(number("a.-5--1#.exr", "a.-003.exr"), Some(-3));
        assert_eq!(number("v2####.exr", "v20003.exr"), Some(3));
    }

    #[test]
    fn names_without_open_number_are_no_patterns() {
        for name in ["a.0001.exr", "100%.exr", "50%dry.x", "$Frank", "{:x}", ""] {
            let found = parse(name).expect("no error");
            assert!(found.is_none() || name == "50%dry.x" || name == "$Frank", "{name}: {found:?}");
        }
        assert!(parse("a.####.%04d.exr").expect_err("two").to_string().contains("only one number"));
    }
}
