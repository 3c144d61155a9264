//! The wavelet of PIZ, backwards.
//!
//! Forwards, the values at even places of a grid (rows, columns) become averages of 2 by 2 values, the
//! others differences; then the averages, a grid of half as many columns and rows (rounded down),
//! go through the same, until less than two columns or rows are left. Of an odd number of columns
//! the last is averaged over rows alone, and the other way round.

/// Undoes the wavelet of `ranks`, rows of (columns, rows) samples of one value, or two for those that
/// are not `half`; each of the two makes a grid of its own. `greatest` is the greatest rank of the
/// block, which decides on the arithmetic. `spare` is memory to work in.
pub fn invert(ranks: &mut [u16], size: (usize, usize), half: bool, greatest: u16, spare: &mut Vec<u16>) {
    if spare.len() < ranks.len() / 2 {
        spare.resize(ranks.len() / 2, 0);
    }
    let small = greatest < 1 << 14;
    match (half, small) {
        (true, true) => grid::<u16, Small>(ranks, size, spare),
        (true, false) => grid::<u16, Modular>(ranks, size, spare),
        (false, true) => grid::<[u16; 2], Small>(ranks.as_chunks_mut().0, size, spare.as_chunks_mut().0),
        (false, false) => grid::<[u16; 2], Modular>(ranks.as_chunks_mut().0, size, spare.as_chunks_mut().0),
    }
}

/// How an average and a difference were made of two values.
trait Arithmetic {
    /// The two values.
    fn split(average: u16, difference: u16) -> (u16, u16);
}

/// For values below 2^14: average and difference are signed and exact.
struct Small;

impl Arithmetic for Small {
    #[inline(always)]
    fn split(average: u16, difference: u16) -> (u16, u16) {
        let half = (difference as i16 >> 1) as u16;
        let first = average.wrapping_add(difference & 1).wrapping_add(half);
        (first, first.wrapping_sub(difference))
    }
}

/// For all values: modulo 2^16.
struct Modular;

impl Arithmetic for Modular {
    #[inline(always)]
    fn split(average: u16, difference: u16) -> (u16, u16) {
        let second = average.wrapping_sub(difference >> 1);
        (second.wrapping_add(difference) ^ 0x8000, second)
    }
}

/// A sample of a grid: one value, or two that do not mix.
trait Sample: Copy {
    fn split<A: Arithmetic>(average: Self, difference: Self) -> (Self, Self);
}

impl Sample for u16 {
    #[inline(always)]
    fn split<A: Arithmetic>(average: Self, difference: Self) -> (Self, Self) {
        A::split(average, difference)
    }
}

impl Sample for [u16; 2] {
    #[inline(always)]
    fn split<A: Arithmetic>(average: Self, difference: Self) -> (Self, Self) {
        let (low, high) = (A::split(average[0], difference[0]), A::split(average[1], difference[1]));
        ([low.0, high.0], [low.1, high.1])
    }
}

/// Undoes one level and all below it.
#[inline(always)]
fn grid<S: Sample, A: Arithmetic>(samples: &mut [S], (columns, rows): (usize, usize), spare: &mut [S]) {
    if columns.min(rows) < 2 {
        return;
    }
    let size = (columns / 2, rows / 2);
    let (coarse, spare) = spare.split_at_mut(size.0 * size.1);
    if size.0.min(size.1) >= 2 {
        for (coarse, row) in coarse.chunks_exact_mut(size.0).zip(samples.chunks_exact(columns * 2)) {
            for (coarse, pair) in coarse.iter_mut().zip(row.as_chunks::<2>().0) {
                *coarse = pair[0];
            }
        }
        coarse_grid::<S, A>(coarse, size, spare);
        for (coarse, row) in coarse.chunks_exact(size.0).zip(samples.chunks_exact_mut(columns * 2)) {
            for (coarse, pair) in coarse.iter().zip(row.as_chunks_mut::<2>().0) {
                pair[0] = *coarse;
            }
        }
    }
    let mut pairs = samples[..columns * rows].chunks_exact_mut(columns * 2);
    for pair in &mut pairs {
        let (top, bottom) = pair.split_at_mut(columns);
        for (top, bottom) in top.iter_mut().zip(bottom.iter_mut()) {
            (*top, *bottom) = S::split::<A>(*top, *bottom);
        }
        across::<S, A>(top);
        across::<S, A>(bottom);
    }
    across::<S, A>(pairs.into_remainder());
}

/// [`grid`], not inlined into itself.
fn coarse_grid<S: Sample, A: Arithmetic>(samples: &mut [S], size: (usize, usize), spare: &mut [S]) {
    grid::<S, A>(samples, size, spare);
}

/// Undoes one row.
#[inline(always)]
fn across<S: Sample, A: Arithmetic>(row: &mut [S]) {
    for pair in row.as_chunks_mut::<2>().0 {
        *pair = S::split::<A>(pair[0], pair[1]).into();
    }
}
