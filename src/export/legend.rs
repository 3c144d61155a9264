//! The strip below a map: what it shows, how much, and what its colours mean.

use super::map::MapCaption;
use super::map_png::{NON_FINITE, Paint};
use super::strip::{Bar, DIM, Strip, Swatch, grouped, share_of_pixels, short};
use crate::image::DisplayRange;
use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, FLAG_UNREADABLE, Metric};

/// What the pixels of a map come to.
pub(super) struct Tally {
    /// All but the unreadable.
    pixels: usize,
    changed: usize,
    pub within: usize,
    pub non_finite: usize,
    pub uncovered: usize,
    unreadable: usize,
    pub beyond: usize,
    /// Largest magnitude, its value, its pixel.
    pub max: f32,
    pub max_at: Option<(i32, i32)>,
}

impl Tally {
    pub fn of(map: &DeltaMap, range: &DisplayRange) -> Self {
        let mut tally = Self {
            pixels: map.values.len(),
            changed: 0,
            within: 0,
            non_finite: 0,
            uncovered: 0,
            unreadable: 0,
            beyond: 0,
            max: 0.0,
            max_at: None,
        };
        for (index, (&value, &flags)) in map.values.iter().zip(&map.flags).enumerate() {
            tally.changed += usize::from(flags & FLAG_CHANGED != 0);
            if flags & FLAG_UNREADABLE != 0 {
                tally.unreadable += 1;
            } else if flags & FLAG_UNCOVERED != 0 {
                tally.uncovered += 1;
            } else if flags & FLAG_NON_FINITE != 0 || !value.is_finite() {
                tally.non_finite += 1;
            } else {
                tally.within += usize::from(value != 0.0 && flags & FLAG_CHANGED == 0);
                tally.beyond += usize::from(is_beyond(value, range));
                if value.abs() > tally.max.abs() {
                    (tally.max, tally.max_at) = (value, Some(map.window.pixel(index)));
                }
            }
        }
        tally.pixels -= tally.unreadable;
        tally
    }
}

/// Clipped by the scale; what is too small for a logarithmic one is not.
fn is_beyond(value: f32, range: &DisplayRange) -> bool {
    value > range.hi() as f32 || value < range.lo().min(0.0) as f32
}

/// The strip of a delta map; `color` is `paint`'s for the bar.
pub(super) fn strip<'a>(
    caption: &MapCaption,
    tally: &Tally,
    (paint, color): (&'a Paint, &'a dyn Fn(f64) -> [u8; 3]),
    width: usize,
) -> Strip<'a> {
    let is_categorical = caption.rule.metric == Metric::Id;
    let max = match tally.max_at {
        Some((x, y)) if !is_categorical => format!("max {} at {x}, {y}", short(tally.max)),
        _ => String::new(),
    };
    let lines = [
        [caption.title(), max],
        [caption.subtitle(), changed(tally)],
        [caption.quantity(), beyond(tally.beyond)],
    ];
    let bar = (!is_categorical).then_some(Bar { range: paint.range, color, is_whole: false });
    Strip { width, lines, bar, key: key(caption, tally, paint) }
}

fn changed(tally: &Tally) -> String {
    let Tally { pixels, changed, .. } = *tally;
    if changed == 0 {
        return format!("no change in {} pixels", grouped(pixels));
    }
    share_of_pixels(changed, pixels, "changed")
}

/// Pixels whose value the bar does not reach.
pub(super) fn beyond(pixels: usize) -> String {
    if pixels == 0 { String::new() } else { format!("{} beyond the scale", grouped(pixels)) }
}

/// Swatches of what the bar does not show.
fn key<'a>(caption: &MapCaption, tally: &Tally, paint: &'a Paint) -> Vec<Swatch<'a>> {
    let Tally { changed, within, non_finite, uncovered, unreadable, pixels, .. } = *tally;
    let different = changed - (non_finite + uncovered).min(changed);
    let mut key = Vec::new();
    if caption.rule.metric == Metric::Id {
        key.push((FLAG_CHANGED, 1.0, different, "different"));
        key.push((0, 0.0, pixels - different - non_finite - uncovered, "equal"));
    }
    key.push((0, caption.rule.abs as f32, within, "within tolerance"));
    key.push((FLAG_NON_FINITE, 0.0, non_finite, "NaN or infinite on one side"));
    key.push((FLAG_UNCOVERED, 0.0, uncovered, "only one side has the pixel"));
    key.push((FLAG_UNREADABLE, 0.0, unreadable, "cannot be read"));
    let swatch = |(flags, value, count, name)| Swatch {
        name: format!("{name}: {}", grouped(count)),
        text: if flags == FLAG_NON_FINITE { NON_FINITE } else { DIM },
        color: Box::new(move |at| paint.pixel(value, flags, at)),
    };
    key.into_iter().filter(|(_, _, count, _)| *count > 0).map(swatch).collect()
}
