//! Channels become AOVs: which belong together, under which key, in which order.
//!
//! The layer is everything before the last dot of a channel's name; renderers and compositors agree
//! on nothing else. Bare R, G, B and A form `rgba`, other bare channels stand alone.

use super::{Aov, AovChannel, ChannelInfo, PartInfo};

/// Groups the channels of all parts. Order: parts in file order, then the first channel.
pub fn group_aovs(parts: &[PartInfo]) -> Vec<Aov> {
    let mut aovs: Vec<Aov> =
        parts.iter().enumerate().flat_map(|(index, part)| group_part(index, &part.channels)).collect();
    tell_apart(&mut aovs, parts);
    aovs
}

fn group_part(part: usize, channels: &[ChannelInfo]) -> Vec<Aov> {
    let has_colour = channels.iter().any(|c| matches!(rank(&c.name), Some((Family::Rgba, 0..=2))));
    let mut aovs: Vec<Aov> = Vec::new();
    for (index, channel) in channels.iter().enumerate() {
        let (key, name) = match channel.name.rsplit_once('.') {
            Some((layer, component)) if !layer.is_empty() && !component.is_empty() => (layer, component),
            _ if has_colour && matches!(rank(&channel.name), Some((Family::Rgba, _))) => {
                ("rgba", channel.name.as_str())
            }
            _ => (channel.name.as_str(), channel.name.as_str()),
        };
        let member = AovChannel { name: name.to_owned(), index, sample_type: channel.sample_type };
        match aovs.iter_mut().find(|aov| aov.key == key) {
            Some(aov) => aov.channels.push(member),
            None => {
                let kind = super::AovKind::Colour;
                aovs.push(Aov { key: key.to_owned(), kind, part, channels: vec![member] });
            }
        }
    }
    for aov in &mut aovs {
        aov.channels.sort_by_key(|c| rank(&c.name).unwrap_or((Family::Other, 0)));
        aov.kind = super::kind::kind_of(&aov.key, &aov.channels);
    }
    aovs
}

/// Sets of components, in the order in which they stand when one AOV has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Rgba,
    Xyzw,
    Uv,
    Chroma,
    Other,
}

fn rank(component: &str) -> Option<(Family, u8)> {
    Some(match component.to_ascii_lowercase().as_str() {
        "r" | "red" => (Family::Rgba, 0),
        "g" | "green" => (Family::Rgba, 1),
        "b" | "blue" => (Family::Rgba, 2),
        "a" | "alpha" => (Family::Rgba, 3),
        "x" => (Family::Xyzw, 0),
        "y" => (Family::Xyzw, 1),
        "z" => (Family::Xyzw, 2),
        "w" => (Family::Xyzw, 3),
        "u" => (Family::Uv, 0),
        "v" => (Family::Uv, 1),
        _ => return None,
    })
}

/// Part or view goes in front of keys that would otherwise be the same.
fn tell_apart(aovs: &mut [Aov], parts: &[PartInfo]) {
    let keys: Vec<String> = aovs.iter().map(|aov| aov.key.clone()).collect();
    for aov in aovs.iter_mut() {
        if keys.iter().filter(|&key| key.eq_ignore_ascii_case(&aov.key)).count() > 1 {
            let part = &parts[aov.part];
            let label = part.name.as_ref().or(part.view.as_ref());
            let label = label.cloned().unwrap_or_else(|| format!("part{}", aov.part));
            aov.key = format!("{label}/{}", aov.key);
        }
    }
}
