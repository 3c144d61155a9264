//! How long each step of a comparison takes by itself: for benchmarks, since in earnest they overlap.

use std::time::{Duration, Instant};

use super::bands::cut;
use super::kit::{Job, Kit, empty, supported};
use super::temporal::Compared;
use super::{Error, GpuBackend};
use crate::metric::{Pair, Rule, Want};

/// Wall-clock time of the steps of one comparison, with the device idle between them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
    /// Samples to the device.
    pub upload: Duration,
    /// The pass.
    pub pass: Duration,
    /// Adding the delta to the state over all frames; zero where there is no room for one.
    pub temporal: Duration,
    /// Records, and the map where it is wanted, from the device to their places in memory.
    pub read_back: Duration,
}

impl GpuBackend {
    /// Does what [`GpuBackend::unsettled`] does, one step after the other. `None`: not a job for the
    /// GPU.
    ///
    /// # Errors
    /// When the device fails.
    pub fn steps(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Result<Option<Steps>, Error> {
        self.kit().steps(pair, rule, want)
    }
}

impl Kit {
    fn steps(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Result<Option<Steps>, Error> {
        let Some(sample_type) = supported(pair, rule) else { return Ok(None) };
        let (shape, bands) = cut(pair, sample_type.bytes() as u32, &self.rooms().most());
        let job = Job { pair, rule, pixels: &[], over: None };
        let mut all = empty(pair.window, want, 0);
        let mut steps = Steps::default();
        let resident = self.resident(pair.window);
        for band in bands {
            let mut lent = self.rooms().take(shape, sample_type)?;
            self.gpu().idle()?;
            let start = Instant::now();
            let placed = lent.room().place(self.gpu(), pair, band)?;
            self.gpu().idle()?;
            let uploaded = Instant::now();
            self.submit(&mut lent, &placed, &job)?;
            self.gpu().idle()?;
            let passed = Instant::now();
            if let Some(resident) = &resident {
                let (delta, covered) = (lent.room().delta(), pair.covered());
                // What is added first makes the state.
                for rank in 0..2 {
                    let start = Instant::now();
                    resident.submit(&Compared { delta, window: band, covered, rank })?;
                    self.gpu().idle()?;
                    if rank == 1 {
                        steps.temporal += start.elapsed();
                    }
                }
            }
            let added = Instant::now();
            lent.room().fetch(self.gpu(), want);
            lent.room().read(self.gpu(), band, pair.window, &mut all)?;
            steps.read_back += added.elapsed();
            steps.pass += passed - uploaded;
            steps.upload += uploaded - start;
            lent.give_back();
        }
        Ok(Some(steps))
    }
}
