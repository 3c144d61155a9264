//! What is tracked, in the window: figures of the selected thing and objects by their id, both found
//! in the background; strokes of the brush; the clipboard.

use std::sync::Arc;

use super::App;
use super::background::{Latest, Stale};
use super::jobs::Message;
use super::names::{self, FoundNames, Names, NamesJob};
use super::panels::viewport::{Side, loaded};
use crate::engine::{
    ChannelFigures, Placed, Probe, ProbeShape, Sides, describe, pixels_with_ids, stroke, united,
};
use crate::image::{AovKind, ObjectNames, Sample, Window};
use crate::load::Decoded;
use crate::metric::Rule;
use crate::view::probes::{Paint, pasted};
use crate::view::results::rule_key;
use crate::view::{Action, ProbeAction};

/// What a panel wants done about tracked things that is more than a change of the view.
pub enum TrackingWish {
    /// Track all pixels of the object at a pixel of that side.
    FindObject(Side, (i32, i32)),
    /// Put the values of the pixel under the pointer, or of the selected thing, on the clipboard.
    CopyValues,
    /// Track the pixels and rectangles that a text names.
    Paste(String),
}

/// What figures are of: equal keys, equal figures.
#[derive(Clone, Debug, PartialEq)]
pub struct FiguresKey {
    window: Window,
    shape: ProbeShape,
    /// Numbers of the decoded planes, candidate and reference.
    planes: [Option<u64>; 2],
    rule: (u8, u64, u64),
}

/// A stroke of the brush that is being painted.
pub struct Stroke {
    /// What it will do.
    pub paint: Paint,
    /// All pixels that it has met; none while it is beside the picture.
    pub pixels: Option<Placed>,
    last: (i32, i32),
}

/// Tracking as it is now.
#[derive(Default)]
pub struct Tracking {
    /// The figures found last, and of what.
    pub figures: Option<(FiguresKey, Vec<ChannelFigures>)>,
    /// The stroke of the brush.
    pub stroke: Option<Stroke>,
    /// Whether an object is being searched.
    pub searching: bool,
    /// What the objects of the shown Cryptomatte are called.
    pub names: Names,
    asked: Option<FiguresKey>,
}

/// Find the figures of a probe in two planes.
pub struct FiguresJob {
    key: FiguresKey,
    probe: Probe,
    candidate: Option<Arc<Decoded>>,
    reference: Option<Arc<Decoded>>,
    rule: Rule,
}

/// Find the pixels with the id of one.
pub struct ObjectJob {
    decoded: Arc<Decoded>,
    kind: AovKind,
    names: Option<Arc<ObjectNames>>,
    at: (i32, i32),
}

/// What the threads found.
pub enum Found {
    /// Figures, and of what.
    Figures(FiguresKey, Vec<ChannelFigures>),
    /// An object, or why there is none.
    Object(Result<Probe, String>),
    /// Names of objects.
    Names(FoundNames),
}

/// The threads.
pub struct Background {
    figures: Latest<FiguresJob>,
    objects: Latest<ObjectJob>,
    pub(super) names: Latest<NamesJob>,
}

impl Background {
    /// Starts the threads; what they find goes to `tell`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new<T: Fn(Message) -> bool + Send + 'static>(tell: [T; 3]) -> std::io::Result<Self> {
        let [tell, tell_object, tell_names] = tell;
        let figures = Latest::spawn("figures", move |job: FiguresJob, stale| {
            if let Some(figures) = figures(&job, stale) {
                tell(Message::Found(Found::Figures(job.key, figures)));
            }
        })?;
        let objects = Latest::spawn("objects", move |job: ObjectJob, stale| {
            let found = object(&job);
            if !stale.is_set() {
                tell_object(Message::Found(Found::Object(found)));
            }
        })?;
        let names = Latest::spawn("names", move |job: NamesJob, stale| {
            let found = names::read(job);
            if !stale.is_set() {
                tell_names(Message::Found(Found::Names(found)));
            }
        })?;
        Ok(Self { figures, objects, names })
    }

    /// Lets the threads end by themselves.
    pub fn leave(&self) {
        self.figures.leave();
        self.objects.leave();
        self.names.leave();
    }
}

fn figures(job: &FiguresJob, stale: &Stale) -> Option<Vec<ChannelFigures>> {
    let plane = |decoded: &'_ Option<Arc<Decoded>>| decoded.clone();
    let (candidate, reference) = (plane(&job.candidate), plane(&job.reference));
    let sides = Sides {
        candidate: candidate.as_ref().map(|decoded| &decoded.plane),
        reference: reference.as_ref().map(|decoded| &decoded.plane),
    };
    describe(&job.probe, sides, &job.rule, &|| stale.is_set())
}

/// All pixels whose samples have the same bits as those at a pixel; of a cryptomatte those whose id of
/// the first rank has.
fn object(job: &ObjectJob) -> Result<Probe, String> {
    let (plane, (x, y)) = (&job.decoded.plane, job.at);
    let clicked = plane.pixel(x, y).ok_or_else(|| format!("the file has no id at {x}, {y}"))?;
    let count = if job.kind == AovKind::Cryptomatte { 1 } else { plane.channels.len() };
    // No id and no coverage: the layers have room for more objects than most pixels have.
    if job.kind == AovKind::Cryptomatte && clicked.iter().take(2).all(|sample| sample.bits() == 0) {
        return Err(format!("no object of this layer covers the pixel {x}, {y}"));
    }
    let clicked = &clicked[..count];
    let ids: Vec<u32> = clicked.iter().map(|sample| sample.bits()).collect();
    let placed = pixels_with_ids(plane, &ids).ok_or("no pixel has that id")?;
    Ok(Probe::mask(name_of(job.kind, clicked, job.names.as_deref()), placed))
}

fn name_of(kind: AovKind, id: &[Sample], names: Option<&ObjectNames>) -> String {
    if let (AovKind::Cryptomatte, [id]) = (kind, id) {
        let name = names.and_then(|names| names.name(id.bits()));
        return name.unwrap_or_else(|| format!("cryptomatte {:08x}", id.bits()));
    }
    let ids: Vec<String> = id.iter().map(|sample| super::clipboard::exact(*sample)).collect();
    format!("id {}", ids.join(" "))
}

impl App {
    /// Asks for the figures of the selected region in the shown frame.
    pub(super) fn request_figures(&mut self) {
        let Some(probe) = self.view.probes.selected().map(|tracked| &tracked.probe) else { return };
        if probe.shape == ProbeShape::Pixel || self.shown.is_rough {
            return;
        }
        let key = self.figures_key(probe);
        if self.tracking.asked.as_ref() == Some(&key) || key.planes == [None, None] {
            return;
        }
        let (candidate, reference) = (self.shown.candidate().cloned(), self.shown.reference().cloned());
        let (probe, rule) = (probe.clone(), self.view.rule());
        self.tracking.asked = Some(key.clone());
        self.workers.tracking.figures.submit(FiguresJob { key, probe, candidate, reference, rule });
    }

    fn figures_key(&self, probe: &Probe) -> FiguresKey {
        let planes = [self.shown.candidate(), self.shown.reference()].map(|side| side.map(|d| d.id));
        let rule = rule_key(&self.view.rule());
        FiguresKey { window: probe.window, shape: probe.shape.clone(), planes, rule }
    }

    /// The figures of a probe in the shown frame, once they are there.
    pub(super) fn figures_of(&self, probe: &Probe) -> Option<&[ChannelFigures]> {
        let (key, figures) = self.tracking.figures.as_ref()?;
        (*key == self.figures_key(probe)).then_some(figures)
    }

    pub(super) fn found(&mut self, found: Found) {
        match found {
            Found::Figures(key, figures) => self.tracking.figures = Some((key, figures)),
            Found::Names(found) => self.found_names(found),
            Found::Object(result) => {
                self.tracking.searching = false;
                match result {
                    Ok(probe) => self.track(vec![probe]),
                    Err(error) => self.say(error, true),
                }
            }
        }
    }

    pub(super) fn obey_tracking(&mut self, wish: TrackingWish, ctx: &egui::Context) {
        match wish {
            TrackingWish::FindObject(side, at) => self.find_object(side, at),
            TrackingWish::CopyValues => match super::clipboard::values(self) {
                Some(text) => ctx.copy_text(text),
                None => self.say("nothing to copy: point at a pixel or select what is tracked".into(), false),
            },
            TrackingWish::Paste(text) => match pasted(&text) {
                Ok(probes) => self.track(probes),
                Err(error) => self.say(error.to_string(), true),
            },
        }
    }

    /// Tracks these too, and says if there is no room for all.
    fn track(&mut self, probes: Vec<Probe>) {
        let last = probes.last().cloned();
        self.apply(Action::Probe(ProbeAction::Track(probes)));
        let is_tracked = |probe: &Probe| {
            let mut items = self.view.probes.items().iter();
            items.any(|item| item.probe.window == probe.window && item.probe.shape == probe.shape)
        };
        if last.is_some_and(|probe| !is_tracked(&probe)) {
            let most = crate::view::probes::MOST;
            self.say(format!("no more than {most} things are tracked at a time: remove some first"), true);
        }
    }

    fn find_object(&mut self, side: Side, at: (i32, i32)) {
        let kind = self.view.kind();
        if !kind.is_categorical() {
            // Nobody did anything wrong.
            let text = "The Object tool follows ids: show an AOV of kind id or cryptomatte first";
            if self.toasts.iter().all(|toast| toast.text != text) {
                self.say(text.to_owned(), false);
            }
            return;
        }
        let decoded = loaded(self, side).and_then(|side| side.as_ref().ok());
        if let Some(decoded) = decoded.filter(|_| !self.shown.is_rough).cloned() {
            self.tracking.searching = true;
            let names = self.tracking.names.found.clone();
            self.workers.tracking.objects.submit(ObjectJob { decoded, kind, names, at });
        }
    }

    /// Puts the brush down.
    pub(super) fn begin_stroke(&mut self, paint: Paint, at: (i32, i32), within: Window) {
        let pixels = stroke(at, at, self.view.tracking.brush_radius, within);
        self.tracking.stroke = Some(Stroke { paint, pixels, last: at });
    }

    /// Moves the brush.
    pub(super) fn extend_stroke(&mut self, to: (i32, i32), within: Window) {
        let radius = self.view.tracking.brush_radius;
        let Some(present) = self.tracking.stroke.as_mut().filter(|present| present.last != to) else {
            return;
        };
        let more = stroke(present.last, to, radius, within);
        present.last = to;
        present.pixels = match (present.pixels.take(), more) {
            (Some(before), Some(more)) => Some(united(&before, &more)),
            (before, more) => before.or(more),
        };
    }

    /// Lifts the brush: what it did.
    pub(super) fn end_stroke(&mut self) -> Option<ProbeAction> {
        let stroke = self.tracking.stroke.take()?;
        stroke.pixels.map(|pixels| ProbeAction::Paint(pixels, stroke.paint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Plane, PlaneChannel, Samples, Unreadable};

    fn job(channels: Vec<Samples>, kind: AovKind, at: (i32, i32)) -> ObjectJob {
        let window = Window::new(-2, 1, 5, 4);
        let channel = |(index, samples)| PlaneChannel { name: format!("c{index}"), samples };
        let plane = Plane {
            data_window: window,
            display_window: window,
            channels: channels.into_iter().enumerate().map(channel).collect(),
            unreadable: vec![Unreadable {
                window: Window::new(-2, 4, 5, 1),
                incomplete: true,
                reason: String::new(),
            }],
        };
        let names = ObjectNames::parse(br#"{"sphere": "40400000"}"#).expect("a manifest");
        let (decoded, names) = (Arc::new(Decoded { id: 0, plane }), Some(Arc::new(names)));
        ObjectJob { decoded, kind, names, at }
    }

    #[test]
    fn an_object_is_all_pixels_of_its_id() {
        let ids: Vec<u32> = (0..20).map(|i| if i % 3 == 0 { 42 } else { i }).collect();
        let found = object(&job(vec![Samples::U32(ids)], AovKind::Id, (1, 1))).expect("an id");
        let pixels: Vec<_> = found.pixels_in(found.window).collect();
        // The last row cannot be read.
        assert_eq!(pixels, [(-2, 1), (1, 1), (-1, 2), (2, 2), (0, 3)]);
        assert_eq!((found.label.as_str(), found.window), ("id 42", Window::new(-2, 1, 5, 3)));
    }

    #[test]
    fn ids_are_bits_and_a_cryptomattes_first_rank_alone_counts() {
        let nan = f32::from_bits(0x7fc0_1234);
        let ids: Vec<f32> = (0..20).map(|i| if i < 2 { nan } else { 1.0 + i as f32 }).collect();
        let coverage: Vec<f32> = (0..20).map(|i| i as f32).collect();
        let channels = vec![Samples::F32(ids), Samples::F32(coverage)];
        let found = object(&job(channels.clone(), AovKind::Cryptomatte, (-2, 1))).expect("an id");
        assert_eq!((found.count(), found.label.as_str()), (2, "cryptomatte 7fc01234"));
        let found = object(&job(channels.clone(), AovKind::Cryptomatte, (0, 1))).expect("an id");
        assert_eq!((found.count(), found.label.as_str()), (1, "sphere"), "3 in float bits");
        let found = object(&job(channels, AovKind::Id, (0, 1))).expect("an id");
        assert_eq!((found.count(), found.label.as_str()), (1, "id 3 2"));
    }
}
