//! Curves as drawings: what they show is what the series says.

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::engine::{Measure, curve};
use aovscope::export::{CurveStyle, export_curves_png, export_curves_svg};

use super::sample::series;

/// The points of all lines with that title, and how many lines and dots there are.
fn drawn(svg: &str, title: &str) -> (Vec<usize>, usize) {
    let title = format!("<title>{title}</title>");
    let lines = svg.lines().filter(|line| line.contains(&title));
    let points = |line: &str| {
        let list = line.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        list.split(' ').count()
    };
    let (lines, dots): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with("<polyline"));
    (lines.into_iter().map(points).collect(), dots.len())
}

#[test]
fn a_drawing_has_a_line_for_each_run_and_none_over_a_gap() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("curves.svg");
    let series = series();
    export_curves_svg(&series, &CurveStyle::default(), &path).expect("written");
    let svg = std::fs::read_to_string(&path).expect("text");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
    let escaped = ["ref", "Ткань, v2", "quote\"d"];
    let mut runs = 0;
    for (s, name) in escaped.iter().enumerate() {
        for channel in ["R", "G", "ID"] {
            let title = format!("{name} {channel} value");
            let channels = (0..series.channels.len()).filter(|c| series.channels[*c].channel == channel);
            let curves = (0..series.probes.len())
                .flat_map(|p| channels.clone().map(move |c| (p, c)))
                .map(|(p, c)| curve(&series, [s, p, c], Measure::Value));
            let (mut lines, mut dots) = (Vec::new(), 0);
            for run in curves.flat_map(|curve| curve.runs) {
                if run.len() == 1 {
                    dots += 1
                } else {
                    lines.push(run.len())
                }
                runs += 1;
            }
            let mut got = drawn(&svg, &title);
            got.0.sort_unstable();
            lines.sort_unstable();
            assert_eq!(got, (lines, dots), "{title}");
        }
    }
    assert!(runs > 30, "only {runs} runs: the series is to have gaps");
    assert!(svg.contains("hem line: pixel 70, 40"), "a name and its place");
    assert!(!svg.contains("ref R delta"), "the reference does not differ from itself");
}

#[test]
fn only_the_chosen_channels_are_drawn_and_in_the_colours_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("curves.svg");
    let style = CurveStyle {
        channels: vec!["G".into()],
        colours: [("ref".to_owned(), [1, 2, 3])].into_iter().collect(),
    };
    export_curves_svg(&series(), &style, &path).expect("written");
    let svg = std::fs::read_to_string(&path).expect("text");
    assert!(svg.contains("#010203") && svg.contains("ref G value"));
    assert!(!svg.contains("ref R value") && !svg.contains("ref ID value"));
}

#[test]
fn the_picture_is_a_png_with_the_colours_of_the_lines() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("curves.png");
    let style = CurveStyle {
        channels: Vec::new(),
        colours: [("ref".to_owned(), [9, 250, 11])].into_iter().collect(),
    };
    export_curves_png(&series(), &style, &path).expect("written");
    let info = read_info(&path, &Limits::default()).expect("a picture");
    let plane = read_planes(&info, &[&info.aovs[0]], &Limits::default()).remove(0).expect("decoded");
    assert!(plane.data_window.width >= 1200 && plane.data_window.height > 1000);
    let bytes: Vec<&[u8]> = plane.channels.iter().take(3).map(|channel| channel.samples.as_bytes()).collect();
    let green = (0..bytes[0].len()).filter(|i| [bytes[0][*i], bytes[1][*i], bytes[2][*i]] == [9, 250, 11]);
    assert!(green.count() > 200, "the reference's lines");
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing unfinished");
}
