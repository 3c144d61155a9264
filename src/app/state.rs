//! The viewer as it runs: the view, the threads that serve it, and what they brought last.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::canvas::Heat;
use super::discover::Discover;
use super::exports::Exporting;
use super::heats::Heats;
use super::jobs::{Message, Workers};
use super::judge::Judge;
use super::opening::{Opened, OpenedWorkspace};
use super::panels::pointer::{Gesture, Space};
use super::program::Program;
use super::requests::{MarksKey, PlanesKey};
use super::sweeps::{LayoutKey, SweepKey};
use super::target::export_folders;
use super::tracking::Tracking;
use super::uploads::{Shelf, Uploads};
use super::walk::WalkKey;
use crate::gpu::Gpu;
use crate::image::Plane;
use crate::load::{Decoded, Loaded, Loader, Options as LoadOptions, PlaneKey, Wake};
use crate::metric::Backend;
use crate::view::{Action, DiscoveryAction, Mode, PairKey, StatisticsCache, View};

/// How long a notice stays.
const TOAST_SECS: f32 = 8.0;

/// Most notices at a time.
const MOST_TOASTS: usize = 5;

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

/// A notice: one of something that went wrong stays until it is dismissed, any other goes by itself.
pub struct Toast {
    /// What it says.
    pub text: String,
    /// Whether something went wrong.
    pub error: bool,
    /// How often it was said.
    pub count: usize,
    /// Whether all of a long text is shown.
    pub is_unfolded: bool,
    since: Instant,
}

/// What the canvas shows: kept whole until the next is whole, so that nothing flickers.
#[derive(Clone, Default)]
pub struct Shown {
    /// The reference's samples, or why there are none; `None`: no file, or not decoded yet.
    pub reference: Option<Loaded>,
    /// The candidate's.
    pub candidate: Option<Loaded>,
    /// Samples of the other sequences side by side, by their index in the catalogue.
    pub others: Vec<(usize, Option<Loaded>)>,
    /// Their delta.
    pub heat: Option<Arc<Heat>>,
    /// Why there is no delta.
    pub no_heat: Option<String>,
    /// The frame it is of.
    pub frame: Option<i64>,
    /// Whether it is a rough picture until the whole is decoded: to be looked at, no value of it read.
    pub is_rough: bool,
}

impl Shown {
    /// The samples of the reference and of the candidate whose values may be told.
    pub fn values(&self) -> [Option<&Plane>; 2] {
        let sides = [self.reference(), self.candidate()];
        sides.map(|side| side.filter(|_| !self.is_rough).map(|decoded| &decoded.plane))
    }

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
    /// Settings, keys, files of the program itself.
    pub program: Program,
    /// Whether folders are being searched.
    pub opening: bool,
    /// Strokes and figures of what is tracked.
    pub(super) tracking: Tracking,
    /// Rectangle that is being drawn, from its first corner.
    pub drawing: Option<(i32, i32)>,
    /// A button that is down in the picture.
    pub(super) gesture: Option<Gesture>,
    /// What the space bar is held for.
    pub(super) space: Space,
    /// Whether the key is held that shows the other side.
    pub flip: bool,
    /// What draws the window.
    pub device: Device,
    /// Format of the screen.
    pub format: egui_wgpu::wgpu::TextureFormat,
    /// Loads planes.
    pub loader: Arc<Loader>,
    /// Folders of the exports, in order of preference: the first that can be made is taken.
    pub export_folders: Vec<PathBuf>,
    /// Exports of tracked values under way.
    pub exporting: VecDeque<Exporting>,
    pub(super) exports_begun: u64,
    pub(super) workers: Workers,
    pub(super) discover: Discover,
    pub(super) uploads: Option<Uploads>,
    /// Whether all is decoded that the playhead asks for, but not yet on the device.
    pub(super) uploading: bool,
    pub(super) judge: Arc<Judge>,
    pub(super) heats: Heats,
    pub(super) compare_asked: Vec<PairKey>,
    pub(super) planes_asked: Option<PlanesKey>,
    /// Places of the timeline that are made ready beside the playhead's.
    pub(super) next: Vec<usize>,
    pub(super) sweep_asked: Option<SweepKey>,
    pub(super) laid_out: Option<LayoutKey>,
    /// Files that changed since the matrix was laid out.
    pub(super) stale_files: BTreeSet<PathBuf>,
    pub(super) walk_asked: Option<WalkKey>,
    pub(super) walk_number: u64,
    /// The newest sweep's generation: never given twice, whatever was closed meanwhile.
    pub(super) sweeps_begun: u64,
    /// How often something was opened: what was compared before is of files as they were.
    pub(super) times_opened: u64,
    pub(super) marks_asked: Option<MarksKey>,
    pub(super) marks_number: u64,
    pub(super) last_tick: Option<Instant>,
    ranges: BTreeMap<u64, ([f32; 4], [f32; 4])>,
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
        let discover = Discover::new(&loader, &backend, wake)?;
        let workers = Workers::new(&loader, &backend, budget_bytes / 2, wake)?;
        Ok(Self {
            view: View::default(),
            shown: Shown::default(),
            waiting: false,
            hover: None,
            toasts: Vec::new(),
            help: false,
            program: Program::default(),
            opening: false,
            tracking: Tracking::default(),
            drawing: None,
            gesture: None,
            space: Space::Up,
            flip: false,
            device: Device::default(),
            format: egui_wgpu::wgpu::TextureFormat::Rgba8Unorm,
            loader,
            export_folders: export_folders(&[]),
            exporting: VecDeque::new(),
            exports_begun: 0,
            workers,
            discover,
            uploads: None,
            uploading: false,
            judge,
            heats: Heats::default(),
            compare_asked: Vec::new(),
            planes_asked: None,
            next: Vec::new(),
            sweep_asked: None,
            laid_out: None,
            stale_files: BTreeSet::new(),
            walk_asked: None,
            walk_number: 0,
            sweeps_begun: 0,
            times_opened: 0,
            marks_asked: None,
            marks_number: 0,
            last_tick: None,
            ranges: BTreeMap::new(),
        })
    }

    /// What the canvas shows now: while the key is held, the reference (in its stead the candidate).
    pub fn mode(&self) -> Mode {
        match self.view.mode {
            mode if !self.flip => mode,
            Mode::Reference => Mode::Candidate,
            _ => Mode::Reference,
        }
    }

    /// Ends the viewer at the end of the program: at once, whatever is being decoded. Files that
    /// are being written are finished, exports of tracked values are cancelled.
    pub fn close(mut self) {
        self.cancel_exports();
        self.loader.stop();
        self.workers.leave();
        self.discover.leave();
        self.uploads = None;
        self.judge.close();
        // To drop it would be to wait for threads that decode for nobody.
        std::mem::forget(self);
    }

    /// Searches folders, patterns and files for sequences, in the background.
    pub fn open(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        self.export_folders = export_folders(&paths);
        self.opening = true;
        self.workers.open.submit(paths);
    }

    /// Reads all open sequences anew: files that were rendered since, and frames that came.
    fn reload(&mut self) {
        let entries = self.view.catalogue.entries().iter();
        let paths: Vec<PathBuf> = entries.map(|entry| PathBuf::from(&entry.sequence.pattern)).collect();
        if !paths.is_empty() {
            self.opening = true;
            self.workers.open.submit(paths);
        }
    }

    /// Lets a device do the comparing, and hold the pictures, from now on.
    pub fn compute_on(&mut self, gpu: Gpu) {
        match Uploads::new(&gpu, &self.workers.wake) {
            Ok(uploads) => self.uploads = Some(uploads),
            Err(error) => self.say(format!("pictures are uploaded as they are drawn: {error}"), true),
        }
        if let Err(error) = self.judge.take(gpu) {
            self.say(format!("the CPU compares: {error}"), true);
        }
    }

    /// Nothing is uploaded to a device that is lost, or drawn from it.
    pub(super) fn leave_device(&mut self) {
        self.uploads = None;
    }

    /// Where the textures of the window's device are.
    pub(super) fn shelf(&self) -> Option<Shelf> {
        self.uploads.as_ref().map(|uploads| Arc::clone(&uploads.shelf))
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
        let since = Instant::now();
        if let Some(toast) = self.toasts.iter_mut().find(|toast| toast.text == text && toast.error == error) {
            (toast.count, toast.since) = (toast.count + 1, since);
            return;
        }
        self.toasts.push(Toast { text, error, count: 1, is_unfolded: false, since });
        if self.toasts.len() > MOST_TOASTS {
            // What went wrong is kept longer than what did not.
            let oldest = self.toasts.iter().position(|toast| !toast.error).unwrap_or(0);
            self.toasts.remove(oldest);
        }
    }

    /// Takes in what the threads brought and lets time pass. Call it once a frame, before drawing;
    /// returns after how long it wants to be called again.
    pub fn tick(&mut self) -> Option<Duration> {
        while let Ok(message) = self.workers.inbox.try_recv() {
            self.receive(message);
        }
        self.receive_discoveries();
        let now = Instant::now();
        let passed = self.last_tick.replace(now).map_or(0.0, |last| (now - last).as_secs_f64());
        let ready = !self.waiting && !self.uploading;
        self.view.playback.advance(passed, ready);
        self.toasts.retain(|toast| toast.error || toast.since.elapsed().as_secs_f32() < TOAST_SECS);
        self.request();
        let next_frame = self.view.playback.until_next().filter(|_| ready);
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
        if matches!(action, Action::Reload) {
            return self.reload();
        }
        self.view.apply(action);
        if let Some(told) = self.view.history.take_told() {
            self.say(told, false);
        }
        self.request();
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
            Message::NoDialogToOpen => self.no_dialog_to_open(),
            Message::NoDialogToSave(name) => self.no_dialog_to_save(name),
            Message::Chosen(paths) => self.open(paths.unwrap_or_default()),
            Message::Compared(opened, ..) if opened != self.times_opened => {}
            Message::Compared(_, key, result) => {
                let (stats, heat) = match result {
                    Ok((stats, heat)) => (Ok(*stats), Ok(heat)),
                    Err(error) => (Err(error.clone()), Err(error)),
                };
                self.view.statistics.insert(key.clone(), stats);
                self.heats.insert(key, heat);
            }
            Message::Swept(result) => self.swept(result),
            Message::Walked(found) => self.walked(found),
            Message::Renewed(renewed) => self.renewed(renewed),
            Message::Marked(number, aov, changed) if number == self.marks_number => {
                if let Some(changed) = changed {
                    self.view.changed_aovs.insert(aov, changed);
                }
            }
            Message::Marked(..) => {}
            Message::Exporting { number, done, total } => self.export_is_at(number, done, total),
            Message::Tracked(number, result) => self.export_is_over(number, result),
            Message::SaveTo(path) => path.iter().for_each(|path| self.save_workspace(path)),
            Message::Saved(Ok(path)) => self.saved(path),
            Message::Saved(Err(error)) => self.say(error, true),
            Message::Found(found) => self.found(found),
            Message::Exported(Ok(path)) => self.say(format!("written: {}", path.display()), false),
            Message::Exported(Err(error)) => self.say(error, true),
        }
    }

    /// Files that were opened again may have changed.
    fn forget_results(&mut self) {
        self.times_opened += 1;
        self.heats.clear();
        self.compare_asked.clear();
        (self.sweep_asked, self.marks_asked) = (None, None);
        (self.laid_out, self.walk_asked) = (None, None);
        self.view.matrix.clear();
        self.view.sweep = None;
        self.view.apply(Action::Discover(DiscoveryAction::Listed(None)));
        self.view.statistics = StatisticsCache::default();
        self.view.changed_aovs.clear();
    }

    fn opened(&mut self, result: Result<Opened, String>) {
        self.opening = false;
        match result {
            Ok(opened) => {
                self.note_opened(&opened.paths);
                for (path, reason) in opened.skipped.iter().take(3) {
                    self.say(format!("{}: {reason}", path.display()), true);
                }
                opened.notes.into_iter().for_each(|note| self.say(note, true));
                match opened.workspace {
                    Some(OpenedWorkspace { file, workspace, places }) => {
                        let entries = places.into_iter().zip(opened.entries).collect();
                        self.view.apply(Action::Restore(workspace, entries));
                        self.forget_results();
                        self.program.workspace = Some(file);
                    }
                    None => {
                        self.view.apply(Action::Opened(opened.entries));
                        self.forget_results();
                        self.view.apply(Action::Fit);
                    }
                }
            }
            Err(error) => self.say(error, true),
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.cancel_exports();
    }
}
