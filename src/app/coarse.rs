//! A delta map seen from far away: the strongest change of every block of pixels; and a plane: what is
//! not finite in every block.
//!
//! Far out, the footprint of one screen pixel is thousands of image pixels: too many to look at,
//! and looking at some of them misses the one that changed. The shader looks at blocks instead.

use crate::image::{Plane, Samples};
use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_UNREADABLE};

/// Pixels across a block; `BLOCK` in `shaders/canvas/params.wgsl`.
pub const BLOCK: usize = 16;

/// The strongest change of every block, row by row from the map's left top.
#[derive(Debug, PartialEq)]
pub struct Coarse {
    /// Blocks across and down; at least one each.
    pub size: (u32, u32),
    /// The changed value furthest from 0; 0 where nothing changed.
    pub values: Vec<f32>,
    /// The flags of all changed and all unreadable pixels together.
    pub flags: Vec<u8>,
}

impl Coarse {
    /// Of a whole map.
    pub fn new(map: &DeltaMap) -> Self {
        let width = map.window.width as usize;
        let (across, down) =
            (width.div_ceil(BLOCK).max(1), (map.window.height as usize).div_ceil(BLOCK).max(1));
        let (mut values, mut flags) = (vec![0.0_f32; across * down], vec![0_u8; across * down]);
        let pixels = map.flags.iter().zip(&map.values).enumerate();
        let shown = FLAG_CHANGED | FLAG_UNREADABLE;
        for (index, (&flag, &value)) in pixels.filter(|(_, (flag, _))| **flag & shown != 0) {
            let block = index / width / BLOCK * across + index % width / BLOCK;
            flags[block] |= flag;
            if value.abs() > values[block].abs() {
                values[block] = value;
            }
        }
        Self { size: (across as u32, down as u32), values, flags }
    }
}

/// What is not finite in every block of a plane; `None` where all of it is finite.
#[derive(Debug, PartialEq)]
pub struct Marks {
    /// Blocks across and down.
    pub size: (u32, u32),
    /// 1 NaN, 2 +infinity, 4 -infinity; of the second channel these times 8, and so on.
    pub blocks: Vec<u16>,
}

impl Marks {
    /// Of the first four channels.
    pub fn new(plane: &Plane) -> Option<Self> {
        let (width, height) = (plane.data_window.width as usize, plane.data_window.height as usize);
        let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
        let mut marks = Self { size: (across as u32, down as u32), blocks: vec![0; across * down] };
        let mut found = false;
        for (number, channel) in plane.channels.iter().take(4).enumerate() {
            let mut mark = |index: usize, mark: u16| {
                marks.blocks[index / width / BLOCK * across + index % width / BLOCK] |= mark << (3 * number);
                found = true;
            };
            match &channel.samples {
                Samples::F16(values) => {
                    let bits = |v: &half::f16| u32::from(v.to_bits());
                    each_non_finite(values, width, bits, 0x7c00, 0x8000, &mut mark);
                }
                Samples::F32(values) => {
                    each_non_finite(values, width, |v: &f32| v.to_bits(), 0x7f80_0000, 1 << 31, &mut mark);
                }
                Samples::U8(_) | Samples::U16(_) | Samples::U32(_) => {}
            }
        }
        found.then_some(marks)
    }
}

/// Calls `mark` with the index of what is not finite and what it is. Told from bits: `infinity` those of
/// the positive one.
fn each_non_finite<T>(
    values: &[T],
    width: usize,
    bits: impl Fn(&T) -> u32,
    infinity: u32,
    sign: u32,
    mark: &mut impl FnMut(usize, u16),
) {
    for (row, values) in values.chunks(width.max(1)).enumerate() {
        // Without an early end this vectorises; nearly always it is all.
        if values.iter().fold(0, |most, value| most.max(bits(value) & infinity)) < infinity {
            continue;
        }
        for (column, bits) in values.iter().map(&bits).enumerate().filter(|(_, b)| b & infinity == infinity) {
            let what = if bits & !sign != infinity { 1 } else { 2 << u16::from(bits & sign != 0) };
            mark(row * width + column, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{PlaneChannel, Window};
    use crate::metric::FLAG_UNCOVERED;

    #[test]
    fn one_changed_pixel_is_in_its_block_and_what_did_not_change_in_none() {
        let window = Window::new(-5, 7, 40, 20);
        let mut map = DeltaMap { window, values: vec![0.5; 800], flags: vec![0; 800] };
        let at = |x: i32, y: i32| window.index(x, y).expect("inside");
        for (x, y, value, flag) in [
            (34, 26, -0.25, FLAG_CHANGED),
            (33, 26, 0.1, FLAG_CHANGED | FLAG_UNCOVERED),
            (-5, 26, 0.0, FLAG_UNREADABLE),
        ] {
            (map.values[at(x, y)], map.flags[at(x, y)]) = (value, flag);
        }
        let coarse = Coarse::new(&map);
        assert_eq!(coarse.size, (3, 2));
        assert_eq!(coarse.values, [0.0, 0.0, 0.0, 0.0, 0.0, -0.25]);
        assert_eq!(coarse.flags, [0, 0, 0, FLAG_UNREADABLE, 0, FLAG_CHANGED | FLAG_UNCOVERED]);
    }

    #[test]
    fn what_is_not_finite_is_in_its_block_by_channel() {
        let window = Window::new(-5, 7, 40, 20);
        let plane = |red: Vec<half::f16>, green: Vec<f32>| Plane {
            data_window: window,
            display_window: window,
            channels: [("R", Samples::F16(red)), ("G", Samples::F32(green))]
                .map(|(name, samples)| PlaneChannel { name: name.into(), samples })
                .into(),
            unreadable: Vec::new(),
        };
        let (mut red, mut green) = (vec![half::f16::MAX; 800], vec![f32::MIN; 800]);
        assert_eq!(Marks::new(&plane(red.clone(), green.clone())), None);
        let at = |x: i32, y: i32| window.index(x, y).expect("inside");
        red[at(-5, 7)] = half::f16::from_bits(0xfe01);
        red[at(34, 26)] = half::f16::NEG_INFINITY;
        green[at(34, 23)] = f32::INFINITY;
        let marks = Marks::new(&plane(red, green)).expect("some");
        assert_eq!((marks.size, marks.blocks), ((3, 2), vec![1, 0, 0, 0, 0, 4 | 2 << 3]));
    }
}
