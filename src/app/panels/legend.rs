//! The legend of the heat map: colours, numbers, unit. Its end can be dragged.

use egui::containers::menu::MenuButton;
use egui::{
    Align2, Area, Color32, CursorIcon, FontId, Id, Order, Painter, Rect, RichText, Role, Sense, Shape,
    Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::teach::{self, Teach};
use super::{display_menu, elided, heat_menu, named, ramp};
use crate::app::canvas::{Heat, OverFrames};
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::image::{DisplayRange, Scale, tick_label};
use crate::metric::{FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric};
use crate::view::{Action, DisplayAction};

/// Points to drag for twice the range.
const TWICE: f32 = 80.0;
/// Where `different` stands: bright, not glaring.
const ID_MAX: f64 = 1.35;

/// The values from one end of the colour map to the other.
pub fn range(app: &App, heat: &Heat) -> DisplayRange {
    if heat.caption.rule.metric == Metric::Id && heat.over_frames.is_none() {
        return DisplayRange::absolute(ID_MAX, Scale::Linear);
    }
    let (fixed, scale) = (app.view.heat_range, app.view.display.scale);
    let (max, scale) = match scale {
        _ if is_whole(heat) => (heat.max(fixed), Scale::Linear),
        Scale::Linear => (heat.max(fixed), scale),
        _ => (fixed.unwrap_or(heat.auto_top), scale),
    };
    if heat.signed { DisplayRange::signed(max, scale) } else { DisplayRange::absolute(max, scale) }
}

/// Whether its values are counts or frame numbers, for which no range of deltas is meant.
fn is_whole(heat: &Heat) -> bool {
    heat.over_frames.as_ref().is_some_and(OverFrames::is_whole)
}

/// The value at the end of the colour map.
pub fn heat_max(app: &App) -> f64 {
    let shown = app.shown.heat.as_ref().map(|heat| range(app, heat).hi());
    shown.or(app.view.heat_range).unwrap_or(1.0)
}

/// What the numbers are of.
fn unit(metric: Metric) -> &'static str {
    match metric {
        Metric::Abs => "|candidate − reference|, largest channel",
        Metric::Signed => "candidate − reference, largest channel",
        Metric::Rel => "|candidate − reference| / max(|reference|, 0.1)",
        Metric::Sq => "(candidate − reference)², mean of channels",
        Metric::Ulp => "representable values apart, largest channel",
        Metric::Angle => "angle in degrees",
        Metric::Length => "|candidate − reference|, length",
        Metric::Flip => "FLIP, 0 to 1",
        Metric::Id => "id of candidate and reference",
    }
}

/// What stands behind each number.
const fn suffix(metric: Metric) -> &'static str {
    match metric {
        Metric::Angle => "°",
        Metric::Ulp => " ulp",
        _ => "",
    }
}

/// Draws the legend at the bottom of `canvas`.
pub fn ui(ui: &Ui, app: &App, canvas: Rect) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let Some(heat) = &app.shown.heat else { return wishes };
    let metric = heat.caption.rule.metric;
    let swatches = swatches(ui, app, heat);
    let width = (canvas.width() - 52.0).min((canvas.width() * 0.4).clamp(216.0, 360.0));
    if width < 150.0 {
        return wishes;
    }
    let has_ramp = metric != Metric::Id || heat.over_frames.is_some();
    let body = if has_ramp { 34.0 } else { 0.0 };
    let below = if swatches.is_empty() { 0.0 } else { 18.0 };
    let size = vec2(width + 28.0, 27.0 + body + below);
    let plate = Rect::from_min_size(canvas.left_bottom() + vec2(12.0, -10.0 - size.y), size);
    let area = Area::new(Id::unique("legend")).order(Order::Middle).fixed_pos(plate.min).movable(false);
    area.show(ui.ctx(), |ui| {
        // What is pressed on the legend is not pressed on the picture below.
        ui.allocate_rect(plate, Sense::click_and_drag());
        ui.painter().rect_filled(plate, 5.0, theme::plate(244));
        head(ui, app, heat, plate, &mut wishes);
        if has_ramp {
            let bar = Rect::from_min_size(plate.min + vec2(14.0, 27.0), vec2(width, 11.0));
            strip(ui, app, heat, bar, &mut wishes);
        }
        let mut at = plate.left_bottom() + vec2(14.0, -17.0);
        for (colour, text) in swatches {
            let square = Rect::from_min_size(at + vec2(0.0, 1.0), vec2(9.0, 9.0));
            ui.painter().rect(square, 1.0, colour, Stroke::new(1.0, theme::line()), StrokeKind::Outside);
            let text =
                ui.painter().text(at + vec2(15.0, -1.0), Align2::LEFT_TOP, text, font(), theme::text());
            at.x = text.right() + 14.0;
        }
    });
    wishes
}

/// What is shown: which map where it is not the frame's, and what its numbers are of.
fn title(heat: &Heat, metric: Metric) -> String {
    match &heat.over_frames {
        None => unit(metric).to_owned(),
        Some(over) if over.is_whole() => over.title.clone(),
        Some(over) => format!("{}: {}", over.title, unit(metric)),
    }
}

fn font() -> FontId {
    FontId::proportional(10.5)
}

/// Title at the left; at the right sign and menu.
fn head(ui: &mut Ui, app: &App, heat: &Heat, plate: Rect, wishes: &mut Vec<Wish>) {
    let metric = heat.caption.rule.metric;
    let row = Rect::from_min_size(plate.min + vec2(8.0, 4.0), vec2(plate.width() - 14.0, 19.0));
    let mut buttons =
        ui.new_child(UiBuilder::new().max_rect(row).layout(egui::Layout::right_to_left(egui::Align::Center)));
    buttons.spacing_mut().button_padding = vec2(5.0, 0.0);
    buttons.spacing_mut().interact_size.y = 18.0;
    buttons.spacing_mut().item_spacing.x = 3.0;
    let text = RichText::new("Colours").size(10.5);
    let (menu, _) = MenuButton::new(text).config(display_menu::config()).ui(&mut buttons, |ui| {
        ui.set_width(320.0);
        heat_menu::ui(ui, app, wishes);
    });
    named(&menu, Role::Button, "Colours of the difference");
    menu.on_hover_text("Colour map, scale, range");
    if matches!(metric, Metric::Abs | Metric::Signed) {
        let signed = metric == Metric::Signed;
        let text = RichText::new(if signed { "±" } else { "|x|" }).size(10.5);
        let toggle = buttons.selectable_label(signed, text);
        named(&toggle, Role::Button, "Signed difference");
        let hint =
            if signed { "Show |candidate − reference| (X)" } else { "Show candidate − reference (X)" };
        if toggle.teach(hint).clicked() {
            wishes.push(Action::Display(DisplayAction::ToggleSign).into());
        }
    }
    let room = buttons.min_rect().left() - plate.left() - 22.0;
    let title = elided(ui, &title(heat, metric), 10.5, room);
    ui.painter().text(plate.min + vec2(14.0, 7.0), Align2::LEFT_TOP, title, font(), theme::weak());
}

/// Colours that stand for one thing each, those that the map has.
fn swatches(ui: &Ui, app: &App, heat: &Heat) -> Vec<(Color32, &'static str)> {
    let mut swatches = Vec::new();
    if heat.caption.rule.metric == Metric::Id && heat.over_frames.is_none() {
        let different = ramp::colour(app.view.display.map(false), range(app, heat).position(1.0));
        swatches.extend([(Color32::from_rgb(46, 48, 52), "equal"), (different, "different")]);
    }
    let flags = flags_of(ui, heat);
    if flags & FLAG_NON_FINITE != 0 {
        let text = if heat.over_frames.is_some() { "changed, without a value" } else { "NaN or infinite" };
        swatches.push((theme::NOT_A_NUMBER, text));
    }
    if flags & FLAG_UNCOVERED != 0 {
        swatches.push((theme::UNCOVERED, "in one of them only"));
    }
    if flags & FLAG_UNREADABLE != 0 {
        swatches.push((theme::UNREADABLE, "unreadable"));
    }
    swatches
}

/// The flags of all its pixels, gathered once for each map.
fn flags_of(ui: &Ui, heat: &Heat) -> u8 {
    let id = Id::unique("flags of the map");
    let known = ui.data(|data| data.get_temp::<(u64, u8)>(id)).filter(|(map, _)| *map == heat.id);
    known.map_or_else(
        || {
            let flags = heat.map.flags.iter().fold(0, |all, flags| all | flags);
            ui.data_mut(|data| data.insert_temp(id, (heat.id, flags)));
            flags
        },
        |(_, flags)| flags,
    )
}

/// The colours from least to most, with their numbers; its end follows the pointer.
fn strip(ui: &mut Ui, app: &App, heat: &Heat, bar: Rect, wishes: &mut Vec<Wish>) {
    let range = range(app, heat);
    let response = ui.interact(bar.expand(5.0), Id::unique("range of the legend"), Sense::click_and_drag());
    named(&response, Role::Slider, "End of the range");
    ramp::draw(ui.painter(), app.view.display.map(heat.signed), bar);
    marks_below(ui.painter(), &range, heat, bar);
    if is_whole(heat) {
        return;
    }
    let tip = pos2(bar.right(), bar.top() - 1.0);
    let strong = response.hovered() || response.dragged();
    let colour = if strong { theme::accent() } else { theme::text() };
    let grip = vec![tip, tip + vec2(-4.5, -6.0), tip + vec2(4.5, -6.0)];
    ui.painter().add(Shape::convex_polygon(grip, colour, Stroke::NONE));
    let start = Id::unique("range before it was dragged");
    if response.drag_started() {
        ui.data_mut(|data| data.insert_temp(start, range.hi()));
    }
    if response.double_clicked() {
        wishes.push(Action::SetHeatRange(None).into());
    } else if let Some(way) = response.total_drag_delta().filter(|way| way.x != 0.0) {
        let before = ui.data(|data| data.get_temp(start)).unwrap_or(range.hi());
        let max = three_digits(before * f64::from(way.x / TWICE).exp2());
        wishes.push(Action::SetHeatRange(Some(max)).into());
    }
    let state = if app.view.heat_range.is_some() { "fixed" } else { "automatic" };
    let hint = format!("The range is {state}. Drag: its end; double-click: automatic (Shift + R)");
    let hint = teach::now(ui.ctx(), &hint);
    response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text_at_pointer(hint);
}

fn marks_below(painter: &Painter, range: &DisplayRange, heat: &Heat, bar: Rect) {
    let suffix = if is_whole(heat) { "" } else { suffix(heat.caption.rule.metric) };
    let mut taken: Vec<Rect> = Vec::new();
    // The ends first: what would run into them is left out.
    let marks = match &heat.over_frames {
        Some(over) if over.is_whole() => whole_marks(over.from, range.hi() as i64),
        _ => marks(range, heat.signed),
    };
    for (position, label) in marks.into_iter().rev() {
        let x = bar.left() + bar.width() * position as f32;
        let galley = painter.layout_no_wrap(format!("{label}{suffix}"), font(), theme::text());
        let left = match position {
            p if p < 0.02 => x,
            p if p > 0.98 => x - galley.size().x,
            _ => x - galley.size().x / 2.0,
        };
        let place = Rect::from_min_size(pos2(left, bar.bottom() + 4.0), galley.size());
        if taken.iter().any(|other| other.expand2(vec2(5.0, 0.0)).intersects(place)) {
            continue;
        }
        painter.vline(x, bar.bottom()..=bar.bottom() + 3.0, Stroke::new(1.0, theme::weak()));
        painter.galley(place.min, galley, theme::text());
        taken.push(place);
    }
}

/// Round numbers, then the ends of the range.
fn marks(range: &DisplayRange, signed: bool) -> Vec<(f64, String)> {
    let ticks = range.ticks(if signed { 6 } else { 5 }).into_iter();
    let mut marks: Vec<(f64, String)> = ticks.map(|t| (t.position, tick_label(t.value))).collect();
    // Of those, zero matters most, then the largest.
    marks.sort_by_key(|(_, label)| label == "0");
    marks.push((0.0, end(range.lo())));
    marks.push((1.0, end(range.hi())));
    marks
}

/// Of whole numbers from `from` to `count` more: both ends, and round ones between.
fn whole_marks(from: i64, count: i64) -> Vec<(f64, String)> {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    let step = steps.take(48).find(|step| count / step <= 4).unwrap_or(i64::MAX);
    let first = from + (step - from.rem_euclid(step)) % step;
    let round = std::iter::successors(Some(first), |number| number.checked_add(step));
    let at = |number: i64| (number - from) as f64 / count.max(1) as f64;
    let inner = round
        .take_while(|number| *number < from + count)
        .filter(|number| (0.15..0.85).contains(&at(*number)));
    let ends = [from, from + count.max(1)];
    let mut marks: Vec<(f64, String)> =
        inner.chain(ends).map(|number| (at(number), number.to_string())).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    marks
}

/// In at most four digits after the point, without zeros that tell nothing.
pub fn end(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if (1e-3..1e4).contains(&value.abs()) {
        let digits = format!("{value:.4}");
        digits.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        let exact = format!("{value:e}");
        let short = format!("{value:.3e}");
        if exact.len() < short.len() { exact } else { short }
    }
}

/// The nearest number of three digits: what is read off the legend is what is meant.
pub fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_numbers_are_whole_and_round() {
        let labels = |from, count| -> Vec<String> {
            whole_marks(from, count).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(labels(1001, 23), ["1001", "1005", "1010", "1015", "1020", "1024"]);
        assert_eq!(labels(-3, 10), ["-3", "0", "5", "7"]);
        assert_eq!(labels(11, 2), ["11", "12", "13"]);
        assert_eq!(labels(7, 0), ["7", "8"]);
    }

    #[test]
    fn the_end_has_no_more_digits_than_it_needs() {
        assert_eq!([1.0, 0.8, 0.12345, 250.0, 0.0].map(end), ["1", "0.8", "0.1235", "250", "0"]);
        assert_eq!([2e-5, 1.23456e7].map(end), ["2e-5", "1.235e7"]);
        assert_eq!([0.123_456, 1234.5, 7e-9].map(three_digits), [0.123, 1230.0, 7e-9]);
    }
}
