//! State over all frames that stays on the device until the maps are wanted.
//!
//! A frame is added right behind its comparison; neither map nor flags come back for it. Tiles that
//! the pass is not sure of are left out, and the CPU adds those to its own part of the state: the two
//! parts are merged in the end. If the device fails, what it has is lost, and the engine goes over
//! the frames again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::rooms::{Aside, Rooms};
use super::temporal::{Compared, TemporalPass};
use super::tile::{TILE_DOUBT, Tile, tile_rect};
use super::{Error, Gpu};
use crate::image::Window;
use crate::metric::{
    Apart, DELTA_WORDS, DeltaMap, DeltaState, FLAG_UNREADABLE, Over, Pair, Rule, rectangle_map,
};

/// Bytes of one pixel.
const PIXEL_BYTES: u64 = 4 * DELTA_WORDS as u64;
/// Bytes of a strip, unless one row is more: they are read back one by one.
const STRIP_BYTES: u64 = 64 << 20;

/// See above.
#[derive(Debug)]
pub(super) struct Resident {
    gpu: Gpu,
    pass: Arc<TemporalPass>,
    /// The pixels that it keeps; frames over others are the CPU's.
    window: Window,
    /// From top to bottom.
    strips: Vec<(Window, wgpu::Buffer)>,
    frames: AtomicU32,
    lost: AtomicBool,
    /// Of the device's memory.
    _aside: Aside,
}

impl Resident {
    /// Of no frame; `None` where there is no room for the pixels of `window`.
    pub fn new(gpu: &Gpu, pass: &Arc<TemporalPass>, rooms: &Arc<Rooms>, window: Window) -> Option<Self> {
        let row = u64::from(window.width) * PIXEL_BYTES;
        let most = rooms.most();
        let limit = most.buffer_bytes.min(most.binding_bytes);
        if window.is_empty() || row > limit {
            return None;
        }
        let aside = Rooms::set_aside(rooms, row * u64::from(window.height))?;
        let rows = (STRIP_BYTES.min(limit) / row).max(1) as u32;
        let strips = (0..window.height).step_by(rows as usize).map(|first| {
            let strip = Window::new(window.x, window.y + first as i32, window.width, rows);
            let strip = strip.intersection(&window);
            let size = row * u64::from(strip.height);
            use wgpu::BufferUsages as Usage;
            let descriptor = wgpu::BufferDescriptor {
                label: Some("state over frames"),
                size,
                usage: Usage::STORAGE | Usage::COPY_SRC,
                mapped_at_creation: false,
            };
            gpu.guarded(size, || gpu.device().create_buffer(&descriptor)).map(|buffer| (strip, buffer))
        });
        let strips: Result<Vec<_>, Error> = strips.collect();
        Some(Self {
            gpu: gpu.clone(),
            pass: Arc::clone(pass),
            window,
            // Without them the frames are the CPU's.
            strips: strips.ok()?,
            frames: AtomicU32::new(0),
            lost: AtomicBool::new(false),
            _aside: aside,
        })
    }

    /// Whether frames whose kept pixels are `window` can be added.
    pub fn takes(&self, window: Window) -> bool {
        self.window == window && !self.lost.load(Ordering::Relaxed) && self.gpu.check().is_ok()
    }

    /// Submits the adding of a piece of a frame.
    ///
    /// # Errors
    /// When the device fails; the state is [`Self::lose`]'s then.
    pub fn submit(&self, piece: &Compared<'_>) -> Result<(), Error> {
        self.strips
            .iter()
            .try_for_each(|(window, state)| self.pass.submit(&self.gpu, piece, (*window, state)))
    }

    /// Takes note that all pieces of a frame were submitted; the CPU adds to `over` what is in doubt by
    /// the frame's `tiles`.
    pub fn settle(&self, pair: &Pair<'_>, rule: &Rule, tiles: &[Tile], over: Over<'_>) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        if let Some(map) = doubtful(pair, rule, tiles) {
            over.state.add(over.rank, &map, pair.covered());
        }
    }

    /// Some frame may be in it in part.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    fn read(&self, state: &DeltaState) -> Result<(), Error> {
        let _turn = self.gpu.turn();
        let frames = self.frames.load(Ordering::Relaxed);
        for (window, strip) in &self.strips {
            use wgpu::BufferUsages as Usage;
            let descriptor = wgpu::BufferDescriptor {
                label: Some("state read back"),
                size: strip.size(),
                usage: Usage::MAP_READ | Usage::COPY_DST,
                mapped_at_creation: false,
            };
            let device = self.gpu.device();
            let back = self.gpu.guarded(strip.size(), || device.create_buffer(&descriptor))?;
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(strip, 0, &back, 0, strip.size());
            self.gpu.queue().submit([encoder.finish()]);
            self.gpu.read(&[(&back, strip.size())], |bytes| {
                state.add_words(*window, frames, bytemuck::cast_slice(bytes[0]));
            })?;
        }
        self.gpu.check()
    }
}

impl Apart for Resident {
    fn bring(&self, state: &DeltaState) -> bool {
        !self.lost.load(Ordering::Relaxed) && self.read(state).is_ok()
    }
}

/// The delta of the tiles in doubt; the pixels of the others are not there. `None` where none is.
fn doubtful(pair: &Pair<'_>, rule: &Rule, tiles: &[Tile]) -> Option<DeltaMap> {
    let rects = (0..tiles.len()).filter(|&i| tiles[i].bits & TILE_DOUBT != 0);
    let rects: Vec<Window> = rects.map(|index| tile_rect(pair.window, index)).collect();
    let (first, last) = (rects.first()?, rects.last()?);
    // Tiles go row by row.
    let height = (last.bottom() - i64::from(first.y)) as u32;
    let window = Window { y: first.y, height, ..pair.window };
    let pixels = window.pixels() as usize;
    let mut map = DeltaMap { window, values: vec![0.0; pixels], flags: vec![FLAG_UNREADABLE; pixels] };
    for rect in rects {
        let mut values = vec![0.0; rect.pixels() as usize];
        let mut flags = vec![0; values.len()];
        rectangle_map(pair, rule, rect, &mut values, &mut flags);
        map.put(rect, &values, &flags);
    }
    Some(map)
}
