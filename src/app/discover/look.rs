//! What is made of maps to be looked at: heat for the canvas, lists of regions and pixels.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{HeatKey, ListKey, OverFrames};
use crate::app::background::Stale;
use crate::app::canvas::{Heat, OverFrames as Title};
use crate::app::coarse::Coarse;
use crate::export::{MapCaption, auto_range_over_frames};
use crate::image::{Plane, Sample};
use crate::load::Decoded;
use crate::metric::{
    DeltaMap, DeltaMaps, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, Metric, RegionChoice, Regions,
};
use crate::view::{Changes, OverTime, WorstPixel};

/// Pixels that are told of those that changed most.
const WORST: usize = 20;
/// Pixels among which the exact values decide, where the map alone cannot tell which are larger.
const CLOSE: usize = 4096;

/// Make heat of one of the maps.
pub struct HeatJob {
    pub(super) key: HeatKey,
    pub(super) over: OverFrames,
    pub(super) frames: Arc<Vec<i64>>,
    pub(super) caption: MapCaption,
}

/// Make a list of what changed.
pub struct ListJob {
    pub(super) key: ListKey,
    pub(super) of: ListOf,
}

/// What there is to be listed.
pub(super) enum ListOf {
    Frame { heat: Arc<Heat>, candidate: Arc<Decoded>, reference: Arc<Decoded> },
    OverFrames { over: OverFrames, frames: Arc<Vec<i64>> },
}

/// `frames 1–24`, and how many of them are in it unless all are.
fn of_frames(over: &OverFrames, frames: &[i64]) -> String {
    let range = match frames {
        [] => String::new(),
        [one] => format!("frame {one}"),
        [first, .., last] => format!("frames {first}–{last}"),
    };
    match frames.len() {
        all if over.compared == all => range,
        all if over.passed < all => format!("{range} ({} of {all} so far)", over.compared),
        all => format!("{range} ({} of {all} cannot be compared)", all - over.compared),
    }
}

/// The map that the job asks for, with the flags that say which of its pixels are shown.
pub(super) fn heat(job: &HeatJob) -> Heat {
    let (_, _, kind) = job.key;
    let (maps, frames) = (&*job.over.maps, &*job.frames);
    let from = if kind.is_of_frames() { frames.first().copied().unwrap_or(0) } else { 0 };
    let map =
        DeltaMap { window: maps.window, values: values(maps, kind, frames, from), flags: flags(maps, kind) };
    let metric = job.caption.rule.metric;
    let signed = kind == OverTime::Mean && metric == Metric::Signed;
    let auto_max = match kind {
        OverTime::Changed => job.over.compared.max(1) as f64,
        kind if kind.is_of_frames() => (frames.last().map_or(0, |last| last - from)).max(1) as f64,
        _ if metric == Metric::Id => 1.0,
        _ => auto_range_over_frames(&map, signed).hi(),
    };
    let of = of_frames(&job.over, frames);
    let title = match kind {
        OverTime::Changed => format!("Times changed in {of}"),
        kind => format!("{} over {of}", kind.name()),
    };
    let caption = MapCaption { aov: format!("{} · {title}", job.caption.aov), ..job.caption.clone() };
    let coarse = Coarse::new(&map);
    let over_frames = Some(Title { map: kind, aov: job.caption.aov.clone(), title, from });
    Heat { id: Heat::next_id(), map, coarse, signed, auto_max, caption, over_frames }
}

fn values(maps: &DeltaMaps, kind: OverTime, frames: &[i64], from: i64) -> Vec<f32> {
    // NaN: no frame has the pixel.
    let floats =
        |values: &[f32]| -> Vec<f32> { values.iter().map(|v| if v.is_nan() { 0.0 } else { *v }).collect() };
    let numbers = |ranks: &[u32]| -> Vec<f32> {
        let number = |rank: &u32| frames.get(*rank as usize).map_or(0.0, |frame| (frame - from) as f32);
        ranks.iter().map(number).collect()
    };
    match kind {
        OverTime::Frame | OverTime::Max => maps.max.clone(),
        OverTime::Mean => floats(&maps.mean),
        OverTime::Rms => floats(&maps.rms),
        OverTime::Std => floats(&maps.std),
        OverTime::Changed => maps.changed.iter().map(|count| *count as f32).collect(),
        OverTime::FirstChanged => numbers(&maps.first_changed),
        OverTime::LastChanged => numbers(&maps.last_changed),
        OverTime::MaxFrame => numbers(&maps.max_frame),
    }
}

/// Shown is what changed in some frame. What changed without ever having a value has a frame, but no
/// largest one.
fn flags(maps: &DeltaMaps, kind: OverTime) -> Vec<u8> {
    let has_value_always = matches!(kind, OverTime::Changed | OverTime::FirstChanged | OverTime::LastChanged);
    let flags = |(changed, max): (&u32, &f32)| match (*changed > 0, has_value_always || *max > 0.0) {
        (false, _) => 0,
        (true, true) => FLAG_CHANGED,
        (true, false) => FLAG_CHANGED | FLAG_NON_FINITE,
    };
    maps.changed.iter().zip(&maps.max).map(flags).collect()
}

/// The list; `None` when it is stale.
pub(super) fn list(job: &ListJob, stale: &Stale) -> Option<Changes> {
    let choice = RegionChoice::default();
    match &job.of {
        ListOf::OverFrames { over, frames } => Some(Changes {
            regions: Regions::over_frames(&over.maps, choice),
            worst: Vec::new(),
            frames: Some(frames.to_vec()),
            title: capital(&of_frames(over, frames)),
        }),
        ListOf::Frame { heat, candidate, reference } => {
            let regions = Regions::of_frame(&heat.map, choice);
            if stale.is_set() {
                return None;
            }
            let worst = worst(&heat.map, &candidate.plane, &reference.plane);
            let title = heat.caption.frame.map_or_else(String::new, |frame| format!("Frame {frame}"));
            Some(Changes { regions, worst, frames: None, title })
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a pixel of the map comes to: without a value before any number, then the larger.
fn rank(map: &DeltaMap, index: usize) -> f32 {
    if map.flags[index] & FLAG_NON_FINITE != 0 { f32::INFINITY } else { map.values[index].abs() }
}

/// The pixels that changed most: those of a non-finite value, then by the magnitude of the metric, then
/// by that of the exact difference; of equals the lowest y, then x. Pixels of one side alone are none.
fn worst(map: &DeltaMap, candidate: &Plane, reference: &Plane) -> Vec<WorstPixel> {
    let counts = |index: &usize| map.flags[*index] & (FLAG_CHANGED | FLAG_UNCOVERED) == FLAG_CHANGED;
    let mut changed: Vec<usize> = (0..map.flags.len()).filter(counts).collect();
    let order = |index: &usize| (Reverse(rank(map, *index).to_bits()), *index);
    if changed.len() > WORST {
        changed.select_nth_unstable_by_key(WORST - 1, order);
        let least = rank(map, changed[WORST - 1]);
        changed.retain(|index| rank(map, *index) >= least);
        changed.sort_unstable_by_key(order);
        changed.truncate(CLOSE);
    }
    let mut worst: Vec<(u32, usize, WorstPixel)> = changed
        .iter()
        .map(|&index| (rank(map, index).to_bits(), index, pixel(map, index, [candidate, reference])))
        .collect();
    let exact = |pixel: &WorstPixel| pixel.delta().map_or(0, |delta| delta.abs().to_bits());
    worst.sort_by_key(|(rank, index, pixel)| (Reverse(*rank), Reverse(exact(pixel)), *index));
    worst.truncate(WORST);
    worst.into_iter().map(|(_, _, pixel)| pixel).collect()
}

/// By the channel whose exact difference is the largest, one that is not finite before all others.
fn pixel(map: &DeltaMap, index: usize, [candidate, reference]: [&Plane; 2]) -> WorstPixel {
    let (x, y) = map.window.pixel(index);
    let value = |plane: &Plane, channel: &str| -> Option<Sample> {
        Some(plane.channels[plane.channel_index(channel)?].samples.get(plane.index(x, y)?))
    };
    let channels = reference.channels.iter().map(|channel| {
        let (a, b) = (value(candidate, &channel.name), value(reference, &channel.name));
        (&channel.name, a, b)
    });
    let apart = |a: Option<Sample>, b: Option<Sample>| match a.zip(b) {
        Some((a, b)) if a == b => 0.0,
        Some((a, b)) => {
            Some((a.to_f64() - b.to_f64()).abs()).filter(|d| !d.is_nan()).unwrap_or(f64::INFINITY)
        }
        None => -1.0,
    };
    // Of equals the first.
    let most = channels.rev().max_by(|(_, a, b), (_, c, d)| apart(*a, *b).total_cmp(&apart(*c, *d)));
    let (channel, candidate, reference) =
        most.map_or((String::new(), None, None), |(name, a, b)| (name.clone(), a, b));
    let has_value = map.flags[index] & FLAG_NON_FINITE == 0;
    let value = has_value.then_some(map.values[index]);
    WorstPixel { at: (x, y), channel, value, candidate, reference }
}

#[cfg(test)]
mod tests;
