//! Stored samples as keys: integers in the order of the values, one for each value.

use half::slice::HalfFloatSliceExt;

use crate::image::{SampleType, Samples};

/// Pixels handled at a time.
pub(super) const SEGMENT: usize = 256;

/// Types whose values are added up together: exactly, each in its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Halves and floats. The key is the float's bits, turned over below zero: −0 is below +0.
    Float,
    /// k of k/255. The key of all integers is k − 2³¹.
    U8,
    /// k of k/65535.
    U16,
    /// k.
    U32,
}

impl Class {
    pub const ALL: [Self; 4] = [Self::Float, Self::U8, Self::U16, Self::U32];

    pub fn of(samples: SampleType) -> Self {
        match samples {
            SampleType::F16 | SampleType::F32 => Self::Float,
            SampleType::U8 => Self::U8,
            SampleType::U16 => Self::U16,
            SampleType::U32 => Self::U32,
        }
    }

    /// The value of a key, as [`crate::image::Sample::to_f64`] has it.
    pub fn value(self, key: i32) -> f64 {
        match self {
            Self::Float => f64::from(float(key)),
            integer => f64::from(integer_of(key)) / integer.unit(),
        }
    }

    /// What k is divided by.
    pub fn unit(self) -> f64 {
        match self {
            Self::U8 => 255.0,
            Self::U16 => 65535.0,
            Self::Float | Self::U32 => 1.0,
        }
    }
}

/// Keys of the samples from `start` on, as many as `keys`.
#[inline(always)]
pub(super) fn keys(samples: &Samples, start: usize, keys: &mut [i32]) {
    let range = start..start + keys.len();
    match samples {
        Samples::F16(v) => {
            let mut floats = [0.0; SEGMENT];
            let floats = &mut floats[..keys.len()];
            v[range].convert_to_f32_slice(floats);
            keys.iter_mut().zip(&*floats).for_each(|(key, value)| *key = key_of_float(*value));
        }
        Samples::F32(v) => keys.iter_mut().zip(&v[range]).for_each(|(key, v)| *key = key_of_float(*v)),
        Samples::U8(v) => integers(keys, &v[range]),
        Samples::U16(v) => integers(keys, &v[range]),
        Samples::U32(v) => integers(keys, &v[range]),
    }
}

#[inline(always)]
fn integers<T: Copy + Into<u32>>(keys: &mut [i32], samples: &[T]) {
    keys.iter_mut().zip(samples).for_each(|(key, k)| *key = ((*k).into() ^ 0x8000_0000) as i32);
}

#[inline(always)]
fn key_of_float(value: f32) -> i32 {
    let bits = value.to_bits() as i32;
    bits ^ ((bits >> 31) as u32 >> 1) as i32
}

#[inline(always)]
pub(super) fn float(key: i32) -> f32 {
    // The same turning over takes it back.
    f32::from_bits((key ^ ((key >> 31) as u32 >> 1) as i32) as u32)
}

#[inline(always)]
pub(super) fn integer_of(key: i32) -> u32 {
    key as u32 ^ 0x8000_0000
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::*;

    #[test]
    fn keys_lead_back_to_their_value_and_order_it() {
        let floats = [f32::NEG_INFINITY, -1e30, -1.5, -f32::from_bits(1), -0.0, 0.0, 2.0, f32::MAX];
        let mut found = [0; 8];
        keys(&Samples::F32(floats.to_vec()), 0, &mut found);
        assert!(found.is_sorted() && found[4] != found[5], "{found:?}");
        for (key, value) in found.iter().zip(floats) {
            assert_eq!(float(*key).to_bits(), value.to_bits());
        }
        let mut found = [0; 2];
        keys(&Samples::F16([9.0, -2.5, 0.1].map(f16::from_f32).to_vec()), 1, &mut found);
        assert_eq!(found.map(|key| Class::Float.value(key)), [-2.5, f16::from_f32(0.1).to_f64()]);
        let mut found = [0; 3];
        keys(&Samples::U32(vec![0, 7, u32::MAX]), 0, &mut found);
        assert!(found.is_sorted());
        assert_eq!(found.map(integer_of), [0, 7, u32::MAX]);
        assert_eq!(Class::U8.value((51 ^ 0x8000_0000_u32) as i32), 0.2);
    }
}
