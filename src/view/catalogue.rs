//! The opened sequences, and the AOVs that they have between them.

use std::path::Path;

use crate::image::{Aov, AovKind, ImageInfo};
use crate::sequence::{Sequence, name_apart};

/// One opened sequence.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its files.
    pub sequence: Sequence,
    /// Whether it takes part: is compared, has curves and a strip.
    pub shown: bool,
    /// What its first readable file holds, or why none can be read.
    pub info: Result<ImageInfo, String>,
}

impl Entry {
    /// Numbers inside its range that no file has.
    pub fn missing(&self) -> Vec<i64> {
        let frames = &self.sequence.frames;
        let numbers = frames.iter().filter_map(|frame| frame.number);
        let later = frames.iter().skip(1).filter_map(|frame| frame.number);
        numbers.zip(later).flat_map(|(a, b)| a.saturating_add(1)..b).take(100_000).collect()
    }
}

/// One AOV, by the union over the sequences that take part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AovEntry {
    /// Its key.
    pub key: String,
    /// What its values mean.
    pub kind: AovKind,
    /// Component names, in order.
    pub channels: Vec<String>,
    /// How many of the sequences that take part have it.
    pub present_in: usize,
}

/// The opened sequences.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
    revision: u64,
}

impl Catalogue {
    /// In the order in which they were opened.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Another number whenever sequences came, went, or changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Adds sequences; one that is open already (by its pattern) is read anew in its place.
    /// Names tell all that are open apart.
    pub fn open(&mut self, opened: Vec<Entry>) {
        self.revision += 1;
        for entry in opened {
            let same = |e: &&mut Entry| e.sequence.pattern == entry.sequence.pattern;
            match self.entries.iter_mut().find(same) {
                // The user's choice stays, unless there was nothing to choose.
                Some(present) if present.info.is_ok() => {
                    *present = Entry { shown: present.shown, ..entry };
                }
                Some(present) => *present = entry,
                None => self.entries.push(entry),
            }
        }
        let mut sequences: Vec<Sequence> = self.entries.iter().map(|entry| entry.sequence.clone()).collect();
        name_apart(&mut sequences);
        self.entries.iter_mut().zip(sequences).for_each(|(entry, sequence)| entry.sequence = sequence);
    }

    /// Closes one.
    pub fn close(&mut self, index: usize) {
        if index < self.entries.len() {
            self.revision += 1;
            self.entries.remove(index);
        }
    }

    /// Lets one take part, or not.
    pub fn set_shown(&mut self, index: usize, shown: bool) {
        if let Some(entry) = self.entries.get_mut(index) {
            self.revision += u64::from(entry.shown != shown);
            entry.shown = shown;
        }
    }

    /// Indices of those that take part.
    pub fn shown(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().enumerate().filter(|(_, entry)| entry.shown).map(|(index, _)| index)
    }

    /// How well two sequences can be compared: same kind of file, then frames that both have.
    pub fn likeness(&self, a: usize, b: usize) -> (bool, usize) {
        let (a, b) = (&self.entries[a], &self.entries[b]);
        let format = |entry: &Entry| entry.info.as_ref().ok().map(|info| info.format);
        let common = a.sequence.frames.iter().filter(|frame| b.sequence.path(frame.number).is_some()).count();
        (format(a).is_some() && format(a) == format(b), common)
    }

    /// The file of a sequence that stands at `frame` of the timeline. Where all that take part
    /// are single files, they meet whatever their numbers.
    pub fn path(&self, index: usize, frame: i64) -> Option<&Path> {
        let sequence = &self.entries.get(index)?.sequence;
        if self.all_single() {
            return Some(&sequence.frames.first()?.path);
        }
        sequence.path(Some(frame)).or_else(|| sequence.path(None).filter(|_| frame == 0))
    }

    /// Frame numbers of the timeline: those that some sequence that takes part has.
    pub fn frames(&self) -> Vec<i64> {
        let number = |frame: &crate::sequence::Frame| frame.number.unwrap_or(0);
        if self.all_single() {
            let first = self.shown().next().and_then(|i| self.entries[i].sequence.frames.first());
            return first.map(number).into_iter().collect();
        }
        let shown = self.shown().flat_map(|i| self.entries[i].sequence.frames.iter());
        let mut frames: Vec<i64> = shown.map(number).collect();
        frames.sort_unstable();
        frames.dedup();
        frames
    }

    /// AOVs in the order in which the sequences have them. An AOV's key matches whatever its case.
    pub fn aovs(&self) -> Vec<AovEntry> {
        let mut aovs: Vec<AovEntry> = Vec::new();
        for index in self.shown() {
            let Ok(info) = &self.entries[index].info else { continue };
            for aov in &info.aovs {
                match aovs.iter_mut().find(|entry| entry.key.eq_ignore_ascii_case(&aov.key)) {
                    Some(entry) => entry.present_in += 1,
                    None => aovs.push(new_entry(aov)),
                }
            }
        }
        aovs
    }

    fn all_single(&self) -> bool {
        self.shown().all(|i| self.entries[i].sequence.frames.len() == 1)
    }
}

fn new_entry(aov: &Aov) -> AovEntry {
    let channels = aov.channels.iter().map(|channel| channel.name.clone()).collect();
    AovEntry { key: aov.key.clone(), kind: aov.kind, channels, present_in: 1 }
}
