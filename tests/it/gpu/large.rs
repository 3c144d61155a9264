//! A picture of 8192 by 8192: what only size shows (counts in words, sums over many tiles, places of pixels,
//! sizes of buffers).

use aovscope::image::{Plane, PlaneChannel, Samples, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};

use super::BACKEND;
use super::noise::Noise;
use super::same::assert_same_stats;

const SIDE: u32 = 8192;

fn grey(samples: Vec<u8>) -> Plane {
    let window = Window::of_size(SIDE, SIDE);
    let channels = vec![PlaneChannel { name: "Y".into(), samples: Samples::U8(samples) }];
    Plane { data_window: window, display_window: window, channels, unreadable: Vec::new() }
}

/// Each row its own slow ramp, so that a pixel in the wrong place has another value.
fn ramp() -> Vec<u8> {
    let row = |y: u32| (0..SIDE).map(move |x| (x / 64 + y / 128 + y % 3) as u8);
    (0..SIDE).flat_map(row).collect()
}

/// One difference in each corner, the largest in the last; noise over a region that no tile begins with.
fn disturbed(reference: &[u8]) -> Vec<u8> {
    let mut samples = reference.to_vec();
    let index = |x: u32, y: u32| (y * SIDE + x) as usize;
    let mut noise = Noise(8192);
    for y in 4091..4603 {
        for x in 7001..7513 {
            samples[index(x, y)] ^= (noise.next() & 31) as u8;
        }
    }
    for (x, y) in [(0, 0), (SIDE - 1, 0), (0, SIDE - 1)] {
        samples[index(x, y)] ^= 64;
    }
    let last = &mut samples[index(SIDE - 1, SIDE - 1)];
    *last = if *last < 128 { 255 } else { 0 };
    samples
}

#[test]
fn a_picture_of_8192_by_8192() {
    let reference = ramp();
    let (candidate, reference) = (grey(disturbed(&reference)), grey(reference));
    let pair = Pair::new(&candidate, &reference, Extent::Union).expect("the same windows");
    let rule = Rule::exact(Metric::Abs);
    assert!(BACKEND.supports(&pair, &rule), "the GPU must do this itself");
    let gpu = BACKEND.compare(&pair, &rule, Want::Stats).stats;
    assert_eq!(BACKEND.trouble(), None);
    let cpu = Cpu.compare(&pair, &rule, Want::Stats).stats;
    assert_same_stats(&gpu, &cpu, "8192 by 8192");
    // Both may not miss the same.
    let last = (SIDE as i32 - 1, SIDE as i32 - 1);
    assert_eq!(cpu.peak.as_ref().map(|peak| peak.at), Some(last));
    assert_eq!(cpu.pixels, u64::from(SIDE) * u64::from(SIDE));
    // Of 512 by 512 pixels of noise one in 32 stays as it is.
    assert!((250_000..258_000).contains(&cpu.changed), "{} changed", cpu.changed);
}
