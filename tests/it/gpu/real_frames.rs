//! Frames of real renderers: every AOV, every metric.

use std::path::{Path, PathBuf};

use crate::support::POINTWISE;
use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::{ImageInfo, Plane};
use aovscope::metric::{Extent, Metric, Pair, Rule, default_metric};

use super::BACKEND;
use super::same::{assert_gpu_is_cpu, assert_sure_tiles_are_right};
use crate::support::{any_data, full_data};

fn planes(path: &Path) -> (ImageInfo, Vec<Plane>) {
    let info = read_info(path, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
    let aovs: Vec<_> = info.aovs.iter().collect();
    let planes = read_planes(&info, &aovs, &Limits::default());
    let planes = planes.into_iter().map(|p| p.unwrap_or_else(|error| panic!("{error}"))).collect();
    (info, planes)
}

/// Compares all AOVs of both files; returns how many AOVs the GPU itself did.
fn compare(root: &Path, candidate: &str, reference: &str, extent: Extent) -> usize {
    let paths: [PathBuf; 2] = [root.join(candidate), root.join(reference)];
    let [(_, candidates), (info, references)] = paths.map(|path| planes(&path));
    assert_eq!(candidates.len(), references.len());
    let mut done = 0;
    for ((a, b), aov) in candidates.iter().zip(&references).zip(&info.aovs) {
        let pair = Pair::new(a, b, extent).unwrap_or_else(|error| panic!("{error}: {}", aov.key));
        let what = format!("{} of {candidate}", aov.key);
        let mut rules = vec![Rule::exact(default_metric(aov.kind))];
        rules.extend(POINTWISE.map(Rule::exact));
        rules.push(Rule { abs: 1e-3, rel: 1e-3, ..Rule::exact(Metric::Abs) });
        rules.push(Rule { abs: 0.01, ..Rule::exact(Metric::Rel) });
        if !BACKEND.supports(&pair, &rules[0]) {
            continue;
        }
        done += 1;
        for rule in &rules {
            assert_gpu_is_cpu(&pair, rule, &what);
            assert_sure_tiles_are_right(&pair, rule, &what);
        }
    }
    done
}

#[test]
fn cloth_and_mitsuba() {
    let root = any_data();
    let cloth = |name: &str, ext: &str| format!("cloth/{name}/{name}.0012.{ext}");
    for (ext, aovs) in [("exr", 10), ("png", 1), ("jpg", 1)] {
        let (v1, v2) = (cloth("clothsimv1", ext), cloth("clothsimv2", ext));
        let done = compare(&root, &v2, &v1, Extent::Union);
        assert!(done >= aovs, "{done} AOVs of {v1} were done on the GPU");
        compare(&root, &v1, &v1, Extent::Union);
    }
    for frame in ["0010", "0012"] {
        let (moved, still) =
            (format!("mitsuba/moved/moved.{frame}.exr"), format!("mitsuba/ref/ref.{frame}.exr"));
        assert!(compare(&root, &moved, &still, Extent::Union) >= 5);
    }
}

#[test]
fn the_whole_data_set() {
    let Some(root) = full_data() else { return };
    let pairs = [
        ("cloth/clothsimv1_seed2/clothsimv1.0012.exr", "cloth/clothsimv1/clothsimv1.0012.exr"),
        ("cloth/clothsimv1_rerun/clothsimv1.0013.exr", "cloth/clothsimv1/clothsimv1.0013.exr"),
        ("mitsuba/seed2_f32/seed2.0001.exr", "mitsuba/ref_f32/ref.0001.exr"),
    ];
    for (candidate, reference) in pairs {
        assert!(compare(&root, candidate, reference, Extent::Union) >= 5);
    }
    let png16 = |name: &str| format!("cloth/clothsimv{name}_png16/clothsimv{name}_16.0017.png");
    assert_eq!(compare(&root, &png16("2"), &png16("1"), Extent::Union), 1);
}
