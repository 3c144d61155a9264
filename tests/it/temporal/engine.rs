//! Maps over all frames through the engine: threads, memory, passes, broken folders.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use aovscope::codec::{self, Limits};
use aovscope::engine::{
    Against, AovGlob, Content, Context, Error, Event, Plan, Rules, Status, Task, Temporal, TemporalMaps,
    TemporalSink, run,
};
use aovscope::image::{Plane, Window};
use aovscope::metric::{
    Backend, Comparison, Cpu, DeltaMaps, Extent, NEVER, Over, Pair, PixelValues, Rule, ValueMaps, Want,
};
use aovscope::sequence::{Sequence, name_apart, resolve};

use super::exact::moments;
use super::{delta, values};
use crate::support::{any_data, small_data};

/// Keeps all maps.
#[derive(Default)]
pub struct Kept(Mutex<BTreeMap<(String, String, bool), Taken>>);

#[derive(Clone)]
pub struct Taken {
    pub delta: Option<(DeltaMaps, Rule)>,
    pub values: Option<ValueMaps>,
    pub numbers: Vec<Option<i64>>,
    pub frames: u64,
    pub display_window: Window,
}

impl TemporalSink for Kept {
    fn write(&self, maps: &TemporalMaps<'_>) -> Result<(), String> {
        let mut taken = Taken {
            delta: None,
            values: None,
            numbers: maps.numbers.to_vec(),
            frames: maps.frames,
            display_window: maps.display_window,
        };
        match maps.content {
            Content::Delta { maps, rule, .. } => taken.delta = Some((maps.clone(), rule)),
            Content::Values(maps) => taken.values = Some(maps.clone()),
        }
        let key = (maps.sequence.to_owned(), maps.aov.to_owned(), taken.delta.is_some());
        let before = self.0.lock().expect("no panic").insert(key.clone(), taken);
        assert!(before.is_none(), "{key:?} once");
        Ok(())
    }
}

pub fn sequence(path: &str) -> Sequence {
    resolve(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn plan(paths: &[String]) -> Plan {
    let mut sequences: Vec<Sequence> = paths.iter().map(|path| sequence(path)).collect();
    name_apart(&mut sequences);
    Plan {
        against: Against::Sequence { reference: sequences.remove(0), offset: 0 },
        candidates: sequences,
        frames: None,
        aovs: Vec::new(),
        rules: Rules::default(),
        extent: Extent::Union,
        probes: Vec::new(),
        task: Task::Compare,
    }
}

fn cloth() -> Plan {
    let path =
        |name: &str| any_data().join(format!("cloth/{name}/{name}.####.exr")).to_string_lossy().into_owned();
    plan(&[path("clothsimv1"), path("clothsimv2")])
}

pub fn context(threads: usize, memory_bytes: u64, temporal: Temporal) -> Context {
    Context {
        backend: Arc::new(Cpu),
        limits: Limits::default(),
        threads: NonZeroUsize::new(threads).expect("at least one"),
        memory_bytes,
        cancel: Arc::new(AtomicBool::new(false)),
        maps: None,
        temporal: Some(temporal),
    }
}

fn few_frames(plan: Plan) -> Plan {
    Plan { frames: Some("10-13".parse().expect("a range")), ..plan }
}

struct Ran {
    maps: BTreeMap<(String, String, bool), Taken>,
    rows: Vec<String>,
    passes: usize,
}

fn ran(plan: &Plan, threads: usize, memory_bytes: u64, backend: Arc<dyn Backend>) -> Ran {
    let sink = Arc::new(Kept::default());
    let temporal = Temporal { delta: true, values: true, sink: Arc::clone(&sink) as Arc<dyn TemporalSink> };
    let context = Context { backend, ..context(threads, memory_bytes, temporal) };
    let (mut rows, mut passes) = (Vec::new(), 1);
    run(plan, &context, &mut |event| match event {
        Event::Row(row) => rows.push(format!("{row:?}")),
        Event::Pass { number, total, aovs } => {
            assert!(number == passes + 1 && number <= total && !aovs.is_empty(), "{number} of {total}");
            passes = number;
        }
        Event::Progress { .. } => {}
        Event::Trouble(text) => panic!("{text}"),
    })
    .expect("it runs");
    drop(context);
    let maps = Arc::into_inner(sink).expect("the run is over").0.into_inner().expect("no panic");
    Ran { maps, rows, passes }
}

#[track_caller]
fn assert_same(ours: &Ran, theirs: &Ran, what: &str) {
    let keys = |ran: &Ran| ran.maps.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(ours), keys(theirs), "{what}");
    for ((key, ours), (_, theirs)) in ours.maps.iter().zip(&theirs.maps) {
        let delta = |taken: &Taken| taken.delta.as_ref().map(|(maps, _)| delta::bits(maps));
        let values = |taken: &Taken| taken.values.as_ref().map(values::bits);
        assert!(delta(ours) == delta(theirs) && values(ours) == values(theirs), "{what}: {key:?}");
        assert_eq!(ours.frames, theirs.frames, "{what}: {key:?}");
        assert_eq!(ours.display_window, theirs.display_window, "{what}: {key:?}");
    }
    assert!(ours.rows == theirs.rows, "{what}: rows");
}

#[test]
fn threads_memory_and_passes_change_nothing() {
    let plan = few_frames(cloth());
    let one = ran(&plan, 1, 1 << 30, Arc::new(Cpu));
    assert_eq!(one.passes, 1);
    assert!(one.maps.len() >= 3 * 2, "delta, and values of both: {:?}", one.maps.keys());
    for (threads, memory, passes) in [(2, 1 << 30, 1..2), (16, 1 << 30, 1..2), (3, 1, 20..2000)] {
        let other = ran(&plan, threads, memory, Arc::new(Cpu));
        assert!(passes.contains(&other.passes), "{} passes in {memory} bytes", other.passes);
        assert_same(&other, &one, &format!("{threads} threads, {memory} bytes"));
    }
    // Room for the state of about two AOVs, so that several passes hold whole ones.
    let pixels = one.maps.values().map(|taken| taken.display_window.pixels()).max().expect("some");
    let some = ran(&plan, 2, pixels * 1500, Arc::new(Cpu));
    assert!(some.passes > 1, "{} passes", some.passes);
    assert_same(&some, &one, "several passes");
}

#[test]
fn a_gpu_gives_the_same_maps_under_every_metric() {
    use aovscope::engine::RuleChoice;
    use aovscope::gpu::{Gpu, GpuBackend, Prefer};
    use aovscope::metric::Metric;
    let gpu = Gpu::open(Prefer::Any).and_then(GpuBackend::new).expect("lavapipe or a GPU");
    let gpu: Arc<dyn Backend> = Arc::new(gpu);
    for metric in Metric::ALL {
        let mut plan = few_frames(cloth());
        plan.aovs = ["*Combined", "*Depth"].map(|text| AovGlob::new(text).expect("a glob")).into();
        let choice = RuleChoice { metric: Some(metric), ..RuleChoice::default() };
        plan.rules = Rules::new(choice, Vec::new()).expect("a rule");
        let mut cpu = ran(&plan, 2, 1 << 30, Arc::new(Cpu));
        let gpu = ran(&plan, 2, 1 << 30, Arc::clone(&gpu));
        // Means of rows may differ in their last digits.
        cpu.rows.clone_from(&gpu.rows);
        assert_same(&gpu, &cpu, metric.name());
    }
}

/// Has its device fail in the midst of a run, as a driver's reset does.
struct Failing {
    gpu: aovscope::gpu::GpuBackend,
    compared: std::sync::atomic::AtomicUsize,
    /// Comparisons until then.
    after: usize,
}

impl Backend for Failing {
    fn name(&self) -> &'static str {
        self.gpu.name()
    }

    fn compare(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison {
        self.gpu.compare(pair, rule, want)
    }

    fn compare_over_frames(
        &self,
        pair: &Pair<'_>,
        rule: &Rule,
        want: Want,
        pixels: &[(i32, i32)],
        over: Over<'_>,
    ) -> (Comparison, Vec<PixelValues>) {
        if self.compared.fetch_add(1, Ordering::Relaxed) == self.after {
            self.gpu.gpu().device().destroy();
        }
        self.gpu.compare_over_frames(pair, rule, want, pixels, over)
    }
}

#[test]
fn frames_that_are_lost_with_a_device_are_read_again() {
    use aovscope::gpu::{DEFAULT_VRAM_BYTES, GpuBackend, Prefer};
    let mut plan = few_frames(cloth());
    plan.aovs = ["*Combined", "*Depth"].map(|text| AovGlob::new(text).expect("a glob")).into();
    let mut cpu = ran(&plan, 2, 1 << 30, Arc::new(Cpu));
    // In the midst of the first pass, before its end, and never.
    for (after, passes) in [(1, 2), (3, 2), (100, 1)] {
        let gpu = GpuBackend::open(Prefer::Any, DEFAULT_VRAM_BYTES).expect("lavapipe or a GPU");
        let failing = Failing { gpu, compared: 0.into(), after };
        let ran = ran(&plan, 2, 1 << 30, Arc::new(failing));
        assert_eq!(ran.passes, passes, "after {after}");
        cpu.rows.clone_from(&ran.rows);
        assert_same(&ran, &cpu, "lost");
    }
}

fn read(path: &Path, key: &str) -> Option<Plane> {
    let info = codec::read_info(path, &Limits::default()).ok()?;
    let aov = info.aov(key)?;
    codec::read_planes(&info, &[aov], &Limits::default()).remove(0).ok()
}

/// (number, plane) of all frames of a sequence that can be read.
fn planes(sequence: &Sequence, key: &str) -> Vec<(Option<i64>, Plane)> {
    sequence.frames.iter().filter_map(|frame| Some((frame.number, read(&frame.path, key)?))).collect()
}

/// Every pixel again, from files to figures, the plain way.
#[track_caller]
fn check_delta(taken: &Taken, candidate: &[(Option<i64>, Plane)], reference: &[(Option<i64>, Plane)]) {
    let (maps, rule) = taken.delta.as_ref().expect("of the delta");
    let mut history: BTreeMap<(i32, i32), (Vec<f64>, Vec<i64>)> = BTreeMap::new();
    for (number, plane) in candidate {
        let Some((_, other)) = reference.iter().find(|(other, _)| other == number) else { continue };
        let Ok(pair) = Pair::new(plane, other, Extent::Union) else { continue };
        let map = Cpu.compare(&pair, rule, Want::Map).map.expect("wanted");
        for (index, (value, flags)) in map.values.iter().zip(&map.flags).enumerate() {
            let at = map.window.pixel(index);
            let (values, changed) = history.entry(at).or_default();
            if plane.index(at.0, at.1).is_some() && other.index(at.0, at.1).is_some() {
                assert!(flags & !1 == 0, "no NaN in these files");
                values.push(f64::from(*value));
            }
            if flags & 1 != 0 {
                changed.push(number.unwrap_or(0));
            }
        }
    }
    let number = |rank: u32| (rank != NEVER).then(|| taken.numbers[rank as usize].unwrap_or(0));
    for ((x, y), (values, changed)) in history {
        let index = maps.window.index(x, y).expect("inside");
        assert_eq!(maps.frames[index] as usize, values.len(), "({x}, {y})");
        assert_eq!(maps.changed[index] as usize, changed.len(), "({x}, {y})");
        assert_eq!(number(maps.first_changed[index]), changed.first().copied(), "({x}, {y})");
        assert_eq!(number(maps.last_changed[index]), changed.last().copied(), "({x}, {y})");
        if !values.is_empty() {
            let moments = moments(&values).map(|value| value as f32);
            assert_eq!([maps.mean[index], maps.rms[index], maps.std[index]], moments, "({x}, {y})");
            assert_eq!(maps.max[index], values.iter().fold(0.0, |max: f64, v| max.max(*v)) as f32);
        }
    }
}

#[test]
fn real_frames_give_what_plain_recomputation_says() {
    let plan = cloth();
    let Against::Sequence { reference, .. } = &plan.against else { panic!("a reference") };
    let ran = ran(&plan, 2, 1 << 30, Arc::new(Cpu));
    for key in ["ViewLayer.Combined", "ViewLayer.Depth"] {
        let of = |name: &str, delta| &ran.maps[&(name.to_owned(), key.to_owned(), delta)];
        let (ours, theirs) = (planes(&plan.candidates[0], key), planes(reference, key));
        check_delta(of(&plan.candidates[0].name, true), &ours, &theirs);
        for (name, planes) in [(&plan.candidates[0].name, ours), (&reference.name, theirs)] {
            let taken = of(name, false);
            assert_eq!(taken.frames as usize, planes.len());
            check_values(taken.values.as_ref().expect("of values"), &planes);
        }
    }
}

#[track_caller]
fn check_values(maps: &ValueMaps, planes: &[(Option<i64>, Plane)]) {
    for channel in &maps.channels {
        for index in 0..maps.window.pixels() as usize {
            let (x, y) = maps.window.pixel(index);
            let value = |(_, plane): &(Option<i64>, Plane)| {
                let samples = &plane.channels[plane.channel_index(&channel.name)?].samples;
                Some(samples.get(plane.index(x, y)?).to_f64())
            };
            let values: Vec<f64> = planes.iter().filter_map(value).collect();
            assert_eq!(channel.frames[index] as usize, values.len(), "{} ({x}, {y})", channel.name);
            if !values.is_empty() {
                let [mean, _, std] = moments(&values).map(|value| value as f32);
                assert_eq!(
                    (channel.mean[index], channel.std[index]),
                    (mean, std),
                    "{} ({x}, {y})",
                    channel.name
                );
                let is_static = values.iter().all(|value| value.to_bits() == values[0].to_bits());
                assert_eq!(channel.is_static[index] == 1, is_static, "{} ({x}, {y})", channel.name);
            }
        }
    }
}

/// A reference of the frames 20 to 27, a candidate in which 21 is missing and others are broken, cut
/// and of another size.
fn broken_folder(folder: &Path) -> Plan {
    let good = small_data().join("broken/clothsimv1.0020.exr");
    let reference = folder.join("reference");
    std::fs::create_dir(&reference).expect("made");
    let to = |number: u32| folder.join(format!("c.{number:04}.exr"));
    for number in 20..=27 {
        std::fs::copy(&good, reference.join(format!("r.{number:04}.exr"))).expect("copied");
        let from = small_data().join(format!("broken/clothsimv1.{number:04}.exr"));
        if number != 21 {
            std::fs::copy(if from.is_file() { &from } else { &good }, to(number)).expect("copied");
        }
    }
    // And one that the reference lacks.
    std::fs::remove_file(reference.join("r.0026.exr")).expect("there");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut plan = plan(&[path(&reference), path(&folder.join("c.####.exr"))]);
    plan.aovs = ["*.Combined", "*.Depth"].map(|text| AovGlob::new(text).expect("a glob")).into();
    plan
}

#[test]
fn missing_broken_and_odd_frames_leave_the_others_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = broken_folder(folder.path());
    let Against::Sequence { reference, .. } = &plan.against else { panic!("a reference") };
    let whole = ran(&plan, 2, 1 << 30, Arc::new(Cpu));
    assert!(whole.rows.iter().any(|row| row.contains(&format!("{:?}", Status::MissingReference))));
    assert!(whole.rows.iter().any(|row| row.contains(&format!("{:?}", Status::SizeMismatch))));
    let key = "ViewLayer.Combined";
    let of = |name: &str, delta| &whole.maps[&(name.to_owned(), key.to_owned(), delta)];
    let (ours, theirs) = (planes(&plan.candidates[0], key), planes(reference, key));
    check_delta(of(&plan.candidates[0].name, true), &ours, &theirs);
    let (own, of_reference) = (of(&plan.candidates[0].name, false), of(&reference.name, false));
    // Values count the frame without a reference and those of another size too.
    assert_eq!((own.frames, of_reference.frames), (ours.len() as u64, 7));
    check_values(own.values.as_ref().expect("values"), &ours);
    check_values(of_reference.values.as_ref().expect("values"), &theirs);
    // Rows of one frame come AOV by AOV or failures first, as many AOVs as are read together.
    let sorted = |mut ran: Ran| {
        ran.rows.sort();
        ran
    };
    assert_same(&sorted(ran(&plan, 3, 1, Arc::new(Cpu))), &sorted(whole), "in bands");
}

#[test]
fn a_sequence_against_itself_counts_every_file_once() {
    let mut plan = cloth();
    plan.candidates.truncate(1);
    plan.aovs = vec![AovGlob::new("*Depth").expect("a glob")];
    let frames = plan.candidates[0].frames.len() as u64;
    let first = plan.candidates[0].frames[0].number.expect("numbered");
    for against in [Against::Previous, Against::Frame(first)] {
        plan.against = against;
        let ran = ran(&plan, 2, 1 << 30, Arc::new(Cpu));
        let counts: Vec<_> = ran.maps.iter().map(|((_, _, delta), taken)| (*delta, taken.frames)).collect();
        assert_eq!(counts, [(false, frames), (true, frames - 1)]);
    }
}

#[test]
fn a_run_ends_early_in_a_later_pass_too() {
    let plan = cloth();
    let temporal = Temporal { delta: true, values: false, sink: Arc::new(Kept::default()) };
    let context = context(1, 1, temporal);
    let cancel = Arc::clone(&context.cancel);
    let mut passes = 0;
    let result = run(&plan, &context, &mut |event| {
        if let Event::Pass { number, .. } = event {
            passes += 1;
            cancel.store(number == 3, std::sync::atomic::Ordering::Relaxed);
        }
    });
    assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
    assert_eq!(passes, 2);
}
