//! Frames to measure on. Only exact arithmetic makes them, so all machines make the same.

use std::path::Path;

use exr::prelude::*;

/// A frame in memory, to be written by any compression.
pub struct Frame(Image<Layer<AnyChannels<FlatSamples>>>);

/// What the samples of a layer look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Shaded shapes under path tracer's noise, in halves.
    Light,
    /// The same where it is bright, 0 elsewhere.
    Highlight,
    /// One colour for each shape, in halves.
    Colour,
    /// One colour for few shapes, 0 elsewhere, in halves.
    Lamp,
    /// Smooth shapes without noise, in halves.
    Shade,
    /// Smooth, in floats.
    Smooth,
    /// One number for each shape, in integers.
    Id,
}

/// The layers of a frame of 12 AOVs with an RGBA picture, 35 channels: name, components, look.
const LAYERS: [(&str, &[&str], Look); 13] = [
    ("", &["R", "G", "B", "A"], Look::Light),
    ("albedo.", &["R", "G", "B"], Look::Colour),
    ("diffuse.", &["R", "G", "B"], Look::Light),
    ("diffuse_indirect.", &["R", "G", "B"], Look::Light),
    ("specular.", &["R", "G", "B"], Look::Highlight),
    ("specular_indirect.", &["R", "G", "B"], Look::Highlight),
    ("emission.", &["R", "G", "B"], Look::Lamp),
    ("N.", &["X", "Y", "Z"], Look::Shade),
    ("P.", &["X", "Y", "Z"], Look::Smooth),
    ("motion.", &["X", "Y"], Look::Smooth),
    ("uv.", &["U", "V"], Look::Smooth),
    ("depth.", &["Z"], Look::Smooth),
    ("id.", &["X"], Look::Id),
];

/// An RGBA picture of halves; `seed` alone decides the noise.
pub fn rgba(size: (usize, usize), seed: u32) -> Frame {
    frame(size, seed, &LAYERS[..1])
}

/// That picture and 12 AOVs: halves, floats and integers.
pub fn aovs(size: (usize, usize), seed: u32) -> Frame {
    frame(size, seed, &LAYERS)
}

fn frame(size: (usize, usize), seed: u32, layers: &[(&str, &[&str], Look)]) -> Frame {
    let mut list = Vec::new();
    for (layer, &(prefix, components, look)) in layers.iter().enumerate() {
        for (c, component) in components.iter().enumerate() {
            let channel = Channel::new(size, (layer * 4 + c) as u32, look, seed);
            list.push(AnyChannel::new(format!("{prefix}{component}").as_str(), channel.samples()));
        }
    }
    let encoding = Encoding {
        compression: Compression::Uncompressed,
        blocks: Blocks::ScanLines,
        line_order: LineOrder::Increasing,
    };
    Frame(Image::from_encoded_channels(size, encoding, AnyChannels::sort(list.into_iter().collect())))
}

impl Frame {
    /// Writes it in scan lines.
    pub fn write(&mut self, path: &Path, compression: Compression) {
        self.0.layer_data.encoding.compression = compression;
        self.0.write().to_file(path).unwrap();
    }
}

/// Writes a picture of 8 bits, RGB, like the RGBA frame.
pub fn write_png(path: &Path, size: (usize, usize)) {
    let channels = [0, 1, 2].map(|index| Channel::new(size, index, Look::Light, 1));
    let mut bytes = Vec::with_capacity(size.0 * size.1 * 3);
    for y in 0..size.1 {
        for x in 0..size.0 {
            bytes.extend(channels.iter().map(|channel| (channel.light(x, y) * 255.0) as u8));
        }
    }
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, size.0 as u32, size.1 as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&bytes).unwrap();
    writer.finish().unwrap();
}

/// One channel of a frame.
struct Channel {
    size: (usize, usize),
    /// Which one.
    index: u32,
    look: Look,
    seed: u32,
    /// Waves across and down, each nearly 0 to 1.
    waves: [Vec<f32>; 2],
}

impl Channel {
    fn new(size: (usize, usize), index: u32, look: Look, seed: u32) -> Self {
        let wave = |length: usize, periods: f32, phase: u32| {
            let at = |i: usize| i as f32 / size.0 as f32 * periods + (index * phase) as f32 * 0.17;
            (0..length).map(|i| arcs(at(i))).collect()
        };
        Self { size, index, look, seed, waves: [wave(size.0, 3.5, 1), wave(size.1, 2.5, 3)] }
    }

    fn samples(&self) -> FlatSamples {
        let pixels = (0..self.size.1).flat_map(|y| (0..self.size.0).map(move |x| (x, y)));
        match self.look {
            Look::Id => FlatSamples::U32(pixels.map(|(x, y)| shape(x, y)).collect()),
            Look::Smooth => FlatSamples::F32(pixels.map(|(x, y)| self.smooth(x, y) * 10.0).collect()),
            _ => FlatSamples::F16(pixels.map(|(x, y)| f16::from_f32(self.half(x, y))).collect()),
        }
    }

    /// A sample of a layer of halves.
    fn half(&self, x: usize, y: usize) -> f32 {
        match self.look {
            Look::Light => self.light(x, y),
            Look::Highlight if self.smooth(x, y) > 0.55 => self.light(x, y),
            Look::Colour => self.colour(x, y),
            Look::Lamp if shape(x, y).is_multiple_of(16) => self.colour(x, y) * 20.0,
            Look::Shade => self.shaded(x, y),
            _ => 0.0,
        }
    }

    fn smooth(&self, x: usize, y: usize) -> f32 {
        0.1 + 0.8 * self.waves[0][x] * self.waves[1][y]
    }

    /// The smooth shade in the colour of the shape that is there.
    fn shaded(&self, x: usize, y: usize) -> f32 {
        self.smooth(x, y) * self.colour(x, y)
    }

    fn colour(&self, x: usize, y: usize) -> f32 {
        unit(hash(shape(x, y) ^ self.index << 16))
    }

    fn light(&self, x: usize, y: usize) -> f32 {
        self.shaded(x, y) * (0.98 + 0.04 * self.noise(x, y))
    }

    fn noise(&self, x: usize, y: usize) -> f32 {
        let pixel = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
        unit(hash(pixel ^ self.index.wrapping_mul(0xc2b2_ae3d) ^ self.seed.wrapping_mul(0x27d4_eb2f)))
    }
}

/// Which of the slanted shapes a pixel belongs to.
fn shape(x: usize, y: usize) -> u32 {
    hash(((x + y / 3) / 160 * 64 + y / 120) as u32) >> 16
}

/// Parabolas in place of a sine: 0 at whole numbers, 1 half way.
fn arcs(t: f32) -> f32 {
    let fraction = t - t.floor();
    4.0 * fraction * (1.0 - fraction)
}

fn hash(mut bits: u32) -> u32 {
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    bits ^ (bits >> 15)
}

/// 0 to 1.
fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 / 16_777_216.0
}
