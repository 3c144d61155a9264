//! The frames that are read: generated one compression at a time, or those of a folder.

use std::fmt;
use std::path::{Path, PathBuf};

use aovscope::codec::{Limits, read_info};
use aovscope::image::{Aov, FileFormat, ImageInfo};
use exr::compression::Compression;

use crate::engine::Engine;
use crate::{Args, support};

/// Channels from which on a frame is one of many AOVs.
const MANY: usize = 12;

const COMPRESSIONS: [(&str, Compression); 9] = [
    ("NONE", Compression::Uncompressed),
    ("RLE", Compression::RLE),
    ("ZIPS", Compression::ZIP1),
    ("ZIP", Compression::ZIP16),
    ("PIZ", Compression::PIZ),
    ("PXR24", Compression::PXR24),
    ("B44A", Compression::B44A),
    ("DWAA", Compression::DWAA(None)),
    ("DWAB", Compression::DWAB(None)),
];

/// What is read of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// One RGB AOV of many.
    One,
    /// All channels of many AOVs.
    All,
    /// A picture, whole.
    Rgba,
}

/// A file, and what is read of it.
pub struct Frame {
    pub path: PathBuf,
    /// As tables name it.
    pub compression: String,
    pub case: Case,
    /// Full names, as files spell them; `None` for all.
    pub channels: Option<Vec<String>>,
}

impl Case {
    pub const ALL: [Self; 3] = [Self::One, Self::All, Self::Rgba];

    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "one AOV",
            Self::All => "all channels",
            Self::Rgba => "RGBA",
        }
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.compression, self.case.name())
    }
}

/// Makes the wanted frames one after the other and calls `measure` for each.
pub fn for_each(args: &Args, engines: &mut [Engine], mut measure: impl FnMut(&Frame, &mut [Engine])) {
    if let Some(folder) = std::env::var_os("AOVSCOPE_BENCH_FRAMES") {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = entries.filter(|path| path.is_file()).collect();
        paths.sort();
        for path in paths {
            visit(&path, args, |frame| measure(frame, engines));
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (kind, is_wanted) in [
        ("aovs", args.cases().iter().any(|&case| case != Case::Rgba)),
        ("rgba", args.cases().contains(&Case::Rgba)),
    ] {
        let mut frame = None;
        for (name, compression) in COMPRESSIONS.into_iter().filter(|(name, _)| is_wanted && args.wants(name))
        {
            let path = folder.path().join(format!("{kind}_{name}.exr"));
            let make = if kind == "aovs" { support::frames::aovs } else { support::frames::rgba };
            frame.get_or_insert_with(|| make(args.size(), 1)).write(&path, compression);
            visit(&path, args, |frame| measure(frame, engines));
            std::fs::remove_file(path).unwrap();
        }
    }
    if args.cases().contains(&Case::Rgba) && (args.wants("png") || args.wants("jpeg")) {
        let (png, jpeg) = (folder.path().join("picture.png"), folder.path().join("picture.jpg"));
        support::frames::write_png(&png, args.size());
        visit(&png, args, |frame| measure(frame, engines));
        // Only where one of the engines can write it.
        if engines.iter_mut().any(|engine| engine.convert(&png, &jpeg).is_ok()) {
            visit(&jpeg, args, |frame| measure(frame, engines));
        }
    }
}

/// Calls `measure` with all that is to be read of a file.
fn visit(path: &Path, args: &Args, mut measure: impl FnMut(&Frame)) {
    let info = read_info(path, &Limits::default()).unwrap();
    let compression = match info.format {
        FileFormat::Exr => info.parts[0].compression.clone(),
        FileFormat::Png => "PNG".to_owned(),
        FileFormat::Jpeg => "JPEG".to_owned(),
    };
    if !args.wants(&compression) {
        return;
    }
    support::describe(path);
    let many = info.parts[0].channels.len() >= MANY;
    for case in args.cases().into_iter().filter(|&case| many == (case != Case::Rgba)) {
        let channels = (case == Case::One).then(|| rgb_channels(&info));
        measure(&Frame { path: path.to_owned(), compression: compression.clone(), case, channels });
    }
}

/// Full names of the channels of the first AOV that has R, G and B.
fn rgb_channels(info: &ImageInfo) -> Vec<String> {
    let names = |aov: &Aov| -> Vec<String> {
        aov.channels.iter().map(|c| info.parts[aov.part].channels[c.index].name.clone()).collect()
    };
    let is_rgb = |aov: &&Aov| aov.channels.len() == 3 && aov.channels[0].name.eq_ignore_ascii_case("R");
    names(info.aovs.iter().find(is_rgb).expect("a frame of many AOVs has one of R, G and B"))
}
