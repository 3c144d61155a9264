use crate::support::POINTWISE;
use aovscope::image::{Plane, PlaneChannel, SampleType, Samples, Unreadable, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, NonFinite, Pair, Rule, Want};

use super::BACKEND;
use super::noise::{Fill, Noise, disturbed, plane};
use super::same::{assert_gpu_is_cpu, assert_sure_tiles_are_right};

const TYPES: [SampleType; 5] =
    [SampleType::U8, SampleType::U16, SampleType::F16, SampleType::U32, SampleType::F32];
const FILLS: [Fill; 4] = [Fill::AnyBits, Fill::Awkward, Fill::Render, Fill::Coarse];

fn rules(sample_type: SampleType) -> Vec<Rule> {
    let mut rules: Vec<Rule> = POINTWISE.map(Rule::exact).to_vec();
    let unit = match sample_type {
        SampleType::U8 => 1.0 / 255.0,
        SampleType::U16 => 1.0 / 65535.0,
        SampleType::U32 => 1.0,
        SampleType::F16 | SampleType::F32 => 0.1,
    };
    for (abs, rel) in [(unit, 0.0), (0.0, 0.05), (unit * 2.5, 1e-3), (1e-38, 0.0), (1e35, 0.0)] {
        for metric in [Metric::Abs, Metric::Signed] {
            rules.push(Rule { abs, rel, ..Rule::exact(metric) });
        }
    }
    for metric in [Metric::Ulp, Metric::Angle] {
        for abs in [0.5, 1.0, 20.0, 3e5] {
            rules.push(Rule { abs, ..Rule::exact(metric) });
        }
    }
    for metric in [Metric::Rel, Metric::Sq, Metric::Length] {
        rules.push(Rule { abs: unit, ..Rule::exact(metric) });
        rules.push(Rule { abs: 1.0, floor: 1e-3, ..Rule::exact(metric) });
    }
    rules.push(Rule { non_finite: NonFinite::NeverEqual, ..Rule::exact(Metric::Abs) });
    rules.push(Rule { non_finite: NonFinite::NeverEqual, ..Rule::exact(Metric::Id) });
    rules
}

/// Rules whose numbers f32 cannot hold are the CPU's.
fn on_gpu(rule: &Rule) -> bool {
    rule.abs == 0.0 || (1e-30..1e30).contains(&rule.abs)
}

fn compare(sample_type: SampleType, fill: Fill, size: (u32, u32), channels: usize) {
    let window = Window::of_size(size.0, size.1);
    let mut noise = Noise(0x9e37_79b9 + u64::from(size.0) * 31 + channels as u64);
    let reference = plane(&mut noise, window, window, (sample_type, channels), fill);
    let near = disturbed(&mut noise, &reference, 5);
    let far = plane(&mut noise, window, window, (sample_type, channels), fill);
    for rule in rules(sample_type).iter().filter(|rule| on_gpu(rule)) {
        for (name, candidate) in [("same", &reference), ("near", &near), ("far", &far)] {
            let pair = Pair::new(candidate, &reference, Extent::Union).expect("the same windows");
            let what = format!("{sample_type:?} x{channels} {fill:?} {name}");
            assert_gpu_is_cpu(&pair, rule, &what);
            let (sure, tiles) = assert_sure_tiles_are_right(&pair, rule, &what);
            let plain = rule.abs == 0.0 && rule.rel == 0.0 && rule.metric != Metric::Signed;
            if plain && fill == Fill::Render && name != "near" {
                // Nearly parallel vectors are among the random ones, and differences that are rounded to a
                // power of two, a border of the histogram's bins.
                let least = if rule.metric == Metric::Angle { tiles / 2 } else { tiles - tiles / 20 };
                assert!(sure >= least, "{sure} of {tiles} are sure there: {what}, {rule:?}");
            }
        }
    }
}

#[test]
fn every_type_metric_and_fill() {
    for sample_type in TYPES {
        for fill in FILLS {
            compare(sample_type, fill, (21, 18), 3);
        }
    }
}

#[test]
fn odd_sizes_and_channel_counts() {
    for sample_type in [SampleType::F32, SampleType::F16, SampleType::U8] {
        for (size, channels) in [((1, 1), 1), ((7, 3), 2), ((16, 16), 4), ((1, 130), 1), ((130, 1), 4)] {
            compare(sample_type, Fill::AnyBits, size, channels);
            compare(sample_type, Fill::Coarse, size, channels);
        }
    }
}

#[test]
fn a_larger_picture() {
    compare(SampleType::F32, Fill::Render, (257, 129), 3);
    compare(SampleType::F16, Fill::AnyBits, (257, 129), 4);
}

#[test]
fn windows_apart_off_the_origin_and_cropped() {
    let display = Window::of_size(64, 48);
    let windows = [
        (Window::new(-5, -3, 40, 30), Window::new(7, 4, 50, 40)),
        (Window::new(0, 0, 10, 10), Window::new(30, 20, 5, 5)),
        (Window::new(-100, 50, 64, 3), Window::new(-100, 50, 64, 3)),
        (Window::new(3, 3, 20, 20), Window::new(5, 5, 4, 4)),
    ];
    let mut noise = Noise(7);
    for (a, b) in windows {
        for (sample_type, fill) in [
            (SampleType::F32, Fill::AnyBits),
            (SampleType::F16, Fill::Awkward),
            (SampleType::U32, Fill::Render),
        ] {
            let candidate = plane(&mut noise, a, display, (sample_type, 3), fill);
            let reference = plane(&mut noise, b, display, (sample_type, 3), fill);
            for extent in [Extent::Union, Extent::Common] {
                let Ok(pair) = Pair::new(&candidate, &reference, extent) else { continue };
                for metric in POINTWISE {
                    assert_gpu_is_cpu(&pair, &Rule::exact(metric), "windows");
                    assert_sure_tiles_are_right(&pair, &Rule::exact(metric), "windows");
                }
            }
        }
    }
}

#[test]
fn values_on_the_threshold_are_decided_as_in_f64() {
    let window = Window::of_size(64, 64);
    let mut noise = Noise(11);
    let reference = plane(&mut noise, window, window, (SampleType::F32, 1), Fill::Render);
    let mut candidate = reference.clone();
    let Samples::F32(values) = &mut candidate.channels[0].samples else { unreachable!() };
    for value in values.iter_mut() {
        // Around b + 0.1: some units in the last place to either side.
        let edge = (f64::from(*value) + 0.1) as f32;
        *value = f32::from_bits(edge.to_bits().wrapping_add(noise.below(9)).wrapping_sub(4));
    }
    let pair = Pair::new(&candidate, &reference, Extent::Union).expect("the same windows");
    for metric in [Metric::Abs, Metric::Signed, Metric::Rel] {
        for abs in [0.1, f64::from(0.1f32), 0.099_999_999, 0.25] {
            assert_gpu_is_cpu(&pair, &Rule { abs, ..Rule::exact(metric) }, "threshold");
        }
    }
    for rel in [0.1, 0.05] {
        assert_gpu_is_cpu(&pair, &Rule { rel, ..Rule::exact(Metric::Abs) }, "relative threshold");
    }
}

#[test]
fn sums_of_very_small_and_very_large_differences() {
    let window = Window::of_size(50, 40);
    for scale in [1e-44f32, 1e-37, 1e-31, 1e-25, 1e-20, 1e-14, 1e-9, 1e9, 1e17, 1e19, 1e30, 1e37] {
        let mut noise = Noise(13);
        let mut pair_of =
            [0, 1].map(|_| plane(&mut noise, window, window, (SampleType::F32, 2), Fill::Render));
        for plane in &mut pair_of {
            for channel in &mut plane.channels {
                let Samples::F32(values) = &mut channel.samples else { unreachable!() };
                values.iter_mut().for_each(|v| *v *= scale);
            }
        }
        let pair = Pair::new(&pair_of[0], &pair_of[1], Extent::Union).expect("the same windows");
        for metric in POINTWISE {
            assert_gpu_is_cpu(&pair, &Rule::exact(metric), &format!("scale {scale:e}"));
            assert_sure_tiles_are_right(&pair, &Rule::exact(metric), &format!("scale {scale:e}"));
        }
    }
}

#[test]
fn a_pair_with_unreadable_pixels_is_the_cpus() {
    let window = Window::of_size(40, 30);
    let mut noise = Noise(17);
    let [mut candidate, reference] =
        [0, 1].map(|_| plane(&mut noise, window, window, (SampleType::F16, 3), Fill::Render));
    let hole = Window::new(0, 9, 40, 3);
    candidate.unreadable.push(Unreadable { window: hole, incomplete: true, reason: "cut".into() });
    for extent in [Extent::Union, Extent::Common] {
        let pair = Pair::new(&candidate, &reference, extent).expect("the same windows");
        for metric in POINTWISE {
            let rule = Rule::exact(metric);
            assert!(!BACKEND.supports(&pair, &rule));
            let pixels = [(0, 9), (0, 8), (39, 12)];
            let gpu = BACKEND.compare_and_gather(&pair, &rule, Want::Map, &pixels);
            let cpu = Cpu.compare_and_gather(&pair, &rule, Want::Map, &pixels);
            assert_eq!((gpu.0.stats, gpu.1), (cpu.0.stats.clone(), cpu.1), "{metric:?}");
            let (gpu, cpu) = (gpu.0.map.expect("asked for"), cpu.0.map.expect("asked for"));
            assert_eq!((gpu.values, gpu.flags), (cpu.values, cpu.flags), "{metric:?}");
        }
        let values = BACKEND.compare_and_gather(&pair, &Rule::exact(Metric::Abs), Want::Stats, &[(7, 10)]).1;
        assert!(values[0].candidate.is_none() && values[0].reference.is_some());
    }
}

/// Two planes of 3x2 pixels, every pixel alike.
fn pair_of(candidate: f32, reference: f32) -> [Plane; 2] {
    let window = Window::of_size(3, 2);
    [candidate, reference].map(|value| Plane {
        data_window: window,
        display_window: window,
        unreadable: Vec::new(),
        channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::F32(vec![value; 6]) }],
    })
}

/// Whether the pass is sure of `candidate` against `reference`.
fn is_sure(candidate: f32, reference: f32) -> bool {
    let planes = pair_of(candidate, reference);
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    assert_gpu_is_cpu(&pair, &Rule::exact(Metric::Abs), "one value");
    assert_sure_tiles_are_right(&pair, &Rule::exact(Metric::Abs), "one value").0 == 1
}

/// A device may flush what this one keeps: such differences must never count as sure.
#[test]
fn differences_that_a_device_may_flush_are_in_doubt() {
    let denormal = f32::from_bits(1);
    for (a, b) in [(denormal, 0.0), (0.0, -denormal), (f32::MIN_POSITIVE, denormal), (1e-37, 1.01e-37)] {
        assert!(!is_sure(a, b), "{a:e} against {b:e}");
    }
    assert!(!is_sure(f32::MAX, -f32::MAX), "the difference overflows");
    assert!(!is_sure(1.0, 1e-9), "rounded up to a power of two, it changes its bin");
    for (a, b) in [(0.0, -0.0), (-0.0, 0.0), (denormal, denormal), (0.75, denormal), (0.5, 0.25)] {
        assert!(is_sure(a, b), "{a:e} against {b:e}");
    }
}

#[test]
fn what_the_gpu_cannot_do_the_cpu_does() {
    use aovscope::metric::{Backend, Cpu, Want};
    let window = Window::of_size(20, 10);
    let mut noise = Noise(17);
    let floats = plane(&mut noise, window, window, (SampleType::F32, 3), Fill::Render);
    let halves = plane(&mut noise, window, window, (SampleType::F16, 3), Fill::Render);
    let wide = plane(&mut noise, window, window, (SampleType::F32, 6), Fill::Render);
    let huge = Rule { abs: 1e35, ..Rule::exact(Metric::Abs) };
    for (a, b, rule) in [
        (&floats, &halves, Rule::exact(Metric::Abs)),
        (&wide, &wide, Rule::exact(Metric::Abs)),
        (&floats, &floats, huge),
    ] {
        let pair = Pair::new(a, b, Extent::Union).expect("the same windows");
        assert!(!super::BACKEND.supports(&pair, &rule));
        let (gpu, cpu) =
            (super::BACKEND.compare(&pair, &rule, Want::Map), Cpu.compare(&pair, &rule, Want::Map));
        assert_eq!(gpu.stats, cpu.stats);
        assert!(super::BACKEND.trouble().is_none());
    }
}
