//! The pixels of the frame that changed most.

use egui::{Color32, ScrollArea, Ui};

use super::table::{ROW, beside, cells, row, titles};
use crate::app::panels::values;
use crate::app::theme;
use crate::app::ui::Wish;
use crate::image::Sample;
use crate::view::{Action, Changes, WorstPixel};

/// Size of the font, in points.
const FONT: f32 = 9.5;

/// Places of the columns' right edges: place, channel, candidate, reference, delta.
const EDGES: [f32; 5] = [0.21, 0.27, 0.53, 0.79, 1.0];

/// Draws the list.
pub fn ui(ui: &mut Ui, changes: &Changes, wishes: &mut Vec<Wish>) {
    titles(ui, &EDGES, &["at", "", "candidate", "reference", "delta"], FONT);
    ScrollArea::vertical().id_salt("worst").auto_shrink([false, false]).show_rows(
        ui,
        ROW,
        changes.worst.len(),
        |ui, range| {
            for index in range {
                let pixel = &changes.worst[index];
                let (rect, response) = row(ui, false, &format!("Changed pixel {}", index + 1));
                cells(ui.painter(), rect, &EDGES, &texts(pixel), FONT);
                let (x, y) = pixel.at;
                if response.clicked() {
                    wishes.push(Action::FlyTo(x, y).into());
                }
                beside(&response, || told(pixel));
            }
        },
    );
}

fn texts(pixel: &WorstPixel) -> Vec<(String, Color32)> {
    let (x, y) = pixel.at;
    let stored = |sample: Option<Sample>| sample.map_or_else(|| "–".to_owned(), values::stored);
    let delta = pixel.delta().map_or_else(|| "–".to_owned(), values::short);
    vec![
        (format!("{x}, {y}"), theme::TEXT),
        (pixel.channel.clone(), theme::WEAK),
        (stored(pixel.candidate), theme::TEXT),
        (stored(pixel.reference), theme::TEXT),
        (delta, theme::CHANGED),
    ]
}

/// With every digit.
fn told(pixel: &WorstPixel) -> String {
    let (x, y) = pixel.at;
    let mut text = format!("pixel {x}, {y}, channel {} (its largest difference)", pixel.channel);
    for (name, sample) in [("candidate", pixel.candidate), ("reference", pixel.reference)] {
        let stored = sample.map_or_else(|| "–".to_owned(), values::stored);
        text.push_str(&format!("\n{name} {stored}"));
    }
    if let Some(delta) = pixel.delta() {
        text.push_str(&format!("\ndelta {delta}"));
    }
    if let Some(value) = pixel.value {
        text.push_str(&format!("\nby the metric {value}"));
    }
    text.push_str("\nClick: show it");
    text
}
