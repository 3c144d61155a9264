use aovscope::gpu::{Gpu, Prefer};

#[test]
fn a_device_of_any_sort_opens_and_is_well() {
    let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
    assert!(!gpu.adapter_name().is_empty());
    assert!(gpu.max_side() >= 8192, "pictures of 8K must fit, the limit is {}", gpu.max_side());
    gpu.check().expect("nothing was asked of it yet");
}

#[test]
fn hardware_never_means_software() {
    match Gpu::open(Prefer::Hardware) {
        Ok(gpu) => assert!(!gpu.is_software()),
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("no hardware graphics adapter"), "{text}");
            assert!(text.contains("mesa-vulkan-drivers") && text.contains("--backend cpu"), "{text}");
        }
    }
}

#[test]
fn software_never_means_hardware() {
    match Gpu::open(Prefer::Software) {
        Ok(gpu) => assert!(gpu.is_software()),
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("no software graphics adapter"), "{text}");
        }
    }
}

#[test]
fn a_refused_command_is_a_value() {
    let gpu = Gpu::open(Prefer::Any).unwrap_or_else(|error| panic!("{error}"));
    let too_large = u64::MAX / 2;
    let buffer = |size| wgpu::BufferDescriptor {
        label: None,
        size,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    };
    let refused = gpu.guarded(too_large, || gpu.device().create_buffer(&buffer(too_large)));
    assert!(refused.is_err());
    gpu.check().expect("a guarded error is not an uncaptured one");
    drop(gpu.device().create_buffer(&buffer(too_large)));
    let text = gpu.check().expect_err("an uncaptured error is kept").to_string();
    assert!(text.starts_with("the GPU device failed: "), "{text}");
}
