//! What a user may do with tracked things.

use super::Probes;
use crate::engine::{Placed, Probe, ProbeShape, united, without};
use crate::image::Window;

/// A wish that concerns what is tracked.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeAction {
    /// Track these too; the last is selected.
    Track(Vec<Probe>),
    /// Give the thing of that id a name.
    Rename(u64, String),
    /// Give it another colour of the palette.
    Recolour(u64, usize),
    /// Put it there. A pixel stays a pixel, and a mask as large as it is.
    Place(u64, Window),
    /// Move the selected, in pixels.
    Move(i32, i32),
    /// Make the selected rectangle wider and higher, in pixels.
    Resize(i32, i32),
    /// Track the selected a second time, a little apart.
    Duplicate,
    /// Paint pixels.
    Paint(Placed, Paint),
    /// Set the brush's radius in pixels.
    SetBrush(u32),
    /// Show or hide the curves of a channel.
    ToggleChannel(usize),
}

/// What painted pixels do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// They join the selected mask; without one they are a new mask.
    Join,
    /// They are a new mask.
    New,
    /// They leave the selected mask.
    Erase,
}

/// Longest name, in characters.
const LONGEST_NAME: usize = 80;
/// How far a copy stands from what it is a copy of, in pixels.
const BESIDE: i32 = 4;

impl Probes {
    /// Does what concerns the tracked things themselves.
    pub(in crate::view) fn apply(&mut self, action: ProbeAction) {
        match action {
            ProbeAction::Track(probes) => probes.into_iter().for_each(|probe| {
                self.track(probe);
            }),
            ProbeAction::Rename(id, name) => self.change(Some(id), |probe| probe.label = tidy(&name)),
            ProbeAction::Recolour(id, colour) => {
                if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
                    item.colour = colour;
                }
            }
            ProbeAction::Place(id, window) => self.change(Some(id), |probe| place(probe, window)),
            ProbeAction::Move(x, y) => self.change(self.selected, |probe| moved(probe, x, y)),
            ProbeAction::Resize(x, y) => self.change(self.selected, |probe| {
                let size = |size: u32, by: i32| size.saturating_add_signed(by).max(1);
                let Window { width, height, .. } = probe.window;
                let window = Window { width: size(width, x), height: size(height, y), ..probe.window };
                place(probe, window);
            }),
            ProbeAction::Duplicate => self.duplicate(),
            ProbeAction::Paint(pixels, paint) => self.paint(&pixels, paint),
            ProbeAction::SetBrush(_) | ProbeAction::ToggleChannel(_) => {}
        }
    }

    fn change(&mut self, id: Option<u64>, change: impl FnOnce(&mut Probe)) {
        if let Some(item) = self.items.iter_mut().find(|item| Some(item.id) == id) {
            change(&mut item.probe);
        }
    }

    fn duplicate(&mut self) {
        let Some(mut probe) = self.selected().map(|item| item.probe.clone()) else { return };
        moved(&mut probe, BESIDE, BESIDE);
        if !probe.label.is_empty() {
            probe.label = tidy(&format!("{} copy", probe.label));
        }
        self.track(probe);
    }

    fn paint(&mut self, pixels: &Placed, paint: Paint) {
        let selected = self.selected().map(|item| (item.id, &item.probe));
        let mask = selected.and_then(|(id, probe)| match &probe.shape {
            ProbeShape::Mask(mask) => Some((id, (probe.window, mask.clone()))),
            _ => None,
        });
        let painted = match (paint, mask) {
            (Paint::Erase, None) => return,
            (Paint::Erase, Some((id, mask))) => (id, without(&mask, pixels)),
            (Paint::Join, Some((id, mask))) => (id, Some(united(&mask, pixels))),
            (Paint::Join, None) | (Paint::New, _) => {
                self.track(Probe::mask(String::new(), pixels.clone()));
                return;
            }
        };
        match painted {
            (id, None) => self.remove(id),
            (id, Some((window, mask))) => self.change(Some(id), |probe| {
                (probe.window, probe.shape) = (window, ProbeShape::Mask(mask));
            }),
        }
    }
}

/// One line without blanks around it, not too long.
fn tidy(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(LONGEST_NAME).collect()
}

fn place(probe: &mut Probe, window: Window) {
    let Window { width, height, .. } = probe.window;
    probe.window = match probe.shape {
        ProbeShape::Region => Window { width: window.width.max(1), height: window.height.max(1), ..window },
        ProbeShape::Pixel | ProbeShape::Mask(_) => Window { width, height, ..window },
    };
}

fn moved(probe: &mut Probe, x: i32, y: i32) {
    let Window { x: left, y: top, .. } = probe.window;
    probe.window = Window { x: left.saturating_add(x), y: top.saturating_add(y), ..probe.window };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Mask, stroke};

    fn windows(probes: &Probes) -> Vec<Window> {
        probes.items().iter().map(|item| item.probe.window).collect()
    }

    #[test]
    fn the_selected_moves_and_a_rectangle_alone_grows() {
        let mut probes = Probes::default();
        let pixel = probes.add_pixel(3, 4).expect("room");
        let rectangle = probes.add_rectangle((10, 10), (12, 11)).expect("room");
        for action in [ProbeAction::Move(-1, 10), ProbeAction::Resize(2, -5), ProbeAction::Move(0, 1)] {
            probes.apply(action);
        }
        probes.select(pixel);
        probes.apply(ProbeAction::Move(10, 0));
        probes.apply(ProbeAction::Resize(5, 5));
        assert_eq!(windows(&probes), [Window::new(13, 4, 1, 1), Window::new(9, 21, 5, 1)]);
        probes.apply(ProbeAction::Place(rectangle, Window::new(0, 1, 0, 9)));
        probes.apply(ProbeAction::Place(pixel, Window::new(-7, 1, 8, 9)));
        assert_eq!(windows(&probes), [Window::new(-7, 1, 1, 1), Window::new(0, 1, 1, 9)]);
    }

    #[test]
    fn a_copy_is_another_thing() {
        let mut probes = Probes::default();
        let first = probes.add_rectangle((10, 10), (12, 11)).expect("room");
        probes.apply(ProbeAction::Rename(first, "  sleeve\n".into()));
        probes.apply(ProbeAction::Recolour(first, 5));
        probes.apply(ProbeAction::Duplicate);
        let copy = probes.selected().expect("the copy");
        assert_eq!((copy.probe.label.as_str(), copy.colour), ("sleeve copy", 0));
        assert_eq!(probes.items()[0].probe.label, "sleeve");
        assert_eq!(windows(&probes), [Window::new(10, 10, 3, 2), Window::new(14, 14, 3, 2)]);
    }

    #[test]
    fn strokes_join_the_selected_mask_and_erase_it() {
        let within = Window::of_size(100, 100);
        let dab = |x, y, radius| stroke((x, y), (x, y), radius, within).expect("inside");
        let mut probes = Probes::default();
        probes.apply(ProbeAction::Paint(dab(5, 5, 1), Paint::Erase));
        assert!(probes.items().is_empty(), "nothing to erase");
        probes.add_pixel(1, 1);
        probes.apply(ProbeAction::Paint(dab(10, 10, 2), Paint::Join));
        probes.apply(ProbeAction::Paint(dab(20, 10, 0), Paint::Join));
        assert_eq!(windows(&probes)[1], Window::new(8, 8, 13, 5));
        probes.apply(ProbeAction::Paint(dab(10, 10, 3), Paint::Erase));
        assert_eq!(windows(&probes)[1], Window::new(20, 10, 1, 1));
        probes.apply(ProbeAction::Paint(dab(50, 50, 3), Paint::New));
        assert_eq!(probes.items().len(), 3);
        probes.apply(ProbeAction::Paint(dab(50, 50, 3), Paint::Erase));
        assert_eq!(probes.items().len(), 2, "nothing is left of it");
    }

    #[test]
    fn a_mask_moves_without_a_copy_of_its_pixels() {
        let mut probes = Probes::default();
        let mask = Mask::of(Window::new(0, 0, 9, 9), |index| index % 2 == 0).expect("some");
        let before = mask.1.clone();
        probes.apply(ProbeAction::Track(vec![Probe::mask("id 42".into(), mask)]));
        probes.apply(ProbeAction::Move(10, -3));
        let probe = &probes.selected().expect("selected").probe;
        let ProbeShape::Mask(after) = &probe.shape else { panic!("a mask") };
        assert!(std::sync::Arc::ptr_eq(&before, after));
        assert_eq!((probe.window, probe.label.as_str()), (Window::new(10, -3, 9, 9), "id 42"));
    }
}
