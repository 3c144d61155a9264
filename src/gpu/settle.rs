//! From tile records to statistics: what the GPU could not be sure of is done again on the CPU.
//!
//! A tile is settled, that is recomputed by [`crate::metric::rectangle_map`] in f64, when
//! * its record says doubt (a pixel near the threshold, an operation near f32's limits),
//! * it may hold the exact maximum, but only a rounded one is known,
//! * its squares may have been flushed to zero, and that could show in the sum of all.
//!
//! Everything else is certain as it stands: counts are integers, comparisons had margins, sums of
//! at most 1024 values in a tree of fixed shape are within 1e-6 of exact.

use rayon::prelude::*;

use super::tile::{Records, TILE_DOUBT, TILE_INEXACT, Tile, tile_rect};
use crate::image::Window;
use crate::metric::{
    Backend, Comparison, Cpu, DeltaMap, Histogram, Metric, Pair, Partial, Rule, Want, rectangle,
    rectangle_map,
};

/// 2⁵⁸: below, 1024 squares cannot overflow. As f32 bits.
const MAX_SQUARED: u32 = (127 + 58) << 23;
/// 2¹⁰⁰: below, 256 values of the metric cannot overflow. As f32 bits.
const MAX_METRIC: u32 = (127 + 100) << 23;
/// 2⁻⁴⁶: from here on, squares flushed beside the largest do not matter. As f32 bits.
const MIN_SQUARED: u32 = (127 - 46) << 23;
/// 2⁻⁹⁰ per tile. Flushing loses less than 2⁻¹¹⁵ a tile: 2⁻²⁵ of such a sum.
const SMALL_SUM_PER_TILE: f64 = 8.077_935_669_463_161e-28;
/// Units in the last place by which a computed value of the metric may be off, doubled and more: see
/// [`super::threshold`].
const fn metric_ulps(metric: Metric) -> u32 {
    if matches!(metric, Metric::Angle) { 512 } else { 64 }
}

/// How many times as long the CPU takes over all tiles one by one (16 pixels a row) than over whole
/// rows: 2.1 to 2.7 times, measured at 4K with f32, f16 and u8. Where more than this part of a frame
/// is open, as in 8-bit pictures whose pixels differ by one step, the CPU does all of it.
const TILE_COST: usize = 3;

/// The comparison that `records` (and the GPU's `map`) tell of.
pub(super) fn settle(pair: &Pair<'_>, rule: &Rule, records: &Records, map: Option<DeltaMap>) -> Comparison {
    let tiles = &records.tiles;
    let mut open = doubtful(tiles, rule.metric);
    let total = |open: &[bool]| -> f64 {
        tiles.iter().zip(open).filter(|(_, open)| !**open).map(|(t, _)| f64::from(t.sum_squared)).sum()
    };
    if total(&open) < SMALL_SUM_PER_TILE * tiles.len() as f64 {
        for (open, tile) in open.iter_mut().zip(tiles) {
            *open |= tile.max_abs > 0 && tile.max_abs < MIN_SQUARED;
        }
    }
    let count = open.iter().filter(|open| **open).count();
    if count > tiles.len() / TILE_COST {
        let want = if map.is_some() { Want::Map } else { Want::Stats };
        return Cpu.compare(pair, rule, want);
    }
    let mut map = map;
    let settled = recompute(pair, rule, &open, map.as_mut());
    let mut settled = settled.into_iter();
    let partials = tiles.iter().zip(&open).enumerate().map(|(index, (tile, open))| {
        if *open {
            let mut partial = settled.next().expect("one partial for each open tile");
            if tile.bits & TILE_DOUBT == 0 {
                // The pass has counted them already.
                partial.histogram = Histogram::default();
            }
            partial
        } else {
            tile.partial(pair, tile_rect(pair.window, index), rule.metric)
        }
    });
    let mut whole = Partial::in_order(partials);
    whole.histogram.merge(&records.histogram);
    Comparison { stats: whole.finish(pair), map }
}

/// Which tiles have to be settled, except for squares that were flushed.
fn doubtful(tiles: &[Tile], metric: Metric) -> Vec<bool> {
    let overflows = |tile: &Tile| metric != Metric::Ulp && tile.max_metric >= MAX_METRIC;
    let mut open: Vec<bool> =
        tiles.iter().map(|t| t.bits & TILE_DOUBT != 0 || t.max_abs >= MAX_SQUARED || overflows(t)).collect();
    let sure = |open: &[bool]| -> Vec<usize> { (0..tiles.len()).filter(|&i| !open[i]).collect() };
    let sure = sure(&open);
    // Rounding keeps order: the exact maximum is in a tile whose rounded one is the largest, or
    // one or two steps from it where an operation may round either way. If all that have the
    // largest have it exactly, then it is the maximum, and a smaller rounded one cannot hide it.
    let largest = sure.iter().map(|&i| tiles[i].max_abs).max().unwrap_or(0);
    let rounded = |i: usize| tiles[i].max_abs == largest && tiles[i].bits & TILE_INEXACT != 0;
    if largest > 0 && sure.iter().any(|&i| rounded(i)) {
        sure.iter().filter(|&&i| tiles[i].max_abs >= largest - 2).for_each(|&i| open[i] = true);
    }
    if !metric.has_exact_map() {
        let largest = sure.iter().map(|&i| tiles[i].max_metric).max().unwrap_or(0);
        let near =
            |i: usize| largest > 0 && tiles[i].max_metric >= largest.saturating_sub(metric_ulps(metric));
        sure.iter().filter(|&&i| near(i)).for_each(|&i| open[i] = true);
    }
    open
}

/// The open tiles' partials, in order; their pixels of `map` are replaced.
fn recompute(pair: &Pair<'_>, rule: &Rule, open: &[bool], map: Option<&mut DeltaMap>) -> Vec<Partial> {
    let rects = (0..open.len()).filter(|&i| open[i]).map(|i| tile_rect(pair.window, i));
    let rects: Vec<Window> = rects.collect();
    let Some(map) = map else {
        return rects.into_par_iter().map(|rect| rectangle(pair, rule, rect)).collect();
    };
    let tiles: Vec<_> = rects
        .into_par_iter()
        .map(|rect| {
            let mut values = vec![0.0; rect.pixels() as usize];
            let mut flags = vec![0; values.len()];
            let partial = rectangle_map(pair, rule, rect, &mut values, &mut flags);
            (rect, partial, values, flags)
        })
        .collect();
    tiles
        .into_iter()
        .map(|(rect, partial, values, flags)| {
            map.put(rect, &values, &flags);
            partial
        })
        .collect()
}
