//! What a user may wish for: the only way in which the view changes.

use super::{
    DiscoveryAction, DisplayAction, Entry, Mode, ProbeAction, Quantity, Shown, TimeAction, Tool, Viewport,
    Workspace,
};
use crate::metric::Metric;

/// A wish of the user.
#[derive(Clone, Debug)]
pub enum Action {
    /// Sequences were found and read.
    Opened(Vec<Entry>),
    /// Read all open sequences anew, which the viewer does in the background.
    Reload,
    /// Forget a sequence.
    Close(usize),
    /// Let a sequence take part, or not.
    SetShown(usize, Shown),
    /// Compare with this one.
    SetReference(usize),
    /// Look at this one.
    SetCandidate(usize),
    /// The sequence after (+1) or before (−1) the shown candidate.
    StepCandidate(i64),
    /// Show this AOV.
    SetAov(String),
    /// The AOV after (+1) or before (−1) the shown one.
    StepAov(i64),
    /// Change what the canvas shows.
    SetMode(Mode),
    /// Change the tool.
    SetTool(Tool),
    /// Absolute tolerance of the shown AOV.
    SetTolerance(f64),
    /// Metric of the shown AOV; `None`: by its kind.
    SetMetric(Option<Metric>),
    /// Largest value of the legend; `None`: the frame's own maximum.
    SetHeatRange(Option<f64>),
    /// Exposure in stops.
    SetExposure(f32),
    /// Add to the exposure, in stops.
    AddExposure(f32),
    /// Show the whole picture.
    Fit,
    /// One image pixel to one screen pixel.
    OneToOne,
    /// Move the picture, in physical screen pixels.
    Pan((f64, f64)),
    /// Zoom by a factor at a point of the screen.
    Zoom(Viewport, (f64, f64), f64),
    /// Bring a pixel to the middle.
    FlyTo(i32, i32),
    /// Move the wipe line, 0..=1 of the viewport's width.
    SetWipe(f32),
    /// Track a pixel.
    TrackPixel(i32, i32),
    /// Track the rectangle between two pixels.
    TrackRectangle((i32, i32), (i32, i32)),
    /// Let a tracked thing stand out.
    SelectProbe(u64),
    /// Stop tracking.
    RemoveProbe(u64),
    /// Stop tracking everything.
    ClearProbes,
    /// Change what is tracked, or how.
    Probe(ProbeAction),
    /// Go to a frame number.
    Seek(i64),
    /// Step over frames.
    Step(i64),
    /// First frame.
    First,
    /// Last frame.
    Last,
    /// Next (+1) or previous (−1) frame with a change.
    StepChange(i64),
    /// Play or rest.
    TogglePlay,
    /// Play that way, faster with each press.
    Shuttle(i64),
    /// Rest.
    Stop,
    /// Start the played range here.
    SetIn,
    /// End the played range here.
    SetOut,
    /// Which channel the curves show.
    SetCurveChannel(usize),
    /// Which number the curves show.
    SetQuantity(Quantity),
    /// Exposure, range and camera as at the start.
    ResetView,
    /// Rate, repeat and range of playing.
    Time(TimeAction),
    /// Show or hide what changed in which AOV.
    ToggleMatrix,
    /// About where changes are.
    Discover(DiscoveryAction),
    /// Change how pictures and deltas become colours.
    Display(DisplayAction),
    /// Take back the newest change of what is compared, how, and what is tracked.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Show a workspace; what its sequences led to, by their places in it.
    Restore(Box<Workspace>, Vec<(usize, Entry)>),
}
