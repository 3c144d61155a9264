//! A comparison as a file: what is open, what is compared with what and how, what is tracked, what
//! is on screen. The window saves and opens it, the commands run it.
//!
//! `NAME.aovscope.toml`, or `.json` with the same fields. Paths are relative to the file's folder
//! where the two lie below a common folder.

mod error;
mod paths;
mod plan;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use error::WorkspaceError;

use super::{Camera, Display, Mode, OverTime, Pace, Quantity, Repeat, Tab, Tool};
use crate::engine::Probe;
use crate::metric::Metric;
use crate::sequence::{Depth, FrameSet, Sequence, discover, name_apart};

/// What the field `schema` says.
pub const SCHEMA: &str = "aovscope-workspace";

/// The version that is written, and the newest that is read.
pub const VERSION: u32 = 1;

/// How the names of workspaces end.
pub const EXTENSIONS: [&str; 2] = [".aovscope.toml", ".aovscope.json"];

/// Whether `path` is called like a workspace.
pub fn is_workspace(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| EXTENSIONS.iter().any(|extension| name.ends_with(extension)))
}

/// A comparison as plain data. Paths are absolute here; the file holds them relative to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Workspace {
    /// [`SCHEMA`].
    pub schema: String,
    /// Of the schema.
    pub version: u32,
    /// Frames between in and out, as `--frames` has them; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames: Option<String>,
    /// What is on screen.
    #[serde(default)]
    pub screen: Screen,
    /// In the order in which they were opened.
    #[serde(default)]
    pub sequences: Vec<SavedSequence>,
    /// Metrics and tolerances that differ from what is usual, by AOV.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, SavedRule>,
    /// What is tracked, in the order in which it was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
}

/// What is on screen, and how. What is absent is as at the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Screen {
    /// Key of the shown AOV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aov: Option<String>,
    /// What the canvas shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Number of the frame at the playhead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<i64>,
    /// In stops.
    pub exposure: f32,
    /// Place of the wipe line, 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wipe: Option<f32>,
    /// Largest value of the legend; absent: the frame's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heat_range: Option<f64>,
    /// Which channel the curves show.
    pub curve_channel: usize,
    /// Which number the curves show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Pan and zoom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
    /// What a click on the picture does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// Radius of the brush, in image pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brush_radius: Option<u32>,
    /// Channels that have curves beside the first.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub more_channels: BTreeSet<usize>,
    /// The map over all frames that is shown; absent: the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<OverTime>,
    /// What the right panel shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<Tab>,
    /// Whether the matrix of AOVs and frames is open.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub matrix: bool,
    /// How pictures and deltas become colours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<Display>,
    /// How time passes while playing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playing: Option<Playing>,
}

/// How time passes while playing; what is absent is as at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Playing {
    /// Frames a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// What comes after the last frame.
    pub repeat: Repeat,
    /// What gives way.
    pub pace: Pace,
}

/// One sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SavedSequence {
    /// A pattern, folder or file.
    pub path: String,
    /// What it is in the comparison.
    #[serde(default)]
    pub role: Role,
    /// Whether it is the candidate on screen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_screen: bool,
}

/// What a sequence is in the comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The others are compared with it.
    Reference,
    /// Is compared with the reference.
    #[default]
    Candidate,
    /// Open, and takes no part.
    Aside,
}

/// Metric and tolerance of one AOV; what is absent is as usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SavedRule {
    /// Metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// Absolute tolerance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abs: Option<f64>,
}

/// A workspace from a file.
#[derive(Clone, Debug)]
pub struct ReadWorkspace {
    /// What it holds.
    pub workspace: Workspace,
    /// Fields that this version does not know, and leaves out.
    pub unknown: Vec<String>,
}

/// The sequences of a workspace as they are on disk.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Which of [`Workspace::sequences`], and what it led to; names are unique.
    pub sequences: Vec<(usize, Sequence)>,
    /// What could not be found, and what to do.
    pub missing: Vec<String>,
}

#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
    version: Option<u32>,
}

impl Workspace {
    /// Reads the file `path`, JSON if it is called so, else TOML.
    ///
    /// # Errors
    /// When it cannot be read, is no workspace, is of a newer version, or a value makes no sense.
    pub fn read(path: &Path) -> Result<ReadWorkspace, WorkspaceError> {
        let failed = |reason| WorkspaceError::Unreadable { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let mut read = Self::parse(&text, path)?;
        let folder = paths::folder_of(path);
        for sequence in &mut read.workspace.sequences {
            sequence.path = paths::from_file(&folder, &sequence.path);
        }
        Ok(read)
    }

    fn parse(text: &str, path: &Path) -> Result<ReadWorkspace, WorkspaceError> {
        let bad = |reason: String| WorkspaceError::Malformed { path: path.to_owned(), reason };
        let head: Head = if is_json(path) {
            serde_json::from_str(text).map_err(|error| bad(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| bad(error.to_string()))?
        };
        if head.schema.as_deref() != Some(SCHEMA) {
            return Err(WorkspaceError::NoWorkspace { path: path.to_owned() });
        }
        let version = head.version.unwrap_or(VERSION);
        if version > VERSION {
            return Err(WorkspaceError::Newer { version, known: VERSION, path: path.to_owned() });
        }
        let mut unknown = Vec::new();
        let mut note = |field: serde_ignored::Path<'_>| unknown.push(field.to_string());
        let workspace: Self = if is_json(path) {
            let mut reader = serde_json::Deserializer::from_str(text);
            serde_ignored::deserialize(&mut reader, &mut note).map_err(|error| bad(error.to_string()))?
        } else {
            let reader = toml::Deserializer::parse(text).map_err(|error| bad(error.to_string()))?;
            serde_ignored::deserialize(reader, &mut note).map_err(|error| bad(error.to_string()))?
        };
        workspace.check().map_err(bad)?;
        Ok(ReadWorkspace { workspace, unknown })
    }

    /// What the types do not say.
    fn check(&self) -> Result<(), String> {
        self.frame_set()?;
        for (aov, rule) in &self.rules {
            if let Some(abs) = rule.abs.filter(|abs| !(abs.is_finite() && *abs >= 0.0)) {
                return Err(format!(
                    "the tolerance of {aov:?} must be a finite number of at least 0, not {abs}"
                ));
            }
        }
        Ok(())
    }

    /// The frames between in and out.
    ///
    /// # Errors
    /// When the text is no range.
    pub fn frame_set(&self) -> Result<Option<FrameSet>, String> {
        let text = self.frames.as_deref();
        text.map(str::parse).transpose().map_err(|error: crate::sequence::Error| error.to_string())
    }

    /// The text of the file `path`, in JSON if it is called so, else in TOML.
    pub fn text(&self, path: &Path) -> String {
        let folder = paths::folder_of(path);
        let mut saved = self.clone();
        for sequence in &mut saved.sequences {
            sequence.path = paths::for_file(&folder, &sequence.path);
        }
        if is_json(path) {
            serde_json::to_string_pretty(&saved).expect("no map has keys other than text") + "\n"
        } else {
            toml::to_string(&saved).expect("no value is of a kind that TOML lacks")
        }
    }

    /// Looks for its sequences. What is not there is told; the rest is found.
    pub fn find(&self) -> Found {
        let mut found = Found::default();
        for (index, saved) in self.sequences.iter().enumerate() {
            match discover(&[PathBuf::from(&saved.path)], Depth::Recursive) {
                Ok(discovery) => {
                    let new = |s: &Sequence| {
                        found.sequences.iter().all(|(_, known)| known.frames[0] != s.frames[0])
                    };
                    let sequences: Vec<_> = discovery.sequences.into_iter().filter(new).collect();
                    found.sequences.extend(sequences.into_iter().map(|sequence| (index, sequence)));
                }
                Err(error) => found.missing.push(format!(
                    "{error} (mend its path in the workspace, or bring the files back and open it again)"
                )),
            }
        }
        let mut named: Vec<Sequence> = found.sequences.iter().map(|(_, sequence)| sequence.clone()).collect();
        name_apart(&mut named);
        found.sequences.iter_mut().zip(named).for_each(|((_, sequence), named)| *sequence = named);
        found
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

#[cfg(test)]
mod tests;
