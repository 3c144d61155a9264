//! How the difference becomes colours: sign, scale, range, colour map, what is below it.

use egui::{
    Align2, DragValue, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2,
};

use super::teach::Teach;
use super::{heading, legend, named, ramp};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::{ColorMap, Scale};
use crate::metric::Metric;
use crate::view::display::{Ground, Mark};
use crate::view::{Action, DisplayAction, Mode};

/// Room of a colour map in the list, and width of its strip, in points.
const CELL: Vec2 = vec2(156.0, 21.0);
const STRIP: f32 = 76.0;

/// Draws the controls.
pub fn ui(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let display = &app.view.display;
    let metric = app.view.rule().metric;
    egui::Grid::new("difference").num_columns(2).spacing(vec2(12.0, 6.0)).show(ui, |ui| {
        ui.label("Values");
        ui.horizontal(|ui| sign(ui, metric, wishes));
        ui.end_row();
        ui.label("Scale");
        ui.horizontal(|ui| {
            for scale in Scale::ALL {
                let response = ui.selectable_label(display.scale == scale, scale.name());
                named(&response, Role::Button, &format!("{} scale", scale.name()));
                if response.teach(hint(scale)).clicked() {
                    wishes.push(action(DisplayAction::SetScale(scale)));
                }
            }
        });
        ui.end_row();
        ui.label("Range");
        ui.horizontal(|ui| range(ui, app, wishes));
        ui.end_row();
        ui.label("Over");
        ui.horizontal(|ui| {
            for ground in Ground::ALL {
                let response = ui.selectable_label(display.ground == ground, ground.name());
                named(&response, Role::Button, &format!("Difference over {}", ground.name().to_lowercase()));
                if response.on_hover_text("What is seen, dimmed, where nothing changed").clicked() {
                    wishes.push(action(DisplayAction::SetGround(ground)));
                }
            }
        });
        ui.end_row();
        if app.view.mode == Mode::SideBySide {
            ui.label("Tile");
            let mut shown = display.difference_tile;
            if ui.checkbox(&mut shown, "Difference beside the sequences").changed() {
                wishes.push(action(DisplayAction::Toggle(Mark::DifferenceTile)));
            }
            ui.end_row();
        }
    });
    if metric != Metric::Id {
        ui.add_space(4.0);
        maps(ui, app, metric == Metric::Signed, wishes);
    }
}

fn sign(ui: &mut Ui, metric: Metric, wishes: &mut Vec<Wish>) {
    if !matches!(metric, Metric::Abs | Metric::Signed) {
        ui.label(egui::RichText::new(format!("{metric} has no sign")).color(theme::weak()));
        return;
    }
    for (own, text) in [(Metric::Abs, "Absolute"), (Metric::Signed, "Signed")] {
        let response = ui.selectable_label(metric == own, text);
        if response.teach("|candidate − reference| or candidate − reference (X)").clicked() && metric != own
        {
            wishes.push(action(DisplayAction::ToggleSign));
        }
    }
}

const fn hint(scale: Scale) -> &'static str {
    match scale {
        Scale::Linear => "In proportion (Shift + X: next scale)",
        Scale::Log => "Powers of ten: six of them below the end (Shift + X: next scale)",
        Scale::SymLog => "In proportion near zero, powers of ten above (Shift + X: next scale)",
    }
}

fn range(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let automatic = app.view.heat_range.is_none();
    let response = ui.selectable_label(automatic, "Automatic");
    if response.teach("By the values of each frame (Shift + R)").clicked() {
        wishes.push(Action::SetHeatRange(None).into());
    }
    let mut max = legend::heat_max(app);
    let speed = max * 0.01;
    let value =
        DragValue::new(&mut max).range(1e-30..=1e30).speed(speed).custom_formatter(|v, _| legend::end(v));
    let response = ui.add(value).on_hover_text("End of the range, for all frames: drag or write a number");
    named(&response, Role::SpinButton, "Fixed end of the range");
    if response.changed() {
        wishes.push(Action::SetHeatRange(Some(legend::three_digits(max))).into());
    }
}

fn maps(ui: &mut Ui, app: &App, signed: bool, wishes: &mut Vec<Wish>) {
    heading(ui, if signed { "COLOURS (diverging: the difference has a sign)" } else { "COLOURS" });
    let present = app.view.display.map(signed);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        for map in ColorMap::ALL.into_iter().filter(|map| map.is_diverging() == signed) {
            let response = swatch(ui, map, map == present);
            let default = if map == ColorMap::for_delta(signed) { "\nThe default" } else { "" };
            if response.on_hover_text(format!("{}{default}", map.about())).clicked() {
                wishes.push(action(DisplayAction::SetMap(map)));
            }
        }
    });
}

/// A button with the colours of a map and its name.
fn swatch(ui: &mut Ui, map: ColorMap, chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(CELL, Sense::click());
    named(&response, Role::Button, &format!("Colour map {}", map.name()));
    let visuals = ui.visuals();
    if chosen {
        ui.painter().rect_filled(rect, 3.0, visuals.selection.bg_fill);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 3.0, visuals.widgets.hovered.bg_fill);
    }
    let strip = Rect::from_min_size(rect.min + vec2(5.0, 5.0), vec2(STRIP, CELL.y - 10.0));
    ramp::draw(ui.painter(), map, strip);
    let at = pos2(strip.right() + 9.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, map.name(), FontId::proportional(12.0), theme::text());
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 3.0, Stroke::new(1.0, theme::accent()), StrokeKind::Inside);
    }
    response
}

fn action(action: DisplayAction) -> Wish {
    Action::Display(action).into()
}
