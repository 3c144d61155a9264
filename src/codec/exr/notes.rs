//! What has been done to the numbers: by a compression, by flattening.

use crate::image::{Aov, AovChannel, AovKind, PartInfo, SampleType};

use super::compression::Loss;
use super::header::Part;

/// Adds to each part what its compression loses.
pub fn add(parts: &mut [PartInfo], aovs: &[Aov], headers: &[Part]) {
    for (index, (part, header)) in parts.iter_mut().zip(headers).enumerate() {
        if part.layout.is_deep() {
            part.notes.push(
                "deep: colours and depths are flattened front to back (over); `samples` is the number of \
                 samples of each pixel"
                    .to_owned(),
            );
        }
        for unnamed in part.cryptomattes.iter().filter(|cryptomatte| cryptomatte.name.is_empty()) {
            let key = &unnamed.key;
            part.notes.push(format!("no attribute \"cryptomatte/{key}/name\": its objects have no names"));
        }
        let name = header.compression.name();
        let keys = |lossy: &dyn Fn(&Aov) -> bool| {
            let of_part = aovs.iter().filter(|aov| aov.part == index && lossy(aov));
            of_part.map(|aov| aov.key.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut note = |text: &str, keys: &str| {
            if !keys.is_empty() {
                part.notes.push(format!("{name} {text}: {keys}"));
            }
        };
        match header.compression.loss() {
            Loss::None => {}
            Loss::Floats => note("rounds 32-bit floats to 24 bits", &keys(&|aov| any(aov, is_float))),
            Loss::Halves => note("stores half floats with loss", &keys(&|aov| any(aov, is_half))),
            Loss::Colours => {
                let ids = |aov: &Aov| aov.kind.is_categorical() && any(aov, is_quantised);
                note("has destroyed the ids, which are compared by their bits, of", &keys(&ids));
                let vectors = |aov: &Aov| is_vector(aov.kind) && any(aov, is_quantised);
                note("stores some components with loss (those called R, G, B or Y) of", &keys(&vectors));
            }
        }
    }
}

fn any(aov: &Aov, test: fn(&AovChannel) -> bool) -> bool {
    aov.channels.iter().any(test)
}

fn is_float(channel: &AovChannel) -> bool {
    channel.sample_type == SampleType::F32
}

fn is_half(channel: &AovChannel) -> bool {
    channel.sample_type == SampleType::F16
}

/// DWA goes by the last piece of the name, whatever the channel means; capitals only.
fn is_quantised(channel: &AovChannel) -> bool {
    let named = matches!(channel.name.as_str(), "R" | "G" | "B" | "Y" | "RY" | "BY");
    named && channel.sample_type != SampleType::U32
}

const fn is_vector(kind: AovKind) -> bool {
    matches!(kind, AovKind::Normal | AovKind::Position | AovKind::Motion | AovKind::Vector | AovKind::Uv)
}
