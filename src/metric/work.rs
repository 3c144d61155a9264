//! What a segment's channels make of its pixels.

use super::angle::Vectors;
use super::histogram::Counter;
use super::lanes::{LANES, Row, Wide, fast_totals, largest};
use super::map::{FLAG_CHANGED, FLAG_NON_FINITE};
use super::segment::{Job, SEGMENT, Span, bits_differ, same_non_finite};
use super::ulp::ulps;
use super::{Metric, Partial, Rule};
use crate::image::{Sample, Samples};

const ROWS: usize = SEGMENT / LANES;

/// What is made of them.
pub(super) struct Work {
    /// Largest |a−b| over the finite channels.
    peak: [Row<f64>; ROWS],
    /// a−b of the first channel that has it; kept for [`Metric::Signed`] alone.
    signed: [Row<f64>; ROWS],
    /// What the metric makes of the channels; for `abs` and `signed` with a relative tolerance by how
    /// much it is passed.
    pub value: [Row<f64>; ROWS],
    /// For [`Metric::Ulp`]: the largest distance, exact in half the room.
    pub ulps: [Row<u32>; ROWS],
    /// Channels without a delta.
    broken: [u8; SEGMENT],
    /// For [`Metric::Angle`]: both sides of each channel.
    vectors: Vectors,
    pub histogram: Counter,
    pub map: [Row<f32>; ROWS],
    pub flags: [u8; SEGMENT],
}

impl Default for Work {
    fn default() -> Self {
        Self {
            peak: [[0.0; LANES]; ROWS],
            signed: [[0.0; LANES]; ROWS],
            value: [[0.0; LANES]; ROWS],
            ulps: [[0; LANES]; ROWS],
            broken: [0; SEGMENT],
            vectors: Vectors::default(),
            histogram: Counter::default(),
            map: [[0.0; LANES]; ROWS],
            flags: [0; SEGMENT],
        }
    }
}

/// What is to be looked at when the channels are through.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen {
    /// Some value differs.
    pub difference: bool,
    /// Some flag is set.
    pub flags: bool,
    /// Some value has no delta.
    pub broken: bool,
}

impl Work {
    #[inline(always)]
    pub fn begin(&mut self, job: Job<'_>, len: usize) {
        let rows = len.div_ceil(LANES);
        self.peak[..rows].fill([0.0; LANES]);
        self.value[..rows].fill([0.0; LANES]);
        if job.rule.metric == Metric::Signed {
            self.signed[..rows].fill([0.0; LANES]);
        }
        if job.rule.metric == Metric::Ulp {
            self.ulps[..rows].fill([0; LANES]);
        }
        self.flags[..len].fill(0);
        if job.want_map {
            self.map[..rows].fill([0.0; LANES]);
        }
        self.vectors.clear();
    }

    /// As many values of both sides, all finite.
    #[inline(always)]
    pub fn add_values<T: Wide>(&mut self, job: Job<'_>, (a, b): (&[T], &[T]), partial: &mut Partial) {
        let rule = job.rule;
        match (rule.metric, job.want_map) {
            (Metric::Signed, want_map) => {
                T::take(a, b, &self.peak, &mut self.signed);
                if want_map {
                    T::take_map(a, b, &self.peak, &mut self.map);
                }
            }
            (Metric::Abs, true) => T::raise_map(a, b, &mut self.map),
            _ => {}
        }
        partial.sums.add(a, b, &mut self.peak);
        let value = &mut self.value;
        match rule.metric {
            Metric::Abs | Metric::Signed if rule.rel != 0.0 => {
                T::raise_excess(a, b, (rule.abs, rule.rel), value);
            }
            Metric::Rel => T::raise_ratio(a, b, rule.floor, value),
            Metric::Sq | Metric::Length => T::add_squares(a, b, value),
            Metric::Angle => {
                let [to_a, to_b] = self.vectors.add_channel();
                T::widen(a, to_a);
                T::widen(b, to_b);
            }
            Metric::Abs | Metric::Signed | Metric::Ulp | Metric::Id | Metric::Flip => {}
        }
    }

    /// The same, value by value, where some value is not finite.
    pub fn channel_with_non_finite(
        &mut self,
        job: Job<'_>,
        (a, b): (&Samples, &Samples),
        span: Span,
        seen: &mut Seen,
        partial: &mut Partial,
    ) {
        if !std::mem::replace(&mut seen.broken, true) {
            self.broken[..span.len].fill(0);
        }
        seen.flags = true;
        // Under `id` the bits alone decide what changed.
        let rule = if job.rule.metric == Metric::Id { &Rule::exact(Metric::Id) } else { job.rule };
        if rule.metric == Metric::Angle {
            self.vectors.add_channel().as_flattened_mut().fill([0.0; LANES]);
        }
        for i in 0..span.len {
            let (a, b) = (a.get(span.at.0 + i), b.get(span.at.1 + i));
            let (av, bv) = (a.to_f64(), b.to_f64());
            if !(av.is_finite() && bv.is_finite()) {
                if same_non_finite(rule, av, bv) {
                    // Equal values: a delta of 0, as everywhere.
                    partial.compared_values += 1;
                } else {
                    self.broken[i] += 1;
                    self.flags[i] |= FLAG_CHANGED | FLAG_NON_FINITE;
                }
                continue;
            }
            partial.compared_values += 1;
            self.one_value(job, i, (a, b), partial);
        }
    }

    /// One finite value of both sides.
    fn one_value(&mut self, job: Job<'_>, i: usize, (a, b): (Sample, Sample), partial: &mut Partial) {
        let rule = job.rule;
        let (row, lane) = (i / LANES, i % LANES);
        let (av, bv) = (a.to_f64(), b.to_f64());
        let delta = av - bv;
        partial.sums.add_one(delta);
        let in_f32 = a.sample_type().is_float() && b.sample_type().is_float();
        let difference = if in_f32 { a.to_f32() - b.to_f32() } else { delta as f32 };
        let map = &mut self.map[row][lane];
        let wins = delta.abs() > self.peak[row][lane];
        match rule.metric {
            Metric::Signed if wins => {
                self.signed[row][lane] = delta;
                *map = difference;
            }
            Metric::Abs if job.want_map => *map = map.max(difference.abs()),
            _ => {}
        }
        self.peak[row][lane] = self.peak[row][lane].max(delta.abs());
        let value = &mut self.value[row][lane];
        let ulp = &mut self.ulps[row][lane];
        match rule.metric {
            Metric::Abs | Metric::Signed if rule.rel != 0.0 => {
                *value = value.max(delta.abs() - (rule.abs + rule.rel * bv.abs()));
            }
            Metric::Rel => *value = value.max(delta.abs() / bv.abs().max(rule.floor)),
            Metric::Sq | Metric::Length => *value += delta * delta,
            Metric::Ulp => *ulp = (*ulp).max(ulps(a, b)),
            Metric::Angle => self.vectors.set((row, lane), (av, bv)),
            Metric::Abs | Metric::Signed | Metric::Id | Metric::Flip => {}
        }
    }

    /// Flags pixels whose stored bits differ.
    #[inline(always)]
    pub fn bits(&mut self, (a, b): (&Samples, &Samples), span: Span) {
        #[inline(always)]
        fn mark<T: PartialEq>(a: &[T], b: &[T], flags: &mut [u8]) {
            for (flag, (a, b)) in flags.iter_mut().zip(a.iter().zip(b)) {
                *flag |= u8::from(a != b);
            }
        }
        let flags = &mut self.flags[..span.len];
        let (from_a, from_b) = (span.at.0..span.at.0 + span.len, span.at.1..span.at.1 + span.len);
        match (a, b) {
            (Samples::U8(a), Samples::U8(b)) => mark(&a[from_a], &b[from_b], flags),
            (Samples::U16(a), Samples::U16(b)) => mark(&a[from_a], &b[from_b], flags),
            (Samples::U32(a), Samples::U32(b)) => mark(&a[from_a], &b[from_b], flags),
            (Samples::F16(a), Samples::F16(b)) => {
                let (a, b): (&[u16], &[u16]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
                mark(&a[from_a], &b[from_b], flags);
            }
            (Samples::F32(a), Samples::F32(b)) => {
                let (a, b): (&[u32], &[u32]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
                mark(&a[from_a], &b[from_b], flags);
            }
            _ => {
                for (i, flag) in flags.iter_mut().enumerate() {
                    *flag |= u8::from(bits_differ(a.get(span.at.0 + i), b.get(span.at.1 + i)));
                }
            }
        }
    }

    /// Turns what the channels gave into pixels: flags, the metric's sum and maximum, the peak.
    #[inline(always)]
    pub fn finish(&mut self, job: Job<'_>, span: Span, seen: Seen, partial: &mut Partial) {
        let len = span.len;
        let channels = job.pair.channels.len();
        let silent = if seen.broken {
            self.broken[..len].iter().filter(|&&broken| usize::from(broken) == channels).count() as u64
        } else {
            0
        };
        partial.delta_pixels += len as u64 - silent;
        // Bits have a value whatever they mean.
        let unknown = if job.rule.metric == Metric::Id { 0 } else { silent };
        partial.metric_pixels += len as u64 - unknown;
        if !seen.difference && job.given.is_none() {
            return;
        }
        self.value_of_pixels(job, len);
        if silent > 0 && job.given.is_some() {
            // What the neighbours make of a pixel is no value of its own.
            let unknown = self.broken[..len].iter().map(|&broken| usize::from(broken) == channels);
            for (value, unknown) in self.value.as_flattened_mut().iter_mut().zip(unknown) {
                *value = if unknown { 0.0 } else { *value };
            }
        }
        let rows = len.div_ceil(LANES);
        if job.rule.metric == Metric::Id {
            for (value, flag) in self.value.as_flattened_mut().iter_mut().zip(&self.flags[..len]) {
                *value = f64::from(flag & FLAG_CHANGED);
            }
        }
        let (measured, threshold) = match job.rule.metric {
            Metric::Abs | Metric::Signed if job.rule.rel == 0.0 => (&self.peak, job.rule.abs),
            Metric::Abs | Metric::Signed => (&self.value, 0.0),
            Metric::Id => (&self.value, f64::INFINITY),
            _ => (&self.value, job.rule.abs),
        };
        if seen.flags || job.want_map {
            let values = measured[..rows].as_flattened();
            for (flag, value) in self.flags[..len].iter_mut().zip(values) {
                *flag |= u8::from(*value > threshold);
            }
        }
        let metric = match job.rule.metric {
            Metric::Abs => &self.peak,
            Metric::Signed => &self.signed,
            _ => &self.value,
        };
        let totals = fast_totals(&metric[..rows], &measured[..rows], threshold);
        partial.metric_sum += totals.sum();
        partial.metric_max = partial.metric_max.max(totals.largest());
        if seen.flags {
            let flags = &self.flags[..len];
            let count = |flag: u8| flags.iter().map(|f| u32::from(f & flag != 0)).sum::<u32>();
            partial.changed += u64::from(count(FLAG_CHANGED));
            partial.non_finite += u64::from(count(FLAG_NON_FINITE));
        } else {
            partial.changed += totals.above();
        }
        if job.want_map && !matches!(job.rule.metric, Metric::Abs | Metric::Signed) {
            let values = self.value[..rows].as_flattened();
            self.map[..rows].as_flattened_mut().iter_mut().zip(values).for_each(|(m, v)| *m = *v as f32);
        }
        let is_peak = matches!(job.rule.metric, Metric::Abs | Metric::Signed);
        let max = if is_peak { totals.largest() } else { largest(&self.peak[..rows]) };
        self.histogram.count(&self.peak[..rows], max);
        if max > partial.max_abs {
            let peaks = self.peak.as_flattened();
            let first = peaks.iter().position(|&v| v == max).expect("the maximum is one of them");
            partial.max_abs = max;
            partial.max_at = Some((span.x + first as i32, span.y));
        }
    }

    /// Brings the metric's value to what it is of the whole pixel.
    #[inline(always)]
    fn value_of_pixels(&mut self, job: Job<'_>, len: usize) {
        let rows = len.div_ceil(LANES);
        match job.rule.metric {
            Metric::Sq => {
                let channels = job.pair.channels.len() as f64;
                self.value[..rows].as_flattened_mut().iter_mut().for_each(|v| *v /= channels);
            }
            Metric::Length => self.value[..rows].as_flattened_mut().iter_mut().for_each(|v| *v = v.sqrt()),
            Metric::Angle => self.vectors.degrees(&mut self.value[..rows]),
            Metric::Flip => {
                let given = job.given.expect("flip is computed before");
                for (value, given) in self.value.as_flattened_mut().iter_mut().zip(given) {
                    *value = f64::from(*given);
                }
            }
            Metric::Ulp => {
                let values = self.value[..rows].as_flattened_mut().iter_mut();
                values.zip(self.ulps.as_flattened()).for_each(|(v, ulps)| *v = f64::from(*ulps));
            }
            Metric::Abs | Metric::Signed | Metric::Rel | Metric::Id => {}
        }
    }
}
