//! The Huffman coder of PIZ and DWA: up to 65536 values and one symbol that repeats the last value.
//!
//! A block is a header of five 32-bit numbers (least symbol, greatest symbol, bytes of the table,
//! bits of the data, 0), the lengths of the codes, and the codes, most significant bit first. The
//! greatest symbol is no value: eight bits follow it, how often to repeat the value before it.
//!
//! Source: the behaviour of OpenEXR's library.

mod codes;
mod word;

use codes::{Codes, ENTRIES, Entry, NO_CODE, Symbol, TABLE_BITS};
use word::Word;

/// Look-ups of one filling of the 64-bit word, which holds at least 56 bits.
const LOOKUPS: u32 = 56 / TABLE_BITS;
/// Places that the look-ups of one filling may write to.
const WINDOW: usize = 32;
/// Symbols: all values, and one more.
const MAX_SYMBOLS: usize = (1 << 16) + 1;
/// Bytes before the lengths.
const HEADER_BYTES: usize = 20;
/// First of the codes for 2, 3, 4 and 5 symbols without a code.
const SHORT_ZEROS: u32 = 59;
/// Code for more symbols without a code: 6 and the next eight bits.
const LONG_ZEROS: u32 = 63;

const ENDS: &str = "its Huffman data ends too soon";

/// Tables of a code, kept to be used again.
#[derive(Default)]
pub struct Scratch {
    /// (symbol, length) in order of symbols.
    lengths: Vec<(u32, u8)>,
    codes: Codes,
    /// (value, length) by the next [`TABLE_BITS`] bits; the length is 0 for what [`Codes::search`] has
    /// to find.
    singles: Vec<(u16, u8)>,
    table: Vec<Entry>,
}

/// Fills `out` with the first values of the block `packed`.
///
/// # Errors
/// In words, when the block is damaged or holds fewer values.
pub fn decode(packed: &[u8], out: &mut [u16], wanted: Wanted, scratch: &mut Scratch) -> Result<(), String> {
    if out.is_empty() {
        return Ok(());
    }
    let (header, rest) =
        packed.split_first_chunk::<HEADER_BYTES>().ok_or("its Huffman header is cut short")?;
    let word = |index: usize| {
        u32::from_le_bytes([
            header[index * 4],
            header[index * 4 + 1],
            header[index * 4 + 2],
            header[index * 4 + 3],
        ])
    };
    let (least, greatest, bits) = (word(0), word(1), u64::from(word(3)));
    let table_bytes = read_lengths(rest, least, greatest, &mut scratch.lengths)?;
    let data = rest[table_bytes..].get(..bits.div_ceil(8) as usize).ok_or("its Huffman data is cut short")?;
    scratch.codes.build(&scratch.lengths, greatest)?;
    scratch.codes.short_codes(&mut scratch.singles);
    codes::combine(&scratch.singles, &mut scratch.table);
    scratch.codes.long_codes(&mut scratch.table);
    let mut decoder = Decoder { codes: &scratch.codes, data, bits, position: 0, out, filled: 0 };
    let table = scratch.table.as_slice().try_into().expect("made with as many entries");
    decoder.many(table)?;
    decoder.rest()?;
    match bits - decoder.position {
        left if left > 0 && wanted == Wanted::All => {
            Err(format!("its Huffman data goes on for {left} bits after the last value"))
        }
        _ => Ok(()),
    }
}

/// How much of the data is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All values: damage that gives more is found.
    All,
    /// The first values.
    First,
}

/// Reads the lengths of the codes of the symbols from `least` to `greatest`; returns how many bytes
/// they take.
fn read_lengths(
    packed: &[u8],
    least: u32,
    greatest: u32,
    lengths: &mut Vec<(u32, u8)>,
) -> Result<usize, String> {
    if greatest as usize >= MAX_SYMBOLS || least > greatest {
        return Err(format!("its Huffman code claims the symbols {least} to {greatest}"));
    }
    lengths.clear();
    let mut word = Word::default();
    let mut symbol = least;
    while symbol <= greatest {
        let length = word.read(6, packed)?;
        let zeros = match length {
            0 => 1,
            LONG_ZEROS => word.read(8, packed)? + 6,
            SHORT_ZEROS.. => length - SHORT_ZEROS + 2,
            _ => {
                lengths.push((symbol, length as u8));
                symbol += 1;
                continue;
            }
        };
        symbol += zeros;
        if symbol > greatest + 1 {
            return Err("its Huffman table names too many symbols".to_owned());
        }
    }
    Ok(word.position().div_ceil(8) as usize)
}

/// A block on its way.
struct Decoder<'a> {
    codes: &'a Codes,
    /// The codes.
    data: &'a [u8],
    /// Bits of `data` that mean something.
    bits: u64,
    /// Bits of `data` that are done.
    position: u64,
    out: &'a mut [u16],
    /// Values of `out` that are done.
    filled: usize,
}

impl Decoder<'_> {
    /// Decodes while input and output are not near their ends.
    fn many(&mut self, table: &[Entry; ENTRIES]) -> Result<(), String> {
        let mut word = Word::default();
        while self.filled + WINDOW <= self.out.len() && word.fill(self.data) {
            let window: &mut [u16; WINDOW] =
                (&mut self.out[self.filled..self.filled + WINDOW]).try_into().expect("as long");
            let mut count = 0;
            for _ in 0..LOOKUPS {
                let entry = &table[word.top()];
                let [first, second, third] = entry.values;
                // Written too, though no value, because the whole entry is one word to copy.
                let rest = u16::from_ne_bytes([entry.bits, entry.count]);
                window[count..count + 4].copy_from_slice(&[first, second, third, rest]);
                word.skip(u32::from(entry.bits));
                count += usize::from(entry.count) & 3;
            }
            self.filled += count;
            // What has no values stops all look-ups after it.
            while table[word.top()].count == 0
                && word.fill(self.data)
                && self.filled + WINDOW <= self.out.len()
            {
                let entry = &table[word.top()];
                let [low, high, bits] = entry.values.map(u32::from);
                if bits > 0 {
                    let index = word.word << TABLE_BITS >> (64 + TABLE_BITS - bits);
                    let place = (low | high << 16) as usize + index as usize;
                    self.out[self.filled] = self.codes.symbols[place];
                    self.filled += 1;
                    word.skip(bits);
                } else if !self.one(&mut word)? {
                    self.position = word.position();
                    return Ok(());
                }
            }
        }
        self.position = word.position();
        Ok(())
    }

    /// Decodes a code that the table does not tell; `false` if it is too long for `word`, which has to
    /// hold it, eight bits and the index of another entry.
    fn one(&mut self, word: &mut Word) -> Result<bool, String> {
        let (symbol, bits) = self.codes.search(word.word).ok_or(NO_CODE)?;
        if bits > 56 - TABLE_BITS {
            return Ok(false);
        }
        word.skip(bits);
        match symbol {
            Symbol::Value(value) => {
                self.out[self.filled] = value;
                self.filled += 1;
            }
            Symbol::Repeat => {
                self.repeat((word.word >> 56) as usize)?;
                word.skip(8);
            }
        }
        Ok(true)
    }

    /// Decodes the rest, symbol by symbol.
    fn rest(&mut self) -> Result<(), String> {
        while self.filled < self.out.len() {
            let (symbol, bits) = self.codes.search(self.peek()).ok_or(NO_CODE)?;
            self.position += u64::from(bits);
            match symbol {
                Symbol::Value(value) => {
                    self.out[self.filled] = value;
                    self.filled += 1;
                }
                Symbol::Repeat => {
                    self.repeat((self.peek() >> 56) as usize)?;
                    self.position += 8;
                }
            }
            if self.position > self.bits {
                return Err(ENDS.to_owned());
            }
        }
        if self.position > self.bits { Err(ENDS.to_owned()) } else { Ok(()) }
    }

    /// The next 64 bits, zeros after the end.
    fn peek(&self) -> u64 {
        let mut bytes = [0; 16];
        let left = self.data.get((self.position / 8) as usize..).unwrap_or_default();
        let left = &left[..left.len().min(9)];
        bytes[..left.len()].copy_from_slice(left);
        (u128::from_be_bytes(bytes) << (self.position % 8) >> 64) as u64
    }

    /// Repeats the last value `times`, or as often as there is place.
    #[inline]
    fn repeat(&mut self, times: usize) -> Result<(), String> {
        let last = self.filled.checked_sub(1).ok_or("its Huffman data begins with a repetition")?;
        let value = self.out[last];
        let end = self.out.len().min(self.filled + times);
        self.out[self.filled..end].fill(value);
        self.filled = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The block of symbols whose codes have the given lengths, and its values. The last symbol that has
    /// a code repeats three times.
    fn encode(lengths: &[(u32, u8)], symbols: &[u32]) -> (Vec<u8>, Vec<u16>) {
        let (least, greatest) = (lengths[0].0, lengths[lengths.len() - 1].0);
        let mut table = String::new();
        let mut next = least;
        for &(symbol, length) in lengths {
            match symbol - next {
                0 => {}
                zeros @ 6.. => table += &format!("111111{:08b}", zeros - 6),
                _ => panic!("no gap or one of 6 to 261"),
            }
            table += &format!("{length:06b}");
            next = symbol + 1;
        }
        let mut order = lengths.to_vec();
        order.sort_by_key(|&(symbol, length)| (std::cmp::Reverse(length), symbol));
        let mut codes = std::collections::BTreeMap::new();
        let (mut code, mut before) = (0u64, order[0].1);
        for (symbol, length) in order {
            code >>= before - length;
            codes.insert(symbol, format!("{code:0width$b}", width = usize::from(length)));
            (code, before) = (code + 1, length);
        }
        let (mut data, mut values) = (String::new(), Vec::new());
        for &symbol in symbols {
            data += &codes[&symbol];
            if symbol == greatest {
                data += "00000011";
                values.extend([values[values.len() - 1]; 3]);
            } else {
                values.push(symbol as u16);
            }
        }
        (block([least, greatest], &table, &data), values)
    }

    fn block(ends: [u32; 2], table: &str, data: &str) -> Vec<u8> {
        let bytes = |bits: &str| -> Vec<u8> {
            let bits: Vec<u8> = bits.bytes().map(|bit| bit - b'0').collect();
            bits.chunks(8)
                .map(|bits| bits.iter().zip((0..8).rev()).map(|(bit, at)| bit << at).sum())
                .collect()
        };
        let table = bytes(table);
        let header = [ends[0], ends[1], table.len() as u32, data.len() as u32, 0];
        [header.map(u32::to_le_bytes).concat(), table, bytes(data)].concat()
    }

    fn decoded(packed: &[u8], count: usize) -> Result<Vec<u16>, String> {
        let mut out = vec![0; count];
        decode(packed, &mut out, Wanted::First, &mut Scratch::default()).map(|()| out)
    }

    #[test]
    fn data_that_goes_on_is_damage_to_who_wants_all() {
        // The values 5, 9, 5, 9 and a bit.
        let packed = block([5, 10], &"000001 111100 000010 000010".replace(' ', ""), "1001001");
        let all = |count| decode(&packed, &mut vec![0; count], Wanted::All, &mut Scratch::default());
        assert_eq!(all(4), Err("its Huffman data goes on for 1 bits after the last value".to_owned()));
        assert_eq!(all(3), Err("its Huffman data goes on for 3 bits after the last value".to_owned()));
    }

    #[test]
    fn values_and_repetitions_are_decoded() {
        // 5 has one bit, 9 and 10 have two; no code for 6, 7 and 8. Longer codes are smaller.
        let table = "000001 111100 000010 000010".replace(' ', "");
        let data = "1 00 1 01 00000011".replace(' ', "");
        let packed = block([5, 10], &table, &data);
        assert_eq!(decoded(&packed, 6), Ok(vec![5, 9, 5, 5, 5, 5]));
        assert_eq!(decoded(&packed, 4), Ok(vec![5, 9, 5, 5]), "a prefix may end inside a repetition");
        assert_eq!(decoded(&packed, 0), Ok(vec![]));
        // The last two bits of the last byte are no codes.
        assert_eq!(decoded(&packed, 7), Err(ENDS.to_owned()));
        let repeats_nothing = block([5, 10], &table, &data[4..]);
        assert_eq!(decoded(&repeats_nothing, 2), Err("its Huffman data begins with a repetition".to_owned()));
    }

    #[test]
    fn codes_of_any_length_are_decoded() {
        // 1, 2, 3, … 57, 58, 58 bits.
        let skewed: Vec<(u32, u8)> = (0..59).map(|symbol| (symbol, 58.min(symbol as u8 + 1))).collect();
        // Two short ones and many of 14 bits after a gap.
        let two_sizes: Vec<(u32, u8)> =
            (0..8194).map(|at| if at < 2 { (at, 2) } else { (at + 200, 14) }).collect();
        for (lengths, step) in [(skewed, 1), (two_sizes, 37)] {
            let symbol = |at: usize| lengths[at.min(lengths.len() - 1)].0;
            let often = (1..4000u32).map(|at| symbol(at.trailing_zeros() as usize));
            let each = (0..lengths.len()).step_by(step).map(symbol);
            let last_ones = (1..20).map(|at| symbol(lengths.len() - at));
            let ends = [symbol(0), symbol(usize::MAX)].repeat(20).into_iter();
            let symbols: Vec<u32> = often
                .clone()
                .chain(ends)
                .chain(often.clone())
                .chain(last_ones)
                .chain(each)
                .chain(often)
                .collect();
            let (packed, values) = encode(&lengths, &symbols);
            assert_eq!(decoded(&packed, values.len()).as_deref(), Ok(&values[..]));
            for short in [1, 2, 31, 32, 33, 3999, 4010, 4011, values.len() - 1] {
                assert_eq!(decoded(&packed, short).as_deref(), Ok(&values[..short]), "{short} values");
            }
        }
    }

    #[test]
    fn damaged_tables_are_refused() {
        for lengths in ["000001000001000001", "000010000001000001"] {
            let no_prefix_code = decoded(&block([0, 2], lengths, "1"), 1);
            assert_eq!(no_prefix_code, Err("its Huffman table is no prefix code".to_owned()));
        }
        let too_many = block([0, 2], "11111100000000", "1");
        assert_eq!(decoded(&too_many, 1), Err("its Huffman table names too many symbols".to_owned()));
        let cut = block([0, 70], "000001", "");
        assert_eq!(decoded(&cut, 1), Err("its Huffman table is cut short".to_owned()));
        assert_eq!(decoded(&[0; 19], 1), Err("its Huffman header is cut short".to_owned()));
        let missing = block([0, 2], "000010000010000000", "111");
        assert_eq!(decoded(&missing, 1), Err(NO_CODE.to_owned()));
    }
}
