//! `--workspace FILE`: the plan of a workspace, with what the command line says in its place.

use std::path::Path;

use super::args::{ProbeArgs, ToleranceArgs, globs};
use crate::engine::{Plan, Task};
use crate::sequence::FrameSet;
use crate::view::Workspace;
use crate::view::workspace::Found;

/// A workspace, and the plan that it makes by itself.
pub(super) struct Base {
    pub workspace: Workspace,
    pub found: Found,
    pub plan: Plan,
}

/// What a command may say beside it.
pub(super) struct Choices<'a> {
    pub frames: &'a Option<FrameSet>,
    pub aov: &'a [String],
    pub tolerance: &'a ToleranceArgs,
    pub probes: &'a ProbeArgs,
}

impl Base {
    /// Reads the workspace and looks for its sequences. Fields that are not known are told.
    ///
    /// # Errors
    /// When there is no such workspace, or nothing of it is there.
    pub fn read(file: &Path, task: Task) -> anyhow::Result<Self> {
        let read = Workspace::read(file)?;
        for field in &read.unknown {
            super::note(&format!(
                "left out: the workspace has a field {field:?} that is not known: {file:?}"
            ));
        }
        let found = read.workspace.find();
        let plan = read.workspace.plan(&found, task)?;
        Ok(Self { workspace: read.workspace, found, plan })
    }

    /// What of it is not there, to be told.
    pub fn take_missing(&mut self) -> Vec<String> {
        std::mem::take(&mut self.found.missing)
    }

    /// The plan, by the options where they say something.
    ///
    /// # Errors
    /// When an option makes no sense.
    pub fn with(self, choices: &Choices<'_>) -> anyhow::Result<Plan> {
        let probes = choices.probes.probes();
        Ok(Plan {
            frames: choices.frames.clone().or(self.plan.frames),
            aovs: globs(choices.aov)?,
            rules: choices.tolerance.rules_over(self.workspace.exceptions())?,
            probes: if probes.is_empty() { self.plan.probes } else { probes },
            ..self.plan
        })
    }
}
