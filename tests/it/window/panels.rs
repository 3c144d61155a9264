//! Clicks through the names that screen readers know; the picture is drawn by the real shader.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aovscope::app::{App, install_theme, ui};
use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::{Plane, Window};
use aovscope::view::{Mode, Quantity};
use egui::accesskit::Role;
use egui::{Event, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};

use crate::support;

const CACHE: u64 = 256 << 20;

pub fn harness(paths: &[PathBuf]) -> Harness<'static, App> {
    harness_with(paths, CACHE)
}

/// With that much memory for samples.
pub fn harness_with(paths: &[PathBuf], budget_bytes: u64) -> Harness<'static, App> {
    let state = create_render_state(default_wgpu_setup(), egui_wgpu::RendererOptions::PREDICTABLE);
    let mut app = App::new(budget_bytes, &(Arc::new(|| {}) as aovscope::load::Wake)).expect("threads");
    app.format = state.target_format;
    app.open(paths.to_vec());
    let mut harness = Harness::builder()
        .with_size([1280.0, 720.0])
        .with_step_dt(1.0 / 60.0)
        .renderer(WgpuTestRenderer::from_render_state(state))
        .with_context_setup(install_theme)
        .build_ui_state(
            |root, app: &mut App| {
                app.tick();
                ui(root, app);
            },
            app,
        );
    if !paths.is_empty() {
        settle(&mut harness, |app| app.view.catalogue.entries().len() > 1 && is_at_rest(app));
    }
    harness
}

/// Nothing decodes, nothing compares.
pub fn is_at_rest(app: &App) -> bool {
    !app.waiting && !app.opening && app.view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete())
}

/// Draws until `done`; the threads must get there.
#[track_caller]
pub fn settle(harness: &mut Harness<'static, App>, done: impl Fn(&App) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        harness.step();
        if done(harness.state()) {
            break;
        }
        assert!(Instant::now() < deadline, "the window did not get there within a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.run_steps(3);
}

pub fn cloth() -> Vec<PathBuf> {
    ["clothsimv1", "clothsimv2"]
        .map(|name| support::small_data().join(format!("cloth/{name}/{name}.####.exr")))
        .to_vec()
}

fn plane(sequence: &str, frame: u32, aov: &str) -> Plane {
    let path = support::small_data().join(format!("cloth/{sequence}/{sequence}.{frame:04}.exr"));
    let info = read_info(&path, &Limits::default()).expect("a readable frame");
    let aov = info.aov(aov).expect("the AOV");
    read_planes(&info, &[aov], &Limits::default()).remove(0).expect("its pixels")
}

/// Where the pixel's middle is drawn.
pub fn screen(harness: &Harness<'static, App>, x: i32, y: i32) -> Pos2 {
    let rect = harness.get_by_label("Image view").rect();
    let camera = &harness.state().view.camera;
    let zoom = camera.zoom as f32;
    let offset = vec2(x as f32 + 0.5 - camera.centre.0 as f32, y as f32 + 0.5 - camera.centre.1 as f32);
    rect.center() + offset * zoom
}

pub fn press(harness: &Harness<'static, App>, pos: Pos2, pressed: bool, modifiers: Modifiers) {
    harness.event_modifiers(Event::PointerMoved(pos), modifiers);
    let button = PointerButton::Primary;
    harness.event_modifiers(Event::PointerButton { pos, button, pressed, modifiers }, modifiers);
}

pub fn click(harness: &mut Harness<'static, App>, pos: Pos2) {
    press(harness, pos, true, Modifiers::NONE);
    press(harness, pos, false, Modifiers::NONE);
    harness.run_steps(3);
}

#[test]
fn nothing_open_says_what_to_do() {
    let mut harness = harness(&[]);
    harness.step();
    assert!(harness.query_by_label("Open folder…").is_some());
    assert!(harness.query_by_label_contains("Drop a folder here").is_some());
}

#[test]
fn a_path_that_is_not_there_is_told() {
    let mut harness = harness(&[]);
    harness.state_mut().open(vec![PathBuf::from("/no/such/folder")]);
    settle(&mut harness, |app| !app.toasts.is_empty());
    assert!(harness.query_by_label_contains("/no/such/folder").is_some());
}

#[test]
fn choosing_an_aov_shows_it() {
    let mut harness = harness(&cloth());
    harness.get_by_label("AOV ViewLayer.Normal").click();
    settle(&mut harness, is_at_rest);
    let app = harness.state();
    assert_eq!(app.view.aov.as_deref(), Some("ViewLayer.Normal"));
    let shown = app.shown.reference().expect("decoded");
    let expected = plane("clothsimv1", 11, "ViewLayer.Normal");
    assert_eq!(shown.plane.pixel(80, 45), expected.pixel(80, 45));
    settle(&mut harness, |app| {
        app.view.changed_aovs.get("ViewLayer.Combined").is_some_and(|aov| aov.changed > 0)
    });
}

#[test]
fn a_click_tracks_the_pixel_under_the_pointer() {
    let mut harness = harness(&cloth());
    let at = screen(&harness, 93, 31);
    click(&mut harness, at);
    settle(&mut harness, is_at_rest);
    let app = harness.state();
    let tracked: Vec<Window> = app.view.probes.items().iter().map(|item| item.probe.window).collect();
    assert_eq!(tracked, [Window::new(93, 31, 1, 1)]);
    let series = &app.view.sweep.as_ref().expect("swept").series;
    for (s, name) in ["clothsimv1", "clothsimv2"].into_iter().enumerate() {
        for (f, frame) in series.frames.iter().enumerate() {
            let expected = plane(name, *frame as u32, "ViewLayer.Combined").pixel(93, 31).expect("inside");
            for (c, expected) in expected.into_iter().enumerate() {
                let value = series.cell(s, f, 0, c).value;
                assert_eq!(value, Some(aovscope::engine::Value::Pixel(expected)), "{name} {frame} {c}");
            }
        }
    }
    harness.get_by_label("Tracked tab").click_accesskit();
    harness.run_steps(3);
    harness.get_by_label("Remove 93, 31").click_accesskit();
    harness.run_steps(3);
    assert!(harness.state().view.probes.items().is_empty());
}

#[test]
fn shift_and_drag_tracks_a_rectangle_between_the_two_pixels() {
    let mut harness = harness(&cloth());
    let (a, b) = (screen(&harness, 40, 20), screen(&harness, 52, 27));
    press(&harness, a, true, Modifiers::SHIFT);
    harness.step();
    for part in 1..=4 {
        harness.event_modifiers(Event::PointerMoved(a + (b - a) * (part as f32 / 4.0)), Modifiers::SHIFT);
        harness.step();
    }
    press(&harness, b, false, Modifiers::SHIFT);
    harness.run_steps(3);
    let tracked: Vec<Window> =
        harness.state().view.probes.items().iter().map(|item| item.probe.window).collect();
    assert_eq!(tracked, [Window::new(40, 20, 13, 8)]);
}

#[test]
fn the_tolerance_is_applied_at_once() {
    let mut harness = harness(&cloth());
    let changed = |harness: &Harness<'static, App>| {
        let view = &harness.state().view;
        let key = view.pair_key().expect("a pair");
        view.statistics.get(&key).cloned().expect("compared").expect("comparable").changed
    };
    let exact = changed(&harness);
    harness.get_by_role_and_label(Role::Slider, "Tolerance").set_value_accesskit(0.05);
    harness.step();
    settle(&mut harness, is_at_rest);
    settle(&mut harness, |app| app.view.pair_key().is_some_and(|k| app.view.statistics.get(&k).is_some()));
    assert!((harness.state().view.rule().abs - 0.05).abs() < 1e-6);
    let tolerant = changed(&harness);
    assert!(tolerant < exact && tolerant > 0, "{tolerant} of {exact}");
}

#[test]
fn the_largest_difference_is_flown_to() {
    let mut harness = harness(&cloth());
    harness.get_by_label("Show largest").click();
    harness.run_steps(3);
    let view = &harness.state().view;
    let stats =
        view.statistics.get(&view.pair_key().expect("a pair")).cloned().expect("known").expect("compared");
    let (x, y) = stats.peak.expect("a difference").at;
    assert_eq!(view.camera.centre, (f64::from(x) + 0.5, f64::from(y) + 0.5));
}

#[test]
fn the_reference_can_be_changed() {
    let mut harness = harness(&cloth());
    let first = harness.state().view.name(harness.state().view.reference).to_owned();
    harness.get_by_label("Reference clothsimv2").click();
    harness.run_steps(3);
    let view = &harness.state().view;
    assert_eq!((first.as_str(), view.name(view.reference), view.name(view.candidate)), {
        ("clothsimv1", "clothsimv2", "clothsimv1")
    });
}

#[test]
fn modes_and_curves_have_names() {
    let mut harness = harness(&cloth());
    for mode in Mode::ALL {
        harness.get_by_label(mode.name()).click();
        harness.run_steps(2);
        assert_eq!(harness.state().view.mode, mode);
    }
    let at = screen(&harness, 20, 20);
    click(&mut harness, at);
    harness.get_by_label("Delta").click();
    harness.get_by_label("Channel G").click();
    harness.run_steps(2);
    let view = &harness.state().view;
    assert_eq!((view.quantity, view.curve_channel), (Quantity::Delta, 1));
}

#[test]
fn keys_do_what_the_help_says() {
    let mut harness = harness(&cloth());
    harness.key_press(egui::Key::ArrowRight);
    harness.run_steps(2);
    assert_eq!(harness.state().view.playback.frame(), Some(12));
    harness.key_press(egui::Key::End);
    harness.run_steps(2);
    assert_eq!(harness.state().view.playback.frame(), Some(13));
    harness.key_press(egui::Key::F1);
    harness.run_steps(2);
    assert!(harness.query_by_label("Next frame with a change").is_some());
}

#[test]
fn the_picture_on_screen_is_the_picture_in_the_file() {
    let mut harness = harness(&cloth());
    harness.get_by_label("Reference").click();
    harness.run_steps(3);
    let expected = plane("clothsimv1", 11, "ViewLayer.Combined");
    let picture = harness.render().expect("a picture");
    for (x, y) in [(150, 3), (93, 31), (80, 45), (20, 70), (150, 85)] {
        let at = screen(&harness, x, y);
        let got = picture.get_pixel(at.x as u32, at.y as u32).0;
        let samples = expected.pixel(x, y).expect("inside");
        let wanted: Vec<u8> = samples.iter().take(3).map(|s| encoded(s.to_f32())).collect();
        for c in 0..3 {
            assert!(got[c].abs_diff(wanted[c]) <= 1, "pixel {x},{y}: got {got:?}, wanted {wanted:?}");
        }
    }
}

fn encoded(linear: f32) -> u8 {
    let v = linear.clamp(0.0, 1.0);
    let curve = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    (curve * 255.0).round() as u8
}

#[test]
fn one_changed_pixel_shows_from_far_away() {
    let mut harness = harness(&cloth());
    // A tolerance just under the frame's maximum leaves few pixels, and the picture is made tiny.
    let view = &harness.state().view;
    let stats =
        view.statistics.get(&view.pair_key().expect("a pair")).cloned().expect("known").expect("compared");
    let tolerance = stats.max_abs * 0.999;
    harness.state_mut().apply(aovscope::view::Action::SetTolerance(tolerance));
    settle(&mut harness, |app| app.view.pair_key().is_some_and(|k| app.view.statistics.get(&k).is_some()));
    let (x, y) = stats.peak.expect("a difference").at;
    // By pixels, by blocks of pixels, and the whole picture in one or two pixels of the screen.
    for zoom in [0.11, 0.03, 0.007] {
        harness.state_mut().view.camera.zoom = zoom;
        harness.state_mut().view.camera.fit = false;
        harness.run_steps(3);
        let at = screen(&harness, x, y);
        let picture = harness.render().expect("a picture");
        let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        let hottest = around
            .map(|(dx, dy)| picture.get_pixel((at.x as i32 + dx) as u32, (at.y as i32 + dy) as u32).0)
            .max_by_key(|p| u32::from(p[0]) + u32::from(p[1]) + u32::from(p[2]))
            .expect("nine pixels");
        // The dimmed picture stays far below that.
        assert!(hottest[0] > 200 && hottest[1] > 120, "zoom {zoom}: the colour map's end, got {hottest:?}");
    }
}

#[test]
fn every_control_has_a_name() {
    let mut harness = harness(&cloth());
    let at = screen(&harness, 20, 20);
    click(&mut harness, at);
    let roles = [Role::Button, Role::CheckBox, Role::Slider, Role::SpinButton, Role::ComboBox, Role::Image];
    let mut controls = 0;
    for node in harness.query_all_by(|node| roles.contains(&node.role())) {
        controls += 1;
        let named = node.accesskit_node().label().is_some_and(|label| !label.is_empty());
        assert!(named, "a {:?} at {:?} has no name", node.accesskit_node().role(), node.rect());
    }
    assert!(controls > 40, "only {controls} controls");
}

#[test]
fn the_picture_stays_where_it_is_while_nothing_happens() {
    let mut harness = harness(&cloth());
    let at = screen(&harness, 20, 20);
    click(&mut harness, at);
    settle(&mut harness, is_at_rest);
    let before = harness.get_by_label("Image view").rect();
    for x in 0..20 {
        harness.hover_at(before.min + vec2(100.0 + 5.0 * x as f32, 120.0));
        harness.step();
    }
    assert_eq!(harness.get_by_label("Image view").rect(), before);
}

#[test]
fn the_first_tracked_pixel_does_not_move_the_picture() {
    let mut harness = harness(&cloth());
    let before = (harness.get_by_label("Image view").rect(), screen(&harness, 60, 40));
    click(&mut harness, before.1);
    settle(&mut harness, is_at_rest);
    assert!(harness.query_by_label("Curve of 60, 40").is_some());
    assert_eq!((harness.get_by_label("Image view").rect(), screen(&harness, 60, 40)), before);
}

#[test]
fn a_click_beside_the_picture_tracks_nothing() {
    let mut harness = harness(&cloth());
    let at = screen(&harness, -2, -1);
    assert!(harness.get_by_label("Image view").rect().contains(at), "on the canvas");
    click(&mut harness, at);
    assert!(harness.state().view.probes.items().is_empty());
}
