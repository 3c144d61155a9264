// Delta of two planes: a value and flags per pixel, a record per tile of 16x16 pixels.
// Host: src/gpu/delta.rs. Twin: metric::rectangle_map. Prelude: prelude.wgsl.

struct Params {
    width: u32,       // of the compared window, in pixels
    height: u32,
    first_row: u32,   // of tiles, in this dispatch
    tile_columns: u32,
    a_offset: vec2i,  // texel of side a = pixel of the window + a_offset
    b_offset: vec2i,
    a_size: vec2i,    // of side a's data window
    b_size: vec2i,
    abs_low: f32,     // below abs_low + rel_low * |b|: certainly not changed
    rel_low: f32,
    abs_high: f32,    // above abs_high + rel_high * |b|: certainly changed
    rel_high: f32,
    floor: f32,       // least divisor of METRIC_REL
    share: f32,       // 1 / channels
    exact: u32,       // 1: zero tolerance, decided by equality alone
    never_equal: u32, // 1: a non-finite value never equals anything
    ulps: u32,        // METRIC_ULP: above is changed
    unused: u32,
}

struct Tile {
    changed: u32,       // pixels
    non_finite: u32,    // pixels
    broken: u32,        // values without a delta, where both sides are
    unknown: u32,       // pixels without a delta in any channel, where both sides are
    nan_a: u32,
    nan_b: u32,
    inf_a: u32,
    inf_b: u32,
    max_abs: u32,       // f32 bits
    max_metric: u32,    // f32 bits of |value|, the number itself for METRIC_ULP
    peak: u32,          // least pixel of the tile, y * 16 + x, that has max_abs
    bits: u32,          // TILE_*
    sum_abs: f32,
    sum_signed: f32,
    sum_squared: f32,
    sum_metric: f32,
}

// Pixels by the biased exponent of their largest |a-b|, but for those of tiles in doubt; then the tiles.
struct Records {
    histogram: array<atomic<u32>, 256>,
    tiles: array<Tile>,
}

override metric: u32;
override sample_type: u32;
override channels: u32;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var a0: texture_2d<u32>;
@group(0) @binding(2) var a1: texture_2d<u32>;
@group(0) @binding(3) var a2: texture_2d<u32>;
@group(0) @binding(4) var a3: texture_2d<u32>;
@group(0) @binding(5) var b0: texture_2d<u32>;
@group(0) @binding(6) var b1: texture_2d<u32>;
@group(0) @binding(7) var b2: texture_2d<u32>;
@group(0) @binding(8) var b3: texture_2d<u32>;
@group(0) @binding(9) var map: texture_storage_2d<r32float, write>;
@group(0) @binding(10) var flags: texture_storage_2d<r32uint, write>;
@group(0) @binding(11) var<storage, read_write> records: Records;

// Below: |a-b| may have been touched by flushing of denormals. From: an overflow is near.
const TINY = 0x0d800000u;        // 2^-100
const HUGE = 0x7f000000u;        // 2^127
const TINY_ROOT = 0x26800000u;   // 2^-50
const HUGE_ROOT = 0x5e800000u;   // 2^62

// What one channel after another makes of a pixel.
struct Pixel {
    covered: bool,
    changed: bool,      // certainly
    maybe: bool,        // near the threshold: changed or not
    doubt: bool,        // some other number is not certain
    non_finite: bool,
    broken: u32,
    nan_a: u32,
    nan_b: u32,
    inf_a: u32,
    inf_b: u32,
    best: u32,          // bits of the largest |a-b|
    best_sign: u32,     // SIGN_MASK if it is negative
    inexact: bool,      // of best: |a-b| may be not exactly that f32
    sum_abs: f32,
    sum_signed: f32,
    sum_squared: f32,
    ratio: f32,         // METRIC_REL so far
    ulps: u32,          // METRIC_ULP so far
    differs: bool,      // some value does
    vector_a: vec4f,    // for METRIC_ANGLE; 0 for a channel without a delta
    vector_b: vec4f,
    vector_delta: vec4f,
}

// Whether bits hold a - b exactly: all three are multiples of the last place of a or b, and what
// fits into 24 digits is not rounded.
fn last_place(bits: u32) -> i32 {
    let exponent = (bits & ABS_MASK) >> 23u;
    if (bits & ABS_MASK) == 0u {
        return 1000;
    }
    let digits = (bits & 0x007fffffu) | select(0u, 0x00800000u, exponent != 0u);
    return i32(max(exponent, 1u)) - 150 + i32(countTrailingZeros(digits));
}

fn is_exact(a: u32, b: u32, magnitude: u32) -> bool {
    let unit = min(last_place(a), last_place(b));
    // |a-b| < 2^(exponent + 1): it has at most exponent + 1 - unit digits.
    return i32(magnitude >> 23u) - 127 + 1 - unit <= 24;
}

// Integers in the order of the stored floats, -0 and +0 the same.
fn ordered(stored: u32) -> u32 {
    let sign = select(0x8000u, SIGN_MASK, sample_type == TYPE_F32);
    let magnitude = stored & (sign - 1u);
    return select(SIGN_MASK + magnitude, SIGN_MASK - magnitude, (stored & sign) != 0u);
}

fn distance(a: u32, b: u32) -> u32 {
    return max(a, b) - min(a, b);
}

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

fn add_channel(pixel: ptr<function, Pixel>, channel: u32, a: u32, b: u32) {
    var magnitude: u32;
    var sign = 0u;
    var equal: bool;
    var a_bits: u32;
    var b_bits: u32;
    var ulps: u32;
    var inexact = false;
    if metric == METRIC_ID && a != b {
        (*pixel).changed = true;
    }
    if sample_type == TYPE_F32 || sample_type == TYPE_F16 {
        let abits = sample_bits(a, sample_type);
        let bbits = sample_bits(b, sample_type);
        if !(is_finite_bits(abits) && is_finite_bits(bbits)) {
            let both_nan = is_nan_bits(abits) && is_nan_bits(bbits);
            let same = both_nan || (abits == bbits);
            if !same || (params.never_equal == 1u && metric != METRIC_ID) {
                (*pixel).broken += 1u;
                (*pixel).changed = true;
                (*pixel).non_finite = true;
            }
            return;
        }
        equal = abits == bbits || ((abits | bbits) & ABS_MASK) == 0u;
        let difference = bitcast<u32>(bitcast<f32>(abits) - bitcast<f32>(bbits));
        magnitude = select(difference & ABS_MASK, 0u, equal);
        sign = select(difference & SIGN_MASK, 0u, equal);
        a_bits = abits;
        b_bits = bbits;
        ulps = distance(ordered(a), ordered(b));
        if !equal {
            (*pixel).doubt |= magnitude < TINY || magnitude >= HUGE;
            inexact = magnitude >= (*pixel).best && !is_exact(abits, bbits, magnitude);
        }
    } else {
        equal = a == b;
        magnitude = f32_bits_from_integer(max(a, b) - min(a, b), sample_type);
        sign = select(0u, SIGN_MASK, a < b);
        a_bits = f32_bits_from_integer(a, sample_type);
        b_bits = f32_bits_from_integer(b, sample_type);
        ulps = distance(a, b);
        // k/255 and k/65535 are rounded in f64, so that equal steps give differences that are not.
        inexact = !equal && (sample_type != TYPE_U32 || max(a, b) - min(a, b) > 0x01000000u);
    }

    (*pixel).differs |= !equal;
    (*pixel).ulps = max((*pixel).ulps, ulps);
    if metric == METRIC_ANGLE {
        (*pixel).vector_a[channel] = bitcast<f32>(a_bits);
        (*pixel).vector_b[channel] = bitcast<f32>(b_bits);
        (*pixel).vector_delta[channel] = bitcast<f32>(magnitude | sign);
    }
    let delta = bitcast<f32>(magnitude);
    (*pixel).sum_abs += delta;
    (*pixel).sum_signed += bitcast<f32>(magnitude | sign);
    (*pixel).sum_squared += delta * delta;
    if magnitude > (*pixel).best {
        (*pixel).best = magnitude;
        (*pixel).best_sign = sign;
        (*pixel).inexact = inexact;
    } else if magnitude == (*pixel).best && !equal {
        (*pixel).inexact |= inexact;
        // Which of two channels wins decides the sign of the map's value.
        (*pixel).doubt |= metric == METRIC_SIGNED && sign != (*pixel).best_sign;
    }
    if equal {
        return;
    }
    if metric == METRIC_ABS || metric == METRIC_SIGNED {
        if params.exact == 1u {
            (*pixel).changed = true;
            return;
        }
        let size = bitcast<f32>(b_bits & ABS_MASK);
        let high = params.abs_high + params.rel_high * size;
        let low = params.abs_low + params.rel_low * size;
        (*pixel).changed |= delta > high;
        (*pixel).maybe |= delta >= low && delta <= high;
        (*pixel).doubt |= bitcast<u32>(high) >= HUGE;
    } else if metric == METRIC_REL {
        let divisor = max(bitcast<f32>(b_bits & ABS_MASK), params.floor);
        let ratio = delta / divisor;
        (*pixel).ratio = max((*pixel).ratio, ratio);
        let ratio_bits = bitcast<u32>(ratio);
        (*pixel).doubt |= ratio_bits < TINY || ratio_bits >= HUGE || bitcast<u32>(divisor) >= HUGE - 0x00800000u;
        threshold(pixel, ratio);
    } else if metric == METRIC_SQ || metric == METRIC_LENGTH {
        (*pixel).changed |= params.exact == 1u;
        (*pixel).doubt |= magnitude >= HUGE_ROOT;
    }
}

fn threshold(pixel: ptr<function, Pixel>, value: f32) {
    if params.exact == 1u {
        (*pixel).changed = true;
    } else {
        (*pixel).changed |= value > params.abs_high;
        (*pixel).maybe |= value >= params.abs_low && value <= params.abs_high;
    }
}

fn count_non_finite(pixel: ptr<function, Pixel>, stored: u32, is_a: bool) {
    if sample_type != TYPE_F32 && sample_type != TYPE_F16 {
        return;
    }
    let bits = sample_bits(stored, sample_type);
    if is_finite_bits(bits) {
        return;
    }
    if is_a {
        (*pixel).nan_a += u32(is_nan_bits(bits));
        (*pixel).inf_a += u32(is_inf_bits(bits));
    } else {
        (*pixel).nan_b += u32(is_nan_bits(bits));
        (*pixel).inf_b += u32(is_inf_bits(bits));
    }
}

fn load_a(channel: u32, at: vec2i) -> u32 {
    switch channel {
        case 0u: { return textureLoad(a0, at, 0).r; }
        case 1u: { return textureLoad(a1, at, 0).r; }
        case 2u: { return textureLoad(a2, at, 0).r; }
        default: { return textureLoad(a3, at, 0).r; }
    }
}

fn load_b(channel: u32, at: vec2i) -> u32 {
    switch channel {
        case 0u: { return textureLoad(b0, at, 0).r; }
        case 1u: { return textureLoad(b1, at, 0).r; }
        case 2u: { return textureLoad(b2, at, 0).r; }
        default: { return textureLoad(b3, at, 0).r; }
    }
}

fn inside(at: vec2i, size: vec2i) -> bool {
    return at.x >= 0 && at.y >= 0 && at.x < size.x && at.y < size.y;
}

// The metric's value as f32 bits.
fn value_bits(pixel: ptr<function, Pixel>) -> u32 {
    switch metric {
        case METRIC_ABS: { return (*pixel).best; }
        case METRIC_SIGNED: { return (*pixel).best | (*pixel).best_sign; }
        case METRIC_REL: { return bitcast<u32>((*pixel).ratio); }
        case METRIC_SQ: { return bitcast<u32>((*pixel).sum_squared * params.share); }
        case METRIC_LENGTH: { return bitcast<u32>(sqrt((*pixel).sum_squared)); }
        case METRIC_ULP: { return f32_bits_from_u32((*pixel).ulps); }
        case METRIC_ANGLE: { return bitcast<u32>(angle(pixel)); }
        default: { return bitcast<u32>(select(0.0, 1.0, (*pixel).changed)); }
    }
}

var<workgroup> sums: array<vec4f, 256>;
var<workgroup> counts: array<vec4u, 256>;
var<workgroup> maxima: array<vec2u, 256>;
var<workgroup> bins: array<atomic<u32>, 256>;
var<workgroup> tile_bits: atomic<u32>;
var<workgroup> tile_peak: atomic<u32>;

@compute @workgroup_size(16, 16)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = vec2u(group.x, group.y + params.first_row);
    let at = tile * 16u + local.xy;
    var pixel = Pixel();
    var value = 0u;
    if at.x < params.width && at.y < params.height {
        let at_a = vec2i(at) + params.a_offset;
        let at_b = vec2i(at) + params.b_offset;
        let in_a = inside(at_a, params.a_size);
        let in_b = inside(at_b, params.b_size);
        pixel.covered = in_a && in_b;
        for (var c = 0u; c < channels; c++) {
            var a = 0u;
            var b = 0u;
            if in_a {
                a = load_a(c, at_a);
                count_non_finite(&pixel, a, true);
            }
            if in_b {
                b = load_b(c, at_b);
                count_non_finite(&pixel, b, false);
            }
            if pixel.covered {
                add_channel(&pixel, c, a, b);
            }
        }
        value = value_bits(&pixel);
        if (metric == METRIC_SQ || metric == METRIC_LENGTH) && pixel.best != 0u {
            let root_tiny = select(TINY, TINY_ROOT, metric == METRIC_LENGTH);
            pixel.doubt |= value < root_tiny || value >= HUGE;
            threshold(&pixel, bitcast<f32>(value));
        }
        if metric == METRIC_ANGLE && value != 0u {
            threshold(&pixel, bitcast<f32>(value));
        }
        if metric == METRIC_ULP {
            pixel.changed |= pixel.ulps > params.ulps;
        }
        // Rounded up to a power of two, the difference may have left its bin of the histogram. Steps of
        // 8 and 16 bits do not: of k/255 and k/65535 only 1 is a power of two.
        let is_step = sample_type == TYPE_U8 || sample_type == TYPE_U16;
        pixel.doubt |= pixel.inexact && (pixel.best & 0x007fffffu) == 0u && pixel.best != 0u && !is_step;
        pixel.doubt |= pixel.maybe && !pixel.changed;
        let alone = in_a != in_b;
        pixel.changed |= alone;
        let word = select(0u, FLAG_CHANGED, pixel.changed)
            | select(0u, FLAG_NON_FINITE, pixel.non_finite)
            | select(0u, FLAG_UNCOVERED, alone);
        textureStore(map, vec2i(at), vec4f(bitcast<f32>(value), 0.0, 0.0, 0.0));
        textureStore(flags, vec2i(at), vec4u(word, 0u, 0u, 0u));
    }

    let unknown = u32(pixel.covered && pixel.broken == channels);
    sums[lane] = vec4f(pixel.sum_abs, pixel.sum_signed, pixel.sum_squared, bitcast<f32>(value));
    // Two counts to a word: none of the eight can pass 4 * 256.
    counts[lane] = vec4u(
        u32(pixel.changed) | (u32(pixel.non_finite) << 16u),
        pixel.broken | (unknown << 16u),
        pixel.nan_a | (pixel.nan_b << 16u),
        pixel.inf_a | (pixel.inf_b << 16u),
    );
    maxima[lane] = vec2u(pixel.best, select(value & ABS_MASK, pixel.ulps, metric == METRIC_ULP));
    atomicStore(&bins[lane], 0u);
    if lane == 0u {
        atomicStore(&tile_bits, 0u);
        atomicStore(&tile_peak, 256u);
    }
    workgroupBarrier();
    // A tree with four branches: the order of the sums is fixed, eight roundings deep.
    for (var width = 64u; width >= 1u; width = width / 4u) {
        if lane < width {
            let i = lane + width;
            let j = i + width;
            let k = j + width;
            sums[lane] = (sums[lane] + sums[i]) + (sums[j] + sums[k]);
            counts[lane] = (counts[lane] + counts[i]) + (counts[j] + counts[k]);
            maxima[lane] = max(max(maxima[lane], maxima[i]), max(maxima[j], maxima[k]));
        }
        workgroupBarrier();
    }
    if pixel.best != 0u {
        atomicAdd(&bins[pixel.best >> 23u], 1u);
    }
    let best = maxima[0].x;
    if best != 0u && pixel.best == best {
        atomicMin(&tile_peak, lane);
        if pixel.inexact {
            atomicOr(&tile_bits, TILE_INEXACT);
        }
    }
    if pixel.doubt {
        atomicOr(&tile_bits, TILE_DOUBT);
    }
    workgroupBarrier();
    let count = atomicLoad(&bins[lane]);
    if count != 0u && (atomicLoad(&tile_bits) & TILE_DOUBT) == 0u {
        atomicAdd(&records.histogram[lane], count);
    }
    if lane == 0u {
        let c = counts[0];
        let s = sums[0];
        records.tiles[tile.y * params.tile_columns + tile.x] = Tile(
            c.x & 0xffffu, c.x >> 16u, c.y & 0xffffu, c.y >> 16u,
            c.z & 0xffffu, c.z >> 16u, c.w & 0xffffu, c.w >> 16u,
            best, maxima[0].y, atomicLoad(&tile_peak), atomicLoad(&tile_bits),
            s.x, s.y, s.z, s.w,
        );
    }
}
