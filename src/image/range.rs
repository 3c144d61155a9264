//! Which values a colour map spans, and the marks of its legend.

use serde::{Deserialize, Serialize};

/// How values are spread over a colour map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// In proportion.
    #[default]
    Linear,
    /// By powers of ten; both ways from zero where the range is signed.
    Log,
    /// In proportion up to about a thousandth of the largest magnitude, by powers of ten above: zero has
    /// its place, and small values are told apart.
    SymLog,
}

impl Scale {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Linear, Self::Log, Self::SymLog];

    /// The name on the button.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "Linear",
            Self::Log => "Log",
            Self::SymLog => "Symlog",
        }
    }
}

/// The values from one end of a colour map to the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DisplayRange {
    /// Shown with the map's first colour.
    lo: f64,
    /// Shown with the map's last colour; > `lo`.
    hi: f64,
    scale: Scale,
}

/// A mark of a legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// A round number inside the range.
    pub value: f64,
    /// Where it stands, 0..=1.
    pub position: f64,
}

impl DisplayRange {
    /// Decades below its largest magnitude that a logarithmic range shows.
    pub const DECADES: i32 = 6;
    /// The same of [`Scale::SymLog`] above its part that is in proportion.
    pub const SYMLOG_DECADES: i32 = 3;

    /// 0 to `max`; on a logarithmic scale the [`Self::DECADES`] below `max`. A `max` that is not
    /// above zero and finite counts as 1.
    pub fn absolute(max: f64, scale: Scale) -> Self {
        let hi = sane(max);
        let lo = if scale == Scale::Log { hi * least(Self::DECADES) } else { 0.0 };
        Self { lo, hi, scale }
    }

    /// −`max` to `max`, zero in the middle.
    pub fn signed(max: f64, scale: Scale) -> Self {
        let hi = sane(max);
        Self { lo: -hi, hi, scale }
    }

    /// `lo` to `hi`; `None` unless both are finite, `lo` < `hi` and, on a logarithmic scale,
    /// `lo` > 0.
    pub fn between(lo: f64, hi: f64, scale: Scale) -> Option<Self> {
        let sane = (hi - lo).is_finite() && lo < hi && (scale != Scale::Log || lo > 0.0);
        sane.then_some(Self { lo, hi, scale })
    }

    /// Shown with the map's first colour.
    pub const fn lo(&self) -> f64 {
        self.lo
    }

    /// Shown with the map's last colour.
    pub const fn hi(&self) -> f64 {
        self.hi
    }

    /// How values are spread.
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// Where `value` stands, 0..=1; values outside stand at the ends, NaN at the value zero or,
    /// where that is outside, at the low end.
    pub fn position(&self, value: f64) -> f64 {
        let value = if value.is_nan() { 0.0 } else { value };
        let position = match self.scale {
            Scale::Linear => (value - self.lo) / (self.hi - self.lo),
            Scale::SymLog => {
                let [value, lo, hi] = [value, self.lo, self.hi].map(|v| self.bent(v));
                (value - lo) / (hi - lo)
            }
            Scale::Log if self.lo > 0.0 => (value.max(self.lo) / self.lo).log10() / self.decades(),
            Scale::Log => {
                let magnitude = (value.abs().max(self.least()) / self.least()).log10() / self.decades();
                0.5 + 0.5 * magnitude.copysign(value)
            }
        };
        position.clamp(0.0, 1.0)
    }

    /// The value that stands at `position`; the inverse of [`Self::position`] inside the range.
    pub fn value(&self, position: f64) -> f64 {
        let position = position.clamp(0.0, 1.0);
        match self.scale {
            Scale::Linear => self.lo + position * (self.hi - self.lo),
            Scale::SymLog => {
                let [lo, hi] = [self.lo, self.hi].map(|v| self.bent(v));
                let bent = lo + position * (hi - lo);
                (self.least() * bent.abs().exp_m1()).copysign(bent)
            }
            Scale::Log if self.lo > 0.0 => self.lo * 10f64.powf(position * self.decades()),
            Scale::Log => {
                let side = 2.0 * position - 1.0;
                (self.least() * 10f64.powf(side.abs() * self.decades())).copysign(side)
            }
        }
    }

    /// Round numbers from end to end, ascending, at most about `count` of them: steps of 1, 2 or 5 times a
    /// power of ten; on a logarithmic scale powers of ten alone, where there are at least two.
    pub fn ticks(&self, count: usize) -> Vec<Tick> {
        let count = count.max(2);
        let values = match self.scale {
            Scale::Linear => linear_ticks(self.lo, self.hi, count),
            Scale::SymLog => self.symlog_ticks(count),
            Scale::Log if self.lo > 0.0 => log_ticks(self.lo, self.hi, count),
            Scale::Log => {
                let up = log_ticks(self.least() * 10.0, self.hi, count / 2);
                up.iter().rev().map(|v| -v).chain([0.0]).chain(up.iter().copied()).collect()
            }
        };
        values.into_iter().map(|value| Tick { value, position: self.position(value) }).collect()
    }

    /// The least magnitude that differs from zero on a logarithmic scale, or the one up to which
    /// [`Scale::SymLog`] is in proportion.
    pub fn least(&self) -> f64 {
        match self.scale {
            Scale::SymLog => self.lo.abs().max(self.hi.abs()) * least(Self::SYMLOG_DECADES),
            _ if self.lo > 0.0 => self.lo,
            _ => self.hi * least(Self::DECADES),
        }
    }

    /// A value on [`Scale::SymLog`], not yet between the ends.
    fn bent(&self, value: f64) -> f64 {
        // What is infinite stands at an end.
        let value = value.clamp(-f64::MAX, f64::MAX);
        (value.abs() / self.least()).ln_1p().copysign(value)
    }

    fn symlog_ticks(&self, count: usize) -> Vec<f64> {
        let most = self.lo.abs().max(self.hi.abs());
        let sides = if self.lo < 0.0 { 2 } else { 1 };
        let up = log_ticks(self.least() * 10.0, most, (count / sides).max(1));
        let both = up.iter().rev().map(|v| -v).chain([0.0]).chain(up.iter().copied());
        both.filter(|v| (self.lo..=self.hi).contains(v)).collect()
    }

    fn decades(&self) -> f64 {
        (self.hi / self.least()).log10()
    }
}

/// A number as legends write it: plain where short, else with a power of ten.
pub fn tick_label(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if (1e-3..1e5).contains(&value.abs()) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// The next number of at most two digits that is not below `value`; 1 for what is not above zero and
/// finite.
pub fn round_up(value: f32) -> f64 {
    const STEPS: [f64; 11] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    let exponent = f64::from(value).log10().floor() as i32;
    let rounded = STEPS.map(|step| decimal(step, exponent));
    // As f32: the float nearest to 0.2 is a hair above it.
    rounded.into_iter().find(|rounded| *rounded as f32 >= value).unwrap_or(f64::from(value))
}

fn sane(max: f64) -> f64 {
    // Twice it must not overflow either, nor its last decade vanish.
    if max.is_finite() && max > 0.0 { max.clamp(1e-300, 1e300) } else { 1.0 }
}

fn least(decades: i32) -> f64 {
    10f64.powi(-decades)
}

/// `k` · 10^`exponent`, rounded once, so that 3 · 0.1 is 0.3.
fn decimal(k: f64, exponent: i32) -> f64 {
    format!("{k}e{exponent}").parse().expect("a number in decimal")
}

fn linear_ticks(lo: f64, hi: f64, count: usize) -> Vec<f64> {
    let rough = (hi - lo) / count as f64;
    let exponent = rough.log10().floor() as i32;
    let mantissa = rough / 10f64.powi(exponent);
    let (factor, exponent) = match mantissa {
        m if m <= 1.0 => (1.0, exponent),
        m if m <= 2.0 => (2.0, exponent),
        m if m <= 5.0 => (5.0, exponent),
        _ => (1.0, exponent + 1),
    };
    let step = decimal(factor, exponent);
    // A mark that rounding puts a hair outside still belongs.
    let (first, last) = ((lo / step - 1e-9).ceil() as i64, (hi / step + 1e-9).floor() as i64);
    (first..=last).map(|k| decimal(k as f64 * factor, exponent)).collect()
}

fn log_ticks(lo: f64, hi: f64, count: usize) -> Vec<f64> {
    let first = (lo.log10() - 1e-9).ceil() as i32;
    let last = (hi.log10() + 1e-9).floor() as i32;
    if last <= first {
        return linear_ticks(lo, hi, count);
    }
    let step = ((last - first) as usize).div_ceil(count.max(1)).max(1);
    let powers = (first..=last).rev().step_by(step).map(|e| decimal(1.0, e));
    let mut values: Vec<f64> = powers.collect();
    values.reverse();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: DisplayRange, count: usize) -> Vec<String> {
        range.ticks(count).iter().map(|tick| tick_label(tick.value)).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers() {
        let range = DisplayRange::absolute(0.7, Scale::Linear);
        assert_eq!(labels(range, 5), ["0", "0.2", "0.4", "0.6"]);
        let range = DisplayRange::absolute(0.3, Scale::Linear);
        assert_eq!(labels(range, 3), ["0", "0.1", "0.2", "0.3"]);
        let range = DisplayRange::signed(0.05, Scale::Linear);
        assert_eq!(labels(range, 5), ["-0.04", "-0.02", "0", "0.02", "0.04"]);
        let range = DisplayRange::absolute(1e10, Scale::Linear);
        assert_eq!(labels(range, 4), ["0", "5e9", "1e10"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        let range = DisplayRange::absolute(2.0, Scale::Log);
        assert_eq!(labels(range, 10), ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1"]);
        assert_eq!(labels(range, 3), ["1e-4", "0.01", "1"]);
        let narrow = DisplayRange::between(2.0, 8.0, Scale::Log).expect("ascending");
        assert_eq!(labels(narrow, 3), ["2", "4", "6", "8"]);
        let signed = DisplayRange::signed(1.0, Scale::Log);
        assert_eq!(labels(signed, 6), ["-1", "-0.01", "-1e-4", "0", "1e-4", "0.01", "1"]);
    }

    #[test]
    fn symlog_has_zero_and_powers_of_ten() {
        let range = DisplayRange::absolute(2.0, Scale::SymLog);
        assert_eq!(labels(range, 6), ["0", "0.1", "1"]);
        let range = DisplayRange::signed(1.0, Scale::SymLog);
        assert_eq!(labels(range, 6), ["-1", "-0.1", "-0.01", "0", "0.01", "0.1", "1"]);
        assert_eq!(range.position(0.0), 0.5);
        // A thousandth of the maximum is a tenth of the way, not a thousandth.
        let way = DisplayRange::absolute(1.0, Scale::SymLog).position(0.001);
        assert!((0.09..0.11).contains(&way), "{way}");
    }

    #[test]
    fn positions_run_from_end_to_end_and_back() {
        let ranges = [
            DisplayRange::absolute(3.0, Scale::Linear),
            DisplayRange::absolute(3.0, Scale::Log),
            DisplayRange::signed(3.0, Scale::Linear),
            DisplayRange::signed(3.0, Scale::Log),
            DisplayRange::absolute(3.0, Scale::SymLog),
            DisplayRange::signed(3.0, Scale::SymLog),
            DisplayRange::between(-2.0, 9.0, Scale::SymLog).expect("ascending"),
            DisplayRange::between(-2.0, 9.0, Scale::Linear).expect("ascending"),
        ];
        for range in ranges {
            assert_eq!(range.position(range.lo()), 0.0, "{range:?}");
            assert!((range.position(range.hi()) - 1.0).abs() < 1e-12, "{range:?}");
            assert_eq!(range.position(f64::INFINITY), 1.0, "{range:?}");
            for i in 0..=20 {
                let position = f64::from(i) / 20.0;
                let again = range.position(range.value(position));
                assert!((again - position).abs() < 1e-9, "{range:?} at {position}: {again}");
            }
            let ticks = range.ticks(6);
            assert!(ticks.len() >= 2, "{range:?}");
            assert!(ticks.windows(2).all(|w| w[0].value < w[1].value && w[0].position < w[1].position));
        }
        assert_eq!(DisplayRange::signed(3.0, Scale::Log).position(0.0), 0.5);
        assert_eq!(DisplayRange::signed(3.0, Scale::Log).position(-0.0), 0.5);
    }

    #[test]
    fn numbers_round_up_to_few_digits() {
        let cases = [(0.2, 0.2), (0.51, 0.6), (9.7, 10.0), (1e10, 1e10), (1.1e-7, 1.2e-7), (0.0, 1.0)];
        for (value, expected) in cases {
            assert_eq!(round_up(value), expected, "{value}");
        }
        for value in [f32::MAX, f32::MIN_POSITIVE, 1e-45] {
            assert!(round_up(value) as f32 >= value, "{value:e}");
        }
    }

    #[test]
    fn no_range_is_degenerate() {
        for max in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, f64::MAX] {
            for scale in Scale::ALL {
                for range in [DisplayRange::absolute(max, scale), DisplayRange::signed(max, scale)] {
                    assert!(range.lo() < range.hi());
                    assert!(range.ticks(5).len() <= 16, "{range:?}");
                }
            }
        }
        assert_eq!(DisplayRange::between(1.0, 1.0, Scale::Linear), None);
        assert_eq!(DisplayRange::between(0.0, 1.0, Scale::Log), None);
    }
}
