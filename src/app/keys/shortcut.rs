//! A key as text: for reading, and in files.

use egui::{Key, KeyboardShortcut, Modifiers};

/// How a key is shown.
pub fn key_text(key: &KeyboardShortcut) -> String {
    let name = match key.logical_key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        Key::CloseBracket => "]",
        Key::OpenBracket => "[",
        Key::Comma => ",",
        Key::Plus => "+",
        Key::Minus => "-",
        other => other.name(),
    };
    with_modifiers(key.modifiers, name, " + ")
}

/// How a key is written in files: `Ctrl+Shift+E`.
pub fn key_name(key: &KeyboardShortcut) -> String {
    with_modifiers(key.modifiers, key.logical_key.name(), "+")
}

fn with_modifiers(modifiers: Modifiers, name: &str, between: &str) -> String {
    let held = [(modifiers.command, "Ctrl"), (modifiers.alt, "Alt"), (modifiers.shift, "Shift")];
    let held = held.into_iter().filter(|(is_held, _)| *is_held).map(|(_, name)| name);
    held.chain([name]).collect::<Vec<_>>().join(between)
}

/// The inverse of [`key_name`], whatever the case of the modifiers.
///
/// # Errors
/// When there is no such key or modifier.
pub fn parse_key(text: &str) -> Result<KeyboardShortcut, String> {
    let mut parts: Vec<&str> = text.split('+').map(str::trim).collect();
    let name = parts.pop().unwrap_or_default();
    let mut modifiers = Modifiers::NONE;
    for part in parts {
        modifiers |= match part.to_ascii_lowercase().as_str() {
            "ctrl" | "control" | "cmd" | "command" => Modifiers::COMMAND,
            "alt" | "option" => Modifiers::ALT,
            "shift" => Modifiers::SHIFT,
            _ => return Err(format!("{part:?} in {text:?} is none of Ctrl, Alt, Shift")),
        };
    }
    let upper = name.to_ascii_uppercase();
    let key = Key::from_name(name).or_else(|| Key::from_name(&upper));
    let key =
        key.ok_or_else(|| format!("{name:?} in {text:?} is no key (as A, F5, Left, PageDown, Comma)"))?;
    Ok(KeyboardShortcut::new(modifiers, key))
}

/// Words in lower case with `-` between; what stands in brackets is left out.
pub fn id_of(text: &str) -> String {
    let text = text.split('(').next().unwrap_or_default().to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for name in ["Ctrl+Alt+Shift+E", "Left", "Shift+Questionmark", "Ctrl+Plus", "F12", "0"] {
            assert_eq!(key_name(&parse_key(name).expect(name)), name);
        }
        assert_eq!(parse_key("ctrl + a"), parse_key("Cmd+A"));
        assert!(parse_key("Hyper+A").expect_err("no modifier").contains("Hyper"));
        assert!(parse_key("Ctrl+Ax").expect_err("no key").contains("\"Ax\""));
        assert!(parse_key("").is_err());
    }

    #[test]
    fn ids_are_words() {
        assert_eq!(id_of("Track rectangles (or Shift and drag)"), "track-rectangles");
        assert_eq!(id_of("Play, rest"), "play-rest");
    }
}
