//! What the objects of the shown Cryptomatte are called: read in the background from the headers of
//! the shown frame, for an object may come later than the first frame.

use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use crate::codec::{Limits, read_info, read_object_names};
use crate::image::cryptomatte::coverings;
use crate::image::{AovKind, ObjectNames, Plane};

/// What names are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamesKey {
    of: Of,
    /// Files of the shown frame.
    paths: Vec<PathBuf>,
}

/// How often something was opened, the catalogue, the AOV.
type Of = (u64, u64, String);

/// Read what the objects of a Cryptomatte are called.
pub struct NamesJob(NamesKey);

/// What was read, and what could not be.
pub struct FoundNames {
    key: NamesKey,
    names: ObjectNames,
    errors: Vec<String>,
}

/// The names as they are now.
#[derive(Default)]
pub struct Names {
    /// Those found last; of an earlier frame until those of the shown one are there.
    pub found: Option<Arc<ObjectNames>>,
    asked: Option<NamesKey>,
    /// Of what it was told already that names cannot be read.
    told: Option<Of>,
}

/// An object that covers some of a pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its id.
    pub id: u32,
    /// What it is called, where that is known.
    pub name: Option<String>,
}

/// Reads them.
pub fn read(job: NamesJob) -> FoundNames {
    let NamesJob(key) = job;
    let (mut names, mut errors) = (ObjectNames::default(), Vec::new());
    for path in &key.paths {
        // What is wrong with the file itself is told where its picture would be.
        let Ok(info) = read_info(path, &Limits::default()) else { continue };
        let Some(aov) = info.aov(&key.of.2) else { continue };
        match read_object_names(&info, aov) {
            Ok(found) => names.complete_by(found.unwrap_or_default()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    FoundNames { key, names, errors }
}

impl App {
    /// Asks for the names of the objects of the shown Cryptomatte.
    pub(super) fn request_names(&mut self) {
        let view = &self.view;
        let Some(aov) = view.aov.clone().filter(|_| view.kind() == AovKind::Cryptomatte) else {
            (self.tracking.names.found, self.tracking.names.asked) = (None, None);
            return;
        };
        let Some(frame) = self.shown.frame else { return };
        let of = (self.times_opened, view.catalogue.revision(), aov);
        let asked = self.tracking.names.asked.as_ref();
        let is_of_same = asked.is_some_and(|asked| asked.of == of);
        // While frames fly by those of the frame where that began do.
        if is_of_same && view.playback.is_playing() {
            return;
        }
        let paths = view.catalogue.shown().filter_map(|index| view.catalogue.path(index, frame));
        let key = NamesKey { of, paths: paths.map(std::path::Path::to_owned).collect() };
        if asked == Some(&key) {
            return;
        }
        if !is_of_same {
            self.tracking.names.found = None;
        }
        self.tracking.names.asked = Some(key.clone());
        self.workers.tracking.names.submit(NamesJob(key));
    }

    pub(super) fn found_names(&mut self, found: FoundNames) {
        let names = &mut self.tracking.names;
        if names.asked.as_ref() != Some(&found.key) {
            return;
        }
        names.found = Some(Arc::new(found.names));
        // Once: it is the same of every frame, most likely.
        if !found.errors.is_empty() && names.told.as_ref() != Some(&found.key.of) {
            names.told = Some(found.key.of);
            found.errors.into_iter().for_each(|error| self.say(error, true));
        }
    }

    /// The objects in a pixel of a layer of the shown Cryptomatte, by rank; none where that is none.
    pub(super) fn objects_at(&self, plane: &Plane, (x, y): (i32, i32)) -> Vec<Object> {
        if self.view.kind() != AovKind::Cryptomatte {
            return Vec::new();
        }
        let names = self.tracking.names.found.as_deref();
        let pixel = plane.pixel(x, y).unwrap_or_default();
        let named = |id: u32| Object { id, name: names.and_then(|names| names.name(id)) };
        coverings(&pixel).map(|object| named(object.id)).collect()
    }
}
