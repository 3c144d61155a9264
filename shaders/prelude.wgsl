// Shared by all shaders, after the constants that the host writes from its enums: METRIC_*,
// TYPE_*, FLAG_*. Host: src/gpu/shader.rs.
//
// Samples arrive as stored bits (texture_2d<u32>). A float is never tested for NaN or infinity as
// a float (WGSL may assume that neither exists): bit patterns are. What has to be exact is done on
// integers, which no driver rounds, flushes or contracts.

const ABS_MASK = 0x7fffffffu;
const SIGN_MASK = 0x80000000u;
const INF_BITS = 0x7f800000u;

fn is_nan_bits(bits: u32) -> bool { return (bits & ABS_MASK) > INF_BITS; }
fn is_inf_bits(bits: u32) -> bool { return (bits & ABS_MASK) == INF_BITS; }
fn is_finite_bits(bits: u32) -> bool { return (bits & ABS_MASK) < INF_BITS; }

// The f32 bits of a half: exact, denormals, infinities and NaN payloads too.
fn f32_bits_from_half(half: u32) -> u32 {
    let sign = (half & 0x8000u) << 16u;
    let magnitude = half & 0x7fffu;
    if magnitude >= 0x7c00u {
        return sign | INF_BITS | ((magnitude & 0x3ffu) << 13u);
    }
    if magnitude >= 0x0400u {
        return sign | ((magnitude << 13u) + 0x38000000u);
    }
    if magnitude == 0u {
        return sign;
    }
    // A denormal, magnitude * 2^-24: shift its leading one to the implicit place.
    let shift = countLeadingZeros(magnitude) - 8u;
    return sign | ((126u - shift) << 23u) + ((magnitude << shift) & 0x007fffffu);
}

// The f32 bits nearest to n / (2^32 - 1), where n is a pattern of 8 or 16 bits repeated over all
// 32. n / (2^32 - 1) is 0.nnn... in binary: rotating the pattern brings its next digits up, and as
// these go on for ever no tie can occur.
fn f32_bits_from_fraction(n: u32) -> u32 {
    if n == 0u {
        return 0u;
    }
    let zeros = countLeadingZeros(n);
    let digits = (n << zeros) | select(n >> (32u - zeros), 0u, zeros == 0u);
    let mantissa = (digits >> 8u) + ((digits >> 7u) & 1u);
    // mantissa - 2^23 may be 2^23 after rounding: the carry then raises the exponent, as it must.
    return ((126u - zeros) << 23u) + (mantissa - 0x00800000u);
}

// The f32 bits nearest to the integer n, ties to even.
fn f32_bits_from_u32(n: u32) -> u32 {
    if n == 0u {
        return 0u;
    }
    let zeros = countLeadingZeros(n);
    let digits = n << zeros;
    let mantissa = digits >> 8u;
    let rest = digits & 0xffu;
    let up = select(0u, 1u, rest > 0x80u || (rest == 0x80u && (mantissa & 1u) == 1u));
    return ((158u - zeros) << 23u) + (mantissa - 0x00800000u) + up;
}

// The f32 bits nearest to k / 255, k / 65535 or k: a stored integer, or a difference of two.
fn f32_bits_from_integer(k: u32, sample_type: u32) -> u32 {
    if sample_type == TYPE_U8 {
        return f32_bits_from_fraction(k * 0x01010101u);
    }
    if sample_type == TYPE_U16 {
        return f32_bits_from_fraction(k * 0x00010001u);
    }
    return f32_bits_from_u32(k);
}

// The f32 bits of a stored sample: exact for floats, the nearest for integers.
fn sample_bits(stored: u32, sample_type: u32) -> u32 {
    if sample_type == TYPE_F32 {
        return stored;
    }
    if sample_type == TYPE_F16 {
        return f32_bits_from_half(stored);
    }
    return f32_bits_from_integer(stored, sample_type);
}

// The value of a stored sample, for drawing.
fn sample_value(stored: u32, sample_type: u32) -> f32 {
    return bitcast<f32>(sample_bits(stored, sample_type));
}
