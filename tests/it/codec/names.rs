//! Channel names as renderers write them.

use std::collections::{BTreeSet, HashSet};

use aovscope::image::{Aov, AovKind, ChannelInfo, PartInfo, PartLayout, SampleType, Window, group_aovs};
use serde_json::Value;

use super::{golden, info};
use crate::support;

fn parts_of(lists: &Value) -> Vec<PartInfo> {
    let text = |part: &Value, key: &str| part[key].as_str().map(str::to_owned);
    let part = |part: &Value| PartInfo {
        name: text(part, "part"),
        view: text(part, "view"),
        layout: PartLayout::ScanLine,
        compression: "ZIP".to_owned(),
        data_window: Window::of_size(1, 1),
        display_window: Window::of_size(1, 1),
        channels: channels(&part["channels"]),
        chromaticities: None,
        cryptomattes: Vec::new(),
        unreadable: None,
        notes: Vec::new(),
    };
    lists.as_array().expect("parts").iter().map(part).collect()
}

fn channels(names: &Value) -> Vec<ChannelInfo> {
    let channel = |name: &Value| ChannelInfo {
        name: name.as_str().expect("a name").to_owned(),
        sample_type: SampleType::F32,
        sampling: (1, 1),
    };
    names.as_array().expect("channels").iter().map(channel).collect()
}

#[test]
fn every_observed_channel_is_in_one_aov_under_a_unique_key() {
    let names = golden(&support::small_data(), "channel-names.json");
    for (renderer, list) in names["observed"].as_object().expect("lists") {
        let parts = parts_of(&list["parts"]);
        let aovs = group_aovs(&parts);
        let keys: HashSet<&str> = aovs.iter().map(|aov| aov.key.as_str()).collect();
        assert_eq!(keys.len(), aovs.len(), "{renderer}: keys are not unique");
        let members = |aov: &Aov| aov.channels.iter().map(|c| (aov.part, c.index)).collect::<Vec<_>>();
        let mut found: Vec<_> = aovs.iter().flat_map(members).collect();
        found.sort_unstable();
        let all =
            parts.iter().enumerate().flat_map(|(i, part)| (0..part.channels.len()).map(move |c| (i, c)));
        assert_eq!(found, all.collect::<Vec<_>>(), "{renderer}");
        for aov in &aovs {
            for channel in &aov.channels {
                let full = &parts[aov.part].channels[channel.index].name;
                assert!(full.ends_with(&channel.name), "{renderer}: {} is not of {full}", channel.name);
            }
        }
    }
}

#[test]
fn kinds_of_real_renders() {
    use AovKind::{Colour, Cryptomatte, Id, Mask, Motion, Normal, Position, Scalar, Uv, Vector};
    let names = golden(&support::small_data(), "channel-names.json");
    let expected: &[(&str, &[(&str, AovKind)])] = &[
        (
            "Blender 5.0.1 all passes (multipart, passes renamed)",
            &[
                ("ViewLayer.Combined", Colour),
                ("ViewLayer.Depth", Scalar),
                ("ViewLayer.Mist", Scalar),
                ("ViewLayer.Position", Position),
                ("ViewLayer.Normal", Normal),
                ("ViewLayer.Vector", Motion),
                ("ViewLayer.UV", Uv),
                ("ViewLayer.Object Index", Id),
                ("ViewLayer.Material Index", Id),
                ("ViewLayer.Diffuse Color", Colour),
                ("ViewLayer.Debug Sample Count", Scalar),
                ("ViewLayer.CryptoAsset02", Cryptomatte),
                ("ViewLayer.Denoising Normal", Normal),
                ("ViewLayer.Denoising Albedo", Colour),
                ("ViewLayer.Denoising Depth", Scalar),
                ("ViewLayer.facing", Scalar),
                ("ViewLayer.Combined_key", Colour),
            ],
        ),
        (
            "Mitsuba 3.9.1 aov integrator, all types",
            &[
                ("rgba", Colour),
                ("beauty", Colour),
                ("depth", Scalar),
                ("dp_du", Vector),
                ("duv_dy", Vector),
                ("geo_normal", Normal),
                ("sh_normal", Normal),
                ("position", Position),
                ("prim_index", Id),
                ("shape_index", Id),
                ("uv", Uv),
            ],
        ),
        (
            "Mitsuba 3.9.1 luminance film",
            &[("Y", Colour), ("dd.y", Scalar), ("nn", Normal), ("pp", Position)],
        ),
        (
            "Mantra (Houdini), cryptomatte sample",
            &[
                ("crypto_object", Colour),
                ("crypto_object00", Cryptomatte),
                ("Cd", Colour),
                ("pscale", Scalar),
            ],
        ),
        (
            "ILM/Weta Beachball one part, multiView",
            &[("left", Colour), ("forward.left", Motion), ("whitebarmask.right", Mask), ("Z", Scalar)],
        ),
        ("Arnold multipart id", &[("rgba", Colour), ("id", Id), ("instanceID", Id)]),
        ("Blender 4.5.15 stereo", &[("ViewLayer.Normal.left", Normal), ("ViewLayer.Depth.right", Scalar)]),
    ];
    for (renderer, kinds) in expected {
        let aovs = group_aovs(&parts_of(&names["observed"][renderer]["parts"]));
        for (key, kind) in *kinds {
            let aov = aovs.iter().find(|aov| aov.key == *key);
            let aov = aov.unwrap_or_else(|| panic!("{renderer} has no {key}"));
            assert_eq!(aov.kind, *kind, "{renderer}: {key}");
        }
    }
}

#[test]
fn documented_conventions_give_unique_keys() {
    let names = golden(&support::small_data(), "channel-names.json");
    for (renderer, list) in names["documented"].as_object().expect("lists") {
        if !list.is_array() {
            continue; // prose about cryptomatte
        }
        let mut part = parts_of(&serde_json::json!([{ "channels": [] }]));
        part[0].channels = channels(list);
        let aovs = group_aovs(&part);
        let keys: HashSet<&str> = aovs.iter().map(|aov| aov.key.as_str()).collect();
        assert_eq!(keys.len(), aovs.len(), "{renderer}");
        for aov in aovs.iter().filter(|aov| aov.key.to_lowercase().contains("normal")) {
            assert_eq!(
                aov.kind,
                if aov.channels.len() > 1 { AovKind::Normal } else { aov.kind },
                "{renderer}"
            );
        }
    }
}

/// Those who computed the golden comparisons grouped channels in the same way.
#[test]
fn groups_are_those_of_the_golden_comparisons() {
    let Some(root) = support::full_data() else { return };
    let golden = golden(&root, "golden-compare.json");
    let mut compared = 0;
    let mut failures = Vec::new();
    for job in golden["jobs"].as_object().expect("jobs").values() {
        for pair in job["pairs"].as_array().expect("pairs") {
            let file = pair["a"].as_str().expect("a file");
            let info = info(&root.join(file)).expect("sound");
            for (key, expected) in pair["numpy"]["aovs"].as_object().expect("AOVs") {
                // Their order differs: there the A of the UV of Cycles comes first.
                let channels: BTreeSet<&String> =
                    expected["channels"].as_object().expect("channels").keys().collect();
                if ["Y", "RY", "BY"].contains(&key.as_str()) && info.aov("yc").is_some() {
                    continue; // there, luminance and chroma stood alone
                }
                let Some(aov) = info.aov(key) else {
                    failures.push(format!("{file}: no {key}"));
                    continue;
                };
                let name = |c: &aovscope::image::AovChannel| &info.parts[aov.part].channels[c.index].name;
                let found: BTreeSet<&String> = aov.channels.iter().map(name).collect();
                if found != channels {
                    failures.push(format!("{file}: {key} is {found:?} instead of {channels:?}"));
                }
                compared += 1;
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(compared > 500, "only {compared} AOVs were compared");
}
