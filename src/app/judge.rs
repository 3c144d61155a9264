//! Who compares: the CPU until there is a device that does it faster, with the same results.

use std::sync::{OnceLock, PoisonError, RwLock};

use crate::gpu::{Gpu, GpuBackend};
use crate::metric::{Backend, Comparison, Cpu, Over, Pair, PixelValues, Rule, Want};

/// Compares on the GPU once there is one, else on the CPU.
#[derive(Default)]
pub struct Judge {
    gpu: OnceLock<GpuBackend>,
    /// Read while something is compared.
    gate: RwLock<()>,
}

impl Judge {
    /// Takes the GPU from now on. A software adapter is slower than the CPU itself and not taken.
    ///
    /// # Errors
    /// When the device refuses the shaders; the CPU goes on.
    pub fn take(&self, gpu: Gpu) -> Result<(), crate::gpu::Error> {
        if !gpu.is_software() {
            // A second device of the same window changes nothing: the first goes on.
            let _ = self.gpu.set(GpuBackend::new(gpu)?);
        }
        Ok(())
    }

    /// Waits for the comparison under way and lets no other begin, ever: the program ends, and no
    /// thread may be inside the graphics driver then.
    pub fn close(&self) {
        std::mem::forget(self.gate.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn backend(&self) -> &dyn Backend {
        self.gpu.get().map_or(&Cpu as &dyn Backend, |gpu| gpu)
    }
}

impl Backend for Judge {
    fn name(&self) -> &'static str {
        self.backend().name()
    }

    fn compare(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison {
        let _open = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        self.backend().compare(pair, rule, want)
    }

    fn compare_over_frames(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
        over: Over<'_>,
    ) -> (Comparison, Vec<PixelValues>) {
        let _open = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        self.backend().compare_over_frames(pair, rule, want, pixels, over)
    }
}
