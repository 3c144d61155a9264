//! Rectangles of pixels in absolute image coordinates.

use serde::{Deserialize, Serialize};

/// A rectangle of pixels: x to the right, y down, in the absolute coordinates of the image
/// (an EXR's data window may start anywhere, below zero too).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// First column.
    pub x: i32,
    /// First row.
    pub y: i32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Window {
    /// The window whose first pixel is (`x`, `y`).
    pub const fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// A window at the origin.
    pub const fn of_size(width: u32, height: u32) -> Self {
        Self::new(0, 0, width, height)
    }

    /// Number of pixels.
    pub const fn pixels(&self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// True where there is no pixel at all.
    pub const fn is_empty(&self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// One past the last column.
    pub const fn right(&self) -> i64 {
        self.x as i64 + self.width as i64
    }

    /// One past the last row.
    pub const fn bottom(&self) -> i64 {
        self.y as i64 + self.height as i64
    }

    /// Whether the pixel (`x`, `y`) is inside.
    pub const fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.x && (x as i64) < self.right() && y >= self.y && (y as i64) < self.bottom()
    }

    /// Row-major index of the pixel (`x`, `y`), if it is inside.
    pub const fn index(&self, x: i32, y: i32) -> Option<usize> {
        if !self.contains(x, y) {
            return None;
        }
        let column = (x as i64 - self.x as i64) as usize;
        let row = (y as i64 - self.y as i64) as usize;
        Some(row * self.width as usize + column)
    }

    /// The pixel of a row-major index: the inverse of [`Window::index`].
    pub const fn pixel(&self, index: usize) -> (i32, i32) {
        let width = self.width as usize;
        let (column, row) = ((index % width) as i64, (index / width) as i64);
        ((self.x as i64 + column) as i32, (self.y as i64 + row) as i32)
    }

    /// The pixels that both windows hold; zero wide and zero high where they are apart.
    pub fn intersection(&self, other: &Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let width = (self.right().min(other.right()) - i64::from(x)).max(0);
        let height = (self.bottom().min(other.bottom()) - i64::from(y)).max(0);
        if width == 0 || height == 0 {
            return Self::new(x, y, 0, 0);
        }
        Self::new(x, y, width as u32, height as u32)
    }

    /// The smallest window that holds both. An empty window adds nothing.
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let width = self.right().max(other.right()) - i64::from(x);
        let height = self.bottom().max(other.bottom()) - i64::from(y);
        let clamp = |size: i64| u32::try_from(size).unwrap_or(u32::MAX);
        Self::new(x, y, clamp(width), clamp(height))
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}{:+}{:+}", self.width, self.height, self.x, self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn index_and_pixel_are_inverse_off_the_origin() {
        let window = Window::new(-3, 5, 7, 4);
        for index in 0..28 {
            let (x, y) = window.pixel(index);
            assert_eq!(window.index(x, y), Some(index));
        }
        assert_eq!(window.pixel(8), (-2, 6));
        assert_eq!(window.index(4, 5), None);
        assert_eq!(window.index(-3, 9), None);
    }

    #[test]
    fn union_and_intersection_of_overscan() {
        let (a, b) = (Window::new(-2, 0, 10, 5), Window::new(3, 2, 10, 10));
        assert_eq!(a.intersection(&b), Window::new(3, 2, 5, 3));
        assert_eq!(a.union(&b), Window::new(-2, 0, 15, 12));
        assert!(a.intersection(&Window::new(100, 0, 5, 5)).is_empty());
        let beside = a.intersection(&Window::new(0, 50, 5, 5));
        assert_eq!((beside.width, beside.height), (0, 0));
    }
}
