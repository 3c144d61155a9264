//! Samples in the type in which the file stores them.

use half::f16;
use half::vec::{HalfBitsVecExt, HalfFloatVecExt};

use super::pool;

/// How a file stores one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SampleType {
    /// 8-bit integer, k/255.
    U8,
    /// 16-bit integer, k/65535.
    U16,
    /// EXR `HALF`.
    #[serde(rename = "half")]
    F16,
    /// EXR `UINT`: an identifier or count, taken as the integer itself.
    #[serde(rename = "uint")]
    U32,
    /// EXR `FLOAT`.
    #[serde(rename = "float")]
    F32,
}

impl SampleType {
    /// Bytes of one sample.
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::F16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }

    /// The name used in outputs: `u8 u16 half uint float`, EXR's own words for its three.
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::F16 => "half",
            Self::U32 => "uint",
            Self::F32 => "float",
        }
    }

    /// Whether samples can be NaN or infinite.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F16 | Self::F32)
    }
}

/// One sample, exactly as stored.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    /// k of k/255.
    U8(u8),
    /// k of k/65535.
    U16(u16),
    /// Half float, any bits.
    F16(f16),
    /// Unsigned integer.
    U32(u32),
    /// Float, any bits.
    F32(f32),
}

impl Sample {
    /// The exact value: 8 and 16 bit integers as k/255 and k/65535 in f64.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::U8(k) => f64::from(k) / 255.0,
            Self::U16(k) => f64::from(k) / 65535.0,
            Self::F16(v) => v.to_f64(),
            Self::U32(k) => f64::from(k),
            Self::F32(v) => f64::from(v),
        }
    }

    /// The value as f32: exact for halves and floats, else the nearest.
    pub fn to_f32(self) -> f32 {
        match self {
            Self::F16(v) => v.to_f32(),
            Self::F32(v) => v,
            other => other.to_f64() as f32,
        }
    }

    /// The stored bits, in the low bits of a u32.
    pub fn bits(self) -> u32 {
        match self {
            Self::U8(k) => u32::from(k),
            Self::U16(k) => u32::from(k),
            Self::F16(v) => u32::from(v.to_bits()),
            Self::U32(k) => k,
            Self::F32(v) => v.to_bits(),
        }
    }

    /// How it is stored.
    pub const fn sample_type(self) -> SampleType {
        match self {
            Self::U8(_) => SampleType::U8,
            Self::U16(_) => SampleType::U16,
            Self::F16(_) => SampleType::F16,
            Self::U32(_) => SampleType::U32,
            Self::F32(_) => SampleType::F32,
        }
    }
}

/// Equal type and equal bits: NaN equals the same NaN, −0 differs from +0.
impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        self.sample_type() == other.sample_type() && self.bits() == other.bits()
    }
}

/// The samples of one channel, row by row from the top, in the file's own type.
#[derive(Clone, Debug)]
pub enum Samples {
    /// k of k/255.
    U8(Vec<u8>),
    /// k of k/65535.
    U16(Vec<u16>),
    /// Half floats.
    F16(Vec<f16>),
    /// Unsigned integers.
    U32(Vec<u32>),
    /// Floats.
    F32(Vec<f32>),
}

/// The memory is kept for the next frame.
impl Drop for Samples {
    fn drop(&mut self) {
        match self {
            Self::U8(_) => {}
            Self::U16(v) => pool::give_halves(std::mem::take(v)),
            Self::F16(v) => pool::give_halves(std::mem::take(v).reinterpret_into()),
            Self::U32(v) => pool::give_words(std::mem::take(v)),
            Self::F32(v) => pool::give_words(bytemuck::cast_vec(std::mem::take(v))),
        }
    }
}

impl Samples {
    /// `len` zeros.
    pub fn zeros(sample_type: SampleType, len: usize) -> Self {
        match sample_type {
            SampleType::U8 => Self::U8(vec![0; len]),
            SampleType::U16 => Self::U16(vec![0; len]),
            // Zeroed as integers: the system hands out zero pages, which nobody has to fill.
            SampleType::F16 => Self::F16(vec![0u16; len].reinterpret_into()),
            SampleType::U32 => Self::U32(vec![0; len]),
            SampleType::F32 => Self::F32(vec![0.0; len]),
        }
    }

    /// `len` samples of any value, in memory that an earlier frame has used where there is some: for
    /// those who write every sample.
    pub fn unset(sample_type: SampleType, len: usize) -> Self {
        match sample_type {
            SampleType::U8 => Self::U8(vec![0; len]),
            SampleType::U16 => Self::U16(pool::take_halves(len)),
            SampleType::F16 => Self::F16(pool::take_halves(len).reinterpret_into()),
            SampleType::U32 => Self::U32(pool::take_words(len)),
            SampleType::F32 => Self::F32(bytemuck::cast_vec(pool::take_words(len))),
        }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(v) => v.len(),
            Self::U16(v) => v.len(),
            Self::F16(v) => v.len(),
            Self::U32(v) => v.len(),
            Self::F32(v) => v.len(),
        }
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How they are stored.
    pub const fn sample_type(&self) -> SampleType {
        match self {
            Self::U8(_) => SampleType::U8,
            Self::U16(_) => SampleType::U16,
            Self::F16(_) => SampleType::F16,
            Self::U32(_) => SampleType::U32,
            Self::F32(_) => SampleType::F32,
        }
    }

    /// The sample at `index`.
    ///
    /// # Panics
    /// When `index` is out of range.
    pub fn get(&self, index: usize) -> Sample {
        match self {
            Self::U8(v) => Sample::U8(v[index]),
            Self::U16(v) => Sample::U16(v[index]),
            Self::F16(v) => Sample::F16(v[index]),
            Self::U32(v) => Sample::U32(v[index]),
            Self::F32(v) => Sample::F32(v[index]),
        }
    }

    /// All samples as bytes in the machine's own order, for uploads and hashes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::U8(v) => v,
            Self::U16(v) => bytemuck::cast_slice(v),
            Self::F16(v) => bytemuck::cast_slice(v),
            Self::U32(v) => bytemuck::cast_slice(v),
            Self::F32(v) => bytemuck::cast_slice(v),
        }
    }

    /// The same bytes, to be filled in.
    pub fn as_bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::U8(v) => v,
            Self::U16(v) => bytemuck::cast_slice_mut(v),
            Self::F16(v) => bytemuck::cast_slice_mut(v),
            Self::U32(v) => bytemuck::cast_slice_mut(v),
            Self::F32(v) => bytemuck::cast_slice_mut(v),
        }
    }
}
