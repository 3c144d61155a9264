// FLIP: two planes in, an error per pixel out, in two passes over a band of rows at one exposure.
// Host: src/gpu/flip.rs. Twin: metric::flip. Prelude: prelude.wgsl.
//
// `along_x` decodes, tones and turns colours into opponent colours in workgroup memory, and filters
// them along x; `along_y` filters along y and compares. Formulas and their sources stand in the twin;
// numbers arrive from there.

struct Params {
    width: u32,         // of the compared window, in pixels
    height: u32,
    first_row: u32,     // of the band
    rows: u32,          // of the band
    a_offset: vec2i,    // texel of side a = pixel of the window + a_offset
    b_offset: vec2i,
    a_type: u32,        // TYPE_*
    b_type: u32,
    is_hdr: u32,        // 1: linear, shown at `scale`; 0: sRGB-encoded
    scale: f32,
    radius: u32,        // most pixels that a filter looks to a side
    stride: u32,        // from one filter to the next in `taps`
    first: u32,         // 1: of the exposures; `best` begins here
    largest: f32,       // colour difference
    counts: array<vec4u, 2>,    // taps of each of the FILTERS
    opponent: array<vec4f, 3>,  // rows of linear RGB to opponent colours
    from_opponent: array<vec4f, 3>,
    normal: array<vec4f, 3>,    // rows of linear RGB to (Xn, Yn, Zn)
    aces: array<vec4f, 2>,      // c0 .. c5, then the largest exposed value
    knee: vec4f,        // exponent, part of `largest`, error there
}

// Filters in `taps`; a tap k is for both -k and +k.
const LUMINANCE = 0u;
const RED_GREEN = 1u;
const BLUE_YELLOW = 2u;  // and the next
const GAUSS = 4u;
const FIRST = 5u;        // its tap -k is the opposite
const SECOND = 6u;

// Planes of a side in `filtered`, in the order of the filters; then one for both: whether some pixel
// differs as near as the filters reach along x.
const PLANES = 7u;
const DIFFERS = 14u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var a0: texture_2d<u32>;
@group(0) @binding(3) var a1: texture_2d<u32>;
@group(0) @binding(4) var a2: texture_2d<u32>;
@group(0) @binding(5) var b0: texture_2d<u32>;
@group(0) @binding(6) var b1: texture_2d<u32>;
@group(0) @binding(7) var b2: texture_2d<u32>;
@group(0) @binding(8) var<storage, read_write> filtered: array<f32>;
@group(0) @binding(9) var<storage, read_write> best: array<f32>;
@group(0) @binding(10) var map: texture_storage_2d<r32float, write>;

// Columns of a workgroup of `along_x`, and most that are around them: see the host.
const COLUMNS = 128u;
const REACH = 136u;
const SPAN = COLUMNS + 2u * REACH;

// Opponent colours of both sides, plane by plane, and whether the sides differ.
var<workgroup> colours: array<f32, 6u * SPAN>;
var<workgroup> differs: array<u32, SPAN>;

fn tap(filter_index: u32, k: u32) -> f32 { return taps[filter_index * params.stride + k]; }
fn taps_of(filter_index: u32) -> u32 { return params.counts[filter_index / 4u][filter_index % 4u]; }

// The built-in functions promise less accuracy than the error of a nearly equal pixel needs.

fn log2_of(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let exponent = bitcast<i32>(bits - 0x3f3504f3u) >> 23u;
    let m = bitcast<f32>(bits - (bitcast<u32>(exponent) << 23u));
    let s = (m - 1.0) / (m + 1.0);
    let t = s * s;
    let series = (((0.32059889 * t + 0.41219858) * t + 0.57707802) * t + 0.96179669) * t + 2.88539008;
    return f32(exponent) + s * series;
}

fn exp2_of(power: f32) -> f32 {
    let x = clamp(power, -126.0, 126.0);
    let n = floor(x + 0.5);
    let f = x - n;
    let low = (0.00015403530 * f + 0.0013333558) * f + 0.0096181291;
    let series = (((low * f + 0.055504109) * f + 0.24022651) * f + 0.69314718) * f + 1.0;
    return series * bitcast<f32>(u32(i32(n) + 127) << 23u);
}

fn pow_of(x: f32, y: f32) -> f32 {
    return select(exp2_of(y * log2_of(x)), 0.0, bitcast<u32>(x) < 0x00800000u);
}

fn cube_root(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    var third = (bits >> 2u) + (bits >> 4u);
    third += third >> 4u;
    third += third >> 8u;
    var y = bitcast<f32>(third + 0x2a5137a0u);
    for (var step = 0; step < 2; step++) {
        let cube = y * y * y;
        y *= (cube + 2.0 * x) / (2.0 * cube + x);
    }
    return y;
}

fn linear_from_srgb(encoded: f32) -> f32 {
    let v = clamp(encoded, 0.0, 1.0);
    let curve = clamp(pow_of((v + 0.055) / 1.055, 2.4), 0.0, 1.0);
    return select(curve, v / 12.92, v <= 0.04045);
}

fn tone_mapped(linear: f32) -> f32 {
    let largest = params.aces[1].z;
    let x = clamp(linear * params.scale, -largest, largest);
    let c = params.aces[0];
    let value = (x * x * c.x + x * c.y) / (x * x * c.w + x * params.aces[1].x + params.aces[1].y);
    return clamp(value, 0.0, 1.0);
}

fn shown(bits: vec3u) -> vec3f {
    let v = bitcast<vec3f>(bits);
    if params.is_hdr == 1u {
        return vec3f(tone_mapped(v.x), tone_mapped(v.y), tone_mapped(v.z));
    }
    return vec3f(linear_from_srgb(v.x), linear_from_srgb(v.y), linear_from_srgb(v.z));
}

fn are_finite(bits: vec3u) -> bool {
    return is_finite_bits(bits.x) && is_finite_bits(bits.y) && is_finite_bits(bits.z);
}

fn value_bits(stored: vec3u, sample_type: u32) -> vec3u {
    let bits = vec3u(
        sample_bits(stored.x, sample_type),
        sample_bits(stored.y, sample_type),
        sample_bits(stored.z, sample_type));
    return select(bits, vec3u(0u), bits == vec3u(SIGN_MASK));
}

// Reads a pixel of the window of both sides into place `i` of the workgroup's memory.
fn read_pixel(pixel: vec2i, i: u32) {
    let a_texel = pixel + params.a_offset;
    let b_texel = pixel + params.b_offset;
    let a_stored = vec3u(textureLoad(a0, a_texel, 0).r, textureLoad(a1, a_texel, 0).r, textureLoad(a2, a_texel, 0).r);
    let b_stored = vec3u(textureLoad(b0, b_texel, 0).r, textureLoad(b1, b_texel, 0).r, textureLoad(b2, b_texel, 0).r);
    var a = value_bits(a_stored, params.a_type);
    var b = value_bits(b_stored, params.b_type);
    if !(are_finite(a) && are_finite(b)) {
        a = vec3u(0u);
        b = vec3u(0u);
    }
    differs[i] = select(0u, 1u, any(a != b));
    let a_shown = shown(a);
    let b_shown = shown(b);
    for (var c = 0u; c < 3u; c++) {
        colours[c * SPAN + i] = dot3(params.opponent[c].xyz, a_shown);
        colours[(3u + c) * SPAN + i] = dot3(params.opponent[c].xyz, b_shown);
    }
}

fn dot3(row: vec3f, v: vec3f) -> f32 { return row.x * v.x + row.y * v.y + row.z * v.z; }

// Number of the value of plane `plane` at (x, row) in `filtered`; rows count from the top of the halo.
fn place(plane: u32, row: u32, x: u32) -> u32 {
    return (plane * (params.rows + 2u * params.radius) + row) * params.width + x;
}

@compute @workgroup_size(128)
fn along_x(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let row = group.y;
    let start = i32(group.x * COLUMNS) - i32(params.radius);
    let last = vec2i(i32(params.width), i32(params.height)) - 1;
    let y = clamp(i32(params.first_row + row) - i32(params.radius), 0, last.y);
    for (var i = local; i < COLUMNS + 2u * params.radius; i += COLUMNS) {
        read_pixel(vec2i(clamp(start + i32(i), 0, last.x), y), i);
    }
    workgroupBarrier();
    let x = group.x * COLUMNS + local;
    if x >= params.width {
        return;
    }
    var any_differs = 0u;
    for (var i = local; i <= local + 2u * params.radius; i++) {
        any_differs |= differs[i];
    }
    filtered[place(DIFFERS, row, x)] = f32(any_differs);
    let at = local + params.radius;
    for (var side = 0u; side < 2u; side++) {
        let plane = side * PLANES;
        let colour = side * 3u * SPAN + at;
        filtered[place(plane + LUMINANCE, row, x)] = symmetric_x(LUMINANCE, colour);
        filtered[place(plane + RED_GREEN, row, x)] = symmetric_x(RED_GREEN, colour + SPAN);
        filtered[place(plane + BLUE_YELLOW, row, x)] = symmetric_x(BLUE_YELLOW, colour + 2u * SPAN);
        filtered[place(plane + BLUE_YELLOW + 1u, row, x)] = symmetric_x(BLUE_YELLOW + 1u, colour + 2u * SPAN);
        filtered[place(plane + GAUSS, row, x)] = symmetric_x(GAUSS, colour);
        filtered[place(plane + SECOND, row, x)] = symmetric_x(SECOND, colour);
        filtered[place(plane + FIRST, row, x)] = opposite_x(colour);
    }
}

fn symmetric_x(filter_index: u32, at: u32) -> f32 {
    var sum = tap(filter_index, 0u) * colours[at];
    let count = taps_of(filter_index);
    for (var k = 1u; k < count; k++) {
        sum += tap(filter_index, k) * (colours[at - k] + colours[at + k]);
    }
    return sum;
}

fn opposite_x(at: u32) -> f32 {
    var sum = 0.0;
    let count = taps_of(FIRST);
    for (var k = 1u; k < count; k++) {
        sum += tap(FIRST, k) * (colours[at + k] - colours[at - k]);
    }
    return sum;
}

fn symmetric_y(filter_index: u32, plane: u32, row: u32, x: u32) -> f32 {
    let at = place(plane, row, x);
    var sum = tap(filter_index, 0u) * filtered[at];
    let count = taps_of(filter_index);
    for (var k = 1u; k < count; k++) {
        sum += tap(filter_index, k) * (filtered[at - k * params.width] + filtered[at + k * params.width]);
    }
    return sum;
}

fn opposite_y(plane: u32, row: u32, x: u32) -> f32 {
    let at = place(plane, row, x);
    var sum = 0.0;
    let count = taps_of(FIRST);
    for (var k = 1u; k < count; k++) {
        sum += tap(FIRST, k) * (filtered[at + k * params.width] - filtered[at - k * params.width]);
    }
    return sum;
}

fn lightness(t: f32) -> f32 {
    let line = t * 7.787037 + 0.13793103;
    return select(line, cube_root(t), t > 0.008856452);
}

fn hunt_lab(opponent: vec3f) -> vec3f {
    var rgb = vec3f();
    var n = vec3f();
    for (var c = 0u; c < 3u; c++) {
        rgb[c] = clamp(dot3(params.from_opponent[c].xyz, opponent), 0.0, 1.0);
    }
    for (var c = 0u; c < 3u; c++) {
        n[c] = lightness(dot3(params.normal[c].xyz, rgb));
    }
    let l = 116.0 * n.y - 16.0;
    let hunt = 0.01 * l;
    return vec3f(l, hunt * (500.0 * (n.x - n.y)), hunt * (200.0 * (n.y - n.z)));
}

// What the filters make of one side: Hunt-adjusted CIELab, and edge and point.
struct Seen {
    lab: vec3f,
    feature: vec2f,
}

fn seen(side: u32, row: u32, x: u32) -> Seen {
    let plane = side * PLANES;
    let luminance = symmetric_y(LUMINANCE, plane + LUMINANCE, row, x);
    let red_green = symmetric_y(RED_GREEN, plane + RED_GREEN, row, x);
    let blue_yellow = symmetric_y(BLUE_YELLOW, plane + BLUE_YELLOW, row, x)
        + symmetric_y(BLUE_YELLOW + 1u, plane + BLUE_YELLOW + 1u, row, x);
    let edge = vec2f(symmetric_y(GAUSS, plane + FIRST, row, x), opposite_y(plane + GAUSS, row, x));
    let point = vec2f(
        symmetric_y(GAUSS, plane + SECOND, row, x), symmetric_y(SECOND, plane + GAUSS, row, x));
    let feature = sqrt(vec2f(edge.x * edge.x + edge.y * edge.y, point.x * point.x + point.y * point.y));
    return Seen(hunt_lab(vec3f(luminance, red_green, blue_yellow)), feature);
}

fn colour_error(distance: f32) -> f32 {
    let difference = pow_of(distance, params.knee.x);
    let knee = params.knee.y * params.largest;
    let high = params.knee.z + (difference - knee) / (params.largest - knee) * (1.0 - params.knee.z);
    return select(high, difference * (params.knee.z / knee), difference < knee);
}

// 0 exactly where nothing differs as far as the filters reach.
fn error_at(row: u32, x: u32) -> f32 {
    var any_differs = 0.0;
    for (var k = 0u; k <= 2u * params.radius; k++) {
        any_differs = max(any_differs, filtered[place(DIFFERS, row - params.radius + k, x)]);
    }
    if any_differs == 0.0 {
        return 0.0;
    }
    let a = seen(0u, row, x);
    let b = seen(1u, row, x);
    let d = a.lab - b.lab;
    let colour = colour_error(abs(d.x) + sqrt(d.y * d.y + d.z * d.z));
    let features = abs(a.feature - b.feature);
    let feature = sqrt(clamp(max(features.x, features.y) * 0.70710678, 0.0, 1.0));
    return clamp(pow_of(colour, 1.0 - feature), 0.0, 1.0);
}

@compute @workgroup_size(64, 4)
fn along_y(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= params.width || id.y >= params.rows {
        return;
    }
    let i = id.y * params.width + id.x;
    var value = error_at(id.y + params.radius, id.x);
    if params.first == 0u {
        value = max(value, best[i]);
    }
    best[i] = value;
    textureStore(map, vec2u(id.x, params.first_row + id.y), vec4f(value, 0.0, 0.0, 0.0));
}
