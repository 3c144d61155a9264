//! Tool tips that teach the keys that hold now.
//!
//! Texts name the keys of the table, in brackets: `The next region (N)`. Where the user has given a
//! command another key, that one is told.

use std::sync::Arc;

use egui::{Context, Id, Response};

/// Keys of the table that do no longer what the texts say, and what does it now; `None`: nothing.
pub type Changed = Arc<Vec<(String, Option<String>)>>;

/// Lets the tool tips of this frame know.
pub fn set_changed(ctx: &Context, changed: &Changed) {
    ctx.data_mut(|data| data.insert_temp(Id::unique("changed keys"), Arc::clone(changed)));
}

/// A tool tip with keys in brackets.
pub trait Teach {
    /// Shows `text` when the pointer rests there, with the keys that hold now.
    fn teach(self, text: &str) -> Self;
}

impl Teach for Response {
    fn teach(self, text: &str) -> Self {
        let text = now(&self.ctx, text);
        self.on_hover_text(text)
    }
}

/// The text with the keys that hold in this frame.
pub fn now(ctx: &Context, text: &str) -> String {
    let changed: Option<Changed> = ctx.data(|data| data.get_temp(Id::unique("changed keys")));
    changed
        .filter(|changed| !changed.is_empty())
        .map_or_else(|| text.to_owned(), |changed| in_force(text, &changed))
}

/// The text with the keys in its brackets as they are now.
fn in_force(text: &str, changed: &[(String, Option<String>)]) -> String {
    let mut told = String::new();
    let mut rest = text;
    while let Some((before, (inside, after))) =
        rest.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    {
        told.push_str(before);
        told.push('(');
        told.push_str(
            &inside.split(", ").map(|part| key_in_force(part, changed)).collect::<Vec<_>>().join(", "),
        );
        told.push(')');
        rest = after;
    }
    told + rest
}

/// A key, or a key and what stands behind it: `Shift + X: next scale`.
fn key_in_force(part: &str, changed: &[(String, Option<String>)]) -> String {
    let end = part.find([':', ';']).unwrap_or(part.len());
    let (key, rest) = part.split_at(end);
    match changed.iter().find(|(old, _)| old == key) {
        Some((_, Some(new))) => format!("{new}{rest}"),
        Some((_, None)) => format!("no key{rest}"),
        None => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_brackets_are_those_that_hold() {
        let changed = [("N".to_owned(), Some("F9".to_owned())), ("Shift + X".to_owned(), None)];
        let told = |text| in_force(text, &changed);
        assert_eq!(told("The next one (N)"), "The next one (F9)");
        assert_eq!(
            told("N maps (T, N)\nor (Shift + X: next scale"),
            "N maps (T, F9)\nor (Shift + X: next scale"
        );
        assert_eq!(told("In proportion (Shift + X: next scale)"), "In proportion (no key: next scale)");
        assert_eq!(told("v^(1/gamma) (G, Shift + G)"), "v^(1/gamma) (G, Shift + G)");
    }
}
