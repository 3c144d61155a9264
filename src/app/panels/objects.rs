//! What a Cryptomatte calls the objects in a pixel.

use egui::{Label, RichText, Ui};

use super::{elided, shortened};
use crate::app::names::Object;
use crate::app::{App, theme};
use crate::image::{AovKind, Plane};

/// Size of the font, and height of a line.
const FONT: f32 = 11.0;
const LINE: f32 = 15.0;
/// Most letters of a name that is written into a pixel.
const LETTERS: usize = 14;

/// Draws a line for each rank of the shown layer: name and id, both where the sides differ.
pub fn ui(ui: &mut Ui, app: &App, sides: [Option<&Plane>; 2]) {
    if app.view.kind() != AovKind::Cryptomatte {
        return;
    }
    let ranks = sides.into_iter().flatten().map(|plane| plane.channels.len() / 2).max().unwrap_or(0);
    let objects = sides.map(|plane| {
        let at = plane.zip(app.hover);
        at.map_or_else(Vec::new, |(plane, at)| app.objects_at(plane, at))
    });
    let before = app.view.aov.as_deref().map_or(0, ranks_before);
    // Lines for as long as the AOV is shown: they must not come and go with the pointer.
    for rank in 0..ranks {
        let [reference, candidate] = objects.each_ref().map(|objects| objects.get(rank));
        let all = ui.available_width();
        let told = |object: Option<&Object>, part: f32| {
            object.map_or_else(|| "–".to_owned(), |object| told(ui, object, all * part))
        };
        let text = match (reference, candidate) {
            _ if sides[0].is_none() => told(candidate, 0.7),
            _ if sides[1].is_none() || reference == candidate => told(reference, 0.7),
            _ => format!("{} → {}", told(reference, 0.22), told(candidate, 0.22)),
        };
        let differ = sides[0].is_some() && sides[1].is_some() && reference != candidate;
        let colour = if differ { theme::changed() } else { theme::text() };
        let title = format!("object {}", before + rank + 1);
        ui.horizontal(|ui| {
            ui.set_height(LINE);
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.label(RichText::new(title).size(FONT).color(theme::weak()));
            ui.add(Label::new(RichText::new(text).size(FONT).color(colour)).truncate());
        });
    }
}

/// How many objects of a pixel the layers before this one have: two each, by the digits of its name.
fn ranks_before(layer: &str) -> usize {
    let name = layer.trim_end_matches(|c: char| c.is_ascii_digit());
    layer[name.len()..].parse::<u16>().map_or(0, |layer| 2 * usize::from(layer))
}

/// Name and id; the middle of a name that is wider than `width` is left out.
fn told(ui: &Ui, object: &Object, width: f32) -> String {
    let name = object.name.as_ref().map(|name| elided(ui, name, FONT, width));
    name.map_or_else(|| format!("no name {:08x}", object.id), |name| format!("{name} {:08x}", object.id))
}

/// The name of the object of the first rank, short enough to be written into a pixel.
pub fn name_in_pixel(app: &App, plane: &Plane, at: (i32, i32)) -> Option<String> {
    let name = app.objects_at(plane, at).into_iter().next()?.name?;
    Some(shortened(&name, |text| text.chars().count() <= LETTERS))
}

#[cfg(test)]
mod tests {
    use super::ranks_before;

    #[test]
    fn objects_are_counted_over_all_layers() {
        let before = ["crypto_object00", "crypto_object01", "v2.crypto12", "crypto"].map(ranks_before);
        assert_eq!(before, [0, 2, 24, 0]);
    }
}
