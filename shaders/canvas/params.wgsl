// What one picture with the heat of its delta over it is drawn from. Host: src/app/canvas.rs.
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
    surround: f32,       // grey beside the picture; 0: GROUND
    pad: u32,
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

const BLOCK: i32 = 16; // pixels across a block of `coarse` and of `blocks`

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
@group(0) @binding(15) var blocks: texture_2d<u32>; // MARK_* of BLOCK x BLOCK pixels, 3 bits a channel; too small for the plane where all is finite
