//! One line of a plot: a value of a series over its frames.

use super::{Series, Value};

/// Which number of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The sequence's own value; a region's mean.
    Value,
    /// Value − reference.
    Delta,
}

/// A value over the frames, nothing between two frames that has no value itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// (frame number, finite value), ascending; a new run after every gap.
    pub runs: Vec<Vec<(i64, f64)>>,
    /// Frames in which it changed by its rule, whether there is a point or not.
    pub changed: Vec<i64>,
    /// Frames whose value is NaN or infinite: there is no point.
    pub not_finite: Vec<i64>,
}

impl Curve {
    /// All points.
    pub fn points(&self) -> impl Iterator<Item = (i64, f64)> {
        self.runs.iter().flatten().copied()
    }
}

/// The curve of (sequence, probe, channel), all as indices. A frame without a value breaks it, and so
/// does a number that no sequence has: one farther from the number before than the series' least step.
pub fn curve(series: &Series, [sequence, probe, channel]: [usize; 3], measure: Measure) -> Curve {
    let step = series.frames.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1);
    let mut curve = Curve::default();
    let mut before = None;
    for (index, frame) in series.frames.iter().copied().enumerate() {
        let cell = series.cell(sequence, index, probe, channel);
        if cell.changed {
            curve.changed.push(frame);
        }
        let value = match measure {
            Measure::Value => cell.value.map(Value::to_f64),
            Measure::Delta => cell.delta,
        };
        if value.is_some_and(|value| !value.is_finite()) {
            curve.not_finite.push(frame);
        }
        let Some(value) = value.filter(|value| value.is_finite()) else {
            before = None;
            continue;
        };
        match curve.runs.last_mut().filter(|_| before.is_some_and(|before| frame - before <= step)) {
            Some(run) => run.push((frame, value)),
            None => curve.runs.push(vec![(frame, value)]),
        }
        before = Some(frame);
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Cell, CellStatus, Probe, ProbeShape, SeriesChannel};
    use crate::image::{Sample, SampleType, Window};

    fn series(frames: &[i64], values: &[Option<f32>]) -> Series {
        let cell = |value: &Option<f32>| Cell {
            status: CellStatus::Compared,
            value: value.map(|value| Value::Pixel(Sample::F32(value))),
            reference: None,
            delta: value.map(|value| f64::from(value) / 2.0),
            changed: *value == Some(4.0),
        };
        Series {
            sequences: vec!["a".into()],
            reference_index: None,
            frames: frames.to_vec(),
            probes: vec![Probe {
                label: String::new(),
                window: Window::new(0, 0, 1, 1),
                shape: ProbeShape::Pixel,
            }],
            channels: vec![SeriesChannel {
                aov: "depth".into(),
                channel: "Z".into(),
                sample_type: SampleType::F32,
                tol_abs: 0.0,
                tol_rel: 0.0,
            }],
            cells: values.iter().map(cell).collect(),
            paths: vec![None; frames.len()],
        }
    }

    #[test]
    fn a_gap_is_a_gap() {
        let values = [Some(1.0), Some(2.0), None, Some(3.0), Some(f32::NAN), Some(4.0), Some(5.0)];
        // Nobody has frame 16.
        let series = series(&[10, 11, 12, 13, 14, 15, 17], &values);
        let curve = super::curve(&series, [0, 0, 0], Measure::Value);
        assert_eq!(
            curve.runs,
            [vec![(10, 1.0), (11, 2.0)], vec![(13, 3.0)], vec![(15, 4.0)], vec![(17, 5.0)]]
        );
        assert_eq!((curve.not_finite, curve.changed), (vec![14], vec![15]));
        let delta = super::curve(&series, [0, 0, 0], Measure::Delta);
        assert_eq!(delta.runs[0], [(10, 0.5), (11, 1.0)]);
    }

    #[test]
    fn every_tenth_frame_is_no_gap() {
        let series = series(&[10, 20, 30, 50], &[Some(1.0); 4]);
        assert_eq!(super::curve(&series, [0, 0, 0], Measure::Value).runs.len(), 2);
    }
}
