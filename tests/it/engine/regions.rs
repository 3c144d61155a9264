//! Regions of changed pixels against a flood fill, and against real frames.

use std::collections::BTreeMap;

use aovscope::image::Window;
use aovscope::metric::{DeltaMap, DeltaState, FLAG_CHANGED, NEVER, Region, RegionChoice, Regions, Span};

struct Noise(u64);

impl Noise {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// Of small whole numbers, so that sums are the same in any order; `density` in 100 changed.
fn noise_map(noise: &mut Noise, window: Window, density: u64) -> DeltaMap {
    let pixel = |_| {
        let is_changed = noise.below(100) < density;
        let value = if is_changed { noise.below(4) as f32 - 2.0 } else { 0.25 };
        (value, if is_changed { FLAG_CHANGED } else { 0 })
    };
    let (values, flags) = (0..window.pixels()).map(pixel).unzip();
    DeltaMap { window, values, flags }
}

/// What each region holds, by its peak: window, pixels, those of value 0, weight, peak.
type Told = BTreeMap<(i32, i32), (Window, u64, u64, f64, f32)>;

fn told(regions: &[Region]) -> Told {
    let of = |r: &Region| (r.peak_at, (r.window, r.pixels, r.valueless, r.weight, r.peak));
    regions.iter().map(of).collect()
}

/// Pixel by pixel, by the definition.
fn flood(map: &DeltaMap, reach: i32) -> Told {
    let changed = |x, y| map.window.index(x, y).is_some_and(|i| map.flags[i] & FLAG_CHANGED != 0);
    let mut seen = vec![false; map.flags.len()];
    let mut told = Told::new();
    for start in 0..map.flags.len() {
        let (x, y) = map.window.pixel(start);
        if seen[start] || !changed(x, y) {
            continue;
        }
        let (mut pixels, mut next) = (Vec::new(), vec![(x, y)]);
        seen[start] = true;
        while let Some((x, y)) = next.pop() {
            pixels.push((y, x));
            for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
                let at = (x + dx, y + dy);
                if changed(at.0, at.1) {
                    let index = map.window.index(at.0, at.1).expect("inside");
                    if !std::mem::replace(&mut seen[index], true) {
                        next.push(at);
                    }
                }
            }
        }
        pixels.sort_unstable();
        let value = |&(y, x): &(i32, i32)| map.values[map.window.index(x, y).expect("inside")].abs();
        let peak = pixels.iter().map(value).fold(0.0, f32::max);
        let at = pixels.iter().find(|pixel| value(pixel) == peak).expect("one has it");
        let window =
            pixels.iter().fold(Window::of_size(0, 0), |w, (y, x)| w.union(&Window::new(*x, *y, 1, 1)));
        let zeros = pixels.iter().filter(|pixel| value(pixel) == 0.0).count() as u64;
        let weight = pixels.iter().map(|pixel| f64::from(value(pixel))).sum();
        told.insert((at.1, at.0), (window, pixels.len() as u64, zeros, weight, peak));
    }
    told
}

#[test]
fn regions_are_those_of_a_flood_fill() {
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    for case in 0..240 {
        let size = (1 + noise.below(40) as u32, 1 + noise.below(30) as u32);
        let window = Window::new(noise.below(50) as i32 - 25, noise.below(50) as i32 - 40, size.0, size.1);
        let density = [3, 8, 15, 30, 45, 70][case % 6];
        let map = noise_map(&mut noise, window, density);
        for reach in 1..=4 {
            let choice = RegionChoice { reach, most: usize::MAX };
            let found = Regions::of_frame(&map, choice);
            assert_eq!(found.total, found.strongest.len());
            assert_eq!(told(&found.strongest), flood(&map, reach as i32), "case {case}, reach {reach}");
            let few = Regions::of_frame(&map, RegionChoice { most: 3, ..choice });
            let most = found.strongest.len().min(3);
            assert_eq!((few.total, &few.strongest[..]), (found.total, &found.strongest[..most]));
        }
    }
}

/// x, y, value.
type Changed = (i32, i32, f32);

#[test]
fn over_frames_a_region_knows_when() {
    let window = Window::new(-4, 2, 9, 3);
    let state = DeltaState::new(i64::MIN..i64::MAX);
    let frames: [(u32, &[Changed]); 4] = [
        (3, &[(-4, 2, 1.0), (4, 4, 0.5)]),
        (1, &[(-3, 3, -2.0), (4, 4, -0.5)]),
        (5, &[(-3, 3, 2.0)]),
        (2, &[]),
    ];
    for (rank, pixels) in frames {
        let mut map = DeltaMap { window, values: vec![0.0; 27], flags: vec![0; 27] };
        for &(x, y, value) in pixels {
            let index = window.index(x, y).expect("inside");
            (map.values[index], map.flags[index]) = (value, FLAG_CHANGED);
        }
        state.add(rank, &map, window);
    }
    let so_far = state.snapshot();
    let maps = state.finish().expect("nothing is kept apart");
    assert_eq!(so_far, maps, "a snapshot is what would be the end");
    let found = Regions::over_frames(&maps, RegionChoice { reach: 1, most: 9 });
    let [strong, weak] = &found.strongest[..] else { panic!("two: {found:?}") };
    assert_eq!((strong.weight, strong.peak, strong.peak_at), (3.0, 2.0, (-3, 3)));
    assert_eq!(strong.span, Some(Span { first: 1, last: 5, peak: 1 }));
    assert_eq!(weak.span, Some(Span { first: 1, last: 3, peak: 1 }));
    assert!(maps.max_frame.contains(&NEVER));
}

#[test]
fn a_snapshot_amid_the_frames_is_of_those_added() {
    let mut noise = Noise(77);
    let maps: Vec<DeltaMap> =
        (0..6).map(|shift| noise_map(&mut noise, Window::new(shift, -shift, 31, 27), 20)).collect();
    let state = DeltaState::new(i64::MIN..i64::MAX);
    for (rank, map) in (0..).zip(&maps) {
        state.add(rank, map, map.window);
        let few = DeltaState::new(i64::MIN..i64::MAX);
        (0..).zip(&maps[..=rank as usize]).for_each(|(rank, map)| few.add(rank, map, map.window));
        let few = few.finish().expect("nothing is kept apart");
        // Bits: where no frame has a pixel, means are NaN.
        assert_eq!(format!("{:?}", state.snapshot()), format!("{few:?}"));
    }
}
