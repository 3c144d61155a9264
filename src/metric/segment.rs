//! A run of pixels at a time: the inner loops of the CPU's comparison.

use super::lanes::{LANES, widen_halves};
use super::non_finite::{Scan, count_in, scan};
use super::ulp::raise_to_ulps;
use super::work::{Seen, Work};
use super::{Metric, NonFinite, Pair, Partial, Rule};
use crate::image::{Sample, Samples};

/// Pixels handled at a time: all that is kept of them stays in the first cache.
pub(super) const SEGMENT: usize = 256;

/// Where a run of pixels of one row begins, and how many they are.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub x: i32,
    pub y: i32,
    pub len: usize,
    /// The first in the samples of the candidate and of the reference.
    pub at: (usize, usize),
}

impl Span {
    /// Pixels that both sides of `pair` have.
    pub fn new(pair: &Pair<'_>, (x, y): (i32, i32), len: usize) -> Self {
        let index = |window: crate::image::Window| window.index(x, y).expect("inside both planes");
        Self { x, y, len, at: (index(pair.candidate.data_window), index(pair.reference.data_window)) }
    }
}

/// How a segment is compared, and with what it is fed.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub pair: &'a Pair<'a>,
    pub rule: &'a Rule,
    pub want_map: bool,
    /// Values of the metric that were computed elsewhere, one for each pixel of the span.
    pub given: Option<&'a [f32]>,
}

/// A run of pixels of one row, all on both sides.
#[derive(Default)]
pub(super) struct Segment {
    input: Input,
    pub work: Work,
}

/// Values of one channel, (candidate, reference), in types that are exact; zeros fill up the last row.
struct Input {
    /// Of halves, and of floats where they do not fill the last row.
    floats: [[f32; SEGMENT]; 2],
    /// Of integers.
    doubles: [[f64; SEGMENT]; 2],
}

impl Default for Input {
    fn default() -> Self {
        Self { floats: [[0.0; SEGMENT]; 2], doubles: [[0.0; SEGMENT]; 2] }
    }
}

impl Segment {
    /// Compares the pixels of `span` and adds them to `partial`; their flags, and their map values if
    /// wanted, stand in the segment afterwards. The histogram waits for [`Self::finish_histogram`].
    pub fn compare(&mut self, job: Job<'_>, span: Span, partial: &mut Partial) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code, reason = "twice as fast as with the vectors that every machine has")]
            // SAFETY: the processor has AVX2.
            return unsafe { self.compare_avx2(job, span, partial) };
        }
        self.compare_anywhere(job, span, partial);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn compare_avx2(&mut self, job: Job<'_>, span: Span, partial: &mut Partial) {
        self.compare_anywhere(job, span, partial);
    }

    /// Moves what was counted since the last time to `partial`.
    pub fn finish_histogram(&mut self, partial: &mut Partial) {
        self.work.histogram.empty_into(&mut partial.histogram);
    }

    #[inline(always)]
    fn compare_anywhere(&mut self, job: Job<'_>, span: Span, partial: &mut Partial) {
        self.work.begin(job, span.len);
        let channels = job.pair.channels.iter().map(|&(a, b)| {
            (&job.pair.candidate.channels[a].samples, &job.pair.reference.channels[b].samples)
        });
        // An equal component counts for the direction, too, unless all are.
        let skip_equal =
            job.rule.metric != Metric::Angle || channels.clone().all(|sides| equal_bits(sides, span));
        let mut seen = Seen::default();
        for sides in channels {
            self.channel(job, sides, span, skip_equal, &mut seen, partial);
        }
        self.work.finish(job, span, seen, partial);
    }

    /// Adds one channel: sums, peaks, flags, and the part of the metric that it gives.
    #[inline(always)]
    fn channel(
        &mut self,
        job: Job<'_>,
        sides: (&Samples, &Samples),
        span: Span,
        skip_equal: bool,
        seen: &mut Seen,
        partial: &mut Partial,
    ) {
        let len = span.len;
        let (from_a, from_b) = (span.at.0..span.at.0 + len, span.at.1..span.at.1 + len);
        let Input { floats, doubles } = &mut self.input;
        let padded = len.next_multiple_of(LANES);
        let finite = match sides {
            (Samples::F32(a), Samples::F32(b)) => {
                let (a, b) = (&a[from_a.clone()], &b[from_b.clone()]);
                let (a_bits, b_bits): (&[u32], &[u32]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
                let Scan { finite, equal } = scan(a_bits, b_bits, 0x7f80_0000);
                if finite && skip_equal && equal {
                    partial.compared_values += len as u64;
                    return;
                }
                if finite && len < padded {
                    floats[0][..len].copy_from_slice(a);
                    floats[1][..len].copy_from_slice(b);
                }
                finite
            }
            (Samples::F16(a), Samples::F16(b)) => {
                let (a, b) = (&a[from_a.clone()], &b[from_b.clone()]);
                let (a_bits, b_bits): (&[u16], &[u16]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
                let Scan { finite, equal } = scan(a_bits, b_bits, 0x7c00);
                if finite && skip_equal && equal {
                    partial.compared_values += len as u64;
                    return;
                }
                widen_halves(a, &mut floats[0][..len]);
                widen_halves(b, &mut floats[1][..len]);
                finite
            }
            (a, b) => {
                to_f64(a, span.at.0, &mut doubles[0][..len]);
                to_f64(b, span.at.1, &mut doubles[1][..len]);
                let is_finite = |values: &[f64]| values.iter().fold(true, |all, v| all & v.is_finite());
                is_finite(&doubles[0][..len]) & is_finite(&doubles[1][..len])
            }
        };
        seen.difference = true;
        if job.rule.metric == Metric::Id {
            seen.flags = true;
            self.work.bits(sides, span);
        }
        if !finite {
            for (side, samples, at) in [(0, sides.0, from_a), (1, sides.1, from_b)] {
                count_in(samples, at, side, partial);
            }
            self.work.channel_with_non_finite(job, sides, span, seen, partial);
            return;
        }
        partial.compared_values += len as u64;
        for side in 0..2 {
            floats[side][len..padded].fill(0.0);
            doubles[side][len..padded].fill(0.0);
        }
        match sides {
            (Samples::F32(a), Samples::F32(b)) if len == padded => {
                self.work.add_values(job, (&a[from_a], &b[from_b]), partial);
            }
            (Samples::F32(_) | Samples::F16(_), Samples::F32(_) | Samples::F16(_))
                if sides.0.sample_type() == sides.1.sample_type() =>
            {
                self.work.add_values(job, (&floats[0][..padded], &floats[1][..padded]), partial);
            }
            _ => self.work.add_values(job, (&doubles[0][..padded], &doubles[1][..padded]), partial),
        }
        if job.rule.metric == Metric::Ulp {
            raise_to_ulps(sides, span.at, len, &mut self.work.ulps);
        }
    }
}

/// Whether all of a channel's bits are equal.
fn equal_bits((a, b): (&Samples, &Samples), span: Span) -> bool {
    let size = a.sample_type().bytes();
    let bytes = |at: usize| at * size..(at + span.len) * size;
    a.sample_type() == b.sample_type() && a.as_bytes()[bytes(span.at.0)] == b.as_bytes()[bytes(span.at.1)]
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

/// Exact values of `out.len()` samples from `start`.
#[inline(always)]
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
            widen_halves(&v[range], wide);
            out.iter_mut().zip(wide.iter()).for_each(|(o, &v)| *o = f64::from(v));
        }
    }
}
