//! Values under the pointer; tolerance and statistics of the shown frame.

use egui::{Align, Color32, ComboBox, Grid, Label, Layout, RichText, Role, ScrollArea, Slider, Ui};

use super::{heading, named, objects, unreadable, values};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::{Plane, Sample};
use crate::metric::{FrameStats, Metric, channel_changed, default_metric};
use crate::view::{Action, StripCell};

/// Draws the tab.
pub fn ui(ui: &mut Ui, app: &App) -> Vec<Wish> {
    let mut wishes = Vec::new();
    // A bar that is seen: there may be more below.
    ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        heading(ui, "TOLERANCE");
        tolerance(ui, app, &mut wishes);
        section(ui, "THIS FRAME");
        statistics(ui, app, &mut wishes);
    });
    wishes
}

fn section(ui: &mut Ui, title: &str) {
    ui.add_space(6.0);
    ui.separator();
    heading(ui, title);
}

fn mono(text: String) -> RichText {
    RichText::new(text).monospace()
}

/// Draws the values under the pointer.
pub fn pixel(ui: &mut Ui, app: &App) {
    let place = app.hover.map_or_else(|| "UNDER THE POINTER".to_owned(), |(x, y)| format!("PIXEL  {x}, {y}"));
    heading(ui, &place);
    let [reference, candidate] = app.shown.values();
    let Some(plane) = reference.or(candidate) else {
        ui.label(RichText::new("–").color(theme::weak()));
        return;
    };
    // Columns of fixed width: the numbers under the pointer must not move the picture.
    let columns = Columns::of(ui);
    let tint = |index: Option<usize>| {
        index.map_or(theme::weak(), |index| theme::sequence(&app.view.catalogue, index))
    };
    ui.spacing_mut().item_spacing = egui::vec2(0.0, 1.0);
    columns.row(
        ui,
        [
            ("", theme::weak()),
            ("reference", tint(app.view.reference)),
            ("candidate", tint(app.view.candidate)),
            ("delta", theme::weak()),
        ],
    );
    for channel in plane.channels.iter().take(8) {
        let (a, b) = (value(candidate, &channel.name, app.hover), value(reference, &channel.name, app.hover));
        let delta = a.zip(b).map(|(a, b)| a.to_f64() - b.to_f64());
        let changed = a.zip(b).is_some_and(|(a, b)| channel_changed(&app.view.rule(), a, b));
        let colour = if changed { theme::changed() } else { theme::weak() };
        let delta = delta.map_or_else(|| "–".to_owned(), values::short);
        let (of_b, b_colour) = text(b, reference, app.hover);
        let (of_a, a_colour) = text(a, candidate, app.hover);
        let texts = [&channel.name, &of_b, &of_a, &delta];
        let colours = [theme::weak(), b_colour, a_colour, colour];
        columns.row(ui, std::array::from_fn(|i| (texts[i].as_str(), colours[i])));
    }
    objects::ui(ui, app, [reference, candidate]);
}

/// Width of a digit, as a part of the font's size.
const ADVANCE: f32 = 0.603;

/// Name, reference, candidate, delta: widths in points.
struct Columns([f32; 4]);

impl Columns {
    fn of(ui: &Ui) -> Self {
        let (name, delta) = (18.0, 70.0);
        let value = (ui.available_width() - name - delta) / 2.0;
        Self([name, value, value, delta])
    }

    fn row(&self, ui: &mut Ui, cells: [(&str, Color32); 4]) {
        ui.horizontal(|ui| {
            for (width, (text, colour)) in self.0.into_iter().zip(cells) {
                let layout = Layout::left_to_right(Align::Center);
                ui.allocate_ui_with_layout(egui::vec2(width, 15.0), layout, |ui| {
                    ui.set_min_width(width);
                    // Digits that are cut off would be another number: smaller ones are not.
                    let fits = (width - 5.0) / (text.chars().count().max(1) as f32 * ADVANCE);
                    let text = RichText::new(text).monospace().size(fits.clamp(8.0, 10.5)).color(colour);
                    ui.add(Label::new(text).truncate());
                });
            }
        });
    }
}

fn value(plane: Option<&Plane>, channel: &str, at: Option<(i32, i32)>) -> Option<Sample> {
    let (plane, (x, y)) = (plane?, at?);
    let samples = &plane.channels[plane.channel_index(channel)?].samples;
    Some(samples.get(plane.index(x, y)?))
}

fn text(sample: Option<Sample>, plane: Option<&Plane>, at: Option<(i32, i32)>) -> (String, Color32) {
    let hole = || plane.zip(at).and_then(|(plane, (x, y))| plane.unreadable_at(x, y));
    match sample {
        Some(sample) => (values::stored(sample), theme::text()),
        None if hole().is_some() => ("unreadable".to_owned(), theme::error()),
        None => ("–".to_owned(), theme::text()),
    }
}

fn tolerance(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let rule = app.view.rule();
    let most = tolerance_most(app);
    ui.horizontal(|ui| {
        let mut value = rule.abs;
        ui.spacing_mut().slider_width = (ui.available_width() - 92.0).max(60.0);
        let slider = Slider::new(&mut value, 0.0..=most)
            .logarithmic(true)
            .smallest_positive(1e-7)
            .custom_formatter(|value, _| values::short(value))
            .custom_parser(|text| text.trim().parse().ok());
        let name = ui.label(RichText::new("±").color(theme::weak()));
        let enabled = rule.metric != Metric::Id;
        let response = ui.add_enabled(enabled, slider).labelled_by(name.id);
        named(&response, Role::Slider, "Tolerance");
        if response.on_hover_text("A difference up to this is no change; 0: any difference is").changed() {
            wishes.push(Action::SetTolerance(value).into());
        }
    });
    metric(ui, app, wishes);
}

/// The largest tolerance offered: a power of ten over the largest difference.
fn tolerance_most(app: &App) -> f64 {
    let sweep = app.view.sweep.as_ref();
    let maxima = sweep.into_iter().flat_map(|sweep| &sweep.strips).filter_map(|cell| match cell {
        StripCell::Compared { max_abs, .. } | StripCell::InPart { max_abs, .. } if max_abs.is_finite() => {
            Some(*max_abs)
        }
        _ => None,
    });
    let max = maxima.fold(1.0_f64, f64::max).min(1e12);
    10_f64.powf(max.log10().ceil())
}

fn metric(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let present = app.view.rule().metric;
    let default = default_metric(app.view.kind());
    let combo = ComboBox::from_id_salt("metric")
        .width(76.0)
        .height(280.0)
        .selected_text(metric_text(present))
        .show_ui(ui, |ui| {
            for metric in Metric::ALL {
                if ui.selectable_label(metric == present, metric_text(metric)).clicked() {
                    wishes.push(Action::SetMetric((metric != default).then_some(metric)).into());
                }
            }
        });
    named(&combo.response, Role::ComboBox, "Metric");
}

const fn metric_text(metric: Metric) -> &'static str {
    match metric {
        Metric::Abs => "absolute",
        Metric::Signed => "signed",
        Metric::Rel => "relative",
        Metric::Sq => "squared",
        Metric::Ulp => "ulps",
        Metric::Angle => "angle",
        Metric::Length => "length",
        Metric::Flip => "FLIP",
        Metric::Id => "identity",
    }
}

fn statistics(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let known = app.view.pair_key().and_then(|key| app.view.statistics.get(&key).cloned());
    match known {
        Some(Ok(stats)) if stats.pixels == 0 => unreadable::count(ui, app, &stats),
        Some(Ok(stats)) => {
            table(ui, app, &stats, wishes);
            unreadable::count(ui, app, &stats);
        }
        Some(Err(error)) => {
            ui.label(RichText::new(error).color(theme::changed()));
        }
        None => {
            let text = if app.view.pair_key().is_some() && app.waiting {
                "comparing…"
            } else {
                "nothing to compare"
            };
            ui.label(RichText::new(text).color(theme::weak()));
        }
    }
}

fn table(ui: &mut Ui, app: &App, stats: &FrameStats, wishes: &mut Vec<Wish>) {
    let name = |ui: &mut Ui, name: &str| {
        ui.label(RichText::new(name).color(theme::weak()));
    };
    let pair = |ui: &mut Ui, a: (&str, String), b: (&str, String)| {
        for (title, text) in [a, b] {
            name(ui, title);
            ui.label(mono(text));
        }
        ui.end_row();
    };
    let colour = if stats.changed == 0 { theme::text() } else { theme::changed() };
    ui.horizontal(|ui| {
        let fraction = values::percent(stats.changed_fraction());
        ui.label(RichText::new(fraction).size(16.0).color(colour));
        let text = format!("{} of {} changed", values::count(stats.changed), values::count(stats.pixels));
        ui.add(Label::new(RichText::new(text).color(theme::text())).truncate());
    });
    let is_id = app.view.rule().metric == Metric::Id;
    ui.horizontal(|ui| {
        // How far two ids are apart means nothing; where they differ does.
        if is_id {
            name(ui, "differs");
        } else {
            name(ui, "largest");
            ui.label(mono(values::short(stats.max_abs)));
        }
        if let Some(peak) = &stats.peak {
            let (x, y) = peak.at;
            let link = ui.link(format!("at {x}, {y}")).on_hover_text("Show it");
            named(&link, Role::Link, "Show largest");
            if link.clicked() {
                wishes.push(Action::FlyTo(x, y).into());
            }
        }
    });
    Grid::new("statistics").num_columns(4).spacing([8.0, 2.0]).show(ui, |ui| {
        if !is_id {
            let (mean, signed) = (values::short(stats.mean_abs), values::short(stats.mean_signed));
            pair(ui, ("mean |Δ|", mean), ("mean Δ", signed));
            let psnr = stats.psnr().map_or_else(|| "∞".to_owned(), |psnr| format!("{psnr:.2} dB"));
            pair(ui, ("RMSE", values::short(stats.rmse)), ("PSNR", psnr));
        }
        if matches!(app.view.rule().metric, Metric::Rel | Metric::Sq) {
            let (max, mean) = (values::short(stats.metric_max), values::short(stats.metric_mean));
            pair(ui, ("metric max", max), ("mean", mean));
        }
        if stats.nan != (0, 0) || stats.inf != (0, 0) {
            let sides = |counts: (u64, u64)| format!("{} | {}", counts.1, counts.0);
            pair(ui, ("NaN", sides(stats.nan)), ("Inf", sides(stats.inf)));
        }
        if stats.uncovered > 0 {
            pair(ui, ("uncovered", values::count(stats.uncovered)), ("", String::new()));
        }
    });
}
