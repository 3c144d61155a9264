//! Right: values under the pointer, always; below them one of three tabs.

use egui::{RichText, Role, ScrollArea, Ui};

use super::teach::Teach;
use super::{changes, inspector, named, tracked};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::{Action, DiscoveryAction, Tab};

/// Draws the panel.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    ui.scope(|ui| inspector::pixel(ui, app));
    ui.add_space(6.0);
    tabs(ui, app, &mut wishes);
    ui.separator();
    wishes.extend(match app.view.discovery.tab {
        Tab::Inspect => inspector::ui(ui, app),
        Tab::Changes => changes::ui(ui, app),
        Tab::Tracked => {
            ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| tracked::ui(ui, app)).inner
        }
    });
    wishes
}

fn tabs(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for tab in Tab::ALL {
            let (hint, count) = match tab {
                Tab::Inspect => ("Tolerance and statistics of this frame", 0),
                Tab::Changes => ("Regions and pixels that changed, strongest first (N)", 0),
                Tab::Tracked => ("Tracked pixels and rectangles", app.view.probes.items().len()),
            };
            let text = if count > 0 { format!("{} {count}", tab.name()) } else { tab.name().to_owned() };
            let is_shown = app.view.discovery.tab == tab;
            let colour = if is_shown { theme::text() } else { theme::weak() };
            let response = ui.selectable_label(is_shown, RichText::new(text).color(colour)).teach(hint);
            named(&response, Role::Tab, &format!("{} tab", tab.name()));
            if response.clicked() {
                wishes.push(Action::Discover(DiscoveryAction::SetTab(tab)).into());
            }
        }
    });
}
