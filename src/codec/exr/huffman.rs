//! The Huffman coder of PIZ and DWA: up to 65536 values and one symbol that repeats the last value.
//!
//! A block is a header of five 32-bit numbers (least symbol, greatest symbol, bytes of the table,
//! bits of the data, 0), the lengths of the codes, and the codes, most significant bit first. The
//! greatest symbol is no value: eight bits follow it, how often to repeat the value before it.
//!
//! Codes are canonical: longer ones are numerically smaller, and those of one length ascend with
//! their symbols. Put at the top of a 64-bit word, all codes in order of (length descending,
//! symbol) therefore ascend, so the word before which a code begins tells its length.
//!
//! Most codes are short: a table over the next [`TABLE_BITS`] bits gives up to three values at once.
//! Source: the behaviour of OpenEXR's library.

/// Bits that choose an entry of the table; 32 KiB of entries stay in the first cache.
const TABLE_BITS: u32 = 12;
/// Entries of the table.
const ENTRIES: usize = 1 << TABLE_BITS;
/// Look-ups of one filling of the 64-bit word, which holds at least 56 bits.
const LOOKUPS: u32 = 56 / TABLE_BITS;
/// Places that the look-ups of one filling may write to.
const WINDOW: usize = 32;
/// Longest code.
const MAX_LENGTH: usize = 58;
/// Symbols: all values, and one more.
const MAX_SYMBOLS: usize = (1 << 16) + 1;
/// Bytes before the lengths.
const HEADER_BYTES: usize = 20;
/// First of the codes for 2, 3, 4 and 5 symbols without a code.
const SHORT_ZEROS: u64 = 59;
/// Code for more symbols without a code: 6 and the next eight bits.
const LONG_ZEROS: u64 = 63;

const NO_CODE: &str = "its Huffman data holds a code that its table lacks";
const ENDS: &str = "its Huffman data ends too soon";

/// What the next [`TABLE_BITS`] bits begin with.
#[derive(Clone, Copy, Default)]
#[repr(C, align(8))]
struct Entry {
    /// Values; those from `count` on mean nothing.
    ///
    /// Without any, the first two are the place in [`Codes::symbols`], lower half first, of the first
    /// of the codes that begin with these bits, and the third is the length of them all; or the
    /// third is 0, and [`Codes::search`] has to find the code.
    values: [u16; 3],
    /// Bits of the codes of the values.
    bits: u8,
    /// How many values.
    count: u8,
}

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
    combine(&scratch.singles, &mut scratch.table);
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
    let mut reader = BitReader { bytes: packed, word: 0, bits: 0, read: 0 };
    let mut symbol = least;
    while symbol <= greatest {
        let length = reader.read(6)?;
        let zeros = match length {
            0 => 1,
            LONG_ZEROS => reader.read(8)? as u32 + 6,
            SHORT_ZEROS.. => (length - SHORT_ZEROS) as u32 + 2,
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
    Ok(reader.read)
}

/// Reads few bits at a time.
struct BitReader<'a> {
    bytes: &'a [u8],
    word: u64,
    /// Bits of `word` that are not used, the lowest ones.
    bits: u32,
    /// Bytes taken into `word`.
    read: usize,
}

impl BitReader<'_> {
    fn read(&mut self, count: u32) -> Result<u64, String> {
        while self.bits < count {
            let byte = *self.bytes.get(self.read).ok_or("its Huffman table is cut short")?;
            self.word = self.word << 8 | u64::from(byte);
            self.bits += 8;
            self.read += 1;
        }
        self.bits -= count;
        Ok(self.word >> self.bits & ((1 << count) - 1))
    }
}

/// A canonical code.
struct Codes {
    /// Length of the shortest code.
    shortest: usize,
    /// By length: the first code, put at the top of the word. From the shortest code on it never
    /// ascends.
    first: [u64; MAX_LENGTH + 1],
    /// By length: codes.
    count: [u32; MAX_LENGTH + 1],
    /// By length: place of the first symbol in `symbols`.
    offset: [u32; MAX_LENGTH + 1],
    /// In order of their codes; the symbol that repeats stands at `repeat` alone.
    symbols: Vec<u16>,
    /// Place of the symbol that repeats.
    repeat: Option<u32>,
}

impl Default for Codes {
    fn default() -> Self {
        let (first, count) = ([0; MAX_LENGTH + 1], [0; MAX_LENGTH + 1]);
        Self { shortest: 0, first, count, offset: count, symbols: Vec::new(), repeat: None }
    }
}

/// What a code stands for.
#[derive(Clone, Copy)]
enum Symbol {
    Value(u16),
    Repeat,
}

impl Codes {
    /// The code of (symbol, length) in order of symbols; `greatest` is the symbol that repeats.
    fn build(&mut self, lengths: &[(u32, u8)], greatest: u32) -> Result<(), String> {
        self.count = [0; MAX_LENGTH + 1];
        for &(_, length) in lengths {
            self.count[usize::from(length)] += 1;
        }
        let (mut code, mut place) = (0u64, 0);
        for length in (1..=MAX_LENGTH).rev() {
            let end = code + u64::from(self.count[length]);
            let shorter = self.count[..length].iter().any(|&count| count > 0);
            if end > 1 << length || shorter && end % 2 != 0 {
                return Err("its Huffman table is no prefix code".to_owned());
            }
            self.first[length] = code << (64 - length);
            self.offset[length] = place;
            place += self.count[length];
            code = end / 2;
        }
        self.shortest = self.count.iter().position(|&count| count > 0).ok_or(NO_CODE)?;
        self.symbols.clear();
        self.symbols.resize(lengths.len(), 0);
        self.repeat = None;
        let mut next = self.offset;
        for &(symbol, length) in lengths {
            let place = &mut next[usize::from(length)];
            self.symbols[*place as usize] = symbol as u16;
            if symbol == greatest {
                self.repeat = Some(*place);
            }
            *place += 1;
        }
        Ok(())
    }

    /// The symbol at the top of `word` and its length, if there is one.
    #[inline]
    fn search(&self, word: u64) -> Option<(Symbol, u32)> {
        let mut length = self.shortest;
        if word < self.first[TABLE_BITS as usize] {
            length = length.max(TABLE_BITS as usize + 1);
        }
        while word < *self.first.get(length)? {
            length += 1;
        }
        let index = (word - self.first[length]) >> (64 - length);
        if index >= u64::from(self.count[length]) {
            return None;
        }
        let place = self.offset[length] + index as u32;
        let symbol = match self.repeat {
            Some(repeat) if repeat == place => Symbol::Repeat,
            _ => Symbol::Value(self.symbols[place as usize]),
        };
        Some((symbol, length as u32))
    }

    /// (value, length) by the next [`TABLE_BITS`] bits, (0, 0) where they do not begin with the whole
    /// code of a value.
    fn short_codes(&self, singles: &mut Vec<(u16, u8)>) {
        singles.clear();
        singles.resize(ENTRIES, (0, 0));
        for length in self.shortest..=TABLE_BITS as usize {
            let width = ENTRIES >> length;
            let first = (self.first[length] >> (64 - TABLE_BITS)) as usize;
            for (index, run) in (0..self.count[length]).zip(singles[first..].chunks_exact_mut(width)) {
                let place = self.offset[length] + index;
                if self.repeat != Some(place) {
                    run.fill((self.symbols[place as usize], length as u8));
                }
            }
        }
    }

    /// Puts into `table` where the symbols of long codes are. Only entries that codes of one length
    /// share are filled; few are not.
    fn long_codes(&self, table: &mut [Entry]) {
        for length in self.shortest.max(TABLE_BITS as usize + 1)..=MAX_LENGTH {
            // Codes of this length with the same beginning; as a power of 2.
            let alike = length as u32 - TABLE_BITS;
            let first = self.first[length] >> (64 - length);
            let end = (first + u64::from(self.count[length])) >> alike;
            for index in first.div_ceil(1 << alike)..end {
                let place = self.offset[length] + ((index << alike) - first) as u32;
                let repeat =
                    self.repeat.is_some_and(|repeat| (place..place + (1 << alike)).contains(&repeat));
                if !repeat {
                    let values = [place as u16, (place >> 16) as u16, length as u16];
                    table[index as usize] = Entry { values, bits: 0, count: 0 };
                }
            }
        }
    }
}

/// Makes the table of `singles`.
fn combine(singles: &[(u16, u8)], table: &mut Vec<Entry>) {
    table.clear();
    table.extend((0..ENTRIES).map(|index| {
        let mut entry = Entry::default();
        for place in 0..3 {
            let (value, bits) = singles[index << entry.bits & (ENTRIES - 1)];
            if bits == 0 || u32::from(entry.bits + bits) > TABLE_BITS {
                break;
            }
            entry.values[place] = value;
            entry.bits += bits;
            entry.count += 1;
        }
        entry
    }));
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

/// The next bits of a stream, of which at least 56 are there after [`Word::fill`].
struct Word {
    /// From the top.
    word: u64,
    /// How many bits of `word` are counted; more may be there, but those are read again.
    bits: u32,
    /// Bytes taken.
    taken: usize,
}

impl Word {
    /// Takes bytes of `data`; `false` if it has less than eight more.
    #[inline(always)]
    fn fill(&mut self, data: &[u8]) -> bool {
        let Some(next) = data.get(self.taken..).and_then(<[u8]>::first_chunk) else { return false };
        self.word |= u64::from_be_bytes(*next) >> self.bits;
        self.taken += (63 - self.bits as usize) >> 3;
        self.bits |= 56;
        true
    }

    /// The index of the entry of the next bits.
    #[inline(always)]
    fn top(&self) -> usize {
        (self.word >> (64 - TABLE_BITS)) as usize
    }

    /// Bits that are skipped, of all.
    fn position(&self) -> u64 {
        self.taken as u64 * 8 - u64::from(self.bits)
    }

    #[inline(always)]
    fn skip(&mut self, bits: u32) {
        self.word <<= bits & 63;
        self.bits -= bits;
    }
}

impl Decoder<'_> {
    /// Decodes while input and output are not near their ends.
    fn many(&mut self, table: &[Entry; ENTRIES]) -> Result<(), String> {
        let mut word = Word { word: 0, bits: 0, taken: 0 };
        while self.filled + WINDOW <= self.out.len() && word.fill(self.data) {
            let window: &mut [u16; WINDOW] =
                (&mut self.out[self.filled..self.filled + WINDOW]).try_into().expect("as long");
            let mut count = 0;
            for _ in 0..LOOKUPS {
                let entry = &table[word.top()];
                window[count..count + 3].copy_from_slice(&entry.values);
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

    /// Decodes a code that the table does not tell; `false` if it is too long for `word`.
    fn one(&mut self, word: &mut Word) -> Result<bool, String> {
        let (symbol, bits) = self.codes.search(word.word).ok_or(NO_CODE)?;
        if bits > 48 {
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
