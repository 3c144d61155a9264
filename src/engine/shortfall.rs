//! Why figures are not of all pixels: files that are damaged or unfinished in part.

use super::{CellStatus, Failure, Status};
use crate::image::{ImageInfo, Plane, Unreadable, Window};

/// Unreadable rectangles of one side that are told one by one.
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
        let unfinished = side.info.and_then(unfinished);
        if unfinished.is_some() || holes.iter().any(|hole| hole.incomplete) {
            status = Status::IncompleteFile;
        }
        // An incomplete place has the same to tell as its file, and where.
        let of_file = unfinished.filter(|_| !holes.iter().any(|hole| hole.incomplete));
        for reason in of_file.into_iter().chain(places(&holes)) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    (!reasons.is_empty()).then(|| Failure { status, reason: reasons.join("; ") })
}

/// Why a cell over `window` has no value: a pixel of it cannot be read.
pub fn unreadable_cell(plane: &Plane, window: Window) -> Option<CellStatus> {
    let incomplete = plane.unreadable_in(window).map(|hole| hole.incomplete).reduce(|a, b| a || b)?;
    Some(if incomplete { CellStatus::IncompleteFile } else { CellStatus::Unreadable })
}

/// That the file is incomplete, with its path.
fn unfinished(info: &ImageInfo) -> Option<String> {
    let (reason, path) = (info.incomplete.as_ref()?, format!("{:?}", info.path));
    Some(if reason.contains(&path) { reason.clone() } else { format!("{reason}: {path}") })
}

/// The first unreadable places by their reasons, and how many more there are.
fn places(holes: &[&Unreadable]) -> Vec<String> {
    let mut reasons: Vec<String> = holes.iter().map(|hole| hole.reason.clone()).collect();
    reasons.dedup();
    let more = reasons.len().saturating_sub(TOLD);
    reasons.truncate(TOLD);
    match more {
        0 => {}
        1 => reasons.push("and 1 more place".to_owned()),
        _ => reasons.push(format!("and {more} more places")),
    }
    if reasons.is_empty() { Vec::new() } else { vec![reasons.join("; ")] }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let text = "a0; a1; and 2 more places; b3".to_owned();
        assert_eq!(told(&[&a, &b], None, 8), Some((Status::IncompleteFile, text)));
        assert_eq!(told(&[&a], None, 2), Some((Status::Unreadable, "a0; a1".to_owned())));
        let text = "a0; a1; and 1 more place".to_owned();
        assert_eq!(told(&[&a, &b], None, 3), Some((Status::Unreadable, text)), "what is compared counts");
    }

    #[test]
    fn an_unfinished_file_is_told_once_and_with_its_path() {
        let (sound, cut) = (plane(&[]), plane(&[(7, true, "row 7 is not there")]));
        let text = "3 of 8 blocks are not there: \"a.exr\"".to_owned();
        let incomplete = Some("3 of 8 blocks are not there");
        assert_eq!(told(&[&sound, &sound], incomplete, 8), Some((Status::IncompleteFile, text)));
        let text = "row 7 is not there".to_owned();
        assert_eq!(told(&[&cut], incomplete, 8), Some((Status::IncompleteFile, text)));
        assert_eq!(told(&[&sound], None, 8), None);
    }

    #[test]
    fn one_incomplete_place_makes_a_cell_incomplete() {
        let plane = plane(&[(0, false, "damaged"), (1, true, "cut")]);
        assert_eq!(unreadable_cell(&plane, Window::new(0, 0, 1, 1)), Some(CellStatus::Unreadable));
        assert_eq!(unreadable_cell(&plane, Window::new(3, 0, 1, 5)), Some(CellStatus::IncompleteFile));
        assert_eq!(unreadable_cell(&plane, Window::new(0, 2, 4, 6)), None);
    }
}
