use aovscope::gpu::{GatherPass, GpuPlane};
use aovscope::image::{SampleType, Window};

use super::BACKEND;
use super::noise::{Fill, Noise, plane};

#[test]
fn stored_bits_come_back_whatever_they_are() {
    let gpu = BACKEND.gpu();
    let pass = GatherPass::new(gpu).expect("the shader compiles");
    let window = Window::new(-3, 5, 70, 20);
    for sample_type in [SampleType::U8, SampleType::U16, SampleType::F16, SampleType::U32, SampleType::F32] {
        for fill in [Fill::AnyBits, Fill::Awkward] {
            let stored = plane(&mut Noise(3), window, window, (sample_type, 5), fill);
            let uploaded = GpuPlane::upload(gpu, &stored).expect("it is small");
            assert_eq!(uploaded.size_bytes(), stored.size_bytes());
            let mut pixels: Vec<_> = (0..1400).map(|i| window.pixel(i)).collect();
            pixels.extend([(-4, 5), (67, 5), (0, 4), (0, 25), (i32::MIN, i32::MAX), (66, 24)]);
            let found = pass.gather(&uploaded, &pixels).expect("the device is well");
            let expected: Vec<_> = pixels.iter().map(|&(x, y)| stored.pixel(x, y)).collect();
            assert_eq!(found, expected, "{sample_type:?} {fill:?}");
        }
    }
}

#[test]
fn nothing_asked_or_all_outside() {
    let pass = GatherPass::new(BACKEND.gpu()).expect("the shader compiles");
    let window = Window::of_size(2, 2);
    let stored = plane(&mut Noise(3), window, window, (SampleType::F32, 1), Fill::AnyBits);
    let uploaded = GpuPlane::upload(BACKEND.gpu(), &stored).expect("it is small");
    assert_eq!(pass.gather(&uploaded, &[]).expect("the device is well"), vec![]);
    assert_eq!(pass.gather(&uploaded, &[(2, 0)]).expect("the device is well"), vec![None]);
}

#[test]
fn a_plane_over_the_texture_limit_is_refused() {
    let width = BACKEND.gpu().max_side() + 1;
    let window = Window::of_size(width, 1);
    let stored = plane(&mut Noise(3), window, window, (SampleType::U8, 1), Fill::AnyBits);
    let text = GpuPlane::upload(BACKEND.gpu(), &stored).expect_err("too wide").to_string();
    assert!(text.contains(&format!("{width}x1 pixels")), "{text}");
}
