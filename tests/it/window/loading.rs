//! Background loading: the newest wish first, within the budget.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aovscope::codec::Limits;
use aovscope::load::{Failure, Loader, Options, PlaneKey};

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
    loader.want(frames());
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
    loader.want(wishes.clone());
    wait(|| loader.progress().there == 2 && loader.progress().wished == 2);
    assert!(loader.has(&wishes[0]) && loader.has(&wishes[1]));
    assert!(loader.progress().bytes <= plane * 5 / 2);
    let reversed: Vec<_> = wishes.iter().rev().cloned().collect();
    loader.want(reversed.clone());
    wait(|| loader.has(&reversed[0]) && loader.has(&reversed[1]));
    assert!(loader.progress().bytes <= plane * 5 / 2);
}

#[test]
fn a_plane_over_the_budget_fails_and_says_so() {
    let loader = loader(1000);
    loader.want(vec![frames()[0].clone()]);
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
    loader.want(wishes.clone());
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
