//! Shader sources: the constants that Rust owns, the shared prelude, then the pass itself.

use super::tile::{TILE_DOUBT, TILE_INEXACT};
use crate::image::SampleType;
use crate::metric::{FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, Metric};

const PRELUDE: &str = include_str!("../../shaders/prelude.wgsl");

/// The whole WGSL source of a pass whose own text is `pass`. Drawing shaders may use it as well:
/// it gives them `sample_value`, `METRIC_*`, `TYPE_*` and `FLAG_*`.
pub fn with_prelude(pass: &str) -> String {
    let mut source = String::new();
    let mut constant = |name: String, value: u32| source.push_str(&format!("const {name} = {value}u;\n"));
    for metric in Metric::ALL {
        constant(format!("METRIC_{}", metric.name().to_uppercase()), metric_code(metric));
    }
    for (name, sample_type) in SAMPLE_TYPES {
        constant(format!("TYPE_{name}"), type_code(sample_type));
    }
    constant("FLAG_CHANGED".into(), FLAG_CHANGED.into());
    constant("FLAG_NON_FINITE".into(), FLAG_NON_FINITE.into());
    constant("FLAG_UNCOVERED".into(), FLAG_UNCOVERED.into());
    constant("TILE_DOUBT".into(), TILE_DOUBT);
    constant("TILE_INEXACT".into(), TILE_INEXACT);
    source + PRELUDE + pass
}

const SAMPLE_TYPES: [(&str, SampleType); 5] = [
    ("U8", SampleType::U8),
    ("U16", SampleType::U16),
    ("F16", SampleType::F16),
    ("U32", SampleType::U32),
    ("F32", SampleType::F32),
];

/// The number of `METRIC_*` in shaders.
pub const fn metric_code(metric: Metric) -> u32 {
    metric as u32
}

/// The number of `TYPE_*` in shaders.
pub const fn type_code(sample_type: SampleType) -> u32 {
    sample_type as u32
}
