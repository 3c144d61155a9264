// What one channel after another makes of a pixel, and whether f32 could decide it.
// A part of ../delta.wgsl, whose names it uses. Host: src/gpu/delta.rs. Twin: metric::channel_changed and
// the sums of metric::Partial.

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
