//! One decoded AOV of one frame.

use super::{Sample, Samples, Window};

/// One channel of a plane.
#[derive(Clone, Debug)]
pub struct PlaneChannel {
    /// Component name as the file spells it (`R`, `X`, `Z`, `red` ...).
    pub name: String,
    /// As many samples as the plane's data window has pixels, row by row.
    pub samples: Samples,
}

/// One decoded AOV of one frame: channels side by side (planar), each in its own stored type.
#[derive(Clone, Debug)]
pub struct Plane {
    /// The pixels that are there.
    pub data_window: Window,
    /// The picture that was meant; the data window may be larger (overscan) or smaller (crop).
    pub display_window: Window,
    /// In the AOV's own order (RGBA, XYZ ...); at least one.
    pub channels: Vec<PlaneChannel>,
    /// Pixels of the data window that the file does not give, because it is damaged or unfinished;
    /// empty for a sound file. Their samples are 0 and mean nothing. Top to bottom, then left to
    /// right; no two overlap.
    pub unreadable: Vec<Unreadable>,
}

/// A rectangle of pixels that a file does not give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Absolute pixels, inside the data window.
    pub window: Window,
    /// Whether the file is incomplete there (still being written, or cut short), rather than damaged.
    pub incomplete: bool,
    /// What is wrong, with file, part and position.
    pub reason: String,
}

/// Nuke and others spell out what most write as one letter.
fn short_name(component: &str) -> &str {
    const LONG: [(&str, &str); 4] = [("red", "R"), ("green", "G"), ("blue", "B"), ("alpha", "A")];
    let long = LONG.iter().find(|(long, _)| component.eq_ignore_ascii_case(long));
    long.map_or(component, |(_, short)| short)
}

impl Plane {
    /// The channel of that name: exactly, else whatever its case, else by its short or long name
    /// (`R` is `red`).
    pub fn channel_index(&self, name: &str) -> Option<usize> {
        let find = |same: &dyn Fn(&str) -> bool| self.channels.iter().position(|c| same(&c.name));
        find(&|other| other == name)
            .or_else(|| find(&|other| other.eq_ignore_ascii_case(name)))
            .or_else(|| find(&|other| short_name(other).eq_ignore_ascii_case(short_name(name))))
    }

    /// The stored values of all channels at an absolute pixel; `None` where [`Plane::index`] is.
    pub fn pixel(&self, x: i32, y: i32) -> Option<Vec<Sample>> {
        let index = self.index(x, y)?;
        Some(self.channels.iter().map(|c| c.samples.get(index)).collect())
    }

    /// Where the samples of an absolute pixel stand in each channel; `None` outside the data window
    /// and where the file does not give the pixel.
    pub fn index(&self, x: i32, y: i32) -> Option<usize> {
        let index = self.data_window.index(x, y)?;
        self.unreadable_at(x, y).is_none().then_some(index)
    }

    /// The unreadable rectangle at an absolute pixel, if the file does not give that pixel.
    pub fn unreadable_at(&self, x: i32, y: i32) -> Option<&Unreadable> {
        self.unreadable_in(Window::new(x, y, 1, 1)).next()
    }

    /// The unreadable rectangles with a pixel in `window`, in their order.
    pub fn unreadable_in(&self, window: Window) -> impl Iterator<Item = &Unreadable> {
        let above = self.unreadable.iter().take_while(move |u| i64::from(u.window.y) < window.bottom());
        above.filter(move |u| !u.window.intersection(&window).is_empty())
    }

    /// Whether the file gives not one pixel.
    pub fn is_all_unreadable(&self) -> bool {
        let pixels: u64 = self.unreadable.iter().map(|unreadable| unreadable.window.pixels()).sum();
        pixels > 0 && pixels >= self.data_window.pixels()
    }

    /// The pixels of `area` alone, as far as they are there.
    #[must_use]
    pub fn crop(&self, area: Window) -> Self {
        let area = area.intersection(&self.data_window);
        let (width, all) = (area.width as usize, self.data_window.width as usize);
        let first = if area.is_empty() { None } else { self.data_window.index(area.x, area.y) };
        let first = first.unwrap_or(0);
        let channel = |channel: &PlaneChannel| {
            let size = channel.samples.sample_type().bytes();
            let mut samples = Samples::unset(channel.samples.sample_type(), area.pixels() as usize);
            let from = channel.samples.as_bytes();
            for (row, to) in samples.as_bytes_mut().chunks_exact_mut((width * size).max(1)).enumerate() {
                to.copy_from_slice(&from[(first + row * all) * size..][..to.len()]);
            }
            PlaneChannel { name: channel.name.clone(), samples }
        };
        let inside = |unreadable: &Unreadable| {
            let window = unreadable.window.intersection(&area);
            (!window.is_empty()).then(|| Unreadable { window, ..unreadable.clone() })
        };
        Self {
            data_window: area,
            display_window: self.display_window,
            channels: self.channels.iter().map(channel).collect(),
            unreadable: self.unreadable.iter().filter_map(inside).collect(),
        }
    }

    /// Bytes of memory that the samples take.
    pub fn size_bytes(&self) -> u64 {
        self.channels.iter().map(|c| c.samples.as_bytes().len() as u64).sum()
    }
}
