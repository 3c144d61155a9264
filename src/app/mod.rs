//! The window: event loop, canvas, panels.
//!
//! [`run`] opens it. [`ui`] draws it all into any [`egui::Ui`], so that tests can do the same
//! without a window. Panels are functions that read the [`App`] and return
//! [`Action`](crate::view::Action)s; nothing here computes a number that the core does not.

mod background;
mod canvas;
mod clipboard;
mod coarse;
mod dialogs;
mod discover;
mod exports;
mod frame_log;
mod fuzzy;
mod heats;
mod jobs;
mod judge;
pub mod keys;
mod marks;
mod names;
mod opening;
mod palette;
mod panels;
pub mod program;
mod range;
mod requests;
mod save;
pub mod settings;
mod shell;
mod state;
pub mod store;
mod surface;
mod sweep;
mod sweeps;
mod target;
mod textures;
mod theme;
mod tracking;
mod ui;
mod uploads;
mod walk;
mod watch;

use std::path::PathBuf;

pub use canvas::source as canvas_source;
pub use exports::{ExportKind, Exporting};
pub use program::{Program, ProgramWish};
pub use shell::run;
pub use state::{App, Device};
pub use theme::install as install_theme;
pub use ui::ui;

/// The name of a workspace unless the user gives one.
pub const DEFAULT_WORKSPACE: &str = "comparison.aovscope.toml";

/// The keys of the table, as the text of the file that changes them.
pub fn keys_file() -> String {
    keys::keymap::Keymap::default().text()
}

/// What the window begins with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folders, patterns and files to open, or a workspace.
    pub paths: Vec<PathBuf>,
    /// Bytes of decoded planes that may be kept; `None`: half of the memory that is free.
    pub memory_bytes: Option<u64>,
}
