//! The arithmetic of ꟻLIP over one tile: rows of linear colour in, errors out.
//!
//! Rows go through in order. Each is toned and turned into opponent colours, filtered along x, and
//! kept in a ring of as many rows as the filters are high; with each new row the ring gives one row of
//! results. All of it stays in the caches. Along rows the same operations are done for every pixel in
//! the same order, however wide the vectors are: the result for a pixel depends on its neighbourhood
//! alone.

use super::colour::{OPPONENT, apply, colour_error, hunt_lab, hyab, tone_mapped};
use super::filter::Filters;
use super::math::{clamp, pow};

/// Pixels done side by side in registers.
pub(super) const LANES: usize = 16;
type Block = [f32; LANES];

/// What stays the same over a whole comparison.
#[derive(Debug)]
pub(super) struct Constants {
    pub filters: Filters,
    /// See [`super::colour::largest_difference`].
    pub largest: f32,
}

/// Linear colours around the pixels of a tile: red, green, blue of the candidate, then of the
/// reference.
#[derive(Debug, Default)]
pub(super) struct Region {
    pub planes: [Vec<f32>; 6],
    /// Values in a row.
    pub width: usize,
}

/// What of a [`Region`] is to be done: the pixels whose neighbourhoods begin at (x, y) of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub x: usize,
    pub y: usize,
    /// A multiple of [`LANES`].
    pub width: usize,
    pub height: usize,
}

/// Planes of a side that are filtered along x: luminance, red-green, two of blue-yellow, then
/// luminance by the three feature filters.
const PLANES: usize = 7;

/// Room to work in.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// One row of opponent colours, of both sides.
    row: [Vec<f32>; 6],
    /// The last rows, filtered along x, of both sides.
    rings: [[Vec<f32>; PLANES]; 2],
    /// Where the rows around a pixel stand in a ring, top to bottom.
    rows: Vec<usize>,
}

/// Raises `out` (rows of `stride` values, the first of them `area`'s first) to the errors of `area`.
/// `scale` is the exposure of HDR; `None` takes the colours as the display shows them.
pub(super) fn raise_to_errors(
    constants: &Constants,
    (region, area): (&Region, Area),
    scale: Option<f32>,
    scratch: &mut Scratch,
    (out, stride): (&mut [f32], usize),
) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "twice as fast as what every x86-64 has")]
        // SAFETY: the processor has AVX2.
        return unsafe { avx2(constants, (region, area), scale, scratch, (out, stride)) };
    }
    portable(constants, (region, area), scale, scratch, (out, stride));
}

/// [`portable`] in wider vectors: bit for bit the same.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(
    constants: &Constants,
    of: (&Region, Area),
    scale: Option<f32>,
    scratch: &mut Scratch,
    out: (&mut [f32], usize),
) {
    portable(constants, of, scale, scratch, out);
}

#[inline(always)]
fn portable(
    constants: &Constants,
    (region, area): (&Region, Area),
    scale: Option<f32>,
    scratch: &mut Scratch,
    (out, stride): (&mut [f32], usize),
) {
    let filters = &constants.filters;
    let (radius, width) = (filters.radius, area.width);
    let ring = 2 * radius + 1;
    scratch.row.iter_mut().for_each(|row| row.resize(width + 2 * radius, 0.0));
    scratch.rings.iter_mut().flatten().for_each(|plane| plane.resize(ring * width, 0.0));
    for j in 0..area.height + 2 * radius {
        let start = (area.y + j) * region.width + area.x;
        opponent_row(region, start, scale, &mut scratch.row);
        let slot = j % ring * width;
        for (row, planes) in scratch.row.chunks_exact(3).zip(&mut scratch.rings) {
            along_x(filters, row, planes, slot, width);
        }
        if j >= 2 * radius {
            scratch.rows.clear();
            scratch.rows.extend((0..ring).map(|k| (j - 2 * radius + k) % ring * width));
            let out = &mut out[(j - 2 * radius) * stride..][..width];
            for (block, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                let errors = errors(constants, &scratch.rings, &scratch.rows, block * LANES);
                for i in 0..LANES {
                    out[i] = if errors[i] > out[i] { errors[i] } else { out[i] };
                }
            }
        }
    }
}

/// Opponent colours of both sides from `start` on in the region's planes.
#[inline(always)]
fn opponent_row(region: &Region, start: usize, scale: Option<f32>, out: &mut [Vec<f32>; 6]) {
    let len = out[0].len();
    let (a, b) = region.planes.split_at(3);
    let (to_a, to_b) = out.split_at_mut(3);
    for (rgb, out) in [(a, to_a), (b, to_b)] {
        let [red, green, blue] = [&rgb[0][start..][..len], &rgb[1][start..][..len], &rgb[2][start..][..len]];
        let [first, rest @ ..] = out else { return };
        let [second, third, ..] = rest else { return };
        let [first, second, third] = [&mut first[..len], &mut second[..len], &mut third[..len]];
        let mut one = |i: usize, rgb: [f32; 3]| {
            first[i] = apply(OPPONENT[0], rgb);
            second[i] = apply(OPPONENT[1], rgb);
            third[i] = apply(OPPONENT[2], rgb);
        };
        match scale {
            Some(scale) => {
                for i in 0..len {
                    one(i, [red[i], green[i], blue[i]].map(|v| tone_mapped(v, scale)));
                }
            }
            None => {
                for i in 0..len {
                    one(i, [red[i], green[i], blue[i]]);
                }
            }
        }
    }
}

/// Filters one row along x, into the row of the rings that begins at `slot`.
#[inline(always)]
fn along_x(filters: &Filters, row: &[Vec<f32>], planes: &mut [Vec<f32>; PLANES], slot: usize, width: usize) {
    let radius = filters.radius;
    for x in (0..width).step_by(LANES) {
        let (from, to) = (x + radius, slot + x);
        store(&mut planes[0], to, symmetric(&filters.luminance, |k| pair(&row[0], from - k, from + k)));
        store(&mut planes[1], to, symmetric(&filters.red_green, |k| pair(&row[1], from - k, from + k)));
        let [first, second] = &filters.blue_yellow;
        store(&mut planes[2], to, symmetric(first, |k| pair(&row[2], from - k, from + k)));
        store(&mut planes[3], to, symmetric(second, |k| pair(&row[2], from - k, from + k)));
        store(&mut planes[4], to, symmetric(&filters.feature[0], |k| pair(&row[0], from - k, from + k)));
        let derivatives = derivatives(filters, |k| pair(&row[0], from - k, from + k));
        store(&mut planes[5], to, derivatives[0]);
        store(&mut planes[6], to, derivatives[1]);
    }
}

#[inline(always)]
fn load(from: &[f32], at: usize) -> &Block {
    from[at..at + LANES].try_into().expect("as many as LANES")
}

#[inline(always)]
fn pair(from: &[f32], low: usize, high: usize) -> (&Block, &Block) {
    (load(from, low), load(from, high))
}

#[inline(always)]
fn store(to: &mut [f32], at: usize, block: Block) {
    to[at..at + LANES].copy_from_slice(&block);
}

/// A symmetric filter; `at(k)` gives the pixels k before and k after.
#[inline(always)]
fn symmetric<'a>(taps: &[f32], at: impl Fn(usize) -> (&'a Block, &'a Block)) -> Block {
    let mut sum = *at(0).0;
    for v in &mut sum {
        *v *= taps[0];
    }
    for (k, &tap) in taps.iter().enumerate().skip(1) {
        let (low, high) = at(k);
        for i in 0..LANES {
            sum[i] += tap * (low[i] + high[i]);
        }
    }
    sum
}

/// First and second derivative.
#[inline(always)]
fn derivatives<'a>(filters: &Filters, at: impl Fn(usize) -> (&'a Block, &'a Block)) -> [Block; 2] {
    let [_, first, second] = &filters.feature;
    let mut sums = [[0.0; LANES], *at(0).0];
    for v in &mut sums[1] {
        *v *= second[0];
    }
    for (k, (&first, &second)) in first.iter().zip(second).enumerate().skip(1) {
        let (low, high) = at(k);
        for i in 0..LANES {
            sums[0][i] += first * (high[i] - low[i]);
            sums[1][i] += second * (low[i] + high[i]);
        }
    }
    sums
}

/// Filters along y and compares: errors of the pixels from `x` on.
#[inline(always)]
fn errors(constants: &Constants, rings: &[[Vec<f32>; PLANES]; 2], rows: &[usize], x: usize) -> Block {
    let filters = &constants.filters;
    let radius = filters.radius;
    let mut labs = [[[0.0; LANES]; 3]; 2];
    let mut features = [[[0.0; LANES]; 2]; 2];
    for (side, planes) in rings.iter().enumerate() {
        let at = |plane: usize| {
            let plane = planes[plane].as_slice();
            move |k: usize| pair(plane, rows[radius - k] + x, rows[radius + k] + x)
        };
        let luminance = symmetric(&filters.luminance, at(0));
        let red_green = symmetric(&filters.red_green, at(1));
        let blue_yellow = [2, 3].map(|plane| symmetric(&filters.blue_yellow[plane - 2], at(plane)));
        for i in 0..LANES {
            let lab = hunt_lab([luminance[i], red_green[i], blue_yellow[0][i] + blue_yellow[1][i]]);
            for c in 0..3 {
                labs[side][c][i] = lab[c];
            }
        }
        let along_x = [5, 6].map(|plane| symmetric(&filters.feature[0], at(plane)));
        let along_y = derivatives(filters, at(4));
        for f in 0..2 {
            for i in 0..LANES {
                let (x, y) = (along_x[f][i], along_y[f][i]);
                features[side][f][i] = (x * x + y * y).sqrt();
            }
        }
    }
    let mut errors = [0.0; LANES];
    for i in 0..LANES {
        let lab = |side: usize| [labs[side][0][i], labs[side][1][i], labs[side][2][i]];
        let colour = colour_error(hyab(lab(0), lab(1)), constants.largest);
        let [edge, point] = [0, 1].map(|f| (features[0][f][i] - features[1][f][i]).abs());
        let feature = if edge > point { edge } else { point };
        let feature = clamp(feature * std::f32::consts::FRAC_1_SQRT_2, 0.0, 1.0).sqrt();
        errors[i] = clamp(pow(colour, 1.0 - feature), 0.0, 1.0);
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_vectors_give_the_same_bits() {
        let constants =
            Constants { filters: Filters::new(40.0), largest: super::super::colour::largest_difference() };
        let radius = constants.filters.radius;
        let area = Area { x: 2, y: 1, width: 3 * LANES, height: 11 };
        let width = area.x + area.width + 2 * radius;
        let len = width * (area.y + area.height + 2 * radius);
        let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 20_000.0 - 0.2;
        let planes = [0, 1, 2, 3, 4, 5].map(|p| (0..len).map(|i| value(i * 6 + p)).collect());
        let region = Region { planes, width };
        for scale in [None, Some(0.5), Some(3.0)] {
            let run = |portably: bool| {
                let (mut out, mut scratch) = (vec![0.0; area.width * area.height], Scratch::default());
                let to = (out.as_mut_slice(), area.width);
                if portably {
                    portable(&constants, (&region, area), scale, &mut scratch, to);
                } else {
                    raise_to_errors(&constants, (&region, area), scale, &mut scratch, to);
                }
                out.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            assert_eq!(run(true), run(false), "{scale:?}");
            assert!(run(true).iter().any(|bits| *bits != 0));
        }
    }
}
