//! What the fuzz targets share: bytes become a file, the file is read, and what comes out is checked.

mod dwa;
#[path = "../../it/codec/invariants.rs"]
mod invariants;
mod recipe;
mod seeds;

pub use recipe::Recipe;
pub use seeds::write_if_asked;

use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use aovscope::codec::{Limits, read_info, read_planes};

/// Small, so that many runs fit into a second.
const LIMITS: Limits = Limits {
    max_pixels: 1 << 20,
    max_channels: 64,
    max_header_bytes: 1 << 20,
    max_bytes: 1 << 27,
    max_samples: 1 << 20,
};

/// Reads the AOVs of a file of these bytes, all at once and one of them alone.
///
/// # Panics
/// When the reader does, or when what it returns contradicts itself.
pub fn read(bytes: &[u8]) {
    let path = write(bytes);
    let Ok(info) = read_info(&path, &LIMITS) else { return };
    let aovs: Vec<_> = info.aovs.iter().collect();
    let together = read_planes(&info, &aovs, &LIMITS);
    assert_eq!(together.len(), aovs.len());
    together.iter().flatten().for_each(invariants::check);
    if aovs.is_empty() {
        return;
    }
    let one = bytes.len() % aovs.len();
    let alone = read_planes(&info, &aovs[one..=one], &LIMITS);
    if let (Ok(alone), Ok(together)) = (&alone[0], &together[one]) {
        invariants::check(alone);
        invariants::check_same(alone, together);
    }
}

/// Reads what the file holds, without its pixels.
///
/// # Panics
/// When the reader does.
pub fn read_header(bytes: &[u8]) {
    if let Ok(info) = read_info(&write(bytes), &LIMITS) {
        assert!(info.parts.iter().all(|part| part.data_window.pixels() <= LIMITS.max_pixels));
    }
}

/// The one file of this process: it has no name, so nothing is left behind, and is overwritten.
fn write(bytes: &[u8]) -> PathBuf {
    static FILE: OnceLock<Mutex<File>> = OnceLock::new();
    let file = FILE.get_or_init(|| {
        prepare();
        let memory = PathBuf::from("/dev/shm");
        let file = if memory.is_dir() { tempfile::tempfile_in(memory) } else { tempfile::tempfile() };
        Mutex::new(file.expect("a temporary file"))
    });
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.set_len(0).expect("emptied");
    file.rewind().expect("at its start");
    file.write_all(bytes).expect("written");
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Everything on one thread, and no end at panics that the reader catches (those of other people's
/// decoders): one that it does not catch still ends the run.
fn prepare() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().expect("the first pool");
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
}
