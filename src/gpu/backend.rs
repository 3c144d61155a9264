//! [`Backend`] on a GPU: what the passes say is settled; what they cannot do, and what is under way
//! when a device fails, is the CPU's.

use std::any::Any;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::kit::{Job, Kit, supported};
use super::resident::Resident;
use super::settle::settle;
use super::{Error, Gpu, Unsettled, Wanted};
use crate::metric::{Apart, Backend, Comparison, Cpu, Metric, Over, Pair, PixelValues, Rule, Want};

/// Bytes of device memory that a back end takes unless told otherwise: three frames of 4K with three
/// channels of f32, less than what most GPUs have.
pub const DEFAULT_VRAM_BYTES: u64 = 2 << 30;

/// How often a failed device is opened again: a driver that fails for ever must not keep a run from
/// its end.
const MOST_REOPENINGS: usize = 3;

/// Compares on the GPU. What it cannot do (mixed sample types, more than four channels, pixels that
/// cannot be read) it has the CPU do, and what a failed device leaves undone too: the results are the
/// same. Pictures over the device's limits or the budget of memory are done in bands.
#[derive(Debug)]
pub struct GpuBackend {
    /// One for each device that was opened, in order. The last is in use; those before have failed.
    kits: [OnceLock<Kit>; 1 + MOST_REOPENINGS],
    vram_bytes: u64,
    /// What to open again; `None` for a device that is somebody else's.
    wanted: Option<Wanted>,
    /// Attempts left; held by the one that opens a device.
    attempts: Mutex<usize>,
    failures: Mutex<Failures>,
}

/// Comparisons that the GPU should have done and the CPU did.
#[derive(Debug, Default)]
struct Failures {
    count: u64,
    /// Why the first of them failed: those after it often follow from it.
    first: Option<Error>,
    /// Why the device could not be opened again, when that was tried last.
    reopening: Option<Error>,
}

impl GpuBackend {
    /// Works on a device that others use as well, as the window's: it is not opened again when it
    /// fails.
    ///
    /// # Errors
    /// When the device refuses the shaders, or computes otherwise than the definition where the
    /// results would take its word for it.
    pub fn new(gpu: Gpu) -> Result<Self, Error> {
        Self::with_budget(gpu, DEFAULT_VRAM_BYTES)
    }

    /// As [`GpuBackend::new`], with at most `vram_bytes` of device memory (and at least what one
    /// tile of 16x16 pixels takes).
    ///
    /// # Errors
    /// As [`GpuBackend::new`].
    pub fn with_budget(gpu: Gpu, vram_bytes: u64) -> Result<Self, Error> {
        let mut kits: [OnceLock<Kit>; 1 + MOST_REOPENINGS] = Default::default();
        kits[0] = OnceLock::from(Kit::new(gpu, vram_bytes)?);
        let (attempts, failures) = (Mutex::new(MOST_REOPENINGS), Mutex::default());
        Ok(Self { kits, vram_bytes, wanted: None, attempts, failures })
    }

    /// Opens a device of its own, and again if it fails in the midst of a run.
    ///
    /// # Errors
    /// When there is no such adapter, and as [`GpuBackend::new`].
    pub fn open(wanted: impl Into<Wanted>, vram_bytes: u64) -> Result<Self, Error> {
        let wanted = wanted.into();
        let backend = Self::with_budget(Gpu::open(wanted.clone())?, vram_bytes)?;
        Ok(Self { wanted: Some(wanted), ..backend })
    }

    /// The device it works on.
    pub fn gpu(&self) -> &Gpu {
        self.kit().gpu()
    }

    /// How many devices were opened for it: more than one after a failure.
    pub fn devices_opened(&self) -> usize {
        self.kits.iter().filter(|kit| kit.get().is_some()).count()
    }

    /// The most bytes of device memory that it took at a time.
    pub fn peak_bytes(&self) -> u64 {
        self.kits.iter().filter_map(OnceLock::get).map(|kit| kit.rooms().peak_bytes()).max().unwrap_or(0)
    }

    /// Whether the GPU can do this comparison at all; see [`super::DeltaJob::supported`].
    pub fn supports(&self, pair: &Pair<'_>, rule: &Rule) -> bool {
        supported(pair, rule).is_some()
    }

    /// What the passes alone say, before the CPU settles what is in doubt (see [`super::Tile::bits`]),
    /// for those who look at the GPU's own work. `None`: not a job for the GPU.
    ///
    /// # Errors
    /// When the device fails.
    pub fn unsettled(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
    ) -> Result<Option<Unsettled>, Error> {
        self.kit().unsettled(&Job { pair, rule, pixels, over: None }, want)
    }

    /// The one in use.
    pub(super) fn kit(&self) -> &Kit {
        self.kits.iter().rev().find_map(OnceLock::get).expect("the first is there from the beginning")
    }

    /// Takes note of a comparison that failed on `kit`, and opens the device again if need be.
    fn failed(&self, kit: &Kit, error: Error) {
        let error = kit.gpu().reason_of(error);
        let mut failures = self.failures();
        failures.count += 1;
        failures.first.get_or_insert(error);
        drop(failures);
        if kit.gpu().check().is_err() {
            kit.rooms().close();
            self.reopen(kit);
        }
    }

    /// Opens the device that has failed again, unless it was tried often enough, or another thread is
    /// at it: that one does not keep the others from their work.
    fn reopen(&self, failed: &Kit) {
        let (Some(wanted), Ok(mut attempts)) = (&self.wanted, self.attempts.try_lock()) else { return };
        if *attempts == 0 || !std::ptr::eq(failed, self.kit()) {
            return;
        }
        *attempts -= 1;
        let next = self.kits.iter().find(|kit| kit.get().is_none());
        let next = next.expect("there are as many as attempts");
        match Gpu::open(wanted.clone()).and_then(|gpu| Kit::new(gpu, self.vram_bytes)) {
            // Nobody else sets it while the attempts are locked.
            Ok(kit) => drop(next.set(kit)),
            Err(error) => self.failures().reopening = Some(error),
        }
    }

    /// Where the device keeps the state of `over`, if it does and has room for a frame of `pair`. A device
    /// that had to be opened again is not trusted with what it would take all frames to do once more.
    fn resident<'a>(&self, pair: &Pair<'_>, rule: &Rule, over: Over<'a>) -> Option<&'a Resident> {
        if !rule.metric.has_exact_map() || !self.supports(pair, rule) || self.devices_opened() > 1 {
            return None;
        }
        let window = over.state.kept(pair.window);
        let make = || self.kit().resident(window).map(|resident| Box::new(resident) as Box<dyn Apart>);
        let apart: &dyn Any = over.state.apart(make)?;
        apart.downcast_ref::<Resident>().filter(|resident| resident.takes(window))
    }

    fn failures(&self) -> std::sync::MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for GpuBackend {
    fn name(&self) -> &'static str {
        "gpu"
    }

    /// How many comparisons the GPU failed at so far, why at first, and what became of the device.
    fn trouble(&self) -> Option<String> {
        let failures = self.failures();
        let times = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let mut text = format!(
            "the CPU did {} that the GPU should have done: {}",
            times(failures.count, "comparison"),
            failures.first.as_ref()?
        );
        let reopened = self.devices_opened() as u64 - 1;
        if reopened > 0 {
            text += &format!("; the device was opened again {}", times(reopened, "time"));
        }
        if self.gpu().check().is_err() && self.wanted.is_some() {
            let why = failures.reopening.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
            text += &format!("; it is out of use in the end{why}");
        }
        Some(text)
    }

    fn compare(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison {
        self.compare_and_gather(pair, rule, want, &[]).0
    }

    fn compare_and_gather(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
    ) -> (Comparison, Vec<PixelValues>) {
        let kit = self.kit();
        if rule.metric == Metric::Flip {
            return match kit.flip(pair, rule, want) {
                Ok(Some(comparison)) => (comparison, PixelValues::of_all(pair, pixels)),
                Ok(None) => Cpu.compare_and_gather(pair, rule, want, pixels),
                Err(error) => {
                    self.failed(kit, error);
                    Cpu.compare_and_gather(pair, rule, want, pixels)
                }
            };
        }
        match kit.unsettled(&Job { pair, rule, pixels, over: None }, want) {
            Ok(Some(unsettled)) => (settle(pair, rule, &unsettled.records, unsettled.map), unsettled.values),
            Ok(None) => Cpu.compare_and_gather(pair, rule, want, pixels),
            Err(error) => {
                self.failed(kit, error);
                Cpu.compare_and_gather(pair, rule, want, pixels)
            }
        }
    }

    fn compare_over_frames(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
        over: Over<'_>,
    ) -> (Comparison, Vec<PixelValues>) {
        let Some(resident) = self.resident(pair, rule, over) else {
            let (mut comparison, values) = self.compare_and_gather(pair, rule, Want::Map, pixels);
            over.take(pair, &mut comparison, want);
            return (comparison, values);
        };
        let kit = self.kit();
        let job = Job { pair, rule, pixels, over: Some((resident, over.rank)) };
        match kit.unsettled(&job, want) {
            Ok(unsettled) => {
                let Unsettled { records, map, values } = unsettled.expect("it is a job for the GPU");
                resident.settle(pair, rule, &records.tiles, over);
                (settle(pair, rule, &records, map), values)
            }
            Err(error) => {
                resident.lose();
                self.failed(kit, error);
                Cpu.compare_and_gather(pair, rule, want, pixels)
            }
        }
    }
}
