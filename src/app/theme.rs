//! Colours and sizes: dark or light, calm, the picture before all else.

use std::cell::Cell;

use egui::{Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Visuals};

use super::settings::{Settings, ThemeChoice};
use crate::view::Catalogue;

/// The colours of one theme.
struct Palette {
    canvas: Color32,
    panel: Color32,
    raised: Color32,
    field: Color32,
    line: Color32,
    text: Color32,
    strong: Color32,
    weak: Color32,
    accent: Color32,
    changed: Color32,
    error: Color32,
    selected: Color32,
    plate: [u8; 3],
    /// Of a button: at rest, under the pointer, pressed, open.
    button: [Color32; 4],
}

const DARK: Palette = Palette {
    canvas: Color32::from_rgb(14, 15, 17),
    panel: Color32::from_rgb(24, 26, 29),
    raised: Color32::from_rgb(30, 32, 36),
    field: Color32::from_rgb(16, 17, 19),
    line: Color32::from_rgb(44, 47, 52),
    text: Color32::from_rgb(208, 212, 218),
    strong: Color32::WHITE,
    weak: Color32::from_rgb(134, 141, 151),
    accent: Color32::from_rgb(106, 168, 232),
    changed: Color32::from_rgb(245, 158, 84),
    error: Color32::from_rgb(236, 106, 106),
    selected: Color32::from_rgb(44, 74, 106),
    plate: [16, 17, 20],
    button: [
        Color32::from_rgb(38, 41, 46),
        Color32::from_rgb(52, 56, 62),
        Color32::from_rgb(62, 68, 76),
        Color32::from_rgb(44, 48, 54),
    ],
};

const LIGHT: Palette = Palette {
    canvas: Color32::from_rgb(206, 208, 212),
    panel: Color32::from_rgb(243, 244, 246),
    raised: Color32::from_rgb(255, 255, 255),
    field: Color32::from_rgb(255, 255, 255),
    line: Color32::from_rgb(206, 209, 214),
    text: Color32::from_rgb(30, 33, 38),
    strong: Color32::BLACK,
    weak: Color32::from_rgb(90, 96, 105),
    accent: Color32::from_rgb(22, 92, 164),
    changed: Color32::from_rgb(158, 78, 0),
    error: Color32::from_rgb(178, 32, 32),
    selected: Color32::from_rgb(196, 218, 242),
    plate: [250, 250, 251],
    button: [
        Color32::from_rgb(226, 229, 233),
        Color32::from_rgb(212, 216, 222),
        Color32::from_rgb(198, 203, 210),
        Color32::from_rgb(219, 223, 228),
    ],
};

thread_local! {
    /// Of the thread that draws.
    static IS_LIGHT: Cell<bool> = const { Cell::new(false) };
}

fn palette() -> &'static Palette {
    if IS_LIGHT.get() { &LIGHT } else { &DARK }
}

/// Behind the picture.
pub fn canvas() -> Color32 {
    palette().canvas
}

/// Grey beside a picture, 0..=1; 0: the dark canvas. Between light panels a middle grey: the eye judges
/// a picture by what surrounds it, and black would make it look brighter than it is.
pub fn surround() -> f32 {
    if IS_LIGHT.get() { 0.46 } else { 0.0 }
}

/// What lies over a picture, which is dark wherever it is not: the same in all themes.
pub fn over_picture() -> Color32 {
    DARK.accent
}

/// Behind the panels.
pub fn panel() -> Color32 {
    palette().panel
}

/// Behind what lies over the window.
pub fn raised() -> Color32 {
    palette().raised
}

/// Lines between things.
pub fn line() -> Color32 {
    palette().line
}

/// Text.
pub fn text() -> Color32 {
    palette().text
}

/// What stands out most.
pub fn strong() -> Color32 {
    palette().strong
}

/// Text that may be overlooked.
pub fn weak() -> Color32 {
    palette().weak
}

/// What is chosen.
pub fn accent() -> Color32 {
    palette().accent
}

/// Something changed.
pub fn changed() -> Color32 {
    palette().changed
}

/// Something is wrong.
pub fn error() -> Color32 {
    palette().error
}

/// Behind text over the picture; 255 covers it.
pub fn plate(alpha: u8) -> Color32 {
    let [r, g, b] = palette().plate;
    Color32::from_rgba_unmultiplied(r, g, b, alpha)
}

/// NaN or infinite, as the canvas paints it.
pub const NOT_A_NUMBER: Color32 = Color32::from_rgb(255, 0, 217);

/// +infinity, as the canvas paints it.
pub const INFINITE: Color32 = Color32::from_rgb(255, 219, 0);

/// −infinity, as the canvas paints it.
pub const MINUS_INFINITE: Color32 = Color32::from_rgb(0, 209, 255);

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
    let colour = on_ground(SEQUENCES[slot % SEQUENCES.len()]);
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
    on_ground(PROBES[colour % PROBES.len()])
}

/// The palettes are made for a dark ground; on a light one the same hues are darker.
fn on_ground(colour: Color32) -> Color32 {
    if IS_LIGHT.get() { colour.lerp_to_gamma(Color32::BLACK, 0.46) } else { colour }
}

/// Gives the context the looks that the settings ask for, where it has others.
pub fn follow(ctx: &egui::Context, settings: &Settings) {
    if (ctx.zoom_factor() - settings.scale).abs() > 0.001 {
        ctx.set_zoom_factor(settings.scale);
    }
    let is_light = match settings.theme {
        ThemeChoice::Dark => false,
        ThemeChoice::Light => true,
        ThemeChoice::System => ctx.system_theme() == Some(egui::Theme::Light),
    };
    if IS_LIGHT.get() != is_light || (ctx.theme() == egui::Theme::Light) != is_light {
        IS_LIGHT.set(is_light);
        dress(ctx);
        ctx.request_repaint();
    }
}

/// Gives the context its looks, dark until the settings say otherwise.
pub fn install(ctx: &egui::Context) {
    IS_LIGHT.set(false);
    // The table of keys has them.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    ctx.set_fonts(fonts());
    dress(ctx);
}

/// The fonts. What the font of texts lacks (arrows, as in the names of keys) the one of numbers has.
pub fn fonts() -> egui::FontDefinitions {
    let mut fonts = egui::FontDefinitions::default();
    let numbers = fonts.families.get(&egui::FontFamily::Monospace).cloned().unwrap_or_default();
    let texts = fonts.families.entry(egui::FontFamily::Proportional).or_default();
    for font in numbers {
        if !texts.contains(&font) {
            texts.push(font);
        }
    }
    fonts
}

fn dress(ctx: &egui::Context) {
    ctx.set_theme(if IS_LIGHT.get() { egui::Theme::Light } else { egui::Theme::Dark });
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
    let palette = palette();
    let mut visuals = if IS_LIGHT.get() { Visuals::light() } else { Visuals::dark() };
    let radius = CornerRadius::same(4);
    visuals.panel_fill = palette.panel;
    visuals.window_fill = if IS_LIGHT.get() { palette.panel } else { palette.raised };
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.extreme_bg_color = palette.field;
    visuals.override_text_color = None;
    visuals.selection.bg_fill = palette.selected;
    visuals.selection.stroke = Stroke::new(1.0, palette.strong);
    visuals.hyperlink_color = palette.accent;
    visuals.slider_trailing_fill = true;
    let [rest, hovered, active, open] = palette.button;
    let widgets = &mut visuals.widgets;
    let fills = [
        (&mut widgets.noninteractive, palette.panel, palette.text),
        (&mut widgets.inactive, rest, palette.text),
        (&mut widgets.hovered, hovered, palette.strong),
        (&mut widgets.active, active, palette.strong),
        (&mut widgets.open, open, palette.strong),
    ];
    for (widget, fill, text) in fills {
        (widget.bg_fill, widget.weak_bg_fill) = (fill, fill);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.bg_stroke = Stroke::NONE;
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
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

    /// The contrast ratio of WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let linear = |c: u8| egui::ecolor::linear_f32_from_gamma_u8(c);
        let luminance = |c: Color32| 0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b());
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        (a / b).max(b / a)
    }

    #[test]
    fn texts_can_be_read_in_both_themes() {
        for (name, p) in [("dark", &DARK), ("light", &LIGHT)] {
            for ground in [p.panel, p.raised, p.field] {
                for text in [p.text, p.strong, p.weak, p.accent, p.changed, p.error] {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{name}: {text:?} on {ground:?} has {ratio}");
                }
            }
            for ground in p.button.iter().chain([&p.selected]) {
                assert!(contrast(p.text, *ground) >= 4.5, "{name}: text on {ground:?}");
            }
        }
        IS_LIGHT.set(true);
        for slot in 0..16 {
            assert!(contrast(colour(slot), LIGHT.panel) >= 3.0, "{slot}: a curve that cannot be seen");
        }
        IS_LIGHT.set(false);
    }

    #[test]
    fn a_colour_stays_while_others_come_and_go() {
        assert_eq!(slot([0, 5].into_iter(), 5), slot([0, 1, 2, 5].into_iter(), 5));
    }
}
