//! What it means that two back ends agree.

use aovscope::gpu::{TILE_DOUBT, TILE_INEXACT, Unsettled, tile_rect};
use aovscope::image::Window;
use aovscope::metric::{
    Backend, Cpu, DeltaMap, FrameStats, Histogram, Metric, Pair, Partial, Rule, Want, rectangle_map,
};

use super::BACKEND;

/// Compares `pair` on both back ends, with the map and without.
#[track_caller]
pub fn assert_gpu_is_cpu(pair: &Pair<'_>, rule: &Rule, what: &str) {
    let what = format!("{what}, {rule:?}, window {}", pair.window);
    assert!(BACKEND.supports(pair, rule), "the GPU must do this itself: {what}");
    let cpu = Cpu.compare(pair, rule, Want::Map);
    let gpu = BACKEND.compare(pair, rule, Want::Map);
    assert!(BACKEND.trouble().is_none(), "the device failed: {:?}", BACKEND.trouble());
    assert_same_stats(&gpu.stats, &cpu.stats, &what);
    let (gpu_map, cpu_map) = (gpu.map.expect("asked for"), cpu.map.expect("asked for"));
    assert_same_map(&gpu_map, &cpu_map, rule.metric, &what);
    let alone = BACKEND.compare(pair, rule, Want::Stats);
    assert_same_stats(&alone.stats, &cpu.stats, &what);
    assert!(alone.map.is_none());
}

/// Compares what the GPU alone is sure of, tile by tile: [`assert_gpu_is_cpu`] could not tell a
/// shader that doubts everything from one that works. Returns (sure, all) tiles.
#[track_caller]
pub fn assert_sure_tiles_are_right(pair: &Pair<'_>, rule: &Rule, what: &str) -> (usize, usize) {
    let Unsettled { records, map, .. } = BACKEND
        .unsettled(pair, rule, Want::Map, &[])
        .unwrap_or_else(|error| panic!("{error}: {what}"))
        .unwrap_or_else(|| panic!("the GPU must do this itself: {what}"));
    let tiles = records.tiles;
    let mut histogram = Histogram::default();
    let map = map.expect("asked for");
    let mut sure = 0;
    for (index, tile) in tiles.iter().enumerate().filter(|(_, t)| t.bits & TILE_DOUBT == 0) {
        sure += 1;
        let rect = tile_rect(pair.window, index);
        let what = format!("tile {index} at {rect}: {what}, {rule:?}");
        let mut cpu = DeltaMap { window: rect, values: vec![0.0; rect.pixels() as usize], flags: vec![] };
        cpu.flags = vec![0; cpu.values.len()];
        let partial = rectangle_map(pair, rule, rect, &mut cpu.values, &mut cpu.flags);
        assert_same_map(&cut(&map, rect), &cpu, rule.metric, &what);
        histogram.merge(&partial.histogram);
        let gpu = tile.partial(pair, rect, rule.metric);
        let counts = |p: &Partial| {
            let pixels = (p.pixels, p.changed, p.uncovered, p.non_finite);
            (pixels, p.compared_values, p.delta_pixels, p.metric_pixels, p.nan, p.inf)
        };
        assert_eq!(counts(&gpu), counts(&partial), "{what}");
        assert_eq!(gpu.max_abs as f32, partial.max_abs as f32, "{what}");
        if tile.bits & TILE_INEXACT == 0 {
            assert_eq!((gpu.max_abs, gpu.max_at), (partial.max_abs, partial.max_at), "{what}");
        }
        let near = |name, gpu: f64, cpu: f64, scale: f64| {
            assert!((gpu - cpu).abs() <= 1e-6 * scale, "{name}: {gpu:e}, expected {cpu:e}: {what}");
        };
        // Sums beyond f32 are the settling's business.
        if partial.max_abs < 1e17 && partial.metric_max < 1e30 {
            let flushed = 2.0f64.powi(-115);
            near("sum_abs", gpu.sums.abs, partial.sums.abs, partial.sums.abs);
            near("sum_signed", gpu.sums.signed, partial.sums.signed, partial.sums.abs);
            near(
                "sum_squared",
                gpu.sums.squared,
                partial.sums.squared,
                partial.sums.squared + flushed / 1e-6,
            );
            let scale = if rule.metric == Metric::Signed { partial.sums.abs } else { partial.metric_sum };
            near("sum_metric", gpu.metric_sum, partial.metric_sum, scale);
        }
    }
    assert_eq!(records.histogram, histogram, "the histogram of the sure tiles: {what}, {rule:?}");
    (sure, tiles.len())
}

fn cut(map: &DeltaMap, rect: Window) -> DeltaMap {
    let index = |i| {
        let (x, y) = rect.pixel(i);
        map.window.index(x, y).expect("tiles are inside the window")
    };
    let pixels = 0..rect.pixels() as usize;
    DeltaMap {
        window: rect,
        values: pixels.clone().map(|i| map.values[index(i)]).collect(),
        flags: pixels.map(|i| map.flags[index(i)]).collect(),
    }
}

/// Everything but the means is equal; the means are within 1e-6.
#[track_caller]
pub fn assert_same_stats(gpu: &FrameStats, cpu: &FrameStats, what: &str) {
    let exact = |s: &FrameStats| FrameStats {
        mean_abs: 0.0,
        mean_signed: 0.0,
        rmse: 0.0,
        metric_mean: 0.0,
        ..s.clone()
    };
    assert_eq!(exact(gpu), exact(cpu), "{what}");
    let near = |name, gpu: f64, cpu: f64, scale: f64| {
        let equal = gpu == cpu || (gpu.is_nan() && cpu.is_nan());
        assert!(
            equal || (gpu - cpu).abs() <= 1e-6 * scale.abs(),
            "{name}: {gpu:e}, expected {cpu:e}: {what}"
        );
    };
    near("mean_abs", gpu.mean_abs, cpu.mean_abs, cpu.mean_abs);
    near("mean_signed", gpu.mean_signed, cpu.mean_signed, cpu.mean_abs);
    near("rmse", gpu.rmse, cpu.rmse, cpu.rmse);
    // The mean of a signed value is judged by the mean of its size, which mean_abs bounds.
    let scale = if cpu.metric_mean < 0.0 || gpu.metric_mean < 0.0 { cpu.mean_abs } else { cpu.metric_mean };
    near("metric_mean", gpu.metric_mean, cpu.metric_mean, scale.max(signed_scale(cpu, what)));
}

fn signed_scale(cpu: &FrameStats, what: &str) -> f64 {
    if what.contains("Signed") { cpu.mean_abs } else { 0.0 }
}

/// Flags are equal; `abs`, `signed`, `ulp` and `id` bit for bit, `rel` within 4, `sq` and `length` within
/// 8 and `angle` within 160 units in the last place.
#[track_caller]
pub fn assert_same_map(gpu: &DeltaMap, cpu: &DeltaMap, metric: Metric, what: &str) {
    assert_eq!(gpu.window, cpu.window, "{what}");
    assert_eq!((gpu.values.len(), gpu.flags.len()), (cpu.values.len(), cpu.flags.len()), "{what}");
    let ulps = match metric {
        Metric::Abs | Metric::Signed | Metric::Ulp | Metric::Id => 0,
        Metric::Rel => 4,
        Metric::Sq | Metric::Length => 8,
        Metric::Angle => 160,
        Metric::Flip => unreachable!("no pass of its own"),
    };
    for i in 0..cpu.values.len() {
        let at = cpu.window.pixel(i);
        assert_eq!(gpu.flags[i], cpu.flags[i], "flags of pixel {at:?}: {what}");
        let (g, c) = (gpu.values[i], cpu.values[i]);
        let off = i64::from(g.to_bits() as i32).abs_diff(i64::from(c.to_bits() as i32));
        assert!(off <= ulps, "pixel {at:?}: {g:e}, expected {c:e}, {off} ulps apart: {what}");
    }
}

#[test]
#[should_panic(expected = "flags of pixel (1, 0)")]
fn a_wrong_flag_is_seen() {
    let map = |flags: Vec<u8>| DeltaMap { window: Window::of_size(2, 1), values: vec![0.0; 2], flags };
    assert_same_map(&map(vec![0, 1]), &map(vec![0, 0]), Metric::Abs, "");
}
