//! The program itself, on a screen of its own, driven as a user drives it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::Sample;

use crate::support;

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A virtual screen with the program on it.
struct Stage {
    program: Running,
    _screen: Running,
    display: String,
    log: PathBuf,
}

/// Which program of which Debian package could not be started.
fn missing(program: &str, package: &str, error: &std::io::Error) -> String {
    format!("cannot start {program} (apt-get install {package}): {error}")
}

/// A virtual screen under a number that it finds free itself, and that number.
fn screen() -> (Running, String) {
    let mut screen = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}", missing("Xvfb", "xvfb", &error)));
    let mut number = String::new();
    let stdout = screen.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut number).expect("Xvfb tells its number");
    let number = number.trim();
    assert!(!number.is_empty(), "Xvfb found no free display");
    (Running(screen), format!(":{number}"))
}

impl Stage {
    fn new(folder: &Path, paths: &[PathBuf]) -> Self {
        let (screen, display) = screen();
        let log = folder.join("stderr.txt");
        let stderr = std::fs::File::create(&log).expect("the log can be made");
        let program = Command::new(env!("CARGO_BIN_EXE_aovscope"))
            .args(paths)
            .current_dir(folder)
            .env("DISPLAY", &display)
            .env("WINIT_X11_SCALE_FACTOR", "1")
            .env("XDG_RUNTIME_DIR", folder)
            .env("AOVSCOPE_FRAME_LOG", folder.join("frames.csv"))
            .env_remove("WAYLAND_DISPLAY")
            .stderr(stderr)
            .spawn()
            .expect("the program can be started");
        let mut stage = Self { program: Running(program), _screen: screen, display, log };
        let deadline = Instant::now() + Duration::from_secs(180);
        while stage.window().is_none() {
            let log = std::fs::read_to_string(&stage.log).unwrap_or_default();
            let ended = stage.program.0.try_wait().expect("its state can be asked");
            assert!(ended.is_none(), "the program ended with {ended:?}: {log}");
            assert!(Instant::now() < deadline, "no window within three minutes; the program said: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        let window = stage.window().expect("found just now");
        stage.drive(&["windowfocus", "--sync", &window]);
        stage
    }

    fn xdotool(&self, arguments: &[&str]) -> Output {
        Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display)
            .output()
            .unwrap_or_else(|error| panic!("{}", missing("xdotool", "xdotool", &error)))
    }

    #[track_caller]
    fn drive(&self, arguments: &[&str]) {
        let output = self.xdotool(arguments);
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        assert!(output.status.success(), "xdotool {arguments:?}: {output:?}; the program said: {log}");
    }

    fn window(&self) -> Option<String> {
        let output = self.xdotool(&["search", "--onlyvisible", "--name", "^aovscope$"]);
        String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
    }
}

/// Presses the export key until the file is there: before frames are decoded a click tracks
/// nothing, and before something is tracked there is nothing to export.
fn export(stage: &Stage, file: &Path, prepare: &dyn Fn()) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !file.exists() {
        assert!(Instant::now() < deadline, "no {file:?} within a minute and a half");
        prepare();
        stage.drive(&["key", "ctrl+e"]);
        std::thread::sleep(Duration::from_millis(1500));
    }
}

struct Row {
    sequence: String,
    frame: u32,
    channel: String,
    at: (i32, i32),
    value: f64,
}

fn rows(file: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file).expect("a CSV file");
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| headers.iter().position(|h| h == name).expect("the documented columns");
    let columns = ["sequence", "frame", "channel", "x", "y", "value"].map(column);
    let row = |record: csv::StringRecord| Row {
        sequence: record[columns[0]].to_owned(),
        frame: record[columns[1]].parse().expect("a frame number"),
        channel: record[columns[2]].to_owned(),
        at: (record[columns[3]].parse().expect("x"), record[columns[4]].parse().expect("y")),
        value: record[columns[5]].parse().expect("a value"),
    };
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

fn stored(path: &Path, at: (i32, i32)) -> Vec<(String, Sample)> {
    let info = read_info(path, &Limits::default()).expect("a readable frame");
    let aov = info.aov("ViewLayer.Combined").expect("the AOV that is shown first");
    let plane = read_planes(&info, &[aov], &Limits::default()).remove(0).expect("its pixels");
    let names = plane.channels.iter().map(|channel| channel.name.clone());
    names.zip(plane.pixel(at.0, at.1).expect("inside the picture")).collect()
}

#[test]
fn a_clicked_pixel_is_exported_with_the_files_values() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let opened = folder.path().join("cloth");
    for name in ["clothsimv1", "clothsimv2"] {
        std::fs::create_dir_all(opened.join(name)).expect("a folder");
        for frame in 11..=13 {
            let file = format!("{name}/{name}.{frame:04}.exr");
            std::fs::copy(support::small_data().join("cloth").join(&file), opened.join(&file))
                .expect("copied");
        }
    }
    let stage = Stage::new(folder.path(), std::slice::from_ref(&opened));
    let file = folder.path().join("aovscope_exports/comparison_export.csv");
    // The slider's last frame, then the middle of the canvas, which shows a middle pixel.
    let prepare = || {
        stage.drive(&["mousemove", "1200", "535", "click", "1"]);
        std::thread::sleep(Duration::from_millis(500));
        stage.drive(&["mousemove", "610", "258", "click", "1"]);
        std::thread::sleep(Duration::from_millis(700));
    };
    export(&stage, &file, &prepare);

    let rows = rows(&file);
    let at = rows[0].at;
    assert!((70..90).contains(&at.0) && (35..55).contains(&at.1), "the middle of 160 x 90, got {at:?}");
    let mut checked = 0;
    for row in rows.iter().filter(|row| row.at == at) {
        let path = opened.join(format!("{0}/{0}.{1:04}.exr", row.sequence, row.frame));
        let samples = stored(&path, at);
        let (_, sample) = samples.iter().find(|(name, _)| *name == row.channel).expect("the channel");
        let wanted = sample.to_f64();
        assert_eq!(row.value.to_bits(), wanted.to_bits(), "{} {} {}", row.sequence, row.frame, row.channel);
        checked += 1;
    }
    assert_eq!(checked, 2 * 3 * 4, "two sequences, three frames, four channels");
    rests(&folder.path().join("frames.csv"));
}

/// The log of drawn frames tells when there was a picture; and nothing is drawn when nothing happens.
fn rests(log: &Path) {
    let lines = || {
        let text = std::fs::read_to_string(log).expect("the log of drawn frames");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = lines();
    let columns = all[0].split(',').count();
    assert!(all.iter().all(|line| line.split(',').count() == columns), "{all:?}");
    assert_eq!(all.iter().filter(|line| line.ends_with(",first_picture")).count(), 1, "{all:?}");
    // A notice goes by itself after a while; then nothing moves.
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut before = all.len();
    loop {
        std::thread::sleep(Duration::from_secs(3));
        let now = lines().len();
        if now == before {
            break;
        }
        assert!(Instant::now() < deadline, "it draws for ever");
        before = now;
    }
}
