// One picture with the heat of its delta over it. Host: src/app/canvas.rs.
//
// Samples come as stored, one texture a channel: floats in `float_*`, integers in `uint_*`, and
// `types` says which of the two a channel has. NaN and infinity are told from bits: a compiler
// may assume that neither occurs.

struct Params {
    origin: vec2f,       // image point at the left top of the viewport
    viewport: vec2f,     // left top of the viewport, in physical pixels
    step: f32,           // image pixels in one physical pixel
    gain: f32,           // factor of the exposure
    heat_max: f32,       // value at the end of the colour map, > 0
    heat_floor: f32,     // position on the map of a change that is next to nothing
    lo: vec4f,           // shown black, by channel (TRANSFORM_RANGE)
    hi: vec4f,           // shown white, by channel
    luminance: vec4f,    // of R, G and B (TRANSFORM_LUMINANCE_CHROMA)
    data: vec4i,         // data window: x, y, width, height
    display: vec4i,      // display window
    map: vec4i,          // window of the heat map
    types: vec4u,        // TYPE_* by channel
    channels: u32,       // 1..4
    transform: u32,      // TRANSFORM_*
    flags: u32,          // SHOW_*
    pad: u32,
}

const TYPE_FLOAT: u32 = 0u; // value in float_*
const TYPE_U8: u32 = 1u;    // k/255 in uint_*
const TYPE_U16: u32 = 2u;   // k/65535 in uint_*
const TYPE_U32: u32 = 3u;   // the integer in uint_*

const TRANSFORM_COLOUR: u32 = 0u;  // linear light: gain, then the display's curve
const TRANSFORM_ENCODED: u32 = 1u; // display-encoded already: gain applied in linear light
const TRANSFORM_RANGE: u32 = 2u;   // lo..hi in proportion
const TRANSFORM_ID: u32 = 3u;      // a colour for each value of the first channel
const TRANSFORM_CRYPTO: u32 = 4u;  // as ID, weighted by the second channel
const TRANSFORM_LUMINANCE_CHROMA: u32 = 5u; // as COLOUR, of Y, RY, BY

const SHOW_HEAT: u32 = 1u;   // colour what changed, dim what did not
const SHOW_SIGNED: u32 = 2u; // the map is diverging
const SHOW_UNREADABLE: u32 = 4u; // `unreadable` is of this plane

const FLAG_CHANGED: u32 = 1u;
const FLAG_NON_FINITE: u32 = 2u;
const FLAG_UNCOVERED: u32 = 4u;
const FLAG_UNREADABLE: u32 = 8u;

const BLOCK: i32 = 16; // pixels across a block of the coarse map

const MAGENTA = vec3f(1.0, 0.0, 0.85);
const GROUND = vec3f(0.055, 0.058, 0.065);

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var float_0: texture_2d<f32>;
@group(0) @binding(2) var float_1: texture_2d<f32>;
@group(0) @binding(3) var float_2: texture_2d<f32>;
@group(0) @binding(4) var float_3: texture_2d<f32>;
@group(0) @binding(5) var uint_0: texture_2d<u32>;
@group(0) @binding(6) var uint_1: texture_2d<u32>;
@group(0) @binding(7) var uint_2: texture_2d<u32>;
@group(0) @binding(8) var uint_3: texture_2d<u32>;
@group(0) @binding(9) var delta: texture_2d<f32>;
@group(0) @binding(10) var delta_flags: texture_2d<u32>;
@group(0) @binding(11) var lut: texture_2d<f32>; // 256 x 2: sequential, diverging
@group(0) @binding(12) var coarse: texture_2d<f32>; // strongest change of BLOCK x BLOCK pixels
@group(0) @binding(13) var coarse_flags: texture_2d<u32>; // all flags of its changed and unreadable pixels
@group(0) @binding(14) var unreadable: texture_2d<u32>; // not 0 where the file does not give the pixel

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
    let x = f32(index & 1u) * 4.0 - 1.0;
    let y = f32(index >> 1u) * 4.0 - 1.0;
    return vec4f(x, y, 0.0, 1.0);
}

fn is_finite(bits: u32) -> bool {
    return (bits & 0x7f800000u) != 0x7f800000u;
}

struct Pixel {
    value: vec4f,
    finite: bool,
    bits: u32, // of the first channel
}

fn float_of(channel: u32, at: vec2i) -> f32 {
    switch channel {
        case 0u: { return textureLoad(float_0, at, 0).x; }
        case 1u: { return textureLoad(float_1, at, 0).x; }
        case 2u: { return textureLoad(float_2, at, 0).x; }
        default: { return textureLoad(float_3, at, 0).x; }
    }
}

fn uint_of(channel: u32, at: vec2i) -> u32 {
    switch channel {
        case 0u: { return textureLoad(uint_0, at, 0).x; }
        case 1u: { return textureLoad(uint_1, at, 0).x; }
        case 2u: { return textureLoad(uint_2, at, 0).x; }
        default: { return textureLoad(uint_3, at, 0).x; }
    }
}

fn load(image: vec2i) -> Pixel {
    let at = image - params.data.xy;
    var pixel: Pixel;
    pixel.value = vec4f(0.0, 0.0, 0.0, 1.0);
    pixel.finite = true;
    for (var channel = 0u; channel < params.channels; channel++) {
        var bits: u32;
        var value: f32;
        if params.types[channel] == TYPE_FLOAT {
            value = float_of(channel, at);
            bits = bitcast<u32>(value);
            pixel.finite = pixel.finite && is_finite(bits);
        } else {
            bits = uint_of(channel, at);
            value = f32(bits);
            if params.types[channel] == TYPE_U8 { value = value / 255.0; }
            if params.types[channel] == TYPE_U16 { value = value / 65535.0; }
        }
        if channel == 0u { pixel.bits = bits; }
        pixel.value[channel] = value;
    }
    return pixel;
}

fn encode(linear: vec3f) -> vec3f {
    let v = clamp(linear, vec3f(0.0), vec3f(1.0));
    return select(1.055 * pow(v, vec3f(1.0 / 2.4)) - 0.055, v * 12.92, v <= vec3f(0.0031308));
}

fn decode(encoded: vec3f) -> vec3f {
    let v = clamp(encoded, vec3f(0.0), vec3f(1.0));
    return select(pow((v + 0.055) / 1.055, vec3f(2.4)), v / 12.92, v <= vec3f(0.04045));
}

fn hashed(bits: u32) -> vec3f {
    if bits == 0u { return vec3f(0.0); }
    var h = bits * 0x9e3779b1u;
    h = (h ^ (h >> 15u)) * 0x85ebca6bu;
    h = h ^ (h >> 13u);
    let hue = f32(h & 0xffffu) / 65536.0 * 6.0;
    let light = 0.45 + 0.4 * f32((h >> 16u) & 0xffu) / 255.0;
    let wheel = clamp(abs((vec3f(hue, hue + 4.0, hue + 2.0) % vec3f(6.0)) - 3.0) - 1.0, vec3f(0.0), vec3f(1.0));
    return mix(vec3f(light), wheel * light * 1.25, 0.6);
}

// R, G, B from Y, RY, BY. Twin: image::rgb_from_luminance_chroma.
fn rgb_from_luminance_chroma(yc: vec3f, weights: vec3f) -> vec3f {
    if yc.y == 0.0 && yc.z == 0.0 { return yc.xxx; }
    let red = (yc.y + 1.0) * yc.x;
    let blue = (yc.z + 1.0) * yc.x;
    return vec3f(red, (yc.x - red * weights.x - blue * weights.z) / weights.y, blue);
}

// Colour on screen of one image pixel that is inside the data window.
fn shade(pixel: Pixel) -> vec3f {
    if !pixel.finite { return MAGENTA; }
    var colour = pixel.value.xyz;
    switch params.transform {
        case TRANSFORM_ID: { return hashed(pixel.bits); }
        case TRANSFORM_CRYPTO: { return hashed(pixel.bits) * clamp(pixel.value.y, 0.0, 1.0); }
        case TRANSFORM_RANGE: {
            colour = (colour - params.lo.xyz) / (params.hi.xyz - params.lo.xyz) * params.gain;
        }
        case TRANSFORM_ENCODED: {
            if params.gain != 1.0 { colour = encode(decode(colour) * params.gain); }
        }
        case TRANSFORM_LUMINANCE_CHROMA: {
            colour = encode(rgb_from_luminance_chroma(colour, params.luminance.xyz) * params.gain);
        }
        default: { colour = encode(colour * params.gain); }
    }
    if params.channels == 1u { colour = colour.xxx; }
    if params.channels == 2u { colour.z = 0.0; }
    return clamp(colour, vec3f(0.0), vec3f(1.0));
}

fn inside(image: vec2i, window: vec4i) -> bool {
    return all(image >= window.xy) && all(image < window.xy + window.zw);
}

fn any_inside(first: vec2i, count: i32, window: vec4i) -> bool {
    return all(first + count > window.xy) && all(first < window.xy + window.zw);
}

// Where neither picture nor delta is: a quiet chequered ground inside the display window.
fn ground(image: vec2i, screen: vec2f) -> vec3f {
    if !inside(image, params.display) { return GROUND; }
    let tile = (i32(screen.x) / 8 + i32(screen.y) / 8) & 1;
    return GROUND + vec3f(0.018) * f32(tile);
}

// Stripes over pixels that a file does not give, falling to the right: those of uncovered ones rise.
fn hatching(screen: vec2f) -> vec3f {
    let stripe = (i32(screen.x) - i32(screen.y)) & 7;
    return select(vec3f(0.17, 0.075, 0.08), vec3f(0.85, 0.30, 0.30), stripe < 2);
}

fn is_unreadable(image: vec2i) -> bool {
    if (params.flags & SHOW_UNREADABLE) == 0u { return false; }
    return textureLoad(unreadable, image - params.data.xy, 0).x != 0u;
}

// A picture of the footprint of one screen pixel: the mean of some of its pixels; one that is not
// finite shows, and before it one that cannot be read.
fn picture(first: vec2i, count: i32, screen: vec2f) -> vec3f {
    let across = min(count, 4);
    var sum = vec3f(0.0);
    var n = 0.0;
    for (var j = 0; j < across; j++) {
        for (var i = 0; i < across; i++) {
            let image = first + vec2i(i, j) * count / across;
            if !inside(image, params.data) { continue; }
            if is_unreadable(image) { return hatching(screen); }
            let pixel = load(image);
            if !pixel.finite { return MAGENTA; }
            sum += shade(pixel);
            n += 1.0;
        }
    }
    if n == 0.0 { return ground(first, screen); }
    return sum / n;
}

fn heat_colour(value: f32) -> vec3f {
    let magnitude = clamp(abs(value) / params.heat_max, 0.0, 1.0);
    var position = params.heat_floor + (1.0 - params.heat_floor) * magnitude;
    var row = 0;
    if (params.flags & SHOW_SIGNED) != 0u {
        position = 0.5 + 0.5 * select(position, -position, value < 0.0);
        row = 1;
    }
    return textureLoad(lut, vec2i(i32(position * 255.0 + 0.5), row), 0).xyz;
}

struct Strongest {
    value: f32,
    flags: u32,
}

// The strongest change in the footprint of one screen pixel, pixel by pixel, and the flags of all that
// changed or cannot be read.
fn strongest(first: vec2i, last: vec2i) -> Strongest {
    var found = Strongest(0.0, 0u);
    for (var y = first.y; y <= last.y; y++) {
        for (var x = first.x; x <= last.x; x++) {
            let flags = textureLoad(delta_flags, vec2i(x, y), 0).x;
            if (flags & (FLAG_CHANGED | FLAG_UNREADABLE)) == 0u { continue; }
            found.flags |= flags;
            let value = textureLoad(delta, vec2i(x, y), 0).x;
            if abs(value) > abs(found.value) { found.value = value; }
        }
    }
    return found;
}

// The same by blocks: all that the footprint touches, so that none of its pixels is missed.
fn strongest_block(first: vec2i, last: vec2i) -> Strongest {
    var found = Strongest(0.0, 0u);
    for (var y = first.y / BLOCK; y <= last.y / BLOCK; y++) {
        for (var x = first.x / BLOCK; x <= last.x / BLOCK; x++) {
            found.flags |= textureLoad(coarse_flags, vec2i(x, y), 0).x;
            let value = textureLoad(coarse, vec2i(x, y), 0).x;
            if abs(value) > abs(found.value) { found.value = value; }
        }
    }
    return found;
}

// One changed pixel stays visible however far away.
// Returns colour and, in w, whether there is anything to show.
fn heat(first: vec2i, count: i32, screen: vec2f) -> vec4f {
    let from_map = max(first - params.map.xy, vec2i(0));
    let to_map = min(first + count - 1 - params.map.xy, params.map.zw - 1);
    if any(from_map > to_map) { return vec4f(0.0); }
    var found: Strongest;
    if count > BLOCK {
        found = strongest_block(from_map, to_map);
    } else {
        found = strongest(from_map, to_map);
    }
    if (found.flags & FLAG_NON_FINITE) != 0u { return vec4f(MAGENTA, 1.0); }
    if (found.flags & FLAG_UNCOVERED) != 0u && found.value == 0.0 {
        let stripe = (i32(screen.x) + i32(screen.y)) & 7;
        return vec4f(select(vec3f(0.10, 0.13, 0.13), vec3f(0.25, 0.62, 0.60), stripe < 2), 1.0);
    }
    if (found.flags & FLAG_CHANGED) != 0u { return vec4f(heat_colour(found.value), 1.0); }
    return vec4f(hatching(screen), select(0.0, 1.0, (found.flags & FLAG_UNREADABLE) != 0u));
}

@fragment
fn fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let screen = floor(position.xy) - params.viewport;
    let from_point = params.origin + screen * params.step;
    let to_point = params.origin + (screen + 1.0) * params.step;
    var first = vec2i(floor(from_point));
    var count = 1;
    if params.step <= 1.0 {
        first = vec2i(floor(params.origin + (screen + 0.5) * params.step));
    } else {
        let extent = vec2i(ceil(to_point)) - first;
        count = max(max(extent.x, extent.y), 1);
    }
    var colour = picture(first, count, screen);
    if (params.flags & SHOW_HEAT) != 0u {
        if any_inside(first, count, params.data) {
            let grey = dot(colour, vec3f(0.2126, 0.7152, 0.0722));
            colour = mix(vec3f(grey), colour, 0.25) * 0.3 + GROUND * 0.35;
        }
        let hot = heat(first, count, screen);
        colour = mix(colour, hot.xyz, hot.w);
    }
    return vec4f(colour, 1.0);
}
