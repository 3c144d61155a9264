//! States of the delta: what they hold, and that no order shows.

use aovscope::image::Window;
use aovscope::metric::{
    DeltaMap, DeltaMaps, DeltaState, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, NEVER,
};

use super::exact::{Noise, moments};

const ALL_ROWS: std::ops::Range<i64> = i64::MIN..i64::MAX;

/// A delta map and the pixels that both sides have.
type Frame = (DeltaMap, Window);

/// Maps whose windows wander, with every flag, over values of all magnitudes.
fn frames(count: usize) -> Vec<Frame> {
    let mut noise = Noise(0x9e37_79b9);
    let frame = |i: usize| {
        let shift = (i % 3) as i32;
        let window = Window::new(-5 - shift, -3 + shift, 700 + 7 * shift as u32, 21);
        let covered = if i % 4 == 1 { Window::new(-4, 0, 690, 15) } else { window };
        let mut map = DeltaMap { window, values: Vec::new(), flags: Vec::new() };
        for index in 0..window.pixels() as usize {
            let (x, y) = window.pixel(index);
            let (value, flags) = if !covered.contains(x, y) {
                (0.0, if y < 0 { 0 } else { FLAG_CHANGED | FLAG_UNCOVERED })
            } else {
                pixel(&mut noise, (x, y))
            };
            map.values.push(value);
            map.flags.push(flags);
        }
        (map, covered)
    };
    (0..count).map(frame).collect()
}

fn pixel(noise: &mut Noise, (x, y): (i32, i32)) -> (f32, u8) {
    match (x, y) {
        (_, 5) => (0.0, 0),
        (_, 6) => (0.25, if x % 5 == 0 { FLAG_CHANGED } else { 0 }),
        (300..400, _) => (0.0, 0),
        _ => match noise.below(50) {
            0 => (0.0, FLAG_CHANGED | FLAG_NON_FINITE),
            1 => (noise.wide(), FLAG_CHANGED | FLAG_NON_FINITE),
            2 => (0.0, FLAG_UNREADABLE),
            3 => (f32::INFINITY, FLAG_CHANGED),
            4 => (-0.0, 0),
            _ => (noise.wide(), FLAG_CHANGED),
        },
    }
}

fn added(frames: &[Frame], order: impl IntoIterator<Item = usize>) -> DeltaState {
    let state = DeltaState::new(ALL_ROWS);
    order.into_iter().for_each(|i| state.add(i as u32, &frames[i].0, frames[i].1));
    state
}

/// To the bit: NaN included.
pub fn bits(maps: &DeltaMaps) -> Vec<Vec<u32>> {
    let floats = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
    let DeltaMaps { window, max, max_frame, mean, rms, std, changed, first_changed, last_changed, frames } =
        maps;
    let place = vec![window.x as u32, window.y as u32, window.width, window.height];
    let counts = [max_frame, changed, first_changed, last_changed, frames].map(Clone::clone);
    [place, floats(max), floats(mean), floats(rms), floats(std)].into_iter().chain(counts).collect()
}

/// One pixel's values over frames, (rank, value), and the ranks of the frames in which it changed.
fn history(frames: &[Frame], (x, y): (i32, i32)) -> (Vec<(u32, f32)>, Vec<u32>) {
    let (mut values, mut changed) = (Vec::new(), Vec::new());
    for (rank, (map, covered)) in (0..).zip(frames) {
        let Some(index) = map.window.index(x, y) else { continue };
        let (value, flags) = (map.values[index], map.flags[index]);
        if flags & FLAG_CHANGED != 0 {
            changed.push(rank);
        }
        let broken = flags & FLAG_NON_FINITE != 0;
        if covered.contains(x, y) && flags & FLAG_UNREADABLE == 0 && !broken {
            values.push((rank, value.clamp(-f32::MAX, f32::MAX)));
        }
    }
    (values, changed)
}

#[track_caller]
fn assert_same(ours: &[Vec<u32>], theirs: &[Vec<u32>], what: &str) {
    for (field, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(ours.len(), theirs.len(), "{what}: field {field}");
        let first = ours.iter().zip(theirs).position(|(a, b)| a != b);
        if let Some(first) = first {
            panic!("{what}: field {field}, pixel {first}: {:x} and {:x}", ours[first], theirs[first]);
        }
    }
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn every_pixel_is_what_plain_recomputation_says() {
    let frames = frames(13);
    let maps = added(&frames, 0..13).finish().expect("nothing is kept apart");
    assert_eq!(maps.window, Window::new(-7, -3, 714, 23));
    for index in 0..maps.window.pixels() as usize {
        let at = maps.window.pixel(index);
        let (values, changed) = history(&frames, at);
        assert_eq!(maps.frames[index] as usize, values.len(), "{at:?}");
        assert_eq!(maps.changed[index] as usize, changed.len(), "{at:?}");
        assert_eq!(maps.first_changed[index], changed.first().copied().unwrap_or(NEVER), "{at:?}");
        assert_eq!(maps.last_changed[index], changed.last().copied().unwrap_or(NEVER), "{at:?}");
        let max = values.iter().map(|(_, value)| value.abs()).fold(0.0, f32::max);
        assert_eq!(maps.max[index].to_bits(), max.to_bits(), "{at:?}");
        let frame = values.iter().find(|(_, value)| max > 0.0 && value.abs() == max);
        assert_eq!(maps.max_frame[index], frame.map_or(NEVER, |(rank, _)| *rank), "{at:?}");
        if values.is_empty() {
            assert!(maps.mean[index].is_nan() && maps.rms[index].is_nan() && maps.std[index].is_nan());
            continue;
        }
        let values: Vec<f64> = values.iter().map(|(_, value)| f64::from(*value)).collect();
        let [mean, rms, std] = moments(&values);
        assert_eq!(maps.rms[index], rms as f32, "{at:?}");
        assert_eq!(maps.std[index], std as f32, "{at:?}");
        // What is below 2⁻⁶⁴ of the largest value is dropped; where that is, it may be all there is.
        let dropped = f64::from(max) * 2f64.powi(-64) * values.len() as f64;
        let ours = maps.mean[index];
        if ours != mean as f32 {
            assert!(
                (f64::from(ours) - mean).abs() <= dropped + mean.abs() * 1e-7,
                "{at:?}: {ours:e} {mean:e}"
            );
            assert_eq!(max, f32::MAX, "{at:?}: only where two of these cancel");
        }
    }
}

#[test]
fn no_order_and_no_split_shows() {
    let frames = frames(12);
    let forward = bits(&added(&frames, 0..12).finish().expect("nothing is kept apart"));
    assert_same(
        &bits(&added(&frames, (0..12).rev()).finish().expect("nothing is kept apart")),
        &forward,
        "backwards",
    );
    assert_same(
        &bits(&added(&frames, (0..12).map(|i| i * 5 % 12)).finish().expect("nothing is kept apart")),
        &forward,
        "shuffled",
    );
    for split in [vec![0..1, 1..12], vec![0..4, 4..8, 8..12], (0..12).map(|i| i..i + 1).collect()] {
        for backwards in [false, true] {
            let mut parts: Vec<DeltaState> =
                split.iter().map(|ranks: &std::ops::Range<usize>| added(&frames, ranks.clone())).collect();
            if backwards {
                parts.reverse();
            }
            let whole = parts.remove(0);
            parts.into_iter().for_each(|part| whole.merge(part));
            assert_same(
                &bits(&whole.finish().expect("nothing is kept apart")),
                &forward,
                "{split:?} {backwards}",
            );
        }
    }
}

#[test]
fn plain_sums_would_show_the_order_on_these_frames() {
    let frames = frames(12);
    let window = frames[0].0.window;
    let sum = |values: &mut dyn Iterator<Item = f64>| (values.sum::<f64>() / 12.0) as f32;
    let differs = |index: &usize| {
        let (values, _) = history(&frames, window.pixel(*index));
        let forward = sum(&mut values.iter().map(|(_, value)| f64::from(*value)));
        let backward = sum(&mut values.iter().rev().map(|(_, value)| f64::from(*value)));
        forward.to_bits() != backward.to_bits()
    };
    let count = (0..window.pixels() as usize).filter(differs).count();
    assert!(count > 100, "{count} pixels");
}

#[test]
fn threads_that_add_at_the_same_time_change_nothing() {
    let frames = frames(16);
    let one = bits(&added(&frames, 0..16).finish().expect("nothing is kept apart"));
    for threads in [2, 16] {
        let state = DeltaState::new(ALL_ROWS);
        let next = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for index in 0..threads {
                let work = || loop {
                    let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some((map, covered)) = frames.get(i) else { return };
                    state.add(i as u32, map, *covered);
                };
                let thread = std::thread::Builder::new().name(format!("adder-{index}"));
                thread.spawn_scoped(scope, work).expect("a thread");
            }
        });
        assert_same(
            &bits(&state.finish().expect("nothing is kept apart")),
            &one,
            &format!("{threads} threads"),
        );
    }
}

#[test]
fn bands_of_rows_make_the_whole() {
    let frames = frames(9);
    let whole = added(&frames, 0..9).finish().expect("nothing is kept apart");
    let mut bands = Vec::new();
    for rows in [i64::MIN..-1, -1..4, 4..5, 5..i64::MAX] {
        let band = DeltaState::new(rows.clone());
        (0..9).rev().for_each(|i| band.add(i as u32, &frames[i].0, frames[i].1));
        let band = band.finish().expect("nothing is kept apart");
        assert!(i64::from(band.window.y) >= rows.start && band.window.bottom() <= rows.end);
        bands.push(band);
    }
    assert_same(&bits(&DeltaMaps::join(&bands)), &bits(&whole), "bands");
}
