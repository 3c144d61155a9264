//! States of own values: what they hold, and that no order shows.

use aovscope::image::{Plane, PlaneChannel, Sample, Samples, Unreadable, Window};
use aovscope::metric::{ChannelMaps, ValueMaps, ValueState};
use half::f16;

use super::exact::{Noise, moments};

const ALL_ROWS: std::ops::Range<i64> = i64::MIN..i64::MAX;

fn plane(window: Window, channels: Vec<(&str, Samples)>, holes: &[Window]) -> Plane {
    let hole = |window: &Window| Unreadable { window: *window, incomplete: false, reason: "".into() };
    let channel = |(name, samples): (&str, Samples)| PlaneChannel { name: name.into(), samples };
    Plane {
        data_window: window,
        display_window: window,
        channels: channels.into_iter().map(channel).collect(),
        unreadable: holes.iter().map(hole).collect(),
    }
}

/// Every stored type, windows that wander, holes, NaN and infinities, pixels that never change.
fn frames(count: usize) -> Vec<Plane> {
    let mut noise = Noise(0xdead_beef);
    (0..count)
        .map(|i| {
            let shift = (i % 3) as i32;
            let window = Window::new(2 - 2 * shift, -9 + shift, 600, 14);
            let pixels = window.pixels() as usize;
            let is_static = |index: usize| window.pixel(index).1 % 3 == 0 || window.pixel(index).0 % 2 == 0;
            let float = |noise: &mut Noise, index: usize| match (is_static(index), window.pixel(index).0 % 7)
            {
                (true, 0) => f32::NAN,
                (true, 1) => f32::NEG_INFINITY,
                (true, _) => (window.pixel(index).0 as f32).sin(),
                (false, 0) if noise.below(3) == 0 => [f32::NAN, f32::INFINITY][noise.below(2) as usize],
                (false, 1) => [0.0, -0.0][noise.below(2) as usize],
                _ => noise.wide(),
            };
            let floats: Vec<f32> = (0..pixels).map(|index| float(&mut noise, index)).collect();
            let halves = floats.iter().map(|v| f16::from_f32(v.clamp(-6e4, 6e4))).collect();
            let mut integers = |top: u64| -> Vec<u32> {
                let mut integer = |index| if is_static(index) { top - 1 } else { noise.below(top) };
                (0..pixels).map(|index| integer(index) as u32).collect()
            };
            let (bytes, words, ids) = (integers(1 << 8), integers(1 << 16), integers(1 << 32));
            let mixed = match i % 4 {
                0 => Samples::U8(bytes.iter().map(|k| *k as u8).collect()),
                1 => Samples::F32(floats.clone()),
                2 => Samples::U16(words.iter().map(|k| *k as u16).collect()),
                _ => Samples::U32(ids.clone()),
            };
            let channels = vec![
                ("R", Samples::F32(floats)),
                ("G", Samples::F16(halves)),
                ("B", Samples::U8(bytes.iter().map(|k| *k as u8).collect())),
                ("A", Samples::U16(words.iter().map(|k| *k as u16).collect())),
                ("id", Samples::U32(ids)),
                ("mixed", mixed),
            ];
            let holes = [Window::new(100, -5, 30, 1), Window::new(10, -2, 9, 2)];
            plane(window, channels, if i % 4 == 2 { &holes } else { &[] })
        })
        .collect()
}

fn added<'a>(frames: impl IntoIterator<Item = &'a Plane>) -> ValueState {
    let state = ValueState::new(ALL_ROWS);
    frames.into_iter().for_each(|plane| state.add(plane));
    state
}

/// To the bit: NaN included.
pub fn bits(maps: &ValueMaps) -> Vec<(String, Vec<Vec<u32>>)> {
    let floats = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
    let all = |c: &ChannelMaps| {
        let [min, max, range] = [&c.min, &c.max, &c.range]
            .map(|samples| (0..samples.len()).map(|i| samples.get(i).bits()).collect::<Vec<u32>>());
        let flags = c.is_static.iter().map(|flag| u32::from(*flag)).collect();
        let counts = [&c.frames, &c.nan, &c.inf].map(Clone::clone);
        [min, max, range, floats(&c.mean), floats(&c.std), flags].into_iter().chain(counts).collect()
    };
    assert!(maps.channels.iter().all(|c| c.mean.len() as u64 == maps.window.pixels()));
    maps.channels.iter().map(|channel| (channel.name.clone(), all(channel))).collect()
}

#[track_caller]
fn assert_same(ours: &[(String, Vec<Vec<u32>>)], theirs: &[(String, Vec<Vec<u32>>)], what: &str) {
    assert_eq!(ours.len(), theirs.len());
    for ((name, ours), (_, theirs)) in ours.iter().zip(theirs) {
        for (field, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            assert_eq!(ours.len(), theirs.len(), "{what}: {name} field {field}");
            let first = ours.iter().zip(theirs).position(|(a, b)| a != b);
            assert!(first.is_none(), "{what}: {name} field {field}, pixel {first:?}");
        }
    }
}

fn history(frames: &[Plane], name: &str, (x, y): (i32, i32)) -> Vec<f64> {
    let values = frames.iter().filter_map(|plane| {
        let channel = &plane.channels[plane.channel_index(name).expect("there")];
        Some(channel.samples.get(plane.index(x, y)?).to_f64())
    });
    values.collect()
}

#[test]
fn every_pixel_is_what_plain_recomputation_says() {
    let frames = frames(11);
    let maps = added(&frames).finish();
    assert_eq!(maps.window, Window::new(-2, -9, 604, 16));
    let names: Vec<&str> = maps.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "G", "R", "id", "mixed"]);
    for channel in &maps.channels {
        assert_eq!(matches!(channel.min, Samples::U32(_)), channel.name == "id");
        for index in 0..maps.window.pixels() as usize {
            check(channel, index, &history(&frames, &channel.name, maps.window.pixel(index)));
        }
    }
}

fn check(channel: &ChannelMaps, index: usize, values: &[f64]) {
    let at = (channel.name.as_str(), index);
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let count = |is: fn(f64) -> bool| values.iter().filter(|value| is(**value)).count();
    assert_eq!(channel.frames[index] as usize, finite.len(), "{at:?}");
    assert_eq!(channel.nan[index] as usize, count(f64::is_nan), "{at:?}");
    assert_eq!(channel.inf[index] as usize, count(f64::is_infinite), "{at:?}");
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let is_static = !values.is_empty() && values.iter().all(|value| same(*value, values[0]));
    assert_eq!(channel.is_static[index] == 1, is_static, "{at:?} {values:?}");
    if finite.is_empty() {
        assert!(channel.mean[index].is_nan() && channel.std[index].is_nan());
        return;
    }
    let min = finite.iter().copied().min_by(f64::total_cmp).expect("some");
    let max = finite.iter().copied().max_by(f64::total_cmp).expect("some");
    for (samples, expected) in [(&channel.min, min), (&channel.max, max), (&channel.range, max - min)] {
        match samples.get(index) {
            Sample::U32(k) => assert_eq!(f64::from(k), expected, "{at:?}"),
            Sample::F32(v) => assert_eq!(v.to_bits(), (expected as f32).to_bits(), "{at:?}"),
            other => panic!("{other:?}"),
        }
    }
    let [mean, _, std] = moments(&finite);
    let close = |ours: f32, theirs: f64| {
        // 8 and 16 bit values are k/255 here and rounded to f64 there.
        let integers = matches!(channel.name.as_str(), "A" | "B" | "mixed");
        ours == theirs as f32 || (integers && (f64::from(ours) - theirs).abs() <= theirs.abs() * 1.2e-7)
    };
    let largest = finite.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    let dropped = (f64::from(channel.mean[index]) - mean).abs() <= largest * 2f64.powi(-60);
    assert!(
        close(channel.mean[index], mean) || (largest > 1e9 && dropped),
        "{at:?} mean {mean:e} {finite:?}"
    );
    if is_static {
        assert_eq!(channel.std[index], 0.0, "{at:?}");
    } else {
        assert!(close(channel.std[index], std), "{at:?} std {} {std}", channel.std[index]);
    }
}

#[test]
fn no_order_and_no_split_shows() {
    let frames = frames(12);
    let forward = bits(&added(&frames).finish());
    assert_same(&bits(&added(frames.iter().rev()).finish()), &forward, "backwards");
    for size in [1, 3, 5, 11] {
        for backwards in [false, true] {
            let mut parts: Vec<ValueState> = frames.chunks(size).map(added).collect();
            if backwards {
                parts.reverse();
            }
            let whole = parts.remove(0);
            parts.into_iter().for_each(|part| whole.merge(part));
            assert_same(&bits(&whole.finish()), &forward, &format!("{size} {backwards}"));
        }
    }
}

#[test]
fn threads_that_add_at_the_same_time_change_nothing() {
    let frames = frames(16);
    let one = bits(&added(&frames).finish());
    let state = ValueState::new(ALL_ROWS);
    std::thread::scope(|scope| {
        for (index, frames) in frames.chunks(2).enumerate() {
            let state = &state;
            let thread = std::thread::Builder::new().name(format!("adder-{index}"));
            let work = move || frames.iter().for_each(|plane| state.add(plane));
            thread.spawn_scoped(scope, work).expect("a thread");
        }
    });
    assert_same(&bits(&state.finish()), &one, "threads");
}

#[test]
fn bands_of_rows_make_the_whole() {
    let frames = frames(7);
    let whole = added(&frames).finish();
    let bands = [i64::MIN..-6, -6..-5, -5..3, 3..i64::MAX].map(|rows| {
        let band = ValueState::new(rows);
        frames.iter().for_each(|plane| band.add(plane));
        band.finish()
    });
    let joined = ValueMaps::join(&bands);
    assert_eq!(joined.window, whole.window);
    assert_same(&bits(&joined), &bits(&whole), "bands");
}
