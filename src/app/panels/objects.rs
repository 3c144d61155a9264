//! What a Cryptomatte calls the objects in a pixel.

use egui::{FontId, Label, RichText, Ui};

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
        let is_pair = sides.iter().all(Option::is_some);
        ui.horizontal(|ui| {
            ui.set_height(LINE);
            ui.spacing_mut().item_spacing.x = 8.0;
            let title = format!("object {}", before + rank + 1);
            ui.label(RichText::new(title).size(FONT).color(theme::weak()));
            let (text, colour) = if is_pair && reference != candidate {
                // There is no room for both ids: names say which is which.
                let width = (ui.available_width() - width_of(ui, " | ")) / 2.0;
                let [a, b] = [reference, candidate].map(|object| name(ui, object, width));
                (format!("{a} | {b}"), theme::changed())
            } else {
                (with_id(ui, reference.or(candidate)), theme::text())
            };
            ui.add(Label::new(RichText::new(text).size(FONT).color(colour)).truncate());
        });
    }
}

/// How many objects of a pixel the layers before this one have: two each, by the digits of its name.
fn ranks_before(layer: &str) -> usize {
    let name = layer.trim_end_matches(|c: char| c.is_ascii_digit());
    layer[name.len()..].parse::<u16>().map_or(0, |layer| 2 * usize::from(layer))
}

/// Name and id of an object.
fn with_id(ui: &Ui, object: Option<&Object>) -> String {
    let Some(present) = object else { return "–".to_owned() };
    let id = format!(" {:08x}", present.id);
    let width = ui.available_width() - width_of(ui, &id);
    match present.name {
        Some(_) => name(ui, object, width) + &id,
        None => format!("no name{id}"),
    }
}

/// Its name, the middle left out where it is wider than `width`; the id of one that has none.
fn name(ui: &Ui, object: Option<&Object>, width: f32) -> String {
    let Some(object) = object else { return "–".to_owned() };
    let name = object.name.as_ref().map(|name| elided(ui, name, FONT, width));
    name.unwrap_or_else(|| format!("{:08x}", object.id))
}

fn width_of(ui: &Ui, text: &str) -> f32 {
    // Pieces that are laid out together may be a little wider than each by itself.
    let font = FontId::proportional(FONT);
    ui.painter().layout_no_wrap(text.to_owned(), font, theme::text()).size().x + 2.0
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
