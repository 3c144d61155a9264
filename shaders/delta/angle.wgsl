// The angle between the two vectors of a pixel, for METRIC_ANGLE.
// A part of ../delta.wgsl, with the Pixel of pixel.wgsl. Host: src/gpu/delta.rs.

// The arc tangent of x in 0..=1: the polynomial of Cephes' atanf (S. L. Moshier), within 2 units.
fn arc_tangent(x: f32) -> f32 {
    let is_large = x > 0.41421357;
    let y = select(x, (x - 1.0) / (x + 1.0), is_large);
    let z = y * y;
    let p = ((0.0805374449538 * z - 0.138776856032) * z + 0.199777106478) * z - 0.333329491539;
    return select(0.0, 0.78539816, is_large) + (p * z * y + y);
}

// Below 2^-24 or from 2^30 on, the products of two components may leave the range of f32.
const SMALL_VECTOR = 0x33800000u;
const LARGE_VECTOR = 0x4e800000u;

fn largest_component(v: vec4f) -> u32 {
    let bits = bitcast<vec4u>(v) & vec4u(ABS_MASK);
    return max(max(bits.x, bits.y), max(bits.z, bits.w));
}

// |u x v|^2, as the sum of the squared minors of two rows, and the same of the terms' sizes.
fn cross_squared(u: vec4f, v: vec4f) -> vec2f {
    let left = vec3f(u.x * v.y, u.x * v.z, u.y * v.z);
    let right = vec3f(u.y * v.x, u.z * v.x, u.z * v.y);
    let left_w = u.xyz * v.w;
    let right_w = u.w * v.xyz;
    let minors = left - right;
    let minors_w = left_w - right_w;
    let bound = abs(left) + abs(right);
    let bound_w = abs(left_w) + abs(right_w);
    return vec2f(dot(minors, minors) + dot(minors_w, minors_w), dot(bound, bound) + dot(bound_w, bound_w));
}

// Degrees between the two vectors of the pixel.
fn angle(pixel: ptr<function, Pixel>) -> f32 {
    if !(*pixel).differs {
        return 0.0;
    }
    let a = (*pixel).vector_a;
    let b = (*pixel).vector_b;
    let d = (*pixel).vector_delta;
    let size_a = largest_component(a);
    let size_b = largest_component(b);
    if size_a == 0u || size_b == 0u {
        return select(180.0, 0.0, size_a == size_b);
    }
    if channels == 1u {
        return select(0.0, 180.0, ((bitcast<u32>(a.x) ^ bitcast<u32>(b.x)) & SIGN_MASK) != 0u);
    }
    if min(size_a, size_b) < SMALL_VECTOR || max(size_a, size_b) >= LARGE_VECTOR {
        (*pixel).doubt = true;
        return 0.0;
    }
    // a x b, a x (a - b) turned, a x (a + b): the one whose terms cancel least. The first is good for wide
    // angles, the second for narrow ones of vectors of a length, the third for nearly opposite ones.
    var best = cross_squared(a, b);
    let narrow = cross_squared(a, d);
    let opposite = cross_squared(a, a + b);
    best = select(best, narrow, narrow.x * best.y > best.x * narrow.y);
    best = select(best, opposite, opposite.x * best.y > best.x * opposite.y);
    let squared = best.x;
    // Where they cancel to a 20th, or are flushed, little of the angle is left.
    if squared * 400.0 < best.y || bitcast<u32>(squared) < TINY {
        (*pixel).doubt = true;
        return 0.0;
    }
    let y = sqrt(squared);
    let x = dot(a, b);
    let size = abs(x);
    let tangent = arc_tangent(min(size, y) / max(size, y));
    let acute = select(tangent, 1.57079633 - tangent, y > size);
    return 57.2957795 * select(acute, 3.14159265 - acute, (bitcast<u32>(x) & SIGN_MASK) != 0u);
}
