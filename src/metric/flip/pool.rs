//! A map in a few figures, as NVIDIA's tool gives them.

/// The figures of one ꟻLIP map. In the weighted ones a pixel counts by its own value, so that the
/// many pixels without an error do not hide the few with one.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct FlipPool {
    /// Mean over all pixels: the number usually quoted as "the ꟻLIP error".
    pub mean: f64,
    /// The value at which the smaller values and it add up to more than half of the sum of all.
    pub weighted_median: f32,
    /// The same for a quarter.
    pub weighted_first_quartile: f32,
    /// The same for three quarters.
    pub weighted_third_quartile: f32,
    /// Least value.
    pub min: f32,
    /// Largest value.
    pub max: f32,
}

/// Pools the values of a map, 0..=1 each. All figures are 0 for an empty map or one without errors.
///
/// Percentiles are exact, as those that NVIDIA's tool prints (`getPercentile` of its `pooling.h`); sums
/// are in f64, in the order of the values.
pub fn pool(values: &[f32]) -> FlipPool {
    let mut pool = FlipPool {
        mean: 0.0,
        weighted_median: 0.0,
        weighted_first_quartile: 0.0,
        weighted_third_quartile: 0.0,
        min: values.iter().copied().reduce(f32::min).unwrap_or(0.0),
        max: values.iter().copied().fold(0.0, f32::max),
    };
    let mut sums = vec![0.0; BUCKETS];
    for &value in values {
        sums[bucket(value)] += f64::from(value);
    }
    let total: f64 = sums.iter().sum();
    if total > 0.0 {
        pool.mean = total / values.len() as f64;
        let found = weighted_percentiles(values, &sums, [0.25, 0.5, 0.75].map(|part| part * total));
        [pool.weighted_first_quartile, pool.weighted_median, pool.weighted_third_quartile] = found;
    }
    pool
}

/// Bits of a value from 0 to 1 that tell its bucket: values rise with buckets.
const SHIFT: u32 = 15;
const BUCKETS: usize = (1.0f32.to_bits() >> SHIFT) as usize + 1;

fn bucket(value: f32) -> usize {
    ((value.to_bits() >> SHIFT) as usize).min(BUCKETS - 1)
}

/// The values at which the running sum, from the least value up, exceeds each of `wanted`.
fn weighted_percentiles(values: &[f32], sums: &[f64], wanted: [f64; 3]) -> [f32; 3] {
    let places = wanted.map(|wanted| {
        let mut before = 0.0;
        let found = sums.iter().position(|sum| {
            let is_here = before + sum > wanted;
            before += if is_here { 0.0 } else { *sum };
            is_here
        });
        (found.unwrap_or(BUCKETS - 1), before)
    });
    let mut near: Vec<f32> =
        values.iter().copied().filter(|v| places.iter().any(|(place, _)| bucket(*v) == *place)).collect();
    near.sort_unstable_by(f32::total_cmp);
    let mut wanted = wanted.into_iter();
    places.map(|(place, before)| {
        let (wanted, mut sum) = (wanted.next().expect("as many as places"), before);
        let mut here = near.iter().copied().filter(|v| bucket(*v) == place);
        let found = here.find(|value| {
            sum += f64::from(*value);
            sum > wanted
        });
        // Rounding may leave the last sum at what is wanted.
        found.or_else(|| near.iter().copied().rfind(|v| bucket(*v) == place)).unwrap_or(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_pools_to_zero() {
        for values in [&[][..], &[0.0; 7]] {
            let zero = pool(values);
            assert_eq!((zero.mean, zero.weighted_median, zero.min, zero.max), (0.0, 0.0, 0.0, 0.0));
        }
    }

    #[test]
    fn a_pixel_counts_by_its_value() {
        let mut values = vec![0.0; 1000];
        values.extend((1..=100).map(|k| k as f32 / 100.0));
        let pool = pool(&values);
        assert!((pool.mean - 50.5 / 1100.0).abs() < 1e-7, "{pool:?}");
        assert_eq!((pool.min, pool.max), (0.0, 1.0));
        // k(k+1)/2 of 5050: 50 gives 1275, 71 gives 2556, 87 gives 3828.
        let quartiles = (pool.weighted_first_quartile, pool.weighted_median, pool.weighted_third_quartile);
        assert_eq!(quartiles, (0.5, 0.71, 0.87));
    }

    #[test]
    fn the_order_of_values_does_not_matter_to_percentiles() {
        let values: Vec<f32> =
            (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0).collect();
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let total: f64 = sorted.iter().map(|v| f64::from(*v)).sum();
        let mut sum = 0.0;
        let median = sorted.iter().find(|v| {
            sum += f64::from(**v);
            sum > total / 2.0
        });
        assert_eq!(Some(&pool(&values).weighted_median), median);
        assert_eq!(pool(&sorted).weighted_median, pool(&values).weighted_median);
    }
}
