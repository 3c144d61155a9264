//! The program around the view: its files, settings, keys and overlays.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Rect;

use super::keys::keymap::Keymap;
use super::palette::Palette;
use super::panels::teach::Changed;
use super::save::{SaveJob, TextFile};
use super::settings::{Recent, Settings, ThemeChoice};
use super::store::{self, Store};
use super::target::Target;
use super::ui::Wish;
use super::{App, DEFAULT_WORKSPACE};
use crate::view::workspace::is_workspace;

/// What a user may want of the program.
#[derive(Clone, Debug, PartialEq)]
pub enum ProgramWish {
    /// Save the workspace, to its file if it has one.
    Save,
    /// Save the workspace to a file that the system's dialog asks for.
    SaveAs,
    /// Save the workspace to this file.
    SaveTo(PathBuf),
    /// Ask for a workspace or files to open.
    AskForFile,
    /// Open this.
    Open(PathBuf),
    /// Show or hide the palette of all commands.
    TogglePalette,
    /// Show or hide the settings.
    ToggleSettings,
    /// Write the picture as it is on screen.
    Screenshot,
    /// The next larger (+1) or smaller (−1) size of texts and controls.
    StepScale(i64),
    /// That size.
    SetScale(f32),
    /// Colours of the window.
    SetTheme(ThemeChoice),
    /// MiB of decoded frames, from the next start on.
    SetMemory(Option<u64>),
    /// Show all of a notice, or only its beginning.
    UnfoldToast(usize),
}

impl From<ProgramWish> for Wish {
    fn from(wish: ProgramWish) -> Self {
        Self::Program(wish)
    }
}

/// What the window knows beside the view.
#[derive(Default)]
pub struct Program {
    /// Which keys do what.
    pub keymap: Keymap,
    /// What of the table it changes.
    pub changed_keys: Changed,
    /// What the user has set.
    pub settings: Settings,
    /// What was opened lately.
    pub recent: Recent,
    /// Where these are kept; `None`: nowhere.
    pub store: Option<Store>,
    /// The palette, where it is shown.
    pub palette: Option<Palette>,
    /// Whether the settings are shown.
    pub is_settings_shown: bool,
    /// What is looked for in the keys.
    pub help_search: String,
    /// The workspace's file.
    pub workspace: Option<PathBuf>,
    /// Where the picture is on screen, in points.
    pub canvas: Option<Rect>,
    /// Whether the picture shall be written as it is drawn next.
    pub is_screenshot_wanted: bool,
}

impl Program {
    /// Whether something lies over the window that takes all keys.
    pub fn is_over(&self) -> bool {
        self.palette.is_some() || self.is_settings_shown
    }
}

impl App {
    /// Takes settings, keys and what was opened lately from their files, and keeps them there. What is
    /// wrong in them is told.
    pub fn remember_in(&mut self, store: Store) {
        match store::read(&store.settings).and_then(|text| Settings::read(&text.unwrap_or_default())) {
            Ok(settings) => self.program.settings = settings,
            Err(error) => {
                self.say(format!("settings as at first, since {}: {error}", store.settings.display()), true)
            }
        }
        match store::read(&store.keys) {
            Ok(Some(text)) => {
                let (keymap, wrong) = Keymap::read(&text);
                self.program.changed_keys = Arc::new(keymap.changed());
                self.program.keymap = keymap;
                if !wrong.is_empty() {
                    self.say(format!("in the keys of {}:\n{}", store.keys.display(), wrong.join("\n")), true);
                }
            }
            Ok(None) => {}
            Err(error) => self.say(error, true),
        }
        if let Ok(Some(text)) = store::read(&store.recent) {
            self.program.recent = Recent::read(&text);
        }
        self.program.store = Some(store);
    }

    /// What Escape leaves, if anything.
    pub(super) fn overlay(&self) -> Option<Wish> {
        if self.program.palette.is_some() {
            Some(ProgramWish::TogglePalette.into())
        } else if self.program.is_settings_shown {
            Some(ProgramWish::ToggleSettings.into())
        } else {
            self.help.then_some(Wish::ToggleHelp)
        }
    }

    /// Does what is wanted of the program.
    pub(super) fn obey(&mut self, wish: ProgramWish) {
        match wish {
            ProgramWish::Save => match self.program.workspace.clone() {
                Some(file) => self.save_workspace(&file),
                None => self.ask_where_to_save(),
            },
            ProgramWish::SaveAs => self.ask_where_to_save(),
            ProgramWish::SaveTo(file) => self.save_workspace(&file),
            ProgramWish::AskForFile => {
                if let Err(error) = self.workers.ask_for_file() {
                    self.say(format!("cannot show the file dialog: {error}"), true);
                }
            }
            ProgramWish::Open(path) => self.open(vec![path]),
            ProgramWish::TogglePalette => {
                let is_shown = self.program.palette.take().is_some();
                self.program.palette = (!is_shown).then(Palette::default);
            }
            ProgramWish::ToggleSettings => {
                self.program.is_settings_shown = !self.program.is_settings_shown;
            }
            ProgramWish::Screenshot => self.program.is_screenshot_wanted = true,
            ProgramWish::UnfoldToast(index) => {
                if let Some(toast) = self.toasts.get_mut(index) {
                    toast.is_unfolded = !toast.is_unfolded;
                }
            }
            ProgramWish::StepScale(by) => self.set(|settings| settings.step_scale(by)),
            ProgramWish::SetScale(scale) => self.set(|settings| settings.scale = scale),
            ProgramWish::SetTheme(theme) => self.set(|settings| settings.theme = theme),
            ProgramWish::SetMemory(mib) => self.set(|settings| settings.memory_mib = mib),
        }
    }

    fn set(&mut self, change: impl FnOnce(&mut Settings)) {
        let before = self.program.settings.clone();
        change(&mut self.program.settings);
        if before != self.program.settings {
            let text = self.program.settings.text();
            self.keep(|store| &store.settings, text);
        }
    }

    fn keep(&mut self, file: impl Fn(&Store) -> &PathBuf, text: String) {
        if let Some(path) = self.program.store.as_ref().map(|store| file(store).clone()) {
            self.submit_save(SaveJob::Text(TextFile { path, text, is_told: false }));
        }
    }

    /// Puts what was opened among what was opened lately: folders and workspaces.
    pub(super) fn note_opened(&mut self, paths: &[PathBuf]) {
        let before = self.program.recent.clone();
        let lasting = paths.iter().filter(|path| path.is_dir() || is_workspace(path));
        lasting.for_each(|path| self.program.recent.add(path));
        if before != self.program.recent {
            let text = self.program.recent.text();
            self.keep(|store| &store.recent, text);
        }
    }

    fn ask_where_to_save(&mut self) {
        if self.view.catalogue.entries().is_empty() {
            return self.say("nothing to save: open sequences first".to_owned(), false);
        }
        let folder = self.program.workspace.as_deref().and_then(Path::parent).map(Path::to_owned);
        let name = self.program.workspace.as_deref().and_then(Path::file_name);
        let name = name.map_or(DEFAULT_WORKSPACE.to_owned(), |name| name.to_string_lossy().into_owned());
        if let Err(error) = self.workers.ask_where_to_save(folder, name) {
            self.say(format!("cannot show the file dialog: {error}"), true);
        }
    }

    /// Writes the workspace to `file`, in the background; a name that does not end like one gets the
    /// end.
    pub fn save_workspace(&mut self, file: &Path) {
        if self.view.catalogue.entries().is_empty() {
            return self.say("nothing to save: open sequences first".to_owned(), false);
        }
        let mut file = file.to_owned();
        if !is_workspace(&file) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let stem = name.strip_suffix(".toml").unwrap_or(&name);
            file.set_file_name(format!("{stem}.aovscope.toml"));
        }
        let text = self.view.workspace().text(&file);
        self.submit_save(SaveJob::Text(TextFile { path: file, text, is_told: true }));
    }

    /// A workspace was saved.
    pub(super) fn saved(&mut self, file: PathBuf) {
        self.say(format!("saved: {}", file.display()), false);
        if is_workspace(&file) {
            self.note_opened(std::slice::from_ref(&file));
            self.program.workspace = Some(file);
        }
    }

    /// The file of a picture of the view that is taken now: `view_AOV.0007.png`.
    pub(super) fn screenshot_target(&self) -> Target {
        let aov = self.view.aov.as_deref().unwrap_or("empty").replace(['/', '\\', ':'], "_");
        let frame = self.view.playback.frame().unwrap_or(0);
        self.target(format!("view_{aov}.{frame:04}.png"))
    }

    pub(super) fn submit_save(&mut self, job: SaveJob) {
        if !self.workers.save.submit(job) {
            self.say("too many files wait to be written already".to_owned(), true);
        }
    }
}
