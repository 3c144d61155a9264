//! CSV and NPZ give back every value.

use std::fs;

use aovscope::engine::{Series, Value};
use aovscope::export::{CSV_COLUMNS, export_csv, export_npz, write_csv};
use aovscope::image::Sample;

use super::sample::{python, series};

fn rows(series: &Series) -> (Vec<String>, Vec<Vec<String>>) {
    let mut bytes = Vec::new();
    write_csv(series, &mut bytes).expect("memory takes all");
    let mut table = csv::Reader::from_reader(bytes.as_slice());
    let header = table.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows = table.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
    (header, rows.collect())
}

fn same(text: &str, value: Option<f64>) -> bool {
    match value {
        None => text.is_empty(),
        Some(value) if value.is_nan() => text == "nan",
        Some(value) => text.parse::<f64>().is_ok_and(|again| again.to_bits() == value.to_bits()),
    }
}

#[test]
fn csv_gives_back_every_value_to_the_bit() {
    let series = series();
    let (header, rows) = rows(&series);
    assert_eq!(header, CSV_COLUMNS);
    assert_eq!(rows.len(), series.cells.len());
    let mut row = rows.iter();
    for s in 0..series.sequences.len() {
        for c in 0..series.channels.len() {
            for p in 0..series.probes.len() {
                for f in 0..series.frames.len() {
                    let (row, cell) = (row.next().expect("as many rows"), series.cell(s, f, p, c));
                    let (probe, channel) = (&series.probes[p], &series.channels[c]);
                    let frame = series.frames[f].to_string();
                    let place = [&series.sequences[s], &frame, &channel.aov, &channel.channel, &probe.label];
                    assert!(row[..5].iter().eq(place), "{row:?}");
                    let window = [probe.window.x, probe.window.y].map(i64::from);
                    assert_eq!([&row[5], &row[6]].map(|t| t.parse()), window.map(Ok));
                    assert_eq!(row[9], cell.status.name());
                    assert!(same(&row[10], cell.value.map(Value::to_f64)), "{cell:?}: {row:?}");
                    assert!(same(&row[11], cell.reference.map(Value::to_f64)), "{cell:?}: {row:?}");
                    assert!(same(&row[12], cell.delta), "{cell:?}: {row:?}");
                    assert_eq!(row[13], cell.changed.to_string());
                    assert!(same(&row[14], Some(channel.tol_abs)) && same(&row[15], Some(channel.tol_rel)));
                    let region = match cell.value {
                        Some(Value::Region(r)) => [r.min, r.max, r.std, r.changed_fraction].map(Some),
                        _ => [None; 4],
                    };
                    assert!(row[16..].iter().zip(region).all(|(text, number)| same(text, number)), "{row:?}");
                }
            }
        }
    }
}

#[test]
fn csv_writes_ids_as_integers_and_8_bit_values_as_fractions() {
    let (_, rows) = rows(&series());
    let value = |row: &&Vec<String>| row[10].clone();
    let ids: Vec<String> =
        rows.iter().filter(|row| row[2] == "id" && row[7] == "1").map(|r| value(&r)).collect();
    assert!(ids.contains(&"3735928559".to_string()) && ids.contains(&"16777217".to_string()), "{ids:?}");
    assert!(ids.iter().all(|id| id.is_empty() || id.parse::<u32>().is_ok()), "{ids:?}");
    let fractions = rows.iter().filter(|row| row[2] == "rgba" && row[3] == "R").map(|r| value(&r));
    assert!(fractions.into_iter().any(|text| text == "0.5019607843137255"));
}

/// Checks every cell against those that the test hands over as text; prints name, type and shape of
/// each array, and some of what they hold.
const READ_NPZ: &str = r#"
import json, sys, zipfile
import numpy as np
z = np.load(sys.argv[1], allow_pickle=False)
for line in open(sys.argv[2]):
    s, f, p, c, bits, delta, changed, status, u32 = line.split()
    at = int(s), int(f), int(p), int(c)
    assert z["values"][at].view("u4") == int(bits), (at, bits, z["values"][at])
    assert z["delta"][at].view("u4") == int(delta), (at, delta)
    assert z["changed"][at] == (changed == "true"), at
    assert z["cell_status"][at] == int(status), at
    assert z["values_u32"][at] == int(u32), at
for name in sorted(z.files):
    a = z[name]
    text = "U" if a.dtype.kind == "U" else a.dtype.str
    print(name, text, "x".join(map(str, a.shape)) or "-")
print(z["sequence"].tolist(), z["pixel_label"].tolist(), z["frame"].tolist(), z["path"][1, 2])
print(z["status"][2, :, 0].tolist(), z["reference_index"], z["pixel_x"].tolist(), z["pixel_w"].tolist())
print(repr(float(z["tol_abs"][3])), float(z["region_changed_fraction"][0, 0, 2, 0]))
meta = json.loads(str(z["meta_json"]))
print(meta["schema"], meta["version"], meta["types"], meta["status"][6])
print({entry.date_time[:3] for entry in zipfile.ZipFile(sys.argv[1]).infolist()})
"#;

const NPZ_FACTS: &str = r#"aov U 5
cell_status |u1 3x4x3x5
changed |b1 3x4x3x5
channel U 5
delta <f4 3x4x3x5
frame <i8 4
meta_json U -
path U 3x4
pixel_h <i4 3
pixel_label U 3
pixel_w <i4 3
pixel_x <i4 3
pixel_y <i4 3
reference_index <i8 -
region_changed_fraction <f4 3x4x3x5
region_max <f4 3x4x3x5
region_min <f4 3x4x3x5
region_std <f4 3x4x3x5
sequence U 3
status |u1 3x4x5
tol_abs <f8 5
tol_rel <f8 5
values <f4 3x4x3x5
values_u32 <u4 3x4x3x5
['ref', 'Ткань, v2', 'quote"d'] ['', 'hem\nline', 'sleeve'] [-1, 0, 1, 1000] 1/тест.0002.exr
[0, 1, 3, 0] 0 [-3, 70, 2] [1, 1, 9]
0.003 0.25
aovscope-series 1 ['half', 'float', 'uint', 'u8', 'u16'] outside_data_window
{(1980, 1, 1)}
"#;

#[test]
fn numpy_opens_npz_without_pickle_and_finds_every_value() {
    let series = series();
    let folder = tempfile::tempdir().expect("a folder");
    let (npz, cells) = (folder.path().join("series.npz"), folder.path().join("cells.txt"));
    export_npz(&series, &npz).expect("writable");
    let mut lines = String::new();
    for (index, cell) in series.cells.iter().enumerate() {
        let (c, p, f, s) = (index % 5, index / 5 % 3, index / 15 % 4, index / 60);
        let (value, u32) = match cell.value {
            None => (f32::NAN, 0),
            Some(Value::Pixel(sample @ Sample::U32(k))) => (sample.to_f32(), k),
            Some(Value::Pixel(sample)) => (sample.to_f32(), 0),
            Some(Value::Region(region)) => (region.mean as f32, 0),
        };
        let delta = cell.delta.map_or(f32::NAN, |delta| delta as f32).to_bits();
        let (bits, changed, status) = (value.to_bits(), cell.changed, cell.status as u8);
        lines += &format!("{s} {f} {p} {c} {bits} {delta} {changed} {status} {u32}\n");
    }
    fs::write(&cells, lines).expect("writable");
    assert_eq!(python(READ_NPZ, &[&npz, &cells]), NPZ_FACTS);
}

#[test]
fn equal_series_give_equal_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str| {
        let (csv, npz) =
            (folder.path().join(format!("{name}.csv")), folder.path().join(format!("{name}.npz")));
        export_csv(&series(), &csv).expect("writable");
        export_npz(&series(), &npz).expect("writable");
        (fs::read(csv).expect("there"), fs::read(npz).expect("there"))
    };
    assert_eq!(write("one"), write("two"));
}

#[test]
fn a_series_of_nothing_is_still_a_file() {
    let mut empty = series();
    empty.probes.clear();
    empty.cells.clear();
    let folder = tempfile::tempdir().expect("a folder");
    let npz = folder.path().join("empty.npz");
    export_npz(&empty, &npz).expect("writable");
    let shapes = python(
        "import sys, numpy as np; z = np.load(sys.argv[1]); print(z['values'].shape, z['status'][2, :, 0].tolist())",
        &[&npz],
    );
    assert_eq!(shapes.trim(), "(3, 4, 0, 5) [0, 1, 0, 0]");
    assert_eq!(rows(&empty).1.len(), 0);
}
