//! Which keys do what: those of the table, or those that a file gives instead.
//!
//! The file is TOML: `command = ["Ctrl+E", "F2"]`, `command = "F2"`, or `command = []` for none.
//! Commands that it does not name keep their keys, but for those that it gives to another.

use egui::KeyboardShortcut;

use super::shortcut::{key_name, key_text, parse_key};
use super::{BINDINGS, Binding};

/// The keys of each line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap(Vec<Vec<KeyboardShortcut>>);

impl Default for Keymap {
    fn default() -> Self {
        Self(BINDINGS.iter().map(|binding| binding.keys.to_vec()).collect())
    }
}

impl Keymap {
    /// Keys of the table's line of that number; the first is shown.
    pub fn keys(&self, place: usize) -> &[KeyboardShortcut] {
        self.0.get(place).map_or(&[], Vec::as_slice)
    }

    /// Which line of the table a key belongs to.
    pub fn place_of(&self, key: &KeyboardShortcut) -> Option<usize> {
        self.0.iter().position(|keys| keys.contains(key))
    }

    /// Reads a file's text; with it what is wrong in it, line by line. What is wrong is left out.
    pub fn read(text: &str) -> (Self, Vec<String>) {
        let mut keymap = Self::default();
        let table: toml::Table = match toml::from_str(text) {
            Ok(table) => table,
            Err(error) => return (keymap, vec![format!("not TOML: {error}")]),
        };
        let mut wrong = Vec::new();
        let mut given: Vec<(usize, Vec<KeyboardShortcut>)> = Vec::new();
        for (id, value) in &table {
            let Some(place) = BINDINGS.iter().position(|binding| binding.id() == *id) else {
                wrong.push(format!("there is no command {id:?} (`aovscope keys` lists them)"));
                continue;
            };
            match keys_of(value) {
                Ok(keys) => given.push((place, keys)),
                Err(reason) => wrong.push(format!("{id}: {reason}")),
            }
        }
        let mut taken: Vec<(KeyboardShortcut, usize)> = Vec::new();
        for (place, mut keys) in given {
            keys.retain(|key| {
                let first = taken.iter().find(|(known, other)| known == key && *other != place);
                if let Some((_, first)) = first {
                    let (first, second) = (BINDINGS[*first].id(), BINDINGS[place].id());
                    let key = key_name(key);
                    wrong.push(format!("{key} is given to {first} and to {second}: {first} has it"));
                }
                first.is_none()
            });
            taken.extend(keys.iter().map(|key| (*key, place)));
            keymap.0[place] = keys;
        }
        for (key, place) in taken {
            let others = keymap.0.iter_mut().enumerate().filter(|(other, _)| *other != place);
            for (other, keys) in others.filter(|(_, keys)| keys.contains(&key)) {
                keys.retain(|known| *known != key);
                let (key, new, old) = (key_name(&key), BINDINGS[place].id(), BINDINGS[other].id());
                wrong.push(format!("{key} is now {new}, and no longer {old}"));
            }
        }
        (keymap, wrong)
    }

    /// Keys of the table that are the first of their command no longer, and what is; `None`: nothing.
    pub fn changed(&self) -> Vec<(String, Option<String>)> {
        let first = |(place, binding): (usize, &Binding)| {
            let (old, new) = (binding.keys.first()?, self.keys(place).first());
            (new != Some(old)).then(|| (key_text(old), new.map(key_text)))
        };
        BINDINGS.iter().enumerate().filter_map(first).collect()
    }

    /// The text of a file that gives these keys, with what each command does.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# Keys of aovscope: a command, and the keys that do it. Commands that are left out keep their keys;\n\
             # [] is no key. Modifiers are Ctrl (Cmd on macOS), Alt and Shift.\n",
        );
        let mut group = "";
        for (place, binding) in BINDINGS.iter().enumerate() {
            if binding.group != group {
                group = binding.group;
                text.push_str(&format!("\n# {group}\n"));
            }
            let keys: Vec<String> =
                self.keys(place).iter().map(|key| format!("{:?}", key_name(key))).collect();
            text.push_str(&format!("{} = [{}] # {}\n", binding.id(), keys.join(", "), binding.text));
        }
        text
    }
}

fn keys_of(value: &toml::Value) -> Result<Vec<KeyboardShortcut>, String> {
    let texts: Vec<&str> = match value {
        toml::Value::String(text) => vec![text],
        toml::Value::Array(values) if values.iter().all(toml::Value::is_str) => {
            values.iter().filter_map(toml::Value::as_str).collect()
        }
        other => return Err(format!("{other} is neither a key nor a list of keys in quotation marks")),
    };
    texts.into_iter().map(parse_key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: &str) -> usize {
        BINDINGS.iter().position(|binding| binding.id() == id).expect("a command")
    }

    #[test]
    fn commands_have_names_of_their_own_and_no_key_does_two_things() {
        let mut keys: Vec<KeyboardShortcut> = Vec::new();
        for (n, binding) in BINDINGS.iter().enumerate() {
            assert!(BINDINGS[..n].iter().all(|other| other.id() != binding.id()), "{}", binding.id());
            for key in binding.keys {
                assert!(!keys.contains(key), "{} of {} is taken", key_name(key), binding.id());
                keys.push(*key);
            }
        }
    }

    #[test]
    fn what_is_printed_is_read() {
        let (keymap, wrong) = Keymap::read(&Keymap::default().text());
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(keymap, Keymap::default());
    }

    #[test]
    fn a_file_changes_what_it_names() {
        let (keymap, wrong) = Keymap::read("fit = \"Ctrl+Alt+F\"\nundo = []\nplay = [\"Space\", \"F2\"]");
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(keymap.keys(place("fit")), [parse_key("Ctrl+Alt+F").expect("a key")]);
        assert!(keymap.keys(place("undo")).is_empty());
        assert_eq!(keymap.keys(place("play")).len(), 2);
        assert_eq!(keymap.keys(place("reload")), BINDINGS[place("reload")].keys);
    }

    #[test]
    fn keys_may_change_places() {
        let (keymap, wrong) = Keymap::read("fit = \"W\"\nshow-wipe = \"F\"");
        assert!(wrong.is_empty(), "{wrong:?}");
        let key = |text| parse_key(text).expect("a key");
        assert_eq!(keymap.place_of(&key("W")), Some(place("fit")));
        assert_eq!(keymap.place_of(&key("F")), Some(place("show-wipe")));
    }

    #[test]
    fn what_is_wrong_is_told_and_the_rest_counts() {
        let (keymap, wrong) = Keymap::read(
            "fly = \"F\"\nfit = \"Hyper+F\"\nredo = \"W\"\nundo = \"W\"\nplay = 3\nrest = \"F9\"",
        );
        let parts = ["\"fly\"", "Hyper", "no longer show-wipe", "redo and to undo", "3 is neither"];
        for part in parts {
            assert!(wrong.iter().any(|line| line.contains(part)), "{part}: {wrong:?}");
        }
        assert_eq!(wrong.len(), parts.len(), "{wrong:?}");
        assert_eq!(keymap.keys(place("fit")), BINDINGS[place("fit")].keys);
        assert_eq!(keymap.keys(place("rest")), [parse_key("F9").expect("a key")]);
        assert!(Keymap::read("a b").1[0].contains("not TOML"));
    }
}
