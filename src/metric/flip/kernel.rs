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
pub(crate) struct Constants {
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
        let (red, green, blue) = (&rgb[0][start..][..len], &rgb[1][start..][..len], &rgb[2][start..][..len]);
        let [first, second, third] = out else { return };
        let (first, second, third) = (&mut first[..len], &mut second[..len], &mut third[..len]);
        for i in 0..len {
            let mut rgb = [red[i], green[i], blue[i]];
            if let Some(scale) = scale {
                for value in &mut rgb {
                    *value = tone_mapped(*value, scale);
                }
            }
            first[i] = apply(OPPONENT[0], rgb);
            second[i] = apply(OPPONENT[1], rgb);
            third[i] = apply(OPPONENT[2], rgb);
        }
    }
}

/// A symmetric filter over blocks of `$from`, of which `$low` and `$high` say where the blocks `$k` before
/// and `$k` after begin. A macro, as are those below: closures and functions that take them are not
/// always inlined, and what is not inlined has no wide vectors.
macro_rules! symmetric {
    ($taps:expr, $from:expr, $k:ident, $low:expr, $high:expr) => {{
        let (taps, from): (&[f32], &[f32]) = ($taps, $from);
        let $k = 0;
        let centre = load(from, $low);
        let mut sum = [0.0; LANES];
        for i in 0..LANES {
            sum[i] = taps[0] * centre[i];
        }
        for $k in 1..taps.len() {
            let (tap, low, high) = (taps[$k], load(from, $low), load(from, $high));
            for i in 0..LANES {
                sum[i] += tap * (low[i] + high[i]);
            }
        }
        sum
    }};
}

/// First and second derivative, as [`symmetric`].
macro_rules! derivatives {
    ($filters:expr, $from:expr, $k:ident, $low:expr, $high:expr) => {{
        let (first, second): (&[f32], &[f32]) = (&$filters.feature[1], &$filters.feature[2]);
        let from: &[f32] = $from;
        let $k = 0;
        let centre = load(from, $low);
        let mut sums = [[0.0; LANES]; 2];
        for i in 0..LANES {
            sums[1][i] = second[0] * centre[i];
        }
        for $k in 1..first.len() {
            let (low, high) = (load(from, $low), load(from, $high));
            let (odd, even) = (first[$k], second[$k]);
            for i in 0..LANES {
                sums[0][i] += odd * (high[i] - low[i]);
                sums[1][i] += even * (low[i] + high[i]);
            }
        }
        sums
    }};
}

/// Filters one row along x, into the row of the rings that begins at `slot`.
#[inline(always)]
fn along_x(filters: &Filters, row: &[Vec<f32>], planes: &mut [Vec<f32>; PLANES], slot: usize, width: usize) {
    let radius = filters.radius;
    for x in (0..width).step_by(LANES) {
        let (at, to) = (x + radius, slot + x);
        store(&mut planes[0], to, &symmetric!(&filters.luminance, &row[0], k, at - k, at + k));
        store(&mut planes[1], to, &symmetric!(&filters.red_green, &row[1], k, at - k, at + k));
        store(&mut planes[2], to, &symmetric!(&filters.blue_yellow[0], &row[2], k, at - k, at + k));
        store(&mut planes[3], to, &symmetric!(&filters.blue_yellow[1], &row[2], k, at - k, at + k));
        store(&mut planes[4], to, &symmetric!(&filters.feature[0], &row[0], k, at - k, at + k));
        let [first, second] = derivatives!(filters, &row[0], k, at - k, at + k);
        store(&mut planes[5], to, &first);
        store(&mut planes[6], to, &second);
    }
}

#[inline(always)]
fn load(from: &[f32], at: usize) -> &Block {
    from[at..at + LANES].try_into().expect("as many as LANES")
}

#[inline(always)]
fn store(to: &mut [f32], at: usize, block: &Block) {
    to[at..at + LANES].copy_from_slice(block);
}

/// Filters along y and compares: errors of the pixels from `x` on.
#[inline(always)]
fn errors(constants: &Constants, rings: &[[Vec<f32>; PLANES]; 2], rows: &[usize], x: usize) -> Block {
    let filters = &constants.filters;
    let radius = filters.radius;
    let mut labs = [[[0.0; LANES]; 3]; 2];
    let mut features = [[[0.0; LANES]; 2]; 2];
    for side in 0..2 {
        let planes = &rings[side];
        macro_rules! along_y {
            ($taps:expr, $plane:expr) => {
                symmetric!($taps, &planes[$plane], k, rows[radius - k] + x, rows[radius + k] + x)
            };
        }
        let luminance = along_y!(&filters.luminance, 0);
        let red_green = along_y!(&filters.red_green, 1);
        let first = along_y!(&filters.blue_yellow[0], 2);
        let second = along_y!(&filters.blue_yellow[1], 3);
        for i in 0..LANES {
            let lab = hunt_lab([luminance[i], red_green[i], first[i] + second[i]]);
            labs[side][0][i] = lab[0];
            labs[side][1][i] = lab[1];
            labs[side][2][i] = lab[2];
        }
        let edge_x = along_y!(&filters.feature[0], 5);
        let point_x = along_y!(&filters.feature[0], 6);
        let [edge_y, point_y] =
            derivatives!(filters, &planes[4], k, rows[radius - k] + x, rows[radius + k] + x);
        for i in 0..LANES {
            features[side][0][i] = (edge_x[i] * edge_x[i] + edge_y[i] * edge_y[i]).sqrt();
            features[side][1][i] = (point_x[i] * point_x[i] + point_y[i] * point_y[i]).sqrt();
        }
    }
    let mut errors = [0.0; LANES];
    for i in 0..LANES {
        let a = [labs[0][0][i], labs[0][1][i], labs[0][2][i]];
        let b = [labs[1][0][i], labs[1][1][i], labs[1][2][i]];
        let colour = colour_error(hyab(a, b), constants.largest);
        let edge = (features[0][0][i] - features[1][0][i]).abs();
        let point = (features[0][1][i] - features[1][1][i]).abs();
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
