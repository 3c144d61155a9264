//! Maps over all frames: against plain recomputation, in every order, through the whole program.

mod delta;
mod engine;
mod exact;
mod export;
mod values;
