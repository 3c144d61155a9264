//! From which exposure to which an HDR picture has something to show.

use rayon::prelude::*;

use super::input::row_of;
use crate::image::{Plane, Window};

/// Most exposures of one comparison. The steps between them grow where the range is wider than about as
/// many stops, which no camera nor eye has.
pub const MAX_EXPOSURES: u32 = 64;
/// Exposures beyond ± this many stops are taken as this.
const MOST_STOPS: f32 = 100.0;

/// The exposures of HDR-ꟻLIP, in stops: a value is shown as value·2^exposure.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ExposureRange {
    /// Of the darkest picture.
    pub start: f32,
    /// Of the brightest; not below `start`.
    pub stop: f32,
    /// Number of exposures, evenly spaced, both ends among them: 2 to [`MAX_EXPOSURES`].
    pub count: u32,
}

impl ExposureRange {
    /// From `start` to `stop` with max(2, ⌈stop − start⌉) exposures, as NVIDIA's code has it. A `stop`
    /// below `start` is taken as `start`, NaN as 0.
    pub fn new(start: f32, stop: f32) -> Self {
        let bounded = |v: f32| if v.is_nan() { 0.0 } else { v.clamp(-MOST_STOPS, MOST_STOPS) };
        let start = bounded(start);
        let stop = bounded(stop).max(start);
        let count = ((stop - start).ceil() as u32).clamp(2, MAX_EXPOSURES);
        Self { start, stop, count }
    }

    /// The range that holds both: one for all frames of a sequence.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.stop.max(other.stop))
    }

    /// What linear values are multiplied with, one after the other; each once.
    pub fn scales(self) -> Vec<f32> {
        let step = (self.stop - self.start) / (self.count - 1) as f32;
        let count = if step > 0.0 { self.count } else { 1 };
        (0..count).map(|i| libm::exp2(f64::from(self.start + i as f32 * step)) as f32).collect()
    }
}

/// The exposures that a reference asks for: from the one that shows its brightest pixel at 85 % of
/// white to the one that shows its median pixel there. The same on any number of threads.
///
/// `channels` are red, green and blue of `reference`, `window` the pixels that count, inside its data
/// window. Pixels with a non-finite value in one of the channels, or that cannot be read, count as
/// black. Where half of the pixels or more have no luminance above 0, the median is taken over the
/// others (NVIDIA's code has no finite range there); where none has, both ends are that of luminance 1.
///
/// Source: Andersson et al., "Visualizing Errors in Rendered High Dynamic Range Images",
/// Eurographics 2021.
pub fn exposure_range(reference: &Plane, channels: [usize; 3], window: Window) -> ExposureRange {
    let window = window.intersection(&reference.data_window);
    let high = histogram(reference, channels, window, |key| Some(key >> 16));
    let pixels = window.pixels();
    let dark = high.buckets[..ZERO_BUCKET].iter().map(|&n| u64::from(n)).sum::<u64>() + high.zeros;
    let lit = pixels - dark;
    if lit == 0 {
        let exposure = stops(1.0);
        return ExposureRange::new(exposure, exposure);
    }
    let rank = if dark > pixels / 2 { dark + lit / 2 } else { pixels / 2 };
    let (bucket, rest) = find(&high.buckets, rank);
    let low =
        histogram(reference, channels, window, |key| (key >> 16 == bucket as u32).then_some(key & 0xffff));
    let (offset, _) = find(&low.buckets, rest);
    let median = f32_of((bucket as u32) << 16 | offset as u32);
    ExposureRange::new(stops(f32_of(high.largest)), stops(median))
}

/// The exposure that shows a luminance at 85 % of white.
fn stops(luminance: f32) -> f32 {
    libm::log2(f64::from(shown_at_85_percent() / luminance)) as f32
}

/// The larger solution of "tone mapped x is 0.85", in f32 as in NVIDIA's code.
fn shown_at_85_percent() -> f32 {
    const T: f32 = 0.85;
    let [c0, c1, c2, c3, c4, c5] = super::colour::ACES;
    let (a, b, c) = (c0 - T * c3, c1 - T * c4, c2 - T * c5);
    let half = -0.5 * (b / a);
    half + (half * half - c / a).sqrt()
}

/// Buckets of a histogram of half a key.
const BUCKETS: usize = 1 << 16;
/// The bucket with zeros and the least luminances above.
const ZERO_BUCKET: usize = 1 << 15;

struct Histogram {
    buckets: Vec<u32>,
    /// Luminances that are ±0.
    zeros: u64,
    /// Largest key.
    largest: u32,
}

/// How many keys fall into which bucket.
fn histogram(
    plane: &Plane,
    channels: [usize; 3],
    window: Window,
    bucket: impl Fn(u32) -> Option<u32> + Sync,
) -> Histogram {
    let empty = || Histogram { buckets: vec![0; BUCKETS], zeros: 0, largest: 0 };
    let width = window.width as usize;
    let one = |(mut sum, mut rgb): (Histogram, [Vec<f32>; 3]), y: u32| {
        rgb.iter_mut().for_each(|row| row.resize(width, 0.0));
        let row = Window::new(window.x, window.y + y as i32, window.width, 1);
        row_of(plane, channels, row, &mut rgb);
        for ((red, green), blue) in rgb[0].iter().zip(&rgb[1]).zip(&rgb[2]) {
            let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            let key = key_of(luminance);
            sum.zeros += u64::from(luminance == 0.0);
            sum.largest = sum.largest.max(key);
            if let Some(bucket) = bucket(key) {
                sum.buckets[bucket as usize] += 1;
            }
        }
        (sum, rgb)
    };
    let join = |mut a: Histogram, b: Histogram| {
        a.buckets.iter_mut().zip(&b.buckets).for_each(|(a, b)| *a += b);
        Histogram { zeros: a.zeros + b.zeros, largest: a.largest.max(b.largest), buckets: a.buckets }
    };
    let rows = (0..window.height).into_par_iter().with_min_len(64);
    rows.fold(|| (empty(), Default::default()), one).map(|(sum, _)| sum).reduce(empty, join)
}

/// A number of the same order as the value; −0 is 0, overflow of a sum is the largest value.
fn key_of(value: f32) -> u32 {
    let bits = if value == 0.0 { 0 } else { value.clamp(f32::MIN, f32::MAX).to_bits() };
    if bits >> 31 == 1 { !bits } else { bits | 0x8000_0000 }
}

fn f32_of(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & 0x7fff_ffff } else { !key })
}

/// The bucket with the value number `rank`, and which of its values that is.
fn find(buckets: &[u32], rank: u64) -> (usize, u64) {
    let mut rest = rank;
    for (bucket, &count) in buckets.iter().enumerate() {
        if rest < u64::from(count) {
            return (bucket, rest);
        }
        rest -= u64::from(count);
    }
    (buckets.len() - 1, 0)
}
