use super::*;

fn playback(frames: &[i64]) -> Playback {
    let mut playback = Playback::default();
    playback.set_frames(frames.to_vec());
    playback
}

#[test]
fn stepping_goes_over_gaps_and_stays_inside() {
    let mut playback = playback(&[-1, 3, 4, 9]);
    playback.step(1);
    assert_eq!(playback.frame(), Some(3));
    playback.step(100);
    assert_eq!(playback.frame(), Some(9));
    playback.step(-1);
    assert_eq!((playback.frame(), playback.direction()), (Some(4), -1));
}

#[test]
fn seeking_a_gap_takes_the_nearest_frame() {
    let mut playback = playback(&[1, 2, 10]);
    for (wanted, got) in [(4, 2), (8, 10), (-100, 1), (100, 10), (6, 10)] {
        playback.seek(wanted);
        assert_eq!(playback.frame(), Some(got), "seeking {wanted}");
    }
}

#[test]
fn other_frames_keep_the_playhead() {
    let mut playback = playback(&[1, 2, 3, 4]);
    playback.seek(3);
    playback.set_frames(vec![3, 4, 5]);
    assert_eq!((playback.frame(), playback.index()), (Some(3), 0));
}

#[test]
fn playing_goes_round_inside_the_range() {
    let mut playback = playback(&[1, 2, 3, 4, 5]);
    playback.seek(2);
    playback.set_in();
    playback.seek(4);
    playback.set_out();
    playback.toggle();
    assert!(playback.advance(1.001 / FRAME_RATE, true));
    assert_eq!(playback.frame(), Some(2));
    playback.shuttle(-1);
    assert!(playback.advance(1.001 / FRAME_RATE, true));
    assert_eq!(playback.frame(), Some(4));
}

#[test]
fn pressing_again_doubles_the_rate() {
    let mut playback = playback(&[1, 2, 3]);
    playback.shuttle(1);
    playback.shuttle(1);
    assert!((playback.rate() - 2.0 * FRAME_RATE).abs() < 1e-9);
    playback.shuttle(-1);
    assert!((playback.rate() + FRAME_RATE).abs() < 1e-9);
    playback.stop();
    assert!(!playback.advance(10.0, true));
}

#[test]
fn one_frame_does_not_play() {
    let mut playback = playback(&[7]);
    playback.toggle();
    assert!(!playback.is_playing());
}

fn playing(frames: std::ops::RangeInclusive<i64>, repeat: Repeat, pace: Pace) -> Playback {
    let mut playback = playback(&frames.collect::<Vec<_>>());
    playback.apply(TimeAction::SetRate(10.0));
    playback.apply(TimeAction::SetRepeat(repeat));
    playback.apply(TimeAction::SetPace(pace));
    playback.toggle();
    playback
}

fn walk(playback: &mut Playback, ticks: usize) -> Vec<i64> {
    let mut tick = || {
        playback.advance(0.1001, true);
        playback.frame().expect("a frame")
    };
    (0..ticks).map(|_| tick()).collect()
}

#[test]
fn at_the_end_it_goes_round_or_rests_or_goes_back() {
    let mut looped = playing(1..=3, Repeat::Loop, Pace::RealTime);
    assert_eq!(walk(&mut looped, 5), [2, 3, 1, 2, 3]);
    let mut once = playing(1..=3, Repeat::Once, Pace::RealTime);
    assert_eq!(walk(&mut once, 4), [2, 3, 3, 3]);
    assert!(!once.is_playing());
    once.toggle();
    assert_eq!((once.frame(), once.is_playing()), (Some(1), true), "begins anew");
    let mut back = playing(1..=3, Repeat::PingPong, Pace::RealTime);
    assert_eq!(walk(&mut back, 7), [2, 3, 2, 1, 2, 3, 2]);
    assert!(back.rate() < 0.0, "on the way back");
}

#[test]
fn backwards_once_ends_at_the_start() {
    let mut playback = playing(1..=3, Repeat::Once, Pace::RealTime);
    playback.apply(TimeAction::ToggleBackwards);
    playback.seek(3);
    assert_eq!(walk(&mut playback, 3), [2, 1, 1]);
    assert!(!playback.is_playing());
}

#[test]
fn in_real_time_frames_that_became_due_are_left_out_and_counted() {
    let mut playback = playing(1..=100, Repeat::Loop, Pace::RealTime);
    for _ in 0..3 {
        assert!(!playback.advance(0.11, false), "a frame that is not there yet is not left");
    }
    assert!(playback.advance(0.08, true));
    assert_eq!((playback.frame(), playback.meter().dropped()), (Some(5), 3));
    assert_eq!(playback.upcoming(2, 0), [8, 12], "at that pace every fourth is needed");
}

#[test]
fn with_every_frame_the_rate_sinks_and_nothing_is_left_out() {
    let mut playback = playing(1..=100, Repeat::Loop, Pace::EveryFrame);
    let mut seen = vec![1];
    for tick in 0..60 {
        if playback.advance(0.1, tick % 3 == 2) {
            seen.push(playback.frame().expect("a frame"));
        }
    }
    assert!(seen.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seen:?}");
    assert_eq!(playback.meter().dropped(), 0);
    let rate = playback.meter().rate().expect("six seconds");
    assert!(rate < 4.0, "a third of ten a second, told {rate}");
}

#[test]
fn what_comes_next_follows_the_way_of_the_playhead() {
    let mut playback = playback(&(0..10).collect::<Vec<_>>());
    playback.seek(5);
    assert_eq!(playback.upcoming(3, 1), [6, 7, 8, 4]);
    playback.seek(4);
    assert_eq!(playback.upcoming(3, 1), [3, 2, 1, 5]);
    assert_eq!(playback.upcoming(9, 9).len(), 9, "each other frame once");
    playback.toggle();
    playback.apply(TimeAction::SetInAt(3));
    playback.apply(TimeAction::SetOutAt(5));
    assert_eq!(playback.upcoming(3, 0), [5, 3], "inside the range, round its end");
}

#[test]
fn the_range_stays_while_frames_come() {
    let mut playback = playback(&[1, 2, 3, 4]);
    playback.apply(TimeAction::SetInAt(2));
    playback.apply(TimeAction::SetOutAt(3));
    playback.set_frames(vec![1, 2, 3, 4, 5]);
    assert_eq!(playback.range(), Some((2, 3)));
    playback.apply(TimeAction::ClearRange);
    playback.set_frames(vec![1, 2, 3, 4, 5, 6]);
    assert_eq!(playback.range(), Some((1, 6)));
}

#[test]
fn a_rate_that_is_none_is_refused() {
    let mut playback = playback(&[1, 2]);
    for (set, got) in [(f64::NAN, FRAME_RATE), (0.0, RATE_LIMITS.0), (25.0, 25.0), (1e9, RATE_LIMITS.1)] {
        playback.apply(TimeAction::SetRate(set));
        assert_eq!(playback.set_rate(), got);
    }
}
