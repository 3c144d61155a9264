//! Bottom: playback, the timeline, the curves; and the status line under them.

use egui::{DragValue, RichText, Role, Ui};

use super::icon::{self, Icon};
use super::teach::Teach;
use super::{curves, named, playing, timeline};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::{Action, TimeAction};

/// Height of the curves, in points.
const CURVES: f32 = 128.0;

/// The height that suits the strips and the curves, those that are still to come too.
pub fn default_height(app: &App) -> f32 {
    let strips = app.view.candidates().len().max(1) as f32;
    70.0 + strips * timeline::STRIP + CURVES
}

/// Draws the panel.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    playback(ui, app, &mut wishes);
    timeline::ui(ui, app, &mut wishes);
    curves::ui(ui, app, &mut wishes);
    wishes
}

fn playback(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let playback = &app.view.playback;
    let backwards = Action::Time(TimeAction::ToggleBackwards);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let mut button = |ui: &mut Ui, icon: Icon, name: &str, key: &str, action: Action| {
            if icon::button(ui, icon, name).teach(&format!("{name} ({key})")).clicked() {
                wishes.push(action.into());
            }
        };
        button(ui, Icon::First, "First frame", "Home", Action::First);
        button(ui, Icon::Previous, "Previous frame", "←", Action::Step(-1));
        if playback.rate() < 0.0 {
            button(ui, Icon::Rest, "Rest", "Space, K", Action::Stop);
        } else {
            button(ui, Icon::PlayBackwards, "Play backwards", "J", backwards);
        }
        if playback.rate() > 0.0 {
            button(ui, Icon::Rest, "Rest", "space", Action::Stop);
        } else {
            button(ui, Icon::Play, "Play", "Space, L", Action::Shuttle(1));
        }
        button(ui, Icon::Next, "Next frame", "→", Action::Step(1));
        button(ui, Icon::Last, "Last frame", "End", Action::Last);
        ui.add_space(8.0);
        button(ui, Icon::PreviousChange, "Previous change", "Shift + ←", Action::StepChange(-1));
        button(ui, Icon::NextChange, "Next change", "Shift + →", Action::StepChange(1));
        ui.add_space(10.0);
        frame(ui, app, wishes);
        ui.add_space(10.0);
        playing::ui(ui, app, wishes);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            let hint = "Which AOVs changed how much, over all frames (Shift + M)";
            if ui.selectable_label(app.view.matrix.open, "Matrix").teach(hint).clicked() {
                wishes.push(Action::ToggleMatrix.into());
            }
            if let Some((done, all)) = app.view.sweep.as_ref().map(crate::view::Sweep::progress)
                && done < all
            {
                let text = format!("comparing all frames  {done} / {all}");
                ui.add(egui::Label::new(RichText::new(text).size(11.0).color(theme::weak())).truncate());
            }
        });
    });
}

fn frame(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let Some(mut frame) = app.view.playback.frame() else { return };
    let label = ui.label(RichText::new("Frame ").color(theme::weak()));
    let (first, last) = (app.view.playback.frames().first(), app.view.playback.frames().last());
    let range = *first.unwrap_or(&0)..=*last.unwrap_or(&0);
    let response = ui.add(DragValue::new(&mut frame).range(range)).labelled_by(label.id);
    named(&response, Role::SpinButton, "Frame number");
    if response.changed() {
        wishes.push(Action::Seek(frame).into());
    }
    if let Some((first, last)) = app.view.playback.range() {
        ui.label(RichText::new(format!("  of {first}–{last}")).color(theme::weak()));
    }
}

/// Draws the status line.
pub fn status(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let weak = |text: String| RichText::new(text).size(10.5).color(theme::weak());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        if let Some(entry) = app.view.aov_entry() {
            let plane = app.shown.reference().or(app.shown.candidate()).map(|decoded| &decoded.plane);
            let stored =
                plane.and_then(|p| p.channels.first()).map_or("", |c| c.samples.sample_type().name());
            let size = plane
                .map_or_else(String::new, |p| format!("{}×{}", p.data_window.width, p.data_window.height));
            let channels = entry.channels.join("");
            ui.label(weak(format!("{}  {channels}  {stored}  {}  {size}", entry.key, entry.kind.name())));
        }
        exporting(ui, app, &mut wishes);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            let kind = if app.device.software { " (software)" } else { "" };
            let compute = app.compares_on();
            let device =
                format!("{} · {}{kind} · compares on the {compute}", app.device.backend, app.device.adapter);
            ui.add(egui::Label::new(weak(device)).truncate());
            let progress = app.loader.progress();
            let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
            ui.label(weak(format!(
                "cache {:.0} of {:.0} MiB",
                mib(progress.bytes),
                mib(progress.budget_bytes)
            )));
            if progress.there < progress.wished {
                ui.label(weak(format!("decoded {} of {}", progress.there, progress.wished)));
            }
        });
    });
    wishes
}

fn exporting(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let Some(export) = app.exporting.front() else { return };
    ui.spacing_mut().item_spacing.x = 8.0;
    let more = match app.exporting.len() {
        1 => String::new(),
        all => format!(", {} more wait", all - 1),
    };
    let text = format!("exporting {}  {} / {} frames{more}", export.name(), export.done, export.total);
    ui.label(RichText::new(text).size(10.5).color(theme::text()));
    let fraction = export.done as f32 / export.total.max(1) as f32;
    ui.add(egui::ProgressBar::new(fraction).desired_width(90.0).desired_height(6.0).fill(theme::accent()));
    let button = ui.add(egui::Button::new(RichText::new("Cancel").size(10.5)).small());
    named(&button, Role::Button, "Cancel the export");
    if button.on_hover_text("End it; nothing is written").clicked() {
        wishes.push(Wish::CancelExports);
    }
}
