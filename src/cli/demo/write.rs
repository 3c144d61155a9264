//! One frame of the demo becomes an EXR file.

use std::io::Write as _;
use std::path::Path;

use exr::prelude::{
    AnyChannel, AnyChannels, Blocks, Compression, Encoding, FlatSamples, Image, Layer, LayerAttributes,
    LineOrder, Vec2, WritableImage as _,
};
use half::f16;

use super::render::Pixel;
use super::{HEIGHT, WIDTH};
use crate::export::write_file;

/// Writes `pixels` to `path`, whole or not at all.
pub(super) fn write(path: &Path, pixels: &[Pixel]) -> anyhow::Result<()> {
    let channels = AnyChannels::sort(channels(pixels).into_iter().collect());
    let encoding = Encoding {
        compression: Compression::ZIP16,
        blocks: Blocks::ScanLines,
        line_order: LineOrder::Increasing,
    };
    let layer = Layer::new(Vec2(WIDTH, HEIGHT), LayerAttributes::default(), encoding, channels);
    let mut buffer = std::io::Cursor::new(Vec::new());
    Image::from_layer(layer).write().to_buffered(&mut buffer)?;
    write_file(path, |file| file.write_all(buffer.get_ref()))?;
    Ok(())
}

fn channels(pixels: &[Pixel]) -> Vec<AnyChannel<FlatSamples>> {
    let mut channels = vec![
        half("A", pixels, |pixel| pixel.alpha),
        half("motion.X", pixels, |pixel| pixel.motion[0]),
        half("motion.Y", pixels, |pixel| pixel.motion[1]),
        AnyChannel::new("depth.Z", FlatSamples::F32(pixels.iter().map(|pixel| pixel.depth as f32).collect())),
        AnyChannel::new("id.ID", FlatSamples::U32(pixels.iter().map(|pixel| pixel.id).collect())),
    ];
    for (index, component) in ["R", "G", "B"].into_iter().enumerate() {
        channels.push(half(component, pixels, |pixel| pixel.beauty[index]));
        channels.push(half(&format!("diffcol.{component}"), pixels, |pixel| pixel.diffuse[index]));
    }
    for (index, component) in ["X", "Y", "Z"].into_iter().enumerate() {
        let samples = pixels.iter().map(|pixel| pixel.normal[index] as f32).collect();
        channels.push(AnyChannel::new(format!("normal.{component}").as_str(), FlatSamples::F32(samples)));
    }
    channels
}

fn half(name: &str, pixels: &[Pixel], value: impl Fn(&Pixel) -> f64) -> AnyChannel<FlatSamples> {
    AnyChannel::new(name, FlatSamples::F16(pixels.iter().map(|pixel| f16::from_f64(value(pixel))).collect()))
}
