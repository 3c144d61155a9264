//! Mouse and keys, as they come from the system.

use aovscope::image::Window;
use aovscope::view::Mode;
use egui::{Event, Modifiers, PointerButton};
use egui_kittest::kittest::Queryable;

use super::panels::{click, cloth, harness, press, screen};

#[test]
fn what_falls_into_one_slow_frame_is_not_lost() {
    let mut harness = harness(&cloth());
    let (a, b, c) = (screen(&harness, 40, 20), screen(&harness, 52, 27), screen(&harness, 93, 31));
    let events = &mut harness.input_mut().events;
    for (from, to, modifiers) in [(a, b, Modifiers::SHIFT), (c, c, Modifiers::NONE)] {
        events.push(Event::PointerMoved(from));
        for (pos, pressed) in [(from, true), (to, false)] {
            events.push(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
        }
    }
    harness.step();
    harness.run_steps(2);
    let items = harness.state().view.probes.items();
    let tracked: Vec<Window> = items.iter().map(|item| item.probe.window).collect();
    assert_eq!(tracked, [Window::new(40, 20, 13, 8), Window::new(93, 31, 1, 1)]);
}

#[test]
fn space_and_drag_pans_and_space_alone_plays() {
    let mut harness = harness(&cloth());
    let space = |pressed| Event::Key {
        key: egui::Key::Space,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let (a, b) = (screen(&harness, 40, 20), screen(&harness, 52, 27));
    harness.event(space(true));
    press(&harness, a, true, Modifiers::NONE);
    press(&harness, b, false, Modifiers::NONE);
    harness.event(space(false));
    harness.run_steps(3);
    let moved = screen(&harness, 40, 20) - b;
    assert!(moved.length() < 0.01, "the pixel follows the pointer, off by {moved:?}");
    let view = &harness.state().view;
    assert!(view.probes.items().is_empty() && !view.playback.is_playing());
    harness.key_press(egui::Key::Space);
    harness.run_steps(2);
    assert!(harness.state().view.playback.is_playing());
}

#[test]
fn keys_work_while_a_button_has_the_focus_but_not_while_text_is_written() {
    let mut harness = harness(&cloth());
    harness.get_by_label("Fit").focus();
    harness.run_steps(2);
    harness.key_press(egui::Key::W);
    harness.run_steps(2);
    assert_eq!(harness.state().view.mode, Mode::Wipe);
    let number = harness.get_by_label("Frame number").rect().center();
    click(&mut harness, number);
    harness.key_press(egui::Key::Num3);
    harness.run_steps(2);
    assert_eq!(harness.state().view.mode, Mode::Wipe, "3 is a digit of the frame number");
}

#[test]
fn the_reference_shows_while_the_key_is_held() {
    let mut harness = harness(&cloth());
    let key = |pressed| Event::Key {
        key: egui::Key::Backtick,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    assert_eq!(harness.state().mode(), Mode::Difference);
    harness.event(key(true));
    harness.run_steps(2);
    assert_eq!(harness.state().mode(), Mode::Reference);
    harness.event(key(false));
    harness.run_steps(2);
    assert_eq!(harness.state().mode(), Mode::Difference);
}
