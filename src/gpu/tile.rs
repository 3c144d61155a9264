//! What the delta pass says of one tile, as the shader writes it.

use crate::image::Window;
use crate::metric::{Histogram, Metric, Pair, Partial, Sums};

/// Pixels a side of a tile: one workgroup.
pub const TILE: u32 = 16;
/// Some number of the tile is not certain: the CPU has to do it again.
pub const TILE_DOUBT: u32 = 1;
/// `max_abs` is rounded: the exact maximum may differ by less than two units in its last place.
pub const TILE_INEXACT: u32 = 2;

/// The record of one tile. The shader's struct of the same name; a test below compares the two layouts.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Tile {
    /// Pixels that changed, the uncovered among them.
    pub changed: u32,
    /// Pixels with a non-finite value against another value.
    pub non_finite: u32,
    /// Values without a delta (non-finite and unequal), where both sides are.
    pub broken: u32,
    /// Pixels without a delta in any channel, where both sides are.
    pub unknown: u32,
    /// NaN values of the candidate.
    pub nan_a: u32,
    /// NaN values of the reference.
    pub nan_b: u32,
    /// Infinite values of the candidate.
    pub inf_a: u32,
    /// Infinite values of the reference.
    pub inf_b: u32,
    /// f32 bits of the largest |a−b|.
    pub max_abs: u32,
    /// f32 bits of the largest |value| of the metric; for `ulp` the number itself.
    pub max_metric: u32,
    /// The least pixel of the tile (y · 16 + x) that has `max_abs`; 256 where that is 0.
    pub peak: u32,
    /// `TILE_*`.
    pub bits: u32,
    /// Sum of |a−b|.
    pub sum_abs: f32,
    /// Sum of a−b.
    pub sum_signed: f32,
    /// Sum of (a−b)².
    pub sum_squared: f32,
    /// Sum of the metric.
    pub sum_metric: f32,
}

impl Tile {
    /// The statistics of the tile that covers `rect`.
    pub fn partial(&self, pair: &Pair<'_>, rect: Window, metric: Metric) -> Partial {
        let candidate = rect.intersection(&pair.candidate.data_window);
        let reference = rect.intersection(&pair.reference.data_window);
        let covered = candidate.intersection(&reference).pixels();
        let uncovered = candidate.pixels() + reference.pixels() - 2 * covered;
        let value = |bits: u32| f64::from(f32::from_bits(bits));
        let at = || (rect.x + (self.peak % TILE) as i32, rect.y + (self.peak / TILE) as i32);
        Partial {
            pixels: covered + uncovered,
            changed: self.changed.into(),
            uncovered,
            // A pair with such pixels is none for the GPU.
            unreadable: 0,
            non_finite: self.non_finite.into(),
            compared_values: covered * pair.channels.len() as u64 - u64::from(self.broken),
            delta_pixels: covered - u64::from(self.unknown),
            metric_pixels: covered - if metric == Metric::Id { 0 } else { u64::from(self.unknown) },
            metric_sum: self.sum_metric.into(),
            metric_max: match metric {
                Metric::Abs | Metric::Signed => value(self.max_abs),
                Metric::Ulp => self.max_metric.into(),
                _ => value(self.max_metric),
            },
            sums: Sums {
                abs: self.sum_abs.into(),
                signed: self.sum_signed.into(),
                squared: self.sum_squared.into(),
            },
            max_abs: value(self.max_abs),
            max_at: (self.max_abs > 0).then(at),
            // The pass counts over all tiles.
            histogram: Histogram::default(),
            nan: (self.nan_a.into(), self.nan_b.into()),
            inf: (self.inf_a.into(), self.inf_b.into()),
        }
    }
}

/// What the pass writes beside map and flags.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Of the pixels in tiles without [`TILE_DOUBT`].
    pub histogram: Histogram,
    /// One for each tile, row by row.
    pub tiles: Vec<Tile>,
}

impl Records {
    /// Bytes of the bins of the histogram, which come before the tiles.
    pub(super) const BINS: usize = 256 * size_of::<u32>();

    /// Bytes of the records of `tiles` tiles.
    pub const fn size(tiles: u64) -> u64 {
        Self::BINS as u64 + tiles * size_of::<Tile>() as u64
    }

    /// What the shader wrote.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (bins, tiles) = bytes.split_at(Self::BINS);
        let bins: Vec<u32> = bytemuck::pod_collect_to_vec(bins);
        let mut histogram = Histogram::default();
        for (exponent, count) in (-127..).zip(bins) {
            histogram.add(exponent, count.into());
        }
        Self { histogram, tiles: bytemuck::pod_collect_to_vec(tiles) }
    }
}

/// Columns and rows of tiles over `window`.
pub const fn tile_grid(window: Window) -> (u32, u32) {
    (window.width.div_ceil(TILE), window.height.div_ceil(TILE))
}

/// The pixels of tile number `index`, row by row over `window`.
pub fn tile_rect(window: Window, index: usize) -> Window {
    let (columns, _) = tile_grid(window);
    let (column, row) = (index as u32 % columns, index as u32 / columns);
    let (x, y) = (window.x + (column * TILE) as i32, window.y + (row * TILE) as i32);
    Window::new(x, y, TILE, TILE).intersection(&window)
}

#[cfg(test)]
mod tests {
    use super::{Records, Tile};
    use crate::gpu::shader::assert_layout;

    #[test]
    fn bins_come_before_the_tiles() {
        let mut words = vec![0u32; 256];
        (words[127], words[126]) = (3, 2);
        words.extend([7; size_of::<Tile>() / 4]);
        let records = Records::from_bytes(bytemuck::cast_slice(&words));
        assert_eq!(records.histogram.bins().collect::<Vec<_>>(), [(-1, 2), (0, 3)]);
        assert_eq!((records.tiles.len(), records.tiles[0].changed), (1, 7));
        assert_eq!(Records::size(1), words.len() as u64 * 4);
    }

    #[test]
    fn tile_has_one_layout() {
        assert_layout!(
            Tile,
            crate::gpu::delta_source(),
            [
                changed,
                non_finite,
                broken,
                unknown,
                nan_a,
                nan_b,
                inf_a,
                inf_b,
                max_abs,
                max_metric,
                peak,
                bits,
                sum_abs,
                sum_signed,
                sum_squared,
                sum_metric,
            ]
        );
    }
}
