//! What the values of an AOV mean, told from its name, its components and their type.
//!
//! Renderers have no common vocabulary; the words below are those of Cycles, Mitsuba, Arnold, V-Ray,
//! Redshift, RenderMan, Karma, pbrt and Unreal. A wrong guess costs a colour map and the default
//! metric, which the user may name.

use super::naming::Component;
use super::{AovChannel, AovKind, SampleType};

/// What an AOV is called, for the purpose of its kind.
pub struct Naming<'a> {
    /// The layer, or the bare channel, or the part of bare colour channels.
    pub name: &'a str,
    /// Whether it is one of the bare X, Y and Z of a film in CIE XYZ.
    pub xyz_film: bool,
}

/// The kind of an AOV whose channels are in their final order.
pub fn kind_of(naming: &Naming<'_>, channels: &[AovChannel]) -> AovKind {
    let words = Words::of(naming.name);
    let shape = Shape::of(channels);
    if words.is_cryptomatte() {
        AovKind::Cryptomatte
    } else if channels.iter().all(|c| c.sample_type == SampleType::U32) || words.is_id() || is_index(channels)
    {
        AovKind::Id
    } else {
        match shape {
            Shape::Colour => coloured(&words),
            Shape::Vector => vector(&words),
            Shape::Uv => uv(&words),
            Shape::Mask => AovKind::Mask,
            Shape::Single => single(&words, naming, &channels[0].name),
            Shape::Other => AovKind::Scalar,
        }
    }
}

/// Which components there are.
enum Shape {
    /// Two or more of R, G, B, whatever else.
    Colour,
    /// X and Y at least.
    Vector,
    /// U and V at least.
    Uv,
    /// One channel that says to be coverage.
    Mask,
    /// One channel.
    Single,
    /// Several that form no known set (depth with its back, matte channels).
    Other,
}

impl Shape {
    fn of(channels: &[AovChannel]) -> Self {
        let has = |component| channels.iter().any(|c| Component::of(&c.name) == component);
        let colours = [Component::R, Component::G, Component::B].into_iter().filter(|&c| has(c)).count();
        match channels {
            _ if colours >= 2 => Self::Colour,
            _ if has(Component::X) && has(Component::Y) => Self::Vector,
            _ if has(Component::U) && has(Component::V) => Self::Uv,
            [only] if Component::of(&only.name) == Component::A || only.name.eq_ignore_ascii_case("mask") => {
                Self::Mask
            }
            [_] => Self::Single,
            _ if has(Component::Y) && has(Component::Ry) => Self::Colour,
            _ => Self::Other,
        }
    }
}

/// Vectors are often written as R, G, B.
fn coloured(words: &Words) -> AovKind {
    match vector(words) {
        AovKind::Vector if words.is_uv() => AovKind::Uv,
        AovKind::Vector if words.is_depth() => AovKind::Scalar,
        AovKind::Vector => AovKind::Colour,
        known => known,
    }
}

fn vector(words: &Words) -> AovKind {
    if words.is_normal() {
        AovKind::Normal
    } else if words.is_position() {
        AovKind::Position
    } else if words.is_motion() {
        AovKind::Motion
    } else {
        AovKind::Vector
    }
}

fn uv(words: &Words) -> AovKind {
    if words.is_motion() || words.any(&["forward", "backward"]) {
        AovKind::Motion
    } else if words.is_derivative() {
        AovKind::Vector
    } else {
        AovKind::Uv
    }
}

fn single(words: &Words, naming: &Naming<'_>, component: &str) -> AovKind {
    let component_kind = Component::of(component);
    let luminance = matches!(component_kind, Component::Y | Component::Ry | Component::By);
    let one_colour = matches!(component_kind, Component::R | Component::G | Component::B);
    if naming.xyz_film || (luminance && naming.name == component) {
        AovKind::Colour
    } else if words.is_mask() {
        AovKind::Mask
    } else if one_colour && !words.is_depth() {
        AovKind::Colour
    } else {
        AovKind::Scalar
    }
}

/// Mitsuba's `prim.I`, `shape.I`.
fn is_index(channels: &[AovChannel]) -> bool {
    matches!(channels, [only] if only.name.eq_ignore_ascii_case("i"))
}

/// A layer's name in lower case: as one string without separators, and as words.
struct Words {
    joined: String,
    words: Vec<String>,
}

impl Words {
    /// Of the last piece between dots that is not a view: `ViewLayer.Normal.left` is about `normal`.
    fn of(name: &str) -> Self {
        const VIEWS: [&str; 3] = ["left", "right", "main"];
        let is_view = |piece: &&str| VIEWS.iter().any(|view| view.eq_ignore_ascii_case(piece));
        let piece = name.rsplit('.').find(|piece| !piece.is_empty() && !is_view(piece)).unwrap_or(name);
        let words = words(piece);
        Self { joined: words.concat(), words }
    }

    fn any(&self, wanted: &[&str]) -> bool {
        self.words.iter().any(|word| wanted.contains(&word.as_str()))
    }

    fn is(&self, wanted: &[&str]) -> bool {
        wanted.contains(&self.joined.as_str())
    }

    /// `CryptoObject00`, `uCryptoAsset01`, Unreal's `ActorHitProxyMask00`; without the number it is
    /// the preview picture.
    fn is_cryptomatte(&self) -> bool {
        let digits = self.joined.bytes().rev().take_while(u8::is_ascii_digit).count();
        digits >= 2 && ["crypto", "hitproxymask"].iter().any(|word| self.joined.contains(word))
    }

    fn is_id(&self) -> bool {
        const THINGS: [&str; 12] = [
            "object",
            "ob",
            "material",
            "ma",
            "mtl",
            "prim",
            "primitive",
            "shape",
            "instance",
            "face",
            "mesh",
            "pass",
        ];
        let about = |words: &[String]| words.iter().any(|word| THINGS.contains(&word.as_str()));
        match self.words.as_slice() {
            [.., last] if last == "id" || last == "ids" => true,
            [only] if only == "index" => true,
            [first, ..] if first == "index" => about(&self.words[1..]),
            [.., last] if last == "index" => about(&self.words),
            _ => {
                self.is(&["objectid", "materialid", "instanceid", "primid", "shapeid", "renderid", "nodeid"])
            }
        }
    }

    fn is_normal(&self) -> bool {
        let named = self.joined.contains("normal") && !self.joined.contains("normali");
        named || self.is(&["n", "ns", "ng", "nn", "nf", "nworld", "ncamera", "nw", "nc"])
    }

    fn is_position(&self) -> bool {
        let named = self.joined.contains("position") || self.any(&["pos", "point"]);
        named || self.is(&["p", "pp", "pworld", "pcamera", "pref", "pw", "pc", "po"])
    }

    fn is_motion(&self) -> bool {
        let named = ["motion", "velocity"].iter().any(|word| self.joined.contains(word));
        // `Vector` is what Cycles calls its motion pass.
        named || self.is(&["vector", "speed", "mv", "flow"])
    }

    fn is_depth(&self) -> bool {
        self.joined.contains("depth") || self.is(&["z", "pz"])
    }

    fn is_uv(&self) -> bool {
        self.joined.contains("texcoord") || self.any(&["uv", "uvs", "uvw", "st"])
    }

    fn is_derivative(&self) -> bool {
        self.words
            .first()
            .is_some_and(|word| ["duv", "dp", "dndu", "dndv", "dpdu", "dpdv"].contains(&word.as_str()))
    }

    fn is_mask(&self) -> bool {
        self.any(&["mask", "matte", "alpha", "coverage", "opacity"]) || self.is(&["a", "af"])
    }
}

/// Splits at anything that is no letter or digit, before a capital that follows a small letter, and
/// before the last of several capitals that a small letter follows: `IndexOB`, `VRayZDepth`, `objectID`.
fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (i, &letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).map_or(' ', |i| letters[i]);
        let after = letters.get(i + 1).copied().unwrap_or(' ');
        let starts = letter.is_uppercase()
            && (before.is_lowercase() || (before.is_uppercase() && after.is_lowercase()));
        if !letter.is_alphanumeric() || starts {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("never empty").extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
