//! What the user tracks: clicked pixels, drawn rectangles, painted masks.

mod edit;
mod paste;

use crate::engine::{Probe, ProbeShape};
use crate::image::Window;

pub use edit::{Paint, ProbeAction};
pub use paste::{PasteError, pasted};

/// Most probes at a time: a screen of curves has no room for more.
pub const MOST: usize = 32;

/// One tracked thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Never given twice.
    pub id: u64,
    /// Which colour of the palette it has.
    pub colour: usize,
    /// The pixels.
    pub probe: Probe,
}

/// All tracked things, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probes {
    items: Vec<Tracked>,
    selected: Option<u64>,
    next_id: u64,
}

impl Probes {
    /// In the order in which they were made.
    pub fn items(&self) -> &[Tracked] {
        &self.items
    }

    /// The one that stands out.
    pub fn selected(&self) -> Option<&Tracked> {
        self.items.iter().find(|item| Some(item.id) == self.selected)
    }

    /// Tracks the pixel (`x`, `y`); one that is tracked already is selected. `None` when full.
    pub fn add_pixel(&mut self, x: i32, y: i32) -> Option<u64> {
        self.add(Window::new(x, y, 1, 1), ProbeShape::Pixel)
    }

    /// Tracks the rectangle between two pixels, both inside it. `None` when full.
    pub fn add_rectangle(&mut self, a: (i32, i32), b: (i32, i32)) -> Option<u64> {
        self.add(rectangle(a, b), ProbeShape::Region)
    }

    fn add(&mut self, window: Window, shape: ProbeShape) -> Option<u64> {
        self.track(Probe { label: String::new(), window, shape })
    }

    /// Tracks `probe`; where the same pixels are tracked already, those are selected. `None` when full.
    pub fn track(&mut self, probe: Probe) -> Option<u64> {
        let same = |item: &&Tracked| item.probe.window == probe.window && item.probe.shape == probe.shape;
        let id = match self.items.iter().find(same) {
            Some(item) => item.id,
            None if self.items.len() >= MOST => return None,
            None => self.push(probe),
        };
        self.selected = Some(id);
        Some(id)
    }

    fn push(&mut self, probe: Probe) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let taken = |colour: usize| self.items.iter().any(|item| item.colour == colour);
        let colour = (0..).find(|&c| !taken(c)).expect("fewer probes than numbers");
        self.items.push(Tracked { id, colour, probe });
        id
    }

    /// Lets one stand out.
    pub fn select(&mut self, id: u64) {
        self.selected = Some(id);
    }

    /// Forgets one.
    pub fn remove(&mut self, id: u64) {
        self.items.retain(|item| item.id != id);
        if self.selected == Some(id) {
            self.selected = self.items.last().map(|item| item.id);
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.items.clear();
        self.selected = None;
    }
}

/// The smallest window that holds two pixels.
pub fn rectangle(a: (i32, i32), b: (i32, i32)) -> Window {
    Window::new(a.0, a.1, 1, 1).union(&Window::new(b.0, b.1, 1, 1))
}

/// Where a probe is: `12, 34`, `12, 34  8×5` or `mask 12, 34  8×5`.
pub fn place(probe: &Probe) -> String {
    let Window { x, y, width, height } = probe.window;
    match probe.shape {
        ProbeShape::Pixel => format!("{x}, {y}"),
        ProbeShape::Region => format!("{x}, {y}  {width}×{height}"),
        ProbeShape::Mask(_) => format!("mask {x}, {y}  {width}×{height}"),
    }
}

/// What a probe is called: its name, else where it is.
pub fn title(probe: &Probe) -> String {
    if probe.label.is_empty() { place(probe) } else { probe.label.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_pixel_is_tracked_once() {
        let mut probes = Probes::default();
        let first = probes.add_pixel(3, -4);
        probes.add_pixel(5, 5);
        assert_eq!(probes.add_pixel(3, -4), first);
        assert_eq!(probes.items().len(), 2);
        assert_eq!(probes.selected().map(|t| Some(t.id)), Some(first));
    }

    #[test]
    fn a_one_pixel_rectangle_is_no_pixel() {
        let mut probes = Probes::default();
        probes.add_pixel(3, 4);
        probes.add_rectangle((3, 4), (3, 4));
        assert_eq!(probes.items().len(), 2);
    }

    #[test]
    fn a_rectangle_holds_both_corners_whichever_way_it_was_drawn() {
        assert_eq!(rectangle((7, 9), (-2, 3)), Window::new(-2, 3, 10, 7));
    }

    #[test]
    fn a_freed_colour_is_given_again() {
        let mut probes = Probes::default();
        let ids: Vec<_> = (0..3).filter_map(|x| probes.add_pixel(x, 0)).collect();
        probes.remove(ids[1]);
        probes.add_pixel(9, 9);
        let colours: Vec<_> = probes.items().iter().map(|item| item.colour).collect();
        assert_eq!(colours, [0, 2, 1]);
    }

    #[test]
    fn there_is_an_end() {
        let mut probes = Probes::default();
        let added = (0..100).filter_map(|x| probes.add_pixel(x, 0)).count();
        assert_eq!(added, MOST);
    }
}
