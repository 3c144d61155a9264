//! What a picture of a delta map says beside its pixels, and which values its colours span.

use crate::image::{ColorMap, DisplayRange, Scale};
use crate::metric::{DeltaMap, FLAG_NON_FINITE, FLAG_UNCOVERED, Metric, Rule};

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

/// The range of a map by itself: up to the largest magnitude, or, where a few pixels are far above
/// all others, up to what 999 of 1000 differing pixels stay below; then up to a round number.
pub fn auto_range(map: &DeltaMap, signed: bool, scale: Scale) -> DisplayRange {
    let shown = |i: &usize| map.flags[*i] & (FLAG_NON_FINITE | FLAG_UNCOVERED) == 0;
    let pixels = (0..map.values.len()).filter(shown);
    let mut magnitudes: Vec<f32> = pixels.map(|i| map.values[i].abs()).filter(|v| *v > 0.0).collect();
    let top = match magnitudes.len() {
        0 => 1.0,
        count => {
            let (_, most, rest) = magnitudes.select_nth_unstable_by((count - 1) * 999 / 1000, f32::total_cmp);
            let max = rest.iter().copied().fold(*most, f32::max);
            if scale == Scale::Log || max <= *most * 4.0 { max } else { *most }
        }
    };
    let max = round_up(f64::from(top), scale);
    if signed { DisplayRange::signed(max, scale) } else { DisplayRange::absolute(max, scale) }
}

/// The next number of few digits.
fn round_up(value: f64, scale: Scale) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    let exponent = value.log10().floor() as i32;
    let steps: &[f64] = match scale {
        Scale::Linear => &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
        Scale::Log => &[1.0, 2.0, 5.0],
    };
    let candidates = steps.iter().map(|&step| decimal(step, exponent)).chain([decimal(1.0, exponent + 1)]);
    candidates.into_iter().find(|rounded| *rounded >= value).unwrap_or(value)
}

fn decimal(k: f64, exponent: i32) -> f64 {
    format!("{k}e{exponent}").parse().expect("a number in decimal")
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
    fn ranges_end_on_round_numbers_that_hold_the_maximum() {
        for (max, expected) in [(0.5, 0.5), (0.51, 0.6), (1.1e-7, 1.2e-7), (9.7, 10.0), (1e10, 1e10)] {
            let range = auto_range(&map(vec![0.0, max, -max / 2.0]), true, Scale::Linear);
            assert_eq!((range.lo(), range.hi()), (-expected, expected));
        }
        assert_eq!(auto_range(&map(vec![0.0; 4]), false, Scale::Linear).hi(), 1.0);
    }
}
