//! A region is what the whole has there; a preview is what some lines of the whole are.

use std::path::{Path, PathBuf};

use aovscope::codec::{self, Limits};
use aovscope::image::{Plane, Window};
use exr::image::{AnyChannel, AnyChannels, Encoding, FlatSamples, Image, Layer};
use exr::math::Vec2;
use exr::meta::attribute::{IntegerBounds, LineOrder};
use exr::meta::header::{ImageAttributes, LayerAttributes};
use exr::prelude::{Blocks, Compression, WritableImage};
use half::f16;
use tempfile::NamedTempFile;

use super::read_all;
use crate::support;

#[test]
fn a_region_is_what_the_whole_has_there() {
    let mut files = of_kind(&support::small_data(), &["exr", "png", "jpg"]);
    if let Some(root) = support::full_data() {
        files.extend(of_kind(&root.join("cloth/codecs"), &["exr"]));
        files.push(root.join("exr-corpus/openexr-images/Chromaticities/Rec709_YC.exr"));
    }
    let mut compared = 0;
    for file in files {
        let Ok((info, whole)) = read_all(&file) else { continue };
        let aovs: Vec<_> = info.aovs.iter().collect();
        let window = whole[0].data_window;
        for region in regions(window) {
            let planes = codec::read_region(&info, &aovs, region, &Limits::default());
            assert_eq!(planes.len(), whole.len());
            for (plane, whole) in planes.into_iter().zip(&whole) {
                let expected = whole.crop(region);
                if expected.data_window.is_empty() {
                    let error = plane.expect_err("nothing is there").to_string();
                    assert!(error.contains("region"), "{error}");
                    continue;
                }
                assert_same(&plane.expect("a region of a sound file"), &expected, &file);
                compared += 1;
            }
        }
    }
    assert!(compared > 500, "only {compared} regions were compared");
}

fn of_kind(root: &Path, kinds: &[&str]) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.expect("a readable folder").into_path());
    paths.filter(|p| p.extension().is_some_and(|e| kinds.iter().any(|kind| e == *kind))).collect()
}

fn regions(window: Window) -> Vec<Window> {
    let Window { x, y, width, height } = window;
    let (right, bottom) = (x + width as i32, y + height as i32);
    vec![
        window,
        Window::new(x, y, 1, 1),
        Window::new(right - 1, bottom - 1, 1, 1),
        Window::new(x + width as i32 / 3, y + height as i32 / 2, (width / 4).max(1), (height / 5).max(1)),
        Window::new(x - 10, y + 1, width + 20, 1),
        Window::new(x + 1, y - 10, 1, height + 20),
        Window::new(right + 5, bottom + 5, 3, 3),
    ]
}

#[track_caller]
fn assert_same(found: &Plane, expected: &Plane, file: &Path) {
    assert_eq!((found.data_window, found.display_window), (expected.data_window, expected.display_window));
    assert_eq!(found.channels.len(), expected.channels.len());
    for (found, expected) in found.channels.iter().zip(&expected.channels) {
        assert_eq!(found.name, expected.name);
        assert_eq!(found.samples.sample_type(), expected.samples.sample_type());
        assert!(found.samples.as_bytes() == expected.samples.as_bytes(), "{} in {file:?}", found.name);
    }
}

#[test]
fn a_crop_keeps_every_pixel_in_its_place() {
    let (_, planes) = read_all(&support::small_data().join("layouts/autocrop.0018.exr")).expect("sound");
    let region = Window::new(41, 30, 7, 5);
    let crop = planes[0].crop(region);
    assert_eq!(crop.data_window, region);
    for index in 0..region.pixels() as usize {
        let (x, y) = region.pixel(index);
        assert_eq!(crop.pixel(x, y), planes[0].pixel(x, y));
    }
    assert!(planes[0].crop(Window::new(1000, 0, 5, 5)).channels[0].samples.is_empty());
}

const SIZE: Vec2<usize> = Vec2(301, 57);

fn write(compression: Compression, blocks: Blocks) -> NamedTempFile {
    let value = |i: usize| ((i * 7919) % 2039) as f32;
    let samples = |i: usize| match i {
        0 => FlatSamples::F16((0..SIZE.area()).map(|i| f16::from_f32(value(i))).collect()),
        _ => FlatSamples::F32((0..SIZE.area()).map(value).collect()),
    };
    let names = ["a", "b", "c"].into_iter().enumerate();
    let channels = AnyChannels::sort(names.map(|(i, name)| AnyChannel::new(name, samples(i))).collect());
    let encoding = Encoding { compression, blocks, line_order: LineOrder::Increasing };
    let layer =
        Layer::new(SIZE, LayerAttributes::named("test").with_position(Vec2(-3, 5)), encoding, channels);
    let display = ImageAttributes::new(IntegerBounds::new((0, 0), (320, 64)));
    let file = NamedTempFile::new().expect("a temporary file");
    Image::new(display, layer).write().to_file(file.path()).expect("written");
    file
}

#[test]
fn a_preview_of_lines_repeats_lines_of_the_whole() {
    for compression in [Compression::Uncompressed, Compression::RLE, Compression::ZIP1] {
        let file = write(compression, Blocks::ScanLines);
        let (info, whole) = read_all(file.path()).expect("a sound file");
        let aovs: Vec<_> = info.aovs.iter().collect();
        let previews = codec::read_preview(&info, &aovs, 4, &Limits::default());
        for (preview, whole) in previews.expect("each line is a chunk").into_iter().zip(&whole) {
            let preview = preview.expect("a sound file");
            assert_eq!(preview.data_window, whole.data_window);
            for y in 0..SIZE.1 as i32 {
                let line = 5 + y / 4 * 4;
                assert_eq!(preview.pixel(17, 5 + y), whole.pixel(17, line), "{compression:?}, line {y}");
            }
        }
    }
}

#[test]
fn there_is_no_preview_where_it_would_cost_as_much() {
    let png = support::small_data().join("cloth/clothsimv1/clothsimv1.0011.png");
    for path in [write(Compression::ZIP16, Blocks::ScanLines).path(), png.as_path()] {
        let (info, _) = read_all(path).expect("a sound file");
        assert!(codec::read_preview(&info, &[&info.aovs[0]], 4, &Limits::default()).is_none());
    }
}

#[test]
fn a_preview_of_a_mip_map_is_a_smaller_level_of_the_same_picture() {
    let path = support::small_data().join("layouts/mipmap_combined.0020.exr");
    let (info, whole) = read_all(&path).expect("a sound file");
    let previews =
        codec::read_preview(&info, &[&info.aovs[0]], 4, &Limits::default()).expect("it has levels");
    let preview = previews.into_iter().next().expect("one").expect("a sound file");
    assert_eq!(preview.data_window, whole[0].data_window);
    let mean = |plane: &Plane| {
        let samples = &plane.channels[0].samples;
        (0..samples.len()).map(|i| samples.get(i).to_f64()).sum::<f64>() / samples.len() as f64
    };
    let (rough, exact) = (mean(&preview), mean(&whole[0]));
    assert!((rough - exact).abs() < 0.1 * exact.abs(), "{rough} instead of {exact}");
    assert!(preview.channels[0].samples.as_bytes() != whole[0].channels[0].samples.as_bytes());
}

#[test]
fn too_much_at_once_is_refused_before_memory_is_taken() {
    let file = write(Compression::ZIP16, Blocks::ScanLines);
    let (info, _) = read_all(file.path()).expect("a sound file");
    let limits = Limits { max_bytes: 110_000, ..Limits::default() };
    let aovs: Vec<_> = info.aovs.iter().collect();
    let error = codec::read_planes(&info, &aovs, &limits).remove(0).expect_err("171570 bytes");
    assert!(error.to_string().contains("171570 bytes, over the limit of 110000"), "{error}");
    codec::read_planes(&info, &aovs[..1], &limits).remove(0).expect("one channel fits");
    let small = Limits { max_header_bytes: 100, ..Limits::default() };
    let error = codec::read_info(file.path(), &small).expect_err("a longer header");
    assert!(error.to_string().contains("--max-header"), "{error}");
}
