//! The program itself, on a screen of its own, driven as a user drives it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use aovscope::codec::{Limits, read_info, read_planes};
use aovscope::image::Sample;
use aovscope::view::Workspace;

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
    screen: (Running, String),
    log: PathBuf,
}

/// Which program of which Debian package could not be started.
fn missing(program: &str, package: &str, error: &std::io::Error) -> String {
    format!("cannot start {program} (apt-get install {package}): {error}")
}

/// A virtual screen under a number that it finds free itself, and that number.
fn screen() -> (Running, String) {
    let mut screen = Command::new("Xvfb")
        // Without a reset when its last client goes: the next one may come in the midst of it.
        .args(["-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp", "-noreset"])
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
        Self::on(screen(), folder, paths)
    }

    /// On a screen that is there already.
    fn on(screen: (Running, String), folder: &Path, paths: &[PathBuf]) -> Self {
        let log = folder.join("stderr.txt");
        let stderr = std::fs::File::create(&log).expect("the log can be made");
        let program = Command::new(env!("CARGO_BIN_EXE_aovscope"))
            .args(paths)
            .current_dir(folder)
            .env("DISPLAY", &screen.1)
            .env("WINIT_X11_SCALE_FACTOR", "1")
            .env("XDG_RUNTIME_DIR", folder)
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("XDG_STATE_HOME", folder.join("state"))
            .env("AOVSCOPE_FRAME_LOG", folder.join("frames.csv"))
            .env_remove("WAYLAND_DISPLAY")
            .stderr(stderr)
            .spawn()
            .expect("the program can be started");
        let mut stage = Self { program: Running(program), screen, log };
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
            .env("DISPLAY", &self.screen.1)
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

/// Two sequences of three frames in a folder of their own.
fn copied(folder: &Path) -> PathBuf {
    let opened = folder.join("cloth");
    for name in ["clothsimv1", "clothsimv2"] {
        std::fs::create_dir_all(opened.join(name)).expect("a folder");
        for frame in 11..=13 {
            let file = format!("{name}/{name}.{frame:04}.exr");
            std::fs::copy(support::small_data().join("cloth").join(&file), opened.join(&file))
                .expect("copied");
        }
    }
    opened
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
    let opened = copied(folder.path());
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

/// What the program itself prints.
fn printed(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    command.current_dir(folder).args(arguments).output().expect("the program runs")
}

/// Does `step` until `done`.
#[track_caller]
fn until(what: &str, done: impl Fn() -> bool, step: impl Fn()) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !done() {
        assert!(Instant::now() < deadline, "{what}: not within two minutes");
        step();
        std::thread::sleep(Duration::from_millis(1200));
    }
}

/// A user opens a workspace, scrubs, changes the AOV, tracks a pixel and a region, exports, saves,
/// comes back: the numbers are those of before, and those of the commands.
#[test]
fn a_saved_workspace_gives_the_same_numbers_again_and_from_the_commands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    copied(folder);
    let file = folder.join("shot.aovscope.toml");
    let text = "schema = \"aovscope-workspace\"\nversion = 1\n\
                [[sequences]]\npath = \"cloth/clothsimv1/clothsimv1.####.exr\"\nrole = \"reference\"\n\
                [[sequences]]\npath = \"cloth/clothsimv2/clothsimv2.####.exr\"\n";
    std::fs::write(&file, text).expect("written");
    let saved = || Workspace::read(&file).expect("a workspace").workspace;
    let stage = Stage::new(folder, std::slice::from_ref(&file));
    let save = || stage.drive(&["key", "ctrl+s"]);
    until(
        "scrubbed",
        || saved().screen.frame == Some(13),
        || {
            stage.drive(&["mousemove", "1200", "535", "click", "1"]);
            save();
        },
    );
    // Through the palette: no click depends on where the list of AOVs is.
    stage.drive(&["key", "ctrl+k"]);
    std::thread::sleep(Duration::from_millis(1500));
    stage.drive(&["type", "--delay", "60", "aov viewlayer.normal"]);
    std::thread::sleep(Duration::from_millis(1500));
    stage.drive(&["key", "Return"]);
    until("another AOV", || saved().screen.aov.as_deref() == Some("ViewLayer.Normal"), save);
    until(
        "a pixel",
        || !saved().probes.is_empty(),
        || {
            stage.drive(&["mousemove", "610", "258", "click", "1"]);
            save();
        },
    );
    until(
        "a region",
        || saved().probes.len() > 1,
        || {
            stage.drive(&["keydown", "shift", "mousemove", "560", "220", "mousedown", "1"]);
            std::thread::sleep(Duration::from_millis(300));
            stage.drive(&[
                "mousemove",
                "600",
                "240",
                "mousemove",
                "640",
                "260",
                "mouseup",
                "1",
                "keyup",
                "shift",
            ]);
            std::thread::sleep(Duration::from_millis(300));
            save();
        },
    );
    let exports = folder.join("aovscope_exports");
    let (first, second) = (exports.join("comparison_export.csv"), exports.join("comparison_export_2.csv"));
    until("an export", || first.exists(), || stage.drive(&["key", "ctrl+alt+e"]));
    until(
        "a picture",
        || exports.join("view_ViewLayer.Normal.0013.png").exists(),
        || stage.drive(&["key", "F12"]),
    );
    let before = saved();
    let Stage { program, screen, .. } = stage;
    drop(program);
    // Only the first export is of before.
    for left_over in std::fs::read_dir(&exports).expect("listed").map(|entry| entry.expect("an entry").path())
    {
        if left_over.extension().is_some_and(|extension| extension == "csv") && left_over != first {
            std::fs::remove_file(left_over).expect("removed");
        }
    }

    let stage = Stage::on(screen, folder, std::slice::from_ref(&file));
    until("an export again", || second.exists(), || stage.drive(&["key", "ctrl+alt+e"]));
    stage.drive(&["key", "ctrl+s"]);
    drop(stage);
    let after = saved();
    assert_eq!((before.sequences, before.rules, before.probes), (after.sequences, after.rules, after.probes));
    assert_eq!((before.screen.aov, before.screen.frame), (after.screen.aov, after.screen.frame));
    let exported = std::fs::read(&first).expect("exported");
    assert!(exported == std::fs::read(&second).expect("exported again"), "opened again, it is the same");
    let probed = printed(folder, &["probe", "--workspace", "shot.aovscope.toml"]);
    assert!(probed.stdout == exported, "{}", String::from_utf8_lossy(&probed.stderr));
    let compared =
        printed(folder, &["compare", "--workspace", "shot.aovscope.toml", "--json", "-", "--quiet"]);
    let by_hand = ["compare", "cloth/clothsimv1", "cloth/clothsimv2", "--json", "-", "--quiet"];
    assert!(!compared.stdout.is_empty() && compared.stdout == printed(folder, &by_hand).stdout);
}

/// No adapter, no window: what to install is told, for the distributions that have it under these names.
#[test]
fn without_an_adapter_the_program_says_what_to_install() {
    let (_screen, display) = screen();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_aovscope"))
        .env("DISPLAY", display)
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .env("XDG_STATE_HOME", folder.path())
        .env_remove("WAYLAND_DISPLAY")
        .env("WGPU_BACKEND", "vulkan")
        .env("VK_DRIVER_FILES", "/nowhere.json")
        .env("VK_ICD_FILENAMES", "/nowhere.json")
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("apt install mesa-vulkan-drivers"), "{told}");
    assert!(told.contains("dnf install mesa-vulkan-drivers") && !told.contains("panicked"), "{told}");
}
