//! What changed most: pixels of the frame, AOVs of the frame, frames of the AOV.

use egui::{Button, Color32, Label, RichText, Role, ScrollArea, Ui};

use super::pixels;
use super::table::{ROW, beside, cells, row, titles};
use crate::app::panels::{named, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::discovery::{aovs_as_tsv, frames_as_tsv, pixels_as_tsv};
use crate::view::{Action, AovOfFrame, Changes, DiscoveryAction, WorstOf};

/// Size of the font, in points.
const FONT: f32 = 10.0;
/// Right edges of the columns of AOVs: name, changed part, largest difference, its place.
const AOVS: [f32; 4] = [0.42, 0.6, 0.8, 1.0];
/// Right edges of the columns of frames: number, changed part, largest difference.
const FRAMES: [f32; 3] = [0.25, 0.6, 1.0];

/// Draws the choice and the list.
pub fn ui(ui: &mut Ui, app: &App, changes: Option<&Changes>, wishes: &mut Vec<Wish>) {
    let present = app.view.discovery.worst;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.label(RichText::new("WORST").size(10.5).color(theme::weak()));
        for of in WorstOf::ALL {
            let text = RichText::new(of.name()).size(11.0);
            let response = ui.add(Button::selectable(of == present, text).small());
            named(&response, Role::Button, &format!("Most changed {}", of.name().to_lowercase()));
            if response.on_hover_text(hint(of)).clicked() {
                wishes.push(Action::Discover(DiscoveryAction::SetWorst(of)).into());
            }
        }
        let copy = ui.add(Button::new(RichText::new("Copy").size(11.0)).small());
        named(&copy, Role::Button, "Copy most changed");
        if copy.on_hover_text("The list as text for a table (tab-separated), with every digit").clicked() {
            wishes.push(Wish::Copy(match present {
                WorstOf::Pixels => changes.map_or_else(String::new, pixels_as_tsv),
                WorstOf::Aovs => aovs_as_tsv(&app.view.aovs_of_frame()),
                WorstOf::Frames => frames_as_tsv(&app.view.worst_frames()),
            }));
        }
    });
    match (present, changes.filter(|changes| !changes.worst.is_empty())) {
        (WorstOf::Pixels, Some(changes)) => pixels::ui(ui, changes, wishes),
        (WorstOf::Pixels, None) if changes.is_some_and(|changes| changes.frames.is_some()) => {
            weak(ui, "Pixels are listed of one frame: press T until it is shown.");
        }
        (WorstOf::Pixels, None) => weak(ui, "No pixel changed."),
        (WorstOf::Aovs, _) => aovs(ui, app, wishes),
        (WorstOf::Frames, _) => frames(ui, app, wishes),
    }
}

const fn hint(of: WorstOf) -> &'static str {
    match of {
        WorstOf::Pixels => "Pixels of this AOV in this frame, the largest difference first",
        WorstOf::Aovs => {
            "All AOVs in this frame, by the part of their pixels that changed; a click shows the AOV at its \
             largest difference"
        }
        WorstOf::Frames => "Frames in which this AOV changed, the largest difference first",
    }
}

fn weak(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).size(11.0).color(theme::weak())).wrap());
}

fn aovs(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let found = app.view.aovs_of_frame();
    titles(ui, &AOVS, &["AOV", "changed", "largest", "at"], FONT);
    let list = ScrollArea::vertical().id_salt("worst AOVs").auto_shrink([false, false]);
    list.show_rows(ui, ROW, found.len(), |ui, range| {
        for (entry, of) in &found[range] {
            let is_shown = app.view.aov.as_deref() == Some(&entry.key);
            let (rect, response) = row(ui, is_shown, &format!("Changes of {}", entry.key));
            cells(ui.painter(), rect, &AOVS, &texts(&entry.key, of), FONT);
            if response.clicked() {
                wishes.push(Action::SetAov(entry.key.clone()).into());
                let at = of.peak.as_ref().map(|peak| peak.at);
                wishes.extend(at.map(|(x, y)| Wish::from(Action::FlyTo(x, y))));
            }
            beside(&response, || told(&entry.key, of));
        }
    });
    if found.len() < app.view.aovs.len() && found.is_empty() {
        weak(ui, "Comparing…");
    }
}

fn texts(key: &str, of: &AovOfFrame) -> Vec<(String, Color32)> {
    let colour = if of.changed > 0 { theme::changed() } else { theme::weak() };
    // Its end tells it from the others.
    let start = key.char_indices().rev().nth(17).map_or(0, |(at, _)| at);
    let name = if start > 0 { format!("…{}", &key[start..]) } else { key.to_owned() };
    let place = of.peak.as_ref().map_or_else(String::new, |peak| format!("{}, {}", peak.at.0, peak.at.1));
    vec![
        (name, if of.changed > 0 { theme::text() } else { theme::weak() }),
        (if of.changed == 0 { "same".to_owned() } else { values::percent(of.fraction) }, colour),
        (if of.changed == 0 { String::new() } else { values::short(of.max_abs) }, colour),
        (if of.changed == 0 { String::new() } else { place }, theme::weak()),
    ]
}

fn told(key: &str, of: &AovOfFrame) -> String {
    let mut text = format!("{key}\n{} pixels changed ({})", values::count(of.changed), of.fraction);
    if let Some(peak) = &of.peak {
        let (x, y) = peak.at;
        text.push_str(&format!("\nlargest |a−b| {} at {x}, {y}, channel {}", of.max_abs, peak.channel));
        for (name, sample) in [("candidate", peak.candidate), ("reference", peak.reference)] {
            let stored = sample.map_or_else(|| "–".to_owned(), values::stored);
            text.push_str(&format!("\n{name} {stored}"));
        }
    }
    text.push_str("\nClick: show it");
    text
}

fn frames(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let found = app.view.worst_frames();
    titles(ui, &FRAMES, &["frame", "changed", "largest"], FONT);
    let list = ScrollArea::vertical().id_salt("worst frames").auto_shrink([false, false]);
    list.show_rows(ui, ROW, found.len(), |ui, range| {
        for of in &found[range] {
            let is_shown = app.view.playback.frame() == Some(of.frame);
            let (rect, response) = row(ui, is_shown, &format!("Changes in frame {}", of.frame));
            let texts = [
                (of.frame.to_string(), theme::text()),
                (values::percent(of.fraction), theme::changed()),
                (values::short(of.max_abs), theme::changed()),
            ];
            cells(ui.painter(), rect, &FRAMES, &texts, FONT);
            if response.clicked() {
                wishes.push(Action::Discover(DiscoveryAction::ShowFrame(of.frame)).into());
            }
            beside(&response, || {
                format!(
                    "frame {}\nchanged {}\nlargest |a−b| {}\nClick: go there",
                    of.frame, of.fraction, of.max_abs
                )
            });
        }
    });
    if found.is_empty() {
        let is_known = app.view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete());
        weak(ui, if is_known { "This AOV changed in no frame." } else { "Comparing…" });
    }
}
