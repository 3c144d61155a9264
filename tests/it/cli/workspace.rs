//! `--workspace FILE`: the same numbers as by paths and options, and options win.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::small_data;

fn aovscope(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    command.current_dir(folder).args(arguments).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn pattern(name: &str) -> String {
    small_data().join(format!("cloth/{name}/{name}.####.exr")).to_string_lossy().into_owned()
}

/// A workspace over the two cloths, with `more` lines before its tables.
fn write(folder: &Path, more: &str) {
    let (v1, v2) = (pattern("clothsimv1"), pattern("clothsimv2"));
    let text = format!(
        "schema = \"aovscope-workspace\"\nversion = 1\n{more}\n\
         [[sequences]]\npath = {v1:?}\n\
         [[sequences]]\npath = {v2:?}\nrole = \"reference\"\n\
         [rules.\"ViewLayer.Combined\"]\nabs = 0.05\n\
         [[probes]]\nlabel = \"hem\"\nshape = \"region\"\nwindow = {{ x = 40, y = 20, width = 13, height = 8 }}\n\
         [[probes]]\nshape = \"pixel\"\nwindow = {{ x = 93, y = 31, width = 1, height = 1 }}\n"
    );
    std::fs::write(folder.join("a.aovscope.toml"), text).expect("written");
}

const RULES: &str = "[\"ViewLayer.Combined\"]\nabs = 0.05\n";

#[test]
fn compare_and_probe_give_what_paths_and_options_give() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(folder, "frames = \"12-13\"");
    std::fs::write(folder.join("rules.toml"), RULES).expect("written");
    let (v1, v2) = (pattern("clothsimv1"), pattern("clothsimv2"));
    let workspace = ["--workspace", "a.aovscope.toml"];
    let options =
        ["--rules", "rules.toml", "--frames", "12-13", "--pixel", "93,31", "--region", "hem=40,20,13,8"];
    let same = |command: &[&str], paths: &[&str], extra: &[&str], changed: &[&str]| {
        let by_file = aovscope(folder, &[command, &workspace, extra].concat());
        let by_hand = aovscope(folder, &[command, paths, &options, changed].concat());
        assert!(by_file.status.code().is_some_and(|code| code <= 1), "{}", stderr(&by_file));
        assert_eq!(by_file.status, by_hand.status, "{}", stderr(&by_hand));
        assert!(!by_file.stdout.is_empty() && by_file.stdout == by_hand.stdout, "{command:?} {extra:?}");
    };
    same(&["compare", "--json", "-"], &[&v2, &v1], &[], &[]);
    let paths = [v1.as_str(), &v2, "--reference", "clothsimv2"];
    same(&["probe"], &paths, &[], &[]);
    let aov = ["--aov", "ViewLayer.Combined"];
    same(&["probe"], &paths, &aov, &aov);
}

#[test]
fn what_is_given_beside_it_takes_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(folder, "");
    let base = ["compare", "--workspace", "a.aovscope.toml", "--json", "-", "--aov", "ViewLayer.Combined"];
    let frames = |extra: &[&str]| {
        let output = aovscope(folder, &[&base, extra].concat());
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
        report["frames"].as_array().expect("frames").clone()
    };
    assert_eq!(frames(&[]).len(), 3);
    assert_eq!(frames(&["--frames", "12"]).len(), 1);
    let tolerance = |extra: &[&str]| frames(extra)[0]["changed"].as_u64().expect("a count");
    let by_hand = |abs: &str| {
        let (v1, v2) = (pattern("clothsimv1"), pattern("clothsimv2"));
        let arguments = ["compare", &v2, &v1, "--json", "-", "--aov", "ViewLayer.Combined", "--abs", abs];
        let report: Value = serde_json::from_slice(&aovscope(folder, &arguments).stdout).expect("JSON");
        report["frames"][0]["changed"].as_u64().expect("a count")
    };
    assert_eq!(tolerance(&[]), by_hand("0.05"));
    assert_eq!(tolerance(&["--abs", "0.2"]), by_hand("0.2"));
    assert_ne!(by_hand("0.2"), by_hand("0.05"), "the tolerance makes a difference");
    let probe = ["probe", "--workspace", "a.aovscope.toml", "--pixel", "1,2"];
    let text = String::from_utf8(aovscope(folder, &probe).stdout).expect("CSV");
    assert!(text.contains(",1,2,1,1,") && !text.contains(",93,31,1,1,"), "{text}");
    let swapped = ["probe", "--workspace", "a.aovscope.toml", "--reference", "clothsimv1"];
    assert!(aovscope(folder, &swapped).status.code().is_some_and(|code| code <= 1));
    assert_eq!(
        aovscope(folder, &["compare", "--workspace", "a.aovscope.toml", "--against", "previous"])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn what_is_missing_or_unknown_is_told_and_the_rest_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(folder, "later = true");
    let file = folder.join("a.aovscope.toml");
    let probe = ["probe", "--workspace", "a.aovscope.toml", "--quiet"];
    let whole = aovscope(folder, &probe);
    assert!(stderr(&whole).contains("\"later\""), "{}", stderr(&whole));
    let text = std::fs::read_to_string(&file).expect("a text");
    std::fs::write(&file, format!("{text}[[sequences]]\npath = \"gone/c.####.exr\"\n")).expect("written");
    let output = aovscope(folder, &["probe", "--workspace", "a.aovscope.toml"]);
    assert_eq!(output.status.code(), Some(2), "something is missing");
    assert!(
        stderr(&output).contains("gone") && stderr(&output).contains("mend its path"),
        "{}",
        stderr(&output)
    );
    assert_eq!(output.stdout, whole.stdout, "the rest is the same");
    std::fs::write(&file, text.replace("version = 1", "version = 7")).expect("written");
    let output = aovscope(folder, &["compare", "--workspace", "a.aovscope.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("update aovscope"), "{}", stderr(&output));
}
