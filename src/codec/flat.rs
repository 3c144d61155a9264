//! What PNG and JPEG have in common: one part at the origin, interleaved samples of one type.

use crate::image::{
    Aov, ChannelInfo, FileFormat, ImageInfo, PartInfo, PartLayout, Plane, PlaneChannel, SampleType, Samples,
    Window, group_aovs,
};

use super::Error;
use super::source::Source;

/// Note of a file with an ICC profile.
pub const PROFILE_NOTE: &str = "its ICC profile is not applied: values are as stored";

/// What the header of such a file tells.
pub struct Flat {
    pub format: FileFormat,
    pub window: Window,
    pub channels: &'static [&'static str],
    pub sample_type: SampleType,
    pub notes: Vec<String>,
}

impl Flat {
    /// The same in the words of all formats.
    pub fn info(&self, source: &Source) -> ImageInfo {
        let sample_type = self.sample_type;
        let channel = |name: &&str| ChannelInfo { name: (*name).to_owned(), sample_type, sampling: (1, 1) };
        let parts = vec![PartInfo {
            name: None,
            view: None,
            layout: PartLayout::ScanLine,
            compression: if self.format == FileFormat::Png { "DEFLATE" } else { "JPEG" }.to_owned(),
            data_window: self.window,
            display_window: self.window,
            channels: self.channels.iter().map(channel).collect(),
            chromaticities: None,
            cryptomattes: Vec::new(),
            unreadable: None,
            notes: self.notes.clone(),
        }];
        let aovs = group_aovs(&parts);
        ImageInfo { path: source.path.clone(), format: self.format, parts, aovs, incomplete: None }
    }

    /// # Errors
    /// When the file is no longer the one that `info` tells of.
    pub fn check_unchanged(&self, source: &Source, info: &ImageInfo) -> Result<(), Error> {
        let now = self.info(source);
        let same = |a: &PartInfo, b: &PartInfo| a.channels == b.channels && a.data_window == b.data_window;
        match info.parts.as_slice() {
            [part] if same(part, &now.parts[0]) => Ok(()),
            _ => Err(Error::Changed { path: source.path.clone() }),
        }
    }

    /// A few bytes cannot hold the gigabytes that a damaged header claims: no more than `max_ratio`
    /// times their number.
    pub fn check_memory(&self, source: &Source, max_ratio: u64) -> Result<(), Error> {
        let claimed = self.pixel_bytes();
        if claimed > source.len.saturating_mul(max_ratio) {
            let reason = format!("its header claims {claimed} bytes of pixels, the file has {}", source.len);
            return Err(Error::damaged(&source.path, "", reason));
        }
        Ok(())
    }

    fn pixel_bytes(&self) -> u64 {
        self.window.pixels().saturating_mul((self.channels.len() * self.sample_type.bytes()) as u64)
    }
}

/// One channel out of interleaved bytes of `count` channels.
pub fn bytes_of(pixels: &[u8], count: usize, channel: usize) -> Samples {
    fn of<const N: usize>(pixels: &[u8], channel: usize) -> Vec<u8> {
        pixels.as_chunks::<N>().0.iter().map(|pixel| pixel[channel]).collect()
    }
    Samples::U8(match count {
        1 => pixels.to_vec(),
        2 => of::<2>(pixels, channel),
        3 => of::<3>(pixels, channel),
        _ => of::<4>(pixels, channel),
    })
}

/// One channel out of interleaved 16-bit words of `count` channels, high byte first.
pub fn words_of(pixels: &[u8], count: usize, channel: usize) -> Samples {
    fn fill<const N: usize>(pixels: &[u8], channel: usize, samples: &mut [u8]) {
        let (words, samples) = (pixels.as_chunks::<2>().0, samples.as_chunks_mut::<2>().0);
        for (pixel, sample) in words.as_chunks::<N>().0.iter().zip(samples) {
            *sample = u16::from_be_bytes(pixel[channel]).to_ne_bytes();
        }
    }
    let mut samples = Samples::unset(SampleType::U16, pixels.len() / 2 / count);
    let out = samples.as_bytes_mut();
    match count {
        1 => fill::<1>(pixels, channel, out),
        2 => fill::<2>(pixels, channel, out),
        3 => fill::<3>(pixels, channel, out),
        _ => fill::<4>(pixels, channel, out),
    }
    samples
}

/// Picks the channels of each AOV out of the interleaved `pixels`.
pub fn planes(
    source: &Source,
    flat: &Flat,
    aovs: &[&Aov],
    pixels: &[u8],
    pick: impl Fn(usize) -> Samples,
) -> Result<Vec<Result<Plane, Error>>, Error> {
    let expected = flat.pixel_bytes();
    if pixels.len() as u64 != expected {
        let reason = format!("{} bytes of pixels came out instead of {expected}", pixels.len());
        return Err(Error::damaged(&source.path, "", reason));
    }
    let stale = || Error::Changed { path: source.path.clone() };
    let plane = |aov: &&Aov| {
        if aov.channels.iter().any(|c| c.index >= flat.channels.len()) {
            return Err(stale());
        }
        let channel =
            |c: &crate::image::AovChannel| PlaneChannel { name: c.name.clone(), samples: pick(c.index) };
        let channels = aov.channels.iter().map(channel).collect();
        Ok(Plane { data_window: flat.window, display_window: flat.window, channels, unreadable: Vec::new() })
    };
    Ok(aovs.iter().map(plane).collect())
}
