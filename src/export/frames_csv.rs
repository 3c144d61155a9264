//! The rows of a comparison as CSV: one line per frame, AOV and candidate.

use std::io::{self, Write};
use std::path::Path;

use super::{Error, number_text, write_file};
use crate::engine::FrameRow;
use crate::metric::{FrameStats, Peak};

/// Names of the columns.
pub const FRAME_COLUMNS: [&str; 29] = [
    "candidate",
    "frame",
    "aov",
    "channels",
    "status",
    "metric",
    "tol_abs",
    "tol_rel",
    "pixels",
    "changed",
    "changed_fraction",
    "uncovered",
    "unreadable",
    "max_abs",
    "max_x",
    "max_y",
    "max_channel",
    "mean_abs",
    "mean_signed",
    "rmse",
    "psnr",
    "metric_max",
    "metric_mean",
    "nan_reference",
    "nan_candidate",
    "inf_reference",
    "inf_candidate",
    "non_finite",
    "reason",
];

/// Writes `rows` to `path`; `candidates` are the names by index.
///
/// # Errors
/// When the file cannot be written.
pub fn export_frames_csv(rows: &[FrameRow], candidates: &[String], path: &Path) -> Result<(), Error> {
    write_file(path, |file| write_frames_csv(rows, candidates, file))
}

fn write_frames_csv(rows: &[FrameRow], candidates: &[String], out: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(FRAME_COLUMNS)?;
    for row in rows {
        csv.write_record(record(row, candidates))?;
    }
    csv.flush()
}

fn record(row: &FrameRow, candidates: &[String]) -> Vec<String> {
    let mut record = vec![
        candidates[row.candidate].clone(),
        row.number.map_or_else(String::new, |number| number.to_string()),
        row.aov.clone(),
        row.channels.join(" "),
        row.status().name().to_owned(),
        row.rule.metric.name().to_owned(),
        number_text(row.rule.abs),
        number_text(row.rule.rel),
    ];
    match row.stats() {
        Some(stats) => record.extend(figures(row, stats)),
        None => record.resize(FRAME_COLUMNS.len() - 1, String::new()),
    }
    record.push(row.failure().map_or_else(String::new, |failure| failure.reason.clone()));
    record
}

fn figures(row: &FrameRow, stats: &FrameStats) -> [String; 20] {
    let peak = stats.peak.as_ref();
    let of_peak = |text: &dyn Fn(&Peak) -> String| peak.map_or_else(String::new, text);
    [
        stats.pixels.to_string(),
        stats.changed.to_string(),
        number_text(stats.changed_fraction()),
        stats.uncovered.to_string(),
        stats.unreadable.to_string(),
        number_text(stats.max_abs),
        of_peak(&|peak| peak.at.0.to_string()),
        of_peak(&|peak| peak.at.1.to_string()),
        of_peak(&|peak| row.channels[peak.channel].clone()),
        number_text(stats.mean_abs),
        number_text(stats.mean_signed),
        number_text(stats.rmse),
        stats.psnr().map_or_else(String::new, number_text),
        number_text(stats.metric_max),
        number_text(stats.metric_mean),
        stats.nan.1.to_string(),
        stats.nan.0.to_string(),
        stats.inf.1.to_string(),
        stats.inf.0.to_string(),
        stats.non_finite.to_string(),
    ]
}
