//! What the background threads do, and the messages they send to the window.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender};

use super::background::{Latest, Queue};
use super::canvas::Heat;
use super::coarse::Coarse;
use super::marks::mark;
use super::opening::{Opened, open};
use super::save::{SaveJob, save};
use super::sweep;
use super::target::Target;
use super::tracking;
use super::walk;
use super::watch::{Renewed, Watch};
use crate::codec::Limits;
use crate::engine::{self, Content, Context, Event, Plan, TemporalMaps, Verdict};
use crate::export::{self, CurveStyle, MapCaption, MapStyle};
use crate::image::{Scale, Window, round_up};
use crate::load::{Decoded, Loader, Wake};
use crate::metric::{Backend, DeltaMaps, Extent, FrameStats, Metric, Pair, Rule, Want};
use crate::view::{AovOfFrame, PairKey};

/// Most messages that wait for the window.
const INBOX: usize = 256;

/// What a thread tells the window.
pub enum Message {
    /// Sequences were found and their first headers read.
    Opened(Result<Opened, String>),
    /// The system has no dialog to choose what is opened.
    NoDialogToOpen,
    /// Nor one to choose where a workspace of that name is saved.
    NoDialogToSave(String),
    /// The user chose folders (or nothing).
    Chosen(Option<Vec<PathBuf>>),
    /// The shown pair is compared: how often something had been opened before, the pair, result.
    Compared(u64, PairKey, Result<(Box<FrameStats>, Arc<Heat>), String>),
    /// One frame of the sweep.
    Swept(sweep::FrameResult),
    /// Whether an AOV changed in a frame: job number, key, changed (`None`: cannot be compared).
    Marked(u64, String, Option<AovOfFrame>),
    /// AOVs of one frame of the walk for the matrix.
    Walked(walk::Found),
    /// Sequences that are not as they were.
    Renewed(Vec<Renewed>),
    /// Frames of an export that are done, of all.
    Exporting {
        /// Of the export.
        number: u64,
        /// Done.
        done: usize,
        /// Of.
        total: usize,
    },
    /// The export of that number is over.
    Tracked(u64, Result<Tracked, TrackFailure>),
    /// Where the user wants the workspace (or nowhere).
    SaveTo(Option<PathBuf>),
    /// A workspace was saved, or why not.
    Saved(Result<PathBuf, String>),
    /// Something was found out about tracked things.
    Found(tracking::Found),
    /// A file was written, or why not.
    Exported(Result<PathBuf, String>),
}

/// Compare two planes.
pub struct CompareJob {
    /// What the answer is known by.
    pub key: PairKey,
    /// a.
    pub candidate: Arc<Decoded>,
    /// b.
    pub reference: Arc<Decoded>,
    /// What is compared, in words; its rule is the one to compare by.
    pub caption: MapCaption,
    /// How often something had been opened before.
    pub opened: u64,
}

/// Tell which AOVs of two files differ.
pub struct MarksJob {
    /// Goes with every answer.
    pub number: u64,
    /// a.
    pub candidate: PathBuf,
    /// b.
    pub reference: PathBuf,
    /// Keys with their rules.
    pub aovs: Vec<(String, Rule)>,
}

/// How tracked values are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrackFormat {
    /// A table.
    Csv,
    /// Arrays.
    Npz,
    /// Curves as vector graphics.
    Svg(CurveStyle),
    /// Curves as a picture.
    Png(CurveStyle),
}

/// Follow what is tracked over all frames, and write that.
pub struct TrackExport {
    /// Goes with every answer.
    pub number: u64,
    /// What to follow.
    pub plan: Plan,
    /// Where it goes.
    pub target: Target,
    /// How it is written.
    pub format: TrackFormat,
    /// Set to end it early.
    pub cancel: Arc<AtomicBool>,
}

/// What an export of tracked values came to.
pub struct Tracked {
    /// Where it is.
    pub path: PathBuf,
    /// Whether some frame was missing or could not be read.
    pub incomplete: bool,
}

/// Why there is no export.
pub enum TrackFailure {
    /// The user did not want it any more.
    Cancelled,
    /// In words.
    Because(String),
}

/// Write a file.
pub enum ExportJob {
    /// The tracked values.
    Track(Box<TrackExport>),
    /// The shown delta in colours, with legend.
    MapPng(MapExport),
    /// The shown delta as values.
    MapExr(MapExport),
    /// Maps over all frames.
    OverFrames(Box<OverExport>),
}

/// Maps over all frames to be written.
pub struct OverExport {
    /// The maps.
    pub maps: Arc<DeltaMaps>,
    /// Numbers of the frames.
    pub numbers: Vec<Option<i64>>,
    /// Frames that were compared.
    pub compared: usize,
    /// Of what they are.
    pub caption: MapCaption,
    /// Of the compared pictures.
    pub display_window: Window,
    /// The map that becomes a picture, as the export calls it; `None`: the values of all.
    pub picture: Option<&'static str>,
    /// How it is coloured.
    pub style: MapStyle,
    /// Where it goes.
    pub target: Target,
}

/// A delta map to be written.
pub struct MapExport {
    /// The map.
    pub heat: Arc<Heat>,
    /// Of the compared pictures.
    pub display_window: Window,
    /// How it is coloured.
    pub style: MapStyle,
    /// Where it goes.
    pub target: Target,
}

/// All background threads.
pub struct Workers {
    /// Finds sequences.
    pub open: Latest<Vec<PathBuf>>,
    /// Compares the shown pair, and those that come next.
    pub compare: Latest<Vec<CompareJob>>,
    /// Walks over all frames.
    pub sweep: Latest<sweep::Job>,
    /// Walks over all AOVs and frames.
    pub walk: Latest<walk::Job>,
    /// Marks AOVs that changed.
    pub marks: Latest<MarksJob>,
    /// Watches folders.
    pub watch: Watch,
    /// Writes files.
    pub export: Queue<ExportJob>,
    /// Writes files that must not wait for those.
    pub save: Queue<SaveJob>,
    /// Finds out about tracked things.
    pub tracking: tracking::Background,
    /// Their messages.
    pub inbox: Receiver<Message>,
    pub(super) sender: Sender<Message>,
    /// Wakes the window.
    pub wake: Wake,
}

impl Workers {
    /// Starts all threads. Exports may hold `export_bytes` of decoded samples.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(
        loader: &Arc<Loader>,
        backend: &Arc<dyn Backend>,
        export_bytes: u64,
        wake: &Wake,
    ) -> std::io::Result<Self> {
        let (sender, inbox) = crossbeam_channel::bounded(INBOX);
        let tell = teller(&sender, wake);
        let headers = Arc::clone(loader);
        let open = Latest::spawn("open", move |paths: Vec<PathBuf>, stale| {
            let opened = open(&paths, &headers, stale);
            tell(Message::Opened(opened));
        })?;
        let (tell, judge) = (teller(&sender, wake), Arc::clone(backend));
        let last = Mutex::new(None);
        let compare = Latest::spawn("compare", move |jobs: Vec<CompareJob>, stale| {
            for job in jobs {
                // It was under way when this list came.
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.replace((job.opened, job.key.clone())) == Some((job.opened, job.key.clone())) {
                    continue;
                }
                let result = compare(&job, judge.as_ref());
                let result = result.map(|(stats, heat)| (Box::new(stats), heat));
                tell(Message::Compared(job.opened, job.key, result));
                if stale.is_set() {
                    return;
                }
            }
        })?;
        let (tell, judge, planes) = (teller(&sender, wake), Arc::clone(backend), Arc::clone(loader));
        let sweep = Latest::spawn("sweep", move |job: sweep::Job, stale| {
            sweep::run(&job, &planes, judge.as_ref(), stale, &|result| tell(Message::Swept(result)));
        })?;
        let (tell, judge, planes) = (teller(&sender, wake), Arc::clone(backend), Arc::clone(loader));
        let walk = Latest::spawn("walk", move |job: walk::Job, stale| {
            walk::run(&job, &planes, judge.as_ref(), stale, &tell);
        })?;
        let (tell, judge, planes) = (teller(&sender, wake), Arc::clone(backend), Arc::clone(loader));
        let marks = Latest::spawn("marks", move |job: MarksJob, stale| {
            mark(&job, &planes, judge.as_ref(), stale, &tell);
        })?;
        let tell = teller(&sender, wake);
        let watch = Watch::new(Arc::clone(loader), move |renewed| tell(Message::Renewed(renewed)))?;
        let tracking = tracking::Background::new(std::array::from_fn(|_| teller(&sender, wake)))?;
        let (tell, judge) = (teller(&sender, wake), Arc::clone(backend));
        let export = Queue::spawn("export", move |job: ExportJob| {
            tell(match job {
                ExportJob::Track(job) => {
                    let number = job.number;
                    let context = context(&judge, export_bytes, &job.cancel);
                    Message::Tracked(number, track(&job, &context, &tell))
                }
                ExportJob::MapPng(map) => Message::Exported(write_png(map)),
                ExportJob::MapExr(map) => Message::Exported(write_exr(map)),
                ExportJob::OverFrames(over) => Message::Exported(write_over_frames(&over)),
            });
        })?;
        let tell = teller(&sender, wake);
        let save = Queue::spawn("save", move |job: SaveJob| {
            save(job).map(&tell);
        })?;
        Ok(Self {
            open,
            compare,
            sweep,
            walk,
            marks,
            watch,
            export,
            save,
            tracking,
            inbox,
            sender,
            wake: Arc::clone(wake),
        })
    }
}

impl Workers {
    /// Finishes the files that are being written; all else is left to end by itself.
    pub fn leave(&mut self) {
        self.listen_no_more();
        self.open.leave();
        self.compare.leave();
        self.sweep.leave();
        self.walk.leave();
        self.watch.leave();
        self.marks.leave();
        self.tracking.leave();
        self.export.finish();
        self.save.finish();
    }

    /// A worker that waits for room in the inbox must be let go before it can be joined.
    fn listen_no_more(&mut self) {
        let (_, nobody) = crossbeam_channel::bounded(0);
        self.inbox = nobody;
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.listen_no_more();
    }
}

/// Sends and wakes; false when nobody listens any more.
pub(super) fn teller(sender: &Sender<Message>, wake: &Wake) -> impl Fn(Message) -> bool + Send + 'static {
    let (sender, wake) = (sender.clone(), Arc::clone(wake));
    move |message| {
        let sent = sender.send(message).is_ok();
        wake();
        sent
    }
}

fn compare(job: &CompareJob, backend: &dyn Backend) -> Result<(FrameStats, Arc<Heat>), String> {
    let pair = Pair::new(&job.candidate.plane, &job.reference.plane, Extent::Union);
    let pair = pair.map_err(|error| error.to_string())?;
    let comparison = backend.compare(&pair, &job.caption.rule, Want::Map);
    let map = comparison.map.ok_or("the comparison gave no map")?;
    let id = Heat::next_id();
    let signed = job.caption.rule.metric == Metric::Signed;
    let auto_max = export::auto_range(&map, signed, Scale::Linear).hi();
    let auto_top = round_up(comparison.stats.metric_max as f32);
    let coarse = Coarse::new(&map);
    let caption = job.caption.clone();
    let heat = Heat { id, map, coarse, signed, auto_max, auto_top, caption, over_frames: None };
    Ok((comparison.stats, Arc::new(heat)))
}

fn context(backend: &Arc<dyn Backend>, memory_bytes: u64, cancel: &Arc<AtomicBool>) -> Context {
    Context {
        backend: Arc::clone(backend),
        limits: Limits::default(),
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        memory_bytes,
        cancel: Arc::clone(cancel),
        maps: None,
        temporal: None,
    }
}

/// Runs the plan by the engine that the commands use: same plan, same bytes.
fn track(
    job: &TrackExport,
    context: &Context,
    tell: &dyn Fn(Message) -> bool,
) -> Result<Tracked, TrackFailure> {
    let because = |error: &dyn std::fmt::Display| TrackFailure::Because(error.to_string());
    let number = job.number;
    let finished = engine::run(&job.plan, context, &mut |event| {
        if let Event::Progress { done, total } = event
            && !tell(Message::Exporting { number, done, total })
        {
            // The window is gone, and with it whoever wanted the file.
            context.cancel.store(true, Ordering::Relaxed);
        }
    });
    let finished = finished.map_err(|error| match error {
        engine::Error::Cancelled => TrackFailure::Cancelled,
        other => because(&other),
    })?;
    let series = finished.series.ok_or_else(|| because(&"nothing is tracked"))?;
    let path = job.target.path().map_err(TrackFailure::Because)?;
    let written = match &job.format {
        TrackFormat::Csv => export::export_csv(&series, &path),
        TrackFormat::Npz => export::export_npz(&series, &path),
        TrackFormat::Svg(style) => export::export_curves_svg(&series, style, &path),
        TrackFormat::Png(style) => export::export_curves_png(&series, style, &path),
    };
    written.map_err(|error| because(&error))?;
    let incomplete = finished.summary.verdict() == Verdict::Incomplete;
    Ok(Tracked { path, incomplete })
}

fn write_png(map: MapExport) -> Result<PathBuf, String> {
    let path = map.target.path()?;
    let written = export::export_map_png(&map.heat.map, &map.heat.caption, &map.style, &path);
    written.map(|()| path).map_err(|error| error.to_string())
}

fn write_exr(map: MapExport) -> Result<PathBuf, String> {
    let path = map.target.path()?;
    let written = export::export_map_exr(&map.heat.map, &map.heat.caption, map.display_window, &path);
    written.map(|()| path).map_err(|error| error.to_string())
}

fn write_over_frames(over: &OverExport) -> Result<PathBuf, String> {
    let path = over.target.path()?;
    let maps = TemporalMaps {
        sequence: &over.caption.candidate,
        aov: &over.caption.aov,
        numbers: &over.numbers,
        frames: over.compared as u64,
        display_window: over.display_window,
        content: Content::Delta {
            reference: &over.caption.reference,
            rule: over.caption.rule,
            maps: &over.maps,
        },
    };
    let written = match over.picture {
        None => export::export_temporal_exr(&maps, &path),
        Some(name) => match export::temporal_picture(name, &maps, &over.style) {
            Some(picture) => picture.export(&path),
            None => return Err(format!("there is no map {name}")),
        },
    };
    written.map(|()| path).map_err(|error| error.to_string())
}
