//! Numbers as text that gives them back exactly.

use std::fmt::Write;

/// The shortest decimal that parses to the same f64, with an exponent where it would be long; `nan`,
/// `inf` and `-inf` (the sign and payload of a NaN are not kept).
pub fn number(value: f64) -> String {
    let mut text = String::new();
    push_number(&mut text, value);
    text
}

/// [`number`], appended to `text`.
pub(super) fn push_number(text: &mut String, value: f64) {
    let plain = value == 0.0 || (1e-5..1e16).contains(&value.abs());
    let written = match value {
        _ if value.is_nan() => write!(text, "nan"),
        _ if value.is_infinite() || plain => write!(text, "{value}"),
        _ => write!(text, "{value:e}"),
    };
    written.expect("a String takes all text");
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn every_half_comes_back() {
        for bits in 0..=u16::MAX {
            let value = half::f16::from_bits(bits).to_f64();
            if value.is_finite() {
                let again: f64 = number(value).parse().expect("a number");
                assert_eq!(again.to_bits(), value.to_bits(), "{bits:#06x}");
            }
        }
    }

    #[test]
    fn other_values_have_names_and_long_ones_exponents() {
        let texts = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e10, 1e-45, 3e38].map(number);
        assert_eq!(texts, ["nan", "inf", "-inf", "-0", "10000000000", "1e-45", "3e38"]);
    }
}
