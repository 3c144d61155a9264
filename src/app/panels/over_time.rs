//! Which map the canvas shows, at its upper right: the frame's difference or one over all frames.

use egui::{Align2, Area, ComboBox, Frame, Id, Margin, ProgressBar, Rect, RichText, Role, Ui, vec2};

use super::named;
use super::teach::Teach;
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::{Action, DiscoveryAction, OverTime};

/// Draws the choice, and how far the maps are.
pub fn ui(ui: &Ui, app: &App, canvas: Rect) -> Vec<Wish> {
    let mut wishes = Vec::new();
    if app.view.playback.frames().len() < 2 {
        return wishes;
    }
    let corner = canvas.right_top() + vec2(-10.0, 8.0);
    let area = Area::new(Id::unique("over time")).pivot(Align2::RIGHT_TOP).fixed_pos(corner);
    area.show(ui.ctx(), |ui| {
        let plate =
            Frame::new().fill(theme::plate(222)).corner_radius(5).inner_margin(Margin::symmetric(8, 4));
        plate.show(ui, |ui| {
            ui.horizontal(|ui| {
                let label = ui.label(RichText::new("Over time").color(theme::weak()));
                choice(ui, app, label.id, &mut wishes);
            });
            if app.view.discovery.map != OverTime::Frame {
                below(ui, app, &mut wishes);
            }
        });
    });
    wishes
}

fn choice(ui: &mut Ui, app: &App, label: Id, wishes: &mut Vec<Wish>) {
    let present = app.view.discovery.map;
    let combo = ComboBox::from_id_salt("over time")
        .width(140.0)
        .height(300.0)
        .selected_text(present.name())
        .show_ui(ui, |ui| {
            for map in OverTime::ALL {
                let response = ui.selectable_label(map == present, map.name());
                if response.on_hover_text(hint(map)).clicked() {
                    wishes.push(Action::Discover(DiscoveryAction::SetMap(map)).into());
                }
            }
        });
    let response = combo.response.labelled_by(label);
    named(&response, Role::ComboBox, "Over time");
    response.teach(
        "The difference of this frame, or a map over all frames (T, Shift + T).\n\
         In a map over all frames a click shows the frame that made the pixel; Ctrl + click tracks it.",
    );
}

const fn hint(map: OverTime) -> &'static str {
    match map {
        OverTime::Frame => "The difference of the frame at the playhead",
        OverTime::Max => "The largest difference that the pixel has in any frame",
        OverTime::Mean => "The mean of the pixel's differences",
        OverTime::Rms => "The root of the mean square of the pixel's differences",
        OverTime::Std => "How much the pixel's difference varies from frame to frame",
        OverTime::Changed => "In how many frames the pixel changed",
        OverTime::FirstChanged => "The frame in which the pixel changes for the first time",
        OverTime::LastChanged => "The frame in which the pixel changes for the last time",
        OverTime::MaxFrame => "The frame in which the pixel's difference is largest",
    }
}

fn below(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let small = |text: String| RichText::new(text).size(10.5).color(theme::weak());
    let Some((passed, total)) = app.walk_progress() else {
        ui.label(small("Click: the frame that made it".to_owned()));
        return;
    };
    ui.horizontal(|ui| {
        let done = passed as f32 / total.max(1) as f32;
        ui.add(ProgressBar::new(done).desired_width(96.0).desired_height(6.0));
        ui.label(small(format!("{passed} of {total} frames")));
        let cancel = ui.small_button("×").on_hover_text("Stop, and show this frame's difference");
        named(&cancel, Role::Button, "Stop maps over all frames");
        if cancel.clicked() {
            wishes.push(Action::Discover(DiscoveryAction::Cancel).into());
        }
    });
}
