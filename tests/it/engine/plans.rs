//! Plans run whole: broken folders, gaps, offsets, other frames of the same sequence.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aovscope::codec::Limits;
use aovscope::engine::{
    Against, AovGlob, CellStatus, Context, Error, Event, Finished, FrameRow, Plan, Probe, ProbeShape, Rules,
    Status, Task, Value, Verdict, run,
};
use aovscope::image::{Sample, Window};
use aovscope::metric::{Cpu, Extent};
use aovscope::sequence::{Sequence, name_apart, resolve};

use crate::support::small_data;

fn sequence(path: &str) -> Sequence {
    resolve(&small_data().join(path).to_string_lossy()).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn plan(reference: &str, candidate: &str) -> Plan {
    let mut pair = [sequence(reference), sequence(candidate)];
    name_apart(&mut pair);
    let [reference, candidate] = pair;
    Plan {
        against: Against::Sequence { reference, offset: 0 },
        candidates: vec![candidate],
        frames: None,
        aovs: Vec::new(),
        rules: Rules::default(),
        extent: Extent::Union,
        probes: Vec::new(),
        task: Task::Compare,
    }
}

fn globs(texts: &[&str]) -> Vec<AovGlob> {
    texts.iter().map(|text| AovGlob::new(text).expect("a glob")).collect()
}

fn context(threads: usize, memory_bytes: u64) -> Context {
    Context {
        backend: Arc::new(Cpu),
        limits: Limits::default(),
        threads: NonZeroUsize::new(threads).expect("at least one"),
        memory_bytes,
        cancel: Arc::new(AtomicBool::new(false)),
        maps: None,
        temporal: None,
    }
}

fn rows_of(plan: &Plan, context: &Context) -> (Vec<FrameRow>, Finished) {
    let mut rows = Vec::new();
    let finished = run(plan, context, &mut |event| {
        if let Event::Row(row) = event {
            rows.push(row.clone());
        }
    });
    (rows, finished.expect("it runs"))
}

const CLOTH: &str = "cloth/clothsimv1/clothsimv1.####.exr";

#[test]
fn one_bad_frame_never_stops_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |from: &Path, number: u32| {
        std::fs::copy(from, folder.path().join(format!("c.{number:04}.exr"))).expect("copied");
    };
    let good = small_data().join("broken/clothsimv1.0020.exr");
    copy(&good, 20);
    for number in [22, 23, 24, 25] {
        copy(&small_data().join(format!("broken/clothsimv1.{number:04}.exr")), number);
    }
    std::fs::write(folder.path().join("c.0026.exr"), "this is no picture").expect("written");
    copy(&good, 27);
    let reference = folder.path().join("reference");
    std::fs::create_dir(&reference).expect("made");
    for number in 20..=27 {
        std::fs::copy(&good, reference.join(format!("r.{number:04}.exr"))).expect("copied");
    }
    let mut plan = plan(&reference.to_string_lossy(), &folder.path().join("c.####.exr").to_string_lossy());
    plan.aovs = globs(&["*.Combined", "*.Depth"]);
    let (rows, finished) = rows_of(&plan, &context(2, 1 << 30));
    let status = |number, aov: &str| {
        let of_frame = |row: &&FrameRow| row.number == Some(number) && row.aov == format!("ViewLayer.{aov}");
        let rows: Vec<_> = rows.iter().filter(of_frame).collect();
        assert_eq!(rows.len(), 1, "frame {number}, {aov}");
        rows[0].status()
    };
    for aov in ["Combined", "Depth"] {
        assert_eq!(status(20, aov), Status::Compared);
        assert_eq!(status(21, aov), Status::MissingCandidate);
        assert_eq!(status(22, aov), Status::IncompleteFile);
        assert_eq!(status(23, aov), Status::IncompleteFile);
        assert_eq!(status(24, aov), Status::SizeMismatch);
        assert_eq!(status(26, aov), Status::Unreadable);
        assert_eq!(status(27, aov), Status::Compared);
    }
    assert_eq!(status(25, "Combined"), Status::Compared);
    assert_eq!(status(25, "Depth"), Status::AovMissingCandidate);
    for row in &rows {
        if let Some(failure) = row.failure() {
            let name = format!("{:04}.exr", row.number.expect("numbered"));
            assert!(failure.reason.contains(&name), "names the file: {}", failure.reason);
        }
    }
    let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
    assert!(numbers.is_sorted(), "rows come in frame order: {numbers:?}");
    assert_eq!(finished.summary.verdict(), Verdict::Incomplete);
}

#[test]
fn threads_and_memory_change_nothing() {
    let plan = plan(CLOTH, "cloth/clothsimv2/clothsimv2.####.exr");
    let text = |threads, memory| format!("{:?}", rows_of(&plan, &context(threads, memory)).0);
    let one = text(1, 1 << 30);
    assert!(one.contains("changed: 4500"), "Combined of frame 12, by numpy");
    assert_eq!(text(2, 1 << 30), one);
    assert_eq!(text(16, 1 << 30), one);
    assert_eq!(text(3, 1), one, "one AOV at a time");
}

#[test]
fn an_offset_moves_the_candidate_against_the_reference() {
    let mut shifted = plan(CLOTH, CLOTH);
    if let Against::Sequence { offset, .. } = &mut shifted.against {
        *offset = 1;
    }
    shifted.aovs = globs(&["*.Depth"]);
    let (rows, _) = rows_of(&shifted, &context(2, 1 << 30));
    let statuses: Vec<_> = rows.iter().map(|row| (row.number, row.status())).collect();
    let expected = [
        (Some(10), Status::MissingReference),
        (Some(11), Status::Compared),
        (Some(12), Status::Compared),
        (Some(13), Status::MissingCandidate),
    ];
    assert_eq!(statuses, expected);
    let mut previous = plan(CLOTH, CLOTH);
    previous.against = Against::Previous;
    previous.aovs = globs(&["*.Depth"]);
    let (moved, _) = rows_of(&previous, &context(2, 1 << 30));
    let numbers: Vec<_> = moved.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [Some(12), Some(13)], "the first frame has no row");
    // Frame 12 against 11 is the same question as reference 11 against candidate 11 + 1.
    assert_eq!(moved[0].stats(), rows[1].stats());
    previous.against = Against::Frame(12);
    let (fixed, _) = rows_of(&previous, &context(2, 1 << 30));
    let numbers: Vec<_> = fixed.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [Some(11), Some(13)], "the fixed frame has no row");
}

#[test]
fn probes_are_the_files_bits() {
    let mut plan = plan(CLOTH, "broken/clothsimv1.####.exr");
    let pixel =
        |x, y| Probe { label: String::new(), window: Window::new(x, y, 1, 1), shape: ProbeShape::Pixel };
    let region = Probe { label: "r".into(), window: Window::new(40, 30, 8, 4), shape: ProbeShape::Region };
    plan.probes = vec![pixel(80, 45), pixel(1000, 0), region];
    plan.aovs = globs(&["*.DiffCol"]);
    plan.frames = Some("11-13".parse().expect("a range"));
    let (_, finished) = rows_of(&plan, &context(2, 1 << 30));
    let series = finished.series.expect("asked for");
    assert_eq!(series.frames, [11, 12, 13]);
    assert_eq!(series.channels.iter().map(|c| c.channel.as_str()).collect::<Vec<_>>(), ["R", "G", "B"]);
    let path = small_data().join("cloth/clothsimv1/clothsimv1.0012.exr");
    let info = aovscope::codec::read_info(&path, &Limits::default()).expect("a file");
    let aov = info.aov("ViewLayer.DiffCol").expect("there");
    let plane = aovscope::codec::read_planes(&info, &[aov], &Limits::default()).remove(0).expect("decoded");
    let stored: Vec<Sample> = plane.pixel(80, 45).expect("inside");
    for (channel, stored) in stored.iter().enumerate() {
        let cell = series.cell(0, 1, 0, channel);
        assert_eq!(cell.value, Some(Value::Pixel(*stored)));
        assert_eq!(series.cell(0, 1, 1, channel).status, CellStatus::OutsideDataWindow);
        assert_eq!(series.cell(1, 1, 0, channel).status, CellStatus::FrameMissing);
        let Some(Value::Region(stats)) = series.cell(0, 1, 2, channel).value else { panic!("a region") };
        let window = Window::new(40, 30, 8, 4);
        let values =
            (0..32).map(|i| window.pixel(i)).map(|(x, y)| plane.pixel(x, y).expect("inside")[channel]);
        let values: Vec<f64> = values.map(Sample::to_f64).collect();
        let mean = values.iter().sum::<f64>() / 32.0;
        assert!((stats.mean - mean).abs() < 1e-12);
        assert_eq!(stats.max, values.iter().copied().fold(f64::MIN, f64::max));
    }
}

#[test]
fn a_glob_that_finds_nothing_lists_what_there_is() {
    let mut plan = plan(CLOTH, CLOTH);
    plan.aovs = globs(&["bogus"]);
    let error = run(&plan, &context(1, 1 << 30), &mut |_| {}).expect_err("nothing to do");
    assert!(matches!(&error, Error::NoSuchAov { .. }));
    assert!(error.to_string().contains("ViewLayer.Depth"), "{error}");
}

#[test]
fn a_cancelled_run_says_so() {
    let context = context(1, 1 << 30);
    context.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    let result = run(&plan(CLOTH, CLOTH), &context, &mut |_| {});
    assert!(matches!(result, Err(Error::Cancelled)));
}
