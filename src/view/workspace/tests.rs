use super::*;
use crate::engine::{Against, ProbeShape};
use crate::image::{ColorMap, Scale, Window};
use crate::view::display::{Curve, Ground, Isolate};
use crate::view::{Entry, View};

const FILE: &str = "/shots/compare/a.aovscope.toml";

fn workspace() -> Workspace {
    let sequence = |path: &str, role, on_screen| SavedSequence { path: path.to_owned(), role, on_screen };
    let probe = |label: &str, window, shape| Probe { label: label.to_owned(), window, shape };
    Workspace {
        schema: SCHEMA.to_owned(),
        version: VERSION,
        frames: Some("-2-7".to_owned()),
        screen: Screen {
            aov: Some("ViewLayer.Depth".to_owned()),
            mode: Some(Mode::SideBySide),
            frame: Some(3),
            exposure: 1.5,
            wipe: Some(0.25),
            heat_range: Some(0.1),
            curve_channel: 1,
            quantity: Some(Quantity::Delta),
            camera: Some(Camera { centre: (1.5, -2.0), zoom: 4.0, fit: false }),
            tool: Some(Tool::Brush),
            brush_radius: Some(9),
            more_channels: [0, 2].into(),
            map: Some(OverTime::FirstChanged),
            tab: Some(Tab::Changes),
            matrix: true,
            display: Some(Display {
                offset: -0.25,
                curve: Curve::Gamma(1.8),
                isolate: Isolate::Channel(1),
                clipped: true,
                non_finite: false,
                windows: false,
                difference_tile: true,
                ground: Ground::Candidate,
                scale: Scale::SymLog,
                magnitude_map: Some(ColorMap::Magma),
                signed_map: Some(ColorMap::PuOr),
            }),
            playing: Some(Playing { rate: Some(12.5), repeat: Repeat::PingPong, pace: Pace::EveryFrame }),
        },
        sequences: vec![
            sequence("/shots/v1/v1.####.exr", Role::Reference, false),
            sequence("/shots/compare/v2/v2.####.exr", Role::Candidate, true),
            sequence("/elsewhere/v3.####.exr", Role::Aside, false),
        ],
        rules: [
            ("ViewLayer.Depth".to_owned(), SavedRule { metric: Some(Metric::Rel), abs: Some(0.001) }),
            ("id[0]".to_owned(), SavedRule { metric: Some(Metric::Id), abs: None }),
        ]
        .into(),
        probes: vec![
            probe("", Window::new(-4, 5, 3, 2), ProbeShape::Region),
            probe("hem", Window::new(7, 8, 1, 1), ProbeShape::Pixel),
        ],
    }
}

fn parse(text: &str, file: &str) -> Result<ReadWorkspace, WorkspaceError> {
    let mut read = Workspace::parse(text, Path::new(file))?;
    let folder = paths::folder_of(Path::new(file));
    let sequences = &mut read.workspace.sequences;
    sequences.iter_mut().for_each(|sequence| sequence.path = paths::from_file(&folder, &sequence.path));
    Ok(read)
}

#[test]
#[cfg(unix)]
fn what_is_written_is_read() {
    for file in [FILE, "/shots/compare/a.aovscope.json"] {
        let text = workspace().text(Path::new(file));
        assert!(text.contains("\"../v1/v1.####.exr\"") && text.contains("\"v2/v2.####.exr\""), "{text}");
        assert!(text.contains("\"/elsewhere/v3.####.exr\""), "{text}");
        let read = parse(&text, file).expect("a workspace");
        assert_eq!(read.workspace, workspace());
        assert!(read.unknown.is_empty(), "{:?}", read.unknown);
    }
}

#[test]
fn what_is_restored_is_saved_again_alike() {
    let entry = |name: &str| {
        let frames = (1..9)
            .map(|n| crate::sequence::Frame { number: Some(n), path: format!("/{name}.{n:04}.exr").into() })
            .collect();
        let pattern = format!("/{name}.####.exr");
        let sequence = Sequence { name: name.to_owned(), pattern, frames };
        let info = Err("not there".to_owned());
        Entry { sequence, shown: true, info }
    };
    let mut view = View::default();
    view.restore(&workspace(), ["v1", "v2", "v3"].iter().map(|name| entry(name)).enumerate().collect());
    let screen = view.workspace().screen;
    // No file tells of AOVs.
    assert_eq!(screen, Screen { aov: None, curve_channel: 0, ..workspace().screen });
}

#[test]
fn what_no_user_can_set_is_brought_into_its_limits() {
    let head = "schema = \"aovscope-workspace\"\nversion = 1\n[screen]\nbrush-radius = 4000000\n";
    let text = format!(
        "{head}[screen.display]\noffset = nan\ncurve = {{ gamma = 1e30 }}\nmagnitude-map = \"puor\"\n\
         [screen.playing]\nrate = -inf\n"
    );
    let workspace = parse(&text, FILE).expect("a workspace").workspace;
    let mut view = View::default();
    view.restore(&workspace, Vec::new());
    assert_eq!((view.display.offset, view.display.curve), (0.0, Curve::Gamma(5.0)));
    assert_eq!((view.display.magnitude_map, view.tracking.brush_radius), (None, 512));
    assert_eq!(view.playback.set_rate(), View::default().playback.set_rate());
}

#[test]
fn least_is_enough_and_unknown_fields_are_told() {
    let text = "schema = \"aovscope-workspace\"\nversion = 1\nfuture = 3\n[screen]\nglow = true\n\
                [[sequences]]\npath = \"a.####.exr\"\nlens = 4\n";
    let read = parse(text, FILE).expect("a workspace");
    assert_eq!(read.unknown, ["future", "screen.glow", "sequences.0.lens"]);
    assert_eq!(read.workspace.sequences[0].role, Role::Candidate);
    assert_eq!(read.workspace.screen, Screen::default());
}

#[test]
fn what_is_no_workspace_is_refused_in_words() {
    let head = "schema = \"aovscope-workspace\"\nversion = 1\n";
    for (text, part) in [
        ("a = 1".to_owned(), "not a workspace"),
        ("a b".to_owned(), "cannot be understood"),
        (head.replace("= 1", "= 9"), "version 9, and this aovscope knows up to 1: update aovscope"),
        (format!("{head}frames = \"1..5\""), "1..5"),
        (format!("{head}[rules.Z]\nabs = -1.0"), "\"Z\""),
        (format!("{head}[rules.Z]\nabs = nan"), "NaN"),
        (format!("{head}[screen]\nmode = \"upside-down\""), "upside-down"),
        (
            format!(
                "{head}[[probes]]\nshape = \"pixel\"\nwindow = {{ x = 0, y = 0, width = 2, height = 1 }}"
            ),
            "no single pixel",
        ),
    ] {
        let error = parse(&text, FILE).expect_err(&text).to_string();
        assert!(error.contains(part) && error.contains(FILE), "{text}: {error}");
    }
}

#[test]
fn what_is_not_there_is_told_and_the_rest_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("a.0001.exr"), "").expect("written");
    let mut workspace = workspace();
    workspace.sequences[0].path = path("a.####.exr");
    workspace.sequences[1].path = path("gone/b.####.exr");
    workspace.sequences.truncate(2);
    let found = workspace.find();
    assert_eq!(found.sequences.len(), 1);
    assert!(found.missing[0].contains("gone") && found.missing[0].contains("mend its path"), "{found:?}");
    let error = workspace.compares(&found).expect_err("no candidate").to_string();
    assert!(error.contains("no candidate") && error.contains("gone"), "{error}");
    let plan = workspace.plan(&found, crate::engine::Task::Track).expect("one is there");
    assert!(matches!(plan.against, Against::Nothing));
}

#[test]
fn names_end_in_either_way() {
    assert!(is_workspace(Path::new("a/b.aovscope.toml")) && is_workspace(Path::new("B.AOVSCOPE.JSON")));
    assert!(!is_workspace(Path::new("a.toml")) && !is_workspace(Path::new("aovscope.toml")));
}
