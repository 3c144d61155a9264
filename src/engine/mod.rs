//! A plan becomes results in frame order: the one pipeline of window and commands.
//!
//! [`Plan`] is what to compute, [`run`] computes it on worker threads, [`FrameRow`]s, [`Summary`]
//! and [`Series`] are what comes out. A bad frame is a row with a reason.

mod aovs;
mod curve;
mod describe;
mod exposures;
mod frame;
mod mask;
mod object;
mod open;
mod plan;
mod probe;
mod result;
mod rules;
mod run;
mod select;
mod series;
mod shortfall;
mod temporal;
mod track;
mod units;
mod workers;

pub use curve::{Curve, Measure, curve};
pub use describe::{ChannelFigures, Figures, PERCENTILES, Sides, describe};
pub use exposures::ExposureChoice;
pub use mask::{Mask, Placed, stroke, united, without};
pub use object::pixels_with_ids;
pub use plan::{Against, Plan, Task};
pub use probe::{Probe, ProbeShape};
pub use result::{AovSummary, Failure, FrameRow, Outcome, Status, Summary, Verdict};
pub use rules::{Allowance, RuleChoice, RuleError, Rules};
pub use run::{Context, Error, Event, Finished, MapFrame, MapSink, run};
pub use select::{AovGlob, GlobError};
pub use series::{Cell, CellStatus, RegionStats, Series, SeriesChannel, Value};
pub use shortfall::{Side, shortfall, unreadable_cell};
pub use temporal::{Content, Temporal, TemporalMaps, TemporalSink};
pub use track::{Beside, cell_of};
