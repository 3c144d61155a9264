//! All keys, out of the table that the window obeys.

use egui::{Align, Color32, Grid, Id, Layout, Modal, RichText, Role, ScrollArea, TextEdit, Ui, vec2};

use super::named;
use crate::app::fuzzy::fit;
use crate::app::keys::{BINDINGS, HELD, MOUSE, key_text};
use crate::app::ui::Wish;
use crate::app::{App, theme};

/// Room for one column, in points.
const COLUMN: f32 = 480.0;

/// What stands under one heading: keys, and what they do.
struct Group {
    title: &'static str,
    lines: Vec<(String, &'static str)>,
}

impl Group {
    fn height(&self) -> usize {
        // The heading is as high as two lines.
        self.lines.len() + 2
    }
}

/// Draws the overlay.
pub fn ui(ui: &Ui, app: &mut App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let modal = Modal::new(Id::unique("keys")).backdrop_color(Color32::from_black_alpha(150));
    let response = modal.show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect().size() - vec2(60.0, 60.0);
        let count = ((room.x / COLUMN) as usize).clamp(1, 3);
        ui.set_max_size(vec2(room.x.min(COLUMN * count as f32), room.y));
        ui.horizontal(|ui| {
            ui.label(RichText::new("Keys").heading());
            let search =
                TextEdit::singleline(&mut app.program.help_search).hint_text("Search").desired_width(170.0);
            let search = ui.add(search).on_hover_text("A part of what a key does, or of its name");
            named(&search, Role::TextInput, "Search keys");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Close").on_hover_text("Escape").clicked() {
                    wishes.push(Wish::ToggleHelp);
                }
                ui.label(RichText::new("All by name: Ctrl + K").size(11.0).color(theme::weak()));
            });
        });
        ui.add_space(6.0);
        ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
        let groups = groups(app);
        ScrollArea::vertical().max_height(room.y - 40.0).show(ui, |ui| match &groups[..] {
            [] => {
                ui.label(RichText::new("No key does that").color(theme::weak()));
            }
            groups => show(ui, &columns(groups, count)),
        });
    });
    if response.should_close() {
        wishes.push(Wish::ToggleHelp);
    }
    wishes
}

/// All lines that fit what is looked for.
fn groups(app: &App) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, binding) in BINDINGS.iter().enumerate() {
        let Some(key) = app.program.keymap.keys(place).first() else { continue };
        let line = (key_text(key), binding.text);
        match groups.iter_mut().find(|group| group.title == binding.group) {
            Some(group) => group.lines.push(line),
            None => groups.push(Group { title: binding.group, lines: vec![line] }),
        }
    }
    let rest = [("Held", HELD), ("Mouse", MOUSE)];
    groups.extend(rest.into_iter().map(|(title, lines)| {
        let lines = lines.iter().map(|(what, does)| ((*what).to_owned(), *does)).collect();
        Group { title, lines }
    }));
    let search = app.program.help_search.trim();
    if !search.is_empty() {
        let fits = |(key, text): &(String, &str)| {
            fit(search, text).is_some() || key.to_lowercase().contains(&search.to_lowercase())
        };
        groups.iter_mut().for_each(|group| group.lines.retain(fits));
        groups.retain(|group| !group.lines.is_empty());
    }
    groups
}

/// Spread over columns of about one height, in order.
fn columns(groups: &[Group], count: usize) -> Vec<&[Group]> {
    let total: usize = groups.iter().map(Group::height).sum();
    let most = total.div_ceil(count);
    let mut columns = Vec::new();
    let (mut start, mut height) = (0, 0);
    for (at, group) in groups.iter().enumerate() {
        // A group goes where the larger part of it has room.
        if at > start && height + group.height() / 2 > most && columns.len() + 1 < count {
            columns.push(&groups[start..at]);
            (start, height) = (at, 0);
        }
        height += group.height();
    }
    columns.push(&groups[start..]);
    columns
}

fn show(ui: &mut Ui, columns: &[&[Group]]) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 36.0;
        for groups in columns {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                groups.iter().for_each(|group| table(ui, group));
            });
        }
    });
}

fn table(ui: &mut Ui, group: &Group) {
    ui.add_space(4.0);
    ui.label(RichText::new(group.title).strong().color(theme::accent()));
    Grid::new(group.title).num_columns(2).spacing([14.0, 3.0]).show(ui, |ui| {
        for (key, does) in &group.lines {
            ui.label(RichText::new(key).monospace());
            ui.label(RichText::new(*does).color(theme::text()));
            ui.end_row();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_groups_stand_somewhere_in_order() {
        let group = |n| Group { title: "x", lines: vec![(String::new(), "y"); n] };
        let groups: Vec<Group> = [6, 12, 10, 4, 3, 13, 1, 6].into_iter().map(group).collect();
        for count in 1..=4 {
            let columns = columns(&groups, count);
            assert!(columns.len() <= count);
            let lines = columns.iter().flat_map(|groups| groups.iter()).map(|group| group.lines.len());
            assert_eq!(lines.collect::<Vec<_>>(), [6, 12, 10, 4, 3, 13, 1, 6]);
        }
    }
}
