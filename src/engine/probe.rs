//! What is tracked: pixels, rectangles and masks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::mask::{Mask, Placed};
use crate::image::Window;

/// Something tracked: a pixel (1 × 1), a rectangle or a mask, in absolute image coordinates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Probe {
    /// Name in exports; may be empty.
    pub label: String,
    /// The pixels; of a mask the smallest window that holds them.
    pub window: Window,
    /// Pixel or region: a region's value is a mean, even over one pixel.
    pub shape: ProbeShape,
}

/// What a probe tracks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeShape {
    /// One pixel: exact stored values.
    Pixel,
    /// A rectangle: statistics.
    Region,
    /// Any set of pixels, as large as the probe's window: statistics.
    Mask(Arc<Mask>),
}

impl ProbeShape {
    /// The word used in outputs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pixel => "pixel",
            Self::Region => "region",
            Self::Mask(_) => "mask",
        }
    }
}

impl Probe {
    /// A mask in its place.
    pub fn mask(label: String, (window, mask): Placed) -> Self {
        Self { label, window, shape: ProbeShape::Mask(mask) }
    }

    /// How many pixels it has.
    pub fn count(&self) -> u64 {
        match &self.shape {
            ProbeShape::Pixel | ProbeShape::Region => self.window.pixels(),
            ProbeShape::Mask(mask) => mask.count(),
        }
    }

    /// Its pixels inside `window`, row by row.
    pub fn pixels_in(&self, window: Window) -> impl Iterator<Item = (i32, i32)> {
        let inside = self.window.intersection(&window);
        let (left, right) = (i64::from(inside.x), inside.right());
        (inside.y..inside.bottom() as i32).flat_map(move |y| {
            let runs = self.runs(y).map(move |(first, end)| (first.max(left), end.min(right)));
            runs.flat_map(move |(first, end)| (first as i32..end.max(first) as i32).map(move |x| (x, y)))
        })
    }

    /// Whether one of its pixels is inside `window`.
    pub fn meets(&self, window: Window) -> bool {
        self.pixels_in(window).next().is_some()
    }

    /// Its runs in row `y`, which is one of its window, as (first, one past the last) column.
    fn runs(&self, y: i32) -> impl Iterator<Item = (i64, i64)> {
        let left = i64::from(self.window.x);
        let (whole, mask) = match &self.shape {
            ProbeShape::Pixel | ProbeShape::Region => (Some((left, self.window.right())), None),
            ProbeShape::Mask(mask) => (None, Some(mask)),
        };
        let row = (i64::from(y) - i64::from(self.window.y)) as u32;
        let of_mask = mask.into_iter().flat_map(move |mask| mask.row(row));
        let of_mask = of_mask.map(move |(first, len)| {
            let first = left + i64::from(first);
            (first, first + i64::from(len))
        });
        whole.into_iter().chain(of_mask)
    }
}

/// How a probe stands in files.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    #[serde(default)]
    label: String,
    window: Window,
    shape: WrittenShape,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenShape {
    Pixel,
    Region,
    /// Counts of pixels that do not belong and that do, by turns, row by row.
    Mask(Vec<usize>),
}

/// Most pixels of a mask that is read from a file: more than any picture has.
const MOST_PIXELS: u64 = 1 << 30;

impl TryFrom<Written> for Probe {
    type Error = String;

    fn try_from(Written { label, window, shape }: Written) -> Result<Self, String> {
        let wrong = |what: &str| format!("the tracked {window} {what}");
        let shape = match shape {
            WrittenShape::Pixel if window.pixels() != 1 => return Err(wrong("is no single pixel")),
            _ if window.is_empty() => return Err(wrong("has no pixel")),
            WrittenShape::Pixel => ProbeShape::Pixel,
            WrittenShape::Region => ProbeShape::Region,
            WrittenShape::Mask(_) if window.pixels() > MOST_PIXELS => return Err(wrong("is too large")),
            WrittenShape::Mask(counts) => {
                let mask = Mask::from_counts(window.width, window.height, &counts);
                ProbeShape::Mask(Arc::new(mask.ok_or_else(|| wrong("is smaller than its mask"))?))
            }
        };
        Ok(Self { label, window, shape })
    }
}

impl From<Probe> for Written {
    fn from(probe: Probe) -> Self {
        let shape = match &probe.shape {
            ProbeShape::Pixel => WrittenShape::Pixel,
            ProbeShape::Region => WrittenShape::Region,
            ProbeShape::Mask(mask) => WrittenShape::Mask(mask.to_counts()),
        };
        Self { label: probe.label, window: probe.window, shape }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> Probe {
        let ring = Mask::of(Window::new(-2, 3, 5, 4), |i| ![6, 7, 8, 11, 12].contains(&i)).expect("some");
        Probe::mask("ring".into(), ring)
    }

    #[test]
    fn the_pixels_of_a_mask_are_those_that_belong() {
        let probe = ring();
        let window = Window::new(-1, 4, 3, 9);
        let expected = [(1, 5), (-1, 6), (0, 6), (1, 6)];
        assert_eq!(probe.pixels_in(window).collect::<Vec<_>>(), expected);
        assert_eq!(probe.count(), 15);
        assert!(!probe.meets(Window::new(-1, 4, 2, 1)) && probe.meets(window));
        let region = Probe { shape: ProbeShape::Region, ..probe };
        assert_eq!(region.pixels_in(window).count(), 9);
    }

    #[test]
    fn files_give_a_probe_back() {
        let pixel = Probe { label: "a".into(), window: Window::new(-3, 4, 1, 1), shape: ProbeShape::Pixel };
        let region = Probe { window: Window::new(0, 1, 7, 2), shape: ProbeShape::Region, ..pixel.clone() };
        for probe in [pixel, region, ring()] {
            let text = serde_json::to_string(&probe).expect("written");
            assert_eq!(serde_json::from_str::<Probe>(&text).expect("read"), probe, "{text}");
        }
        let text = serde_json::to_string(&ring()).expect("written");
        assert!(text.contains("\"mask\":[0,6,3,2,2,7]"), "{text}");
        let wrong = text.replace("[0,6,3,2,2,7]", "[0,21]");
        assert!(serde_json::from_str::<Probe>(&wrong).is_err());
    }
}
