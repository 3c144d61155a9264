//! States over all frames that a device keeps: the CPU's, to the bit, whatever the order, the bands,
//! the windows; and what is lost with a device is told.

use aovscope::gpu::{Gpu, GpuBackend, Prefer};
use aovscope::image::{Plane, PlaneChannel, SampleType, Samples, Window};
use aovscope::metric::{Backend, Cpu, DeltaMaps, DeltaState, Extent, Metric, Over, Pair, Rule, Want};

use super::BACKEND;
use super::noise::{Fill, Noise, disturbed, plane};

const EXACT: [Metric; 4] = [Metric::Abs, Metric::Signed, Metric::Ulp, Metric::Id];
const ALL_ROWS: std::ops::Range<i64> = i64::MIN..i64::MAX;

/// Pairs of planes over wandering windows, some of which are cut.
fn frames(sample_type: SampleType, count: u64, size: (u32, u32)) -> Vec<[Plane; 2]> {
    let fills = [Fill::Render, Fill::AnyBits, Fill::Awkward, Fill::Coarse];
    let display = Window::of_size(size.0, size.1);
    let frame = |i: u64| {
        let mut noise = Noise(77 + i);
        let fill = fills[(i / 3) as usize % fills.len()];
        let reference = plane(&mut noise, display, display, (sample_type, 3), fill);
        let candidate = match i % 3 {
            0 => disturbed(&mut noise, &reference, 5),
            1 => plane(&mut noise, display, display, (sample_type, 3), fill),
            _ => {
                // Both sides have pixels of their own, and some are neither's.
                let apart = Window::new(display.x - 3, display.y + 2, display.width, display.height);
                plane(&mut noise, apart, display, (sample_type, 3), fill)
            }
        };
        [candidate, reference]
    };
    (0..count).map(frame).collect()
}

/// To the bit.
fn bits(maps: &DeltaMaps) -> Vec<Vec<u32>> {
    let DeltaMaps { window, max, max_frame, mean, rms, std, changed, first_changed, last_changed, frames } =
        maps;
    let floats = [max, mean, rms, std].map(|values| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
    let counts = [max_frame, changed, first_changed, last_changed, frames].map(Clone::clone);
    let place = vec![window.x as u32, window.y as u32, window.width, window.height];
    [place].into_iter().chain(floats).chain(counts).collect()
}

fn add(backend: &dyn Backend, state: &DeltaState, rule: &Rule, rank: usize, frame: &[Plane; 2]) {
    let pair = Pair::new(&frame[0], &frame[1], Extent::Union).expect("one display window");
    let over = Over { state, rank: rank as u32 };
    let want = if rank.is_multiple_of(4) { Want::Map } else { Want::Stats };
    let (found, values) = backend.compare_over_frames(&pair, rule, want, &[(1, 1)], over);
    let right = Cpu.compare(&pair, rule, want);
    assert_eq!(found.stats.changed, right.stats.changed);
    assert_eq!(found.stats.peak, right.stats.peak);
    assert_eq!((found.map.is_some(), values.len()), (want == Want::Map, 1));
}

fn maps_of(
    backend: &dyn Backend,
    rule: &Rule,
    frames: &[[Plane; 2]],
    rows: std::ops::Range<i64>,
    order: impl Iterator<Item = usize>,
) -> Option<DeltaMaps> {
    let state = DeltaState::new(rows);
    order.for_each(|rank| add(backend, &state, rule, rank, &frames[rank]));
    state.finish()
}

#[track_caller]
fn assert_same(backend: &dyn Backend, rule: &Rule, frames: &[[Plane; 2]], rows: std::ops::Range<i64>) {
    let count = frames.len();
    let right = maps_of(&Cpu, rule, frames, rows.clone(), 0..count).expect("it is in memory");
    let found = maps_of(backend, rule, frames, rows, (0..count).rev()).expect("nothing is lost");
    for (field, (right, found)) in bits(&right).iter().zip(bits(&found)).enumerate() {
        let at = right.iter().zip(&found).position(|(a, b)| a != b);
        let values = at.map(|at| (at, right[at], found[at]));
        assert_eq!((values, right.len()), (None, found.len()), "field {field}: {rule:?}");
    }
}

#[test]
fn every_type_and_metric() {
    let types = [SampleType::U8, SampleType::U16, SampleType::F16, SampleType::U32, SampleType::F32];
    for sample_type in types {
        let frames = frames(sample_type, 12, (70, 37));
        for metric in EXACT {
            assert_same(&*BACKEND, &Rule::exact(metric), &frames, ALL_ROWS);
        }
        // Many pixels near the threshold: the CPU's.
        assert_same(&*BACKEND, &Rule { abs: 0.25, rel: 0.01, ..Rule::exact(Metric::Abs) }, &frames, ALL_ROWS);
    }
}

#[test]
fn the_device_is_the_one_that_adds() {
    let frames = frames(SampleType::F32, 1, (64, 64));
    let state = DeltaState::new(ALL_ROWS);
    add(&*BACKEND, &state, &Rule::exact(Metric::Abs), 0, &frames[0]);
    assert!(state.apart(|| panic!("it was asked")).is_some());
    // These are within some units of the last place only.
    let state = DeltaState::new(ALL_ROWS);
    add(&*BACKEND, &state, &Rule::exact(Metric::Rel), 0, &frames[0]);
    assert!(state.apart(|| None).is_none());
}

#[test]
fn many_frames_carry_and_cancel() {
    // Signed differences of few values: sums that carry from word to word and come back to 0.
    let window = Window::of_size(33, 9);
    let mut noise = Noise(5);
    let base = plane(&mut noise, window, window, (SampleType::F32, 1), Fill::Awkward);
    let other = plane(&mut noise, window, window, (SampleType::F32, 1), Fill::AnyBits);
    let frames: Vec<[Plane; 2]> = (0..90)
        .map(|i| match i % 3 {
            0 => [base.clone(), other.clone()],
            1 => [other.clone(), base.clone()],
            _ => [plane(&mut noise, window, window, (SampleType::F32, 1), Fill::AnyBits), base.clone()],
        })
        .collect();
    assert_same(&*BACKEND, &Rule::exact(Metric::Signed), &frames, ALL_ROWS);
}

#[test]
fn ties_at_the_borders_of_bins_go_to_even() {
    // Small values of few digits, many of them halfway between two units of a bin; and a large one that
    // has what is below that bin dropped, and cancels.
    let window = Window::of_size(97, 83);
    let plane = |value: &mut dyn FnMut(u32) -> f32| Plane {
        data_window: window,
        display_window: window,
        channels: vec![PlaneChannel {
            name: "Z".into(),
            samples: Samples::F32((0..window.pixels() as u32).map(value).collect()),
        }],
        unreadable: Vec::new(),
    };
    let exponent = |i: u32| 40 + i % 100;
    let large = |i: u32| f32::from_bits((exponent(i) + 60 + i / 100 % 44) << 23);
    let mut noise = Noise(9);
    let mut small = |i: u32| {
        let digits = noise.next() & noise.next() & noise.next() & 0x007f_ffff;
        f32::from_bits((noise.next() & 0x8000_0000) | (exponent(i) << 23) | digits)
    };
    let zero = plane(&mut |_| 0.0);
    let frames = [plane(&mut small), plane(&mut |i| large(i)), plane(&mut |i| -large(i)), plane(&mut small)];
    let frames = frames.map(|frame| [frame, zero.clone()]);
    assert_same(&*BACKEND, &Rule::exact(Metric::Signed), &frames, ALL_ROWS);
}

#[test]
fn some_rows_alone_and_pictures_in_bands() {
    let frames = frames(SampleType::F16, 6, (150, 90));
    let rule = Rule::exact(Metric::Abs);
    for rows in [0..16, 17..40, 60..1000, -1000..3] {
        assert_same(&*BACKEND, &rule, &frames, rows);
    }
    // Bands, and state that takes most of what there is.
    let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
    let bytes = 2 * 160 * 95 * 80;
    let small = GpuBackend::with_budget(gpu, bytes).unwrap_or_else(|error| panic!("{error}"));
    assert_same(&small, &rule, &frames, ALL_ROWS);
    assert!(small.peak_bytes() <= bytes && small.peak_bytes() > bytes / 2, "{}", small.peak_bytes());
    let state = DeltaState::new(ALL_ROWS);
    add(&small, &state, &rule, 0, &frames[0]);
    let second = DeltaState::new(ALL_ROWS);
    add(&small, &second, &rule, 0, &frames[0]);
    assert!(state.apart(|| None).is_some() && second.apart(|| None).is_none(), "there was room for one");
}

#[test]
fn several_threads_add_at_the_same_time() {
    let frames = frames(SampleType::F32, 12, (120, 64));
    let rule = Rule::exact(Metric::Signed);
    let state = DeltaState::new(ALL_ROWS);
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let (state, rule, frames) = (&state, &rule, &frames);
            scope.spawn(move || {
                (0..12).filter(|i| i % 3 == thread).for_each(|i| add(&*BACKEND, state, rule, i, &frames[i]));
            });
        }
    });
    let right = maps_of(&Cpu, &rule, &frames, ALL_ROWS, 0..12).expect("it is in memory");
    assert!(bits(&state.finish().expect("nothing is lost")) == bits(&right));
}

#[test]
fn what_a_lost_device_had_is_told_and_no_device_is_trusted_again() {
    let backend = GpuBackend::open(Prefer::Any, 1 << 30).unwrap_or_else(|error| panic!("{error}"));
    let frames = frames(SampleType::F16, 4, (60, 40));
    let rule = Rule::exact(Metric::Abs);
    let whole = DeltaState::new(ALL_ROWS);
    let half = DeltaState::new(ALL_ROWS);
    for rank in [0, 1] {
        add(&backend, &whole, &rule, rank, &frames[rank]);
        add(&backend, &half, &rule, rank, &frames[rank]);
    }
    backend.gpu().device().destroy();
    (2..4).for_each(|rank| add(&backend, &half, &rule, rank, &frames[rank]));
    assert!(half.finish().is_none(), "two frames are gone");
    assert!(whole.finish().is_none(), "lost before it came back");
    assert_eq!(backend.devices_opened(), 2);
    assert_same(&backend, &rule, &frames, ALL_ROWS);
}
