//! Curves: the tracked values over all frames, one plot for each tracked thing, what differs from the
//! reference below it.

mod plot;
mod range;
mod tooltip;

use egui::{Button, FontId, RichText, Role, Ui, vec2};

use super::{elided, named, told_apart};
use crate::app::ui::Wish;
use crate::app::{App, ExportKind, theme};
use crate::view::probes::title;
use crate::view::{Action, ProbeAction, Quantity, Scope, Sweep, Tracked};

/// Least width of one plot.
const NARROWEST: f32 = 230.0;
/// Height from which there is room for two plots, the one over the other.
const TWO_LANES: f32 = 84.0;

/// Draws the curves.
pub fn ui(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    if app.view.probes.items().is_empty() {
        hint(ui);
        return;
    }
    let Some(sweep) = &app.view.sweep else { return };
    if ui.available_height() < 70.0 {
        return;
    }
    let items = chosen(app, ui.available_width());
    choices(ui, app, items.len(), wishes);
    let width = (ui.available_width() - 8.0 * (items.len() as f32 - 1.0)) / items.len() as f32;
    let height = ui.available_height();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        for tracked in items {
            ui.allocate_ui(vec2(width, height), |ui| lanes(ui, app, sweep, tracked, wishes));
        }
    });
}

/// What will be here.
fn hint(ui: &mut Ui) {
    let room = ui.available_rect_before_wrap();
    if room.height() < 24.0 {
        return;
    }
    let text = "Click a pixel, or hold Shift and drag a rectangle: its values over all frames appear here";
    let galley = ui.painter().layout(text.to_owned(), FontId::proportional(12.0), theme::WEAK, room.width());
    let at = room.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, theme::WEAK);
}

/// As many as there is room for, the selected one among them.
fn chosen(app: &App, width: f32) -> Vec<&Tracked> {
    let room = ((width / NARROWEST) as usize).clamp(1, 4);
    let all = app.view.probes.items();
    let selected = app.view.probes.selected();
    let place = selected.and_then(|s| all.iter().position(|item| item.id == s.id)).unwrap_or(0);
    let first = (place + 1).saturating_sub(room);
    all.iter().skip(first).take(room).collect()
}

fn choices(ui: &mut Ui, app: &App, plots: usize, wishes: &mut Vec<Wish>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let quantities = [
            (Quantity::Value, "Value", "The values alone"),
            (Quantity::Delta, "Delta", "Candidate − reference alone"),
            (Quantity::Both, "Both", "The values, and below them candidate − reference"),
        ];
        for (quantity, name, hint) in quantities {
            if ui.selectable_label(app.view.quantity == quantity, name).on_hover_text(hint).clicked() {
                wishes.push(Action::SetQuantity(quantity).into());
            }
        }
        ui.add_space(10.0);
        channels(ui, app, wishes);
        let all = app.view.probes.items().len();
        if plots < all {
            let text = format!("   {plots} of {all} shown; select others at the right");
            ui.label(RichText::new(text).size(10.5).color(theme::WEAK));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            exports(ui, app, wishes);
            ui.add_space(8.0);
            let shown: Vec<usize> = app.view.catalogue.shown().collect();
            let room = ui.available_width() / shown.len().max(1) as f32 - 12.0;
            ui.spacing_mut().item_spacing.x = 0.0;
            for index in shown.into_iter().rev() {
                let name = app.view.name(Some(index));
                let text = RichText::new(told_apart(ui, app, name, 10.5, room))
                    .size(10.5)
                    .color(theme::sequence(&app.view.catalogue, index));
                ui.label(text).on_hover_text(name);
                ui.add_space(12.0);
            }
        });
    });
}

/// Which channels have curves; the marks under their names are how their lines are broken.
fn channels(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let shown = app.view.curve_channels();
    let channels = app.view.aov_entry().map_or(&[][..], |entry| &entry.channels);
    for (index, channel) in channels.iter().enumerate() {
        let place = shown.iter().position(|shown| *shown == index);
        let response = ui.selectable_label(place.is_some(), channel);
        named(&response, Role::Button, &format!("Channel {channel}"));
        if let Some(place) = place.filter(|_| shown.len() > 1) {
            plot::sample(ui, response.rect, place);
        }
        let response = response.on_hover_text("This channel alone; with Ctrl or Shift beside the others");
        if response.clicked() {
            let beside = ui.input(|input| input.modifiers.command || input.modifiers.shift);
            wishes.push(if beside {
                Action::Probe(ProbeAction::ToggleChannel(index)).into()
            } else {
                Action::SetCurveChannel(index).into()
            });
        }
    }
}

fn exports(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let menu = ui.menu_button(RichText::new("Export curves").size(10.5), |ui| {
        let kinds = [
            (ExportKind::CurvesSvg, "Drawing (SVG)", "Export curves as SVG"),
            (ExportKind::CurvesPng, "Picture (PNG)", "Export curves as PNG"),
            (ExportKind::Csv(Scope::ShownAov), "Values (CSV)", "Export curves as CSV"),
        ];
        for (kind, text, name) in kinds {
            let response = ui.add(Button::new(text));
            named(&response, Role::Button, name);
            if response.clicked() {
                wishes.push(Wish::Export(kind));
            }
        }
    });
    named(&menu.response, Role::Button, "Export curves");
    let aov = app.view.aov.as_deref().unwrap_or_default();
    menu.response.on_hover_text(format!("All that is tracked in {aov}, over all frames and sequences"));
}

fn lanes(ui: &mut Ui, app: &App, sweep: &Sweep, tracked: &Tracked, wishes: &mut Vec<Wish>) {
    let Some(probe) = sweep.probes.iter().position(|id| *id == tracked.id) else { return };
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let text = elided(ui, &title(&tracked.probe), 10.5, ui.available_width());
        ui.label(RichText::new(text).size(10.5).color(theme::probe(tracked.colour)));
        let height = ui.available_height();
        let quantity = match app.view.quantity {
            Quantity::Both if height < TWO_LANES => Quantity::Value,
            chosen => chosen,
        };
        let lanes = match quantity {
            Quantity::Value => vec![(plot::Lane::Values, height)],
            Quantity::Delta => vec![(plot::Lane::Deltas, height)],
            Quantity::Both => {
                let upper = ((height - 18.0) * 0.58).round();
                vec![(plot::Lane::Values, upper), (plot::Lane::Deltas, height - upper - 2.0)]
            }
        };
        let lowest = lanes.len() - 1;
        for (place, (lane, height)) in lanes.into_iter().enumerate() {
            let frame = plot::Frame { lane, height, is_lowest: place == lowest };
            plot::ui(ui, app, sweep, (tracked, probe), frame, wishes);
        }
    });
}
