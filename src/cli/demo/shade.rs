//! Colours and light of the demo's scene, scene linear.

use super::vector::{Vector, add, dot, mix, multiply, normalised, scale, smoothstep, subtract};

/// What is known of a point on the cloth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surface {
    pub place: Vector,
    pub normal: Vector,
    /// −1..=1 across the cloth.
    pub uv: [f64; 2],
    /// 0 deep in a fold, 1 on a ridge.
    pub openness: f64,
    /// Pixels from the frame before.
    pub motion: [f64; 2],
}

const KEY: Vector = [1.75, 1.56, 1.30];
const SKY: Vector = [0.30, 0.37, 0.50];
const BOUNCE: Vector = [0.16, 0.13, 0.11];

/// Where the key light is.
fn key_direction() -> Vector {
    normalised([-0.62, 0.85, 0.58])
}

/// The cloth's colour: teal with bands of coral and threads of cream.
pub(super) fn weave(uv: [f64; 2]) -> Vector {
    const TEAL: Vector = [0.035, 0.235, 0.270];
    const CORAL: Vector = [0.760, 0.200, 0.115];
    const CREAM: Vector = [0.840, 0.740, 0.560];
    let band = |at: f64, width: f64| {
        let from_middle = ((at * 2.5).rem_euclid(1.0) - 0.5).abs();
        1.0 - smoothstep(width, width + 0.03, from_middle)
    };
    let wide = (band(uv[0], 0.16) + band(uv[1], 0.16)) * 0.5;
    let thin = (band(uv[0] + 0.2, 0.025)).max(band(uv[1] + 0.2, 0.025));
    mix(mix(TEAL, CORAL, wide), CREAM, 0.75 * thin)
}

/// Cloth: soft light that wraps around, and a sheen where it is seen from the side.
pub(super) fn fabric(diffuse: Vector, normal: Vector, eye: Vector, surface: &Surface) -> Vector {
    let facing = dot(normal, key_direction());
    let key = ((facing + 0.25) / 1.25).max(0.0).powf(1.3);
    let near_floor = smoothstep(-0.3, 1.1, surface.place[1]);
    let open = (0.45 + 0.55 * surface.openness) * (0.55 + 0.45 * near_floor);
    let light = add(scale(KEY, key * (0.6 + 0.4 * surface.openness)), scale(ambient(normal), open));
    let sheen = (1.0 - dot(normal, eye).clamp(0.0, 1.0)).powi(4) * 0.22 * open;
    add(multiply(diffuse, light), scale([0.9, 0.95, 1.0], sheen))
}

/// A ball with a highlight; `shadow` scales the key light.
pub(super) fn polished(diffuse: Vector, normal: Vector, eye: Vector, shadow: f64) -> Vector {
    let key = dot(normal, key_direction()).max(0.0) * shadow;
    let half = normalised(add(key_direction(), eye));
    let highlight = dot(normal, half).max(0.0).powi(70) * 1.6 * shadow;
    let rim = (1.0 - dot(normal, eye).clamp(0.0, 1.0)).powi(5) * 0.35;
    let light = add(scale(KEY, key), scale(ambient(normal), 0.8));
    add(multiply(diffuse, light), add(scale(KEY, highlight), scale(SKY, rim)))
}

/// Floor: a plain matt surface under `light`.
pub(super) fn matt(diffuse: Vector, light: Vector) -> Vector {
    multiply(diffuse, light)
}

/// Large tiles, two greys.
pub(super) fn tiles(place: Vector) -> Vector {
    let side = |at: f64| (at / 0.8).floor() as i64;
    let light = (side(place[0]) + side(place[2])).rem_euclid(2) == 0;
    if light { [0.52, 0.49, 0.45] } else { [0.36, 0.34, 0.33] }
}

/// Light on the floor at `place`, under a cloth of this reach and beside balls.
pub(super) fn floor_light(place: Vector, reach: f64, balls: &[([f64; 2], f64)]) -> Vector {
    let mut key = key_direction()[1];
    let mut sky = 1.0 - 0.75 * (1.0 - smoothstep(0.55 * reach, 1.5 * reach, place[0].hypot(place[2])));
    key *= 1.0 - 0.92 * shadow(place, [0.0, 0.95, 0.0], 0.9 * reach.max(1.0), 0.4);
    for &([x, z], radius) in balls {
        key *= 1.0 - 0.9 * shadow(place, [x, radius, z], radius, 0.12);
        let away = (place[0] - x).hypot(place[2] - z) / radius;
        sky *= 1.0 - 0.6 * (1.0 - smoothstep(0.2, 1.5, away));
    }
    add(scale(KEY, key), scale(add(SKY, BOUNCE), sky))
}

/// How much a ball takes of the key light at `place`: 0..=1, soft over `blur`.
fn shadow(place: Vector, centre: Vector, radius: f64, blur: f64) -> f64 {
    let to = subtract(centre, place);
    let along = dot(to, key_direction());
    let beside = subtract(to, scale(key_direction(), along));
    1.0 - smoothstep(radius - blur, radius + blur, dot(beside, beside).sqrt())
}

/// The backdrop: dark above, lighter towards the horizon.
pub(super) fn backdrop(direction: Vector) -> Vector {
    let up = smoothstep(-0.22, 0.12, direction[1]);
    mix([0.30, 0.315, 0.34], [0.085, 0.10, 0.135], up)
}

fn ambient(normal: Vector) -> Vector {
    mix(BOUNCE, SKY, 0.5 + 0.5 * normal[1])
}
