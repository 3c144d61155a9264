// From values to colours of the screen.

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
    colour: vec3f, // before the curve, unless `is_coloured`
    over: bool,    // some seen channel is brighter than white
    under: bool,   // some seen channel is darker than black
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

// The file's own bytes are shown, not there and back again.
fn is_as_stored() -> bool {
    let untouched = params.gain == 1.0 && params.offset == 0.0 && params.curve == CURVE_SRGB;
    return params.transform == TRANSFORM_ENCODED && untouched && params.seen == SEEN_ALL;
}

// Whether `shade` gives colours of the screen, not light.
fn is_coloured() -> bool {
    return params.transform == TRANSFORM_ID || params.transform == TRANSFORM_CRYPTO || is_as_stored();
}

// One image pixel that is inside the data window, from black to white.
fn shade(pixel: Pixel) -> Shade {
    if params.transform == TRANSFORM_ID { return Shade(hashed(pixel.bits), false, false); }
    if params.transform == TRANSFORM_CRYPTO {
        return Shade(hashed(pixel.bits) * clamp(pixel.value.y, 0.0, 1.0), false, false);
    }
    let v = placed(pixel);
    var colour = clamp(v, vec3f(0.0), vec3f(1.0));
    if is_as_stored() {
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
