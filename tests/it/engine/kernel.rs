//! The CPU's kernel against a second writing of the definition, value by value.

use crate::support::POINTWISE;
use aovscope::image::{Plane, PlaneChannel, Sample, Samples, Unreadable, Window};
use aovscope::metric::{
    Backend, Cpu, Extent, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric, NonFinite,
    Pair, Rule, Want,
};
use half::f16;

/// Small deterministic noise.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as u32
    }
}

const AWKWARD: [f32; 18] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    1e-45,
    -1e-45,
    1.1754944e-38,
    f32::MAX,
    f32::MIN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    65504.0,
    6.1e-5,
    5.96e-8,
    16777217.0,
    3.0000002,
];

fn f32_samples(noise: &mut Noise, len: usize) -> Samples {
    let value = |noise: &mut Noise| match noise.next() % 4 {
        0 => AWKWARD[noise.next() as usize % AWKWARD.len()],
        1 => f32::from_bits(0x7fc0_0000 | (noise.next() & 0xff)),
        _ => (noise.next() % 8) as f32 * 0.125,
    };
    Samples::F32((0..len).map(|_| value(noise)).collect())
}

fn samples(kind: usize, noise: &mut Noise, len: usize) -> Samples {
    match kind {
        0 => f32_samples(noise, len),
        1 => Samples::F16((0..len).map(|_| f16::from_bits(noise.next() as u16)).collect()),
        2 => Samples::U8((0..len).map(|_| (noise.next() % 4) as u8).collect()),
        3 => Samples::U16((0..len).map(|_| (noise.next() % 3) as u16 * 30000).collect()),
        _ => Samples::U32((0..len).map(|_| u32::MAX - noise.next() % 3).collect()),
    }
}

fn plane(window: Window, kind: usize, noise: &mut Noise) -> Plane {
    let channel = |name: &str, noise: &mut Noise| PlaneChannel {
        name: name.to_owned(),
        samples: samples(kind, noise, window.pixels() as usize),
    };
    let channels = vec![channel("X", noise), channel("Y", noise)];
    let display_window = Window::of_size(16, 9);
    Plane { data_window: window, display_window, channels, unreadable: Vec::new() }
}

/// The plane with two unreadable rectangles somewhere in it.
fn with_holes(mut plane: Plane, noise: &mut Noise) -> Plane {
    let window = plane.data_window;
    let middle = window.height / 2;
    for (first, rows) in [(0, middle), (middle, window.height - middle)] {
        let (x, y) = (noise.next() % window.width, first + noise.next() % rows);
        let width = 1 + noise.next() % (window.width - x);
        let height = 1 + noise.next() % (first + rows - y);
        let hole = Window::new(window.x + x as i32, window.y + y as i32, width, height);
        plane.unreadable.push(Unreadable { window: hole, incomplete: false, reason: String::new() });
    }
    plane
}

/// What one pixel comes to, by the words of the definition.
#[derive(Debug, Default, PartialEq)]
struct Pixel {
    changed: bool,
    non_finite: bool,
    metric: f64,
    max_abs: f64,
    has_delta: bool,
}

/// Representable values from zero up (or down) to a finite sample.
fn steps(sample: Sample) -> i64 {
    let signed = |bits: u32, sign: u32| {
        let magnitude = i64::from(bits & (sign - 1));
        if bits & sign == 0 { magnitude } else { -magnitude }
    };
    match sample {
        Sample::F16(_) => signed(sample.bits(), 1 << 15),
        Sample::F32(_) => signed(sample.bits(), 1 << 31),
        _ => sample.bits().into(),
    }
}

fn pixel(pair: &Pair<'_>, rule: &Rule, x: i32, y: i32) -> Option<Pixel> {
    let (a, b) = pair.values(x, y)?;
    let mut pixel = Pixel::default();
    let mut sum = 0.0;
    let mut vectors = [(0.0, 0.0); 2];
    for (vector, (a, b)) in vectors.iter_mut().zip(a.iter().zip(&b)) {
        let bits_differ = a.bits() != b.bits();
        let ulps = steps(*a).abs_diff(steps(*b));
        let (a, b) = (a.to_f64(), b.to_f64());
        if a.is_finite() && b.is_finite() {
            pixel.has_delta = true;
            let delta = a - b;
            if delta.abs() > pixel.max_abs {
                pixel.max_abs = delta.abs();
                if rule.metric == Metric::Signed {
                    pixel.metric = delta;
                }
            }
            match rule.metric {
                Metric::Abs => pixel.metric = pixel.max_abs,
                Metric::Rel => pixel.metric = pixel.metric.max(delta.abs() / b.abs().max(rule.floor)),
                Metric::Sq | Metric::Length => sum += delta * delta,
                Metric::Ulp => pixel.metric = pixel.metric.max(ulps as f64),
                Metric::Angle => *vector = (a, b),
                Metric::Signed | Metric::Id | Metric::Flip => {}
            }
            if matches!(rule.metric, Metric::Abs | Metric::Signed) {
                pixel.changed |= delta.abs() > rule.abs + rule.rel * b.abs();
            }
        } else {
            let same = (a.is_nan() && b.is_nan()) || a == b;
            let never = rule.non_finite == NonFinite::NeverEqual && rule.metric != Metric::Id;
            pixel.non_finite |= never || !same;
            pixel.has_delta |= same && !never;
        }
        if rule.metric == Metric::Id && bits_differ {
            pixel.changed = true;
            pixel.metric = 1.0;
        }
    }
    if rule.metric == Metric::Sq {
        pixel.metric = sum / pair.channels.len() as f64;
    }
    if rule.metric == Metric::Length {
        pixel.metric = sum.sqrt();
    }
    if rule.metric == Metric::Angle {
        let [(ax, bx), (ay, by)] = vectors;
        let is_one_zero = ((ax, ay) == (0.0, 0.0)) != ((bx, by) == (0.0, 0.0));
        let angle = (ax * by - ay * bx).abs().atan2(ax * bx + ay * by).to_degrees();
        pixel.metric = if is_one_zero { 180.0 } else { angle };
    }
    if !matches!(rule.metric, Metric::Abs | Metric::Signed | Metric::Id) {
        pixel.changed |= pixel.metric > rule.abs;
    }
    pixel.changed |= pixel.non_finite;
    Some(pixel)
}

#[test]
fn the_kernel_does_what_the_definition_says() {
    let mut noise = Noise(7);
    let windows = [Window::new(-3, 1, 13, 7), Window::new(0, 0, 16, 9), Window::new(5, -2, 300, 5)];
    for (i, kind) in (0..5).flat_map(|kind| (0..6).map(move |i| (i, kind))) {
        let (a, b) = (windows[i % 3], windows[(i / 2) % 3]);
        let (candidate, reference) = (plane(a, kind, &mut noise), plane(b, kind, &mut noise));
        let pair = Pair::new(&candidate, &reference, Extent::Union).expect("a pair");
        for metric in POINTWISE {
            for (abs, rel) in [(0.0, 0.0), (0.125, 0.0), (0.0, 0.25), (1.0 / 255.0, 0.1)] {
                for non_finite in [NonFinite::EqualToItself, NonFinite::NeverEqual] {
                    let rel = if metric.takes_relative_tolerance() { rel } else { 0.0 };
                    let rule = Rule { abs, rel, non_finite, ..Rule::exact(metric) };
                    check(&pair, &rule);
                }
            }
        }
    }
}

#[test]
fn it_does_so_beside_what_cannot_be_read() {
    let mut noise = Noise(23);
    let windows = [Window::new(-3, 1, 13, 7), Window::new(0, 0, 16, 9), Window::new(5, -2, 600, 5)];
    for (i, kind) in (0..12).flat_map(|i| [0, 1, 4].map(|kind| (i, kind))) {
        let (a, b) = (windows[i % 3], windows[(i / 2) % 3]);
        let (candidate, reference) = (plane(a, kind, &mut noise), plane(b, kind, &mut noise));
        let holed = with_holes(candidate, &mut noise);
        let reference = if i % 4 == 3 { reference } else { with_holes(reference, &mut noise) };
        for extent in [Extent::Union, Extent::Common] {
            let pair = Pair::new(&holed, &reference, extent).expect("a pair");
            POINTWISE.into_iter().for_each(|metric| check(&pair, &Rule::exact(metric)));
        }
    }
}

#[test]
fn it_does_so_where_all_bits_are_equal() {
    let mut noise = Noise(31);
    for kind in 0..5 {
        let plane = plane(Window::of_size(16, 9), kind, &mut noise);
        let pair = Pair::new(&plane, &plane, Extent::Union).expect("a pair");
        for metric in POINTWISE {
            for non_finite in [NonFinite::EqualToItself, NonFinite::NeverEqual] {
                check(&pair, &Rule { non_finite, ..Rule::exact(metric) });
            }
        }
    }
}

fn check(pair: &Pair<'_>, rule: &Rule) {
    let comparison = Cpu.compare(pair, rule, Want::Map);
    let map = comparison.map.expect("asked for");
    let stats = comparison.stats;
    assert_eq!(Cpu.compare(pair, rule, Want::Stats).stats, stats, "with and without a map");
    let (mut changed, mut uncovered, mut non_finite, mut max) = (0, 0, 0, (0.0f64, None));
    let (mut bins, mut zero) = (std::collections::BTreeMap::<i32, u64>::new(), 0);
    let (mut pixels, mut unreadable, mut nan, mut metric_max) = (0, 0, (0, 0), 0.0f64);
    for (index, (&value, &flags)) in map.values.iter().zip(&map.flags).enumerate() {
        let (x, y) = pair.window.pixel(index);
        if [pair.candidate, pair.reference].iter().any(|plane| plane.unreadable_at(x, y).is_some()) {
            assert_eq!((flags, value), (FLAG_UNREADABLE, 0.0), "({x}, {y})");
            assert_eq!(pair.values(x, y), None, "({x}, {y})");
            unreadable += 1;
            continue;
        }
        let nans = |plane: &Plane| {
            plane.pixel(x, y).map_or(0, |v| v.iter().filter(|sample| sample.to_f64().is_nan()).count())
        };
        nan = (nan.0 + nans(pair.candidate) as u64, nan.1 + nans(pair.reference) as u64);
        let sides = [pair.candidate, pair.reference].iter().filter(|p| p.data_window.contains(x, y)).count();
        pixels += u64::from(sides > 0);
        let expected = pixel(pair, rule, x, y);
        assert_eq!(flags & FLAG_UNCOVERED != 0, sides == 1, "({x}, {y})");
        let Some(expected) = expected else {
            uncovered += usize::from(sides == 1);
            changed += usize::from(sides == 1);
            continue;
        };
        assert_eq!(
            flags & FLAG_CHANGED != 0,
            expected.changed,
            "{rule:?} at ({x}, {y}): {:?}",
            pair.values(x, y)
        );
        assert_eq!(flags & FLAG_NON_FINITE != 0, expected.non_finite, "{rule:?} at ({x}, {y})");
        let exact = expected.metric as f32;
        let near = value == exact || (value - exact).abs() <= exact.abs() * f32::EPSILON;
        assert!(near, "{rule:?} at ({x}, {y}): {value} instead of {exact}");
        changed += usize::from(expected.changed);
        non_finite += usize::from(expected.non_finite);
        metric_max = metric_max.max(expected.metric.abs());
        if expected.max_abs > 0.0 {
            *bins.entry(expected.max_abs.log2().floor() as i32).or_default() += 1;
        } else if expected.has_delta {
            zero += 1;
        }
        if expected.max_abs > max.0 {
            max = (expected.max_abs, Some((x, y)));
        }
    }
    assert_eq!((stats.pixels, stats.unreadable, stats.nan), (pixels, unreadable, nan), "{rule:?}");
    assert_eq!(stats.changed, changed as u64, "{rule:?}");
    assert_eq!((stats.uncovered, stats.non_finite), (uncovered as u64, non_finite as u64));
    assert_eq!((stats.max_abs, stats.peak.as_ref().map(|peak| peak.at)), max, "{rule:?}");
    // The arc tangent of the system may differ in the last place.
    let slack = if rule.metric == Metric::Angle { 1e-14 * metric_max } else { 0.0 };
    assert!((stats.metric_max - metric_max).abs() <= slack, "{rule:?}: {} {metric_max}", stats.metric_max);
    assert_eq!(stats.histogram.bins().collect::<Vec<_>>(), Vec::from_iter(bins), "{rule:?}");
    assert_eq!(stats.histogram.zero, zero, "{rule:?}");
}

#[test]
fn sums_do_not_depend_on_the_number_of_threads() {
    let mut noise = Noise(11);
    let value = |noise: &mut Noise| f32::from_bits(0x3000_0000 + noise.next() % 0x1000_0000);
    let window = Window::of_size(641, 357);
    let mut plane = || {
        let samples = Samples::F32((0..window.pixels()).map(|_| value(&mut noise)).collect());
        Plane {
            data_window: window,
            display_window: window,
            unreadable: Vec::new(),
            channels: vec![PlaneChannel { name: "Z".into(), samples }],
        }
    };
    let (a, b) = (plane(), plane());
    let pair = Pair::new(&a, &b, Extent::Union).expect("a pair");
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| Cpu.compare(&pair, &Rule::exact(Metric::Abs), Want::Stats).stats)
    };
    let one = with(1);
    for threads in [2, 3, 16] {
        assert_eq!(with(threads), one, "{threads} threads");
    }
}
