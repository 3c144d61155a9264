//! The report of a comparison as one JSON object.
//!
//! Numbers are the shortest decimals that give the exact f64 back; those that JSON has no word for
//! are the strings `"nan"`, `"inf"`, `"-inf"`.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::engine::{AovSummary, FrameRow, Summary};
use crate::image::Sample;
use crate::metric::{FlipStats, FrameStats, Histogram, Metric};

/// Names that the report bears beside its rows.
#[derive(Clone, Debug)]
pub struct ReportNames {
    /// The reference: a sequence, `previous` or `frame:N`.
    pub reference: String,
    /// The candidates, in the order of their indices.
    pub candidates: Vec<String>,
    /// The back end that computed.
    pub backend: String,
}

/// Writes the report of `rows` (in frame order) and their `summary`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(
    names: &ReportNames,
    summary: &Summary,
    rows: &[FrameRow],
    mut out: impl Write,
) -> io::Result<()> {
    let report = json!({
        "schema": "aovscope-compare",
        "version": 1,
        "verdict": summary.verdict().name(),
        "reference": names.reference,
        "candidates": names.candidates,
        "backend": names.backend,
        "notes": summary.notes,
        "aovs": summary.aovs.iter().map(|aov| aov_object(names, aov)).collect::<Vec<_>>(),
        "frames": rows.iter().map(|row| frame_object(names, row)).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut out, &report)?;
    writeln!(out)
}

fn aov_object(names: &ReportNames, aov: &AovSummary) -> Value {
    json!({
        "candidate": names.candidates[aov.candidate],
        "aov": aov.aov,
        "metric": aov.rule.metric.name(),
        "formula": aov.rule.metric.formula(),
        "tol_abs": number(aov.rule.abs),
        "tol_rel": number(aov.rule.rel),
        "frames": aov.frames,
        "changed_frames": aov.changed_frames,
        "first_changed_frame": aov.first_changed_frame,
        "changed": aov.changed,
        "unreadable": aov.unreadable,
        "max_abs": number(aov.max_abs),
        "max_frame": aov.max_frame,
    })
}

fn frame_object(names: &ReportNames, row: &FrameRow) -> Value {
    let mut object = Map::new();
    object.insert("candidate".into(), names.candidates[row.candidate].clone().into());
    object.insert("frame".into(), row.number.into());
    object.insert("aov".into(), row.aov.clone().into());
    object.insert("channels".into(), row.channels.clone().into());
    object.insert("status".into(), row.status().name().into());
    object.insert("metric".into(), row.rule.metric.name().into());
    if let Some(failure) = row.failure() {
        object.insert("reason".into(), failure.reason.clone().into());
    }
    if let Some(stats) = row.stats() {
        add_stats(&mut object, row, stats);
    }
    if row.rule.metric == Metric::Rel {
        object.insert("floor".into(), number(row.rule.floor));
    }
    Value::Object(object)
}

fn add_stats(object: &mut Map<String, Value>, row: &FrameRow, stats: &FrameStats) {
    let peak = stats.peak.as_ref();
    let samples =
        |samples: &[Sample]| samples.iter().map(|sample| sample_number(*sample)).collect::<Vec<_>>();
    let entries = [
        ("metric_max", number(stats.metric_max)),
        ("metric_mean", number(stats.metric_mean)),
        ("pixels", stats.pixels.into()),
        ("changed", stats.changed.into()),
        ("uncovered", stats.uncovered.into()),
        ("unreadable", stats.unreadable.into()),
        ("max_abs", number(stats.max_abs)),
        ("max_at", peak.map(|peak| vec![peak.at.0, peak.at.1]).into()),
        ("max_channel", peak.map(|peak| row.channels[peak.channel].clone()).into()),
        ("reference_value", peak.map(|peak| samples(&peak.reference)).into()),
        ("candidate_value", peak.map(|peak| samples(&peak.candidate)).into()),
        ("mean_abs", number(stats.mean_abs)),
        ("mean_signed", number(stats.mean_signed)),
        ("rmse", number(stats.rmse)),
        ("psnr", stats.psnr().map_or(Value::Null, number)),
        ("nan_reference", stats.nan.1.into()),
        ("nan_candidate", stats.nan.0.into()),
        ("inf_reference", stats.inf.1.into()),
        ("inf_candidate", stats.inf.0.into()),
        ("histogram", histogram(&stats.histogram)),
    ];
    object.extend(entries.map(|(key, value)| (key.to_owned(), value)));
    if let Some(flip) = &stats.flip {
        object.insert("flip".to_owned(), flip_object(flip));
    }
}

/// NVIDIA's figures of a map, and how the pictures were looked at.
fn flip_object(flip: &FlipStats) -> Value {
    json!({
        "pixels_per_degree": flip.pixels_per_degree,
        "start_exposure": flip.range.map(|range| range.start),
        "stop_exposure": flip.range.map(|range| range.stop),
        "exposures": flip.range.map(|range| range.count),
        "mean": flip.pool.mean,
        "weighted_median": flip.pool.weighted_median,
        "weighted_first_quartile": flip.pool.weighted_first_quartile,
        "weighted_third_quartile": flip.pool.weighted_third_quartile,
        "min": flip.pool.min,
        "max": flip.pool.max,
    })
}

/// Pixels by their largest |a−b|: `zero` of them equal, `counts[i]` of 2^(first+i) up to twice that.
fn histogram(histogram: &Histogram) -> Value {
    let bins: Vec<(i32, u64)> = histogram.bins().collect();
    let (first, last) = (bins.first().map(|bin| bin.0), bins.last().map(|bin| bin.0));
    let mut counts = vec![0; first.zip(last).map_or(0, |(first, last)| (last - first + 1) as usize)];
    for (exponent, count) in bins {
        counts[(exponent - first.expect("there is a bin")) as usize] = count;
    }
    json!({ "zero": histogram.zero, "first_exponent": first, "counts": counts })
}

/// A sample's exact value; integers that stand for themselves stay integers.
fn sample_number(sample: Sample) -> Value {
    match sample {
        Sample::U32(id) => id.into(),
        other => number(other.to_f64()),
    }
}

fn number(value: f64) -> Value {
    match serde_json::Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None => super::number_text(value).into(),
    }
}
