//! ꟻLIP against NVIDIA's own tool: figures and maps of `tests/data/flip`, made by its `make.py`, and the
//! means of the whole data set.

use std::path::Path;

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::{Plane, Samples, Window};
use aovscope::metric::Pair;
use aovscope::metric::flip::{ExposureRange, Exposures, FlipOptions, flip_map, pool};
use half::f16;
use serde_json::Value;

use super::flip::{noise, pair};
use crate::support::{full_data, small_data};

/// Most that two implementations may differ by, in the mean and other figures.
const FIGURE: f64 = 1e-4;
/// The same for one pixel.
const PIXEL: f64 = 1e-2;

fn plane(path: &Path, key: Option<&str>) -> Plane {
    let info = read_info(path, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    let aov = key.map_or(&info.aovs[0], |key| info.aov(key).unwrap_or_else(|| panic!("{key} in {path:?}")));
    read_planes(&info, &[aov], &Limits::default()).remove(0).unwrap_or_else(|e| panic!("{e}"))
}

/// What a frame shows: Blender's combined pass, else the first AOV.
fn picture(path: &Path) -> Plane {
    let info = read_info(path, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    plane(path, info.aov("ViewLayer.Combined").map(|_| "ViewLayer.Combined"))
}

/// Without what is below 0, as the golden means of the whole data set were made.
fn clipped(mut plane: Plane) -> Plane {
    for channel in &mut plane.channels {
        match &mut channel.samples {
            Samples::F16(v) => v.iter_mut().for_each(|v| *v = v.max(f16::ZERO)),
            Samples::F32(v) => v.iter_mut().for_each(|v| *v = v.max(0.0)),
            _ => {}
        }
    }
    plane
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    // Python writes the non-finite figures of other tools in words of its own.
    let text = text.replace("-Infinity", "null").replace("Infinity", "null").replace("NaN", "null");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path:?}: {e}"))
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("no {key} in {value}"))
}

#[test]
fn maps_and_figures_are_nvidias() {
    let folder = small_data().join("flip");
    let golden = json(&folder.join("golden.json"));
    let cases = golden.as_object().expect("cases");
    assert!(cases.len() >= 14, "{} cases", cases.len());
    for (name, case) in cases {
        let planes = ["test", "reference"].map(|side| match case["size"].as_array() {
            Some(size) => {
                let seed = &case["seeds"][usize::from(side == "reference")];
                let [width, height] = [0, 1].map(|i| size[i].as_u64().expect("pixels") as u32);
                noise(Window::of_size(width, height), seed.as_u64().expect("a seed") as u32)
            }
            None => {
                let path = case[side].as_str().expect("a path");
                plane(&small_data().join(path), case["aov"].as_str().filter(|_| !path.ends_with("png")))
            }
        });
        check(name, case, &pair(&planes[0], &planes[1]), &folder.join(format!("{name}.png")));
    }
}

fn check(name: &str, case: &Value, pair: &Pair<'_>, map: &Path) {
    let found = &case["parameters"];
    let fixed = name.contains("fixed");
    let [start, stop] =
        ["startExposure", "stopExposure"].map(|key| found[key].as_f64().unwrap_or(0.0) as f32);
    let options = FlipOptions {
        pixels_per_degree: number(found, "ppd") as f32,
        exposures: if fixed { Exposures::Fixed { start, stop } } else { Exposures::OfReference },
        ..FlipOptions::default()
    };
    let flip = flip_map(pair, &options);
    assert_range(name, flip.range, case["mode"] == "HDR", found);
    let right = plane(map, None);
    let Samples::U16(right) = &right.channels[0].samples else { panic!("{name}: the map has 16 bits") };
    assert_eq!(flip.values.len(), right.len(), "{name}");
    let off = flip.values.iter().zip(right).map(|(&v, &k)| (f64::from(v) - f64::from(k) / 65535.0).abs());
    let worst = off.fold(0.0, f64::max);
    assert!(worst <= PIXEL, "{name}: a pixel is off by {worst}");
    let pool = pool(&flip.values);
    let figures = [
        ("mean", pool.mean),
        ("weighted_median", pool.weighted_median.into()),
        ("weighted_first_quartile", pool.weighted_first_quartile.into()),
        ("weighted_third_quartile", pool.weighted_third_quartile.into()),
        ("min", pool.min.into()),
        ("max", pool.max.into()),
    ];
    for (key, mine) in figures {
        let theirs = number(&case["figures"], key);
        assert!((mine - theirs).abs() <= FIGURE, "{name}: {key} is {mine}, theirs {theirs}");
    }
}

fn assert_range(name: &str, mine: Option<ExposureRange>, is_hdr: bool, theirs: &Value) {
    assert_eq!(mine.is_some(), is_hdr, "{name}");
    let Some(mine) = mine else { return };
    for (mine, key) in [(mine.start, "startExposure"), (mine.stop, "stopExposure")] {
        let theirs = number(theirs, key);
        assert!((f64::from(mine) - theirs).abs() <= 1e-5, "{name}: {key} is {mine}, theirs {theirs}");
    }
    assert_eq!(f64::from(mine.count), number(theirs, "numExposures"), "{name}: exposures");
}

#[test]
fn means_of_the_whole_data_set_are_nvidias() {
    let Some(root) = full_data() else { return };
    let golden = json(&root.join("golden-compare.json"));
    let mut compared = 0;
    for (job, content) in golden["jobs"].as_object().expect("jobs") {
        // Frames of one job look alike.
        for entry in content["pairs"].as_array().expect("pairs").iter().step_by(4) {
            let theirs = &entry["flip"];
            if theirs["mean"].is_null() {
                continue;
            }
            let [a, b] = ["a", "b"].map(|side| root.join(entry[side].as_str().expect("a path")));
            let what = format!("{job}: {a:?}");
            // The first is the reference there.
            let is_hdr = theirs["mode"] == "HDR";
            let planes = [clipped(picture(&b)), clipped(picture(&a))];
            let flip = flip_map(&pair(&planes[0], &planes[1]), &FlipOptions::default());
            assert_range(&what, flip.range, is_hdr, &theirs["parameters"]);
            let (mine, theirs) = (pool(&flip.values).mean, number(theirs, "mean"));
            // Decoders of JPEG differ by a step here and there.
            let slack = if job.contains("jpg") { 3e-3 } else { FIGURE };
            assert!((mine - theirs).abs() <= slack, "{what}: {mine}, theirs {theirs}");
            compared += 1;
        }
    }
    assert!(compared >= 30, "{compared} pairs");
}
