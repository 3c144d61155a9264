//! `probe --plot`: curves without a window.

use std::process::{Command, Output};

use crate::support::small_data;

fn probe(arguments: &[&str]) -> Output {
    let pattern = |name: &str| small_data().join(format!("cloth/{name}/{name}.####.exr"));
    Command::new(env!("CARGO_BIN_EXE_aovscope"))
        .arg("probe")
        .args(["clothsimv1", "clothsimv2"].map(pattern))
        .args(["--aov", "*Combined", "--pixel", "80,45", "--quiet"])
        .args(arguments)
        .output()
        .expect("it runs")
}

#[test]
fn values_and_differences_are_drawn_for_each_sequence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (svg, png, csv) = (file("curves.SVG"), file("curves.png"), file("values.csv"));
    let base = ["--reference", "clothsimv1", "--channel", "r"];
    let output = probe(&[&base[..], &["--plot", &svg]].concat());
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
    let drawn = std::fs::read_to_string(&svg).expect("written");
    for part in ["clothsimv1", "clothsimv2", "pixel 80, 45", "ViewLayer.Combined", ">R<"] {
        assert!(drawn.contains(part), "{part}");
    }
    assert!(!drawn.contains(">G<"), "one channel alone");
    // Beside a table, from the same run.
    let output = probe(&["--plot", &png, "--csv", &csv]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let bytes = std::fs::read(&png).expect("written");
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    assert!(reader.info().width >= 1200 && reader.next_row().expect("whole").is_some());
    assert_eq!(std::fs::read_to_string(&csv).expect("written").lines().count(), 1 + 2 * 3 * 4);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let error = |arguments: &[&str]| {
        let output = probe(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(error(&["--plot", &file("curves.gif")]).contains(".svg or .png"));
    let told = error(&["--plot", &file("curves.svg"), "--channel", "Q"]);
    assert!(told.contains("\"Q\"") && told.contains("\"R\""), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
}
