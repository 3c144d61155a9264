//! Names of the objects in a Cryptomatte, as the specification of Psyop writes them.
//!
//! A Cryptomatte is a set of layers (`CryptoObject00`, `CryptoObject01` ...) whose channels are
//! pairs: the bits of a float that are the id of an object, and how much of the pixel it covers.
//! An id is a hash of the object's name; the manifest in the header tells which name.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::{Aov, ImageInfo, Sample, SampleType};

/// What a header says of one Cryptomatte: the attributes `cryptomatte/<key>/...`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cryptomatte {
    /// What its attributes are filed under (`542cafa`).
    pub key: String,
    /// Its layers are called so, with two digits behind; empty where the header does not say.
    pub name: String,
    /// How names become ids (`MurmurHash3_32`).
    pub hash: Option<String>,
    /// How ids become floats (`uint32_to_float32`).
    pub conversion: Option<String>,
    /// Where the manifest lies in the file. It is not kept: that of a large scene has megabytes, and
    /// every frame has one.
    #[serde(skip)]
    pub manifest: Option<ManifestSpan>,
    /// The file beside the image that holds the manifest instead.
    pub manif_file: Option<String>,
}

/// Bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManifestSpan {
    /// Of the first byte.
    pub offset: u64,
    /// How many.
    pub bytes: u32,
}

impl ImageInfo {
    /// What the file says of the Cryptomatte of which `aov` is a layer, and the part that says it:
    /// its own, else any, because some writers tell it in one part alone.
    pub fn cryptomatte(&self, aov: &Aov) -> Option<(usize, &Cryptomatte)> {
        if !is_pairs(aov) {
            return None;
        }
        let names = self.layer_names(aov);
        let of_part = |part: usize| {
            let declared = self.parts[part].cryptomattes.iter();
            declared.map(move |cryptomatte| (part, cryptomatte))
        };
        let others = (0..self.parts.len()).filter(|&part| part != aov.part);
        let mut all = of_part(aov.part).chain(others.flat_map(of_part));
        all.find(|(_, cryptomatte)| names.iter().any(|layer| is_layer(layer, &cryptomatte.name)))
    }

    /// What the layer of `aov` may be called: by its channels, by its part, by its key.
    fn layer_names<'a>(&'a self, aov: &'a Aov) -> Vec<&'a str> {
        let part = &self.parts[aov.part];
        let channel = aov.channels.first().and_then(|first| part.channels.get(first.index));
        let layer = channel.and_then(|channel| channel.name.rsplit_once('.')).map(|(layer, _)| layer);
        layer.into_iter().chain(part.name.as_deref()).chain([aov.key.as_str()]).collect()
    }
}

/// Whether the channels are pairs of id bits, which take a float, and coverage.
fn is_pairs(aov: &Aov) -> bool {
    let is_float = aov.channels.iter().all(|channel| channel.sample_type == SampleType::F32);
    is_float && aov.channels.len() >= 2 && aov.channels.len().is_multiple_of(2)
}

/// Whether `layer` is `name` with two digits behind.
fn is_layer(layer: &str, name: &str) -> bool {
    let rank = layer.strip_prefix(name).filter(|_| !name.is_empty());
    rank.is_some_and(|rank| rank.len() == 2 && rank.bytes().all(|byte| byte.is_ascii_digit()))
}

/// One object in a pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covering {
    /// Its id.
    pub id: u32,
    /// How much of the pixel it covers, 0 to 1.
    pub coverage: f64,
}

/// The objects in a pixel of one layer: those of its pairs that cover some of it.
pub fn coverings(pixel: &[Sample]) -> impl Iterator<Item = Covering> {
    let pairs = pixel.chunks_exact(2);
    let objects = pairs.map(|pair| Covering { id: pair[0].bits(), coverage: pair[1].to_f64() });
    objects.filter(|object| object.coverage != 0.0)
}

/// Which object has which id: a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectNames {
    /// By id; those of one id as the file has them.
    names: Vec<(u32, String)>,
}

impl ObjectNames {
    /// Reads a JSON object whose keys are names and whose values are ids of up to 8 hexadecimal
    /// digits. Text that is no UTF-8 is read as far as it is.
    ///
    /// # Errors
    /// What is wrong with it and where.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(text);
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let names = reader.deserialize_map(Names).and_then(|names| reader.end().map(|()| names));
        let mut names = names.map_err(|error| error.to_string())?;
        names.sort_by_key(|(id, _)| *id);
        Ok(Self { names })
    }

    /// How many objects are named.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of the object of that id; the names, where a hash came out the same for several.
    pub fn name(&self, id: u32) -> Option<String> {
        let first = self.names.partition_point(|(other, _)| *other < id);
        let same = self.names[first..].iter().take_while(|(other, _)| *other == id);
        let names: Vec<&str> = same.map(|(_, name)| name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(" or "))
    }

    /// The id of the object of that name.
    pub fn id(&self, name: &str) -> Option<u32> {
        self.names.iter().find(|(_, other)| other == name).map(|(id, _)| *id)
    }

    /// Takes over the names of `other` for ids that have none here.
    pub fn complete_by(&mut self, other: Self) {
        let mut new = other.names;
        new.retain(|(id, _)| self.names.binary_search_by_key(id, |(id, _)| *id).is_err());
        self.names.extend(new);
        self.names.sort_by_key(|(id, _)| *id);
    }

    /// All names with their ids, by id.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.names.iter().map(|(id, name)| (*id, name.as_str()))
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<(u32, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names and ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut names = Vec::new();
        while let Some((name, digits)) = map.next_entry::<String, String>()? {
            let is_hex = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let id = u32::from_str_radix(&digits, 16).ok().filter(|_| is_hex).ok_or_else(|| {
                let reason = format!("the id {digits:?} of {name:?} is not of 8 hexadecimal digits");
                serde::de::Error::custom(reason)
            })?;
            names.push((id, name));
        }
        Ok(names)
    }
}

/// The id that an object of that name has: MurmurHash3 (32 bits, x86, seed 0), its exponent changed
/// where it would make a float that is not normal (`uint32_to_float32`).
pub fn id_of_name(name: &str) -> u32 {
    let hash = murmur3(name.as_bytes());
    match hash >> 23 & 0xff {
        0 | 0xff => hash ^ 1 << 23,
        _ => hash,
    }
}

fn murmur3(bytes: &[u8]) -> u32 {
    let scrambled = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let mut hash = 0_u32;
    let (blocks, rest) = bytes.as_chunks::<4>();
    for block in blocks {
        hash ^= scrambled(u32::from_le_bytes(*block));
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    hash ^= scrambled(u32::from_le_bytes(last));
    hash ^= bytes.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Blender, Arnold and V-Ray wrote them.
    const WRITTEN: &str = r#"{"Ground":"24950135","Ball":"74d3ebe9","Cube":"a8fce865","Cloth":"d7b35f1e",
        "Key":"91cc5916","Rim":"57d83549","object":"055ec73d","World":"89408cc1",
        "toroidal_asset":"1539c043","heroflower":"6b2b718d",
        "name containing a \"quote\"  ":"af8bfa09","name_containing\/slash":"b0a04231",
        "равнина":"9623511e","name, with, comma":"62fa4db8"}"#;

    #[test]
    fn an_id_is_the_hash_of_a_name() {
        let manifest = ObjectNames::parse(WRITTEN.as_bytes()).expect("a manifest");
        assert_eq!(manifest.len(), 14);
        for (id, name) in manifest.iter() {
            assert_eq!(format!("{:08x}", id_of_name(name)), format!("{id:08x}"), "{name}");
            assert_eq!(manifest.name(id).as_deref(), Some(name));
            assert_eq!(manifest.id(name), Some(id));
        }
        assert_eq!(manifest.name(1), None);
    }

    #[test]
    fn no_id_is_a_float_that_a_program_may_change() {
        let mut changed = 0;
        for name in (0..4096).map(|i| format!("object{i}")) {
            let id = id_of_name(&name);
            assert!(f32::from_bits(id).is_normal(), "{name}");
            changed += u32::from(id != murmur3(name.as_bytes()));
        }
        // 2 of 256 exponents.
        assert!((8..80).contains(&changed), "{changed}");
    }

    #[test]
    fn one_id_may_have_several_names() {
        let manifest = ObjectNames::parse(b"{\"b\": \"2A\", \"a\": \"0000002a\"}\0").expect("a manifest");
        assert_eq!(manifest.name(42).as_deref(), Some("b or a"));
        let mut more = ObjectNames::parse(br#"{"c": "2b"}"#).expect("a manifest");
        more.complete_by(manifest);
        more.complete_by(ObjectNames::parse(br#"{"other": "2a", "d": "1"}"#).expect("a manifest"));
        let names = [1, 42, 43].map(|id| more.name(id));
        assert_eq!(names, ["d", "b or a", "c"].map(|name| Some(name.to_owned())));
        assert!(ObjectNames::parse(b" \0").expect("nothing").is_empty());
    }

    #[test]
    fn what_is_no_manifest_is_told() {
        for (text, reason) in [
            ("{\"a\":\"24950135\"", "EOF"),
            ("{\"a\":12}", "expected a string"),
            ("{\"a\":\"249501350\"}", "the id \"249501350\" of \"a\" is not of 8 hexadecimal digits"),
            ("{\"a\":\"+2495013\"}", "hexadecimal"),
            ("[]", "an object of names and ids"),
            ("{} more", "trailing"),
        ] {
            let error = ObjectNames::parse(text.as_bytes()).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_layer_is_a_name_and_two_digits() {
        assert!(is_layer("ViewLayer.CryptoObject00", "ViewLayer.CryptoObject"));
        for (layer, name) in [("a", "a"), ("a1", "a"), ("a0x", "a"), ("a000", "a"), ("00", ""), ("b00", "a")]
        {
            assert!(!is_layer(layer, name), "{layer} {name}");
        }
    }
}
