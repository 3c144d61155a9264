//! All commands by name, and what may be named beside them: AOVs, sequences, frames, pixels, files.

use std::path::{Path, PathBuf};

use super::App;
use super::fuzzy::fit;
use super::keys::{BINDINGS, key_text};
use super::program::ProgramWish;
use super::ui::Wish;
use crate::view::Action;

/// The palette while it is shown.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What is written.
    pub query: String,
    /// Which line is chosen.
    pub chosen: usize,
}

/// A line of the palette.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it says.
    pub text: String,
    /// Its keys, or of what kind it is.
    pub detail: String,
    /// Which characters of the text were written.
    pub places: Vec<usize>,
    target: Target,
}

#[derive(Clone, Debug)]
enum Target {
    Command(usize),
    Aov(String),
    Candidate(usize),
    Reference(usize),
    Frame(i64),
    Pixel(i32, i32),
    Open(PathBuf),
    SaveTo(PathBuf),
}

impl Item {
    fn new(text: impl Into<String>, detail: impl Into<String>, target: Target) -> Self {
        Self { text: text.into(), detail: detail.into(), places: Vec::new(), target }
    }

    /// What choosing it asks for.
    pub fn wish(&self, app: &App) -> Wish {
        match &self.target {
            Target::Command(place) => BINDINGS[*place].wish(app),
            Target::Aov(key) => Action::SetAov(key.clone()).into(),
            Target::Candidate(index) => Action::SetCandidate(*index).into(),
            Target::Reference(index) => Action::SetReference(*index).into(),
            Target::Frame(frame) => Action::Seek(*frame).into(),
            Target::Pixel(x, y) => Action::TrackPixel(*x, *y).into(),
            Target::Open(path) => ProgramWish::Open(path.clone()).into(),
            Target::SaveTo(path) => ProgramWish::SaveTo(path.clone()).into(),
        }
    }
}

/// The lines that fit `query`, the best first.
pub fn items(app: &App, query: &str) -> Vec<Item> {
    let mut found: Vec<(i32, Item)> = Vec::new();
    for mut item in commands(app).chain(named(app)) {
        if let Some(fit) = fit(query, &item.text) {
            item.places = fit.places;
            found.push((fit.score, item));
        }
    }
    if !query.trim().is_empty() {
        // Of equals in the order in which they stand above.
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    written(app, query).into_iter().chain(found.into_iter().map(|(_, item)| item)).collect()
}

fn commands(app: &App) -> impl Iterator<Item = Item> {
    BINDINGS.iter().enumerate().filter(|(_, binding)| binding.id() != "palette").map(|(place, binding)| {
        let keys: Vec<String> = app.program.keymap.keys(place).iter().take(1).map(key_text).collect();
        Item::new(binding.text, keys.join(", "), Target::Command(place))
    })
}

fn named(app: &App) -> impl Iterator<Item = Item> {
    let view = &app.view;
    let aov = |entry: &crate::view::AovEntry| {
        Item::new(format!("Show AOV {}", entry.key), entry.kind.name(), Target::Aov(entry.key.clone()))
    };
    let sequences = view.catalogue.entries().iter().enumerate();
    let sides = sequences.filter(|(index, _)| view.reference != Some(*index)).flat_map(|(index, entry)| {
        let name = &entry.sequence.name;
        let candidate = Item::new(format!("Show {name} as candidate"), "sequence", Target::Candidate(index));
        [
            candidate,
            Item::new(format!("Compare with {name} as reference"), "sequence", Target::Reference(index)),
        ]
    });
    let recent = app.program.recent.paths.iter();
    let recent = recent.map(|path| {
        Item::new(format!("Open {}", path.display()), "opened lately", Target::Open(path.clone()))
    });
    view.aovs.iter().map(aov).chain(sides).chain(recent)
}

/// What the query itself says: a frame, a pixel, a file to save to.
fn written(app: &App, query: &str) -> Vec<Item> {
    let query = query.trim();
    let is_open = !app.view.catalogue.entries().is_empty();
    if let Some(name) = query.strip_prefix("save ").map(str::trim).filter(|name| is_open && !name.is_empty())
    {
        let path = Path::new(name).to_owned();
        return vec![Item::new(format!("Save the workspace as {name}"), "file", Target::SaveTo(path))];
    }
    let numbers: Option<Vec<i64>> = query
        .trim_start_matches(|c: char| c.is_alphabetic() || c.is_whitespace())
        .split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    match numbers.as_deref() {
        Some(&[frame]) if app.view.playback.frame().is_some() => {
            vec![Item::new(format!("Go to frame {frame}"), "frame", Target::Frame(frame))]
        }
        Some(&[x, y]) if is_open => match (i32::try_from(x), i32::try_from(y)) {
            (Ok(x), Ok(y)) => vec![Item::new(format!("Track pixel {x}, {y}"), "pixel", Target::Pixel(x, y))],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
