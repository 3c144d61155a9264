//! Background loading: the newest wish first, within the budget.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use aovscope::codec::Limits;
use aovscope::gpu::Gpu;
use aovscope::load::{Failure, Loader, Options, PlaneKey};
use aovscope::view::Action;
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};

use super::panels::{cloth, harness, is_at_rest, settle};
use crate::support;

fn loader(budget_bytes: u64) -> Loader {
    let options = Options { budget_bytes, threads: 2, limits: Limits::default() };
    Loader::new(options, Arc::new(|| {})).expect("threads")
}

fn key(path: &str, aov: &str) -> PlaneKey {
    PlaneKey { path: support::small_data().join(path), aov: aov.to_owned() }
}

fn frames() -> Vec<PlaneKey> {
    let frame = |name: &str, n: u32| key(&format!("cloth/{name}/{name}.{n:04}.exr"), "ViewLayer.Combined");
    ["clothsimv1", "clothsimv2"].iter().flat_map(|name| (11..=13).map(|n| frame(name, n))).collect()
}

#[track_caller]
fn wait(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "it did not come within half a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn what_is_wished_for_comes() {
    let loader = loader(64 << 20);
    loader.want(frames(), 0);
    wait(|| frames().iter().all(|key| loader.has(key)));
    let loaded = loader.get(&frames()[0]).expect("there").expect("readable");
    assert_eq!(loaded.plane.display_window.width, 160);
    assert_eq!(loader.progress().there, 6);
}

#[test]
fn the_budget_holds_and_the_most_urgent_come_first() {
    // Room for two planes of 160 x 90 x 4 halves, not for three.
    let plane = 160 * 90 * 4 * 2;
    let loader = loader(plane * 5 / 2);
    let wishes = frames();
    loader.want(wishes.clone(), 0);
    wait(|| loader.progress().there == 2 && loader.progress().wished == 2);
    assert!(loader.has(&wishes[0]) && loader.has(&wishes[1]));
    assert!(loader.progress().bytes <= plane * 5 / 2);
    let reversed: Vec<_> = wishes.iter().rev().cloned().collect();
    loader.want(reversed.clone(), 0);
    wait(|| loader.has(&reversed[0]) && loader.has(&reversed[1]));
    assert!(loader.progress().bytes <= plane * 5 / 2);
}

#[test]
fn a_plane_over_the_budget_fails_and_says_so() {
    let loader = loader(1000);
    loader.want(vec![frames()[0].clone()], 0);
    wait(|| loader.get(&frames()[0]).is_some());
    let failure = loader.get(&frames()[0]).expect("there").expect_err("over the budget");
    assert!(matches!(failure, Failure::OverBudget { bytes: 115_200, budget: 1000, .. }), "{failure}");
}

#[test]
fn a_broken_file_is_a_failure_and_the_others_come() {
    let loader = loader(64 << 20);
    let broken = key("broken/clothsimv1.0023.exr", "ViewLayer.Combined");
    let absent = key("cloth/clothsimv1/clothsimv1.0011.exr", "no such AOV");
    let wishes = vec![broken.clone(), absent.clone(), frames()[0].clone()];
    loader.want(wishes.clone(), 0);
    wait(|| wishes.iter().all(|key| loader.has(key)));
    assert!(matches!(loader.get(&broken), Some(Err(Failure::Codec(_)))));
    assert!(matches!(loader.get(&absent), Some(Err(Failure::NoAov { .. }))));
    assert!(matches!(loader.get(&frames()[0]), Some(Ok(_))));
}

#[test]
fn a_file_that_is_not_there_is_a_failure() {
    let loader = loader(64 << 20);
    let key = PlaneKey { path: PathBuf::from("/no/such.exr"), aov: "rgba".to_owned() };
    assert!(loader.fetch(&key).is_err());
}

#[test]
fn several_aovs_of_a_file_are_fetched_at_once() {
    let loader = loader(64 << 20);
    let path = frames()[0].path.clone();
    let aovs = ["ViewLayer.Depth", "no such AOV", "ViewLayer.Combined"].map(str::to_owned);
    let alone = loader.fetch(&frames()[0]).expect("readable");
    let fetched = loader.fetch_all(&path, &aovs);
    assert_eq!(fetched.len(), 3);
    assert_eq!(fetched[0].as_ref().expect("readable").plane.channels[0].name, "Z");
    assert!(matches!(fetched[1], Err(Failure::NoAov { .. })));
    assert_eq!(fetched[2].as_ref().expect("readable").id, alone.id, "what is there is not read again");
    assert!(loader.has(&PlaneKey { path, aov: aovs[0].clone() }), "it is kept");
}

#[test]
fn a_large_picture_is_shown_roughly_before_it_is_whole() {
    use exr::prelude::{Compression, Encoding, Image, SpecificChannels, WritableImage};
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let value = |at: exr::math::Vec2<usize>| (half::f16::from_f32((at.0 + at.1) as f32),);
    let channels = SpecificChannels::build().with_channel("Y").with_pixel_fn(value);
    let encoding = Encoding { compression: Compression::RLE, ..Encoding::UNCOMPRESSED };
    Image::from_encoded_channels((2000, 1100), encoding, channels)
        .write()
        .to_file(file.path())
        .expect("written");
    let key = PlaneKey { path: file.path().to_owned(), aov: "Y".to_owned() };

    let (seen, shared) = (Arc::new(AtomicUsize::new(0)), Arc::new(OnceLock::<Weak<Loader>>::new()));
    let (count, weak, wish) = (Arc::clone(&seen), Arc::clone(&shared), key.clone());
    let wake = move || {
        let loader = weak.get().and_then(Weak::upgrade);
        if let Some(preview) = loader.and_then(|loader| loader.preview(&wish)) {
            assert_eq!(preview.plane.data_window.width, 2000);
            count.fetch_add(1, Ordering::SeqCst);
        }
    };
    let options = Options { budget_bytes: 64 << 20, threads: 1, limits: Limits::default() };
    let loader = Arc::new(Loader::new(options, Arc::new(wake)).expect("a thread"));
    shared.set(Arc::downgrade(&loader)).expect("set once");
    loader.want(vec![key.clone()], 1);
    wait(|| loader.has(&key));
    assert_eq!(seen.load(Ordering::SeqCst), 1, "the preview came first");
    assert!(loader.preview(&key).is_none(), "and went when the whole was there");
}

/// What the shell does when drivers are reset: pictures go to the new device, and none is lost.
#[test]
fn a_lost_device_is_told_and_pictures_go_to_another() {
    let device = || {
        let state = create_render_state(default_wgpu_setup(), egui_wgpu::RendererOptions::PREDICTABLE);
        Gpu::from_parts(state.adapter.get_info(), state.device.clone(), state.queue.clone())
    };
    let mut harness = harness(&cloth());
    let first = device();
    harness.state_mut().compute_on(first.clone());
    settle(&mut harness, |app| is_at_rest(app) && app.shown.heat.is_some());
    first.device().destroy();
    first.poll().expect("a destroyed device can be asked");
    let told = first.check().expect_err("it is lost").to_string();
    assert!(told.contains("destroyed"), "{told}");
    // Frames that are asked for on the way from one to the other are not waited for in vain.
    let frames = harness.state().view.playback.frames().to_vec();
    harness.state_mut().apply(Action::Seek(frames[1]));
    harness.run_steps(3);
    let second = device();
    harness.state_mut().compute_on(second.clone());
    settle(&mut harness, |app| is_at_rest(app) && app.shown.frame == Some(frames[1]));
    harness.state_mut().apply(Action::Seek(frames[2]));
    settle(&mut harness, |app| is_at_rest(app) && app.shown.frame == Some(frames[2]));
    assert!(harness.state().shown.heat.is_some());
    second.check().expect("the new one draws");
}
