//! The system's own dialogs, each on a thread of its own: the window goes on meanwhile.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::App;
use super::jobs::{Message, Workers, teller};

/// Extensions that the file dialog offers.
const FILES: [&str; 6] = ["toml", "json", "exr", "png", "jpg", "jpeg"];

/// Nobody sees a dialog and closes it in less: there was none. The system does not tell the two apart.
const TOO_SOON: Duration = Duration::from_millis(250);

/// What somebody is told who waits for a dialog that does not come.
const NO_DIALOG: &str = "the system shows no file dialog (on Linux it needs xdg-desktop-portal or zenity)";

/// Shows a dialog; `None` where there is none, else what was chosen in it.
fn shown<T>(dialog: impl FnOnce() -> Option<T>) -> Option<Option<T>> {
    let begun = Instant::now();
    let chosen = dialog();
    (chosen.is_some() || begun.elapsed() > TOO_SOON).then_some(chosen)
}

impl App {
    /// Says what to do instead of opening by a dialog.
    pub(super) fn no_dialog_to_open(&mut self) {
        let instead = "drop folders or files on the window, or start it as: aovscope FOLDER...";
        self.say(format!("{NO_DIALOG}: {instead}"), true);
    }

    /// Saves the workspace where exports go, under a name that is free, and says so.
    pub(super) fn no_dialog_to_save(&mut self, name: String) {
        match self.target(name).path() {
            Ok(path) => {
                self.say(format!("{NO_DIALOG}: the workspace is saved with the exports"), false);
                self.save_workspace(&path);
            }
            Err(error) => self.say(error, true),
        }
    }
}

impl Workers {
    /// Asks for folders in the system's own dialog, on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn ask_for_folder(&self) -> std::io::Result<()> {
        let tell = teller(&self.sender, &self.wake);
        let ask = move || {
            let dialog = rfd::FileDialog::new().set_title("Open folder with sequences");
            tell(shown(|| dialog.pick_folders()).map_or(Message::NoDialogToOpen, Message::Chosen));
        };
        std::thread::Builder::new().name("folder dialog".to_owned()).spawn(ask).map(|_| ())
    }

    /// Asks for a workspace or frames, likewise.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn ask_for_file(&self) -> std::io::Result<()> {
        let tell = teller(&self.sender, &self.wake);
        let ask = move || {
            let dialog = rfd::FileDialog::new().set_title("Open a workspace or frames");
            let dialog = dialog.add_filter("Workspaces and frames", &FILES).add_filter("All files", &["*"]);
            tell(shown(|| dialog.pick_files()).map_or(Message::NoDialogToOpen, Message::Chosen));
        };
        std::thread::Builder::new().name("file dialog".to_owned()).spawn(ask).map(|_| ())
    }

    /// Asks where the workspace shall be saved, likewise.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn ask_where_to_save(&self, folder: Option<PathBuf>, name: String) -> std::io::Result<()> {
        let tell = teller(&self.sender, &self.wake);
        let ask = move || {
            let mut dialog = rfd::FileDialog::new().set_title("Save the workspace").set_file_name(&name);
            if let Some(folder) = folder {
                dialog = dialog.set_directory(folder);
            }
            let dialog = dialog.add_filter("Workspaces", &["toml", "json"]);
            tell(match shown(|| dialog.save_file()) {
                Some(chosen) => Message::SaveTo(chosen),
                None => Message::NoDialogToSave(name),
            });
        };
        std::thread::Builder::new().name("save dialog".to_owned()).spawn(ask).map(|_| ())
    }
}
