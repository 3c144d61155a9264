//! The arithmetic: one rectangle of a pair becomes a [`Partial`], partials become statistics.
//!
//! Everything that decides (flags, counts, maxima, positions) is done in f64 on exact stored
//! values: a−b and abs + rel·|b|, unfused, in that order.

use rayon::prelude::*;

use super::map::{FLAG_CHANGED, FLAG_UNCOVERED, FLAG_UNREADABLE};
use super::runs::runs;
use super::segment::{SEGMENT, Segment, bits_differ, same_non_finite};
use super::{Comparison, DeltaMap, Metric, Pair, Partial, Rule, Want};
use crate::image::{Sample, Samples, Window};

/// Compares the whole window of `pair`, rows in parallel.
pub(super) fn compare(pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison {
    let width = pair.window.width as usize;
    let row = |y: usize| Window::new(pair.window.x, pair.window.y + y as i32, pair.window.width, 1);
    match want {
        Want::Stats => {
            let rows = (0..pair.window.height as usize).into_par_iter();
            let one = |segment: &mut Segment, y| compare_row(segment, pair, rule, row(y), None);
            let partials: Vec<Partial> = rows.map_init(Segment::default, one).collect();
            Comparison { stats: Partial::in_order(partials).finish(pair), map: None }
        }
        Want::Map => {
            let mut values = vec![0.0f32; width * pair.window.height as usize];
            let mut flags = vec![0u8; values.len()];
            let rows = values.par_chunks_mut(width).zip(flags.par_chunks_mut(width)).enumerate();
            let one = |segment: &mut Segment, (y, (values, flags)): (usize, (&mut [f32], &mut [u8]))| {
                compare_row(segment, pair, rule, row(y), Some((values, flags)))
            };
            let partials: Vec<Partial> = rows.map_init(Segment::default, one).collect();
            let map = DeltaMap { window: pair.window, values, flags };
            Comparison { stats: Partial::in_order(partials).finish(pair), map: Some(map) }
        }
    }
}

/// Compares the pixels of `rect`, which lies inside the pair's window.
pub fn rectangle(pair: &Pair<'_>, rule: &Rule, rect: Window) -> Partial {
    let rows = (0..rect.height as i32).map(|y| Window::new(rect.x, rect.y + y, rect.width, 1));
    let mut segment = Segment::default();
    Partial::in_order(rows.map(|row| compare_row(&mut segment, pair, rule, row, None)))
}

/// As [`rectangle`], and writes the pixels' map values and `FLAG_*` (row by row, as many as `rect`
/// has pixels).
pub fn rectangle_map(
    pair: &Pair<'_>,
    rule: &Rule,
    rect: Window,
    values: &mut [f32],
    flags: &mut [u8],
) -> Partial {
    let width = rect.width as usize;
    let rows = values.chunks_mut(width).zip(flags.chunks_mut(width)).enumerate();
    let mut segment = Segment::default();
    Partial::in_order(rows.map(|(y, (values, flags))| {
        let row = Window::new(rect.x, rect.y + y as i32, rect.width, 1);
        compare_row(&mut segment, pair, rule, row, Some((values, flags)))
    }))
}

/// Whether one channel's stored value `a` of the candidate counts as changed against `b`, by the
/// same rule as whole pixels.
pub fn channel_changed(rule: &Rule, a: Sample, b: Sample) -> bool {
    if rule.metric == Metric::Id {
        return bits_differ(a, b);
    }
    let (a, b) = (a.to_f64(), b.to_f64());
    if !(a.is_finite() && b.is_finite()) {
        return !same_non_finite(rule, a, b);
    }
    let delta = (a - b).abs();
    match rule.metric {
        Metric::Abs | Metric::Signed => delta > rule.abs + rule.rel * b.abs(),
        Metric::Rel => delta / b.abs().max(rule.floor) > rule.abs,
        Metric::Sq => delta * delta > rule.abs,
        Metric::Id => unreachable!("returned above"),
    }
}

/// Map values and flags of a row, where they are wanted.
type RowOut<'a> = Option<(&'a mut [f32], &'a mut [u8])>;

/// One row of pixels; `segment` is room to work in, `out` receives map values and flags.
fn compare_row(segment: &mut Segment, pair: &Pair<'_>, rule: &Rule, row: Window, out: RowOut<'_>) -> Partial {
    if !pair.has_unreadable_in(row) {
        return compare_run(segment, pair, rule, row, out);
    }
    let mut rest = out;
    let partials = runs(pair, row).into_iter().map(|run| {
        let (out, after) = split(rest.take(), run.pixels.width as usize);
        rest = after;
        if run.readable {
            compare_run(segment, pair, rule, run.pixels, out)
        } else {
            leave_out(run.pixels, out)
        }
    });
    Partial::in_order(partials)
}

fn split(out: RowOut<'_>, width: usize) -> (RowOut<'_>, RowOut<'_>) {
    let Some((values, flags)) = out else { return (None, None) };
    let ((values, more_values), (flags, more_flags)) =
        (values.split_at_mut(width), flags.split_at_mut(width));
    (Some((values, flags)), Some((more_values, more_flags)))
}

/// Pixels that cannot be read on a side: counted, and no more.
fn leave_out(run: Window, out: RowOut<'_>) -> Partial {
    if let Some((values, flags)) = out {
        values.fill(0.0);
        flags.fill(FLAG_UNREADABLE);
    }
    Partial { unreadable: run.pixels(), ..Partial::default() }
}

/// A row, or a part of one, all of whose pixels can be read.
fn compare_run(segment: &mut Segment, pair: &Pair<'_>, rule: &Rule, row: Window, out: RowOut<'_>) -> Partial {
    let candidate = row.intersection(&pair.candidate.data_window);
    let reference = row.intersection(&pair.reference.data_window);
    let covered = candidate.intersection(&reference);
    let mut partial = Partial::default();
    let alone = candidate.pixels() + reference.pixels() - 2 * covered.pixels();
    partial.pixels = alone + covered.pixels();
    partial.uncovered = alone;
    partial.changed = alone;
    count_non_finite(pair, candidate, reference, &mut partial);

    let (mut values, mut flags) = match out {
        Some((values, flags)) => (Some(values), Some(flags)),
        None => (None, None),
    };
    if alone > 0
        && let Some(flags) = flags.as_deref_mut()
    {
        for (x, flag) in (row.x..).zip(flags.iter_mut()) {
            let sides = u8::from(candidate.contains(x, row.y)) + u8::from(reference.contains(x, row.y));
            *flag = if sides == 1 { FLAG_CHANGED | FLAG_UNCOVERED } else { 0 };
        }
    }
    // Where the windows are apart in y, the intersection has a width but no row.
    let covered_width = if covered.is_empty() { 0 } else { covered.width as usize };
    let mut start = 0;
    while start < covered_width {
        let len = SEGMENT.min(covered_width - start);
        let x = covered.x + start as i32;
        segment.compare(pair, rule, (x, covered.y, len), values.is_some(), &mut partial);
        let offset = (x - row.x) as usize;
        if let Some(values) = values.as_deref_mut() {
            values[offset..offset + len].copy_from_slice(&segment.map[..len]);
        }
        if let Some(flags) = flags.as_deref_mut() {
            flags[offset..offset + len].copy_from_slice(&segment.flags[..len]);
        }
        start += len;
    }
    partial
}

/// Counts NaN and infinite values of each side in its own pixels of the row.
fn count_non_finite(pair: &Pair<'_>, candidate: Window, reference: Window, partial: &mut Partial) {
    for &(a, b) in &pair.channels {
        let (nan, inf) =
            non_finite_of(&pair.candidate.channels[a].samples, pair.candidate.data_window, candidate);
        partial.nan.0 += nan;
        partial.inf.0 += inf;
        let (nan, inf) =
            non_finite_of(&pair.reference.channels[b].samples, pair.reference.data_window, reference);
        partial.nan.1 += nan;
        partial.inf.1 += inf;
    }
}

/// (NaN, infinite) values among the samples of `row`.
fn non_finite_of(samples: &Samples, window: Window, row: Window) -> (u64, u64) {
    let Some(start) = window.index(row.x, row.y) else { return (0, 0) };
    if row.is_empty() {
        return (0, 0);
    }
    let range = start..start + row.width as usize;
    let count = |nan: bool, inf: bool| (u64::from(nan), u64::from(inf));
    let add = |sum: (u64, u64), one: (u64, u64)| (sum.0 + one.0, sum.1 + one.1);
    match samples {
        Samples::F16(v) => {
            let bits = v[range].iter().map(|v| v.to_bits() & 0x7fff);
            bits.fold((0, 0), |sum, b| add(sum, count(b > 0x7c00, b == 0x7c00)))
        }
        Samples::F32(v) => {
            let bits = v[range].iter().map(|v| v.to_bits() & 0x7fff_ffff);
            bits.fold((0, 0), |sum, b| add(sum, count(b > 0x7f80_0000, b == 0x7f80_0000)))
        }
        _ => (0, 0),
    }
}
