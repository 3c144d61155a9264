//! All engines read one frame in turn.

use crate::engine::{Cost, Engine};
use crate::frames::{Case, Frame};
use crate::support::median;

/// Medians of one frame.
pub struct Outcome {
    pub compression: String,
    pub case: Case,
    pub threads: usize,
    /// Milliseconds that count, for each engine; `None` where it cannot read the frame.
    pub ms: Vec<Option<f64>>,
}

/// Reads the frame in `rounds` rounds after one that does not count.
///
/// # Panics
/// When engines do not read the same number of samples.
pub fn run(frame: &Frame, threads: usize, rounds: usize, engines: &mut [Engine]) -> Outcome {
    let mut costs = vec![Vec::<Cost>::new(); engines.len()];
    for round in 0..=rounds {
        for (engine, costs) in engines.iter_mut().zip(&mut costs) {
            if !engine.reads(frame) || round > 1 && costs.is_empty() {
                continue;
            }
            match engine.read(frame, threads) {
                Ok(cost) if round > 0 => costs.push(cost),
                Ok(_) => {}
                Err(reason) if round == 0 => eprintln!("{frame}, {}: {reason}", engine.title),
                Err(_) => {}
            }
        }
    }
    let mut samples: Vec<_> = costs.iter().flatten().map(|cost| cost.samples).collect();
    samples.dedup();
    assert!(samples.len() <= 1, "{frame}: the engines read {samples:?} samples");
    eprintln!("{frame}, {threads} threads: wall ms, CPU ms");
    let medians = engines.iter().zip(&costs).map(|(engine, costs)| {
        let wall = median(costs.iter().map(|cost| cost.wall_ms))?;
        let cpu = median(costs.iter().map(|cost| cost.cpu_ms))?;
        eprintln!("  {:<24} {wall:>8.1} {cpu:>8.1}", engine.title);
        Some(if threads == 1 && cpu.is_finite() { cpu } else { wall })
    });
    let ms = medians.collect();
    Outcome { compression: frame.compression.clone(), case: frame.case, threads, ms }
}
