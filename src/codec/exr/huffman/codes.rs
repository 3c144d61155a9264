//! A canonical code, and the table that decodes most of it at once.
//!
//! Codes are canonical: longer ones are numerically smaller, and those of one length ascend with
//! their symbols. Put at the top of a 64-bit word, all codes in order of (length descending,
//! symbol) therefore ascend, so the word before which a code begins tells its length.
//!
//! Most codes are short: an entry of the table over the next [`TABLE_BITS`] bits gives up to three
//! values at once.

/// Bits that choose an entry of the table; 32 KiB of entries stay in the first cache.
pub const TABLE_BITS: u32 = 12;
/// Entries of the table.
pub const ENTRIES: usize = 1 << TABLE_BITS;
/// Longest code.
const MAX_LENGTH: usize = 58;

pub const NO_CODE: &str = "its Huffman data holds a code that its table lacks";

/// What the next [`TABLE_BITS`] bits begin with.
#[derive(Clone, Copy, Default)]
#[repr(C, align(8))]
pub struct Entry {
    /// Values; those from `count` on mean nothing.
    ///
    /// Without any, the first two are the place in [`Codes::symbols`], lower half first, of the first
    /// of the codes that begin with these bits, and the third is the length of them all; or the
    /// third is 0, and [`Codes::search`] has to find the code.
    pub values: [u16; 3],
    /// Bits of the codes of the values.
    pub bits: u8,
    /// How many values.
    pub count: u8,
}

/// Makes the table of `singles`.
pub fn combine(singles: &[(u16, u8)], table: &mut Vec<Entry>) {
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

/// A canonical code.
pub struct Codes {
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
    pub symbols: Vec<u16>,
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
pub enum Symbol {
    Value(u16),
    Repeat,
}

impl Codes {
    /// The code of (symbol, length) in order of symbols; `greatest` is the symbol that repeats.
    pub fn build(&mut self, lengths: &[(u32, u8)], greatest: u32) -> Result<(), String> {
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
    pub fn search(&self, word: u64) -> Option<(Symbol, u32)> {
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
    pub fn short_codes(&self, singles: &mut Vec<(u16, u8)>) {
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
    pub fn long_codes(&self, table: &mut [Entry]) {
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
