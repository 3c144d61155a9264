// A picture that was drawn before, laid onto the screen pixel by pixel. Host: src/app/canvas/kept.rs.

@group(0) @binding(0) var<uniform> corner: vec4i; // where its left top stands, in physical pixels
@group(0) @binding(1) var kept: texture_2d<f32>;

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
    let x = f32(index & 1u) * 4.0 - 1.0;
    let y = f32(index >> 1u) * 4.0 - 1.0;
    return vec4f(x, y, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
    return textureLoad(kept, vec2i(floor(position.xy)) - corner.xy, 0);
}
