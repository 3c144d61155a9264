//! A plan becomes results in frame order: the one pipeline of window and commands.

mod series;

pub use series::{Cell, CellStatus, Probe, ProbeShape, RegionStats, Series, SeriesChannel, Value};
