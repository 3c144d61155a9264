//! The keys: one table, which the help overlay shows and the window obeys.

use egui::{Event, Key, KeyboardShortcut, Modifiers};

use super::App;
use super::exports::ExportKind;
use super::ui::Wish;
use crate::view::{Action, DiscoveryAction, Mode, ProbeAction, Scope, TimeAction, Tool};

/// One line of the table.
pub struct Binding {
    /// Heading in the help.
    pub group: &'static str,
    /// What it does.
    pub text: &'static str,
    /// Keys that do it; the first is shown.
    pub keys: &'static [KeyboardShortcut],
    wish: fn(&App) -> Wish,
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn command_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

macro_rules! bindings {
    ($($group:literal { $($text:literal: [$($key:expr),+] => $wish:expr;)+ })+) => {
        &[$($(Binding { group: $group, text: $text, keys: &[$($key),+], wish: $wish },)+)+]
    };
}

const fn command_alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::ALT), key)
}

/// All keys. Those of time are RV's and xSTUDIO's, those of the picture are tev's.
pub const BINDINGS: &[Binding] = bindings! {
    "Files" {
        "Open folder": [command(Key::O)] => |_| Wish::AskForFolder;
        "Read all files anew": [plain(Key::F5), command(Key::R)] => |_| Action::Reload.into();
        "Tracked values of this AOV as CSV": [command(Key::E)] => |_| Wish::Export(ExportKind::Csv(Scope::ShownAov));
        "Tracked values of this AOV as NPZ": [command_shift(Key::E)] => |_| Wish::Export(ExportKind::Npz(Scope::ShownAov));
        "Tracked values of all AOVs as CSV": [command_alt(Key::E)] => |_| Wish::Export(ExportKind::Csv(Scope::AllAovs));
        "These keys": [plain(Key::F1), plain(Key::Questionmark), shift(Key::Questionmark), shift(Key::Slash)] => |_| Wish::ToggleHelp;
    }
    "Time" {
        "Play, rest": [plain(Key::Space)] => |_| Action::TogglePlay.into();
        "Next frame": [plain(Key::ArrowRight)] => |_| Action::Step(1).into();
        "Previous frame": [plain(Key::ArrowLeft)] => |_| Action::Step(-1).into();
        "First frame": [plain(Key::Home)] => |_| Action::First.into();
        "Last frame": [plain(Key::End)] => |_| Action::Last.into();
        "Next frame with a change": [shift(Key::ArrowRight)] => |_| Action::StepChange(1).into();
        "Previous frame with a change": [shift(Key::ArrowLeft)] => |_| Action::StepChange(-1).into();
        "Play backwards, faster": [plain(Key::J)] => |_| Action::Shuttle(-1).into();
        "Rest": [plain(Key::K)] => |_| Action::Stop.into();
        "Play forwards, faster": [plain(Key::L)] => |_| Action::Shuttle(1).into();
        "Start of the played range": [plain(Key::I)] => |_| Action::SetIn.into();
        "End of the played range": [plain(Key::O)] => |_| Action::SetOut.into();
    }
    "Picture" {
        "Reference": [plain(Key::Num1)] => |_| Action::SetMode(Mode::Reference).into();
        "Candidate": [plain(Key::Num2)] => |_| Action::SetMode(Mode::Candidate).into();
        "Difference": [plain(Key::Num3), plain(Key::D)] => |_| Action::SetMode(Mode::Difference).into();
        "Wipe": [plain(Key::Num4), plain(Key::W)] => |_| Action::SetMode(Mode::Wipe).into();
        "Side by side": [plain(Key::Num5), plain(Key::S)] => |_| Action::SetMode(Mode::SideBySide).into();
        "Fit": [plain(Key::F)] => |_| Action::Fit.into();
        "One to one": [plain(Key::Num0), command(Key::Num0)] => |_| Action::OneToOne.into();
        "Exposure up half a stop": [plain(Key::E)] => |_| Action::AddExposure(0.5).into();
        "Exposure down half a stop": [shift(Key::E)] => |_| Action::AddExposure(-0.5).into();
        "Reset exposure, range and zoom": [plain(Key::R)] => |_| Action::ResetView.into();
    }
    "What is compared" {
        "Next AOV": [plain(Key::CloseBracket), plain(Key::PageDown)] => |app| bracket(app, 1);
        "Previous AOV": [plain(Key::OpenBracket), plain(Key::PageUp)] => |app| bracket(app, -1);
        "Next candidate": [plain(Key::ArrowDown)] => |_| Action::StepCandidate(1).into();
        "Previous candidate": [plain(Key::ArrowUp)] => |_| Action::StepCandidate(-1).into();
    }
    "Tracking" {
        "Track pixels with a click": [plain(Key::P)] => |_| Action::SetTool(Tool::Pixel).into();
        "Track rectangles (or Shift and drag)": [plain(Key::M)] => |_| Action::SetTool(Tool::Rectangle).into();
        "Stop tracking the selected": [plain(Key::Delete), plain(Key::Backspace)] => |app| {
            let id = app.view.probes.selected().map_or(u64::MAX, |tracked| tracked.id);
            Action::RemoveProbe(id).into()
        };
    }
    "Tracking, in detail" {
        "Paint masks (Alt erases, Shift begins another)": [plain(Key::B)] => |_| Action::SetTool(Tool::Brush).into();
        "Track all pixels with an id": [shift(Key::O)] => |_| Action::SetTool(Tool::Object).into();
        "Track the selected a second time": [command(Key::D)] => |_| Action::Probe(ProbeAction::Duplicate).into();
        "Move the selected left": [alt(Key::ArrowLeft)] => |_| moved(-1, 0);
        "Move the selected right": [alt(Key::ArrowRight)] => |_| moved(1, 0);
        "Move the selected up": [alt(Key::ArrowUp)] => |_| moved(0, -1);
        "Move the selected down": [alt(Key::ArrowDown)] => |_| moved(0, 1);
        "Move it left by 10": [alt_shift(Key::ArrowLeft)] => |_| moved(-10, 0);
        "Move it right by 10": [alt_shift(Key::ArrowRight)] => |_| moved(10, 0);
        "Move it up by 10": [alt_shift(Key::ArrowUp)] => |_| moved(0, -10);
        "Move it down by 10": [alt_shift(Key::ArrowDown)] => |_| moved(0, 10);
        "Make the selected rectangle narrower": [command_alt(Key::ArrowLeft)] => |_| resized(-1, 0);
        "Make it wider": [command_alt(Key::ArrowRight)] => |_| resized(1, 0);
        "Make it lower": [command_alt(Key::ArrowUp)] => |_| resized(0, -1);
        "Make it higher": [command_alt(Key::ArrowDown)] => |_| resized(0, 1);
    }
    "Where it changed" {
        "Next map over all frames": [plain(Key::T)] => |_| Action::Discover(DiscoveryAction::StepMap(1)).into();
        "Previous map over all frames": [shift(Key::T)] => |_| Action::Discover(DiscoveryAction::StepMap(-1)).into();
        "Next changed region": [plain(Key::N)] => |_| Action::Discover(DiscoveryAction::StepRegion(1)).into();
        "Previous changed region": [shift(Key::N)] => |_| Action::Discover(DiscoveryAction::StepRegion(-1)).into();
    }
    "Playing, all AOVs" {
        "Loop, once, ping-pong": [shift(Key::L)] => |app| {
            Action::Time(TimeAction::SetRepeat(app.view.playback.repeat().next())).into()
        };
        "Play all frames again": [shift(Key::I)] => |_| Action::Time(TimeAction::ClearRange).into();
        "Search AOVs": [command(Key::F)] => |_| Wish::SearchAovs;
        "Which AOVs changed, over all frames": [shift(Key::M)] => |_| Action::ToggleMatrix.into();
    }
};

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const fn alt_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT.plus(Modifiers::SHIFT), key)
}

fn moved(x: i32, y: i32) -> Wish {
    Action::Probe(ProbeAction::Move(x, y)).into()
}

fn resized(x: i32, y: i32) -> Wish {
    Action::Probe(ProbeAction::Resize(x, y)).into()
}

/// The brush's size while there is a brush, else the AOV.
fn bracket(app: &App, by: i64) -> Wish {
    if app.view.tool == Tool::Brush {
        super::panels::pointer::brush_by(app, by as i32)
    } else {
        Action::StepAov(by).into()
    }
}

/// Keys that do something for as long as they are held, for the help.
pub const HELD: &[(&str, &str)] = &[("Hold ` (left of 1)", "the reference, or in its stead the candidate")];

/// What the mouse does, for the help.
pub const MOUSE: &[(&str, &str)] = &[
    ("Click", "track a pixel; in a map over all frames, show the frame that made it"),
    ("Ctrl + click", "track a pixel in a map over all frames"),
    ("Shift + drag", "track a rectangle"),
    ("[ ], Ctrl + wheel", "size of the brush, while it is the tool"),
    ("Ctrl + C", "copy the values under the pointer, or those selected"),
    ("Ctrl + V", "track x,y or x,y,w,h of a text"),
    ("Wheel", "zoom at the pointer"),
    ("Middle or right drag", "pan"),
    ("Space + drag", "pan"),
    ("Drop folders or files", "open them"),
];

/// Keys that a widget with the keyboard's focus keeps for itself: Tab brought it there.
const WIDGETS_OWN: [Key; 5] = [Key::Space, Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown];

/// What the keys pressed since the last frame ask for. Nothing while text is being written.
pub fn pressed(ui: &egui::Ui, app: &mut App) -> Vec<Wish> {
    if app.help && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        return vec![Wish::ToggleHelp];
    }
    if ui.ctx().text_edit_focused() {
        app.flip = false;
        return Vec::new();
    }
    app.flip = ui.input(|input| input.events.iter().fold(app.flip, held));
    let focused = ui.memory(|memory| memory.focused().is_some());
    // The space bar pans while something is dragged: it is told apart when it is let go.
    let free = |key: &KeyboardShortcut| {
        key.logical_key != Key::Space
            && !(focused && key.modifiers.is_none() && WIDGETS_OWN.contains(&key.logical_key))
    };
    // The longest combination first: Ctrl+Shift+E is not Ctrl+E is not E.
    let mut keys: Vec<(&KeyboardShortcut, &Binding)> =
        BINDINGS.iter().flat_map(|binding| binding.keys.iter().map(move |key| (key, binding))).collect();
    keys.retain(|(key, _)| free(key));
    let weight = |modifiers: &Modifiers| {
        u8::from(modifiers.command) + u8::from(modifiers.shift) + u8::from(modifiers.alt)
    };
    keys.sort_by_key(|(key, _)| std::cmp::Reverse(weight(&key.modifiers)));
    let count = |key: &KeyboardShortcut| {
        ui.input_mut(|input| input.count_and_consume_key(key.modifiers, key.logical_key))
    };
    let app = &*app;
    keys.iter().flat_map(|(key, binding)| (0..count(key)).map(|_| (binding.wish)(app))).collect()
}

/// Whether the flip key is down after `event`. Wherever a layout has the character, the key left of
/// 1 does it too.
fn held(down: bool, event: &Event) -> bool {
    match event {
        Event::Key { key, physical_key, pressed, modifiers, .. }
            if *key == Key::Backtick || *physical_key == Some(Key::Backtick) =>
        {
            *pressed && !modifiers.command
        }
        Event::WindowFocused(false) => false,
        _ => down,
    }
}

/// How a key is written.
pub fn key_text(key: &KeyboardShortcut) -> String {
    let mut text = String::new();
    if key.modifiers.command {
        text.push_str("Ctrl + ");
    }
    if key.modifiers.alt {
        text.push_str("Alt + ");
    }
    if key.modifiers.shift {
        text.push_str("Shift + ");
    }
    text.push_str(match key.logical_key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        Key::CloseBracket => "]",
        Key::OpenBracket => "[",
        other => other.name(),
    });
    text
}
