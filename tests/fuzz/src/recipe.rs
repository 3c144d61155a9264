//! Small sound headers of every kind, with chunks made from a fuzzer's bytes.

use libdeflater::{CompressionLvl, Compressor};

use crate::dwa;

/// Bytes of an input before the chunks.
pub const HEAD: usize = 5;

/// Compressions by the id in the header, NONE to DWAB.
pub const COMPRESSIONS: u8 = 10;

/// Channels: name, type (0 uint, 1 half, 2 float), sampling both ways.
pub type Channel = (&'static str, u32, u32);

/// Sets of channels, in the order of their names.
pub const CHANNELS: [&[Channel]; 9] = [
    &[("Z", 2, 1)],
    &[("A", 1, 1), ("B", 1, 1), ("G", 1, 1), ("R", 1, 1)],
    &[("B", 1, 1), ("G", 1, 1), ("R", 1, 1), ("depth.Z", 2, 1), ("id", 0, 1)],
    &[("Y", 1, 1)],
    &[("id", 0, 1)],
    &[("B", 2, 1), ("G", 2, 1), ("R", 2, 1)],
    &[("a.A", 2, 1), ("a.B", 1, 1), ("a.G", 1, 1), ("a.R", 1, 1), ("b.R", 1, 1)],
    &[("BY", 1, 2), ("RY", 1, 2), ("Y", 1, 1)],
    &[("X", 1, 1), ("Y", 2, 1), ("u", 0, 1)],
];

/// A header, and how the chunks of a file are made.
///
/// Its first bytes choose the header. Each chunk is then two bytes of length and its data; the last
/// takes what is left. A *packed* file has data that the harness compresses, so that damage lies in
/// what is compressed: else a checksum would stop almost every input at the door.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub compression: u8,
    pub channels: u8,
    pub width: u8,
    pub height: u8,
    /// 1 tiles, 2 window off the origin, 4 packed, 8 last line first.
    pub flags: u8,
}

impl Recipe {
    /// The recipe and the bytes of its chunks; `None` if there are too few bytes.
    pub fn new(input: &[u8]) -> Option<(Self, &[u8])> {
        let (head, rest) = input.split_first_chunk::<HEAD>()?;
        let [compression, channels, width, height, flags] = *head;
        let recipe = Self {
            compression: compression % COMPRESSIONS,
            channels: channels % CHANNELS.len() as u8,
            width: width % 80 + 1,
            height: height % 80 + 1,
            flags,
        };
        Some((recipe, rest))
    }

    /// The first bytes of an input that give this recipe.
    pub fn head(self) -> [u8; HEAD] {
        [self.compression, self.channels, self.width - 1, self.height - 1, self.flags]
    }

    pub fn channels(self) -> &'static [Channel] {
        CHANNELS[usize::from(self.channels)]
    }

    fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// A file of this header with chunks from `input`.
    pub fn file(self, mut input: &[u8]) -> Vec<u8> {
        let places = self.places();
        let mut file = self.header();
        let table = file.len();
        file.resize(table + 8 * places.len(), 0);
        for (i, (place, rows)) in places.iter().enumerate() {
            let offset = file.len() as u64;
            file[table + 8 * i..][..8].copy_from_slice(&offset.to_le_bytes());
            let is_last = i + 1 == places.len();
            let data = self.pack(take(&mut input, is_last), *rows);
            place.iter().for_each(|int| file.extend(int.to_le_bytes()));
            file.extend((data.len() as u32).to_le_bytes());
            file.extend(data);
        }
        file
    }

    /// What each chunk says of its place, and its rows.
    fn places(self) -> Vec<(Vec<i32>, usize)> {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        if self.has(1) {
            let (columns, rows) = (width.div_ceil(32), height.div_ceil(24));
            let tiles = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
            let place = |(column, row)| (vec![column as i32, row as i32, 0, 0], 24.min(height - row * 24));
            return tiles.map(place).collect();
        }
        let lines = [1, 1, 1, 16, 32, 16, 32, 32, 32, 256][usize::from(self.compression)];
        let top = self.origin().1;
        (0..height).step_by(lines).map(|y| (vec![top + y as i32], lines.min(height - y))).collect()
    }

    fn origin(self) -> (i32, i32) {
        if self.has(2) { (-6, 10) } else { (0, 0) }
    }

    fn pack(self, data: &[u8], rows: usize) -> Vec<u8> {
        match self.compression {
            2 | 3 | 5 if self.has(4) => deflate(data),
            8 | 9 if self.has(4) => dwa::chunk(self.channels(), usize::from(self.width), rows, data),
            _ => data.to_vec(),
        }
    }

    fn header(self) -> Vec<u8> {
        let mut bytes = vec![0x76, 0x2f, 0x31, 0x01, 2, if self.has(1) { 2 } else { 0 }, 0, 0];
        let mut attribute = |name: &str, kind: &str, value: &[u8]| {
            for text in [name, kind] {
                bytes.extend(text.as_bytes());
                bytes.push(0);
            }
            bytes.extend((value.len() as u32).to_le_bytes());
            bytes.extend(value);
        };
        let mut list = Vec::new();
        for (name, sample_type, sampling) in self.channels() {
            list.extend(name.as_bytes());
            list.push(0);
            for word in [*sample_type, 0, *sampling, *sampling] {
                list.extend(word.to_le_bytes());
            }
        }
        list.push(0);
        let (x, y) = self.origin();
        let corners = [x, y, x + i32::from(self.width) - 1, y + i32::from(self.height) - 1];
        let window: Vec<u8> = corners.iter().flat_map(|corner| corner.to_le_bytes()).collect();
        attribute("channels", "chlist", &list);
        attribute("compression", "compression", &[self.compression]);
        attribute("dataWindow", "box2i", &window);
        attribute("displayWindow", "box2i", &window);
        attribute("lineOrder", "lineOrder", &[u8::from(self.has(8))]);
        attribute("pixelAspectRatio", "float", &1_f32.to_le_bytes());
        attribute("screenWindowCenter", "v2f", &[0; 8]);
        attribute("screenWindowWidth", "float", &1_f32.to_le_bytes());
        if self.has(1) {
            let sizes = [32_u32, 24].map(u32::to_le_bytes).concat();
            attribute("tiles", "tiledesc", &[&sizes[..], &[0]].concat());
        }
        bytes.push(0);
        bytes
    }
}

/// The next piece: as long as its first two bytes say, or all that is left.
pub fn take<'a>(input: &mut &'a [u8], all: bool) -> &'a [u8] {
    let Some((len, rest)) = input.split_first_chunk::<2>() else { return std::mem::take(input) };
    let len = usize::from(u16::from_le_bytes(*len)).min(rest.len());
    let (piece, rest) = rest.split_at(if all { rest.len() } else { len });
    *input = rest;
    piece
}

/// As zlib does.
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::fastest());
    let mut packed = vec![0; compressor.zlib_compress_bound(data.len())];
    let len = compressor.zlib_compress(data, &mut packed).expect("the bound holds");
    packed.truncate(len);
    packed
}
