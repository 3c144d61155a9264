//! How well a text fits what somebody writes who remembers parts of it.

/// A text that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The higher the better.
    pub score: i32,
    /// Which characters of the text are meant, ascending.
    pub places: Vec<usize>,
}

const LETTER: i32 = 4;
/// At the start of a word.
const START: i32 = 8;
/// Right after the letter before.
const NEXT: i32 = 9;

/// All words of `query` must be there, each with its letters in order, whatever the case. `None` where
/// one is not. An empty query fits everything equally.
pub fn fit(query: &str, text: &str) -> Option<Fit> {
    let text: Vec<char> = text.chars().map(lower).collect();
    let mut whole = Fit { score: 0, places: Vec::new() };
    for word in query.split_whitespace() {
        let word: Vec<char> = word.chars().map(lower).collect();
        let fit = fit_word(&word, &text)?;
        whole.score += fit.score;
        whole.places.extend(fit.places);
    }
    whole.places.sort_unstable();
    whole.places.dedup();
    // Of equals the shorter: more of it was written.
    whole.score = whole.score * 64 - (text.len().min(63) as i32);
    Some(whole)
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The best of all ways to find the letters: `best[i]` is that of the letters so far where the last of
/// them is the text's character `i`.
fn fit_word(word: &[char], text: &[char]) -> Option<Fit> {
    let mut best: Vec<Option<Fit>> = Vec::new();
    for (n, letter) in word.iter().enumerate() {
        let mut before: Option<Fit> = None;
        let mut next: Vec<Option<Fit>> = Vec::with_capacity(text.len());
        for (i, c) in text.iter().enumerate() {
            let adjacent = i.checked_sub(1).and_then(|i| best.get(i).cloned().flatten());
            let mut here = None;
            if c == letter {
                let start = if is_start(text, i) { START } else { 0 };
                let from = |fit: &Fit, extra: i32| Fit {
                    score: fit.score + LETTER + extra,
                    places: fit.places.iter().copied().chain([i]).collect(),
                };
                here = if n == 0 {
                    Some(from(&Fit { score: 0, places: Vec::new() }, start))
                } else {
                    let jumped = before.as_ref().map(|fit| from(fit, start));
                    let joined = adjacent.as_ref().map(|fit| from(fit, NEXT.max(start)));
                    better(jumped, joined)
                };
            }
            before = better(before, adjacent);
            next.push(here);
        }
        best = next;
    }
    best.into_iter().flatten().fold(None, |found, fit| better(found, Some(fit)))
}

/// The better of two; of equals the first.
fn better(a: Option<Fit>, b: Option<Fit>) -> Option<Fit> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.score > a.score { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn is_start(text: &[char], at: usize) -> bool {
    at == 0 || !text[at - 1].is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(query: &str, texts: &[&'static str]) -> Vec<&'static str> {
        let fits = texts.iter().filter_map(|text| Some((fit(query, text)?.score, *text)));
        let mut fits: Vec<_> = fits.collect();
        fits.sort_by_key(|(score, _)| -score);
        fits.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn starts_of_words_come_first() {
        let texts = ["Show largest depth", "Side by side", "Show AOV ViewLayer.Depth", "Fit"];
        assert_eq!(order("sbs", &texts), ["Side by side"]);
        assert_eq!(order("depth", &texts)[0], "Show largest depth");
        assert_eq!(order("aov dep", &texts), ["Show AOV ViewLayer.Depth"]);
        assert_eq!(order("", &texts).len(), 4);
        assert!(order("xyz", &texts).is_empty());
    }

    #[test]
    fn the_letters_meant_are_those_together() {
        assert_eq!(fit("de", "a dxe de").expect("fits").places, [6, 7]);
        assert_eq!(fit("aov", "Show AOV View").expect("fits").places, [5, 6, 7]);
        assert_eq!(fit("SIDE", "Side by side").expect("fits").places, [0, 1, 2, 3]);
    }

    #[test]
    fn words_stand_in_any_order() {
        assert!(fit("depth show", "Show AOV depth").is_some());
        assert!(fit("é", "Été").is_some());
    }
}
