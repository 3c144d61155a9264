//! Shader sources: the constants that Rust owns, the shared prelude, then the pass itself.

use super::tile::{Records, TILE, TILE_DOUBT, TILE_INEXACT, Tile};
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
    // For who reads the records as words.
    constant("TILE".into(), TILE);
    constant("RECORD_BINS".into(), Records::BINS as u32 / 4);
    constant("TILE_WORDS".into(), size_of::<Tile>() as u32 / 4);
    constant("TILE_BITS".into(), std::mem::offset_of!(Tile, bits) as u32 / 4);
    source + PRELUDE + pass
}

/// Bindings 0, 1, 2 … of these types for a compute pass. Written out, not deduced: a layout that a
/// pipeline deduces for itself fits that one pipeline alone.
pub(super) fn numbered(
    types: impl IntoIterator<Item = wgpu::BindingType>,
) -> Vec<wgpu::BindGroupLayoutEntry> {
    let visibility = wgpu::ShaderStages::COMPUTE;
    let entry = |(binding, ty)| wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None };
    (0..).zip(types).map(entry).collect()
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

/// Fails unless the struct `$type` has the same members in the same places in the shader `$source`.
#[cfg(test)]
macro_rules! assert_layout {
    ($type:ident, $source:expr, [$($field:ident),* $(,)?]) => {
        let rust = [$((stringify!($field), std::mem::offset_of!($type, $field))),*];
        $crate::gpu::shader::assert_members(&$source, stringify!($type), size_of::<$type>(), &rust);
    };
}
#[cfg(test)]
pub(crate) use assert_layout;

/// Fails unless `members` (name, offset) and `size` are those of the struct `name` in `source`.
#[cfg(test)]
#[track_caller]
pub(crate) fn assert_members(source: &str, name: &str, size: usize, members: &[(&str, usize)]) {
    let module =
        naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)));
    let found = module.types.iter().find(|(_, t)| t.name.as_deref() == Some(name));
    let (_, found) = found.unwrap_or_else(|| panic!("the shader has no {name}"));
    let naga::TypeInner::Struct { members: wgsl, span } = &found.inner else { panic!("{name} is a struct") };
    let wgsl: Vec<_> =
        wgsl.iter().map(|m| (m.name.as_deref().expect("members have names"), m.offset as usize)).collect();
    assert_eq!(wgsl, members, "members of {name}: in the shader, in Rust");
    assert_eq!(*span as usize, size, "size of {name}");
}
