//! The result of a comparison as text for people.

use std::io::{self, Write};

use super::compare::Report;
use crate::engine::{AovSummary, Status, Verdict};

/// At most so many failures are listed one by one.
const SHOWN_FAILURES: usize = 20;

/// Writes a table of AOVs, the failures, and the verdict.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for (index, candidate) in report.names.candidates.iter().enumerate() {
        writeln!(out, "{candidate} against {} ({})", report.names.reference, report.names.backend)?;
        let aovs: Vec<&AovSummary> =
            report.summary.aovs.iter().filter(|aov| aov.candidate == index).collect();
        write_columns(&columns(&aovs), out)?;
        write_failures(report, index, out)?;
    }
    for note in &report.summary.notes {
        writeln!(out, "note: {note}")?;
    }
    let text = match report.summary.verdict() {
        Verdict::Same => "same: nothing beyond tolerance",
        Verdict::Different => "different: changes beyond tolerance",
        Verdict::Incomplete => "incomplete: not everything could be compared",
    };
    writeln!(out, "{text}")
}

fn columns(aovs: &[&AovSummary]) -> Vec<Vec<String>> {
    let head =
        ["AOV", "metric", "tolerance", "frames", "changed in", "first", "changed pixels", "max |a-b|", "at"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let frame = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let unreadable = aovs.iter().any(|aov| aov.unreadable > 0);
    if unreadable {
        rows[0].push("unreadable pixels".to_owned());
    }
    for aov in aovs {
        let percent = 100.0 * aov.changed as f64 / (aov.pixels.max(1)) as f64;
        let mut row = vec![
            aov.aov.clone(),
            aov.rule.metric.name().to_owned(),
            tolerance(aov),
            frames(aov),
            if aov.changed_frames == 0 { "-".to_owned() } else { aov.changed_frames.to_string() },
            frame(aov.first_changed_frame),
            if aov.changed == 0 { "-".to_owned() } else { format!("{} ({percent:.2}%)", aov.changed) },
            if aov.max_abs == 0.0 { "0".to_owned() } else { short(aov.max_abs) },
            frame(aov.max_frame),
        ];
        if unreadable {
            row.push(if aov.unreadable == 0 { "-".to_owned() } else { aov.unreadable.to_string() });
        }
        rows.push(row);
    }
    rows
}

/// How many were compared, and of how many of these only a part.
fn frames(aov: &AovSummary) -> String {
    match aov.partial_frames {
        0 => aov.frames.to_string(),
        partial => format!("{} ({partial} in part)", aov.frames),
    }
}

fn tolerance(aov: &AovSummary) -> String {
    let rule = &aov.rule;
    match (rule.abs, rule.rel) {
        (0.0, 0.0) => "0".to_owned(),
        (abs, 0.0) => short(abs),
        (0.0, rel) => format!("{}*|b|", short(rel)),
        (abs, rel) => format!("{}+{}*|b|", short(abs), short(rel)),
    }
}

/// Six significant digits at most: the exact figures are in the JSON.
fn short(value: f64) -> String {
    if value.is_finite() && (1e-4..1e6).contains(&value.abs()) {
        let digits = (5 - value.abs().log10().floor() as i32).clamp(0, 9) as usize;
        let text = format!("{value:.digits$}");
        return if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        };
    }
    format!("{value:.5e}")
}

/// First column to the left, the others to the right.
fn write_columns(rows: &[Vec<String>], out: &mut impl Write) -> io::Result<()> {
    let count = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    for row in rows {
        let mut line = format!("  {:<width$}", row[0], width = widths[0]);
        for (cell, width) in row.iter().zip(&widths).skip(1) {
            line.push_str(&format!("  {cell:>width$}"));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Failures, of frames compared in part too: damage first, each frame with its reason; missing frames
/// as ranges, last.
fn write_failures(report: &Report, candidate: usize, out: &mut impl Write) -> io::Result<()> {
    let mut told: Vec<(Option<i64>, Status, &str)> = Vec::new();
    let mut missing: Vec<(Status, Vec<i64>)> = Vec::new();
    for row in report.rows.iter().filter(|row| row.candidate == candidate) {
        let Some(failure) = row.failure() else { continue };
        match (failure.status, row.number) {
            (status @ (Status::MissingReference | Status::MissingCandidate), Some(number)) => {
                match missing.iter_mut().find(|(other, _)| *other == status) {
                    Some((_, numbers)) => numbers.push(number),
                    None => missing.push((status, vec![number])),
                }
            }
            (status, number) => {
                let line = (number, status, failure.reason.as_str());
                if !told.contains(&line) {
                    told.push(line);
                }
            }
        }
    }
    for (number, status, reason) in told.iter().take(SHOWN_FAILURES) {
        let frame = number.map_or_else(String::new, |number| format!("frame {number}: "));
        writeln!(out, "  {frame}{}: {reason}", status.name().replace('_', " "))?;
    }
    if told.len() > SHOWN_FAILURES {
        writeln!(out, "  ... and {} more (all of them are in --json)", told.len() - SHOWN_FAILURES)?;
    }
    for (status, mut numbers) in missing {
        numbers.dedup();
        let side = if status == Status::MissingReference { "reference" } else { "candidate" };
        writeln!(out, "  missing in the {side}: {}", ranges(&numbers))?;
    }
    Ok(())
}

/// Ascending numbers as `1-8, 15`.
fn ranges(numbers: &[i64]) -> String {
    let runs = numbers.chunk_by(|a, b| b.saturating_sub(*a) == 1);
    let text = runs.map(|run| match run {
        [one] => one.to_string(),
        run => format!("{}-{}", run[0], run[run.len() - 1]),
    });
    text.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{ranges, short};

    #[test]
    fn numbers_that_follow_each_other_are_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 8, 10, 11]), "1-3, 8, 10-11");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn six_digits_are_shown() {
        assert_eq!(short(0.490478515625), "0.490479");
        assert_eq!(short(7.0), "7");
        assert_eq!(short(9999999993.993164), "1.00000e10");
        assert_eq!(short(100000.0), "100000");
    }
}
