//! The pixels of an object, by its id.

use super::mask::{Mask, Placed};
use crate::image::Plane;

/// The pixels whose samples of the first channels have these bits, as far as they can be read: one id,
/// or one for each channel. `None` where there are none.
pub fn pixels_with_ids(plane: &Plane, ids: &[u32]) -> Option<Placed> {
    let channels: Vec<_> = plane.channels.iter().map(|channel| &channel.samples).take(ids.len()).collect();
    let is_sound = plane.unreadable.is_empty();
    let is_there = |index: usize| {
        let (x, y) = plane.data_window.pixel(index);
        plane.index(x, y).is_some()
    };
    let same = |index: usize| {
        let mut pairs = channels.iter().zip(ids);
        pairs.all(|(samples, id)| samples.get(index).bits() == *id) && (is_sound || is_there(index))
    };
    (channels.len() == ids.len()).then(|| Mask::of(plane.data_window, same)).flatten()
}
