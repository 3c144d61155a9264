//! What an image file holds, told without its pixels.

use std::path::PathBuf;

use serde::Serialize;

use super::{Chromaticities, Cryptomatte, SampleType, Window};

/// The container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// OpenEXR.
    Exr,
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
}

/// How a part lays out its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartLayout {
    /// Blocks of whole lines.
    ScanLine,
    /// Tiles.
    Tiled,
    /// Deep scan lines: a list of samples for each pixel.
    DeepScanLine,
    /// Deep tiles.
    DeepTiled,
}

impl PartLayout {
    /// Whether pixels are lists of samples.
    pub const fn is_deep(self) -> bool {
        matches!(self, Self::DeepScanLine | Self::DeepTiled)
    }
}

/// One channel as the header declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelInfo {
    /// Full name in the file (`ViewLayer.DiffCol.R`).
    pub name: String,
    /// Stored type.
    #[serde(rename = "type")]
    pub sample_type: SampleType,
    /// Horizontal and vertical subsampling; (1, 1) unless chroma.
    pub sampling: (u32, u32),
}

impl ChannelInfo {
    /// What stands behind the channels of a deep part: the number of samples of each pixel.
    pub fn sample_counts() -> Self {
        Self { name: "samples".to_owned(), sample_type: SampleType::U32, sampling: (1, 1) }
    }
}

/// One part of a file; PNG and JPEG have one.
#[derive(Clone, Debug, Serialize)]
pub struct PartInfo {
    /// Name, in multi-part files.
    pub name: Option<String>,
    /// Stereo view, where one is given.
    pub view: Option<String>,
    /// Layout of the pixels.
    pub layout: PartLayout,
    /// Compression by its usual name (`ZIP`, `PIZ`, `DWAA`, `DEFLATE`, `JPEG` ...).
    pub compression: String,
    /// Pixels that are stored.
    pub data_window: Window,
    /// Picture that was meant.
    pub display_window: Window,
    /// In file order; behind those of a deep part stands [`ChannelInfo::sample_counts`].
    pub channels: Vec<ChannelInfo>,
    /// What R, G, B mean, where the file says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chromaticities: Option<Chromaticities>,
    /// What the header says of Cryptomattes, by its keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cryptomattes: Vec<Cryptomatte>,
    /// Why its pixels cannot be read by this program; `None` if they can.
    pub unreadable: Option<String>,
    /// What a reader of the numbers should know (lossy ids, unapplied colour profile ...).
    pub notes: Vec<String>,
}

/// What the values of an AOV mean; gives the default metric, colour map and view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AovKind {
    /// Light or reflectance.
    Colour,
    /// One number (depth, mist, facing ...).
    Scalar,
    /// Any vector.
    Vector,
    /// Unit vectors.
    Normal,
    /// Screen-space motion.
    Motion,
    /// Points in space.
    Position,
    /// Texture coordinates.
    Uv,
    /// Identifiers: equal or not, never near.
    Id,
    /// Rank pairs of id bits and coverage.
    Cryptomatte,
    /// Coverage 0..1.
    Mask,
}

impl AovKind {
    /// The name used in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Colour => "colour",
            Self::Scalar => "scalar",
            Self::Vector => "vector",
            Self::Normal => "normal",
            Self::Motion => "motion",
            Self::Position => "position",
            Self::Uv => "uv",
            Self::Id => "id",
            Self::Cryptomatte => "cryptomatte",
            Self::Mask => "mask",
        }
    }

    /// Whether values are categories, compared by their bits.
    pub const fn is_categorical(self) -> bool {
        matches!(self, Self::Id | Self::Cryptomatte)
    }
}

/// One channel of an AOV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AovChannel {
    /// Component as the file spells it (`R`, `red`, `X` ...).
    pub name: String,
    /// Where it stands in [`PartInfo::channels`].
    #[serde(skip)]
    pub index: usize,
    /// Type in planes: the stored one, but float for halves of deep parts, which are flattened.
    #[serde(rename = "type")]
    pub sample_type: SampleType,
}

/// A named group of channels of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Aov {
    /// Unique in its file: channel names up to the last dot, `rgba` for bare R,G,B,A, `yc` for bare
    /// Y,RY,BY,A, another bare channel's own name; part or view in front where needed to tell two apart.
    pub key: String,
    /// What the values mean, by name and type.
    pub kind: AovKind,
    /// Where its part stands in [`ImageInfo::parts`].
    pub part: usize,
    /// In order of meaning: RGBA, XYZW, UV ...
    pub channels: Vec<AovChannel>,
}

/// What an image file holds, told without its pixels.
#[derive(Clone, Debug, Serialize)]
pub struct ImageInfo {
    /// Where it was read from.
    pub path: PathBuf,
    /// The container.
    pub format: FileFormat,
    /// Parts in file order; at least one.
    pub parts: Vec<PartInfo>,
    /// AOVs in file order of their parts, then of their first channel.
    pub aovs: Vec<Aov>,
    /// Why the file is incomplete (still being written, or cut short), though its header is whole:
    /// what is there can be read. `None` for a file that is all there.
    pub incomplete: Option<String>,
}

impl ImageInfo {
    /// The AOV of that key: exactly, else whatever its case.
    pub fn aov(&self, key: &str) -> Option<&Aov> {
        let exact = self.aovs.iter().find(|aov| aov.key == key);
        exact.or_else(|| self.aovs.iter().find(|aov| aov.key.eq_ignore_ascii_case(key)))
    }

    /// Bytes that the decoded samples of `aov` take.
    pub fn aov_bytes(&self, aov: &Aov) -> u64 {
        let pixels = self.parts[aov.part].data_window.pixels();
        let sample: u64 = aov.channels.iter().map(|c| c.sample_type.bytes() as u64).sum();
        pixels.saturating_mul(sample)
    }
}
