//! Why there is no workspace.

use std::io;
use std::path::PathBuf;

/// Why a file gives no workspace, or a workspace no plan.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The system gives no text.
    #[error("cannot read the workspace {path:?}: {reason} (mend the path, or bring the file back)")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// Neither TOML nor JSON, or a value of another kind than it should be.
    #[error(
        "the workspace cannot be understood: {reason}; in {path:?} (mend that place in an editor, or save it anew from the window)"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and what.
        reason: String,
    },
    /// Something else.
    #[error(
        "not a workspace of aovscope (it does not say schema = {schema:?}): {path:?}; Ctrl+S in the window saves one",
        schema = super::SCHEMA
    )]
    NoWorkspace {
        /// The file.
        path: PathBuf,
    },
    /// Of a program that is newer.
    #[error(
        "the workspace is of version {version}, and this aovscope knows up to {known}: update aovscope to open {path:?}"
    )]
    Newer {
        /// Its version.
        version: u32,
        /// The newest that is known.
        known: u32,
        /// The file.
        path: PathBuf,
    },
    /// Nothing of it is there.
    #[error("no sequence of the workspace is there: {reasons}")]
    NothingThere {
        /// Why, each.
        reasons: String,
    },
    /// It names no sequences.
    #[error("the workspace names no sequences (open some in the window and save it anew)")]
    Empty,
    /// There is no reference, or it is not there.
    #[error(
        "the workspace has no reference to compare with{reason} (one of its sequences needs role = \"reference\")"
    )]
    NoReference {
        /// Why, if it names one.
        reason: String,
    },
    /// Nothing is compared with the reference.
    #[error(
        "the workspace has no candidate to compare with its reference{reason} (one of its sequences needs role = \"candidate\")"
    )]
    NoCandidate {
        /// Why, if it names one.
        reason: String,
    },
}
