//! What the exported files hold, read by others' software where there is some.

mod atomic;
mod curves;
mod maps;
mod sample;
mod tables;
