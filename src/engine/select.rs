//! AOVs chosen by glob.

use globset::{GlobBuilder, GlobMatcher};

/// A glob that is not one.
#[derive(Clone, Debug, thiserror::Error)]
#[error("not a pattern for AOV names: {glob:?} ({reason})")]
pub struct GlobError {
    /// As given.
    pub glob: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One glob for AOV keys, whatever the case: `ViewLayer.Diff*`, `depth`, `crypto*`.
///
/// It is held against whole keys first. Where no key of a file matches as a whole, it is held
/// against what follows a dot or slash, so that `depth*` finds `ViewLayer.Depth`.
#[derive(Clone, Debug)]
pub struct AovGlob {
    text: String,
    matcher: GlobMatcher,
}

impl AovGlob {
    /// Reads a glob (`* ? [a-z] {a,b}`).
    ///
    /// # Errors
    /// When a bracket is not closed, and the like.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        let glob = GlobBuilder::new(text).case_insensitive(true).build();
        let glob =
            glob.map_err(|error| GlobError { glob: text.to_owned(), reason: error.kind().to_string() })?;
        Ok(Self { text: text.to_owned(), matcher: glob.compile_matcher() })
    }

    /// The glob that chooses the AOV of that key, whatever characters are in it.
    pub fn exactly(key: &str) -> Self {
        let glob = Self::new(&globset::escape(key)).expect("an escaped text is a glob");
        Self { text: key.to_owned(), ..glob }
    }

    /// As given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it chooses `key` among the `keys` of a file.
    pub fn chooses<'a>(&self, key: &str, keys: impl IntoIterator<Item = &'a str>) -> bool {
        if self.matcher.is_match(key) {
            return true;
        }
        self.matches_tail(key) && !keys.into_iter().any(|other| self.matcher.is_match(other))
    }

    fn matches_tail(&self, key: &str) -> bool {
        let starts = key.char_indices().filter(|(_, c)| matches!(c, '.' | '/')).map(|(i, _)| i + 1);
        starts.into_iter().any(|start| self.matcher.is_match(&key[start..]))
    }
}

/// The keys that any of `globs` chooses, in their own order; all of them where there is no glob.
pub fn chosen<'a>(globs: &[AovGlob], keys: &[&'a str]) -> Vec<&'a str> {
    let wanted = |key: &str| globs.is_empty() || globs.iter().any(|g| g.chooses(key, keys.iter().copied()));
    keys.iter().copied().filter(|key| wanted(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::{AovGlob, chosen};

    fn choose(glob: &str, keys: &[&'static str]) -> Vec<&'static str> {
        chosen(&[AovGlob::new(glob).expect("a glob")], keys)
    }

    #[test]
    fn whole_keys_come_before_tails() {
        let keys = ["left", "forward.left", "Z"];
        assert_eq!(choose("left", &keys), ["left"]);
        assert_eq!(choose("LEFT", &keys[1..]), ["forward.left"]);
        assert_eq!(choose("*left", &keys), ["left", "forward.left"]);
    }

    #[test]
    fn tails_are_found_behind_layers_and_parts() {
        let keys = ["ViewLayer.Depth", "fx/Depth", "ViewLayer.DiffCol"];
        assert_eq!(choose("depth*", &keys), ["ViewLayer.Depth", "fx/Depth"]);
        assert_eq!(choose("ViewLayer.D?ffCol", &keys), ["ViewLayer.DiffCol"]);
        assert!(choose("normal", &keys).is_empty());
    }

    #[test]
    fn a_key_is_no_pattern() {
        let keys = ["a*[b]", "axb", "a{b,c}"];
        let choose = |key| chosen(&[AovGlob::exactly(key)], &keys);
        assert_eq!(choose("a*[b]"), ["a*[b]"]);
        assert_eq!(choose("a{b,c}"), ["a{b,c}"]);
    }

    #[test]
    fn a_broken_glob_is_told() {
        let error = AovGlob::new("a[b").expect_err("not closed").to_string();
        assert!(error.contains("\"a[b\""), "{error}");
    }
}
