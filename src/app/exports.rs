//! Exports: what is asked for, what is under way, what came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::App;
use super::canvas::Heat;
use super::discover::MapsOverFrames;
use super::jobs::{ExportJob, MapExport, OverExport, TrackExport, TrackFailure, TrackFormat, Tracked};
use super::panels::legend;
use super::target::Target;
use super::theme;
use crate::export::{CurveStyle, DEFAULT_CSV, DEFAULT_NPZ, MapRange, MapStyle};
use crate::image::Window;
use crate::view::{OverTime, Scope};

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// The tracked values as `comparison_export.csv`.
    Csv(Scope),
    /// The tracked values as `comparison_export.npz`.
    Npz(Scope),
    /// The curves of this AOV's shown channels as `comparison_curves.svg`.
    CurvesSvg,
    /// The same as `comparison_curves.png`.
    CurvesPng,
    /// The shown delta in colours.
    MapPng,
    /// The shown delta as values.
    MapExr,
}

/// An export of tracked values that is under way, or waits.
#[derive(Debug)]
pub struct Exporting {
    /// Frames done.
    pub done: usize,
    /// Frames in all; 0 until that is known.
    pub total: usize,
    number: u64,
    file_name: String,
    cancel: Arc<AtomicBool>,
}

impl Exporting {
    /// Name of the file.
    pub fn name(&self) -> String {
        self.file_name.clone()
    }
}

impl App {
    /// Exports in the background.
    pub fn export(&mut self, kind: ExportKind) {
        match kind {
            ExportKind::MapPng | ExportKind::MapExr => self.export_map(kind),
            ExportKind::Csv(scope) => self.export_tracked(scope, DEFAULT_CSV, TrackFormat::Csv),
            ExportKind::Npz(scope) => self.export_tracked(scope, DEFAULT_NPZ, TrackFormat::Npz),
            ExportKind::CurvesSvg => {
                let format = TrackFormat::Svg(self.curve_style());
                self.export_tracked(Scope::ShownAov, "comparison_curves.svg", format);
            }
            ExportKind::CurvesPng => {
                let format = TrackFormat::Png(self.curve_style());
                self.export_tracked(Scope::ShownAov, "comparison_curves.png", format);
            }
        }
    }

    /// Ends all exports of tracked values; nothing is written.
    pub fn cancel_exports(&self) {
        self.exporting.iter().for_each(|export| export.cancel.store(true, Ordering::Relaxed));
    }

    /// The channels and colours of the curves on screen.
    fn curve_style(&self) -> CurveStyle {
        let names = self.view.aov_entry().map_or(&[][..], |entry| &entry.channels);
        let channels = self.view.curve_channels().into_iter().filter_map(|c| names.get(c).cloned());
        let colour = |index: usize| {
            let [r, g, b, _] = theme::sequence(&self.view.catalogue, index).to_array();
            (self.view.name(Some(index)).to_owned(), [r, g, b])
        };
        CurveStyle {
            channels: channels.collect(),
            colours: self.view.catalogue.shown().map(colour).collect(),
        }
    }

    fn export_tracked(&mut self, scope: Scope, name: &str, format: TrackFormat) {
        if self.view.probes.items().is_empty() {
            self.say("nothing to export: click a pixel or draw a rectangle first".to_owned(), true);
            return;
        }
        let Some(plan) = self.view.track_plan(scope) else {
            self.say("nothing to export: no sequence takes part".to_owned(), true);
            return;
        };
        self.exports_begun += 1;
        let number = self.exports_begun;
        let target = self.target(name.to_owned());
        let file_name = target.name.clone();
        let cancel = Arc::new(AtomicBool::new(false));
        let job = TrackExport { number, plan, target, format, cancel: Arc::clone(&cancel) };
        if self.submit_export(ExportJob::Track(Box::new(job))) {
            self.exporting.push_back(Exporting { done: 0, total: 0, number, file_name, cancel });
        }
    }

    pub(super) fn export_is_at(&mut self, number: u64, done: usize, total: usize) {
        if let Some(export) = self.exporting.iter_mut().find(|export| export.number == number) {
            (export.done, export.total) = (done, total);
        }
    }

    pub(super) fn export_is_over(&mut self, number: u64, result: Result<Tracked, TrackFailure>) {
        self.exporting.retain(|export| export.number != number);
        match result {
            Ok(Tracked { path, incomplete: false }) => {
                self.say(format!("written: {}", path.display()), false)
            }
            Ok(Tracked { path, incomplete: true }) => {
                let text = "not every frame could be compared, the column status says which";
                self.say(format!("written: {} ({text})", path.display()), false);
            }
            Err(TrackFailure::Cancelled) => {
                self.say("export cancelled; nothing was written".to_owned(), false)
            }
            Err(TrackFailure::Because(error)) => self.say(error, true),
        }
    }

    /// Writes the shown delta: `comparison_AOV.0007.png` or `.exr`.
    fn export_map(&mut self, kind: ExportKind) {
        let Some(heat) = self.shown.heat.clone() else {
            self.say("nothing to export: there is no difference of this frame".to_owned(), true);
            return;
        };
        let plane = self.shown.reference().map(|decoded| decoded.plane.display_window);
        let display_window = plane.unwrap_or(heat.map.window);
        let extension = if kind == ExportKind::MapPng { "png" } else { "exr" };
        if let Some(over) = &heat.over_frames {
            let picture = match over.map {
                _ if kind == ExportKind::MapExr => Some(None),
                OverTime::FirstChanged => Some(Some("first_changed")),
                OverTime::LastChanged => Some(Some("last_changed")),
                OverTime::MaxFrame => Some(Some("frame_of_max")),
                _ => None,
            };
            if let Some(picture) = picture {
                return self.export_over_frames(&heat, display_window, picture);
            }
        }
        // The canvas may still show the delta of an earlier AOV or tolerance: it says itself of what.
        let target = self.target(format!("comparison_{}.{extension}", heat.file_stem()));
        let range = legend::range(self, &heat);
        let color = Some(self.view.display.map(heat.signed));
        let style = MapStyle { color, range: MapRange::Fixed(range), scale: range.scale() };
        let map = MapExport { heat, display_window, style, target };
        let job = if kind == ExportKind::MapPng { ExportJob::MapPng(map) } else { ExportJob::MapExr(map) };
        self.submit_export(job);
    }

    /// Writes the values of all maps over the frames, as `aovscope compare` does; or a picture of one of
    /// frame numbers.
    fn export_over_frames(&mut self, heat: &Heat, display_window: Window, picture: Option<&'static str>) {
        let Some(found) = self.maps_over_frames() else {
            return self.say("nothing to export yet: the map is still being computed".to_owned(), true);
        };
        let name = match picture {
            None => format!("{}.delta.exr", found.caption.aov.replace(['/', '\\', ':'], "_")),
            Some(_) => format!("{}.png", heat.file_stem()),
        };
        let color = Some(self.view.display.map(heat.signed));
        let style = MapStyle { color, ..MapStyle::default() };
        let target = self.target(format!("comparison_{name}"));
        let MapsOverFrames { maps, numbers, compared, caption } = found;
        let over = OverExport { maps, numbers, compared, caption, display_window, picture, style, target };
        self.submit_export(ExportJob::OverFrames(Box::new(over)));
    }

    pub(super) fn target(&self, name: String) -> Target {
        Target { folders: self.export_folders.clone(), name }
    }

    fn submit_export(&mut self, job: ExportJob) -> bool {
        let taken = self.workers.export.submit(job);
        if !taken {
            self.say("too many exports wait already".to_owned(), true);
        }
        taken
    }
}
