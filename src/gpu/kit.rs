//! All that belongs to one device: its compiled passes, its rooms, and a comparison by them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::bands::cut;
use super::delta::common_type;
use super::flip::flip_errors;
use super::resident::Resident;
use super::room::Placed;
use super::rooms::{Lent, Rooms};
use super::selftest;
use super::temporal::{Compared, TemporalPass};
use super::threshold::Threshold;
use super::tile::{Records, Tile, tile_grid};
use super::{DeltaJob, DeltaPass, Error, FlipPass, GatherPass, Gpu, GpuPlane};
use crate::image::{Plane, Sample, SampleType, Window};
use crate::metric::{Comparison, DeltaMap, Histogram, Pair, PixelValues, Rule, Want, compare_with_flip};

/// Rows of tiles in one submission where the adapter is software: it takes nothing else meanwhile.
const SOFTWARE_ROWS: u32 = 32;
/// Pieces of one picture under way: one is computed while the next is uploaded.
const UNDER_WAY: usize = 2;

/// See above.
#[derive(Debug)]
pub(super) struct Kit {
    gpu: Gpu,
    delta: DeltaPass,
    gather: GatherPass,
    flip: Mutex<FlipPass>,
    temporal: Arc<TemporalPass>,
    rooms: Arc<Rooms>,
    vram_bytes: u64,
}

/// What the passes alone say of a pair.
#[derive(Clone, Debug)]
pub struct Unsettled {
    /// A histogram, and one record per tile, row by row.
    pub records: Records,
    /// The map, if it was asked for: in doubt where its tile is.
    pub map: Option<DeltaMap>,
    /// Stored values of the pixels that were asked for.
    pub values: Vec<PixelValues>,
}

/// One comparison.
pub(super) struct Job<'a> {
    pub pair: &'a Pair<'a>,
    pub rule: &'a Rule,
    pub pixels: &'a [(i32, i32)],
    /// What the delta is added to, and the frame's rank.
    pub over: Option<(&'a Resident, u32)>,
}

/// A piece on the device that has not been read back.
type Piece<'a> = (Lent<'a>, Placed);

impl Kit {
    /// Compiles what is needed on `gpu`, and tries its arithmetic. All rooms together take at most
    /// `vram_bytes`.
    ///
    /// # Errors
    /// When the device refuses the shaders, or computes otherwise than the definition where the
    /// results would take its word for it.
    pub fn new(gpu: Gpu, vram_bytes: u64) -> Result<Self, Error> {
        let (delta, gather) = (DeltaPass::new(&gpu)?, GatherPass::new(&gpu)?);
        let flip = Mutex::new(FlipPass::new(&gpu));
        let temporal = Arc::new(TemporalPass::new(&gpu)?);
        let rooms = Arc::new(Rooms::new(gpu.clone(), vram_bytes));
        let kit = Self { gpu, delta, gather, flip, temporal, rooms, vram_bytes };
        selftest::check(&kit)?;
        Ok(kit)
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// See [`Rooms`].
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// A place for the state over all frames of the pixels of `window`, if there is room.
    pub fn resident(&self, window: Window) -> Option<Resident> {
        let _turn = self.gpu.turn();
        Resident::new(&self.gpu, &self.temporal, &self.rooms, window)
    }

    /// The comparison by ꟻLIP; `None` where it is no job for the GPU.
    ///
    /// # Errors
    /// When the device fails.
    pub fn flip(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Result<Option<Comparison>, Error> {
        self.gpu.check()?;
        let map = flip_errors(&self.flip, pair, rule, self.vram_bytes)?;
        Ok(map.map(|map| compare_with_flip(pair, rule, want, &map)))
    }

    /// See [`super::GpuBackend::unsettled`].
    ///
    /// # Errors
    /// When the device fails. What the job is added to is lost then, in part or whole.
    pub fn unsettled(&self, job: &Job<'_>, want: Want) -> Result<Option<Unsettled>, Error> {
        let Some(sample_type) = supported(job.pair, job.rule) else { return Ok(None) };
        let _turn = self.gpu.turn();
        loop {
            match self.in_bands(job, want, sample_type) {
                // What was added once must not be added again.
                Err(Error::OutOfMemory { .. }) if job.over.is_none() && self.rooms.shrink() => {}
                result => return result.map(Some),
            }
        }
    }

    /// A comparison, piece by piece.
    fn in_bands(&self, job: &Job<'_>, want: Want, sample_type: SampleType) -> Result<Unsettled, Error> {
        let Job { pair, pixels, .. } = *job;
        self.gpu.check()?;
        let (shape, bands) = cut(pair, sample_type.bytes() as u32, &self.rooms.most());
        let mut all = empty(pair.window, want, pixels.len());
        let mut under_way: VecDeque<Piece<'_>> = VecDeque::new();
        for band in bands {
            if under_way.len() == UNDER_WAY {
                self.finish_first(&mut under_way, job, &mut all)?;
            }
            // Whoever has a room does not wait for another: two who did would wait for each other.
            let mut lent = match self.rooms.try_take(shape, sample_type)? {
                Some(lent) => lent,
                None => {
                    self.finish_first(&mut under_way, job, &mut all)?;
                    self.rooms.take(shape, sample_type)?
                }
            };
            let placed = lent.room().place(&self.gpu, pair, band)?;
            self.submit(&mut lent, &placed, job)?;
            if let Some((resident, rank)) = job.over {
                let (delta, window) = (lent.room().delta(), placed.window);
                resident.submit(&Compared { delta, window, covered: pair.covered(), rank })?;
            }
            lent.room().fetch(&self.gpu, want);
            under_way.push_back((lent, placed));
        }
        while !under_way.is_empty() {
            self.finish_first(&mut under_way, job, &mut all)?;
        }
        // Cropped, a picture has more pixels than are compared; those are not on the device.
        for (at, values) in
            pixels.iter().zip(&mut all.values).filter(|(at, _)| !pair.window.contains(at.0, at.1))
        {
            *values = PixelValues::of(pair, *at);
        }
        self.gpu.check()?;
        Ok(all)
    }

    /// Reads back the piece that has been under way for longest, if there is one.
    fn finish_first(
        &self,
        under_way: &mut VecDeque<Piece<'_>>,
        job: &Job<'_>,
        all: &mut Unsettled,
    ) -> Result<(), Error> {
        let Some((mut lent, placed)) = under_way.pop_front() else { return Ok(()) };
        lent.room().read(&self.gpu, placed.window, job.pair.window, all)?;
        self.gather(&placed, job.pixels, &mut all.values)?;
        lent.give_back();
        Ok(())
    }

    /// Submits the pass over a piece.
    pub fn submit(&self, lent: &mut Lent<'_>, placed: &Placed, job: &Job<'_>) -> Result<(), Error> {
        let channels: Vec<_> = (0..job.pair.channels.len()).map(|i| (i, i)).collect();
        let delta_job = DeltaJob {
            candidate: &placed.candidate,
            reference: &placed.reference,
            channels: &channels,
            window: placed.window,
            rule: job.rule,
        };
        let rows = tile_grid(placed.window).1;
        let step = if self.gpu.is_software() { SOFTWARE_ROWS } else { rows };
        for first in (0..rows).step_by(step as usize) {
            let descriptor = wgpu::CommandEncoderDescriptor { label: Some("delta") };
            let mut encoder = self.gpu.device().create_command_encoder(&descriptor);
            self.delta.record(&mut encoder, &delta_job, lent.room().delta(), first..first + step)?;
            self.gpu.queue().submit([encoder.finish()]);
        }
        Ok(())
    }

    /// Stored values of those pixels that are in a piece.
    fn gather(
        &self,
        placed: &Placed,
        pixels: &[(i32, i32)],
        values: &mut [PixelValues],
    ) -> Result<(), Error> {
        let side = |plane: &GpuPlane| -> Result<Vec<Option<Vec<Sample>>>, Error> {
            self.gather.gather(plane, pixels)
        };
        let sides = side(&placed.candidate)?.into_iter().zip(side(&placed.reference)?);
        for (to, (candidate, reference)) in values.iter_mut().zip(sides) {
            to.candidate = to.candidate.take().or(candidate);
            to.reference = to.reference.take().or(reference);
        }
        Ok(())
    }
}

/// The one sample type of all compared channels, where the GPU can do this comparison.
pub(super) fn supported(pair: &Pair<'_>, rule: &Rule) -> Option<SampleType> {
    Threshold::new(rule).filter(|_| !pair.has_unreadable())?;
    common_type(pair.channels.iter().map(|&(a, b)| {
        let sample_type = |plane: &Plane, channel: usize| plane.channels[channel].samples.sample_type();
        (sample_type(pair.candidate, a), sample_type(pair.reference, b))
    }))
}

/// Places for all results over `window`.
pub(super) fn empty(window: Window, want: Want, pixels: usize) -> Unsettled {
    let (columns, rows) = tile_grid(window);
    let map = || {
        let len = window.pixels() as usize;
        DeltaMap { window, values: vec![0.0; len], flags: vec![0; len] }
    };
    Unsettled {
        records: Records {
            histogram: Histogram::default(),
            tiles: vec![Tile::default(); columns as usize * rows as usize],
        },
        map: (want == Want::Map).then(map),
        values: vec![PixelValues::default(); pixels],
    }
}
