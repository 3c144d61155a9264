//! A delta map seen from far away: the strongest change of every block of pixels.
//!
//! Far out, the footprint of one screen pixel is thousands of image pixels: too many to look at,
//! and looking at some of them misses the one that changed. The shader looks at blocks instead.

use crate::metric::{DeltaMap, FLAG_CHANGED, FLAG_UNREADABLE};

/// Pixels across a block; `BLOCK` in `shaders/canvas.wgsl`.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Window;
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
}
