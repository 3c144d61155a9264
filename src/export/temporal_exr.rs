//! Maps over all frames as EXRs of their values.

use std::path::Path;

use exr::prelude::{AnyChannel, FlatSamples};

use super::atomic::Error;
use super::map_exr::{Texts, write_channels};
use super::temporal::{FrameCode, comments, facts};
use crate::engine::{Content, TemporalMaps};
use crate::image::Samples;
use crate::metric::{ChannelMaps, DeltaMaps, NEVER};

/// Writes `maps` to the EXR file `path` (ZIP), whole or not at all.
///
/// Of the delta: `max frame_of_max mean rms std changed first_changed last_changed frames`, all
/// FLOAT; NaN where a pixel has no value, or where no frame is (but `changed` and `frames`, which
/// are 0). Frames are numbers; where a FLOAT cannot hold all of them, UINT with 4294967295 for none,
/// and where a UINT cannot either, the frame's place among those of the run, from 0. A file without a
/// number is frame 0.
///
/// Of values, for each channel C: `C.min C.max C.range C.mean C.std` (NaN where there is no finite
/// value), `C.static` (1 or 0), `C.frames C.nan C.inf` (numbers of frames), all FLOAT; the first three
/// are UINT (0 where there is none) where the files hold UINT.
///
/// The attribute `comments` tells rule and frames to people, `aovscope` to programs, as JSON.
///
/// # Errors
/// When the file cannot be written.
pub fn export_temporal_exr(maps: &TemporalMaps<'_>, path: &Path) -> Result<(), Error> {
    let (window, channels) = match maps.content {
        Content::Delta { maps: delta, .. } => (delta.window, of_delta(delta, maps.numbers)),
        Content::Values(values) => (values.window, values.channels.iter().flat_map(of_values).collect()),
    };
    let texts = Texts { comments: &comments(maps), facts: Some(facts(maps)) };
    write_channels(channels, (window, maps.display_window), texts, path)
}

fn of_delta(maps: &DeltaMaps, numbers: &[Option<i64>]) -> Vec<AnyChannel<FlatSamples>> {
    let max = maps.max.iter().zip(&maps.frames);
    let max = max.map(|(max, frames)| if *frames == 0 { f32::NAN } else { *max }).collect();
    let code = FrameCode::of(numbers);
    vec![
        AnyChannel::new("max", FlatSamples::F32(max)),
        AnyChannel::new("frame_of_max", frames(&maps.max_frame, numbers, code)),
        AnyChannel::new("mean", FlatSamples::F32(maps.mean.clone())),
        AnyChannel::new("rms", FlatSamples::F32(maps.rms.clone())),
        AnyChannel::new("std", FlatSamples::F32(maps.std.clone())),
        AnyChannel::new("changed", counts(&maps.changed)),
        AnyChannel::new("first_changed", frames(&maps.first_changed, numbers, code)),
        AnyChannel::new("last_changed", frames(&maps.last_changed, numbers, code)),
        AnyChannel::new("frames", counts(&maps.frames)),
    ]
}

fn of_values(maps: &ChannelMaps) -> Vec<AnyChannel<FlatSamples>> {
    let channel = |kind: &str, samples| AnyChannel::new(format!("{}.{kind}", maps.name).as_str(), samples);
    let values = |samples: &Samples| match samples {
        Samples::U32(values) => FlatSamples::U32(values.clone()),
        Samples::F32(values) => FlatSamples::F32(values.clone()),
        _ => unreachable!("maps are of these two types"),
    };
    let is_static = maps.is_static.iter().map(|is_static| f32::from(*is_static)).collect();
    vec![
        channel("min", values(&maps.min)),
        channel("max", values(&maps.max)),
        channel("range", values(&maps.range)),
        channel("mean", FlatSamples::F32(maps.mean.clone())),
        channel("std", FlatSamples::F32(maps.std.clone())),
        channel("static", FlatSamples::F32(is_static)),
        channel("frames", counts(&maps.frames)),
        channel("nan", counts(&maps.nan)),
        channel("inf", counts(&maps.inf)),
    ]
}

/// Counts of frames: exact up to 2²⁴.
fn counts(counts: &[u32]) -> FlatSamples {
    FlatSamples::F32(counts.iter().map(|count| *count as f32).collect())
}

fn frames(ranks: &[u32], numbers: &[Option<i64>], code: FrameCode) -> FlatSamples {
    let number = |rank: u32| numbers[rank as usize].unwrap_or(0);
    match code {
        FrameCode::Float => {
            let float = |rank: &u32| if *rank == NEVER { f32::NAN } else { number(*rank) as f32 };
            FlatSamples::F32(ranks.iter().map(float).collect())
        }
        FrameCode::Uint => {
            let uint = |rank: &u32| if *rank == NEVER { NEVER } else { number(*rank) as u32 };
            FlatSamples::U32(ranks.iter().map(uint).collect())
        }
        FrameCode::Rank => FlatSamples::U32(ranks.to_vec()),
    }
}
