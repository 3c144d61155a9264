//! How much may change without being told as a difference.

use serde::Deserialize;

/// How many pixels of one frame and AOV may change.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, serde::Serialize)]
#[serde(untagged)]
pub enum Allowance {
    /// That many.
    Count(u64),
    /// That part of them, 0..=1.
    Fraction(f64),
}

impl Default for Allowance {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Allowance {
    /// Whether `changed` of `pixels` is no more than allowed.
    pub fn covers(self, changed: u64, pixels: u64) -> bool {
        match self {
            Self::Count(count) => changed <= count,
            Self::Fraction(fraction) => changed as f64 <= fraction * pixels as f64,
        }
    }
}

/// An integer is a number of pixels, a decimal a fraction.
impl std::str::FromStr for Allowance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(count) = text.parse::<u64>() {
            return Ok(Self::Count(count));
        }
        let fraction = text.parse::<f64>().ok().filter(|f| (0.0..=1.0).contains(f));
        fraction.map(Self::Fraction).ok_or_else(|| {
            format!("{text:?} is neither a number of pixels (100) nor a fraction between 0 and 1 (0.01)")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_a_count_and_a_decimal_a_fraction() {
        assert_eq!("3".parse(), Ok(Allowance::Count(3)));
        assert_eq!("0.25".parse(), Ok(Allowance::Fraction(0.25)));
        assert_eq!("1.0".parse(), Ok(Allowance::Fraction(1.0)));
        assert!("1.5".parse::<Allowance>().is_err());
        assert!(Allowance::Fraction(0.25).covers(25, 100) && !Allowance::Fraction(0.25).covers(26, 100));
    }
}
