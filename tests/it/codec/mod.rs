//! Files become planes: compared with what other software reads from them.

mod build;
mod damaged;
mod exr;
mod flat;
mod invariants;
mod layouts;
mod mutations;
mod names;

use std::path::Path;

use aovscope::codec::{self, Error, Limits};
use aovscope::image::{ImageInfo, Plane};
use serde_json::Value;

fn golden(root: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(root.join(name)).expect("the golden file is there");
    // Python writes what JSON has no word for; no test here looks at those figures.
    let words = [":-Infinity", ":Infinity", ":NaN"];
    let text = words.iter().fold(text, |text, word| text.replace(word, ":null"));
    serde_json::from_str(&text).expect("the golden file is JSON")
}

fn info(path: &Path) -> Result<ImageInfo, Error> {
    codec::read_info(path, &Limits::default())
}

/// All AOVs of a file, or the first thing that went wrong.
fn read_all(path: &Path) -> Result<(ImageInfo, Vec<Plane>), Error> {
    let info = info(path)?;
    let aovs: Vec<_> = info.aovs.iter().collect();
    let planes = codec::read_planes(&info, &aovs, &Limits::default());
    assert_eq!(planes.len(), aovs.len());
    let planes = planes.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok((info, planes))
}
