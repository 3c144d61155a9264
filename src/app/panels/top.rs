//! The bar at the top: opening, modes, tools, exposure, zoom, exports.

use egui::{Align, Button, Layout, RichText, Role, Slider, Ui};

use super::teach::Teach;
use super::{display_menu, named};
use crate::app::ui::Wish;
use crate::app::{App, ExportKind, theme};
use crate::view::{Action, Mode, Scope, Tool};

/// The room that all takes beside each other, in points; with less, there is a second row.
const ONE_ROW: f32 = 1305.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let one_row = ui.available_width() >= ONE_ROW;
    ui.horizontal(|ui| {
        if ui.button("Open…").teach("Open a folder with sequences (Ctrl + O)").clicked() {
            wishes.push(Wish::AskForFolder);
        }
        if app.view.catalogue.entries().is_empty() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| help_button(ui, &mut wishes));
            return;
        }
        ui.separator();
        modes(ui, app, &mut wishes);
        ui.separator();
        tools(ui, app, &mut wishes);
        if one_row {
            ui.separator();
            exposure(ui, app, &mut wishes);
            display_menu::ui(ui, app, &mut wishes);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            help_button(ui, &mut wishes);
            if one_row {
                picture_and_exports(ui, app, &mut wishes);
            }
        });
    });
    if !one_row && !app.view.catalogue.entries().is_empty() {
        ui.horizontal(|ui| {
            exposure(ui, app, &mut wishes);
            display_menu::ui(ui, app, &mut wishes);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                picture_and_exports(ui, app, &mut wishes);
            });
        });
    }
    wishes
}

/// From the right to the left.
fn picture_and_exports(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    exports(ui, app, wishes);
    ui.separator();
    zoom(ui, app, wishes);
}

fn modes(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    for (number, mode) in (1..).zip(Mode::ALL) {
        let button = ui.selectable_label(app.view.mode == mode, mode.name());
        if button.teach(&format!("{} ({number})", about(mode))).clicked() {
            wishes.push(Action::SetMode(mode).into());
        }
    }
    ui.spacing_mut().item_spacing.x = 6.0;
}

const fn about(mode: Mode) -> &'static str {
    match mode {
        Mode::Reference => "The reference alone",
        Mode::Candidate => "The candidate alone",
        Mode::Difference => "What differs, over the dimmed picture",
        Mode::Wipe => "Reference left, candidate right of a line that is dragged",
        Mode::SideBySide => "A tile for each sequence, moved together",
    }
}

fn tools(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let tools = [
        (Tool::Pixel, "Pixel", "A click tracks a pixel (P)"),
        (Tool::Rectangle, "Rectangle", "A drag tracks a rectangle (M, or Shift and drag)"),
        (
            Tool::Brush,
            "Brush",
            "A drag paints a tracked mask (B)\nAlt erases, Shift begins another mask; [ and ] or Ctrl + wheel: its size",
        ),
        (
            Tool::Object,
            "Object",
            "A click on an id AOV tracks all pixels with that id (Shift + O)\nOf a Cryptomatte: those that the object covers most, the first rank of the layer\nThe mask is of this frame: it stays as it is over all frames",
        ),
    ];
    ui.spacing_mut().item_spacing.x = 2.0;
    for (tool, name, hint) in tools {
        if ui.selectable_label(app.view.tool == tool, name).teach(hint).clicked() {
            wishes.push(Action::SetTool(tool).into());
        }
    }
    ui.spacing_mut().item_spacing.x = 6.0;
}

fn exposure(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let label = ui.label(RichText::new("Exposure").color(theme::weak()));
    let mut stops = app.view.exposure;
    ui.spacing_mut().slider_width = 84.0;
    let slider = Slider::new(&mut stops, -10.0..=10.0).fixed_decimals(1).suffix(" EV");
    let response =
        ui.add(slider).labelled_by(label.id).teach("Brightness in stops (E, Shift + E; double-click: 0)");
    if response.double_clicked() {
        wishes.push(Action::SetExposure(0.0).into());
    } else if response.changed() {
        wishes.push(Action::SetExposure(stops).into());
    }
}

fn zoom(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    if ui.button("1:1").teach("One image pixel to one screen pixel (0)").clicked() {
        wishes.push(Action::OneToOne.into());
    }
    if ui.button("Fit").teach("Show the whole picture (F)").clicked() {
        wishes.push(Action::Fit.into());
    }
    let percent = app.view.camera.zoom * 100.0;
    let text = if percent < 10.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") };
    ui.label(RichText::new(text).color(theme::weak()));
}

fn exports(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let maps = [
        (ExportKind::MapExr, "EXR", "Export the difference as EXR", "The shown difference, values"),
        (
            ExportKind::MapPng,
            "PNG",
            "Export the difference as PNG",
            "The shown difference in colours, with legend",
        ),
    ];
    for (kind, text, name, hint) in maps {
        let response = ui.add(Button::new(text)).on_hover_text(hint);
        named(&response, Role::Button, name);
        if response.clicked() {
            wishes.push(Wish::Export(kind));
        }
    }
    tracked(ui, app, ExportKind::Npz, "NPZ", ["Ctrl + Shift + E", ""], wishes);
    tracked(ui, app, ExportKind::Csv, "CSV", ["Ctrl + E", "Ctrl + Alt + E"], wishes);
    ui.label(RichText::new("Export").color(theme::weak()));
}

/// A button with a menu: the tracked values of this AOV, or of all.
fn tracked(
    ui: &mut Ui,
    app: &App,
    kind: fn(Scope) -> ExportKind,
    format: &str,
    keys: [&str; 2],
    wishes: &mut Vec<Wish>,
) {
    let menu = ui.menu_button(format, |ui| {
        let shown = format!("This AOV ({})", app.view.aov.as_deref().unwrap_or("none"));
        let all = format!("All {} AOVs", app.view.aovs.len());
        for ((scope, text), key) in [(Scope::ShownAov, shown), (Scope::AllAovs, all)].into_iter().zip(keys) {
            if ui.add(Button::new(text).shortcut_text(key)).clicked() {
                wishes.push(Wish::Export(kind(scope)));
            }
        }
    });
    named(&menu.response, Role::Button, &format!("Export tracked values as {format}"));
    menu.response.on_hover_text(format!(
        "Tracked values over all frames and sequences as {format}.\n\
         The menu asks whether of this AOV or of all; {} takes this AOV.",
        keys[0]
    ));
}

fn help_button(ui: &mut Ui, wishes: &mut Vec<Wish>) {
    let response = ui.button("?").teach("All keys (F1)");
    named(&response, Role::Button, "Keys");
    if response.clicked() {
        wishes.push(Wish::ToggleHelp);
    }
}
