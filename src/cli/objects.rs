//! `--object NAME`: the pixels that an object of a Cryptomatte covers in the first frame.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{anyhow, bail};

use crate::codec::{Limits, read_info, read_object_names, read_planes};
use crate::engine::{Against, Plan, Probe, pixels_with_ids};
use crate::image::cryptomatte::id_of_name;
use crate::image::{Aov, AovKind, ImageInfo};

/// Names that a message gives.
const MOST_NAMES: usize = 12;

/// A mask for each name: of the reference, or of the first sequence where there is none.
///
/// # Errors
/// When the frame cannot be read or has no such object.
pub(super) fn masks(names: &[String], plan: &Plan) -> anyhow::Result<Vec<Probe>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let path = first_frame(plan)?;
    let info = read_info(path, &Limits::default())?;
    let layers = first_layers(&info);
    if layers.is_empty() {
        bail!("--object needs a Cryptomatte, and the first frame has none: {path:?}");
    }
    names.iter().map(|name| mask(name, &info, &layers)).collect()
}

fn first_frame(plan: &Plan) -> anyhow::Result<&Path> {
    let sequence = match &plan.against {
        Against::Sequence { reference, .. } => Some(reference),
        _ => plan.candidates.first(),
    };
    let is_taken = |number: Option<i64>| match (&plan.frames, number) {
        (Some(frames), Some(number)) => frames.contains(number),
        _ => true,
    };
    let mut frames = sequence.into_iter().flat_map(|sequence| &sequence.frames);
    let first = frames.find(|frame| is_taken(frame.number));
    first.map(|frame| frame.path.as_path()).ok_or_else(|| anyhow!("no frame to find the objects in"))
}

/// The layer of each Cryptomatte that has the objects that cover most.
fn first_layers(info: &ImageInfo) -> Vec<&Aov> {
    let mut seen = BTreeSet::new();
    let mut layers: Vec<&Aov> =
        info.aovs.iter().filter(|aov| aov.kind == AovKind::Cryptomatte && aov.channels.len() >= 2).collect();
    layers.sort_by(|a, b| a.key.cmp(&b.key));
    layers.retain(|aov| {
        let declared = info.cryptomatte(aov).map(|(_, cryptomatte)| cryptomatte.name.as_str());
        seen.insert(declared.unwrap_or(aov.key.trim_end_matches(|c: char| c.is_ascii_digit())))
    });
    layers
}

fn mask(name: &str, info: &ImageInfo, layers: &[&Aov]) -> anyhow::Result<Probe> {
    let (mut known, mut is_named) = (BTreeSet::new(), false);
    for aov in layers {
        let names = read_object_names(info, aov)?;
        let declared = names.as_ref().and_then(|names| names.id(name));
        is_named |= declared.is_some();
        // Where the file names nothing, the name's hash is the id all the same.
        let id = match &names {
            Some(_) => declared,
            None => Some(id_of_name(name)),
        };
        known.extend(names.iter().flat_map(|names| names.iter()).map(|(_, name)| name.to_owned()));
        let Some(id) = id else { continue };
        let plane = read_planes(info, &[aov], &Limits::default()).remove(0)?;
        if let Some(placed) = pixels_with_ids(&plane, &[id]) {
            return Ok(Probe::mask(name.to_owned(), placed));
        }
    }
    let path = &info.path;
    if is_named {
        bail!("the object {name:?} is nowhere the one that covers most of a pixel: {path:?}");
    }
    let more = if known.len() > MOST_NAMES { " ..." } else { "" };
    let known: Vec<String> = known.into_iter().take(MOST_NAMES).collect();
    bail!("no object is named {name:?}; there are {}{more}: {path:?}", known.join(", "));
}
