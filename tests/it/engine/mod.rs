//! Whole comparisons: against other people's figures, over broken data, through plans.

mod flip;
mod flip_metric;
mod flip_nvidia;
mod golden;
mod kernel;
mod masks;
mod partly;
mod plans;
mod regions;
mod unreadable;
