//! Loops over eight values at a time, in a fixed order, so that the compiler may vectorise them and
//! every machine gets the same sums.

/// Values side by side.
pub(super) const LANES: usize = 8;
/// Eight neighbours.
pub(super) type Row<T> = [T; LANES];

/// Rows of both sides, numbered; the lengths are the same multiple of [`LANES`]. An iterator, since the
/// body of a closure would stay a function of its own and miss the vectors of the caller.
#[inline(always)]
pub(super) fn rows<'a, T>(a: &'a [T], b: &'a [T]) -> impl Iterator<Item = (usize, (&'a Row<T>, &'a Row<T>))> {
    a.as_chunks().0.iter().zip(b.as_chunks().0).enumerate()
}

/// Adds |a−b|, a−b and (a−b)² of as many values of both sides, all finite, lane by lane, and raises
/// `peak` to |a−b|.
#[inline(always)]
pub(super) fn add_differences<T: Wide>(a: &[T], b: &[T], peak: &mut [Row<f64>]) -> [Row<f64>; 3] {
    let mut sums = [[0.0; LANES]; 3];
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            let delta = a[i].wide() - b[i].wide();
            let size = delta.abs();
            sums[0][i] += size;
            sums[1][i] += delta;
            sums[2][i] += delta * delta;
            peak[row][i] = peak[row][i].max(size);
        }
    }
    sums
}

/// Raises `map` to |a−b|, rounded once to f32.
#[inline(always)]
pub(super) fn raise_to_differences<T: Wide>(a: &[T], b: &[T], map: &mut [Row<f32>]) {
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            map[row][i] = map[row][i].max(a[i].difference(b[i]).abs());
        }
    }
}

/// Where |a−b| is above `peak`, puts a−b into `signed`.
#[inline(always)]
pub(super) fn take_larger<T: Wide>(a: &[T], b: &[T], peak: &[Row<f64>], signed: &mut [Row<f64>]) {
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            let delta = a[i].wide() - b[i].wide();
            signed[row][i] = if delta.abs() > peak[row][i] { delta } else { signed[row][i] };
        }
    }
}

/// The same, rounded once to f32 into `map`.
#[inline(always)]
pub(super) fn take_larger_in_f32<T: Wide>(a: &[T], b: &[T], peak: &[Row<f64>], map: &mut [Row<f32>]) {
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            let size = (a[i].wide() - b[i].wide()).abs();
            map[row][i] = if size > peak[row][i] { a[i].difference(b[i]) } else { map[row][i] };
        }
    }
}

/// Raises `value` to |a−b| − (abs + rel·|b|), which is above 0 exactly where |a−b| is the larger.
#[inline(always)]
pub(super) fn raise_to_excess<T: Wide>(a: &[T], b: &[T], (abs, rel): (f64, f64), value: &mut [Row<f64>]) {
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            let (a, b) = (a[i].wide(), b[i].wide());
            value[row][i] = value[row][i].max((a - b).abs() - (abs + rel * b.abs()));
        }
    }
}

/// Raises `value` to |a−b| / max(|b|, floor), where `floor` is above 0.
#[inline(always)]
pub(super) fn raise_to_ratio<T: Wide>(a: &[T], b: &[T], floor: f64, value: &mut [Row<f64>]) {
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            let (a, b) = (a[i].wide(), b[i].wide());
            value[row][i] = value[row][i].max((a - b).abs() / b.abs().max(floor));
        }
    }
}

/// Adds (a−b)² to `value`.
#[inline(always)]
pub(super) fn add_squares<T: Wide>(a: &[T], b: &[T], value: &mut [Row<f64>]) {
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            let delta = a[i].wide() - b[i].wide();
            value[row][i] += delta * delta;
        }
    }
}

/// The values of as many rows of floats.
#[inline(always)]
fn widen_floats(values: &[f32], out: &mut [Row<f64>]) {
    for (row, out) in values.as_chunks::<LANES>().0.iter().zip(out) {
        *out = row.map(f64::from);
    }
}

/// What a segment's pixels come to, lane by lane.
pub(super) struct Totals {
    sum: Row<f64>,
    largest: Row<f64>,
    above: Row<u64>,
}

impl Totals {
    /// Of the metric's values.
    pub fn sum(&self) -> f64 {
        self.sum.iter().sum()
    }

    /// The largest magnitude among them; 0 of none.
    pub fn largest(&self) -> f64 {
        self.largest.into_iter().fold(0.0, f64::max)
    }

    /// How many of the measured ones are above the threshold.
    pub fn above(&self) -> u64 {
        self.above.iter().sum()
    }
}

/// Adds up the `metric`'s values and counts those of as many `measured` ones that are above `threshold`.
#[inline(always)]
fn totals(metric: &[Row<f64>], measured: &[Row<f64>], threshold: f64) -> Totals {
    let mut sum = [0.0; LANES];
    let mut largest = [0.0; LANES];
    let mut above = [0u64; LANES];
    for (metric, measured) in metric.iter().zip(measured) {
        for i in 0..LANES {
            let size = metric[i].abs();
            sum[i] += metric[i];
            // Not f64::max, which is three instructions for what NaN would ask.
            largest[i] = if size > largest[i] { size } else { largest[i] };
            above[i] += u64::from(measured[i] > threshold);
        }
    }
    Totals { sum, largest, above }
}

/// The largest of values that are all at least 0; 0 of none.
#[inline(always)]
pub(super) fn largest(rows: &[Row<f64>]) -> f64 {
    let mut lanes = [0.0; LANES];
    for row in rows {
        for (lane, &value) in lanes.iter_mut().zip(row) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    lanes.into_iter().fold(0.0, f64::max)
}

#[cfg(target_arch = "x86_64")]
mod avx2;
mod wide;

pub(super) use wide::{Wide, fast_totals, widen_halves};

#[cfg(test)]
mod tests {
    use half::f16;

    use super::*;

    #[test]
    fn vectors_of_the_machine_give_the_same_bits() {
        let value = |i: u32| f32::from_bits((i.wrapping_mul(0x9e37_79b1) & 0xbfff_ffff) ^ (i << 7));
        let a: Vec<f32> = (0..256).map(value).collect();
        let b: Vec<f32> = (0..256).map(|i| if i % 3 == 0 { value(i) } else { value(i + 999) }).collect();
        assert!(a.iter().chain(&b).all(|v| v.is_finite()));
        let bits = |rows: &[Row<f64>]| rows.as_flattened().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let start: Vec<Row<f64>> = vec![[1e-3; LANES]; 32];
        let (mut one, mut other) = (start.clone(), start.clone());
        assert_eq!(bits(&f32::add(&a, &b, &mut one)), bits(&add_differences(&a, &b, &mut other)));
        assert_eq!(bits(&one), bits(&other));
        let (mut one, mut other) = (start.clone(), start.clone());
        f32::add_squares(&a, &b, &mut one);
        add_squares(&a, &b, &mut other);
        assert_eq!(bits(&one), bits(&other));
        let (mut one, mut other) = (start.clone(), start.clone());
        f32::raise_ratio(&a, &b, 0.1, &mut one);
        raise_to_ratio(&a, &b, 0.1, &mut other);
        assert_eq!(bits(&one), bits(&other));
        let (mut one, mut other) = (start.clone(), start);
        f32::raise_excess(&a, &b, (1e-3, 0.1), &mut one);
        raise_to_excess(&a, &b, (1e-3, 0.1), &mut other);
        assert_eq!(bits(&one), bits(&other));
        let (mut one, mut other) = ([[1.0; LANES]; 33], [[1.0; LANES]; 33]);
        f32::widen(&a, &mut one);
        widen_floats(&a, &mut other);
        assert_eq!(bits(&one), bits(&other));
        let (mut one, mut other) = ([[1e-3f32; LANES]; 32], [[1e-3f32; LANES]; 32]);
        f32::raise_map(&a, &b, &mut one);
        raise_to_differences(&a, &b, &mut other);
        assert_eq!(one, other);
        let peak: Vec<Row<f64>> = (0..32).map(|row| [f64::from(value(row).abs()); LANES]).collect();
        f32::take_map(&a, &b, &peak, &mut one);
        take_larger_in_f32(&a, &b, &peak, &mut other);
        assert_eq!(one, other);
        let (mut one, mut other) = ([[0.0; LANES]; 32], [[0.0; LANES]; 32]);
        f32::take(&a, &b, &peak, &mut one);
        take_larger(&a, &b, &peak, &mut other);
        assert_eq!(bits(&one), bits(&other));
    }

    #[test]
    fn vectors_of_the_machine_add_up_to_the_same() {
        let awkward = [0.0, -0.0, 1e-45, -1e-45, 0.5, 0.5f32.next_up(), -3.5, f32::MAX].map(f64::from);
        let metric: Vec<Row<f64>> = (0..33).map(|i| awkward.map(|v| v * f64::from(i % 5 - 2))).collect();
        let measured: Vec<Row<f64>> = (0..33).map(|i| awkward.map(|v| v * f64::from(i % 2))).collect();
        let lanes = |t: &Totals| (t.sum.map(f64::to_bits), t.largest.map(f64::to_bits), t.above);
        for threshold in [0.0, 0.5, f64::from(f32::MAX)] {
            for rows in [0, 1, 32, 33] {
                let fast = fast_totals(&metric[..rows], &measured[..rows], threshold);
                let plain = totals(&metric[..rows], &measured[..rows], threshold);
                assert_eq!(lanes(&fast), lanes(&plain), "{threshold} {rows}");
            }
        }
    }

    #[test]
    fn halves_are_widened_exactly() {
        let halves: Vec<f16> = (0..=u16::MAX).map(f16::from_bits).collect();
        for part in [&halves[..], &halves[3..24], &halves[0x7bf0..0x7c03], &halves[9..13], &[]] {
            let mut wide = vec![0.0; part.len()];
            widen_halves(part, &mut wide);
            for (half, wide) in part.iter().zip(wide) {
                let exact = half.to_f32_const();
                assert!(wide.to_bits() == exact.to_bits() || (wide.is_nan() && exact.is_nan()), "{half:?}");
            }
        }
    }
}
