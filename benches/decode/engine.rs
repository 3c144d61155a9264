//! A reader in a process of its own: asked by a line, answers by a line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::frames::Frame;

/// Names by which servers know their engines, aovscope first.
const ENGINES: [&str; 4] = ["aovscope", "exr", "openexr", "openimageio"];

/// A server that reads by one library.
pub struct Engine {
    name: &'static str,
    /// Library and version.
    pub title: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What one read took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub wall_ms: f64,
    pub cpu_ms: f64,
    pub samples: u64,
}

/// All engines that this machine has; says which it has not. With `keep_memory`, those of others
/// keep memory that they gave back.
pub fn start_all(keep_memory: bool) -> Vec<Engine> {
    let mut engines = Vec::new();
    for name in ENGINES {
        match Engine::start(name, keep_memory && name != ENGINES[0]) {
            Ok(engine) => engines.push(engine),
            Err(reason) => eprintln!("{name} is left out: {reason}"),
        }
    }
    engines
}

impl Engine {
    fn start(name: &'static str, keep_memory: bool) -> Result<Self, String> {
        let mut command = if matches!(name, "aovscope" | "exr") {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg("--serve");
            command
        } else {
            let python = std::env::var_os("AOVSCOPE_PYTHON").unwrap_or_else(|| "python3".into());
            let mut command = Command::new(python);
            command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers.py"));
            command
        };
        if keep_memory {
            // glibc: no memory maps of their own for large blocks, and the heap never shrinks.
            command.env("MALLOC_MMAP_MAX_", "0").env("MALLOC_TRIM_THRESHOLD_", "100000000000");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{:?} does not start: {error}", command.get_program()))?;
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut engine = Self { name, title: String::new(), child, input, output };
        engine.title = engine.ask(&["versions", name])?.join(" ");
        Ok(engine)
    }

    /// Reads the channels of a frame.
    ///
    /// # Errors
    /// With the engine's reason.
    pub fn read(&mut self, frame: &Frame, threads: usize) -> Result<Cost, String> {
        let path = frame.path.to_str().unwrap();
        let channels = frame.channels.as_ref().map_or_else(|| "*".to_owned(), |names| names.join(","));
        let answer = self.ask(&["read", path, &channels, &threads.to_string(), self.name])?;
        let [wall, cpu, samples] = &answer[..] else { return Err(format!("it answered {answer:?}")) };
        let ms = |seconds: &str| seconds.parse::<f64>().unwrap() * 1e3;
        Ok(Cost { wall_ms: ms(wall), cpu_ms: ms(cpu), samples: samples.parse().unwrap() })
    }

    /// Whether it knows the format of the frame.
    pub fn reads(&self, frame: &Frame) -> bool {
        let is_exr = frame.path.extension().is_some_and(|extension| extension == "exr");
        is_exr || matches!(self.name, "aovscope" | "openimageio")
    }

    /// Writes a picture in another format.
    ///
    /// # Errors
    /// With the engine's reason, where it cannot.
    pub fn convert(&mut self, from: &Path, to: &Path) -> Result<(), String> {
        if self.name != "openimageio" {
            return Err("it does not write".to_owned());
        }
        self.ask(&["convert", from.to_str().unwrap(), to.to_str().unwrap()]).map(drop)
    }

    /// The most memory that the process had so far, in MB; NaN outside Linux.
    pub fn peak_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.map_or(f64::NAN, |kib| kib * 1024.0 / 1e6)
    }

    fn ask(&mut self, words: &[&str]) -> Result<Vec<String>, String> {
        let told = |error: std::io::Error| error.to_string();
        writeln!(self.input, "{}", words.join("\t")).map_err(told)?;
        self.input.flush().map_err(told)?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(told)?;
        match line.trim_end().split_once('\t').unwrap_or((line.trim_end(), "")) {
            ("ok", answer) => Ok(answer.split('\t').map(str::to_owned).collect()),
            ("no", reason) => Err(reason.to_owned()),
            _ => Err("it ended without an answer".to_owned()),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
