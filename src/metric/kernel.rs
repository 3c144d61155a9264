//! The arithmetic: one rectangle of a pair becomes a [`Partial`], partials become statistics.
//!
//! Everything that decides (flags, counts, maxima, positions) is done in f64 on exact stored
//! values: a−b and abs + rel·|b|, unfused, in that order.

use half::slice::HalfFloatSliceExt;
use rayon::prelude::*;

use super::map::{FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED};
use super::{Comparison, DeltaMap, Metric, NonFinite, Pair, Partial, Rule, Want};
use crate::image::{Sample, Samples, Window};

/// Pixels handled at a time: their f64 copies stay in the first cache.
const SEGMENT: usize = 256;
/// Running sums kept side by side, in a fixed order, so that the compiler may vectorise them.
const LANES: usize = 8;

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

/// One row of pixels; `segment` is room to work in, `out` receives map values and flags.
fn compare_row(
    segment: &mut Segment,
    pair: &Pair<'_>,
    rule: &Rule,
    row: Window,
    out: Option<(&mut [f32], &mut [u8])>,
) -> Partial {
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

/// A run of pixels of one row, all on both sides.
struct Segment {
    a: [f64; SEGMENT],
    b: [f64; SEGMENT],
    /// Largest |a−b| over the finite channels.
    peak: [f64; SEGMENT],
    /// a−b of the first channel that has it.
    signed: [f64; SEGMENT],
    /// The metric's value.
    metric: [f64; SEGMENT],
    /// Whether `metric` has a value: some channel is finite on both sides.
    known: [bool; SEGMENT],
    map: [f32; SEGMENT],
    flags: [u8; SEGMENT],
}

impl Default for Segment {
    fn default() -> Self {
        Self {
            a: [0.0; SEGMENT],
            b: [0.0; SEGMENT],
            peak: [0.0; SEGMENT],
            signed: [0.0; SEGMENT],
            metric: [0.0; SEGMENT],
            known: [false; SEGMENT],
            map: [0.0; SEGMENT],
            flags: [0; SEGMENT],
        }
    }
}

impl Segment {
    fn compare(
        &mut self,
        pair: &Pair<'_>,
        rule: &Rule,
        (x, y, len): (i32, i32, usize),
        want_map: bool,
        partial: &mut Partial,
    ) {
        let c = pair.candidate.data_window.index(x, y).expect("the segment is inside the candidate");
        let r = pair.reference.data_window.index(x, y).expect("the segment is inside the reference");
        self.peak[..len].fill(0.0);
        self.signed[..len].fill(0.0);
        self.metric[..len].fill(0.0);
        self.known[..len].fill(false);
        self.map[..len].fill(0.0);
        self.flags[..len].fill(0);
        for &(ca, cb) in &pair.channels {
            let (a, b) = (&pair.candidate.channels[ca].samples, &pair.reference.channels[cb].samples);
            self.channel(rule, (a, c), (b, r), (len, want_map), partial);
        }
        self.finish(pair, rule, (x, y, len), want_map, partial);
    }

    /// Adds one channel: sums, peaks, flags, and the part of the metric that it gives.
    fn channel(
        &mut self,
        rule: &Rule,
        (a, c): (&Samples, usize),
        (b, r): (&Samples, usize),
        (len, want_map): (usize, bool),
        partial: &mut Partial,
    ) {
        if rule.metric == Metric::Id {
            self.bits(a, c, b, r, len);
        }
        to_f64(a, c, &mut self.a[..len]);
        to_f64(b, r, &mut self.b[..len]);
        let all_finite = is_all_finite(&self.a[..len]) && is_all_finite(&self.b[..len]);
        if !all_finite {
            self.channel_with_non_finite(rule, (a, c), (b, r), (len, want_map), partial);
            return;
        }
        let (av, bv) = (&self.a[..len], &self.b[..len]);
        self.known[..len].fill(true);
        partial.compared_values += len as u64;
        partial.sums.add(av, bv);
        if want_map && matches!(rule.metric, Metric::Abs | Metric::Signed) {
            difference_f32((a, c), (b, r), (av, bv), &self.peak[..len], &mut self.map[..len]);
        }
        for i in 0..len {
            let delta = av[i] - bv[i];
            let larger = delta.abs() > self.peak[i];
            self.signed[i] = if larger { delta } else { self.signed[i] };
            self.peak[i] = if larger { delta.abs() } else { self.peak[i] };
        }
        match rule.metric {
            Metric::Abs | Metric::Signed => {
                for i in 0..len {
                    let changed = (av[i] - bv[i]).abs() > rule.abs + rule.rel * bv[i].abs();
                    self.flags[i] |= u8::from(changed);
                }
            }
            Metric::Rel => {
                for i in 0..len {
                    let value = (av[i] - bv[i]).abs() / bv[i].abs().max(rule.floor);
                    self.metric[i] = self.metric[i].max(value);
                }
            }
            Metric::Sq => {
                for i in 0..len {
                    let delta = av[i] - bv[i];
                    self.metric[i] += delta * delta;
                }
            }
            Metric::Id => {}
        }
    }

    /// The same, value by value, where some value is not finite.
    fn channel_with_non_finite(
        &mut self,
        rule: &Rule,
        (a, c): (&Samples, usize),
        (b, r): (&Samples, usize),
        (len, want_map): (usize, bool),
        partial: &mut Partial,
    ) {
        for i in 0..len {
            let (av, bv) = (self.a[i], self.b[i]);
            if !(av.is_finite() && bv.is_finite()) {
                // Under `id` the bits alone decide what changed.
                let rule = if rule.metric == Metric::Id { &Rule::exact(Metric::Id) } else { rule };
                if same_non_finite(rule, av, bv) {
                    // Equal values: a delta of 0, as everywhere.
                    self.known[i] = true;
                    partial.compared_values += 1;
                } else {
                    self.flags[i] |= FLAG_CHANGED | FLAG_NON_FINITE;
                }
                continue;
            }
            self.known[i] = true;
            partial.compared_values += 1;
            partial.sums.add(&[av], &[bv]);
            let delta = (av - bv).abs();
            if want_map && matches!(rule.metric, Metric::Abs | Metric::Signed) {
                let (before, map) = (&self.peak[i..=i], &mut self.map[i..=i]);
                difference_f32((a, c + i), (b, r + i), (&[av], &[bv]), before, map);
            }
            if delta > self.peak[i] {
                self.peak[i] = delta;
                self.signed[i] = av - bv;
            }
            match rule.metric {
                Metric::Abs | Metric::Signed => {
                    self.flags[i] |= u8::from(delta > rule.abs + rule.rel * bv.abs());
                }
                Metric::Rel => self.metric[i] = self.metric[i].max(delta / bv.abs().max(rule.floor)),
                Metric::Sq => self.metric[i] += delta * delta,
                Metric::Id => {}
            }
        }
    }

    /// Flags pixels whose stored bits differ.
    fn bits(&mut self, a: &Samples, c: usize, b: &Samples, r: usize, len: usize) {
        fn mark<T: PartialEq>(a: &[T], b: &[T], flags: &mut [u8]) {
            for (flag, (a, b)) in flags.iter_mut().zip(a.iter().zip(b)) {
                *flag |= u8::from(a != b);
            }
        }
        let flags = &mut self.flags[..len];
        match (a, b) {
            (Samples::U8(a), Samples::U8(b)) => mark(&a[c..c + len], &b[r..r + len], flags),
            (Samples::U16(a), Samples::U16(b)) => mark(&a[c..c + len], &b[r..r + len], flags),
            (Samples::U32(a), Samples::U32(b)) => mark(&a[c..c + len], &b[r..r + len], flags),
            (Samples::F16(a), Samples::F16(b)) => {
                let (a, b): (&[u16], &[u16]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
                mark(&a[c..c + len], &b[r..r + len], flags);
            }
            (Samples::F32(a), Samples::F32(b)) => {
                let (a, b): (&[u32], &[u32]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
                mark(&a[c..c + len], &b[r..r + len], flags);
            }
            _ => {
                for (i, flag) in flags.iter_mut().enumerate() {
                    *flag |= u8::from(bits_differ(a.get(c + i), b.get(r + i)));
                }
            }
        }
    }

    /// Turns what the channels gave into pixels: flags, the metric's sum and maximum, the peak.
    fn finish(
        &mut self,
        pair: &Pair<'_>,
        rule: &Rule,
        (x, y, len): (i32, i32, usize),
        want_map: bool,
        partial: &mut Partial,
    ) {
        match rule.metric {
            Metric::Abs => self.metric[..len].copy_from_slice(&self.peak[..len]),
            Metric::Signed => self.metric[..len].copy_from_slice(&self.signed[..len]),
            Metric::Rel | Metric::Sq => {
                let divisor = if rule.metric == Metric::Sq { pair.channels.len() as f64 } else { 1.0 };
                for i in 0..len {
                    self.metric[i] /= divisor;
                    self.flags[i] |= u8::from(self.metric[i] > rule.abs);
                }
            }
            Metric::Id => {
                for i in 0..len {
                    self.metric[i] = f64::from(self.flags[i] & FLAG_CHANGED);
                    self.known[i] = true;
                }
            }
        }
        if want_map {
            match rule.metric {
                Metric::Signed => {}
                Metric::Abs => self.map[..len].iter_mut().for_each(|v| *v = v.abs()),
                Metric::Rel | Metric::Sq | Metric::Id => {
                    self.map[..len].iter_mut().zip(&self.metric).for_each(|(m, v)| *m = *v as f32);
                }
            }
        }
        for i in 0..len {
            partial.changed += u64::from(self.flags[i] & FLAG_CHANGED);
            partial.non_finite += u64::from(self.flags[i] & FLAG_NON_FINITE != 0);
            partial.metric_pixels += u64::from(self.known[i]);
        }
        partial.metric_sum += lane_sum(&self.metric[..len]);
        let metric_max = self.metric[..len].iter().fold(0.0f64, |max, v| max.max(v.abs()));
        partial.metric_max = partial.metric_max.max(metric_max);
        let max = self.peak[..len].iter().fold(0.0f64, |max, &v| if v > max { v } else { max });
        if max > partial.max_abs {
            let first = self.peak[..len].iter().position(|&v| v == max).expect("the maximum is one of them");
            partial.max_abs = max;
            partial.max_at = Some((x + first as i32, y));
        }
    }
}

/// Where this channel's |a−b| beats `before`, writes a−b rounded once to f32 (|a−b| is its
/// absolute value, taken by the caller where the metric is `abs`).
fn difference_f32(
    (a, c): (&Samples, usize),
    (b, r): (&Samples, usize),
    (av, bv): (&[f64], &[f64]),
    before: &[f64],
    out: &mut [f32],
) {
    // Two floats are subtracted in f32: through f64 the result would be rounded twice.
    let in_f32 = a.sample_type().is_float() && b.sample_type().is_float();
    for i in 0..out.len() {
        if (av[i] - bv[i]).abs() > before[i] {
            out[i] =
                if in_f32 { a.get(c + i).to_f32() - b.get(r + i).to_f32() } else { (av[i] - bv[i]) as f32 };
        }
    }
}

fn bits_differ(a: Sample, b: Sample) -> bool {
    if a.sample_type() == b.sample_type() {
        return a.bits() != b.bits();
    }
    // Of two types the bits say nothing: the values do.
    let (a, b) = (a.to_f64(), b.to_f64());
    a != b && !(a.is_nan() && b.is_nan())
}

/// Whether two values, one of them at least not finite, count as equal.
fn same_non_finite(rule: &Rule, a: f64, b: f64) -> bool {
    rule.non_finite == NonFinite::EqualToItself && ((a.is_nan() && b.is_nan()) || a == b)
}

fn is_all_finite(values: &[f64]) -> bool {
    // Bitwise and without an early end: this loop vectorises.
    values.iter().fold(true, |all, v| all & (v.abs() < f64::INFINITY))
}

fn lane_sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    for chunk in values.chunks(LANES) {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    lanes.iter().sum()
}

/// Exact values of `out.len()` samples from `start`.
fn to_f64(samples: &Samples, start: usize, out: &mut [f64]) {
    let range = start..start + out.len();
    match samples {
        Samples::U8(v) => out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = f64::from(k) / 255.0),
        Samples::U16(v) => out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = f64::from(k) / 65535.0),
        Samples::U32(v) => out.iter_mut().zip(&v[range]).for_each(|(o, &k)| *o = f64::from(k)),
        Samples::F32(v) => out.iter_mut().zip(&v[range]).for_each(|(o, &v)| *o = f64::from(v)),
        Samples::F16(v) => {
            let mut wide = [0.0f32; SEGMENT];
            let wide = &mut wide[..out.len()];
            v[range].convert_to_f32_slice(wide);
            out.iter_mut().zip(wide.iter()).for_each(|(o, &v)| *o = f64::from(v));
        }
    }
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
