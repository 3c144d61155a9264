//! Front door one: one command a file, arguments in, text and a verdict out.

use clap::{Parser, Subcommand};

pub mod args;
pub mod compare;
pub mod demo;
pub mod gpu;
pub mod info;
pub mod limits;
mod objects;
pub mod output;
pub mod probe;
mod progress;
mod table;
pub mod workspace;

/// The command line of aovscope.
#[derive(Debug, Parser)]
#[command(name = "aovscope", version, about, args_conflicts_with_subcommands = true)]
#[command(after_help = "Exit codes: 0 nothing beyond tolerance, 1 changes beyond tolerance, \
                        2 something could not be done or compared.")]
pub struct Cli {
    /// What to do; without a command the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Folders, patterns or files to open in the window, or a workspace (NAME.aovscope.toml).
    #[arg(value_name = "PATH")]
    pub paths: Vec<std::path::PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make two small sequences and do the main job on them.
    Demo(demo::Args),
    /// What sequences there are and what their files hold.
    Info(info::Args),
    /// Compare sequences with a reference, frame by frame, AOV by AOV.
    Compare(Box<compare::Args>),
    /// Exact values of pixels and regions over all frames and sequences.
    Probe(Box<probe::Args>),
    /// Which graphics adapters there are, and which of them compares.
    Gpu(gpu::Args),
    /// The keys of the window, as the TOML file that changes them.
    Keys,
}

/// Writes one line to standard error.
#[allow(clippy::print_stderr, reason = "the one place where commands speak beside their output")]
pub(crate) fn note(text: &str) {
    eprintln!("aovscope: {text}");
}
