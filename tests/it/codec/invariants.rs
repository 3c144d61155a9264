//! What holds for every plane that is read, whatever bytes the file has. The fuzz targets use it too.

use aovscope::image::Plane;

/// # Panics
/// When a plane contradicts its own description.
pub fn check(plane: &Plane) {
    let window = plane.data_window;
    assert!(!plane.channels.is_empty(), "a plane has channels");
    for channel in &plane.channels {
        assert_eq!(channel.samples.len() as u64, window.pixels(), "samples of {:?}", channel.name);
    }
    let mut unreadable = vec![false; window.pixels() as usize];
    for hole in &plane.unreadable {
        assert!(!hole.reason.is_empty(), "a hole has a reason");
        assert!(hole.window.pixels() > 0, "an empty hole: {hole:?}");
        for y in i64::from(hole.window.y)..hole.window.bottom() {
            for x in i64::from(hole.window.x)..hole.window.right() {
                let index = window.index(x as i32, y as i32).expect("inside the data window");
                assert!(!unreadable[index], "two holes overlap at {x}, {y}");
                unreadable[index] = true;
                let zero = plane.channels.iter().all(|channel| channel.samples.get(index).bits() == 0);
                assert!(zero, "the samples of a hole are 0, at {x}, {y}");
            }
        }
    }
}

/// An AOV read alone has the same samples as one read with all others, where both have any.
///
/// # Panics
/// When it has not.
pub fn check_same(alone: &Plane, together: &Plane) {
    assert_eq!(alone.data_window, together.data_window);
    assert_eq!(alone.channels.len(), together.channels.len());
    let sound = alone.unreadable.is_empty() && together.unreadable.is_empty();
    for (a, b) in alone.channels.iter().zip(&together.channels) {
        if sound {
            assert!(a.samples.as_bytes() == b.samples.as_bytes(), "{:?} alone and together", a.name);
            continue;
        }
        for index in 0..a.samples.len() {
            let (x, y) = alone.data_window.pixel(index);
            if alone.unreadable_at(x, y).is_none() && together.unreadable_at(x, y).is_none() {
                let (a, b) = (a.samples.get(index).bits(), b.samples.get(index).bits());
                assert_eq!(a, b, "alone and together, at {x}, {y}");
            }
        }
    }
}
