//! Where an axis has its lines.

/// Values at which an axis from `low` to `high` has lines, at most about `most` of them: multiples of 1,
/// 2 or 5 times a power of ten, at least `least` apart. With them the step between two.
pub fn axis_steps(low: f64, high: f64, most: f64, least: f64) -> (Vec<f64>, f64) {
    let rough = ((high - low) / most.clamp(1.5, 40.0)).max(least).max(f64::MIN_POSITIVE);
    let power = rough.log10().floor() as i32;
    let round = [1, 2, 5, 10].into_iter().find(|round| decimal(*round, power) >= rough).unwrap_or(10);
    let step = decimal(round, power);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    let values =
        (first..=last.min(first.saturating_add(60))).map(|k| decimal(k.saturating_mul(round), power));
    (values.collect(), step)
}

/// The float nearest to `digits` · 10^`power`: without the dust that powers of ten gather.
fn decimal(digits: i64, power: i32) -> f64 {
    format!("{digits}e{power}").parse().unwrap_or(f64::NAN)
}

/// From the least to the largest value, with some air; around a constant too.
pub fn axis_range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return (0.0, 1.0);
    }
    let spread = high - low;
    let flat = spread <= high.abs().max(low.abs()) * 1e-9;
    let air = if flat { high.abs().max(1e-6) * 0.2 } else { spread * 0.12 };
    (low - air, high + air)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_at_round_numbers() {
        assert_eq!(axis_steps(0.03, 0.41, 5.0, 0.0), (vec![0.1, 0.2, 0.3, 0.4], 0.1));
        assert_eq!(axis_steps(11.0, 13.0, 40.0, 1.0), (vec![11.0, 12.0, 13.0], 1.0));
        assert_eq!(axis_steps(0.0, 1.1e32, 2.0, 0.0), (vec![0.0, 1e32], 1e32));
        assert_eq!(axis_steps(-0.000_3, 0.000_3, 3.0, 0.0).0, [-0.0002, 0.0, 0.0002]);
    }

    #[test]
    fn a_constant_has_air_around_it() {
        let (low, high) = axis_range([3.0, 3.0].into_iter());
        assert!(low < 3.0 && high > 3.0);
        assert_eq!(axis_range(std::iter::empty()), (0.0, 1.0));
    }
}
