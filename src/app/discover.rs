//! Where changes are, in the background: maps over all frames, lists of regions. Each is computed only
//! while somebody looks at it, and what nobody waits for any more is dropped.

mod list;
mod look;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use super::App;
use super::background::Latest;
use super::canvas::Heat;
use super::sweeps::order;
use crate::export::MapCaption;
use crate::load::{Loader, Wake};
use crate::metric::{Backend, DeltaMaps, DeltaState, NEVER};
use crate::view::results::rule_key;
use crate::view::{Action, Changes, DiscoveryAction, Mode, OverTime};

/// Bytes of [`DeltaMaps`], a pixel.
const MAPS_BYTES_PER_PIXEL: u64 = 9 * 4;

/// Most answers that wait for the window.
const INBOX: usize = 64;

/// The threads, and what they found last.
pub struct Discover {
    walk: Latest<walk::Job>,
    heat: Latest<look::HeatJob>,
    list: Latest<look::ListJob>,
    inbox: Receiver<Answer>,
    walks_begun: u64,
    looked_at: Option<LookKey>,
    asked: Option<WalkKey>,
    found: Option<Found>,
    heat_asked: Option<HeatKey>,
    shown: Option<(HeatKey, Arc<Heat>)>,
    list_asked: Option<ListKey>,
    /// What the list of the view is of.
    listed: Option<ListKey>,
}

/// What may have changed where the files of a walk did: told at each frame, so without their names.
#[derive(Clone, PartialEq)]
struct LookKey {
    revision: u64,
    times_opened: u64,
    sides: [Option<usize>; 2],
    aov: Option<String>,
    rule: (u8, u64, u64),
}

/// What maps over all frames depend on: whose files, as they were, compared how.
#[derive(Clone, PartialEq)]
struct WalkKey {
    times_opened: u64,
    frames: Vec<i64>,
    files: Vec<Option<[PathBuf; 2]>>,
    aov: String,
    rule: (u8, u64, u64),
}

/// Maps over the frames so far.
struct Found {
    caption: MapCaption,
    frames: Arc<Vec<i64>>,
    /// Frames that were passed: compared, or without anything to compare.
    passed: usize,
    maps: Option<OverFrames>,
}

/// Maps of some frames.
#[derive(Clone)]
struct OverFrames {
    maps: Arc<DeltaMaps>,
    /// Frames that were compared.
    compared: usize,
    /// Frames that were passed by then.
    passed: usize,
}

/// Maps of all frames.
pub struct MapsOverFrames {
    /// The maps.
    pub maps: Arc<DeltaMaps>,
    /// Numbers of the frames.
    pub numbers: Vec<Option<i64>>,
    /// Frames that were compared.
    pub compared: usize,
    /// Of what they are.
    pub caption: MapCaption,
}

/// (walk, frames passed, map).
type HeatKey = (u64, usize, OverTime);

#[derive(Clone, Debug, PartialEq)]
enum ListKey {
    /// The number of the heat.
    Frame(u64),
    /// Walk, frames passed.
    OverFrames(u64, usize),
}

/// What a thread tells the window.
enum Answer {
    /// Walk, frames passed.
    Passed(u64, usize),
    /// Maps of a walk.
    Maps(u64, OverFrames),
    /// Why a walk comes to nothing.
    Failed(u64, String),
    Heat(HeatKey, Arc<Heat>),
    List(ListKey, Arc<Changes>),
}

impl Discover {
    /// Starts the threads; `wake` is called when there is an answer.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(loader: &Arc<Loader>, backend: &Arc<dyn Backend>, wake: &Wake) -> std::io::Result<Self> {
        let (sender, inbox) = crossbeam_channel::bounded(INBOX);
        let (tell, planes, judge) = (teller(&sender, wake), Arc::clone(loader), Arc::clone(backend));
        let walk = Latest::spawn("over all frames", move |job: walk::Job, stale| {
            walk::run(&job, &planes, judge.as_ref(), stale, &tell);
        })?;
        let tell = teller(&sender, wake);
        let heat = Latest::spawn("map over all frames", move |job: look::HeatJob, _| {
            tell(Answer::Heat(job.key, Arc::new(look::heat(&job))));
        })?;
        let tell = teller(&sender, wake);
        let list = Latest::spawn("changes", move |job: look::ListJob, stale| {
            if let Some(changes) = look::list(&job, stale) {
                tell(Answer::List(job.key, Arc::new(changes)));
            }
        })?;
        Ok(Self {
            walk,
            heat,
            list,
            inbox,
            walks_begun: 0,
            looked_at: None,
            asked: None,
            found: None,
            heat_asked: None,
            shown: None,
            list_asked: None,
            listed: None,
        })
    }

    /// Lets the threads end by themselves.
    pub fn leave(&mut self) {
        // A thread that waits for room in the inbox must be let go before it can be joined.
        let (_, nobody) = crossbeam_channel::bounded(0);
        self.inbox = nobody;
        self.walk.leave();
        self.heat.leave();
        self.list.leave();
    }

    /// Maps over all frames are of no use any more.
    fn forget(&mut self) {
        if self.asked.take().is_some() {
            self.walk.cancel();
        }
        (self.found, self.heat_asked, self.shown) = (None, None, None);
        self.looked_at = None;
    }
}

impl Drop for Discover {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Sends and wakes; false when nobody listens any more.
fn teller(sender: &Sender<Answer>, wake: &Wake) -> impl Fn(Answer) -> bool + Send + 'static {
    let (sender, wake) = (sender.clone(), Arc::clone(wake));
    move |answer| {
        let sent = sender.send(answer).is_ok();
        wake();
        sent
    }
}

impl App {
    /// Takes in what was found.
    pub(super) fn receive_discoveries(&mut self) {
        while let Ok(answer) = self.discover.inbox.try_recv() {
            let newest = self.discover.walks_begun;
            let found = self.discover.found.as_mut();
            match answer {
                Answer::Passed(walk, passed) if walk == newest => {
                    found.into_iter().for_each(|found| found.passed = passed);
                }
                Answer::Maps(walk, maps) if walk == newest => {
                    found.into_iter().for_each(|found| found.maps = Some(maps.clone()));
                }
                Answer::Failed(walk, reason) if walk == newest && found.is_some() => {
                    self.no_maps(reason);
                }
                Answer::Heat(key, heat) if key.0 == newest && found.is_some() => {
                    self.discover.shown = Some((key, heat));
                }
                Answer::List(key, changes) if self.discover.list_asked.as_ref() == Some(&key) => {
                    self.discover.listed = Some(key);
                    self.view.apply(Action::Discover(DiscoveryAction::Listed(Some(changes))));
                }
                _ => {}
            }
        }
    }

    fn no_maps(&mut self, reason: String) {
        self.discover.forget();
        self.view.apply(Action::Discover(DiscoveryAction::Cancel));
        self.say(reason, true);
    }

    /// Asks the threads for what is looked at.
    pub(super) fn request_discoveries(&mut self) {
        self.request_walk();
        self.request_heat();
        self.request_list();
    }

    fn request_walk(&mut self) {
        if !self.view.discovery.is_wanted {
            return self.discover.forget();
        }
        let look = self.look_key();
        if self.discover.looked_at.as_ref() == Some(&look) {
            return;
        }
        let key = self.walk_key();
        if key.is_some() && self.discover.asked == key {
            self.discover.looked_at = Some(look);
            return;
        }
        self.discover.forget();
        let Some(key) = key.filter(|_| self.view.discovery.map != OverTime::Frame) else {
            // Of other files or by another rule, and nobody looks: they are not computed again.
            return self.view.apply(Action::Discover(DiscoveryAction::Cancel));
        };
        let most_bytes = self.loader.progress().budget_bytes / 4;
        let most_pixels = most_bytes / (DeltaState::BYTES_PER_PIXEL + MAPS_BYTES_PER_PIXEL);
        self.discover.walks_begun += 1;
        let rule = self.view.rule();
        let caption = MapCaption {
            aov: key.aov.clone(),
            candidate: self.view.name(self.view.candidate).to_owned(),
            reference: self.view.name(self.view.reference).to_owned(),
            frame: None,
            rule,
        };
        let job = walk::Job {
            number: self.discover.walks_begun,
            order: order(key.files.len(), self.view.playback.index()),
            files: key.files.clone(),
            aov: key.aov.clone(),
            rule,
            most_pixels,
        };
        let frames = Arc::new(key.frames.clone());
        self.discover.found = Some(Found { caption, frames, passed: 0, maps: None });
        (self.discover.asked, self.discover.looked_at) = (Some(key), Some(look));
        self.discover.walk.submit(job);
    }

    fn look_key(&self) -> LookKey {
        let view = &self.view;
        LookKey {
            revision: view.catalogue.revision(),
            times_opened: self.times_opened,
            sides: [view.reference, view.candidate],
            aov: view.aov.clone(),
            rule: rule_key(&view.rule()),
        }
    }

    fn walk_key(&self) -> Option<WalkKey> {
        let view = &self.view;
        let (reference, candidate, aov) = (view.reference?, view.candidate?, view.aov.clone()?);
        let path = |sequence: usize, frame: i64| view.catalogue.path(sequence, frame).map(Path::to_owned);
        let frames = view.playback.frames().to_vec();
        let files = frames.iter().map(|&frame| Some([path(candidate, frame)?, path(reference, frame)?]));
        let files = files.collect();
        Some(WalkKey { times_opened: self.times_opened, files, frames, aov, rule: rule_key(&view.rule()) })
    }

    fn request_heat(&mut self) {
        let (map, walk) = (self.view.discovery.map, self.discover.walks_begun);
        let Some(found) = self.discover.found.as_ref().filter(|_| map != OverTime::Frame) else { return };
        let Some(over) = found.maps.clone() else { return };
        let key = (walk, over.passed, map);
        if self.discover.heat_asked == Some(key) {
            return;
        }
        let job =
            look::HeatJob { key, over, frames: Arc::clone(&found.frames), caption: found.caption.clone() };
        self.discover.heat_asked = Some(key);
        self.discover.heat.submit(job);
    }

    /// The map over all frames that is looked at, if only of the frames so far.
    pub(super) fn heat_over_frames(&self) -> Option<Arc<Heat>> {
        let ((walk, _, map), heat) = self.discover.shown.as_ref()?;
        let is_asked_for = *walk == self.discover.walks_begun && *map == self.view.discovery.map;
        is_asked_for.then(|| Arc::clone(heat))
    }

    /// Maps of all frames that can be compared; `None` while they are being computed.
    pub(super) fn maps_over_frames(&self) -> Option<MapsOverFrames> {
        let found = self.discover.found.as_ref()?;
        let over = found.maps.as_ref().filter(|over| over.passed == found.frames.len())?;
        Some(MapsOverFrames {
            maps: Arc::clone(&over.maps),
            numbers: found.frames.iter().map(|frame| Some(*frame)).collect(),
            compared: over.compared,
            caption: found.caption.clone(),
        })
    }

    /// Frames passed and frames in all, while maps over all frames are being computed.
    pub(super) fn walk_progress(&self) -> Option<(usize, usize)> {
        let found = self.discover.found.as_ref()?;
        let total = found.frames.len();
        let is_over = found.maps.as_ref().is_some_and(|maps| maps.passed == total);
        (!is_over).then_some((found.passed, total))
    }

    /// What a click on a pixel asks for: in a map over all frames, the difference of the frame that made
    /// it (nothing where none did), unless `track`; else that the pixel is tracked.
    pub(super) fn clicked(&self, (x, y): (i32, i32), track: bool) -> Option<Action> {
        let is_over_frames = self.mode() == Mode::Difference
            && self.shown.heat.as_ref().is_some_and(|h| h.over_frames.is_some());
        if track || !is_over_frames {
            return Some(Action::TrackPixel(x, y));
        }
        let found = self.discover.found.as_ref()?;
        let maps = &found.maps.as_ref()?.maps;
        let pixel = maps.window.index(x, y)?;
        let rank = match self.view.discovery.map {
            OverTime::Frame => NEVER,
            OverTime::Changed | OverTime::FirstChanged => maps.first_changed[pixel],
            OverTime::LastChanged => maps.last_changed[pixel],
            OverTime::Max | OverTime::Mean | OverTime::Rms | OverTime::Std | OverTime::MaxFrame => {
                let rank = maps.max_frame[pixel];
                if rank == NEVER { maps.first_changed[pixel] } else { rank }
            }
        };
        let frame = *found.frames.get(rank as usize)?;
        Some(Action::Discover(DiscoveryAction::ShowFrame(frame)))
    }
}
