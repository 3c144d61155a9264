//! The button "View" of the top bar: how pictures and the difference become colours.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{DragValue, PopupCloseBehavior, Role, ScrollArea, Slider, Ui, vec2};

use super::teach::Teach;
use super::{heading, heat_menu, named};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::display::{Curve, Mark};
use crate::view::{Action, DisplayAction};

/// Width of what it opens, in points.
const WIDTH: f32 = 320.0;

/// Draws the button, and what it opens.
pub fn ui(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let plain = app.view.display.is_plain() && app.view.exposure == 0.0;
    let text = egui::RichText::new("View").color(if plain { theme::text() } else { theme::changed() });
    let (response, _) = MenuButton::new(text).config(config()).ui(ui, |ui| {
        ui.set_width(WIDTH);
        let most = ui.ctx().content_rect().height() - 90.0;
        ScrollArea::vertical().max_height(most).min_scrolled_height(most).show(ui, |ui| {
            heading(ui, "PICTURE");
            picture(ui, app, wishes);
            ui.separator();
            heading(ui, "DIFFERENCE");
            heat_menu::ui(ui, app, wishes);
        });
    });
    named(&response, Role::Button, "View");
    let not_plain = if plain { "" } else { "\nOrange: the picture is not shown as stored" };
    response.on_hover_text(format!("Exposure, curve, channels, marks, colours of the difference{not_plain}"));
}

/// Stays open while things are tried, and looks like a panel, not like a list of commands.
pub fn config() -> MenuConfig {
    MenuConfig::new()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .style(egui::style::StyleModifier::default())
}

fn picture(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let display = &app.view.display;
    ui.spacing_mut().slider_width = 150.0;
    egui::Grid::new("picture").num_columns(2).spacing(vec2(12.0, 6.0)).show(ui, |ui| {
        let label = ui.label("Exposure");
        let mut stops = app.view.exposure;
        let slider = Slider::new(&mut stops, -10.0..=10.0).fixed_decimals(1).suffix(" EV");
        let response = ui.add(slider).labelled_by(label.id).on_hover_text("E, Shift + E; double-click: 0");
        if response.double_clicked() {
            wishes.push(Action::SetExposure(0.0).into());
        } else if response.changed() {
            wishes.push(Action::SetExposure(stops).into());
        }
        ui.end_row();
        let label = ui.label("Offset");
        let mut offset = display.offset;
        let slider = Slider::new(&mut offset, -1.0..=1.0).fixed_decimals(2);
        let hint = "Added after the exposure, 1 is white (Alt + E, Alt + Shift + E; double-click: 0)";
        let response = ui.add(slider).labelled_by(label.id).teach(hint);
        if response.double_clicked() {
            wishes.push(action(DisplayAction::SetOffset(0.0)));
        } else if response.changed() {
            wishes.push(action(DisplayAction::SetOffset(offset)));
        }
        ui.end_row();
        ui.label("Curve");
        ui.horizontal(|ui| curve(ui, display.curve, wishes));
        ui.end_row();
        ui.label("Channels");
        ui.horizontal(|ui| channels(ui, app, wishes));
        ui.end_row();
    });
    mark(ui, Mark::Clipped, display.clipped, "Stripes over clipped pixels", wishes)
        .teach("Red above white, blue below black (Z)");
    mark(ui, Mark::Windows, display.windows, "Borders of windows", wishes)
        .teach("The display window, and dashed the data windows that differ from it (Shift + B)");
    ui.horizontal(|ui| {
        mark(ui, Mark::NonFinite, display.non_finite, "Colours for", wishes)
            .on_hover_text("Told from the stored bits; else NaN and −Inf are black, +Inf is white");
        let names =
            [("NaN", theme::NOT_A_NUMBER), ("+Inf", theme::INFINITE), ("−Inf", theme::MINUS_INFINITE)];
        for (name, colour) in names {
            ui.label(egui::RichText::new(name).color(colour));
        }
    });
    let plain = display.is_plain() && app.view.exposure == 0.0;
    let reset = ui.horizontal(|ui| ui.add_enabled(!plain, egui::Button::new("Reset picture"))).inner;
    if reset.on_hover_text("Exposure, offset, curve, channels and stripes as at the start").clicked() {
        wishes.push(action(DisplayAction::ResetPicture));
    }
}

fn mark(ui: &mut Ui, mark: Mark, mut shown: bool, text: &str, wishes: &mut Vec<Wish>) -> egui::Response {
    let response = ui.checkbox(&mut shown, text);
    if response.changed() {
        wishes.push(action(DisplayAction::Toggle(mark)));
    }
    response
}

fn curve(ui: &mut Ui, curve: Curve, wishes: &mut Vec<Wish>) {
    let mut gamma = if let Curve::Gamma(gamma) = curve { gamma } else { 2.2 };
    let curves = [
        (Curve::Srgb, "sRGB", "sRGB, for light; what is no light is shown in proportion"),
        (Curve::Linear, "Linear", "In proportion, light too"),
        (Curve::Gamma(gamma), "Gamma", "v^(1/gamma), for everything (G, Shift + G)"),
    ];
    for (own, text, hint) in curves {
        let response = ui.selectable_label(curve == own, text);
        named(&response, Role::Button, &format!("{text} curve"));
        if response.teach(hint).clicked() {
            wishes.push(action(DisplayAction::SetCurve(own)));
        }
    }
    let value = DragValue::new(&mut gamma).range(0.2..=5.0).speed(0.01).fixed_decimals(2);
    let response = ui.add_enabled(matches!(curve, Curve::Gamma(_)), value);
    named(&response, Role::SpinButton, "Gamma value");
    if response.changed() {
        wishes.push(action(DisplayAction::SetCurve(Curve::Gamma(gamma))));
    }
}

fn channels(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    for (isolate, name) in app.view.isolations() {
        let response = ui.selectable_label(app.view.isolated() == isolate, &name);
        named(&response, Role::Button, &format!("Show channel {name}"));
        if response.on_hover_text("C: the next one, Shift + C: all, A: alpha, Y: luminance").clicked() {
            wishes.push(action(DisplayAction::Isolate(isolate)));
        }
    }
}

fn action(action: DisplayAction) -> Wish {
    Action::Display(action).into()
}
