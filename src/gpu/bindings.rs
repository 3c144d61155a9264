//! Whether a pass binds what its shader declares. Tests alone use this.

use naga::{AddressSpace, ImageClass, ImageDimension, ScalarKind, StorageAccess, StorageFormat, TypeInner};
use wgpu::{BindingType, BufferBindingType, StorageTextureAccess, TextureFormat, TextureSampleType};

/// Fails unless `entries` are the bindings of group 0 in `source`, each of the shader's type, and
/// seen by compute shaders; and the shader has no other group.
#[track_caller]
pub(super) fn assert_bindings(source: &str, entries: &[wgpu::BindGroupLayoutEntry]) {
    let declared = declared(source);
    let bound: Vec<(u32, String)> = entries.iter().map(|e| (e.binding, spelled(&e.ty))).collect();
    assert_eq!(bound, declared, "bindings: in Rust, in the shader");
    for entry in entries {
        assert_eq!(entry.visibility, wgpu::ShaderStages::COMPUTE, "binding {}", entry.binding);
        assert_eq!(entry.count, None, "binding {}", entry.binding);
    }
}

/// (binding, type) of all resources of a shader, in the order of the bindings.
#[track_caller]
fn declared(source: &str) -> Vec<(u32, String)> {
    let module =
        naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)));
    let resource = |variable: &naga::GlobalVariable| {
        let binding = variable.binding?;
        assert_eq!(binding.group, 0, "{:?}", variable.name);
        Some((binding.binding, spelled_in_shader(variable.space, &module.types[variable.ty].inner)))
    };
    let mut found: Vec<_> = module.global_variables.iter().filter_map(|(_, v)| resource(v)).collect();
    found.sort();
    found
}

fn spelled_in_shader(space: AddressSpace, inner: &TypeInner) -> String {
    match (space, inner) {
        (AddressSpace::Uniform, _) => "uniform".into(),
        (AddressSpace::Storage { access }, _) if access.contains(StorageAccess::STORE) => "storage".into(),
        (AddressSpace::Storage { .. }, _) => "storage, read".into(),
        (_, &TypeInner::Image { dim: ImageDimension::D2, arrayed: false, class }) => match class {
            ImageClass::Sampled { kind, multi: false } => format!("texture of {kind:?}"),
            ImageClass::Storage { format, access } => {
                let (loads, stores) =
                    (access.contains(StorageAccess::LOAD), access.contains(StorageAccess::STORE));
                format!("storage texture of {format:?}, load {loads}, store {stores}")
            }
            other => format!("{other:?}"),
        },
        other => format!("{other:?}"),
    }
}

/// The same in the words of [`spelled_in_shader`].
fn spelled(ty: &BindingType) -> String {
    match *ty {
        BindingType::Buffer { ty: BufferBindingType::Uniform, has_dynamic_offset: false, .. } => {
            "uniform".into()
        }
        BindingType::Buffer {
            ty: BufferBindingType::Storage { read_only },
            has_dynamic_offset: false,
            ..
        } => if read_only { "storage, read" } else { "storage" }.into(),
        BindingType::Texture {
            sample_type,
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        } => {
            let kind = match sample_type {
                TextureSampleType::Float { .. } => ScalarKind::Float,
                TextureSampleType::Sint => ScalarKind::Sint,
                TextureSampleType::Uint => ScalarKind::Uint,
                TextureSampleType::Depth => return "texture of depth".into(),
            };
            format!("texture of {kind:?}")
        }
        BindingType::StorageTexture { access, format, view_dimension: wgpu::TextureViewDimension::D2 } => {
            let format = match format {
                TextureFormat::R32Float => StorageFormat::R32Float,
                TextureFormat::R32Uint => StorageFormat::R32Uint,
                TextureFormat::Rg32Float => StorageFormat::Rg32Float,
                TextureFormat::Rgba32Float => StorageFormat::Rgba32Float,
                TextureFormat::Rgba16Float => StorageFormat::Rgba16Float,
                other => return format!("storage texture of {other:?}: to be added to this list"),
            };
            let (loads, stores) = match access {
                StorageTextureAccess::ReadOnly => (true, false),
                StorageTextureAccess::WriteOnly => (false, true),
                StorageTextureAccess::ReadWrite | StorageTextureAccess::Atomic => (true, true),
            };
            format!("storage texture of {format:?}, load {loads}, store {stores}")
        }
        ref other => format!("{other:?}"),
    }
}

mod tests {
    use super::*;

    const SHADER: &str = "
        struct Params { n: u32 }
        @group(0) @binding(0) var<uniform> params: Params;
        @group(0) @binding(2) var<storage, read_write> out: array<u32>;
        @group(0) @binding(1) var picture: texture_2d<u32>;
        @group(0) @binding(3) var map: texture_storage_2d<r32float, write>;
        @compute @workgroup_size(1) fn main() { out[0] = params.n; }
    ";

    fn entries() -> [wgpu::BindGroupLayoutEntry; 4] {
        let buffer = |ty| BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
        let view_dimension = wgpu::TextureViewDimension::D2;
        let sample_type = TextureSampleType::Uint;
        let types = [
            buffer(BufferBindingType::Uniform),
            BindingType::Texture { sample_type, view_dimension, multisampled: false },
            buffer(BufferBindingType::Storage { read_only: false }),
            BindingType::StorageTexture {
                access: StorageTextureAccess::WriteOnly,
                format: TextureFormat::R32Float,
                view_dimension,
            },
        ];
        let visibility = wgpu::ShaderStages::COMPUTE;
        let mut binding = 0..;
        types.map(|ty| wgpu::BindGroupLayoutEntry {
            binding: binding.next().expect("endless"),
            visibility,
            ty,
            count: None,
        })
    }

    #[test]
    fn what_is_bound_as_declared_passes() {
        assert_bindings(SHADER, &entries());
    }

    #[test]
    fn every_slip_is_seen() {
        let slips = [
            ("var<uniform>", "var<storage>"),
            ("read_write>", "read>"),
            ("texture_2d<u32>", "texture_2d<i32>"),
            ("texture_2d<u32>", "texture_2d_array<u32>"),
            ("r32float, write", "r32uint, write"),
            ("r32float, write", "r32float, read_write"),
            ("@binding(3)", "@binding(4)"),
            ("@group(0) @binding(3) var map: texture_storage_2d<r32float, write>;", ""),
        ];
        for (from, to) in slips {
            // Only what is bound counts: the body may say what it likes.
            let slipped = SHADER.replace(from, to).replace("out[0] = params.n;", "");
            let entries = entries();
            let seen = std::panic::catch_unwind(|| assert_bindings(&slipped, &entries));
            assert!(seen.is_err(), "{from} became {to}");
        }
        let mut entries = entries();
        entries[0].visibility = wgpu::ShaderStages::FRAGMENT;
        assert!(std::panic::catch_unwind(|| assert_bindings(SHADER, &entries)).is_err());
    }
}
