//! The keys: one table of all commands, which the help overlay, the palette and the window go by.
//! A file may give them other keys: see [`keymap`].

pub mod keymap;
mod shortcut;

use egui::{Event, Key, KeyboardShortcut, Modifiers};

pub use shortcut::key_text;

use super::App;
use super::exports::ExportKind;
use super::program::ProgramWish;
use super::settings::ThemeChoice;
use super::ui::Wish;
use crate::view::display::{Isolate, Mark};
use crate::view::{Action, DiscoveryAction, DisplayAction, Mode, ProbeAction, Scope, TimeAction, Tool};

/// One line of the table.
pub struct Binding {
    /// The name in files, unless it is told by the text.
    id: Option<&'static str>,
    /// Heading in the help.
    pub group: &'static str,
    /// What it does.
    pub text: &'static str,
    /// Keys that do it unless a file gives others; the first is shown.
    pub keys: &'static [KeyboardShortcut],
    wish: fn(&App) -> Wish,
}

impl Binding {
    /// The name of the command in files: words in lower case with `-` between.
    pub fn id(&self) -> String {
        self.id.map_or_else(|| shortcut::id_of(self.text), str::to_owned)
    }

    /// What it asks for now.
    pub(super) fn wish(&self, app: &App) -> Wish {
        (self.wish)(app)
    }
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
    ($($group:literal { $($text:literal $(as $id:literal)?: [$($key:expr),*] => $wish:expr;)+ })+) => {
        &[$($(Binding {
            id: bindings!(@id $($id)?),
            group: $group,
            text: $text,
            keys: &[$($key),*],
            wish: $wish,
        },)+)+]
    };
    (@id $id:literal) => { Some($id) };
    (@id) => { None };
}

const fn command_alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::ALT), key)
}

/// All keys. Those of time are RV's and xSTUDIO's, those of the picture are tev's.
pub const BINDINGS: &[Binding] = bindings! {
    "Files" {
        "Open folder" as "open-folder": [command(Key::O)] => |_| Wish::AskForFolder;
        "Read all files anew" as "reload": [plain(Key::F5), command(Key::R)] => |_| Action::Reload.into();
        "Tracked values of this AOV as CSV" as "export-csv": [command(Key::E)] => |_| Wish::Export(ExportKind::Csv(Scope::ShownAov));
        "Tracked values of this AOV as NPZ" as "export-npz": [command_shift(Key::E)] => |_| Wish::Export(ExportKind::Npz(Scope::ShownAov));
        "Tracked values of all AOVs as CSV" as "export-csv-all": [command_alt(Key::E)] => |_| Wish::Export(ExportKind::Csv(Scope::AllAovs));
        "These keys" as "help": [plain(Key::F1), plain(Key::Questionmark), shift(Key::Questionmark), shift(Key::Slash)] => |_| Wish::ToggleHelp;
    }
    "Time" {
        "Play, rest" as "play": [plain(Key::Space)] => |_| Action::TogglePlay.into();
        "Next frame" as "next-frame": [plain(Key::ArrowRight)] => |_| Action::Step(1).into();
        "Previous frame" as "previous-frame": [plain(Key::ArrowLeft)] => |_| Action::Step(-1).into();
        "First frame" as "first-frame": [plain(Key::Home)] => |_| Action::First.into();
        "Last frame" as "last-frame": [plain(Key::End)] => |_| Action::Last.into();
        "Next frame with a change" as "next-change": [shift(Key::ArrowRight)] => |_| Action::StepChange(1).into();
        "Previous frame with a change" as "previous-change": [shift(Key::ArrowLeft)] => |_| Action::StepChange(-1).into();
        "Play backwards, faster" as "play-backwards": [plain(Key::J)] => |_| Action::Shuttle(-1).into();
        "Rest" as "rest": [plain(Key::K)] => |_| Action::Stop.into();
        "Play forwards, faster" as "play-forwards": [plain(Key::L)] => |_| Action::Shuttle(1).into();
        "Start of the played range" as "set-in": [plain(Key::I)] => |_| Action::SetIn.into();
        "End of the played range" as "set-out": [plain(Key::O)] => |_| Action::SetOut.into();
    }
    "Picture" {
        "Reference" as "show-reference": [plain(Key::Num1)] => |_| Action::SetMode(Mode::Reference).into();
        "Candidate" as "show-candidate": [plain(Key::Num2)] => |_| Action::SetMode(Mode::Candidate).into();
        "Difference" as "show-difference": [plain(Key::Num3), plain(Key::D)] => |_| Action::SetMode(Mode::Difference).into();
        "Wipe" as "show-wipe": [plain(Key::Num4), plain(Key::W)] => |_| Action::SetMode(Mode::Wipe).into();
        "Side by side" as "show-side-by-side": [plain(Key::Num5), plain(Key::S)] => |_| Action::SetMode(Mode::SideBySide).into();
        "Fit" as "fit": [plain(Key::F)] => |_| Action::Fit.into();
        "One to one" as "one-to-one": [plain(Key::Num0), command(Key::Num0)] => |_| Action::OneToOne.into();
        "Exposure up half a stop" as "exposure-up": [plain(Key::E)] => |_| Action::AddExposure(0.5).into();
        "Exposure down half a stop" as "exposure-down": [shift(Key::E)] => |_| Action::AddExposure(-0.5).into();
        "Reset exposure, range and zoom" as "reset-view": [plain(Key::R)] => |_| Action::ResetView.into();
    }
    "What is compared" {
        "Next AOV" as "next-aov": [plain(Key::CloseBracket), plain(Key::PageDown)] => |app| bracket(app, 1);
        "Previous AOV" as "previous-aov": [plain(Key::OpenBracket), plain(Key::PageUp)] => |app| bracket(app, -1);
        "Next candidate" as "next-candidate": [plain(Key::ArrowDown)] => |_| Action::StepCandidate(1).into();
        "Previous candidate" as "previous-candidate": [plain(Key::ArrowUp)] => |_| Action::StepCandidate(-1).into();
    }
    "Tracking" {
        "Track pixels with a click" as "pixel-tool": [plain(Key::P)] => |_| Action::SetTool(Tool::Pixel).into();
        "Track rectangles (or Shift and drag)" as "rectangle-tool": [plain(Key::M)] => |_| Action::SetTool(Tool::Rectangle).into();
        "Stop tracking the selected" as "stop-tracking": [plain(Key::Delete), plain(Key::Backspace)] => |app| {
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
        "Next map over all frames" as "next-map": [plain(Key::T)] => |_| Action::Discover(DiscoveryAction::StepMap(1)).into();
        "Previous map over all frames" as "previous-map": [shift(Key::T)] => |_| Action::Discover(DiscoveryAction::StepMap(-1)).into();
        "Next changed region" as "next-region": [plain(Key::N)] => |_| Action::Discover(DiscoveryAction::StepRegion(1)).into();
        "Previous changed region" as "previous-region": [shift(Key::N)] => |_| Action::Discover(DiscoveryAction::StepRegion(-1)).into();
    }
    "Program" {
        "Undo" as "undo": [command(Key::Z)] => |_| Action::Undo.into();
        "Do again" as "redo": [command_shift(Key::Z), command(Key::Y)] => |_| Action::Redo.into();
        "Save the workspace" as "save-workspace": [command(Key::S)] => |_| ProgramWish::Save.into();
        "Save the workspace as another file" as "save-workspace-as": [command_shift(Key::S)] => |_| ProgramWish::SaveAs.into();
        "Open a workspace or files" as "open-workspace": [command_shift(Key::O)] => |_| ProgramWish::AskForFile.into();
        "All commands, by name" as "palette": [command_shift(Key::P), command(Key::K)] => |_| ProgramWish::TogglePalette.into();
        "Picture of the view as PNG" as "screenshot": [plain(Key::F12)] => |_| ProgramWish::Screenshot.into();
        "Settings" as "settings": [command(Key::Comma)] => |_| ProgramWish::ToggleSettings.into();
        "Larger texts and controls" as "scale-up": [command(Key::Plus), command(Key::Equals)] => |_| ProgramWish::StepScale(1).into();
        "Smaller texts and controls" as "scale-down": [command(Key::Minus)] => |_| ProgramWish::StepScale(-1).into();
        "Dark colours" as "theme-dark": [] => |_| ProgramWish::SetTheme(ThemeChoice::Dark).into();
        "Light colours" as "theme-light": [] => |_| ProgramWish::SetTheme(ThemeChoice::Light).into();
        "Colours of the system" as "theme-system": [] => |_| ProgramWish::SetTheme(ThemeChoice::System).into();
    }
    "Playing, all AOVs" {
        "Loop, once, ping-pong": [shift(Key::L)] => |app| {
            Action::Time(TimeAction::SetRepeat(app.view.playback.repeat().next())).into()
        };
        "Play all frames again": [shift(Key::I)] => |_| Action::Time(TimeAction::ClearRange).into();
        "Search AOVs": [command(Key::F)] => |_| Wish::SearchAovs;
        "Which AOVs changed, over all frames": [shift(Key::M)] => |_| Action::ToggleMatrix.into();
    }
    "Colours" {
        "Gamma up": [plain(Key::G)] => |_| display(DisplayAction::AddGamma(0.1));
        "Gamma down": [shift(Key::G)] => |_| display(DisplayAction::AddGamma(-0.1));
        "Offset up": [alt(Key::E)] => |_| display(DisplayAction::AddOffset(0.05));
        "Offset down": [alt_shift(Key::E)] => |_| display(DisplayAction::AddOffset(-0.05));
        "One channel after the other": [plain(Key::C)] => |_| display(DisplayAction::NextChannel);
        "All channels": [shift(Key::C)] => |_| display(DisplayAction::Isolate(Isolate::All));
        "Alpha alone": [plain(Key::A)] => |app| display(DisplayAction::ToggleIsolate(alpha(app)));
        "Luminance alone": [plain(Key::Y)] => |_| display(DisplayAction::ToggleIsolate(Isolate::Luminance));
        "Stripes over clipped pixels": [plain(Key::Z)] => |_| display(DisplayAction::Toggle(Mark::Clipped));
        "Borders of windows": [shift(Key::B)] => |_| display(DisplayAction::Toggle(Mark::Windows));
        "Signed or absolute difference": [plain(Key::X)] => |_| display(DisplayAction::ToggleSign);
        "Linear, log, symlog": [shift(Key::X)] => |_| display(DisplayAction::NextScale);
        "Range of the difference by the frame": [shift(Key::R)] => |_| Action::SetHeatRange(None).into();
    }
};

fn display(action: DisplayAction) -> Wish {
    Action::Display(action).into()
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

/// The channel that is called so; all, where none is.
fn alpha(app: &App) -> Isolate {
    let offered = app.view.isolations();
    let alpha =
        offered.into_iter().find(|(_, name)| ["A", "alpha"].iter().any(|a| name.eq_ignore_ascii_case(a)));
    alpha.map_or(Isolate::All, |(isolate, _)| isolate)
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

/// What the keys pressed since the last frame ask for. Nothing while text is being written, or the
/// palette or the settings are over the window.
pub fn pressed(ui: &egui::Ui, app: &mut App) -> Vec<Wish> {
    if let Some(overlay) = app.overlay() {
        app.flip = false;
        let is_left = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if is_left || app.program.is_over() {
            return is_left.then_some(overlay).into_iter().collect();
        }
    }
    if ui.ctx().text_edit_focused() {
        app.flip = false;
        return Vec::new();
    }
    app.flip = ui.input(|input| input.events.iter().fold(app.flip, held));
    let app = &*app;
    let focused = ui.memory(|memory| memory.focused().is_some());
    // The space bar pans while something is dragged: it is told apart when it is let go.
    let free = |key: &KeyboardShortcut| {
        key.logical_key != Key::Space
            && !(focused && key.modifiers.is_none() && WIDGETS_OWN.contains(&key.logical_key))
    };
    // The longest combination first: Ctrl+Shift+E is not Ctrl+E is not E.
    let keymap = &app.program.keymap;
    let mut keys: Vec<(&KeyboardShortcut, &Binding)> = BINDINGS
        .iter()
        .enumerate()
        .flat_map(|(place, binding)| keymap.keys(place).iter().map(move |key| (key, binding)))
        .collect();
    keys.retain(|(key, _)| free(key));
    let weight = |modifiers: &Modifiers| {
        u8::from(modifiers.command) + u8::from(modifiers.shift) + u8::from(modifiers.alt)
    };
    keys.sort_by_key(|(key, _)| std::cmp::Reverse(weight(&key.modifiers)));
    let count = |key: &KeyboardShortcut| {
        ui.input_mut(|input| input.count_and_consume_key(key.modifiers, key.logical_key))
    };
    keys.iter().flat_map(|(key, binding)| (0..count(key)).map(|_| binding.wish(app))).collect()
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
