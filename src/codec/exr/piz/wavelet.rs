//! The wavelet of PIZ, backwards.
//!
//! Forwards, each 2 by 2 values of a grid become one average, at the place of the first, and three
//! differences; the averages, a grid of half as many columns and rows (rounded down), go through the
//! same, until less than two columns or rows are left. Of an odd number of columns the last is paired
//! over rows alone, and the last of an odd number of rows over columns alone.
//!
//! Backwards, each level works on a grid of its own whose rows hold the even columns first and then
//! the odd ones, so that all arithmetic runs over neighbours.

/// Undoes the wavelet of `grid`, rows of so many columns. `greatest` is the greatest value before the
/// wavelet, of all channels of the block; it decides on the arithmetic. `spare` is memory to work in.
pub fn invert(grid: &mut [u16], columns: usize, rows: usize, greatest: u16, spare: &mut Vec<u16>) {
    if spare.len() < grid.len() * 2 {
        spare.resize(grid.len() * 2, 0);
    }
    if greatest < 1 << 14 {
        level::<Small>(grid, columns, (columns, rows), spare);
    } else {
        level::<Modular>(grid, columns, (columns, rows), spare);
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

/// Undoes one level and all below it, in the first columns of rows that are `stride` apart.
fn level<A: Arithmetic>(grid: &mut [u16], stride: usize, (columns, rows): (usize, usize), spare: &mut [u16]) {
    if columns.min(rows) < 2 {
        return;
    }
    let (split, spare) = spare.split_at_mut(columns * rows);
    let evens = columns.div_ceil(2);
    for (row, split) in grid.chunks(stride).zip(split.chunks_exact_mut(columns)) {
        let (even, odd) = split.split_at_mut(evens);
        take_apart(&row[..columns], even, odd);
    }
    level::<A>(split, columns * 2, (columns / 2, rows / 2), spare);

    for pair in split.chunks_exact_mut(columns * 2) {
        let (top, bottom) = pair.split_at_mut(columns);
        down::<A>(top, bottom);
    }
    for (row, split) in grid.chunks_mut(stride).zip(split.chunks_exact(columns)) {
        let (even, odd) = split.split_at(evens);
        across::<A>(even, odd, &mut row[..columns]);
    }
}

/// Puts the even columns of a row into `even` and the odd ones into `odd`.
fn take_apart(row: &[u16], even: &mut [u16], odd: &mut [u16]) {
    let (pairs, single) = row.as_chunks::<2>();
    for ((even, odd), pair) in even.iter_mut().zip(odd).zip(pairs) {
        [*even, *odd] = *pair;
    }
    if let ([single], Some(last)) = (single, even.last_mut()) {
        *last = *single;
    }
}

/// Undoes what was done over two rows.
fn down<A: Arithmetic>(top: &mut [u16], bottom: &mut [u16]) {
    for (top, bottom) in top.iter_mut().zip(bottom) {
        (*top, *bottom) = A::split(*top, *bottom);
    }
}

/// Undoes what was done over the columns of one row.
fn across<A: Arithmetic>(even: &[u16], odd: &[u16], row: &mut [u16]) {
    let (pairs, single) = row.as_chunks_mut::<2>();
    for ((even, odd), pair) in even.iter().zip(odd).zip(pairs) {
        *pair = A::split(*even, *odd).into();
    }
    if let ([single], Some(last)) = (single, even.last()) {
        *single = *last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (average, difference) of two values.
    fn join(small: bool, a: u16, b: u16) -> (u16, u16) {
        if small {
            let (a, b) = (i32::from(a as i16), i32::from(b as i16));
            return (((a + b) >> 1) as u16, (a - b) as u16);
        }
        let (a, b) = (i32::from(a ^ 0x8000), i32::from(b));
        let average = if a < b { ((a + b) >> 1) + 0x8000 } else { (a + b) >> 1 };
        (average as u16, (a - b) as u16)
    }

    /// The wavelet, one level after the other, in place.
    fn forward(grid: &mut [u16], columns: usize, rows: usize, small: bool) {
        let mut step = 1;
        while step * 2 <= columns.min(rows) {
            let mut pair = |first: usize, second: usize| {
                (grid[first], grid[second]) = join(small, grid[first], grid[second]);
            };
            // Of an odd number the last has no partner.
            let whole = |count: usize| count / step / 2 * 2;
            for y in 0..rows / step {
                for x in (0..whole(columns)).step_by(2) {
                    pair((y * columns + x) * step, (y * columns + x + 1) * step);
                }
            }
            for y in (0..whole(rows)).step_by(2) {
                for x in 0..columns / step {
                    pair((y * columns + x) * step, ((y + 1) * columns + x) * step);
                }
            }
            step *= 2;
        }
    }

    #[test]
    fn the_wavelet_is_undone() {
        let sizes =
            [(1, 1), (1, 9), (2, 2), (3, 2), (2, 3), (3, 3), (7, 5), (16, 16), (45, 37), (37, 6), (300, 33)];
        let mut spare = Vec::new();
        for (columns, rows) in sizes {
            for (greatest, small) in [((1 << 14) - 1, true), (1 << 14, false), (u16::MAX, false)] {
                let noise = |at: usize| ((at as u32).wrapping_mul(2_654_435_761) >> 7) as u16;
                let values: Vec<u16> = (0..columns * rows).map(|at| noise(at).min(greatest)).collect();
                let mut grid = values.clone();
                forward(&mut grid, columns, rows, small);
                if columns.min(rows) > 1 {
                    assert_ne!(grid, values, "{columns} by {rows}");
                }
                invert(&mut grid, columns, rows, greatest, &mut spare);
                assert_eq!(grid, values, "{columns} by {rows}, up to {greatest}");
            }
        }
    }
}
