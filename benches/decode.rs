//! How long a frame takes from its file to samples: `cargo bench --bench decode [-- WIDTH HEIGHT]`.
//!
//! Frames are generated (ZIP, the page cache is warm). The `exr` crate reads by its own high-level
//! reader; `idiff` compares the file with itself, so it decodes twice, as a process.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench ends where it fails")]

mod support;

use std::hint::black_box;
use std::path::Path;

use aovscope::codec::{Limits, read_info, read_planes};
use exr::prelude::{FlatImage, ReadChannels, ReadLayers, ReadSpecificChannel};

fn main() {
    let (folder, size) = (tempfile::tempdir().unwrap(), support::size());
    let (rgba, aovs) = (folder.path().join("rgba.exr"), folder.path().join("aovs.exr"));
    support::write_rgba(&rgba, size, 1);
    support::write_aovs(&aovs, size, 1);
    for path in [&rgba, &aovs] {
        support::describe(path);
    }
    let idiff = support::idiff();
    for (title, path) in [("RGBA half, all", &rgba), ("12 AOVs, all", &aovs)] {
        let mut runners: Vec<support::Runner<'_>> = vec![
            ("aovscope read_planes", Box::new(|| planes(path, None))),
            ("exr crate, all channels", Box::new(|| drop(black_box(exr_all(path))))),
        ];
        if let Some(idiff) = &idiff {
            runners.push((
                "idiff file file (decodes twice)",
                Box::new(|| support::run_idiff(idiff, path, path)),
            ));
        }
        support::race(title, runners);
    }
    let one: Vec<support::Runner<'_>> = vec![
        ("aovscope read_planes", Box::new(|| planes(&aovs, Some("diffuse")))),
        ("exr crate, three channels", Box::new(|| exr_one(&aovs))),
    ];
    support::race("12 AOVs, one of them", one);
}

fn planes(path: &Path, key: Option<&str>) {
    let info = read_info(path, &Limits::default()).unwrap();
    let aovs: Vec<_> = info.aovs.iter().filter(|aov| key.is_none_or(|key| aov.key == key)).collect();
    assert!(!aovs.is_empty());
    for plane in read_planes(&info, &aovs, &Limits::default()) {
        black_box(plane.unwrap());
    }
}

fn exr_all(path: &Path) -> FlatImage {
    exr::prelude::read_all_flat_layers_from_file(path).unwrap()
}

fn exr_one(path: &Path) {
    let image = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .specific_channels()
        .required("diffuse.R")
        .required("diffuse.G")
        .required("diffuse.B")
        .collect_pixels(
            |size, _| (size.width(), vec![[exr::prelude::f16::ZERO; 3]; size.area()]),
            |(width, pixels), at, (r, g, b)| pixels[at.y() * *width + at.x()] = [r, g, b],
        )
        .first_valid_layer()
        .all_attributes()
        .from_file(path)
        .unwrap();
    black_box(image);
}
