//! The camera of the demo: a pinhole that looks down a little at the cloth.

use super::vector::{Vector, add, cross, dot, normalised, scale, subtract};

/// A pinhole camera.
pub(super) struct Camera {
    /// Columns of samples.
    pub width: usize,
    /// Rows of samples.
    pub height: usize,
    /// Where it stands.
    pub eye: Vector,
    right: Vector,
    up: Vector,
    forward: Vector,
    /// Samples per unit at distance 1.
    focal: f64,
}

impl Camera {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let eye = [0.75, 2.75, 6.3];
        let forward = normalised(subtract([0.05, 0.86, 0.0], eye));
        let right = normalised(cross(forward, [0.0, 1.0, 0.0]));
        let up = cross(right, forward);
        Self { width, height, eye, right, up, forward, focal: 2.25 * height as f64 }
    }

    /// Column and row (fractions count) of a place, and its depth.
    pub(super) fn project(&self, place: Vector) -> ([f64; 2], f64) {
        let to = subtract(place, self.eye);
        let depth = dot(to, self.forward);
        let x = self.width as f64 / 2.0 + self.focal * dot(to, self.right) / depth;
        let y = self.height as f64 / 2.0 - self.focal * dot(to, self.up) / depth;
        ([x, y], depth)
    }

    /// Distance along the camera's axis.
    pub(super) fn depth(&self, place: Vector) -> f64 {
        dot(subtract(place, self.eye), self.forward)
    }

    /// The unit direction through a column and row.
    pub(super) fn ray(&self, [x, y]: [f64; 2]) -> Vector {
        let across = scale(self.right, (x - self.width as f64 / 2.0) / self.focal);
        let down = scale(self.up, (self.height as f64 / 2.0 - y) / self.focal);
        normalised(add(self.forward, add(across, down)))
    }
}
