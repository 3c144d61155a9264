//! Reads any EXR header, also of files whose pixels cannot be decoded.
//!
//! Attributes that are not needed are skipped by their size, so unknown ones and unknown
//! compressions do no harm. Every size is checked before memory is taken.

use std::collections::BTreeMap;

use crate::image::cryptomatte::ManifestSpan;
use crate::image::{Chromaticities, Cryptomatte, PartLayout, SampleType, Window};

use super::super::source::Source;
use super::super::{Error, Limits};
use super::compression::Compression;
use super::fields::Reader;

/// Most Cryptomattes of one part; there are three at most in what renderers write.
const MAX_CRYPTOMATTES: usize = 256;
/// Largest attribute; cryptomatte manifests of large scenes are the largest known.
const MAX_ATTRIBUTE: u32 = 256 << 20;
/// Most parts of one file.
const MAX_PARTS: usize = 4096;

/// All headers of a file.
pub struct Header {
    /// In file order, at least one.
    pub parts: Vec<Part>,
    /// Whether chunks name their part.
    pub multi_part: bool,
    /// Where the offset tables start.
    pub end: u64,
}

/// The header of one part.
pub struct Part {
    pub name: Option<String>,
    pub view: Option<String>,
    pub layout: PartLayout,
    pub compression: Compression,
    pub data_window: Window,
    pub display_window: Window,
    pub channels: Vec<Channel>,
    pub tiles: Option<Tiles>,
    pub chromaticities: Option<Chromaticities>,
    pub cryptomattes: Vec<Cryptomatte>,
    /// As the file declares it, in multi-part files.
    pub chunk_count: Option<u64>,
}

/// One channel as declared.
pub struct Channel {
    pub name: String,
    pub sample_type: SampleType,
    pub linear: bool,
    pub sampling: (u32, u32),
}

/// Tile size and levels.
#[derive(Clone, Copy, Debug)]
pub struct Tiles {
    pub width: u32,
    pub height: u32,
    pub levels: Levels,
    pub round_up: bool,
}

/// Resolution levels of a tiled part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Levels {
    One,
    Mip,
    Rip,
}

impl Part {
    /// Bytes of all samples of a pixel; of subsampled channels, as if they were not.
    pub fn pixel_bytes(&self) -> usize {
        self.channels.iter().map(|channel| channel.sample_type.bytes()).sum()
    }
}

impl Channel {
    /// Columns and rows of its samples in `window`: on the pixels whose coordinates its sampling
    /// divides.
    pub fn size_in(&self, window: Window) -> (usize, usize) {
        let width = sample_count(window.x, window.right(), self.sampling.0);
        (width, sample_count(window.y, window.bottom(), self.sampling.1))
    }
}

/// How many multiples of `step` there are from `from` on, before `to`.
pub fn sample_count(from: i32, to: i64, step: u32) -> usize {
    // Nearly always, and divisions are slow.
    if step == 1 {
        return (to - i64::from(from)) as usize;
    }
    let before = |end: i64| end.div_euclid(step.into()) + i64::from(end.rem_euclid(step.into()) != 0);
    (before(to) - before(from.into())) as usize
}

const TILED: u32 = 0x200;
const DEEP: u32 = 0x800;
const MULTI_PART: u32 = 0x1000;

impl Header {
    /// # Errors
    /// When the file ends inside its header, contradicts the format or exceeds `limits`.
    pub fn read(source: &Source, limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader::new(source, limits);
        let _magic = reader.u32()?;
        let version = reader.u32()?;
        if version & 0xff != 2 {
            return Err(reader.damaged(format!("its version is {}, not 2", version & 0xff)));
        }
        let multi_part = version & MULTI_PART != 0;
        let mut parts = Vec::new();
        while let Some(attributes) = Attributes::read(&mut reader)? {
            parts.push(attributes.into_part(version, source, limits)?);
            if !multi_part {
                break;
            }
            if parts.len() > MAX_PARTS {
                return Err(reader.damaged(format!("it has more than {MAX_PARTS} parts")));
            }
        }
        if parts.is_empty() {
            return Err(reader.damaged("it has no part".to_owned()));
        }
        Ok(Self { parts, multi_part, end: reader.position() })
    }

    /// `part 2 "depth"`, for messages; empty in files of one part.
    pub fn place(&self, part: usize) -> String {
        if !self.multi_part {
            return String::new();
        }
        self.parts[part].name.as_ref().map_or_else(|| format!("part {part}"), |name| format!("part {name:?}"))
    }
}

/// Attributes of one header as found.
#[derive(Default)]
struct Attributes {
    any: bool,
    name: Option<String>,
    view: Option<String>,
    kind: Option<String>,
    compression: Option<u8>,
    data_window: Option<[i32; 4]>,
    display_window: Option<[i32; 4]>,
    channels: Option<Vec<Channel>>,
    tiles: Option<Tiles>,
    chromaticities: Option<Chromaticities>,
    cryptomattes: BTreeMap<String, Cryptomatte>,
    chunk_count: Option<i32>,
}

impl Attributes {
    /// The next header, or `None` at the empty one that ends a list of parts.
    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, Error> {
        let mut found = Self::default();
        loop {
            let name = reader.text()?;
            if name.is_empty() {
                return Ok(found.any.then_some(found));
            }
            found.any = true;
            let kind = reader.text()?;
            let size = reader.u32()?;
            if size > MAX_ATTRIBUTE {
                return Err(reader.damaged(format!("attribute {name:?} claims {size} bytes")));
            }
            found.take(reader, &name, &kind, size)?;
        }
    }

    fn take(&mut self, reader: &mut Reader<'_>, name: &str, kind: &str, size: u32) -> Result<(), Error> {
        match (name, kind) {
            ("name", "string") => self.name = Some(reader.string(size)?),
            ("view", "string") => self.view = Some(reader.string(size)?),
            ("type", "string") => self.kind = Some(reader.string(size)?),
            ("compression", "compression") => self.compression = Some(reader.bytes::<1>(name, size)?[0]),
            ("dataWindow", "box2i") => self.data_window = Some(reader.window(name, size)?),
            ("displayWindow", "box2i") => self.display_window = Some(reader.window(name, size)?),
            ("tiles", "tiledesc") => self.tiles = Some(reader.tiles(name, size)?),
            ("chunkCount", "int") => {
                self.chunk_count = Some(i32::from_le_bytes(reader.bytes::<4>(name, size)?));
            }
            ("chromaticities", "chromaticities") if size == 32 => {
                self.chromaticities = Some(reader.chromaticities(name, size)?);
            }
            ("channels", "chlist") => self.channels = Some(reader.channels(size)?),
            (_, "string") if let Some((key, field)) = cryptomatte_field(name) => {
                self.take_cryptomatte(reader, (key, field), size)?;
            }
            _ => reader.skip(size)?,
        }
        Ok(())
    }

    fn take_cryptomatte(
        &mut self,
        reader: &mut Reader<'_>,
        (key, field): (&str, &str),
        size: u32,
    ) -> Result<(), Error> {
        if self.cryptomattes.len() >= MAX_CRYPTOMATTES && !self.cryptomattes.contains_key(key) {
            return reader.skip(size);
        }
        let found = self.cryptomattes.entry(key.to_owned()).or_default();
        found.key = key.to_owned();
        match field {
            "name" => found.name = reader.string(size)?,
            "hash" => found.hash = Some(reader.string(size)?),
            "conversion" => found.conversion = Some(reader.string(size)?),
            "manif_file" => found.manif_file = Some(reader.string(size)?),
            "manifest" => {
                found.manifest = Some(ManifestSpan { offset: reader.position(), bytes: size });
                reader.skip(size)?;
            }
            _ => reader.skip(size)?,
        }
        Ok(())
    }

    fn into_part(self, version: u32, source: &Source, limits: &Limits) -> Result<Part, Error> {
        let place = self.name.as_ref().map_or_else(String::new, |name| format!("part {name:?}"));
        let damaged = |reason: &str| Error::damaged(&source.path, &place, reason);
        let missing = |name: &str| Error::damaged(&source.path, &place, format!("no attribute {name:?}"));
        let layout = self.layout(version).ok_or_else(|| damaged("its type is unknown"))?;
        let tiled = matches!(layout, PartLayout::Tiled | PartLayout::DeepTiled);
        if tiled && self.tiles.is_none() {
            return Err(missing("tiles"));
        }
        let compression = Compression::new(self.compression.ok_or_else(|| missing("compression"))?);
        let data_window = self.data_window.ok_or_else(|| missing("dataWindow"))?;
        let data_window = window(data_window).ok_or_else(|| damaged("its data window is no rectangle"))?;
        let display_window = self.display_window.ok_or_else(|| missing("displayWindow"))?;
        let display_window =
            window(display_window).ok_or_else(|| damaged("its display window is no rectangle"))?;
        let channels = self.channels.ok_or_else(|| missing("channels"))?;
        if channels.is_empty() {
            return Err(damaged("it has no channels"));
        }
        check_sampling(&channels, data_window, tiled).map_err(|reason| damaged(&reason))?;
        super::super::check_size(&source.path, data_window, channels.len(), limits)?;
        let chunk_count = self.chunk_count.and_then(|count| u64::try_from(count).ok());
        let tiles = self.tiles.filter(|_| tiled);
        let cryptomattes = self.cryptomattes.into_values().collect();
        let (name, view, chromaticities) = (self.name, self.view, self.chromaticities);
        Ok(Part {
            name,
            view,
            layout,
            compression,
            data_window,
            display_window,
            channels,
            tiles,
            chromaticities,
            cryptomattes,
            chunk_count,
        })
    }

    fn layout(&self, version: u32) -> Option<PartLayout> {
        match self.kind.as_deref() {
            // In files of one flat part the flag rules, whatever the attribute says.
            _ if version & (MULTI_PART | DEEP) == 0 && version & TILED != 0 => Some(PartLayout::Tiled),
            _ if version & (MULTI_PART | DEEP) == 0 => Some(PartLayout::ScanLine),
            Some("scanlineimage") => Some(PartLayout::ScanLine),
            Some("tiledimage") => Some(PartLayout::Tiled),
            Some("deepscanline") => Some(PartLayout::DeepScanLine),
            Some("deeptile") => Some(PartLayout::DeepTiled),
            _ => None,
        }
    }
}

/// `key` and `field` of `cryptomatte/key/field`.
fn cryptomatte_field(attribute: &str) -> Option<(&str, &str)> {
    attribute.strip_prefix("cryptomatte/")?.split_once('/')
}

/// What OpenEXR asks of subsampled channels.
fn check_sampling(channels: &[Channel], window: Window, tiled: bool) -> Result<(), String> {
    for Channel { name, sampling: (x, y), .. } in channels {
        if tiled && (*x, *y) != (1, 1) {
            return Err(format!("channel {name:?} is subsampled, which tiles cannot be"));
        }
        let divides = |at: i32, size: u32, step: u32| {
            i64::from(at).rem_euclid(step.into()) == 0 && size.is_multiple_of(step)
        };
        if !divides(window.x, window.width, *x) || !divides(window.y, window.height, *y) {
            return Err(format!("the sampling {x},{y} of channel {name:?} does not divide its data window"));
        }
    }
    Ok(())
}

fn window([x_min, y_min, x_max, y_max]: [i32; 4]) -> Option<Window> {
    let size = |min: i32, max: i32| {
        let size = i64::from(max) - i64::from(min) + 1;
        u32::try_from(size).ok().filter(|&size| size >= 1 && size <= i32::MAX as u32)
    };
    Some(Window::new(x_min, y_min, size(x_min, x_max)?, size(y_min, y_max)?))
}
