//! What can be done about a frame that cannot be shown.

use crate::app::App;
use crate::load::Failure;

/// A failure in words, and what to do about it.
pub fn of_failure(failure: &Failure) -> String {
    let advice = match failure {
        Failure::Codec(error) if error.is_incomplete() => {
            "It may still be being written: F5 reads all files anew, \"Watch\" does so when they change"
        }
        Failure::Codec(_) => "Once it is rendered again, F5 reads all files anew",
        Failure::NoAov { .. } => "Choose an AOV that this sequence has, or another sequence, on the left",
        Failure::OverBudget { .. } => "Choose an AOV with fewer channels, or free memory and open it again",
    };
    format!("{failure}\n\n{advice}")
}

/// What a sequence without the shown frame has instead.
pub fn of_missing(app: &App, sequence: Option<usize>) -> String {
    const MOST: usize = 60;
    let entry = sequence.and_then(|index| app.view.catalogue.entries().get(index));
    let mut ranges = entry.map_or_else(String::new, |entry| entry.sequence.ranges_text());
    if let Some((end, _)) = ranges.char_indices().nth(MOST) {
        ranges.truncate(end);
        ranges.push('…');
    }
    format!("It has the frames {ranges}\n\n\"Watch\" takes frames in when they come")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_says_what_to_do() {
        let path: std::path::PathBuf = "a.exr".into();
        let missing = Failure::NoAov { aov: "Z".to_owned(), path: path.clone() };
        assert!(of_failure(&missing).contains("Choose an AOV"));
        let large = Failure::OverBudget { bytes: 2, budget: 1, aov: "Z".to_owned(), path };
        assert!(of_failure(&large).contains("memory"));
    }
}
