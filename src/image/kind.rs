//! What the values of an AOV mean, told from its name, its components and their type.

use super::{AovChannel, AovKind, SampleType};

/// The kind of the AOV `key`, whose channels are in their final order.
pub fn kind_of(key: &str, channels: &[AovChannel]) -> AovKind {
    if channels.iter().all(|c| c.sample_type == SampleType::U32) {
        return AovKind::Id;
    }
    if channels.len() == 1 {
        return if key.eq_ignore_ascii_case("a") { AovKind::Mask } else { AovKind::Scalar };
    }
    AovKind::Colour
}
