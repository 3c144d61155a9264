//! What was drawn of a pane is kept: the screen is drawn anew whenever the pointer moves or a strip
//! grows, and a picture of millions of samples only when it is another. Shader:
//! `shaders/canvas/kept.wgsl`.

use egui_wgpu::wgpu;

/// All that a drawn picture depends on. The same look, the same pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// What the shader is told, in bytes.
    pub params: Vec<u8>,
    /// Numbers of the plane and of the delta.
    pub ids: (u64, Option<u64>),
    /// Width and height in physical pixels.
    pub size: (u32, u32),
}

/// Lays kept pictures onto the screen.
pub struct Laying {
    pipeline: wgpu::RenderPipeline,
    format: wgpu::TextureFormat,
}

impl Look {
    /// Whether the device can hold it.
    pub fn fits(&self, device: &wgpu::Device) -> bool {
        let most = device.limits().max_texture_dimension_2d;
        self.size.0 <= most && self.size.1 <= most
    }
}

/// A picture as it was drawn last.
#[derive(Clone)]
pub struct Kept {
    look: Look,
    params: wgpu::Buffer,
    corner: wgpu::Buffer,
    target: wgpu::TextureView,
    binding: wgpu::BindGroup,
}

impl Laying {
    /// For a screen of that format.
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let shader = device.create_shader_module(wgpu::include_wgsl!("../../../shaders/canvas/kept.wgsl"));
        Self { pipeline: super::whole_screen(device, "kept canvas", &shader, format), format }
    }

    /// Room for a picture of that look, not yet drawn; what was kept gives its room if it has the size.
    pub fn room(&self, device: &wgpu::Device, look: Look, old: Option<Kept>) -> Kept {
        if let Some(old) = old.filter(|old| old.look.size == look.size) {
            return Kept { look, ..old };
        }
        let (width, height) = look.size;
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("kept canvas"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: self.format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        });
        let target = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let uniform = |size: usize| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("canvas params"),
                size: size as u64,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        };
        let (params, corner) = (uniform(look.params.len()), uniform(size_of::<[i32; 4]>()));
        let binding = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("kept canvas"),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: corner.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(&target) },
            ],
        });
        Kept { look, params, corner, target, binding }
    }

    /// Lays it onto the screen.
    pub fn lay(&self, pass: &mut wgpu::RenderPass<'static>, kept: &Kept) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &kept.binding, &[]);
        pass.draw(0..3, 0..1);
    }
}

impl Kept {
    /// Whether it is what `look` would draw.
    pub fn is(&self, look: &Look) -> bool {
        self.look == *look
    }

    /// What the shader is told of it, on the device.
    pub fn params(&self, queue: &wgpu::Queue) -> &wgpu::Buffer {
        queue.write_buffer(&self.params, 0, &self.look.params);
        &self.params
    }

    /// Puts its left top there, in physical pixels of the screen.
    pub fn put_at(&self, queue: &wgpu::Queue, (x, y): (i32, i32)) {
        queue.write_buffer(&self.corner, 0, bytemuck::bytes_of(&[x, y, 0, 0]));
    }

    /// Draws it anew.
    pub fn draw(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        pipeline: &wgpu::RenderPipeline,
        binding: &wgpu::BindGroup,
    ) {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("canvas"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.target,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
            })],
            depth_stencil_attachment: None,
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, binding, &[]);
        pass.draw(0..3, 0..1);
    }
}
