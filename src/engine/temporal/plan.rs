//! What the first pass had no room for, spread over further passes.

use std::collections::BTreeSet;
use std::ops::Range;

use super::pass::{Facts, Key, Maps, Pass};
use crate::metric::{DeltaMaps, ValueMaps};

/// Rows of a band come in steps of this: state is kept in blocks of so many.
const STEP: i64 = 8;

/// Finished maps with what they are of.
#[derive(Debug)]
pub(in crate::engine) struct Done {
    pub key: Key,
    pub facts: Facts,
    pub maps: Maps,
}

/// Further passes over the frames. Whole keys come first, several in one pass, then those that are
/// too large alone, band by band.
#[derive(Debug, Default)]
pub(in crate::engine) struct Later {
    passes: Vec<Planned>,
    /// Bands of the key that is being finished.
    parts: Vec<Maps>,
}

#[derive(Debug)]
struct Planned {
    keys: BTreeSet<Key>,
    rows: Range<i64>,
    /// Whether the keys are whole when this pass is done.
    is_last: bool,
    /// Whether a device has lost frames of these keys, which the CPU is to do then.
    on_cpu: bool,
}

impl Later {
    /// Passes over `left`, in which no more than `budget` bytes of state are held, or one band of
    /// [`STEP`] rows.
    pub fn plan(left: &[(Key, Facts)], budget: u64) -> Self {
        let (whole, large): (Vec<_>, Vec<_>) =
            left.iter().partition(|(_, facts)| facts.bytes(&ALL) <= budget);
        let mut passes: Vec<Planned> = Vec::new();
        let mut free = 0;
        for (key, facts) in whole {
            let needed = facts.bytes(&ALL);
            match passes.last_mut() {
                Some(pass) if needed <= free => {
                    pass.keys.insert(key.clone());
                    free -= needed;
                }
                _ => {
                    passes.push(Planned {
                        keys: [key.clone()].into(),
                        rows: ALL,
                        is_last: true,
                        on_cpu: false,
                    });
                    free = budget - needed;
                }
            }
        }
        for (key, facts) in large {
            let bands = bands(facts, budget);
            let count = bands.len();
            passes.extend(bands.into_iter().enumerate().map(|(index, rows)| Planned {
                keys: [key.clone()].into(),
                rows,
                is_last: index + 1 == count,
                on_cpu: false,
            }));
        }
        passes.reverse();
        Self { passes, parts: Vec::new() }
    }

    /// Passes that are left.
    pub fn len(&self) -> usize {
        self.passes.len()
    }

    /// The next pass, and the keys it is about.
    pub fn next(&self) -> Option<(Pass, &BTreeSet<Key>)> {
        let planned = self.passes.last()?;
        let pass = Pass::over(planned.keys.clone(), planned.rows.clone());
        Some((if planned.on_cpu { pass.on_cpu() } else { pass }, &planned.keys))
    }

    /// Hands out what is whole now that the pass of [`Self::next`] is done. What a device has lost
    /// meanwhile is to be done again.
    pub fn done(&mut self, pass: Pass, take: &mut dyn FnMut(Done)) {
        let planned = self.passes.pop().expect("the pass that was done");
        let mut lost = BTreeSet::new();
        for (key, facts, maps) in pass.finish() {
            let Some(maps) = maps else {
                lost.insert(key);
                continue;
            };
            if planned.rows == ALL {
                take(Done { key, facts, maps });
                continue;
            }
            self.parts.push(maps);
            if planned.is_last {
                let maps = join(std::mem::take(&mut self.parts));
                take(Done { key, facts, maps });
            }
        }
        if !lost.is_empty() {
            self.passes.push(Planned { keys: lost, on_cpu: true, ..planned });
        }
    }
}

const ALL: Range<i64> = i64::MIN..i64::MAX;

/// Bands that together are all rows, as few as `budget` allows.
fn bands(facts: &Facts, budget: u64) -> Vec<Range<i64>> {
    let rows = i64::try_from(budget / facts.row_bytes().max(1)).unwrap_or(i64::MAX);
    let height = (rows / STEP * STEP).max(STEP);
    let (first, end) = (i64::from(facts.window.y).div_euclid(STEP) * STEP, facts.window.bottom());
    let mut cuts: Vec<i64> = (1..).map(|i| first + i * height).take_while(|cut| *cut < end).collect();
    cuts.insert(0, ALL.start);
    cuts.push(ALL.end);
    cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn join(parts: Vec<Maps>) -> Maps {
    let (mut deltas, mut values) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Maps::Delta(maps) => deltas.push(maps),
            Maps::Values(maps) => values.push(maps),
        }
    }
    if values.is_empty() {
        Maps::Delta(DeltaMaps::join(&deltas))
    } else {
        Maps::Values(ValueMaps::join(&values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Window;

    fn key(aov: &str) -> Key {
        Key { aov: aov.into(), is_delta: true, sequence: 0 }
    }

    #[test]
    fn bands_are_all_rows_and_no_row_twice() {
        let facts = Facts { window: Window::new(-5, -13, 100, 50), ..Facts::default() };
        let row = facts.row_bytes();
        for budget in [0, row, 9 * row, 20 * row, 100 * row] {
            let bands = bands(&facts, budget);
            assert_eq!((bands[0].start, bands[bands.len() - 1].end), (i64::MIN, i64::MAX));
            assert!(bands.windows(2).all(|pair| pair[0].end == pair[1].start), "{bands:?}");
            let largest = bands.iter().map(|rows| facts.bytes(rows)).max().expect("some");
            assert!(largest <= budget.max(8 * row), "{bands:?}");
        }
        assert_eq!(bands(&facts, 100 * row).len(), 1);
    }

    #[test]
    fn whole_keys_share_passes_and_large_ones_get_their_own() {
        let facts = |height| Facts { window: Window::of_size(10, height), ..Facts::default() };
        let row = facts(1).row_bytes();
        let left = [("a", 16), ("b", 40), ("c", 16), ("d", 8)].map(|(aov, rows)| (key(aov), facts(rows)));
        let mut later = Later::plan(&left, 32 * row);
        assert_eq!(later.len(), 2 + 2);
        let mut seen = Vec::new();
        while let Some((pass, keys)) = later.next() {
            seen.push(keys.iter().map(|key| key.aov.clone()).collect::<String>());
            later.done(pass, &mut |_| ());
        }
        assert_eq!(seen, ["ac", "d", "b", "b"]);
    }
}
