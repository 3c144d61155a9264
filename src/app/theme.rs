//! Colours and sizes: dark, calm, the picture before all else.

use egui::{Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Visuals};

use crate::view::Catalogue;

/// Behind the picture.
pub const CANVAS: Color32 = Color32::from_rgb(14, 15, 17);
/// Behind the panels.
pub const PANEL: Color32 = Color32::from_rgb(24, 26, 29);
/// Lines between things.
pub const LINE: Color32 = Color32::from_rgb(44, 47, 52);
/// Text.
pub const TEXT: Color32 = Color32::from_rgb(208, 212, 218);
/// Text that may be overlooked.
pub const WEAK: Color32 = Color32::from_rgb(134, 141, 151);
/// What is chosen.
pub const ACCENT: Color32 = Color32::from_rgb(106, 168, 232);
/// Something changed.
pub const CHANGED: Color32 = Color32::from_rgb(245, 158, 84);
/// Something is wrong.
pub const ERROR: Color32 = Color32::from_rgb(236, 106, 106);

/// NaN or infinite, as the canvas paints it.
pub const NOT_A_NUMBER: Color32 = Color32::from_rgb(255, 0, 217);

/// Pixels that one of the two does not have, as the canvas stripes them.
pub const UNCOVERED: Color32 = Color32::from_rgb(64, 158, 153);

/// Pixels that a file does not give, as the canvas stripes them.
pub const UNREADABLE: Color32 = Color32::from_rgb(217, 77, 77);

/// Of the sequences: even in lightness, told apart by colour-blind eyes as far as eight can be.
const SEQUENCES: [Color32; 8] = [
    Color32::from_rgb(122, 178, 236),
    Color32::from_rgb(240, 168, 92),
    Color32::from_rgb(126, 200, 150),
    Color32::from_rgb(222, 130, 178),
    Color32::from_rgb(212, 204, 112),
    Color32::from_rgb(166, 148, 232),
    Color32::from_rgb(112, 204, 208),
    Color32::from_rgb(224, 124, 108),
];

/// Of the tracked pixels and rectangles.
const PROBES: [Color32; 6] = [
    Color32::from_rgb(255, 255, 255),
    Color32::from_rgb(120, 235, 160),
    Color32::from_rgb(255, 120, 190),
    Color32::from_rgb(110, 220, 255),
    Color32::from_rgb(255, 220, 100),
    Color32::from_rgb(190, 160, 255),
];

/// The colour of a sequence's curve and badge: no two that take part share one, up to sixteen.
pub fn sequence(catalogue: &Catalogue, index: usize) -> Color32 {
    colour(slot(catalogue.shown(), index))
}

/// Its own place in the palette, unless one before it that takes part has it: then the first free.
fn slot(shown: impl Iterator<Item = usize>, index: usize) -> usize {
    let mut taken = Vec::new();
    for shown in shown {
        let own = shown % SEQUENCES.len();
        let slot = if taken.contains(&own) {
            (0..).find(|slot| !taken.contains(slot)).expect("fewer sequences than numbers")
        } else {
            own
        };
        if shown == index {
            return slot;
        }
        taken.push(slot);
    }
    index
}

/// The palette, and then the same again darker.
fn colour(slot: usize) -> Color32 {
    let colour = SEQUENCES[slot % SEQUENCES.len()];
    if (slot / SEQUENCES.len()).is_multiple_of(2) {
        colour
    } else {
        colour.lerp_to_gamma(Color32::BLACK, 0.38)
    }
}

/// How many colours tracked things have.
pub const PROBE_COLOURS: usize = PROBES.len();

/// The colour of a tracked pixel, rectangle or mask.
pub fn probe(colour: usize) -> Color32 {
    PROBES[colour % PROBES.len()]
}

/// Gives the context its looks.
pub fn install(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(|style| {
        style.visuals = visuals();
        style.spacing.item_spacing = egui::vec2(6.0, 4.0);
        style.spacing.button_padding = egui::vec2(8.0, 3.0);
        style.spacing.interact_size.y = 22.0;
        style.spacing.slider_width = 120.0;
        style.animation_time = 0.0;
        style.interaction.tooltip_delay = 0.6;
        let sizes = [
            (TextStyle::Small, 10.5, FontFamily::Proportional),
            (TextStyle::Body, 12.5, FontFamily::Proportional),
            (TextStyle::Button, 12.5, FontFamily::Proportional),
            (TextStyle::Heading, 18.0, FontFamily::Proportional),
            (TextStyle::Monospace, 11.5, FontFamily::Monospace),
        ];
        for (text_style, size, family) in sizes {
            style.text_styles.insert(text_style, FontId::new(size, family));
        }
    });
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    let radius = CornerRadius::same(4);
    visuals.panel_fill = PANEL;
    visuals.window_fill = Color32::from_rgb(30, 32, 36);
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.extreme_bg_color = Color32::from_rgb(16, 17, 19);
    visuals.override_text_color = None;
    visuals.selection.bg_fill = Color32::from_rgb(44, 74, 106);
    visuals.selection.stroke = Stroke::new(1.0, Color32::from_rgb(214, 230, 248));
    visuals.hyperlink_color = ACCENT;
    visuals.slider_trailing_fill = true;
    let widgets = &mut visuals.widgets;
    let fills = [
        (&mut widgets.noninteractive, PANEL, TEXT),
        (&mut widgets.inactive, Color32::from_rgb(38, 41, 46), TEXT),
        (&mut widgets.hovered, Color32::from_rgb(52, 56, 62), Color32::WHITE),
        (&mut widgets.active, Color32::from_rgb(62, 68, 76), Color32::WHITE),
        (&mut widgets.open, Color32::from_rgb(44, 48, 54), Color32::WHITE),
    ];
    for (widget, fill, text) in fills {
        (widget.bg_fill, widget.weak_bg_fill) = (fill, fill);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.bg_stroke = Stroke::NONE;
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_that_take_part_differ() {
        for shown in [vec![0, 8, 16], vec![3, 4, 11, 12, 20], (0..16).collect()] {
            let colours: Vec<Color32> =
                shown.iter().map(|&index| colour(slot(shown.iter().copied(), index))).collect();
            for (n, colour) in colours.iter().enumerate() {
                assert!(!colours[..n].contains(colour), "{shown:?}: {n} repeats");
            }
        }
    }

    #[test]
    fn a_colour_stays_while_others_come_and_go() {
        assert_eq!(slot([0, 5].into_iter(), 5), slot([0, 1, 2, 5].into_iter(), 5));
    }
}
