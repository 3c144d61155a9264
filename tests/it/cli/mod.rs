//! Commands, run as functions: arguments in, text and an outcome out.

mod compare;
mod demo;
mod gpu;
mod info;
mod odd;
mod partly;
mod plot;
mod same;
mod workspace;
