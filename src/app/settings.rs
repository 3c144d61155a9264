//! What a user sets once and finds again, as text; and what was opened lately.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Most paths that are remembered.
const MOST_RECENT: usize = 12;

/// How large texts and controls may be, as multiples of their own size.
pub const SCALES: [f32; 7] = [1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0];

/// Settings of the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// Colours of the window.
    pub theme: ThemeChoice,
    /// How large texts and controls are, 1..=3.
    pub scale: f32,
    /// MiB of decoded frames that may be kept; absent: half of what is free at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u64>,
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// Light texts on dark.
    #[default]
    Dark,
    /// Dark texts on light.
    Light,
    /// What the system says; dark where it says nothing.
    System,
}

impl ThemeChoice {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::System];

    /// The name on the button.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
            Self::System => "System",
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: ThemeChoice::default(), scale: 1.0, memory_mib: None }
    }
}

impl Settings {
    /// From a file's text.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub fn read(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self { scale: sound_scale(settings.scale), ..settings })
    }

    /// The text of their file.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("no value is of a kind that TOML lacks")
    }

    /// The next larger (+1) or smaller (−1) size.
    pub fn step_scale(&mut self, by: i64) {
        let larger = SCALES.into_iter().find(|scale| *scale > self.scale + 0.01);
        let smaller = SCALES.into_iter().rev().find(|scale| *scale < self.scale - 0.01);
        self.scale = if by > 0 { larger } else { smaller }.unwrap_or(self.scale);
    }

    /// Bytes of decoded frames that may be kept, if that is set.
    pub fn memory_bytes(&self) -> Option<u64> {
        self.memory_mib.map(|mib| mib.clamp(64, 1 << 24) << 20)
    }
}

fn sound_scale(scale: f32) -> f32 {
    if scale.is_finite() { scale.clamp(SCALES[0], SCALES[SCALES.len() - 1]) } else { 1.0 }
}

/// Folders and workspaces that were opened, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recent {
    /// Absolute.
    pub paths: Vec<PathBuf>,
}

impl Recent {
    /// From a file's text; nothing where that cannot be understood: there is nothing to lose.
    pub fn read(text: &str) -> Self {
        toml::from_str(text).unwrap_or_default()
    }

    /// The text of their file.
    pub fn text(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// Puts a path first.
    pub fn add(&mut self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // A path that is no Unicode has no place in the file.
        if path.to_str().is_some() {
            self.paths.retain(|known| *known != path);
            self.paths.insert(0, path);
            self.paths.truncate(MOST_RECENT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let settings = Settings { theme: ThemeChoice::Light, scale: 1.5, memory_mib: Some(2048) };
        assert_eq!(Settings::read(&settings.text()), Ok(settings));
        assert_eq!(Settings::read(""), Ok(Settings::default()));
        assert_eq!(Settings::read("scale = 9.0\nlater = 1").map(|settings| settings.scale), Ok(3.0));
        assert!(Settings::read("theme = \"pink\"").expect_err("no such theme").contains("pink"));
    }

    #[test]
    fn sizes_stay_inside() {
        let mut settings = Settings::default();
        settings.step_scale(-1);
        assert_eq!(settings.scale, 1.0);
        (0..20).for_each(|_| settings.step_scale(1));
        assert_eq!(settings.scale, 3.0);
        settings.step_scale(-1);
        assert_eq!(settings.scale, 2.5);
    }

    #[test]
    fn the_newest_comes_first_and_the_oldest_goes() {
        let mut recent = Recent::default();
        (0..20).for_each(|n| recent.add(Path::new(&format!("/folder{n}"))));
        recent.add(Path::new("/folder15"));
        assert_eq!(recent.paths.len(), MOST_RECENT);
        assert!(recent.paths[0].ends_with("folder15") && recent.paths[1].ends_with("folder19"));
        assert_eq!(Recent::read(&recent.text()), recent);
        assert_eq!(Recent::read("x ="), Recent::default());
    }
}
