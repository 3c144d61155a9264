//! The numbers in a file name.

use std::ops::Range;

/// A number as it is written in a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenNumber {
    /// Bytes of the name that it takes, sign included.
    pub span: Range<usize>,
    /// What it says.
    pub value: i64,
    /// Digits, leading zeros included, sign not.
    pub digits: usize,
    /// Written with a leading zero that says nothing (`0012`, not `12` or `0`).
    pub padded: bool,
    /// No letter directly before or after it: `_0012.`, not `v2` or `10x10`.
    pub stands_alone: bool,
}

/// Stem and extension (without its dot); an empty extension where there is none.
pub(super) fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 => (&name[..dot], &name[dot + 1..]),
        _ => (name, ""),
    }
}

/// The numbers of a stem from left to right. A minus directly before digits is a sign only at the
/// start or after `.` or `_`: `name.-003` is frame −3, `name-003` is frame 3. Runs of more than 18
/// digits are no numbers but text.
pub(super) fn numbers(stem: &str) -> Vec<WrittenNumber> {
    let bytes = stem.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        found.extend(written_number(stem, start..at));
    }
    found
}

fn written_number(stem: &str, digits: Range<usize>) -> Option<WrittenNumber> {
    let magnitude: i64 = (digits.len() <= 18).then(|| stem[digits.clone()].parse().ok())??;
    let negative = has_sign(stem.as_bytes(), digits.start);
    let span = digits.start - usize::from(negative)..digits.end;
    let beside = [stem[..span.start].chars().next_back(), stem[span.end..].chars().next()];
    Some(WrittenNumber {
        value: if negative { -magnitude } else { magnitude },
        digits: digits.len(),
        padded: digits.len() > 1 && stem.as_bytes()[digits.start] == b'0',
        stands_alone: !beside.into_iter().flatten().any(char::is_alphabetic),
        span,
    })
}

fn has_sign(bytes: &[u8], digits: usize) -> bool {
    match bytes[..digits] {
        [b'-'] => true,
        [.., before, b'-'] => matches!(before, b'.' | b'_'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{numbers, split_extension};

    fn values(stem: &str) -> Vec<i64> {
        numbers(stem).iter().map(|number| number.value).collect()
    }

    #[test]
    fn minus_is_a_sign_only_after_a_separator() {
        assert_eq!(values("name.-003"), [-3]);
        assert_eq!(values("name_-003"), [-3]);
        assert_eq!(values("-7"), [-7]);
        assert_eq!(values("name-003"), [3]);
        assert_eq!(values("2024-01-15_0007"), [2024, 1, 15, 7]);
        assert_eq!(values("a--3"), [3]);
    }

    #[test]
    fn long_runs_of_digits_are_text() {
        assert_eq!(values("hash_12345678901234567890.0002"), [2]);
    }

    #[test]
    fn letters_glue() {
        let alone: Vec<_> = numbers("clothsimv1_16.0017_4k").iter().map(|n| n.stands_alone).collect();
        assert_eq!(alone, [false, true, true, false]);
    }

    #[test]
    fn extension_is_after_the_last_dot() {
        assert_eq!(split_extension("a.0001.exr"), ("a.0001", "exr"));
        assert_eq!(split_extension("0001"), ("0001", ""));
        assert_eq!(split_extension(".exr"), (".exr", ""));
    }
}
