//! A frame that is cut short, in the window.

use std::path::PathBuf;

use aovscope::view::StripCell;

use super::panels::{harness, screen, settle};
use crate::support::small_data;
use egui_kittest::kittest::Queryable;

/// The first cloth, and the second with the last third of frame 11 not there.
fn paths(folder: &std::path::Path) -> Vec<PathBuf> {
    let sequence = folder.join("cut");
    std::fs::create_dir(&sequence).expect("made");
    for number in 11..=13 {
        let name = format!("clothsimv2.{number:04}.exr");
        let bytes = std::fs::read(small_data().join("cloth/clothsimv2").join(&name)).expect("there");
        let kept = if number == 11 { bytes.len() * 2 / 3 } else { bytes.len() };
        std::fs::write(sequence.join(&name), &bytes[..kept]).expect("written");
    }
    vec![small_data().join("cloth/clothsimv1/clothsimv1.####.exr"), sequence.join("clothsimv2.####.exr")]
}

#[test]
fn what_a_cut_frame_does_not_give_is_hatched_counted_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = harness(&paths(folder.path()));
    settle(&mut harness, |app| {
        app.view.pair_key().is_some_and(|key| app.view.statistics.get(&key).is_some())
    });
    let app = harness.state();
    let key = app.view.pair_key().expect("a pair");
    let stats = app.view.statistics.get(&key).cloned().expect("known").expect("compared");
    assert!(stats.unreadable > 0 && stats.changed > 0);
    assert_eq!(stats.pixels + stats.unreadable, 160 * 90);
    let sweep = app.view.sweep.as_ref().expect("swept");
    let cut = sweep.sequences.iter().position(|s| Some(*s) == app.view.candidate).expect("it takes part");
    match sweep.strip(cut, 0) {
        StripCell::InPart { changed, reason, .. } => {
            assert_eq!(*changed, stats.changed_fraction());
            assert!(reason.contains("clothsimv2.0011.exr"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(sweep.strip(cut, 1), StripCell::Compared { .. }));
    for mode in ["Difference", "Candidate"] {
        harness.get_by_label(mode).click();
        harness.run_steps(3);
        let at = screen(&harness, 80, 88);
        let picture = harness.render().expect("a picture");
        let colours: std::collections::BTreeSet<[u8; 4]> =
            (0..8).map(|i| picture.get_pixel(at.x as u32 + i, at.y as u32).0).collect();
        assert_eq!(colours.len(), 2, "two stripes in {mode}: {colours:?}");
        assert!(colours.iter().all(|[r, g, b, _]| *r > 2 * g && *r > 2 * b), "red in {mode}: {colours:?}");
    }
    let at = screen(&harness, 80, 88);
    harness.event(egui::Event::PointerMoved(at));
    harness.run_steps(3);
    assert!(harness.query_all_by_label("unreadable").count() >= 3, "in the inspector, by channel");
    assert!(harness.query_by_label("Unreadable pixels").is_some());
}
