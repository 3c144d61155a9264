//! The tolerance as the shader needs it: f32 bounds between which only f64 can tell.
//!
//! Let u = 2⁻²³, the largest relative error of one f32 operation (WGSL promises that + − × give one
//! of the two nearest values, / 2.5 units). With D and T the delta and the threshold of the
//! definition, and all operands in the normal range (the shader reports the others as doubtful):
//!
//! * `abs`, `signed`: the computed delta is D(1±u), the computed bounds are sums of non-negative
//!   products, each within 3u of exact. With margins of m = 2⁻¹⁸ = 32u: low ≤ T(1−m)(1+3u) <
//!   T(1−u)², so delta < low proves D < T; high likewise proves D > T. Flushed denormals lower a
//!   product by less than 2⁻¹²⁶: that only widens the band below, and the 2⁻¹¹⁰ added to high
//!   covers it above.
//! * `rel`: delta (u), floor as f32 (u), quotient (2.5u): under 5u.
//! * `sq`: delta twice (2u), square (u), three sums (3u), 1/n (u), product (u): under 9u.
//! * `length`: half of what `sq` has before the mean (3.5u), the root (5u): under 9u.
//! * `ulp`: integers, nothing is rounded.
//!
//! All are far inside m.
//! * `angle`: products (u) of components (u) that cancel at most to a 20th of their size (60u in all),
//!   their squares' root (5u), the dot product (4u), quotient (2.5u), arc tangent (3u) and what is made
//!   of it (2u): under 77u, and near right angles the quotient counts twice. For it m = 2⁻¹⁵ = 256u.
//!
//! The f64 roundings of the definition are below 2⁻³⁶ and vanish in it.

use crate::metric::{Metric, Rule};

const MARGIN: f64 = 1.0 / 262_144.0;
const ANGLE_MARGIN: f64 = 1.0 / 32_768.0;

/// Uniforms of the shader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Below `abs_low + rel_low · |b|`: certainly not changed.
    pub abs_low: f32,
    /// See `abs_low`.
    pub rel_low: f32,
    /// Above `abs_high + rel_high · |b|`: certainly changed.
    pub abs_high: f32,
    /// See `abs_high`.
    pub rel_high: f32,
    /// Least divisor of `rel`.
    pub floor: f32,
    /// Zero tolerance: any difference is a change, no arithmetic needed.
    pub exact: bool,
    /// Representable values that `ulp` allows.
    pub ulps: u32,
}

impl Threshold {
    /// `None` where f32 cannot hold the rule's numbers: the CPU then does the frame.
    pub fn new(rule: &Rule) -> Option<Self> {
        if rule.metric == Metric::Flip {
            return None;
        }
        // Above or below these the bounds would overflow or be flushed themselves.
        let fits = |v: f64| v == 0.0 || (1e-30..=1e30).contains(&v);
        let rel = if rule.metric.takes_relative_tolerance() { rule.rel } else { 0.0 };
        let floor = if rule.metric == Metric::Rel { rule.floor } else { 1.0 };
        if !(fits(rule.abs) && fits(rel) && (1e-30..=1e30).contains(&floor)) {
            return None;
        }
        let margin = if rule.metric == Metric::Angle { ANGLE_MARGIN } else { MARGIN };
        let low = |v: f64| (v * (1.0 - margin)) as f32;
        let high = |v: f64| (v * (1.0 + margin)) as f32;
        Some(Self {
            abs_low: low(rule.abs),
            rel_low: low(rel),
            abs_high: high(rule.abs) + 2.0f32.powi(-110),
            rel_high: high(rel),
            floor: floor as f32,
            exact: rule.abs == 0.0 && rel == 0.0,
            // An integer above `abs` is above the integer below it. Casting keeps to the range.
            ulps: rule.abs as u32,
        })
    }
}
