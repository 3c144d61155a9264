//! Rows over planes of which the file gives only a part: figures and a status at once.

use aovscope::engine::{Allowance, Failure, FrameRow, Outcome, Side, Status, Summary, Verdict, shortfall};
use aovscope::export::{ReportNames, export_frames_csv, write_json};
use aovscope::image::{Plane, PlaneChannel, Samples, Unreadable, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};

const WINDOW: Window = Window::new(-2, 5, 10, 6);

/// Each pixel its own value times `factor`; the rows from the `cut`th on cannot be read.
fn plane(factor: f32, cut: u32, incomplete: bool) -> Plane {
    let values = (0..60).map(|i| if i < cut * 10 { i as f32 * factor } else { 0.0 });
    let window = Window::new(-2, 5 + cut as i32, 10, 6 - cut);
    let reason = format!("the rows from {} on are not there: \"f.0007.exr\"", window.y);
    Plane {
        data_window: WINDOW,
        display_window: WINDOW,
        channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::F32(values.collect()) }],
        unreadable: if cut < 6 { vec![Unreadable { window, incomplete, reason }] } else { Vec::new() },
    }
}

fn row(candidate: &Plane, reference: &Plane) -> FrameRow {
    let pair = Pair::new(candidate, reference, Extent::Union).expect("a pair");
    let rule = Rule::exact(Metric::Abs);
    let sides = [candidate, reference].map(|plane| Side { plane, info: None });
    let stats = Cpu.compare(&pair, &rule, Want::Stats).stats;
    FrameRow {
        candidate: 0,
        number: Some(7),
        aov: "depth".into(),
        channels: pair.channel_names(),
        rule,
        allowance: Allowance::default(),
        outcome: Outcome::new(&pair, stats, shortfall(&sides, pair.window)),
    }
}

fn summary(row: &FrameRow) -> Summary {
    let mut summary = Summary::default();
    summary.add(row);
    summary
}

#[test]
fn the_good_part_is_compared_and_the_run_is_incomplete_all_the_same() {
    for (candidate, reference, status) in [
        (plane(2.0, 4, true), plane(1.0, 6, true), Status::IncompleteFile),
        (plane(2.0, 4, false), plane(1.0, 6, false), Status::Unreadable),
        (plane(2.0, 4, false), plane(1.0, 5, true), Status::IncompleteFile),
    ] {
        let row = row(&candidate, &reference);
        assert_eq!(row.status(), status);
        assert!(row.is_different(), "39 of 40 pixels changed");
        let stats = row.stats().expect("figures");
        assert_eq!((stats.pixels, stats.changed, stats.unreadable), (40, 39, 20));
        assert_eq!((stats.max_abs, stats.peak.as_ref().map(|peak| peak.at)), (39.0, Some((7, 8))));
        let summary = summary(&row);
        assert_eq!(summary.verdict(), Verdict::Incomplete);
        let aov = &summary.aovs[0];
        assert_eq!((aov.frames, aov.partial_frames, aov.failed_frames), (1, 1, 0));
        assert_eq!((aov.changed, aov.pixels, aov.unreadable), (39, 40, 20));
        assert_eq!((aov.first_changed_frame, aov.max_frame, aov.max_abs), (Some(7), Some(7), 39.0));
    }
}

#[test]
fn equal_as_far_as_they_can_be_read_is_not_the_same() {
    let row = row(&plane(1.0, 3, true), &plane(1.0, 6, true));
    assert!(!row.is_different() && row.stats().is_some());
    assert_eq!(summary(&row).verdict(), Verdict::Incomplete);
}

#[test]
fn a_side_of_which_nothing_can_be_read_gives_no_figures() {
    let row = row(&plane(1.0, 0, true), &plane(1.0, 6, true));
    assert_eq!((row.status(), row.stats().is_none()), (Status::IncompleteFile, true));
    assert!(
        matches!(&row.outcome, Outcome::Failed(Failure { reason, .. }) if reason.contains("rows from 5"))
    );
    let summary = summary(&row);
    assert_eq!((summary.aovs[0].frames, summary.aovs[0].failed_frames), (0, 1));
}

#[test]
fn halves_that_do_not_overlap_give_no_figures_either() {
    let mut bottom = plane(1.0, 6, false);
    let window = Window::new(-2, 5, 10, 3);
    bottom.unreadable = vec![Unreadable { window, incomplete: false, reason: "damaged".into() }];
    let row = row(&plane(1.0, 3, true), &bottom);
    assert!(row.stats().is_none());
    let reason = &row.failure().expect("none of it can be compared").reason;
    assert_eq!(reason, "the rows from 8 on are not there: \"f.0007.exr\"; damaged");
}

#[test]
fn reports_have_the_figures_and_the_reason() {
    let row = row(&plane(2.0, 4, true), &plane(1.0, 6, true));
    let names = ReportNames { reference: "ref".into(), candidates: vec!["v2".into()], backend: "cpu".into() };
    let mut json = Vec::new();
    write_json(&names, &summary(&row), std::slice::from_ref(&row), &mut json).expect("memory takes all");
    let report: serde_json::Value = serde_json::from_slice(&json).expect("one JSON object");
    let frame = &report["frames"][0];
    assert_eq!((&report["verdict"], &frame["status"]), (&"incomplete".into(), &"incomplete_file".into()));
    assert_eq!(
        (&frame["unreadable"], &frame["pixels"], &frame["changed"]),
        (&20.into(), &40.into(), &39.into())
    );
    assert!(frame["reason"].as_str().is_some_and(|reason| reason.contains("f.0007.exr")), "{frame}");
    assert_eq!((&report["aovs"][0]["unreadable"], &report["aovs"][0]["frames"]), (&20.into(), &1.into()));

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("frames.csv");
    export_frames_csv(&[row], &names.candidates, &path).expect("writable");
    let mut table = csv::Reader::from_path(&path).expect("a table");
    let header = table.headers().expect("a header").clone();
    let row = table.records().next().expect("a row").expect("as many fields");
    let field = |name: &str| &row[header.iter().position(|n| n == name).expect("the column")];
    assert_eq!((field("status"), field("unreadable"), field("uncovered")), ("incomplete_file", "20", "0"));
    assert_eq!((field("pixels"), field("max_abs")), ("40", "39"));
    assert!(field("reason").contains("f.0007.exr"));
}
