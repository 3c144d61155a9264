//! Writes small deep EXR files byte by byte, sound and otherwise.

/// Uncompressed deep scan lines at (0, 0).
pub struct DeepFile {
    pub width: usize,
    /// Name and type (0 uint, 1 half, 2 float), in alphabetical order.
    pub channels: Vec<(&'static str, u32)>,
    pub lines: Vec<DeepLine>,
}

/// One chunk.
pub struct DeepLine {
    /// Number of samples up to each pixel.
    pub ends: Vec<u32>,
    /// The samples, channel by channel.
    pub data: Vec<u8>,
    /// As the head claims; that of `data` in sound files.
    pub data_size: u64,
}

impl DeepLine {
    pub fn new(ends: &[u32], data: Vec<u8>) -> Self {
        Self { ends: ends.to_vec(), data_size: data.len() as u64, data }
    }
}

/// Samples as 32-bit words.
pub fn floats(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

impl DeepFile {
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0x76, 0x2f, 0x31, 0x01, 2, 0x08, 0, 0];
        let mut attribute = |name: &str, kind: &str, value: &[u8]| {
            for text in [name, kind] {
                bytes.extend(text.as_bytes());
                bytes.push(0);
            }
            bytes.extend((value.len() as u32).to_le_bytes());
            bytes.extend(value);
        };
        let mut list = Vec::new();
        for (name, kind) in &self.channels {
            list.extend(name.as_bytes());
            list.push(0);
            list.extend([*kind, 0, 1, 1].iter().flat_map(|word: &u32| word.to_le_bytes()));
        }
        list.push(0);
        let (width, height) = (self.width as u32, self.lines.len() as u32);
        let window: Vec<u8> = [0, 0, width - 1, height - 1].iter().flat_map(|c| c.to_le_bytes()).collect();
        attribute("channels", "chlist", &list);
        attribute("chunkCount", "int", &height.to_le_bytes());
        attribute("compression", "compression", &[0]);
        attribute("dataWindow", "box2i", &window);
        attribute("displayWindow", "box2i", &window);
        attribute("type", "string", b"deepscanline");
        attribute("version", "int", &1_u32.to_le_bytes());
        bytes.push(0);
        let mut start = bytes.len() + 8 * self.lines.len();
        for line in &self.lines {
            bytes.extend((start as u64).to_le_bytes());
            start += 28 + 4 * line.ends.len() + line.data.len();
        }
        for (y, line) in self.lines.iter().enumerate() {
            bytes.extend((y as u32).to_le_bytes());
            let sizes = [4 * line.ends.len() as u64, line.data.len() as u64, line.data_size];
            bytes.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
            bytes.extend(line.ends.iter().flat_map(|end| end.to_le_bytes()));
            bytes.extend(&line.data);
        }
        bytes
    }
}
