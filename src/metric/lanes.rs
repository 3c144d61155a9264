//! Loops over eight values at a time, in a fixed order, so that the compiler may vectorise them and
//! every machine gets the same sums.

/// Values side by side.
pub(super) const LANES: usize = 8;
/// Eight neighbours.
pub(super) type Row<T> = [T; LANES];

/// A stored value that is exact in f64.
pub(super) trait Wide: Copy {
    fn wide(self) -> f64;
    /// [`add_differences`], by the best vectors that the machine has.
    fn add(a: &[Self], b: &[Self], peak: &mut [Row<f64>]) -> [Row<f64>; 3];
    /// [`raise_to_differences`], likewise.
    fn raise_map(a: &[Self], b: &[Self], map: &mut [Row<f32>]);
    /// [`take_larger`], likewise.
    fn take(sides: (&[Self], &[Self]), peak: &[Row<f64>], signed: &mut [Row<f64>], map: &mut [Row<f32>]);
    /// [`raise_to_excess`], likewise.
    fn raise_excess(a: &[Self], b: &[Self], tolerance: (f64, f64), value: &mut [Row<f64>]);
    /// self − other, rounded once to f32.
    fn difference(self, other: Self) -> f32;
}

impl Wide for f32 {
    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn difference(self, other: Self) -> f32 {
        // Through f64 the result would be rounded twice.
        self - other
    }

    #[inline(always)]
    fn add(a: &[Self], b: &[Self], peak: &mut [Row<f64>]) -> [Row<f64>; 3] {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "3 times as fast as what the compiler makes of the loop")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::add_differences(a, b, peak) };
        }
        add_differences(a, b, peak)
    }

    #[inline(always)]
    fn raise_map(a: &[Self], b: &[Self], map: &mut [Row<f32>]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "twice as fast as what the compiler makes of the loop")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::raise_to_differences(a, b, map) };
        }
        raise_to_differences(a, b, map);
    }

    #[inline(always)]
    fn take(sides: (&[Self], &[Self]), peak: &[Row<f64>], signed: &mut [Row<f64>], map: &mut [Row<f32>]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "3 times as fast as what the compiler makes of the loop")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::take_larger(sides, peak, signed, map) };
        }
        take_larger(sides, peak, signed, map);
    }

    #[inline(always)]
    fn raise_excess(a: &[Self], b: &[Self], tolerance: (f64, f64), value: &mut [Row<f64>]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "twice as fast as what the compiler makes of the loop")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::raise_to_excess(a, b, tolerance, value) };
        }
        raise_to_excess(a, b, tolerance, value);
    }
}

impl Wide for f64 {
    #[inline(always)]
    fn wide(self) -> f64 {
        self
    }

    #[inline(always)]
    fn difference(self, other: Self) -> f32 {
        (self - other) as f32
    }

    #[inline(always)]
    fn add(a: &[Self], b: &[Self], peak: &mut [Row<f64>]) -> [Row<f64>; 3] {
        add_differences(a, b, peak)
    }

    #[inline(always)]
    fn raise_map(a: &[Self], b: &[Self], map: &mut [Row<f32>]) {
        raise_to_differences(a, b, map);
    }

    #[inline(always)]
    fn take(sides: (&[Self], &[Self]), peak: &[Row<f64>], signed: &mut [Row<f64>], map: &mut [Row<f32>]) {
        take_larger(sides, peak, signed, map);
    }

    #[inline(always)]
    fn raise_excess(a: &[Self], b: &[Self], tolerance: (f64, f64), value: &mut [Row<f64>]) {
        raise_to_excess(a, b, tolerance, value);
    }
}

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

/// Where |a−b| is above `peak`, puts a−b into `signed`, and rounded once to f32 into `map`.
#[inline(always)]
pub(super) fn take_larger<T: Wide>(
    (a, b): (&[T], &[T]),
    peak: &[Row<f64>],
    signed: &mut [Row<f64>],
    map: &mut [Row<f32>],
) {
    for (row, (a, b)) in rows(a, b) {
        for i in 0..LANES {
            let delta = a[i].wide() - b[i].wide();
            let wins = delta.abs() > peak[row][i];
            signed[row][i] = if wins { delta } else { signed[row][i] };
            map[row][i] = if wins { a[i].difference(b[i]) } else { map[row][i] };
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

/// The sum of all.
#[inline(always)]
pub(super) fn sum(rows: &[Row<f64>]) -> f64 {
    let mut lanes = [0.0; LANES];
    for row in rows {
        for (lane, value) in lanes.iter_mut().zip(row) {
            *lane += value;
        }
    }
    lanes.iter().sum()
}

/// The largest magnitude; 0 of none.
#[inline(always)]
pub(super) fn largest(rows: &[Row<f64>]) -> f64 {
    let mut lanes = [0.0; LANES];
    for row in rows {
        for (lane, value) in lanes.iter_mut().zip(row) {
            *lane = f64::max(*lane, value.abs());
        }
    }
    lanes.into_iter().fold(0.0, f64::max)
}

/// How many are above `threshold`.
#[inline(always)]
pub(super) fn count_above(rows: &[Row<f64>], threshold: f64) -> u64 {
    let mut lanes = [0u64; LANES];
    for row in rows {
        for (lane, value) in lanes.iter_mut().zip(row) {
            *lane += u64::from(*value > threshold);
        }
    }
    lanes.iter().sum()
}

#[cfg(target_arch = "x86_64")]
mod avx2;

#[cfg(test)]
mod tests {
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
        let (mut one, mut other) = (start.clone(), start);
        f32::raise_excess(&a, &b, (1e-3, 0.1), &mut one);
        raise_to_excess(&a, &b, (1e-3, 0.1), &mut other);
        assert_eq!(bits(&one), bits(&other));
        let (mut one, mut other) = ([[1e-3f32; LANES]; 32], [[1e-3f32; LANES]; 32]);
        f32::raise_map(&a, &b, &mut one);
        raise_to_differences(&a, &b, &mut other);
        assert_eq!(one, other);
        let peak: Vec<Row<f64>> = (0..32).map(|row| [f64::from(value(row).abs()); LANES]).collect();
        let (mut signed, mut others) = ([[0.0; LANES]; 32], [[0.0; LANES]; 32]);
        f32::take((&a, &b), &peak, &mut signed, &mut one);
        take_larger((&a, &b), &peak, &mut others, &mut other);
        assert_eq!((bits(&signed), one), (bits(&others), other));
    }
}
