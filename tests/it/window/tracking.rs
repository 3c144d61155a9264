//! What is tracked: made, moved, named, painted, described, drawn.

use aovscope::app::{App, ExportKind};
use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::engine::{ProbeShape, stroke};
use aovscope::image::{Plane, Window};
use aovscope::view::{Action, ProbeAction, Quantity};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::panels::{click, cloth, harness, press, screen, settle};
use crate::support;

fn plane(sequence: &str, frame: u32, aov: &str) -> Plane {
    let path = support::small_data().join(format!("cloth/{sequence}/{sequence}.{frame:04}.exr"));
    let info = read_info(&path, &Limits::default()).expect("a readable frame");
    let aov = info.aov(aov).expect("the AOV");
    read_planes(&info, &[aov], &Limits::default()).remove(0).expect("its pixels")
}

fn windows(app: &App) -> Vec<Window> {
    app.view.probes.items().iter().map(|item| item.probe.window).collect()
}

fn swept(app: &App) -> bool {
    !app.waiting && app.view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete())
}

fn copied(harness: &Harness<'static, App>) -> Option<String> {
    harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

fn drag(harness: &mut Harness<'static, App>, from: (i32, i32), to: (i32, i32), keys: Modifiers) {
    let (a, b) = (screen(harness, from.0, from.1), screen(harness, to.0, to.1));
    press(harness, a, true, keys);
    harness.step();
    harness.event_modifiers(Event::PointerMoved(b), keys);
    harness.step();
    press(harness, b, false, keys);
    harness.run_steps(3);
}

#[test]
fn keys_move_and_resize_the_selected() {
    let mut harness = harness(&cloth());
    harness.state_mut().apply(Action::TrackPixel(20, 20));
    harness.state_mut().apply(Action::TrackRectangle((40, 20), (52, 27)));
    let ctrl_alt = Modifiers::COMMAND | Modifiers::CTRL | Modifiers::ALT;
    for (keys, key) in [
        (Modifiers::ALT, Key::ArrowRight),
        (Modifiers::ALT | Modifiers::SHIFT, Key::ArrowDown),
        (ctrl_alt, Key::ArrowLeft),
        (ctrl_alt, Key::ArrowDown),
    ] {
        harness.key_press_modifiers(keys, key);
        harness.run_steps(2);
    }
    assert_eq!(windows(harness.state()), [Window::new(20, 20, 1, 1), Window::new(41, 30, 12, 9)]);
    assert_eq!(harness.state().view.playback.frame(), Some(11), "time stands still meanwhile");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::CTRL, Key::D);
    harness.run_steps(2);
    assert_eq!(windows(harness.state())[2], Window::new(45, 34, 12, 9));
    harness.get_by_label("Tracked tab").click_accesskit();
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::SpinButton, "Tracked x").set_value_accesskit(7.0);
    harness.run_steps(2);
    assert_eq!(windows(harness.state())[2], Window::new(7, 34, 12, 9));
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert_eq!(windows(harness.state()).len(), 2);
    // What moved has the values of where it is now.
    settle(&mut harness, swept);
    harness.state_mut().apply(Action::SelectProbe(0));
    harness.state_mut().apply(Action::Probe(ProbeAction::Move(73, 11)));
    settle(&mut harness, swept);
    let series = &harness.state().view.sweep.as_ref().expect("swept").series;
    let expected = plane("clothsimv2", 12, "ViewLayer.Combined").pixel(93, 31).expect("inside");
    let value = series.cell(1, 1, 0, 0).value;
    assert_eq!(value, Some(aovscope::engine::Value::Pixel(expected[0])));
}

#[test]
fn a_double_click_gives_a_name_that_exports_have() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut harness = harness(&cloth());
    harness.state_mut().export_folders = vec![folder.path().to_owned()];
    harness.state_mut().apply(Action::TrackPixel(93, 31));
    harness.get_by_label("Tracked tab").click_accesskit();
    harness.run_steps(2);
    let at = harness.get_by_label("Tracked 93, 31").rect().center();
    for _ in 0..2 {
        press(&harness, at, true, Modifiers::NONE);
        press(&harness, at, false, Modifiers::NONE);
    }
    harness.run_steps(3);
    harness.event(Event::Text("left sleeve".into()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().view.probes.items()[0].probe.label, "left sleeve");
    assert!(harness.query_by_label("Curve of left sleeve").is_some());
    harness.state_mut().export(ExportKind::Csv(aovscope::view::Scope::ShownAov));
    settle(&mut harness, |app| app.exporting.is_empty());
    let csv = std::fs::read_to_string(folder.path().join("comparison_export.csv")).expect("written");
    assert!(csv.lines().nth(1).is_some_and(|row| row.contains(",left sleeve,93,31,1,1,")), "{csv}");
}

#[test]
fn the_brush_paints_joins_and_erases() {
    let mut harness = harness(&cloth());
    harness.key_press(Key::B);
    harness.key_press(Key::CloseBracket);
    harness.run_steps(2);
    assert_eq!(harness.state().view.tracking.brush_radius, 5, "] is the brush's while there is one");
    drag(&mut harness, (40, 40), (60, 44), Modifiers::NONE);
    let picture = Window::of_size(160, 90);
    let expected = stroke((40, 40), (60, 44), 5, picture).expect("inside");
    let mask = |harness: &Harness<'static, App>, index: usize| {
        let probe = harness.state().view.probes.items()[index].probe.clone();
        let ProbeShape::Mask(mask) = probe.shape else { panic!("a mask") };
        (probe.window, mask)
    };
    assert_eq!(mask(&harness, 0), expected);
    drag(&mut harness, (50, 42), (50, 70), Modifiers::NONE);
    let joined =
        aovscope::engine::united(&expected, &stroke((50, 42), (50, 70), 5, picture).expect("inside"));
    assert_eq!(mask(&harness, 0), joined);
    drag(&mut harness, (30, 42), (70, 42), Modifiers::ALT);
    let erased = stroke((30, 42), (70, 42), 5, picture).expect("inside");
    assert_eq!(mask(&harness, 0), aovscope::engine::without(&joined, &erased).expect("something is left"));
    drag(&mut harness, (100, 20), (110, 20), Modifiers::SHIFT);
    assert_eq!(harness.state().view.probes.items().len(), 2);
    // The window's own series has the mask's figures, and so has the panel.
    settle(&mut harness, swept);
    let cell = *harness.state().view.sweep.as_ref().expect("swept").series.cell(1, 0, 1, 0);
    let mean = cell.value.expect("inside the picture").to_f64();
    let (window, painted) = mask(&harness, 1);
    let file = plane("clothsimv2", 11, "ViewLayer.Combined");
    let pixels = (0..window.pixels() as usize).map(|index| window.pixel(index));
    let inside = pixels.filter(|(x, y)| painted.contains((x - window.x) as u32, (y - window.y) as u32));
    let values: Vec<f64> = inside.map(|(x, y)| file.pixel(x, y).expect("inside")[0].to_f64()).collect();
    assert_eq!(mean, values.iter().sum::<f64>() / values.len() as f64);
    settle_until_shown(&mut harness, "Figures of channel R");
}

#[track_caller]
fn settle_until_shown(harness: &mut Harness<'static, App>, label: &str) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while harness.query_by_label(label).is_none() {
        assert!(std::time::Instant::now() < deadline, "{label} is not shown");
        harness.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_click_with_the_object_tool_tracks_all_pixels_with_that_id() {
    let mut harness = harness(&cloth());
    harness.key_press_modifiers(Modifiers::SHIFT, Key::O);
    harness.run_steps(2);
    let at = screen(&harness, 80, 60);
    click(&mut harness, at);
    assert!(harness.query_by_label_contains("The Object tool follows ids").is_some());
    harness.state_mut().apply(Action::SetAov("ViewLayer.IndexOB".into()));
    settle(&mut harness, swept);
    let at = screen(&harness, 80, 60);
    click(&mut harness, at);
    settle(&mut harness, |app| !app.view.probes.items().is_empty());
    // Of the picture that is seen, which is below a difference the reference.
    let file = plane("clothsimv1", 11, "ViewLayer.IndexOB");
    let id = file.pixel(80, 60).expect("inside")[0];
    let same = |(x, y): &(i32, i32)| file.pixel(*x, *y).is_some_and(|other| other[0].bits() == id.bits());
    let expected: Vec<(i32, i32)> =
        (0..90).flat_map(|y| (0..160).map(move |x| (x, y))).filter(same).collect();
    let probe = &harness.state().view.probes.items()[0].probe;
    assert_eq!(probe.label, format!("id {}", id.to_f64()));
    assert_eq!(probe.pixels_in(probe.window).collect::<Vec<_>>(), expected);
    assert!(expected.len() > 100 && expected.len() < 160 * 90, "{} pixels", expected.len());
}

#[test]
fn values_are_copied_and_places_pasted() {
    let mut harness = harness(&cloth());
    harness.event(Event::Paste("93,31\n40, 20, 13, 8".into()));
    harness.run_steps(2);
    assert_eq!(windows(harness.state()), [Window::new(93, 31, 1, 1), Window::new(40, 20, 13, 8)]);
    harness.event(Event::Paste("not a place".into()));
    // A notice is laid out before it is drawn.
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("cannot paste").is_some());
    settle(&mut harness, swept);
    harness.hover_at(screen(&harness, 80, 45));
    harness.run_steps(2);
    harness.event(Event::Copy);
    harness.step();
    let text = copied(&harness).expect("on the clipboard");
    let (a, b) = ("clothsimv2", "clothsimv1");
    let [a, b] = [a, b].map(|name| plane(name, 11, "ViewLayer.Combined").pixel(80, 45).expect("inside")[0]);
    let row = format!("11\tViewLayer.Combined\tR\t80\t45\t{}\t{}", b.to_f64(), a.to_f64());
    assert!(text.lines().nth(1).is_some_and(|line| line.starts_with(&row)), "{text}");
    // Beside the picture it is the selected thing's.
    harness.hover_at(egui::pos2(60.0, 300.0));
    harness.run_steps(2);
    harness.event(Event::Copy);
    harness.step();
    let text = copied(&harness).expect("on the clipboard");
    assert_eq!(text.lines().count(), 1 + 2 * 4, "{text}");
    assert!(text.lines().all(|line| !line.contains("\t93\t31\t")), "{text}");
}

#[test]
fn the_wheel_zooms_the_curves_and_a_click_goes_to_the_frame() {
    let mut harness = harness(&cloth());
    harness.state_mut().apply(Action::TrackPixel(93, 31));
    harness.state_mut().apply(Action::SetQuantity(Quantity::Delta));
    settle(&mut harness, swept);
    assert!(harness.query_by_label("Curve of 93, 31").is_none());
    let rect = harness.get_by_label("Delta curve of 93, 31").rect();
    let at = rect.right_center() - vec2(12.0, 4.0);
    harness.hover_at(at);
    harness.run_steps(2);
    assert!(harness.query_by_label("frame 13").is_some(), "the values at the pointer");
    click(&mut harness, at);
    assert_eq!(harness.state().view.playback.frame(), Some(13));
    // Zoomed in at the right, the left edge is no longer the first frame.
    let wheel = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 400.0),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    harness.event(wheel);
    harness.run_steps(20);
    let left = rect.left_center() + vec2(50.0, -4.0);
    click(&mut harness, left);
    assert_eq!(harness.state().view.playback.frame(), Some(12));
}

#[test]
fn channels_stand_beside_each_other_with_shift() {
    let mut harness = harness(&cloth());
    harness.state_mut().apply(Action::TrackPixel(93, 31));
    harness.run_steps(2);
    let at = harness.get_by_label("Channel B").rect().center();
    press(&harness, at, true, Modifiers::SHIFT);
    press(&harness, at, false, Modifiers::SHIFT);
    harness.run_steps(3);
    assert_eq!(harness.state().view.curve_channels(), [0, 2]);
    harness.get_by_label("Channel G").click();
    harness.run_steps(3);
    assert_eq!(harness.state().view.curve_channels(), [1]);
}

#[test]
fn curves_are_exported_as_drawing_and_picture() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut harness = harness(&cloth());
    harness.state_mut().export_folders = vec![folder.path().to_owned()];
    harness.state_mut().apply(Action::TrackPixel(93, 31));
    harness.run_steps(2);
    for name in ["Export curves as SVG", "Export curves as PNG"] {
        harness.get_by_label("Export curves").click();
        harness.run_steps(3);
        harness.get_by_label(name).click();
        harness.run_steps(2);
        settle(&mut harness, |app| app.exporting.is_empty());
    }
    let svg = std::fs::read_to_string(folder.path().join("comparison_curves.svg")).expect("written");
    for title in ["clothsimv1 R value", "clothsimv2 R value", "clothsimv2 R delta"] {
        assert!(svg.contains(&format!("<title>{title}</title>")), "{title}");
    }
    let info = read_info(&folder.path().join("comparison_curves.png"), &Limits::default());
    assert!(info.is_ok(), "{info:?}");
}

#[test]
fn objects_of_a_cryptomatte_have_their_names() {
    let mut harness = harness(&cloth());
    harness.state_mut().apply(Action::SetAov("ViewLayer.CryptoObject00".into()));
    settle(&mut harness, swept);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::O);
    harness.run_steps(2);
    let file = plane("clothsimv1", 11, "ViewLayer.CryptoObject00");
    let names = ["Ground", "Ball", "Cube", "Cloth"];
    let ids = names.map(aovscope::image::cryptomatte::id_of_name);
    let id = file.pixel(80, 60).expect("inside")[0].bits();
    let name = names[ids.iter().position(|other| *other == id).expect("one of them")];
    let at = screen(&harness, 80, 60);
    harness.hover_at(at);
    // Name and id; of both sides, where the simulations differ.
    settle_until_text(&mut harness, &format!("{name} {id:08x}"));
    click(&mut harness, at);
    settle(&mut harness, |app| !app.view.probes.items().is_empty());
    assert_eq!(harness.state().view.probes.items()[0].probe.label, name);
}

#[track_caller]
fn settle_until_text(harness: &mut Harness<'static, App>, text: &str) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while harness.query_by_label_contains(text).is_none() {
        assert!(std::time::Instant::now() < deadline, "{text} is not shown");
        harness.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn names_are_those_of_the_shown_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = support::small_data().join("cloth/clothsimv1");
    let (first, second) = ("clothsimv1.0011.exr", "clothsimv1.0012.exr");
    let mut bytes = std::fs::read(from.join(first)).expect("read");
    // A name as long as the other, so that all that follows stays where it is.
    let at = bytes.windows(7).position(|part| part == b"\"Cloth\"").expect("a manifest");
    bytes[at..at + 7].copy_from_slice(b"\"Shirt\"");
    std::fs::write(folder.path().join(first), bytes).expect("written");
    std::fs::copy(from.join(second), folder.path().join(second)).expect("copied");
    let mut harness = harness(&[folder.path().to_owned(), cloth().remove(1)]);
    harness.state_mut().apply(Action::SetAov("ViewLayer.CryptoObject00".into()));
    settle(&mut harness, |app| !app.waiting);
    harness.hover_at(screen(&harness, 61, 30));
    settle_until_text(&mut harness, "Shirt d7b35f1e");
    harness.state_mut().apply(Action::Step(1));
    settle_until_text(&mut harness, "Cloth d7b35f1e");
}
