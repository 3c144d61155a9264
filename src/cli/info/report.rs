//! What `aovscope info` tells, as plain data: the JSON output is exactly this.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::codec::{Limits, read_info, read_object_names};
use crate::image::{Aov, ImageInfo, ObjectNames};
use crate::sequence::{Frame, Sequence};

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `aovscope-info`.
    pub schema: &'static str,
    /// Raised when the meaning of a field changes.
    pub version: u32,
    /// In the order of the paths given.
    pub sequences: Vec<SequenceReport>,
    /// What was named or met but gives no frames.
    pub skipped: Vec<Skipped>,
}

/// Something that gives no frames.
#[derive(Clone, Debug, Serialize)]
pub struct Skipped {
    /// What.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// One sequence.
#[derive(Clone, Debug, Serialize)]
pub struct SequenceReport {
    /// Short name, unique in the report.
    pub name: String,
    /// How the files are written.
    pub pattern: String,
    /// Number of files.
    pub frames: usize,
    /// Least frame number; null for a file without one.
    pub first: Option<i64>,
    /// Largest frame number; null for a file without one.
    pub last: Option<i64>,
    /// Distance of neighbouring frames.
    pub step: i64,
    /// The numbers that are there: `1-20,22-24`.
    pub ranges: String,
    /// Missing numbers as [first, last] of each run.
    pub gaps: Vec<(i64, i64)>,
    /// The first frame that can be read; null where none can.
    pub image: Option<ImageReport>,
    /// Where headers differ from those of the frame before.
    pub changes: Vec<Change>,
    /// Frames that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Frames whose file is not finished; what is there can be read.
    pub incomplete: Vec<Unfinished>,
}

/// What the files hold, by their first readable frame.
#[derive(Clone, Debug, Serialize)]
pub struct ImageReport {
    /// Its number.
    pub frame: Option<i64>,
    /// All that its header says.
    #[serde(flatten)]
    pub info: ImageInfo,
    /// Cryptomattes that the header declares, in the order of their first layers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cryptomattes: Vec<CryptomatteReport>,
}

/// One Cryptomatte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CryptomatteReport {
    /// What its layers begin with.
    pub name: String,
    /// Keys of the AOVs that are its layers.
    pub aovs: Vec<String>,
    /// How many objects have names; null where the file names none.
    pub objects: Option<usize>,
    /// Names with their ids as 8 hexadecimal digits, by id.
    pub names: Vec<(String, String)>,
    /// Why the names cannot be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A frame whose header differs from that of the readable frame before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// From this frame on.
    pub frame: Option<i64>,
    /// What, in words: `AOV Depth is gone`.
    pub what: Vec<String>,
}

/// A frame that cannot be read.
#[derive(Clone, Debug, Serialize)]
pub struct Unreadable {
    /// Its number.
    pub frame: Option<i64>,
    /// The file.
    pub path: PathBuf,
    /// Whether it looks cut short or still being written, rather than damaged.
    pub incomplete: bool,
    /// Why.
    pub reason: String,
}

/// A frame whose file is still being written or cut short, though its header is whole.
#[derive(Clone, Debug, Serialize)]
pub struct Unfinished {
    /// Its number.
    pub frame: Option<i64>,
    /// The file.
    pub path: PathBuf,
    /// What is missing.
    pub reason: String,
}

impl Report {
    pub(super) fn new(sequences: Vec<SequenceReport>, skipped: Vec<(PathBuf, String)>) -> Self {
        let skipped = skipped.into_iter().map(|(path, reason)| Skipped { path, reason }).collect();
        Self { schema: "aovscope-info", version: 1, sequences, skipped }
    }

    /// Whether every frame that was found can be read, to its end.
    pub fn is_complete(&self) -> bool {
        self.sequences.iter().all(|sequence| sequence.unreadable.is_empty() && sequence.incomplete.is_empty())
    }
}

/// Reads all headers of a sequence.
pub(super) fn sequence(sequence: &Sequence, limits: &Limits) -> SequenceReport {
    let read = |frame: &Frame| read_info(&frame.path, limits);
    let headers: Vec<_> = sequence.frames.par_iter().map(read).collect();
    let mut unreadable = Vec::new();
    let mut readable: Vec<(Option<i64>, ImageInfo)> = Vec::new();
    for (frame, header) in sequence.frames.iter().zip(headers) {
        match header {
            Ok(info) => readable.push((frame.number, info)),
            Err(error) => unreadable.push(Unreadable {
                frame: frame.number,
                path: frame.path.clone(),
                incomplete: error.is_incomplete(),
                reason: without_path(&error.to_string(), &frame.path),
            }),
        }
    }
    let changes = changes(&readable);
    let incomplete = readable.iter().filter_map(|(frame, info)| unfinished(*frame, info)).collect();
    SequenceReport {
        name: sequence.name.clone(),
        pattern: sequence.pattern.clone(),
        frames: sequence.frames.len(),
        first: sequence.range().map(|(first, _)| first),
        last: sequence.range().map(|(_, last)| last),
        step: sequence.step(),
        ranges: sequence.ranges_text(),
        gaps: sequence.gaps(),
        image: readable.into_iter().next().map(|(frame, info)| ImageReport::new(frame, info)),
        changes,
        unreadable,
        incomplete,
    }
}

impl ImageReport {
    fn new(frame: Option<i64>, info: ImageInfo) -> Self {
        let cryptomattes = cryptomattes(&info);
        Self { frame, info, cryptomattes }
    }
}

fn cryptomattes(info: &ImageInfo) -> Vec<CryptomatteReport> {
    let mut all: Vec<CryptomatteReport> = Vec::new();
    for aov in &info.aovs {
        let Some((_, cryptomatte)) = info.cryptomatte(aov) else { continue };
        match all.iter_mut().find(|told| told.name == cryptomatte.name) {
            Some(told) => told.aovs.push(aov.key.clone()),
            None => all.push(cryptomatte_report(info, aov, &cryptomatte.name)),
        }
    }
    all
}

fn cryptomatte_report(info: &ImageInfo, aov: &Aov, name: &str) -> CryptomatteReport {
    let (names, problem) = match read_object_names(info, aov) {
        Ok(names) => (names, None),
        Err(error) => (None, Some(without_path(&error.to_string(), &info.path))),
    };
    let with_id = |(id, name): (u32, &str)| (name.to_owned(), format!("{id:08x}"));
    CryptomatteReport {
        name: name.to_owned(),
        aovs: vec![aov.key.clone()],
        objects: names.as_ref().map(ObjectNames::len),
        names: names.iter().flat_map(|names| names.iter().map(with_id)).collect(),
        problem,
    }
}

fn unfinished(frame: Option<i64>, info: &ImageInfo) -> Option<Unfinished> {
    let reason = without_path(info.incomplete.as_ref()?, &info.path);
    Some(Unfinished { frame, path: info.path.clone(), reason })
}

/// The reason alone: the frame is told beside it.
fn without_path(message: &str, path: &Path) -> String {
    message.strip_suffix(&format!(": {path:?}")).unwrap_or(message).to_owned()
}

fn changes(readable: &[(Option<i64>, ImageInfo)]) -> Vec<Change> {
    let change = |pair: &[(Option<i64>, ImageInfo)]| {
        let what = differences(&pair[0].1, &pair[1].1);
        (!what.is_empty()).then_some(Change { frame: pair[1].0, what })
    };
    readable.windows(2).filter_map(change).collect()
}

/// How the header `after` differs from `before`: size, compression, AOVs, channels, types.
fn differences(before: &ImageInfo, after: &ImageInfo) -> Vec<String> {
    let mut what = Vec::new();
    if before.parts.len() != after.parts.len() {
        what.push(format!("{} parts, before {}", after.parts.len(), before.parts.len()));
    }
    for (index, (old, new)) in before.parts.iter().zip(&after.parts).enumerate() {
        let part = if after.parts.len() > 1 { format!("part {index}: ") } else { String::new() };
        let mut changed = |name: &str, old: String, new: String| {
            if old != new {
                what.push(format!("{part}{name} {new}, before {old}"));
            }
        };
        changed("display window", old.display_window.to_string(), new.display_window.to_string());
        changed("data window", old.data_window.to_string(), new.data_window.to_string());
        changed("compression", old.compression.clone(), new.compression.clone());
    }
    aov_differences(before, after, &mut what);
    what
}

fn aov_differences(before: &ImageInfo, after: &ImageInfo, what: &mut Vec<String>) {
    let same_key = |info: &ImageInfo, aov: &Aov| info.aovs.iter().find(|other| other.key == aov.key).cloned();
    for old in &before.aovs {
        match same_key(after, old) {
            None => what.push(format!("AOV {} is gone", old.key)),
            Some(new) if channels(&new) != channels(old) => {
                what.push(format!("AOV {}: {}, before {}", old.key, channels(&new), channels(old)));
            }
            Some(_) => {}
        }
    }
    for new in after.aovs.iter().filter(|new| same_key(before, new).is_none()) {
        what.push(format!("AOV {} is new ({})", new.key, channels(new)));
    }
}

/// `R G B half`, or `R half, Z float` where types differ.
fn channels(aov: &Aov) -> String {
    let runs = aov.channels.chunk_by(|a, b| a.sample_type == b.sample_type);
    let run = |run: &[crate::image::AovChannel]| {
        let names: Vec<_> = run.iter().map(|channel| channel.name.as_str()).collect();
        format!("{} {}", names.join(" "), run[0].sample_type.name())
    };
    runs.map(run).collect::<Vec<_>>().join(", ")
}
