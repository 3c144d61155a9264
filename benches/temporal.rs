//! What maps over all frames cost: `cargo bench --bench temporal [-- WIDTH HEIGHT]`.
//!
//! ns per pixel (and channel) of adding one frame, beside copying as many bytes as the planes and the
//! state have, read and written: what memory alone would take. Interleaved, on one thread and on all.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where it fails")]

use std::hint::black_box;
use std::time::Instant;

use aovscope::image::{Plane, PlaneChannel, Samples, Window};
use aovscope::metric::{DeltaMap, DeltaState, FLAG_CHANGED, ValueState};
use half::f16;

const ROUNDS: usize = 9;
/// Frames of each kind, so that no frame is added twice in a row.
const FRAMES: usize = 3;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (width, height) = (numbers.next().unwrap_or(1920), numbers.next().unwrap_or(1080));
    let window = Window::of_size(width, height);
    for threads in [1, std::thread::available_parallelism().unwrap().get()] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        println!("\n{width} × {height}, {threads} thread(s)");
        pool.install(|| race(window));
    }
}

fn race(window: Window) {
    let pixels = window.pixels() as usize;
    let noise = |seed: usize, i: usize| ((i * 2_654_435_761 + seed * 97) % 1009) as f32 / 1009.0;
    let map = |seed: usize, share: usize| {
        let changed = move |i: usize| i % 1000 < share;
        DeltaMap {
            window,
            values: (0..pixels).map(|i| if changed(i) { noise(seed, i) + 0.001 } else { 0.0 }).collect(),
            flags: (0..pixels).map(|i| if changed(i) { FLAG_CHANGED } else { 0 }).collect(),
        }
    };
    let plane = |samples: Samples| Plane {
        data_window: window,
        display_window: window,
        channels: vec![PlaneChannel { name: "Z".into(), samples }],
        unreadable: Vec::new(),
    };
    let floats = |seed: usize| (0..pixels).map(|i| noise(seed, i)).collect::<Vec<f32>>();
    let halves = |seed: usize| floats(seed).into_iter().map(f16::from_f32).collect::<Vec<f16>>();
    let maps = |share: usize| (0..FRAMES).map(|seed| map(seed, share)).collect::<Vec<_>>();
    let (everywhere, some, nowhere) = (maps(1000), maps(10), maps(0));
    let moving: Vec<Plane> = (0..FRAMES).map(|seed| plane(Samples::F32(floats(seed)))).collect();
    let moving_halves: Vec<Plane> = (0..FRAMES).map(|seed| plane(Samples::F16(halves(seed)))).collect();
    let still: Vec<Plane> = (0..FRAMES).map(|_| plane(Samples::F32(floats(0)))).collect();

    let all_rows = || i64::MIN..i64::MAX;
    let deltas = [0; 3].map(|_| DeltaState::new(all_rows()));
    let values = [0; 3].map(|_| ValueState::new(all_rows()));
    let delta_bytes = DeltaState::BYTES_PER_PIXEL as usize;
    let value_bytes = ValueState::BYTES_PER_SAMPLE as usize - 12;
    let add_delta = |state: usize, maps: &[DeltaMap], round: usize| {
        deltas[state].add(round as u32, &maps[round % FRAMES], window);
    };
    type Run<'a> = Box<dyn Fn(usize) + 'a>;
    // (name, bytes read and written per pixel, what to do in a round)
    let runs: [(&str, usize, Run<'_>); 6] = [
        ("delta, changed everywhere", 5 + 2 * delta_bytes, Box::new(|r| add_delta(0, &everywhere, r))),
        ("delta, changed in 10 of each 1000", 5, Box::new(|r| add_delta(1, &some, r))),
        ("delta, changed nowhere", 5, Box::new(|r| add_delta(2, &nowhere, r))),
        ("values, float, all move", 4 + 2 * value_bytes, Box::new(|r| values[0].add(&moving[r % FRAMES]))),
        (
            "values, half, all move",
            2 + 2 * value_bytes,
            Box::new(|r| values[1].add(&moving_halves[r % FRAMES])),
        ),
        ("values, float, none moves", 4 + 8, Box::new(|r| values[2].add(&still[r % FRAMES]))),
    ];
    let mut times = vec![(Vec::new(), Vec::new()); runs.len()];
    for round in 0..ROUNDS {
        for ((_, bytes, run), (ours, copy)) in runs.iter().zip(&mut times) {
            let start = Instant::now();
            run(round);
            ours.push(start.elapsed().as_secs_f64());
            copy.push(copied(pixels * bytes / 2));
        }
    }
    println!("  {:<32} {:>9} {:>9} {:>7} {:>9}", "", "ns/pixel", "copy", "×", "bytes");
    for ((name, bytes, _), (mut ours, mut copy)) in runs.iter().zip(times) {
        // The first rounds make the state.
        let median = |times: &mut Vec<f64>| {
            let times = &mut times[2..];
            times.sort_by(f64::total_cmp);
            times[times.len() / 2] * 1e9 / pixels as f64
        };
        let (ours, copy) = (median(&mut ours), median(&mut copy));
        println!("  {name:<32} {ours:>9.2} {copy:>9.2} {:>7.2} {bytes:>9}", ours / copy);
    }
}

/// Seconds that it takes to read `bytes` and to write as many, on all threads of the pool.
fn copied(bytes: usize) -> f64 {
    use rayon::prelude::*;
    const PIECE: usize = 1 << 18;
    let (from, mut to) = (vec![1u8; bytes], vec![2u8; bytes]);
    let start = Instant::now();
    to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE)).for_each(|(to, from)| to.copy_from_slice(from));
    let seconds = start.elapsed().as_secs_f64();
    black_box(&to);
    seconds
}
