//! How a command computes: back end, memory, threads, bounds.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::bail;
use clap::ValueEnum;

use crate::cli::{limits::LimitArgs, note};
use crate::engine;
use crate::gpu::{self, AdapterName, DEFAULT_VRAM_BYTES, GpuBackend, Prefer, Wanted};
use crate::load::half_of_free_memory;
use crate::metric::{Backend, Cpu};

/// How a command computes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Running")]
pub struct RunArgs {
    /// auto takes a hardware GPU where there is one, else the CPU; the results are the same.
    #[arg(long, value_enum, default_value_t)]
    pub backend: BackendName,
    /// Memory for decoded frames, as 8GiB or 512MiB; half of what is free unless given.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory: Option<u64>,
    /// Graphics adapter for auto and gpu: part of its name or its number, as `aovscope gpu` lists them;
    /// software too.
    #[arg(long, value_name = "NAME|INDEX")]
    pub adapter: Option<AdapterName>,
    /// Memory of the GPU to use at most, as 2GiB or 512MiB; larger pictures are compared in bands.
    #[arg(long, value_name = "SIZE", value_parser = bytes, default_value = "2GiB")]
    pub vram: u64,
    /// Threads; as many as there are cores unless given.
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// No progress bar and no notes on standard error; errors are still told.
    #[arg(long, short)]
    pub quiet: bool,
    /// Bounds on files.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Where comparisons are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BackendName {
    /// A hardware GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// Any Vulkan, Metal, DirectX 12 or GL adapter, software ones too.
    Gpu,
    /// All cores.
    Cpu,
}

impl RunArgs {
    /// What the engine runs with; `cancel` ends it early.
    ///
    /// # Errors
    /// When a GPU is asked for and there is none, or the threads cannot be had.
    pub fn context(&self, cancel: Arc<AtomicBool>) -> anyhow::Result<engine::Context> {
        let threads = self.threads.unwrap_or_else(all_cores);
        // Fails where the pool stands already (in tests): the results do not depend on its size.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get());
        let _ = pool.thread_name(|index| format!("pixels-{index}")).build_global();
        Ok(engine::Context {
            backend: self.open_backend()?,
            limits: self.limits.into(),
            threads,
            memory_bytes: self.memory.unwrap_or_else(half_of_free_memory),
            cancel,
            maps: None,
            temporal: None,
        })
    }
}

impl Default for RunArgs {
    /// As without options.
    fn default() -> Self {
        Self {
            backend: BackendName::default(),
            memory: None,
            adapter: None,
            vram: DEFAULT_VRAM_BYTES,
            threads: None,
            quiet: false,
            limits: LimitArgs::default(),
        }
    }
}

impl RunArgs {
    /// The back end asked for.
    fn open_backend(&self) -> anyhow::Result<Arc<dyn Backend>> {
        let wanted = match self.backend {
            BackendName::Cpu if self.adapter.is_some() => {
                bail!("--adapter chooses a GPU: it goes with --backend auto or gpu")
            }
            BackendName::Cpu => return Ok(Arc::new(Cpu)),
            BackendName::Gpu => Wanted { prefer: Prefer::Any, name: self.adapter.clone() },
            // A software adapter is slower than the CPU back end, and gives the same numbers.
            BackendName::Auto => Wanted { prefer: Prefer::Hardware, name: self.adapter.clone() },
        };
        let is_asked_for = self.backend == BackendName::Gpu || self.adapter.is_some();
        match GpuBackend::open(wanted, self.vram) {
            Ok(backend) => {
                if !self.quiet && backend.gpu().compiles_slowly() {
                    note(&format!(
                        "{:?} is GL in software: it compiles for seconds before the first frame, half a \
                         minute for the metric flip (Vulkan in software and --backend cpu do not)",
                        backend.gpu().adapter_name()
                    ));
                }
                Ok(Arc::new(backend))
            }
            Err(error) if is_asked_for => Err(error.into()),
            Err(error) => {
                // To have no GPU is nothing to speak of.
                if !self.quiet && !matches!(error, gpu::Error::NoAdapter { .. }) {
                    note(&format!("the CPU compares, since {error}"));
                }
                Ok(Arc::new(Cpu))
            }
        }
    }
}

fn all_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// A size such as `8GiB`, `512MiB`, `1.5G`, `1000000`: K, M, G, T count in 1024s.
pub(in crate::cli) fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_lowercase();
    let power = match unit.trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return Err(format!("{text:?} is no size: write 8GiB, 512MiB or a number of bytes")),
    };
    let number: f64 = digits.trim().parse().map_err(|error| format!("{text:?} is no size: {error}"))?;
    let size = number * 1024f64.powi(power);
    if !(size >= 1.0 && size < u64::MAX as f64) {
        return Err(format!("{text:?} is no size of memory"));
    }
    Ok(size as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_memory() {
        assert_eq!(bytes("8GiB"), Ok(8 << 30));
        assert_eq!(bytes("512mb"), Ok(512 << 20));
        assert_eq!(bytes("1.5k"), Ok(1536));
        assert_eq!(bytes("4096"), Ok(4096));
        assert!(bytes("8 parsecs").is_err() && bytes("-1").is_err() && bytes("").is_err());
    }

    #[test]
    fn the_default_of_vram_is_that_of_the_back_end() {
        #[derive(clap::Parser)]
        struct Cli {
            #[command(flatten)]
            run: RunArgs,
        }
        let cli = <Cli as clap::Parser>::parse_from(["aovscope"]);
        assert_eq!(cli.run.vram, RunArgs::default().vram);
    }
}
