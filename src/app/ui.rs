//! The whole window, drawn into any [`egui::Ui`].

use egui::{Frame, Margin, Panel};

use super::panels::{
    bottom, confined, help, left, matrix, palette, right, settings, teach, toasts, top, viewport,
};
use super::program::ProgramWish;
use super::tracking::TrackingWish;
use super::{App, ExportKind, keys, theme};
use crate::view::Action;

/// What a panel wants done.
pub enum Wish {
    /// To the view.
    View(Action),
    /// Show the folder dialog.
    AskForFolder,
    /// Export the tracked values.
    Export(ExportKind),
    /// End the exports that are under way.
    CancelExports,
    /// Show or hide the keys.
    ToggleHelp,
    /// Put text on the clipboard.
    Copy(String),
    /// Watch the folders of what is open, or not.
    WatchFolders(bool),
    /// Let the user write what AOV is searched.
    SearchAovs,
    /// About what is tracked.
    Tracking(TrackingWish),
    /// Forget the notice of that index.
    Dismiss(usize),
    /// To the program around the view.
    Program(ProgramWish),
}

impl From<Action> for Wish {
    fn from(action: Action) -> Self {
        Self::View(action)
    }
}

/// Draws the window and does what the user asks for in it.
pub fn ui(ui: &mut egui::Ui, app: &mut App) {
    theme::follow(ui.ctx(), &app.program.settings);
    teach::set_changed(ui.ctx(), &app.program.changed_keys);
    if ui.input(|input| !input.pointer.any_down() && !input.pointer.any_released()) {
        app.view.history.seal();
    }
    let mut wishes = keys::pressed(ui, app);
    app.workers.watch.set_focused(ui.input(|input| input.focused));
    wishes.extend(clipboard(ui));
    dropped(ui, app);
    let frame = Frame::new().fill(theme::panel());
    let padded = frame.inner_margin(Margin::symmetric(10, 8));
    let bar = frame.inner_margin(Margin::symmetric(10, 5));
    Panel::top("top").frame(bar).show(ui, |ui| wishes.extend(top::ui(ui, app)));
    Panel::bottom("status")
        .frame(frame.inner_margin(Margin::symmetric(10, 3)))
        .show(ui, |ui| wishes.extend(bottom::status(ui, app)));
    if !app.view.catalogue.entries().is_empty() {
        // As high without curves as with them: the first tracked pixel must not move the picture.
        let most = ui.available_height() * 0.48;
        Panel::bottom("timeline and curves")
            .frame(padded)
            .resizable(true)
            .default_size(bottom::default_height(app).min(most))
            .size_range(80.0..=520.0)
            .show(ui, |ui| wishes.extend(confined(ui, |ui| bottom::ui(ui, app))));
        if app.view.matrix.open {
            Panel::bottom("matrix")
                .frame(padded)
                .resizable(true)
                .default_size(matrix::default_height(app, ui.available_width()))
                .size_range(70.0..=400.0)
                .show(ui, |ui| wishes.extend(confined(ui, |ui| matrix::ui(ui, app))));
        }
        Panel::left("left")
            .frame(padded)
            .default_size(212.0)
            .size_range(150.0..=420.0)
            .show(ui, |ui| wishes.extend(confined(ui, |ui| left::ui(ui, app))));
        Panel::right("right")
            .frame(padded)
            .default_size(272.0)
            .size_range(200.0..=460.0)
            .show(ui, |ui| wishes.extend(confined(ui, |ui| right::ui(ui, app))));
    }
    let canvas = egui::CentralPanel::no_frame()
        .frame(Frame::new().fill(theme::canvas()))
        .show(ui, |ui| wishes.extend(viewport::ui(ui, app)));
    app.program.canvas = Some(canvas.response.rect);
    // No part of the picture that is written.
    if !app.program.is_screenshot_wanted {
        wishes.extend(toasts::ui(ui, app, canvas.response.rect));
    }
    if app.help {
        wishes.extend(help::ui(ui, app));
    }
    wishes.extend(palette::ui(ui, app));
    wishes.extend(settings::ui(ui, app));
    obey(ui, app, wishes);
}

/// What the system says of copying and pasting, unless text is being written.
fn clipboard(ui: &egui::Ui) -> Vec<Wish> {
    if ui.ctx().text_edit_focused() {
        return Vec::new();
    }
    let wish = |event: &egui::Event| match event {
        egui::Event::Copy => Some(Wish::Tracking(TrackingWish::CopyValues)),
        egui::Event::Paste(text) => Some(Wish::Tracking(TrackingWish::Paste(text.clone()))),
        _ => None,
    };
    ui.input(|input| input.events.iter().filter_map(wish).collect())
}

fn dropped(ui: &egui::Ui, app: &mut App) {
    let files = ui.input(|input| input.raw.dropped_files.clone());
    let paths = files.iter().map(|file| file.path().to_owned()).collect();
    app.open(paths);
}

/// Exports, or says what is to be done before: nobody did anything wrong.
fn export(app: &mut App, kind: ExportKind) {
    let of_tracked = !matches!(kind, ExportKind::MapExr | ExportKind::MapPng);
    if of_tracked && app.view.probes.items().is_empty() {
        let hint = "Click a pixel or draw a rectangle first: its values are exported";
        if app.toasts.iter().all(|toast| toast.text != hint) {
            app.say(hint.to_owned(), false);
        }
    } else {
        app.export(kind);
    }
}

fn obey(ui: &egui::Ui, app: &mut App, wishes: Vec<Wish>) {
    if !wishes.is_empty() {
        ui.ctx().request_repaint();
    }
    for wish in wishes {
        match wish {
            Wish::View(action) => app.apply(action),
            Wish::AskForFolder => app.ask_for_folder(),
            Wish::Export(kind) => export(app, kind),
            Wish::CancelExports => app.cancel_exports(),
            Wish::ToggleHelp => app.help = !app.help,
            Wish::Copy(text) => ui.ctx().copy_text(text),
            Wish::WatchFolders(on) => app.workers.watch.set_on(on),
            Wish::SearchAovs => ui.memory_mut(|memory| memory.request_focus(left::search_id())),
            Wish::Tracking(wish) => app.obey_tracking(wish, ui.ctx()),
            Wish::Dismiss(index) => {
                app.toasts.remove(index);
            }
            Wish::Program(wish) => app.obey(wish),
        }
    }
}
