//! Whatever computes a report, it is the same.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::small_data;

/// Figures that back ends may round differently.
const MEANS: [&str; 10] = [
    "metric_mean",
    "mean_abs",
    "mean_signed",
    "rmse",
    "psnr",
    "mean",
    "weighted_median",
    "weighted_first_quartile",
    "weighted_third_quartile",
    "min",
];

fn report(folder: &Path, arguments: &[&str]) -> Value {
    report_of(folder, &["clothsimv1", "clothsimv2"], arguments)
}

fn report_of(folder: &Path, sequences: &[&str], arguments: &[&str]) -> Value {
    let path = |name: &&str| format!("{}/cloth/{name}/{name}.####.exr", small_data().display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    command.current_dir(folder).args(["compare", "--json", "-"]).args(sequences.iter().map(path));
    let output = command.args(arguments).output().expect("the program starts");
    let text = || String::from_utf8_lossy(&output.stderr).chars().take(500).collect::<String>();
    let mut report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text()));
    let backend = report.as_object_mut().and_then(|report| report.remove("backend"));
    assert!(backend.is_some(), "the report names its back end");
    report
}

/// Takes the means out; returns how many there were.
fn without_means(value: &mut Value) -> usize {
    match value {
        Value::Object(object) => {
            let before = object.len();
            MEANS.iter().for_each(|key| drop(object.shift_remove(*key)));
            before - object.len() + object.values_mut().map(without_means).sum::<usize>()
        }
        Value::Array(values) => values.iter_mut().map(without_means).sum(),
        _ => 0,
    }
}

#[test]
fn a_report_depends_on_no_threads_and_no_back_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let colours = ["--aov", "ViewLayer.Combined", "--aov", "ViewLayer.Normal"];
    for metric in ["abs", "signed", "rel", "sq", "ulp", "angle", "length", "id", "flip"] {
        let with =
            |more: &[&str]| report(folder.path(), &[&["--metric", metric], &colours[..], more].concat());
        let mut cpu = with(&["--backend", "cpu", "--threads", "1"]);
        assert_eq!(cpu["verdict"], "different", "{metric}");
        for more in [["--threads", "2"], ["--threads", "16"], ["--memory", "1MiB"]] {
            assert_eq!(with(&[&["--backend", "cpu"], &more[..]].concat()), cpu, "{metric}, {more:?}");
        }
        let mut gpu = with(&["--backend", "gpu"]);
        let mut bands = with(&["--backend", "gpu", "--vram", "1MiB", "--threads", "16"]);
        let counts = [&mut cpu, &mut gpu, &mut bands].map(without_means);
        assert!(counts[0] > 0 && counts[0] == counts[1] && counts[1] == counts[2], "{counts:?}");
        assert_eq!(gpu, cpu, "{metric}");
        assert_eq!(bands, cpu, "{metric}");
    }
}

#[test]
fn flip_takes_one_range_for_all_frames_where_it_is_asked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let ranges = |exposures: &str| -> Vec<(f64, f64)> {
        let arguments = ["--aov", "ViewLayer.Combined", "--metric", "flip", "--flip-exposures", exposures];
        let report = report(folder.path(), &arguments);
        let frames = report["frames"].as_array().expect("frames").iter();
        let stops =
            frames.map(|row| ["start_exposure", "stop_exposure"].map(|key| row["flip"][key].as_f64()));
        stops.map(|[start, stop]| (start.expect("HDR"), stop.expect("HDR"))).collect()
    };
    let own = ranges("frame");
    assert!(own.windows(2).any(|pair| pair[0] != pair[1]), "the frames differ: {own:?}");
    let least = own.iter().map(|range| range.0).fold(f64::INFINITY, f64::min);
    let most = own.iter().map(|range| range.1).fold(f64::NEG_INFINITY, f64::max);
    assert_eq!(ranges("sequence"), vec![(least, most); own.len()]);
    assert_eq!(ranges("-2,1.5"), vec![(-2.0, 1.5); own.len()]);
}

#[test]
fn what_flip_is_not_defined_for_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = report(folder.path(), &["--aov", "ViewLayer.Normal", "--metric", "flip", "--abs", "0.5"]);
    let notes = report["notes"].as_array().expect("notes");
    assert!(
        notes.iter().any(|note| note.as_str().is_some_and(|n| n.contains("flip is not defined"))),
        "{notes:?}"
    );
    assert_eq!((&report["aovs"][0]["metric"], &report["aovs"][0]["tol_abs"]), (&"abs".into(), &0.0.into()));
}

#[test]
fn rows_are_in_one_order_whatever_the_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let sequences = ["clothsimv1", "clothsimv2", "clothsimv2"];
    let all = report_of(folder.path(), &sequences, &["--backend", "cpu"]);
    assert!(all["frames"].as_array().expect("frames").len() > 70);
    for memory in ["1B", "300KiB"] {
        let little = report_of(folder.path(), &sequences, &["--backend", "cpu", "--memory", memory]);
        assert!(little == all, "{memory}");
    }
}

#[test]
fn sequences_that_are_compared_with_themselves_have_exposures_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = [
        ["--against", "previous"],
        ["--metric", "flip"],
        ["--aov", "ViewLayer.Combined"],
        ["--flip-exposures", "sequence"],
    ];
    let frames = |sequences: &[&str]| {
        let mut report = report_of(folder.path(), sequences, arguments.as_flattened());
        report["frames"].as_array_mut().expect("frames").drain(..).collect::<Vec<_>>()
    };
    let (alone, both) = (frames(&["clothsimv1"]), frames(&["clothsimv1", "clothsimv2"]));
    let of_first: Vec<_> = both.into_iter().filter(|row| row["candidate"] == "clothsimv1").collect();
    assert_eq!((of_first.len(), of_first), (2, alone));
}
