//! Which frames the curves show: all, unless zoomed in. One range for all plots.

use egui::{Id, PointerButton, Response, Ui};

use crate::view::View;

/// Fewest frames that are shown.
const FEWEST: f64 = 2.0;

fn id() -> Id {
    Id::unique("frames that the curves show")
}

/// All frames, with half a frame of air.
fn whole(view: &View) -> (f64, f64) {
    let frames = view.playback.frames();
    let (first, last) = (frames.first().copied().unwrap_or(0), frames.last().copied().unwrap_or(0));
    (first as f64 - 0.5, last as f64 + 0.5)
}

/// The first and last frame that is shown, with fractions.
pub fn shown(ui: &Ui, view: &View) -> (f64, f64) {
    let whole = whole(view);
    let zoomed = ui.data(|data| data.get_temp::<(f64, f64)>(id()));
    zoomed.filter(|range| range.0 < whole.1 && range.1 > whole.0).unwrap_or(whole)
}

/// The wheel zooms at the pointer, the middle or right button pans, a double click shows all.
/// `frame` is the one under the pointer.
pub fn change(ui: &Ui, view: &View, response: &Response, frame: Option<f64>) {
    let (whole, present) = (whole(view), shown(ui, view));
    let mut range = present;
    if response.double_clicked() {
        range = whole;
    }
    if [PointerButton::Middle, PointerButton::Secondary].iter().any(|button| response.dragged_by(*button)) {
        let by = f64::from(response.drag_delta().x / response.rect.width()) * (present.1 - present.0);
        range = (present.0 - by, present.1 - by);
    }
    if let (true, Some(at)) = (response.hovered(), frame) {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = 1.0 / f64::from((scroll / 200.0).exp2() * pinch);
        if factor != 1.0 {
            range = (at + (range.0 - at) * factor, at + (range.1 - at) * factor);
        }
    }
    if range != present {
        let range = confined(range, whole);
        ui.data_mut(|data| match range {
            Some(range) => {
                data.insert_temp(id(), range);
            }
            None => data.remove::<(f64, f64)>(id()),
        });
        ui.ctx().request_repaint();
    }
}

/// Inside the whole and not too narrow; `None` where that is the whole itself.
fn confined(range: (f64, f64), whole: (f64, f64)) -> Option<(f64, f64)> {
    let all = whole.1 - whole.0;
    let width = (range.1 - range.0).max(FEWEST);
    if width >= all {
        return None;
    }
    let middle = f64::midpoint(range.0, range.1);
    let first = (middle - width / 2.0).clamp(whole.0, whole.1 - width);
    Some((first, first + width))
}

#[cfg(test)]
mod tests {
    use super::confined;

    #[test]
    fn a_range_stays_among_the_frames() {
        let whole = (0.5, 100.5);
        assert_eq!(confined((-20.0, 300.0), whole), None);
        assert_eq!(confined((-20.0, 10.0), whole), Some((0.5, 30.5)));
        assert_eq!(confined((90.0, 110.0), whole), Some((80.5, 100.5)));
        assert_eq!(confined((49.9, 50.1), whole), Some((49.0, 51.0)));
        assert_eq!(confined((1.0, 1.5), (0.5, 1.5)), None, "a single frame is always all");
    }
}
