//! `aovscope compare` and `probe` as a script meets them: exit codes, streams, files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::small_data;

/// The program, in a folder of its own.
fn aovscope(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    command.current_dir(folder).args(arguments).output().expect("the program starts")
}

fn data(path: &str) -> String {
    small_data().join(path).to_string_lossy().into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("no exit code: {output:?}"))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

const V1: &str = "cloth/clothsimv1/clothsimv1.####.exr";
const V2: &str = "cloth/clothsimv2/clothsimv2.####.exr";

#[test]
fn exit_codes_are_those_of_diff() {
    let folder = folder();
    let run = |arguments: &[&str]| code(&aovscope(folder.path(), arguments));
    let (v1, v2) = (data(V1), data(V2));
    assert_eq!(run(&["compare", &v1, &v1]), 0);
    assert_eq!(run(&["compare", &v1, &v2]), 1);
    assert_eq!(run(&["compare", &v1, &v2, "--abs", "1e11", "--metric", "abs", "--aov", "Depth"]), 0);
    assert_eq!(run(&["compare", &v1, &v2, "--aov", "DiffCol", "--allow-changed", "0.9"]), 0);
    assert_eq!(run(&["compare", &v1, &v2, "--aov", "DiffCol", "--allow-changed", "9"]), 1);
    assert_eq!(run(&["compare", &v1, &data("broken")]), 2, "missing frames");
    assert_eq!(run(&["compare", &v1, "nowhere"]), 2);
    assert_eq!(run(&["compare", &v1, &v2, "--rel", "0.1", "--metric", "rel"]), 2, "--rel has no meaning");
    assert_eq!(run(&["compare", &v1, &v2, "--abs=-1"]), 2);
    assert_eq!(run(&["compare", &v1]), 2, "a reference alone");
    assert_eq!(run(&["compare", &v1, &v2, "--bogus"]), 2);
    assert_eq!(run(&["probe", &v1]), 2, "nothing to probe");
}

#[test]
fn the_json_is_the_whole_of_standard_output() {
    let folder = folder();
    let output = aovscope(folder.path(), &["compare", &data(V1), &data(V2), "--json", "-"]);
    let report = report(&output);
    assert_eq!(report["schema"], "aovscope-compare");
    assert_eq!(report["version"], 1);
    assert_eq!(report["verdict"], "different");
    assert_eq!(report["reference"], "clothsimv1");
    assert_eq!(report["candidates"], serde_json::json!(["clothsimv2"]));
    assert_eq!(report["frames"].as_array().expect("frames").len(), 3 * 13);
    let combined = |frame: i64| {
        let frames = report["frames"].as_array().expect("frames").iter();
        let mut found = frames.filter(|row| row["frame"] == frame && row["aov"] == "ViewLayer.Combined");
        found.next().expect("a row").clone()
    };
    // By numpy: see golden-compare.json.
    let row = combined(12);
    assert_eq!((&row["changed"], &row["max_abs"]), (&4500.into(), &1.0703125.into()));
    assert_eq!(row["status"], "compared");
    let keys: Vec<&str> = row.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = "candidate frame aov channels status metric metric_max metric_mean pixels changed uncovered \
                    unreadable max_abs max_at max_channel reference_value candidate_value mean_abs mean_signed \
                    rmse psnr nan_reference nan_candidate inf_reference inf_candidate histogram";
    assert_eq!(keys, expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn two_single_files_are_compared_whatever_their_numbers() {
    let folder = folder();
    let file = |number| data(&format!("cloth/clothsimv1/clothsimv1.{number:04}.exr"));
    let arguments = ["compare", &file(11), &file(13), "--json", "-", "--aov", "Depth"];
    let report = report(&aovscope(folder.path(), &arguments));
    let rows = report["frames"].as_array().expect("frames");
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["frame"], &rows[0]["status"]), (&11.into(), &"compared".into()));
}

#[test]
fn an_aov_that_one_side_lacks_is_incomplete_unless_left_out() {
    let folder = folder();
    let (whole, without) = (data("broken/clothsimv1.0020.exr"), data("broken/clothsimv1.0025.exr"));
    let output = aovscope(folder.path(), &["compare", &whole, &without, "--json", "-"]);
    assert_eq!(code(&output), 2);
    let report = report(&output);
    let row = report["frames"].as_array().expect("frames").iter().find(|row| row["aov"] == "ViewLayer.Depth");
    let row = row.expect("a row for the missing AOV");
    assert_eq!(row["status"], "aov_missing_candidate");
    assert!(row["reason"].as_str().expect("a reason").contains("clothsimv1.0025.exr"));
    let left_out = ["compare", &whole, &without, "--aov", "*.Diff*", "--json", "-"];
    assert_ne!(code(&aovscope(folder.path(), &left_out)), 2);
    let turned = aovscope(folder.path(), &["compare", &without, &whole, "--json", "-"]);
    assert!(String::from_utf8_lossy(&turned.stdout).contains("aov_missing_reference"));
}

#[test]
fn a_folder_of_several_sequences_is_told_by_name() {
    let folder = folder();
    let both = folder.path().join("both");
    std::fs::create_dir(&both).expect("made");
    for name in ["clothsimv1", "clothsimv2"] {
        for number in [11, 12] {
            let file = format!("{name}.{number:04}.exr");
            std::fs::copy(small_data().join("cloth").join(name).join(&file), both.join(&file))
                .expect("copied");
        }
    }
    let output = aovscope(folder.path(), &["compare", "both", &data(V1)]);
    assert_eq!(code(&output), 2);
    let text = stderr(&output);
    assert!(text.contains("clothsimv1.####.exr") && text.contains("clothsimv2.####.exr"), "{text}");
}

#[test]
fn rules_from_a_file_judge_by_aov() {
    let folder = folder();
    let rules = "[\"depth*\"]\nabs = 1e11\nmetric = \"abs\"\n[\"*DiffCol\"]\nallow-changed = 1.0\n";
    std::fs::write(folder.path().join("rules.toml"), rules).expect("written");
    let (v1, v2) = (data(V1), data(V2));
    let arguments = ["compare", &v1, &v2, "--rules", "rules.toml", "--aov", "Depth", "--aov", "DiffCol"];
    let output = aovscope(folder.path(), &arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for (order, expected) in [(["depth*", "*"], 1), (["*", "depth*"], 0)] {
        let tolerance = |glob: &str| if glob == "*" { "abs = 0.0" } else { "abs = 1e11" };
        let rules: Vec<_> = order.iter().map(|glob| format!("[{glob:?}]\n{}\n", tolerance(glob))).collect();
        std::fs::write(folder.path().join("rules.toml"), rules.concat()).expect("written");
        let depth = ["compare", &v1, &v2, "--rules", "rules.toml", "--aov", "Depth"];
        assert_eq!(code(&aovscope(folder.path(), &depth)), expected, "the last that fits wins: {order:?}");
    }
    std::fs::write(folder.path().join("rules.toml"), "[\"depth*\"]\nabss = 1\n").expect("written");
    let output = aovscope(folder.path(), &arguments);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("abss") && stderr(&output).contains("depth*"), "{}", stderr(&output));
}

#[test]
fn outputs_land_where_they_are_asked_for_and_nowhere_else() {
    let folder = folder();
    let (v1, v2) = (data(V1), data(V2));
    let mut arguments = vec!["compare", &v1, &v2, "--aov", "DiffCol", "--pixel", "hem=80,45", "--region"];
    arguments.extend(["40,30,8,4", "--json", "r.json", "--csv", "s.csv", "--npz", "s.npz", "--maps", "maps"]);
    let output = aovscope(folder.path(), &arguments);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder.path())
        .into_iter()
        .map(|entry| entry.expect("listed"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(folder.path()).expect("inside").to_owned())
        .collect();
    files.sort();
    let map = |number, extension| format!("maps/clothsimv2/ViewLayer.DiffCol.{number:04}.{extension}");
    let mut expected: Vec<PathBuf> = ["r.json", "s.csv", "s.npz"].map(PathBuf::from).to_vec();
    expected.extend((11..=13).flat_map(|n| [map(n, "exr"), map(n, "png")]).map(PathBuf::from));
    let over_frames = ["exr", "max.png", "mean.png", "std.png", "changed.png", "first_changed.png"];
    expected.extend(over_frames.map(|end| format!("maps/clothsimv2/ViewLayer.DiffCol.delta.{end}").into()));
    expected.sort();
    assert_eq!(files, expected);
    let csv = std::fs::read_to_string(folder.path().join("s.csv")).expect("written");
    // (2 sequences) x (3 frames) x (2 probes) x (3 channels), and the names of the columns.
    assert_eq!(csv.lines().count(), 1 + 2 * 3 * 2 * 3);
    assert!(csv.contains(",hem,80,45,1,1,compared,"), "{csv}");
}

#[test]
fn the_kinds_of_maps_are_those_asked_for() {
    let folder = folder();
    let (v1, v2) = (data(V1), data(V2));
    let run = |more: &[&str]| {
        let arguments = [&["compare", &v1, &v2, "--aov", "Depth", "--memory", "1"][..], more].concat();
        aovscope(folder.path(), &arguments)
    };
    let names = |maps: &str| -> Vec<String> {
        let files = walkdir::WalkDir::new(folder.path().join(maps)).sort_by_file_name().into_iter();
        let files = files.map(|entry| entry.expect("listed")).filter(|entry| entry.file_type().is_file());
        files.map(|entry| entry.file_name().to_string_lossy().replace("ViewLayer.Depth.", "")).collect()
    };
    assert_eq!(code(&run(&["--maps", "a", "--map-kinds", "delta"])), 1);
    let delta = ["changed.png", "exr", "first_changed.png", "max.png", "mean.png", "std.png"]
        .map(|end| format!("delta.{end}"));
    assert_eq!(names("a"), delta);
    let output = run(&["--maps", "b", "--map-kinds", "values,frames"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("reading again for ViewLayer.Depth (pass 2 of"), "{}", stderr(&output));
    let values = ["values.exr", "values.range.png", "values.static.png", "values.std.png"];
    let frames = ["0011.exr", "0011.png", "0012.exr", "0012.png", "0013.exr", "0013.png"];
    assert_eq!(names("b/clothsimv1"), values);
    assert_eq!(names("b/clothsimv2"), [&frames[..], &values[..]].concat());
    let output = run(&["--map-kinds", "values"]);
    assert_eq!(code(&output), 2, "kinds of no maps");
    assert_eq!(code(&run(&["--maps", "c", "--map-kinds", "both"])), 2);
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let folder = folder();
    std::fs::write(folder.path().join("file"), "").expect("written");
    let (v1, v2) = (data(V1), data(V2));
    let output = aovscope(folder.path(), &["compare", &v1, &v2, "--aov", "Depth", "--json", "file/r.json"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("file/r.json"), "{}", stderr(&output));
}

#[test]
fn probing_lists_values_and_tells_changes() {
    let folder = folder();
    let (v1, v2) = (data(V1), data(V2));
    let listed = aovscope(folder.path(), &["probe", &v1, &v2, "--pixel", "80,35", "--aov", "Depth"]);
    assert_eq!(code(&listed), 0, "{}", stderr(&listed));
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(text.lines().count(), 1 + 2 * 3, "{text}");
    let arguments = ["probe", &v1, &v2, "--pixel", "80,35", "--aov", "Depth", "--reference", "clothsimv1"];
    let compared = aovscope(folder.path(), &arguments);
    let text = String::from_utf8_lossy(&compared.stdout).into_owned();
    assert_eq!(code(&compared), 1, "{text}");
    assert!(text.lines().any(|line| line.starts_with("clothsimv2,12,") && line.contains(",true,")), "{text}");
    let unknown = aovscope(folder.path(), &["probe", &v1, "--pixel", "1,1", "--reference", "bogus"]);
    assert!(code(&unknown) == 2 && stderr(&unknown).contains("clothsimv1"), "{}", stderr(&unknown));
}

#[test]
fn an_object_is_probed_by_its_name() {
    let folder = folder();
    let (v1, v2) = (data(V1), data(V2));
    let object = |name: &str| {
        let arguments =
            ["probe", &v1, &v2, "--object", name, "--aov", "*.IndexOB", "--reference", "clothsimv1"];
        aovscope(folder.path(), &arguments)
    };
    let listed = object("Ball");
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    // Each object has an index of its own, and this one is nowhere cut by another in this frame.
    let row =
        text.lines().find(|line| line.starts_with("clothsimv1,11,")).unwrap_or_else(|| panic!("{text}"));
    assert!(row.contains(",Ball,59,39,42,27,compared,2,"), "{row}");
    let unknown = object("Bull");
    assert_eq!(code(&unknown), 2);
    let told = stderr(&unknown);
    assert!(told.contains("no object is named \"Bull\"") && told.contains("Ball, Cloth, Cube"), "{told}");
    assert!(stderr(&object("Key")).contains("nowhere"), "a light has no pixels");
}

#[test]
fn both_back_ends_write_the_same_flags_counts_and_places() {
    let folder = folder();
    let run = |backend: &str| {
        let arguments =
            ["compare", &data(V1), &data(V2), "--backend", backend, "--json", "-", "--abs", "1e-3"];
        let output = aovscope(folder.path(), &arguments);
        // A device that failed would say that the CPU did its work.
        assert_eq!(stderr(&output), "", "{backend}");
        let mut report = report(&output);
        assert_eq!(report["backend"], backend);

        report["backend"] = Value::Null;
        for row in report["frames"].as_array_mut().expect("frames") {
            for mean in ["mean_abs", "mean_signed", "rmse", "psnr", "metric_mean"] {
                row[mean] = Value::Null;
            }
        }
        report
    };
    assert_eq!(run("cpu"), run("gpu"));
}

#[test]
fn what_must_be_known_of_the_files_is_noted_once() {
    let folder = folder();
    let deep = data("deep/deep_ZIPS_lines_noise.exr");
    let output = aovscope(folder.path(), &["compare", &deep, &deep, "--json", "-"]);
    let notes = report(&output)["notes"].as_array().expect("a list").clone();
    assert!(notes.iter().all(|note| note.as_str().is_some_and(|note| note.contains("deep"))), "{notes:?}");
    assert!((1..=2).contains(&notes.len()), "{notes:?}");
    let text =
        String::from_utf8_lossy(&aovscope(folder.path(), &["compare", &deep, &deep]).stdout).into_owned();
    assert!(text.contains("note: ") && text.contains("front to back"), "{text}");
    let Some(root) = crate::support::full_data() else { return };
    let [dwa, zip] = ["DWAA", "ZIPS"]
        .map(|name| root.join(format!("cloth/codecs/codec_{name}.0018.exr")).to_string_lossy().into_owned());
    let notes = |aov: &str| {
        let output = aovscope(folder.path(), &["compare", &zip, &dwa, "--json", "-", "--aov", aov]);
        report(&output)["notes"].to_string()
    };
    assert!(notes("*").contains("stores some components with loss"), "{}", notes("*"));
    assert_eq!(notes("ViewLayer.Depth"), notes("*"), "of the part that is compared");
}
