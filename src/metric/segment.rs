//! A run of pixels at a time: the inner loops of the CPU's comparison.

use half::slice::HalfFloatSliceExt;

use super::map::{FLAG_CHANGED, FLAG_NON_FINITE};
use super::{Metric, NonFinite, Pair, Partial, Rule};
use crate::image::{Sample, Samples};

/// Pixels handled at a time: their f64 copies stay in the first cache.
pub(super) const SEGMENT: usize = 256;
/// Running sums kept side by side, in a fixed order, so that the compiler may vectorise them.
const LANES: usize = 8;

/// A run of pixels of one row, all on both sides.
pub(super) struct Segment {
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
    pub(super) map: [f32; SEGMENT],
    pub(super) flags: [u8; SEGMENT],
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
    /// Compares `len` pixels from (x, y) on, which both sides have, and adds them to `partial`; their
    /// flags, and their map values if wanted, stand in the segment afterwards.
    pub(super) fn compare(
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

pub(super) fn bits_differ(a: Sample, b: Sample) -> bool {
    if a.sample_type() == b.sample_type() {
        return a.bits() != b.bits();
    }
    // Of two types the bits say nothing: the values do.
    let (a, b) = (a.to_f64(), b.to_f64());
    a != b && !(a.is_nan() && b.is_nan())
}

/// Whether two values, one of them at least not finite, count as equal.
pub(super) fn same_non_finite(rule: &Rule, a: f64, b: f64) -> bool {
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
