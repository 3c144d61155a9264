//! What it means that two back ends agree.

use aovscope::metric::{Backend, Cpu, DeltaMap, FrameStats, Metric, Pair, Rule, Want};

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

/// Flags are equal; `abs`, `signed` and `id` bit for bit, `rel` within 4 and `sq` within 8 units in
/// the last place.
#[track_caller]
pub fn assert_same_map(gpu: &DeltaMap, cpu: &DeltaMap, metric: Metric, what: &str) {
    assert_eq!(gpu.window, cpu.window, "{what}");
    assert_eq!((gpu.values.len(), gpu.flags.len()), (cpu.values.len(), cpu.flags.len()), "{what}");
    let ulps = match metric {
        Metric::Abs | Metric::Signed | Metric::Id => 0,
        Metric::Rel => 4,
        Metric::Sq => 8,
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
    let map = |flags: Vec<u8>| DeltaMap {
        window: aovscope::image::Window::of_size(2, 1),
        values: vec![0.0; 2],
        flags,
    };
    assert_same_map(&map(vec![0, 1]), &map(vec![0, 0]), Metric::Abs, "");
}
