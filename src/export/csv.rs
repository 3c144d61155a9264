//! A series as a table: one row for each (sequence, frame, probe, channel).

use std::io::{self, Write};
use std::path::Path;

use super::atomic::{Error, write_file};
use super::text::push_number;
use crate::engine::{Cell, RegionStats, Series, Value};
use crate::image::Sample;

/// The header, always the same; the last four are empty for pixels. `x`, `y`, `w`, `h` of a mask are the
/// smallest rectangle that holds it.
pub const COLUMNS: [&str; 20] = [
    "sequence",
    "frame",
    "aov",
    "channel",
    "label",
    "x",
    "y",
    "w",
    "h",
    "status",
    "value",
    "reference",
    "delta",
    "changed",
    "tol_abs",
    "tol_rel",
    "min",
    "max",
    "std",
    "changed_fraction",
];

/// Writes `series` to the file `path`, whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn export_csv(series: &Series, path: &Path) -> Result<(), Error> {
    write_file(path, |file| write_csv(series, file))
}

/// Writes `series` as CSV (RFC 4180 quotes, lines end in `\n`, UTF-8) to `out`.
///
/// Rows stand in the series' own order of sequence, channel, probe, frame. Numbers parse to the very
/// f64 that the sample stands for; those that are none are `nan`, `inf`, `-inf`; unsigned integers are
/// integers. A cell without a value is empty, and `status` says why.
///
/// # Errors
/// When `out` fails.
pub fn write_csv(series: &Series, out: impl Write) -> io::Result<()> {
    let mut table = ::csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    let mut row = Row::default();
    for sequence in 0..series.sequences.len() {
        for channel in 0..series.channels.len() {
            for probe in 0..series.probes.len() {
                for frame in 0..series.frames.len() {
                    row.fill(series, [sequence, frame, probe, channel]);
                    table.write_record(row.fields())?;
                }
            }
        }
    }
    table.flush()
}

/// One row; its memory serves for the next.
#[derive(Default)]
struct Row {
    text: String,
    ends: Vec<usize>,
}

impl Row {
    fn fill(&mut self, series: &Series, [sequence, frame, probe, channel]: [usize; 4]) {
        let cell = series.cell(sequence, frame, probe, channel);
        let (probe, channel) = (&series.probes[probe], &series.channels[channel]);
        self.text.clear();
        self.ends.clear();
        self.push(&series.sequences[sequence]);
        self.push(&series.frames[frame].to_string());
        self.push(&channel.aov);
        self.push(&channel.channel);
        self.push(&probe.label);
        self.push(&probe.window.x.to_string());
        self.push(&probe.window.y.to_string());
        self.push(&probe.window.width.to_string());
        self.push(&probe.window.height.to_string());
        self.push(cell.status.name());
        self.push_cell(cell);
        self.push_number(Some(channel.tol_abs));
        self.push_number(Some(channel.tol_rel));
        self.push_region(cell);
    }

    fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.ends.push(self.text.len());
    }

    fn push_number(&mut self, number: Option<f64>) {
        if let Some(number) = number {
            push_number(&mut self.text, number);
        }
        self.ends.push(self.text.len());
    }

    fn push_value(&mut self, value: Option<Value>) {
        match value {
            Some(Value::Pixel(Sample::U32(k))) => self.push(&k.to_string()),
            other => self.push_number(other.map(Value::to_f64)),
        }
    }

    fn push_cell(&mut self, cell: &Cell) {
        self.push_value(cell.value);
        self.push_value(cell.reference);
        self.push_number(cell.delta);
        self.push(if cell.changed { "true" } else { "false" });
    }

    fn push_region(&mut self, cell: &Cell) {
        let stats = match cell.value {
            Some(Value::Region(stats)) => Some(stats),
            _ => None,
        };
        let columns: [fn(RegionStats) -> f64; 4] =
            [|stats| stats.min, |stats| stats.max, |stats| stats.std, |stats| stats.changed_fraction];
        for column in columns {
            self.push_number(stats.map(column));
        }
    }

    fn fields(&self) -> impl Iterator<Item = &str> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }
}
