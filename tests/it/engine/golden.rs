//! Every pair of the golden data gives the figures that numpy, reading through OpenEXR's own
//! module, has for it: counts, maxima and positions exactly, means to 1e-6 relative.

use std::path::Path;

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::{ImageInfo, Plane};
use aovscope::metric::{Backend, Cpu, Extent, FrameStats, Metric, Pair, Rule, Want};
use serde_json::Value;

use crate::support::any_data;

/// Files that cannot be read yet: (part of the path, what the error must name).
const NOT_READ_YET: [(&str, &str); 1] = [("cloth_HTJ2K256", "HTJ2K")];

/// By how much two JPEG decoders may differ.
const JPEG_SLACK: f64 = 2.0 / 255.0 + 1e-12;
/// By how much two DWA decoders may differ, relative to the largest delta.
const DWA_SLACK: f64 = 2e-3;

#[test]
fn figures_agree_with_numpy() {
    let root = any_data();
    let text = std::fs::read_to_string(root.join("golden-compare.json")).expect("golden-compare.json");
    // Python writes the non-finite figures of idiff, which are not used here, in words of its own.
    let text = text.replace("-Infinity", "null").replace("Infinity", "null").replace("NaN", "null");
    let golden: Value = serde_json::from_str(&text).expect("JSON");
    let thresholds = [0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1.0 / 255.0, 0.01, 0.05, 0.1];
    let mut compared = 0;
    for (job, content) in golden["jobs"].as_object().expect("jobs") {
        for pair in content["pairs"].as_array().expect("pairs") {
            compared += check_pair(&root, job, pair, &thresholds);
        }
    }
    assert!(compared >= 60, "only {compared} AOVs were compared");
}

fn check_pair(root: &Path, job: &str, pair: &Value, thresholds: &[f64]) -> usize {
    let file = |side: &str| root.join(pair[side].as_str().expect("a path"));
    let (a, b) = (file("a"), file("b"));
    let what = format!("{job}: {} against {}", pair["a"], pair["b"]);
    let info = |path: &Path| read_info(path, &Limits::default()).unwrap_or_else(|e| panic!("{what}: {e}"));
    let (info_a, info_b) = (info(&a), info(&b));
    let mut compared = 0;
    for (key, expected) in pair["numpy"]["aovs"].as_object().expect("aovs") {
        let what = format!("{what}, {key}");
        let decoded = (plane(&info_a, key, &what), plane(&info_b, key, &what));
        let (Some(a), Some(b)) = decoded else { continue };
        let slack = slack(&info_a, &info_b);
        check_aov(&a, &b, expected, slack, thresholds, &what);
        compared += 1;
    }
    compared
}

/// The AOV's plane; `None` only for the files that are known not to be read yet.
fn plane(info: &ImageInfo, key: &str, what: &str) -> Option<Plane> {
    if let Some(channel) = luminance_chroma(info, key, what) {
        return Some(channel);
    }
    let aov = info.aov(key).unwrap_or_else(|| panic!("{what}: no such AOV in {:?}", info.path));
    let plane = read_planes(info, &[aov], &Limits::default()).remove(0);
    let path = info.path.to_string_lossy().into_owned();
    if let Some((_, word)) = NOT_READ_YET.iter().find(|(part, _)| path.contains(part)) {
        let error = plane.expect_err("said to be unreadable").to_string();
        assert!(error.contains(word), "{what}: {error}");
        return None;
    }
    Some(plane.unwrap_or_else(|error| panic!("{what}: {error}")))
}

/// The golden figures have Y, RY and BY apart: one channel of the AOV `yc`.
fn luminance_chroma(info: &ImageInfo, key: &str, what: &str) -> Option<Plane> {
    let aov = info.aov("yc").filter(|_| info.aov(key).is_none())?;
    let plane = read_planes(info, &[aov], &Limits::default()).remove(0);
    let mut plane = plane.unwrap_or_else(|error| panic!("{what}: {error}"));
    plane.channels.retain(|channel| channel.name == key);
    (!plane.channels.is_empty()).then_some(plane)
}

/// Decoders of lossy formats may differ by a little.
#[derive(Clone, Copy, PartialEq)]
enum Slack {
    None,
    Jpeg,
    Dwa,
}

fn slack(a: &ImageInfo, b: &ImageInfo) -> Slack {
    let is = |word: &str| [a, b].iter().any(|i| i.parts.iter().any(|p| p.compression.starts_with(word)));
    if is("JPEG") {
        Slack::Jpeg
    } else if is("DWA") {
        Slack::Dwa
    } else {
        Slack::None
    }
}

fn check_aov(a: &Plane, b: &Plane, expected: &Value, slack: Slack, thresholds: &[f64], what: &str) {
    let extent = if a.display_window == b.display_window { Extent::Union } else { Extent::Common };
    // The golden bias is b − a: a is the reference.
    let pair = Pair::new(b, a, extent).unwrap_or_else(|error| panic!("{what}: {error}"));
    let rule = Rule::exact(Metric::Abs);
    let stats = Cpu.compare(&pair, &rule, Want::Stats).stats;
    let number = |field: &str| expected[field].as_f64().unwrap_or_else(|| panic!("{what}: {field}"));
    let (mae, max) = (number("mae"), number("max"));
    match slack {
        Slack::Jpeg => {
            let near = |mine: f64, theirs: f64| (mine - theirs).abs() <= JPEG_SLACK;
            assert!(near(stats.max_abs, max) && near(stats.mean_abs, mae), "{what}: {stats:?}");
            assert!(near(stats.rmse, number("rmse")) && near(stats.mean_signed, number("bias")), "{what}");
        }
        Slack::Dwa => {
            let near = |mine: f64, theirs: f64| (mine - theirs).abs() <= DWA_SLACK * max.max(1e-3);
            assert!(near(stats.max_abs, max) && near(stats.mean_abs, mae), "{what}: {stats:?} {expected}");
            assert!(near(stats.rmse, number("rmse")), "{what}: {stats:?}");
        }
        Slack::None => {
            assert_means(&stats, mae, number("rmse"), number("bias"), what);
            assert_peak(&pair, &stats, expected, what);
            assert_eq!(stats.compared_values, number("n") as u64, "{what}: compared values");
            // Theirs counts values, ours pixels.
            let values = number("nonfinite_mismatch") as u64;
            assert!(stats.non_finite <= values && (stats.non_finite == 0) == (values == 0), "{what}");
            for &threshold in thresholds {
                let rule = Rule { abs: threshold, ..rule };
                let stats = Cpu.compare(&pair, &rule, Want::Stats).stats;
                let text = count_name(expected, threshold);
                let count = expected["count_gt"][&text].as_u64().unwrap_or_else(|| panic!("{what}: {text}"));
                assert_eq!(stats.changed - stats.uncovered, count, "{what}: changed beyond {threshold}");
            }
        }
    }
}

/// The key of a threshold, however Python spelled it.
fn count_name(expected: &Value, threshold: f64) -> String {
    let names = expected["count_gt"].as_object().expect("counts").keys();
    let same = |name: &&String| name.parse::<f64>().is_ok_and(|value| value == threshold);
    names.into_iter().find(same).unwrap_or_else(|| panic!("no count for {threshold}")).clone()
}

fn assert_means(stats: &FrameStats, mae: f64, rmse: f64, bias: f64, what: &str) {
    let close = |mine: f64, theirs: f64, scale: f64| (mine - theirs).abs() <= 1e-6 * scale;
    assert!(close(stats.mean_abs, mae, mae), "{what}: mean {} instead of {mae}", stats.mean_abs);
    assert!(close(stats.rmse, rmse, rmse), "{what}: rmse {} instead of {rmse}", stats.rmse);
    assert!(close(stats.mean_signed, bias, mae), "{what}: bias {} instead of {bias}", stats.mean_signed);
}

fn assert_peak(pair: &Pair<'_>, stats: &FrameStats, expected: &Value, what: &str) {
    assert_eq!(stats.max_abs, expected["max"].as_f64().expect("a maximum"), "{what}: maximum");
    let Some(argmax) = expected["argmax"].as_array() else {
        assert_eq!(stats.peak, None, "{what}: there is no maximum");
        return;
    };
    let peak = stats.peak.as_ref().unwrap_or_else(|| panic!("{what}: no position"));
    let at = (argmax[0].as_i64().expect("x") as i32, argmax[1].as_i64().expect("y") as i32);
    assert_eq!(peak.at, at, "{what}: position of the maximum");
    // Among several channels with the same delta numpy takes the first by name, we the first by
    // meaning: the delta there must be the maximum all the same.
    let name = argmax[2].as_str().expect("a channel").rsplit('.').next().expect("a name").to_owned();
    let channel = pair.channel_names().iter().position(|channel| *channel == name);
    let channel = channel.unwrap_or_else(|| panic!("{what}: no channel {name}"));
    let delta = (peak.candidate[channel].to_f64() - peak.reference[channel].to_f64()).abs();
    assert_eq!(delta, stats.max_abs, "{what}: delta of {name}");
}
