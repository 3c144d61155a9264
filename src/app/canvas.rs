//! Draws planes and their delta: an egui paint callback over `shaders/canvas.wgsl`.
//!
//! Textures live in the renderer's callback resources, known by the number of the plane or map
//! they hold, within a byte budget; what is not drawn for longest goes first.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor, wgpu};

use super::coarse::Coarse;
use super::textures::{Textures, Uploaded};
use super::uploads::{Shelf, lock};
use crate::image::{AovKind, Plane, SampleType, Window, is_luminance_chroma};
use crate::load::Decoded;
use crate::metric::DeltaMap;
use crate::view::OverTime;

/// Where on the colour map a change begins that is next to nothing: never as dark as no change.
pub const HEAT_FLOOR: f32 = 0.14;

const SHOW_HEAT: u32 = 1;
const SHOW_SIGNED: u32 = 2;
const SHOW_UNREADABLE: u32 = 4;

/// How the values of a plane become colours.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u32)]
pub enum Transform {
    /// Linear light.
    Colour = 0,
    /// Encoded for the display already.
    Encoded = 1,
    /// From `lo` to `hi` in proportion.
    Range = 2,
    /// A colour for each value.
    Id = 3,
    /// A colour for each id, weighted by its coverage.
    Cryptomatte = 4,
    /// Linear light stored as Y, RY, BY.
    LuminanceChroma = 5,
}

/// A delta map with a number that no other has.
#[derive(Debug)]
pub struct Heat {
    /// What it is a delta of, and by which rule.
    pub caption: crate::export::MapCaption,
    /// What its upload is known by.
    pub id: u64,
    /// The map.
    pub map: DeltaMap,
    /// The map from far away.
    pub coarse: Coarse,
    /// Whether it has a sign.
    pub signed: bool,
    /// The value at the end of its legend unless the user fixes one: round, over nearly all.
    pub auto_max: f64,
    /// What it is where it is not of one frame.
    pub over_frames: Option<OverFrames>,
}

/// What a map over all frames says of itself.
#[derive(Clone, Debug)]
pub struct OverFrames {
    /// Which map.
    pub map: OverTime,
    /// Key of the AOV; the caption has the title too.
    pub aov: String,
    /// `Max over frames 1–24`.
    pub title: String,
    /// What 0 in the map stands for: the first frame, where the values are frame numbers.
    pub from: i64,
}

impl OverFrames {
    /// Whether its values are counts or frame numbers, for which no range of deltas is meant.
    pub const fn is_whole(&self) -> bool {
        self.map.is_of_frames() || matches!(self.map, OverTime::Changed)
    }
}

impl Heat {
    /// A number that no other has.
    pub fn next_id() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// What a file of it is called, without extension: `diffcol.0007`, `diffcol.max`.
    pub fn file_stem(&self) -> String {
        let (aov, of) = match &self.over_frames {
            Some(over) => (&over.aov, over.map.name().to_lowercase().replace(' ', "_")),
            None => (&self.caption.aov, format!("{:04}", self.caption.frame.unwrap_or(0))),
        };
        format!("{}.{of}", aov.replace(['/', '\\', ':'], "_"))
    }

    /// The value at the end of its legend; `fixed`: that the user wants there.
    pub fn max(&self, fixed: Option<f64>) -> f64 {
        let is_whole = self.over_frames.as_ref().is_some_and(OverFrames::is_whole);
        fixed.filter(|_| !is_whole).unwrap_or(self.auto_max)
    }
}

/// What one pane shows.
#[derive(Clone)]
pub struct Picture {
    /// The samples.
    pub decoded: Arc<Decoded>,
    /// How they become colours.
    pub transform: Transform,
    /// Luminance of R, G and B, for [`Transform::LuminanceChroma`].
    pub luminance: [f32; 3],
    /// Values shown black and white, by channel, for [`Transform::Range`].
    pub range: ([f32; 4], [f32; 4]),
    /// Exposure in stops.
    pub exposure: f32,
    /// The heat over it, and the value at the end of its colour map.
    pub heat: Option<(Arc<Heat>, f32)>,
}

/// A picture, and where it stands.
pub struct Pane {
    /// What is shown.
    pub picture: Picture,
    /// Left top of the viewport, in physical pixels.
    pub viewport_min: (f64, f64),
    /// The image point there.
    pub origin: (f64, f64),
    /// Image pixels in one physical pixel.
    pub step: f64,
    /// Which of the panes of one screen this is.
    pub slot: usize,
    /// Format of the screen.
    pub format: wgpu::TextureFormat,
    /// Where its textures are; `None`: they are uploaded when it is drawn.
    pub shelf: Option<Shelf>,
}

#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Params {
    origin: [f32; 2],
    viewport: [f32; 2],
    step: f32,
    gain: f32,
    heat_max: f32,
    heat_floor: f32,
    lo: [f32; 4],
    hi: [f32; 4],
    luminance: [f32; 4],
    data: [i32; 4],
    display: [i32; 4],
    map: [i32; 4],
    types: [u32; 4],
    channels: u32,
    transform: u32,
    flags: u32,
    pad: u32,
}

/// The transform that suits an AOV.
pub fn transform_of(kind: AovKind, plane: &Plane) -> Transform {
    let stored = plane.channels.first().map(|channel| channel.samples.sample_type());
    match kind {
        AovKind::Cryptomatte if plane.channels.len() >= 2 => Transform::Cryptomatte,
        AovKind::Id | AovKind::Cryptomatte => Transform::Id,
        AovKind::Colour if matches!(stored, Some(SampleType::U8 | SampleType::U16)) => Transform::Encoded,
        AovKind::Colour if is_luminance_chroma(plane) => Transform::LuminanceChroma,
        AovKind::Colour => Transform::Colour,
        _ => Transform::Range,
    }
}

fn window(window: Window) -> [i32; 4] {
    let clamp = |size: u32| i32::try_from(size).unwrap_or(i32::MAX);
    [window.x, window.y, clamp(window.width), clamp(window.height)]
}

fn type_code(sample_type: SampleType) -> u32 {
    match sample_type {
        SampleType::F16 | SampleType::F32 => 0,
        SampleType::U8 => 1,
        SampleType::U16 => 2,
        SampleType::U32 => 3,
    }
}

impl Pane {
    fn params(&self) -> Params {
        let picture = &self.picture;
        let plane = &picture.decoded.plane;
        let mut types = [0; 4];
        for (code, channel) in types.iter_mut().zip(&plane.channels) {
            *code = type_code(channel.samples.sample_type());
        }
        let mut flags = if plane.unreadable.is_empty() { 0 } else { SHOW_UNREADABLE };
        let luminance = picture.luminance;
        let (mut heat_max, mut map) = (1.0, [0; 4]);
        if let Some((heat, max)) = &picture.heat {
            flags |= SHOW_HEAT | if heat.signed { SHOW_SIGNED } else { 0 };
            (heat_max, map) = (if *max > 0.0 { *max } else { 1.0 }, window(heat.map.window));
        }
        Params {
            origin: [self.origin.0 as f32, self.origin.1 as f32],
            viewport: [self.viewport_min.0 as f32, self.viewport_min.1 as f32],
            step: self.step as f32,
            gain: picture.exposure.exp2(),
            heat_max,
            heat_floor: HEAT_FLOOR,
            lo: picture.range.0,
            hi: picture.range.1,
            luminance: [luminance[0], luminance[1], luminance[2], 0.0],
            data: window(plane.data_window),
            display: window(plane.display_window),
            map,
            types,
            channels: plane.channels.len().min(4) as u32,
            transform: picture.transform as u32,
            flags,
            pad: 0,
        }
    }
}

/// What the canvas keeps on the device.
struct Resources {
    pipeline: wgpu::RenderPipeline,
    shelf: Shelf,
    params: Vec<wgpu::Buffer>,
    bindings: Vec<Option<wgpu::BindGroup>>,
}

impl Resources {
    fn new(device: &wgpu::Device, queue: &wgpu::Queue, format: wgpu::TextureFormat) -> Self {
        let shader = device.create_shader_module(wgpu::include_wgsl!("../../shaders/canvas.wgsl"));
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("canvas"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &shader,
                entry_point: Some("vertex"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &shader,
                entry_point: Some("fragment"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(format.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let shelf = Arc::new(Mutex::new(Textures::new(device, queue)));
        Self { pipeline, shelf, params: Vec::new(), bindings: Vec::new() }
    }

    fn prepare(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, pane: &Pane) -> Option<()> {
        while self.params.len() <= pane.slot {
            self.params.push(device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("canvas params"),
                size: size_of::<Params>() as u64,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }));
            self.bindings.push(None);
        }
        self.bindings[pane.slot] = None;
        queue.write_buffer(&self.params[pane.slot], 0, bytemuck::bytes_of(&pane.params()));
        let shelf = Arc::clone(pane.shelf.as_ref().unwrap_or(&self.shelf));
        let mut textures = lock(&shelf);
        let picture = textures.plane(device, queue, &pane.picture.decoded)?;
        let heat = match &pane.picture.heat {
            Some((heat, _)) => Some(textures.heat(device, queue, heat)?),
            None => None,
        };
        self.bindings[pane.slot] =
            Some(self.bind(device, &textures, &self.params[pane.slot], &picture, heat.as_deref()));
        Some(())
    }

    fn bind(
        &self,
        device: &wgpu::Device,
        textures: &Textures,
        params: &wgpu::Buffer,
        picture: &Uploaded,
        heat: Option<&Uploaded>,
    ) -> wgpu::BindGroup {
        let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: params.as_entire_binding() }];
        let float = |i: usize| picture.floats.get(i).and_then(Option::as_ref).unwrap_or(&textures.no_float);
        let uint = |i: usize| picture.uints.get(i).and_then(Option::as_ref).unwrap_or(&textures.no_uint);
        let delta = heat.and_then(|heat| heat.floats[0].as_ref()).unwrap_or(&textures.no_float);
        let flags = heat.and_then(|heat| heat.uints[0].as_ref()).unwrap_or(&textures.no_uint);
        let coarse = heat.and_then(|heat| heat.floats[1].as_ref()).unwrap_or(&textures.no_float);
        let coarse_flags = heat.and_then(|heat| heat.uints[1].as_ref()).unwrap_or(&textures.no_uint);
        let unreadable = picture.unreadable.as_ref().unwrap_or(&textures.no_uint);
        let others = [delta, flags, &textures.lut, coarse, coarse_flags, unreadable];
        let views = (0..4).map(float).chain((0..4).map(uint)).chain(others);
        for (binding, view) in (1..).zip(views) {
            entries
                .push(wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(view) });
        }
        let layout = self.pipeline.get_bind_group_layout(0);
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("canvas"),
            layout: &layout,
            entries: &entries,
        })
    }
}

impl CallbackTrait for Pane {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _: &ScreenDescriptor,
        _: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if resources.get::<Resources>().is_none() {
            resources.insert(Resources::new(device, queue, self.format));
        }
        if let Some(resources) = resources.get_mut::<Resources>() {
            // What cannot be uploaded (over the device's limits) is not drawn.
            let _ = resources.prepare(device, queue, self);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(resources) = resources.get::<Resources>() else { return };
        if let Some(Some(binding)) = resources.bindings.get(self.slot) {
            pass.set_pipeline(&resources.pipeline);
            pass.set_bind_group(0, binding, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}
