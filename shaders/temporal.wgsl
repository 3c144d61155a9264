// The delta of one frame, added to the state of each pixel over all frames.
// Host: src/gpu/temporal.rs. Twin: metric::DeltaState. Prelude: prelude.wgsl.
//
// Integers alone: sums are kept as the twin keeps them (metric/temporal/bins.rs tells why), in three
// bins of 32 bits of the number line each, a signed 64-bit sum of chunks in each. So the order in
// which frames arrive does not show, and no device may round otherwise than another.

struct Params {
    size: vec2u,          // pixels to add, of the map and the state alike
    map_at: vec2u,        // the first of them in the map
    state_at: vec2u,      // and in the state
    state_size: vec2u,    // of all pixels of the state
    covered_from: vec2u,  // pixels of the map that both sides have
    covered_to: vec2u,    // the first that is beyond
    tile_columns: u32,    // of the map
    rank: u32,            // of the frame
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var map: texture_2d<f32>;
@group(0) @binding(2) var flags: texture_2d<u32>;
// Of the delta pass, as words.
@group(0) @binding(3) var<storage, read> records: array<u32>;
// Field by field, a word for each pixel. Zeros are the state of no frame.
@group(0) @binding(4) var<storage, read_write> state: array<u32>;

// The fields. The host reads them in metric/temporal/delta/words.rs.
const MAX = 0u;        // f32 bits of the largest magnitude
const MAX_FRAME = 1u;  // NEVER less its rank, of the first frame that has it
const CHANGED = 2u;    // frames
const FIRST = 3u;      // NEVER less the rank
const LAST = 4u;       // the rank and one
const ABSENT = 5u;     // frames without a value
const TOPS = 6u;       // index of the topmost bin above the lowest: values, and squares << 8
const VALUES = 7u;     // the three sums, topmost first, low word before high
const SQUARES = 13u;

const NEVER = 0xffffffffu;
const HALF = 0x80000000u;   // of the unit of the bin above
const MAX_FINITE = 0x7f7fffffu;
const LOWEST = 2u;          // index of the lowest topmost bin

var<private> pixel: u32;
var<private> pixels: u32;

fn place(field: u32) -> u32 {
    return field * pixels + pixel;
}

// Adds the two's complement number (low, high) to the sum at `field`.
fn add_wide(field: u32, low: u32, high: u32) {
    let at = place(field);
    let at_high = at + pixels;
    let sum = state[at] + low;
    state[at] = sum;
    state[at_high] = state[at_high] + high + u32(sum < low);
}

// Adds a chunk, of the sign of the term, to the bin that is `down` below the topmost.
fn add_chunk(sums: u32, down: u32, low: u32, high: u32, is_negative: bool) {
    if down > 2u || (low | high) == 0u {
        return;
    }
    let field = sums + 2u * down;
    if is_negative {
        add_wide(field, ~low + 1u, ~high + u32(low == 0u));
    } else {
        add_wide(field, low, high);
    }
}

// Moves the sums down by `up` bins, the topmost of which are new.
fn raise(sums: u32, up: u32) {
    for (var bin = 2i; bin >= 0i; bin--) {
        let to = place(sums + 2u * u32(bin));
        var low = 0u;
        var high = 0u;
        if u32(bin) >= up {
            let source = place(sums + 2u * (u32(bin) - up));
            low = state[source];
            high = state[source + pixels];
        }
        state[to] = low;
        state[to + pixels] = high;
    }
}

// Adds the term (words, lowest first) * 2^(32 bin): it is rounded to the unit of each bin, topmost
// first, ties to even, and what is left goes to the next.
fn add_term(sums: u32, shift: u32, bin: u32, words: vec3u, is_negative: bool) {
    // Whether what is below a word rounds it up.
    let up_2 = words.y > HALF || (words.y == HALF && (words.x != 0u || (words.z & 1u) == 1u));
    let up_1 = words.x > HALF || (words.x == HALF && (words.y & 1u) == 1u);
    let high = words.z + u32(up_2);
    // Less one unit of the bin above if that was rounded up.
    let middle = words.y + u32(up_1);
    let middle_high = select(0u, NEVER, up_2) + u32(middle < words.y);
    let low_high = select(0u, NEVER, up_1);

    // The topmost bin that the term reaches, if only by rounding.
    var reached = bin;
    if words.z != 0u || words.y >= HALF {
        reached = bin + 2u;
    } else if words.y != 0u || words.x >= HALF {
        reached = bin + 1u;
    }
    let tops = state[place(TOPS)];
    var top = ((tops >> shift) & 0xffu) + LOWEST;
    if reached > top {
        raise(sums, reached - top);
        top = reached;
        state[place(TOPS)] = (tops & ~(0xffu << shift)) | ((top - LOWEST) << shift);
    }
    // A bin above the topmost has no chunk: the difference wraps round and is passed over.
    add_chunk(sums, top - bin - 2u, high, 0u, is_negative);
    add_chunk(sums, top - bin - 1u, middle, middle_high, is_negative);
    add_chunk(sums, top - bin, words.x, low_high, is_negative);
}

// value << shift, as words; shift < 32 and the value has two.
fn shifted(low: u32, high: u32, shift: u32) -> vec3u {
    if shift == 0u {
        return vec3u(low, high, 0u);
    }
    let rest = 32u - shift;
    return vec3u(low << shift, (high << shift) | (low >> rest), high >> rest);
}

fn add_value(bits: u32, rank: u32) {
    let magnitude = min(bits & ABS_MASK, MAX_FINITE);
    if magnitude == 0u {
        return;
    }
    let largest = state[place(MAX)];
    let frame = NEVER - rank;
    if magnitude > largest {
        state[place(MAX)] = magnitude;
        state[place(MAX_FRAME)] = frame;
    } else if magnitude == largest {
        state[place(MAX_FRAME)] = max(state[place(MAX_FRAME)], frame);
    }

    // magnitude = digits * 2^(exponent - 150).
    let exponent = max(magnitude >> 23u, 1u);
    let digits = (magnitude & 0x007fffffu) | select(0u, 0x00800000u, magnitude >= 0x00800000u);
    // Bin 0 of the values has the unit 2^-160.
    let position = exponent + 10u;
    let is_negative = (bits & SIGN_MASK) != 0u;
    add_term(VALUES, 0u, position / 32u, shifted(digits, 0u, position % 32u), is_negative);

    // digits^2, of 48 bits, from halves of 12.
    let a = digits >> 12u;
    let b = digits & 0xfffu;
    let middle = 2u * a * b;
    let first = b * b + (middle << 12u);
    let low = first + ((a * a) << 24u);
    let high = (middle >> 20u) + ((a * a) >> 8u) + u32(first < b * b) + u32(low < first);
    // That of the squares 2^-320.
    let square = 2u * exponent + 20u;
    add_term(SQUARES, 8u, square / 32u, shifted(low, high, square % 32u), false);
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if any(id.xy >= params.size) {
        return;
    }
    let at = params.map_at + id.xy;
    let to = params.state_at + id.xy;
    pixel = to.y * params.state_size.x + to.x;
    pixels = params.state_size.x * params.state_size.y;
    let tile = (at.y / TILE) * params.tile_columns + at.x / TILE;
    // The CPU adds these.
    if (records[RECORD_BINS + tile * TILE_WORDS + TILE_BITS] & TILE_DOUBT) != 0u {
        state[place(ABSENT)] += 1u;
        return;
    }
    let word = textureLoad(flags, at, 0).r;
    if (word & FLAG_CHANGED) != 0u {
        state[place(CHANGED)] += 1u;
        state[place(FIRST)] = max(state[place(FIRST)], NEVER - params.rank);
        state[place(LAST)] = max(state[place(LAST)], params.rank + 1u);
    }
    let covered = all(at >= params.covered_from) && all(at < params.covered_to);
    if !covered || (word & (FLAG_UNCOVERED | FLAG_NON_FINITE)) != 0u {
        state[place(ABSENT)] += 1u;
        return;
    }
    add_value(bitcast<u32>(textureLoad(map, at, 0).r), params.rank);
}
