//! Files become planes: compared with what other software reads from them.

mod build;
mod cryptomatte;
mod damaged;
mod deep;
mod deep_file;
mod exr;
mod flat;
mod invariants;
mod layouts;
mod luminance;
mod mutations;
mod names;
mod partly;
mod regions;

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

/// All AOVs of a file as far as they can be read, or the first of which nothing can.
fn read_partly(path: &Path) -> Result<(ImageInfo, Vec<Plane>), Error> {
    let info = info(path)?;
    let aovs: Vec<_> = info.aovs.iter().collect();
    let planes = codec::read_planes(&info, &aovs, &Limits::default());
    assert_eq!(planes.len(), aovs.len());
    Ok((info, planes.into_iter().collect::<Result<Vec<_>, _>>()?))
}

/// All AOVs of a file, or the first thing that went wrong with any of their pixels.
fn read_all(path: &Path) -> Result<(ImageInfo, Vec<Plane>), Error> {
    let (info, planes) = read_partly(path)?;
    match planes.iter().flat_map(|plane| &plane.unreadable).next() {
        None => Ok((info, planes)),
        Some(first) if first.incomplete => {
            Err(Error::Incomplete { reason: first.reason.clone(), path: path.to_owned() })
        }
        Some(first) => {
            let (place, reason) = (String::new(), first.reason.clone());
            Err(Error::Damaged { place, reason, path: path.to_owned() })
        }
    }
}
