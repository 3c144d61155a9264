//! Where an axis has its lines.

/// Values at which an axis from `low` to `high` has lines, at most about `most` of them: multiples of 1,
/// 2 or 5 times a power of ten, at least `least` apart. With them the step between two.
pub fn axis_steps(low: f64, high: f64, most: f64, least: f64) -> (Vec<f64>, f64) {
    let rough = ((high - low) / most.clamp(1.5, 40.0)).max(least).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|k| k * power).find(|step| *step >= rough);
    let step = step.unwrap_or(power * 10.0);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    let values = (first..=last.min(first.saturating_add(60))).map(|k| rounded(k as f64 * step, step));
    (values.collect(), step)
}

/// A multiple of `step` without the dust of binary fractions.
fn rounded(value: f64, step: f64) -> f64 {
    let digits = (-step.log10().floor()).clamp(0.0, 17.0) as usize;
    format!("{value:.digits$}").parse().unwrap_or(value)
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
        assert_eq!(axis_steps(-0.000_3, 0.000_3, 3.0, 0.0).0, [-0.0002, 0.0, 0.0002]);
    }

    #[test]
    fn a_constant_has_air_around_it() {
        let (low, high) = axis_range([3.0, 3.0].into_iter());
        assert!(low < 3.0 && high > 3.0);
        assert_eq!(axis_range(std::iter::empty()), (0.0, 1.0));
    }
}
