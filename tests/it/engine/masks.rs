//! Masks through the whole engine, against plain loops over the files.

use std::num::NonZeroUsize;
use std::sync::Arc;

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::engine::{Against, Context, Mask, Plan, Probe, ProbeShape, Rules, Series, Task, Value, run};
use aovscope::image::{Plane, Window};
use aovscope::metric::{Cpu, Extent};
use aovscope::sequence::{Depth, Sequence, discover};

use crate::support::small_data;

fn sequence(name: &str) -> Sequence {
    let pattern = small_data().join(format!("cloth/{name}/{name}.####.exr"));
    discover(&[pattern], Depth::Flat).expect("there").sequences.remove(0)
}

fn plane(name: &str, frame: u32) -> Plane {
    let path = small_data().join(format!("cloth/{name}/{name}.{frame:04}.exr"));
    let info = read_info(&path, &Limits::default()).expect("a file");
    let aov = info.aov("ViewLayer.Combined").expect("there");
    read_planes(&info, &[aov], &Limits::default()).remove(0).expect("decoded")
}

fn tracked(probes: Vec<Probe>) -> Series {
    let plan = Plan {
        against: Against::Sequence { reference: sequence("clothsimv1"), offset: 0 },
        candidates: vec![sequence("clothsimv2")],
        frames: None,
        aovs: vec![aovscope::engine::AovGlob::exactly("ViewLayer.Combined")],
        rules: Rules::default(),
        extent: Extent::Union,
        probes,
        task: Task::Track,
    };
    let context = Context {
        backend: Arc::new(Cpu),
        limits: Limits::default(),
        threads: NonZeroUsize::MIN,
        memory_bytes: 1 << 30,
        cancel: Arc::default(),
        maps: None,
        temporal: None,
    };
    run(&plan, &context, &mut |_| {}).expect("it runs").series.expect("asked for")
}

#[test]
fn a_mask_over_frames_is_a_plain_loop_over_the_files() {
    // A disc that reaches out of the picture at the left.
    let window = Window::new(-10, 5, 40, 40);
    let inside = |x: i32, y: i32| (x - 10).pow(2) + (y - 25).pow(2) <= 15 * 15 + i32::from(x < 0) * 200;
    let mask = Mask::of(window, |index| {
        let (x, y) = window.pixel(index);
        inside(x, y)
    });
    let series = tracked(vec![Probe::mask("disc".into(), mask.expect("some pixels"))]);
    for (f, frame) in series.frames.iter().enumerate() {
        let (ours, theirs) = (plane("clothsimv1", *frame as u32), plane("clothsimv2", *frame as u32));
        for channel in 0..4 {
            let mut values = Vec::new();
            let mut changed = 0_u32;
            for (x, y) in (5..45).flat_map(|y| (-10..30).map(move |x| (x, y))).filter(|(x, y)| inside(*x, *y))
            {
                let (Some(a), Some(b)) = (theirs.pixel(x, y), ours.pixel(x, y)) else { continue };
                values.push(a[channel].to_f64());
                changed += u32::from(a[channel].to_f64() != b[channel].to_f64());
            }
            let cell = series.cell(1, f, 0, channel);
            let Some(Value::Region(stats)) = cell.value else { panic!("figures of a region: {cell:?}") };
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
            assert_eq!((stats.mean, stats.std), (mean, variance.sqrt()), "frame {frame}");
            assert_eq!(stats.min, values.iter().copied().fold(f64::INFINITY, f64::min));
            assert_eq!(stats.max, values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            assert_eq!(stats.changed_fraction, f64::from(changed) / count);
        }
    }
}

#[test]
fn the_mask_of_a_rectangle_has_the_rectangles_series() {
    let window = Window::new(70, 20, 30, 12);
    let region = Probe { label: String::new(), window, shape: ProbeShape::Region };
    let mask = Probe::mask(String::new(), Mask::of(window, |_| true).expect("some"));
    let (a, b) = (tracked(vec![region]), tracked(vec![mask]));
    assert!(a.cells.iter().any(|cell| cell.changed), "the cloth moves there");
    assert_eq!(a.cells, b.cells);
}
