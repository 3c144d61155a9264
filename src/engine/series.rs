//! Tracked pixels and regions over all frames and sequences: what the exporters write.

use std::path::PathBuf;

use super::Probe;
use crate::image::{Sample, SampleType};

/// Why a cell has a value or has none. The numbers are those of the NPZ export's `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum CellStatus {
    /// There is a value.
    Compared = 0,
    /// The sequence has no such frame.
    FrameMissing = 1,
    /// The file is cut short or still being written and does not give the pixel, or not all of the
    /// region; or the reference's does not (then the value is there).
    IncompleteFile = 2,
    /// The file is damaged, there or as a whole, or of a kind that cannot be read; or the reference's
    /// is (then the value is there).
    Unreadable = 3,
    /// The picture differs in size from the reference's: value, but no delta.
    SizeMismatch = 4,
    /// The file has no such AOV or channel.
    AovMissing = 5,
    /// The probe lies outside the data window.
    OutsideDataWindow = 6,
}

impl CellStatus {
    /// The word used in CSV and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compared => "compared",
            Self::FrameMissing => "frame_missing",
            Self::IncompleteFile => "incomplete_file",
            Self::Unreadable => "unreadable",
            Self::SizeMismatch => "size_mismatch",
            Self::AovMissing => "aov_missing",
            Self::OutsideDataWindow => "outside_data_window",
        }
    }
}

/// Statistics of one channel over a region, in f64; NaN and Inf values are left out. A region with a
/// pixel that cannot be read has none: those of the rest would be of another region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegionStats {
    /// Mean.
    pub mean: f64,
    /// Least value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Standard deviation of the population.
    pub std: f64,
    /// Fraction of the region's pixels that changed in this channel, 0..=1; 0 without reference.
    pub changed_fraction: f64,
}

/// The value of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A pixel's stored sample.
    Pixel(Sample),
    /// A region's statistics.
    Region(RegionStats),
}

impl Value {
    /// The number that stands for the cell: the sample, or the region's mean.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Pixel(sample) => sample.to_f64(),
            Self::Region(stats) => stats.mean,
        }
    }
}

/// One (sequence, frame, probe, channel).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Why there is a value or none.
    pub status: CellStatus,
    /// This sequence's value.
    pub value: Option<Value>,
    /// The reference's value in the same frame, where there is a reference that has it.
    pub reference: Option<Value>,
    /// value − reference in f64, where both are there.
    pub delta: Option<f64>,
    /// Whether it changed by the AOV's rule: a pixel's channel; for a region any of its pixels.
    /// False where there is nothing to compare.
    pub changed: bool,
}

/// One column of the table: a channel of an AOV.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesChannel {
    /// Key of the AOV.
    pub aov: String,
    /// Component (`R`, `Z` ...).
    pub channel: String,
    /// Stored type, where first met.
    pub sample_type: SampleType,
    /// Absolute tolerance of its rule.
    pub tol_abs: f64,
    /// Relative tolerance of its rule.
    pub tol_rel: f64,
}

/// Probes × frames × sequences × channels, dense.
#[derive(Clone, Debug)]
pub struct Series {
    /// Names; the reference is one of them.
    pub sequences: Vec<String>,
    /// Which one is the reference; `None` where values are listed without comparing.
    pub reference_index: Option<usize>,
    /// Frame numbers (of the reference, or of the only sequence), ascending; a file without number
    /// is frame 0.
    pub frames: Vec<i64>,
    /// What is tracked.
    pub probes: Vec<Probe>,
    /// Channels, AOV by AOV.
    pub channels: Vec<SeriesChannel>,
    /// Row-major over (sequence, frame, probe, channel).
    pub cells: Vec<Cell>,
    /// Row-major over (sequence, frame): the file, `None` where the frame is missing.
    pub paths: Vec<Option<PathBuf>>,
}

impl Series {
    /// Where (sequence, frame, probe, channel) stands in [`Series::cells`].
    pub fn index(&self, sequence: usize, frame: usize, probe: usize, channel: usize) -> usize {
        ((sequence * self.frames.len() + frame) * self.probes.len() + probe) * self.channels.len() + channel
    }

    /// The cell at (sequence, frame, probe, channel), all as indices.
    pub fn cell(&self, sequence: usize, frame: usize, probe: usize, channel: usize) -> &Cell {
        &self.cells[self.index(sequence, frame, probe, channel)]
    }
}
