//! The device, and the surface of the window.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use egui_wgpu::wgpu;
use winit::event_loop::ActiveEventLoop;
use winit::window::Window;

use super::state::Device;
use crate::gpu::{Gpu, device_descriptor};

/// The window's surface with all that draws on it.
pub struct Surface {
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    gpu: Gpu,
    renderer: egui_wgpu::Renderer,
    instance: wgpu::Instance,
}

/// What egui made of one pass.
pub struct Drawing<'a> {
    /// What is drawn.
    pub jobs: &'a [egui::ClippedPrimitive],
    /// Textures that changed.
    pub textures: egui::TexturesDelta,
    /// Physical pixels in a point.
    pub pixels_per_point: f32,
    /// The part that is wanted as a picture, in points.
    pub wanted: Option<egui::Rect>,
}

/// A part of what was drawn, still on the device: see [`Capture`](super::save::Capture).
pub struct Taken {
    /// Rows of whole multiples of 256 bytes.
    pub buffer: wgpu::Buffer,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Whether blue comes first.
    pub is_bgra: bool,
}

/// What to do where no adapter draws.
const NO_ADAPTER: &str = "no graphics driver can draw on the window. Install one: on Debian and Ubuntu \
    `apt install mesa-vulkan-drivers libegl1 libgl1-mesa-dri`, on Fedora `dnf install mesa-vulkan-drivers \
    mesa-libEGL mesa-dri-drivers`; `aovscope gpu` lists what is found. The commands (aovscope compare, \
    aovscope probe ...) need none";

impl Surface {
    /// Opens the best adapter that can draw on `window`.
    ///
    /// # Errors
    /// When there is no driver or no adapter.
    pub fn new(event_loop: &ActiveEventLoop, window: &Arc<Window>) -> anyhow::Result<Self> {
        let display = Box::new(event_loop.owned_display_handle());
        let instance =
            wgpu::Instance::new(wgpu::InstanceDescriptor::new_with_display_handle_from_env(display));
        let surface = instance.create_surface(Arc::clone(window)).context(NO_ADAPTER)?;
        let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions {
            power_preference:
                wgpu::PowerPreference::from_env().unwrap_or(wgpu::PowerPreference::HighPerformance),
            compatible_surface: Some(&surface),
            ..wgpu::RequestAdapterOptions::default()
        }))
        .context(NO_ADAPTER)?;
        let (device, queue) = pollster::block_on(adapter.request_device(&device_descriptor(&adapter)))
            .context("the graphics adapter gives no device")?;
        let capabilities = surface.get_capabilities(&adapter);
        let format = egui_wgpu::preferred_framebuffer_format(&capabilities.formats)?;
        let size = window.inner_size();
        let mut config = surface
            .get_default_config(&adapter, size.width.max(1), size.height.max(1))
            .context("the adapter cannot draw on the window")?;
        config.format = format;
        config.present_mode = wgpu::PresentMode::AutoVsync;
        config.desired_maximum_frame_latency = 1;
        surface.configure(&device, &config);
        let renderer = egui_wgpu::Renderer::new(&device, format, egui_wgpu::RendererOptions::default());
        let gpu = Gpu::from_parts(device.adapter_info(), device, queue);
        Ok(Self { surface, config, gpu, renderer, instance })
    }

    /// The format of its pixels.
    pub fn format(&self) -> wgpu::TextureFormat {
        self.config.format
    }

    /// The device, for work beside drawing.
    pub fn gpu(&self) -> Gpu {
        self.gpu.clone()
    }

    /// Ok while the device draws.
    ///
    /// # Errors
    /// Why it does not: it is lost, or was given something that it cannot do.
    pub fn check(&self) -> Result<(), crate::gpu::Error> {
        self.gpu.poll()?;
        self.gpu.check()
    }

    /// What draws.
    pub fn describe(&self) -> Device {
        let info = self.gpu.info().clone();
        Device {
            backend: info.backend.to_string(),
            adapter: info.name,
            software: info.device_type == wgpu::DeviceType::Cpu,
        }
    }

    /// Largest side of a texture.
    pub fn max_texture_side(&self) -> usize {
        self.gpu.max_side() as usize
    }

    /// Follows the window's size.
    pub fn resize(&mut self, width: u32, height: u32) {
        if width > 0 && height > 0 {
            (self.config.width, self.config.height) = (width, height);
            self.surface.configure(self.gpu.device(), &self.config);
        }
    }

    /// Draws what egui made; returns how long it waited for the screen, and the part of the picture that
    /// was wanted. Where there is nothing to draw on it
    /// asks for another try.
    ///
    /// # Errors
    /// When the surface is lost and cannot be made again.
    pub fn draw(
        &mut self,
        window: &Arc<Window>,
        mut drawing: Drawing<'_>,
    ) -> anyhow::Result<(Duration, Option<Taken>)> {
        let mut set: Vec<_> = drawing.textures.set.drain().collect();
        set.sort_unstable_by_key(|(id, _)| *id);
        for (id, deltas) in set {
            for delta in deltas {
                self.renderer.update_texture(self.gpu.device(), self.gpu.queue(), id, &delta);
            }
        }
        let before = Instant::now();
        let frame = self.acquire(window)?;
        let waited = before.elapsed();
        let taken = frame.and_then(|frame| self.paint(frame, &drawing));
        let mut free: Vec<_> = drawing.textures.free.drain().collect();
        free.sort_unstable();
        free.iter().for_each(|id| self.renderer.free_texture(id));
        Ok((waited, taken))
    }

    fn acquire(&mut self, window: &Arc<Window>) -> anyhow::Result<Option<wgpu::SurfaceTexture>> {
        Ok(match self.surface.get_current_texture() {
            wgpu::CurrentSurfaceTexture::Success(frame) | wgpu::CurrentSurfaceTexture::Suboptimal(frame) => {
                Some(frame)
            }
            wgpu::CurrentSurfaceTexture::Outdated => {
                let size = window.inner_size();
                self.resize(size.width, size.height);
                window.request_redraw();
                None
            }
            wgpu::CurrentSurfaceTexture::Lost => {
                self.surface = self
                    .instance
                    .create_surface(Arc::clone(window))
                    .context("the window's surface is lost")?;
                self.surface.configure(self.gpu.device(), &self.config);
                window.request_redraw();
                None
            }
            _ => None,
        })
    }

    fn paint(&mut self, frame: wgpu::SurfaceTexture, drawing: &Drawing<'_>) -> Option<Taken> {
        let jobs = drawing.jobs;
        let screen = egui_wgpu::ScreenDescriptor {
            size_in_pixels: [self.config.width, self.config.height],
            pixels_per_point: drawing.pixels_per_point,
        };
        let (device, queue) = (self.gpu.device(), self.gpu.queue());
        let mut encoder =
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("window") });
        let mut commands = self.renderer.update_buffers(device, queue, &mut encoder, jobs, &screen);
        self.render(&mut encoder, &frame.texture, jobs, &screen);
        let taken = drawing.wanted.and_then(|wanted| self.take(&mut encoder, wanted, jobs, &screen));
        commands.push(encoder.finish());
        queue.submit(commands);
        queue.present(frame);
        taken
    }

    fn render(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        onto: &wgpu::Texture,
        jobs: &[egui::ClippedPrimitive],
        screen: &egui_wgpu::ScreenDescriptor,
    ) {
        let view = onto.create_view(&wgpu::TextureViewDescriptor::default());
        let attachment = wgpu::RenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                store: wgpu::StoreOp::Store,
            },
        };
        let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("window"),
            color_attachments: &[Some(attachment)],
            ..wgpu::RenderPassDescriptor::default()
        });
        self.renderer.render(&mut pass.forget_lifetime(), jobs, screen);
    }

    /// Draws once more, onto a texture that can be read: the window's own often cannot.
    fn take(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        wanted: egui::Rect,
        jobs: &[egui::ClippedPrimitive],
        screen: &egui_wgpu::ScreenDescriptor,
    ) -> Option<Taken> {
        let is_bgra = match self.config.format.remove_srgb_suffix() {
            wgpu::TextureFormat::Bgra8Unorm => true,
            wgpu::TextureFormat::Rgba8Unorm => false,
            _ => return None,
        };
        let [width, height] = screen.size_in_pixels;
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(width as f32, height as f32));
        let area = (wanted * screen.pixels_per_point).intersect(whole);
        let (x, y) = (area.left().round() as u32, area.top().round() as u32);
        let size = (
            (area.right().round() as u32).saturating_sub(x),
            (area.bottom().round() as u32).saturating_sub(y),
        );
        if size.0 == 0 || size.1 == 0 {
            return None;
        }
        let device = self.gpu.device();
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("picture of the window"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: self.config.format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        self.render(encoder, &texture, jobs, screen);
        let row = super::save::row_bytes(size.0);
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("picture of the window"),
            size: u64::from(row) * u64::from(size.1),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut from = texture.as_image_copy();
        from.origin = wgpu::Origin3d { x, y, z: 0 };
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: None };
        let onto = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout };
        let extent = wgpu::Extent3d { width: size.0, height: size.1, depth_or_array_layers: 1 };
        encoder.copy_texture_to_buffer(from, onto, extent);
        Some(Taken { buffer, size, is_bgra })
    }
}
