//! Commands, run as functions: arguments in, text and an outcome out.

mod demo;
mod info;
