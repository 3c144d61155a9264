//! The names of a Cryptomatte's objects, from the header or a file beside the image.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::image::cryptomatte::ManifestSpan;
use crate::image::{Aov, Cryptomatte, ImageInfo, ObjectNames};

use super::Error;
use super::source::Source;

/// Most bytes of a manifest: some hundred thousand names.
const MAX_BYTES: u64 = 64 << 20;

/// What the objects of the Cryptomatte are called of which `aov` is a layer: by the header, else by the
/// file beside the image that it names. `None` where the file says nothing of names.
///
/// They are read anew each time: a manifest of a large scene has megabytes.
///
/// # Errors
/// When they cannot be read, or are not written as the specification says.
pub fn read_object_names(info: &ImageInfo, aov: &Aov) -> Result<Option<ObjectNames>, Error> {
    let Some((part, cryptomatte)) = info.cryptomatte(aov) else { return Ok(None) };
    let place = place(info, part, cryptomatte);
    let wrong = |reason: String| {
        Error::unsupported(&info.path, &place, format!("the names of its objects cannot be read: {reason}"))
    };
    let text = match (cryptomatte.manifest, cryptomatte.manif_file.as_deref()) {
        // Some writers name a file and leave the manifest empty.
        (Some(span), None) => embedded(&info.path, span),
        (Some(span), Some(_)) if span.bytes > 1 => embedded(&info.path, span),
        (_, Some(name)) => beside(&info.path, name),
        (None, None) => return Ok(None),
    };
    text.and_then(|text| ObjectNames::parse(&text)).map(Some).map_err(wrong)
}

/// `part "a": cryptomatte/542cafa "CryptoObject"`, for messages.
fn place(info: &ImageInfo, part: usize, cryptomatte: &Cryptomatte) -> String {
    let part = match &info.parts[part].name {
        _ if info.parts.len() == 1 => String::new(),
        Some(name) => format!("part {name:?}: "),
        None => format!("part {part}: "),
    };
    format!("{part}cryptomatte/{} {:?}", cryptomatte.key, cryptomatte.name)
}

fn embedded(path: &Path, ManifestSpan { offset, bytes }: ManifestSpan) -> Result<Vec<u8>, String> {
    check_bytes(u64::from(bytes))?;
    let mut text = vec![0; bytes as usize];
    let source = Source::open(path).map_err(|error| error.to_string())?;
    source.read_at(offset, &mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

fn beside(image: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = path_beside(image, name)?;
    let read = || {
        let file = std::fs::File::open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let mut text = Vec::new();
        // One more than allowed: a file may have grown since.
        file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|error| format!("{path:?}: {error}"))?;
    check_bytes(text.len() as u64)?;
    Ok(text)
}

/// The file `name` in the folder of `image` or one below: a picture must not make the program read
/// anything else.
fn path_beside(image: &Path, name: &str) -> Result<PathBuf, String> {
    // Written on another system, at times.
    let name = name.replace('\\', "/");
    let relative = Path::new(&name);
    let mut components = relative.components();
    let is_below = components.all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let outside = || format!("its manif_file {name:?} is not in the folder of the image");
    if !is_below || name.is_empty() || name.contains(':') {
        return Err(outside());
    }
    let folder = image.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let path = folder.join(relative);
    // Links are followed before it is asked where they lead.
    let real = |path: &Path| path.canonicalize().map_err(|error| format!("{path:?}: {error}"));
    let (folder, path) = (real(folder)?, real(&path)?);
    if !path.starts_with(&folder) {
        return Err(outside());
    }
    // Opening a named pipe would wait for its writer.
    if path.is_file() { Ok(path) } else { Err(format!("{path:?}: it is no regular file")) }
}

fn check_bytes(bytes: u64) -> Result<(), String> {
    if bytes > MAX_BYTES {
        return Err(format!("the manifest is longer than {MAX_BYTES} bytes"));
    }
    Ok(())
}
