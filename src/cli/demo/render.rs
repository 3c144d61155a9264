//! The picture: cloth drawn triangle by triangle, ball, marbles and floor by rays.

use super::camera::Camera;
use super::cloth::{BALL_HEIGHT, Cloth};
use super::shade::{self, Surface};
use super::vector::{Vector, add, cross, dot, mix, normalised, scale, smoothstep, subtract};
use super::{HEIGHT, WIDTH};
use crate::image::Window;

/// Samples of a pixel along each side.
const SAMPLES: usize = 2;
/// Quads along each side of the cloth.
const QUADS: usize = 72;

/// Identifiers beyond 2²⁴: in a float, the two marbles would be one.
pub(super) const ID_CLOTH: u32 = 2_882_400_018;
const ID_BALL: u32 = 7;
const ID_FLOOR: u32 = 1;
/// The marbles that a planted change swaps.
pub(super) const ID_MARBLES: [u32; 3] = [16_777_216, 16_777_217, 3_405_691_582];

/// Balls on the floor: place, radius, colour.
const MARBLES: [([f64; 2], f64, Vector); 3] = [
    ([-1.80, 0.55], 0.3, [0.80, 0.52, 0.14]),
    ([-1.32, 1.45], 0.22, [0.82, 0.80, 0.74]),
    ([2.0, 0.6], 0.34, [0.13, 0.24, 0.62]),
];

/// What the camera sees through one pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pixel {
    /// Light, scene linear.
    pub beauty: Vector,
    /// 0 where nothing is hit.
    pub alpha: f64,
    /// Reflectance.
    pub diffuse: Vector,
    /// Distance along the camera's axis.
    pub depth: f64,
    /// Unit length, in space; zero where nothing is hit.
    pub normal: Vector,
    /// Pixels from the frame before.
    pub motion: [f64; 2],
    /// Which object.
    pub id: u32,
}

/// Draws the scene: [`WIDTH`] × [`HEIGHT`] pixels from the top.
pub(super) fn render(cloth: &Cloth, before: &Cloth) -> Vec<Pixel> {
    let camera = Camera::new(WIDTH * SAMPLES, HEIGHT * SAMPLES);
    let scene = Scene { cloth, before, camera: &camera };
    let samples = scene.draw_cloth();
    (0..WIDTH * HEIGHT).map(|index| scene.pixel(index, &samples)).collect()
}

/// Draws the pixels of `window` anew, over a picture that is right outside it.
pub(super) fn redraw(cloth: &Cloth, before: &Cloth, window: Window, mut pixels: Vec<Pixel>) -> Vec<Pixel> {
    let camera = Camera::new(WIDTH * SAMPLES, HEIGHT * SAMPLES);
    let scene = Scene { cloth, before, camera: &camera };
    let samples = scene.draw_cloth();
    for (index, pixel) in pixels.iter_mut().enumerate() {
        if window.contains((index % WIDTH) as i32, (index / WIDTH) as i32) {
            *pixel = scene.pixel(index, &samples);
        }
    }
    pixels
}

struct Scene<'a> {
    cloth: &'a Cloth,
    before: &'a Cloth,
    camera: &'a Camera,
}

/// A corner of the cloth's mesh.
#[derive(Clone, Copy)]
struct Corner {
    screen: [f64; 2],
    depth: f64,
    surface: Surface,
}

impl Scene<'_> {
    /// Depth and surface of the cloth at each sample that it covers.
    fn draw_cloth(&self) -> Vec<Option<(f64, Surface)>> {
        let mut samples = vec![None; self.camera.width * self.camera.height];
        let row = QUADS + 1;
        let corners: Vec<Corner> =
            (0..row * row).map(|index| self.corner(index % row, index / row)).collect();
        for quad in 0..QUADS * QUADS {
            let first = quad / QUADS * row + quad % QUADS;
            let [a, b, c, d] = [first, first + 1, first + row, first + row + 1].map(|index| corners[index]);
            self.draw_triangle([a, b, c], &mut samples);
            self.draw_triangle([b, d, c], &mut samples);
        }
        samples
    }

    fn corner(&self, column: usize, line: usize) -> Corner {
        let (u, v) = mesh_point(column, line);
        let place = self.cloth.position(u, v);
        let (screen, depth) = self.camera.project(place);
        let (old, _) = self.camera.project(self.before.position(u, v));
        let per_pixel = 1.0 / SAMPLES as f64;
        let motion = [(screen[0] - old[0]) * per_pixel, (screen[1] - old[1]) * per_pixel];
        let normal = self.cloth.normal(u, v);
        let surface = Surface { place, normal, uv: [u, v], openness: self.cloth.openness(u, v), motion };
        Corner { screen, depth, surface }
    }

    fn draw_triangle(&self, corners: [Corner; 3], samples: &mut [Option<(f64, Surface)>]) {
        let [a, b, c] = corners;
        let area = edge(a.screen, b.screen, c.screen);
        if area.abs() < 1e-9 || corners.iter().any(|corner| corner.depth <= 0.1) {
            return;
        }
        let (columns, lines) = (self.span(corners, 0), self.span(corners, 1));
        for y in lines {
            for x in columns.clone() {
                let at = [x as f64 + 0.5, y as f64 + 0.5];
                let weights = [
                    edge(b.screen, c.screen, at),
                    edge(c.screen, a.screen, at),
                    edge(a.screen, b.screen, at),
                ]
                .map(|weight| weight / area);
                if weights.iter().any(|&weight| weight < 0.0) {
                    continue;
                }
                let (depth, surface) = interpolate(corners, weights);
                let sample = &mut samples[y * self.camera.width + x];
                if sample.is_none_or(|(nearest, _)| depth < nearest) {
                    *sample = Some((depth, surface));
                }
            }
        }
    }

    /// The columns (`axis` 0) or lines that a triangle may touch.
    fn span(&self, corners: [Corner; 3], axis: usize) -> std::ops::Range<usize> {
        let size = if axis == 0 { self.camera.width } else { self.camera.height };
        let places = corners.map(|corner| corner.screen[axis]);
        let least = places.iter().copied().fold(f64::INFINITY, f64::min);
        let most = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (least.floor().max(0.0) as usize)..(most.ceil().clamp(0.0, size as f64) as usize)
    }

    fn pixel(&self, index: usize, samples: &[Option<(f64, Surface)>]) -> Pixel {
        let (column, line) = (index % WIDTH, index / WIDTH);
        let all: [Pixel; SAMPLES * SAMPLES] = std::array::from_fn(|sample| {
            let (x, y) = (column * SAMPLES + sample % SAMPLES, line * SAMPLES + sample / SAMPLES);
            self.sample(x, y, samples[y * self.camera.width + x])
        });
        let mean = |of: &dyn Fn(&Pixel) -> Vector| {
            scale(all.iter().map(of).fold([0.0; 3], add), 1.0 / all.len() as f64)
        };
        let grain = 1.0 + 0.03 * (hash(column as u32, line as u32) - 0.5);
        let beauty = scale(mean(&|pixel| pixel.beauty), grain);
        let alpha = mean(&|pixel| [pixel.alpha; 3])[0];
        // Means of depths, normals and ids are nothing that is there: these take one sample.
        Pixel { beauty, alpha, diffuse: mean(&|pixel| pixel.diffuse), ..all[0] }
    }

    fn sample(&self, x: usize, y: usize, cloth: Option<(f64, Surface)>) -> Pixel {
        let direction = self.camera.ray([x as f64 + 0.5, y as f64 + 0.5]);
        let nearest = cloth.map_or(f64::INFINITY, |(depth, _)| depth);
        match self.solid(direction).filter(|solid| solid.depth < nearest) {
            Some(pixel) => pixel,
            None => match cloth {
                Some((depth, surface)) => self.cloth_pixel(depth, surface),
                None => self.ground(direction),
            },
        }
    }

    fn cloth_pixel(&self, depth: f64, surface: Surface) -> Pixel {
        let eye = normalised(subtract(self.camera.eye, surface.place));
        let unit = normalised(surface.normal);
        let normal = if dot(unit, eye) < 0.0 { scale(unit, -1.0) } else { unit };
        let diffuse = shade::weave(surface.uv);
        let beauty = shade::fabric(diffuse, normal, eye, &surface);
        Pixel { beauty, alpha: 1.0, diffuse, depth, normal, motion: surface.motion, id: ID_CLOTH }
    }

    /// The ball and the marbles.
    fn solid(&self, direction: Vector) -> Option<Pixel> {
        let ball = ([0.0, BALL_HEIGHT, 0.0], 1.0, [0.62, 0.60, 0.58], ID_BALL);
        let marbles = MARBLES.iter().zip(ID_MARBLES);
        let marbles = marbles.map(|(&([x, z], radius, colour), id)| ([x, radius, z], radius, colour, id));
        let hits = std::iter::once(ball).chain(marbles).filter_map(|(centre, radius, diffuse, id)| {
            let along = hit_ball(self.camera.eye, direction, centre, radius)?;
            let place = add(self.camera.eye, scale(direction, along));
            let normal = scale(subtract(place, centre), 1.0 / radius);
            let shadow = if id == ID_BALL { 0.45 } else { 1.0 };
            let beauty = shade::polished(diffuse, normal, scale(direction, -1.0), shadow);
            let depth = self.camera.depth(place);
            Some(Pixel { beauty, alpha: 1.0, diffuse, depth, normal, motion: [0.0; 2], id })
        });
        hits.min_by(|a, b| a.depth.total_cmp(&b.depth))
    }

    /// The floor, lost in the distance; the backdrop above.
    fn ground(&self, direction: Vector) -> Pixel {
        let backdrop = shade::backdrop(direction);
        let empty = Pixel {
            beauty: backdrop,
            alpha: 0.0,
            diffuse: [0.0; 3],
            depth: 1e10,
            normal: [0.0; 3],
            motion: [0.0; 2],
            id: 0,
        };
        if direction[1] > -1e-3 {
            return empty;
        }
        let place = add(self.camera.eye, scale(direction, -self.camera.eye[1] / direction[1]));
        let away = place[0].hypot(place[2]);
        if away > 40.0 {
            return empty;
        }
        let diffuse = shade::tiles(place);
        let light =
            shade::floor_light(place, self.cloth.reach(), &MARBLES.map(|(at, radius, _)| (at, radius)));
        let beauty = mix(shade::matt(diffuse, light), backdrop, smoothstep(3.5, 13.0, away));
        let depth = self.camera.depth(place);
        Pixel { beauty, alpha: 1.0, diffuse, depth, normal: [0.0, 1.0, 0.0], id: ID_FLOOR, ..empty }
    }
}

/// The pixels that the crease can touch: (x, y) of the first, (x, y) after the last.
pub(super) fn crease_bounds(plain: &Cloth, creased: &Cloth) -> [f64; 4] {
    let camera = Camera::new(WIDTH, HEIGHT);
    let row = QUADS + 1;
    let near = (0..row * row).map(|index| mesh_point(index % row, index / row));
    let near = near.filter(|&(u, v)| creased.is_creased(u, v, 4.0 / QUADS as f64));
    let places = near.flat_map(|(u, v)| [plain, creased].map(|cloth| camera.project(cloth.position(u, v)).0));
    places.fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |bounds, [x, y]| {
        [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)]
    })
}

fn mesh_point(column: usize, line: usize) -> (f64, f64) {
    let at = |index: usize| 2.0 * index as f64 / QUADS as f64 - 1.0;
    (at(column), at(line))
}

fn edge(a: [f64; 2], b: [f64; 2], at: [f64; 2]) -> f64 {
    cross([b[0] - a[0], b[1] - a[1], 0.0], [at[0] - a[0], at[1] - a[1], 0.0])[2]
}

/// Depth and surface at `weights` on the screen, in perspective.
fn interpolate(corners: [Corner; 3], weights: [f64; 3]) -> (f64, Surface) {
    let inverse: [f64; 3] = std::array::from_fn(|index| weights[index] / corners[index].depth);
    let depth = 1.0 / inverse.iter().sum::<f64>();
    let share = inverse.map(|part| part * depth);
    let blend =
        |of: &dyn Fn(&Surface) -> f64| -> f64 { (0..3).map(|at| share[at] * of(&corners[at].surface)).sum() };
    let surface = Surface {
        place: std::array::from_fn(|axis| blend(&|surface| surface.place[axis])),
        normal: std::array::from_fn(|axis| blend(&|surface| surface.normal[axis])),
        uv: std::array::from_fn(|axis| blend(&|surface| surface.uv[axis])),
        openness: blend(&|surface| surface.openness),
        motion: std::array::from_fn(|axis| blend(&|surface| surface.motion[axis])),
    };
    (depth, surface)
}

fn hit_ball(from: Vector, direction: Vector, centre: Vector, radius: f64) -> Option<f64> {
    let to = subtract(from, centre);
    let (b, c) = (dot(to, direction), dot(to, to) - radius * radius);
    let root = b * b - c;
    (root > 0.0).then(|| -b - root.sqrt()).filter(|&along| along > 0.0)
}

/// A number 0..1 for each pixel, always the same.
fn hash(x: u32, y: u32) -> f64 {
    let mut bits = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ 0x2545_F491;
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2C1B_3C6D);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297A_2D39);
    f64::from(bits ^ (bits >> 15)) / f64::from(u32::MAX)
}
