// Delta of two planes: a value and flags per pixel, a record per tile of 16x16 pixels.
// Host: src/gpu/delta.rs. Twin: metric::rectangle_map. Prelude: prelude.wgsl. Parts: delta/pixel.wgsl (what
// the channels make of a pixel), delta/angle.wgsl.

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
