//! Where test data lies, and helpers that cannot hide a failure.
#![allow(dead_code, reason = "each test module uses its own part")]

use std::path::PathBuf;

use aovscope::metric::Metric;

/// All metrics but `flip`, whose pixels depend on their neighbours.
pub const POINTWISE: [Metric; 8] = [
    Metric::Abs,
    Metric::Signed,
    Metric::Rel,
    Metric::Sq,
    Metric::Ulp,
    Metric::Angle,
    Metric::Length,
    Metric::Id,
];

/// The whole data set, where `AOVSCOPE_DATA` names it.
///
/// # Panics
/// When it is set and no such folder exists: a wrong path must not look like a pass.
pub fn full_data() -> Option<PathBuf> {
    let root = PathBuf::from(std::env::var_os("AOVSCOPE_DATA")?);
    let root = if root.is_absolute() { root } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(root) };
    assert!(root.join("golden.json").is_file(), "AOVSCOPE_DATA is set, but {root:?} holds no golden.json");
    Some(root)
}

/// The small copy that comes with the project; the same relative paths as in the whole set.
pub fn small_data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// The whole data set if there is one, else the small copy.
pub fn any_data() -> PathBuf {
    full_data().unwrap_or_else(small_data)
}
