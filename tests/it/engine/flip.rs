//! What must hold of ꟻLIP whatever the pictures.

use aovscope::image::{Plane, PlaneChannel, Samples, Unreadable, Window};
use aovscope::metric::flip::{
    ExposureRange, Exposures, FlipMode, FlipOptions, MAX_EXPOSURES, channels, flip_map, flip_rectangle, range,
};
use aovscope::metric::{Extent, Pair};
use half::f16;

/// A plane of channels R, G, B with the value `at` gives for (x, y, channel).
fn rgb(window: Window, at: impl Fn(u32, u32, u32) -> f32) -> Plane {
    let pixels = || (0..window.height).flat_map(|y| (0..window.width).map(move |x| (x, y)));
    let channel = |c: u32| pixels().map(|(x, y)| at(x, y, c)).collect();
    let channels = ["R", "G", "B"].into_iter().zip(0..);
    let channels = channels
        .map(|(name, c)| PlaneChannel { name: name.to_owned(), samples: Samples::F32(channel(c)) })
        .collect();
    Plane { data_window: window, display_window: window, channels, unreadable: Vec::new() }
}

/// The picture of `noise_picture` in `tests/data/flip/make.py`.
pub fn noise(window: Window, seed: u32) -> Plane {
    rgb(window, |x, y, c| {
        let place = x.wrapping_mul(0x9e37_79b1).wrapping_add(y.wrapping_mul(0x85eb_ca77));
        let salt = c.wrapping_mul(0xc2b2_ae3d).wrapping_add(seed.wrapping_mul(0x27d4_eb2f));
        let mut bits = place.wrapping_add(salt);
        bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
        bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
        bits ^= bits >> 15;
        (bits >> 16) as f32 / 8192.0 - 0.25
    })
}

pub fn pair<'a>(candidate: &'a Plane, reference: &'a Plane) -> Pair<'a> {
    Pair::new(candidate, reference, Extent::Union).expect("the same windows")
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn equal_pictures_are_exactly_zero() {
    let picture = noise(Window::of_size(300, 140), 3);
    let flip = flip_map(&pair(&picture, &picture), &FlipOptions::default());
    assert_eq!(bits(&flip.values), vec![0; 300 * 140]);
}

#[test]
fn a_difference_reaches_no_further_than_the_filters() {
    let window = Window::of_size(330, 150);
    let reference = noise(window, 3);
    let mut candidate = reference.clone();
    for (x, y) in [(20, 30), (256, 128), (329, 149)] {
        let Samples::F32(red) = &mut candidate.channels[0].samples else { unreachable!() };
        red[window.index(x, y).expect("inside")] += 1.0;
    }
    let flip = flip_map(&pair(&candidate, &reference), &FlipOptions::default());
    for (i, &value) in flip.values.iter().enumerate() {
        let (x, y) = window.pixel(i);
        let distance = |&(px, py): &(i32, i32)| (x - px).abs().max((y - py).abs());
        let nearest = [(20, 30), (256, 128), (329, 149)].iter().map(distance).min().expect("three");
        assert!(value == 0.0 || nearest <= 10, "({x}, {y}) is {nearest} from a difference: {value:e}");
        assert!(value > 0.0 || nearest > 6, "({x}, {y}) is {nearest} from a difference: {value:e}");
    }
}

#[test]
fn a_pixel_is_the_same_in_any_rectangle_and_on_any_threads() {
    let window = Window::new(-7, 11, 301, 161);
    let (candidate, reference) = (noise(window, 5), noise(window, 6));
    let pair = pair(&candidate, &reference);
    let options = FlipOptions::default();
    let whole = flip_map(&pair, &options);
    let rects = [(0, 0, 301, 161), (-7, 11, 1, 1), (250, 130, 20, 30), (-7, 100, 301, 3), (100, 11, 1, 161)];
    for rect in rects.map(|(x, y, w, h)| Window::new(x, y, w, h).intersection(&window)) {
        let part = flip_rectangle(&pair, &options, whole.range, rect);
        for (i, value) in part.iter().enumerate() {
            let (x, y) = rect.pixel(i);
            let right = whole.values[window.index(x, y).expect("inside")];
            assert_eq!(value.to_bits(), right.to_bits(), "({x}, {y}) of {rect}");
        }
    }
    for threads in [1, 3] {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let again = threads.install(|| flip_map(&pair, &options));
        assert_eq!(again.range, whole.range);
        assert_eq!(bits(&again.values), bits(&whole.values));
    }
}

/// Replaces pixels of one side by non-finite values, and of both by black.
fn broken_and_black(window: Window) -> [[Plane; 2]; 2] {
    let mut broken = [noise(window, 1), noise(window, 2)];
    let mut black = broken.clone();
    let places = [(3, 4, f32::NAN, 0, 0), (30, 9, f32::INFINITY, 1, 1), (31, 20, f32::NEG_INFINITY, 0, 2)];
    for (x, y, value, side, channel) in places {
        let index = window.index(x, y).expect("inside");
        let Samples::F32(samples) = &mut broken[side].channels[channel].samples else { unreachable!() };
        samples[index] = value;
        for channel in black.iter_mut().flat_map(|plane| &mut plane.channels) {
            let Samples::F32(samples) = &mut channel.samples else { unreachable!() };
            samples[index] = 0.0;
        }
    }
    [broken, black]
}

#[test]
fn what_is_not_finite_is_black_on_both_sides() {
    let window = Window::of_size(50, 30);
    let [broken, black] = broken_and_black(window);
    for mode in [FlipMode::Ldr, FlipMode::Hdr] {
        let exposures = Exposures::Fixed { start: -1.0, stop: 2.0 };
        let options = FlipOptions { mode, exposures, ..FlipOptions::default() };
        let of = |planes: &[Plane; 2]| flip_map(&pair(&planes[0], &planes[1]), &options);
        let (broken, black) = (of(&broken), of(&black));
        assert_eq!(broken.range, black.range);
        assert_eq!(bits(&broken.values), bits(&black.values), "{mode:?}");
        assert!(broken.values.iter().all(|v| (0.0..=1.0).contains(v)));
    }
}

#[test]
fn what_cannot_be_read_is_black_on_both_sides() {
    let window = Window::of_size(50, 30);
    let hole = Window::new(10, 8, 17, 5);
    let options =
        FlipOptions { exposures: Exposures::Fixed { start: 0.0, stop: 3.0 }, ..FlipOptions::default() };
    let mut planes = [noise(window, 1), noise(window, 2)];
    let whole = flip_map(&pair(&planes[0], &planes[1]), &options);
    planes[0].unreadable.push(Unreadable { window: hole, incomplete: false, reason: String::new() });
    let unreadable = flip_map(&pair(&planes[0], &planes[1]), &options);
    let black = [1, 2].map(|seed| {
        let mut plane = noise(window, seed);
        for channel in &mut plane.channels {
            let Samples::F32(samples) = &mut channel.samples else { unreachable!() };
            (0..hole.pixels() as usize).for_each(|i| {
                let (x, y) = hole.pixel(i);
                samples[window.index(x, y).expect("inside")] = 0.0;
            });
        }
        plane
    });
    let black = flip_map(&pair(&black[0], &black[1]), &options);
    assert_eq!(bits(&unreadable.values), bits(&black.values));
    assert_ne!(bits(&whole.values), bits(&black.values));
}

#[test]
fn only_what_both_sides_have_counts_and_its_edge_goes_on() {
    let display = Window::of_size(60, 40);
    let (a, b) = (Window::new(-5, -3, 50, 40), Window::new(4, 2, 56, 30));
    let mut planes = [noise(a, 1), noise(b, 2)];
    planes.iter_mut().for_each(|plane| plane.display_window = display);
    let whole = flip_map(&pair(&planes[0], &planes[1]), &FlipOptions::default());
    assert_eq!(whole.window, Window::new(4, 2, 41, 30));
    let cropped = planes.each_ref().map(|plane| plane.crop(whole.window));
    let cropped = flip_map(&pair(&cropped[0], &cropped[1]), &FlipOptions::default());
    assert_eq!(whole, cropped);
    let apart = [noise(Window::of_size(3, 3), 1), noise(Window::new(10, 10, 3, 3), 1)];
    let union = |plane: &Plane| Plane { display_window: display, ..plane.clone() };
    let apart = apart.each_ref().map(union);
    let nothing = flip_map(&pair(&apart[0], &apart[1]), &FlipOptions::default());
    assert!(nothing.values.is_empty() && nothing.window.is_empty());
}

#[test]
fn references_without_a_range_have_one_all_the_same() {
    let window = Window::of_size(40, 20);
    let grey = |value: f32| rgb(window, move |_, _, _| value);
    let range_of = |reference: &Plane| {
        let candidate = noise(window, 1);
        let pair = pair(&candidate, reference);
        let flip = flip_map(&pair, &FlipOptions::default());
        assert!(flip.values.iter().all(|v| (0.0..=1.0).contains(v)), "{:?}", flip.range);
        flip.range.expect("floats are HDR")
    };
    let one = range_of(&grey(1.0));
    assert_eq!((one.start, one.count), (one.stop, 2));
    for value in [0.0, -0.0, -3.0, f32::NAN, f32::INFINITY] {
        assert_eq!(range_of(&grey(value)), one, "{value}");
    }
    // Two thirds black: the median of the others.
    let mostly_black = rgb(window, |x, _, _| if x % 3 == 0 { 0.25 } else { 0.0 });
    let range = range_of(&mostly_black);
    assert_eq!((range.start, range.stop), (one.start + 2.0, one.start + 2.0));
    // From the largest to the smallest number: bounded.
    let wide = rgb(window, |x, _, _| if x == 0 { 1e38 } else { 1e-38 });
    let range = range_of(&wide);
    assert_eq!((range.start, range.stop, range.count), (-100.0, 100.0, MAX_EXPOSURES));
    let huge = rgb(window, |_, _, _| f32::MAX);
    assert!(range_of(&huge).start == -100.0);
    assert_eq!(ExposureRange::new(3.0, f32::NEG_INFINITY), ExposureRange::new(3.0, 3.0));
    assert_eq!(ExposureRange::new(f32::NAN, 2.5).count, 3);
    let union = ExposureRange::new(-1.0, 2.0).union(ExposureRange::new(0.0, 4.5));
    assert_eq!((union.start, union.stop, union.count), (-1.0, 4.5, 6));
}

#[test]
fn one_pixel_against_another() {
    let window = Window::of_size(1, 1);
    let (black, white) = (rgb(window, |_, _, _| 0.0), rgb(window, |_, _, _| 1.0));
    let options = FlipOptions { mode: FlipMode::Ldr, ..FlipOptions::default() };
    let of = |a: &Plane, b: &Plane| flip_map(&pair(a, b), &options).values[0];
    assert_eq!((of(&black, &black), of(&white, &white)), (0.0, 0.0));
    // HyAB of black and white is 100.
    assert!((of(&black, &white) - of(&white, &black)).abs() < 1e-6);
    assert!(of(&black, &white) > 0.9, "{}", of(&black, &white));
}

#[test]
fn any_options_give_errors_within_bounds() {
    let window = Window::of_size(33, 9);
    let (a, b) = (noise(window, 1), noise(window, 2));
    for pixels_per_degree in [f32::NAN, -5.0, 0.0, 1.0, 4.0, 700.0, f32::INFINITY] {
        for (start, stop) in [(-300.0, 300.0), (f32::NAN, f32::NAN), (5.0, -5.0)] {
            let exposures = Exposures::Fixed { start, stop };
            let options = FlipOptions { pixels_per_degree, exposures, ..FlipOptions::default() };
            let flip = flip_map(&pair(&a, &b), &options);
            assert!(flip.values.iter().all(|v| (0.0..=1.0).contains(v)), "{options:?}");
        }
    }
}

#[test]
fn channels_are_colours_or_one_grey() {
    let window = Window::of_size(2, 1);
    let plane = |names: &[&str], samples: Samples| Plane {
        data_window: window,
        display_window: window,
        unreadable: Vec::new(),
        channels: names
            .iter()
            .map(|name| PlaneChannel { name: (*name).to_owned(), samples: samples.clone() })
            .collect(),
    };
    let halves = || Samples::F16(vec![f16::ONE; 2]);
    for (names, expected) in [
        (&["R", "G", "B", "A"][..], Some([0, 1, 2])),
        (&["a", "b", "g", "r"], Some([3, 2, 1])),
        (&["Green", "RED", "blue"], Some([1, 0, 2])),
        (&["Z"], Some([0; 3])),
        (&["A"], Some([0; 3])),
        (&["Y", "A"], Some([0; 3])),
        (&["X", "Y", "Z"], None),
        (&["R", "G"], None),
        (&["U", "V"], None),
    ] {
        let plane = plane(names, halves());
        let found = channels(&pair(&plane, &plane));
        assert_eq!(found, expected.map(|indices| indices.map(|i| (i, i))), "{names:?}");
    }
    let ids = plane(&["Z"], Samples::U32(vec![1, 2]));
    assert_eq!(channels(&pair(&ids, &ids)), None);
}

#[test]
fn integers_are_ldr_and_floats_hdr() {
    let window = Window::of_size(2, 1);
    let plane = |samples: Samples| Plane {
        data_window: window,
        display_window: window,
        unreadable: Vec::new(),
        channels: vec![PlaneChannel { name: "Y".into(), samples }],
    };
    let (bytes, words) = (plane(Samples::U8(vec![0, 255])), plane(Samples::U16(vec![0, 65535])));
    let (halves, floats) = (plane(Samples::F16(vec![f16::ONE; 2])), plane(Samples::F32(vec![1.0; 2])));
    let is_hdr = |a: &Plane, b: &Plane, mode: FlipMode| {
        range(&pair(a, b), &FlipOptions { mode, ..FlipOptions::default() }).is_some()
    };
    for (a, b, expected) in [
        (&bytes, &bytes, false),
        (&bytes, &words, false),
        (&halves, &halves, true),
        (&floats, &halves, true),
        (&bytes, &halves, true),
    ] {
        assert_eq!(is_hdr(a, b, FlipMode::Auto), expected);
        assert!(is_hdr(a, b, FlipMode::Hdr) && !is_hdr(a, b, FlipMode::Ldr));
    }
    // The same picture in two types is the same.
    let flip = flip_map(&pair(&bytes, &words), &FlipOptions::default());
    assert_eq!(flip.values, [0.0, 0.0]);
}
