//! EXR: every channel of every file, bit for bit as OpenEXR reads it.

use std::path::Path;

use aovscope::codec::{self, Limits};
use aovscope::image::{ImageInfo, SampleType};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support;

fn golden(root: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(root.join(name)).expect("the golden file is there");
    serde_json::from_str(&text).expect("the golden file is JSON")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn channels_are_bit_exact() {
    let root = support::any_data();
    let golden = golden(&root, "golden-exr.json");
    let mut failures = Vec::new();
    let mut channels = 0;
    for (file, expected) in golden["files"].as_object().expect("files") {
        match check_file(&root, file, expected) {
            Ok(count) => channels += count,
            Err(reason) => failures.push(format!("{file}: {reason}")),
        }
    }
    assert!(failures.is_empty(), "{} files differ:\n{}", failures.len(), failures.join("\n"));
    assert!(channels > 100, "only {channels} channels were compared");
}

fn check_file(root: &Path, file: &str, expected: &Value) -> Result<usize, String> {
    let info = codec::read_info(&root.join(file), &Limits::default());
    let parts = expected["parts"].as_array().filter(|parts| !parts.is_empty());
    let Some(parts) = parts else { return Ok(0) };
    let info = info.map_err(|error| error.to_string())?;
    if info.parts.len() != parts.len() {
        return Err(format!("{} parts instead of {}", info.parts.len(), parts.len()));
    }
    let mut count = 0;
    for (index, part) in parts.iter().enumerate() {
        count += check_part(&info, index, part).map_err(|reason| format!("part {index}: {reason}"))?;
    }
    Ok(count)
}

fn check_part(info: &ImageInfo, index: usize, expected: &Value) -> Result<usize, String> {
    let aovs: Vec<_> = info.aovs.iter().filter(|aov| aov.part == index).collect();
    let window = info.parts[index].data_window;
    let corners = [i64::from(window.x), i64::from(window.y), window.right() - 1, window.bottom() - 1];
    if expected["dataWindow"] != serde_json::json!(corners) {
        return Err(format!("data window {window} instead of {}", expected["dataWindow"]));
    }
    let mut count = 0;
    for (aov, plane) in aovs.iter().zip(codec::read_planes(info, &aovs, &Limits::default())) {
        let plane = plane.map_err(|error| error.to_string())?;
        for (channel, read) in aov.channels.iter().zip(&plane.channels) {
            let name = &info.parts[index].channels[channel.index].name;
            let golden = &expected["channels"][name];
            let dtype = match read.samples.sample_type() {
                SampleType::F16 => "float16",
                SampleType::F32 => "float32",
                _ => "uint32",
            };
            if golden["dtype"] != dtype || golden["sha256"] != sha256(read.samples.as_bytes()) {
                return Err(format!("channel {name:?} differs"));
            }
            count += 1;
        }
    }
    if count != expected["channels"].as_object().map_or(0, serde_json::Map::len) {
        return Err(format!("{count} channels"));
    }
    Ok(count)
}
