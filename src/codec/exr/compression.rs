//! The compressions of EXR: names, block heights, and what they lose.

/// How a part is compressed, as the id in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression(u8);

/// How the chunks of a deep part are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeepCodec {
    None,
    Rle,
    Zips,
    Zstd,
}

/// What a compression does not keep.
pub enum Loss {
    /// Nothing: every bit comes back.
    None,
    /// The low 8 bits of floats.
    Floats,
    /// Bits of all halves.
    Halves,
    /// Much of all channels that are called R, G, B, Y, RY or BY.
    Colours,
}

impl Compression {
    /// Any id, known or not.
    pub const fn new(id: u8) -> Self {
        Self(id)
    }

    /// The usual name.
    pub fn name(self) -> String {
        const NAMES: [&str; 14] = [
            "NONE", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB", "HTJ2K256",
            "HTJ2K32", "LJ2K", "ZSTD",
        ];
        NAMES
            .get(usize::from(self.0))
            .map_or_else(|| format!("unknown ({})", self.0), |name| (*name).to_owned())
    }

    /// Lines of one scan-line block; `None` where it is not known.
    pub const fn lines(self) -> Option<u32> {
        match self.0 {
            0..=2 | 13 => Some(1),
            3 | 5 => Some(16),
            4 | 6 | 7 | 8 | 11 => Some(32),
            9 | 10 => Some(256),
            _ => None,
        }
    }

    /// The id in the header.
    pub const fn id(self) -> u8 {
        self.0
    }

    /// Whether its chunks can be decompressed.
    pub const fn is_readable(self) -> bool {
        matches!(self.0, 0..=9 | 13)
    }

    /// How it compresses deep data; `None` where the format does not allow it.
    pub const fn deep_codec(self) -> Option<DeepCodec> {
        Some(match self.0 {
            0 => DeepCodec::None,
            1 => DeepCodec::Rle,
            2 => DeepCodec::Zips,
            13 => DeepCodec::Zstd,
            _ => return None,
        })
    }

    /// What it loses.
    pub const fn loss(self) -> Loss {
        match self.0 {
            5 => Loss::Floats,
            6 | 7 => Loss::Halves,
            8 | 9 => Loss::Colours,
            _ => Loss::None,
        }
    }

    /// More times than a sound block can grow when it is decompressed: a guard against headers
    /// that claim more pixels than their few bytes can tell.
    pub const fn max_ratio(self) -> u64 {
        match self.0 {
            0 => 1,
            1 => 128,
            // Deflate: at most 1032.
            2 | 3 | 5 => 1100,
            // Zstandard: blocks of at most 128 KiB from at least 4 bytes.
            13 => 1 << 15,
            // PXR24 and PIZ on top of their entropy coders, B44 of flat areas, DWA of flat blocks.
            _ => 1 << 18,
        }
    }
}
