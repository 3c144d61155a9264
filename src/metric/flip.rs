//! ꟻLIP: how different two pictures look to someone who flips between them.
//!
//! Sources: Andersson et al., "FLIP: A Difference Evaluator for Alternating Images", HPG 2020, for
//! pictures as a display shows them (LDR), and "Visualizing Errors in Rendered High Dynamic Range
//! Images", Eurographics 2021, for linear ones (HDR); constants and details as in NVIDIA's code
//! (github.com/NVlabs/flip, v1.7). LDR pictures are sRGB-encoded, HDR pictures linear with sRGB's
//! primaries; HDR is shown at several exposures through the ACES tone mapper, and the largest error
//! of a pixel counts.
//!
//! Everything is f32 in a fixed order, without library functions that differ between machines: the
//! value of a pixel is the same, bit for bit, on any number of threads, in a tile or in the whole
//! picture. A pixel is exactly 0 where its neighbourhood is equal on both sides.

pub(crate) mod colour;
mod exposure;
mod filter;
mod input;
mod kernel;
mod math;
mod pool;
mod tile;

pub use exposure::{ExposureRange, MAX_EXPOSURES, exposure_range};
pub use pool::{FlipPool, pool};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::filter::Filters;
pub(crate) use self::kernel::Constants;
use self::tile::{Room, TILE};
use super::Pair;
use crate::image::{SampleType, Window};

/// How the pictures are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlipOptions {
    /// Pixels per degree of the field of view: distance · pixels / width of the screen · π/180. What is
    /// outside 1..=1000 is taken as the nearest of them.
    pub pixels_per_degree: f32,
    /// Whether samples are as a display shows them, or linear.
    pub mode: FlipMode,
    /// The exposures of HDR; not used for LDR.
    pub exposures: Exposures,
}

impl FlipOptions {
    /// A screen 0.7 m wide with 3840 pixels, seen from 0.7 m, as NVIDIA's tool has it.
    pub const DEFAULT_PIXELS_PER_DEGREE: f32 = 67.020_645;
    /// The default.
    pub const USUAL: Self = Self {
        pixels_per_degree: Self::DEFAULT_PIXELS_PER_DEGREE,
        mode: FlipMode::Auto,
        exposures: Exposures::OfReference,
    };
}

impl Default for FlipOptions {
    fn default() -> Self {
        Self::USUAL
    }
}

/// What the samples mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlipMode {
    /// LDR where all compared samples of both sides are integers, else HDR.
    #[default]
    Auto,
    /// sRGB-encoded, 0..=1; what is outside is clamped.
    Ldr,
    /// Linear; 1 is the white of the display at exposure 0.
    Hdr,
}

/// Which exposures an HDR pair is shown at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposures {
    /// Those that the reference asks for; see [`exposure_range`].
    #[default]
    OfReference,
    /// From `start` to `stop` in stops, the same for every frame; see [`ExposureRange::new`].
    Fixed {
        /// Of the darkest picture.
        start: f32,
        /// Of the brightest.
        stop: f32,
    },
}

/// The errors of one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct FlipMap {
    /// The pixels that both sides have; may be empty.
    pub window: Window,
    /// One error per pixel, row by row, 0..=1, always finite.
    pub values: Vec<f32>,
    /// The exposures it was made with; `None` for LDR.
    pub range: Option<ExposureRange>,
}

/// Which of the pair's planes' channels are red, green and blue: (index in candidate, index in
/// reference) of each. Named so, in any case, short or long; or one channel beside alpha, of any name,
/// taken as grey. `None`: ꟻLIP is not defined for the pair, nor for 32-bit integers.
pub fn channels(pair: &Pair<'_>) -> Option<[(usize, usize); 3]> {
    let channels: Vec<_> = pair.channels.iter().map(|&(_, r)| &pair.reference.channels[r]).collect();
    let names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
    let found = colours(&names)?.map(|index| pair.channels[index]);
    let is_id = |channel| sample_types(pair, channel).contains(&SampleType::U32);
    (!found.into_iter().any(is_id)).then_some(found)
}

/// Which of the channels of these names are red, green and blue; see [`channels`].
pub fn colours(names: &[&str]) -> Option<[usize; 3]> {
    let is = |index: &usize, short: &str, long: &str| {
        names[*index].eq_ignore_ascii_case(short) || names[*index].eq_ignore_ascii_case(long)
    };
    let named = |short: &str, long: &str| (0..names.len()).find(|index| is(index, short, long));
    match [("R", "red"), ("G", "green"), ("B", "blue")].map(|(short, long)| named(short, long)) {
        [Some(red), Some(green), Some(blue)] => Some([red, green, blue]),
        _ => {
            let mut grey = (0..names.len()).filter(|index| names.len() == 1 || !is(index, "A", "alpha"));
            Some([grey.next().filter(|_| grey.next().is_none())?; 3])
        }
    }
}

fn sample_types(pair: &Pair<'_>, (a, b): (usize, usize)) -> [SampleType; 2] {
    [pair.candidate.channels[a].samples.sample_type(), pair.reference.channels[b].samples.sample_type()]
}

/// The exposures that `options` mean for this pair; `None` for LDR.
///
/// # Panics
/// When the pair has no [`channels`].
pub fn range(pair: &Pair<'_>, options: &FlipOptions) -> Option<ExposureRange> {
    let channels = channels(pair).expect("callers ask `channels` first");
    let is_hdr = match options.mode {
        FlipMode::Ldr => false,
        FlipMode::Hdr => true,
        FlipMode::Auto => channels.into_iter().flat_map(|c| sample_types(pair, c)).any(SampleType::is_float),
    };
    is_hdr.then(|| match options.exposures {
        Exposures::Fixed { start, stop } => ExposureRange::new(start, stop),
        Exposures::OfReference => exposure_range(pair.reference, channels.map(|(_, r)| r), pair.covered()),
    })
}

/// The error of every pixel that both sides have. Pixels with a non-finite value in one of the channels
/// on either side, or that cannot be read on either, are black on both for all that is around them, and
/// for themselves.
///
/// # Panics
/// When the pair has no [`channels`].
pub fn flip_map(pair: &Pair<'_>, options: &FlipOptions) -> FlipMap {
    let window = pair.covered();
    let range = range(pair, options);
    FlipMap { window, values: flip_rectangle(pair, options, range, window), range }
}

/// The pixels of `rect` alone, bit for bit those of [`flip_map`], row by row. `range` is that of the
/// whole frame: [`range()`], or one for all frames of a sequence.
///
/// # Panics
/// When the pair has no [`channels`], or `rect` is not inside the pixels that both sides have.
pub fn flip_rectangle(
    pair: &Pair<'_>,
    options: &FlipOptions,
    range: Option<ExposureRange>,
    rect: Window,
) -> Vec<f32> {
    let job = Job::new(pair, options, range);
    assert_eq!(job.window.intersection(&rect), rect, "the rectangle is inside what both sides have");
    let mut values = vec![0.0; rect.pixels() as usize];
    let (columns, rows) = (rect.width.div_ceil(TILE.0), rect.height.div_ceil(TILE.1));
    let tile = |index: u32| {
        let (x, y) = (rect.x + (index % columns * TILE.0) as i32, rect.y + (index / columns * TILE.1) as i32);
        Window::new(x, y, TILE.0, TILE.1).intersection(&rect)
    };
    let tiles = (0..columns * rows).into_par_iter();
    let done: Vec<_> =
        tiles.map_init(Room::default, |room, index| tile::errors(&job, tile(index), room)).collect();
    for (index, errors) in (0..).zip(done) {
        let (tile, Some(errors)) = (tile(index), errors) else { continue };
        for (y, row) in (tile.y..).zip(errors.chunks_exact(tile.width as usize)) {
            let start = rect.index(tile.x, y).expect("tiles are inside");
            values[start..start + row.len()].copy_from_slice(row);
        }
    }
    values
}

/// One comparison, prepared.
struct Job<'a> {
    pair: &'a Pair<'a>,
    channels: [(usize, usize); 3],
    /// The pixels that both sides have.
    window: Window,
    /// What linear values are multiplied with; `None` for LDR.
    scales: Option<Vec<f32>>,
    constants: Constants,
}

impl<'a> Job<'a> {
    fn new(pair: &'a Pair<'a>, options: &FlipOptions, range: Option<ExposureRange>) -> Self {
        Self {
            pair,
            channels: channels(pair).expect("callers ask `channels` first"),
            window: pair.covered(),
            scales: range.map(ExposureRange::scales),
            constants: constants(options),
        }
    }
}

/// What `options` come to, for every back end.
pub(crate) fn constants(options: &FlipOptions) -> Constants {
    // NaN too is taken as the least.
    let ppd = options.pixels_per_degree;
    let ppd = if ppd >= 1.0 { ppd.min(1000.0) } else { 1.0 };
    Constants { filters: Filters::new(ppd), largest: colour::largest_difference() }
}
