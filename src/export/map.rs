//! What a picture of a delta map says beside its pixels, and which values its colours span.

use crate::image::{ColorMap, DisplayRange, Scale, round_up};
use crate::metric::{DeltaMap, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric, Rule};

/// How a delta map becomes a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MapStyle {
    /// `None`: the default of the metric.
    pub color: Option<ColorMap>,
    /// The values that the colours span.
    pub range: MapRange,
    /// How they are spread; of [`MapRange::Auto`] alone.
    pub scale: Scale,
}

/// The values that the colours of a map span.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum MapRange {
    /// From zero (or as far below as above) to a round number that nearly all changed pixels are
    /// below: [`auto_range`].
    #[default]
    Auto,
    /// For maps that shall compare with each other.
    Fixed(DisplayRange),
}

/// Where a map comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct MapCaption {
    /// Key of the AOV.
    pub aov: String,
    /// Name of the candidate.
    pub candidate: String,
    /// Name of what it is compared with.
    pub reference: String,
    /// Frame number, where there is one.
    pub frame: Option<i64>,
    /// What was measured and when it counts.
    pub rule: Rule,
}

impl MapCaption {
    /// AOV and frame: `diffcol · frame 7`.
    pub fn title(&self) -> String {
        match self.frame {
            Some(frame) => format!("{} · frame {frame}", self.aov),
            None => self.aov.clone(),
        }
    }

    /// Who is compared with whom.
    pub fn subtitle(&self) -> String {
        format!("{} against {}", self.candidate, self.reference)
    }

    /// What the numbers are and when one counts as a change.
    pub fn quantity(&self) -> String {
        let Rule { metric, abs, rel, floor, .. } = self.rule;
        let measured = match metric {
            Metric::Abs => "|candidate − reference|, largest of the channels".to_owned(),
            Metric::Signed => "candidate − reference, channel of the largest difference".to_owned(),
            Metric::Rel => format!("|candidate − reference| / max(|reference|, {floor})"),
            Metric::Sq => "(candidate − reference)², mean of the channels".to_owned(),
            Metric::Ulp => "representable values between candidate and reference, largest channel".to_owned(),
            Metric::Angle => "angle between candidate and reference in degrees".to_owned(),
            Metric::Length => "length of candidate − reference".to_owned(),
            Metric::Flip => "NVIDIA FLIP, 0 to 1".to_owned(),
            Metric::Id => return "bits equal or different".to_owned(),
        };
        let tolerance = match (abs == 0.0, rel == 0.0) {
            (true, true) => "any difference is a change".to_owned(),
            (_, true) => format!("changed above {abs}"),
            (true, false) => format!("changed above {rel}·|reference|"),
            (false, false) => format!("changed above {abs} + {rel}·|reference|"),
        };
        format!("{measured}; {tolerance}")
    }
}

/// (Share of the differing pixels, how many times the range must shrink to give up the others.)
const CLIPPED: [(f64, f32); 3] = [(0.999, 4.0), (0.99, 16.0), (0.95, 256.0)];

/// The same over all frames: a silhouette that moves leaves its background in many pixels, up to
/// half of them.
pub(super) const CLIPPED_OVER_FRAMES: [(f64, f32); 8] = [
    CLIPPED[0],
    CLIPPED[1],
    CLIPPED[2],
    (0.9, 65536.0),
    (0.8, 65536.0),
    (0.7, 65536.0),
    (0.6, 65536.0),
    (0.5, 65536.0),
];

/// The range of a map by itself: up to the largest magnitude, then to a round number. On a linear
/// scale without the few pixels that are far above all others (a background of 1e10 at a
/// silhouette): at most one of 20 differing pixels, the more the farther they are.
pub fn auto_range(map: &DeltaMap, signed: bool, scale: Scale) -> DisplayRange {
    let valueless = FLAG_NON_FINITE | FLAG_UNCOVERED | FLAG_UNREADABLE;
    let shown = map.values.iter().zip(&map.flags).filter(|(_, flags)| *flags & valueless == 0);
    range_of(shown.map(|(value, _)| *value), signed, scale, &CLIPPED)
}

/// As [`auto_range`] on a linear scale, of a map over all frames: without a background that many
/// pixels show while a silhouette moves.
pub fn auto_range_over_frames(map: &DeltaMap, signed: bool) -> DisplayRange {
    range_of(map.values.iter().copied(), signed, Scale::Linear, &CLIPPED_OVER_FRAMES)
}

/// The same of any values, with what may be `clipped`; what is not finite does not count.
pub(super) fn range_of(
    values: impl Iterator<Item = f32>,
    signed: bool,
    scale: Scale,
    clipped: &[(f64, f32)],
) -> DisplayRange {
    let magnitudes = values.map(f32::abs);
    let mut magnitudes: Vec<f32> = magnitudes.filter(|v| *v > 0.0 && *v < f32::INFINITY).collect();
    let mut top = magnitudes.iter().copied().fold(0.0, f32::max);
    if scale == Scale::Linear && !magnitudes.is_empty() {
        for &(share, times) in clipped {
            let at = ((magnitudes.len() - 1) as f64 * share) as usize;
            let (_, most, _) = magnitudes.select_nth_unstable_by(at, f32::total_cmp);
            top = if top > *most * times { *most } else { top };
        }
    }
    let max = round_up(top);
    if signed { DisplayRange::signed(max, scale) } else { DisplayRange::absolute(max, scale) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Window;
    use crate::metric::FLAG_CHANGED;

    fn map(values: Vec<f32>) -> DeltaMap {
        let flags = values.iter().map(|v| if *v != 0.0 { FLAG_CHANGED } else { 0 }).collect();
        DeltaMap { window: Window::of_size(values.len() as u32, 1), values, flags }
    }

    #[test]
    fn a_few_far_pixels_do_not_make_all_others_dark() {
        let mut values = vec![0.017f32; 20_000];
        values[7] = 900.0;
        assert_eq!(auto_range(&map(values.clone()), false, Scale::Linear).hi(), 0.02);
        assert_eq!(auto_range(&map(values), false, Scale::Log).hi(), 1000.0);
    }

    #[test]
    fn a_background_at_a_silhouette_does_not_either() {
        let mut values = vec![0.017f32; 2000];
        values[..60].fill(1e10);
        assert_eq!(auto_range(&map(values.clone()), false, Scale::Linear).hi(), 0.02);
        values[..60].fill(0.2);
        assert_eq!(auto_range(&map(values), false, Scale::Linear).hi(), 0.2);
    }

    #[test]
    fn ranges_end_on_round_numbers_that_hold_the_maximum() {
        for (max, expected) in [(0.5, 0.5), (0.51, 0.6), (1.1e-7, 1.2e-7), (9.7, 10.0), (1e10, 1e10)] {
            let range = auto_range(&map(vec![0.0, max, -max / 2.0]), true, Scale::Linear);
            assert_eq!((range.lo(), range.hi()), (-expected, expected));
        }
        assert_eq!(auto_range(&map(vec![0.0; 4]), false, Scale::Linear).hi(), 1.0);
    }
}
