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
    device: wgpu::Device,
    queue: wgpu::Queue,
    renderer: egui_wgpu::Renderer,
    instance: wgpu::Instance,
}

impl Surface {
    /// Opens the best adapter that can draw on `window`.
    ///
    /// # Errors
    /// When there is no driver or no adapter.
    pub fn new(event_loop: &ActiveEventLoop, window: &Arc<Window>) -> anyhow::Result<Self> {
        let display = Box::new(event_loop.owned_display_handle());
        let instance =
            wgpu::Instance::new(wgpu::InstanceDescriptor::new_with_display_handle_from_env(display));
        let surface = instance.create_surface(Arc::clone(window)).context("no graphics driver was found")?;
        let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions {
            power_preference:
                wgpu::PowerPreference::from_env().unwrap_or(wgpu::PowerPreference::HighPerformance),
            compatible_surface: Some(&surface),
            ..wgpu::RequestAdapterOptions::default()
        }))
        .context("no graphics adapter can draw on the window")?;
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
        Ok(Self { surface, config, device, queue, renderer, instance })
    }

    /// The format of its pixels.
    pub fn format(&self) -> wgpu::TextureFormat {
        self.config.format
    }

    /// The device, for work beside drawing.
    pub fn gpu(&self) -> Gpu {
        Gpu::from_parts(self.device.adapter_info(), self.device.clone(), self.queue.clone())
    }

    /// What draws.
    pub fn describe(&self) -> Device {
        let info = self.device.adapter_info();
        Device {
            backend: info.backend.to_string(),
            adapter: info.name,
            software: info.device_type == wgpu::DeviceType::Cpu,
        }
    }

    /// Largest side of a texture.
    pub fn max_texture_side(&self) -> usize {
        self.device.limits().max_texture_dimension_2d as usize
    }

    /// Follows the window's size.
    pub fn resize(&mut self, width: u32, height: u32) {
        if width > 0 && height > 0 {
            (self.config.width, self.config.height) = (width, height);
            self.surface.configure(&self.device, &self.config);
        }
    }

    /// Draws what egui made. Returns how long it waited for the screen.
    ///
    /// # Errors
    /// When the surface is lost and cannot be made again.
    pub fn draw(
        &mut self,
        window: &Arc<Window>,
        jobs: &[egui::ClippedPrimitive],
        mut textures: egui::TexturesDelta,
        pixels_per_point: f32,
    ) -> anyhow::Result<Duration> {
        let mut set: Vec<_> = textures.set.drain().collect();
        set.sort_unstable_by_key(|(id, _)| *id);
        for (id, deltas) in set {
            for delta in deltas {
                self.renderer.update_texture(&self.device, &self.queue, id, &delta);
            }
        }
        let before = Instant::now();
        let frame = self.acquire(window)?;
        let waited = before.elapsed();
        if let Some(frame) = frame {
            self.paint(frame, jobs, pixels_per_point);
        }
        let mut free: Vec<_> = textures.free.drain().collect();
        free.sort_unstable();
        free.iter().for_each(|id| self.renderer.free_texture(id));
        Ok(waited)
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
                self.surface.configure(&self.device, &self.config);
                window.request_redraw();
                None
            }
            _ => None,
        })
    }

    fn paint(&mut self, frame: wgpu::SurfaceTexture, jobs: &[egui::ClippedPrimitive], pixels_per_point: f32) {
        let screen = egui_wgpu::ScreenDescriptor {
            size_in_pixels: [self.config.width, self.config.height],
            pixels_per_point,
        };
        let mut encoder =
            self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("window") });
        let mut commands =
            self.renderer.update_buffers(&self.device, &self.queue, &mut encoder, jobs, &screen);
        let view = frame.texture.create_view(&wgpu::TextureViewDescriptor::default());
        {
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
            self.renderer.render(&mut pass.forget_lifetime(), jobs, &screen);
        }
        commands.push(encoder.finish());
        self.queue.submit(commands);
        self.queue.present(frame);
    }
}
