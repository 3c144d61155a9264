//! Writes small EXR files byte by byte, sound and otherwise.

use std::io::Write;
use std::ops::Range;

use aovscope::image::Window;
use tempfile::NamedTempFile;

/// A file of those bytes, gone when dropped.
pub fn temporary(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("written");
    file
}

/// Where the offset table of a file of one part lies.
pub fn offset_table(bytes: &[u8], chunks: usize) -> Range<usize> {
    let text_end = |at: usize| at + bytes[at..].iter().position(|&b| b == 0).expect("a name ends") + 1;
    let mut at = 8;
    while bytes[at] != 0 {
        at = text_end(text_end(at));
        let size = bytes[at..at + 4].try_into().expect("4 bytes");
        at += 4 + u32::from_le_bytes(size) as usize;
    }
    at + 1..at + 1 + 8 * chunks
}

/// An uncompressed file of one part.
pub struct ExrFile {
    window: Window,
    compression: u8,
    /// Name, type, samples of the whole image, sampling in both directions.
    channels: Vec<(String, u32, Vec<u8>, u32)>,
    /// Name, kind, value.
    attributes: Vec<(&'static str, &'static str, Vec<u8>)>,
}

impl ExrFile {
    pub fn new(window: Window) -> Self {
        Self { window, compression: 0, channels: Vec::new(), attributes: Vec::new() }
    }

    /// Claims another compression in the header.
    pub fn compression(mut self, id: u8) -> Self {
        self.compression = id;
        self
    }

    /// `sample_type`: 0 uint, 1 half, 2 float. In alphabetical order.
    pub fn channel(mut self, name: &str, sample_type: u32, samples: Vec<u8>) -> Self {
        self.channels.push((name.to_owned(), sample_type, samples, 1));
        self
    }

    /// A channel of which one column and row of `step` is stored; the window begins at a multiple.
    pub fn subsampled(mut self, name: &str, sample_type: u32, samples: Vec<u8>, step: u32) -> Self {
        self.channels.push((name.to_owned(), sample_type, samples, step));
        self
    }

    /// One more attribute of the header.
    pub fn attribute(mut self, name: &'static str, kind: &'static str, value: Vec<u8>) -> Self {
        self.attributes.push((name, kind, value));
        self
    }

    pub fn write(&self) -> NamedTempFile {
        temporary(&self.bytes())
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header();
        let height = self.window.height as usize;
        let mut at = bytes.len() + 8 * height;
        for line in 0..height {
            bytes.extend((at as u64).to_le_bytes());
            at += 8 + self.line(line).len();
        }
        for line in 0..height {
            let samples = self.line(line);
            bytes.extend((self.window.y + line as i32).to_le_bytes());
            bytes.extend((samples.len() as u32).to_le_bytes());
            bytes.extend(samples);
        }
        bytes
    }

    fn line(&self, line: usize) -> Vec<u8> {
        let there = self.channels.iter().filter(|(_, _, _, step)| line.is_multiple_of(*step as usize));
        let row = |(_, _, samples, step): &(String, u32, Vec<u8>, u32)| {
            let step = *step as usize;
            let size = samples.len() / (self.window.height as usize).div_ceil(step);
            samples[line / step * size..][..size].to_vec()
        };
        there.flat_map(row).collect()
    }

    fn header(&self) -> Vec<u8> {
        let mut bytes = vec![0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0];
        let mut attribute = |name: &str, kind: &str, value: &[u8]| {
            for text in [name, kind] {
                bytes.extend(text.as_bytes());
                bytes.push(0);
            }
            bytes.extend((value.len() as u32).to_le_bytes());
            bytes.extend(value);
        };
        let mut list = Vec::new();
        for (name, sample_type, _, step) in &self.channels {
            list.extend(name.as_bytes());
            list.push(0);
            for word in [*sample_type, 0, *step, *step] {
                list.extend(word.to_le_bytes());
            }
        }
        list.push(0);
        let w = self.window;
        let corners = [i64::from(w.x), i64::from(w.y), w.right() - 1, w.bottom() - 1];
        let window: Vec<u8> = corners.iter().flat_map(|&c| (c as i32).to_le_bytes()).collect();
        attribute("channels", "chlist", &list);
        attribute("compression", "compression", &[self.compression]);
        attribute("dataWindow", "box2i", &window);
        attribute("displayWindow", "box2i", &window);
        attribute("lineOrder", "lineOrder", &[0]);
        for (name, kind, value) in &self.attributes {
            attribute(name, kind, value);
        }
        attribute("someone's own", "of a kind unknown", &[1, 2, 3]);
        bytes.push(0);
        bytes
    }
}
