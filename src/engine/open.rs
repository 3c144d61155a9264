//! Files of a unit as far as their headers, and what is told where one cannot be had.

use std::path::Path;

use super::units::{Unit, UnitCandidate};
use super::{Against, CellStatus, Failure, Plan, Status};
use crate::codec::{self, Limits};
use crate::image::ImageInfo;

/// A file as far as its header.
pub(super) enum Opened {
    Missing,
    Broken(codec::Error),
    Ready(ImageInfo),
}

pub(super) fn open(path: Option<&Path>, limits: &Limits) -> Opened {
    match path.map(|path| codec::read_info(path, limits)) {
        None => Opened::Missing,
        Some(Err(error)) => Opened::Broken(error),
        Some(Ok(info)) => Opened::Ready(info),
    }
}

impl Opened {
    pub(super) const fn info(&self) -> Option<&ImageInfo> {
        match self {
            Self::Ready(info) => Some(info),
            _ => None,
        }
    }

    pub(super) fn cell_status(&self) -> CellStatus {
        match self {
            Self::Missing => CellStatus::FrameMissing,
            Self::Broken(error) => status_of(error).into(),
            Self::Ready(_) => CellStatus::Compared,
        }
    }
}

pub(super) const fn status_of(error: &codec::Error) -> Status {
    if error.is_incomplete() { Status::IncompleteFile } else { Status::Unreadable }
}

pub(super) fn failure_of(error: &codec::Error) -> Failure {
    Failure { status: status_of(error), reason: error.to_string() }
}

/// Why no AOV of this frame can be compared, if so.
pub(super) fn whole_file_failure(
    plan: &Plan,
    reference: &Opened,
    candidate: &Opened,
    (unit, at): (&Unit, &UnitCandidate),
) -> Option<Failure> {
    let text = |number: Option<i64>| number.map_or_else(String::new, |number| format!(" {number}"));
    let (theirs, ours) = (text(unit.reference_number), text(at.number));
    match (reference, candidate) {
        // Damage is told before absence: it is what one can mend.
        (Opened::Broken(error), Opened::Broken(other)) if error.to_string() != other.to_string() => {
            Some(Failure { status: status_of(error), reason: format!("{error}; {other}") })
        }
        (Opened::Broken(error), _) | (_, Opened::Broken(error)) => Some(failure_of(error)),
        (Opened::Missing, Opened::Ready(_)) if matches!(plan.against, Against::Nothing) => None,
        (Opened::Missing, Opened::Missing) if matches!(plan.against, Against::Nothing) => {
            let reason = format!("{} has no frame{ours}", plan.candidates[at.index].name);
            Some(Failure { status: Status::MissingCandidate, reason })
        }
        (Opened::Missing, _) => {
            let beside =
                at.path.as_ref().map_or_else(String::new, |path| format!(" (the candidate has {path:?})"));
            let reason = format!("the reference has no frame{theirs}{beside}");
            Some(Failure { status: Status::MissingReference, reason })
        }
        (Opened::Ready(info), Opened::Missing) => {
            let reason = format!("the candidate has no frame{ours} (the reference has {:?})", info.path);
            Some(Failure { status: Status::MissingCandidate, reason })
        }
        (Opened::Ready(_), Opened::Ready(_)) => None,
    }
}
