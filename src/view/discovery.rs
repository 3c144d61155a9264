//! Where changes are: which map over all frames is looked at, and the regions that it shows.

mod choices;
mod worst;

use std::sync::Arc;

pub use choices::{OverTime, Tab};
pub use worst::{AovOfFrame, WorstFrame, WorstOf, aovs_as_tsv, frames_as_tsv, pixels_as_tsv};

use super::Camera;
use crate::image::{Sample, Window};
use crate::metric::{Region, Regions};

/// One of the pixels that changed most, by the channel of its largest difference.
#[derive(Clone, Debug, PartialEq)]
pub struct WorstPixel {
    /// Which.
    pub at: (i32, i32),
    /// Name of the channel.
    pub channel: String,
    /// The value of the metric; `None` where there is none (not finite, or one side alone).
    pub value: Option<f32>,
    /// Stored in the candidate; `None` where it does not have the pixel.
    pub candidate: Option<Sample>,
    /// Stored in the reference.
    pub reference: Option<Sample>,
}

impl WorstPixel {
    /// Candidate − reference, of the stored values.
    pub fn delta(&self) -> Option<f64> {
        Some(self.candidate?.to_f64() - self.reference?.to_f64())
    }
}

/// Regions and pixels that changed, of one frame or over all.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// Regions, strongest first.
    pub regions: Regions,
    /// Pixels that changed most, of a frame's list.
    pub worst: Vec<WorstPixel>,
    /// Numbers of the frames by rank; `None` in a frame's list.
    pub frames: Option<Vec<i64>>,
    /// What it is a list of.
    pub title: String,
}

impl Changes {
    /// First changed, last changed, and peak frame of a region; `None` in a frame's list.
    pub fn span(&self, region: &Region) -> Option<[i64; 3]> {
        let (frames, span) = (self.frames.as_ref()?, region.span?);
        let number = |rank: u32| frames.get(rank as usize).copied();
        Some([number(span.first)?, number(span.last)?, number(span.peak)?])
    }
}

/// A wish about where changes are.
#[derive(Clone, Debug)]
pub enum DiscoveryAction {
    /// Show this map.
    SetMap(OverTime),
    /// The map after (+1) or before (−1) the shown one.
    StepMap(i64),
    /// Stop computing maps over all frames, and show the frame.
    Cancel,
    /// Show this tab.
    SetTab(Tab),
    /// List these below the regions.
    SetWorst(WorstOf),
    /// A list of changes was found; `None`: what was known is no more.
    Listed(Option<Arc<Changes>>),
    /// Go to a region of the list.
    Go(usize),
    /// The region after (+1) or before (−1) the one gone to.
    StepRegion(i64),
    /// A region of the list is pointed at, or none.
    Point(Option<usize>),
    /// Show the difference of that frame number.
    ShowFrame(i64),
}

/// Where changes are.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// What the canvas shows.
    pub map: OverTime,
    /// Whether maps over all frames are wanted; they stay when the frame is shown again.
    pub is_wanted: bool,
    /// What the right panel shows.
    pub tab: Tab,
    /// What is listed below the regions.
    pub worst: WorstOf,
    /// Changes of what is shown, once they are known.
    pub changes: Option<Arc<Changes>>,
    /// The region gone to.
    pub selected: Option<usize>,
    /// The region pointed at.
    pub pointed: Option<usize>,
    /// Size of the canvas in physical pixels, as last drawn.
    pub canvas: (f64, f64),
    /// A step that waits for the list.
    step: Option<i64>,
}

impl Discovery {
    /// Does what is asked for with the list and the maps; where to go from there.
    pub(super) fn apply(&mut self, action: DiscoveryAction, camera: &mut Camera) -> Option<i64> {
        match action {
            DiscoveryAction::SetMap(map) => self.set_map(map),
            DiscoveryAction::StepMap(by) => {
                let place = OverTime::ALL.iter().position(|map| *map == self.map).unwrap_or(0) as i64;
                let next = (place + by).rem_euclid(OverTime::ALL.len() as i64);
                self.set_map(OverTime::ALL[next as usize]);
            }
            DiscoveryAction::Cancel => (self.map, self.is_wanted) = (OverTime::Frame, false),
            DiscoveryAction::SetTab(tab) => {
                (self.tab, self.pointed) = (tab, None);
            }
            DiscoveryAction::SetWorst(worst) => self.worst = worst,
            DiscoveryAction::Listed(changes) => return self.take(changes, camera),
            DiscoveryAction::Go(index) => return self.go(index, camera),
            DiscoveryAction::StepRegion(by) => {
                self.tab = Tab::Changes;
                self.step = Some(by);
                return self.take_step(camera);
            }
            DiscoveryAction::Point(region) => self.pointed = region,
            DiscoveryAction::ShowFrame(frame) => {
                self.map = OverTime::Frame;
                return Some(frame);
            }
        }
        None
    }

    /// The frame changes by the user's will: a step that waited was meant for the one before.
    pub(super) fn forget_step(&mut self) {
        self.step = None;
    }

    /// The regions of the list that are drawn.
    pub fn regions(&self) -> &[Region] {
        self.changes.as_ref().map_or(&[], |changes| &changes.regions.strongest)
    }

    fn set_map(&mut self, map: OverTime) {
        if (self.map == OverTime::Frame) != (map == OverTime::Frame) {
            // A list of the one tells nothing of the other; all maps over frames have one list.
            (self.changes, self.selected, self.pointed) = (None, None, None);
        }
        self.map = map;
        self.is_wanted |= map != OverTime::Frame;
    }

    fn take(&mut self, changes: Option<Arc<Changes>>, camera: &mut Camera) -> Option<i64> {
        let place = |list: &Option<Arc<Changes>>, index: usize| {
            list.as_ref().and_then(|list| Some(list.regions.strongest.get(index)?.window))
        };
        // A list that grows with the frames: who stands at a region stays there.
        let stood = self.selected.and_then(|index| place(&self.changes, index));
        let found = changes.iter().flat_map(|changes| &changes.regions.strongest);
        self.selected = stood.and_then(|window| found.clone().position(|region| region.window == window));
        (self.changes, self.pointed) = (changes, None);
        self.take_step(camera)
    }

    fn take_step(&mut self, camera: &mut Camera) -> Option<i64> {
        let changes = self.changes.as_ref()?;
        let count = changes.regions.strongest.len() as i64;
        if count == 0 && changes.frames.is_some() {
            // Of the frames so far: there may be some in the next list.
            return None;
        }
        let by = self.step.take().filter(|_| count > 0)?;
        let next = match self.selected {
            Some(index) => (index as i64 + by).rem_euclid(count),
            None if by < 0 => count - 1,
            None => 0,
        };
        self.go(next as usize, camera)
    }

    /// Brings a region to the middle; the frame of its peak.
    fn go(&mut self, index: usize, camera: &mut Camera) -> Option<i64> {
        let changes = self.changes.clone()?;
        let region = changes.regions.strongest.get(index)?;
        self.selected = Some(index);
        camera.show(region.window, self.canvas);
        changes.span(region).map(|[_, _, peak]| peak)
    }
}

/// The list as text for a table: tab-separated, a line for each region.
pub fn as_tsv(changes: &Changes) -> String {
    let mut text = "rank\tx\ty\tw\th\tpixels\tvalueless\tweight\tpeak\tpeak_x\tpeak_y".to_owned();
    if changes.frames.is_some() {
        text.push_str("\tfirst_frame\tlast_frame\tpeak_frame");
    }
    text.push('\n');
    for (rank, region) in (1..).zip(&changes.regions.strongest) {
        let Window { x, y, width, height } = region.window;
        let (peak_x, peak_y) = region.peak_at;
        let Region { pixels, valueless, weight, peak, .. } = region;
        text.push_str(&format!(
            "{rank}\t{x}\t{y}\t{width}\t{height}\t{pixels}\t{valueless}\t{weight}\t{peak}\t{peak_x}\t{peak_y}"
        ));
        if let Some([first, last, peak]) = changes.span(region) {
            text.push_str(&format!("\t{first}\t{last}\t{peak}"));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Span;
    use crate::view::{Action, View};

    fn region(x: i32, peak: u32) -> Region {
        Region {
            window: Window::new(x, 4, 10, 5),
            pixels: 3,
            valueless: 0,
            weight: 1.5,
            peak: 1.0,
            peak_at: (x + 1, 4),
            span: Some(Span { first: 0, last: 2, peak }),
        }
    }

    fn listed(view: &mut View, regions: Vec<Region>) {
        let regions = Regions { total: regions.len(), strongest: regions };
        let frames = Some(vec![7, 8, 11]);
        let changes = Changes { regions, worst: Vec::new(), frames, title: String::new() };
        view.apply(Action::Discover(DiscoveryAction::Listed(Some(Arc::new(changes)))));
    }

    fn view() -> View {
        let mut view = View::default();
        view.playback.set_frames(vec![7, 8, 11]);
        view.discovery.canvas = (200.0, 100.0);
        view
    }

    #[test]
    fn going_to_a_region_shows_it_in_a_quarter_of_the_view_and_its_peak_frame() {
        let mut view = view();
        listed(&mut view, vec![region(-20, 2), region(50, 1)]);
        view.apply(Action::Discover(DiscoveryAction::Go(0)));
        assert_eq!((view.camera.centre, view.camera.zoom), ((-15.0, 6.5), 10.0));
        assert_eq!(view.playback.frame(), Some(11));
        view.apply(Action::Discover(DiscoveryAction::StepRegion(1)));
        assert_eq!((view.discovery.selected, view.playback.frame()), (Some(1), Some(8)));
        view.apply(Action::Discover(DiscoveryAction::StepRegion(1)));
        assert_eq!(view.discovery.selected, Some(0), "round the end");
    }

    #[test]
    fn a_step_waits_for_the_list_and_opens_its_tab() {
        let mut view = view();
        view.apply(Action::Discover(DiscoveryAction::StepRegion(-1)));
        assert_eq!((view.discovery.tab, view.discovery.selected), (Tab::Changes, None));
        listed(&mut view, vec![region(0, 0), region(50, 1)]);
        assert_eq!(view.discovery.selected, Some(1));
        view.apply(Action::Discover(DiscoveryAction::Listed(None)));
        view.apply(Action::Discover(DiscoveryAction::StepRegion(1)));
        view.apply(Action::Last);
        listed(&mut view, vec![region(0, 0), region(50, 1)]);
        assert_eq!(view.discovery.selected, None, "the step was meant for another frame");
        view.apply(Action::Discover(DiscoveryAction::Go(1)));
        listed(&mut view, vec![region(50, 1), region(0, 0), region(9, 0)]);
        assert_eq!(view.discovery.selected, Some(0), "the same region in the next list");
    }

    #[test]
    fn a_step_after_another_map_waits_for_the_list_of_that() {
        let mut view = view();
        listed(&mut view, vec![region(0, 0), region(50, 1)]);
        view.apply(Action::Discover(DiscoveryAction::Go(1)));
        view.apply(Action::Discover(DiscoveryAction::StepMap(1)));
        view.apply(Action::Discover(DiscoveryAction::StepRegion(1)));
        assert!(view.discovery.changes.is_none(), "what is listed is of the frame");
        listed(&mut view, Vec::new());
        listed(&mut view, vec![region(7, 2)]);
        assert_eq!((view.discovery.selected, view.playback.frame()), (Some(0), Some(11)));
    }

    #[test]
    fn maps_are_stepped_round_and_stay_wanted_until_cancelled() {
        let mut view = view();
        let step = |view: &mut View, by| view.apply(Action::Discover(DiscoveryAction::StepMap(by)));
        step(&mut view, 1);
        assert_eq!((view.discovery.map, view.discovery.is_wanted), (OverTime::Max, true));
        step(&mut view, -2);
        assert_eq!(view.discovery.map, OverTime::MaxFrame);
        view.apply(Action::Discover(DiscoveryAction::ShowFrame(8)));
        assert_eq!((view.discovery.map, view.playback.frame()), (OverTime::Frame, Some(8)));
        assert!(view.discovery.is_wanted);
        view.apply(Action::Discover(DiscoveryAction::Cancel));
        assert!(!view.discovery.is_wanted);
    }

    #[test]
    fn the_table_has_a_line_for_each_region() {
        let mut view = view();
        listed(&mut view, vec![region(-20, 2)]);
        let text = as_tsv(view.discovery.changes.as_ref().expect("listed"));
        assert_eq!(text.lines().nth(1), Some("1\t-20\t4\t10\t5\t3\t0\t1.5\t1\t-19\t4\t7\t11\t11"));
    }
}
