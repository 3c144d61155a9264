//! Which AOVs changed most in the shown frame, and which frames of the shown AOV.

use serde::{Deserialize, Serialize};

use super::{Changes, WorstPixel};
use crate::image::Sample;
use crate::view::{AovEntry, StripCell, View};

/// What is listed below the regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorstOf {
    /// Pixels of the shown AOV in the shown frame.
    #[default]
    Pixels,
    /// AOVs in the shown frame.
    Aovs,
    /// Frames of the shown AOV.
    Frames,
}

impl WorstOf {
    /// All, from left to right.
    pub const ALL: [Self; 3] = [Self::Pixels, Self::Aovs, Self::Frames];

    /// The name on the button.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pixels => "Pixels",
            Self::Aovs => "AOVs",
            Self::Frames => "Frames",
        }
    }
}

/// What an AOV came to in one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct AovOfFrame {
    /// Pixels that changed.
    pub changed: u64,
    /// The same as a part of those compared, 0..=1.
    pub fraction: f64,
    /// Largest |a−b|.
    pub max_abs: f64,
    /// Where, with the stored values; `None` where no two values differ.
    pub peak: Option<WorstPixel>,
}

/// What the shown AOV of the shown candidate came to in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorstFrame {
    /// Its number.
    pub frame: i64,
    /// Changed pixels as a part of those compared, 0..=1.
    pub fraction: f64,
    /// Largest |a−b|.
    pub max_abs: f64,
}

impl View {
    /// AOVs that are known in the shown frame, the most changed first: by the part of their pixels that
    /// changed, which has the same unit for all, then by the largest difference.
    pub fn aovs_of_frame(&self) -> Vec<(&AovEntry, &AovOfFrame)> {
        let known = self.aovs.iter().filter_map(|entry| Some((entry, self.changed_aovs.get(&entry.key)?)));
        let mut found: Vec<(&AovEntry, &AovOfFrame)> = known.collect();
        found.sort_by(|(_, a), (_, b)| {
            b.fraction.total_cmp(&a.fraction).then(b.max_abs.total_cmp(&a.max_abs))
        });
        found
    }

    /// Frames in which the shown AOV of the shown candidate changed, the largest difference first.
    pub fn worst_frames(&self) -> Vec<WorstFrame> {
        let Some((sweep, candidate)) = self.sweep.as_ref().zip(self.candidate) else { return Vec::new() };
        let Some(place) = sweep.sequences.iter().position(|sequence| *sequence == candidate) else {
            return Vec::new();
        };
        let of = |(index, frame): (usize, &i64)| match sweep.strip(place, index) {
            StripCell::Compared { changed, max_abs } | StripCell::InPart { changed, max_abs, .. } => {
                let found = WorstFrame { frame: *frame, fraction: *changed, max_abs: *max_abs };
                (*changed > 0.0).then_some(found)
            }
            StripCell::Pending | StripCell::Missing | StripCell::Failed(_) => None,
        };
        let mut found: Vec<WorstFrame> = sweep.series.frames.iter().enumerate().filter_map(of).collect();
        found.sort_by(|a, b| b.max_abs.total_cmp(&a.max_abs).then(b.fraction.total_cmp(&a.fraction)));
        found
    }
}

fn exact(sample: Option<Sample>) -> String {
    sample.map_or_else(String::new, |sample| sample.to_f64().to_string())
}

/// Pixels as text for a table: tab-separated, a line for each.
pub fn pixels_as_tsv(changes: &Changes) -> String {
    let mut text = "x\ty\tchannel\tcandidate\treference\tmetric\n".to_owned();
    for WorstPixel { at: (x, y), channel, value, candidate, reference } in &changes.worst {
        let value = value.map_or_else(String::new, |value| value.to_string());
        let (candidate, reference) = (exact(*candidate), exact(*reference));
        text.push_str(&format!("{x}\t{y}\t{channel}\t{candidate}\t{reference}\t{value}\n"));
    }
    text
}

/// AOVs as text for a table: tab-separated, a line for each.
pub fn aovs_as_tsv(aovs: &[(&AovEntry, &AovOfFrame)]) -> String {
    let mut text =
        "aov\tchanged\tchanged_fraction\tmax_abs\tx\ty\tchannel\tcandidate\treference\n".to_owned();
    for (entry, AovOfFrame { changed, fraction, max_abs, peak }) in aovs {
        let place = peak.as_ref().map_or_else(
            || "\t\t\t\t".to_owned(),
            |peak| {
                let (x, y) = peak.at;
                format!("{x}\t{y}\t{}\t{}\t{}", peak.channel, exact(peak.candidate), exact(peak.reference))
            },
        );
        text.push_str(&format!("{}\t{changed}\t{fraction}\t{max_abs}\t{place}\n", entry.key));
    }
    text
}

/// Frames as text for a table: tab-separated, a line for each.
pub fn frames_as_tsv(frames: &[WorstFrame]) -> String {
    let mut text = "frame\tchanged_fraction\tmax_abs\n".to_owned();
    for WorstFrame { frame, fraction, max_abs } in frames {
        text.push_str(&format!("{frame}\t{fraction}\t{max_abs}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::AovKind;

    #[test]
    fn the_most_changed_aov_is_first_and_the_table_has_its_exact_values() {
        let mut view = View::default();
        for (key, fraction, max_abs) in [("a", 0.25, 1.0), ("b", 0.0, 0.0), ("c", 0.25, 3.0), ("d", 0.5, 0.1)]
        {
            let channels = Vec::new();
            view.aovs.push(AovEntry { key: key.into(), kind: AovKind::Scalar, channels, present_in: 2 });
            let sample = |value| Some(Sample::F32(value));
            let (candidate, reference) = (sample(0.1), sample(-2.0));
            let peak = WorstPixel { at: (-3, 4), channel: "Z".into(), value: None, candidate, reference };
            let of = AovOfFrame { changed: 8, fraction, max_abs, peak: (max_abs > 0.0).then_some(peak) };
            view.changed_aovs.insert(key.into(), of);
        }
        view.aovs[1].key = "not known yet".into();
        let found = view.aovs_of_frame();
        assert_eq!(found.iter().map(|(entry, _)| entry.key.as_str()).collect::<Vec<_>>(), ["d", "c", "a"]);
        let text = aovs_as_tsv(&found[1..2]);
        // 0.1 as it is stored in 32 bits.
        assert_eq!(text.lines().nth(1), Some("c\t8\t0.25\t3\t-3\t4\tZ\t0.10000000149011612\t-2"));
    }
}
