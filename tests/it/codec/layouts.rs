//! Every lossless compression in scan lines and tiles, with levels, off the origin, in any order of lines.

use exr::image::{AnyChannel, AnyChannels, Encoding, FlatSamples, Image, Layer, Levels, RipMaps};
use exr::math::{RoundingMode, Vec2};
use exr::meta::attribute::{IntegerBounds, LineOrder};
use exr::meta::header::{ImageAttributes, LayerAttributes};
use exr::meta::{mip_map_levels, rip_map_levels};
use exr::prelude::{Blocks, Compression, WritableImage};
use half::f16;
use tempfile::NamedTempFile;

use aovscope::image::{Plane, Window};

use super::read_all;

/// Wider than tall, no multiple of any tile or block.
const SIZE: Vec2<usize> = Vec2(45, 37);
const ORIGIN: Vec2<i32> = Vec2(-7, 3);

/// Tells channel, level and pixel of a sample apart; small enough for a half.
fn value(channel: usize, level: Vec2<usize>, x: usize, y: usize) -> u32 {
    ((x * 31 + y * 7 + level.0 * 5 + level.1 * 11 + channel * 3) % 2048) as u32
}

fn samples(channel: usize, level: Vec2<usize>, size: Vec2<usize>) -> FlatSamples {
    let all = || (0..size.1).flat_map(move |y| (0..size.0).map(move |x| value(channel, level, x, y)));
    match channel {
        0 => FlatSamples::F16(all().map(|v| f16::from_f32(v as f32)).collect()),
        1 => FlatSamples::F32(all().map(|v| v as f32 * 0.5).collect()),
        _ => FlatSamples::U32(all().map(|v| v | 1 << 30).collect()),
    }
}

fn encodings() -> Vec<Encoding> {
    let mut encodings = Vec::new();
    for compression in
        [Compression::Uncompressed, Compression::RLE, Compression::ZIP1, Compression::ZIP16, Compression::PIZ]
    {
        for blocks in [Blocks::ScanLines, Blocks::Tiles(Vec2(16, 8)), Blocks::Tiles(Vec2(64, 64))] {
            for line_order in [LineOrder::Increasing, LineOrder::Decreasing] {
                encodings.push(Encoding { compression, blocks, line_order });
            }
        }
    }
    encodings
}

/// Writes three channels of three types; a macro because the writer's bounds have no short name.
macro_rules! file {
    ($encoding:expr, $samples:expr) => {{
        let samples = $samples;
        let channel = |(index, name): (usize, &str)| AnyChannel::new(name, samples(index));
        let names = ["half", "single", "uint"].into_iter().enumerate();
        let channels = AnyChannels::sort(names.map(channel).collect());
        let attributes = LayerAttributes::named("test").with_position(ORIGIN);
        let layer = Layer::new(SIZE, attributes, $encoding, channels);
        let display = ImageAttributes::new(IntegerBounds::new((0, 0), (50, 40)));
        let file = NamedTempFile::new().expect("a temporary file");
        Image::new(display, layer).write().to_file(file.path()).expect("written");
        file
    }};
}

#[test]
fn one_level() {
    for encoding in encodings() {
        let file = file!(encoding, |channel| samples(channel, Vec2(0, 0), SIZE));
        check(&file, &format!("{encoding:?}"));
    }
}

#[test]
fn mip_and_rip_maps_give_their_full_resolution() {
    for encoding in encodings().into_iter().filter(|e| e.blocks != Blocks::ScanLines) {
        for rounding_mode in [RoundingMode::Down, RoundingMode::Up] {
            let mip = |channel| {
                let levels = mip_map_levels(rounding_mode, SIZE);
                let level_data = levels.map(|(i, size)| samples(channel, Vec2(i, i), size)).collect();
                Levels::Mip { rounding_mode, level_data }
            };
            check(&file!(encoding, mip), &format!("mip {rounding_mode:?} {encoding:?}"));
            let rip = |channel| {
                let levels: Vec<_> = rip_map_levels(rounding_mode, SIZE).collect();
                let (last, _) = *levels.last().expect("one level at least");
                let map_data = levels.iter().map(|&(i, size)| samples(channel, i, size)).collect();
                let level_count = Vec2(last.0 + 1, last.1 + 1);
                Levels::Rip { rounding_mode, level_data: RipMaps { map_data, level_count } }
            };
            check(&file!(encoding, rip), &format!("rip {rounding_mode:?} {encoding:?}"));
        }
    }
}

#[test]
fn a_part_behind_one_with_levels_is_found() {
    let single = |name: &str, levels| {
        let tiles = Encoding { blocks: Blocks::Tiles(Vec2(16, 8)), ..Encoding::FAST_LOSSLESS };
        let channels = AnyChannels::sort(vec![AnyChannel::new("Z", levels)].into());
        Layer::new(SIZE, LayerAttributes::named(name).with_position(ORIGIN), tiles, channels)
    };
    let sizes = mip_map_levels(RoundingMode::Up, SIZE);
    let level_data = sizes.map(|(i, size)| samples(1, Vec2(i, i), size)).collect();
    let first = single("first", Levels::Mip { rounding_mode: RoundingMode::Up, level_data });
    let second = single("second", Levels::Singular(samples(2, Vec2(0, 0), SIZE)));
    let display = ImageAttributes::new(IntegerBounds::new((0, 0), (50, 40)));
    let file = NamedTempFile::new().expect("a temporary file");
    Image::from_layers(display, vec![first, second]).write().to_file(file.path()).expect("written");
    let (info, planes) = read_all(file.path()).expect("a sound file");
    let keys: Vec<&str> = info.aovs.iter().map(|aov| aov.key.as_str()).collect();
    assert_eq!(keys, ["first/Z", "second/Z"]);
    assert_samples(&planes[0], 1, "first");
    assert_samples(&planes[1], 2, "second");
}

fn check(file: &NamedTempFile, what: &str) {
    let (info, planes) = read_all(file.path()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let window = Window::new(ORIGIN.0, ORIGIN.1, SIZE.0 as u32, SIZE.1 as u32);
    assert_eq!((info.parts[0].data_window, info.parts[0].display_window), (window, Window::of_size(50, 40)));
    assert_eq!(planes.len(), 3);
    for (channel, plane) in planes.iter().enumerate() {
        assert_samples(plane, channel, what);
    }
}

#[track_caller]
fn assert_samples(plane: &Plane, channel: usize, what: &str) {
    let expected = samples(channel, Vec2(0, 0), SIZE);
    for index in 0..SIZE.area() {
        let bits = match &expected {
            FlatSamples::F16(v) => u32::from(v[index].to_bits()),
            FlatSamples::F32(v) => v[index].to_bits(),
            FlatSamples::U32(v) => v[index],
        };
        let pixel = plane.data_window.pixel(index);
        assert_eq!(
            plane.channels[0].samples.get(index).bits(),
            bits,
            "{what}: channel {channel}, pixel {pixel:?}"
        );
    }
}
