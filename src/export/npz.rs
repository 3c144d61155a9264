//! A series as dense arrays that `numpy.load` opens without pickle.

use std::io::{self, Seek, Write};
use std::path::Path;

use serde_json::json;

use super::atomic::{Error, write_file};
use super::npy::NpzWriter;
use crate::engine::{Cell, CellStatus, ProbeShape, RegionStats, Series, Value};
use crate::image::Sample;

/// Writes `series` to the file `path`, whole or not at all. Equal series give equal bytes.
///
/// S sequences, F frames, P probes, C channels:
///
/// | array | type, shape | meaning |
/// |---|---|---|
/// | `values`, `delta` | f4 (S,F,P,C) | value; value − reference; NaN where there is none |
/// | `changed` | bool (S,F,P,C) | beyond tolerance |
/// | `values_u32` | u4 (S,F,P,C) | exact value of unsigned integers, else 0 |
/// | `cell_status` | u1 (S,F,P,C) | status of each cell |
/// | `status` | u1 (S,F,C) | status of the frame's channel; 6 only where all probes are outside |
/// | `frame` | i8 (F) | frame numbers |
/// | `pixel_x`, `pixel_y`, `pixel_label` | i4, i4, U (P) | probes |
/// | `sequence`; `aov`, `channel` | U (S); U (C) | names |
/// | `tol_abs`, `tol_rel` | f8 (C) | tolerances |
/// | `reference_index` | i8 () | which sequence is the reference; −1 if none |
/// | `path` | U (S,F) | files; empty where missing |
/// | `meta_json` | U () | schema, version, types of channels, names of the statuses |
///
/// Where a region or mask is tracked also `pixel_w`, `pixel_h` i4 (P), and `region_min`, `region_max`,
/// `region_std`, `region_changed_fraction` f4 (S,F,P,C), NaN for pixels; a region's value is its mean;
/// of a mask `pixel_x`, `pixel_y`, `pixel_w`, `pixel_h` are the smallest rectangle that holds it.
///
/// # Errors
/// When the file cannot be written.
pub fn export_npz(series: &Series, path: &Path) -> Result<(), Error> {
    write_file(path, |file| write_npz(series, file))
}

fn write_npz(series: &Series, out: impl Write + Seek) -> io::Result<()> {
    let mut npz = NpzWriter::new(out);
    write_cells(&mut npz, series)?;
    if series.probes.iter().any(|probe| probe.shape != ProbeShape::Pixel) {
        write_regions(&mut npz, series)?;
    }
    write_axes(&mut npz, series)?;
    npz.finish()
}

fn shape(series: &Series) -> [usize; 4] {
    [series.sequences.len(), series.frames.len(), series.probes.len(), series.channels.len()]
}

fn write_cells<W: Write + Seek>(npz: &mut NpzWriter<W>, series: &Series) -> io::Result<()> {
    let shape = shape(series);
    let [s, f, _, c] = shape;
    let cells = || series.cells.iter();
    npz.array("values", "<f4", &shape, cells().map(|cell| value_f32(cell).to_le_bytes()))?;
    let delta = |cell: &Cell| cell.delta.map_or(f32::NAN, |delta| delta as f32);
    npz.array("delta", "<f4", &shape, cells().map(|cell| delta(cell).to_le_bytes()))?;
    npz.array("changed", "|b1", &shape, cells().map(|cell| [u8::from(cell.changed)]))?;
    npz.array("values_u32", "<u4", &shape, cells().map(|cell| value_u32(cell).to_le_bytes()))?;
    npz.array("cell_status", "|u1", &shape, cells().map(|cell| [cell.status as u8]))?;
    let columns = (0..s * f).flat_map(|frame| (0..c).map(move |channel| (frame, channel)));
    npz.array("status", "|u1", &[s, f, c], columns.map(|(frame, channel)| [status(series, frame, channel)]))
}

fn write_regions<W: Write + Seek>(npz: &mut NpzWriter<W>, series: &Series) -> io::Result<()> {
    let shape = shape(series);
    let probes = || series.probes.iter();
    npz.array("pixel_w", "<i4", &[shape[2]], probes().map(|p| p.window.width.to_le_bytes()))?;
    npz.array("pixel_h", "<i4", &[shape[2]], probes().map(|p| p.window.height.to_le_bytes()))?;
    type Column = fn(RegionStats) -> f64;
    let columns: [(&str, Column); 4] = [
        ("region_min", |stats| stats.min),
        ("region_max", |stats| stats.max),
        ("region_std", |stats| stats.std),
        ("region_changed_fraction", |stats| stats.changed_fraction),
    ];
    for (name, column) in columns {
        let number = |cell: &Cell| match cell.value {
            Some(Value::Region(stats)) => column(stats) as f32,
            _ => f32::NAN,
        };
        npz.array(name, "<f4", &shape, series.cells.iter().map(|cell| number(cell).to_le_bytes()))?;
    }
    Ok(())
}

fn write_axes<W: Write + Seek>(npz: &mut NpzWriter<W>, series: &Series) -> io::Result<()> {
    let [s, f, p, c] = shape(series);
    let (probes, channels) = (|| series.probes.iter(), || series.channels.iter());
    npz.array("frame", "<i8", &[f], series.frames.iter().map(|frame| frame.to_le_bytes()))?;
    npz.array("pixel_x", "<i4", &[p], probes().map(|probe| probe.window.x.to_le_bytes()))?;
    npz.array("pixel_y", "<i4", &[p], probes().map(|probe| probe.window.y.to_le_bytes()))?;
    npz.texts("pixel_label", &[p], &probes().map(|probe| &probe.label).collect::<Vec<_>>())?;
    npz.texts("sequence", &[s], &series.sequences)?;
    npz.texts("aov", &[c], &channels().map(|channel| &channel.aov).collect::<Vec<_>>())?;
    npz.texts("channel", &[c], &channels().map(|channel| &channel.channel).collect::<Vec<_>>())?;
    npz.array("tol_abs", "<f8", &[c], channels().map(|channel| channel.tol_abs.to_le_bytes()))?;
    npz.array("tol_rel", "<f8", &[c], channels().map(|channel| channel.tol_rel.to_le_bytes()))?;
    let reference = series.reference_index.map_or(-1, |index| index as i64);
    npz.array("reference_index", "<i8", &[], [reference.to_le_bytes()].into_iter())?;
    let paths =
        series.paths.iter().map(|path| path.as_ref().map_or("".into(), |path| path.to_string_lossy()));
    npz.texts("path", &[s, f], &paths.collect::<Vec<_>>())?;
    npz.texts("meta_json", &[], &[meta(series).to_string()])
}

/// Halves and floats keep their exact value, floats all their bits.
fn value_f32(cell: &Cell) -> f32 {
    match cell.value {
        None => f32::NAN,
        Some(Value::Pixel(sample)) => sample.to_f32(),
        Some(Value::Region(stats)) => stats.mean as f32,
    }
}

fn value_u32(cell: &Cell) -> u32 {
    match cell.value {
        Some(Value::Pixel(Sample::U32(k))) => k,
        _ => 0,
    }
}

/// What holds for the channel of that frame (sequence × F + frame) whatever the probe: one that cannot
/// be read is told before those that can, and one outside the data window says nothing of the frame
/// unless all are.
fn status(series: &Series, frame: usize, channel: usize) -> u8 {
    let (probes, channels) = (series.probes.len(), series.channels.len());
    let statuses = (0..probes).map(|p| series.cells[(frame * probes + p) * channels + channel].status);
    let broken = |status: &CellStatus| matches!(status, CellStatus::IncompleteFile | CellStatus::Unreadable);
    let inside = |status: &CellStatus| *status != CellStatus::OutsideDataWindow;
    let inside = statuses.clone().find(broken).or_else(|| statuses.clone().find(inside));
    let none = if series.paths[frame].is_none() { CellStatus::FrameMissing } else { CellStatus::Compared };
    inside.or_else(|| statuses.clone().next()).unwrap_or(none) as u8
}

fn meta(series: &Series) -> serde_json::Value {
    let types: Vec<_> = series.channels.iter().map(|channel| channel.sample_type.name()).collect();
    let statuses = [
        CellStatus::Compared,
        CellStatus::FrameMissing,
        CellStatus::IncompleteFile,
        CellStatus::Unreadable,
        CellStatus::SizeMismatch,
        CellStatus::AovMissing,
        CellStatus::OutsideDataWindow,
    ];
    json!({
        "schema": "aovscope-series",
        "version": 1,
        "program": concat!("aovscope ", env!("CARGO_PKG_VERSION")),
        "reference": series.reference_index.map(|index| &series.sequences[index]),
        "types": types,
        "status": statuses.map(CellStatus::name),
        "probes": series.probes.iter().map(|probe| probe.shape.name()).collect::<Vec<_>>(),
    })
}
