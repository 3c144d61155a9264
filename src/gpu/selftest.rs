//! Asks a device once whether it computes as the delta pass takes for granted: differences rounded
//! to nearest, ties to even; non-finite values told from bits; comparisons that mean what they say.
//! WGSL promises less than that, and a frame would not show it.

use super::kit::{Job, Kit, Unsettled};
use super::tile::{TILE_DOUBT, TILE_INEXACT, tile_rect};
use super::{Error, TILE};
use crate::image::{Plane, PlaneChannel, Samples, Window};
use crate::metric::{Metric, Pair, Partial, Rule, Want, rectangle_map};

/// Four tiles a side.
const WINDOW: Window = Window::of_size(4 * TILE, 4 * TILE);

/// Bits of (a, b) on which careless arithmetic shows. None is in doubt by its size, nor is rounded to a
/// power of two.
const AWKWARD: [(u32, u32); 18] = [
    (0x4bc0_0000, 0xbf80_0000), // 1.5·2²⁴ + 1: a tie, down to even
    (0x4b80_0001, 0xbf80_0000), // 2²⁴ + 3: a tie, up to even
    (0x3fc0_0000, 0x3380_0000), // 1.5 − 2⁻²⁴: a tie, up to even
    (0x3fc0_0000, 0xb380_0000), // 1.5 + 2⁻²⁴: a tie, down to even
    (0x3f80_0001, 0xb380_0000), // a tie, up to even
    (0x3f80_0000, 0xb380_0001), // just above the tie
    (0x3fc0_0000, 0xb37f_ffff), // just below it
    (0x3f80_0000, 0x3300_0001), // truncation would keep 1 − 2⁻²⁴
    (0x3fc0_0000, 0x0d80_0000), // 1.5 − 2⁻¹⁰⁰
    (0x3fc0_0000, 0x0000_0001), // a denormal beside 1.5
    (0x3f80_0000, 0x3f7f_ffff), // neighbours
    (0x7e80_0000, 0x7200_0001), // large
    (0x0000_0000, 0x8000_0000), // zeros are equal
    (0x7fc0_0000, 0x7f80_0001), // NaN equals NaN
    (0x7f80_0000, 0x7f80_0000), // infinity equals itself
    (0x7f80_0000, 0xff80_0000), // and not its opposite
    (0x7fc0_0000, 0x3f80_0000), // NaN against a number
    (0x3dcc_cccd, 0x3e4c_cccd), // 0.1 − 0.2
];

/// Compares fixed planes with and without tolerance.
///
/// # Errors
/// When the device fails, or is sure of a number that is not the definition's.
pub(super) fn check(kit: &Kit) -> Result<(), Error> {
    let [candidate, reference] = planes();
    let pair = pair(&candidate, &reference);
    for rule in rules() {
        let found = kit.unsettled(&Job { pair: &pair, rule: &rule, pixels: &[], over: None }, Want::Map)?;
        let fault = first_fault(&pair, &rule, &found.expect("three channels of f32 are the GPU's"));
        if let Some(reason) = fault {
            return Err(Error::Arithmetic { adapter: kit.gpu().adapter_name().to_owned(), reason });
        }
    }
    Ok(())
}

fn rules() -> [Rule; 2] {
    let exact = Rule::exact(Metric::Abs);
    [exact, Rule { abs: 0.01, rel: 0.05, ..exact }]
}

fn pair<'a>(candidate: &'a Plane, reference: &'a Plane) -> Pair<'a> {
    let channels = (0..candidate.channels.len()).map(|c| (c, c)).collect();
    Pair { candidate, reference, channels, window: WINDOW }
}

/// Three channels: [`AWKWARD`] both ways round, then values of any sign over 60 powers of two.
fn planes() -> [Plane; 2] {
    let sides = (0..3).map(|channel| (0..WINDOW.pixels() as u32).map(|i| bits(i, channel)).unzip());
    let (a, b): (Vec<Vec<u32>>, Vec<Vec<u32>>) = sides.unzip();
    [a, b].map(|side| Plane {
        data_window: WINDOW,
        display_window: WINDOW,
        unreadable: Vec::new(),
        channels: side
            .into_iter()
            .zip(["R", "G", "B"])
            .map(|(bits, name)| PlaneChannel {
                name: name.to_owned(),
                samples: Samples::F32(bits.into_iter().map(f32::from_bits).collect()),
            })
            .collect(),
    })
}

fn bits(i: u32, channel: u32) -> (u32, u32) {
    let count = AWKWARD.len() as u32;
    if i < 2 * count {
        // One channel differs at a time: else the largest difference would hide the others.
        let (a, b) = if i % 3 == channel { AWKWARD[(i / 2) as usize] } else { (0, 0) };
        return if i.is_multiple_of(2) { (a, b) } else { (b, a) };
    }
    // The multipliers are those of xxHash.
    let mut hash = (i * 3 + channel).wrapping_mul(0x9e37_79b1);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x85eb_ca77);
    hash ^= hash >> 13;
    let a_exponent = 127 - 30 + hash % 60;
    let b_exponent = a_exponent + (hash >> 8) % 29 - 14;
    let mantissas = (hash.wrapping_mul(0xc2b2_ae3d) >> 9, hash.wrapping_mul(0x27d4_eb2f) >> 9);
    let signs = (hash & 0x8000_0000, (hash << 1) & 0x8000_0000);
    (signs.0 | (a_exponent << 23) | mantissas.0, signs.1 | (b_exponent << 23) | mantissas.1)
}

/// What is wrong with the first tile that the device is sure of and should not be.
fn first_fault(pair: &Pair<'_>, rule: &Rule, found: &Unsettled) -> Option<String> {
    let map = found.map.as_ref().expect("it was asked for");
    for (index, tile) in found.records.tiles.iter().enumerate().filter(|(_, t)| t.bits & TILE_DOUBT == 0) {
        let rect = tile_rect(pair.window, index);
        let mut values = vec![0.0f32; rect.pixels() as usize];
        let mut flags = vec![0; values.len()];
        let right = rectangle_map(pair, rule, rect, &mut values, &mut flags);
        for i in 0..values.len() {
            let (x, y) = rect.pixel(i);
            let at = pair.window.index(x, y).expect("tiles are inside the window");
            if (map.values[at].to_bits(), map.flags[at]) != (values[i].to_bits(), flags[i]) {
                return Some(describe(pair, (x, y), (map.values[at], map.flags[at]), (values[i], flags[i])));
            }
        }
        let record = tile.partial(pair, rect, rule.metric);
        let counts = |p: &Partial| (p.changed, p.non_finite, p.compared_values, p.nan, p.inf);
        let is_exact = tile.bits & TILE_INEXACT == 0;
        if counts(&record) != counts(&right)
            || record.max_abs as f32 != right.max_abs as f32
            || (is_exact && (record.max_abs, record.max_at) != (right.max_abs, right.max_at))
        {
            return Some(format!("the record of the tile at {rect} is {record:?}, not {right:?}"));
        }
    }
    None
}

fn describe(pair: &Pair<'_>, (x, y): (i32, i32), found: (f32, u8), right: (f32, u8)) -> String {
    let (a, b) = pair.values(x, y).expect("both sides are everywhere");
    format!("the difference of {a:?} and {b:?} came out as {found:?}, not {right:?} (value, flags)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{Gpu, GpuBackend, Prefer};

    #[test]
    fn what_a_careless_device_would_say_is_refused() {
        let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
        let backend = GpuBackend::new(gpu).unwrap_or_else(|error| panic!("{error}"));
        let [candidate, reference] = planes();
        let pair = pair(&candidate, &reference);
        let found =
            |rule: &Rule| backend.unsettled(&pair, rule, Want::Map, &[]).expect("well").expect("a GPU job");
        for rule in &rules() {
            let right = found(rule);
            assert_eq!(first_fault(&pair, rule, &right), None);
            let sure = right.records.tiles.iter().filter(|t| t.bits & TILE_DOUBT == 0).count();
            let least =
                if rule.abs == 0.0 { right.records.tiles.len() } else { right.records.tiles.len() / 2 };
            assert!(sure >= least, "only {sure} tiles are tried with {rule:?}");
        }
        let rule = &rules()[0];
        let right = found(rule);
        let mut rounded_down = 0;
        for at in 0..WINDOW.pixels() as usize {
            let Some(truncated) = truncated(&pair, at) else { continue };
            let mut wrong = right.clone();
            let value = &mut wrong.map.as_mut().expect("asked for").values[at];
            if *value != truncated {
                *value = truncated;
                rounded_down += 1;
                let fault = first_fault(&pair, rule, &wrong).expect("it is seen");
                assert!(fault.starts_with("the difference of [F32("), "{fault}");
            }
            if rounded_down == 20 {
                break;
            }
        }
        assert_eq!(rounded_down, 20, "truncation would show");
        let mut wrong = right.clone();
        wrong.records.tiles[3].changed -= 1;
        assert!(first_fault(&pair, rule, &wrong).expect("it is seen").starts_with("the record of the tile"));
        let mut wrong = right;
        wrong.map.as_mut().expect("asked for").flags[1] ^= 1;
        assert!(first_fault(&pair, rule, &wrong).is_some());
    }

    /// The largest |a−b| of a pixel as a device that rounds towards zero gives it.
    fn truncated(pair: &Pair<'_>, at: usize) -> Option<f32> {
        let (x, y) = WINDOW.pixel(at);
        let (a, b) = pair.values(x, y).expect("both sides are everywhere");
        let deltas = a.iter().zip(&b).map(|(a, b)| (a.to_f64() - b.to_f64()).abs());
        let largest = deltas.fold(0.0, f64::max);
        let nearest = largest as f32;
        let down = if f64::from(nearest) > largest { nearest.next_down() } else { nearest };
        (largest.is_finite() && largest > 0.0).then_some(down)
    }
}
