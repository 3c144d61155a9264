//! Tracked pixels and regions: what decoded planes say about them, gathered into a [`Series`].

use std::path::PathBuf;

use super::{
    Cell, CellStatus, Probe, ProbeShape, RegionStats, Series, SeriesChannel, Value, unreadable_cell,
};
use crate::image::{Aov, Plane, PlaneChannel, Sample, SampleType};
use crate::metric::{Extent, Pair, PixelValues, Rule, channel_changed};

/// One cell on its way into the series.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub sequence: usize,
    pub probe: usize,
    pub channel: SeriesChannel,
    pub cell: Cell,
}

/// Stored values that the back end gathered while it compared: one entry for each pixel probe, in
/// their order.
#[derive(Clone, Copy)]
pub(super) struct Gathered<'a> {
    pub pair: &'a Pair<'a>,
    pub values: &'a [PixelValues],
}

/// The pixels of those probes that are pixels, in order.
pub(super) fn pixels(probes: &[Probe]) -> Vec<(i32, i32)> {
    let pixels = probes.iter().filter(|probe| probe.shape == ProbeShape::Pixel);
    pixels.map(|probe| (probe.window.x, probe.window.y)).collect()
}

/// Puts gathered values in the place of those that `track` read from the planes.
pub(super) fn use_gathered(cells: &mut [Tracked], probes: &[Probe], gathered: Gathered<'_>) {
    for tracked in cells.iter_mut().filter(|t| probes[t.probe].shape == ProbeShape::Pixel) {
        let before = probes[..tracked.probe].iter().filter(|probe| probe.shape == ProbeShape::Pixel);
        let values = &gathered.values[before.count()];
        let name = &tracked.channel.channel;
        let slot = gathered.pair.channel_names().iter().position(|channel| channel == name);
        let Some(slot) = slot else { continue };
        let value = |side: &Option<Vec<Sample>>| side.as_ref().map(|samples| Value::Pixel(samples[slot]));
        tracked.cell.value = value(&values.candidate);
        tracked.cell.reference = value(&values.reference);
    }
}

/// What cells belong to and how they are judged.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// Index among the sequences of the series.
    pub sequence: usize,
    /// Key of the AOV.
    pub aov: &'a str,
    pub rule: &'a Rule,
    pub extent: Extent,
}

/// What stands beside a plane.
#[derive(Clone, Copy, Debug)]
pub enum Beside<'a> {
    /// Nothing is compared.
    Nothing,
    /// The reference's plane.
    Reference(&'a Plane),
    /// The reference's plane, but it cannot be compared: values, and this status.
    Unlike(&'a Plane, CellStatus),
    /// There should be a reference, and this is why there is none.
    Lacking(CellStatus),
}

impl<'a> Beside<'a> {
    const fn plane(self) -> Option<&'a Plane> {
        match self {
            Self::Reference(plane) | Self::Unlike(plane, _) => Some(plane),
            Self::Nothing | Self::Lacking(_) => None,
        }
    }
}

/// The cells of all `probes` in `plane`.
pub(super) fn track(probes: &[Probe], place: Place<'_>, plane: &Plane, beside: Beside<'_>) -> Vec<Tracked> {
    let mut cells = Vec::new();
    for (index, probe) in probes.iter().enumerate() {
        for channel in &plane.channels {
            let other = beside.plane().and_then(|r| Some((r, &r.channels[r.channel_index(&channel.name)?])));
            let name = other.map_or(&channel.name, |(_, c)| &c.name).clone();
            let cell = cell(probe, (plane, channel), other, beside, place);
            let channel = column(place, name, channel.samples.sample_type());
            cells.push(Tracked { sequence: place.sequence, probe: index, channel, cell });
        }
    }
    cells
}

/// One probe in one channel of `plane`, over the union of both data windows: what a series has.
pub fn cell_of(probe: &Probe, channel: &str, plane: &Plane, beside: Beside<'_>, rule: &Rule) -> Cell {
    let Some(index) = plane.channel_index(channel) else {
        let status = CellStatus::AovMissing;
        return Cell { status, value: None, reference: None, delta: None, changed: false };
    };
    let channel = &plane.channels[index];
    let other = beside.plane().and_then(|r| Some((r, &r.channels[r.channel_index(&channel.name)?])));
    let place = Place { sequence: 0, aov: "", rule, extent: Extent::Union };
    cell(probe, (plane, channel), other, beside, place)
}

/// Cells of an AOV whose pixels cannot be had: why, and what the reference has.
pub(super) fn track_failure(
    probes: &[Probe],
    place: Place<'_>,
    aov: &Aov,
    status: CellStatus,
    reference: Option<&Plane>,
) -> Vec<Tracked> {
    let mut cells = Vec::new();
    for (index, probe) in probes.iter().enumerate() {
        for channel in &aov.channels {
            let other = reference.and_then(|r| Some((r, &r.channels[r.channel_index(&channel.name)?])));
            let name = other.map_or(&channel.name, |(_, c)| &c.name).clone();
            let reference = other
                .and_then(|(plane, channel)| value(probe, plane, channel, None, (place.rule, place.extent)));
            let cell = Cell { status, value: None, reference, delta: None, changed: false };
            let channel = column(place, name, channel.sample_type);
            cells.push(Tracked { sequence: place.sequence, probe: index, channel, cell });
        }
    }
    cells
}

fn column(place: Place<'_>, channel: String, sample_type: SampleType) -> SeriesChannel {
    let (aov, rule) = (place.aov.to_owned(), place.rule);
    SeriesChannel { aov, channel, sample_type, tol_abs: rule.abs, tol_rel: rule.rel }
}

fn cell(
    probe: &Probe,
    (plane, channel): (&Plane, &PlaneChannel),
    other: Option<(&Plane, &PlaneChannel)>,
    beside: Beside<'_>,
    Place { rule, extent, .. }: Place<'_>,
) -> Cell {
    let unreadable = |plane: &Plane| unreadable_cell(plane, probe);
    let ours = unreadable(plane);
    let theirs = other.and_then(|(plane, _)| unreadable(plane));
    let comparable = matches!(beside, Beside::Reference(_)) && ours.is_none() && theirs.is_none();
    let value = value(probe, plane, channel, other.filter(|_| comparable), (rule, extent));
    let reference =
        other.and_then(|(plane, channel)| self::value(probe, plane, channel, None, (rule, extent)));
    let status = match beside {
        _ if value.is_none() => ours.unwrap_or(CellStatus::OutsideDataWindow),
        Beside::Unlike(_, status) | Beside::Lacking(status) => status,
        Beside::Reference(_) if other.is_none() => CellStatus::AovMissing,
        Beside::Reference(_) if reference.is_none() => theirs.unwrap_or(CellStatus::OutsideDataWindow),
        Beside::Reference(_) | Beside::Nothing => CellStatus::Compared,
    };
    let changed = match (value, reference) {
        _ if !comparable => false,
        (Some(Value::Pixel(a)), Some(Value::Pixel(b))) => channel_changed(rule, a, b),
        (Some(Value::Region(stats)), Some(_)) => stats.changed_fraction > 0.0,
        (Some(_), Some(_)) => unreachable!("both are read by the same probe"),
        // A pixel that only one side has is a change, where the union is compared.
        (Some(_), None) | (None, Some(_)) => other.is_some() && extent == Extent::Union,
        (None, None) => false,
    };
    let pair = value.zip(reference).filter(|_| comparable);
    Cell { status, value, reference, delta: pair.map(|(a, b)| a.to_f64() - b.to_f64()), changed }
}

/// `None` outside the data window and where the file does not give the pixel, or not all of the
/// region.
fn value(
    probe: &Probe,
    plane: &Plane,
    channel: &PlaneChannel,
    other: Option<(&Plane, &PlaneChannel)>,
    judge: (&Rule, Extent),
) -> Option<Value> {
    if probe.shape == ProbeShape::Pixel {
        let index = plane.index(probe.window.x, probe.window.y)?;
        return Some(Value::Pixel(channel.samples.get(index)));
    }
    if !probe.meets(plane.data_window) || unreadable_cell(plane, probe).is_some() {
        return None;
    }
    let mut stats = region(probe, plane, channel);
    if let Some(other) = other {
        stats.changed_fraction = changed_fraction(probe, (plane, channel), other, judge);
    }
    Some(Value::Region(stats))
}

/// Statistics over the probe's pixels that the plane has, in their order.
fn region(probe: &Probe, plane: &Plane, channel: &PlaneChannel) -> RegionStats {
    let finite = || {
        let values = probe.pixels_in(plane.data_window).filter_map(|pixel| stored(plane, channel, pixel));
        values.map(Sample::to_f64).filter(|value| value.is_finite())
    };
    let count = finite().count() as f64;
    let mean = finite().sum::<f64>() / count;
    let variance = finite().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
    RegionStats {
        mean,
        min: finite().fold(f64::NAN, f64::min),
        max: finite().fold(f64::NAN, f64::max),
        std: variance.sqrt(),
        changed_fraction: 0.0,
    }
}

/// The part of the probe's compared pixels that changed in this channel: of those that either side
/// has, or both for the common data window alone.
pub(super) fn changed_fraction(
    probe: &Probe,
    (plane, channel): (&Plane, &PlaneChannel),
    (other, other_channel): (&Plane, &PlaneChannel),
    (rule, extent): (&Rule, Extent),
) -> f64 {
    let (mut changed, mut compared) = (0u64, 0u64);
    for pixel in probe.pixels_in(plane.data_window.union(&other.data_window)) {
        let differs = match (stored(plane, channel, pixel), stored(other, other_channel, pixel)) {
            (Some(a), Some(b)) => channel_changed(rule, a, b),
            (None, None) => continue,
            (Some(_), None) | (None, Some(_)) if extent == Extent::Common => continue,
            (Some(_), None) | (None, Some(_)) => true,
        };
        compared += 1;
        changed += u64::from(differs);
    }
    if compared == 0 { 0.0 } else { changed as f64 / compared as f64 }
}

pub(super) fn stored(plane: &Plane, channel: &PlaneChannel, (x, y): (i32, i32)) -> Option<Sample> {
    plane.data_window.index(x, y).map(|index| channel.samples.get(index))
}

/// Fills a [`Series`] frame by frame.
#[derive(Debug)]
pub(super) struct SeriesBuilder {
    sequences: Vec<String>,
    reference_index: Option<usize>,
    frames: Vec<i64>,
    probes: Vec<Probe>,
    channels: Vec<SeriesChannel>,
    /// (sequence, frame) -> file and what became of it.
    files: Vec<(Option<PathBuf>, CellStatus)>,
    cells: Vec<(usize, usize, usize, usize, Cell)>,
}

impl SeriesBuilder {
    pub fn new(
        sequences: Vec<String>,
        reference_index: Option<usize>,
        frames: Vec<i64>,
        probes: Vec<Probe>,
    ) -> Self {
        let files = vec![(None, CellStatus::FrameMissing); sequences.len() * frames.len()];
        Self { sequences, reference_index, frames, probes, channels: Vec::new(), files, cells: Vec::new() }
    }

    /// Says which file a sequence has for a frame, and whether it could be read.
    pub fn file(&mut self, sequence: usize, frame: usize, path: Option<PathBuf>, status: CellStatus) {
        self.files[sequence * self.frames.len() + frame] = (path, status);
    }

    pub fn add(&mut self, frame: usize, tracked: Tracked) {
        let same = |c: &SeriesChannel| c.aov == tracked.channel.aov && c.channel == tracked.channel.channel;
        let channel = self.channels.iter().position(same).unwrap_or_else(|| {
            self.channels.push(tracked.channel.clone());
            self.channels.len() - 1
        });
        self.cells.push((tracked.sequence, frame, tracked.probe, channel, tracked.cell));
    }

    /// The dense table: AOVs in the order in which they were first met, cells that nobody filled
    /// bear the status of their file.
    pub fn finish(mut self) -> Series {
        let mut order: Vec<usize> = (0..self.channels.len()).collect();
        let first = |aov: &str| self.channels.iter().position(|c| c.aov == aov);
        order.sort_by_key(|&index| (first(&self.channels[index].aov), index));
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        let mut series = Series {
            channels: order.iter().map(|&old| self.channels[old].clone()).collect(),
            cells: Vec::new(),
            paths: self.files.iter_mut().map(|(path, _)| path.take()).collect(),
            sequences: self.sequences,
            reference_index: self.reference_index,
            frames: self.frames,
            probes: self.probes,
        };
        let per_file = series.probes.len() * series.channels.len();
        for (_, status) in &self.files {
            let status = if *status == CellStatus::Compared { CellStatus::AovMissing } else { *status };
            let empty = Cell { status, value: None, reference: None, delta: None, changed: false };
            series.cells.extend(std::iter::repeat_n(empty, per_file));
        }
        for (sequence, frame, probe, channel, cell) in self.cells {
            let index = series.index(sequence, frame, probe, place[channel]);
            series.cells[index] = cell;
        }
        series
    }
}

#[cfg(test)]
mod tests;
