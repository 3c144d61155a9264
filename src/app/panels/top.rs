//! The bar at the top: opening, modes, tools, exposure, zoom, exports.

use egui::{Align, Button, Layout, RichText, Role, Slider, Ui};

use super::named;
use crate::app::ui::Wish;
use crate::app::{App, ExportKind, theme};
use crate::view::{Action, Mode, Tool};

/// The room that all takes beside each other, in points; with less, there is a second row.
const ONE_ROW: f32 = 1130.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let one_row = ui.available_width() >= ONE_ROW;
    ui.horizontal(|ui| {
        if ui.button("Open…").on_hover_text("Open a folder with sequences (Ctrl + O)").clicked() {
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
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                picture_and_exports(ui, app, &mut wishes);
            });
        });
    }
    wishes
}

/// From the right to the left.
fn picture_and_exports(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    exports(ui, wishes);
    ui.separator();
    zoom(ui, app, wishes);
}

fn modes(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    for (number, mode) in (1..).zip(Mode::ALL) {
        let button = ui.selectable_label(app.view.mode == mode, mode.name());
        if button.on_hover_text(format!("Key {number}")).clicked() {
            wishes.push(Action::SetMode(mode).into());
        }
    }
    ui.spacing_mut().item_spacing.x = 6.0;
}

fn tools(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let tools = [
        (Tool::Pixel, "Pixel", "A click tracks a pixel (P)"),
        (Tool::Rectangle, "Rectangle", "A drag tracks a rectangle (M, or Shift and drag)"),
    ];
    ui.spacing_mut().item_spacing.x = 2.0;
    for (tool, name, hint) in tools {
        if ui.selectable_label(app.view.tool == tool, name).on_hover_text(hint).clicked() {
            wishes.push(Action::SetTool(tool).into());
        }
    }
    ui.spacing_mut().item_spacing.x = 6.0;
}

fn exposure(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let label = ui.label(RichText::new("Exposure").color(theme::WEAK));
    let mut stops = app.view.exposure;
    ui.spacing_mut().slider_width = 84.0;
    let slider = Slider::new(&mut stops, -10.0..=10.0).fixed_decimals(1).suffix(" EV");
    let response = ui.add(slider).labelled_by(label.id).on_hover_text("E, Shift + E; double-click: 0");
    if response.double_clicked() {
        wishes.push(Action::SetExposure(0.0).into());
    } else if response.changed() {
        wishes.push(Action::SetExposure(stops).into());
    }
}

fn zoom(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    if ui.button("1:1").on_hover_text("One image pixel to one screen pixel (0)").clicked() {
        wishes.push(Action::OneToOne.into());
    }
    if ui.button("Fit").on_hover_text("Show the whole picture (F)").clicked() {
        wishes.push(Action::Fit.into());
    }
    let percent = app.view.camera.zoom * 100.0;
    let text = if percent < 10.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") };
    ui.label(RichText::new(text).color(theme::WEAK));
}

fn exports(ui: &mut Ui, wishes: &mut Vec<Wish>) {
    let kinds = [
        (ExportKind::MapExr, "EXR", "Export the difference as EXR", "The shown difference, values"),
        (
            ExportKind::MapPng,
            "PNG",
            "Export the difference as PNG",
            "The shown difference in colours, with legend",
        ),
        (
            ExportKind::Npz,
            "NPZ",
            "Export tracked values as NPZ",
            "Tracked values for NumPy (Ctrl + Shift + E)",
        ),
        (ExportKind::Csv, "CSV", "Export tracked values as CSV", "Tracked values as a table (Ctrl + E)"),
    ];
    for (kind, text, name, hint) in kinds {
        let response = ui.add(Button::new(text)).on_hover_text(hint);
        named(&response, Role::Button, name);
        if response.clicked() {
            wishes.push(Wish::Export(kind));
        }
    }
    ui.label(RichText::new("Export").color(theme::WEAK));
}

fn help_button(ui: &mut Ui, wishes: &mut Vec<Wish>) {
    let response = ui.button("?").on_hover_text("All keys (F1)");
    named(&response, Role::Button, "Keys");
    if response.clicked() {
        wishes.push(Wish::ToggleHelp);
    }
}
