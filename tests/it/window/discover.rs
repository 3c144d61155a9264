//! Maps over all frames and lists of changes in the window: the engine's numbers, and ways to them.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use aovscope::app::{App, ExportKind};
use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::engine::{self, Content, Context, Task, Temporal, TemporalMaps, TemporalSink};
use aovscope::metric::{Backend, Cpu, DeltaMaps, Extent, NEVER, Pair, RegionChoice, Regions, Want};
use aovscope::view::{OverTime, Scope, Tab};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::panels::{click, cloth, harness, harness_with, is_at_rest, press, screen, settle};

#[derive(Default)]
struct Kept(Mutex<Option<DeltaMaps>>);

impl TemporalSink for Kept {
    fn write(&self, maps: &TemporalMaps<'_>) -> Result<(), String> {
        if let Content::Delta { maps, .. } = maps.content {
            *self.0.lock().expect("no panic") = Some(maps.clone());
        }
        Ok(())
    }
}

/// The maps that the engine makes of what the window shows.
fn by_the_engine(app: &App) -> DeltaMaps {
    let plan = app.view.track_plan(Scope::ShownAov).expect("open");
    let plan = engine::Plan { task: Task::Compare, ..plan };
    let kept = Arc::new(Kept::default());
    let sink: Arc<dyn TemporalSink> = Arc::<Kept>::clone(&kept);
    let context = Context {
        backend: Arc::new(Cpu),
        limits: Limits::default(),
        threads: NonZeroUsize::MIN,
        memory_bytes: 1 << 30,
        cancel: Arc::new(AtomicBool::new(false)),
        maps: None,
        temporal: Some(Temporal { delta: true, values: false, sink }),
    };
    engine::run(&plan, &context, &mut |_| {}).expect("compared");
    let maps = kept.0.lock().expect("no panic").take();
    maps.expect("maps over all frames")
}

fn key(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(2);
}

/// Until the canvas shows that map, of all frames.
fn show(harness: &mut Harness<'static, App>, map: OverTime) {
    for _ in 0..OverTime::ALL.len() {
        if harness.state().view.discovery.map != map {
            key(harness, Modifiers::NONE, Key::T);
        }
    }
    settle(harness, |app| {
        let over = app.shown.heat.as_ref().and_then(|heat| heat.over_frames.as_ref());
        // The title of some of the frames says how many.
        over.is_some_and(|over| over.map == map && !over.title.contains('('))
    });
}

#[test]
fn maps_over_all_frames_are_those_of_the_engine() {
    let mut harness = harness(&cloth());
    let expected = by_the_engine(harness.state());
    let first = harness.state().view.playback.frames()[0] as f32;
    let numbers = |ranks: &[u32]| -> Vec<f32> {
        // Frames of the small data follow each other.
        ranks.iter().map(|rank| if *rank == NEVER { 0.0 } else { *rank as f32 }).collect()
    };
    let all: [(OverTime, Vec<f32>); 8] = [
        (OverTime::Max, expected.max.clone()),
        (OverTime::Mean, expected.mean.clone()),
        (OverTime::Rms, expected.rms.clone()),
        (OverTime::Std, expected.std.clone()),
        (OverTime::Changed, expected.changed.iter().map(|count| *count as f32).collect()),
        (OverTime::FirstChanged, numbers(&expected.first_changed)),
        (OverTime::LastChanged, numbers(&expected.last_changed)),
        (OverTime::MaxFrame, numbers(&expected.max_frame)),
    ];
    for (map, values) in all {
        show(&mut harness, map);
        let heat = harness.state().shown.heat.clone().expect("shown");
        assert_eq!(heat.map.window, expected.window);
        let bits = |values: &[f32]| -> Vec<u32> { values.iter().map(|value| value.to_bits()).collect() };
        assert_eq!(bits(&heat.map.values), bits(&values), "{map:?}");
        let over = heat.over_frames.as_ref().expect("over frames");
        assert_eq!(over.from as f32, if map.is_of_frames() { first } else { 0.0 });
        let shown = heat.map.flags.iter().filter(|flags| **flags & 1 != 0).count();
        assert_eq!(shown, expected.changed.iter().filter(|count| **count > 0).count());
    }
    key(&mut harness, Modifiers::NONE, Key::T);
    harness.run_steps(3);
    assert!(harness.state().shown.heat.as_ref().is_some_and(|heat| heat.over_frames.is_none()));
}

#[test]
fn a_click_in_a_map_over_all_frames_shows_the_frame_that_made_it() {
    let mut harness = harness(&cloth());
    let expected = by_the_engine(harness.state());
    let frames = harness.state().view.playback.frames().to_vec();
    for (map, ranks) in
        [(OverTime::Max, &expected.max_frame), (OverTime::LastChanged, &expected.last_changed)]
    {
        // One for each frame that made some pixel.
        for rank in 0..frames.len() as u32 {
            let Some(pixel) = ranks.iter().position(|r| *r == rank) else { continue };
            show(&mut harness, map);
            let (x, y) = expected.window.pixel(pixel);
            let at = screen(&harness, x, y);
            click(&mut harness, at);
            let view = &harness.state().view;
            assert_eq!(
                (view.playback.frame(), view.discovery.map),
                (Some(frames[rank as usize]), OverTime::Frame)
            );
            assert!(view.probes.items().is_empty());
        }
    }
    show(&mut harness, OverTime::Max);
    let at = screen(&harness, 30, 30);
    press(&harness, at, true, Modifiers::COMMAND);
    press(&harness, at, false, Modifiers::COMMAND);
    harness.run_steps(3);
    let view = &harness.state().view;
    assert_eq!((view.discovery.map, view.probes.items().len()), (OverTime::Max, 1));
}

#[test]
fn the_list_is_that_of_the_frame_and_its_rows_lead_there() {
    let mut harness = harness(&cloth());
    harness.get_by_label("Changes tab").click();
    settle(&mut harness, |app| app.view.discovery.changes.is_some());
    let app = harness.state();
    let changes = app.view.discovery.changes.clone().expect("listed");
    let heat = app.shown.heat.clone().expect("compared");
    assert_eq!(changes.regions, Regions::of_frame(&heat.map, RegionChoice::default()));
    let known = app.view.statistics.get(&app.view.pair_key().expect("a pair")).cloned();
    let stats = known.expect("known").expect("compared");
    let changed: u64 = changes.regions.strongest.iter().map(|region| region.pixels).sum();
    assert_eq!((changed, changes.regions.total), (stats.changed, changes.regions.strongest.len()));
    let worst = &changes.worst[0];
    assert_eq!(Some(worst.at), stats.peak.as_ref().map(|peak| peak.at));
    assert_eq!(worst.delta().map(f64::abs), Some(stats.max_abs));
    harness.get_by_label("Changed pixel 1").click();
    harness.run_steps(3);
    let (x, y) = worst.at;
    assert_eq!(harness.state().view.camera.centre, (f64::from(x) + 0.5, f64::from(y) + 0.5));
    harness.get_by_label("Region 2").click();
    harness.run_steps(3);
    let view = &harness.state().view;
    let window = changes.regions.strongest[1].window;
    let middle = |start: i32, size: u32| f64::from(start) + f64::from(size) / 2.0;
    assert_eq!(view.camera.centre, (middle(window.x, window.width), middle(window.y, window.height)));
    assert_eq!(view.discovery.selected, Some(1));
    harness.get_by_label("Copy regions").click();
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("on the clipboard");
    assert_eq!(copied.lines().count(), 1 + changes.regions.strongest.len());
    harness.get_by_label("Track all regions").click();
    settle(&mut harness, is_at_rest);
    let tracked: Vec<_> = harness.state().view.probes.items().iter().map(|item| item.probe.window).collect();
    let expected: Vec<_> = changes.regions.strongest.iter().take(16).map(|region| region.window).collect();
    assert_eq!(tracked, expected);
}

#[test]
fn regions_over_all_frames_are_stepped_through_with_their_frames() {
    let mut harness = harness(&cloth());
    let maps = by_the_engine(harness.state());
    show(&mut harness, OverTime::Max);
    key(&mut harness, Modifiers::NONE, Key::N);
    let is_listed = |app: &App| app.view.discovery.changes.as_ref().is_some_and(|c| c.frames.is_some());
    settle(&mut harness, |app| is_listed(app) && app.view.discovery.selected == Some(0));
    let expected = Regions::over_frames(&maps, RegionChoice::default());
    let frames = harness.state().view.playback.frames().to_vec();
    let peak = |index: usize| {
        let rank = expected.strongest[index].span.expect("over frames").peak;
        Some(frames[rank as usize])
    };
    let view = &harness.state().view;
    assert_eq!(view.discovery.changes.as_ref().map(|c| &c.regions), Some(&expected));
    assert_eq!((view.discovery.tab, view.playback.frame()), (Tab::Changes, peak(0)));
    let last = expected.strongest.len() - 1;
    key(&mut harness, Modifiers::SHIFT, Key::N);
    let view = &harness.state().view;
    assert_eq!((view.discovery.selected, view.playback.frame()), (Some(last), peak(last)));
    assert_eq!(view.discovery.map, OverTime::Max, "the map stays");
}

#[test]
fn a_map_over_all_frames_is_exported_under_its_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut harness = harness(&cloth());
    harness.state_mut().export_folders = vec![folder.path().to_owned()];
    show(&mut harness, OverTime::Max);
    harness.get_by_label("Export the difference as PNG").click();
    settle(&mut harness, |app| app.toasts.iter().any(|toast| toast.text.starts_with("written")));
    assert!(folder.path().join("comparison_ViewLayer.Combined.max.png").is_file());
    harness.get_by_label("Export the difference as EXR").click();
    settle(&mut harness, |app| app.toasts.iter().any(|toast| toast.text.contains(".exr")));
    // The values of all maps in one.
    assert!(folder.path().join("comparison_ViewLayer.Combined.delta.exr").is_file());
}

#[test]
fn another_aov_gets_maps_of_its_own_and_cancelling_shows_the_frame() {
    let mut harness = harness(&cloth());
    show(&mut harness, OverTime::Max);
    harness.get_by_label("AOV ViewLayer.Normal").click();
    harness.run_steps(2);
    show(&mut harness, OverTime::Max);
    settle(&mut harness, is_at_rest);
    settle(&mut harness, |app| app.shown.heat.as_ref().is_some_and(|h| h.caption.aov.contains("Normal")));
    let expected = by_the_engine(harness.state());
    let heat = harness.state().shown.heat.clone().expect("shown");
    assert_eq!(heat.map.values, expected.max);
    harness.state_mut().apply(aovscope::view::Action::Discover(aovscope::view::DiscoveryAction::Cancel));
    settle(&mut harness, |app| app.shown.heat.as_ref().is_some_and(|heat| heat.over_frames.is_none()));
}

#[test]
fn what_does_not_fit_a_quarter_of_the_memory_is_told() {
    let mut harness = harness_with(&cloth(), 5 << 20);
    key(&mut harness, Modifiers::NONE, Key::T);
    settle(&mut harness, |app| app.toasts.iter().any(|toast| toast.text.contains("maps over all frames of")));
    assert_eq!(harness.state().view.discovery.map, OverTime::Frame);
}

#[test]
fn aovs_of_the_frame_and_frames_of_the_aov_are_listed_and_gone_to() {
    let mut harness = harness(&cloth());
    harness.key_press(Key::N);
    settle(&mut harness, |app| {
        let view = &app.view;
        let swept = view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete());
        is_at_rest(app) && swept && view.changed_aovs.len() == view.aovs.len()
    });
    harness.get_by_label("Most changed aovs").click();
    harness.run_steps(2);
    // By the engine, from the files.
    let app = harness.state();
    let paths = [app.view.candidate_path(), app.view.reference_path()].map(|path| path.expect("a file"));
    let infos = paths.map(|path| read_info(path, &Limits::default()).expect("a header"));
    for entry in &app.view.aovs {
        let [a, b] = [&infos[0], &infos[1]].map(|info| {
            let aov = info.aov(&entry.key).expect("both have all");
            read_planes(info, &[aov], &Limits::default()).remove(0).expect("decoded")
        });
        let pair = Pair::new(&a, &b, Extent::Union).expect("alike");
        let stats = Cpu.compare(&pair, &app.view.rule_of(entry), Want::Stats).stats;
        let told = &app.view.changed_aovs[&entry.key];
        assert_eq!((told.changed, told.max_abs), (stats.changed, stats.max_abs), "{}", entry.key);
        assert_eq!(told.peak.as_ref().map(|peak| peak.at), stats.peak.map(|peak| peak.at), "{}", entry.key);
    }
    let listed = app.view.aovs_of_frame();
    assert!(listed.windows(2).all(|pair| pair[0].1.fraction >= pair[1].1.fraction));
    let shown = app.view.aov.as_deref();
    let mut others =
        listed.iter().filter(|(entry, of)| Some(entry.key.as_str()) != shown && of.peak.is_some());
    let (entry, of) = others.next().expect("another changed too");
    let (key, at) = (entry.key.clone(), of.peak.as_ref().expect("it has a place").at);
    harness.get_by_label(&format!("Changes of {key}")).click();
    harness.run_steps(2);
    let view = &harness.state().view;
    assert_eq!(view.aov.as_deref(), Some(key.as_str()));
    assert_eq!(view.camera.centre, (f64::from(at.0) + 0.5, f64::from(at.1) + 0.5));
    settle(&mut harness, |app| app.view.sweep.as_ref().is_some_and(|sweep| sweep.is_complete()));
    harness.get_by_label("Most changed frames").click();
    harness.run_steps(2);
    let frames = harness.state().view.worst_frames();
    assert!(frames.len() > 1 && frames.windows(2).all(|pair| pair[0].max_abs >= pair[1].max_abs));
    harness.get_by_label(&format!("Changes in frame {}", frames[1].frame)).click();
    harness.run_steps(2);
    assert_eq!(harness.state().view.playback.frame(), Some(frames[1].frame));
}

#[test]
fn maps_over_all_frames_are_exported_as_the_command_line_writes_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = cloth();
    let mut harness = harness(&paths);
    harness.state_mut().export_folders = vec![folder.path().to_owned()];
    show(&mut harness, OverTime::LastChanged);
    harness.state_mut().export(ExportKind::MapExr);
    harness.state_mut().export(ExportKind::MapPng);
    settle(&mut harness, |app| app.toasts.iter().filter(|toast| toast.text.contains("written")).count() == 2);
    let view = &harness.state().view;
    let aov = view.aov.clone().expect("shown");
    let out = folder.path().join("maps");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_aovscope"))
        .arg("compare")
        .args(&paths)
        .args(["--aov", &aov, "--map-kinds", "delta", "--maps"])
        .arg(&out)
        .output()
        .expect("it runs");
    let exr = |file: std::path::PathBuf| {
        std::fs::read(&file).unwrap_or_else(|error| panic!("{file:?}: {error}; {run:?}"))
    };
    let candidate = view.name(view.candidate);
    let written = exr(folder.path().join(format!("comparison_{aov}.delta.exr")));
    assert!(written == exr(out.join(candidate).join(format!("{aov}.delta.exr"))), "the same bytes");
    let picture = folder.path().join(format!("comparison_{aov}.last_changed_frame.png"));
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(picture).expect("written")));
    let reader = decoder.read_info().expect("a PNG");
    let title = reader.info().uncompressed_latin1_text.iter().map(|chunk| chunk.text.clone());
    let other = reader.info().utf8_text.iter().filter_map(|chunk| chunk.get_text().ok());
    let texts: Vec<String> = title.chain(other).collect();
    assert!(texts.iter().any(|text| text.contains("last changed of 3 frames")), "{texts:?}");
}
