//! The command line: one command a file, `Args` and `run`.

pub mod demo;
pub mod info;
