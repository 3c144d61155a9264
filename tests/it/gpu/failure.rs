//! A device that fails costs time, never results, and the user hears of it.

use aovscope::gpu::{Gpu, GpuBackend, Prefer};
use aovscope::image::{SampleType, Window};
use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};

use super::BACKEND;
use super::noise::{Fill, Noise, plane};

#[test]
fn after_an_error_the_cpu_takes_over() {
    let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
    let backend = GpuBackend::new(gpu).unwrap_or_else(|error| panic!("{error}"));
    let window = Window::of_size(20, 10);
    let planes =
        [1, 2].map(|seed| plane(&mut Noise(seed), window, window, (SampleType::F32, 3), Fill::Render));
    let pair = Pair::new(&planes[0], &planes[1], Extent::Union).expect("the same windows");
    let rule = Rule::exact(Metric::Abs);
    let compare = || backend.compare(&pair, &rule, Want::Map);
    compare();
    assert_eq!(backend.trouble(), None);
    // An error that nobody waits for.
    drop(backend.gpu().device().create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::MAX / 2,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    }));
    for text in ["the CPU did 1 comparison that", "the CPU did 2 comparisons that"] {
        let (found, right) = (compare(), Cpu.compare(&pair, &rule, Want::Map));
        assert_eq!(found.stats, right.stats);
        let trouble = backend.trouble().expect("the device failed");
        assert!(trouble.starts_with(text) && trouble.contains("the GPU device failed"), "{trouble}");
    }
}

#[test]
fn the_command_line_says_so_once() {
    let folder = tempfile::tempdir().expect("there is room");
    let width = BACKEND.gpu().max_side() + 1;
    for name in ["a", "b"] {
        for frame in 1..=2 {
            let path = folder.path().join(format!("{name}.{frame:04}.png"));
            let file = std::fs::File::create(path).expect("the folder is there");
            let mut encoder = png::Encoder::new(file, width, 1);
            encoder.set_color(png::ColorType::Grayscale);
            let mut writer = encoder.write_header().expect("a header can be written");
            writer.write_image_data(&vec![7; width as usize]).expect("as many bytes as pixels");
        }
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_aovscope"))
        .args(["compare", "a.####.png", "b.####.png", "--backend", "gpu"])
        .current_dir(folder.path())
        .output()
        .expect("it was built");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let notes: Vec<&str> = text.lines().filter(|line| line.contains("the CPU did")).collect();
    assert_eq!(notes.len(), 1, "{text}");
    let limit = format!("{width}x1 pixels are over the limit of {}", width - 1);
    assert!(notes[0].contains("2 comparisons") && notes[0].contains(&limit), "{text}");
}
