//! The viewer as it runs: the view, the threads that serve it, and what they brought last.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::canvas::Heat;
use super::jobs::{CompareJob, ExportJob, MapExport, MarksJob, Message, Opened, Workers};
use super::judge::Judge;
use super::sweep::{self, empty_cell};
use crate::engine::{CellStatus, Series, SeriesChannel};
use crate::export::{DEFAULT_CSV, DEFAULT_NPZ, MapCaption, MapRange, MapStyle};
use crate::gpu::Gpu;
use crate::image::{DisplayRange, SampleType, Scale};
use crate::load::{Decoded, Loaded, Loader, Options as LoadOptions, PlaneKey, Wake};
use crate::metric::Backend;
use crate::view::results::rule_key;
use crate::view::{Action, Mode, PairKey, StripCell, Sweep, View};

/// How long a notice stays.
const TOAST_SECS: f32 = 8.0;
/// Frames decoded ahead of the playhead, and behind it.
const AHEAD: i64 = 12;
const BEHIND: i64 = 3;

/// What draws the window, told in the status line.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// `vulkan`, `metal` ...
    pub backend: String,
    /// The adapter's own name.
    pub adapter: String,
    /// Whether it is a CPU that pretends.
    pub software: bool,
}

/// A notice that goes by itself.
pub struct Toast {
    /// What it says.
    pub text: String,
    /// Whether something went wrong.
    pub error: bool,
    since: Instant,
}

/// What the canvas shows: kept whole until the next is whole, so that nothing flickers.
#[derive(Clone, Default)]
pub struct Shown {
    /// The reference's samples, or why there are none; `None`: no file, or not decoded yet.
    pub reference: Option<Loaded>,
    /// The candidate's.
    pub candidate: Option<Loaded>,
    /// Their delta.
    pub heat: Option<Arc<Heat>>,
    /// Why there is no delta.
    pub no_heat: Option<String>,
    /// The frame it is of.
    pub frame: Option<i64>,
}

impl Shown {
    /// The reference's samples, where there are some.
    pub fn reference(&self) -> Option<&Arc<Decoded>> {
        self.reference.as_ref()?.as_ref().ok()
    }

    /// The candidate's samples, where there are some.
    pub fn candidate(&self) -> Option<&Arc<Decoded>> {
        self.candidate.as_ref()?.as_ref().ok()
    }
}

/// The viewer as it runs.
pub struct App {
    /// What is shown.
    pub view: View,
    /// What the canvas shows.
    pub shown: Shown,
    /// Whether the canvas waits for what the playhead asks for.
    pub waiting: bool,
    /// The pixel under the pointer.
    pub hover: Option<(i32, i32)>,
    /// Notices.
    pub toasts: Vec<Toast>,
    /// Whether the keys are told.
    pub help: bool,
    /// Whether folders are being searched.
    pub opening: bool,
    /// Rectangle that is being drawn, from its first corner.
    pub drawing: Option<(i32, i32)>,
    /// What draws the window.
    pub device: Device,
    /// Format of the screen.
    pub format: egui_wgpu::wgpu::TextureFormat,
    /// Loads planes.
    pub loader: Arc<Loader>,
    /// Folder of the exports.
    pub export_folder: PathBuf,
    /// Exports that wait for the sweep.
    waiting_exports: VecDeque<ExportKind>,
    workers: Workers,
    judge: Arc<Judge>,
    heat: Option<(PairKey, Result<Arc<Heat>, String>)>,
    compare_asked: Option<PairKey>,
    sweep_asked: Option<SweepKey>,
    marks_asked: Option<MarksKey>,
    marks_number: u64,
    last_tick: Option<Instant>,
    ranges: BTreeMap<u64, ([f32; 4], [f32; 4])>,
}

/// What the marks of AOVs depend on: candidate, reference, rules.
type MarksKey = (PathBuf, PathBuf, Vec<(u8, u64, u64)>);

/// What a sweep depends on.
#[derive(PartialEq)]
struct SweepKey {
    files: Vec<Vec<Option<PathBuf>>>,
    reference: Option<usize>,
    aov: String,
    rule: (u8, u64, u64),
    probes: Vec<u64>,
}

/// What is exported of the tracked values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// `comparison_export.csv`.
    Csv,
    /// `comparison_export.npz`.
    Npz,
    /// The shown delta in colours.
    MapPng,
    /// The shown delta as values.
    MapExr,
}

impl App {
    /// Starts the threads. `wake` is called from them when the window has something to look at.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(budget_bytes: u64, wake: &Wake) -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(2, |n| n.get().clamp(1, 8));
        let options = LoadOptions { budget_bytes, threads, limits: crate::codec::Limits::default() };
        let loader = Arc::new(Loader::new(options, Arc::clone(wake))?);
        let judge = Arc::new(Judge::default());
        let backend: Arc<dyn Backend> = Arc::<Judge>::clone(&judge);
        let workers = Workers::new(&loader, &backend, wake)?;
        Ok(Self {
            view: View::default(),
            shown: Shown::default(),
            waiting: false,
            hover: None,
            toasts: Vec::new(),
            help: false,
            opening: false,
            drawing: None,
            device: Device::default(),
            format: egui_wgpu::wgpu::TextureFormat::Rgba8Unorm,
            loader,
            export_folder: std::env::current_dir().unwrap_or_default(),
            waiting_exports: VecDeque::new(),
            workers,
            judge,
            heat: None,
            compare_asked: None,
            sweep_asked: None,
            marks_asked: None,
            marks_number: 0,
            last_tick: None,
            ranges: BTreeMap::new(),
        })
    }

    /// Searches folders, patterns and files for sequences, in the background.
    pub fn open(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        if let Some(folder) = export_folder(&paths[0]) {
            self.export_folder = folder;
        }
        self.opening = true;
        self.workers.open.submit(paths);
    }

    /// Lets a device do the comparing from now on.
    pub fn compute_on(&mut self, gpu: Gpu) {
        if let Err(error) = self.judge.take(gpu) {
            self.say(format!("the CPU compares: {error}"), true);
        }
    }

    /// Who compares: `cpu` or `gpu`.
    pub fn compares_on(&self) -> &'static str {
        self.judge.name()
    }

    /// Shows the system's folder dialog.
    pub fn ask_for_folder(&mut self) {
        if let Err(error) = self.workers.ask_for_folder() {
            self.say(format!("cannot show the folder dialog: {error}"), true);
        }
    }

    /// Shows a notice.
    pub fn say(&mut self, text: String, error: bool) {
        self.toasts.push(Toast { text, error, since: Instant::now() });
        if self.toasts.len() > 4 {
            self.toasts.remove(0);
        }
    }

    /// Takes in what the threads brought and lets time pass. Call it once a frame, before drawing;
    /// returns after how long it wants to be called again.
    pub fn tick(&mut self) -> Option<Duration> {
        while let Ok(message) = self.workers.inbox.try_recv() {
            self.receive(message);
        }
        let now = Instant::now();
        let passed = self.last_tick.replace(now).map_or(0.0, |last| (now - last).as_secs_f64());
        if self.view.playback.is_playing() && !self.waiting {
            self.view.playback.advance(passed);
        }
        self.toasts.retain(|toast| toast.error || toast.since.elapsed().as_secs_f32() < TOAST_SECS);
        self.request();
        let next_frame = self.view.playback.until_next().filter(|_| !self.waiting);
        let toast = self
            .toasts
            .iter()
            .filter(|toast| !toast.error)
            .map(|toast| f64::from(TOAST_SECS) - toast.since.elapsed().as_secs_f64());
        let next = toast.chain(next_frame).fold(f64::INFINITY, f64::min);
        next.is_finite().then(|| Duration::from_secs_f64(next.max(0.004)))
    }

    /// Does what the user asked for.
    pub fn apply(&mut self, action: Action) {
        self.view.apply(action);
        self.request();
    }

    /// Exports the tracked values as soon as they are complete.
    pub fn export(&mut self, kind: ExportKind) {
        if matches!(kind, ExportKind::MapPng | ExportKind::MapExr) {
            self.export_map(kind);
            return;
        }
        if self.view.probes.items().is_empty() {
            self.say("nothing to export: click a pixel or draw a rectangle first".to_owned(), true);
            return;
        }
        self.waiting_exports.push_back(kind);
        self.export_what_is_ready();
    }

    /// Writes the shown delta: `comparison_AOV.0007.png` or `.exr`.
    fn export_map(&mut self, kind: ExportKind) {
        let (Some(heat), Some(aov)) = (self.shown.heat.clone(), self.view.aov.clone()) else {
            self.say("nothing to export: there is no difference of this frame".to_owned(), true);
            return;
        };
        let plane = self.shown.reference().map(|decoded| decoded.plane.display_window);
        let display_window = plane.unwrap_or(heat.map.window);
        let extension = if kind == ExportKind::MapPng { "png" } else { "exr" };
        let name = aov.replace(['/', '\\', ':'], "_");
        let frame = self.shown.frame.unwrap_or(0);
        let path = self.export_folder.join(format!("comparison_{name}.{frame:04}.{extension}"));
        let caption = MapCaption {
            aov,
            candidate: self.view.name(self.view.candidate).to_owned(),
            reference: self.view.name(self.view.reference).to_owned(),
            frame: self.shown.frame,
            rule: self.view.rule(),
        };
        let style = MapStyle { range: self.map_range(&heat), ..MapStyle::default() };
        let map = MapExport { heat, caption, display_window, style, path };
        let job = if kind == ExportKind::MapPng { ExportJob::MapPng(map) } else { ExportJob::MapExr(map) };
        self.submit_export(job);
    }

    /// The range of the legend on screen.
    fn map_range(&self, heat: &Heat) -> MapRange {
        let max = self.view.heat_range.unwrap_or(heat.auto_max);
        let range = if heat.signed { DisplayRange::signed } else { DisplayRange::absolute };
        MapRange::Fixed(range(max, Scale::Linear))
    }

    /// Values shown black and white for a plane, by channel; measured once.
    pub fn range(&mut self, decoded: &Decoded) -> ([f32; 4], [f32; 4]) {
        if self.ranges.len() > 512 {
            self.ranges.clear();
        }
        let kind = self.view.kind();
        *self.ranges.entry(decoded.id).or_insert_with(|| super::range::display_range(kind, &decoded.plane))
    }

    /// The key of the plane that a sequence shows at the playhead.
    pub fn plane_key(&self, path: Option<&Path>) -> Option<PlaneKey> {
        Some(PlaneKey { path: path?.to_owned(), aov: self.view.aov.clone()? })
    }

    fn receive(&mut self, message: Message) {
        match message {
            Message::Opened(result) => self.opened(result),
            Message::Chosen(paths) => self.open(paths.unwrap_or_default()),
            Message::Compared(key, result) => {
                let (stats, heat) = match result {
                    Ok((stats, heat)) => (Ok(*stats), Ok(heat)),
                    Err(error) => (Err(error.clone()), Err(error)),
                };
                self.view.statistics.insert(key.clone(), stats);
                self.heat = Some((key, heat));
            }
            Message::Swept(result) => self.swept(result),
            Message::Marked(number, aov, changed) if number == self.marks_number => {
                if let Some(changed) = changed {
                    self.view.changed_aovs.insert(aov, changed);
                }
            }
            Message::Marked(..) => {}
            Message::Exported(Ok(path)) => self.say(format!("written: {}", path.display()), false),
            Message::Exported(Err(error)) => self.say(error, true),
        }
    }

    fn opened(&mut self, result: Result<Opened, String>) {
        self.opening = false;
        match result {
            Ok(opened) => {
                for (path, reason) in opened.skipped.iter().take(3) {
                    self.say(format!("{}: {reason}", path.display()), true);
                }
                self.view.apply(Action::Opened(opened.entries));
                self.view.apply(Action::Fit);
            }
            Err(error) => self.say(error, true),
        }
    }

    fn swept(&mut self, result: sweep::FrameResult) {
        let Some(sweep) = self.view.sweep.as_mut().filter(|s| s.generation == result.generation) else {
            return;
        };
        let (probes, channels) = (sweep.series.probes.len(), sweep.series.channels.len());
        let mut cells = result.cells.into_iter();
        let frames = sweep.series.frames.len();
        for (sequence, strip) in result.strips.into_iter().enumerate() {
            sweep.strips[sequence * frames + result.frame] = strip;
            for (probe, channel) in (0..probes).flat_map(|p| (0..channels).map(move |c| (p, c))) {
                let index = sweep.series.index(sequence, result.frame, probe, channel);
                sweep.series.cells[index] = cells.next().expect("a cell for each probe and channel");
            }
        }
        (sweep.done[result.frame], sweep.filled[result.frame]) = (true, true);
        self.export_what_is_ready();
    }

    fn export_what_is_ready(&mut self) {
        let Some(sweep) = self.view.sweep.as_ref().filter(|sweep| sweep.is_complete()) else { return };
        let wanted: Vec<u64> = self.view.probes.items().iter().map(|item| item.id).collect();
        if sweep.probes != wanted || self.waiting_exports.is_empty() {
            return;
        }
        let series = sweep.series.clone();
        while let Some(kind) = self.waiting_exports.pop_front() {
            let series = Box::new(series.clone());
            self.submit_export(match kind {
                ExportKind::Npz => ExportJob::Npz(series, self.export_folder.join(DEFAULT_NPZ)),
                _ => ExportJob::Csv(series, self.export_folder.join(DEFAULT_CSV)),
            });
        }
    }

    fn submit_export(&mut self, job: ExportJob) {
        if !self.workers.export.submit(job) {
            self.say("too many exports wait already".to_owned(), true);
        }
    }

    /// Asks the threads for what the view needs now.
    fn request(&mut self) {
        self.request_planes();
        self.request_comparison();
        self.refresh_shown();
        self.request_sweep();
        self.request_marks();
    }

    fn request_planes(&self) {
        let (view, index) = (&self.view, self.view.playback.index() as i64);
        let direction = view.playback.direction();
        let frames = view.playback.frames();
        let mut wishes = Vec::new();
        let sides = [view.candidate, view.reference];
        for offset in std::iter::once(0).chain(1..=AHEAD).chain((1..=BEHIND).map(|n| -n)) {
            let place = index + offset * direction;
            let Some(frame) = usize::try_from(place).ok().and_then(|place| frames.get(place)) else {
                continue;
            };
            for side in sides.into_iter().flatten() {
                wishes.extend(self.plane_key(view.catalogue.path(side, *frame)));
            }
        }
        self.loader.want(wishes);
    }

    fn sides(&self) -> (Option<Loaded>, Option<Loaded>) {
        let get = |path| self.plane_key(path).and_then(|key| self.loader.get(&key));
        (get(self.view.reference_path()), get(self.view.candidate_path()))
    }

    fn request_comparison(&mut self) {
        let Some(key) = self.view.pair_key() else { return };
        let known = self.heat.as_ref().is_some_and(|(k, _)| *k == key);
        if known || self.compare_asked.as_ref() == Some(&key) {
            return;
        }
        if let (Some(Ok(reference)), Some(Ok(candidate))) = self.sides() {
            let rule = self.view.rule();
            self.workers.compare.submit(CompareJob { key: key.clone(), candidate, reference, rule });
            self.compare_asked = Some(key);
        }
    }

    /// Shows what the playhead asks for once it is whole.
    fn refresh_shown(&mut self) {
        let (reference, candidate) = self.sides();
        let expected = |path: Option<&Path>, side: &Option<Loaded>| path.is_none() || side.is_some();
        let planes = expected(self.view.reference_path(), &reference)
            && expected(self.view.candidate_path(), &candidate);
        let both = matches!((&reference, &candidate), (Some(Ok(_)), Some(Ok(_))));
        let heat = self.current_heat();
        self.waiting = !planes || (both && heat.is_none() && self.view.mode == Mode::Difference);
        if self.waiting && self.shown.frame.is_some() && self.view.playback.frame().is_some() {
            return;
        }
        let (heat, no_heat) = match heat {
            Some(Ok(heat)) => (Some(heat), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        self.shown = Shown { reference, candidate, heat, no_heat, frame: self.view.playback.frame() };
    }

    /// The heat of the shown files, if only of an earlier tolerance.
    fn current_heat(&self) -> Option<Result<Arc<Heat>, String>> {
        let (key, heat) = self.heat.as_ref()?;
        let wanted = self.view.pair_key()?;
        let same =
            key.candidate == wanted.candidate && key.reference == wanted.reference && key.aov == wanted.aov;
        same.then(|| heat.clone())
    }

    fn request_marks(&mut self) {
        let (Some(candidate), Some(reference)) = (self.view.candidate_path(), self.view.reference_path())
        else {
            return;
        };
        if self.view.playback.is_playing() || self.waiting {
            return;
        }
        let aovs: Vec<_> = self.view.aovs.iter().map(|e| (e.key.clone(), self.view.rule_of(e))).collect();
        let rules = aovs.iter().map(|(_, rule)| rule_key(rule)).collect();
        let key = (candidate.to_owned(), reference.to_owned(), rules);
        if self.marks_asked.as_ref() == Some(&key) {
            return;
        }
        self.marks_number += 1;
        let (candidate, reference) = (key.0.clone(), key.1.clone());
        self.workers.marks.submit(MarksJob { number: self.marks_number, candidate, reference, aovs });
        self.view.changed_aovs.clear();
        self.marks_asked = Some(key);
    }

    fn request_sweep(&mut self) {
        let view = &self.view;
        let (Some(entry), false) = (view.aov_entry(), view.playback.frames().is_empty()) else { return };
        let sequences: Vec<usize> = view.catalogue.shown().collect();
        let frames = view.playback.frames();
        let file = |s: usize, f: i64| view.catalogue.path(s, f).map(Path::to_owned);
        let files: Vec<Vec<_>> =
            sequences.iter().map(|&s| frames.iter().map(|&f| file(s, f)).collect()).collect();
        let rule = view.rule();
        let key = SweepKey {
            files,
            reference: sequences.iter().position(|s| Some(*s) == view.reference),
            aov: entry.key.clone(),
            rule: rule_key(&rule),
            probes: view.probes.items().iter().map(|item| item.id).collect(),
        };
        if self.sweep_asked.as_ref() == Some(&key) {
            return;
        }
        let channels = entry.channels.clone();
        let sweep = self.new_sweep(&key, sequences, &channels);
        let job = sweep::Job {
            generation: sweep.generation,
            order: order(frames.len(), view.playback.index()),
            files: key.files.clone(),
            reference: key.reference,
            aov: key.aov.clone(),
            channels,
            rule,
            probes: sweep.series.probes.clone(),
        };
        self.view.sweep = Some(sweep);
        self.sweep_asked = Some(key);
        self.workers.sweep.submit(job);
    }

    /// An empty sweep; what the one before it knows and still holds is taken over.
    fn new_sweep(&self, key: &SweepKey, sequences: Vec<usize>, channels: &[String]) -> Sweep {
        let view = &self.view;
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
        let count = sequences.len() * frames.len();
        let series = Series {
            sequences: sequences.iter().map(|&s| view.name(Some(s)).to_owned()).collect(),
            reference_index: key.reference,
            cells: vec![empty_cell(CellStatus::FrameMissing); count * probes.len() * channels.len()],
            paths: key.files.iter().flatten().cloned().collect(),
            channels: channels.iter().map(channel).collect(),
            frames,
            probes,
        };
        let frame_count = series.frames.len();
        let mut sweep = Sweep {
            generation: view.sweep.as_ref().map_or(1, |old| old.generation + 1),
            sequences,
            probes: key.probes.clone(),
            series,
            strips: vec![StripCell::Pending; count],
            done: vec![false; frame_count],
            filled: vec![false; frame_count],
        };
        if let (Some(old), Some(asked)) = (&view.sweep, &self.sweep_asked) {
            let same_pictures =
                asked.files == key.files && asked.reference == key.reference && asked.aov == key.aov;
            if same_pictures {
                sweep.strips.clone_from(&old.strips);
            }
            if same_pictures && asked.probes == key.probes {
                sweep.series.cells.clone_from(&old.series.cells);
                sweep.filled.clone_from(&old.filled);
            }
        }
        sweep
    }

    fn sample_type(&self, channel: &str) -> SampleType {
        let view = &self.view;
        let infos = view.catalogue.shown().filter_map(|s| view.catalogue.entries()[s].info.as_ref().ok());
        let mut aovs = infos.filter_map(|info| info.aov(view.aov.as_deref()?));
        let found = aovs.find_map(|aov| aov.channels.iter().find(|c| c.name.eq_ignore_ascii_case(channel)));
        found.map_or(SampleType::F32, |channel| channel.sample_type)
    }
}

/// Frame indices from the playhead outwards.
fn order(count: usize, from: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|index| index.abs_diff(from));
    order
}

/// Where exports of what was opened go: the opened folder's parent, if it can be told.
fn export_folder(opened: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(opened).ok()?;
    absolute.parent().filter(|parent| parent.is_dir()).map(Path::to_owned)
}
