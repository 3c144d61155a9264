//! Reading bits, the most significant first.

use super::codes::TABLE_BITS;

/// The next bits of a stream.
#[derive(Default)]
pub struct Word {
    /// From the top.
    pub word: u64,
    /// How many bits of `word` are counted. Those below are zeros or what comes next in the stream.
    bits: u32,
    /// Bytes taken.
    taken: usize,
}

impl Word {
    /// Takes bytes of `data`, so that `word` is full and at least 56 bits are counted; `false` if
    /// there are less than eight more bytes.
    #[inline(always)]
    pub fn fill(&mut self, data: &[u8]) -> bool {
        let Some(next) = data.get(self.taken..).and_then(<[u8]>::first_chunk) else { return false };
        self.word |= u64::from_be_bytes(*next) >> self.bits;
        self.taken += (63 - self.bits as usize) >> 3;
        self.bits |= 56;
        true
    }

    /// Reads few bits.
    #[inline]
    pub fn read(&mut self, count: u32, data: &[u8]) -> Result<u32, String> {
        if self.bits < count && !self.fill(data) {
            while self.bits < count {
                let byte = *data.get(self.taken).ok_or("its Huffman table is cut short")?;
                self.word |= u64::from(byte) << (56 - self.bits);
                self.bits += 8;
                self.taken += 1;
            }
        }
        let read = (self.word >> (64 - count)) as u32;
        self.skip(count);
        Ok(read)
    }

    /// The index of the entry of the next bits.
    #[inline(always)]
    pub fn top(&self) -> usize {
        (self.word >> (64 - TABLE_BITS)) as usize
    }

    /// Bits that are skipped, of all.
    pub fn position(&self) -> u64 {
        self.taken as u64 * 8 - u64::from(self.bits)
    }

    #[inline(always)]
    pub fn skip(&mut self, bits: u32) {
        self.word <<= bits & 63;
        self.bits -= bits;
    }
}
