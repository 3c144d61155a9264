//! The window: its logic as plain values, its panels by their accessible names, and the program
//! itself on a screen.

mod closing;
mod comfort;
mod discover;
mod display;
mod end_to_end;
mod exports;
mod input;
mod loading;
mod panels;
mod partly;
mod playing;
mod tracking;
mod viewing;
