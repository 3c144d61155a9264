//! Which channel of a block is stored how: rules by the last piece of its name and its type.

use crate::image::SampleType;

use super::super::block::BlockChannel;

/// Longest name in a rule.
const MAX_NAME: usize = 128;

/// How a channel is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// As it is: no rule names the channel.
    Unknown,
    /// Cosine-transformed.
    Lossy,
    /// In runs.
    Runs,
}

/// Channels that are transformed together, as indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// One by itself.
    Alone([usize; 1]),
    /// Red, green and blue of one layer.
    Rgb([usize; 3]),
}

impl Group {
    pub fn channels(&self) -> &[usize] {
        match self {
            Self::Alone(channel) => channel,
            Self::Rgb(channels) => channels,
        }
    }
}

/// How all channels of a block are stored.
#[derive(Default)]
pub struct Plan {
    /// By channel.
    pub schemes: Vec<Scheme>,
    /// The transformed ones, in the order of their coefficients.
    pub groups: Vec<Group>,
    /// By channel: bits for red, green and blue.
    colours: Vec<u8>,
    /// Channels, those of one layer together.
    order: Vec<usize>,
    /// Complete layers: first channel; red, green and blue.
    layers: Vec<(usize, [usize; 3])>,
}

/// Rules as blocks store them, without their size: name, 0, flags, type. Bits of the flags: 0 any
/// case, 2 and 3 the scheme, 4 to 7 one more than the place in RGB.
pub type Rules<'a> = &'a [u8];

/// Rules of blocks that have none of their own (versions 0 and 1).
#[rustfmt::skip]
pub const LEGACY: Rules<'static> = b"\
    r\0\x15\x01r\0\x15\x02red\0\x15\x01red\0\x15\x02\
    g\0\x25\x01g\0\x25\x02grn\0\x25\x01grn\0\x25\x02green\0\x25\x01green\0\x25\x02\
    b\0\x35\x01b\0\x35\x02blu\0\x35\x01blu\0\x35\x02blue\0\x35\x01blue\0\x35\x02\
    y\0\x05\x01y\0\x05\x02by\0\x05\x01by\0\x05\x02ry\0\x05\x01ry\0\x05\x02\
    a\0\x09\x00a\0\x09\x01a\0\x09\x02";

/// The rules at the start of `data`, and what comes after.
///
/// # Errors
/// In words, when they are cut short.
pub fn split(data: &[u8]) -> Result<(Rules<'_>, &[u8]), String> {
    let cut = "its channel rules are cut short";
    let (size, _) = data.split_first_chunk().ok_or(cut)?;
    let (rules, rest) = data.split_at_checked(u16::from_le_bytes(*size).into()).ok_or(cut)?;
    Ok((rules.get(size.len()..).ok_or(cut)?, rest))
}

/// One rule.
struct Rule<'a> {
    name: &'a [u8],
    any_case: bool,
    sample_type: SampleType,
    scheme: Scheme,
    /// A bit for red, green or blue, or none.
    colour: u8,
}

impl<'a> Rule<'a> {
    /// The next of `rules`.
    fn next(rules: &mut Rules<'a>) -> Option<Self> {
        let end = rules.iter().take(MAX_NAME + 1).position(|&byte| byte == 0)?;
        let (name, rest) = rules.split_at(end);
        let [0, flags, sample_type, rest @ ..] = rest else { return None };
        *rules = rest;
        Some(Self {
            name,
            any_case: flags & 1 != 0,
            sample_type: match sample_type {
                0 => SampleType::U32,
                1 => SampleType::F16,
                2 => SampleType::F32,
                _ => return None,
            },
            scheme: match flags >> 2 & 3 {
                0 => Scheme::Unknown,
                1 => Scheme::Lossy,
                2 => Scheme::Runs,
                _ => return None,
            },
            colour: match flags >> 4 {
                0 => 0,
                place @ 1..=3 => 1 << (place - 1),
                _ => return None,
            },
        })
    }

    fn names(&self, channel: &BlockChannel<'_>) -> bool {
        let (_, name) = split_name(channel);
        let name = name.as_bytes();
        channel.channel.sample_type == self.sample_type
            && if self.any_case { name.eq_ignore_ascii_case(self.name) } else { name == self.name }
    }
}

/// The layer with its last dot, and the last piece of the name.
fn split_name<'a>(channel: &BlockChannel<'a>) -> (&'a str, &'a str) {
    let name = channel.channel.name.as_str();
    name.split_at(name.rfind('.').map_or(0, |dot| dot + 1))
}

impl Plan {
    /// Plans for `channels` after `rules`, of which the last that names a channel counts.
    ///
    /// # Errors
    /// In words, when the rules are damaged or ask for what cannot be.
    pub fn make(&mut self, mut rules: Rules<'_>, channels: &[BlockChannel<'_>]) -> Result<(), String> {
        self.schemes.clear();
        self.schemes.resize(channels.len(), Scheme::Unknown);
        self.colours.clear();
        self.colours.resize(channels.len(), 0);
        while !rules.is_empty() {
            let rule = Rule::next(&mut rules).ok_or("its channel rules are damaged")?;
            for (index, _) in channels.iter().enumerate().filter(|(_, channel)| rule.names(channel)) {
                self.schemes[index] = rule.scheme;
                self.colours[index] |= rule.colour;
            }
        }
        let integer = |index: usize| channels[index].channel.sample_type == SampleType::U32;
        if (0..channels.len()).any(|index| self.schemes[index] == Scheme::Lossy && integer(index)) {
            return Err("its channel rules ask for a transform of integers".to_owned());
        }
        self.find_layers(channels);
        self.make_groups()
    }

    /// Finds the layers with red, green and blue of one sampling; of two reds the last one counts.
    fn find_layers(&mut self, channels: &[BlockChannel<'_>]) {
        let layer = |index: usize| split_name(&channels[index]).0;
        self.order.clear();
        self.order.extend(0..channels.len());
        self.order.sort_unstable_by(|&a, &b| layer(a).cmp(layer(b)).then(a.cmp(&b)));
        self.layers.clear();
        for members in self.order.chunk_by(|&a, &b| layer(a) == layer(b)) {
            let last = |place: u8| members.iter().rfind(|&&index| self.colours[index] >> place & 1 != 0);
            let (Some(&red), Some(&green), Some(&blue)) = (last(0), last(1), last(2)) else { continue };
            let sampling = |index: usize| channels[index].channel.sampling;
            if sampling(red) == sampling(green) && sampling(red) == sampling(blue) {
                self.layers.push((members[0], [red, green, blue]));
            }
        }
    }

    /// Coefficients of layers come first, in the order in which the layers begin, then those of the
    /// channels that are left.
    fn make_groups(&mut self) -> Result<(), String> {
        self.layers.sort_unstable();
        self.groups.clear();
        self.groups.extend(self.layers.iter().map(|&(_, rgb)| Group::Rgb(rgb)));
        self.colours.fill(0);
        for &(_, rgb) in &self.layers {
            for index in rgb {
                if self.schemes[index] != Scheme::Lossy || self.colours[index] != 0 {
                    return Err("its channel rules join channels that do not belong together".to_owned());
                }
                self.colours[index] = 1;
            }
        }
        let alone = |&index: &usize| self.schemes[index] == Scheme::Lossy && self.colours[index] == 0;
        self.groups.extend((0..self.schemes.len()).filter(alone).map(|index| Group::Alone([index])));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::header::Channel;
    use super::*;

    fn plan(rules: Rules<'_>, names: &[(&str, SampleType)]) -> Result<Plan, String> {
        let channel = |&(name, sample_type): &(&str, SampleType)| Channel {
            name: name.to_owned(),
            sample_type,
            linear: false,
            sampling: (1, 1),
        };
        let channels: Vec<Channel> = names.iter().map(channel).collect();
        let in_block = |channel| BlockChannel { channel, width: 1, height: 1, output: None };
        let channels: Vec<BlockChannel<'_>> = channels.iter().map(in_block).collect();
        let mut plan = Plan::default();
        plan.make(rules, &channels)?;
        Ok(plan)
    }

    #[test]
    fn layers_come_before_single_channels_in_the_order_in_which_they_begin() {
        use SampleType::{F16, F32, U32};
        let names = [
            ("A", U32),
            ("B", F16),
            ("G", F16),
            ("N.Y", F32),
            ("R", F16),
            ("c.R", U32),
            ("d.blu", F32),
            ("d.green", F16),
            ("d.red", F16),
            ("e.R", F16),
        ];
        let plan = plan(LEGACY, &names).expect("sound rules");
        assert_eq!(plan.schemes[0], Scheme::Runs);
        assert_eq!(plan.schemes[5], Scheme::Unknown);
        let groups = [Group::Rgb([4, 2, 1]), Group::Rgb([8, 7, 6]), Group::Alone([3]), Group::Alone([9])];
        assert_eq!(plan.groups, groups);
    }

    #[test]
    fn rules_are_split_off_and_damaged_ones_refused() {
        let data = b"\x06\0Z\0\x04\x01rest";
        let (rules, rest) = split(data).expect("sound rules");
        assert_eq!(rest, b"rest");
        let names = [("a.Z", SampleType::F16), ("Z", SampleType::F32), ("a.z", SampleType::F16)];
        let schemes = plan(rules, &names).expect("sound rules").schemes;
        assert_eq!(schemes, [Scheme::Lossy, Scheme::Unknown, Scheme::Unknown]);

        assert_eq!(split(&data[..5]).err().as_deref(), Some("its channel rules are cut short"));
        let reason = |rules| plan(rules, &[("Z", SampleType::U32)]).err();
        assert_eq!(reason(b"Z\0\x04").as_deref(), Some("its channel rules are damaged"));
        assert_eq!(reason(b"Z\0\x0c\0").as_deref(), Some("its channel rules are damaged"));
        assert!(reason(b"Z\0\x04\0").is_some_and(|reason| reason.ends_with("a transform of integers")));
    }
}
