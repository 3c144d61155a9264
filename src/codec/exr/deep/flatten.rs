//! Deep samples become pictures: the over operation, front to back.
//!
//! Source: OpenEXR 3.5.3, `DeepCompositing::composite_pixel` (`ImfDeepCompositing.cpp`), in f32 as
//! there. Samples that overlap in depth are taken as they are, not split.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::image::{Aov, Plane, PlaneChannel, SampleType, Samples, Window};

use super::super::super::source::Source;
use super::super::super::{Error, Limits};
use super::super::header::{Channel, Header};
use super::chunk::Scratch;
use super::{Band, Job, samples};

/// How one channel of a plane comes about; channels are places in [`Job::wanted`].
enum Recipe {
    /// The number of samples.
    Counts,
    /// The value of the front-most sample, or 0: integers cannot be blended.
    Front(usize),
    /// Blended by the alpha channel; without one, every sample hides what is behind it.
    Over { values: usize, alpha: Option<usize> },
}

/// The planes of `aovs`, which are all of that part; see [`super::read`].
///
/// # Errors
/// When no chunk can be read, the samples are more than `limits` allow, or an AOV is not of this
/// file.
pub fn read_planes(
    source: &Source,
    header: &Header,
    offsets: &[u64],
    aovs: &[&Aov],
    limits: &Limits,
) -> Result<Vec<Plane>, Error> {
    let Some(part_index) = aovs.first().map(|aov| aov.part) else { return Ok(Vec::new()) };
    let mut job = Job::new(source, header, part_index, offsets, limits)?;
    let part = job.part;
    let mut wanted = Wanted { channels: &part.channels, places: Vec::new() };
    let depth = [wanted.find("Z"), wanted.find("ZBack")];
    let members = aovs.iter().flat_map(|aov| &aov.channels);
    let recipes: Option<Vec<Recipe>> = members.map(|member| wanted.recipe(member.index)).collect();
    let recipes = recipes.ok_or_else(|| Error::Changed { path: source.path.clone() })?;
    job.wanted = wanted.places;
    let pixels = part.data_window.pixels() as usize;
    let mut outputs: Vec<Samples> = recipes.iter().map(|r| Samples::zeros(r.sample_type(), pixels)).collect();
    let failed = decode(&job, depth, &recipes, &mut outputs)?;
    let unreadable = job.unreadable(failed)?;
    let mut outputs = outputs.into_iter();
    let plane = |aov: &&Aov| {
        let members = aov.channels.iter().zip(outputs.by_ref());
        let channels = members.map(|(member, samples)| PlaneChannel { name: member.name.clone(), samples });
        Plane {
            data_window: part.data_window,
            display_window: part.display_window,
            channels: channels.collect(),
            unreadable: unreadable.clone(),
        }
    };
    Ok(aovs.iter().map(plane).collect())
}

/// Flattens band by band into `outputs`; returns what cannot be read.
fn decode(
    job: &Job<'_>,
    depth: [Option<usize>; 2],
    recipes: &[Recipe],
    outputs: &mut [Samples],
) -> Result<Vec<(Window, Error)>, Error> {
    let window = job.part.data_window;
    let band_bytes = job.chunk_size().1.min(window.height) as usize * window.width as usize * 4;
    let mut bands: Vec<Vec<&mut [u8]>> = job.rows().map(|_| Vec::new()).collect();
    for samples in outputs {
        let pieces = samples.as_bytes_mut().chunks_mut(band_bytes);
        bands.iter_mut().zip(pieces).for_each(|(band, piece)| band.push(piece));
    }
    let flatten = |scratch: &mut Scratch, (outputs, row): (Vec<&mut [u8]>, u32)| {
        let band = job.band(row, scratch)?;
        let sorted = Sorted::new(job, &band, depth);
        for (recipe, output) in recipes.iter().zip(outputs) {
            sorted.flatten(recipe, output);
        }
        Ok(band.failed)
    };
    let work = bands.into_par_iter().zip(job.rows().into_par_iter());
    let failed: Result<Vec<_>, Error> = work.map_init(Scratch::new, flatten).collect();
    Ok(failed?.into_iter().flatten().collect())
}

/// Which channels have to be decoded.
struct Wanted<'a> {
    channels: &'a [Channel],
    places: Vec<usize>,
}

impl Wanted<'_> {
    /// Wants a channel of blendable type by its full name.
    fn find(&mut self, name: &str) -> Option<usize> {
        let blendable = |c: &Channel| c.sample_type != SampleType::U32 && c.name == name;
        let index = self.channels.iter().position(blendable)?;
        Some(self.want(index))
    }

    fn want(&mut self, index: usize) -> usize {
        self.places.iter().position(|&place| place == index).unwrap_or_else(|| {
            self.places.push(index);
            self.places.len() - 1
        })
    }

    /// For the channel at `index` in the list of [`crate::image::PartInfo::channels`].
    fn recipe(&mut self, index: usize) -> Option<Recipe> {
        if index == self.channels.len() {
            return Some(Recipe::Counts);
        }
        let channel = self.channels.get(index)?;
        let values = self.want(index);
        if channel.sample_type == SampleType::U32 {
            return Some(Recipe::Front(values));
        }
        let of_layer = channel.name.rsplit_once('.').and_then(|(layer, _)| self.find(&format!("{layer}.A")));
        Some(Recipe::Over { values, alpha: of_layer.or_else(|| self.find("A")) })
    }
}

impl Recipe {
    fn sample_type(&self) -> SampleType {
        match self {
            Self::Counts | Self::Front(_) => SampleType::U32,
            Self::Over { .. } => SampleType::F32,
        }
    }
}

/// The samples of a band, front to back.
struct Sorted<'b> {
    band: &'b Band,
    /// For each wanted channel; floats.
    floats: Vec<Vec<f32>>,
    /// For each wanted channel; integers.
    integers: Vec<Vec<u32>>,
    /// All samples, pixel by pixel, in a pixel by depth.
    order: Vec<u32>,
}

impl<'b> Sorted<'b> {
    fn new(job: &Job<'_>, band: &'b Band, depth: [Option<usize>; 2]) -> Self {
        let (mut floats, mut integers) = (Vec::new(), Vec::new());
        for (&channel, bytes) in job.wanted.iter().zip(&band.channels) {
            let (float, integer) = match &mut samples(job.part.channels[channel].sample_type, bytes) {
                Samples::F16(halves) => (halves.iter().copied().map(f32::from).collect(), Vec::new()),
                Samples::F32(floats) => (std::mem::take(floats), Vec::new()),
                Samples::U32(integers) => (Vec::new(), std::mem::take(integers)),
                Samples::U8(_) | Samples::U16(_) => (Vec::new(), Vec::new()),
            };
            floats.push(float);
            integers.push(integer);
        }
        let total = super::line_samples(&band.counts) as u32;
        let mut order: Vec<u32> = (0..total).collect();
        let depth = depth.map(|channel| channel.map(|channel| &floats[channel]));
        if let [Some(front), back] = depth {
            let back = back.unwrap_or(front);
            let by_depth = |&a: &u32, &b: &u32| {
                let (a, b) = (a as usize, b as usize);
                nearer(front[a], front[b]).then(nearer(back[a], back[b]))
            };
            for_pixels(&band.counts, |_, samples| order[samples].sort_by(by_depth));
        }
        Self { band, floats, integers, order }
    }

    /// Fills one channel of the band, 4 bytes a pixel.
    fn flatten(&self, recipe: &Recipe, output: &mut [u8]) {
        let output = output.as_chunks_mut::<4>().0;
        for_pixels(&self.band.counts, |pixel, samples| {
            let order = &self.order[samples];
            let Some(&front) = order.first() else { return };
            output[pixel] = match recipe {
                Recipe::Counts => (order.len() as u32).to_ne_bytes(),
                Recipe::Front(channel) => self.integers[*channel][front as usize].to_ne_bytes(),
                Recipe::Over { values, alpha } => {
                    let alpha = alpha.map(|alpha| self.floats[alpha].as_slice());
                    over(order, &self.floats[*values], alpha).to_ne_bytes()
                }
            };
        });
    }
}

/// Calls `visit` with each pixel and the range of its samples.
fn for_pixels(counts: &[u32], mut visit: impl FnMut(usize, std::ops::Range<usize>)) {
    let mut start = 0;
    for (pixel, &count) in counts.iter().enumerate() {
        let end = start + count as usize;
        visit(pixel, start..end);
        start = end;
    }
}

/// Nearer first; NaN behind all else.
fn nearer(a: f32, b: f32) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// What is seen of samples that are given front to back.
fn over(order: &[u32], values: &[f32], alpha: Option<&[f32]>) -> f32 {
    let (mut seen, mut covered) = (0.0, 0.0);
    for &sample in order {
        if covered >= 1.0 {
            break;
        }
        seen += (1.0 - covered) * values[sample as usize];
        covered += (1.0 - covered) * alpha.map_or(1.0, |alpha| alpha[sample as usize]);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::{nearer, over};

    #[test]
    fn what_is_behind_shows_as_much_as_is_left() {
        // 0.5 + 0.5 * 0.25; the third is behind full cover.
        let (alpha, red) = ([0.5, 1.0, 1.0], [0.5, 0.25, 8.0]);
        assert_eq!(over(&[0, 1, 2], &red, Some(&alpha)), 0.625);
        assert_eq!(over(&[0, 1, 2], &alpha, Some(&alpha)), 1.0);
        assert_eq!(over(&[1, 0, 2], &red, Some(&alpha)), 0.25);
        assert_eq!(over(&[2, 0, 1], &red, None), 8.0);
        assert_eq!(over(&[], &red, None), 0.0);
    }

    #[test]
    fn what_is_hidden_does_not_count_even_if_infinite() {
        let alpha = [1.0, 1.0];
        assert_eq!(over(&[0, 1], &[3.0, f32::INFINITY], Some(&alpha)), 3.0);
    }

    #[test]
    fn nan_is_behind_all_else() {
        let mut depths = [f32::NAN, 3.0, f32::INFINITY, -1.0];
        depths.sort_by(|a, b| nearer(*a, *b));
        assert_eq!(depths[..3], [-1.0, 3.0, f32::INFINITY]);
    }
}
