//! What the shader is told of a pane. Shader: `shaders/canvas/params.wgsl`.

use super::Pane;
use crate::image::{ColorMap, DisplayRange, SampleType, Scale, Window};
use crate::view::display::{Curve, Isolate};

const SHOW_HEAT: u32 = 1;
const SHOW_SIGNED: u32 = 2;
const SHOW_UNREADABLE: u32 = 4;
const SHOW_CLIPPED: u32 = 8;
const SHOW_NON_FINITE: u32 = 16;
const SHOW_NO_PICTURE: u32 = 32;
const SEEN_LUMINANCE: u32 = 5;

/// What the shader is told of a pane; the same struct in `shaders/canvas/params.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Params {
    origin: [f32; 2],
    viewport: [f32; 2],
    step: f32,
    gain: f32,
    offset: f32,
    gamma: f32,
    lo: [f32; 4],
    hi: [f32; 4],
    luminance: [f32; 4],
    data: [i32; 4],
    display: [i32; 4],
    map: [i32; 4],
    types: [u32; 4],
    channels: u32,
    transform: u32,
    flags: u32,
    curve: u32,
    seen: u32,
    heat_map: u32,
    heat_scale: u32,
    heat_max: f32,
    heat_least: f32,
    heat_floor: f32,
    surround: f32,
    pad: u32,
}

/// The seen channels of a picture with `channels`, as the shader numbers them: those that it does not
/// have cannot be seen alone.
fn seen_code(isolate: Isolate, channels: usize) -> u32 {
    match isolate {
        Isolate::Channel(channel) if channel < channels.min(4) => channel as u32 + 1,
        Isolate::Luminance if channels >= 3 => SEEN_LUMINANCE,
        _ => 0,
    }
}

fn curve_code(curve: Curve) -> (u32, f32) {
    match curve {
        Curve::Srgb => (0, 1.0),
        Curve::Gamma(gamma) => (1, gamma),
        Curve::Linear => (2, 1.0),
    }
}

const fn scale_code(scale: Scale) -> u32 {
    match scale {
        Scale::Linear => 0,
        Scale::Log => 1,
        Scale::SymLog => 2,
    }
}

/// The row of a colour map in the texture of all.
fn row_of(map: ColorMap) -> u32 {
    ColorMap::ALL.iter().position(|other| *other == map).map_or(0, |row| row as u32)
}

fn window(window: Window) -> [i32; 4] {
    let clamp = |size: u32| i32::try_from(size).unwrap_or(i32::MAX);
    [window.x, window.y, clamp(window.width), clamp(window.height)]
}

fn type_code(sample_type: SampleType) -> u32 {
    match sample_type {
        SampleType::F16 | SampleType::F32 => 0,
        SampleType::U8 => 1,
        SampleType::U16 => 2,
        SampleType::U32 => 3,
    }
}

impl Pane {
    /// What the shader is told; `viewport_min`: its left top in what is drawn on, in physical pixels.
    pub fn params(&self, viewport_min: (f64, f64)) -> Params {
        let picture = &self.picture;
        let plane = &picture.decoded.plane;
        let mut types = [0; 4];
        for (code, channel) in types.iter_mut().zip(&plane.channels) {
            *code = type_code(channel.samples.sample_type());
        }
        let mut flags = if plane.unreadable.is_empty() { 0 } else { SHOW_UNREADABLE };
        let (luminance, display) = (picture.luminance, &picture.display);
        let mut show = |wanted: bool, flag: u32| flags |= if wanted { flag } else { 0 };
        // Stripes below a difference would look like one.
        show(display.clipped && picture.hot.is_none(), SHOW_CLIPPED);
        show(display.non_finite, SHOW_NON_FINITE);
        let (mut range, mut map, mut colours) = (DisplayRange::absolute(1.0, Scale::Linear), [0; 4], 0);
        if let Some(hot) = &picture.hot {
            show(true, SHOW_HEAT);
            show(hot.heat.signed, SHOW_SIGNED);
            show(!hot.over_picture, SHOW_NO_PICTURE);
            (range, map, colours) = (hot.range, window(hot.heat.map.window), row_of(hot.map));
        }
        let (curve, gamma) = curve_code(display.curve);
        // What f32 cannot hold would be no number.
        let value = |v: f64| (v as f32).clamp(f32::MIN_POSITIVE, f32::MAX);
        Params {
            origin: [self.origin.0 as f32, self.origin.1 as f32],
            viewport: [viewport_min.0 as f32, viewport_min.1 as f32],
            step: self.step as f32,
            gain: picture.exposure.exp2(),
            offset: display.offset,
            gamma,
            lo: picture.range.0,
            hi: picture.range.1,
            luminance: [luminance[0], luminance[1], luminance[2], 0.0],
            data: window(plane.data_window),
            display: window(plane.display_window),
            map,
            types,
            channels: plane.channels.len().min(4) as u32,
            transform: picture.transform as u32,
            flags,
            curve,
            seen: seen_code(display.isolate, plane.channels.len()),
            heat_map: colours,
            heat_scale: scale_code(range.scale()),
            heat_max: value(range.hi()),
            heat_least: value(range.least()),
            heat_floor: ColorMap::LEAST_CHANGE as f32,
            surround: if picture.hot.is_some() { 0.0 } else { self.surround },
            pad: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::shader::assert_layout;

    #[test]
    fn params_have_one_layout() {
        assert_layout!(
            Params,
            include_str!("../../../shaders/canvas/params.wgsl"),
            [
                origin, viewport, step, gain, offset, gamma, lo, hi, luminance, data, display, map, types,
                channels, transform, flags, curve, seen, heat_map, heat_scale, heat_max, heat_least,
                heat_floor, surround, pad,
            ]
        );
    }

    #[test]
    fn a_channel_that_a_picture_has_not_is_not_seen_alone() {
        assert_eq!(seen_code(Isolate::Channel(3), 4), 4);
        assert_eq!(seen_code(Isolate::Channel(3), 3), 0);
        assert_eq!(seen_code(Isolate::Channel(4), 9), 0);
        assert_eq!(seen_code(Isolate::Luminance, 2), 0);
        assert_eq!(seen_code(Isolate::Luminance, 3), SEEN_LUMINANCE);
    }
}
