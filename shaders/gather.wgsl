// Stored bits of some pixels of one channel. Host: src/gpu/gather.rs. Prelude: prelude.wgsl.

struct Params {
    count: u32,  // points
    offset: u32, // of the first in `out`
    row: u32,    // invocations in one row of workgroups
    unused: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<vec2u>;
@group(0) @binding(2) var channel: texture_2d<u32>;
@group(0) @binding(3) var<storage, read_write> stored: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.y * params.row + id.x;
    if i >= params.count {
        return;
    }
    stored[params.offset + i] = textureLoad(channel, points[i], 0).r;
}
