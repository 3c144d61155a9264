//! All figures of a probe in one frame: what stands beside its value.

use super::track::{changed_fraction, stored};
use super::{CellStatus, Probe, unreadable_cell};
use crate::image::{Plane, PlaneChannel, Sample};
use crate::metric::{Extent, Rule};

/// Figures of a set of numbers. All but the counts are of the finite ones, in f64; NaN where there
/// is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How many are finite.
    pub finite: u64,
    /// How many are NaN.
    pub nan: u64,
    /// How many are infinite.
    pub inf: u64,
    /// Their sum, in the order of the pixels, by their count.
    pub mean: f64,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Standard deviation of the population.
    pub std: f64,
    /// Percentiles 5, 50 and 95: at the place p/100 · (n − 1) among the n sorted numbers, linear
    /// between two of them (numpy's default).
    pub percentiles: [f64; 3],
}

/// Which percentiles [`Figures::percentiles`] are.
pub const PERCENTILES: [f64; 3] = [5.0, 50.0, 95.0];

/// Figures of one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelFigures {
    /// Component (`R`, `Z` ...).
    pub channel: String,
    /// The candidate's, or why there are none.
    pub candidate: Result<Figures, CellStatus>,
    /// The reference's, or why there are none.
    pub reference: Result<Figures, CellStatus>,
    /// Of candidate − reference, over the pixels that both have.
    pub delta: Option<Figures>,
    /// The part of the pixels that changed, 0..=1, as in a series; `None` where nothing is compared.
    pub changed_fraction: Option<f64>,
}

/// The two planes of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// a.
    pub candidate: Option<&'a Plane>,
    /// b.
    pub reference: Option<&'a Plane>,
}

/// The figures of `probe` in every channel; `None` where `stop` said so before the end.
pub fn describe(
    probe: &Probe,
    sides: Sides<'_>,
    rule: &Rule,
    stop: &dyn Fn() -> bool,
) -> Option<Vec<ChannelFigures>> {
    let named = sides.reference.or(sides.candidate);
    let mut channels = Vec::new();
    for channel in named.into_iter().flat_map(|plane| &plane.channels) {
        let find = |plane: Option<&'_ Plane>| plane.and_then(|plane| plane.channel_index(&channel.name));
        let candidate = sides.candidate.zip(find(sides.candidate)).map(|(p, i)| (p, &p.channels[i]));
        let reference = sides.reference.zip(find(sides.reference)).map(|(p, i)| (p, &p.channels[i]));
        let missing = |plane: Option<&Plane>| match plane {
            Some(_) => CellStatus::AovMissing,
            None => CellStatus::FrameMissing,
        };
        let of_candidate = candidate.ok_or(missing(sides.candidate)).and_then(|side| figures(probe, side));
        if stop() {
            return None;
        }
        let of_reference = reference.ok_or(missing(sides.reference)).and_then(|side| figures(probe, side));
        if stop() {
            return None;
        }
        let both = candidate.zip(reference);
        let both = both.filter(|_| of_candidate.is_ok() && of_reference.is_ok());
        channels.push(ChannelFigures {
            channel: channel.name.clone(),
            candidate: of_candidate,
            reference: of_reference,
            delta: both.map(|(a, b)| deltas(probe, a, b)),
            changed_fraction: both.map(|(a, b)| changed_fraction(probe, a, b, (rule, Extent::Union))),
        });
        if stop() {
            return None;
        }
    }
    Some(channels)
}

type Channel<'a> = (&'a Plane, &'a PlaneChannel);

fn figures(probe: &Probe, (plane, channel): Channel<'_>) -> Result<Figures, CellStatus> {
    if let Some(status) = unreadable_cell(plane, probe) {
        return Err(status);
    }
    let pixels = probe.pixels_in(plane.data_window);
    let values: Vec<f64> =
        pixels.filter_map(|pixel| stored(plane, channel, pixel)).map(Sample::to_f64).collect();
    if values.is_empty() { Err(CellStatus::OutsideDataWindow) } else { Ok(Figures::of(values)) }
}

fn deltas(probe: &Probe, a: Channel<'_>, b: Channel<'_>) -> Figures {
    let pixels = probe.pixels_in(a.0.data_window.intersection(&b.0.data_window));
    let both = pixels.filter_map(|pixel| stored(a.0, a.1, pixel).zip(stored(b.0, b.1, pixel)));
    Figures::of(both.map(|(a, b)| a.to_f64() - b.to_f64()).collect())
}

impl Figures {
    /// The figures of `values`.
    pub fn of(mut values: Vec<f64>) -> Self {
        let nan = values.iter().filter(|value| value.is_nan()).count() as u64;
        let inf = values.iter().filter(|value| value.is_infinite()).count() as u64;
        values.retain(|value| value.is_finite());
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
        values.sort_unstable_by(f64::total_cmp);
        let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
        Self {
            finite: values.len() as u64,
            nan,
            inf,
            mean,
            min: end(values.first()),
            max: end(values.last()),
            std: variance.sqrt(),
            percentiles: PERCENTILES.map(|p| percentile(&values, p)),
        }
    }
}

fn percentile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = p / 100.0 * last as f64;
    let below = place.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let along = place - below as f64;
    // From the nearer of the two, as numpy does: the other way rounds elsewhere.
    if along < 0.5 { low + (high - low) * along } else { high - (high - low) * (1.0 - along) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Mask, ProbeShape};
    use crate::image::{Samples, Unreadable, Window};
    use crate::metric::Metric;

    #[test]
    fn figures_are_those_of_numpy() {
        // np.percentile([...], [5, 50, 95]), mean, std of 0..=9 without the two that are none.
        let mut values: Vec<f64> = (0..10).map(f64::from).rev().collect();
        values.extend([f64::NAN, f64::NEG_INFINITY]);
        let figures = Figures::of(values);
        assert_eq!((figures.finite, figures.nan, figures.inf), (10, 1, 1));
        assert_eq!((figures.mean, figures.min, figures.max), (4.5, 0.0, 9.0));
        assert!((figures.std - 2.872_281_323_269_014_3).abs() < 1e-15);
        for (got, wanted) in figures.percentiles.into_iter().zip([0.45, 4.5, 8.55]) {
            assert!((got - wanted).abs() < 1e-15, "{got} is not {wanted}");
        }
        let none = Figures::of(vec![f64::NAN]);
        assert!(none.mean.is_nan() && none.percentiles[1].is_nan() && none.nan == 1);
    }

    fn plane(window: Window, value: impl Fn(i32, i32) -> f32) -> Plane {
        let pixels = (0..window.pixels() as usize).map(|index| window.pixel(index));
        let samples = Samples::F32(pixels.map(|(x, y)| value(x, y)).collect());
        let channels = vec![PlaneChannel { name: "Z".into(), samples }];
        Plane { data_window: window, display_window: window, channels, unreadable: Vec::new() }
    }

    #[test]
    fn the_delta_is_of_the_pixels_that_both_have() {
        let reference = plane(Window::new(0, 0, 8, 8), |x, y| (x + y) as f32);
        let candidate =
            plane(Window::new(2, 0, 8, 8), |x, y| (x + y) as f32 + if x == 3 { 1.0 } else { 0.0 });
        let mask = Mask::of(Window::new(-1, 3, 8, 2), |index| index % 2 == 0).expect("some");
        let probe = Probe::mask(String::new(), mask);
        let sides = Sides { candidate: Some(&candidate), reference: Some(&reference) };
        let rule = Rule::exact(Metric::Abs);
        let figures = describe(&probe, sides, &rule, &|| false).expect("not stopped").remove(0);
        // x of the mask: -1 1 3 5 in both rows; both have 3 and 5, the reference alone 1.
        assert_eq!(figures.delta.map(|d| (d.finite, d.mean, d.max)), Some((4, 0.5, 1.0)));
        assert_eq!(figures.candidate.map(|f| f.finite), Ok(4));
        assert_eq!(figures.reference.map(|f| f.finite), Ok(6));
        assert_eq!(figures.changed_fraction, Some(4.0 / 6.0));
        assert_eq!(describe(&probe, sides, &rule, &|| true), None);
    }

    #[test]
    fn a_region_with_a_hole_has_no_figures() {
        let window = Window::new(0, 0, 4, 4);
        let mut cut = plane(window, |x, _| x as f32);
        cut.unreadable =
            vec![Unreadable { window: Window::new(0, 3, 4, 1), incomplete: true, reason: String::new() }];
        let probe = Probe { label: String::new(), window, shape: ProbeShape::Region };
        let sides = Sides { candidate: Some(&cut), reference: None };
        let figures =
            describe(&probe, sides, &Rule::exact(Metric::Abs), &|| false).expect("not stopped").remove(0);
        assert_eq!(figures.candidate, Err(CellStatus::IncompleteFile));
        assert_eq!(figures.reference, Err(CellStatus::FrameMissing));
    }
}
