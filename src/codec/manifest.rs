//! Reads the names of Cryptomatte objects.

use std::path::{Component, Path, PathBuf};

use crate::image::{Aov, Cryptomatte, ImageInfo, Manifest, ObjectNames};

use super::Error;
use super::source::Source;

/// Largest file of names.
const MOST_BYTES: u64 = 256 << 20;

/// What the objects of the Cryptomatte are called that `aov` is a layer of; `None` where the file does
/// not say.
///
/// # Errors
/// When the manifest cannot be read or makes no sense, or lies where no picture has a say.
pub fn read_object_names(info: &ImageInfo, aov: &Aov) -> Result<Option<ObjectNames>, Error> {
    let Some(Cryptomatte { name, manifest }) = info.cryptomatte(aov) else { return Ok(None) };
    let (path, text) = match manifest {
        Manifest::None => return Ok(None),
        Manifest::Header { offset, bytes } => {
            let source = Source::open(&info.path)?;
            if offset.saturating_add(u64::from(*bytes)) > source.len {
                return Err(Error::Changed { path: info.path.clone() });
            }
            let mut text = vec![0; *bytes as usize];
            source.read_at(*offset, &mut text)?;
            (info.path.clone(), text)
        }
        Manifest::File(file) => {
            let path = beside(&info.path, file).ok_or_else(|| {
                let reason = format!(
                    "the names of Cryptomatte {name:?} are in {file:?}, which is not looked for: it must lie \
                     beside the picture or below"
                );
                Error::damaged(&info.path, "", reason)
            })?;
            let source = Source::open(&path)?;
            if source.len > MOST_BYTES {
                return Err(Error::damaged(&path, "", format!("it has over {MOST_BYTES} bytes")));
            }
            let text = source.read_all()?;
            (path, text)
        }
    };
    // Some writers store a closing zero.
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let parsed = std::str::from_utf8(text).map_err(|error| error.to_string()).and_then(ObjectNames::parse);
    parsed.map(Some).map_err(|reason| {
        Error::damaged(&path, "", format!("the names of Cryptomatte {name:?} cannot be understood: {reason}"))
    })
}

/// The file of that name beside `picture` or below.
fn beside(picture: &Path, file: &str) -> Option<PathBuf> {
    let file = Path::new(file);
    let stays = file.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    (stays && !file.as_os_str().is_empty()).then(|| picture.parent().unwrap_or(Path::new("")).join(file))
}
