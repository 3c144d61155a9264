//! Names of objects: from headers that renderers wrote, and from some that none should write.

use std::path::{Path, PathBuf};

use aovscope::codec::{Limits, read_object_names, read_planes};
use aovscope::image::cryptomatte::{coverings, id_of_name};
use aovscope::image::{AovKind, ImageInfo, ObjectNames, Window};

use super::build::ExrFile;
use super::info;
use crate::support::{full_data, small_data};

fn names(info: &ImageInfo, key: &str) -> Result<Option<ObjectNames>, String> {
    read_object_names(info, info.aov(key).expect("an AOV")).map_err(|error| error.to_string())
}

#[test]
fn every_pixel_of_a_blender_frame_has_an_object_with_a_name() {
    let path = small_data().join("cloth/clothsimv1/clothsimv1.0012.exr");
    let info = info(&path).expect("a header");
    let aov = info.aov("ViewLayer.CryptoObject00").expect("a Cryptomatte");
    let manifest = names(&info, &aov.key).expect("readable").expect("a manifest");
    assert_eq!(manifest.len(), 7);
    let plane = read_planes(&info, &[aov], &Limits::default()).remove(0).expect("pixels");
    let at = |x, y| {
        let pixel = plane.pixel(x, y).expect("inside");
        coverings(&pixel).map(|object| manifest.name(object.id)).collect::<Vec<_>>()
    };
    let mut seen = std::collections::BTreeSet::new();
    for (x, y) in (0..90).flat_map(|y| (0..160).map(move |x| (x, y))) {
        for name in at(x, y) {
            seen.insert(name.expect("a name"));
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["Ball", "Cloth", "Cube", "Ground"]);
}

/// File, a layer, how many names: counted by Python's `json`.
const CORPUS: [(&str, &str, usize); 9] = [
    ("exr-corpus/gaffer/cryptomatte.exr", "crypto_object00", 183),
    ("exr-corpus/gaffer/cryptomatte.exr", "crypto_material02", 14),
    ("exr-corpus/Cryptomatte/debug_images/multichannel.exr", "crypto_asset01", 2),
    ("exr-corpus/Cryptomatte/debug_images/multichannel.exr", "crypto_object00", 407),
    ("exr-corpus/Cryptomatte/debug_images/special_chars.exr", "special_chars00", 4),
    ("exr-corpus/OpenImageIO/cryptomatte/src/cryptoasset.exr", "uCryptoAsset00", 7),
    ("names/b45_all.0020.exr", "ViewLayer.CryptoMaterial01", 10),
    // Of many parts, of which the first alone tells of Cryptomattes.
    ("names/b50_all.0020.exr", "ViewLayer.CryptoAsset02", 7),
    ("names/b50_all.0020.exr", "ViewLayer.CryptoObject00", 7),
];

#[test]
fn ids_of_all_renderers_are_the_hashes_of_their_names() {
    let Some(root) = full_data() else { return };
    for (file, key, count) in CORPUS {
        let info = info(&root.join(file)).expect("a header");
        let manifest = names(&info, key).expect("readable").expect("a manifest");
        assert_eq!(manifest.len(), count, "{file} {key}");
        assert_eq!(info.aov(key).map(|aov| aov.kind), Some(AovKind::Cryptomatte), "{file} {key}");
        for (id, name) in manifest.iter().filter(|(id, _)| *id != 0) {
            assert_eq!(id_of_name(name), id, "{file} {key} {name}");
        }
    }
}

fn written(folder: &Path, attributes: &[(&'static str, &str)]) -> PathBuf {
    let mut file = ExrFile::new(Window::of_size(1, 1));
    for channel in ["matte00.A", "matte00.B", "matte00.G", "matte00.R"] {
        file = file.channel(channel, 2, 0_f32.to_le_bytes().to_vec());
    }
    for (name, value) in attributes {
        file = file.attribute(name, "string", value.as_bytes().to_vec());
    }
    let path = folder.join("a.0001.exr");
    std::fs::write(&path, file.bytes()).expect("written");
    path
}

const NAME: (&str, &str) = ("cryptomatte/0123456/name", "matte");

#[test]
fn a_manifest_that_is_none_is_told_and_the_picture_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), &[NAME, ("cryptomatte/0123456/manifest", "{\"a\":\"xyz\"}")]);
    let info = info(&path).expect("a header");
    let aov = info.aov("matte00").expect("an AOV");
    assert!(read_planes(&info, &[aov], &Limits::default()).remove(0).is_ok());
    let error = names(&info, "matte00").expect_err("no names");
    for part in ["cryptomatte/0123456 \"matte\"", "id \"xyz\" of \"a\"", "line 1", "a.0001.exr"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn names_may_lie_beside_the_image_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("shots");
    std::fs::create_dir_all(inside.join("mattes")).expect("a folder");
    std::fs::write(inside.join("mattes/m.json"), "{\"ball\":\"0000002a\"}").expect("written");
    std::fs::write(folder.path().join("secret.json"), "{\"secret\":\"0000002a\"}").expect("written");
    let beside = |name: &str| {
        let path = written(&inside, &[NAME, ("cryptomatte/0123456/manif_file", name)]);
        names(&info(&path).expect("a header"), "matte00")
    };
    let found = beside("mattes/m.json").expect("readable").expect("a manifest");
    assert_eq!(found.name(42).as_deref(), Some("ball"));
    let absolute = folder.path().join("secret.json");
    for outside in ["../secret.json", "mattes/../../secret.json", absolute.to_str().expect("text"), ""] {
        let error = beside(outside).expect_err(outside);
        assert!(error.contains("not in the folder of the image"), "{error}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&absolute, inside.join("link.json")).expect("a link");
        assert!(beside("link.json").expect_err("it leads out").contains("not in the folder"));
    }
    assert!(beside("gone.json").expect_err("nothing there").contains("gone.json"));
}

#[test]
fn a_cryptomatte_may_have_no_manifest_or_no_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), &[NAME]);
    assert_eq!(names(&info(&path).expect("a header"), "matte00"), Ok(None));
    let path = written(folder.path(), &[("cryptomatte/0123456/manifest", "{}")]);
    let info = info(&path).expect("a header");
    assert_eq!(names(&info, "matte00"), Ok(None));
    assert!(info.parts[0].notes[0].contains("cryptomatte/0123456/name"), "{:?}", info.parts[0].notes);
    assert_eq!(info.aov("matte00").map(|aov| aov.kind), Some(AovKind::Colour));
}
