//! Reads small fixed frames, for `benches/instructions.sh` to count the instructions of.
//!
//! `write FOLDER` writes the frames and prints a line for each case: name, file, what is read, bytes
//! of samples. `read FILE all|one` reads twice on one thread; the second is the one to count.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench ends where it fails")]
#![allow(clippy::print_stdout, reason = "a bench prints")]

mod support;

use std::hint::black_box;
use std::path::Path;

use aovscope::codec::{Limits, read_info, read_planes};
use exr::compression::Compression;

const SIZE: (usize, usize) = (512, 256);

/// The AOV that is read alone.
const ONE: &str = "diffuse";

const COMPRESSIONS: [(&str, Compression); 10] = [
    ("NONE", Compression::Uncompressed),
    ("RLE", Compression::RLE),
    ("ZIPS", Compression::ZIP1),
    ("ZIP", Compression::ZIP16),
    ("PIZ", Compression::PIZ),
    ("PXR24", Compression::PXR24),
    ("B44", Compression::B44),
    ("B44A", Compression::B44A),
    ("DWAA", Compression::DWAA(None)),
    ("DWAB", Compression::DWAB(None)),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["write", folder] => write(Path::new(folder)),
        ["read", file, what] => read(Path::new(file), what),
        _ => println!("to be run by benches/instructions.sh"),
    }
}

fn write(folder: &Path) {
    let mut frames = [("aovs", support::frames::aovs(SIZE, 1)), ("rgba", support::frames::rgba(SIZE, 1))];
    for (name, compression) in COMPRESSIONS {
        for (kind, frame) in &mut frames {
            let path = folder.join(format!("{kind}_{name}.exr"));
            frame.write(&path, compression);
            let whats: &[&str] = if *kind == "aovs" { &["one", "all"] } else { &["all"] };
            for what in whats {
                let case = if *kind == "rgba" { "rgba" } else { what };
                println!("{name} {case}\t{}\t{what}\t{}", path.display(), decode(&path, what));
            }
        }
    }
}

fn read(path: &Path, what: &str) {
    // One thread, this one: else what idle threads do would count.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().unwrap();
    pool.install(|| {
        // Tables are made and buffers taken once, as in a program that reads frame after frame.
        decode(path, what);
        black_box(counted_decode(black_box(path), what));
    });
}

/// The instructions of this and of all that it calls count.
#[inline(never)]
fn counted_decode(path: &Path, what: &str) -> u64 {
    decode(path, what)
}

/// Bytes of the samples that were read.
fn decode(path: &Path, what: &str) -> u64 {
    let info = read_info(path, &Limits::default()).unwrap();
    let aovs: Vec<_> = info.aovs.iter().filter(|aov| what == "all" || aov.key == ONE).collect();
    assert!(!aovs.is_empty());
    let planes = read_planes(&info, &aovs, &Limits::default()).into_iter().map(Result::unwrap);
    planes.map(|plane| black_box(plane).size_bytes()).sum()
}
