//! Maps over all frames as coloured pictures with their legend.

use std::path::Path;

use super::atomic::{Error, write_file};
use super::canvas::Rgb;
use super::legend::{Tally, beyond};
use super::map::{CLIPPED_OVER_FRAMES, MapRange, MapStyle, range_of};
use super::map_png::{NON_FINITE, Paint, Picture, UNCOVERED, ZERO, draw, picture_width, write_png};
use super::strip::{Bar, DIM, Hatching, Strip, Swatch, grouped, share_of_pixels, short};
use super::temporal::{caption, frames};
use crate::engine::{Content, TemporalMaps};
use crate::image::{ColorMap, DisplayRange, Samples, Scale};
use crate::metric::{
    DeltaMap, DeltaMaps, FLAG_CHANGED, FLAG_NON_FINITE, FLAG_UNCOVERED, Metric, NEVER, ValueMaps,
};

/// Where values move, in the map of static pixels.
const MOVING: Rgb = [0xe8, 0x9a, 0x3c];
/// Where they do not.
const STATIC: Rgb = [0x24, 0x2c, 0x38];

/// One picture of [`temporal_pictures`].
pub struct TemporalPicture {
    /// What it shows: `max mean std changed first_changed` of the delta, `range std static` of values.
    pub name: &'static str,
    /// The picture.
    pub picture: Picture,
    title: String,
    description: String,
}

impl TemporalPicture {
    /// Writes it to the PNG file `path`, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn export(&self, path: &Path) -> Result<(), Error> {
        write_file(path, |file| write_png(&self.picture, &self.title, &self.description, file))
    }
}

/// Pictures of the maps that people look at. One after the other: none is made before it is asked for.
///
/// As in a map of one frame, what never changes or moves is dark, and what does in the least is not;
/// pixels without a value in any frame are striped grey, those that change without ever having a value
/// (not finite, or on one side alone) magenta.
pub fn temporal_pictures<'a>(
    maps: &'a TemporalMaps<'a>,
    style: &'a MapStyle,
) -> Box<dyn Iterator<Item = TemporalPicture> + 'a> {
    match maps.content {
        Content::Delta { maps: delta, .. } => Box::new(
            ["max", "mean", "std", "changed", "first_changed"]
                .into_iter()
                .map(move |name| of_delta(name, maps, delta, style, None)),
        ),
        Content::Values(values) => Box::new(
            ["range", "std", "static"].into_iter().map(move |name| of_values(name, maps, values, style)),
        ),
    }
}

/// The picture of the delta's map of that name: one of [`temporal_pictures`], `last_changed` or
/// `frame_of_max`; with the colours of `style` whatever it shows. `None` where there is no such map.
pub fn temporal_picture(name: &str, maps: &TemporalMaps<'_>, style: &MapStyle) -> Option<TemporalPicture> {
    let names = ["max", "mean", "std", "changed", "first_changed", "last_changed", "frame_of_max"];
    let name = names.into_iter().find(|known| *known == name)?;
    let Content::Delta { maps: delta, .. } = maps.content else { return None };
    Some(of_delta(name, maps, delta, style, style.color))
}

/// `of_frames`: colours of counts and of frame numbers, unless the usual.
fn of_delta(
    name: &'static str,
    maps: &TemporalMaps<'_>,
    delta: &DeltaMaps,
    style: &MapStyle,
    of_frames: Option<ColorMap>,
) -> TemporalPicture {
    let (of_frames, frames_color) =
        (matches!(name, "changed" | "first_changed" | "last_changed" | "frame_of_max"), of_frames);
    let caption = caption(maps).expect("of the delta");
    let frames = frames(maps);
    let is_id = caption.rule.metric == Metric::Id;
    let floats =
        |values: &[f32]| -> Vec<f32> { values.iter().map(|v| if v.is_nan() { 0.0 } else { *v }).collect() };
    let (values, what) = match name {
        "max" => (delta.max.clone(), format!("largest of {frames}")),
        "mean" => (floats(&delta.mean), format!("mean of {frames}")),
        "std" => (floats(&delta.std), format!("std over {frames}")),
        "changed" => {
            (delta.changed.iter().map(|count| *count as f32).collect(), format!("times changed in {frames}"))
        }
        "last_changed" => {
            (frame_numbers(&delta.last_changed, maps.numbers), format!("last changed of {frames}"))
        }
        "frame_of_max" => {
            (frame_numbers(&delta.max_frame, maps.numbers), format!("frame of the largest of {frames}"))
        }
        _ => (frame_numbers(&delta.first_changed, maps.numbers), format!("first changed of {frames}")),
    };
    let flags = (0..values.len()).map(|pixel| flags(delta, pixel, of_frames)).collect();
    let map = DeltaMap { window: delta.window, values, flags };
    let signed = name == "mean" && caption.rule.metric == Metric::Signed;
    let range = match (name, style.range) {
        ("changed", _) => DisplayRange::absolute(maps.frames as f64, Scale::Linear),
        ("first_changed" | "last_changed" | "frame_of_max", _) => number_range(maps.numbers),
        (_, MapRange::Fixed(range)) => range,
        _ if is_id => DisplayRange::absolute(1.0, Scale::Linear),
        _ => range_of(map.values.iter().copied(), signed, style.scale, &CLIPPED_OVER_FRAMES),
    };
    let color = match name {
        "changed" => frames_color.unwrap_or(ColorMap::Viridis),
        "first_changed" | "last_changed" | "frame_of_max" => frames_color.unwrap_or(ColorMap::Plasma),
        _ => style.color.unwrap_or(ColorMap::for_delta(signed)),
    };
    let quantity = match name {
        "first_changed" => format!("the earliest is brightest; {}", caption.quantity()),
        _ => caption.quantity(),
    };
    let changed = delta.changed.iter().filter(|count| **count > 0).count();
    let compared = (0..map.flags.len()).filter(|pixel| map.flags[*pixel] & FLAG_UNCOVERED == 0).count();
    let words = Words {
        title: format!("{} · {what}", maps.aov),
        who: [caption.subtitle(), share_of_pixels(changed, compared, "changed in some frame")],
        what: quantity,
        broken: "changed, never with a value",
    };
    let first = if name == "first_changed" { First::Earliest } else { First::Largest };
    let number = |value: f32| if of_frames { format!("{value}") } else { short(value) };
    picture(
        name,
        &map,
        &Scheme { paint: Paint::new(color, range), first, is_whole: of_frames },
        words,
        &number,
    )
}

/// What a pixel of the picture is: of frames, a value is there whenever it changed.
fn flags(delta: &DeltaMaps, pixel: usize, of_frames: bool) -> u8 {
    let changed = delta.changed[pixel] > 0;
    match (delta.frames[pixel] > 0 || (of_frames && changed), changed) {
        (true, true) => FLAG_CHANGED,
        (true, false) => 0,
        (false, true) => FLAG_CHANGED | FLAG_NON_FINITE,
        (false, false) => FLAG_UNCOVERED,
    }
}

/// Numbers of the frames of these ranks, 0 for never.
fn frame_numbers(ranks: &[u32], numbers: &[Option<i64>]) -> Vec<f32> {
    let number = |rank: &u32| match *rank {
        NEVER => 0.0,
        rank => numbers[rank as usize].unwrap_or(0) as f32,
    };
    ranks.iter().map(number).collect()
}

/// From the first number to the last.
fn number_range(numbers: &[Option<i64>]) -> DisplayRange {
    let number = |number: Option<&Option<i64>>| number.copied().flatten().unwrap_or(0) as f64;
    let (first, last) = (number(numbers.first()), number(numbers.last()));
    let range = DisplayRange::between(first, last, Scale::Linear);
    let around = || DisplayRange::between(first - 0.5, first + 0.5, Scale::Linear);
    range.or_else(around).unwrap_or(DisplayRange::absolute(1.0, Scale::Linear))
}

fn of_values(
    name: &'static str,
    maps: &TemporalMaps<'_>,
    values: &ValueMaps,
    style: &MapStyle,
) -> TemporalPicture {
    let mut channels: Vec<&str> = values.channels.iter().map(|channel| channel.name.as_str()).collect();
    // As people say them: R, G, B, A; the others by name.
    channels.sort_by_key(|name| "RGBAXYZUVW".find(name));
    let channels = channels.join(", ");
    let of_channels =
        if values.channels.len() > 1 { format!(", largest of {channels}") } else { String::new() };
    let frames = frames(maps);
    let (title, what) = match name {
        "range" => (format!("range over {frames}"), format!("largest − least value{of_channels}")),
        "std" => (format!("std over {frames}"), format!("standard deviation of the values{of_channels}")),
        _ => (format!("static over {frames}"), format!("the same bits in all frames, in {channels}")),
    };
    let pixels = values.window.pixels() as usize;
    let flags: Vec<u8> = (0..pixels).map(|pixel| value_flags(values, pixel)).collect();
    let still = flags.iter().filter(|flags| **flags & (FLAG_CHANGED | FLAG_UNCOVERED) == 0).count();
    let there = flags.iter().filter(|flags| **flags & FLAG_UNCOVERED == 0).count();
    let words = Words {
        title: format!("{} · {title}", maps.aov),
        who: [maps.sequence.to_owned(), share_of_pixels(still, there, "static")],
        what,
        broken: "moves, never finite",
    };
    if name == "static" {
        return static_picture(values, &flags, words);
    }
    let largest = |pixel: usize| {
        let values = values.channels.iter().map(|channel| match (name, &channel.range) {
            ("std", _) => channel.std[pixel],
            (_, Samples::U32(range)) => range[pixel] as f32,
            (_, range) => range.get(pixel).to_f32(),
        });
        // NaN gives way to any number.
        values.fold(0.0, f32::max)
    };
    let map = DeltaMap { window: values.window, values: (0..pixels).map(largest).collect(), flags };
    let range = match style.range {
        MapRange::Fixed(range) => range,
        MapRange::Auto => range_of(map.values.iter().copied(), false, style.scale, &CLIPPED_OVER_FRAMES),
    };
    let paint = Paint::new(ColorMap::Viridis, range);
    picture(name, &map, &Scheme { paint, first: First::Largest, is_whole: false }, words, &short)
}

/// Changed means that some channel moves.
fn value_flags(values: &ValueMaps, pixel: usize) -> u8 {
    let mut flags = FLAG_UNCOVERED;
    let (mut finite, mut moves) = (false, false);
    for channel in &values.channels {
        let there = channel.frames[pixel] + channel.nan[pixel] + channel.inf[pixel] > 0;
        finite |= channel.frames[pixel] > 0;
        moves |= there && channel.is_static[pixel] == 0;
        flags = if there { 0 } else { flags };
    }
    if moves {
        flags = if finite { FLAG_CHANGED } else { FLAG_CHANGED | FLAG_NON_FINITE };
    }
    flags
}

fn static_picture(values: &ValueMaps, flags: &[u8], words: Words) -> TemporalPicture {
    let color = |flags: u8, at: Hatching| match flags {
        0 => STATIC,
        _ if flags & FLAG_UNCOVERED != 0 => UNCOVERED[at.rising() % 2],
        _ => MOVING,
    };
    let swatch = |flags: u8, count: usize, name: &str| Swatch {
        name: format!("{name}: {}", grouped(count)),
        text: DIM,
        color: Box::new(move |at| color(flags, at)),
    };
    let count = |is: fn(u8) -> bool| flags.iter().filter(|flags| is(**flags)).count();
    let kinds = [
        (FLAG_CHANGED, count(|flags| flags & FLAG_CHANGED != 0), "moves"),
        (0, count(|flags| flags == 0), "static"),
        (FLAG_UNCOVERED, count(|flags| flags & FLAG_UNCOVERED != 0), "in no frame"),
    ];
    let key = kinds.into_iter().filter(|(_, count, _)| *count > 0);
    let strip = Strip {
        width: picture_width(values.window),
        lines: [[words.title.clone(), String::new()], words.who.clone(), [words.what.clone(), String::new()]],
        bar: None,
        key: key.map(|(flags, count, name)| swatch(flags, count, name)).collect(),
    };
    let picture = draw(values.window, &strip, |index, at| color(flags[index], at));
    words.with("static", picture)
}

/// Texts of a picture.
struct Words {
    title: String,
    who: [String; 2],
    what: String,
    /// What magenta pixels are.
    broken: &'static str,
}

impl Words {
    fn with(self, name: &'static str, picture: Picture) -> TemporalPicture {
        let title = format!("{}: {}", self.title, self.who[0]);
        TemporalPicture { name, picture, title, description: self.what }
    }
}

/// What is told of the pixels in the title.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Largest,
    /// Small is bright, too.
    Earliest,
}

/// Colours of values.
struct Scheme {
    paint: Paint,
    first: First,
    is_whole: bool,
}

impl Scheme {
    fn at(&self, position: f64) -> Rgb {
        self.paint.at(if self.first == First::Earliest { 1.0 - position } else { position })
    }

    fn pixel(&self, value: f32, flags: u8, at: Hatching) -> Rgb {
        let is_plain = flags & (FLAG_UNCOVERED | FLAG_NON_FINITE) == 0;
        match (is_plain && self.is_whole, flags & FLAG_CHANGED != 0) {
            (true, true) => self.at(self.paint.range.position(f64::from(value))),
            (true, false) => ZERO,
            _ => self.paint.pixel(value, flags, at),
        }
    }
}

fn picture(
    name: &'static str,
    map: &DeltaMap,
    scheme: &Scheme,
    words: Words,
    number: &dyn Fn(f32) -> String,
) -> TemporalPicture {
    let range = scheme.paint.range;
    let tally = Tally::of(map, &range);
    let extreme = match scheme.first {
        First::Largest => tally.max_at.map(|at| ("max", tally.max, at)),
        First::Earliest => earliest(map).map(|(value, at)| ("earliest", value, at)),
    };
    let extreme = extreme
        .map_or_else(String::new, |(word, value, (x, y))| format!("{word} {} at {x}, {y}", number(value)));
    let kinds = [
        (0, if scheme.is_whole { 0 } else { tally.within }, "within tolerance", DIM),
        (FLAG_NON_FINITE, tally.non_finite, words.broken, NON_FINITE),
        (FLAG_UNCOVERED, tally.uncovered, "no frame has a value", DIM),
    ];
    let swatch = |(flags, count, name, text): (u8, usize, &str, Rgb)| Swatch {
        name: format!("{name}: {}", grouped(count)),
        text,
        color: Box::new(move |at| match flags {
            0 => scheme.paint.within_tolerance(range.hi() / 2.0),
            flags => scheme.pixel(0.0, flags, at),
        }),
    };
    let color = |position: f64| scheme.at(position);
    let beyond = beyond(if scheme.is_whole { 0 } else { tally.beyond });
    let strip = Strip {
        width: picture_width(map.window),
        lines: [[words.title.clone(), extreme], words.who.clone(), [words.what.clone(), beyond]],
        bar: Some(Bar { range, color: &color, is_whole: scheme.is_whole }),
        key: kinds.into_iter().filter(|(_, count, ..)| *count > 0).map(swatch).collect(),
    };
    let picture = draw(map.window, &strip, |index, at| scheme.pixel(map.values[index], map.flags[index], at));
    words.with(name, picture)
}

/// The least value of a changed pixel, and where it stands first.
fn earliest(map: &DeltaMap) -> Option<(f32, (i32, i32))> {
    let changed = (0..map.values.len()).filter(|pixel| map.flags[*pixel] & FLAG_CHANGED != 0);
    let first = changed.min_by(|a, b| map.values[*a].total_cmp(&map.values[*b]))?;
    Some((map.values[first], map.window.pixel(first)))
}
