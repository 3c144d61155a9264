//! The settings: colours, sizes, memory, and where keys are changed.

use egui::{Align, Color32, DragValue, Grid, Id, Layout, Modal, RichText, Role, Ui};

use super::named;
use crate::app::program::ProgramWish;
use crate::app::settings::{SCALES, ThemeChoice};
use crate::app::ui::Wish;
use crate::app::{App, theme};

/// Draws the settings, where they are shown.
pub fn ui(ui: &Ui, app: &App) -> Vec<Wish> {
    if !app.program.is_settings_shown {
        return Vec::new();
    }
    let mut wishes = Vec::new();
    let modal = Modal::new(Id::unique("settings")).backdrop_color(Color32::from_black_alpha(110));
    let response = modal.show(ui.ctx(), |ui| {
        ui.set_width((ui.ctx().content_rect().width() - 60.0).clamp(220.0, 460.0));
        ui.horizontal(|ui| {
            ui.label(RichText::new("Settings").heading());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Close").on_hover_text("Escape").clicked() {
                    wishes.push(ProgramWish::ToggleSettings.into());
                }
            });
        });
        ui.add_space(8.0);
        Grid::new("settings").num_columns(2).spacing([18.0, 10.0]).show(ui, |ui| {
            colours(ui, app, &mut wishes);
            sizes(ui, app, &mut wishes);
            memory(ui, app, &mut wishes);
        });
        ui.add_space(8.0);
        files(ui, app, &mut wishes);
    });
    if response.should_close() && wishes.is_empty() {
        wishes.push(ProgramWish::ToggleSettings.into());
    }
    wishes
}

fn label(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
}

fn colours(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    label(ui, "Colours");
    ui.horizontal(|ui| {
        for theme in ThemeChoice::ALL {
            let response = ui.selectable_label(app.program.settings.theme == theme, theme.name());
            named(&response, Role::Button, &format!("Colours {}", theme.name()));
            if response.clicked() {
                wishes.push(ProgramWish::SetTheme(theme).into());
            }
        }
    });
    ui.end_row();
}

fn sizes(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    label(ui, "Size of texts and controls");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for scale in SCALES {
            let is_set = (app.program.settings.scale - scale).abs() < 0.01;
            let response = ui.selectable_label(is_set, format!("{scale}×"));
            named(&response, Role::Button, &format!("Size {scale}"));
            if response.on_hover_text("Ctrl + +, Ctrl + -").clicked() {
                wishes.push(ProgramWish::SetScale(scale).into());
            }
        }
    });
    ui.end_row();
}

fn memory(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    label(ui, "Memory for decoded frames");
    ui.horizontal(|ui| {
        let set = app.program.settings.memory_mib;
        let mut is_own = set.is_none();
        let check = ui.checkbox(&mut is_own, "half of what is free");
        named(&check, Role::CheckBox, "Half of the free memory");
        let mut mib = set.unwrap_or(app.loader.progress().budget_bytes >> 20);
        if check.changed() {
            wishes.push(ProgramWish::SetMemory((!is_own).then_some(mib)).into());
        }
        let drag = DragValue::new(&mut mib).range(64..=1 << 24).speed(64.0).suffix(" MiB");
        let response = ui.add_enabled(set.is_some(), drag);
        named(&response, Role::SpinButton, "Memory in MiB");
        if response.changed() {
            wishes.push(ProgramWish::SetMemory(Some(mib)).into());
        }
    });
    ui.end_row();
    ui.label("");
    ui.label(RichText::new("from the next start on").size(11.0).color(theme::weak()));
    ui.end_row();
}

fn files(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    ui.separator();
    let Some(store) = &app.program.store else { return };
    let lines = [
        format!("Keys: {}", store.keys.display()),
        "`aovscope keys` prints all of them in that form; what the file names is changed at the next start."
            .to_owned(),
        format!("Settings: {}", store.settings.display()),
    ];
    for line in lines {
        ui.add(egui::Label::new(RichText::new(line).size(11.0).color(theme::weak())).wrap());
    }
    let button = ui.button("Copy the path of the keys");
    if button.on_hover_text(store.keys.display().to_string()).clicked() {
        wishes.push(Wish::Copy(store.keys.display().to_string()));
    }
}
