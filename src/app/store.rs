//! Where settings, keys and what was opened lately are kept between two runs.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The files of one user.
#[derive(Clone, Debug)]
pub struct Store {
    /// Settings, TOML.
    pub settings: PathBuf,
    /// Keys, TOML.
    pub keys: PathBuf,
    /// What was opened lately, TOML.
    pub recent: PathBuf,
}

impl Store {
    /// Below the system's folders for that (`~/.config/aovscope` and `~/.local/state/aovscope` on Linux
    /// and macOS); `None` for a user without a home.
    pub fn of_user() -> Option<Self> {
        let folders = etcetera::choose_base_strategy().ok()?;
        let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
        Some(Self::at(&folders.config_dir().join("aovscope"), &state.join("aovscope")))
    }

    /// In these folders.
    pub fn at(config: &Path, state: &Path) -> Self {
        Self {
            settings: config.join("settings.toml"),
            keys: config.join("keys.toml"),
            recent: state.join("recent.toml"),
        }
    }
}

/// The text of a file; `None` where there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read(path: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}
