//! The system's own dialogs, each on a thread of its own: the window goes on meanwhile.

use std::path::PathBuf;

use super::jobs::{Message, Workers, teller};

/// Extensions that the file dialog offers.
const FILES: [&str; 6] = ["toml", "json", "exr", "png", "jpg", "jpeg"];

impl Workers {
    /// Asks for folders in the system's own dialog, on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn ask_for_folder(&self) -> std::io::Result<()> {
        let tell = teller(&self.sender, &self.wake);
        let ask = move || {
            let chosen = rfd::FileDialog::new().set_title("Open folder with sequences").pick_folders();
            tell(Message::Chosen(chosen));
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
            tell(Message::Chosen(dialog.pick_files()));
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
            let mut dialog = rfd::FileDialog::new().set_title("Save the workspace").set_file_name(name);
            if let Some(folder) = folder {
                dialog = dialog.set_directory(folder);
            }
            tell(Message::SaveTo(dialog.add_filter("Workspaces", &["toml", "json"]).save_file()));
        };
        std::thread::Builder::new().name("save dialog".to_owned()).spawn(ask).map(|_| ())
    }
}
