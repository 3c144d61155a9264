//! Decodes the wanted channels of one part.
//!
//! The unit of work is a band: a scan-line block, or a row of tiles. Bands are decoded on the
//! current rayon pool, each straight into its lines of the result, so at most one decompressed
//! chunk per thread is alive besides the result.

use exr::meta::BlockDescription;
use exr::meta::attribute as meta;
use exr::meta::header::Header as CodecHeader;
use rayon::prelude::*;

use crate::image::{Aov, Plane, PlaneChannel, SampleType, Samples};

use super::super::source::Source;
use super::super::{Error, catch_panic};
use super::chunks::{ChunkTable, read_head};
use super::header::{Header, Part};

/// What all bands of a part share.
struct Job<'a> {
    source: &'a Source,
    header: &'a Header,
    part_index: usize,
    part: &'a Part,
    place: String,
    codec: CodecHeader,
    /// Wanted channels: place in the part, bytes of a sample, bytes of a pixel before it.
    wanted: Vec<(usize, usize)>,
    pixel_bytes: usize,
}

/// The planes of `aovs`, which are all of that part.
pub fn read_part(
    source: &Source,
    header: &Header,
    part_index: usize,
    table: &ChunkTable,
    aovs: &[&Aov],
) -> Result<Vec<Plane>, Error> {
    let job = Job::new(source, header, part_index, aovs)?;
    let part = job.part;
    let offsets = &table.parts[part_index];
    job.check_memory(offsets)?;
    let pixels = part.data_window.pixels() as usize;
    let mut outputs: Vec<Samples> = aovs
        .iter()
        .flat_map(|aov| &aov.channels)
        .map(|c| Samples::zeros(part.channels[c.index].sample_type, pixels))
        .collect();
    job.decode(offsets, &mut outputs)?;
    let mut outputs = outputs.into_iter();
    let plane = |aov: &&Aov| Plane {
        data_window: part.data_window,
        display_window: part.display_window,
        unreadable: Vec::new(),
        channels: aov
            .channels
            .iter()
            .zip(outputs.by_ref())
            .map(|(channel, samples)| PlaneChannel { name: channel.name.clone(), samples })
            .collect(),
    };
    Ok(aovs.iter().map(plane).collect())
}

impl<'a> Job<'a> {
    fn new(source: &'a Source, header: &'a Header, part_index: usize, aovs: &[&Aov]) -> Result<Self, Error> {
        let part = &header.parts[part_index];
        let stale = || Error::Changed { path: source.path.clone() };
        let before = |index: usize| part.channels[..index].iter().map(|c| c.sample_type.bytes()).sum();
        let mut wanted = Vec::new();
        for channel in aovs.iter().flat_map(|aov| &aov.channels) {
            let found = part.channels.get(channel.index).ok_or_else(stale)?;
            wanted.push((before(channel.index), found.sample_type.bytes()));
        }
        Ok(Self {
            source,
            header,
            part_index,
            part,
            place: header.place(part_index),
            codec: codec_header(part),
            wanted,
            pixel_bytes: before(part.channels.len()),
        })
    }

    fn damaged(&self, reason: impl Into<String>) -> Error {
        Error::damaged(&self.source.path, &self.place, reason)
    }

    /// A few bytes cannot hold the gigabytes that a damaged header claims.
    fn check_memory(&self, offsets: &[u64]) -> Result<(), Error> {
        let claimed = self.part.data_window.pixels().saturating_mul(self.pixel_bytes as u64);
        let possible = self.source.len.saturating_mul(self.part.compression.max_ratio());
        if offsets.is_empty() || claimed > possible {
            let len = self.source.len;
            return Err(
                self.damaged(format!("its header claims {claimed} bytes of pixels, the file has {len}"))
            );
        }
        Ok(())
    }

    fn decode(&self, offsets: &[u64], outputs: &mut [Samples]) -> Result<(), Error> {
        let window = self.part.data_window;
        let (lines, columns) = match self.part.tiles {
            Some(tiles) => (tiles.height, window.width.div_ceil(tiles.width) as usize),
            None => (self.part.compression.lines().expect("only decodable parts come here"), 1),
        };
        let lines = lines.min(window.height) as usize;
        let mut bands: Vec<Vec<&mut [u8]>> = offsets.chunks(columns).map(|_| Vec::new()).collect();
        for (samples, &(_, size)) in outputs.iter_mut().zip(&self.wanted) {
            let pieces = samples.as_bytes_mut().chunks_mut(lines * window.width as usize * size);
            bands.iter_mut().zip(pieces).for_each(|(band, piece)| band.push(piece));
        }
        let work: Vec<_> = bands.into_iter().zip(offsets.chunks(columns)).enumerate().collect();
        work.into_par_iter().try_for_each(|(band, (mut outputs, offsets))| {
            offsets.iter().enumerate().try_for_each(|(column, &offset)| {
                let block = Block::new(self.part, band * lines, lines, column);
                let bytes = self.read_block(offset, &block, band, column)?;
                self.scatter(&bytes, &block, &mut outputs);
                Ok(())
            })
        })
    }

    /// All channels of one block, line by line, channel by channel, in the machine's byte order.
    fn read_block(&self, offset: u64, block: &Block, band: usize, column: usize) -> Result<Vec<u8>, Error> {
        let head = read_head(self.source, self.header, offset)?;
        let expected = match self.part.tiles {
            Some(_) => [column as i64, band as i64, 0, 0],
            None => [i64::from(self.part.data_window.y) + block.y as i64, 0, 0, 0],
        };
        if head.part != self.part_index || head.place.map(i64::from) != expected {
            return Err(self.damaged(format!("the chunk at byte {offset} belongs elsewhere")));
        }
        let bytes = (block.width as u64 * block.height as u64).saturating_mul(self.pixel_bytes as u64);
        let ends = head.data.checked_add(head.size).is_some_and(|end| end <= self.source.len);
        if !ends || head.size > bytes.saturating_mul(2).saturating_add(1 << 20) {
            return Err(self.damaged(format!("the chunk at byte {offset} claims {} bytes", head.size)));
        }
        if bytes > head.size.saturating_mul(self.part.compression.max_ratio()) {
            return Err(self.damaged(format!("the {} bytes at byte {offset} cannot hold {bytes}", head.size)));
        }
        let mut packed = vec![0; head.size as usize];
        self.source.read_at(head.data, &mut packed)?;
        self.decompress(packed, block, offset)
    }

    fn decompress(&self, packed: Vec<u8>, block: &Block, offset: u64) -> Result<Vec<u8>, Error> {
        // The position matters to subsampled channels only, which do not come here.
        let section = meta::IntegerBounds::new((0, 0), (block.width, block.height));
        let failed = |reason: String| {
            let y = i64::from(self.part.data_window.y) + block.y as i64;
            self.damaged(format!("the pixels from line {y} on (byte {offset}) do not decode: {reason}"))
        };
        let codec = self.codec.compression;
        let decode = || {
            codec
                .decompress_image_section_from_le(&self.codec, packed, section, false)
                .map_err(|error| failed(error.to_string()))
        };
        let bytes = catch_panic(decode, failed)?;
        if bytes.len() != block.width * block.height * self.pixel_bytes {
            return Err(failed(format!("{} bytes came out", bytes.len())));
        }
        Ok(bytes)
    }

    /// Copies the wanted channels of a block to their lines.
    fn scatter(&self, bytes: &[u8], block: &Block, outputs: &mut [&mut [u8]]) {
        let row_bytes = block.width * self.pixel_bytes;
        let stride = self.part.data_window.width as usize;
        for (line, row) in bytes.chunks_exact(row_bytes).enumerate() {
            for (output, &(before, size)) in outputs.iter_mut().zip(&self.wanted) {
                let from = &row[before * block.width..][..block.width * size];
                output[(line * stride + block.x) * size..][..from.len()].copy_from_slice(from);
            }
        }
    }
}

/// A rectangle of the data window, from its first pixel.
struct Block {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Block {
    fn new(part: &Part, y: usize, lines: usize, column: usize) -> Self {
        let (full_width, full_height) = (part.data_window.width as usize, part.data_window.height as usize);
        let width = part.tiles.map_or(full_width, |tiles| tiles.width as usize);
        let x = column * width;
        Self { x, y, width: width.min(full_width - x), height: lines.min(full_height - y) }
    }
}

/// The little that the decompressors ask of a header.
fn codec_header(part: &Part) -> CodecHeader {
    // Of names, only the last piece matters (to DWA), and `Text` takes no others than these.
    let plain = |name: &str| name.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect::<String>();
    let channel = |c: &super::header::Channel| meta::ChannelDescription {
        name: plain(&c.name).as_str().into(),
        sample_type: match c.sample_type {
            SampleType::F16 => meta::SampleType::F16,
            SampleType::F32 => meta::SampleType::F32,
            _ => meta::SampleType::U32,
        },
        quantize_linearly: c.linear,
        sampling: exr::math::Vec2(1, 1),
    };
    let size = exr::math::Vec2(part.data_window.width as usize, part.data_window.height as usize);
    let mut header = CodecHeader::new("".into(), size, part.channels.iter().map(channel).collect());
    header.compression = part.compression.codec().expect("only decodable parts come here");
    header.blocks = part.tiles.map_or(BlockDescription::ScanLines, |tiles| {
        BlockDescription::Tiles(meta::TileDescription {
            tile_size: exr::math::Vec2(tiles.width as usize, tiles.height as usize),
            level_mode: meta::LevelMode::Singular,
            rounding_mode: exr::math::RoundingMode::Down,
        })
    });
    header
}
