use super::group_aovs;
use crate::image::{Aov, AovKind, ChannelInfo, PartInfo, PartLayout, SampleType, Window};

fn part(name: Option<&str>, view: Option<&str>, channels: &[&str]) -> PartInfo {
    let channel = |name: &&str| ChannelInfo {
        name: (*name).to_owned(),
        sample_type: SampleType::F32,
        sampling: (1, 1),
    };
    PartInfo {
        name: name.map(str::to_owned),
        view: view.map(str::to_owned),
        layout: PartLayout::ScanLine,
        compression: "ZIP".to_owned(),
        data_window: Window::of_size(1, 1),
        display_window: Window::of_size(1, 1),
        channels: channels.iter().map(channel).collect(),
        chromaticities: None,
        cryptomattes: Vec::new(),
        unreadable: None,
        notes: Vec::new(),
    }
}

/// `key kind a,b,c` of each AOV.
fn told(parts: &[PartInfo]) -> Vec<String> {
    let line = |aov: &Aov| {
        let names: Vec<&str> = aov.channels.iter().map(|c| c.name.as_str()).collect();
        format!("{} {} {}", aov.key, aov.kind.name(), names.join(","))
    };
    group_aovs(parts).iter().map(line).collect()
}

fn kind(channels: &[&str]) -> AovKind {
    let aovs = group_aovs(&[part(None, None, channels)]);
    assert_eq!(aovs.len(), 1, "{channels:?} are one AOV");
    aovs[0].kind
}

#[test]
fn a_channel_list_of_cycles() {
    let channels = [
        "ViewLayer.Combined.A",
        "ViewLayer.Combined.B",
        "ViewLayer.Combined.G",
        "ViewLayer.Combined.R",
        "ViewLayer.CryptoObject00.a",
        "ViewLayer.CryptoObject00.b",
        "ViewLayer.CryptoObject00.g",
        "ViewLayer.CryptoObject00.r",
        "ViewLayer.Depth.Z",
        "ViewLayer.IndexOB.X",
        "ViewLayer.Normal.X",
        "ViewLayer.Normal.Y",
        "ViewLayer.Normal.Z",
        "ViewLayer.UV.A",
        "ViewLayer.UV.U",
        "ViewLayer.UV.V",
        "ViewLayer.Vector.W",
        "ViewLayer.Vector.X",
        "ViewLayer.Vector.Y",
        "ViewLayer.Vector.Z",
        "ViewLayer.cloth_uv.A",
        "ViewLayer.cloth_uv.B",
        "ViewLayer.cloth_uv.G",
        "ViewLayer.cloth_uv.R",
        "ViewLayer.facing.X",
    ];
    let expected = [
        "ViewLayer.Combined colour R,G,B,A",
        "ViewLayer.CryptoObject00 cryptomatte r,g,b,a",
        "ViewLayer.Depth scalar Z",
        "ViewLayer.IndexOB id X",
        "ViewLayer.Normal normal X,Y,Z",
        "ViewLayer.UV uv U,V,A",
        "ViewLayer.Vector motion X,Y,Z,W",
        "ViewLayer.cloth_uv uv R,G,B,A",
        "ViewLayer.facing scalar X",
    ];
    assert_eq!(told(&[part(None, None, &channels)]), expected);
}

#[test]
fn bare_colour_is_rgba_and_other_bare_channels_stand_alone() {
    let told_of = |channels: &[&str]| told(&[part(None, None, channels)]);
    assert_eq!(told_of(&["A", "B", "G", "R", "Z"]), ["rgba colour R,G,B,A", "Z scalar Z"]);
    assert_eq!(told_of(&["alpha", "blue", "green", "red"]), ["rgba colour red,green,blue,alpha"]);
    assert_eq!(told_of(&["b", "g", "r"]), ["rgba colour r,g,b"]);
    assert_eq!(told_of(&["A"]), ["A mask A"]);
    assert_eq!(told_of(&["A", "Y"]), ["A mask A", "Y colour Y"]);
    assert_eq!(told_of(&["ID", "mask"]), ["ID id ID", "mask mask mask"]);
    // A film in CIE XYZ: its Z is no depth.
    assert_eq!(told_of(&["X", "Y", "Z"]), ["X colour X", "Y colour Y", "Z colour Z"]);
}

#[test]
fn all_channels_of_a_layer_form_one_aov() {
    let channels = ["left.A", "left.B", "left.G", "left.R", "left.Z", "dd.y.T"];
    assert_eq!(told(&[part(None, None, &channels)]), ["left colour R,G,B,A,Z", "dd.y scalar T"]);
}

#[test]
fn keys_of_parts_are_told_apart_only_where_needed() {
    let stereo = [
        part(Some("ViewLayer.Combined-left"), Some("left"), &["ViewLayer.Combined.R"]),
        part(Some("ViewLayer.Combined-right"), Some("right"), &["ViewLayer.Combined.R"]),
        part(Some("ViewLayer.Depth-left"), Some("left"), &["ViewLayer.Depth.Z"]),
    ];
    let keys = |parts: &[PartInfo]| group_aovs(parts).into_iter().map(|aov| aov.key).collect::<Vec<_>>();
    let expected = [
        "ViewLayer.Combined-left/ViewLayer.Combined",
        "ViewLayer.Combined-right/ViewLayer.Combined",
        "ViewLayer.Depth",
    ];
    assert_eq!(keys(&stereo), expected);
    let views = [part(None, Some("left"), &["R"]), part(None, Some("right"), &["R"])];
    assert_eq!(keys(&views), ["left/rgba", "right/rgba"]);
    let nameless = [part(None, None, &["R"]), part(None, None, &["R"])];
    assert_eq!(keys(&nameless), ["part0/rgba", "part1/rgba"]);
    let twins = [part(Some("p"), None, &["R"]), part(Some("p"), None, &["R"])];
    assert_eq!(keys(&twins), ["p/rgba", "p/rgba#2"]);
    assert_eq!(keys(&[part(Some("p"), None, &["R", "rgba.R"])]), ["rgba", "rgba#2"]);
}

#[test]
fn a_part_named_after_its_layer_gives_the_kind_of_bare_colour() {
    let parts =
        [part(Some("RGBA"), None, &["B", "G", "R"]), part(Some("VRayNormal"), None, &["B", "G", "R"])];
    assert_eq!(told(&parts), ["RGBA/rgba colour R,G,B", "VRayNormal/rgba normal R,G,B"]);
}

#[test]
fn kinds_by_the_names_of_many_renderers() {
    use AovKind::{Colour, Cryptomatte, Id, Mask, Motion, Normal, Position, Scalar, Uv, Vector};
    let cases: &[(AovKind, &[&str])] = &[
        (
            Id,
            &[
                "ViewLayer.Object Index.X",
                "prim.I",
                "shape_index.I",
                "instanceID",
                "ObjectID.R",
                "renderId",
                "id",
            ],
        ),
        (
            Normal,
            &["nn.XYZ", "sh_normal.XYZ", "BumpNormals.RGB", "__Nworld.rgb", "Ns.XYZ", "Denoising Normal.XYZ"],
        ),
        (Position, &["pp.XYZ", "P.XYZ", "WorldPosition.RGB", "__Pworld.rgb", "ViewLayer.Position.left.XYZ"]),
        (
            Motion,
            &["forward.left.uv", "velocity.XYZ", "MotionVectors.RGB", "motion.XY", "ViewLayer.Vector.XYZW"],
        ),
        (Uv, &["uv.UV", "VRayTexCoord.RGB"]),
        (Vector, &["duv_dx.UV", "disparityL.xy", "dp_du.XYZ"]),
        (
            Scalar,
            &["VRayZDepth.RGB", "Mist.Z", "depth.T", "pscale", "ViewLayer.Debug Sample Count.X", "dzdx"],
        ),
        (Mask, &["whitebarmask.mask", "Af", "ao.A", "shadow_matte.X"]),
        (Cryptomatte, &["uCryptoAsset00.RGBA", "crypto_object01.RGBA", "ActorHitProxyMask00.RGBA"]),
        (
            Colour,
            &["crypto_object.RGB", "uCryptoAsset.RGB", "diffuse_albedo.R", "AO.RGB", "Combined_key.RGB"],
        ),
    ];
    for &(expected, names) in cases {
        for name in names {
            // `layer.RGB` stands for its three channels; names that are one word stand for themselves.
            let channels: Vec<String> = match name.rsplit_once('.') {
                Some((layer, letters)) if letters != "mask" => {
                    letters.chars().map(|c| format!("{layer}.{c}")).collect()
                }
                _ => vec![(*name).to_owned()],
            };
            let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
            assert_eq!(kind(&channels), expected, "{name}");
        }
    }
}

#[test]
fn integers_are_ids_whatever_their_name() {
    let mut part = part(None, None, &["anything"]);
    part.channels[0].sample_type = SampleType::U32;
    assert_eq!(group_aovs(&[part])[0].kind, AovKind::Id);
}

#[test]
fn deep_parts_are_flattened_into_floats_and_have_their_number_of_samples() {
    let mut part = part(None, None, &["A", "R", "id", "samples", "samples"]);
    part.layout = PartLayout::DeepScanLine;
    part.channels[1].sample_type = SampleType::F16;
    part.channels[2].sample_type = SampleType::U32;
    part.channels[4].sample_type = SampleType::U32;
    let expected = ["rgba scalar R,A", "id id id", "samples scalar samples", "samples#2 scalar samples"];
    assert_eq!(told(std::slice::from_ref(&part)), expected);
    let aovs = group_aovs(&[part]);
    let types: Vec<_> = aovs.iter().flat_map(|aov| &aov.channels).map(|c| (c.index, c.sample_type)).collect();
    let (float, uint) = (SampleType::F32, SampleType::U32);
    assert_eq!(types, [(1, float), (0, float), (2, uint), (3, float), (4, uint)]);
}

#[test]
fn luminance_and_chroma_are_one_colour() {
    let told_of = |channels: &[&str]| told(&[part(None, None, channels)]);
    assert_eq!(told_of(&["A", "BY", "RY", "Y", "Z"]), ["yc colour Y,RY,BY,A", "Z scalar Z"]);
    assert_eq!(told_of(&["BY", "RY", "Y"]), ["yc colour Y,RY,BY"]);
    assert_eq!(told_of(&["beauty.BY", "beauty.RY", "beauty.Y"]), ["beauty colour Y,RY,BY"]);
    // Only all three; an A goes with R, G, B where there are both.
    assert_eq!(told_of(&["RY", "Y"]), ["RY colour RY", "Y colour Y"]);
    let both = ["A", "B", "BY", "G", "R", "RY", "Y"];
    assert_eq!(told_of(&both), ["rgba colour R,G,B,A", "yc colour Y,RY,BY"]);
    let two = [part(Some("a"), None, &["BY", "RY", "Y"]), part(Some("b"), None, &["BY", "RY", "Y"])];
    assert_eq!(told(&two), ["a/yc colour Y,RY,BY", "b/yc colour Y,RY,BY"]);
}
