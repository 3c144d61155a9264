//! What each drawn frame took, as CSV: how responsiveness is measured.
//!
//! With the environment variable `AOVSCOPE_FRAME_LOG=FILE` the window writes a line for each frame that
//! it draws, in milliseconds:
//!
//! | column | what it is |
//! |---|---|
//! | `since_start` | since the program started, when the drawing of the frame began |
//! | `tick` | taking in what the threads brought, and asking them for what comes next |
//! | `ui` | panels: layout, input, and what the user's wishes change |
//! | `tessellate` | shapes into triangles |
//! | `wait` | until the screen gives a picture to draw on (vsync; the device's queue) |
//! | `submit` | handing all over to the device |
//! | `cpu` | processor time of the window's thread in `tick + ui + tessellate`; nothing where the system does not tell |
//! | `wanted` | frame number at the playhead |
//! | `shown` | frame number of the picture in the canvas, when the frame was drawn |
//! | `waiting` | 1 while the canvas shows something else than what is wanted |
//! | `rough` | 1 while a rough picture stands for the whole |
//! | `event` | `first_picture` at the first frame with a whole picture, else nothing |
//!
//! `tick + ui + tessellate` is what the window's thread does itself, and must stay under 16 ms; on a
//! machine that does other things too, `cpu` says how much of it was the program's own. `submit` is the
//! driver's: one that draws on the processor draws there.
//! A frame's picture was late by as many lines as have that `wanted` before one has it as `shown`; where
//! the picture was there already, that is none. A program at rest writes no lines.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use super::App;

/// The environment variable that names the file.
const VARIABLE: &str = "AOVSCOPE_FRAME_LOG";

/// What one frame took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// See the columns.
    pub tick: Duration,
    /// See the columns.
    pub ui: Duration,
    /// See the columns.
    pub tessellate: Duration,
    /// See the columns.
    pub wait: Duration,
    /// See the columns.
    pub submit: Duration,
    /// See the columns.
    pub cpu: Option<Duration>,
}

/// The file, and what it needs to know.
pub struct FrameLog {
    file: File,
    start: Instant,
    has_picture: bool,
}

impl FrameLog {
    /// The log that the environment asks for, if it does. `start`: of the program.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn from_environment(start: Instant) -> std::io::Result<Option<Self>> {
        let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) else { return Ok(None) };
        let mut file = File::create(path)?;
        writeln!(file, "since_start,tick,ui,tessellate,wait,submit,cpu,wanted,shown,waiting,rough,event")?;
        Ok(Some(Self { file, start, has_picture: false }))
    }

    /// Writes the line of a frame whose drawing began at `began`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn drawn(&mut self, app: &App, began: Instant, spent: &Spent) -> std::io::Result<()> {
        let frame = |frame: Option<i64>| frame.map_or_else(String::new, |frame| frame.to_string());
        let shown = &app.shown;
        let first = !self.has_picture
            && !shown.is_rough
            && !app.waiting
            && (shown.reference().is_some() || shown.candidate().is_some());
        self.has_picture |= first;
        let times = [began - self.start, spent.tick, spent.ui, spent.tessellate, spent.wait, spent.submit];
        let times = times.map(milliseconds);
        // One write a line: a program that is killed leaves whole lines.
        let line = format!(
            "{},{},{},{},{},{},{}\n",
            times.join(","),
            spent.cpu.map_or_else(String::new, milliseconds),
            frame(app.view.playback.frame()),
            frame(shown.frame),
            u8::from(app.waiting || app.uploading),
            u8::from(shown.is_rough),
            if first { "first_picture" } else { "" },
        );
        self.file.write_all(line.as_bytes())
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64() * 1e3)
}

/// Processor time of the calling thread.
#[cfg(unix)]
pub fn thread_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
}

/// Not told by this system.
#[cfg(not(unix))]
pub fn thread_time() -> Option<Duration> {
    None
}
