//! Draws planes and their delta: an egui paint callback over `shaders/canvas/`.
//!
//! Textures live in the renderer's callback resources, known by the number of the plane or map
//! they hold, within a byte budget; what is not drawn for longest goes first. A picture is drawn when
//! it is another, and laid onto the screen as often as the screen is drawn.

mod kept;
mod params;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor, wgpu};

use kept::{Kept, Laying, Look};

use super::coarse::Coarse;
use super::textures::{Textures, Uploaded};
use super::uploads::{Shelf, lock};
use crate::image::{AovKind, ColorMap, DisplayRange, Plane, SampleType, is_luminance_chroma};
use crate::load::Decoded;
use crate::metric::DeltaMap;
use crate::view::{Display, OverTime, Viewport};

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
    /// The same where the scale has room for all: over the very largest.
    pub auto_top: f64,
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

/// A delta, and how it becomes colours.
#[derive(Clone)]
pub struct Hot {
    /// The delta.
    pub heat: Arc<Heat>,
    /// The values from one end of the colours to the other.
    pub range: DisplayRange,
    /// The colours.
    pub map: ColorMap,
    /// Whether there is a picture below it.
    pub over_picture: bool,
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
    /// Offset, curve, marks.
    pub display: Display,
    /// The heat over it.
    pub hot: Option<Hot>,
}

/// A picture, and where it stands.
pub struct Pane {
    /// What is shown.
    pub picture: Picture,
    /// Left top of the viewport, in physical pixels.
    pub viewport_min: (f64, f64),
    /// The part of the screen that it is seen through.
    pub seen: Viewport,
    /// The image point there.
    pub origin: (f64, f64),
    /// Image pixels in one physical pixel.
    pub step: f64,
    /// Grey beside the picture, 0..=1; 0: as dark as the canvas is by default.
    pub surround: f32,
    /// Which of the panes of one screen this is.
    pub slot: usize,
    /// Format of the screen.
    pub format: wgpu::TextureFormat,
    /// Where its textures are; `None`: they are uploaded when it is drawn.
    pub shelf: Option<Shelf>,
}

impl Pane {
    /// Left top of what is seen of it, in physical pixels of the screen.
    fn corner(&self) -> (i32, i32) {
        (self.seen.min.0 as i32, self.seen.min.1 as i32)
    }

    /// What is drawn of it, wherever that is; `None` where nothing of it is seen.
    fn look(&self) -> Option<Look> {
        let size = (self.seen.size.0 as u32, self.seen.size.1 as u32);
        let min = (self.viewport_min.0 - self.seen.min.0, self.viewport_min.1 - self.seen.min.1);
        (size.0 > 0 && size.1 > 0).then(|| Look {
            params: bytemuck::bytes_of(&self.params(min)).to_vec(),
            ids: (self.picture.decoded.id, self.picture.hot.as_ref().map(|hot| hot.heat.id)),
            size,
        })
    }
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

/// The whole WGSL source that draws a picture.
pub fn source() -> String {
    [
        include_str!("../../shaders/canvas/params.wgsl"),
        include_str!("../../shaders/canvas/values.wgsl"),
        include_str!("../../shaders/canvas/light.wgsl"),
        include_str!("../../shaders/canvas/heat.wgsl"),
        include_str!("../../shaders/canvas/screen.wgsl"),
    ]
    .concat()
}

/// What the canvas keeps on the device.
struct Resources {
    pipeline: wgpu::RenderPipeline,
    laying: Laying,
    shelf: Shelf,
    /// The panes of one screen; `None`: cannot be drawn.
    panes: Vec<Option<Kept>>,
}

/// A pipeline that covers all of its target.
fn whole_screen(
    device: &wgpu::Device,
    label: &str,
    shader: &wgpu::ShaderModule,
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(label),
        layout: None,
        vertex: wgpu::VertexState {
            module: shader,
            entry_point: Some("vertex"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: shader,
            entry_point: Some("fragment"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

impl Resources {
    fn new(device: &wgpu::Device, queue: &wgpu::Queue, format: wgpu::TextureFormat) -> Self {
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("canvas"),
            source: wgpu::ShaderSource::Wgsl(source().into()),
        });
        Self {
            pipeline: whole_screen(device, "canvas", &shader, format),
            laying: Laying::new(device, format),
            shelf: Arc::new(Mutex::new(Textures::new(device, queue))),
            panes: Vec::new(),
        }
    }

    /// The pane's picture, drawn unless it is there already. `None` where it cannot be: over the
    /// device's limits.
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        pane: &Pane,
        old: Option<Kept>,
    ) -> Option<Kept> {
        let look = pane.look().filter(|look| look.fits(device))?;
        if let Some(old) = old.as_ref().filter(|old| old.is(&look)) {
            old.put_at(queue, pane.corner());
            return Some(old.clone());
        }
        let shelf = Arc::clone(pane.shelf.as_ref().unwrap_or(&self.shelf));
        let mut textures = lock(&shelf);
        let picture = textures.plane(device, queue, &pane.picture.decoded)?;
        let heat = match &pane.picture.hot {
            Some(hot) => Some(textures.heat(device, queue, &hot.heat)?),
            None => None,
        };
        let kept = self.laying.room(device, look, old);
        let binding = self.bind(device, &textures, kept.params(queue), &picture, heat.as_deref());
        kept.draw(encoder, &self.pipeline, &binding);
        kept.put_at(queue, pane.corner());
        Some(kept)
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
        let blocks = picture.blocks.as_ref().unwrap_or(&textures.no_uint);
        let others = [delta, flags, &textures.lut, coarse, coarse_flags, unreadable, blocks];
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
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if resources.get::<Resources>().is_none() {
            resources.insert(Resources::new(device, queue, self.format));
        }
        if let Some(resources) = resources.get_mut::<Resources>() {
            if resources.panes.len() <= self.slot {
                resources.panes.resize_with(self.slot + 1, || None);
            }
            let old = resources.panes[self.slot].take();
            resources.panes[self.slot] = resources.prepare(device, queue, encoder, self, old);
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
        if let Some(Some(kept)) = resources.panes.get(self.slot) {
            resources.laying.lay(pass, kept);
        }
    }
}
