//! One f32 per pixel of one compared frame.

use crate::image::Window;

/// The pixel counts as changed.
pub const FLAG_CHANGED: u8 = 1;
/// A non-finite value stands against another value there.
pub const FLAG_NON_FINITE: u8 = 2;
/// Only one side has the pixel.
pub const FLAG_UNCOVERED: u8 = 4;
/// The file of a side does not give the pixel: it is not compared, and no other flag is set.
pub const FLAG_UNREADABLE: u8 = 8;

/// One value per pixel over a window, row by row.
#[derive(Clone, Debug)]
pub struct DeltaMap {
    /// The pixels compared.
    pub window: Window,
    /// The metric's value in f32. Taken over the channels that are finite on both sides; 0 where
    /// none is (see `flags`), and where a side cannot be read. `abs` and `signed` are the f32 nearest to the exact difference of
    /// the stored samples, bit for bit on every back end.
    pub values: Vec<f32>,
    /// `FLAG_*` of each pixel.
    pub flags: Vec<u8>,
}

impl DeltaMap {
    /// Puts values and flags of the pixels of `rect`, row by row, into their places.
    ///
    /// # Panics
    /// When `rect` is not inside the window.
    pub fn put(&mut self, rect: Window, values: &[f32], flags: &[u8]) {
        let width = rect.width as usize;
        for (y, (values, flags)) in (rect.y..).zip(values.chunks(width).zip(flags.chunks(width))) {
            let start = self.window.index(rect.x, y).expect("the rectangle is inside the window");
            self.values[start..start + width].copy_from_slice(values);
            self.flags[start..start + width].copy_from_slice(flags);
        }
    }
}
