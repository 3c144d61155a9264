//! How pictures and differences become colours: by the names of the controls, and by pixels.

use std::path::{Path, PathBuf};

use aovscope::app::{App, ExportKind};
use aovscope::image::{ColorMap, DisplayRange, Scale, Window};
use aovscope::metric::Metric;
use aovscope::view::display::{Curve, DisplayAction, Ground, Isolate, Mark};
use aovscope::view::{Action, Mode};
use egui::{Event, Modifiers, PointerButton, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exr::prelude as exr;

use super::panels::{cloth, harness, press, screen, settle};
use crate::support::small_data;

/// A file of 32-bit RGB whose value at a pixel `colour` gives.
fn write(path: &Path, data: Window, display: Window, colour: impl Fn(i32, i32) -> [f32; 3]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let pixels: Vec<[f32; 3]> =
        (0..data.pixels() as usize).map(|i| data.pixel(i)).map(|(x, y)| colour(x, y)).collect();
    let channel = |name: &str, c: usize| {
        exr::AnyChannel::new(name, exr::FlatSamples::F32(pixels.iter().map(|pixel| pixel[c]).collect()))
    };
    let layer = exr::Layer::new(
        (data.width as usize, data.height as usize),
        exr::LayerAttributes::default().with_position(exr::Vec2(data.x, data.y)),
        exr::Encoding::FAST_LOSSLESS,
        exr::AnyChannels::sort([channel("B", 2), channel("G", 1), channel("R", 0)].into_iter().collect()),
    );
    let size = exr::Vec2(display.width as usize, display.height as usize);
    let bounds = exr::IntegerBounds::new(exr::Vec2(display.x, display.y), size);
    let image = exr::Image::new(exr::ImageAttributes::new(bounds), layer);
    exr::WritableImage::write(&image).to_file(path).expect("written");
}

/// Two single files; the second is what `other` gives.
fn pair(
    folder: &Path,
    size: (u32, u32),
    one: impl Fn(i32, i32) -> [f32; 3],
    other: impl Fn(i32, i32) -> [f32; 3],
) -> Vec<PathBuf> {
    let paths = ["a/a.0001.exr", "b/b.0001.exr"].map(|name| folder.join(name));
    let window = Window::of_size(size.0, size.1);
    write(&paths[0], window, window, one);
    write(&paths[1], window, window, other);
    paths.to_vec()
}

fn encoded(linear: f32) -> u8 {
    let v = linear.clamp(0.0, 1.0);
    let curve = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    (curve * 255.0).round() as u8
}

fn plain(v: f32) -> u8 {
    (v.clamp(0.0, 1.0) * 255.0).round() as u8
}

fn display(harness: &mut Harness<'static, App>, action: DisplayAction) {
    harness.state_mut().apply(Action::Display(action));
    harness.run_steps(2);
}

fn pixel(harness: &mut Harness<'static, App>, x: i32, y: i32) -> [u8; 3] {
    let at = screen(harness, x, y);
    let picture = harness.render().expect("a picture");
    let [r, g, b, _] = picture.get_pixel(at.x as u32, at.y as u32).0;
    [r, g, b]
}

#[track_caller]
fn assert_near(got: [u8; 3], wanted: [u8; 3], most: u8, what: &str) {
    let near = got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= most);
    assert!(near, "{what}: got {got:?}, wanted {wanted:?}");
}

fn mode(harness: &mut Harness<'static, App>, mode: Mode) {
    harness.state_mut().apply(Action::SetMode(mode));
    harness.run_steps(3);
}

#[test]
fn controls_of_the_picture_do_what_they_say() {
    const VALUE: [f32; 3] = [0.5, 0.2, 0.05];
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = harness(&pair(folder.path(), (16, 9), |_, _| VALUE, |_, _| VALUE));
    mode(&mut harness, Mode::Reference);
    harness.get_by_label("View").click();
    harness.run_steps(3);
    assert_near(pixel(&mut harness, 14, 4), VALUE.map(encoded), 1, "as it is");
    harness.get_by_label("Show channel G").click();
    harness.run_steps(3);
    assert_eq!(harness.state().view.display.isolate, Isolate::Channel(1));
    assert_near(pixel(&mut harness, 14, 4), [encoded(0.2); 3], 1, "green alone");
    harness.get_by_label("Show channel Luminance").click();
    harness.run_steps(3);
    let luminance = 0.2126 * 0.5 + 0.7152 * 0.2 + 0.0722 * 0.05;
    assert_near(pixel(&mut harness, 14, 4), [encoded(luminance); 3], 1, "luminance");
    harness.get_by_label("Show channel All").click();
    harness.get_by_label("Linear curve").click();
    harness.run_steps(3);
    assert_near(pixel(&mut harness, 14, 4), VALUE.map(plain), 1, "linear");
    display(&mut harness, DisplayAction::SetCurve(Curve::Gamma(2.0)));
    assert_near(pixel(&mut harness, 14, 4), VALUE.map(|v| plain(v.sqrt())), 1, "gamma 2");
    display(&mut harness, DisplayAction::SetOffset(0.25));
    harness.state_mut().apply(Action::SetExposure(1.0));
    harness.run_steps(2);
    let expected = VALUE.map(|v| plain((2.0 * v + 0.25).sqrt()));
    assert_near(pixel(&mut harness, 14, 4), expected, 1, "a stop more, then the offset, then gamma 2");
    harness.get_by_label("Reset picture").click();
    harness.run_steps(3);
    assert!(harness.state().view.display.is_plain() && harness.state().view.exposure == 0.0);
    assert_near(pixel(&mut harness, 14, 4), VALUE.map(encoded), 1, "as at the start");
}

#[test]
fn clipped_and_non_finite_pixels_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let colour = |x: i32, _: i32| match x {
        0..=3 => [f32::NAN, 0.5, 0.5],
        4..=7 => [0.5, f32::INFINITY, 0.5],
        8..=11 => [0.5, 0.5, f32::NEG_INFINITY],
        12..=15 => [0.5, 1.5, 0.5],
        16..=19 => [0.5, -0.5, 0.5],
        _ => [0.5; 3],
    };
    let mut harness = harness(&pair(folder.path(), (24, 9), colour, |_, _| [0.5; 3]));
    mode(&mut harness, Mode::Reference);
    let marks = [(1, [255, 0, 217]), (5, [255, 219, 0]), (9, [0, 209, 255])];
    for (x, wanted) in marks {
        assert_near(pixel(&mut harness, x, 4), wanted, 1, "not finite");
    }
    // Of the channel that is seen: the others are none of its business.
    display(&mut harness, DisplayAction::Isolate(Isolate::Channel(1)));
    assert_near(pixel(&mut harness, 1, 4), [encoded(0.5); 3], 1, "green beside a NaN in red");
    assert_near(pixel(&mut harness, 5, 4), [255, 219, 0], 1, "green itself is infinite");
    display(&mut harness, DisplayAction::Isolate(Isolate::All));
    harness.key_press(egui::Key::Z);
    harness.run_steps(3);
    assert!(harness.state().view.display.clipped);
    let mut stripes = |x: i32| -> Vec<[u8; 3]> {
        let at = screen(&harness, x, 4);
        let picture = harness.render().expect("a picture");
        let mut colours: Vec<[u8; 3]> = (0..8)
            .map(|i| picture.get_pixel(at.x as u32 + i, at.y as u32).0)
            .map(|[r, g, b, _]| [r, g, b])
            .collect();
        colours.sort_unstable();
        colours.dedup();
        colours
    };
    let (over, under, inside) = (stripes(13), stripes(17), stripes(21));
    assert!(over.len() == 2 && over.contains(&[235, 26, 31]), "{over:?}");
    assert!(under.len() == 2 && under.contains(&[41, 92, 255]), "{under:?}");
    assert_eq!(inside, [[188; 3]]);
    display(&mut harness, DisplayAction::Toggle(Mark::NonFinite));
    assert_near(pixel(&mut harness, 1, 4), [0, 188, 188], 1, "a NaN is no light");
}

#[test]
fn the_difference_has_the_colours_of_its_scale_and_map() {
    let folder = tempfile::tempdir().expect("a folder");
    // Differences of 1, 0.1 ... 1e-5, up in one half and down in the other.
    let delta = |x: i32, y: i32| 10f32.powi(-x / 4) * if y < 6 { 1.0 } else { -1.0 };
    let mut harness =
        harness(&pair(folder.path(), (24, 12), |_, _| [0.0; 3], move |x, y| [delta(x, y), 0.0, 0.0]));
    settle(&mut harness, |app| app.shown.heat.is_some());
    for signed in [false, true] {
        if signed {
            harness.key_press(egui::Key::X);
            settle(&mut harness, |app| app.shown.heat.as_ref().is_some_and(|heat| heat.signed));
            assert_eq!(harness.state().view.rule().metric, Metric::Signed);
        }
        let maps = ColorMap::ALL.into_iter().filter(|map| map.is_diverging() == signed);
        for (n, map) in maps.enumerate() {
            let scale = Scale::ALL[n % 3];
            display(&mut harness, DisplayAction::SetMap(map));
            display(&mut harness, DisplayAction::SetScale(scale));
            let range =
                if signed { DisplayRange::signed(1.0, scale) } else { DisplayRange::absolute(1.0, scale) };
            for (x, y) in [(1, 2), (5, 2), (13, 8), (18, 8)] {
                let value = f64::from(delta(x, y));
                let value = if signed { value } else { value.abs() };
                let [r, g, b, _] = map.of_change(range.position(value));
                let what = format!("{value:e} by {map:?}, {scale:?}");
                assert_near(pixel(&mut harness, x, y), [r, g, b], 3, &what);
            }
        }
    }
}

#[test]
fn one_changed_pixel_of_4k_is_seen_in_a_view_of_640_pixels() {
    let folder = tempfile::tempdir().expect("a folder");
    let changed = |x: i32, y: i32| if (x, y) == (2001, 1003) { [0.25; 3] } else { [0.0; 3] };
    let mut harness = harness(&pair(folder.path(), (3840, 2160), |_, _| [0.0; 3], changed));
    settle(&mut harness, |app| app.shown.heat.is_some());
    // At a fraction too, where pixels of picture and screen do not meet; and through the coarse map.
    for zoom in [640.0 / 3840.0, 0.1537, 0.3, 0.04] {
        harness.state_mut().view.camera.zoom = zoom;
        harness.state_mut().view.camera.fit = false;
        harness.run_steps(3);
        let at = screen(&harness, 2001, 1003);
        let picture = harness.render().expect("a picture");
        let hot = |x: i32, y: i32| {
            let [r, g, b, _] = picture.get_pixel((at.x as i32 + x) as u32, (at.y as i32 + y) as u32).0;
            // Inferno's end; the picture itself is black.
            r > 200 && g > 200 && b > 100
        };
        let near = (-12..=12).flat_map(|y| (-12..=12).map(move |x| (x, y)));
        let seen: Vec<(i32, i32)> = near.filter(|(x, y)| hot(*x, *y)).collect();
        assert!((4..=9).contains(&seen.len()) || zoom < 0.1 && seen.len() >= 4, "zoom {zoom}: {seen:?}");
        assert!(seen.iter().any(|(x, y)| x.abs() <= 1 && y.abs() <= 1), "zoom {zoom}: {seen:?}");
    }
}

#[test]
fn one_nan_of_4k_is_seen_in_the_picture_from_however_far() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = |x: i32, y: i32| [0.0, if (x, y) == (2001, 1003) { f32::NAN } else { 0.5 }, 0.0];
    let mut harness = harness(&pair(folder.path(), (3840, 2160), broken, |_, _| [0.5; 3]));
    settle(&mut harness, |app| app.shown.heat.is_some());
    mode(&mut harness, Mode::Reference);
    for zoom in [640.0 / 3840.0, 0.1537, 0.3, 0.04] {
        harness.state_mut().view.camera.zoom = zoom;
        harness.state_mut().view.camera.fit = false;
        harness.run_steps(3);
        let at = screen(&harness, 2001, 1003);
        let picture = harness.render().expect("a picture");
        let near = (-12..=12).flat_map(|y| (-12..=12).map(move |x| (x, y)));
        let marked = near.filter(|(x, y)| {
            let [r, g, b, _] = picture.get_pixel((at.x as i32 + x) as u32, (at.y as i32 + y) as u32).0;
            [r, g, b] == [255, 0, 217]
        });
        assert!((1..=9).contains(&marked.count()), "zoom {zoom}");
    }
    display(&mut harness, DisplayAction::Isolate(Isolate::Channel(0)));
    assert_eq!(pixel(&mut harness, 2001, 1003), [0; 3], "red is finite");
}

#[test]
fn the_end_of_the_legend_is_dragged_and_a_double_click_makes_it_automatic() {
    let mut harness = harness(&cloth());
    settle(&mut harness, |app| app.shown.heat.is_some());
    let automatic = harness.state().shown.heat.as_ref().expect("compared").auto_max;
    let legend = harness.get_by_label("End of the range").rect();
    let end = legend.right_center() - vec2(6.0, 0.0);
    let camera = harness.state().view.camera;
    press(&harness, end, true, Modifiers::NONE);
    harness.step();
    for way in [-20.0, -40.0, -80.0] {
        harness.event(Event::PointerMoved(end + vec2(way, 0.0)));
        harness.step();
    }
    press(&harness, end + vec2(-80.0, 0.0), false, Modifiers::NONE);
    harness.run_steps(3);
    let fixed = harness.state().view.heat_range.expect("fixed");
    assert!((fixed / automatic - 0.5).abs() < 0.01, "{fixed} of {automatic}");
    assert_eq!(harness.state().view.camera, camera, "the picture below stays");
    assert!(harness.state().view.probes.items().is_empty(), "nothing below is tracked");
    for pressed in [true, false, true, false] {
        let button = PointerButton::Primary;
        harness.event(Event::PointerButton { pos: end, button, pressed, modifiers: Modifiers::NONE });
        harness.step();
    }
    harness.run_steps(2);
    assert_eq!(harness.state().view.heat_range, None);
}

#[test]
fn the_menu_of_the_legend_offers_the_maps_that_suit_the_sign() {
    let mut harness = harness(&cloth());
    settle(&mut harness, |app| app.shown.heat.is_some());
    harness.get_by_label("Colours of the difference").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Colour map puor").is_none());
    harness.get_by_label("Colour map cividis").click();
    harness.get_by_label("Symlog scale").click();
    harness.get_by_label("Difference over black").click();
    harness.run_steps(3);
    let display = &harness.state().view.display;
    assert_eq!((display.map(false), display.scale), (ColorMap::Cividis, Scale::SymLog));
    assert_eq!(display.ground, Ground::Black);
    harness.get_by_label("Signed").click();
    settle(&mut harness, |app| app.shown.heat.as_ref().is_some_and(|heat| heat.signed));
    harness.get_by_label("Colour map puor").click();
    harness.run_steps(3);
    assert_eq!(harness.state().view.display.map(true), ColorMap::PuOr);
}

#[test]
fn the_exported_map_has_the_colours_of_the_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let delta = |x: i32, _: i32| [10f32.powi(-x / 4), 0.0, 0.0];
    let mut harness = harness(&pair(folder.path(), (24, 12), |_, _| [0.0; 3], delta));
    settle(&mut harness, |app| app.shown.heat.is_some());
    harness.state_mut().export_folders = vec![folder.path().to_owned()];
    display(&mut harness, DisplayAction::SetMap(ColorMap::Viridis));
    display(&mut harness, DisplayAction::SetScale(Scale::Log));
    harness.state_mut().apply(Action::SetHeatRange(Some(10.0)));
    harness.run_steps(2);
    let shown: Vec<[u8; 3]> = [1, 9, 17].into_iter().map(|x| pixel(&mut harness, x, 5)).collect();
    harness.state_mut().export(ExportKind::MapPng);
    settle(&mut harness, |app| app.toasts.iter().any(|toast| toast.text.contains("written")));
    let file = std::fs::File::open(folder.path().join("comparison_rgb.0001.png"))
        .or_else(|_| std::fs::File::open(folder.path().join("comparison_rgba.0001.png")));
    let mut reader =
        png::Decoder::new(std::io::BufReader::new(file.expect("written"))).read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("read");
    let factor = info.width as usize / 24;
    for (x, shown) in [1, 9, 17].into_iter().zip(shown) {
        let at = 3 * (5 * factor * info.width as usize + x * factor + factor / 2);
        let exported = [bytes[at], bytes[at + 1], bytes[at + 2]];
        assert_near(shown, exported, 3, &format!("column {x}"));
    }
}

#[test]
fn side_by_side_shows_reference_and_candidates_and_the_difference() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = Window::of_size(32, 18);
    let levels = [0.1, 0.4, 0.7, 0.9];
    let paths: Vec<PathBuf> =
        ["a", "b", "c", "d"].map(|name| folder.path().join(name).join(format!("{name}.0001.exr"))).to_vec();
    for (path, level) in paths.iter().zip(levels) {
        write(path, window, window, |_, _| [level; 3]);
    }
    let mut harness = harness(&paths);
    let all = |app: &App| app.shown.others.iter().filter(|(_, loaded)| loaded.is_some()).count();
    mode(&mut harness, Mode::SideBySide);
    settle(&mut harness, |app| all(app) == 2);
    let canvas = harness.get_by_label("Image view").rect();
    let colours = |harness: &mut Harness<'static, App>, columns: usize, rows: usize| -> Vec<[u8; 3]> {
        let picture = harness.render().expect("a picture");
        let middle = |n: usize| {
            let x = (n % columns) as f32 + 0.5;
            let y = (n / columns) as f32 + 0.5;
            let at = canvas.min + canvas.size() * vec2(x / columns as f32, y / rows as f32);
            let [r, g, b, _] = picture.get_pixel(at.x as u32 + 3, at.y as u32 + 3).0;
            [r, g, b]
        };
        (0..columns * rows).map(middle).collect()
    };
    let got = colours(&mut harness, 2, 2);
    for (got, level) in got.into_iter().zip(levels) {
        assert_near(got, [encoded(level); 3], 1, "a tile");
    }
    harness.get_by_label("View").click();
    harness.run_steps(3);
    harness.get_by_label("Difference beside the sequences").click();
    harness.run_steps(3);
    harness.key_press(egui::Key::Escape);
    settle(&mut harness, |app| app.shown.heat.is_some());
    harness.run_steps(3);
    assert!(harness.query_by_label("End of the range").is_some(), "the difference has its legend");
    let got = colours(&mut harness, 3, 2);
    let [r, g, b, _] = ColorMap::Inferno.of_change(1.0);
    assert_near(got[4], [r, g, b], 3, "0.3 is all of the range");
}

#[test]
fn the_border_of_a_data_window_is_dashed_in_the_colour_of_its_sequence() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = ["a/a.0001.exr", "b/b.0001.exr"].map(|name| folder.path().join(name));
    let whole = Window::of_size(40, 20);
    write(&paths[0], whole, whole, |_, _| [0.0; 3]);
    write(&paths[1], Window::new(10, 5, 20, 10), whole, |_, _| [0.0; 3]);
    let mut harness = harness(&paths);
    mode(&mut harness, Mode::Candidate);
    let dashes = |harness: &mut Harness<'static, App>| {
        let (a, b) = (screen(harness, 12, 5), screen(harness, 28, 5));
        let zoom = harness.state().view.camera.zoom as f32;
        let picture = harness.render().expect("a picture");
        let line = (a.y - zoom / 2.0).round() as i32;
        let coloured = |x: u32| {
            // A stroke of one pixel just above the first row.
            (line - 2..=line + 1).any(|y| {
                let [r, g, b, _] = picture.get_pixel(x, y as u32).0;
                r.max(g).max(b).abs_diff(r.min(g).min(b)) > 40
            })
        };
        let columns = a.x as u32..b.x as u32;
        (columns.clone().filter(|x| coloured(*x)).count(), columns.count())
    };
    let (drawn, all) = dashes(&mut harness);
    assert!(drawn * 10 > all * 4 && drawn * 10 < all * 8, "{drawn} of {all}: dashes and gaps");
    harness.key_press_modifiers(Modifiers::SHIFT, egui::Key::B);
    harness.run_steps(3);
    assert_eq!(dashes(&mut harness).0, 0, "without borders");
}

#[test]
fn the_wipe_line_is_grabbed_within_eight_points() {
    let mut harness = harness(&cloth());
    mode(&mut harness, Mode::Wipe);
    let canvas = harness.get_by_label("Image view").rect();
    let beside = canvas.center() + vec2(7.0, 40.0);
    harness.event(Event::PointerMoved(beside));
    harness.run_steps(2);
    assert_eq!(harness.output().platform_output.cursor_icon, egui::CursorIcon::ResizeHorizontal);
    press(&harness, beside, true, Modifiers::NONE);
    harness.step();
    press(&harness, canvas.left_center() + vec2(canvas.width() * 0.25, 40.0), false, Modifiers::NONE);
    harness.run_steps(3);
    assert!((harness.state().view.wipe - 0.25).abs() < 0.01);
}

#[test]
fn a_file_of_encoded_values_is_shown_byte_for_byte() {
    let path = |name: &str| small_data().join(format!("cloth/{name}/{name}.####.png"));
    let mut harness = harness(&["clothsimv1", "clothsimv2"].map(path));
    mode(&mut harness, Mode::Reference);
    let samples = harness.state().shown.reference().expect("decoded").plane.pixel(80, 45).expect("inside");
    let wanted = [0, 1, 2].map(|c| (samples[c].to_f64() * 255.0).round() as u8);
    assert_near(pixel(&mut harness, 80, 45), wanted, 0, "the file's own bytes");
    // There and back again through linear light.
    display(&mut harness, DisplayAction::SetOffset(1e-3));
    assert_near(pixel(&mut harness, 80, 45), wanted, 6, "hardly brighter");
}
