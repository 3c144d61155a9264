//! Luminance and chroma: one AOV of stored values, and what its primaries are.

use aovscope::image::{AovKind, Chromaticities, Window, is_luminance_chroma};

use super::build::ExrFile;
use super::{info, read_all};

#[test]
fn y_ry_by_are_one_aov_of_stored_values() {
    let samples = |first: f32| [first, first + 0.5].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let file = ExrFile::new(Window::of_size(2, 1))
        .channel("BY", 2, samples(1.0))
        .channel("RY", 2, samples(2.0))
        .channel("Y", 2, samples(3.0))
        .write();
    let (info, planes) = read_all(file.path()).expect("sound");
    assert_eq!((info.aovs[0].key.as_str(), info.aovs[0].kind), ("yc", AovKind::Colour));
    assert_eq!((info.aovs.len(), info.parts[0].chromaticities), (1, None));
    assert!(is_luminance_chroma(&planes[0]));
    let pixel: Vec<f64> = planes[0].pixel(1, 0).expect("inside").into_iter().map(|s| s.to_f64()).collect();
    assert_eq!(pixel, [3.5, 2.5, 1.5]);
}

#[test]
fn chromaticities_are_those_of_the_file() {
    let told = |value: Vec<u8>| {
        let file = ExrFile::new(Window::of_size(1, 1)).channel("Y", 2, vec![0; 4]);
        let file = file.attribute("chromaticities", "chromaticities", value).write();
        info(file.path()).expect("sound").parts[0].chromaticities
    };
    let numbers = [0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767_f32];
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let aces = Chromaticities {
        red: [0.7347, 0.2653],
        green: [0.0, 1.0],
        blue: [0.0001, -0.077],
        white: [0.32168, 0.33767],
    };
    assert_eq!(told(bytes.clone()), Some(aces));
    assert_eq!(told(bytes[..31].to_vec()), None);
}
