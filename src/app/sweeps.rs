//! Sets up the walk over all frames, and takes in what it finds.

use std::path::Path;

use super::App;
use super::sweep::{self, empty_cell};
use crate::engine::{CellStatus, ProbeShape, Series, SeriesChannel};
use crate::image::{SampleType, Window};
use crate::view::matrix::Files;
use crate::view::results::rule_key;
use crate::view::{StripCell, Sweep};

/// What a sweep depends on.
#[derive(PartialEq)]
pub struct SweepKey {
    revision: u64,
    opened: u64,
    reference: Option<usize>,
    aov: String,
    rule: (u8, u64, u64),
    probes: Vec<(u64, Window, ProbeShape)>,
}

/// What the matrix depends on: catalogue, how often something was opened, reference.
pub type LayoutKey = (u64, u64, Option<usize>);

impl App {
    /// Keeps the matrix in step with what is open.
    pub(super) fn lay_out(&mut self) {
        let view = &self.view;
        let key = (view.catalogue.revision(), self.times_opened, view.reference);
        if self.laid_out == Some(key) {
            return;
        }
        let sequences: Vec<usize> = view.catalogue.shown().collect();
        let frames = view.playback.frames();
        let file = |s: usize, f: i64| view.catalogue.path(s, f).map(Path::to_owned);
        let files: Files = sequences.iter().map(|&s| frames.iter().map(|&f| file(s, f)).collect()).collect();
        let reference = sequences.iter().position(|s| Some(*s) == view.reference);
        let stale = std::mem::take(&mut self.stale_files);
        self.workers.watch.set_sequences(view.catalogue.entries());
        self.view.matrix.lay_out(sequences, reference, files, &stale);
        self.laid_out = Some(key);
    }

    pub(super) fn request_sweep(&mut self) {
        self.refresh_names();
        let view = &self.view;
        let (Some(entry), false) = (view.aov_entry(), view.playback.frames().is_empty()) else { return };
        let rule = view.rule();
        let key = SweepKey {
            revision: view.catalogue.revision(),
            opened: self.times_opened,
            reference: view.reference,
            aov: entry.key.clone(),
            rule: rule_key(&rule),
            probes: view
                .probes
                .items()
                .iter()
                .map(|item| (item.id, item.probe.window, item.probe.shape.clone()))
                .collect(),
        };
        // Closing a sequence drops the sweep, even where it was none of those that take part.
        if self.view.sweep.is_some() && self.sweep_asked.as_ref() == Some(&key) {
            return;
        }
        let channels = entry.channels.clone();
        self.sweeps_begun += 1;
        let sweep = self.new_sweep(&key, &channels);
        let mut order = order(sweep.done.len(), self.view.playback.index());
        order.retain(|frame| !sweep.done[*frame]);
        let job = sweep::Job {
            generation: sweep.generation,
            order,
            files: self.view.matrix.files().clone(),
            reference: self.view.matrix.reference(),
            aov: key.aov.clone(),
            channels,
            rule,
            probes: sweep.series.probes.clone(),
        };
        self.view.sweep = Some(sweep);
        self.sweep_asked = Some(key);
        self.workers.sweep.submit(job);
    }

    /// A name changes no value: it is no reason to walk again.
    fn refresh_names(&mut self) {
        let Some(sweep) = &mut self.view.sweep else { return };
        for (id, probe) in sweep.probes.iter().zip(&mut sweep.series.probes) {
            let item = self.view.probes.items().iter().find(|item| item.id == *id);
            if let Some(item) = item.filter(|item| item.probe.label != probe.label) {
                probe.label.clone_from(&item.probe.label);
            }
        }
    }

    /// A sweep with what is known already; what the one before it knows and still holds is taken over.
    fn new_sweep(&self, key: &SweepKey, channels: &[String]) -> Sweep {
        let view = &self.view;
        let matrix = &view.matrix;
        let rule = view.rule();
        let frames = view.playback.frames().to_vec();
        let probes: Vec<_> = view.probes.items().iter().map(|item| item.probe.clone()).collect();
        let channel = |name: &String| SeriesChannel {
            aov: key.aov.clone(),
            channel: name.clone(),
            sample_type: self.sample_type(name),
            tol_abs: rule.abs,
            tol_rel: rule.rel,
        };
        let sequences = matrix.sequences().to_vec();
        let count = sequences.len() * frames.len();
        let series = Series {
            sequences: sequences.iter().map(|&s| view.name(Some(s)).to_owned()).collect(),
            reference_index: matrix.reference(),
            cells: vec![empty_cell(CellStatus::FrameMissing); count * probes.len() * channels.len()],
            paths: matrix.files().iter().flatten().cloned().collect(),
            channels: channels.iter().map(channel).collect(),
            frames,
            probes,
        };
        let frame_count = series.frames.len();
        let mut sweep = Sweep {
            generation: self.sweeps_begun,
            sequences,
            probes: key.probes.iter().map(|(id, ..)| *id).collect(),
            series,
            strips: vec![StripCell::Pending; count],
            done: vec![false; frame_count],
        };
        if let (Some(old), Some(asked)) = (&view.sweep, &self.sweep_asked) {
            let same_pictures = (asked.revision, asked.opened) == (key.revision, key.opened)
                && asked.reference == key.reference
                && asked.aov == key.aov;
            if same_pictures {
                sweep.strips.clone_from(&old.strips);
            }
            if same_pictures && old.series.channels.len() == sweep.series.channels.len() {
                take_over(&mut sweep, old, &asked.probes, &key.probes);
            }
        }
        self.take_known(&mut sweep, key);
        sweep
    }

    /// Takes over what the matrix knows. Without anything tracked a frame that is known is done.
    fn take_known(&self, sweep: &mut Sweep, key: &SweepKey) {
        let matrix = &self.view.matrix;
        let aov = [(key.aov.clone(), key.rule)];
        let frames = sweep.done.len();
        let lacking = matrix.lacking(&aov);
        for frame in (0..frames).filter(|_| matrix.reference().is_some()) {
            if lacking.get(frame).is_none_or(|lacking| !lacking.is_empty()) {
                continue;
            }
            for sequence in 0..sweep.sequences.len() {
                let cell = matrix.cell(&key.aov, key.rule, sequence, frame);
                sweep.strips[sequence * frames + frame].clone_from(cell);
            }
            sweep.done[frame] = sweep.probes.is_empty();
        }
    }

    fn sample_type(&self, channel: &str) -> SampleType {
        let view = &self.view;
        let infos = view.catalogue.shown().filter_map(|s| view.catalogue.entries()[s].info.as_ref().ok());
        let mut aovs = infos.filter_map(|info| info.aov(view.aov.as_deref()?));
        let found = aovs.find_map(|aov| aov.channels.iter().find(|c| c.name.eq_ignore_ascii_case(channel)));
        found.map_or(SampleType::F32, |channel| channel.sample_type)
    }

    pub(super) fn swept(&mut self, result: sweep::FrameResult) {
        let Some(sweep) = self.view.sweep.as_mut().filter(|s| s.generation == result.generation) else {
            return;
        };
        let (probes, channels) = (sweep.series.probes.len(), sweep.series.channels.len());
        let frames = sweep.series.frames.len();
        let sequences = sweep.sequences.len();
        let fits = result.frame < frames
            && result.strips.len() == sequences
            && result.cells.len() == sequences * probes * channels;
        if !fits {
            return;
        }
        if let Some(asked) = &self.sweep_asked {
            self.view.matrix.record(&asked.aov, asked.rule, result.frame, &result.strips);
        }
        let mut cells = result.cells.into_iter();
        for (sequence, strip) in result.strips.into_iter().enumerate() {
            sweep.strips[sequence * frames + result.frame] = strip;
            for (probe, channel) in (0..probes).flat_map(|p| (0..channels).map(move |c| (p, c))) {
                let index = sweep.series.index(sequence, result.frame, probe, channel);
                sweep.series.cells[index] = cells.next().expect("a cell for each probe and channel");
            }
        }
        sweep.done[result.frame] = true;
    }
}

/// The cells of probes that are as they were: one that moves does not blank the others' curves.
fn take_over(
    sweep: &mut Sweep,
    old: &Sweep,
    before: &[(u64, Window, ProbeShape)],
    now: &[(u64, Window, ProbeShape)],
) {
    for (place, probe) in now.iter().enumerate() {
        let Some(known) = before.iter().position(|before| before == probe) else { continue };
        for sequence in 0..sweep.sequences.len() {
            for frame in 0..sweep.series.frames.len() {
                for channel in 0..sweep.series.channels.len() {
                    let index = sweep.series.index(sequence, frame, place, channel);
                    sweep.series.cells[index] = *old.series.cell(sequence, frame, known, channel);
                }
            }
        }
    }
}

/// Frame indices from the playhead outwards.
pub(super) fn order(count: usize, from: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|index| index.abs_diff(from));
    order
}
