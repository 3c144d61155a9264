//! The fields of a header: names, numbers, windows and channel lists, each checked for its size.

use std::io::{self, BufRead, Read};

use crate::image::{Chromaticities, SampleType};

use super::super::source::{Cursor, Source};
use super::super::{Error, Limits};
use super::header::{Channel, Levels, Tiles};

/// Longest name of an attribute, channel, part or view; OpenEXR's own bound is 255.
const MAX_NAME: usize = 1023;

/// Reads the pieces of a header in order.
pub struct Reader<'a> {
    source: &'a Source,
    reader: io::BufReader<Cursor<'a>>,
    position: u64,
    limits: &'a Limits,
}

impl<'a> Reader<'a> {
    /// At the first byte of the file.
    pub fn new(source: &'a Source, limits: &'a Limits) -> Self {
        Self { source, reader: source.reader(), position: 0, limits }
    }

    fn advance(&mut self, bytes: u64) -> Result<(), Error> {
        self.position += bytes;
        let limit = self.limits.max_header_bytes;
        if self.position > limit {
            return Err(Error::HeaderTooLarge { limit, path: self.source.path.clone() });
        }
        Ok(())
    }

    /// Bytes read so far.
    pub const fn position(&self) -> u64 {
        self.position
    }

    pub fn damaged(&self, reason: String) -> Error {
        Error::damaged(&self.source.path, "", reason)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let done = self.reader.read_exact(bytes);
        done.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::incomplete(&self.source.path, "it ends inside its header"),
            _ => Error::io(&self.source.path, &error),
        })?;
        self.advance(bytes.len() as u64)
    }

    pub fn u32(&mut self) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Text up to a zero byte.
    pub fn text(&mut self) -> Result<String, Error> {
        let mut bytes = Vec::new();
        let limit = MAX_NAME as u64 + 1;
        let read = self.reader.by_ref().take(limit).read_until(0, &mut bytes);
        read.map_err(|error| Error::io(&self.source.path, &error))?;
        self.advance(bytes.len() as u64)?;
        match bytes.pop() {
            Some(0) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            _ if bytes.len() < MAX_NAME => {
                Err(Error::incomplete(&self.source.path, "it ends inside its header"))
            }
            _ => Err(self.damaged(format!("a name in its header is longer than {MAX_NAME} bytes"))),
        }
    }

    /// Text whose size is given; names only, so anything longer is cut.
    pub fn string(&mut self, size: u32) -> Result<String, Error> {
        let mut bytes = vec![0; (size as usize).min(MAX_NAME)];
        self.fill(&mut bytes)?;
        self.skip(size - bytes.len() as u32)?;
        // Some writers store the closing zero.
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    pub fn bytes<const N: usize>(&mut self, name: &str, size: u32) -> Result<[u8; N], Error> {
        if size as usize != N {
            return Err(self.damaged(format!("attribute {name:?} has {size} bytes instead of {N}")));
        }
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub fn window(&mut self, name: &str, size: u32) -> Result<[i32; 4], Error> {
        let bytes = self.bytes::<16>(name, size)?;
        let at = |i: usize| i32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
        Ok([at(0), at(4), at(8), at(12)])
    }

    pub fn tiles(&mut self, name: &str, size: u32) -> Result<Tiles, Error> {
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

    pub fn chromaticities(&mut self, name: &str, size: u32) -> Result<Chromaticities, Error> {
        let bytes = self.bytes::<32>(name, size)?;
        let at = |i: usize| f32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
        let [red, green, blue, white] = [0, 8, 16, 24].map(|i| [at(i), at(i + 4)]);
        Ok(Chromaticities { red, green, blue, white })
    }

    pub fn channels(&mut self, size: u32) -> Result<Vec<Channel>, Error> {
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
            if channels.len() >= self.limits.max_channels {
                let (channels, limit) = (channels.len() + 1, self.limits.max_channels);
                return Err(Error::TooManyChannels { channels, limit, path: self.source.path.clone() });
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

    pub fn skip(&mut self, size: u32) -> Result<(), Error> {
        self.advance(u64::from(size))?;
        if self.position > self.source.len {
            return Err(Error::incomplete(&self.source.path, "it ends inside its header"));
        }
        let skipped = self.reader.seek_relative(i64::from(size));
        skipped.map_err(|error| Error::io(&self.source.path, &error))
    }
}
