//! How long a frame takes from its file to samples, against other readers:
//!
//! ```sh
//! cargo bench --bench decode                                    # everything
//! cargo bench --bench decode -- zip dwaa --one --threads 1      # some of it
//! cargo bench --bench decode -- 1920 1080 --rounds 9            # other frames, more rounds
//! cargo bench --bench decode -- --peak                          # memory instead of time
//! ```
//!
//! Timed is what lies between opening a file and all wanted samples in memory; the files are in the
//! page cache. Each engine is a process that reads frame after frame (`serve.rs`, `../peers.py`) and
//! takes the time itself. They read in turn, so that a busy moment hits all alike; the first round
//! does not count, medians are told. On one thread the ratio is that of processor time, on more it
//! is that of wall time.
//!
//! All run as they come: aovscope's buffers are kept from frame to frame, other engines take fresh
//! memory for each. With `--keep-memory` they get it from an allocator that keeps what is given back,
//! so that the page faults of fresh memory are not in their time either.
//!
//! Libraries for Python are looked for in `AOVSCOPE_PYTHON`, else `python3`
//! (`pip install OpenEXR OpenImageIO`). `AOVSCOPE_BENCH_FRAMES` names a folder of frames to read
//! instead of generated ones.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench ends where it fails")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

mod engine;
mod frames;
mod race;
mod serve;
#[path = "../support/mod.rs"]
mod support;
mod table;

use clap::Parser;

use frames::Case;

#[derive(Debug, Parser)]
struct Args {
    /// Compressions (`zip`, `dwaa`, `png` …; all without), and width and height of the frames.
    words: Vec<String>,
    /// Read one RGB AOV of a frame of many.
    #[arg(long)]
    one: bool,
    /// Read all channels of that frame.
    #[arg(long)]
    all: bool,
    /// Read an RGBA picture of halves.
    #[arg(long)]
    rgba: bool,
    /// Threads; 1 and one for each core without.
    #[arg(long)]
    threads: Option<usize>,
    /// Rounds that count.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Tell the peak memory of one read by a fresh process.
    #[arg(long)]
    peak: bool,
    /// Let the other engines keep memory from frame to frame, too.
    #[arg(long)]
    keep_memory: bool,
    /// Answer questions, as one of the engines.
    #[arg(long, hide = true)]
    serve: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Args {
    fn size(&self) -> (usize, usize) {
        let mut numbers = self.words.iter().filter_map(|word| word.parse().ok());
        match (numbers.next(), numbers.next()) {
            (Some(width), Some(height)) => (width, height),
            _ => (3840, 2160),
        }
    }

    fn wants(&self, compression: &str) -> bool {
        let mut names = self.words.iter().filter(|word| word.parse::<usize>().is_err()).peekable();
        names.peek().is_none() || names.any(|name| name.eq_ignore_ascii_case(compression))
    }

    fn cases(&self) -> Vec<Case> {
        let chosen = [(Case::One, self.one), (Case::All, self.all), (Case::Rgba, self.rgba)];
        let every = chosen.iter().all(|(_, is_chosen)| !is_chosen);
        chosen.into_iter().filter(|(_, is_chosen)| every || *is_chosen).map(|(case, _)| case).collect()
    }

    fn threads(&self) -> Vec<usize> {
        let cores = std::thread::available_parallelism().unwrap().get();
        let mut threads = self.threads.map_or_else(|| vec![1, cores], |threads| vec![threads]);
        threads.dedup();
        threads
    }
}

fn main() {
    let args = Args::parse();
    if args.serve {
        return serve::answer();
    }
    if args.peak {
        return peak(&args);
    }
    let mut engines = engine::start_all(args.keep_memory);
    println!("{}", engines.iter().map(|engine| engine.title.clone()).collect::<Vec<_>>().join(", "));
    let mut results = Vec::new();
    frames::for_each(&args, &mut engines, |frame, engines| {
        for &threads in &args.threads() {
            results.push(race::run(frame, threads, args.rounds, engines));
        }
    });
    for threads in args.threads() {
        let results: Vec<_> = results.iter().filter(|result| result.threads == threads).collect();
        table::print(threads, &engines, &results);
    }
}

/// Memory of one read of each frame, all cores, by a process that has read nothing before.
fn peak(args: &Args) {
    println!("| frame | engine | MB before | MB at most |\n|---|---|---|---|");
    frames::for_each(args, &mut [], |frame, _| {
        for engine in engine::start_all(false).iter_mut().filter(|engine| engine.reads(frame)) {
            let before = engine.peak_mb();
            if let Err(reason) = engine.read(frame, *args.threads().last().unwrap()) {
                eprintln!("{frame}, {}: {reason}", engine.title);
                continue;
            }
            println!("| {frame} | {} | {before:.0} | {:.0} |", engine.title, engine.peak_mb());
        }
    });
}
