//! Arguments that several commands share, and what they are turned into.

mod probes;
mod running;
mod tolerance;

use crate::engine::AovGlob;

pub use probes::ProbeArgs;
pub(super) use running::bytes;
pub use running::{BackendName, RunArgs};
pub use tolerance::{FlipModeName, MetricName, ToleranceArgs};

/// Globs for AOVs.
///
/// # Errors
/// When one is not a glob.
pub fn globs(texts: &[String]) -> anyhow::Result<Vec<AovGlob>> {
    Ok(texts.iter().map(|text| AovGlob::new(text)).collect::<Result<_, _>>()?)
}
