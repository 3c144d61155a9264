//! Who compares: the CPU until there is a device that does it faster, with the same results.

use std::sync::{Arc, PoisonError, RwLock};

use crate::gpu::{Gpu, GpuBackend};
use crate::metric::{Backend, Comparison, Cpu, Over, Pair, PixelValues, Rule, Want};

/// Compares on the GPU once there is one, else on the CPU.
#[derive(Default)]
pub struct Judge {
    gpu: RwLock<Option<Arc<GpuBackend>>>,
    /// Read while something is compared.
    gate: RwLock<()>,
}

impl Judge {
    /// Takes this GPU from now on, in the stead of one before. A software adapter is slower than the CPU itself and not taken.
    ///
    /// # Errors
    /// When the device refuses the shaders; the CPU goes on.
    pub fn take(&self, gpu: Gpu) -> Result<(), crate::gpu::Error> {
        let backend = if gpu.is_software() { Ok(None) } else { GpuBackend::new(gpu).map(Some) };
        let (taken, refused) = match backend {
            Ok(backend) => (backend.map(Arc::new), Ok(())),
            Err(error) => (None, Err(error)),
        };
        *self.gpu.write().unwrap_or_else(PoisonError::into_inner) = taken;
        refused
    }

    /// Waits for the comparison under way and lets no other begin, ever: the program ends, and no
    /// thread may be inside the graphics driver then.
    pub fn close(&self) {
        std::mem::forget(self.gate.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn backend(&self) -> Arc<dyn Backend> {
        match &*self.gpu.read().unwrap_or_else(PoisonError::into_inner) {
            Some(gpu) => Arc::<GpuBackend>::clone(gpu),
            None => Arc::new(Cpu),
        }
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
