//! A picture in pieces that a device can take, and what a piece takes of it.
//!
//! Pieces are whole tiles of the uncut picture, and a tile's record depends on its own pixels
//! alone: the records, and all that follows from them, are the same whatever the pieces.

use super::room::ROW_PITCH;
use super::tile::{Records, TILE, tile_grid};
use crate::image::Window;
use crate::metric::Pair;

/// Sizes of one pair of planes on the device, and of its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Columns and rows that are compared.
    pub window: (u32, u32),
    /// Columns and rows of the candidate that are there, at least one.
    pub candidate: (u32, u32),
    /// The same of the reference.
    pub reference: (u32, u32),
    /// Channels compared.
    pub channels: u32,
    /// Bytes of a stored sample.
    pub sample_bytes: u32,
}

/// What a device takes at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    /// Pixels a side of a texture.
    pub side: u32,
    /// Bytes of one buffer.
    pub buffer_bytes: u64,
    /// Bytes of a buffer that a shader sees.
    pub binding_bytes: u64,
    /// Bytes of all that one shape takes.
    pub bytes: u64,
}

impl Shape {
    /// Of a piece of `size` of a pair with samples of `sample_bytes`.
    fn new(pair: &Pair<'_>, (width, height): (u32, u32), sample_bytes: u32) -> Self {
        let part = |data: Window| (data.width.clamp(1, width), data.height.clamp(1, height));
        Self {
            window: (width, height),
            candidate: part(pair.candidate.data_window),
            reference: part(pair.reference.data_window),
            channels: pair.channels.len() as u32,
            sample_bytes,
        }
    }

    /// Whether there is room in this for `other`.
    pub fn covers(&self, other: &Self) -> bool {
        let holds = |(w, h): (u32, u32), (w1, h1): (u32, u32)| w >= w1 && h >= h1;
        self.sample_bytes == other.sample_bytes
            && self.channels >= other.channels
            && holds(self.window, other.window)
            && holds(self.candidate, other.candidate)
            && holds(self.reference, other.reference)
    }

    /// Bytes of the buffer through which the samples go to the device.
    pub fn staging_bytes(&self) -> u64 {
        let plane = |(w, h): (u32, u32)| u64::from(pitch(w, self.sample_bytes)) * u64::from(h);
        (plane(self.candidate) + plane(self.reference)) * u64::from(self.channels)
    }

    /// Bytes of the records.
    pub fn record_bytes(&self) -> u64 {
        let (columns, rows) = tile_grid(Window::of_size(self.window.0, self.window.1));
        Records::size(u64::from(columns) * u64::from(rows))
    }

    /// Bytes of the buffer through which the map comes back; the flags take as many.
    pub fn map_bytes(&self) -> u64 {
        u64::from(pitch(self.window.0, 4)) * u64::from(self.window.1)
    }

    /// Bytes of everything: textures, results, and the buffers between them and the program.
    pub fn bytes(&self) -> u64 {
        let pixels = |(w, h): (u32, u32)| u64::from(w) * u64::from(h);
        let samples = (pixels(self.candidate) + pixels(self.reference)) * u64::from(self.channels);
        let textures = samples * u64::from(self.sample_bytes) + pixels(self.window) * 8;
        textures + self.staging_bytes() + 2 * self.map_bytes() + 2 * self.record_bytes()
    }

    fn fits(&self, most: &Most) -> bool {
        let buffer = self.staging_bytes().max(self.map_bytes()).max(self.record_bytes());
        self.window.0.max(self.window.1) <= most.side
            && buffer <= most.buffer_bytes
            && self.record_bytes() <= most.binding_bytes
            && self.bytes() <= most.bytes
    }
}

/// Bytes from one row to the next in a buffer.
pub(super) fn pitch(width: u32, pixel_bytes: u32) -> u32 {
    (width * pixel_bytes).next_multiple_of(ROW_PITCH)
}

/// The pieces of the compared window, row by row, and a shape for the largest of them. One piece
/// where the device takes it; at the least one tile, whatever `most` says.
pub(super) fn cut(pair: &Pair<'_>, sample_bytes: u32, most: &Most) -> (Shape, Vec<Window>) {
    let whole = pair.window;
    let shape = |size| Shape::new(pair, size, sample_bytes);
    let mut width = piece(whole.width, most.side);
    let height = loop {
        // The most rows of tiles; what a shape takes grows with them.
        let tiles = whole.height.div_ceil(TILE);
        let fits = |rows: u32| shape((width, whole.height.min(rows * TILE))).fits(most);
        let (mut low, mut high) = (0, tiles);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            (low, high) = if fits(middle) { (middle, high) } else { (low, middle - 1) };
        }
        if low > 0 || width <= TILE {
            break piece(whole.height, low.max(1) * TILE);
        }
        width = piece(whole.width, width / 2);
    };
    let starts = |len: u32, step: u32| (0..len).step_by(step as usize);
    let band = |x: u32, y: u32| {
        let (x, y) = (whole.x.wrapping_add_unsigned(x), whole.y.wrapping_add_unsigned(y));
        Window::new(x, y, width, height).intersection(&whole)
    };
    let rows = starts(whole.height, height);
    let bands = rows.flat_map(|y| starts(whole.width, width).map(move |x| (x, y)));
    (shape((width, height)), bands.map(|(x, y)| band(x, y)).collect())
}

/// The length of all pieces but the last of `len` where none may be over `most`: whole tiles, and
/// pieces about alike.
fn piece(len: u32, most: u32) -> u32 {
    if len <= most {
        return len;
    }
    let most = (most / TILE).max(1) * TILE;
    len.div_ceil(len.div_ceil(most)).next_multiple_of(TILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Plane, PlaneChannel, SampleType, Samples};

    const ALL: Most = Most { side: 16384, buffer_bytes: 1 << 31, binding_bytes: 1 << 27, bytes: u64::MAX };

    fn plane(window: Window) -> Plane {
        // No pixel is looked at.
        let channels = ["R", "G", "B"]
            .map(|name| PlaneChannel { name: name.to_owned(), samples: Samples::unset(SampleType::F16, 0) });
        Plane { data_window: window, display_window: window, channels: channels.into(), unreadable: vec![] }
    }

    /// Fails unless the pieces are whole tiles that fit, and cover each pixel once.
    #[track_caller]
    fn check(window: Window, most: &Most) -> usize {
        let plane = plane(window);
        let channels = vec![(0, 0), (1, 1), (2, 2)];
        let pair = Pair { candidate: &plane, reference: &plane, channels, window };
        let (shape, bands) = cut(&pair, 2, most);
        assert!(shape.fits(most) || (shape.window.0 <= TILE && shape.window.1 <= TILE), "{shape:?}");
        let mut pixels = 0;
        for band in &bands {
            pixels += band.pixels();
            assert_eq!(band.intersection(&window), *band);
            let (x, y) = ((band.x - window.x) as u32, (band.y - window.y) as u32);
            assert!(x.is_multiple_of(TILE) && y.is_multiple_of(TILE), "{band}");
            assert!(shape.covers(&Shape::new(&pair, (band.width, band.height), 2)), "{band}");
        }
        assert_eq!(pixels, window.pixels(), "{bands:?}");
        bands.len()
    }

    #[test]
    fn one_piece_where_all_fits() {
        assert_eq!(check(Window::new(-7, 3, 3840, 2160), &ALL), 1);
        assert_eq!(check(Window::of_size(1, 1), &Most { side: 1, ..ALL }), 1);
    }

    #[test]
    fn whole_tiles_where_it_does_not() {
        let window = Window::new(-7, 3, 1003, 777);
        assert_eq!(check(window, &Most { side: 777, ..ALL }), 2);
        assert_eq!(check(window, &Most { side: 100, ..ALL }), 11 * 9);
        assert_eq!(check(window, &Most { side: 1, ..ALL }), 63 * 49);
        assert!(check(window, &Most { bytes: 4_000_000, ..ALL }) > 5);
        assert!(check(window, &Most { bytes: 100_000, ..ALL }) > 100);
        assert_eq!(check(window, &Most { bytes: 0, ..ALL }), 63 * 49);
        assert!(check(window, &Most { buffer_bytes: 1 << 20, ..ALL }) > 5);
        assert!(check(window, &Most { binding_bytes: Records::size(63 * 10), ..ALL }) == 5);
        assert_eq!(check(Window::of_size(20_000, 40), &ALL), 2);
        assert_eq!(check(Window::of_size(i32::MAX as u32, 1), &ALL), 131_072);
    }
}
