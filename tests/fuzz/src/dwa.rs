//! Chunks of DWAA and DWAB whose sections are whole, with a fuzzer's bytes in them.

use crate::recipe::{Channel, deflate, take};

/// How the rules of a chunk classify channels by their last name: scheme (1 cosine transform, 2 run
/// lengths), place in a set of colours, type.
const RULES: [(&str, u8, i8, u8); 7] = [
    ("R", 1, 0, 1),
    ("G", 1, 1, 1),
    ("B", 1, 2, 1),
    ("R", 1, 0, 2),
    ("G", 1, 1, 2),
    ("B", 1, 2, 2),
    ("A", 2, -1, 1),
];

/// A chunk: its sections are deflated here, as long as the header of the file wants them where the
/// format lets one tell, and the sizes in its header are true. Of the bytes, the first tells the
/// version and the coder of the coefficients; then come the sections, each after its length.
pub fn chunk(channels: &[Channel], width: usize, rows: usize, mut data: &[u8]) -> Vec<u8> {
    let (&choice, rest) = data.split_first().unwrap_or((&0, &[]));
    data = rest;
    let [unknown, ac, dc, rle] = [false, false, false, true].map(|last| take(&mut data, last));
    let pixels = width * rows;
    let scheme = |&(name, sample_type, _): &Channel| {
        let last = name.rsplit('.').next().unwrap_or(name);
        let rule = RULES.iter().find(|rule| rule.0 == last && u32::from(rule.3) == sample_type);
        rule.map_or(0, |rule| rule.1)
    };
    let bytes = |wanted: u8| -> usize {
        let these = channels.iter().filter(|channel| scheme(channel) == wanted);
        these.map(|channel| pixels * if channel.1 == 1 { 2 } else { 4 }).sum()
    };
    let transformed = channels.iter().filter(|channel| scheme(channel) == 1).count();
    let blocks = transformed * width.div_ceil(8) * rows.div_ceil(8);
    let unknown = fill(unknown, bytes(0));
    let dc = fill(dc, blocks * 2);
    let is_deflated = choice & 1 != 0;
    let packed_ac = if is_deflated { deflate(ac) } else { ac.to_vec() };
    let ac_count = if is_deflated { ac.len() / 2 } else { usize::from(choice >> 2) * 64 };
    let packed =
        [&unknown, &dc, rle].map(|section| if section.is_empty() { Vec::new() } else { deflate(section) });
    let version = if choice & 2 != 0 { 2 } else { 1 };
    let sizes = [
        version,
        unknown.len(),
        packed[0].len(),
        packed_ac.len(),
        packed[1].len(),
        packed[2].len(),
        rle.len(),
        bytes(2),
        ac_count,
        dc.len() / 2,
        usize::from(is_deflated),
    ];
    let mut chunk: Vec<u8> = sizes.iter().flat_map(|&size| (size as u64).to_le_bytes()).collect();
    if version == 2 {
        chunk.extend(rules());
    }
    [&packed[0], &packed_ac, &packed[1], &packed[2]].iter().for_each(|section| chunk.extend(*section));
    chunk
}

/// The bytes over and over, until there are `len`.
fn fill(bytes: &[u8], len: usize) -> Vec<u8> {
    if bytes.is_empty() { vec![0; len] } else { bytes.iter().copied().cycle().take(len).collect() }
}

/// The table of rules as chunks of version 2 have it.
fn rules() -> Vec<u8> {
    let mut table = Vec::new();
    for (name, scheme, colour, sample_type) in RULES {
        table.extend(name.as_bytes());
        table.extend([0, ((colour + 1) as u8) << 4 | scheme << 2, sample_type]);
    }
    let mut bytes = ((table.len() + 2) as u16).to_le_bytes().to_vec();
    bytes.extend(table);
    bytes
}
