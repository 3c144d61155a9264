//! How numbers are written: stored values exactly, results short.

use crate::image::Sample;

/// A stored value, exactly: the shortest text that gives the same bits; 8 and 16 bit integers as
/// stored, with the value they stand for.
pub fn stored(sample: Sample) -> String {
    match sample {
        Sample::U8(k) => format!("{k} ({:.4})", f64::from(k) / 255.0),
        Sample::U16(k) => format!("{k} ({:.5})", f64::from(k) / 65535.0),
        Sample::U32(k) => k.to_string(),
        Sample::F16(v) => float(v.to_f32()),
        Sample::F32(v) => float(v),
    }
}

fn float(value: f32) -> String {
    let magnitude = value.abs();
    if value.is_nan() {
        "NaN".to_owned()
    } else if magnitude != 0.0 && !(1e-4..1e7).contains(&magnitude) && value.is_finite() {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// A result in about five digits.
pub fn short(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !value.is_finite() {
        value.to_string()
    } else if !(1e-3..1e6).contains(&magnitude) {
        format!("{value:.3e}")
    } else {
        let decimals = (4 - magnitude.log10().floor() as i32).clamp(0, 7) as usize;
        format!("{value:.decimals$}")
    }
}

/// A count with thin spaces between thousands.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// A fraction as per cent; never 0 for what is not 0.
pub fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    match percent {
        0.0 => "0 %".to_owned(),
        p if p < 0.01 => "< 0.01 %".to_owned(),
        p if p > 99.99 && p < 100.0 => "> 99.99 %".to_owned(),
        p => format!("{p:.2} %"),
    }
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::*;

    #[test]
    fn stored_values_are_exact() {
        assert_eq!(stored(Sample::U8(51)), "51 (0.2000)");
        for bits in [0x3555_u16, 0x0001, 0x7bff, 0xc248] {
            let value = f16::from_bits(bits);
            let back: f32 = stored(Sample::F16(value)).parse().expect("a number");
            assert_eq!(back.to_bits(), value.to_f32().to_bits());
        }
        for value in [1e10_f32, 1.175_494_4e-38, 0.1, 16_777_217.0] {
            let back: f32 = stored(Sample::F32(value)).parse().expect("a number");
            assert_eq!(back.to_bits(), value.to_bits());
        }
    }

    #[test]
    fn a_small_fraction_is_not_nothing() {
        assert_eq!(percent(1e-9), "< 0.01 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(1.0 - 1e-9), "> 99.99 %");
        assert_eq!(percent(0.125), "12.50 %");
    }

    #[test]
    fn results_are_short() {
        assert_eq!(short(0.25), "0.25000");
        assert_eq!(short(-123.456), "-123.46");
        assert_eq!(short(2.5e-7), "2.500e-7");
        assert_eq!(count(1_234_567), "1\u{2009}234\u{2009}567");
    }
}
