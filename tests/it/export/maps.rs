//! Pictures of maps, and their values.

use std::path::Path;

use aovscope::export::{MapCaption, MapRange, MapStyle, Picture, draw_map, export_map_exr, export_map_png};
use aovscope::image::{ColorMap, DisplayRange, Scale, Window};
use aovscope::metric::{
    DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric, Rule,
};
use exr::prelude::{FlatSamples, ReadChannels, ReadLayers};

const MAGENTA: [u8; 3] = [0xff, 0x2b, 0xd6];

/// 20 × 9 pixels off the origin, each with its own value; the first row unchanged, in the second
/// one within tolerance, one non-finite, one uncovered, at its end one unreadable.
fn map() -> DeltaMap {
    let window = Window::new(-7, 30, 20, 9);
    let value = |i: usize| {
        if i < 20 { 0.0 } else { i as f32 / 1800.0 * if i.is_multiple_of(2) { 1.0 } else { -1.0 } }
    };
    let mut flags = vec![FLAG_CHANGED; 180];
    flags[..20].fill(0);
    flags[21] = 0;
    flags[22] = FLAG_CHANGED | FLAG_NON_FINITE;
    flags[23] = FLAG_CHANGED | FLAG_UNCOVERED;
    flags[39] = FLAG_UNREADABLE;
    let mut values: Vec<f32> = (0..180).map(value).collect();
    values[39] = 0.0;
    DeltaMap { window, values, flags }
}

fn caption(metric: Metric) -> MapCaption {
    MapCaption {
        aov: "ткань.diffcol".into(),
        candidate: "v2".into(),
        reference: "v1".into(),
        frame: Some(-3),
        rule: Rule { abs: 0.0117, ..Rule::exact(metric) },
    }
}

fn draw(style: &MapStyle) -> Picture {
    draw_map(&map(), &caption(Metric::Signed), style)
}

/// The picture's pixels that stand for pixel `index` of the map: 32 × 32.
fn block(picture: &Picture, index: usize) -> Vec<[u8; 3]> {
    let (left, top) = (index % 20 * 32, index / 20 * 32);
    let rows = picture.pixels.chunks(picture.width).skip(top).take(32);
    rows.flat_map(|row| row[left..left + 32].iter().copied()).collect()
}

#[test]
fn a_small_map_is_enlarged_pixel_by_pixel_with_room_for_the_legend() {
    let picture = draw(&MapStyle::default());
    assert_eq!(picture.width, 640);
    assert!(picture.height > 9 * 32 + 80 && picture.height < 9 * 32 + 240, "{}", picture.height);
    assert_eq!(picture.pixels.len(), picture.width * picture.height);
    for index in (0..180).filter(|i| ![23, 39].contains(i)) {
        let block = block(&picture, index);
        assert!(block.iter().all(|pixel| *pixel == block[0]), "pixel {index} is one colour");
    }
}

#[test]
fn every_kind_of_pixel_looks_different() {
    for color in [None, Some(ColorMap::Magma), Some(ColorMap::Turbo)] {
        for scale in [Scale::Linear, Scale::Log] {
            let picture = draw(&MapStyle { color, scale, ..MapStyle::default() });
            let one = |index: usize| block(&picture, index)[0];
            let unchanged = one(0);
            assert!(unchanged.iter().all(|c| *c < 24), "unchanged is dark: {unchanged:?}");
            assert_eq!(one(22), MAGENTA);
            let stripes: std::collections::BTreeSet<_> = block(&picture, 23).into_iter().collect();
            assert_eq!(stripes.len(), 2, "uncovered is striped");
            assert!(stripes.iter().all(|[r, g, b]| r.abs_diff(*g) < 8 && g.abs_diff(*b) < 16), "and grey");
            let stripes: std::collections::BTreeSet<_> = block(&picture, 39).into_iter().collect();
            assert_eq!(stripes.len(), 2, "unreadable is striped");
            assert!(stripes.iter().all(|[r, g, b]| *r > 2 * g && *r > 2 * b), "and red");
            let (within, least) = (one(21), one(24));
            assert!(within != unchanged && within != least, "{within:?}");
            for index in (24..180).filter(|i| *i != 39) {
                let brightest = one(index).into_iter().max().expect("three");
                assert!(brightest > 40, "a changed pixel is seen: {index} {:?}", one(index));
            }
        }
    }
}

#[test]
fn signs_and_sizes_are_told_by_colour() {
    let style = MapStyle {
        range: MapRange::Fixed(DisplayRange::signed(0.1, Scale::Linear)),
        color: Some(ColorMap::Coolwarm),
        ..MapStyle::default()
    };
    let picture = draw(&style);
    let (up, down) = (block(&picture, 178)[0], block(&picture, 179)[0]);
    assert!(up[0] > up[2] && down[2] > down[0], "red above, blue below: {up:?} {down:?}");
    assert_ne!(block(&picture, 100)[0], up);
}

#[test]
fn a_large_map_keeps_its_pixels_and_odd_shapes_get_a_picture() {
    let flat = |width: u32, height: u32| DeltaMap {
        window: Window::of_size(width, height),
        values: vec![0.5; (width * height) as usize],
        flags: vec![FLAG_CHANGED; (width * height) as usize],
    };
    let shape = |width, height| {
        let picture = draw_map(&flat(width, height), &caption(Metric::Abs), &MapStyle::default());
        (picture.width, picture.height)
    };
    assert_eq!(shape(2000, 20).0, 2000);
    assert_eq!(shape(1, 1).0, 640);
    let (width, height) = shape(3, 3000);
    assert!(width == 640 && height > 3000, "{width} × {height}");
    let nothing = DeltaMap { values: vec![0.0], flags: vec![0], window: Window::of_size(1, 1) };
    for metric in Metric::ALL {
        draw_map(&nothing, &caption(metric), &MapStyle::default());
    }
}

#[test]
fn the_png_holds_the_picture_and_says_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("maps/map.png");
    let style = MapStyle::default();
    export_map_png(&map(), &caption(Metric::Signed), &style, &path).expect("writable");
    let file = std::io::BufReader::new(std::fs::File::open(&path).expect("there"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut pixels).expect("a picture");
    assert_eq!(pixels, draw(&style).pixels.as_flattened());
    let texts: Vec<_> = reader.info().utf8_text.iter().map(|t| t.get_text().expect("UTF-8")).collect();
    assert!(texts.iter().any(|text| text == "ткань.diffcol · frame -3: v2 against v1"), "{texts:?}");

    let first = std::fs::read(&path).expect("there");
    export_map_png(&map(), &caption(Metric::Signed), &style, &path).expect("writable");
    assert_eq!(std::fs::read(&path).expect("there"), first, "equal maps, equal bytes");
}

fn export(path: &Path) -> DeltaMap {
    let mut map = map();
    map.values[30] = f32::from_bits(1);
    map.values[31] = -f32::MAX;
    map.values[32] = -0.0;
    export_map_exr(&map, &caption(Metric::Signed), Window::new(0, 0, 64, 48), path).expect("writable");
    map
}

#[test]
fn the_exr_gives_back_every_value_to_the_bit_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("map.exr");
    let map = export(&path);
    let image = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .all_channels()
        .first_valid_layer()
        .all_attributes()
        .from_file(&path)
        .expect("an EXR");
    let display = image.attributes.display_window;
    assert_eq!((display.position.0, display.position.1, display.size.0, display.size.1), (0, 0, 64, 48));
    let layer = &image.layer_data;
    let position = layer.attributes.layer_position;
    assert_eq!((position.0, position.1, layer.size.0, layer.size.1), (-7, 30, 20, 9));
    let comments = layer.attributes.comments.as_ref().expect("comments").as_slice();
    assert!(String::from_utf8_lossy(comments).contains("ткань.diffcol · frame -3"));

    let channels = &layer.channel_data.list;
    let names: Vec<_> = channels.iter().map(|channel| channel.name.to_string()).collect();
    assert_eq!(names, ["changed", "delta"]);
    let FlatSamples::U32(changed) = &channels[0].sample_data else { panic!("UINT") };
    let FlatSamples::F32(delta) = &channels[1].sample_data else { panic!("FLOAT") };
    assert_eq!((changed.len(), delta.len()), (180, 180));
    for index in 0..180 {
        assert_eq!(changed[index], u32::from(map.flags[index] & FLAG_CHANGED), "pixel {index}");
        if [22, 23, 39].contains(&index) {
            assert!(delta[index].is_nan(), "pixel {index}");
        } else {
            assert_eq!(delta[index].to_bits(), map.values[index].to_bits(), "pixel {index}");
        }
    }
}

#[test]
fn the_exr_opens_in_the_program_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("map.exr");
    export(&path);
    let info = aovscope::codec::read_info(&path, &aovscope::codec::Limits::default()).expect("an EXR");
    assert_eq!(info.parts[0].data_window, Window::new(-7, 30, 20, 9));
    assert_eq!(info.parts[0].display_window, Window::new(0, 0, 64, 48));
    assert!(info.aov("delta").is_some() && info.aov("changed").is_some(), "{:?}", info.aovs);
}
