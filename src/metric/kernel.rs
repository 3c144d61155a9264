//! The arithmetic: one rectangle of a pair becomes a [`Partial`], partials become statistics.
//!
//! Everything that decides (flags, counts, maxima, positions) is done in f64 on exact stored
//! values: a−b and abs + rel·|b|, unfused, in that order.

use std::cell::RefCell;

use rayon::prelude::*;

use super::flip::{self, FlipMap, flip_map};
use super::map::{FLAG_CHANGED, FLAG_UNCOVERED, FLAG_UNREADABLE};
use super::non_finite::count_in_row;
use super::runs::runs;
use super::segment::{Job, SEGMENT, Segment, Span, bits_differ, same_non_finite};
use super::ulp::ulps;
use super::{Comparison, DeltaMap, FlipStats, Metric, Pair, Partial, Rule, Want};
use crate::image::{Sample, Window};

/// Rows that one thread compares at a time. Sums run over such blocks, and then over their sums: the
/// number decides their last bits.
const BLOCK: usize = 16;

thread_local! {
    /// Room to work in.
    static ROOM: RefCell<Box<Segment>> = RefCell::default();
}

/// Compares the whole window of `pair`, blocks of rows in parallel.
pub(super) fn compare(pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison {
    if rule.metric == Metric::Flip && flip::channels(pair).is_some() {
        return compare_with_flip(pair, rule, want, &flip_map(pair, &rule.flip));
    }
    compare_with(pair, rule, want, None)
}

/// The comparison by [`Metric::Flip`] whose map, of all pixels that both sides have, is there already.
pub fn compare_with_flip(pair: &Pair<'_>, rule: &Rule, want: Want, map: &FlipMap) -> Comparison {
    let mut comparison = compare_with(pair, rule, want, Some(map));
    let pool = if pair.has_unreadable() {
        let readable = map.values.iter().enumerate().filter(|(index, _)| {
            let (x, y) = map.window.pixel(*index);
            pair.values(x, y).is_some()
        });
        flip::pool(&readable.map(|(_, value)| *value).collect::<Vec<_>>())
    } else {
        flip::pool(&map.values)
    };
    let pixels_per_degree = rule.flip.pixels_per_degree;
    comparison.stats.flip = Some(FlipStats { pool, range: map.range, pixels_per_degree });
    comparison
}

fn compare_with(pair: &Pair<'_>, rule: &Rule, want: Want, given: Option<&FlipMap>) -> Comparison {
    let width = pair.window.width as usize;
    let height = pair.window.height as usize;
    let task = |index: usize| {
        let first = index * BLOCK;
        let rows = BLOCK.min(height - first) as u32;
        let rect = Window::new(pair.window.x, pair.window.y + first as i32, pair.window.width, rows);
        Task { pair, rule, rect, given }
    };
    match want {
        Want::Stats => {
            let blocks = (0..height.div_ceil(BLOCK)).into_par_iter();
            let partials: Vec<Partial> = blocks.map(|index| task(index).figures()).collect();
            Comparison { stats: Partial::in_order(partials).finish(pair), map: None }
        }
        Want::Map => {
            let mut values = vec![0.0f32; width * height];
            let mut flags = vec![0u8; values.len()];
            let blocks = values.par_chunks_mut(BLOCK * width).zip(flags.par_chunks_mut(BLOCK * width));
            let one = |(index, (values, flags)): (usize, (&mut [f32], &mut [u8]))| {
                task(index).figures_and_map(values, flags)
            };
            let partials: Vec<Partial> = blocks.enumerate().map(one).collect();
            let map = DeltaMap { window: pair.window, values, flags };
            Comparison { stats: Partial::in_order(partials).finish(pair), map: Some(map) }
        }
    }
}

/// Compares the pixels of `rect`, which lies inside the pair's window, by any metric but `flip`, which
/// it takes for `abs`.
pub fn rectangle(pair: &Pair<'_>, rule: &Rule, rect: Window) -> Partial {
    Task { pair, rule, rect, given: None }.figures()
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
    Task { pair, rule, rect, given: None }.figures_and_map(values, flags)
}

/// A rectangle to be compared.
struct Task<'a> {
    pair: &'a Pair<'a>,
    rule: &'a Rule,
    rect: Window,
    given: Option<&'a FlipMap>,
}

impl Task<'_> {
    fn figures(&self) -> Partial {
        self.rows(std::iter::repeat_with(|| None))
    }

    fn figures_and_map(&self, values: &mut [f32], flags: &mut [u8]) -> Partial {
        let width = self.rect.width as usize;
        self.rows(values.chunks_mut(width).zip(flags.chunks_mut(width)).map(Some))
    }

    fn rows<'o>(&self, out: impl Iterator<Item = RowOut<'o>>) -> Partial {
        let Self { pair, rect, given, .. } = *self;
        // Where ꟻLIP is not defined there is a difference all the same.
        let by_abs = Rule { metric: Metric::Abs, ..*self.rule };
        let rule = if self.rule.metric == Metric::Flip && given.is_none() { &by_abs } else { self.rule };
        let mut partial = Partial::default();
        ROOM.with_borrow_mut(|segment| {
            let mut work = Work { segment, pair, rule, given, partial: &mut partial };
            for (y, out) in (rect.y..).take(rect.height as usize).zip(out) {
                work.row(Window::new(rect.x, y, rect.width, 1), out);
            }
            segment.finish_histogram(&mut partial);
        });
        partial
    }
}

/// Whether one channel's stored value `a` of the candidate counts as changed against `b`, by the
/// same rule as whole pixels.
pub fn channel_changed(rule: &Rule, a: Sample, b: Sample) -> bool {
    if rule.metric == Metric::Id {
        return bits_differ(a, b);
    }
    let stored = (a, b);
    let (a, b) = (a.to_f64(), b.to_f64());
    if !(a.is_finite() && b.is_finite()) {
        return !same_non_finite(rule, a, b);
    }
    let delta = (a - b).abs();
    match rule.metric {
        Metric::Abs | Metric::Signed => delta > rule.abs + rule.rel * b.abs(),
        Metric::Rel => delta / b.abs().max(rule.floor) > rule.abs,
        Metric::Sq => delta * delta > rule.abs,
        Metric::Length => delta > rule.abs,
        Metric::Ulp => f64::from(ulps(stored.0, stored.1)) > rule.abs,
        // Of one channel these say nothing: any difference counts.
        Metric::Angle | Metric::Flip => delta > 0.0,
        Metric::Id => unreachable!("returned above"),
    }
}

/// Map values and flags of a row, where they are wanted.
type RowOut<'a> = Option<(&'a mut [f32], &'a mut [u8])>;

/// What the rows of a rectangle are compared with, and where they are added up.
struct Work<'a> {
    segment: &'a mut Segment,
    pair: &'a Pair<'a>,
    rule: &'a Rule,
    given: Option<&'a FlipMap>,
    partial: &'a mut Partial,
}

impl Work<'_> {
    /// One row of pixels; `out` receives map values and flags.
    fn row(&mut self, row: Window, out: RowOut<'_>) {
        if !self.pair.has_unreadable_in(row) {
            return self.run(row, out);
        }
        let mut rest = out;
        for run in runs(self.pair, row) {
            let (out, after) = split(rest.take(), run.pixels.width as usize);
            rest = after;
            if run.readable {
                self.run(run.pixels, out);
            } else {
                self.leave_out(run.pixels, out);
            }
        }
    }

    /// Pixels that cannot be read on a side: counted, and no more.
    fn leave_out(&mut self, run: Window, out: RowOut<'_>) {
        if let Some((values, flags)) = out {
            values.fill(0.0);
            flags.fill(FLAG_UNREADABLE);
        }
        self.partial.unreadable += run.pixels();
    }

    /// A row, or a part of one, all of whose pixels can be read.
    fn run(&mut self, row: Window, mut out: RowOut<'_>) {
        let candidate = row.intersection(&self.pair.candidate.data_window);
        let reference = row.intersection(&self.pair.reference.data_window);
        let covered = candidate.intersection(&reference);
        let alone = candidate.pixels() + reference.pixels() - 2 * covered.pixels();
        self.partial.pixels += alone + covered.pixels();
        if alone > 0 {
            self.partial.uncovered += alone;
            self.partial.changed += alone;
            self.count_uncovered(candidate, reference, covered);
            if let Some((_, flags)) = &mut out {
                for (x, flag) in (row.x..).zip(flags.iter_mut()) {
                    let sides =
                        u8::from(candidate.contains(x, row.y)) + u8::from(reference.contains(x, row.y));
                    *flag = if sides == 1 { FLAG_CHANGED | FLAG_UNCOVERED } else { 0 };
                }
            }
        }
        // Where the windows are apart in y, the intersection has a width but no row.
        let width = if covered.is_empty() { 0 } else { covered.width as usize };
        for start in (0..width).step_by(SEGMENT) {
            let len = SEGMENT.min(width - start);
            let span = Span::new(self.pair, (covered.x + start as i32, covered.y), len);
            let given = self.given.map(|map| {
                let first = map.window.index(span.x, span.y).expect("the map is of what both sides have");
                &map.values[first..first + len]
            });
            let job = Job { pair: self.pair, rule: self.rule, want_map: out.is_some(), given };
            self.segment.compare(job, span, self.partial);
            if let Some((values, flags)) = &mut out {
                let offset = (span.x - row.x) as usize;
                values[offset..offset + len].copy_from_slice(&self.segment.work.map.as_flattened()[..len]);
                flags[offset..offset + len].copy_from_slice(&self.segment.work.flags[..len]);
            }
        }
    }

    /// Counts NaN and infinite values of what only one side has.
    fn count_uncovered(&mut self, candidate: Window, reference: Window, covered: Window) {
        for &(a, b) in &self.pair.channels {
            let (a, b) = (&self.pair.candidate.channels[a], &self.pair.reference.channels[b]);
            for part in beside(candidate, covered) {
                count_in_row(&a.samples, self.pair.candidate.data_window, part, 0, self.partial);
            }
            for part in beside(reference, covered) {
                count_in_row(&b.samples, self.pair.reference.data_window, part, 1, self.partial);
            }
        }
    }
}

/// The parts of `row` to the left and right of `inner`, or all of it.
fn beside(row: Window, inner: Window) -> [Window; 2] {
    if inner.is_empty() {
        return [row, Window::new(row.x, row.y, 0, 1)];
    }
    let part = |from: i64, to: i64| Window::new(from as i32, row.y, (to - from) as u32, row.height);
    [part(row.x.into(), inner.x.into()), part(inner.right(), row.right())]
}

fn split(out: RowOut<'_>, width: usize) -> (RowOut<'_>, RowOut<'_>) {
    let Some((values, flags)) = out else { return (None, None) };
    let ((values, more_values), (flags, more_flags)) =
        (values.split_at_mut(width), flags.split_at_mut(width));
    (Some((values, flags)), Some((more_values, more_flags)))
}
