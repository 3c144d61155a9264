//! The metric `flip` among the others: its figures, and what it leaves out.

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::{Plane, Samples, Unreadable, Window};
use aovscope::metric::flip::{flip_map, pool};
use aovscope::metric::{
    Backend, Cpu, Extent, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNREADABLE, FrameStats, Metric, Pair, Rule,
    Want,
};

use crate::support::small_data;

fn frames() -> [Plane; 2] {
    let key = "ViewLayer.Combined";
    ["clothsimv1", "clothsimv2"].map(|name| {
        let path = small_data().join(format!("cloth/{name}/{name}.0012.exr"));
        let info = read_info(&path, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
        let aov = info.aov(key).unwrap_or_else(|| panic!("{key} in {:?}", info.aovs));
        read_planes(&info, &[aov], &Limits::default()).remove(0).unwrap_or_else(|e| panic!("{e}"))
    })
}

fn pair<'a>(planes: &'a [Plane; 2]) -> Pair<'a> {
    Pair::new(&planes[1], &planes[0], Extent::Union).expect("a pair")
}

fn set(plane: &mut Plane, channel: usize, index: usize, value: f32) {
    match &mut plane.channels[channel].samples {
        Samples::F32(values) => values[index] = value,
        Samples::F16(values) => values[index] = half::f16::from_f32(value),
        _ => unreachable!("floats"),
    }
}

#[test]
fn figures_are_those_of_the_map_and_of_the_values() {
    let planes = frames();
    let pair = pair(&planes);
    let errors = flip_map(&pair, &Rule::exact(Metric::Flip).flip);
    assert!(errors.values.iter().filter(|&&v| v > 0.05).count() > 100, "a difference that is seen");
    for abs in [0.0, 0.05, 2.0] {
        let comparison = Cpu.compare(&pair, &Rule { abs, ..Rule::exact(Metric::Flip) }, Want::Map);
        let (stats, map) = (comparison.stats, comparison.map.expect("asked for"));
        assert_eq!(map.values, errors.values);
        let above = errors.values.iter().filter(|&&v| f64::from(v) > abs).count();
        assert_eq!(stats.changed, above as u64);
        assert_eq!(map.flags.iter().filter(|&&f| f & FLAG_CHANGED != 0).count(), above);
        let figures = stats.flip.expect("the metric is flip");
        assert_eq!((figures.pool, figures.range), (pool(&errors.values), errors.range));
        assert!((stats.metric_mean - figures.pool.mean).abs() < 1e-9);
        assert_eq!(stats.metric_max, f64::from(figures.pool.max));
        // Everything else is of the values.
        let values = Cpu.compare(&pair, &Rule::exact(Metric::Abs), Want::Stats).stats;
        let of_values = |s: &FrameStats| (s.pixels, s.max_abs, s.peak.clone(), s.mean_abs, s.rmse);
        assert_eq!(of_values(&stats), of_values(&values));
        assert_eq!(stats.histogram, values.histogram);
        assert_eq!(values.flip, None);
    }
}

#[test]
fn what_cannot_be_compared_enters_no_figure() {
    let mut planes = frames();
    let window = planes[0].data_window;
    for channel in 0..planes[1].channels.len() {
        set(&mut planes[1], channel, 5, f32::NAN);
    }
    let hole = Window::new(window.x, window.y + 2, 40, 3);
    planes[0].unreadable.push(Unreadable { window: hole, incomplete: false, reason: String::new() });
    let pair = pair(&planes);
    let comparison = Cpu.compare(&pair, &Rule::exact(Metric::Flip), Want::Map);
    let (stats, map) = (comparison.stats, comparison.map.expect("asked for"));
    assert_eq!((map.values[5], map.flags[5]), (0.0, FLAG_CHANGED | FLAG_NON_FINITE));
    let start = 2 * window.width as usize;
    assert!(map.flags[start..start + 40].iter().all(|&flags| flags == FLAG_UNREADABLE));
    assert_eq!((stats.unreadable, stats.non_finite), (120, 1));
    let sum: f64 = map.values.iter().map(|&v| f64::from(v)).sum();
    let pixels = (window.pixels() - 120 - 1) as f64;
    assert!((stats.metric_mean - sum / pixels).abs() < 1e-12, "{} {}", stats.metric_mean, sum / pixels);
    assert!(map.values.iter().all(|v| (0.0..=1.0).contains(v)));
}

#[test]
fn vectors_are_compared_all_the_same() {
    let mut planes = frames();
    for plane in &mut planes {
        plane.channels.truncate(2);
    }
    let pair = pair(&planes);
    let flip = Cpu.compare(&pair, &Rule::exact(Metric::Flip), Want::Stats).stats;
    assert_eq!(flip, Cpu.compare(&pair, &Rule::exact(Metric::Abs), Want::Stats).stats);
}
