//! The architecture is a test: who may use whom, and which library may be named where.

use std::path::{Path, PathBuf};

/// (module, the modules it may use). Reading order is the order in which data flows.
const MAY_USE: &[(&str, &[&str])] = &[
    ("image", &[]),
    ("metric", &["image"]),
    ("sequence", &["image"]),
    ("codec", &["image"]),
    ("load", &["image", "metric", "sequence", "codec"]),
    ("gpu", &["image", "metric"]),
    ("engine", &["image", "metric", "sequence", "codec", "load"]),
    ("export", &["image", "metric", "sequence", "engine"]),
    ("view", &["image", "metric", "sequence", "codec", "engine"]),
    ("cli", &["image", "metric", "sequence", "codec", "load", "gpu", "engine", "export", "view"]),
    ("app", &["image", "metric", "sequence", "codec", "load", "gpu", "engine", "export", "view"]),
];

/// (library, where it may be named).
const LIBRARY: &[(&str, &[&str])] = &[
    ("wgpu", &["gpu", "app"]),
    ("egui", &["app"]),
    ("winit", &["app"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli", "app"]),
    ("exr", &["codec", "export", "cli"]),
    ("png", &["codec", "export"]),
    ("zune_jpeg", &["codec"]),
    ("indicatif", &["cli"]),
    ("rfd", &["app"]),
];

/// (module, path, text) of every source file that belongs to a module.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let path = entry.expect("src can be listed").into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let inside = path.strip_prefix(&root).expect("below src");
        let module = inside.iter().next().expect("a name").to_string_lossy().replace(".rs", "");
        if module != "lib" && module != "main" {
            let text = std::fs::read_to_string(&path).expect("readable");
            found.push((module, path, text));
        }
    }
    found
}

/// Lines without comments, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    lines.map(|(i, line)| (i, line.split("//").next().unwrap_or_default()))
}

/// Names that follow `crate::` in a line: `crate::image::Plane`, `crate::{image, metric::Rule}`.
fn crate_modules(line: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let after = line.match_indices("crate::").map(|(at, found)| &line[at + found.len()..]);
    after.map(|rest| &rest[..word(rest)]).filter(|name| !name.is_empty()).collect()
}

#[test]
fn modules_use_only_lower_layers() {
    let mut breaches = Vec::new();
    for (module, path, text) in sources() {
        let entry = MAY_USE.iter().find(|(name, _)| *name == module);
        let (_, allowed) = entry.unwrap_or_else(|| panic!("module {module} has no line in MAY_USE"));
        for (number, line) in code(&text) {
            // One module a line: this test reads no braces.
            assert!(
                !line.contains("crate::{"),
                "{}:{number}: write one `use crate::` a module",
                path.display()
            );
            for used in crate_modules(line) {
                let known = MAY_USE.iter().any(|(name, _)| *name == used);
                if known && used != module && !allowed.contains(&used) {
                    breaches.push(format!("{}:{number}: {module} uses {used}", path.display()));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn libraries_are_named_where_they_belong() {
    let mut breaches = Vec::new();
    for (module, path, text) in sources() {
        for (number, line) in code(&text) {
            for (library, allowed) in LIBRARY {
                let direct = line.trim_start().starts_with(&format!("use {library}::"));
                let spelled = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
                let inline = spelled.into_iter().any(|word| word.starts_with(&format!("{library}::")));
                if (direct || inline) && !allowed.contains(&module.as_str()) {
                    breaches.push(format!("{}:{number}: {library} in {module}", path.display()));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_reader_of_use_lines_sees_them() {
    assert_eq!(crate_modules("use crate::image::Plane;"), ["image"]);
    assert_eq!(crate_modules("    crate::gpu::open(crate::metric::x())"), ["gpu", "metric"]);
    assert_eq!(code("a // use crate::app").next(), Some((1, "a ")));
    assert!(sources().len() > 40, "the sources were found");
}
