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
    offset: f32,         // added after it; 1 is the way from black to white
    gamma: f32,          // of CURVE_GAMMA, > 0
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
    curve: u32,          // CURVE_*
    seen: u32,           // SEEN_*, or the number of a channel, from 1
    heat_map: u32,       // row of the colour map
    heat_scale: u32,     // SCALE_*
    heat_max: f32,       // value at the end of the colour map, > 0
    heat_least: f32,     // least value of SCALE_LOG; where SCALE_SYMLOG stops to be in proportion
    heat_floor: f32,     // position on the map of a change that is next to nothing
    pad: vec2u,
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
const SHOW_CLIPPED: u32 = 8u; // stripes over what the screen cannot show
const SHOW_NON_FINITE: u32 = 16u; // colours for NaN and infinities
const SHOW_NO_PICTURE: u32 = 32u; // the heat alone

const CURVE_SRGB: u32 = 0u;   // for light; what is no light in proportion
const CURVE_GAMMA: u32 = 1u;
const CURVE_LINEAR: u32 = 2u;

const SEEN_ALL: u32 = 0u;
const SEEN_LUMINANCE: u32 = 5u;

// Twin: image::DisplayRange::position.
const SCALE_LINEAR: u32 = 0u;
const SCALE_LOG: u32 = 1u;
const SCALE_SYMLOG: u32 = 2u;

const MARK_NAN: u32 = 1u;
const MARK_PLUS: u32 = 2u;  // +infinity
const MARK_MINUS: u32 = 4u; // -infinity

const FLAG_CHANGED: u32 = 1u;
const FLAG_NON_FINITE: u32 = 2u;
const FLAG_UNCOVERED: u32 = 4u;
const FLAG_UNREADABLE: u32 = 8u;

const BLOCK: i32 = 16; // pixels across a block of the coarse map

const MAGENTA = vec3f(1.0, 0.0, 0.85);
const YELLOW = vec3f(1.0, 0.86, 0.0);
const CYAN = vec3f(0.0, 0.82, 1.0);
const HUGE = 1e18; // stands for infinity where it is reckoned with
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
@group(0) @binding(11) var lut: texture_2d<f32>; // 256 wide, a row for each colour map
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
    marks: u32, // MARK_* of the channels that are seen
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

fn mark_of(bits: u32) -> u32 {
    if (bits & 0x7fffffu) != 0u { return MARK_NAN; }
    return select(MARK_PLUS, MARK_MINUS, (bits >> 31u) != 0u);
}

fn is_seen(channel: u32) -> bool {
    if params.seen == SEEN_ALL { return true; }
    if params.seen == SEEN_LUMINANCE { return channel < 3u; }
    return channel + 1u == params.seen;
}

fn load(image: vec2i) -> Pixel {
    let at = image - params.data.xy;
    var pixel: Pixel;
    pixel.value = vec4f(0.0, 0.0, 0.0, 1.0);
    for (var channel = 0u; channel < params.channels; channel++) {
        var bits: u32;
        var value: f32;
        if params.types[channel] == TYPE_FLOAT {
            value = float_of(channel, at);
            bits = bitcast<u32>(value);
            if !is_finite(bits) {
                let mark = mark_of(bits);
                if is_seen(channel) { pixel.marks |= mark; }
                value = select(select(-HUGE, HUGE, mark == MARK_PLUS), 0.0, mark == MARK_NAN);
            }
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

struct Shade {
    colour: vec3f,
    over: bool,  // some seen channel is brighter than white
    under: bool, // some seen channel is darker than black
}

// The seen channels with exposure and offset, before the curve: black is 0, white is 1.
fn placed(pixel: Pixel) -> vec3f {
    var v = pixel.value;
    switch params.transform {
        case TRANSFORM_RANGE: { v = (v - params.lo) / (params.hi - params.lo); }
        case TRANSFORM_ENCODED: { v = vec4f(decode(v.xyz), v.w); }
        case TRANSFORM_LUMINANCE_CHROMA: { v = vec4f(rgb_from_luminance_chroma(v.xyz, params.luminance.xyz), v.w); }
        default: {}
    }
    v = v * params.gain + params.offset;
    if params.seen == SEEN_LUMINANCE { return vec3f(dot(v.xyz, params.luminance.xyz)); }
    if params.seen != SEEN_ALL { return vec3f(v[params.seen - 1u]); }
    if params.channels == 1u { return v.xxx; }
    return vec3f(v.xy, select(v.z, 0.0, params.channels == 2u));
}

fn curved(v: vec3f) -> vec3f {
    let part = clamp(v, vec3f(0.0), vec3f(1.0));
    // A fourth channel is coverage.
    let is_light = params.transform != TRANSFORM_RANGE && params.seen != 4u;
    if params.curve == CURVE_GAMMA {
        return select(pow(part, vec3f(1.0 / params.gamma)), vec3f(0.0), part <= vec3f(0.0));
    }
    if params.curve == CURVE_SRGB && is_light { return encode(part); }
    return part;
}

// Colour on screen of one image pixel that is inside the data window.
fn shade(pixel: Pixel) -> Shade {
    if params.transform == TRANSFORM_ID { return Shade(hashed(pixel.bits), false, false); }
    if params.transform == TRANSFORM_CRYPTO {
        return Shade(hashed(pixel.bits) * clamp(pixel.value.y, 0.0, 1.0), false, false);
    }
    let v = placed(pixel);
    var colour = curved(v);
    let untouched = params.gain == 1.0 && params.offset == 0.0 && params.curve == CURVE_SRGB;
    if params.transform == TRANSFORM_ENCODED && untouched && params.seen == SEEN_ALL {
        // Not there and back again: the file's own bytes.
        colour = pixel.value.xyz;
        if params.channels == 1u { colour = colour.xxx; }
        if params.channels == 2u { colour.z = 0.0; }
    }
    return Shade(colour, any(v > vec3f(1.0)), any(v < vec3f(0.0)));
}

fn mark_colour(marks: u32) -> vec3f {
    if (marks & MARK_NAN) != 0u { return MAGENTA; }
    return select(CYAN, YELLOW, (marks & MARK_PLUS) != 0u);
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

// Stripes of red over what is brighter than white, of blue over what is darker than black.
fn zebra(colour: vec3f, over: bool, under: bool, screen: vec2f) -> vec3f {
    if (params.flags & SHOW_CLIPPED) == 0u || !(over || under) { return colour; }
    let stripe = ((i32(screen.x) + i32(screen.y)) & 7) < 3;
    if !stripe { return colour; }
    return select(vec3f(0.16, 0.36, 1.0), vec3f(0.92, 0.10, 0.12), over);
}

// A picture of the footprint of one screen pixel: the mean of some of its pixels; one that is not
// finite shows, and before it one that cannot be read.
fn picture(first: vec2i, count: i32, screen: vec2f) -> vec3f {
    let across = min(count, 4);
    var sum = vec3f(0.0);
    var n = 0.0;
    var over = false;
    var under = false;
    for (var j = 0; j < across; j++) {
        for (var i = 0; i < across; i++) {
            let image = first + vec2i(i, j) * count / across;
            if !inside(image, params.data) { continue; }
            if is_unreadable(image) { return hatching(screen); }
            let pixel = load(image);
            if pixel.marks != 0u && (params.flags & SHOW_NON_FINITE) != 0u { return mark_colour(pixel.marks); }
            let shaded = shade(pixel);
            sum += shaded.colour;
            over = over || shaded.over;
            under = under || shaded.under;
            n += 1.0;
        }
    }
    if n == 0.0 { return ground(first, screen); }
    return zebra(sum / n, over, under, screen);
}

// The way from no change to the end of the range.
fn way(value: f32) -> f32 {
    let least = params.heat_least;
    switch params.heat_scale {
        case SCALE_LOG: { return log(max(value, least) / least) / log(params.heat_max / least); }
        case SCALE_SYMLOG: { return log(1.0 + value / least) / log(1.0 + params.heat_max / least); }
        default: { return value / params.heat_max; }
    }
}

fn heat_colour(value: f32) -> vec3f {
    let magnitude = clamp(way(abs(value)), 0.0, 1.0);
    var position = params.heat_floor + (1.0 - params.heat_floor) * magnitude;
    if (params.flags & SHOW_SIGNED) != 0u {
        position = 0.5 + 0.5 * select(position, -position, value < 0.0);
    }
    return textureLoad(lut, vec2i(i32(position * 255.0 + 0.5), i32(params.heat_map)), 0).xyz;
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
    if count > 2 { found = strongest_block(from_map, to_map); }
    // By blocks first: where no block has a change, no pixel has.
    if count <= 2 || (count <= BLOCK && found.flags != 0u) { found = strongest(from_map, to_map); }
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
    if (params.flags & SHOW_HEAT) == 0u { return vec4f(picture(first, count, screen), 1.0); }
    var colour = GROUND;
    if (params.flags & SHOW_NO_PICTURE) == 0u {
        colour = picture(first, count, screen);
        if any_inside(first, count, params.data) {
            let grey = dot(colour, vec3f(0.2126, 0.7152, 0.0722));
            colour = mix(vec3f(grey), colour, 0.25) * 0.3 + GROUND * 0.35;
        }
    }
    if params.step > 1.0 {
        // Half a screen pixel more on each side: a change is two of them across, however far away.
        first = vec2i(floor(from_point - 0.5 * params.step));
        let extent = vec2i(ceil(to_point + 0.5 * params.step)) - first;
        count = max(extent.x, extent.y);
    }
    let hot = heat(first, count, screen);
    return vec4f(mix(colour, hot.xyz, hot.w), 1.0);
}
