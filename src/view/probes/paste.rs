//! Coordinates from the clipboard.

use crate::engine::{Probe, ProbeShape};
use crate::image::Window;

/// Why pasted text names nothing to track.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot paste {0:?}: a pixel is x,y and a rectangle x,y,w,h, one a line")]
pub struct PasteError(String);

/// Pixels `x,y` and rectangles `x,y,w,h`, one a line or with `;` between them; the numbers stand apart
/// by commas, tabs or blanks.
///
/// # Errors
/// When some line is neither, or there is none.
pub fn pasted(text: &str) -> Result<Vec<Probe>, PasteError> {
    let lines = text.split(['\n', '\r', ';']).map(str::trim).filter(|line| !line.is_empty());
    let probes = lines.map(|line| probe(line).ok_or_else(|| PasteError(shortened(line))));
    let probes: Vec<Probe> = probes.collect::<Result<_, _>>()?;
    if probes.is_empty() { Err(PasteError(shortened(text.trim()))) } else { Ok(probes) }
}

fn probe(line: &str) -> Option<Probe> {
    let parts = line.split([',', '\t', ' ']).filter(|part| !part.is_empty());
    let numbers: Vec<i32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (window, shape) = match numbers[..] {
        [x, y] => (Window::new(x, y, 1, 1), ProbeShape::Pixel),
        [x, y, width, height] if width > 0 && height > 0 => {
            (Window::new(x, y, width as u32, height as u32), ProbeShape::Region)
        }
        _ => return None,
    };
    Some(Probe { label: String::new(), window, shape })
}

fn shortened(text: &str) -> String {
    let first: String = text.chars().take(40).collect();
    if first.len() < text.len() { first + "…" } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_pixels_and_rectangles_are_read() {
        let probes = pasted("93,31\r\n-4, 7;40\t20\t13\t8\n\n").expect("three");
        let windows: Vec<Window> = probes.iter().map(|probe| probe.window).collect();
        assert_eq!(
            windows,
            [Window::new(93, 31, 1, 1), Window::new(-4, 7, 1, 1), Window::new(40, 20, 13, 8)]
        );
        assert_eq!(probes[2].shape, ProbeShape::Region);
    }

    #[test]
    fn what_is_no_place_is_told() {
        for text in ["", "hello", "1,2,3", "1,2\n3.5,4", "1,2,0,4", "1,2,3,-4"] {
            assert!(pasted(text).is_err(), "{text:?}");
        }
        let told = pasted("1,2\nfoo").expect_err("no place").to_string();
        assert!(told.contains("\"foo\""), "{told}");
    }
}
