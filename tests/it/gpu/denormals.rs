//! The rule on denormals (see `aovscope::gpu`): a device may keep or flush them, and no result shows
//! which.

use crate::support::POINTWISE;
use aovscope::image::{Plane, PlaneChannel, Samples, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};
use half::f16;

use super::BACKEND;
use super::same::{assert_gpu_is_cpu, assert_sure_tiles_are_right};

/// One row of pixels, 16 to a tile.
fn row(samples: Samples) -> Plane {
    let window = Window::of_size(samples.len() as u32, 1);
    let channels = vec![PlaneChannel { name: "Z".into(), samples }];
    Plane { data_window: window, display_window: window, channels, unreadable: Vec::new() }
}

/// (sure, all) tiles of `a` against `b`, after both back ends were found to agree.
#[track_caller]
fn sure(a: &Plane, b: &Plane, rule: &Rule) -> (usize, usize) {
    let pair = Pair::new(a, b, Extent::Union).expect("the same windows");
    assert_gpu_is_cpu(&pair, rule, "denormals");
    assert_sure_tiles_are_right(&pair, rule, "denormals")
}

/// A half's denormals are normal in f32: nothing is in doubt that would not be so for others.
#[test]
fn halves_are_exact() {
    let halves = |bits: &mut dyn Iterator<Item = u16>| row(Samples::F16(bits.map(f16::from_bits).collect()));
    let all = halves(&mut (0..2048));
    let negative = halves(&mut (0..2048).map(|bits| bits | 0x8000));
    let zero = halves(&mut (0..2048).map(|_| 0));
    let next = halves(&mut (1..2049));
    for (a, b) in [(&all, &zero), (&zero, &all), (&all, &negative), (&all, &next)] {
        for metric in [Metric::Abs, Metric::Id] {
            let (sure, tiles) = sure(a, b, &Rule::exact(metric));
            assert_eq!(sure, tiles, "{metric:?}");
        }
        sure(a, b, &Rule { abs: 2.0f64.powi(-24), ..Rule::exact(Metric::Abs) });
        sure(a, b, &Rule { rel: 0.5, ..Rule::exact(Metric::Abs) });
        sure(a, b, &Rule { floor: 2.0f64.powi(-24), ..Rule::exact(Metric::Rel) });
        sure(a, b, &Rule::exact(Metric::Sq));
    }
}

/// Bits of f32 around zero, the least normal number, and 2^-100; of both signs.
fn small_numbers() -> Vec<f32> {
    let around = [0, 1, 0x0040_0000, 0x007f_fff0, 0x0080_0008, 0x00ff_fff8, 0x0d80_0000, 0x3f80_0000];
    let bits = around.into_iter().flat_map(|bits: u32| (0..12).map(move |i| bits.saturating_add(i)));
    let values = bits.map(f32::from_bits);
    values.flat_map(|value| [value, -value]).collect()
}

#[test]
fn values_and_differences_of_floats() {
    let numbers = small_numbers();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for (i, &left) in numbers.iter().enumerate() {
        a.extend(numbers.iter().map(|_| left));
        b.extend(numbers.iter().cycle().skip(i).take(numbers.len()));
    }
    // A row may not be longer than a texture is wide on every device; several rows do as well.
    for (a, b) in a.chunks(4096).zip(b.chunks(4096)) {
        let (a, b) = (row(Samples::F32(a.to_vec())), row(Samples::F32(b.to_vec())));
        for metric in POINTWISE {
            sure(&a, &b, &Rule::exact(metric));
        }
        for (abs, rel) in [(1e-30, 0.0), (0.0, 1e-30), (1e-30, 0.9), (0.0, 0.5)] {
            sure(&a, &b, &Rule { abs, rel, ..Rule::exact(Metric::Abs) });
        }
        sure(&a, &b, &Rule { floor: 1e-30, ..Rule::exact(Metric::Rel) });
    }
}

/// What the pass is sure of, 2^-100 and above, is the same on a device that flushes operands and
/// results: the argument behind the rule, number by number.
#[test]
fn flushing_does_not_show_where_the_pass_is_sure() {
    let flushed = |value: f32| if value.abs() < f32::MIN_POSITIVE { 0.0 } else { value };
    let numbers = small_numbers();
    let mut tried = 0;
    for &a in &numbers {
        for &b in &numbers {
            let kept = a - b;
            if kept.abs() >= 2.0f32.powi(-100) {
                let other = flushed(flushed(a) - flushed(b));
                assert_eq!(kept.to_bits(), other.to_bits(), "{a:e} - {b:e}");
                tried += 1;
            }
        }
    }
    assert!(tried > 1000);
}

/// A tolerance that f32 would flush is the CPU's.
#[test]
fn tolerances() {
    let numbers = small_numbers();
    let a = row(Samples::F32(numbers.clone()));
    let b = row(Samples::F32(numbers.iter().map(|value| value * 1.5).collect()));
    let pair = Pair::new(&a, &b, Extent::Union).expect("the same windows");
    let exact = Rule::exact(Metric::Abs);
    for rule in [
        Rule { abs: 1e-40, ..exact },
        Rule { abs: 5e-324, ..exact },
        Rule { rel: 1e-42, ..exact },
        Rule { abs: f64::from(f32::MIN_POSITIVE), ..exact },
        Rule { floor: 1e-39, ..Rule::exact(Metric::Rel) },
        Rule { abs: 1e-45, ..Rule::exact(Metric::Sq) },
    ] {
        assert!(!BACKEND.supports(&pair, &rule), "{rule:?}");
        let (gpu, cpu) = (BACKEND.compare(&pair, &rule, Want::Map), Cpu.compare(&pair, &rule, Want::Map));
        assert_eq!(gpu.stats, cpu.stats, "{rule:?}");
        assert_eq!(gpu.map.expect("asked for").flags, cpu.map.expect("asked for").flags, "{rule:?}");
    }
}
