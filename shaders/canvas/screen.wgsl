// What one pixel of the screen shows.

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
    let x = f32(index & 1u) * 4.0 - 1.0;
    let y = f32(index >> 1u) * 4.0 - 1.0;
    return vec4f(x, y, 0.0, 1.0);
}

// Where neither picture nor delta is: a quiet chequered ground inside the display window.
fn ground(image: vec2i, screen: vec2f) -> vec3f {
    let beside = select(GROUND, vec3f(params.surround), params.surround > 0.0);
    if !inside(image, params.display) { return beside; }
    let tile = (i32(screen.x) / 8 + i32(screen.y) / 8) & 1;
    return beside + vec3f(0.018) * f32(tile);
}

// Stripes over pixels that a file does not give, falling to the right: those of uncovered ones rise.
fn hatching(screen: vec2f) -> vec3f {
    let stripe = (i32(screen.x) - i32(screen.y)) & 7;
    return select(vec3f(0.17, 0.075, 0.08), vec3f(0.85, 0.30, 0.30), stripe < 2);
}

// Stripes of red over what is brighter than white, of blue over what is darker than black.
fn zebra(colour: vec3f, over: bool, under: bool, screen: vec2f) -> vec3f {
    if (params.flags & SHOW_CLIPPED) == 0u || !(over || under) { return colour; }
    let stripe = ((i32(screen.x) + i32(screen.y)) & 7) < 3;
    if !stripe { return colour; }
    return select(vec3f(0.16, 0.36, 1.0), vec3f(0.92, 0.10, 0.12), over);
}

// A picture of the footprint of one screen pixel: the mean of some of its pixels, `most` in a row and in
// a column. What is not finite shows wherever it is in there, and what cannot be read before it.
fn picture(first: vec2i, count: i32, most: i32, screen: vec2f) -> vec3f {
    let across = min(count, most);
    var sum = vec3f(0.0);
    var n = 0.0;
    var over = false;
    var under = false;
    var marks = 0u;
    for (var j = 0; j < across; j++) {
        for (var i = 0; i < across; i++) {
            let image = first + vec2i(i, j) * count / across;
            if !inside(image, params.data) { continue; }
            if is_unreadable(image) { return hatching(screen); }
            let pixel = load(image);
            let shaded = shade(pixel);
            marks |= pixel.marks;
            sum += shaded.colour;
            over = over || shaded.over;
            under = under || shaded.under;
            n += 1.0;
        }
    }
    if n == 0.0 { return ground(first, screen); }
    if count > across && has_blocks() { marks = marks_in(first, count); }
    if marks != 0u && (params.flags & SHOW_NON_FINITE) != 0u { return mark_colour(marks); }
    var colour = sum / n;
    // Light is added up, not what the screen makes of it.
    if !is_coloured() { colour = curved(colour); }
    return zebra(colour, over, under, screen);
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
    if (params.flags & SHOW_HEAT) == 0u { return vec4f(picture(first, count, 4, screen), 1.0); }
    var colour = GROUND;
    if (params.flags & SHOW_NO_PICTURE) == 0u {
        // It is but where the differences are.
        colour = picture(first, count, 2, screen);
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
