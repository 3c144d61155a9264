// The delta: the strongest of a footprint, and its colour.

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
