//! Arguments that several commands share, and what they are turned into.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use crate::engine::{self, Allowance, AovGlob, ExposureChoice, Probe, ProbeShape, RuleChoice, Rules};
use crate::gpu::{self, AdapterName, DEFAULT_VRAM_BYTES, GpuBackend, Prefer, Wanted};
use crate::image::Window;
use crate::load::half_of_free_memory;
use crate::metric::flip::FlipMode;
use crate::metric::{Backend, Cpu, Metric, NonFinite};

use super::limits::LimitArgs;

/// When a delta counts as changed.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Tolerance")]
pub struct ToleranceArgs {
    /// What is measured at each pixel; by the kind of AOV unless given (id for ids, abs for the rest).
    #[arg(long, value_enum, value_name = "METRIC")]
    pub metric: Option<MetricName>,
    /// Absolute tolerance, in the unit of the samples (of the metric for rel, sq, ulp, angle, flip).
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub abs: Option<f64>,
    /// Relative tolerance: changed is |a-b| > abs + rel*|reference|. Metrics abs and signed only.
    #[arg(long, value_name = "Y", allow_negative_numbers = true)]
    pub rel: Option<f64>,
    /// Least divisor of the metric rel.
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub floor: Option<f64>,
    /// NaN and infinities never equal themselves.
    #[arg(long)]
    pub non_finite_never_equal: bool,
    /// Changed pixels allowed per frame and AOV: an integer is a count, a decimal a fraction.
    #[arg(long, value_name = "FRACTION|COUNT", allow_hyphen_values = true)]
    pub allow_changed: Option<Allowance>,
    /// Pixels per degree of the field of view, for the metric flip; 67 unless given, which is a screen
    /// 0.7 m wide with 3840 pixels seen from 0.7 m.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub ppd: Option<f32>,
    /// What samples mean to the metric flip; by their type unless given (integers ldr, floats hdr).
    #[arg(long, value_enum, value_name = "MODE")]
    pub flip_mode: Option<FlipModeName>,
    /// Exposures of the metric flip for hdr: those that each frame of the reference asks for, one range
    /// for all frames, or stops.
    #[arg(long, value_name = "frame|sequence|START,STOP", allow_hyphen_values = true)]
    pub flip_exposures: Option<ExposureChoice>,
    /// Rules by AOV glob, in TOML: a table per glob with metric, abs, rel, floor, allow-changed ...
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
}

/// [`Metric`] as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MetricName {
    /// max over channels of |a-b|
    Abs,
    /// a-b of the channel with the largest |a-b|
    Signed,
    /// max over channels of |a-b| / max(|b|, floor)
    Rel,
    /// mean over channels of (a-b)²
    Sq,
    /// largest distance in representable values of the stored type
    Ulp,
    /// angle between the vectors a and b in degrees
    Angle,
    /// length of the vector a-b
    Length,
    /// 0 where all bits are equal, else 1
    Id,
    /// NVIDIA's FLIP of colours: what the eye sees, 0..1
    Flip,
}

impl From<MetricName> for Metric {
    fn from(name: MetricName) -> Self {
        match name {
            MetricName::Abs => Self::Abs,
            MetricName::Signed => Self::Signed,
            MetricName::Rel => Self::Rel,
            MetricName::Sq => Self::Sq,
            MetricName::Ulp => Self::Ulp,
            MetricName::Angle => Self::Angle,
            MetricName::Length => Self::Length,
            MetricName::Flip => Self::Flip,
            MetricName::Id => Self::Id,
        }
    }
}

/// [`FlipMode`] as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FlipModeName {
    /// sRGB-encoded, 0..1
    Ldr,
    /// linear
    Hdr,
}

impl From<FlipModeName> for FlipMode {
    fn from(name: FlipModeName) -> Self {
        match name {
            FlipModeName::Ldr => Self::Ldr,
            FlipModeName::Hdr => Self::Hdr,
        }
    }
}

impl ToleranceArgs {
    /// The rules that these arguments make.
    ///
    /// # Errors
    /// When the file cannot be read, or a rule makes no sense.
    pub fn rules(&self) -> anyhow::Result<Rules> {
        self.rules_over(Vec::new())
    }

    /// As [`ToleranceArgs::rules`], with `below` where these arguments say nothing.
    ///
    /// # Errors
    /// Likewise.
    pub fn rules_over(&self, mut below: Vec<(AovGlob, RuleChoice)>) -> anyhow::Result<Rules> {
        let base = RuleChoice {
            metric: self.metric.map(Metric::from),
            abs: self.abs,
            rel: self.rel,
            floor: self.floor,
            non_finite: self.non_finite_never_equal.then_some(NonFinite::NeverEqual),
            allow_changed: self.allow_changed,
            ppd: self.ppd,
            flip_mode: self.flip_mode.map(FlipMode::from),
            flip_exposures: self.flip_exposures,
        };
        let has_flip = [self.ppd.is_some(), self.flip_mode.is_some(), self.flip_exposures.is_some()];
        let is_flip = self.metric == Some(MetricName::Flip) || self.rules.is_some();
        if has_flip.contains(&true) && !is_flip {
            bail!("--ppd, --flip-mode and --flip-exposures go with --metric flip");
        }
        let exceptions = self.rules.as_deref().map_or_else(|| Ok(Vec::new()), read_rules)?;
        if !below.is_empty() && base != RuleChoice::default() {
            below.push((AovGlob::new("*")?, base));
        }
        Ok(Rules::new(base, below.into_iter().chain(exceptions).collect())?)
    }
}

/// The TOML file of `--rules`: `["depth*"]` tables, in order.
fn read_rules(path: &Path) -> anyhow::Result<Vec<(AovGlob, RuleChoice)>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the rules {path:?}"))?;
    let table: toml::Table =
        toml::from_str(&text).with_context(|| format!("the rules {path:?} are not TOML"))?;
    let rule = |(glob, value): (String, toml::Value)| {
        let choice: RuleChoice =
            value.try_into().with_context(|| format!("the rule for {glob:?} in {path:?}"))?;
        Ok((AovGlob::new(&glob)?, choice))
    };
    table.into_iter().map(rule).collect()
}

/// What is tracked.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Tracking")]
pub struct ProbeArgs {
    /// Track the pixel X,Y (absolute image coordinates; may be repeated). LABEL=X,Y names it.
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, value_parser = pixel)]
    pub pixel: Vec<Probe>,
    /// Track the rectangle X,Y,W,H (may be repeated). LABEL=X,Y,W,H names it.
    #[arg(long, value_name = "X,Y,W,H", allow_hyphen_values = true, value_parser = region)]
    pub region: Vec<Probe>,
}

impl ProbeArgs {
    /// Pixels first, then regions, each in the order given.
    pub fn probes(&self) -> Vec<Probe> {
        self.pixel.iter().chain(&self.region).cloned().collect()
    }
}

fn labelled(text: &str) -> (String, &str) {
    text.rsplit_once('=').map_or((String::new(), text), |(label, rest)| (label.to_owned(), rest))
}

fn numbers<const N: usize>(text: &str, form: &str) -> Result<[i32; N], String> {
    let parsed: Result<Vec<i32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let numbers = parsed.ok().and_then(|numbers| numbers.try_into().ok());
    numbers.ok_or_else(|| format!("{text:?} is not of the form {form} in whole pixels"))
}

fn pixel(text: &str) -> Result<Probe, String> {
    let (label, rest) = labelled(text);
    let [x, y] = numbers(rest, "X,Y")?;
    Ok(Probe { label, window: Window::new(x, y, 1, 1), shape: ProbeShape::Pixel })
}

fn region(text: &str) -> Result<Probe, String> {
    let (label, rest) = labelled(text);
    let [x, y, width, height] = numbers(rest, "X,Y,W,H")?;
    let size = |size: i32| u32::try_from(size).ok().filter(|&size| size > 0);
    let (Some(width), Some(height)) = (size(width), size(height)) else {
        return Err(format!("the region {rest:?} has no pixel: W and H must be at least 1"));
    };
    Ok(Probe { label, window: Window::new(x, y, width, height), shape: ProbeShape::Region })
}

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
            Ok(gpu) => Ok(Arc::new(gpu)),
            Err(error) if is_asked_for => Err(error.into()),
            Err(error) => {
                // To have no GPU is nothing to speak of.
                if !self.quiet && !matches!(error, gpu::Error::NoAdapter { .. }) {
                    super::note(&format!("the CPU compares, since {error}"));
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
pub(super) fn bytes(text: &str) -> Result<u64, String> {
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

/// Globs for AOVs.
///
/// # Errors
/// When one is not a glob.
pub fn globs(texts: &[String]) -> anyhow::Result<Vec<AovGlob>> {
    Ok(texts.iter().map(|text| AovGlob::new(text)).collect::<Result<_, _>>()?)
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

    #[test]
    fn pixels_and_regions_may_lie_below_zero_and_bear_a_label() {
        let probe = pixel("hem=-3,7").expect("a pixel");
        assert_eq!((probe.label.as_str(), probe.window), ("hem", Window::new(-3, 7, 1, 1)));
        assert_eq!(region("1,2,3,4").expect("a region").window, Window::new(1, 2, 3, 4));
        assert!(pixel("1").is_err() && pixel("1,2,3").is_err() && pixel("1.5,2").is_err());
        assert!(region("1,2,0,4").is_err());
    }
}
