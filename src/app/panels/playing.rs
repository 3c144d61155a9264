//! How it plays: rate, repeat, pace; and what came of it.

use egui::{DragValue, Label, RichText, Role, Ui};

use super::named;
use super::teach::Teach;
use crate::app::ui::Wish;
use crate::app::{App, theme};
use crate::view::transport::{FRAME_RATES, RATE_LIMITS};
use crate::view::{Action, Pace, Playback, Repeat, TimeAction};

/// Room for what stands at the right end of the line.
const MATRIX: f32 = 70.0;

/// Draws the controls, and while it plays what is really shown.
pub fn ui(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let playback = &app.view.playback;
    let mut rate = playback.set_rate();
    let value = DragValue::new(&mut rate)
        .range(RATE_LIMITS.0..=RATE_LIMITS.1)
        .speed(0.5)
        .max_decimals(3)
        .suffix(" fps")
        .update_while_editing(false);
    let response = ui.add(value).on_hover_text("Frames a second: drag, or click and type");
    named(&response, Role::SpinButton, "Frame rate");
    if response.changed() {
        wishes.push(Action::Time(TimeAction::SetRate(rate)).into());
    }
    let pace = match playback.pace() {
        Pace::RealTime => "real time",
        Pace::EveryFrame => "every frame",
    };
    let menu = ui.menu_button(format!("{} · {pace}", playback.repeat().name()), |ui| menu(ui, app, wishes));
    named(&menu.response, Role::Button, "How it plays");
    menu.response.teach(
        "Rate, what comes after the last frame (Shift + L), and what gives way when frames \
         do not come in time",
    );
    if playback.is_playing() {
        ui.add_space(6.0);
        let (text, late) = achieved(playback);
        let colour = if late { theme::changed() } else { theme::weak() };
        let hint = "Frames really shown a second, over the last two seconds; frames left out since it began";
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - MATRIX).max(0.0));
            ui.add(Label::new(RichText::new(text).color(colour)).truncate()).on_hover_text(hint);
        });
    }
}

fn menu(ui: &mut Ui, app: &App, wishes: &mut Vec<Wish>) {
    let playback = &app.view.playback;
    let mut choice = |ui: &mut Ui, chosen: bool, name: &str, hint: &str, action: TimeAction| {
        if ui.selectable_label(chosen, name).on_hover_text(hint).clicked() {
            wishes.push(Action::Time(action).into());
        }
    };
    let mut choose = |ui: &mut Ui| {
        ui.horizontal(|ui| {
            for rate in FRAME_RATES {
                let chosen = playback.set_rate() == rate;
                choice(ui, chosen, &format!("{rate}"), "Frames a second", TimeAction::SetRate(rate));
            }
            ui.label(RichText::new("fps").color(theme::weak()));
        });
        ui.separator();
        for repeat in Repeat::ALL {
            let hint = match repeat {
                Repeat::Loop => "After the last frame the first",
                Repeat::Once => "Rests at the last frame",
                Repeat::PingPong => "Back and forth",
            };
            let chosen = playback.repeat() == repeat;
            choice(ui, chosen, repeat.name(), hint, TimeAction::SetRepeat(repeat));
        }
        ui.separator();
        for pace in Pace::ALL {
            let hint = match pace {
                Pace::RealTime => "Frames are left out to keep the rate, and counted",
                Pace::EveryFrame => "No frame is left out; the rate sinks",
            };
            choice(ui, playback.pace() == pace, pace.name(), hint, TimeAction::SetPace(pace));
        }
    };
    choose(ui);
}

/// What is really shown, and whether that is less than it should be.
fn achieved(playback: &Playback) -> (String, bool) {
    let meter = playback.meter();
    let wanted = playback.rate().abs();
    let real = meter.rate();
    let late = meter.dropped() > 0 || real.is_some_and(|real| real < wanted * 0.95);
    let real = real.map_or_else(|| "…".to_owned(), |real| format!("{real:.1}"));
    let way = if playback.rate() < 0.0 { "−" } else { "" };
    let dropped = match playback.pace() {
        Pace::RealTime => format!(" · {} dropped", meter.dropped()),
        Pace::EveryFrame => String::new(),
    };
    (format!("{way}{wanted} fps · real {real}{dropped}"), late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_frames_are_told() {
        let mut playback = Playback::default();
        playback.set_frames((1..=100).collect());
        playback.toggle();
        assert_eq!(achieved(&playback), ("24 fps · real … · 0 dropped".to_owned(), false));
        for _ in 0..10 {
            playback.advance(0.126, true);
        }
        let (text, late) = achieved(&playback);
        assert!(late && text.starts_with("24 fps · real 7.") && text.ends_with("· 20 dropped"), "{text}");
        playback.apply(TimeAction::SetPace(Pace::EveryFrame));
        assert!(!achieved(&playback).0.contains("dropped"));
    }
}
