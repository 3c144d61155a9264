//! One plot: lines in the colours of the sequences, gaps as gaps, the playhead.

use egui::{Painter, PointerButton, Rect, Role, Sense, Stroke, Ui, pos2, vec2};
use egui_plot::{Axis, AxisHints, GridMark, Line, LineStyle, Plot, PlotPoints, PlotTransform, Points, VLine};

use super::{range, tooltip};
use crate::app::panels::named;
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::engine::{Curve, Measure, curve};
use crate::export::{axis_range, axis_steps};
use crate::image::tick_label;
use crate::view::probes::title;
use crate::view::{Action, Sweep, Tracked};

/// Room of one number at an axis.
const LABEL: egui::Vec2 = vec2(44.0, 20.0);
/// Room of the numbers below a plot.
const BELOW: f32 = 16.0;
/// Height of the mark of a changed frame.
const TICK: f32 = 3.0;

/// What a plot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// The value of each sequence.
    Values,
    /// Candidate − reference.
    Deltas,
}

impl Lane {
    /// Which number of a cell.
    pub const fn measure(self) -> Measure {
        match self {
            Self::Values => Measure::Value,
            Self::Deltas => Measure::Delta,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Values => "Curve",
            Self::Deltas => "Delta curve",
        }
    }
}

/// A plot and its room.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// What it shows.
    pub lane: Lane,
    /// In points.
    pub height: f32,
    /// Whether it has the frame numbers below.
    pub is_lowest: bool,
}

/// One line: place of the sequence in the sweep, place of the channel among the shown ones.
struct Drawn {
    sequence: usize,
    place: usize,
    curve: Curve,
}

/// Draws the plot.
pub fn ui(
    ui: &mut Ui,
    app: &App,
    sweep: &Sweep,
    (tracked, probe): (&Tracked, usize),
    frame: Frame,
    wishes: &mut Vec<Wish>,
) {
    let lines = lines(app, sweep, probe, frame.lane);
    let shown = range::shown(ui, &app.view);
    let in_sight = |number: i64| (shown.0..=shown.1).contains(&(number as f64));
    let points = lines.iter().flat_map(|line| line.curve.points());
    let (low, high) = axis_range(points.filter(|point| in_sight(point.0)).map(|(_, value)| value));
    let below = if frame.is_lowest { BELOW } else { 0.0 };
    let across = f64::from((ui.available_width() - LABEL.x) / LABEL.x);
    let upwards = f64::from((frame.height - below) / LABEL.y);
    let plot = Plot::new(("curve", tracked.id, frame.lane))
        .height(frame.height)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_background(false)
        .grid_color(theme::LINE)
        .grid_spacing(12.0..=220.0)
        .custom_x_axes(if frame.is_lowest { vec![axis(Axis::X)] } else { Vec::new() })
        .custom_y_axes(vec![axis(Axis::Y).min_thickness(LABEL.x)])
        .x_grid_spacer(move |input| marks(&input, across, 1.0))
        .y_grid_spacer(move |input| {
            away_from_edges(marks(&input, upwards, 0.0), &input, frame.height - below)
        })
        .label_formatter(|_| None)
        .sense(Sense::click_and_drag());
    let response = plot.show(ui, |plot| {
        let playhead = app.view.playback.frame().unwrap_or(0) as f64;
        plot.vline(VLine::new("playhead", playhead).color(theme::TEXT).width(1.0).allow_hover(false));
        for line in &lines {
            draw(plot, app, sweep, line);
        }
        plot.set_plot_bounds_x(shown.0..=shown.1);
        plot.set_plot_bounds_y(low..=high);
        plot.pointer_coordinate()
    });
    let painter = ui.painter().with_clip_rect(*response.transform.frame());
    ticks(&painter, app, sweep, &lines, &response.transform);
    let (at, response) = (response.inner.map(|at| at.x), response.response);
    named(&response, Role::Image, &format!("{} of {}", frame.lane.name(), title(&tracked.probe)));
    let pressed = response.dragged_by(PointerButton::Primary) || response.clicked();
    if let (true, Some(at)) = (pressed, at) {
        wishes.push(Action::Seek(at.round() as i64).into());
    }
    range::change(ui, &app.view, &response, at);
    if let (true, Some(at)) = (response.hovered(), at) {
        tooltip::ui(app, sweep, probe, &response, at);
    }
}

fn lines(app: &App, sweep: &Sweep, probe: usize, lane: Lane) -> Vec<Drawn> {
    let channels = app.view.curve_channels();
    let series = &sweep.series;
    let drawn = |s: &usize| lane == Lane::Values || series.reference_index != Some(*s);
    let sequences = (0..series.sequences.len()).filter(drawn);
    let each = sequences.flat_map(|s| channels.iter().enumerate().map(move |(place, c)| (s, place, *c)));
    let known = each.filter(|(.., channel)| *channel < series.channels.len());
    known
        .map(|(sequence, place, channel)| Drawn {
            sequence,
            place,
            curve: curve(series, [sequence, probe, channel], lane.measure()),
        })
        .collect()
}

fn draw<'a>(plot: &mut egui_plot::PlotUi<'a>, app: &App, sweep: &Sweep, drawn: &Drawn) {
    let index = sweep.sequences[drawn.sequence];
    let (name, colour) = (app.view.name(Some(index)), theme::sequence(&app.view.catalogue, index));
    for run in &drawn.curve.runs {
        let points: Vec<[f64; 2]> = run.iter().map(|(frame, value)| [*frame as f64, *value]).collect();
        if let [only] = points[..] {
            plot.points(Points::new(name, vec![only]).radius(1.8).color(colour).allow_hover(false));
        }
        let line = Line::new(name, PlotPoints::from(points)).color(colour).width(1.6).allow_hover(false);
        plot.line(line.style(style(drawn.place)));
    }
}

/// How the lines of the first, second ... shown channel are broken.
fn style(place: usize) -> LineStyle {
    match place % 4 {
        0 => LineStyle::Solid,
        1 => LineStyle::Dashed { length: 7.0 },
        2 => LineStyle::Dotted { spacing: 4.0 },
        _ => LineStyle::Dashed { length: 3.0 },
    }
}

/// That, under the name of a channel.
pub fn sample(ui: &Ui, name: Rect, place: usize) {
    let y = name.bottom() - 2.0;
    let ends = [pos2(name.left() + 3.0, y), pos2(name.right() - 3.0, y)];
    let stroke = Stroke::new(1.2, theme::TEXT);
    let shapes = match style(place) {
        LineStyle::Solid => vec![egui::Shape::line_segment(ends, stroke)],
        LineStyle::Dashed { length } => egui::Shape::dashed_line(&ends, stroke, length * 0.6, 2.0),
        LineStyle::Dotted { spacing } => egui::Shape::dotted_line(&ends, theme::TEXT, spacing, 0.8),
    };
    ui.painter().extend(shapes);
}

/// At the lower edge a mark for each frame in which a candidate changed, in its colour, a row each; and
/// one for each whose value is not a number, which no curve shows.
fn ticks(painter: &Painter, app: &App, sweep: &Sweep, lines: &[Drawn], transform: &PlotTransform) {
    let rect = *transform.frame();
    let width = (transform.dpos_dvalue_x().abs() as f32 * 0.6).clamp(1.0, 8.0);
    let x = |frame: i64| transform.position_from_point_x(frame as f64);
    let mut rows: Vec<usize> = lines.iter().map(|line| line.sequence).collect();
    rows.dedup();
    rows.retain(|sequence| sweep.series.reference_index != Some(*sequence));
    for line in lines {
        if let Some(row) = rows.iter().position(|sequence| *sequence == line.sequence) {
            let colour = theme::sequence(&app.view.catalogue, sweep.sequences[line.sequence]);
            let y = rect.bottom() - row as f32 * (TICK + 1.0);
            for frame in &line.curve.changed {
                let tick =
                    Rect::from_x_y_ranges(x(*frame) - width / 2.0..=x(*frame) + width / 2.0, y - TICK..=y);
                painter.rect_filled(tick, 0.0, colour);
            }
        }
        for frame in &line.curve.not_finite {
            painter.circle_filled(pos2(x(*frame), rect.bottom() - 4.0), 3.0, theme::NOT_A_NUMBER);
        }
    }
}

/// An axis all of whose lines have their number, however close they are.
fn axis<'a>(which: Axis) -> AxisHints<'a> {
    AxisHints::new(which).formatter(|mark, _| tick_label(mark.value)).label_spacing(8.0..=10.0)
}

/// Without those whose number would reach into what is above or below the plot.
fn away_from_edges(marks: Vec<GridMark>, input: &egui_plot::GridInput, height: f32) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let air = (high - low) * f64::from(5.0 / height.max(10.0));
    marks.into_iter().filter(|mark| (low + air..=high - air).contains(&mark.value)).collect()
}

fn marks(input: &egui_plot::GridInput, lines: f64, least: f64) -> Vec<GridMark> {
    let (values, step_size) = axis_steps(input.bounds.0, input.bounds.1, lines.min(12.0), least);
    values.into_iter().map(|value| GridMark { value, step_size }).collect()
}
