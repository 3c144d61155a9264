//! Small questions about the AOVs of one file.

use crate::image::{Aov, ImageInfo};

/// `aovs` of one file in groups whose samples take no more than `bytes`, one AOV at least in each.
pub(super) fn groups<'a>(info: &ImageInfo, aovs: &[&'a Aov], bytes: u64) -> Vec<Vec<&'a Aov>> {
    let mut groups: Vec<Vec<&Aov>> = Vec::new();
    let mut taken = 0;
    for aov in aovs {
        let needed = info.aov_bytes(aov);
        match groups.last_mut() {
            Some(group) if taken + needed <= bytes => group.push(aov),
            _ => {
                groups.push(vec![aov]);
                taken = 0;
            }
        }
        taken += needed;
    }
    groups
}

/// Components of all its channels.
pub(super) fn component_names(aov: &Aov) -> Vec<String> {
    aov.channels.iter().map(|channel| channel.name.clone()).collect()
}

/// That a file has no such AOV, and what it has.
pub(super) fn lacks(info: &ImageInfo, key: &str) -> String {
    const SHOWN: usize = 12;
    let mut keys: Vec<&str> = info.aovs.iter().map(|aov| aov.key.as_str()).take(SHOWN).collect();
    if info.aovs.len() > SHOWN {
        keys.push("...");
    }
    format!("no AOV {key:?}; the file has {}: {:?}", keys.join(", "), info.path)
}
