//! aovscope compares sequences of rendered frames: which pixels changed between two runs, where,
//! from which frame on, by how much.
//!
//! # How data flows
//!
//! ```text
//! names on disk ─ sequence ─► frames ─ codec ─► planes ─ metric / gpu ─► figures, maps
//!                                  │                                          │
//!                                  └──────── engine: plan ─► rows in frame order ─► export
//!                                                  ▲                          │
//!                                                cli (text, exit codes)     app (view, panels)
//! ```
//!
//! # Layers
//!
//! Each folder of `src/` is a layer and uses only those above it in this table; a test
//! (`tests/it/layers.rs`) says so and fails on a breach.
//!
//! | module | layer | what it is |
//! |---|---|---|
//! | [`image`] | 0 | what a picture is: samples as stored, windows, AOVs and their kinds, colour maps |
//! | [`metric`] | 0 | what a comparison means, defined on the CPU |
//! | [`sequence`] | 1 | names on disk become frames in order |
//! | [`codec`] | 1 | bytes become images: EXR, PNG, JPEG |
//! | [`load`] | 2 | planes in memory in time: a thread pool, a byte budget, the newest wish first |
//! | [`gpu`] | 2 | the same numbers as [`metric`], on a GPU |
//! | [`engine`] | 3 | a plan becomes results in frame order |
//! | [`export`] | 4 | results become files |
//! | [`view`] | 4 | the viewer without a screen: state, actions |
//! | [`cli`] | 5 | the commands |
//! | `app` | 5 | the window (feature `window`) |
//!
//! # What always holds
//!
//! - The core knows no screen, no clock, no standard output.
//! - Samples stay as stored (half, float, uint, 8 and 16 bit) until they reach a metric; a value that
//!   is shown, exported or flagged is the file's value, bit for bit.
//! - Whatever decides (flags, counts, maxima, positions) is computed in f64 on exact values. The GPU
//!   finds what is certain in f32 and leaves the rest to the CPU, so both say the same.
//! - One bad frame is a row with a reason, never the end of the run.
//! - Every number on screen is also available from a command.
//! - Files are written under a temporary name and renamed when whole.
//!
//! # By hand
//!
//! ```no_run
//! use aovscope::codec::{Limits, read_info, read_planes};
//! use aovscope::metric::{Backend, Cpu, Extent, Metric, Pair, Rule, Want};
//!
//! let limits = Limits::default();
//! let plane = |path: &str| -> Result<_, Box<dyn std::error::Error>> {
//!     let info = read_info(path.as_ref(), &limits)?;
//!     let depth = info.aov("depth").ok_or("no depth")?;
//!     Ok(read_planes(&info, &[depth], &limits).remove(0)?)
//! };
//! let (candidate, reference) = (plane("v2.0001.exr")?, plane("v1.0001.exr")?);
//! let pair = Pair::new(&candidate, &reference, Extent::Union)?;
//! let stats = Cpu.compare(&pair, &Rule::exact(Metric::Abs), Want::Stats).stats;
//! assert!(stats.changed <= stats.pixels);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "window")]
pub mod app;
pub mod cli;
pub mod codec;
pub mod engine;
pub mod export;
pub mod gpu;
pub mod image;
pub mod load;
pub mod metric;
pub mod sequence;
pub mod view;
