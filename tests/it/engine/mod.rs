//! Whole comparisons: against other people's figures, over broken data, through plans.

mod golden;
mod kernel;
mod plans;
mod unreadable;
