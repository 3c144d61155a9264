//! The selected thing: where it is, and what can be done with it.

use egui::{DragValue, RichText, Role, Ui};

use crate::app::panels::named;
use crate::app::panels::teach::Teach;
use crate::app::theme;
use crate::app::ui::Wish;
use crate::engine::ProbeShape;
use crate::view::{Action, ProbeAction, Tracked};

/// Draws its coordinates and buttons.
pub fn ui(ui: &mut Ui, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    coordinates(ui, tracked, wishes);
    ui.horizontal(|ui| {
        let window = tracked.probe.window;
        if ui.small_button("Show").on_hover_text("Bring it to the middle of the picture").clicked() {
            let middle = |start: i32, size: u32| start.saturating_add_unsigned(size / 2);
            let at = (middle(window.x, window.width), middle(window.y, window.height));
            wishes.push(Action::FlyTo(at.0, at.1).into());
        }
        let duplicate = ui.small_button("Duplicate").teach("Track it a second time, beside (Ctrl + D)");
        if duplicate.clicked() {
            wishes.push(Action::Probe(ProbeAction::Duplicate).into());
        }
        if let ProbeShape::Mask(_) = tracked.probe.shape {
            let text = format!("{} pixels", crate::app::panels::values::count(tracked.probe.count()));
            ui.label(RichText::new(text).size(10.5).color(theme::weak()));
        }
    });
}

fn coordinates(ui: &mut Ui, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    let mut window = tracked.probe.window;
    let before = window;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.spacing_mut().interact_size.x = 44.0;
        let hint = "In pixels of the picture; Alt + arrows move it, with Shift by 10";
        place(ui, "x", "Tracked x", hint, &mut window.x);
        place(ui, "y", "Tracked y", hint, &mut window.y);
        // A mask is as large as its pixels reach.
        if tracked.probe.shape == ProbeShape::Region {
            let hint = "In pixels; Ctrl + Alt + arrows resize it";
            size(ui, "w", "Tracked width", hint, &mut window.width);
            size(ui, "h", "Tracked height", hint, &mut window.height);
        }
    });
    if window != before {
        wishes.push(Action::Probe(ProbeAction::Place(tracked.id, window)).into());
    }
}

fn place(ui: &mut Ui, letter: &str, name: &str, hint: &str, value: &mut i32) {
    number(ui, letter, name, hint, DragValue::new(value).range(-1_000_000..=1_000_000).speed(0.25));
}

fn size(ui: &mut Ui, letter: &str, name: &str, hint: &str, value: &mut u32) {
    number(ui, letter, name, hint, DragValue::new(value).range(1..=1_000_000).speed(0.25));
}

fn number(ui: &mut Ui, letter: &str, name: &str, hint: &str, drag: DragValue<'_>) {
    let label = ui.label(RichText::new(letter).color(theme::weak()));
    let response = ui.add(drag).labelled_by(label.id);
    named(&response, Role::SpinButton, name);
    response.on_hover_text(hint);
}
