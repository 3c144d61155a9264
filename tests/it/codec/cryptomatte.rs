//! Names of Cryptomatte objects, in frames of Blender: a name's hash is its id.

use std::path::{Path, PathBuf};

use aovscope::codec::{Limits, read_info, read_object_names, read_planes};
use aovscope::image::ObjectNames;

use crate::support::small_data;

/// MurmurHash3_x86_32 with seed 0 (Austin Appleby, public domain), as Cryptomatte's specification names
/// it; then the bits of a float that is neither 0, denormal, infinite nor NaN.
fn id_of(name: &str) -> u32 {
    let mix = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (blocks, tail) = name.as_bytes().as_chunks::<4>();
    let mut hash = 0_u32;
    for block in blocks {
        hash = (hash ^ mix(u32::from_le_bytes(*block))).rotate_left(13).wrapping_mul(5);
        hash = hash.wrapping_add(0xe654_6b64);
    }
    let rest = tail.iter().rev().fold(0_u32, |k, byte| k << 8 | u32::from(*byte));
    hash ^= if tail.is_empty() { 0 } else { mix(rest) };
    hash ^= name.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^= hash >> 16;
    let exponent = hash >> 23 & 255;
    if exponent == 0 || exponent == 255 { hash ^ 1 << 23 } else { hash }
}

#[test]
fn every_id_of_a_picture_has_the_name_that_hashes_to_it() {
    let path = small_data().join("cloth/clothsimv1/clothsimv1.0012.exr");
    let info = read_info(&path, &Limits::default()).expect("a header");
    let layers: Vec<_> = info.aovs.iter().filter(|aov| info.cryptomatte(aov).is_some()).collect();
    assert!(layers.len() >= 2 && layers.iter().all(|aov| aov.key.contains("Crypto")), "{layers:?}");
    let names = read_object_names(&info, layers[0]).expect("read").expect("a manifest");
    let planes = read_planes(&info, &layers, &Limits::default());
    let mut seen = 0;
    for plane in planes {
        let plane = plane.expect("decoded");
        for rank in plane.channels.chunks(2) {
            for pixel in 0..rank[0].samples.len() {
                let id = rank[0].samples.get(pixel).bits();
                if rank[1].samples.get(pixel).to_f64() > 0.0 && id != 0 {
                    let name = names.name(id).unwrap_or_else(|| panic!("{id:08x} has no name"));
                    assert_eq!(id_of(name), id, "{name:?}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 10_000, "{seen}");
}

/// The same file with the first `from` in its header replaced by `to`, of the same length.
fn changed(folder: &Path, from: &[u8], to: &[u8]) -> PathBuf {
    assert_eq!(from.len(), to.len());
    let mut bytes = std::fs::read(small_data().join("cloth/clothsimv1/clothsimv1.0012.exr")).expect("read");
    let at = bytes.windows(from.len()).position(|part| part == from).expect("it is there");
    bytes[at..at + to.len()].copy_from_slice(to);
    let path = folder.join("changed.exr");
    std::fs::write(&path, bytes).expect("written");
    path
}

fn names(path: &Path) -> Result<ObjectNames, String> {
    let info = read_info(path, &Limits::default()).expect("a header");
    let aov = info.aovs.iter().find(|aov| info.cryptomatte(aov).is_some()).expect("a Cryptomatte");
    assert!(read_planes(&info, &[aov], &Limits::default()).remove(0).is_ok(), "whatever its names");
    read_object_names(&info, aov).map(|names| names.expect("a manifest")).map_err(|error| error.to_string())
}

#[test]
fn a_manifest_that_makes_no_sense_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = names(&changed(folder.path(), b"{\"Ground", b"[\"Ground")).expect_err("no object");
    for part in ["ViewLayer.CryptoObject", "changed.exr", "line 1"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn names_are_read_from_a_file_beside_the_picture_and_from_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = r#"{"Ground":"24950135","Ball":"74d3ebe9","Cube":"a8fce865","Cloth":"d7b35f1e","Key":"91cc5916","Rim":"57d83549","object":"055ec73d"}"#;
    let original = [b"cryptomatte/542cafa/manifest\0string\0\x82\0\0\0", manifest.as_bytes()].concat();
    let with = |up: &str| {
        // As long as it was, so that all that follows stays where it is.
        let file = format!("{}{up}names.json", "./".repeat((128 - 10 - up.len()) / 2));
        let attribute = [b"cryptomatte/542cafa/manif_file\0string\0\x80\0\0\0", file.as_bytes()].concat();
        changed(folder.path(), &original, &attribute)
    };
    let picture = with("");
    let told = names(&picture).expect_err("no such file");
    assert!(told.contains("names.json"), "{told}");
    std::fs::write(folder.path().join("names.json"), manifest).expect("written");
    assert_eq!(names(&picture).expect("names").name(0x74d3_ebe9), Some("Ball"));
    let told = names(&with("../.")).expect_err("outside");
    assert!(told.contains("must lie beside the picture") && told.contains("changed.exr"), "{told}");
}
