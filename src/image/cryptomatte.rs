//! What the ids of a Cryptomatte are called, by the manifest that its writer left.
//!
//! The attributes and the manifest are those of Psyop's Cryptomatte specification, version 1.2:
//! `cryptomatte/<key>/name`, `manifest` (a JSON object from names to ids of eight hexadecimal digits) or
//! `manif_file` (a file beside the picture that holds it).

use std::collections::HashMap;

use serde::Serialize;

use super::{Aov, ImageInfo};

/// One Cryptomatte of a part, as its header tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cryptomatte {
    /// What its layers begin with: `crypto_object` of `crypto_object00`, `crypto_object01` ...
    pub name: String,
    /// Where its names are.
    pub manifest: Manifest,
}

/// Where the names of a Cryptomatte are. Headers are read for every frame, and manifests may have
/// megabytes: they are read when they are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Manifest {
    /// Nowhere.
    None,
    /// In the header.
    Header {
        /// The first byte of the text in the file.
        #[serde(skip)]
        offset: u64,
        /// Bytes of the text.
        bytes: u32,
    },
    /// In a file beside the picture.
    File(String),
}

/// Names by ids. Ids are the bits of the stored floats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectNames(HashMap<u32, String>);

impl ObjectNames {
    /// Of the text of a manifest.
    ///
    /// # Errors
    /// When it is no JSON object from names to hexadecimal numbers of 32 bits; says where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let ids: HashMap<String, String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let entry = |(name, id): (String, String)| match u32::from_str_radix(&id, 16) {
            Ok(id) => Ok((id, name)),
            Err(_) => Err(format!("the id of {name:?} is {id:?} and not eight hexadecimal digits")),
        };
        ids.into_iter().map(entry).collect::<Result<_, _>>().map(Self)
    }

    /// What the object of that id is called.
    pub fn name(&self, id: u32) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }

    /// Number of objects that have a name.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no object has a name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over the names of `other` for ids that have none here.
    pub fn complete_by(&mut self, other: Self) {
        for (id, name) in other.0 {
            self.0.entry(id).or_insert(name);
        }
    }
}

impl ImageInfo {
    /// The Cryptomatte that an AOV is a layer of; `None` where the header tells of none.
    pub fn cryptomatte(&self, aov: &Aov) -> Option<&Cryptomatte> {
        let part = self.parts.get(aov.part)?;
        let channel = aov.channels.first().and_then(|channel| part.channels.get(channel.index));
        let layer = channel.and_then(|channel| channel.name.rsplit_once('.')).map(|(layer, _)| layer);
        // Where each AOV has a part of its own, the part has the name.
        let layers = [layer, part.name.as_deref(), Some(aov.key.as_str())];
        let is_of = |crypto: &&Cryptomatte| layers.into_iter().flatten().any(|l| is_layer(l, &crypto.name));
        // The longest name fits best: `crypto` is the beginning of `crypto_object` too.
        part.cryptomattes.iter().filter(is_of).max_by_key(|crypto| crypto.name.len())
    }
}

/// Whether `layer` is `name` and a number, or `name` itself: the preview.
fn is_layer(layer: &str, name: &str) -> bool {
    let rest = layer.get(name.len()..).filter(|_| layer[..name.len()].eq_ignore_ascii_case(name));
    !name.is_empty() && rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_ids_and_a_wrong_manifest_is_told() {
        let names = ObjectNames::parse(r#"{"a \"b\" é": "00ff10AB", "c": "0"}"#).expect("a manifest");
        assert_eq!((names.len(), names.name(0x00ff_10ab), names.name(0)), (2, Some("a \"b\" é"), Some("c")));
        assert_eq!(names.name(1), None);
        for (text, part) in [("{\"a\": 5}", "line 1"), ("{\"a\": \"xyz\"}", "\"xyz\""), ("{\"a\"", "EOF")] {
            let error = ObjectNames::parse(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn layers_are_a_name_and_a_number() {
        assert!(is_layer("ViewLayer.CryptoObject00", "viewlayer.CryptoObject"));
        assert!(is_layer("crypto_object", "crypto_object"));
        assert!(!is_layer("crypto_object_depth", "crypto_object") && !is_layer("é", "ab"));
        assert!(!is_layer("00", ""));
    }
}
