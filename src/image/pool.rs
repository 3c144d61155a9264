//! Sample buffers kept for the next frame.
//!
//! Fresh memory costs page faults, more than a quarter of the time of decoding an uncompressed frame,
//! and frames of a sequence have the same size: a buffer that one frame lets go serves the next. When
//! none fits, as many bytes of other sizes are let go as are taken, so that decoding never makes
//! buffers in use and buffers kept together exceed the most that was in use at once.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Smaller buffers are not kept: the allocator is good at these.
const LEAST_BYTES: usize = 256 << 10;
/// Most bytes kept.
const MOST_BYTES: usize = 2 << 30;

static POOL: Mutex<Pool> = Mutex::new(Pool { words: VecDeque::new(), halves: VecDeque::new(), bytes: 0 });

/// Free buffers, the one that was let go last at the back.
struct Pool {
    words: VecDeque<Vec<u32>>,
    halves: VecDeque<Vec<u16>>,
    bytes: usize,
}

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `len` words of any value.
pub(super) fn take_words(len: usize) -> Vec<u32> {
    let (found, _gone) = {
        let mut pool = pool();
        let found = take(&mut pool.words, len);
        pool.taken(found, len)
    };
    found.unwrap_or_else(|| vec![0; len])
}

/// `len` half words of any value.
pub(super) fn take_halves(len: usize) -> Vec<u16> {
    let (found, _gone) = {
        let mut pool = pool();
        let found = take(&mut pool.halves, len);
        pool.taken(found, len)
    };
    found.unwrap_or_else(|| vec![0; len])
}

/// Keeps a buffer that is no longer needed.
pub(super) fn give_words(buffer: Vec<u32>) {
    if is_kept(&buffer) {
        let mut pool = pool();
        pool.bytes += bytes_of(&buffer);
        pool.words.push_back(buffer);
        let _gone = pool.shrink_to(MOST_BYTES);
        drop(pool);
    }
}

/// Keeps a buffer that is no longer needed.
pub(super) fn give_halves(buffer: Vec<u16>) {
    if is_kept(&buffer) {
        let mut pool = pool();
        pool.bytes += bytes_of(&buffer);
        pool.halves.push_back(buffer);
        let _gone = pool.shrink_to(MOST_BYTES);
        drop(pool);
    }
}

/// Gives all kept buffers back to the system.
pub fn clear() {
    let _gone = pool().shrink_to(0);
}

/// The last buffer of that size, its data warm in the caches.
fn take<T>(buffers: &mut VecDeque<Vec<T>>, len: usize) -> Option<Vec<T>> {
    let at = buffers.iter().rposition(|buffer| buffer.len() == len)?;
    buffers.remove(at)
}

/// Buffers on their way back to the system, which takes its time: not while others wait for the pool.
type Gone = (Vec<Vec<u32>>, Vec<Vec<u16>>);

impl Pool {
    /// Accounts for what was `found` for `len` elements, and lets as much go where nothing was.
    fn taken<T>(&mut self, found: Option<Vec<T>>, len: usize) -> (Option<Vec<T>>, Gone) {
        if let Some(buffer) = &found {
            self.bytes -= bytes_of(buffer);
            return (found, Gone::default());
        }
        let gone = self.shrink_to(self.bytes.saturating_sub(len * size_of::<T>()));
        (None, gone)
    }

    fn shrink_to(&mut self, most: usize) -> Gone {
        let mut gone = Gone::default();
        while self.bytes > most {
            let of_words = self.words.front().map(|buffer| bytes_of(buffer));
            let of_halves = self.halves.front().map(|buffer| bytes_of(buffer));
            if of_words >= of_halves {
                gone.0.extend(self.words.pop_front());
            } else {
                gone.1.extend(self.halves.pop_front());
            }
            self.bytes -= of_words.max(of_halves).unwrap_or(self.bytes);
        }
        gone
    }
}

fn is_kept<T>(buffer: &Vec<T>) -> bool {
    // A buffer that was shortened would never be asked for again.
    bytes_of(buffer) >= LEAST_BYTES && buffer.len() == buffer.capacity()
}

fn bytes_of<T>(buffer: &[T]) -> usize {
    size_of_val(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Pool {
        Pool { words: VecDeque::new(), halves: VecDeque::new(), bytes: 0 }
    }

    fn give(pool: &mut Pool, buffer: Vec<u32>) {
        pool.bytes += bytes_of(&buffer);
        pool.words.push_back(buffer);
    }

    #[test]
    fn a_buffer_serves_again() {
        let mut pool = empty();
        give(&mut pool, vec![7; 100]);
        let found = take(&mut pool.words, 100);
        let again = pool.taken(found, 100).0.expect("there is one");
        assert_eq!((again[0], pool.bytes, pool.words.len()), (7, 0, 0));
    }

    #[test]
    fn what_is_taken_fresh_lets_as_much_go() {
        let mut pool = empty();
        give(&mut pool, vec![7; 100]);
        give(&mut pool, vec![7; 100]);
        let found = take(&mut pool.halves, 50);
        let (found, gone) = pool.taken(found, 50);
        assert!(found.is_none() && gone.0.len() == 1);
        assert_eq!((pool.bytes, pool.words.len()), (400, 1));
    }

    #[test]
    fn the_largest_of_the_oldest_goes_first() {
        let mut pool = empty();
        give(&mut pool, vec![1; 10]);
        pool.halves.push_back(vec![2; 100]);
        pool.bytes += 200;
        let _gone = pool.shrink_to(100);
        assert_eq!((pool.bytes, pool.words.len(), pool.halves.len()), (40, 1, 0));
    }
}
