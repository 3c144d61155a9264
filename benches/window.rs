//! How responsive the window is, by its frame log: `cargo bench --bench window`.
//!
//! Three sequences of 16 frames, 4K RGBA half, noise everywhere. The program runs on a virtual screen
//! and is driven by keys and the mouse (Debian: xvfb xdotool). Without hardware Vulkan the pictures are
//! drawn by the processor, in `submit` of the log: the window's thread is judged by what it does itself.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where it fails, and prints")]

#[path = "support/mod.rs"]
mod support;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aovscope::codec::{Limits, read_info, read_planes};
use rayon::prelude::*;
use support::median;

const FRAMES: std::ops::RangeInclusive<u32> = 1001..=1016;
const STARTS: usize = 5;
/// A frame of 60 Hz.
const REFRESH_MS: f64 = 16.0;

fn main() {
    let folder = sequences();
    let screen = Screen::new();
    let first = folder.join("a/a.1001.exr");
    support::describe(&first);
    starts(&screen, &folder, &first);
    let program = Program::start(&screen, &folder);
    program.wait_for_first_picture();
    println!("\nscrubbing while frames are decoded");
    program.focus();
    let before = program.lines().len();
    program.scrub();
    tell_thread(&program.lines()[before..]);
    println!("\nstepping over frames that are there");
    program.wait_for_rest();
    let before = program.lines().len();
    program.step();
    let lines = program.lines();
    tell_refreshes(&lines[before..]);
    tell_thread(&lines[before..]);
    println!("\nmodes, exposure, maps over all frames, regions");
    let before = program.lines().len();
    program.press(&["1", "2", "4", "5", "3", "e", "e", "shift+r", "t", "shift+t", "n", "f"]);
    program.wait_for_rest();
    tell_thread(&program.lines()[before..]);
    let (ticks, lines) = (program.ticks(), program.lines().len());
    std::thread::sleep(Duration::from_secs(10));
    let (ticks, lines) = (program.ticks() - ticks, program.lines().len() - lines);
    println!("\nat rest for 10 s: {lines} frames drawn, {} ms of processor", ticks * 10);
}

/// Time to the first picture, beside decoding its frame.
fn starts(screen: &Screen, folder: &Path, first: &Path) {
    let (mut decoded, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let began = Instant::now();
        let info = read_info(first, &Limits::default()).unwrap();
        let aovs: Vec<_> = info.aovs.iter().collect();
        assert!(read_planes(&info, &aovs, &Limits::default()).into_iter().all(|plane| plane.is_ok()));
        decoded.push(began.elapsed().as_secs_f64() * 1e3);
        let program = Program::start(screen, folder);
        shown.push(program.wait_for_first_picture());
    }
    let (decoded, shown) = (median(decoded.into_iter()).unwrap(), median(shown.into_iter()).unwrap());
    println!("decoding one frame, all cores       {decoded:8.0} ms");
    println!("program's start to first difference {shown:8.0} ms: {:.1} x", shown / decoded);
}

fn tell_thread(lines: &[Line]) {
    let own = |line: &Line| line.tick + line.ui + line.tessellate;
    let worst = lines.iter().map(own).fold(0.0, f64::max);
    let late: Vec<&Line> = lines.iter().filter(|line| own(line) > REFRESH_MS).collect();
    let submit = median(lines.iter().map(|line| line.submit)).unwrap_or(f64::NAN);
    println!("the driver's drawing: median {submit:.1} ms");
    println!(
        "window's thread: {} frames, median {:.1} ms, worst {worst:.1} ms, {} over {REFRESH_MS} ms",
        lines.len(),
        median(lines.iter().map(own)).unwrap_or(f64::NAN),
        late.len()
    );
    for Line { at, tick, ui, tessellate, cpu, .. } in late {
        println!("  at {at:.0} ms: {tick:.1} + {ui:.1} + {tessellate:.1}, of which processor {cpu:.1}");
    }
}

fn tell_refreshes(lines: &[Line]) {
    let mut gone_to = lines.windows(2).filter(|pair| pair[0].wanted != pair[1].wanted).map(|pair| &pair[1]);
    let at_once = gone_to.clone().filter(|line| line.shown == line.wanted && !line.waiting).count();
    println!("frame on screen in the refresh that asks for it: {at_once} of {}", gone_to.by_ref().count());
}

/// The sequences, made once.
fn sequences() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("window_4k");
    let files: Vec<(PathBuf, u32)> = ["a", "b", "c"]
        .iter()
        .zip([0, 1000, 2000])
        .flat_map(|(name, seed)| {
            let folder = folder.join(name);
            std::fs::create_dir_all(&folder).unwrap();
            FRAMES.map(move |frame| (folder.join(format!("{name}.{frame:04}.exr")), seed + frame))
        })
        .collect();
    files.par_iter().filter(|(path, _)| !path.exists()).for_each(|(path, seed)| {
        let unfinished = path.with_extension("unfinished");
        support::write_rgba(&unfinished, (3840, 2160), *seed);
        std::fs::rename(unfinished, path).unwrap();
    });
    folder
}

/// A line of the log, times in milliseconds.
struct Line {
    at: f64,
    tick: f64,
    ui: f64,
    tessellate: f64,
    submit: f64,
    cpu: f64,
    wanted: String,
    shown: String,
    waiting: bool,
    is_first: bool,
}

struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    fn new() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb (package xvfb) can be started");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { server, display: format!(":{}", number.trim()) }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

struct Program<'a> {
    screen: &'a Screen,
    process: Child,
    home: tempfile::TempDir,
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl<'a> Program<'a> {
    fn start(screen: &'a Screen, folder: &Path) -> Self {
        let home = tempfile::tempdir().unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_aovscope"))
            .arg(folder)
            .env("DISPLAY", &screen.display)
            .env("WINIT_X11_SCALE_FACTOR", "1")
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_STATE_HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env("AOVSCOPE_FRAME_LOG", home.path().join("log.csv"))
            .env_remove("WAYLAND_DISPLAY")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { screen, process, home }
    }

    fn lines(&self) -> Vec<Line> {
        let text = std::fs::read_to_string(self.home.path().join("log.csv")).unwrap_or_default();
        let line = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |cell: usize| cells[cell].parse().unwrap_or(f64::NAN);
            Line {
                at: number(0),
                tick: number(1),
                ui: number(2),
                tessellate: number(3),
                submit: number(5),
                cpu: number(6),
                wanted: cells[7].to_owned(),
                shown: cells[8].to_owned(),
                waiting: cells[9] == "1",
                is_first: cells[11] == "first_picture",
            }
        };
        text.lines().skip(1).map(line).collect()
    }

    /// When it was drawn, in ms since the start.
    fn wait_for_first_picture(&self) -> f64 {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            if let Some(line) = self.lines().iter().find(|line| line.is_first) {
                return line.at;
            }
            assert!(Instant::now() < deadline, "no picture within two minutes");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Until two seconds pass without processor time: all is decoded and compared.
    fn wait_for_rest(&self) {
        let mut ticks = u64::MAX;
        while ticks != self.ticks() {
            ticks = self.ticks();
            std::thread::sleep(Duration::from_secs(2));
        }
    }

    /// Processor time so far, in hundredths of a second.
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let after_name = stat.rsplit(')').next().unwrap();
        after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let display = &self.screen.display;
        let output = Command::new("xdotool").args(arguments).env("DISPLAY", display).output();
        let output = output.expect("xdotool (package xdotool) can be started");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn focus(&self) {
        let found = self.xdotool(&["search", "--onlyvisible", "--name", "^aovscope$"]);
        let window = found.lines().next().unwrap();
        self.xdotool(&["windowsize", "--sync", window, "1920", "1080"]);
        self.xdotool(&["windowmove", window, "0", "0"]);
        self.xdotool(&["windowfocus", "--sync", window]);
    }

    /// Presses one after the other, each once all is drawn that came of the one before.
    fn press(&self, keys: &[&str]) {
        for key in keys {
            self.xdotool(&["key", key]);
            let mut lines = usize::MAX;
            while lines != self.lines().len() {
                lines = self.lines().len();
                std::thread::sleep(Duration::from_millis(700));
            }
        }
    }

    /// To the last frame and back, with the frames between, faster than they can be decoded.
    fn scrub(&self) {
        for _ in 0..3 {
            for key in ["Right", "Left"] {
                for _ in 1..FRAMES.count() {
                    self.xdotool(&["key", key]);
                    std::thread::sleep(Duration::from_millis(60));
                }
            }
        }
    }

    /// Over all frames and back, each drawn.
    fn step(&self) {
        for key in ["Right", "Left"] {
            for _ in 1..FRAMES.count() {
                self.press(&[key]);
            }
        }
    }
}
