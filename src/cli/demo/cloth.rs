//! The shape of a square cloth that sinks over a ball.
//!
//! Seen from the side, the cloth follows the ball up to an angle that grows with time and leaves it
//! along the tangent: no thread gets longer. Around the ball it then has more length than it needs,
//! and the excess goes into folds.

use super::vector::{Vector, cross, normalised, smoothstep, subtract};

/// Half the side of the cloth, along its threads; the ball's radius is 1.
const HALF_SIDE: f64 = 1.75;
/// Height of the ball's centre over the floor.
pub(super) const BALL_HEIGHT: f64 = 1.0;
/// Distance of the cloth's middle surface from the ball.
const CLEARANCE: f64 = 0.02;
/// Folds around the ball.
const FOLDS: f64 = 9.0;
/// Where the crease starts, in the cloth's own coordinates.
const CREASE_CENTRE: [f64; 2] = [0.42, 0.86];

/// The cloth at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cloth {
    /// 0 at the first frame, 1 at the last.
    pub time: f64,
    /// How far the planted crease has spread, 0 (none) to 1.
    pub crease: f64,
}

impl Cloth {
    /// Where the point (`u`, `v`), both −1..=1 across the cloth, is in space.
    pub(super) fn position(&self, u: f64, v: f64) -> Vector {
        let (along, across) = (u * HALF_SIDE, v * HALF_SIDE);
        let distance = along.hypot(across).max(1e-9);
        let around = across.atan2(along);
        let (radius, height, lean) = self.profile(distance);
        let out = CLEARANCE + self.fold_height(distance, around, radius) + self.crease_height(along, across);
        let (radius, height) = (radius + out * lean.sin(), height + out * lean.cos());
        let height = BALL_HEIGHT + height;
        // Lies down on the floor softly instead of falling through it.
        let height = 0.015 + 0.5 * ((height - 0.015) + (height - 0.015).hypot(0.03));
        [radius * around.cos(), height, radius * around.sin()]
    }

    /// The unit normal at (`u`, `v`), on the outside.
    pub(super) fn normal(&self, u: f64, v: f64) -> Vector {
        const STEP: f64 = 1e-3;
        let along = subtract(self.position(u + STEP, v), self.position(u - STEP, v));
        let across = subtract(self.position(u, v + STEP), self.position(u, v - STEP));
        normalised(cross(across, along))
    }

    /// 0 deep inside a fold, 1 on its ridge: how much light gets there.
    pub(super) fn openness(&self, u: f64, v: f64) -> f64 {
        let (along, across) = (u * HALF_SIDE, v * HALF_SIDE);
        let distance = along.hypot(across).max(1e-9);
        let ridge = self.wave(distance, across.atan2(along));
        1.0 - smoothstep(0.5, 1.5, distance) * (1.0 - ridge)
    }

    /// Whether the crease displaces the cloth within `margin` of (`u`, `v`).
    pub(super) fn is_creased(&self, u: f64, v: f64, margin: f64) -> bool {
        let (du, dv) = (u * HALF_SIDE - CREASE_CENTRE[0], v * HALF_SIDE - CREASE_CENTRE[1]);
        self.crease > 0.0 && du.hypot(dv) < self.crease_radius() + margin * HALF_SIDE
    }

    /// How far the cloth reaches on the floor plan.
    pub(super) fn reach(&self) -> f64 {
        self.profile(HALF_SIDE).0
    }

    /// Radius from the axis, height over the ball's centre, and lean from level, of the point at
    /// `distance` from the middle along the threads.
    fn profile(&self, distance: f64) -> (f64, f64, f64) {
        let swing = 0.05 * (9.0 * self.time).sin() * (-2.5 * self.time).exp();
        let steepest = 0.22 + 1.22 * (1.0 - (-3.2 * self.time).exp()) + swing;
        let lean = distance.min(steepest);
        let free = (distance - steepest).max(0.0);
        (lean.sin() + free * lean.cos(), lean.cos() - free * lean.sin(), lean)
    }

    /// The excess of length around the ball, as height of folds; and the ripple of the fall.
    fn fold_height(&self, distance: f64, around: f64, radius: f64) -> f64 {
        let excess = (distance / radius.max(1e-9) - 1.0).max(0.0);
        let height = radius / FOLDS * (2.0 * excess).sqrt() * 1.6 * smoothstep(0.45, 1.5, distance);
        let ripple = 0.035 * (9.0 * distance - 16.0 * self.time).sin() * (-3.0 * self.time).exp();
        height * self.wave(distance, around) + ripple * smoothstep(0.3, 1.2, distance)
    }

    /// The folds around the ball, 0..=1.
    fn wave(&self, distance: f64, around: f64) -> f64 {
        let drift = 0.7 * (2.6 * self.time).sin();
        let main = (FOLDS * around + drift + 0.9 * distance).cos();
        let second = (5.0 * around - 1.3 * drift - 1.7 * distance).cos();
        0.5 + 0.36 * main + 0.14 * second
    }

    /// Ridges side by side, highest in the middle of the crease, flat at its rim.
    fn crease_height(&self, along: f64, across: f64) -> f64 {
        let (x, y) = (along - CREASE_CENTRE[0], across - CREASE_CENTRE[1]);
        let at = x.hypot(y) / self.crease_radius().max(1e-9);
        if self.crease <= 0.0 || at >= 1.0 {
            return 0.0;
        }
        let ridges = (std::f64::consts::TAU * (0.8 * x + 0.6 * y) / 0.21).cos();
        (0.035 + 0.045 * self.crease) * (1.0 - at * at).powi(2) * (0.55 + 0.45 * ridges)
    }

    fn crease_radius(&self) -> f64 {
        0.16 + 0.32 * self.crease
    }
}
