//! Channels become AOVs: which belong together, under which key, in which order.
//!
//! The layer is everything before the last dot of a channel's name; renderers and compositors agree
//! on nothing else. Bare R, G, B (and A) form `rgba`, bare Y, RY and BY (and A) form `yc`; any other
//! bare channel stands alone, an A without colour too.

use super::kind::{Naming, kind_of};
use super::{Aov, AovChannel, AovKind, ChannelInfo, PartInfo, SampleType};

/// Groups the channels of all parts. Order: parts in file order, then the first channel.
///
/// Keys are unique: where two would be the same, the part's name goes in front (`part/key`), or its
/// view where parts have no names.
pub fn group_aovs(parts: &[PartInfo]) -> Vec<Aov> {
    let mut aovs = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        // The name of the only part says nothing about its AOVs.
        let name = part.name.as_deref().filter(|_| parts.len() > 1);
        aovs.extend(group_part(index, name, part));
    }
    tell_apart(&mut aovs, parts);
    aovs
}

/// The AOVs of one part, under keys that are not yet unique in the file.
fn group_part(index_of_part: usize, part_name: Option<&str>, part: &PartInfo) -> Vec<Aov> {
    let bare = Bare::of(&part.channels);
    let deep = part.layout.is_deep();
    let mut groups: Vec<(Layer<'_>, Aov)> = Vec::new();
    for (index, channel) in part.channels.iter().enumerate() {
        let (layer, component) = match bare.split(&channel.name) {
            (_, name) if deep && index + 1 == part.channels.len() => (Layer::SampleCounts(name), name),
            split => split,
        };
        let flattened = deep && channel.sample_type.is_float();
        let sample_type = if flattened { SampleType::F32 } else { channel.sample_type };
        let member = AovChannel { name: component.to_owned(), index, sample_type };
        if let Some((_, aov)) = groups.iter_mut().find(|(other, _)| *other == layer) {
            aov.channels.push(member);
        } else {
            let key = layer.key().to_owned();
            let (kind, part) = (AovKind::Scalar, index_of_part);
            groups.push((layer, Aov { key, kind, part, channels: vec![member] }));
        }
    }
    let finish = |(layer, mut aov): (Layer<'_>, Aov)| {
        order(&mut aov.channels);
        let layer = match layer {
            Layer::SampleCounts(_) => return aov,
            Layer::Named(name) => Naming { name, xyz_film: false },
            Layer::Rgba | Layer::LuminanceChroma => {
                Naming { name: part_name.unwrap_or(aov.key.as_str()), xyz_film: false }
            }
            Layer::Single(name) => Naming { name, xyz_film: bare.xyz },
        };
        aov.kind = kind_of(&layer, &aov.channels);
        aov
    };
    groups.into_iter().map(finish).collect()
}

/// Where a channel belongs inside its part.
#[derive(PartialEq)]
enum Layer<'a> {
    /// Before the last dot.
    Named(&'a str),
    /// Bare R, G, B, A.
    Rgba,
    /// Bare Y, RY, BY, A.
    LuminanceChroma,
    /// Any other bare channel.
    Single(&'a str),
    /// [`ChannelInfo::sample_counts`].
    SampleCounts(&'a str),
}

impl<'a> Layer<'a> {
    const fn key(&self) -> &'a str {
        match self {
            Self::Named(name) | Self::Single(name) | Self::SampleCounts(name) => name,
            Self::Rgba => "rgba",
            Self::LuminanceChroma => "yc",
        }
    }
}

/// Which channels without a layer a part has.
struct Bare {
    colour: bool,
    /// Y, RY and BY.
    luminance_chroma: bool,
    /// X, Y and Z: a film in CIE XYZ, so that Z is no depth.
    xyz: bool,
}

impl Bare {
    fn of(channels: &[ChannelInfo]) -> Self {
        let has = |component| channels.iter().any(|c| Component::of(&c.name) == component);
        let colour = has(Component::R) || has(Component::G) || has(Component::B);
        let luminance_chroma = has(Component::Y) && has(Component::Ry) && has(Component::By);
        Self { colour, luminance_chroma, xyz: has(Component::X) && has(Component::Y) && has(Component::Z) }
    }

    /// Layer and component of a channel.
    fn split<'a>(&self, channel: &'a str) -> (Layer<'a>, &'a str) {
        match channel.rsplit_once('.') {
            Some((layer, component)) if !layer.is_empty() && !component.is_empty() => {
                (Layer::Named(layer), component)
            }
            _ if self.colour && Component::of(channel).is_rgba() => (Layer::Rgba, channel),
            _ if self.luminance_chroma && Component::of(channel).is_luminance_chroma() => {
                (Layer::LuminanceChroma, channel)
            }
            _ => (Layer::Single(channel), channel),
        }
    }
}

/// Components that have a place, in the order in which they stand when one AOV mixes sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Component {
    R,
    G,
    B,
    /// Behind colours; behind vectors where there is no colour, see [`order`].
    A,
    X,
    Y,
    Z,
    /// Behind Z, or behind V, see [`order`].
    W,
    ZBack,
    Ry,
    By,
    U,
    V,
    /// Anything else, in file order.
    Other,
}

impl Component {
    pub(super) fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "r" | "red" => Self::R,
            "g" | "green" => Self::G,
            "b" | "blue" => Self::B,
            "a" | "alpha" => Self::A,
            "x" => Self::X,
            "y" => Self::Y,
            "z" => Self::Z,
            "zback" => Self::ZBack,
            "ry" => Self::Ry,
            "by" => Self::By,
            "u" => Self::U,
            "v" => Self::V,
            "w" => Self::W,
            _ => Self::Other,
        }
    }

    const fn is_rgba(self) -> bool {
        matches!(self, Self::R | Self::G | Self::B | Self::A)
    }

    const fn is_luminance_chroma(self) -> bool {
        matches!(self, Self::Y | Self::Ry | Self::By | Self::A)
    }
}

/// RGBA, XYZW, Z ZBack, Y RY BY, UVW; alpha last where there is no colour (Cycles' `UV.U UV.V UV.A`).
fn order(channels: &mut [AovChannel]) {
    let of = |c: &AovChannel| Component::of(&c.name);
    let colour = channels.iter().any(|c| matches!(of(c), Component::R | Component::G | Component::B));
    let vector = channels.iter().any(|c| of(c) == Component::X);
    channels.sort_by_key(|c| match of(c) {
        Component::A if !colour => (2, Component::A),
        Component::W if !vector => (1, Component::W),
        Component::Other => (1, Component::Other),
        known => (0, known),
    });
}

/// Makes keys unique.
fn tell_apart(aovs: &mut [Aov], parts: &[PartInfo]) {
    let shared = shared_keys(aovs);
    for (aov, _) in aovs.iter_mut().zip(shared).filter(|(_, shared)| *shared) {
        let part = &parts[aov.part];
        let label = part.name.as_ref().or(part.view.as_ref()).filter(|_| parts.len() > 1);
        match label {
            Some(label) => aov.key = format!("{label}/{}", aov.key),
            None if parts.len() > 1 => aov.key = format!("part{}/{}", aov.part, aov.key),
            None => {}
        }
    }
    // What is left: parts of one name, or a layer called as a bare channel.
    let shared = shared_keys(aovs);
    let keys: Vec<String> = aovs.iter().map(|aov| aov.key.clone()).collect();
    let mut met = std::collections::HashMap::<&str, usize>::new();
    for (index, _) in shared.into_iter().enumerate().filter(|(_, shared)| *shared) {
        let count = met.entry(&keys[index]).or_default();
        let before = *count;
        *count += 1;
        if before > 0 {
            aovs[index].key = format!("{}#{}", keys[index], before + 1);
        }
    }
}

fn shared_keys(aovs: &[Aov]) -> Vec<bool> {
    let mut count = std::collections::HashMap::new();
    for aov in aovs {
        *count.entry(aov.key.as_str()).or_insert(0) += 1;
    }
    aovs.iter().map(|aov| count[aov.key.as_str()] > 1).collect()
}

#[cfg(test)]
mod tests;
