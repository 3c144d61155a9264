//! Reads any EXR header, also of files whose pixels cannot be decoded.
//!
//! Attributes that are not needed are skipped by their size, so unknown ones and unknown
//! compressions do no harm. Every size is checked before memory is taken.

use std::io::{BufRead, Read};

use crate::image::{PartLayout, SampleType, Window};

use super::super::source::Source;
use super::super::{Error, Limits};
use super::compression::Compression;

/// Longest name of an attribute, channel, part or view; OpenEXR's own bound is 255.
const MAX_NAME: usize = 1023;
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

const TILED: u32 = 0x200;
const DEEP: u32 = 0x800;
const MULTI_PART: u32 = 0x1000;

impl Header {
    /// # Errors
    /// When the file ends inside its header, contradicts the format or exceeds `limits`.
    pub fn read(source: &Source, limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader { source, reader: source.reader(), position: 0 };
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
        Ok(Self { parts, multi_part, end: reader.position })
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
            ("channels", "chlist") => self.channels = Some(reader.channels(size)?),
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
        super::super::check_size(&source.path, data_window, channels.len(), limits)?;
        let chunk_count = self.chunk_count.and_then(|count| u64::try_from(count).ok());
        let tiles = self.tiles.filter(|_| tiled);
        let (name, view) = (self.name, self.view);
        Ok(Part {
            name,
            view,
            layout,
            compression,
            data_window,
            display_window,
            channels,
            tiles,
            chunk_count,
        })
    }

    fn layout(&self, version: u32) -> Option<PartLayout> {
        match self.kind.as_deref() {
            // In files of one flat part the flag rules; the attribute is optional there.
            _ if version & (MULTI_PART | DEEP) == 0 && version & TILED != 0 => Some(PartLayout::Tiled),
            None if version & MULTI_PART == 0 && version & DEEP == 0 => Some(PartLayout::ScanLine),
            Some("scanlineimage") => Some(PartLayout::ScanLine),
            Some("tiledimage") => Some(PartLayout::Tiled),
            Some("deepscanline") => Some(PartLayout::DeepScanLine),
            Some("deeptile") => Some(PartLayout::DeepTiled),
            _ => None,
        }
    }
}

fn window([x_min, y_min, x_max, y_max]: [i32; 4]) -> Option<Window> {
    let size = |min: i32, max: i32| {
        let size = i64::from(max) - i64::from(min) + 1;
        u32::try_from(size).ok().filter(|&size| size >= 1 && size <= i32::MAX as u32)
    };
    Some(Window::new(x_min, y_min, size(x_min, x_max)?, size(y_min, y_max)?))
}

/// Reads the pieces of a header in order.
struct Reader<'a> {
    source: &'a Source,
    reader: std::io::BufReader<super::super::source::Cursor<'a>>,
    position: u64,
}

impl Reader<'_> {
    fn damaged(&self, reason: String) -> Error {
        Error::damaged(&self.source.path, "", reason)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let done = self.reader.read_exact(bytes);
        done.map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                Error::incomplete(&self.source.path, "it ends inside its header")
            }
            _ => Error::io(&self.source.path, &error),
        })?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    fn u32(&mut self) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Text up to a zero byte.
    fn text(&mut self) -> Result<String, Error> {
        let mut bytes = Vec::new();
        let limit = MAX_NAME as u64 + 1;
        let read = self.reader.by_ref().take(limit).read_until(0, &mut bytes);
        read.map_err(|error| Error::io(&self.source.path, &error))?;
        self.position += bytes.len() as u64;
        match bytes.pop() {
            Some(0) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            _ if bytes.len() < MAX_NAME => {
                Err(Error::incomplete(&self.source.path, "it ends inside its header"))
            }
            _ => Err(self.damaged(format!("a name in its header is longer than {MAX_NAME} bytes"))),
        }
    }

    /// Text whose size is given; names only, so anything longer is cut.
    fn string(&mut self, size: u32) -> Result<String, Error> {
        let mut bytes = vec![0; (size as usize).min(MAX_NAME)];
        self.fill(&mut bytes)?;
        self.skip(size - bytes.len() as u32)?;
        // Some writers store the closing zero.
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    fn bytes<const N: usize>(&mut self, name: &str, size: u32) -> Result<[u8; N], Error> {
        if size as usize != N {
            return Err(self.damaged(format!("attribute {name:?} has {size} bytes instead of {N}")));
        }
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn window(&mut self, name: &str, size: u32) -> Result<[i32; 4], Error> {
        let bytes = self.bytes::<16>(name, size)?;
        let at = |i: usize| i32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
        Ok([at(0), at(4), at(8), at(12)])
    }

    fn tiles(&mut self, name: &str, size: u32) -> Result<Tiles, Error> {
        let bytes = self.bytes::<9>(name, size)?;
        let at = |i: usize| u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
        let (width, height) = (at(0), at(4));
        if width == 0 || height == 0 || width > i32::MAX as u32 || height > i32::MAX as u32 {
            return Err(self.damaged(format!("its tiles have {width}x{height} pixels")));
        }
        let levels = match bytes[8] & 0xf {
            0 => Levels::One,
            1 => Levels::Mip,
            2 => Levels::Rip,
            other => return Err(self.damaged(format!("its level mode {other} is unknown"))),
        };
        Ok(Tiles { width, height, levels, round_up: bytes[8] >> 4 != 0 })
    }

    fn channels(&mut self, size: u32) -> Result<Vec<Channel>, Error> {
        let end = self.position + u64::from(size);
        let mut channels = Vec::new();
        loop {
            if self.position >= end {
                return Err(self.damaged("its channel list has no end".to_owned()));
            }
            let name = self.text()?;
            if name.is_empty() {
                break;
            }
            channels.push(self.channel(name)?);
        }
        let rest = end.checked_sub(self.position).and_then(|rest| u32::try_from(rest).ok());
        let rest = rest.ok_or_else(|| self.damaged("its channel list is longer than declared".to_owned()))?;
        self.skip(rest)?;
        Ok(channels)
    }

    fn channel(&mut self, name: String) -> Result<Channel, Error> {
        let sample_type = match self.u32()? {
            0 => SampleType::U32,
            1 => SampleType::F16,
            2 => SampleType::F32,
            other => return Err(self.damaged(format!("channel {name:?} has the unknown type {other}"))),
        };
        let linear = self.u32()? & 0xff != 0;
        let sampling = (self.u32()?, self.u32()?);
        if sampling.0 == 0 || sampling.1 == 0 {
            return Err(self.damaged(format!("channel {name:?} has the sampling {sampling:?}")));
        }
        Ok(Channel { name, sample_type, linear, sampling })
    }

    fn skip(&mut self, size: u32) -> Result<(), Error> {
        self.position += u64::from(size);
        if self.position > self.source.len {
            return Err(Error::incomplete(&self.source.path, "it ends inside its header"));
        }
        let skipped = self.reader.seek_relative(i64::from(size));
        skipped.map_err(|error| Error::io(&self.source.path, &error))
    }
}
