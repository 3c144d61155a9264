//! PNG and JPEG, against pypng and Pillow.

use std::path::{Path, PathBuf};

use aovscope::image::{Plane, PlaneChannel};
use serde_json::Value;

use super::{golden, read_all};
use crate::support;

/// Decoders may round an inverse DCT and a colour conversion differently.
const JPEG_LEVELS: f64 = 2.0;

/// Files that others read and this program refuses, and what the error must say.
const UNSUPPORTED: [(&str, &str); 2] = [
    ("jpeg-decoder/reftest/images/mozilla/jpg-cmyk-2.jpg", "JPEG in CMYK is not supported"),
    // Its data ends before the end of the deflate stream.
    ("image-png/bugfixes/x_consecutive_idat.png", "the PNG does not decode"),
];

/// Where others mean something else by a pixel, with the largest difference in 8-bit levels.
const KNOWN_DIFFERENCES: [(&str, f64); 7] = [
    // Chroma of half the size is interpolated with what the file stores beyond the last row and
    // column, where libjpeg repeats them; in tiny pictures all is edge.
    ("jpg-size-2x2.jpg", 24.0),
    ("jpg-size-3x3.jpg", 48.0),
    ("jpg-size-4x4.jpg", 48.0),
    ("jpg-size-8x8.jpg", 24.0),
    // pypng scales by the number of significant bits (sBIT); here samples are as stored.
    ("cs3n2c16.png", 0.5),
    ("cs3n3p08.png", 0.5),
    ("cs5n2c08.png", 0.5),
];

#[test]
fn pictures_are_as_others_read_them() {
    let Some(root) = support::full_data() else { return };
    let golden = golden(&root, "golden-ldr.json");
    let mut failures = Vec::new();
    let mut compared = 0;
    for (file, expected) in golden["files"].as_object().expect("files") {
        match check_file(&locate(&root, file), file, expected) {
            Ok(count) => compared += count,
            Err(reason) => failures.push(format!("{file}: {reason}")),
        }
    }
    assert!(failures.is_empty(), "{} files differ:\n{}", failures.len(), failures.join("\n"));
    assert!(compared > 200, "only {compared} channels were compared");
}

fn locate(root: &Path, file: &str) -> PathBuf {
    let path = root.join(file);
    if path.exists() { path } else { root.join("exr-corpus").join(file) }
}

fn check_file(path: &Path, file: &str, expected: &Value) -> Result<usize, String> {
    let read = read_all(path);
    if let Some((_, reason)) = UNSUPPORTED.iter().find(|(name, _)| *name == file) {
        let error = read.err().map_or_else(String::new, |error| error.to_string());
        return if error.contains(reason) { Ok(0) } else { Err(format!("said {error:?}")) };
    }
    let Some(channels) = expected["channels"].as_object().filter(|channels| !channels.is_empty()) else {
        return Ok(0); // what others cannot read may be read here; it has ended, which is all there is to say
    };
    let (_, planes) = read.map_err(|error| error.to_string())?;
    let known = KNOWN_DIFFERENCES.iter().find(|(name, _)| file.ends_with(name)).map(|(_, levels)| *levels);
    let levels = known.unwrap_or(if file.ends_with("png") { 0.0 } else { JPEG_LEVELS });
    for (name, golden) in channels {
        let (plane, channel) = find(&planes, name).ok_or_else(|| format!("no channel {name}"))?;
        check_channel(plane, channel, golden, levels).map_err(|reason| format!("{name}: {reason}"))?;
    }
    Ok(channels.len())
}

fn find<'a>(planes: &'a [Plane], name: &str) -> Option<(&'a Plane, &'a PlaneChannel)> {
    planes.iter().find_map(|plane| plane.channels.iter().find(|c| c.name == name).map(|c| (plane, c)))
}

fn check_channel(plane: &Plane, channel: &PlaneChannel, golden: &Value, levels: f64) -> Result<(), String> {
    for sample in golden["samples"].as_array().expect("samples") {
        let at = |i: usize| sample[i].as_i64().expect("a coordinate") as i32;
        let index = plane.data_window.index(at(0), at(1)).ok_or("a sample outside of the picture")?;
        let (found, expected) =
            (channel.samples.get(index).to_f64(), hex_float(sample[2].as_str().expect("hex")));
        if (found - expected).abs() * 255.0 > levels + 1e-9 {
            return Err(format!("{found} instead of {expected} at {},{}", at(0), at(1)));
        }
    }
    let mean = (0..channel.samples.len()).map(|i| channel.samples.get(i).to_f64()).sum::<f64>()
        / channel.samples.len() as f64;
    let expected = golden["mean"].as_f64().expect("a mean");
    if (mean - expected).abs() * 255.0 > levels / 2.0 + 1e-9 {
        return Err(format!("mean {mean} instead of {expected}"));
    }
    Ok(())
}

/// `0x1.8p-2`, as Python's `float.hex` writes it.
fn hex_float(text: &str) -> f64 {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (digits, exponent) = text.trim_start_matches("0x").split_once('p').expect("an exponent");
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mantissa = u64::from_str_radix(&format!("{whole}{fraction}"), 16).expect("hexadecimal") as f64;
    let exponent: i32 = exponent.parse().expect("an exponent");
    sign * mantissa * 2_f64.powi(exponent - 4 * fraction.len() as i32)
}

#[test]
fn hex_floats_are_read() {
    assert_eq!(hex_float("0x1.8000000000000p-2"), 0.375);
    assert_eq!(hex_float("-0x0.0p+0"), 0.0);
    assert_eq!(hex_float("0x1.0b0b0b0b0b0b1p-1"), 133.0 / 255.0);
}

#[test]
fn a_png_and_a_jpeg_of_one_frame_are_near() {
    let root = support::small_data().join("cloth/clothsimv1");
    let (png_info, png) = read_all(&root.join("clothsimv1.0012.png")).expect("a PNG");
    let (jpeg_info, jpeg) = read_all(&root.join("clothsimv1.0012.jpg")).expect("a JPEG");
    assert_eq!((png_info.parts[0].compression.as_str(), png_info.aovs[0].key.as_str()), ("DEFLATE", "rgba"));
    assert_eq!((jpeg_info.parts[0].compression.as_str(), jpeg_info.aovs[0].key.as_str()), ("JPEG", "rgba"));
    assert_eq!(png[0].data_window, jpeg[0].data_window);
    for (a, b) in png[0].channels.iter().zip(&jpeg[0].channels).take(3) {
        let difference = |i: usize| (a.samples.get(i).to_f64() - b.samples.get(i).to_f64()).abs();
        let mean = (0..a.samples.len()).map(difference).sum::<f64>() / a.samples.len() as f64;
        assert!(a.name == b.name && mean < 0.03, "{} {mean}", a.name);
    }
}
