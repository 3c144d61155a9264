//! States of the classes of a channel become its maps.

use rayon::prelude::*;

use super::block::ValueBlock;
use super::{ChannelMaps, ValueMaps};
use crate::image::{Samples, Window};
use crate::metric::temporal::blocks::{Block, Blocks};
use crate::metric::temporal::delta::place;
use crate::metric::temporal::samples::Class;

/// The maps of one channel over its own window.
pub(super) struct Finished {
    window: Window,
    maps: ChannelMaps,
}

/// All frames of one pixel.
#[derive(Clone, Copy, Debug, Default)]
struct Pixel {
    /// Finite values; the next four are 0 where there is none.
    count: u32,
    min: f64,
    max: f64,
    mean: f64,
    std: f64,
    /// NaN, +∞, −∞.
    broken: [u32; 3],
}

/// From blocks of each class.
pub(super) fn channel(name: &str, classes: [Blocks<ValueBlock>; 4]) -> Finished {
    let classes = Class::ALL.into_iter().zip(classes.map(Blocks::into_blocks));
    let mut window = Window::of_size(0, 0);
    let mut used = Vec::new();
    for (class, (met, blocks)) in classes.filter(|(_, (_, blocks))| !blocks.is_empty()) {
        window = window.union(&met);
        used.push((class, blocks));
    }
    let integers = matches!(used[..], [(Class::U32, _)]);
    let mut maps = ChannelMaps::empty(name, window, integers);
    if let [(class, blocks)] = &mut used[..] {
        let finish = |block: ValueBlock| {
            let mut part = ChannelMaps::empty(name, block.window(), integers);
            (0..part.mean.len()).for_each(|pixel| part.set(pixel, &block.pixel(*class, pixel)));
            Finished { window: block.window(), maps: part }
        };
        let parts: Vec<Finished> = std::mem::take(blocks).into_par_iter().map(finish).collect();
        parts.iter().for_each(|part| maps.place(&part.maps, part.window, window));
        return Finished { window, maps };
    }
    for pixel in 0..maps.mean.len() {
        let (x, y) = window.pixel(pixel);
        let of_class = |(class, blocks): &(Class, Vec<ValueBlock>)| {
            let at = blocks.partition_point(|block| block.window().bottom() <= i64::from(y));
            let block = blocks.get(at)?;
            Some(block.pixel(*class, block.window().index(x, y)?))
        };
        let all = used.iter().filter_map(of_class).fold(Pixel::default(), Pixel::join);
        maps.set(pixel, &all);
    }
    Finished { window, maps }
}

/// All channels over the union of their windows.
pub(super) fn together(channels: Vec<Finished>) -> ValueMaps {
    let window = channels.iter().fold(Window::of_size(0, 0), |all, channel| all.union(&channel.window));
    let over_all = |channel: Finished| {
        if channel.window == window {
            return channel.maps;
        }
        let integers = matches!(channel.maps.min, Samples::U32(_));
        let mut maps = ChannelMaps::empty(&channel.maps.name, window, integers);
        maps.place(&channel.maps, channel.window, window);
        maps
    };
    ValueMaps { window, channels: channels.into_iter().map(over_all).collect() }
}

impl ValueBlock {
    fn pixel(&self, class: Class, pixel: usize) -> Pixel {
        let broken = self.broken.each_ref().map(|counts| counts.get(pixel).copied().unwrap_or(0));
        let (low, high) = (self.low[pixel], self.high[pixel]);
        if low > high {
            return Pixel { broken, ..Pixel::default() };
        }
        let (min, max, count) = (class.value(low), class.value(high), self.presence.frames(pixel));
        let (mean, std) = match &self.sums {
            Some(sums) if low != high => sums.moments(pixel, count),
            _ => (min, 0.0),
        };
        Pixel { count, min, max, mean, std, broken }
    }
}

impl Pixel {
    /// Frames of two classes: whoever calls keeps to one order.
    fn join(self, other: Self) -> Self {
        let broken = std::array::from_fn(|kind| self.broken[kind] + other.broken[kind]);
        if self.count == 0 || other.count == 0 {
            let some = if self.count == 0 { other } else { self };
            return Self { broken, ..some };
        }
        let count = self.count + other.count;
        let (n, a, b) = (f64::from(count), f64::from(self.count), f64::from(other.count));
        // Source: T. F. Chan, G. H. Golub, R. J. LeVeque, 1979.
        let apart = other.mean - self.mean;
        let squares = self.std * self.std * a + other.std * other.std * b + apart * apart * (a * b / n);
        Self {
            count,
            min: if self.min.total_cmp(&other.min).is_le() { self.min } else { other.min },
            max: if self.max.total_cmp(&other.max).is_ge() { self.max } else { other.max },
            mean: self.mean + apart * (b / n),
            std: (squares / n).sqrt(),
            broken,
        }
    }

    /// Whether all frames hold one value.
    fn is_static(&self) -> bool {
        let kinds = [self.count, self.broken[0], self.broken[1], self.broken[2]];
        kinds.iter().filter(|count| **count > 0).count() == 1 && self.min.to_bits() == self.max.to_bits()
    }
}

impl ChannelMaps {
    /// Where no frame has a pixel.
    fn empty(name: &str, window: Window, integers: bool) -> Self {
        let pixels = window.pixels() as usize;
        let values =
            || if integers { Samples::U32(vec![0; pixels]) } else { Samples::F32(vec![f32::NAN; pixels]) };
        Self {
            name: name.to_owned(),
            min: values(),
            max: values(),
            range: values(),
            mean: vec![f32::NAN; pixels],
            std: vec![f32::NAN; pixels],
            is_static: vec![0; pixels],
            frames: vec![0; pixels],
            nan: vec![0; pixels],
            inf: vec![0; pixels],
        }
    }

    fn set(&mut self, at: usize, pixel: &Pixel) {
        self.is_static[at] = u8::from(pixel.is_static());
        self.frames[at] = pixel.count;
        self.nan[at] = pixel.broken[0];
        self.inf[at] = pixel.broken[1] + pixel.broken[2];
        if pixel.count == 0 {
            return;
        }
        (self.mean[at], self.std[at]) = (pixel.mean as f32, pixel.std as f32);
        let values = [pixel.min, pixel.max, pixel.max - pixel.min];
        for (samples, value) in [&mut self.min, &mut self.max, &mut self.range].into_iter().zip(values) {
            match samples {
                Samples::U32(v) => v[at] = value as u32,
                Samples::F32(v) => v[at] = value as f32,
                _ => unreachable!("made as one of the two"),
            }
        }
    }

    /// Puts the rows of `part`, over `from`, where they belong in this one's window `to`.
    fn place(&mut self, part: &Self, from: Window, to: Window) {
        let samples =
            [(&part.min, &mut self.min), (&part.max, &mut self.max), (&part.range, &mut self.range)];
        for (values, whole) in samples {
            match (values, whole) {
                (Samples::U32(values), Samples::U32(whole)) => place(values, whole, from, to),
                (Samples::F32(values), Samples::F32(whole)) => place(values, whole, from, to),
                (Samples::U32(values), Samples::F32(whole)) => {
                    // Rows of integers in a channel that has floats in others.
                    let value = |(k, frames): (&u32, &u32)| if *frames == 0 { f32::NAN } else { *k as f32 };
                    let floats: Vec<f32> = values.iter().zip(&part.frames).map(value).collect();
                    place(&floats, whole, from, to);
                }
                _ => unreachable!("made as one of the two, and integers where all are"),
            }
        }
        place(&part.mean, &mut self.mean, from, to);
        place(&part.std, &mut self.std, from, to);
        place(&part.is_static, &mut self.is_static, from, to);
        place(&part.frames, &mut self.frames, from, to);
        place(&part.nan, &mut self.nan, from, to);
        place(&part.inf, &mut self.inf, from, to);
    }
}

impl ValueMaps {
    /// The rows of `parts`, states of the same frames over different rows, in one.
    pub fn join(parts: &[Self]) -> Self {
        let window = parts.iter().fold(Window::of_size(0, 0), |all, part| all.union(&part.window));
        let mut channels: Vec<ChannelMaps> = Vec::new();
        for part in parts {
            for channel in &part.channels {
                let known = channels.iter().position(|known| known.name == channel.name);
                let at = known.unwrap_or_else(|| {
                    // Integers only where all rows are: a float elsewhere is told as float here too.
                    let same = |other: &&ChannelMaps| other.name == channel.name;
                    let all = parts.iter().flat_map(|part| part.channels.iter().find(same));
                    let integers = all.into_iter().all(|c| matches!(c.min, Samples::U32(_)));
                    channels.push(ChannelMaps::empty(&channel.name, window, integers));
                    channels.len() - 1
                });
                channels[at].place(channel, part.window, window);
            }
        }
        channels.sort_by(|a, b| a.name.cmp(&b.name));
        Self { window, channels }
    }
}
