//! The program: parse, run, print the error, exit.

use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aovscope::cli::{Cli, Command, compare, demo, gpu, info, probe};
use aovscope::engine::Verdict;
use aovscope::export::remove_unfinished;
use clap::Parser;

/// Something could not be done.
const TROUBLE: u8 = 2;
/// Ended by Ctrl-C, as shells have it: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let cli = Cli::parse();
    hush_device_selection();
    let cancel = Arc::new(AtomicBool::new(false));
    // Only what writes reports of many frames has an order to end in.
    let in_order = matches!(cli.command, Some(Command::Compare(_) | Command::Probe(_)));
    listen_for_interrupts(Arc::clone(&cancel), in_order);
    let result = run(&cli, &cancel);
    if cancel.load(Ordering::Relaxed) {
        remove_unfinished();
        return ExitCode::from(INTERRUPTED);
    }
    match result {
        Ok(Verdict::Same) => ExitCode::SUCCESS,
        Ok(Verdict::Different) => ExitCode::from(1),
        Ok(Verdict::Incomplete) => ExitCode::from(TROUBLE),
        Err(error) if is_broken_pipe(&error) => ExitCode::from(TROUBLE),
        Err(error) => {
            print_error(&error);
            ExitCode::from(TROUBLE)
        }
    }
}

fn run(cli: &Cli, cancel: &Arc<AtomicBool>) -> anyhow::Result<Verdict> {
    let mut out = BufWriter::new(io::stdout().lock());
    match &cli.command {
        Some(Command::Demo(args)) => {
            let folders = demo::run(args, &mut out, Arc::clone(cancel))?;
            drop(out);
            if !args.headless {
                open_after_demo(folders);
            }
            Ok(Verdict::Same)
        }
        Some(Command::Info(args)) => Ok(match info::run(args, &mut out)? {
            info::Outcome::Complete => Verdict::Same,
            info::Outcome::Incomplete => Verdict::Incomplete,
        }),
        Some(Command::Compare(args)) => compare::run(args, &mut out, Arc::clone(cancel)),
        Some(Command::Probe(args)) => probe::run(args, &mut out, Arc::clone(cancel)),
        Some(Command::Gpu(args)) => Ok(match gpu::run(args, &mut out)? {
            gpu::Outcome::Usable => Verdict::Same,
            gpu::Outcome::Unusable => Verdict::Incomplete,
        }),
        Some(Command::Keys) => {
            out.write_all(keys_text()?.as_bytes())?;
            out.flush()?;
            Ok(Verdict::Same)
        }
        None => {
            drop(out);
            open_window(cli.paths.clone())?;
            Ok(Verdict::Same)
        }
    }
}

#[cfg(feature = "window")]
fn open_window(paths: Vec<PathBuf>) -> anyhow::Result<()> {
    aovscope::app::run(aovscope::app::Options { paths, memory_bytes: None })
}

#[cfg(feature = "window")]
fn keys_text() -> anyhow::Result<String> {
    Ok(aovscope::app::keys_file())
}

#[cfg(not(feature = "window"))]
fn keys_text() -> anyhow::Result<String> {
    anyhow::bail!("this build has no window and so no keys (it was made with --no-default-features)")
}

#[cfg(not(feature = "window"))]
fn open_window(_: Vec<PathBuf>) -> anyhow::Result<()> {
    anyhow::bail!("this build has no window (it was made with --no-default-features); see --help")
}

/// The demo has done its job by then: without a display it says so, and that is all.
#[allow(clippy::print_stderr, reason = "main is where errors are told")]
fn open_after_demo(folders: Vec<PathBuf>) {
    if let Err(error) = open_window(folders) {
        eprintln!("aovscope: no window: {}", told_once(&error));
    }
}

/// The first Ctrl-C ends a comparison in good order; the second, or the first of any other command and
/// of the window, at once. None leaves half a file.
fn listen_for_interrupts(cancel: Arc<AtomicBool>, in_order: bool) {
    let handler = move || {
        if cancel.swap(true, Ordering::Relaxed) || !in_order {
            remove_unfinished();
            std::process::exit(i32::from(INTERRUPTED));
        }
    };
    // Without a handler Ctrl-C still ends the program; only temporary files would stay.
    let _ = ctrlc::set_handler(handler);
}

/// Mesa's device-selection layer looks for a Wayland display at every look at the adapters, and
/// without `XDG_RUNTIME_DIR`, as on a farm node, complains of it on standard error. There is no
/// display to choose an adapter for then: the layer is told to stay out.
#[allow(unsafe_code, reason = "a variable for a C library, which reads no other settings")]
fn hush_device_selection() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: the first thing that the program does after reading its arguments; there is no
        // other thread yet that could read the environment.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}

/// Whoever reads standard output has gone (`| head`): nothing to tell.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io_error = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    io_error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

#[allow(clippy::print_stderr, reason = "main is where errors are told")]
fn print_error(error: &anyhow::Error) {
    eprintln!("aovscope: {}", told_once(error));
}

/// The error and its causes, but for those that it has named itself.
fn told_once(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
