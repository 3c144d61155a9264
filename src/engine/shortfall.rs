//! Why figures are not of all pixels: files that are damaged or unfinished in part.

use super::{CellStatus, Failure, Probe, Status};
use crate::image::{ImageInfo, Plane, Unreadable, Window};

/// Reasons of one side that are told one by one.
const TOLD: usize = 2;

/// A plane, and the header of its file where that is at hand.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The samples.
    pub plane: &'a Plane,
    /// Says whether the file is incomplete, in whatever part.
    pub info: Option<&'a ImageInfo>,
}

/// Why the files of `sides` do not give all that there should be: pixels of `window` that cannot be
/// read, or a file that is not finished though these pixels are there (its writer may yet change
/// them). `None` for sound files.
///
/// The status is that of an incomplete file if one is incomplete, else that of a damaged one.
pub fn shortfall(sides: &[Side<'_>], window: Window) -> Option<Failure> {
    let mut reasons: Vec<String> = Vec::new();
    let mut status = Status::Unreadable;
    for side in sides {
        let holes: Vec<&Unreadable> = side.plane.unreadable_in(window).collect();
        let cut = holes.iter().any(|hole| hole.incomplete);
        let unfinished = side.info.and_then(|info| info.incomplete.as_deref());
        if cut || unfinished.is_some() {
            status = Status::IncompleteFile;
        }
        // A place that is not there has the same to tell as its file, and where.
        let of_file = unfinished.filter(|_| !cut);
        let of_places = holes.iter().map(|hole| hole.reason.as_str());
        let reason = of_side(of_file.into_iter().chain(of_places), side.info);
        if !reason.is_empty() && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    (!reasons.is_empty()).then(|| Failure { status, reason: reasons.join("; ") })
}

/// The first reasons, how many more places there are, and the file once.
fn of_side<'a>(reasons: impl Iterator<Item = &'a str>, info: Option<&ImageInfo>) -> String {
    let path = info.map_or_else(String::new, |info| format!(": {:?}", info.path));
    let mut reasons: Vec<&str> = reasons.map(|reason| reason.strip_suffix(&path).unwrap_or(reason)).collect();
    reasons.dedup();
    let more = reasons.len().saturating_sub(TOLD);
    reasons.truncate(TOLD);
    let text = reasons.join("; ");
    match more {
        0 if text.is_empty() => text,
        0 => text + &path,
        1 => text + "; and 1 more place" + &path,
        _ => format!("{text}; and {more} more places{path}"),
    }
}

/// Why a cell of `probe` has no value: a pixel of it cannot be read.
pub fn unreadable_cell(plane: &Plane, probe: &Probe) -> Option<CellStatus> {
    let holes = plane.unreadable_in(probe.window).filter(|hole| probe.meets(hole.window));
    let incomplete = holes.map(|hole| hole.incomplete).reduce(|a, b| a || b)?;
    Some(if incomplete { CellStatus::IncompleteFile } else { CellStatus::Unreadable })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Mask, ProbeShape};
    use crate::image::{FileFormat, PlaneChannel, Samples};

    fn plane(holes: &[(i32, bool, &str)]) -> Plane {
        let window = Window::of_size(4, 8);
        let hole = |&(y, incomplete, reason): &(i32, bool, &str)| Unreadable {
            window: Window::new(0, y, 4, 1),
            incomplete,
            reason: reason.to_owned(),
        };
        Plane {
            data_window: window,
            display_window: window,
            channels: vec![PlaneChannel { name: "Z".into(), samples: Samples::F32(vec![0.0; 32]) }],
            unreadable: holes.iter().map(hole).collect(),
        }
    }

    fn info(incomplete: Option<&str>) -> ImageInfo {
        ImageInfo {
            path: "a.exr".into(),
            format: FileFormat::Exr,
            parts: Vec::new(),
            aovs: Vec::new(),
            incomplete: incomplete.map(str::to_owned),
        }
    }

    fn told(planes: &[&Plane], incomplete: Option<&str>, rows: u32) -> Option<(Status, String)> {
        let info = info(incomplete);
        let sides: Vec<Side<'_>> = planes.iter().map(|plane| Side { plane, info: Some(&info) }).collect();
        shortfall(&sides, Window::of_size(4, rows)).map(|failure| (failure.status, failure.reason))
    }

    #[test]
    fn the_first_two_places_of_each_side_are_told_and_the_others_counted() {
        let a = plane(&[(0, false, "a0"), (1, false, "a1"), (2, false, "a2"), (5, false, "a5")]);
        let b = plane(&[(3, true, "b3")]);
        let text = "a0; a1; and 2 more places: \"a.exr\"; b3: \"a.exr\"".to_owned();
        assert_eq!(told(&[&a, &b], None, 8), Some((Status::IncompleteFile, text)));
        assert_eq!(told(&[&a], None, 2), Some((Status::Unreadable, "a0; a1: \"a.exr\"".to_owned())));
        let text = "a0; a1; and 1 more place: \"a.exr\"".to_owned();
        assert_eq!(told(&[&a, &b], None, 3), Some((Status::Unreadable, text)), "what is compared counts");
    }

    #[test]
    fn an_unfinished_file_is_told_once_and_with_its_path() {
        let (sound, cut) = (plane(&[]), plane(&[(7, true, "row 7 is not there: \"a.exr\"")]));
        let text = "3 of 8 blocks are not there: \"a.exr\"".to_owned();
        let incomplete = Some("3 of 8 blocks are not there");
        assert_eq!(told(&[&sound, &sound], incomplete, 8), Some((Status::IncompleteFile, text)));
        let text = "row 7 is not there: \"a.exr\"".to_owned();
        assert_eq!(told(&[&cut], incomplete, 8), Some((Status::IncompleteFile, text)));
        assert_eq!(told(&[&sound], None, 8), None);
    }

    #[test]
    fn one_incomplete_place_makes_a_cell_incomplete() {
        let plane = plane(&[(0, false, "damaged"), (1, true, "cut")]);
        let cell = |window| {
            unreadable_cell(&plane, &Probe { label: String::new(), window, shape: ProbeShape::Region })
        };
        assert_eq!(cell(Window::new(0, 0, 1, 1)), Some(CellStatus::Unreadable));
        assert_eq!(cell(Window::new(3, 0, 1, 5)), Some(CellStatus::IncompleteFile));
        assert_eq!(cell(Window::new(0, 2, 4, 6)), None);
        let beside = Mask::of(Window::new(0, 0, 4, 4), |index| index == 4 || index == 14).expect("two");
        let mask = Probe::mask(String::new(), beside);
        assert_eq!(unreadable_cell(&plane, &mask), Some(CellStatus::IncompleteFile), "row 0 is not of it");
    }
}
