//! Curves of a series as a drawing: axes, lines, gaps, legend. Whoever writes it to a file knows no
//! series, only lines and text.

use std::collections::BTreeMap;

use super::axis::{axis_range, axis_steps};
use super::canvas::{Rgb, elide, text_width};
use super::strip::{BACKGROUND, DIM};
use crate::engine::{Curve, Measure, Probe, ProbeShape, Series, curve};
use crate::image::tick_label;

/// What is drawn, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurveStyle {
    /// Channels by name; all where none is named.
    pub channels: Vec<String>,
    /// Colours of the sequences (sRGB) by name; others take theirs from a palette.
    pub colours: BTreeMap<String, [u8; 3]>,
}

/// Columns of the drawing.
pub(super) const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 24.0;
/// Room of the numbers left of a plot.
const NUMBERS: f64 = 84.0;
const VALUES_HEIGHT: f64 = 190.0;
const DELTAS_HEIGHT: f64 = 90.0;
/// Height of the mark of a changed frame.
const TICK: f64 = 5.0;
const TEXT: f32 = 15.0;

const BRIGHT: Rgb = [0xf2, 0xf2, 0xf4];
const GRID: Rgb = [0x34, 0x37, 0x3d];
const NOT_A_NUMBER: Rgb = [0xff, 0x00, 0xd9];
const PALETTE: [Rgb; 8] = [
    [122, 178, 236],
    [240, 168, 92],
    [126, 200, 150],
    [222, 130, 178],
    [212, 204, 112],
    [166, 148, 232],
    [112, 204, 208],
    [224, 124, 108],
];

/// How the lines of an AOV's first, second ... channel are broken: lengths of line and gap.
const DASHES: [&[f64]; 4] = [&[], &[7.0, 4.0], &[2.0, 3.0], &[9.0, 3.0, 2.0, 3.0]];

/// Where a text stands by its `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    Line {
        points: Vec<(f64, f64)>,
        colour: Rgb,
        width: f64,
        dash: &'static [f64],
        title: String,
    },
    Dot {
        at: (f64, f64),
        radius: f64,
        colour: Rgb,
        title: String,
    },
    Area {
        at: (f64, f64),
        size: (f64, f64),
        colour: Rgb,
    },
    /// `at.1` is the top of the line of text, `size` its height.
    Text {
        at: (f64, f64),
        size: f32,
        colour: Rgb,
        anchor: Anchor,
        text: String,
    },
}

/// A drawing, in its own pixels.
pub(super) struct Drawing {
    pub height: f64,
    pub background: Rgb,
    pub marks: Vec<Mark>,
}

/// Draws the chosen channels of all probes: values over frames, below them what differs from the
/// reference, where there is one; one pair of plots for each probe and AOV.
pub(super) fn draw(series: &Series, style: &CurveStyle) -> Drawing {
    let mut pen = Pen { series, style, marks: Vec::new(), y: MARGIN };
    pen.legend();
    for probe in 0..series.probes.len() {
        for channels in by_aov(series, style) {
            pen.plots(probe, &channels);
        }
    }
    Drawing { height: pen.y + MARGIN, background: BACKGROUND, marks: pen.marks }
}

/// Indices of the chosen channels, AOV by AOV.
fn by_aov(series: &Series, style: &CurveStyle) -> Vec<Vec<usize>> {
    let is_chosen = |c: &usize| {
        let name = &series.channels[*c].channel;
        style.channels.is_empty() || style.channels.iter().any(|chosen| chosen.eq_ignore_ascii_case(name))
    };
    let mut aovs: Vec<Vec<usize>> = Vec::new();
    for channel in (0..series.channels.len()).filter(is_chosen) {
        let aov = &series.channels[channel].aov;
        match aovs.iter_mut().find(|group| series.channels[group[0]].aov == *aov) {
            Some(group) => group.push(channel),
            None => aovs.push(vec![channel]),
        }
    }
    aovs
}

/// The dash of the `place`th channel that is drawn.
fn dash(place: usize) -> &'static [f64] {
    DASHES[place % DASHES.len()]
}

struct Pen<'a> {
    series: &'a Series,
    style: &'a CurveStyle,
    marks: Vec<Mark>,
    y: f64,
}

/// A plot's place on the drawing and on its axes.
#[derive(Clone, Copy)]
struct Frame {
    top: f64,
    height: f64,
    frames: (f64, f64),
    values: (f64, f64),
}

impl Frame {
    const LEFT: f64 = MARGIN + NUMBERS;
    const RIGHT: f64 = WIDTH - MARGIN;

    fn x(&self, frame: f64) -> f64 {
        Self::LEFT + (Self::RIGHT - Self::LEFT) * (frame - self.frames.0) / (self.frames.1 - self.frames.0)
    }

    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (self.values.1 - value) / (self.values.1 - self.values.0)
    }

    const fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

impl Pen<'_> {
    fn colour(&self, sequence: usize) -> Rgb {
        let named = self.style.colours.get(&self.series.sequences[sequence]).copied();
        named.unwrap_or(PALETTE[sequence % PALETTE.len()])
    }

    fn text(&mut self, at: (f64, f64), colour: Rgb, anchor: Anchor, text: String) {
        self.marks.push(Mark::Text { at, size: TEXT, colour, anchor, text });
    }

    /// The sequences by colour; they flow over as many lines as they need.
    fn legend(&mut self) {
        let mut x = MARGIN;
        let line = f64::from(TEXT) * 1.5;
        for (sequence, name) in self.series.sequences.iter().enumerate() {
            let is_reference = self.series.reference_index == Some(sequence);
            let name = if is_reference { format!("{name} (reference)") } else { name.clone() };
            let name = elide(TEXT, &name, (WIDTH - 2.0 * MARGIN - 40.0) as f32);
            let width = 30.0 + f64::from(text_width(TEXT, &name)) + 24.0;
            if x > MARGIN && x + width > WIDTH - MARGIN {
                (x, self.y) = (MARGIN, self.y + line);
            }
            let (colour, middle) = (self.colour(sequence), self.y + f64::from(TEXT) * 0.55);
            let points = vec![(x, middle), (x + 22.0, middle)];
            self.marks.push(Mark::Line { points, colour, width: 2.5, dash: &[], title: String::new() });
            self.text((x + 30.0, self.y), BRIGHT, Anchor::Start, name);
            x += width;
        }
        self.y += line * 1.2;
    }

    fn plots(&mut self, probe: usize, channels: &[usize]) {
        self.heading(probe, channels);
        let compares = self.series.reference_index.is_some() && self.series.sequences.len() > 1;
        self.plot(probe, channels, Measure::Value, VALUES_HEIGHT);
        if compares {
            self.y += 10.0;
            self.plot(probe, channels, Measure::Delta, DELTAS_HEIGHT);
        }
        self.frame_numbers();
        self.y += 46.0;
    }

    fn heading(&mut self, probe: usize, channels: &[usize]) {
        let aov = &self.series.channels[channels[0]].aov;
        let text = format!("{}  ·  {aov}", called(&self.series.probes[probe]));
        let text = elide(TEXT, &text, (WIDTH * 0.7) as f32);
        self.text((MARGIN, self.y), BRIGHT, Anchor::Start, text);
        let mut x = WIDTH - MARGIN;
        for (place, channel) in channels.iter().enumerate().rev() {
            let name = self.series.channels[*channel].channel.clone();
            let middle = self.y + f64::from(TEXT) * 0.55;
            let width = f64::from(text_width(TEXT, &name));
            self.text((x, self.y), DIM, Anchor::End, name);
            x -= width + 8.0;
            let points = vec![(x - 30.0, middle), (x, middle)];
            let dash = dash(place);
            self.marks.push(Mark::Line { points, colour: DIM, width: 2.0, dash, title: String::new() });
            x -= 30.0 + 18.0;
        }
        self.y += f64::from(TEXT) * 1.6;
    }

    fn plot(&mut self, probe: usize, channels: &[usize], measure: Measure, height: f64) {
        let series = self.series;
        let drawn = |s: &usize| measure == Measure::Value || series.reference_index != Some(*s);
        let sequences = (0..series.sequences.len()).filter(drawn);
        let lines: Vec<(usize, usize, Curve)> = sequences
            .flat_map(|s| channels.iter().enumerate().map(move |(place, c)| (s, place, *c)))
            .map(|(s, place, c)| (s, place, curve(series, [s, probe, c], measure)))
            .collect();
        let points = lines.iter().flat_map(|(_, _, curve)| curve.points());
        let frame = Frame {
            top: self.y,
            height,
            frames: self.frames(),
            values: axis_range(points.map(|(_, value)| value)),
        };
        self.grid(&frame, measure);
        for (sequence, place, curve) in &lines {
            let channel = &series.channels[channels[*place]].channel;
            let kind = if measure == Measure::Value { "value" } else { "delta" };
            let title = format!("{} {channel} {kind}", series.sequences[*sequence]);
            self.line(&frame, (self.colour(*sequence), dash(*place)), curve, &title);
        }
        if measure == Measure::Value {
            self.changes(&frame, &lines);
        }
        self.y += height;
    }

    fn frames(&self) -> (f64, f64) {
        let frames = &self.series.frames;
        let (first, last) = (frames.first().copied().unwrap_or(0), frames.last().copied().unwrap_or(0));
        (first as f64 - 0.5, last as f64 + 0.5)
    }

    fn grid(&mut self, frame: &Frame, measure: Measure) {
        let line = |points: Vec<(f64, f64)>| Mark::Line {
            points,
            colour: GRID,
            width: 1.0,
            dash: &[],
            title: String::new(),
        };
        let (across, upwards) = ((Frame::RIGHT - Frame::LEFT) / 70.0, frame.height / 34.0);
        for number in axis_steps(frame.frames.0, frame.frames.1, across, 1.0).0 {
            let x = frame.x(number);
            self.marks.push(line(vec![(x, frame.top), (x, frame.bottom())]));
        }
        for value in axis_steps(frame.values.0, frame.values.1, upwards, 0.0).0 {
            let y = frame.y(value);
            self.marks.push(line(vec![(Frame::LEFT, y), (Frame::RIGHT, y)]));
            let at = (Frame::LEFT - 8.0, y - f64::from(TEXT) / 2.0);
            self.text(at, DIM, Anchor::End, tick_label(value));
        }
        let name = if measure == Measure::Value { "value" } else { "Δ" };
        self.text((MARGIN, frame.top), DIM, Anchor::Start, name.to_owned());
    }

    fn line(&mut self, frame: &Frame, (colour, dash): (Rgb, &'static [f64]), curve: &Curve, title: &str) {
        let at = |(number, value): (i64, f64)| (frame.x(number as f64), frame.y(value));
        for run in &curve.runs {
            let title = title.to_owned();
            match run[..] {
                [only] => self.marks.push(Mark::Dot { at: at(only), radius: 2.5, colour, title }),
                _ => {
                    let points = run.iter().map(|point| at(*point)).collect();
                    self.marks.push(Mark::Line { points, colour, width: 2.0, dash, title });
                }
            }
        }
        for number in &curve.not_finite {
            let at = (frame.x(*number as f64), frame.bottom() - 3.0);
            let title = format!("{title} is not finite");
            self.marks.push(Mark::Dot { at, radius: 3.0, colour: NOT_A_NUMBER, title });
        }
    }

    /// A mark at the lower edge for each frame in which a sequence changed, one row for each sequence.
    fn changes(&mut self, frame: &Frame, lines: &[(usize, usize, Curve)]) {
        let width = ((Frame::RIGHT - Frame::LEFT) / (frame.frames.1 - frame.frames.0) * 0.6).clamp(1.0, 8.0);
        let mut sequences: Vec<usize> = lines.iter().map(|(sequence, ..)| *sequence).collect();
        sequences.dedup();
        sequences.retain(|sequence| Some(*sequence) != self.series.reference_index);
        for (row, sequence) in sequences.into_iter().enumerate() {
            let own = lines.iter().filter(|(s, ..)| *s == sequence);
            let mut changed: Vec<i64> = own.flat_map(|(_, _, curve)| curve.changed.iter().copied()).collect();
            changed.sort_unstable();
            changed.dedup();
            let y = frame.bottom() - TICK - row as f64 * (TICK + 1.0);
            for number in changed {
                let at = (frame.x(number as f64) - width / 2.0, y);
                let colour = self.colour(sequence);
                self.marks.push(Mark::Area { at, size: (width, TICK), colour });
            }
        }
    }

    fn frame_numbers(&mut self) {
        let frame = Frame { top: self.y, height: 0.0, frames: self.frames(), values: (0.0, 1.0) };
        let across = (Frame::RIGHT - Frame::LEFT) / 70.0;
        for number in axis_steps(frame.frames.0, frame.frames.1, across, 1.0).0 {
            let at = (frame.x(number), self.y + 6.0);
            self.text(at, DIM, Anchor::Middle, tick_label(number));
        }
    }
}

/// Its name and where it is.
fn called(probe: &Probe) -> String {
    let window = probe.window;
    let place = match probe.shape {
        ProbeShape::Pixel => format!("pixel {}, {}", window.x, window.y),
        ProbeShape::Region | ProbeShape::Mask(_) => {
            let (x, y, w, h) = (window.x, window.y, window.width, window.height);
            format!("{} {x}, {y}  {w}×{h}, mean of {} pixels", probe.shape.name(), probe.count())
        }
    };
    if probe.label.is_empty() { place } else { format!("{}: {place}", probe.label) }
}
