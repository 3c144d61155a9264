//! The errors of a whole pair: those of the passes, and where these do not decide, the CPU's.

use rayon::prelude::*;

use super::{FLIP_SLACK, FlipJob, FlipPass, GpuFlip};
use crate::gpu::{Error, Gpu, GpuPlane};
use crate::image::{Plane, Window};
use crate::metric::flip::{ExposureRange, FlipMap, channels, flip_rectangle, range};
use crate::metric::{Pair, Rule};

/// Columns and rows of what the CPU does at a time.
const TILE: u32 = 64;
/// How many times as long the CPU takes over a tile alone, for the pixels around it: where more than this
/// part of a frame is open, the CPU does all of it.
const TILE_COST: u64 = 3;

/// Errors of every pixel that both sides of `pair` have. They are [`FLIP_SLACK`] from the CPU's at
/// most, equal wherever that decides whether a pixel is above the rule's tolerance, and the largest is
/// the CPU's. `None` where this is no job for the GPU: the picture is over the device's limits or takes
/// more than `vram_bytes`, or pixels cannot be read.
///
/// # Errors
/// When the device fails.
pub fn flip_errors(
    pass: &std::sync::Mutex<FlipPass>,
    pair: &Pair<'_>,
    rule: &Rule,
    vram_bytes: u64,
) -> Result<Option<FlipMap>, Error> {
    let window = pair.covered();
    let Some(channels) = channels(pair).filter(|_| !window.is_empty() && !pair.has_unreadable()) else {
        return Ok(None);
    };
    let range = range(pair, &rule.flip);
    let found = {
        // One frame at a time: what it takes is not in the budget of the rooms.
        let pass = pass.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        run(&pass, pair, rule, (channels, range, window), vram_bytes)?
    };
    let Some(mut values) = found else { return Ok(None) };
    settle(pair, rule, range, window, &mut values);
    Ok(Some(FlipMap { window, values, range }))
}

type Task = ([(usize, usize); 3], Option<ExposureRange>, Window);

fn run(
    pass: &FlipPass,
    pair: &Pair<'_>,
    rule: &Rule,
    (channels, range, window): Task,
    vram_bytes: u64,
) -> Result<Option<Vec<f32>>, Error> {
    let gpu = &pass.gpu;
    let _turn = gpu.turn();
    // The map twice: where the passes write it and where it is read.
    let bytes = pair.candidate.size_bytes() + pair.reference.size_bytes() + window.pixels() * 8;
    let side = |plane: &Plane| plane.data_window.width.max(plane.data_window.height);
    if bytes > vram_bytes || side(pair.candidate).max(side(pair.reference)) > gpu.max_side() {
        return Ok(None);
    }
    let upload = |plane: &Plane| -> Result<GpuPlane, Error> { GpuPlane::upload(gpu, plane) };
    let (candidate, reference) = (upload(pair.candidate)?, upload(pair.reference)?);
    let job =
        FlipJob { candidate: &candidate, reference: &reference, channels, window, options: rule.flip, range };
    if job.supported().is_none() {
        return Ok(None);
    }
    let target = match GpuFlip::new(gpu, window, &rule.flip) {
        Err(Error::TooLarge { .. }) => return Ok(None),
        target => target?,
    };
    pass.run(&job, &target)?;
    let values = read(gpu, &target)?;
    Ok(Some(values))
}

fn read(gpu: &Gpu, target: &GpuFlip) -> Result<Vec<f32>, Error> {
    let values = target.read(gpu)?;
    gpu.check()?;
    Ok(values)
}

/// Replaces the errors of tiles with one near the tolerance, or near the largest of all.
fn settle(pair: &Pair<'_>, rule: &Rule, range: Option<ExposureRange>, window: Window, values: &mut [f32]) {
    let (low, high) = (rule.abs - f64::from(FLIP_SLACK), rule.abs + f64::from(FLIP_SLACK));
    let top = values.iter().copied().fold(0.0, f32::max) - 2.0 * FLIP_SLACK;
    let is_open = |value: f32| value >= top || (low..=high).contains(&f64::from(value));
    let columns = window.width.div_ceil(TILE);
    let tiles = 0..columns * window.height.div_ceil(TILE);
    let rect = |tile: u32| {
        let (x, y) = (window.x + (tile % columns * TILE) as i32, window.y + (tile / columns * TILE) as i32);
        Window::new(x, y, TILE, TILE).intersection(&window)
    };
    let rows = |rect: Window| {
        let start = move |y: i32| window.index(rect.x, y).expect("tiles are inside the window");
        (rect.y..rect.bottom() as i32).map(start).map(move |start| start..start + rect.width as usize)
    };
    let shared = &*values;
    let open = tiles
        .into_par_iter()
        .map(rect)
        .filter(|&rect| rows(rect).any(|row| shared[row].iter().any(|&value| is_open(value))));
    let open: Vec<Window> = open.collect();
    if open.iter().map(Window::pixels).sum::<u64>() * TILE_COST > window.pixels() {
        values.copy_from_slice(&flip_rectangle(pair, &rule.flip, range, window));
        return;
    }
    let settled: Vec<_> =
        open.into_par_iter().map(|rect| (rect, flip_rectangle(pair, &rule.flip, range, rect))).collect();
    for (rect, errors) in settled {
        for (row, errors) in rows(rect).zip(errors.chunks(rect.width as usize)) {
            values[row].copy_from_slice(errors);
        }
    }
}
