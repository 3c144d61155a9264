//! Luminance and chroma become R, G, B in the window's shader as on the CPU.

use aovscope::image::{Chromaticities, rgb_from_luminance_chroma};

use super::BACKEND;

/// The shader's function over a list of colours.
const ENTRY: &str = "
@group(0) @binding(0) var<storage, read_write> colours: array<vec4f>;
@compute @workgroup_size(1)
fn convert(@builtin(global_invocation_id) id: vec3u) {
    let yc = colours[id.x].xyz;
    colours[id.x] = vec4f(rgb_from_luminance_chroma(yc, vec3f(WEIGHTS)), 1.0);
}
";

/// What the shader makes of `colours`.
fn shader(colours: &[[f32; 3]], weights: [f32; 3]) -> Vec<[f32; 4]> {
    let canvas = include_str!("../../../shaders/canvas/light.wgsl");
    let function = canvas.split("fn rgb_from_luminance_chroma").nth(1).expect("the function");
    let body = function.split("\n}\n").next().expect("its end");
    let entry = ENTRY.replace("WEIGHTS", &format!("{:?}", weights).replace(['[', ']'], ""));
    let source = format!("fn rgb_from_luminance_chroma{body}\n}}\n{entry}");
    let gpu = BACKEND.gpu();
    let device = gpu.device();
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("convert"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let bytes = 16 * colours.len() as u64;
    let buffer = |usage| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes,
            usage,
            mapped_at_creation: false,
        })
    };
    use wgpu::BufferUsages as Usage;
    let values = buffer(Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST);
    let result = buffer(Usage::MAP_READ | Usage::COPY_DST);
    let input: Vec<[f32; 4]> = colours.iter().map(|&[y, ry, by]| [y, ry, by, 0.0]).collect();
    gpu.queue().write_buffer(&values, 0, bytemuck::cast_slice(&input));
    let binding = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: values.as_entire_binding() }],
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &binding, &[]);
        pass.dispatch_workgroups(colours.len() as u32, 1, 1);
    }
    encoder.copy_buffer_to_buffer(&values, 0, &result, 0, bytes);
    gpu.queue().submit([encoder.finish()]);
    gpu.read(&[(&result, bytes)], |slices| bytemuck::pod_collect_to_vec(slices[0])).expect("read")
}

#[test]
fn the_window_converts_as_the_definition() {
    let weights = Chromaticities::default().luminance_weights().expect("Rec. 709");
    let steps = [-0.5, 0.0, 0.25, 1.0, 3.0];
    let mut colours = Vec::new();
    for y in [0.0, 0.18, 1.0, 12.5] {
        steps.iter().for_each(|&ry| steps.iter().for_each(|&by| colours.push([y, ry, by])));
    }
    let shown = shader(&colours, weights);
    assert_eq!(shown.len(), colours.len());
    for (colour, shown) in colours.iter().zip(shown) {
        let expected = rgb_from_luminance_chroma(*colour, weights);
        for (shown, expected) in shown.iter().zip(expected) {
            // A few roundings: the device may fuse and divide as it likes.
            let tolerance = 1e-5 * colour[0].max(expected.abs());
            assert!((shown - expected).abs() <= tolerance, "{colour:?}: {shown} instead of {expected}");
        }
        if colour[1] == 0.0 && colour[2] == 0.0 {
            assert_eq!(shown[..3], [colour[0]; 3], "grey stays grey");
        }
    }
}
