// The values of one image pixel, and what is marked of them.

fn is_finite(bits: u32) -> bool {
    return (bits & 0x7f800000u) != 0x7f800000u;
}

struct Pixel {
    value: vec4f,
    marks: u32, // MARK_* of the channels that are seen
    bits: u32, // of the first channel
}

struct Component {
    value: f32,
    marks: u32,
    bits: u32,
}

fn mark_of(bits: u32) -> u32 {
    if (bits & 0x7fffffu) != 0u { return MARK_NAN; }
    return select(MARK_PLUS, MARK_MINUS, (bits >> 31u) != 0u);
}

fn component(kind: u32, floats: texture_2d<f32>, uints: texture_2d<u32>, at: vec2i) -> Component {
    if kind == TYPE_FLOAT {
        let value = textureLoad(floats, at, 0).x;
        let bits = bitcast<u32>(value);
        if is_finite(bits) { return Component(value, 0u, bits); }
        let mark = mark_of(bits);
        return Component(select(select(-HUGE, HUGE, mark == MARK_PLUS), 0.0, mark == MARK_NAN), mark, bits);
    }
    let bits = textureLoad(uints, at, 0).x;
    var value = f32(bits);
    if kind == TYPE_U8 { value = value / 255.0; }
    if kind == TYPE_U16 { value = value / 65535.0; }
    return Component(value, 0u, bits);
}

fn is_seen(channel: u32) -> bool {
    if params.seen == SEEN_ALL { return true; }
    if params.seen == SEEN_LUMINANCE { return channel < 3u; }
    return channel + 1u == params.seen;
}

// Channel by channel, not in a loop: where the driver draws by the processor, a choice of texture is
// a load of each.
fn load(image: vec2i) -> Pixel {
    let at = image - params.data.xy;
    var pixel: Pixel;
    pixel.value = vec4f(0.0, 0.0, 0.0, 1.0);
    let first = component(params.types.x, float_0, uint_0, at);
    pixel.value.x = first.value;
    pixel.bits = first.bits;
    if is_seen(0u) { pixel.marks = first.marks; }
    if params.channels > 1u {
        let second = component(params.types.y, float_1, uint_1, at);
        pixel.value.y = second.value;
        if is_seen(1u) { pixel.marks |= second.marks; }
    }
    if params.channels > 2u {
        let third = component(params.types.z, float_2, uint_2, at);
        pixel.value.z = third.value;
        if is_seen(2u) { pixel.marks |= third.marks; }
    }
    if params.channels > 3u {
        let fourth = component(params.types.w, float_3, uint_3, at);
        pixel.value.w = fourth.value;
        if is_seen(3u) { pixel.marks |= fourth.marks; }
    }
    return pixel;
}

fn is_unreadable(image: vec2i) -> bool {
    if (params.flags & SHOW_UNREADABLE) == 0u { return false; }
    return textureLoad(unreadable, image - params.data.xy, 0).x != 0u;
}

// Whether some value of the plane is not finite.
fn has_blocks() -> bool {
    return all(vec2i(textureDimensions(blocks)) * BLOCK >= params.data.zw);
}

// MARK_* of the seen channels in the blocks that a footprint touches.
fn marks_near(first: vec2i, count: i32) -> u32 {
    let from_block = max(first - params.data.xy, vec2i(0)) / BLOCK;
    let to_block = min(first + count - 1 - params.data.xy, params.data.zw - 1) / BLOCK;
    var found = 0u;
    for (var y = from_block.y; y <= to_block.y; y++) {
        for (var x = from_block.x; x <= to_block.x; x++) {
            found |= textureLoad(blocks, vec2i(x, y), 0).x;
        }
    }
    var marks = 0u;
    for (var channel = 0u; channel < params.channels; channel++) {
        if is_seen(channel) { marks |= (found >> (3u * channel)) & 7u; }
    }
    return marks;
}

// MARK_* in the footprint of one screen pixel: far out its own pixels are too many to look at, and
// those of its blocks are told.
fn marks_in(first: vec2i, count: i32) -> u32 {
    let near = marks_near(first, count);
    if near == 0u || count > BLOCK { return near; }
    var marks = 0u;
    for (var y = 0; y < count; y++) {
        for (var x = 0; x < count; x++) {
            let image = first + vec2i(x, y);
            if inside(image, params.data) { marks |= load(image).marks; }
        }
    }
    return marks;
}

fn inside(image: vec2i, window: vec4i) -> bool {
    return all(image >= window.xy) && all(image < window.xy + window.zw);
}

fn any_inside(first: vec2i, count: i32, window: vec4i) -> bool {
    return all(first + count > window.xy) && all(first < window.xy + window.zw);
}
