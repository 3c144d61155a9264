//! Planes full of awkward values, the same in every run.

use aovscope::image::{Plane, PlaneChannel, SampleType, Samples, Window};
use half::f16;

/// Small fast generator (xorshift64*), so that tests need no crate and repeat exactly.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }

    pub fn below(&mut self, n: u32) -> u32 {
        self.next() % n
    }
}

/// What a plane is filled with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fill {
    /// Any bits at all.
    AnyBits,
    /// The corners of the type: zeros, infinities, NaN with payloads, denormals, extremes.
    Awkward,
    /// As a render: moderate values, many of them alike.
    Render,
    /// As a render, few values: many ties.
    Coarse,
}

pub fn plane(
    noise: &mut Noise,
    window: Window,
    display: Window,
    (sample_type, channels): (SampleType, usize),
    fill: Fill,
) -> Plane {
    let names = ["R", "G", "B", "A", "E", "F"];
    let channels = names[..channels].iter().map(|name| PlaneChannel {
        name: (*name).to_owned(),
        samples: samples(noise, window.pixels() as usize, sample_type, fill),
    });
    let channels = channels.collect();
    Plane { data_window: window, display_window: display, channels, unreadable: Vec::new() }
}

/// A copy of `plane` in which one sample in `one_in` is a little or wholly different.
pub fn disturbed(noise: &mut Noise, plane: &Plane, one_in: u32) -> Plane {
    let mut copy = plane.clone();
    for channel in &mut copy.channels {
        match &mut channel.samples {
            Samples::U8(v) => v.iter_mut().for_each(|v| disturb(noise, one_in, |n| *v ^= 1 << n.below(8))),
            Samples::U16(v) => v.iter_mut().for_each(|v| disturb(noise, one_in, |n| *v ^= 1 << n.below(16))),
            Samples::U32(v) => v.iter_mut().for_each(|v| disturb(noise, one_in, |n| *v ^= 1 << n.below(32))),
            Samples::F16(v) => v.iter_mut().for_each(|v| {
                disturb(noise, one_in, |n| *v = f16::from_bits(v.to_bits() ^ (1 << n.below(16))));
            }),
            Samples::F32(v) => v.iter_mut().for_each(|v| {
                disturb(noise, one_in, |n| *v = f32::from_bits(v.to_bits() ^ (1 << n.below(32))));
            }),
        }
    }
    copy
}

fn disturb(noise: &mut Noise, one_in: u32, change: impl FnOnce(&mut Noise)) {
    if noise.below(one_in) == 0 {
        change(noise);
    }
}

fn samples(noise: &mut Noise, len: usize, sample_type: SampleType, fill: Fill) -> Samples {
    let mut bits = || -> u32 {
        let any = noise.next();
        match (fill, sample_type) {
            (Fill::AnyBits, _) => any,
            (Fill::Awkward, SampleType::F32) => AWKWARD_F32[any as usize % AWKWARD_F32.len()],
            (Fill::Awkward, SampleType::F16) => AWKWARD_F16[any as usize % AWKWARD_F16.len()],
            (Fill::Awkward, _) => AWKWARD_INTEGER[any as usize % AWKWARD_INTEGER.len()],
            (Fill::Render, SampleType::F32) => ((any % 4096) as f32 / 1000.0 - 1.0).to_bits(),
            (Fill::Render, SampleType::F16) => {
                f16::from_f32((any % 4096) as f32 / 1000.0 - 1.0).to_bits().into()
            }
            (Fill::Render, _) => any % 4096,
            (Fill::Coarse, SampleType::F32) => ((any % 8) as f32 * 0.1).to_bits(),
            (Fill::Coarse, SampleType::F16) => f16::from_f32((any % 8) as f32 * 0.1).to_bits().into(),
            (Fill::Coarse, _) => any % 8,
        }
    };
    match sample_type {
        SampleType::U8 => Samples::U8((0..len).map(|_| bits() as u8).collect()),
        SampleType::U16 => Samples::U16((0..len).map(|_| bits() as u16).collect()),
        SampleType::U32 => Samples::U32((0..len).map(|_| bits()).collect()),
        SampleType::F16 => Samples::F16((0..len).map(|_| f16::from_bits(bits() as u16)).collect()),
        SampleType::F32 => Samples::F32((0..len).map(|_| f32::from_bits(bits())).collect()),
    }
}

pub const AWKWARD_F32: [u32; 26] = [
    0,
    0x8000_0000, // zeros
    1,
    0x8000_0001,
    0x007f_ffff,
    0x0040_0000, // denormals
    0x0080_0000,
    0x8080_0000,
    0x0080_0001, // smallest normal
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f00_0000, // largest
    0x7f80_0000,
    0xff80_0000, // infinities
    0x7fc0_0000,
    0x7f80_0001,
    0xffff_ffff, // NaN
    0x3f80_0000,
    0x3f80_0001,
    0x3f7f_ffff,
    0xbf80_0000, // around 1
    0x3dcc_cccd,
    0x3e4c_cccd, // 0.1, 0.2
    0x5e80_0000,
    0x1f80_0000,
    0x0d80_0000, // 2^62, 2^-64, 2^-100
];

pub const AWKWARD_F16: [u32; 18] = [
    0, 0x8000, 1, 0x8001, 0x03ff, 0x0200, 0x0400, 0x8400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x7c01,
    0xffff, 0x3c00, 0x3c01, 0xbbff,
];

/// Cut to the type's width by the caller.
pub const AWKWARD_INTEGER: [u32; 18] = [
    0,
    1,
    2,
    3,
    127,
    128,
    254,
    255,
    256,
    0x7fff,
    0x8000,
    0xfffe,
    0xffff,
    0x0100_0000,
    0x0100_0001,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
];
